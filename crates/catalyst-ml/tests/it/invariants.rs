//! What must not change an energy, and what must change it at once with its derivatives.

use crate::same_cases;
use catalyst_ml::calculator::{Calculator, Emt, Evaluation, LennardJones, Wanted};
use catalyst_ml::neighbors::NeighborList;
use catalyst_ml::{Atoms, Cell, Result};
use proptest::prelude::*;

/// The two potentials, for structures near those of [`structures`].
enum Potential {
    Emt(Emt),
    LennardJones(LennardJones),
}

impl Potential {
    const CUTOFF: f64 = 5.8;

    fn both() -> [Self; 2] {
        let pairs = LennardJones::new(0.3, 2.2, Self::CUTOFF).unwrap().shifted();
        [Self::Emt(Emt::new()), Self::LennardJones(pairs)]
    }

    fn all(&mut self, atoms: &Atoms) -> Evaluation {
        match self {
            Self::Emt(emt) => emt.evaluate(atoms, Wanted::ALL),
            Self::LennardJones(pairs) => pairs.evaluate(atoms, Wanted::ALL),
        }
        .unwrap()
    }

    fn of_list(&mut self, atoms: &Atoms, list: &NeighborList, wanted: Wanted) -> Result<Evaluation> {
        match self {
            Self::Emt(emt) => emt.evaluate_list(atoms, list, wanted),
            Self::LennardJones(pairs) => pairs.evaluate_list(atoms, list, wanted),
        }
    }
}

/// Eight atoms of some metals, not too near each other, in a cell of some shape.
fn structures() -> impl Strategy<Value = Atoms> {
    let moves = prop::collection::vec(prop::array::uniform3(-0.35..0.35), 8);
    let strain = prop::array::uniform3(prop::array::uniform3(-0.6..0.6));
    let elements = prop::collection::vec(prop::sample::select(vec!["Cu", "Pt", "Al", "O"]), 8);
    (moves, strain, elements).prop_map(|(moves, strain, elements)| {
        let rows: [[f64; 3]; 3] =
            std::array::from_fn(|i| std::array::from_fn(|k| strain[i][k] + if i == k { 5.4 } else { 0.0 }));
        let cell = Cell::new(rows).unwrap();
        let positions = moves.iter().enumerate().map(|(n, moved)| {
            let corner = cell.cartesian([n & 1, n >> 1 & 1, n >> 2].map(|bit| 0.5 * bit as f64));
            std::array::from_fn(|k| corner[k] + moved[k])
        });
        let elements = elements.iter().map(|symbol| symbol.parse().unwrap()).collect();
        Atoms::new(elements, positions.collect()).unwrap().in_cell(cell, [true; 3])
    })
}

/// The same elements elsewhere.
fn moved(atoms: &Atoms, vectors: [[f64; 3]; 3], to: impl FnMut([f64; 3]) -> [f64; 3]) -> Atoms {
    let positions = atoms.positions().iter().copied().map(to).collect();
    let cell = Cell::new(vectors).unwrap();
    Atoms::new(atoms.elements().to_vec(), positions).unwrap().in_cell(cell, atoms.periodic())
}

fn near(a: &Evaluation, b: &Evaluation) -> bool {
    let forces = a.forces_ev_angstrom.as_flattened().iter().zip(b.forces_ev_angstrom.as_flattened());
    (a.energy_ev - b.energy_ev).abs() < 1e-9 && forces.into_iter().all(|(a, b)| (a - b).abs() < 1e-9)
}

fn times(row: [f64; 3], matrix: &[[f64; 3]; 3]) -> [f64; 3] {
    std::array::from_fn(|k| (0..3).map(|m| row[m] * matrix[m][k]).sum())
}

