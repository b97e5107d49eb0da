//! Energy of requests against EcoLogits and against the paper's printed values.

use common::assert_close;
use water_dc::{
    Tables,
    request::{Architecture, ecologits_05_energy, ecologits_011_energy},
};

use crate::{golden, number};

#[test]
fn both_versions_of_ecologits() {
    let rows = golden(include_str!("../golden/ecologits.csv"));
    assert_eq!(rows.len(), 24);
    for row in &rows {
        let active = number(row, "active");
        let model = Architecture::mixture_of_experts(number(row, "total"), active, active).unwrap();
        let tokens = row["tokens"].parse().unwrap();
        let ours = match row["version"].as_str() {
            "0.5.1" => ecologits_05_energy(&model, tokens),
            _ => ecologits_011_energy(&model, tokens),
        };
        assert_close!(ours.unwrap().mean.kwh(), number(row, "kwh"), rel = 1e-14, "{row:?}");
    }
}

/// 4.66 kWh and 52.25 Wh within 1e-3 of the printed values, "about 232 Wh" and 2.62 Wh within 5e-3.
#[test]
fn printed_energies_follow_from_the_earlier_model() {
    let tables = Tables::embedded();
    for (task, model, printed_wh, tolerance) in [
        ("10-page-report", "GPT-4", 4660.0, 1e-3),
        ("10-page-report", "Llama-3-70B", 52.25, 1e-3),
        ("medium-email", "GPT-4", 232.0, 5e-3),
        ("medium-email", "Llama-3-70B", 2.62, 5e-3),
    ] {
        let architecture = tables.model(model).unwrap().architecture;
        let energy = ecologits_05_energy(&architecture, tables.task(task).unwrap().output_tokens).unwrap();
        assert_close!(energy.mean.kwh() * 1e3, printed_wh, rel = tolerance, "{task}, {model}");
    }
}

#[test]
fn range_of_a_mixture_of_experts() {
    let gpt4 = Tables::embedded().model("gpt-4").unwrap().architecture;
    let energy = ecologits_05_energy(&gpt4, 5000).unwrap();
    assert_close!(energy.low.kwh(), 1.9553, abs = 5e-5);
    assert_close!(energy.high.kwh(), 7.3583, abs = 5e-5);
    assert_close!(energy.mean.kwh(), 4.65677, abs = 5e-6);
    // linear in tokens
    assert_close!(ecologits_05_energy(&gpt4, 250).unwrap().mean.kwh(), energy.mean.kwh() / 20.0, rel = 1e-14);
}
