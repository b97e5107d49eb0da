//! R10: many rows of generated hourly weather by every path of the library.

use crate::batch::{Air, GroupSums, Onsite, Table as Lookup, quantize};
use crate::columnar::{Columns, Encoding, Options};
use crate::frame::{scan_parquet_hive, sink_parquet_hive, summarize, wue_lazy};
use crate::tower::{LowTemperature, TowerModel, onsite_wue};
use crate::units::{Celsius, RelativeHumidity};
use crate::wet_bulb::{WetBulbModel, wet_bulb};
use common::experiment::{Bound, Context, Evidence, Expected, Experiment, Outcome, Profile, Record};
use polars::prelude::{
    DataFrame, DataType, Engine, HiveOptions, IntoLazy, LazyFrame, PlRefPath, ScanArgsParquet, col, df,
};
use rand::Rng as _;
use std::path::Path;
use std::time::Instant;

/// R10.
pub const EXPERIMENT: Experiment = Experiment {
    id: "water-dc/r10-scale",
    title: "Millions of rows by every path",
    artefact: "data set v1, its 42 countries by 12 months, on generated weather",
    expected: &[
        Expected::unprinted(MEANS[0], "L/kWh", ENGINES)
            .within_by_profile(&const { large(1.577_655_431_604_913) }),
        Expected::unprinted(MEANS[1], "L/kWh", ENGINES)
            .within_by_profile(&const { large(1.486_005_512_069_758) }),
        Expected::unprinted(MEANS[2], "L/kWh", ENGINES)
            .within_by_profile(&const { large(1.577_649_379_788_162) }),
        Expected::unprinted(MEANS[3], "L/kWh", ENGINES)
            .within_by_profile(&const { large(1.486_012_654_161_763) }),
        same(SCALAR[0]),
        same(SCALAR[1]),
        same(PARQUET[0]),
        same(PARQUET[1]),
        Expected::unprinted(THREADS, "", "identity").within(Bound::Between(0.0, 0.0)),
        Expected::unprinted(KEYS, "", "layout of partitioned Parquet").within(Bound::Between(0.0, 0.0)),
    ],
    reference: &[],
    run,
};

/// The ten million rows of the known means; a smoke run has fewer and cannot meet them.
const ALL: usize = 10_000_000;
const SMOKE: usize = 200_000;
const GROUPS: usize = 504;
const MEANS: [&str; 4] = [
    "numbers: mean of the group means, fixed approach",
    "numbers: mean of the group means, fixed cold water",
    "quantised: mean of the group means, fixed approach",
    "quantised: mean of the group means, fixed cold water",
];
const SCALAR: [&str; 2] = [
    "numbers: largest relative difference of a group mean, scalar to kernel",
    "quantised: largest relative difference of a group mean, scalar to table",
];
const PARQUET: [&str; 2] = [
    "numbers: largest relative difference of a group mean, partitioned Parquet to kernel",
    "quantised: largest relative difference of a group mean, partitioned Parquet to table",
];
const THREADS: &str = "kernel: groups that differ in any bit between 1 and 2 threads";
const KEYS: &str = "part files that carry a key of their folder";
const ENGINES: &str = "NumPy, pandas, polars, DuckDB, DataFusion and Sail on the same rows";

const fn large(mean: f64) -> [(Profile, Bound); 3] {
    let bound = Bound::Between(mean - 2e-12, mean + 2e-12);
    [(Profile::Quick, bound), (Profile::Long, bound), (Profile::Full, bound)]
}

const fn same(name: &'static str) -> Expected {
    Expected::unprinted(name, "", "identity").within(Bound::AtMost(1e-12))
}

/// Two formulas over groups: what every path computes.
const TOWERS: [TowerModel; 2] = [TowerModel::FixedApproach, TowerModel::FixedColdWater];

