//! Reading weather and summarising it; the published hours of Nairobi.

use std::path::PathBuf;

use common::assert_close;
use water_dc::{
    Error, Profile, SiteInputs, Tables,
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Fahrenheit, Pascal, Pue},
    weather::{
        Choices, Columns, Hour, InvalidRows, PublishedHour, ReadOptions, SyntheticClimate, by_month,
        read_hours, read_published, summarize,
    },
    wet_bulb::{PressureSource, WetBulbModel},
};

use crate::{golden, number};

const STULL: Choices =
    Choices { wet_bulb: WetBulbModel::Stull, low_temperature: LowTemperature::Extrapolate };
const ROUNDED: Choices = Choices { wet_bulb: WetBulbModel::StullRounded, ..STULL };

/// A file or folder of the folder that `PAPER_DATA` names; a relative name is sought in this folder and those above it.
#[allow(clippy::print_stdout, reason = "a test that lacks its data says so")]
pub(crate) fn paper_data(file: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PAPER_DATA").map(PathBuf::from) else {
        println!("PAPER_DATA is not set: {file} is not tested");
        return None;
    };
    let here = std::env::current_dir().unwrap();
    let folder = here.ancestors().map(|ancestor| ancestor.join(&folder)).find(|path| path.is_dir());
    let path = folder.map(|folder| folder.join(file)).filter(|path| path.exists());
    if path.is_none() {
        println!("{file} is not below PAPER_DATA: not tested");
    }
    path
}

fn read(text: &str) -> Result<Vec<Hour>, Error> {
    read_hours(text.as_bytes(), &ReadOptions::default()).map(|weather| weather.hours)
}

