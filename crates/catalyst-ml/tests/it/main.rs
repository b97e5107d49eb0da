//! Integration tests of catalyst-ml.
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod adsorbates;
mod build;
#[cfg(feature = "experiments")]
mod chemistry;
mod elements;
mod emt;
#[cfg(feature = "experiments")]
mod experiment_surfaces;
#[cfg(feature = "experiments")]
mod experiments;
mod files;
mod invariants;
mod lennard_jones;
mod neighbors;
mod pipeline;
mod reactions;
mod real_data;
mod relax;
mod sites;
mod structures;
mod surfaces;
mod tags;
mod thermochemistry;
mod volcanoes;

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}

/// Fractional positions of each element.
type Species = Vec<(&'static str, Vec<[f64; 3]>)>;

/// Crystals of known space groups, by name.
fn bulk(name: &str) -> catalyst_ml::surface::Bulk {
    let cubic = |a: f64| [[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]];
    let fcc = |at: [f64; 3]| -> Vec<[f64; 3]> {
        [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]
            .map(|centre| [0, 1, 2].map(|k| centre[k] + at[k]))
            .to_vec()
    };
    let (vectors, species): (_, Species) = match name {
        "Pt" => (cubic(3.92), vec![("Pt", fcc([0.0; 3]))]),
        "Fe" => (cubic(2.87), vec![("Fe", vec![[0.0; 3], [0.5; 3]])]),
        "Cu3Au" => (cubic(3.74), vec![("Cu", fcc([0.0; 3])[1..].to_vec()), ("Au", vec![[0.0; 3]])]),
        "NaCl" => (cubic(5.64), vec![("Na", fcc([0.0; 3])), ("Cl", fcc([0.5; 3]))]),
        "ZnS" => (cubic(5.41), vec![("Zn", fcc([0.0; 3])), ("S", fcc([0.25; 3]))]),
        "Si" => (cubic(5.43), vec![("Si", [fcc([0.0; 3]), fcc([0.25; 3])].concat())]),
        "FeS2" => {
            let u = 0.385;
            let pairs = fcc([0.0; 3]).into_iter().zip([[u, u, u], [-u, u, -u], [-u, -u, u], [u, -u, -u]]);
            let sulphur = pairs.flat_map(|(centre, [x, y, z])| {
                [1.0, -1.0].map(|sign| [centre[0] + sign * x, centre[1] + sign * y, centre[2] + sign * z])
            });
            (cubic(5.418), vec![("Fe", fcc([0.0; 3])), ("S", sulphur.collect())])
        }
        "Ru" => {
            let a: f64 = 2.706;
            let vectors = [[a, 0.0, 0.0], [-a / 2.0, a * 0.75_f64.sqrt(), 0.0], [0.0, 0.0, 4.282]];
            (vectors, vec![("Ru", vec![[1.0 / 3.0, 2.0 / 3.0, 0.25], [2.0 / 3.0, 1.0 / 3.0, 0.75]])])
        }
        "TiO2" => {
            let (a, c, u) = (4.594, 2.959, 0.305);
            let oxygen = vec![[u, u, 0.0], [-u, -u, 0.0], [0.5 - u, 0.5 + u, 0.5], [0.5 + u, 0.5 - u, 0.5]];
            let vectors = [[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, c]];
            (vectors, vec![("Ti", vec![[0.0; 3], [0.5; 3]]), ("O", oxygen)])
        }
        _ => panic!("{name}"),
    };
    let cell = catalyst_ml::Cell::new(vectors).unwrap();
    let elements = species.iter().flat_map(|(symbol, places)| vec![symbol.parse().unwrap(); places.len()]);
    let positions = species.iter().flat_map(|(_, places)| places.iter().map(|place| cell.cartesian(*place)));
    let atoms = catalyst_ml::Atoms::new(elements.collect(), positions.collect()).unwrap();
    catalyst_ml::surface::Bulk::new(&atoms.in_cell(cell, [true; 3]), 0.1).unwrap()
}