/// A rotation of a unit quaternion.
fn rotation(q: [f64; 4]) -> [[f64; 3]; 3] {
    let size = q.iter().map(|x| x * x).sum::<f64>().sqrt();
    let [w, x, y, z] = q.map(|entry| entry / size);
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)],
        [2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)],
        [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

proptest! {
    #![proptest_config(same_cases(40))]

    #[test]
    fn translations_and_whole_cells(atoms in structures(), by in prop::array::uniform3(-9.0..9.0),
                                    cells in prop::collection::vec(-3..4_i32, 24)) {
        let cell = *atoms.cell().unwrap();
        for mut potential in Potential::both() {
            let before = potential.all(&atoms);
            let translated = moved(&atoms, cell.vectors(), |p| std::array::from_fn(|k| p[k] + by[k]));
            prop_assert!(near(&before, &potential.all(&translated)));
            let mut counts = cells.iter().copied().map(f64::from);
            let scattered = moved(&atoms, cell.vectors(), |p| {
                let whole = cell.cartesian(std::array::from_fn(|_| counts.next().unwrap()));
                std::array::from_fn(|k| p[k] + whole[k])
            });
            prop_assert!(near(&before, &potential.all(&scattered)));
        }
    }

    #[test]
    fn rotations(atoms in structures(), q in prop::array::uniform4(0.1..1.0)) {
        let turn = rotation(q);
        let rows = atoms.cell().unwrap().vectors().map(|row| times(row, &turn));
        let turned = moved(&atoms, rows, |p| times(p, &turn));
        for mut potential in Potential::both() {
            let mut before = potential.all(&atoms);
            for force in &mut before.forces_ev_angstrom {
                *force = times(*force, &turn);
            }
            let after = potential.all(&turned);
            prop_assert!(near(&before, &after));
            // the stress turns from both sides
            let (s, t) = (before.stress_ev_angstrom3.unwrap(), after.stress_ev_angstrom3.unwrap());
            let half: [[f64; 3]; 3] = s.map(|row| times(row, &turn));
            for a in 0..3 {
                for b in 0..3 {
                    let expected: f64 = (0..3).map(|m| turn[m][a] * half[m][b]).sum();
                    prop_assert!((t[a][b] - expected).abs() < 1e-10);
                }
            }
        }
    }

    #[test]
    fn other_cells_of_the_same_crystal(atoms in structures()) {
        let [a, b, c] = atoms.cell().unwrap().vectors();
        let sum = |x: [f64; 3], y: [f64; 3]| std::array::from_fn(|k| x[k] + y[k]);
        for mut potential in Potential::both() {
            let before = potential.all(&atoms);
            // left-handed, leaning, both
            for rows in [[b, a, c], [a, sum(b, a), c], [a, b, sum(c, sum(a, b)).map(|x: f64| -x)]] {
                prop_assert!(near(&before, &potential.all(&moved(&atoms, rows, |p| p))));
            }
            // twice the cell along each axis
            for axis in 0..3 {
                let step = [a, b, c][axis];
                let mut rows = [a, b, c];
                rows[axis] = step.map(|x| 2.0 * x);
                let elements = [atoms.elements(), atoms.elements()].concat();
                let mut positions = atoms.positions().to_vec();
                positions.extend(atoms.positions().iter().map(|p| sum(*p, step)));
                let doubled = Atoms::new(elements, positions).unwrap().in_cell(Cell::new(rows).unwrap(), [true; 3]);
                let after = potential.all(&doubled);
                prop_assert!((after.energy_ev - 2.0 * before.energy_ev).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn permutations(atoms in structures(), order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let elements = order.iter().map(|&k| atoms.elements()[k]).collect();
        let positions = order.iter().map(|&k| atoms.positions()[k]).collect();
        let shuffled = Atoms::new(elements, positions).unwrap().in_cell(*atoms.cell().unwrap(), [true; 3]);
        for mut potential in Potential::both() {
            let mut before = potential.all(&atoms);
            before.forces_ev_angstrom = order.iter().map(|&k| before.forces_ev_angstrom[k]).collect();
            prop_assert!(near(&before, &potential.all(&shuffled)));
        }
    }

    #[test]
    fn forces_cancel(atoms in structures()) {
        for mut potential in Potential::both() {
            let forces = potential.all(&atoms).forces_ev_angstrom;
            for axis in 0..3 {
                prop_assert!(forces.iter().map(|force| force[axis]).sum::<f64>().abs() < 1e-11);
            }
        }
    }

    /// Central differences over a list that stays: energies jump where a pair enters or leaves.
    #[test]
    fn forces_and_stress_are_derivatives(atoms in structures(), atom in 0..8_usize, axis in 0..3_usize) {
        let cell = *atoms.cell().unwrap();
        let mut list = NeighborList::build(&atoms, Potential::CUTOFF).unwrap();
        for mut potential in Potential::both() {
            list.follow(&atoms).unwrap();
            let here = potential.of_list(&atoms, &list, Wanted::ALL).unwrap();
            let mut energy = |structure: &Atoms| {
                list.follow(structure).unwrap();
                potential.of_list(structure, &list, Wanted::ENERGY).unwrap().energy_ev
            };
            let step = 1e-5;
            let along = |step: f64| {
                let mut positions = atoms.positions().to_vec();
                positions[atom][axis] += step;
                let mut there = atoms.clone();
                there.set_positions(&positions).unwrap();
                there
            };
            let slope = (energy(&along(step)) - energy(&along(-step))) / (2.0 * step);
            let force = here.forces_ev_angstrom[atom][axis];
            prop_assert!((force + slope).abs() < 1e-6 * force.abs().max(1.0), "{} {}", force, slope);

            let stress = here.stress_ev_angstrom3.unwrap();
            for (a, b) in [(0, 0), (1, 2), (axis, axis), (0, axis)] {
                let strained = |step: f64| {
                    let mut matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
                    matrix[a][b] += step / 2.0;
                    matrix[b][a] += step / 2.0;
                    moved(&atoms, cell.vectors().map(|row| times(row, &matrix)), |p| times(p, &matrix))
                };
                let slope = (energy(&strained(step)) - energy(&strained(-step))) / (2.0 * step);
                let known = stress[a][b] * cell.volume_angstrom3();
                prop_assert!((known - slope).abs() < 1e-6 * known.abs().max(1.0), "{} {}", known, slope);
            }
        }
    }
}
