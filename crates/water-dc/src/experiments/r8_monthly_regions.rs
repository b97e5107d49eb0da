//! R8: on-site water use by month and climate region.

use crate::country::ClimateRegion;
use crate::tower::{LowTemperature, TowerModel, onsite_wue};
use crate::units::{Fahrenheit, LitersPerKwh};
use crate::weather::{Choices, SyntheticClimate, by_month};
use crate::wet_bulb::WetBulbModel;
use crate::{Error, Result};
use common::dataset::CsvTable;
use common::experiment::{Bound, Cell, Context, Evidence, Expected, Experiment, Outcome, Record, Table};
use common::report::{Axis, LineChart, Series};
use common::stats::{correlation, mean};
use std::collections::BTreeMap;

/// R8.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r8-monthly-regions",
    title: "On-site water use by month and climate region",
    artefact: "v2 and v3 Figure 1",
    expected: &[
        Expected::unprinted(DATA[0], "", "the paper's Table 1 has five").within(Bound::Between(5.0, 5.0)),
        Expected::unprinted(DATA[1], "L/kWh", "Eq. 2 is convex").within(Bound::AtLeast(0.0)),
        Expected::unprinted(DATA[2], "", "shape only: the figure's values are not printed")
            .within(Bound::AtLeast(0.95)),
        Expected::unprinted(SYNTHETIC[0], "L/kWh", "Eq. 2 is convex").within(Bound::AtLeast(0.0)),
        Expected::unprinted(SYNTHETIC[1], "", "Eq. 2 rises above 48.7 °F").within(Bound::AtLeast(0.95)),
    ],
    reference: &[],
    run,
};

/// The numbers that need the file.
const DATA: [&str; 3] = [
    "climate regions",
    "country-months: smallest excess of the mean over hours over the value at the mean wet bulb",
    "regions: smallest correlation of ours at the mean wet bulb with the data set's mean over hours",
];

/// The numbers of the generated year.
const SYNTHETIC: [&str; 2] = [
    "generated months: smallest excess of the mean over hours over the value at the mean wet bulb",
    "generated months: correlation of water use with the wet bulb",
];

const FILE: &str = "water_efficiency_country_month.csv";

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    measure_generated(record)?;
    match context.csv("electricity-africa", FILE) {
        Ok(file) => measure_data(&file, record)?,
        Err(error) if error.is_not_at_hand() => {
            record.unavailable(&DATA, &error);
            record.note("The data set's monthly means are not at hand: only a generated year was computed.");
        }
        Err(error) => return Err(error.into()),
    }
    record.note(
        "The figure's values are not printed, so that its shape alone is compared: monthly water use rises and falls \
         with the wet bulb, and the mean over the hours of a month is always above the value at the month's mean wet \
         bulb. Several of the data set's region labels are wrong by any climate classification; they are kept as data.",
    );
    Ok(())
}

fn cold_water(wet_bulb: Fahrenheit) -> Result<f64> {
    onsite_wue(wet_bulb, &TowerModel::FixedColdWater, &LowTemperature::Extrapolate).map(LitersPerKwh::get)
}

/// A generated year: nothing in it is a result about a place.
fn measure_generated(record: &mut Record) -> Result<()> {
    let choices = Choices { wet_bulb: WetBulbModel::Stull, low_temperature: LowTemperature::Extrapolate };
    let months = by_month(&SyntheticClimate::HIGHLAND.hours(2023)?, &choices)?;
    let water: Vec<f64> = months.iter().map(|month| month.summary.fixed_cold_water.mean.get()).collect();
    let wet_bulb: Vec<f64> =
        months.iter().map(|month| month.summary.wet_bulb.mean.to_fahrenheit().0).collect();
    let at_mean = wet_bulb.iter().map(|tw| cold_water(Fahrenheit(*tw))).collect::<Result<Vec<_>>>()?;
    let excess = water.iter().zip(&at_mean).map(|(hours, mean)| hours - mean).fold(f64::INFINITY, f64::min);
    record.measure(SYNTHETIC[0], excess, Evidence::Synthetic);
    record.measure(SYNTHETIC[1], correlation(&water, &wet_bulb).unwrap_or(f64::NAN), Evidence::Synthetic);
    Ok(())
}

/// Months of a region: year and month, with the data set's and our values of its countries.
type Months = BTreeMap<(u32, u32), (Vec<f64>, Vec<f64>)>;

fn measure_data(file: &CsvTable, record: &mut Record) -> Result<()> {
    let numbers = ["year", "month", "wetbulb_temperature", "WUE_FixedColdWaterDirect(L/KWh)"];
    let [years, months, wet_bulbs, published] = numbers.map(|name| file.numbers(name));
    let mut regions: BTreeMap<ClimateRegion, Months> = BTreeMap::new();
    let mut excess = f64::INFINITY;
    for (index, label) in file.texts("climate_region").iter().enumerate() {
        let ours = cold_water(Fahrenheit(wet_bulbs[index]))?;
        excess = excess.min(published[index] - ours);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the manifest bounds both"
        )]
        let month = (years[index] as u32, months[index] as u32);
        let region: ClimateRegion = label.parse()?;
        let (theirs, own) = regions.entry(region).or_default().entry(month).or_default();
        theirs.push(published[index]);
        own.push(ours);
    }
    // Five countries go on for a second year; the curves stop where the regions would change their members.
    let first_year: Vec<(u32, u32)> =
        regions.values().next().map_or(vec![], |m| m.keys().take(13).copied().collect());

    let columns = [
        "region",
        "month",
        "countries",
        "data set: mean over hours, L/kWh",
        "ours at the mean wet bulb, L/kWh",
    ];
    let mut table = Table::new("regions", "On-site water use, fixed cold water", &columns);
    let mut series = Vec::new();
    let mut lowest = f64::INFINITY;
    for (region, by_month) in &regions {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for month in &first_year {
            let (published, own) = by_month.get(month).ok_or(Error::NoHours)?;
            let pair = (mean(published).unwrap_or(f64::NAN), mean(own).unwrap_or(f64::NAN));
            theirs.push(pair.0);
            ours.push(pair.1);
            table.row([
                Cell::from(region.name()),
                format!("{}-{:02}", month.0, month.1).into(),
                (published.len() as f64).into(),
                pair.0.into(),
                pair.1.into(),
            ]);
        }
        lowest = lowest.min(correlation(&theirs, &ours).unwrap_or(f64::NAN));
        let points = theirs.iter().enumerate().map(|(index, value)| (index as f64, *value)).collect();
        series.push(Series { label: region.name().into(), points });
    }
    record.measure(DATA[0], regions.len() as f64, Evidence::Exact);
    record.measure(DATA[1], excess, Evidence::Exact);
    record.measure(DATA[2], lowest, Evidence::Exact);
    record.table(table);
    record.figure(LineChart {
        name: "regions".into(),
        title: "Mean on-site water use by climate region".into(),
        x: Axis::linear("months since August 2022"),
        y: Axis::linear("L/kWh of server energy"),
        series,
    });
    Ok(())
}