/// Generated weather. It stands for no place.
struct Rows {
    t: Vec<f64>,
    rh: Vec<f64>,
    group: Vec<u32>,
    tenths: Vec<i16>,
    percent: Vec<u8>,
}

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let count = if context.profile() == Profile::Smoke { SMOKE } else { ALL };
    let progress = context.progress();
    progress.start(&format!("{count} rows by five paths"), Some(5));
    let rows = generate(count)?;
    let onsite = Onsite::new(WetBulbModel::Stull, TOWERS, LowTemperature::Extrapolate);
    let air = Air { temperature_c: &rows.t, humidity_percent: &rows.rh, pressure_pa: None };

    let begin = Instant::now();
    let kernel = onsite.group_sums(&air, &rows.group, GROUPS, 1)?;
    let kernel_s = begin.elapsed().as_secs_f64();
    let two = onsite.group_sums(&air, &rows.group, GROUPS, 2)?;
    let bits = |sums: &GroupSums<2>, group| sums.mean(group).map(|means| means.map(f64::to_bits));
    let apart = (0..GROUPS).filter(|group| bits(&kernel, *group) != bits(&two, *group)).count();
    progress.advance(1);

    let begin = Instant::now();
    let table = Lookup::new(&onsite).group_sums(&rows.tenths, &rows.percent, &rows.group, GROUPS, 1)?;
    let table_s = begin.elapsed().as_secs_f64();
    progress.advance(1);

    for (index, sums) in [&kernel, &table].into_iter().enumerate() {
        let means = sums.mean_of_means().unwrap_or([f64::NAN; 2]);
        record.measure(MEANS[2 * index], means[0], Evidence::Exact);
        record.measure(MEANS[2 * index + 1], means[1], Evidence::Exact);
    }
    let scalar = scalar(rows.t.iter().copied().zip(rows.rh.iter().copied()), &rows.group)?;
    record.measure(SCALAR[0], largest(&scalar, &means(&kernel)), Evidence::Exact);
    progress.advance(1);
    let quantised =
        rows.tenths.iter().zip(&rows.percent).map(|(t, rh)| (f64::from(*t) / 10.0, f64::from(*rh)));
    let scalar = self::scalar(quantised, &rows.group)?;
    record.measure(SCALAR[1], largest(&scalar, &means(&table)), Evidence::Exact);
    progress.advance(1);

    let folder = tempfile::tempdir()?;
    let begin = Instant::now();
    let (numbers, looked_up, with_key) = by_parquet(&rows, folder.path())?;
    let parquet_s = begin.elapsed().as_secs_f64();
    record.measure(PARQUET[0], largest(&numbers, &means(&kernel)), Evidence::Exact);
    record.measure(PARQUET[1], largest(&looked_up, &means(&table)), Evidence::Exact);
    record.measure(THREADS, apart as f64, Evidence::Exact);
    record.measure(KEYS, with_key as f64, Evidence::Exact);
    progress.finish();

    record.note(format!(
        "{count} rows of generated weather, uniform in 5 to 45 °C and 5 to 99 %, in 42 by 12 groups: nothing here is a \
         result about a place. Scalar functions, kernel, lookup table and lazy expressions over partitioned Parquet give \
         the same group means; generated SQL is held against them by the crate's tests.",
    ));
    record.note(format!(
        "This run, in rows per second of wall time: kernel {:.2e}, table {:.2e}, writing Parquet and computing from it \
         twice {:.2e}.",
        count as f64 / kernel_s,
        count as f64 / table_s,
        count as f64 / parquet_s,
    ));
    Ok(())
}

/// First rows of what NumPy's `default_rng(7)` gives: temperatures of ten million rows, then their humidities.
fn generate(count: usize) -> crate::Result<Rows> {
    let mut rng = rand_pcg::Pcg64::new(
        312_124_358_633_082_931_476_149_097_798_454_608_762,
        130_568_342_316_134_335_412_970_426_538_198_068_396,
    );
    let mut later = rng.clone();
    later.advance(ALL as u128);
    let uniform = |rng: &mut rand_pcg::Pcg64, low: f64, high: f64| -> Vec<f64> {
        let draw = |_| low + (high - low) * ((rng.next_u64() >> 11) as f64 * 2f64.powi(-53));
        (0..count).map(draw).collect()
    };
    let (t, rh) = (uniform(&mut rng, 5.0, 45.0), uniform(&mut later, 5.0, 99.0));
    // a smoke run has shorter months, so that no group is empty
    let (country, month) = (count / 42 + 1, if count < ALL { 73 } else { 730 });
    #[allow(clippy::cast_possible_truncation, reason = "below 504")]
    let group = (0..count).map(|i| (i / country * 12 + i / month % 12) as u32).collect();
    let (mut tenths, mut percent) = (vec![0; count], vec![0; count]);
    quantize(&t, &rh, &mut tenths, &mut percent)?;
    Ok(Rows { t, rh, group, tenths, percent })
}

