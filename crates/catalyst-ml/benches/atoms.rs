//! Neighbour lists, energies and relaxations.

use catalyst_ml::calculator::{Calculator, Emt, Wanted};
use catalyst_ml::neighbors::NeighborList;
use catalyst_ml::relax::Relax;
use catalyst_ml::{Atoms, Cell, Element};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

/// Cubic cells of copper, a = 3.61 Å, along each axis.
fn copper(cells: usize) -> Atoms {
    let a = 3.61;
    let mut positions = Vec::new();
    for k in 0..cells * cells * cells {
        let corner = [k / (cells * cells), k / cells % cells, k % cells].map(|n| n as f64);
        for basis in [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            positions.push(std::array::from_fn(|axis| a * (corner[axis] + basis[axis])));
        }
    }
    let copper: Element = "Cu".parse().expect("an element");
    let side = a * cells as f64;
    let cell = Cell::new([[side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]]).expect("a cell");
    Atoms::new(vec![copper; positions.len()], positions).expect("atoms").in_cell(cell, [true; 3])
}

fn lists(c: &mut Criterion) {
    for cells in [4, 14] {
        let atoms = copper(cells);
        let mut list = NeighborList::default();
        c.bench_function(&format!("neighbours, 6 Å, {} Cu", atoms.len()), |b| {
            b.iter(|| list.rebuild(black_box(&atoms), 6.0));
        });
    }
}

fn energies(c: &mut Criterion) {
    for cells in [3, 6] {
        let atoms = copper(cells);
        let mut emt = Emt::new();
        c.bench_function(&format!("EMT energy and forces, {} Cu", atoms.len()), |b| {
            b.iter(|| emt.evaluate(black_box(&atoms), Wanted::FORCES));
        });
    }
}

fn relaxations(c: &mut Criterion) {
    let mut atoms = copper(3);
    let mut positions = atoms.positions().to_vec();
    positions[0] = [0.3, 0.2, -0.1];
    atoms.set_positions(&positions).expect("finite positions");
    c.bench_function("L-BFGS of a moved atom, 108 Cu", |b| {
        b.iter(|| Relax::ase(0.01).run(black_box(atoms.clone()), &mut Emt::new()));
    });
}

criterion_group!(benches, lists, energies, relaxations);
criterion_main!(benches);
