//! The experiments reach what they are held against.

use catalyst_ml::experiments::PAPER;
use common::dataset::{DataRoots, Store};
use common::experiment::{Profile, Setup};

#[test]
fn every_judged_row_is_reached() {
    let store = Store::new(DataRoots::default(), PAPER.datasets.iter().copied()).unwrap();
    let setup = Setup::new(Profile::Smoke, 1, store);
    for experiment in PAPER.experiments {
        let report = experiment.execute(&setup).unwrap();
        for row in &report.rows {
            assert!(!row.verdict.is_failure(), "{}: {row:?}", experiment.id);
        }
    }
}
