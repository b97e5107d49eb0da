//! The experiment on surfaces: what holds, and that inputs matter.

use catalyst_ml::experiments::e6_surfaces;
use common::experiment::{Evidence, Known, Profile, Record, Row, judge};
use common::rng::Streams;

fn rows(platinum_angstrom: f64, oxygen_u: f64) -> Vec<Row> {
    let mut record = Record::new();
    let mut rng = Streams::new(1).stream("placements");
    e6_surfaces::measure(platinum_angstrom, oxygen_u, Profile::Smoke, &mut rng, &mut record).unwrap();
    judge(&e6_surfaces::EXPERIMENT, &record, Profile::Smoke, Evidence::Exact, &Known::default()).unwrap()
}

fn failures(rows: &[Row]) -> Vec<&str> {
    rows.iter().filter(|row| row.verdict.is_failure()).map(|row| row.name.as_str()).collect()
}

#[test]
fn every_row_is_judged_and_holds() {
    let rows = rows(3.92, 0.305);
    assert!(failures(&rows).is_empty(), "{:?}", failures(&rows));
    assert!(rows.len() >= 25 && rows.iter().all(|row| row.verdict.is_judged()));
    assert!(rows.iter().all(|row| row.paper.is_none()));
}

/// Another lattice constant scales all of platinum; another place of the oxygen atoms moves rutile's coordination.
#[test]
fn inputs_move_the_rows_that_depend_on_them() {
    let scaled = rows(4.0, 0.305);
    assert!(failures(&scaled).is_empty(), "{:?}", failures(&scaled));
    let moved = rows(3.92, 0.31);
    let failed = failures(&moved);
    assert!(failed.contains(&"Voronoi coordination of Ti in TiO2"), "{failed:?}");
    assert!(failed.iter().all(|name| name.contains("TiO2")), "{failed:?}");
}
