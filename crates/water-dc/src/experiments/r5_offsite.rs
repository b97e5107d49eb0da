//! R5: off-site water use of the 42 countries of the first data set.

use crate::{Result, Tables, fuel::FactorSet, fuel::offsite_wue};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};
use common::stats::max_abs_difference;

/// R5.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r5-offsite",
    title: "Off-site water use of 42 countries",
    artefact: "data set v1, column WUE_Indirect",
    expected: &[
        Expected::unprinted("countries compared", "", "data set v1, without South Africa")
            .within(Bound::Between(41.0, 41.0)),
        Expected::unprinted("largest difference to the published value", "L/kWh", "data set v1, 5 decimals")
            .within(Bound::AtMost(1e-5)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// Computes Eq. 3 for each country from its shares and the data set's factors.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let factors = tables.factors(FactorSet::DatasetV1);
    let columns = ["country", "ours, L/kWh", "published, L/kWh", "difference, L/kWh"];
    let mut table = Table::new("countries", "Off-site water use", &columns);
    let (mut ours, mut published) = (Vec::new(), Vec::new());
    for country in tables.countries() {
        let Some(row) = &country.dataset_v1 else { continue };
        let (own, theirs) = (offsite_wue(&row.mix, factors)?.get(), row.offsite_published.get());
        table.row([Cell::from(country.name.as_str()), own.into(), theirs.into(), (own - theirs).into()]);
        if country.iso2 != "ZA" {
            ours.push(own);
            published.push(theirs);
        }
    }
    record.measure("countries compared", ours.len() as f64, Evidence::Exact);
    let largest = max_abs_difference(&ours, &published).unwrap_or(f64::NAN);
    record.measure("largest difference to the published value", largest, Evidence::Exact);
    record.table(table);
    record.note(
        "The factors behind the first data set are not published. They were recovered by inverting these very values, \
         so that this row shows that one set of factors explains 41 countries at once, not that the factors are right. \
         South Africa alone has nuclear and other generation, whose factors cannot be told apart from one country.",
    );
    Ok(())
}