fn fails(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn wet_bulb(hour: &PublishedHour) -> Fahrenheit {
    let t =
        water_dc::wet_bulb::wet_bulb(hour.temperature, hour.humidity, &WetBulbModel::StullRounded).unwrap();
    t.to_fahrenheit()
}

fn wue(tw: Fahrenheit, model: TowerModel) -> f64 {
    onsite_wue(tw, &model, &LowTemperature::Extrapolate).unwrap().get()
}

/// Published rows: to half a unit of the last decimal that is known.
#[test]
fn published_rows() {
    let rows = Tables::embedded().published_rows();
    assert_eq!(rows.len(), 15);
    for row in rows {
        let half_unit = 0.501 * 10f64.powi(-i32::try_from(row.decimals).unwrap());
        let values = &row.values;
        let tw = wet_bulb(values);
        assert_close!(tw.0, values.wet_bulb.0, abs = half_unit);
        assert_close!(wue(tw, TowerModel::FixedApproach), values.fixed_approach.get(), abs = half_unit);
        assert_close!(wue(tw, TowerModel::FixedColdWater), values.fixed_cold_water.get(), abs = half_unit);
    }
}

/// The whole published year of Nairobi, hour by hour and by month.
#[test]
fn nairobi_year() {
    let Some(path) = paper_data("electricity-africa/nairobi_hourly_2022-08-20_2023-08-20.csv") else {
        return;
    };
    let open = || std::fs::File::open(&path).unwrap();
    let published = read_published(open(), InvalidRows::Reject).unwrap();
    assert_eq!((published.hours.len(), published.skipped), (8784, 0));
    for row in &published.hours {
        let tw = wet_bulb(row);
        assert_close!(tw.0, row.wet_bulb.0, abs = 1e-12);
        assert_close!(wue(tw, TowerModel::FixedApproach), row.fixed_approach.get(), abs = 1e-14);
        assert_close!(wue(tw, TowerModel::FixedColdWater), row.fixed_cold_water.get(), abs = 1e-14);
        assert_close!(row.offsite.unwrap().get(), 3.1775829868, abs = 5e-11);
    }
    let hours = read_hours(open(), &ReadOptions::default()).unwrap().hours;
    let months = by_month(&hours, &ROUNDED).unwrap();
    let expected = golden(include_str!("../golden/nairobi_months.csv"));
    assert_eq!(months.len(), expected.len());
    for (ours, row) in months.iter().zip(&expected) {
        assert_eq!(format!("{}-{:02}", ours.year, ours.month), row["month"]);
        assert_eq!(ours.summary.hours.to_string(), row["rows"]);
        let summary = &ours.summary;
        assert_close!(summary.wet_bulb.mean.to_fahrenheit().0, number(row, "wet_bulb_f"), abs = 5.1e-7);
        assert_close!(summary.fixed_approach.mean.get(), number(row, "fixed_approach"), abs = 5.1e-7);
        assert_close!(summary.fixed_cold_water.mean.get(), number(row, "fixed_cold_water"), abs = 5.1e-7);
    }
    let year = summarize(&hours, &ROUNDED).unwrap();
    assert_close!(year.wet_bulb.mean.to_fahrenheit().0, 58.31571041, abs = 5.1e-9);
    assert_close!(year.fixed_approach.mean.get(), 1.602165219, abs = 5.1e-10);
    assert_close!(year.fixed_cold_water.mean.get(), 1.225900953, abs = 5.1e-10);
    // Eq. 2 is convex and Eq. 1 concave: values at the mean wet bulb lie on the other side of the mean
    let tw = year.wet_bulb.mean.to_fahrenheit();
    assert_close!(wue(tw, TowerModel::FixedColdWater), 1.220160, abs = 5.1e-7);
    assert_close!(wue(tw, TowerModel::FixedApproach), 1.604294, abs = 5.1e-7);
    // thin air: Stull's fit, made for sea level, is too high by 0.25 °C on average and by up to 1.39 °C
    let thin = PressureSource::Fixed(Pascal::new(83_450.0).unwrap());
    let differences: Vec<f64> = hours
        .iter()
        .map(|hour| {
            let fit = hour.wet_bulb(&WetBulbModel::Stull).unwrap().0;
            fit - hour.wet_bulb(&WetBulbModel::Psychrometric(thin)).unwrap().0
        })
        .collect();
    assert_close!(common::stats::mean(&differences).unwrap(), 0.25, abs = 5e-3);
    assert_close!(differences.iter().copied().fold(0.0, f64::max), 1.39, abs = 5e-3);
}

/// The energy columns of Kenya in the published data set, of which only the ratios count.
#[test]
fn kenya_offsite() {
    use water_dc::fuel::{FactorSet, Fuel, FuelMix, offsite_wue};
    let mix = FuelMix::new([
        (Fuel::Solar, 7569.54878659564),
        (Fuel::Wind, 42628.51158767016),
        (Fuel::Hydro, 60556.39029276512),
    ])
    .unwrap();
    let ours = offsite_wue(&mix, Tables::embedded().factors(FactorSet::DatasetV1)).unwrap();
    assert_close!(ours.get(), 3.1775829868, abs = 2e-8);
}

#[test]
fn accepted_forms() {
    for text in [
        "timestamp,temperature,humidity\n2024-02-29 23:00:00,20.5,50\n",
        "\u{feff}timestamp,temperature,humidity\r\n2024-02-29 23:00,20.5,50\r\n",
        "Humidity,extra,TIME,temp_c\n50,x,2024-02-29T23:00:00,20.5\n",
        "timestamp , temperature , humidity\n2024-02-29 23:00 , 20.5 , 50",
    ] {
        let hours = read(text).unwrap();
        assert_eq!(hours.len(), 1, "{text:?}");
        assert_eq!((hours[0].temperature.0, hours[0].humidity.percent()), (20.5, 50.0));
        assert_eq!((hours[0].time.day(), hours[0].time.hour()), (29, 23));
    }
}

#[test]
fn columns_by_mapping() {
    let columns = Columns {
        time: Some("when".into()),
        temperature: Some("T2M".into()),
        humidity: Some("RH2M".into()),
        pressure: Some("PS".into()),
    };
    let options = ReadOptions { columns, ..ReadOptions::default() };
    let text = "when,T2M,RH2M,PS\n2020-01-01 00:00,30,50,83450\n";
    let weather = read_hours(text.as_bytes(), &options).unwrap();
    // the hour's own pressure replaces that of the model
    let ours = weather.hours[0].wet_bulb(&WetBulbModel::Psychrometric(PressureSource::SeaLevel)).unwrap();
    let thin = WetBulbModel::Psychrometric(PressureSource::Fixed(Pascal::new(83_450.0).unwrap()));
    assert_eq!(
        ours,
        water_dc::wet_bulb::wet_bulb(weather.hours[0].temperature, weather.hours[0].humidity, &thin).unwrap()
    );
}

#[test]
fn rejected_files() {
    const HEAD: &str = "timestamp,temperature,humidity\n2024-01-01 00:00:00,20,50\n";
    let line = |row: &str| fails(&format!("{HEAD}{row}\n"));
    assert_eq!(
        line("2024-01-01 01:00:00,20,101"),
        "line 3: relative humidity in percent must be in 0..=100, got 101"
    );
    assert_eq!(
        line("2024-01-01 01:00:00,20,NaN"),
        "line 3: relative humidity in percent must be in 0..=100, got NaN"
    );
    assert_eq!(
        line("2024-01-01 01:00:00,NaN,50"),
        "line 3: temperature must be in -90..=60 °C for weather, got NaN °C"
    );
    assert_eq!(
        line("2024-01-01 01:00:00,68.5,50"),
        "line 3: temperature must be in -90..=60 °C for weather, got 68.5 °C"
    );
    assert_eq!(line("2024-01-01 01:00:00,20,"), "line 3: humidity must be a number, got \"\"");
    assert_eq!(line("2024-01-01 01:00:00,20"), "line 3: row must have 3 fields as the header has, got 2");
    assert_eq!(
        line("2023-02-29 01:00:00,20,50"),
        "line 3: timestamp must be a time YYYY-MM-DD HH:MM[:SS], got \"2023-02-29 01:00:00\""
    );
    for time in [
        "2024-01-01",
        "2024-01-01 24:00:00",
        "01/02/2024 10:00",
        "2024-01-01 00:00Z",
        "2024-01-01T00:00+02",
        "now",
        "",
    ] {
        assert!(line(&format!("{time},20,50")).starts_with("line 3: timestamp must be a time"), "{time:?}");
    }
    assert_eq!(
        fails("timestamp,temperature\n2024-01-01 00:00:00,20\n"),
        "column \"humidity\" must be in the header, got timestamp, temperature"
    );
    assert!(fails("").starts_with("column \"timestamp\" must be in the header"));
    assert_eq!(
        fails("timestamp,temperature,humidity\n"),
        "weather must have at least one valid hour, got none"
    );
    let error = read_hours(
        &b"timestamp,temperature,humidity\n2024-01-01 00:00:00,\xff,50\n"[..],
        &ReadOptions::default(),
    );
    assert_eq!(error.unwrap_err().to_string(), "line 2: text must be UTF-8, got other bytes");
    let text = "timestamp,temperature,humidity,pressure_pa\n2024-01-01 00:00:00,20,50,0\n";
    assert_eq!(fails(text), "line 2: pressure in Pa must be finite and positive, got 0");
}

#[test]
fn invalid_rows_are_skipped_and_counted() {
    let text = b"timestamp,temperature,humidity\n2024-01-01 00:00:00,20,50\n2024-01-01 01:00:00,,50\nbad\n\
        2024-01-01 02:00:00,20,500\n2024-01-01 02:00:00,\xff,50\n2024-01-01 03:00:00,21,50\n";
    let options = ReadOptions { invalid_rows: InvalidRows::Skip, ..ReadOptions::default() };
    let weather = read_hours(&text[..], &options).unwrap();
    assert_eq!((weather.hours.len(), weather.skipped), (2, 4));
    let none = b"timestamp,temperature,humidity\nbad\n";
    assert!(matches!(read_hours(&none[..], &options), Err(Error::NoHours)));
}

/// A file of the published data set without one of its columns, and with an unknown time.
#[test]
fn published_files_need_their_columns() {
    let head = "timestamp,temperature,humidity,wetbulb_temperature,WUE_FixedApproachDirect(L/KWh)";
    let fails = |text: &str| read_published(text.as_bytes(), InvalidRows::Reject).unwrap_err().to_string();
    assert!(fails(head).starts_with("column \"WUE_FixedColdWaterDirect(L/KWh)\" must be in the header"));
    let text = format!("{head},WUE_FixedColdWaterDirect(L/KWh)\n,20,50,56.7,1.58,1.2\n");
    assert!(fails(&text).starts_with("line 2: timestamp must be a time"));
    let text = format!("{head},WUE_FixedColdWaterDirect(L/KWh)\n2024-01-01 00:00,20,50,inf,1.58,1.2\n");
    assert_eq!(fails(&text), "line 2: wetbulb_temperature must be a finite number, got \"inf\"");
}

#[test]
fn synthetic_year_is_a_year() {
    for (year, hours) in [(2023, 8760), (2024, 8784)] {
        let weather = SyntheticClimate::HIGHLAND.hours(year).unwrap();
        assert_eq!(weather.len(), hours);
        assert_eq!(weather, SyntheticClimate::HIGHLAND.hours(year).unwrap());
        assert!(weather.iter().all(|hour| hour.time.year() == year));
        let months = by_month(&weather, &STULL).unwrap();
        assert_eq!(months.len(), 12);
        let year = summarize(&weather, &STULL).unwrap();
        let mean: f64 =
            months.iter().map(|m| m.summary.fixed_cold_water.mean.get() * m.summary.hours as f64).sum();
        assert_close!(mean / hours as f64, year.fixed_cold_water.mean.get(), rel = 1e-13);
        let lowest = months.iter().map(|m| m.summary.wet_bulb.min.0).fold(f64::INFINITY, f64::min);
        assert_close!(lowest, year.wet_bulb.min.0, abs = 0.0);
        assert!(year.wet_bulb.min < year.wet_bulb.mean && year.wet_bulb.mean < year.wet_bulb.max);
    }
    let hotter = SyntheticClimate { mean_c: 29.0, ..SyntheticClimate::HIGHLAND };
    let mean = |climate: &SyntheticClimate| {
        summarize(&climate.hours(2023).unwrap(), &STULL).unwrap().fixed_cold_water.mean
    };
    assert!(mean(&hotter) > mean(&SyntheticClimate::HIGHLAND));
}

/// Eq. 2 is convex: the hourly profile is above the value at the mean wet bulb.
#[test]
fn hourly_profile() {
    let tables = Tables::embedded();
    let hours = SyntheticClimate::HIGHLAND.hours(2023).unwrap();
    let inputs = SiteInputs { pue: Some(Pue::new(1.4).unwrap()), hours: Some(&hours) };
    let site = tables.site(Profile::Hourly, tables.country("Kenya").unwrap(), &inputs).unwrap();
    let tw = summarize(&hours, &STULL).unwrap().wet_bulb.mean.to_fahrenheit();
    assert!(site.onsite.get() > wue(tw, TowerModel::FixedColdWater));
    assert_close!(site.offsite.get(), 1.5987, abs = 5.1e-5);
    assert_close!(site.leakage.per_liter(), 0.258, abs = 0.0);
    // not the mix of the other Congo
    let congo = tables.site(Profile::Hourly, tables.country("Congo").unwrap(), &inputs).unwrap();
    assert_close!(congo.offsite.get(), 1.9116, abs = 5.1e-5);
}