/// Group means by the scalar functions, one row after the other.
fn scalar(weather: impl Iterator<Item = (f64, f64)>, group: &[u32]) -> crate::Result<Vec<[f64; 2]>> {
    let mut sums = vec![([0.0; 2], 0.0); GROUPS];
    for ((t, rh), group) in weather.zip(group) {
        let tw =
            wet_bulb(Celsius(t), RelativeHumidity::from_percent(rh)?, &WetBulbModel::Stull)?.to_fahrenheit();
        let (sum, rows) = &mut sums[*group as usize];
        for (sum, tower) in sum.iter_mut().zip(&TOWERS) {
            *sum += onsite_wue(tw, tower, &LowTemperature::Extrapolate)?.get();
        }
        *rows += 1.0;
    }
    Ok(sums.into_iter().map(|(sum, rows)| sum.map(|sum| sum / rows)).collect())
}

fn means(sums: &GroupSums<2>) -> Vec<[f64; 2]> {
    (0..GROUPS).map(|group| sums.mean(group).unwrap_or([f64::NAN; 2])).collect()
}

/// Largest relative difference; NaN if anything is.
fn largest(ours: &[[f64; 2]], reference: &[[f64; 2]]) -> f64 {
    let pairs = ours.iter().flatten().zip(reference.iter().flatten());
    let worse = |worst: f64, d: f64| if d.is_nan() || worst.is_nan() { f64::NAN } else { worst.max(d) };
    pairs.map(|(a, b)| ((a - b) / b).abs()).fold(if ours.len() == GROUPS { 0.0 } else { f64::NAN }, worse)
}

type Means = Vec<[f64; 2]>;

/// Writes the rows as Parquet partitioned by country and year and computes from the files, as numbers and by lookup.
/// The third result counts part files that carry a key.
fn by_parquet(
    rows: &Rows,
    folder: &Path,
) -> Result<(Means, Means, usize), Box<dyn std::error::Error + Send + Sync>> {
    let country: Vec<String> = rows.group.iter().map(|group| format!("C{:02}", group / 12)).collect();
    let table = df!(
        "country" => country,
        "year" => vec![2001_i32; rows.t.len()],
        "group" => &rows.group,
        "t_c" => &rows.t,
        "rh" => &rows.rh,
        "t_tenths" => &rows.tenths,
        "rh_percent" => &rows.percent,
    )?;
    sink_parquet_hive(table.lazy(), folder, &["country", "year"])?;
    let numbers = Columns { pressure: None, ..Columns::own() };
    let quantised = Columns {
        temperature: "t_tenths".into(),
        humidity: "rh_percent".into(),
        pressure: None,
        encoding: Encoding::Quantized,
    };
    // without the folder's name, the file alone
    let alone = ScanArgsParquet { hive_options: HiveOptions::new_disabled(), ..ScanArgsParquet::default() };
    let mut parts = 0;
    for country in std::fs::read_dir(folder)? {
        let year = country?.path().join("year=2001");
        for part in std::fs::read_dir(year)? {
            let path = PlRefPath::try_from_path(&part?.path())?;
            let schema = LazyFrame::scan_parquet(path, alone.clone())?.collect_schema()?;
            parts += usize::from(schema.contains("country") || schema.contains("year"));
        }
    }
    Ok((lazy(folder, &numbers)?, lazy(folder, &quantised)?, parts))
}

/// Group means by lazy expressions, one tower model after the other.
fn lazy(folder: &Path, columns: &Columns) -> Result<Means, Box<dyn std::error::Error + Send + Sync>> {
    let mut means = vec![[f64::NAN; 2]; GROUPS];
    for (index, tower) in TOWERS.into_iter().enumerate() {
        let options = Options { tower, ..Options::paper() };
        let table = wue_lazy(scan_parquet_hive(folder)?, columns, &options);
        let table = summarize(table, &[col("group")], false, &[]).collect_with_engine(Engine::Streaming)?;
        let table: DataFrame = table.unwrap_single();
        let groups = table.column("group")?.cast(&DataType::UInt32)?;
        let values = table.column("wue_on_mean")?.cast(&DataType::Float64)?;
        for (group, value) in groups.u32()?.iter().zip(values.f64()?.iter()) {
            if let Some(cell) = group.and_then(|group| means.get_mut(group as usize)) {
                cell[index] = value.unwrap_or(f64::NAN);
            }
        }
    }
    Ok(means)
}
