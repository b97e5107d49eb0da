//! The paper's versions side by side.

use crate::tower::{LowTemperature, TowerModel, onsite_wue};
use crate::units::Celsius;
use crate::{PaperSites, Profile, Tables};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Outcome, Record, Table};
use common::roots::brent;

/// Versions 2 and 3 and the corrected version 3.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/versions",
    title: "Version 2, version 3 and the correction, factor by factor",
    artefact: "v2 and v3, Figures 2 to 4",
    expected: &[Expected::unprinted(WET_BULB, "", "v3: a processing error in v2's on-site values")
        .within(Bound::AtLeast(1.0))],
    reference: &[],
    run: |_, record| measure(Tables::embedded(), record),
};

const WET_BULB: &str = "mean wet bulb that v2's highest on-site value needs / highest of 44 countries";

/// Compares the factors of each version over the 11 countries.
///
/// # Errors
/// Those of altered tables.
pub fn measure(tables: &Tables, record: &mut Record) -> Outcome {
    let [v2, v3, corrected] = [Profile::PaperV2, Profile::PaperV3, Profile::PaperV3Corrected]
        .map(|profile| tables.paper_sites(profile));
    let (v2, v3, corrected) = (v2?, v3?, corrected?);

    let highest = v2.countries.iter().map(|row| row.site.onsite.get()).fold(0.0, f64::max);
    let needed = wet_bulb_for(highest)?;
    let warmest =
        tables.countries().iter().map(|country| country.wet_bulb.0).fold(f64::NEG_INFINITY, f64::max);
    record.measure(WET_BULB, needed / warmest, Evidence::Exact);

    record.table(compare(&v2, &v3, &corrected));
    record.note(format!(
        "Version 2's highest on-site value would need an annual mean wet bulb of {needed:.1} °C; the warmest of the 44 \
         countries has {warmest:.1} °C. Version 3 corrects the on-site values, adds leakage, and changes most off-site \
         values with new factors and mixes. Only the 11 countries of the figures have values of version 2 and a PUE; for \
         the others no litres can be compared.",
    ));
    Ok(())
}

/// The wet bulb in °C at which Eq. 2, on its rising branch, gives this water use.
fn wet_bulb_for(liters_per_kwh: f64) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let excess = |celsius: f64| {
        let wue = onsite_wue(
            Celsius(celsius).to_fahrenheit(),
            &TowerModel::FixedColdWater,
            &LowTemperature::Extrapolate,
        );
        wue.map_or(f64::NAN, |wue| wue.get() - liters_per_kwh)
    };
    Ok(brent(excess, 10.0, 60.0, 1e-9)?)
}

fn compare(v2: &PaperSites<'_>, v3: &PaperSites<'_>, corrected: &PaperSites<'_>) -> Table {
    let columns = [
        "country",
        "on site v2, L/kWh IT",
        "on site v3, L/kWh IT",
        "off site v2, L/kWh facility",
        "off site v3, L/kWh facility",
        "off site corrected, L/kWh facility",
        "leakage v3",
        "total v2, L/kWh IT",
        "total v3, L/kWh IT",
        "total corrected, L/kWh IT",
    ];
    let mut table = Table::new("versions", "Factors of each version", &columns);
    for ((two, three), fixed) in v2.countries.iter().zip(&v3.countries).zip(&corrected.countries) {
        let (a, b, c) = (&two.site, &three.site, &fixed.site);
        let numbers = [
            a.onsite.get(),
            b.onsite.get(),
            a.offsite.get(),
            b.offsite.get(),
            c.offsite.get(),
            b.leakage.per_liter(),
            a.intensity().get(),
            b.intensity().get(),
            c.intensity().get(),
        ];
        table.row([Cell::from(two.country.name.as_str())].into_iter().chain(numbers.map(Cell::from)));
    }
    table
}
