//! R7: the hourly formulas on the data set's rows for Nairobi.

use crate::tower::{LowTemperature, TowerModel, onsite_wue};
use crate::weather::{Choices, Hour, InvalidRows, PublishedHour, by_month, read_published, summarize};
use crate::wet_bulb::{WetBulbModel, wet_bulb};
use crate::{Result, Tables, fuel::FactorSet, fuel::offsite_wue, units::LitersPerKwh};
use common::experiment::{Bound, Cell, Context, Evidence, Expected, Experiment, Outcome, Record, Table};
use common::report::{Axis, LineChart, Series};
use common::stats::{max_abs_difference, mean};

/// R7.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r7-nairobi-year",
    title: "A year of hours in Nairobi",
    artefact: "data set v1, rows of Nairobi",
    expected: &[
        // Ten rows are known to 10 decimals, five to 6.
        row("ten rows: largest difference, wet bulb", "°F", 1e-9),
        row("ten rows: largest difference, fixed approach", "L/kWh", 1e-10),
        row("ten rows: largest difference, fixed cold water", "L/kWh", 1e-10),
        row("five rows: largest difference, wet bulb", "°F", 6e-7),
        row("five rows: largest difference, fixed approach", "L/kWh", 6e-7),
        row("five rows: largest difference, fixed cold water", "L/kWh", 6e-7),
        Expected::unprinted(YEAR[0], "", "data set v1").within(Bound::Between(8784.0, 8784.0)),
        row(YEAR[1], "°F", 1e-9),
        row(YEAR[2], "L/kWh", 1e-11),
        row(YEAR[3], "L/kWh", 1e-11),
        row(YEAR[4], "L/kWh", 1e-11),
        row(YEAR[5], "L/kWh", 1e-5),
        Expected::unprinted(YEAR[6], "L/kWh", "Eq. 2 is convex").within(Bound::AtLeast(0.0)),
        Expected::unprinted(YEAR[7], "L/kWh", "Eq. 1 is concave").within(Bound::AtMost(0.0)),
    ],
    reference: &[],
    run,
};

const fn row(name: &'static str, unit: &'static str, at_most: f64) -> Expected {
    Expected::unprinted(name, unit, "data set v1, its own columns").within(Bound::AtMost(at_most))
}

