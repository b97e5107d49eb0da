//! Tables with polars.

use std::{collections::BTreeMap, fs, path::Path};

use common::assert_close;
use parquet::{
    basic::Encoding as PageEncoding,
    file::reader::{FileReader, SerializedFileReader},
};
use polars::prelude::{
    DataFrame, DataType, Engine, IntoLazy, LazyFrame, NamedFrom, Series, TimeUnit, TimeZone, col, df, lit,
};
use water_dc::{
    Leakage,
    batch::{self, Air, Onsite},
    columnar::{Columns, Encoding, Options, SiteColumns},
    epw::{Years, read_epw},
    frame::{self, CsvFormat, Humidity, Source, TemperatureUnit},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, LitersPerKwh, Pascal, Pue, RelativeHumidity},
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

fn plain() -> Columns {
    Columns { pressure: None, ..Columns::own() }
}

/// The first rows of the weather of the benches, with their groups.
fn weather(rows: usize) -> DataFrame {
    let (t, rh, group) = crate::batch::benchmark_weather(rows);
    df!("t_c" => t, "rh" => rh, "group" => group).unwrap()
}

fn run(frame: LazyFrame) -> DataFrame {
    frame.collect_with_engine(Engine::Streaming).unwrap().unwrap_single()
}

fn numbers(table: &DataFrame, name: &str) -> Vec<Option<f64>> {
    table.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
}

/// Mean on-site water use by group.
fn means(table: &DataFrame) -> BTreeMap<u32, f64> {
    let groups = table.column("group").unwrap().u32().unwrap().clone();
    groups
        .iter()
        .map(Option::unwrap)
        .zip(numbers(table, "wue_on_mean").into_iter().map(Option::unwrap))
        .collect()
}

#[test]
fn group_means_of_expressions_kernel_and_table_agree() {
    let table = weather(120_000);
    for tower in [TowerModel::FixedApproach, TowerModel::FixedColdWater] {
        let options = Options { tower, ..Options::paper() };
        let lazy = frame::wue_lazy(table.clone().lazy(), &plain(), &options);
        let lazy = means(&run(frame::summarize(lazy, &[col("group")], false, &[])));
        assert_eq!(lazy.len(), 504);
        let (t, rh, group) = crate::batch::benchmark_weather(120_000);
        let air = Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: None };
        let onsite = Onsite::new(options.wet_bulb, [tower], options.low_temperature);
        let sums = onsite.group_sums(&air, &group, 504, 2).unwrap();
        for (group, mean) in &lazy {
            assert_close!(*mean, sums.mean(*group as usize).unwrap()[0], rel = 1e-12);
        }
        // the same quantised
        let (mut tenths, mut percent) = (vec![0; t.len()], vec![0; t.len()]);
        batch::quantize(&t, &rh, &mut tenths, &mut percent).unwrap();
        let sums = batch::Table::new(&onsite).group_sums(&tenths, &percent, &group, 504, 1).unwrap();
        let quantized = df!("t" => tenths, "h" => percent, "group" => group).unwrap().lazy();
        let columns = Columns {
            temperature: "t".into(),
            humidity: "h".into(),
            pressure: None,
            encoding: Encoding::Quantized,
        };
        let looked_up = frame::wue_lazy(quantized, &columns, &options);
        let by_table = means(&run(frame::summarize(looked_up, &[col("group")], false, &[])));
        for (group, mean) in &by_table {
            assert_close!(*mean, sums.mean(*group as usize).unwrap()[0], rel = 1e-12);
        }
        // half a tenth of a degree and half a percent matter, but little
        let apart = lazy.iter().map(|(group, mean)| (by_table[group] - mean).abs()).fold(0.0, f64::max);
        assert!(apart > 1e-6 && apart < 1e-3, "{apart}");
    }
}

