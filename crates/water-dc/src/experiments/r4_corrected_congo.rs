//! R4: version 3 with the Republic of the Congo's own electricity mix.

use super::places::{self, Place, REQUESTS};
use crate::{Profile, Result, Tables};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Record, Table};

/// R4.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r4-corrected-congo",
    title: "Version 3 with the right mix for the Republic of the Congo",
    artefact: "v3 Figures 2 and 3, corrected",
    expected: &[
        Expected::unprinted("Congo / Global average", "", "from its own mix of 2022")
            .within(Bound::AtMost(1.0)),
        Expected::unprinted("Ethiopia / maximum over the 11 countries", "", "from its own mix of 2022")
            .within(Bound::AtLeast(1.0)),
    ],
    reference: &[],
    run: |_, record| Ok(measure(Tables::embedded(), record)?),
};

/// Computes the bars of version 3 with the corrected row.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Result<()> {
    let sites = tables.paper_sites(Profile::PaperV3Corrected)?;
    let places = places::places(tables, &sites)?;
    let water =
        |name: &str| places.iter().find(|place| place.name == name).map_or(f64::NAN, |p| p.liters_per_kwh);
    let maximum = sites.highest().map_or(f64::NAN, |row| row.site.intensity().get());
    record.measure("Congo / Global average", water("Congo") / water("Global average"), Evidence::Exact);
    record.measure("Ethiopia / maximum over the 11 countries", water("Ethiopia") / maximum, Evidence::Exact);
    let published = places::places(tables, &tables.paper_sites(Profile::PaperV3)?)?;
    record.table(compare(&published, &places));
    record.table(places::table(&places));
    for (index, request) in REQUESTS.iter().enumerate().take(2) {
        let title = format!("Version 3, corrected: water of one {}", request.label);
        record.figure(places::figure(&places, index, &title, |_: &Place| None, vec![]));
    }
    record.note(
        "Version 3 gives the Republic of the Congo the electricity mix of the Democratic Republic of the Congo. With its \
         own mix the country falls below the global average, and the highest of the 11 is Ethiopia. The first table \
         sets the upper values of the two side by side.",
    );
    Ok(())
}

/// Upper values with and without the error.
fn compare(published: &[Place], corrected: &[Place]) -> Table {
    let columns = ["request", "as published, L", "corrected, L", "published / corrected"];
    let mut table = Table::new("upper-values", "Largest value over the 11 countries", &columns);
    let pairs = places::upper(published).into_iter().zip(places::upper(corrected));
    for (request, (before, after)) in REQUESTS.iter().zip(pairs) {
        table.row([Cell::from(request.label), before.into(), after.into(), (before / after).into()]);
    }
    table
}
