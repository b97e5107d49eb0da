"""The workloads of `peer/main.rs` with vesin, matscipy, ASE and pymatgen, on the same input.

usage: peer.py --list | peer.py --workload NAME
Prints one JSON line: workload, rows, CPU seconds of the work alone, a number from the result.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import surfaces

CUBIC = np.eye(3)
SKEWED = np.array([[1.0, 0.0, 0.0], [0.4, 1.0, 0.0], [0.3, -0.35, 1.0]])


def hashed(k):
    with np.errstate(over="ignore"):
        z = (k + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) / 2.0**53


def copper(strain):
    from ase import Atoms

    a, n = 3.61, 29
    corner = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
    basis = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    ideal = (a * (corner + basis)).reshape(-1, 3) @ strain
    rattle = 0.05 * np.sqrt(3) * (2 * hashed(np.arange(ideal.size, dtype=np.uint64)) - 1)
    return Atoms(["Cu"] * len(ideal), ideal + rattle.reshape(-1, 3), cell=a * n * strain, pbc=True)


def slab(n, layers):
    from ase.build import fcc111

    atoms = fcc111("Pt", (n, n, layers), a=3.92, vacuum=10)
    atoms.pbc = True
    return atoms


def vesin(atoms, times):
    import vesin

    search = vesin.NeighborList(cutoff=6.0, full_list=True, n_threads=1)
    points, box = atoms.positions, np.array(atoms.cell)

    def work():
        # without a copy: the buffers of the search are used again
        return search.compute(points, box, True, quantities="ijSDd", copy=False)

    work()
    start = time.process_time()
    for _ in range(times):
        result = work()
    return time.process_time() - start, times * len(atoms), float(np.sum(result[4])) / len(atoms)


def matscipy(atoms, times):
    from matscipy.neighbours import neighbour_list

    neighbour_list("ijSDd", atoms, 6.0)
    start = time.process_time()
    for _ in range(times):
        result = neighbour_list("ijSDd", atoms, 6.0)
    return time.process_time() - start, times * len(atoms), float(np.sum(result[4])) / len(atoms)


def emt():
    from ase.calculators.emt import EMT

    atoms = slab(7, 4)
    start = atoms.positions.copy()
    moves = 0.02 * (2 * hashed(np.arange(100 * start.size, dtype=np.uint64)) - 1)
    atoms.calc = EMT()
    atoms.get_forces()
    total = 0.0
    clock = time.process_time()
    for move in moves.reshape(100, -1, 3):
        atoms.positions = start + move
        total += atoms.get_potential_energy() + atoms.get_forces()[7, 2]
    return time.process_time() - clock, 100, total / 100


def relax():
    from ase.build import add_adsorbate
    from ase.calculators.emt import EMT
    from ase.constraints import FixAtoms
    from ase.optimize import LBFGS

    start = slab(3, 4)
    add_adsorbate(start, "O", 1.2, "fcc")
    start.set_constraint(FixAtoms(range(18)))
    times = 5
    clock = time.process_time()
    for _ in range(times):
        atoms = start.copy()
        atoms.calc = EMT()
        LBFGS(atoms, logfile=None).run(fmax=0.01)
        energy = float(atoms.get_potential_energy())
    return time.process_time() - clock, times, energy


def files():
    """Reads what `peer/files.rs` wrote."""
    import ase.io

    folder = os.path.join(os.path.dirname(__file__), "../../../../target/bench/catalyst-ml")
    clock = time.process_time()
    frames = ase.io.read(os.path.join(folder, "slabs.extxyz"), ":")
    total = 0.0
    for atoms in frames:
        fixed = sum(len(constraint.index) for constraint in atoms.constraints)
        forces = atoms.get_forces(apply_constraint=False)
        total += atoms.get_potential_energy() + fixed + atoms.positions.sum() + forces.sum() + forces[-1, 2]
    seconds = time.process_time() - clock
    slab = ase.io.read(os.path.join(folder, "POSCAR"), format="vasp")
    fixed = sum(len(constraint.index) for constraint in slab.constraints)
    return seconds, len(frames), float(total / len(frames) + fixed + slab.positions.sum())


WORKLOADS = {
    "copper_vesin": lambda: vesin(copper(CUBIC), 3),
    "copper_matscipy": lambda: matscipy(copper(CUBIC), 3),
    "triclinic_vesin": lambda: vesin(copper(SKEWED), 3),
    "slab_vesin": lambda: vesin(slab(7, 4), 500),
    "emt_ase": emt,
    "emt_search_ase": emt,
    "relax_ase": relax,
    "files_ase": files,
} | {name: lambda name=name: surfaces.measure(name) for name in surfaces.CRYSTALS}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=WORKLOADS)
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(WORKLOADS))
    elif arguments.workload:
        cpu_s, rows, check = WORKLOADS[arguments.workload]()
        print(json.dumps({"workload": arguments.workload, "rows": rows, "cpu_s": cpu_s, "check": check}))


if __name__ == "__main__":
    main()
