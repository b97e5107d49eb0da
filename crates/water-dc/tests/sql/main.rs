//! The generated SQL on `DataFusion`, reading Parquet that this crate wrote.
#![allow(clippy::unwrap_used, reason = "test code")]

use std::{collections::BTreeMap, path::Path};

use common::assert_close;
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType as ArrowType, Float64Type, Int64Type},
    },
    prelude::{ParquetReadOptions, SessionContext},
};
use polars::prelude::{DataFrame, DataType, Engine, IntoLazy, LazyFrame, col, df, lit};
use water_dc::{
    Leakage,
    columnar::{Columns, Encoding, Options, SiteColumns},
    frame,
    sql::{self, Dialect},
    tower::{LowTemperature, TowerModel},
    units::{Cycles, Fahrenheit, LitersPerKwh, Pue},
    wet_bulb::WetBulbModel,
};

/// Two countries and two years of weather, some of it invalid.
fn weather() -> DataFrame {
    let rows = 20_000;
    let t = |i: i32| match i % 997 {
        0 => None,
        1 => Some(f64::NAN),
        2 => Some(61.0),
        _ => Some(f64::from(i * 37 % 601) / 10.0 - 10.0),
    };
    let rh = |i: i32| match i % 991 {
        0 => None,
        1 => Some(100.5),
        _ => Some(f64::from(i * 61 % 10_001) / 100.0),
    };
    df!(
        "t_c" => (0..rows).map(t).collect::<Vec<_>>(),
        "rh" => (0..rows).map(rh).collect::<Vec<_>>(),
        "tenths" => (0..rows).map(|i| i16::try_from(i * 37 % 601).unwrap() - 100).collect::<Vec<_>>(),
        "percent" => (0..rows).map(|i| u8::try_from(i * 61 % 101).unwrap()).collect::<Vec<_>>(),
        "off" => (0..rows).map(|i| if i % 50 == 0 { f64::NAN } else { f64::from(i % 7) }).collect::<Vec<_>>(),
        "rho" => (0..rows).map(|i| if i % 60 == 0 { 0.9 } else { 1.0 + f64::from(i % 9) / 7.0 }).collect::<Vec<_>>(),
        "lost" => (0..rows).map(|i| if i % 70 == 0 { None } else { Some(0.192) }).collect::<Vec<_>>(),
        "country" => (0..rows).map(|i| if i % 3 == 0 { "KE" } else { "ET" }).collect::<Vec<_>>(),
        "year" => (0..rows).map(|i| 2022 + i % 2).collect::<Vec<i32>>(),
    )
    .unwrap()
}

/// Rows of a statement over the table `weather` in the folder.
fn query(folder: &Path, statement: &str) -> Vec<RecordBatch> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let context = SessionContext::new();
        let options = ParquetReadOptions {
            table_partition_cols: vec![
                ("country".to_owned(), ArrowType::Utf8),
                ("year".to_owned(), ArrowType::Int32),
            ],
            ..ParquetReadOptions::default()
        };
        context.register_parquet("weather", folder.to_str().unwrap(), options).await.unwrap();
        context.sql(statement).await.unwrap().collect().await.unwrap()
    })
}

fn numbers(batches: &[RecordBatch], name: &str) -> Vec<Option<f64>> {
    let of = |batch: &RecordBatch| -> ArrayRef {
        cast(batch.column_by_name(name).unwrap(), &ArrowType::Float64).unwrap()
    };
    batches
        .iter()
        .flat_map(|batch| of(batch).as_primitive::<Float64Type>().iter().collect::<Vec<_>>())
        .collect()
}

type Group = (String, i32);

/// Summary by country and year: name of the quantity and group to value.
type Summary = BTreeMap<(String, Group), Option<f64>>;

fn by_datafusion(folder: &Path, columns: &Columns, options: &Options, names: &[&str]) -> Summary {
    let statement =
        sql::summarize(Dialect::DataFusion, "weather", &["country", "year"], columns, options).unwrap();
    let batches = query(folder, &statement);
    let mut groups: Vec<Group> = Vec::new();
    for batch in &batches {
        let country = cast(batch.column_by_name("country").unwrap(), &ArrowType::Utf8).unwrap();
        let year = cast(batch.column_by_name("year").unwrap(), &ArrowType::Int64).unwrap();
        for row in 0..batch.num_rows() {
            let year = i32::try_from(year.as_primitive::<Int64Type>().value(row)).unwrap();
            groups.push((country.as_string::<i32>().value(row).to_owned(), year));
        }
    }
    summary(names, &groups, |name| numbers(&batches, name))
}

fn by_polars(folder: &Path, columns: &Columns, options: &Options, names: &[&str]) -> Summary {
    let rows = frame::wue_lazy(frame::scan_parquet_hive(folder).unwrap(), columns, options);
    let table = run(frame::summarize(rows, &[col("country"), col("year")], options.site.is_some(), &[]));
    let years = table.column("year").unwrap().cast(&DataType::Int32).unwrap();
    let countries = table.column("country").unwrap().str().unwrap();
    let groups: Vec<Group> = countries
        .iter()
        .zip(years.i32().unwrap().iter())
        .map(|(country, year)| (country.unwrap().to_owned(), year.unwrap()))
        .collect();
    summary(names, &groups, |name| {
        table.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
    })
}