#[test]
fn psychrometric_takes_the_pressure_of_the_row() {
    let table = df!(
        "t_c" => [Some(20.0), Some(20.0), Some(20.0), None],
        "rh" => [50.0, 50.0, 50.0, 50.0],
        "p_pa" => [Some(85_000.0), None, Some(-1.0), Some(85_000.0)],
    );
    let model = |p| WetBulbModel::Psychrometric(PressureSource::Fixed(Pascal::new(p).unwrap()));
    let options = Options { wet_bulb: model(60_000.0), ..Options::paper() };
    let tw = numbers(&run(frame::wue_lazy(table.unwrap().lazy(), &Columns::own(), &options)), "tw_c");
    let scalar =
        |p| wet_bulb(Celsius(20.0), RelativeHumidity::from_percent(50.0).unwrap(), &model(p)).unwrap().0;
    assert_close!(tw[0].unwrap(), scalar(85_000.0), abs = 1e-9);
    assert_close!(tw[1].unwrap(), scalar(60_000.0), abs = 1e-9);
    assert_eq!(tw[2..], [None, None]);
}

#[test]
fn invalid_rows_are_null_and_counted() {
    let table = df!(
        "t_c" => [Some(20.0), None, Some(f64::NAN), Some(60.5), Some(-91.0), Some(20.0), Some(20.0), None],
        "rh" => [Some(50.0), Some(50.0), Some(50.0), Some(50.0), Some(50.0), Some(100.5), None, Some(-1.0)],
    )
    .unwrap();
    let report = frame::check_rows(table.clone().lazy(), &plain(), &Options::paper()).unwrap();
    assert_eq!(
        report,
        frame::RowReport {
            rows: 8,
            temperature_missing: 3,
            temperature_out_of_range: 2,
            humidity_missing: 1,
            humidity_out_of_range: 2,
            invalid: 7,
        }
    );
    let rows = frame::wue_lazy(table.lazy(), &plain(), &Options::paper());
    let table = run(frame::summarize(rows, &[], false, &[0.5]));
    assert_eq!(numbers(&table, "hours"), [Some(8.0)]);
    assert_eq!(numbers(&table, "invalid_hours"), [Some(7.0)]);
    let fahrenheit = Celsius(13.699341968988136).to_fahrenheit();
    let wue = onsite_wue(fahrenheit, &TowerModel::FixedColdWater, &LowTemperature::Extrapolate).unwrap();
    for name in ["wue_on_mean", "wue_on_min", "wue_on_max", "wue_on_q0.5"] {
        assert_close!(numbers(&table, name)[0].unwrap(), wue.get(), rel = 1e-13);
    }
}

#[test]
fn quantized_columns_of_other_widths() {
    let table = df!("t_c" => [200_i64, 700, i64::MAX], "rh" => [50_i32, 50, 50]).unwrap();
    let columns = Columns { encoding: Encoding::Quantized, ..plain() };
    let tw = numbers(&run(frame::wue_lazy(table.lazy(), &columns, &Options::paper())), "tw_c");
    assert_close!(tw[0].unwrap(), 13.699341968988136, abs = 1e-14);
    assert_eq!(tw[1..], [None, None]); // 70 °C, and what no 16 bits hold
}

fn site() -> SiteColumns {
    SiteColumns::Constant {
        offsite: LitersPerKwh::new(5.0948).unwrap(),
        pue: Pue::new(1.5).unwrap(),
        leakage: Leakage::additive(0.192).unwrap(),
    }
}

