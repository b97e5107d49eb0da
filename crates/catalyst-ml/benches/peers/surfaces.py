"""The workloads of `surfaces.rs` with pymatgen, on the same crystals.

usage: surfaces.py --list | surfaces.py --workload NAME [--rows N]
Prints one JSON line: workload, enumerations, CPU seconds of the work alone, terminations of one enumeration.
"""

import argparse
import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

PEER = "pymatgen SlabGenerator"
FCC = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
RUTILE = [[0.305, 0.305, 0], [0.695, 0.695, 0], [0.195, 0.805, 0.5], [0.805, 0.195, 0.5]]
WORKLOADS = {
    "slabs_pt": ((3.92, 3.92, 3.92), ["Pt"] * 4, FCC),
    "slabs_cu3au": ((3.74, 3.74, 3.74), ["Cu"] * 3 + ["Au"], FCC[1:] + FCC[:1]),
    "slabs_tio2": ((4.594, 4.594, 2.959), ["Ti"] * 2 + ["O"] * 4, [[0, 0, 0], [0.5, 0.5, 0.5]] + RUTILE),
}


def enumerate_slabs(edges, species, places, max_index):
    from pymatgen.core import Lattice, Structure
    from pymatgen.core.surface import SlabGenerator, get_symmetrically_distinct_miller_indices
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    bulk = Structure(Lattice.orthorhombic(*edges), species, places)
    conventional = SpacegroupAnalyzer(bulk, symprec=0.1).get_conventional_standard_structure()
    terminations = 0
    for miller in get_symmetrically_distinct_miller_indices(conventional, max_index):
        generator = SlabGenerator(
            conventional, miller, 7.0, 20.0, center_slab=True, primitive=True, max_normal_search=1
        )
        for slab in generator.get_slabs(tol=0.1):
            operations = SpacegroupAnalyzer(slab, symprec=0.1).get_symmetry_operations()
            any(operation.affine_matrix[2, 2] == -1 for operation in operations)
            terminations += 1
    return terminations


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--workload", choices=WORKLOADS)
    parser.add_argument("--rows", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.list:
        for name in WORKLOADS:
            print(f"{name}\t{PEER}")
        return
    if arguments.workload is None:
        parser.error("--workload is required")
    if arguments.rows < 1:
        parser.error("--rows must be at least 1")
    crystal = WORKLOADS[arguments.workload]
    enumerate_slabs(*crystal, 1)  # imports and first calls are not part of the measurement
    start = time.process_time()
    for _ in range(arguments.rows):
        check = enumerate_slabs(*crystal, 2)
    cpu_s = time.process_time() - start
    json.dump({"workload": arguments.workload, "rows": arguments.rows, "cpu_s": cpu_s, "check": check}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
