//! R1: energy of a request by the EcoLogits model of late 2024.

use super::places::REQUESTS;
use crate::{Result, Tables, request::ecologits_05_energy};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};

/// R1.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r1-request-energy",
    title: "Energy of a request",
    artefact: "v2 A.2.2, v3 §4.1.4",
    expected: &[
        Expected::printed("report, Llama-3-70B", "Wh", 52.25, "v2 A.2.2").within(Bound::Rel(1e-3)),
        Expected::printed("report, GPT-4", "Wh", 4660.0, "v2 A.2.2, printed as 4.66 kWh")
            .within(Bound::Rel(1e-3)),
        Expected::printed("email, Llama-3-70B", "Wh", 2.62, "v2 A.2.2, mentioned and not used")
            .within(Bound::Rel(5e-3)),
        Expected::printed("email, GPT-4", "Wh", 232.0, "v2 A.2.2, printed as ~232").within(Bound::Rel(5e-3)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// Computes the energies of the four requests from parameter counts and output tokens.
///
/// # Errors
/// Names or parameter counts that the tables lack.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let columns = [
        "request",
        "output tokens",
        "low, Wh",
        "mean, Wh",
        "high, Wh",
        "used by the paper, Wh",
        "source of that",
    ];
    let mut table = Table::new("energies", "Server energy of a request, PUE not in it", &columns);
    for request in &REQUESTS {
        let model = tables.model(request.model)?;
        let task = tables.task(request.task)?;
        let energy = ecologits_05_energy(&model.architecture, task.output_tokens)?;
        record.measure(request.label, energy.mean.kwh() * 1e3, Evidence::Exact);
        let published = tables
            .request_energies()
            .iter()
            .find(|row| row.task == request.task && row.model == request.model);
        table.row([
            Cell::from(request.label),
            f64::from(task.output_tokens).into(),
            (energy.low.kwh() * 1e3).into(),
            (energy.mean.kwh() * 1e3).into(),
            (energy.high.kwh() * 1e3).into(),
            published.map_or(Cell::from("-"), |row| (row.energy.kwh() * 1e3).into()),
            published.map_or("-", |row| row.source.as_str()).into(),
        ]);
    }
    record.table(table);
    record.note(
        "Three of the paper's four energies come from the EcoLogits calculator of late 2024, recomputed here from its \
         published model. The fourth, the email by Llama-3-70B, is a measurement of another study; the calculator's \
         value for it is mentioned in the paper and not used. A mixture of experts has a range of active parameters; \
         the mean of its two ends counts.",
    );
    Ok(())
}