#[test]
fn a_site_adds_its_water() {
    let options = Options { site: Some(site()), ..Options::paper() };
    let table = run(frame::wue_lazy(weather(10).lazy(), &plain(), &options));
    let onsite = numbers(&table, "wue_on");
    for (row, total) in numbers(&table, "wue_total").into_iter().enumerate() {
        let scalar = water_dc::Site {
            onsite: LitersPerKwh::new(onsite[row].unwrap()).unwrap(),
            offsite: LitersPerKwh::new(5.0948).unwrap(),
            pue: Pue::new(1.5).unwrap(),
            leakage: Leakage::additive(0.192).unwrap(),
        };
        assert_close!(total.unwrap(), scalar.intensity().get(), rel = 1e-14);
    }
    // the same from columns, where each may be wrong
    let joined = weather(5).lazy().with_columns([
        lit(Series::new("off".into(), [5.0948, -1.0, f64::NAN, 5.0948, 5.0948])).alias("off"),
        lit(Series::new("pue".into(), [1.5, 1.5, 1.5, 0.9, 1.5])).alias("pue"),
        lit(Series::new("lost".into(), [Some(0.192), Some(0.192), Some(0.192), Some(0.192), None]))
            .alias("lost"),
    ]);
    let named = SiteColumns::Named { offsite: "off".into(), pue: "pue".into(), leakage: "lost".into() };
    let options = Options { site: Some(named), ..Options::paper() };
    let by_column = run(frame::wue_lazy(joined, &plain(), &options));
    let totals = numbers(&by_column, "wue_total");
    assert_eq!(totals[0], numbers(&table, "wue_total")[0]);
    assert_eq!(totals[1..], [None; 4]);
    assert!(numbers(&by_column, "wue_on").iter().all(Option::is_some));
}

fn source(utc_offset_h: f64) -> Source {
    Source { station: "Nairobi".into(), country: "KE".into(), utc_offset_h }
}

fn file(folder: &Path, text: &str) -> std::path::PathBuf {
    let path = folder.join("weather.csv");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn each_csv_form_gives_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    let expect = |text: &str, format: &CsvFormat, offset: f64, p_pa: Option<f64>| {
        let path = file(folder.path(), text);
        let table = frame::read_csv(&path, format, &source(offset)).unwrap().collect().unwrap();
        let names: Vec<_> = table.get_column_names().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["station_id", "country", "year", "ts", "t_c", "rh", "p_pa"]);
        let utc = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
        assert_eq!(table.column("ts").unwrap().dtype(), &utc);
        let ts = table.column("ts").unwrap().cast(&DataType::Int64).unwrap();
        assert_eq!(ts.i64().unwrap().get(0), Some(1_672_520_400_000)); // 2022-12-31T21:00:00Z
        assert_close!(numbers(&table, "t_c")[0].unwrap(), 16.7, abs = 1e-12);
        let p = numbers(&table, "p_pa")[0];
        assert_eq!(p.is_some(), p_pa.is_some());
        assert_close!(p.unwrap_or(0.0), p_pa.unwrap_or(0.0), rel = 1e-14);
        table
    };
    // an extract and a whole row of the published data set; local time, so the year has begun
    let short = "timestamp,temperature,humidity,precipitation\n2023-01-01 00:00:00,16.7,53,0.0\n";
    let table = expect(short, &CsvFormat::published(), 3.0, None);
    assert_eq!(numbers(&table, "year"), [Some(2023.0)]);
    assert_eq!(numbers(&table, "rh"), [Some(53.0)]);
    assert_eq!(table.column("country").unwrap().str().unwrap().get(0), Some("KE"));
    let whole = ",timestamp,city,temperature,precipitation,wind_speed,humidity,country,wetbulb_temperature\r\n\
                 0,2023-01-01 00:00:00,Mombasa,16.7,0.0,9.0,53,Kenya,52.2\r\n";
    let table = expect(whole, &CsvFormat::published(), 3.0, None);
    assert_eq!(table.column("station_id").unwrap().str().unwrap().get(0), Some("Mombasa"));
    assert_eq!(table.column("country").unwrap().str().unwrap().get(0), Some("KE"));
    let meteostat = "time,temp,dwpt,rhum,prcp,pres\n2022-12-31 21:00:00,16.7,7.0,53,,1015.2\n";
    expect(meteostat, &CsvFormat::meteostat(), 0.0, None);
    let power = "-BEGIN HEADER-\nNASA/POWER, hourly\n\"-999\" stands for missing\n-END HEADER-\n\
                 YEAR,MO,DY,HR,T2M,RH2M,PS\n2022,12,31,21,16.7,53.0,83.4\n2022,12,31,22,-999,53.0,83.4\n\
                 2022,2,30,22,16.0,53.0,83.4\n";
    let table = expect(power, &CsvFormat::nasa_power(), 0.0, Some(83_400.0));
    assert_eq!(numbers(&table, "t_c")[1], None);
    assert_eq!(numbers(&table, "year"), [Some(2022.0), Some(2022.0), None]);
    let era5 = "valid_time,t2m,d2m,sp\n2022-12-31T21:00:00,289.85,280.3,83400\n\
                2022-12-31T22:00:00,289.85,,83400\n";
    let table = expect(era5, &CsvFormat::era5(), 0.0, Some(83_400.0));
    let rh = numbers(&table, "rh");
    // saturation pressures at 7.15 and 16.7 °C by Magnus's formula: 1014 and 1901 Pa
    assert_close!(rh[0].unwrap(), 53.3, abs = 0.3);
    assert_eq!(rh[1], None);
}

