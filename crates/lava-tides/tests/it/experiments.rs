//! The experiments: what holds, what does not, and that inputs matter.

use common::dataset::{DataRoots, Store};
use common::experiment::{Evidence, Experiment, Known, Profile, Record, Row, Setup, Verdict, judge};
use lava_tides::archive::{PlanetRecord, builtin};
use lava_tides::experiments::{
    PAPER, r1_love_spectrum, r2_melt_transition, r3_earth_moon, r4_spin, r5_energy_budget, r6_rotation,
};

fn rows(experiment: &Experiment, record: &Record) -> Vec<Row> {
    judge(experiment, record, Profile::Smoke, Evidence::Exact, &Known::default()).unwrap()
}

fn run(experiment: &Experiment) -> Vec<Row> {
    let datasets = PAPER.datasets.iter().copied();
    let setup = Setup::new(Profile::Smoke, 1, Store::new(DataRoots::default(), datasets).unwrap());
    experiment.execute(&setup).unwrap().rows
}

fn verdict(rows: &[Row], name: &str) -> Verdict {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("{name}")).verdict
}

fn value(rows: &[Row], name: &str) -> f64 {
    rows.iter().find(|row| row.name == name).unwrap().ours.unwrap()
}

/// No exact row deviates, whatever becomes of the claims; enough rows are judged, and enough of them on the claims.
#[test]
fn closed_forms_hold_and_claims_are_judged() {
    let all: Vec<Row> = PAPER.experiments.iter().flat_map(run).collect();
    for row in &all {
        assert!(!row.verdict.is_failure(), "{} {}: {:?}", row.experiment, row.name, row.ours);
        assert!(row.paper.is_none(), "the abstract prints ranges, and nothing else of the paper is known");
    }
    let judged = all.iter().filter(|row| row.verdict.is_judged()).count();
    let claims =
        all.iter().filter(|row| row.source.starts_with("abstract") && row.verdict.is_judged()).count();
    assert!(
        judged >= 24 && judged * 10 >= all.len() * 7 && claims >= 10,
        "{judged} of {}, {claims}",
        all.len()
    );
    for claim in ["C1", "C2", "C3", "C4"] {
        assert!(all.iter().any(|row| row.source.contains(claim)), "{claim}");
    }
}

#[test]
fn recession_claim_depends_on_the_floor_and_on_the_ocean() {
    let rows = run(&r3_earth_moon::EXPERIMENT);
    assert_eq!(verdict(&rows, "shortest time, Eq. 7 on a rigid floor"), Verdict::TrendHolds);
    assert_eq!(verdict(&rows, "shortest time, Eq. 28 on a yielding Earth"), Verdict::TrendFails);
    assert_eq!(verdict(&rows, "oceans within C2, self-attracting on a rigid floor"), Verdict::TrendFails);
}

/// A lighter melt moves every time of the recession, and a light enough one breaks the claim.
#[test]
fn altered_inputs_move_the_rows() {
    let mut record = Record::new();
    r3_earth_moon::measure(0.3, 20, &|| (), &mut record).unwrap();
    let light = rows(&r3_earth_moon::EXPERIMENT, &record);
    assert_eq!(verdict(&light, "shortest time, Eq. 7 on a rigid floor"), Verdict::TrendFails);

    let mut record = Record::new();
    r1_love_spectrum::measure(1e-6, Profile::Smoke, &mut record).unwrap();
    let weak = rows(&r1_love_spectrum::EXPERIMENT, &record);
    assert_eq!(verdict(&weak, "loss at one day: Eq. 28 over solid"), Verdict::TrendFails);
    assert_eq!(verdict(&weak, "loss at the resonance against ξ σ₂/σ_R"), Verdict::Reproduced);

    let mut record = Record::new();
    r2_melt_transition::measure(0.2, Profile::Smoke, &mut record).unwrap();
    // The suspension law's mush loses most above a melt fraction of 0.2.
    let name =
        "suspension law: largest loss of the weak solid beyond the critical melt fraction over its largest";
    assert_eq!(verdict(&rows(&r2_melt_transition::EXPERIMENT, &record), name), Verdict::TrendFails);
    assert_eq!(verdict(&run(&r2_melt_transition::EXPERIMENT), name), Verdict::TrendHolds);

    let name = "longest time of a solid planet of the grid";
    let mut record = Record::new();
    r4_spin::measure(0.1, Profile::Smoke, &mut record).unwrap();
    let heavy = run(&r4_spin::EXPERIMENT);
    assert!((value(&rows(&r4_spin::EXPERIMENT, &record), name) / value(&heavy, name) - 1.0).abs() > 1e-6);

    let mut planets: Vec<PlanetRecord> = builtin().unwrap();
    for planet in &mut planets {
        planet.period_d = planet.period_d.map(|period| 20.0 * period);
    }
    let mut record = Record::new();
    r5_energy_budget::measure(&planets, &mut record).unwrap();
    let far = rows(&r5_energy_budget::EXPERIMENT, &record);
    assert_eq!(verdict(&far, "e = 0.01: planets whose tide exceeds the light"), Verdict::TrendFails);

    let name = "the same at a drag of ten times the spin";
    let mut record = Record::new();
    r6_rotation::measure(3e4, Profile::Smoke, &mut record).unwrap();
    let shallow = rows(&r6_rotation::EXPERIMENT, &record);
    assert!((value(&shallow, name) - value(&run(&r6_rotation::EXPERIMENT), name)).abs() > 1e-6);
}
