//! R6: on-site water use of the 44 countries of the second data set.

use crate::tower::{LowTemperature, TowerModel, onsite_wue};
use crate::{Result, Tables};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};
use common::stats::max_abs_difference;

/// R6.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r6-onsite",
    title: "On-site water use of 44 countries",
    artefact: "data set v3, Country_Summary.csv",
    expected: &[
        Expected::unprinted("countries compared", "", "data set v3").within(Bound::Between(44.0, 44.0)),
        // The wet bulbs are printed to 0.01 °C and the results to 0.001 L/kWh.
        Expected::unprinted(
            "largest difference to the published value",
            "L/kWh",
            "second-hand: data set v3, 3 decimals",
        )
        .within(Bound::AtMost(6e-4)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// Computes Eq. 2 at each country's annual mean wet bulb.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let columns = ["country", "mean wet bulb, °C", "ours, L/kWh", "published, L/kWh", "difference, L/kWh"];
    let mut table = Table::new("countries", "On-site water use, fixed cold water", &columns);
    let (mut ours, mut published) = (Vec::new(), Vec::new());
    for country in tables.countries() {
        let wet_bulb = country.wet_bulb.to_fahrenheit();
        let own = onsite_wue(wet_bulb, &TowerModel::FixedColdWater, &LowTemperature::Extrapolate)?.get();
        let theirs = country.onsite_published.get();
        ours.push(own);
        published.push(theirs);
        table.row([
            Cell::from(country.name.as_str()),
            country.wet_bulb.0.into(),
            own.into(),
            theirs.into(),
            (own - theirs).into(),
        ]);
    }
    record.measure("countries compared", ours.len() as f64, Evidence::Exact);
    let largest = max_abs_difference(&ours, &published).unwrap_or(f64::NAN);
    record.measure("largest difference to the published value", largest, Evidence::Exact);
    record.table(table);
    record.note(
        "The agreement shows that the second data set applies Eq. 2 to the annual mean wet bulb and not to each hour. \
         Eq. 2 is convex: the mean over hours is larger (experiment R7).",
    );
    Ok(())
}