fn summary(names: &[&str], groups: &[Group], column: impl Fn(&str) -> Vec<Option<f64>>) -> Summary {
    let of_name = |name: &&str| {
        let name = (*name).to_owned();
        let values = column(&name);
        groups
            .iter()
            .cloned()
            .zip(values)
            .map(move |(group, value)| ((name.clone(), group), value))
            .collect::<Vec<_>>()
    };
    names.iter().flat_map(of_name).collect()
}

fn run(frame: LazyFrame) -> DataFrame {
    frame.collect_with_engine(Engine::Streaming).unwrap().unwrap_single()
}

#[test]
fn datafusion_and_polars_agree() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("weather");
    frame::sink_parquet_hive(weather().lazy(), &target, &["country", "year"]).unwrap();
    let numbers = Columns { pressure: None, ..Columns::own() };
    let quantized = Columns {
        temperature: "tenths".into(),
        humidity: "percent".into(),
        pressure: None,
        encoding: Encoding::Quantized,
    };
    let paper = Options::paper();
    let clamp = LowTemperature::ClampAt(Fahrenheit(45.0));
    let off = LowTemperature::FreeCooling { below: Fahrenheit(50.0), wue: LitersPerKwh::new(0.02).unwrap() };
    let constant = SiteColumns::Constant {
        offsite: LitersPerKwh::new(5.0948).unwrap(),
        pue: Pue::new(1.5).unwrap(),
        leakage: Leakage::gross_up(0.192).unwrap(),
    };
    let named = SiteColumns::Named { offsite: "off".into(), pue: "rho".into(), leakage: "lost".into() };
    let choices = [
        paper.clone(),
        Options { tower: TowerModel::FixedApproach, wet_bulb: WetBulbModel::StullRounded, ..paper.clone() },
        Options { tower: TowerModel::Cubic { cycles: Cycles::new(6.0).unwrap() }, ..paper.clone() },
        Options { low_temperature: clamp, ..paper.clone() },
        Options { low_temperature: off, ..paper.clone() },
        Options { site: Some(constant), ..paper.clone() },
        Options { site: Some(named), ..paper },
    ];
    for options in &choices {
        let mut names =
            vec!["hours", "invalid_hours", "tw_c_mean", "wue_on_mean", "wue_on_min", "wue_on_max"];
        names.extend(options.site.as_ref().map(|_| "wue_total_mean"));
        for columns in [&numbers, &quantized] {
            let theirs = by_datafusion(&target, columns, options, &names);
            let ours = by_polars(&target, columns, options, &names);
            assert_eq!(ours.len(), 4 * names.len());
            assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
            for (key, value) in &ours {
                assert_close!(value.unwrap(), theirs[key].unwrap(), rel = 1e-12, "{key:?} {options:?}");
            }
            let invalid: f64 =
                ours.iter().filter(|((name, _), _)| name == "invalid_hours").filter_map(|(_, v)| *v).sum();
            assert_eq!(invalid > 0.0, columns.encoding == Encoding::Numbers);
        }
    }
}

#[test]
fn rows_agree_and_invalid_ones_are_null_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("weather");
    let weather = weather().lazy().filter(col("country").eq(lit("KE")).and(col("year").eq(lit(2022))));
    frame::sink_parquet_hive(weather, &target, &["country", "year"]).unwrap();
    let columns = Columns { pressure: None, ..Columns::own() };
    let named = SiteColumns::Named { offsite: "off".into(), pue: "rho".into(), leakage: "lost".into() };
    let options = Options { site: Some(named), ..Options::paper() };
    let statement = sql::select(Dialect::DataFusion, "weather", &["tenths"], &columns, &options).unwrap();
    let batches = query(&target, &format!("{statement} ORDER BY \"t_c\", \"rh\", \"off\", \"tenths\""));
    let computed = frame::wue_lazy(frame::scan_parquet_hive(&target).unwrap(), &columns, &options);
    let table = run(computed);
    for name in ["tw_c", "wue_on", "wue_on_adj", "wue_off", "pue", "wue_total"] {
        let mut theirs = numbers(&batches, name);
        let mut ours: Vec<Option<f64>> = table.column(name).unwrap().f64().unwrap().iter().collect();
        let order = |a: &Option<f64>, b: &Option<f64>| {
            a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
        };
        theirs.sort_by(order);
        ours.sort_by(order);
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().any(Option::is_none) && ours.iter().any(Option::is_some), "{name}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours.is_some(), theirs.is_some(), "{name}");
            assert_close!(ours.unwrap_or(0.0), theirs.unwrap_or(0.0), abs = 1e-12, "{name}");
        }
    }
}
