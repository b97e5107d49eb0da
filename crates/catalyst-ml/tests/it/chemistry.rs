//! Experiments of chemistry, with data where `PAPER_DATA` leads to them.

use catalyst_ml::experiments::PAPER;
use common::dataset::{DataRoots, Store};
use common::experiment::{Profile, Setup, Verdict};

#[test]
fn chemistry_holds_what_is_known() {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let store = Store::new(DataRoots::from_env(&workspace), PAPER.datasets.iter().copied()).unwrap();
    let setup = Setup::new(Profile::Smoke, 1, store);
    for experiment in
        PAPER.experiments.iter().filter(|e| ["e1", "e2", "e3", "e4", "e5"].iter().any(|id| e.id.contains(id)))
    {
        let report = experiment.execute(&setup).unwrap();
        for row in &report.rows {
            let fine = matches!(row.verdict, Verdict::Reproduced | Verdict::TrendHolds | Verdict::NotJudged);
            assert!(fine, "{}: {row:?}", experiment.id);
        }
        for figure in &report.figures {
            assert!(figure.svg(&[]).unwrap().contains("<svg"), "{}", figure.name());
        }
        assert!(!report.rows.is_empty());
    }
}