/// The numbers that need the file.
const YEAR: [&str; 8] = [
    "year: hours",
    "year: largest difference, wet bulb",
    "year: largest difference, fixed approach",
    "year: largest difference, fixed cold water",
    "year: largest difference of a monthly mean, fixed cold water",
    "year: off-site water use of Kenya, difference to the column",
    "year: mean over hours minus value at the mean wet bulb, fixed cold water",
    "year: mean over hours minus value at the mean wet bulb, fixed approach",
];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let tables = Tables::embedded();
    measure_rows(tables, record)?;
    match context.file("electricity-africa", "nairobi_hourly_2022-08-20_2023-08-20.csv") {
        Ok(file) => {
            let weather = read_published(file.open()?, InvalidRows::Reject)?;
            measure_year(tables, &weather.hours, record)?;
        }
        Err(error) if error.is_not_at_hand() => {
            record.unavailable(&YEAR, &error);
            record.note(
                "The year's file is not at hand: only the fifteen published rows were compared. With PAPER_DATA set to \
                 the folder that holds electricity-africa, all 8784 hours are.",
            );
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What the library makes of a row's temperature and humidity: wet bulb in °F, both tower models in L/kWh.
fn compute(row: &PublishedHour) -> Result<[f64; 3]> {
    let fahrenheit = wet_bulb(row.temperature, row.humidity, &WetBulbModel::StullRounded)?.to_fahrenheit();
    let wue = |model| onsite_wue(fahrenheit, &model, &LowTemperature::Extrapolate);
    Ok([fahrenheit.0, wue(TowerModel::FixedApproach)?.get(), wue(TowerModel::FixedColdWater)?.get()])
}

fn published(row: &PublishedHour) -> [f64; 3] {
    [row.wet_bulb.0, row.fixed_approach.get(), row.fixed_cold_water.get()]
}

/// Largest difference in each of the three columns.
fn differences(rows: &[&PublishedHour]) -> Result<[f64; 3]> {
    let ours = rows.iter().map(|row| compute(row)).collect::<Result<Vec<_>>>()?;
    let theirs: Vec<[f64; 3]> = rows.iter().map(|row| published(row)).collect();
    let column = |values: &[[f64; 3]], index: usize| values.iter().map(|row| row[index]).collect::<Vec<_>>();
    Ok([0, 1, 2].map(|i| max_abs_difference(&column(&ours, i), &column(&theirs, i)).unwrap_or(f64::NAN)))
}

/// Compares the published rows of the tables.
///
/// # Errors
/// Rows outside the range of the formulas.
pub fn measure_rows(tables: &Tables, record: &mut Record) -> Result<()> {
    for (label, decimals) in [("ten rows", 10), ("five rows", 6)] {
        let rows: Vec<_> = tables
            .published_rows()
            .iter()
            .filter(|row| row.decimals == decimals)
            .map(|row| &row.values)
            .collect();
        let found = differences(&rows)?;
        for (column, value) in ["wet bulb", "fixed approach", "fixed cold water"].iter().zip(found) {
            record.measure(format!("{label}: largest difference, {column}"), value, Evidence::Exact);
        }
    }
    record.note(
        "The data set computes the wet bulb by Stull's formula with rounded constants; with Stull's own constants the \
         difference reaches 0.0045 °F. Its temperatures are in °C and its wet bulbs in °F.",
    );
    Ok(())
}

/// Compares a year of hours with the columns of its file.
///
/// # Errors
/// Hours outside the range of the formulas, or without a time.
pub fn measure_year(tables: &Tables, rows: &[PublishedHour], record: &mut Record) -> Result<()> {
    let found = differences(&rows.iter().collect::<Vec<_>>())?;
    record.measure(YEAR[0], rows.len() as f64, Evidence::Exact);
    for (name, value) in YEAR[1..4].iter().zip(found) {
        record.measure(*name, value, Evidence::Exact);
    }

    let hours: Vec<Hour> = rows.iter().filter_map(PublishedHour::hour).collect();
    let choices =
        Choices { wet_bulb: WetBulbModel::StullRounded, low_temperature: LowTemperature::Extrapolate };
    let columns = [
        "month",
        "hours",
        "mean wet bulb, °F",
        "fixed approach, L/kWh",
        "fixed cold water, L/kWh",
        "the file's, L/kWh",
    ];
    let mut table = Table::new("months", "Nairobi by month", &columns);
    let mut curves = [Vec::new(), Vec::new()];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (index, month) in by_month(&hours, &choices)?.iter().enumerate() {
        let of_month: Vec<f64> = rows
            .iter()
            .filter(|row| {
                row.time.is_some_and(|time| (time.year(), time.month()) == (month.year, month.month))
            })
            .map(|row| row.fixed_cold_water.get())
            .collect();
        let summary = &month.summary;
        let (approach, cold) = (summary.fixed_approach.mean.get(), summary.fixed_cold_water.mean.get());
        let file = mean(&of_month).unwrap_or(f64::NAN);
        ours.push(cold);
        theirs.push(file);
        curves[0].push((index as f64, approach));
        curves[1].push((index as f64, cold));
        table.row([
            Cell::from(format!("{}-{:02}", month.year, month.month)),
            (summary.hours as f64).into(),
            summary.wet_bulb.mean.to_fahrenheit().0.into(),
            approach.into(),
            cold.into(),
            file.into(),
        ]);
    }
    record.measure(YEAR[4], max_abs_difference(&ours, &theirs).unwrap_or(f64::NAN), Evidence::Exact);

    let kenya = tables.country("KE")?.dataset_v1.as_ref();
    let offsite = kenya.map(|row| offsite_wue(&row.mix, tables.factors(FactorSet::DatasetV1))).transpose()?;
    let column: Vec<f64> = rows.iter().filter_map(|row| Some(row.offsite?.get())).collect();
    let ours = vec![offsite.map_or(f64::NAN, LitersPerKwh::get); column.len()];
    record.measure(YEAR[5], max_abs_difference(&ours, &column).unwrap_or(f64::NAN), Evidence::Exact);

    let year = summarize(&hours, &choices)?;
    let at_mean =
        |model| onsite_wue(year.wet_bulb.mean.to_fahrenheit(), &model, &LowTemperature::Extrapolate);
    let cold = year.fixed_cold_water.mean.get() - at_mean(TowerModel::FixedColdWater)?.get();
    let approach = year.fixed_approach.mean.get() - at_mean(TowerModel::FixedApproach)?.get();
    record.measure(YEAR[6], cold, Evidence::Exact);
    record.measure(YEAR[7], approach, Evidence::Exact);

    record.table(table);
    let [approach, cold] = curves;
    record.figure(LineChart {
        name: "months".into(),
        title: "Nairobi: mean on-site water use by month".into(),
        x: Axis::linear("months since August 2022"),
        y: Axis::linear("L/kWh of server energy"),
        series: vec![
            Series { label: "fixed approach (Eq. 1)".into(), points: approach },
            Series { label: "fixed cold water (Eq. 2)".into(), points: cold },
        ],
    });
    Ok(())
}