#[test]
fn unreadable_csv_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let read =
        |text: &str, format: &CsvFormat| frame::read_csv(&file(folder.path(), text), format, &source(3.0));
    let error = read("time,temp\n", &CsvFormat::published()).err().unwrap();
    assert_eq!(error.to_string(), "column \"timestamp\" must be in the header, got time, temp");
    let error = read("YEAR,MO\n2000,1\n", &CsvFormat::nasa_power()).err().unwrap();
    assert!(error.to_string().starts_with("end of the introduction must be in the first 1000 lines"));
    let words = "timestamp,temperature,humidity\n2023-01-01 00:00:00,warm,53\n";
    assert!(read(words, &CsvFormat::published()).unwrap().collect().is_err());
    let path = file(folder.path(), words);
    assert!(frame::read_csv(&path, &CsvFormat::published(), &source(99.0)).is_err());
    assert!(frame::read_csv(&folder.path().join("absent"), &CsvFormat::published(), &source(0.0)).is_err());
    // a mapping of one's own, and a time that is none
    let format = CsvFormat {
        humidity: Humidity::DewPoint("dew".into(), TemperatureUnit::Celsius),
        ..CsvFormat::published()
    };
    let table =
        read("timestamp,temperature,dew\n2023-01-01,16.7,16.7\n", &format).unwrap().collect().unwrap();
    assert_eq!(numbers(&table, "year"), [None]);
    assert_close!(numbers(&table, "rh")[0].unwrap(), 100.0, abs = 1e-12);
}

fn parts(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut parts = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { parts.push(path) }
        }
    }
    parts.sort();
    parts
}

