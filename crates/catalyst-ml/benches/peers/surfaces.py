"""Enumeration of slabs with pymatgen, on the crystals of `peer/surfaces.rs`."""

import time
import warnings

FCC = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
RUTILE = [[0.305, 0.305, 0], [0.695, 0.695, 0], [0.195, 0.805, 0.5], [0.805, 0.195, 0.5]]
CRYSTALS = {
    "slabs_platinum": ((3.92, 3.92, 3.92), ["Pt"] * 4, FCC),
    "slabs_cu3au": ((3.74, 3.74, 3.74), ["Cu"] * 3 + ["Au"], FCC[1:] + FCC[:1]),
    "slabs_rutile": ((4.594, 4.594, 2.959), ["Ti"] * 2 + ["O"] * 4, [[0, 0, 0], [0.5, 0.5, 0.5]] + RUTILE),
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


def measure(name, rows=2):
    """CPU seconds, enumerations, terminations of one enumeration."""
    warnings.filterwarnings("ignore")
    crystal = CRYSTALS[name]
    enumerate_slabs(*crystal, 1)  # imports and first calls are not part of the measurement
    start = time.process_time()
    for _ in range(rows):
        terminations = enumerate_slabs(*crystal, 2)
    return time.process_time() - start, rows, float(terminations)
