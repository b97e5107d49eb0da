//! What happens to the verdicts when a table of facts is altered.

use crate::setup;
use common::experiment::{Evidence, Experiment, Known, Profile, Record, Row, Verdict, judge};
use water_dc::experiments::{r2_v2_figures, r3_v3_figures, r5_offsite};
use water_dc::{Tables, TablesCsv};

type Measure = fn(&Tables, &mut Record) -> water_dc::Result<()>;

fn rows(experiment: &Experiment, measure: Measure, csv: TablesCsv<'_>) -> Vec<Row> {
    let mut record = Record::new();
    measure(&Tables::from_csv(csv).unwrap(), &mut record).unwrap();
    judge(experiment, &record, Profile::Quick, Evidence::Exact, &Known::default()).unwrap()
}

/// One change of one field, which must occur exactly once.
fn altered(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

fn verdict(rows: &[Row], name: &str) -> Verdict {
    rows.iter().find(|row| row.name == name).unwrap().verdict
}

#[test]
fn measure_and_run_are_the_same_program() {
    let whole = r3_v3_figures::EXPERIMENT.execute(&setup()).unwrap().rows;
    assert_eq!(rows(&r3_v3_figures::EXPERIMENT, r3_v3_figures::measure, TablesCsv::EMBEDDED), whole);
}

/// The mix that version 3 used for the Congo: half of its hydropower becomes solar power.
#[test]
fn an_altered_share_makes_dependent_rows_deviate() {
    let share = altered(TablesCsv::EMBEDDED.other_mixes, "99.638,0.091", "49.638,50.091");
    let csv = TablesCsv { other_mixes: &share, ..TablesCsv::EMBEDDED };
    let before = rows(&r3_v3_figures::EXPERIMENT, r3_v3_figures::measure, TablesCsv::EMBEDDED);
    let after = rows(&r3_v3_figures::EXPERIMENT, r3_v3_figures::measure, csv);
    assert_eq!(verdict(&before, "upper value: report, Llama-3-70B"), Verdict::Reproduced);
    assert_eq!(verdict(&after, "upper value: report, Llama-3-70B"), Verdict::Deviates);
    assert_eq!(verdict(&after, "countries below the global average, of 11"), Verdict::Deviates);
    assert_eq!(
        verdict(&after, "Algeria / United States"),
        Verdict::Reproduced,
        "another country's row stays"
    );
}

#[test]
fn an_altered_pue_or_factor_moves_its_rows() {
    let pue = altered(TablesCsv::EMBEDDED.paper_countries, "NA,Steppe,2.1", "NA,Steppe,2.2");
    let csv = TablesCsv { paper_countries: &pue, ..TablesCsv::EMBEDDED };
    let after = rows(&r2_v2_figures::EXPERIMENT, r2_v2_figures::measure, csv);
    assert_eq!(verdict(&after, "Namibia: report, GPT-4"), Verdict::Deviates);
    assert_eq!(verdict(&after, "Gabon: report, GPT-4"), Verdict::Reproduced);

    let factor = altered(TablesCsv::EMBEDDED.fuel_factors, "dataset_v1,gas,1.41,", "dataset_v1,gas,1.42,");
    let csv = TablesCsv { fuel_factors: &factor, ..TablesCsv::EMBEDDED };
    let after = rows(&r5_offsite::EXPERIMENT, r5_offsite::measure, csv);
    assert_eq!(verdict(&after, "largest difference to the published value"), Verdict::Deviates);
}
