//! The Lennard-Jones potential.

use crate::build::element;
use catalyst_ml::calculator::{Calculator, LennardJones, Wanted};
use catalyst_ml::relax::Relax;
use catalyst_ml::{Atoms, Error};
use common::assert_close;

/// The twelve corners of an icosahedron of edge 1, and the middles of its edges.
fn icosahedron() -> (Vec<[f64; 3]>, Vec<[f64; 3]>) {
    let golden = 0.5 * (1.0 + 5.0_f64.sqrt());
    let mut corners = Vec::new();
    for (a, b) in [(0.5, 0.5 * golden), (0.5, -0.5 * golden), (-0.5, 0.5 * golden), (-0.5, -0.5 * golden)] {
        corners.extend([[0.0, a, b], [a, b, 0.0], [b, 0.0, a]]);
    }
    let mut middles = Vec::new();
    for (i, a) in corners.iter().enumerate() {
        for b in &corners[..i] {
            let d2: f64 = (0..3).map(|k| (a[k] - b[k]).powi(2)).sum();
            if (d2 - 1.0).abs() < 1e-9 {
                middles.push(std::array::from_fn(|k| 0.5 * (a[k] + b[k])));
            }
        }
    }
    (corners, middles)
}

/// Energies of the Cambridge Cluster Database, ε = σ = 1.
#[test]
fn clusters_of_icosahedra() {
    let (corners, middles) = icosahedron();
    assert_eq!((corners.len(), middles.len()), (12, 30));
    let scaled =
        |points: &[[f64; 3]], size: f64| points.iter().map(|p| p.map(|x| size * x)).collect::<Vec<_>>();
    let mut positions = vec![[0.0; 3]];
    positions.extend(scaled(&corners, 1.1));
    let small = positions.clone();
    positions.extend(scaled(&corners, 2.2));
    positions.extend(scaled(&middles, 2.2));
    for (positions, count, known) in [(small, 13, -44.326801), (positions, 55, -279.248470)] {
        assert_eq!(positions.len(), count);
        let cluster = Atoms::new(vec![element("Ar"); count], positions).unwrap();
        let mut calculator = LennardJones::new(1.0, 1.0, 100.0).unwrap();
        let relaxed = Relax::ase(1e-6).run(cluster, &mut calculator).unwrap();
        assert!(relaxed.is_converged());
        assert_close!(relaxed.energy_ev(), known, abs = 1e-6);
    }
}

#[test]
fn shifted_pairs_end_at_zero() {
    let at = |distance: f64, shifted: bool| {
        let pair = Atoms::new(vec![element("Ar"); 2], vec![[0.0; 3], [0.0, distance, 0.0]]).unwrap();
        let calculator = LennardJones::new(0.01, 3.4, 8.5).unwrap();
        let mut calculator = if shifted { calculator.shifted() } else { calculator };
        calculator.evaluate(&pair, Wanted::FORCES).unwrap()
    };
    let end = 4.0 * 0.01 * (0.4_f64.powi(12) - 0.4_f64.powi(6));
    assert_close!(at(8.5, false).energy_ev, end, rel = 1e-12);
    assert_close!(at(8.5, true).energy_ev, 0.0, abs = 1e-17);
    assert_close!(at(8.500001, false).energy_ev, 0.0, abs = 0.0);
    assert_close!(at(4.0, true).energy_ev, at(4.0, false).energy_ev - end, rel = 1e-12);
    assert_eq!(at(4.0, true).forces_ev_angstrom, at(4.0, false).forces_ev_angstrom);
}

#[test]
fn parameters_out_of_range_are_refused() {
    for (epsilon, sigma, cutoff) in
        [(0.0, 1.0, 3.0), (1.0, -1.0, 3.0), (1.0, 1.0, f64::NAN), (f64::INFINITY, 1.0, 3.0)]
    {
        assert!(matches!(LennardJones::new(epsilon, sigma, cutoff), Err(Error::Quantity { .. })));
    }
}