#[test]
fn parquet_in_folders_of_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let weather = |country: &str, year: i32| {
        weather(1000).lazy().with_columns([
            lit(country).alias("country"),
            lit(year).alias("year"),
            lit("station").alias("station_id"),
            lit(0_i64).cast(DataType::Datetime(TimeUnit::Milliseconds, None)).alias("ts"),
            lit(83_400.0).alias("p_pa"),
        ])
    };
    let frames = [weather("KE", 2022), weather("KE", 2023), weather("ET", 2023)];
    let all = polars::prelude::concat(frames, polars::prelude::UnionArgs::default()).unwrap();
    let options = Options { site: Some(site()), ..Options::paper() };
    let rows = frame::output(frame::wue_lazy(all, &Columns::own(), &options));
    let target = folder.path().join("water");
    frame::sink_parquet_hive(rows.clone(), &target, &["country", "year"]).unwrap();
    let written = parts(&target);
    let folders: Vec<_> = written
        .iter()
        .map(|part| part.parent().unwrap().strip_prefix(&target).unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(folders, ["country=ET/year=2023", "country=KE/year=2022", "country=KE/year=2023"]);
    for part in &written {
        let reader = SerializedFileReader::new(fs::File::open(part).unwrap()).unwrap();
        let metadata = reader.metadata();
        let names: Vec<_> =
            metadata.file_metadata().schema_descr().columns().iter().map(|c| c.name().to_owned()).collect();
        assert_eq!(
            names,
            [
                "station_id",
                "ts",
                "t_c",
                "rh",
                "p_pa",
                "tw_c",
                "wue_on",
                "wue_on_adj",
                "wue_off",
                "pue",
                "wue_total",
                "profile"
            ]
        );
        assert_eq!(metadata.file_metadata().num_rows(), 1000);
        let profile = metadata.row_group(0).column(11);
        assert!(profile.encodings().any(|encoding| encoding == PageEncoding::RLE_DICTIONARY));
    }
    // what comes back is what was computed
    let back = run(frame::scan_parquet_hive(&target).unwrap());
    assert_eq!(back.height(), 3000);
    let mean = |table: &DataFrame| {
        let values = numbers(table, "wue_total");
        values.iter().flatten().sum::<f64>() / values.len() as f64
    };
    assert_close!(mean(&back), mean(&run(rows.clone())), rel = 1e-13);
    let kenya = frame::scan_parquet_hive(&target).unwrap().filter(col("country").eq(lit("KE")));
    assert_eq!(run(kenya.filter(col("year").eq(lit(2022)))).height(), 1000);
    // old parts must not mix with new ones
    let error = frame::sink_parquet_hive(rows, &target, &["country", "year"]).unwrap_err();
    assert!(error.to_string().starts_with("output folder must be empty or absent, got "));
}

#[test]
fn weather_files_become_tables() {
    let text = crate::epw::file("\r\n", 60, &[[16.0, 8.0, 59.0, 77_000.0], [16.0, 20.0, 59.0, 999_999.0]]);
    let epw = read_epw(text.as_bytes(), Years::default()).unwrap();
    let table = run(frame::epw_frame(&epw, "ET").unwrap());
    let ts = table.column("ts").unwrap().cast(&DataType::Int64).unwrap();
    assert_eq!(ts.i64().unwrap().get(0), Some(978_296_400_000)); // 2000-12-31T21:00:00Z
    assert_eq!(numbers(&table, "year"), [Some(2001.0); 2]);
    assert_eq!(numbers(&table, "source_year"), [Some(1991.0); 2]);
    assert_eq!(numbers(&table, "t_c"), [Some(16.0), None]);
    assert_eq!(numbers(&table, "p_pa"), [Some(77_000.0), None]);
    let report = frame::check_rows(table.lazy(), &Columns::own(), &Options::paper()).unwrap();
    assert_eq!((report.rows, report.invalid, report.temperature_missing), (2, 1, 1));
}

/// The published city-year: every hour's wet bulb and water use, and its monthly means.
#[test]
fn published_year() {
    let file = "electricity-africa/nairobi_hourly_2022-08-20_2023-08-20.csv";
    let Some(path) = crate::weather::paper_data(file) else { return };
    let weather = frame::read_csv(&path, &CsvFormat::published(), &source(3.0)).unwrap();
    let options = Options { wet_bulb: WetBulbModel::StullRounded, ..Options::paper() };
    let rows = frame::wue_lazy(weather, &plain(), &options);
    let table = run(frame::summarize(rows, &[], false, &[]));
    assert_eq!(numbers(&table, "hours"), [Some(8784.0)]);
    assert_eq!(numbers(&table, "invalid_hours"), [Some(0.0)]);
    assert_close!(numbers(&table, "wue_on_mean")[0].unwrap(), 1.225900953, abs = 5e-10);
    let tw = Celsius(numbers(&table, "tw_c_mean")[0].unwrap()).to_fahrenheit();
    assert_close!(tw.0, 58.31571041, abs = 5e-9);
}
