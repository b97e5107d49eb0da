//! Weather files of `EnergyPlus`.

use std::{fmt::Write as _, fs::File, io::Write as _};

use common::assert_close;
use water_dc::{
    Error,
    epw::{Defects, Epw, Years, read_epw},
    units::RelativeHumidity,
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

/// A file of the first days of January. Fields of an hour: dry bulb, dew point, humidity, pressure.
pub(crate) fn file(line_end: &str, minute: u8, hours: &[[f64; 4]]) -> String {
    let mut text = "LOCATION,Addis Ababa,-,ETH,TEST,634500,8.98,38.80,3.0,2355.0".to_owned();
    for line in ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0", "HOLIDAYS,No"] {
        write!(text, "{line_end}{line}").unwrap();
    }
    write!(text, "{line_end}COMMENTS 1,a{line_end}COMMENTS 2,b").unwrap();
    write!(text, "{line_end}DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31{line_end}").unwrap();
    for (index, [dry, dew, humidity, pressure]) in hours.iter().enumerate() {
        let (day, hour) = (index / 24 + 1, index % 24 + 1);
        write!(text, "{},1,{day},{hour},{minute},?9?9", 1990 + day).unwrap();
        write!(text, ",{dry:.1},{dew:.1},{humidity},{pressure},9999,9999{line_end}").unwrap();
    }
    text
}

fn read(hours: &[[f64; 4]]) -> Epw {
    read_epw(file("\r\n", 60, hours).as_bytes(), Years::default()).unwrap()
}

#[test]
fn hours_run_from_midnight_to_23() {
    let hours = vec![[16.0, 8.0, 59.0, 77_000.0]; 48];
    for (line_end, minute) in [("\r\n", 60), ("\n", 0)] {
        let epw = read_epw(file(line_end, minute, &hours).as_bytes(), Years::default()).unwrap();
        assert_eq!(epw.hours.len(), 48);
        assert_eq!(epw.hours[0].time.to_string(), "2001-01-01T00:00:00");
        assert_eq!(epw.hours[23].time.to_string(), "2001-01-01T23:00:00");
        assert_eq!(epw.hours[47].time.to_string(), "2001-01-02T23:00:00");
        assert_eq!((epw.hours[0].source_year, epw.hours[47].source_year), (1991, 1992));
        assert_eq!(epw.defects, Defects::default());
        assert_eq!((epw.station.city.as_str(), epw.station.utc_offset_h), ("Addis Ababa", 3.0));
        assert_eq!(epw.weather().hours.len(), 48);
    }
    let own = read_epw(file("\n", 0, &hours).as_bytes(), Years::Source).unwrap();
    assert_eq!(own.hours[47].time.to_string(), "1992-01-02T23:00:00");
}

#[test]
fn compressed_is_the_same() {
    let text = file("\r\n", 60, &[[16.0, 8.0, 59.0, 77_000.0]; 24]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    let plain = read_epw(text.as_bytes(), Years::default()).unwrap();
    assert_eq!(read_epw(compressed.as_slice(), Years::default()).unwrap(), plain);
    let cut = &compressed[..compressed.len() / 2];
    assert!(matches!(read_epw(cut, Years::default()), Err(Error::Io(_))));
}

#[test]
fn each_defect_is_counted() {
    let usual = [16.0, 8.0, 59.0, 77_000.0];
    let epw = read(&[
        usual,
        [16.0, 17.0, 106.0, 77_000.0], // 1 °C too much: clamped
        [16.0, 17.1, 107.0, 77_000.0], // more: nothing left
        [16.0, 16.5, 100.0, 77_000.0], // the same without a humidity above 100
        [16.0, 99.9, 106.0, 77_000.0], // no dew point: clamped by humidity
        [16.0, 99.9, 107.0, 77_000.0], // and not
        [16.0, 15.9, 101.0, 77_000.0], // below saturation by the dew point
        [99.9, 8.0, 59.0, 77_000.0],   // missing
        [16.0, 8.0, 999.0, 999_999.0], // missing
        [16.0, 8.0, 80.0, 77_000.0],   // 59 % by the dew point
        [16.0, 8.0, 59.0, 70_000.0],   // 76 kPa is usual at 2355 m
    ]);
    let expected = Defects {
        supersaturation_clamped: 3,
        supersaturation_nulled: 2,
        humidity_above_100: 5,
        temperature_missing: 1,
        humidity_missing: 1,
        pressure_missing: 1,
        humidity_disagrees: 1,
        pressure_unusual: 1,
    };
    assert_eq!(epw.defects, expected);
    let percent: Vec<_> = epw.hours.iter().map(|hour| hour.humidity.map(RelativeHumidity::percent)).collect();
    let full = Some(100.0);
    let of_file = Some(59.0);
    assert_eq!(percent, [of_file, full, None, full, full, None, full, of_file, None, Some(80.0), of_file]);
    assert_eq!(epw.hours[2].temperature, None);
    assert_eq!((epw.weather().hours.len(), epw.weather().skipped), (7, 4));
    assert!(epw.weather().hours[1].pressure.is_some());
}

#[test]
fn what_is_no_weather_file_is_an_error_with_its_line() {
    let good = file("\n", 0, &[[16.0, 8.0, 59.0, 77_000.0]; 3]);
    let message = |text: &str| read_epw(text.as_bytes(), Years::default()).unwrap_err().to_string();
    assert_eq!(
        message("time,temperature\n"),
        "line 1: header must be LOCATION and nine fields, got \"time,temperature\""
    );
    assert!(message("").starts_with("line 1: header must be of 8 lines"));
    assert!(
        message(&good.replace("8.98", "98.98")).starts_with("line 1: latitude must be degrees in -90..=90")
    );
    assert!(message(&good.replace(",3.0,", ",x,")).contains("time zone must be hours"));
    assert!(message(&good.replace("2355.0", "1e9")).starts_with("line 1: elevation"));
    assert!(
        message(&good.replace("PERIODS,1,1", "PERIODS,1,4"))
            .starts_with("line 8: header must be DATA PERIODS")
    );
    assert!(message(&good.replace(",1,1,2,0,", ",1,1,25,0,")).starts_with("line 10: hour must be in 1..=24"));
    assert!(message(&good.replace(",1,1,2,0,", ",2,29,2,0,")).starts_with("line 10: date must be a day"));
    assert!(message(&good.replace(",1,1,3,0,", ",1,1,3,61,")).starts_with("line 11: minute"));
    assert!(message(&good.replacen("16.0", "warm", 1)).starts_with("line 9: dry bulb must be a number"));
    let cut = good.rfind(",59").unwrap();
    assert_eq!(message(&good[..cut]), "line 11: row must have 10 fields as the header has, got 8");
    let header = &good[..good.find("1991,").unwrap()];
    assert_eq!(message(header), Error::NoHours.to_string());
    let long = format!("{header}{}", "7".repeat(100_000));
    assert!(message(&long).starts_with("line 9: line must be at most 65536 bytes long"));
    assert!(read_epw([0xff, 0x00, 0xfe].repeat(90).as_slice(), Years::default()).is_err());
    // a leap day needs a leap year
    let leap = good.replace(",1,1,2,0,", ",2,29,2,0,");
    assert_eq!(read_epw(leap.as_bytes(), Years::Label(2000)).unwrap().hours.len(), 3);
}

/// Hours of the real files by file: clamped, nulled, unusual pressure, disagreeing humidity.
#[test]
fn real_files() {
    let Some(folder) = crate::weather::paper_data("weather-epw") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "gz"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 16);
    let mut total = Defects::default();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let epw = read_epw(File::open(&path).unwrap(), Years::default()).unwrap();
        assert_eq!(epw.hours.len(), 8760, "{name}");
        let defects = epw.defects;
        assert_eq!(
            defects.humidity_above_100,
            defects.supersaturation_clamped + defects.supersaturation_nulled
        );
        for hour in epw.weather().hours {
            let model = WetBulbModel::Psychrometric(PressureSource::Elevation(epw.station.elevation));
            let tw = hour.wet_bulb(&model).unwrap();
            assert!(tw <= hour.temperature, "{name} {}: {tw:?} above {:?}", hour.time, hour.temperature);
            if hour.humidity.percent() == 100.0 {
                assert_eq!(tw, hour.temperature);
            }
        }
        let (above, most) = epw.stull_above_dry_bulb();
        assert!(most < 0.07, "{name}: {most}");
        if name.contains("Dulles") {
            assert_eq!((above, defects.humidity_disagrees), (33, 22));
        }
        if name.contains("Luxor") {
            assert_eq!((defects.supersaturation_clamped, defects.supersaturation_nulled), (6, 6));
        }
        let unusual = [("Aswan", 388), ("Addis", 141), ("Helwan", 21), ("Bahar", 15), ("Combolcha", 4)];
        let expected =
            unusual.iter().find(|(station, _)| name.contains(station)).map_or(0, |(_, hours)| *hours);
        assert_eq!(defects.pressure_unusual, expected, "{name}");
        total.supersaturation_clamped += defects.supersaturation_clamped;
        total.supersaturation_nulled += defects.supersaturation_nulled;
        total.temperature_missing += defects.temperature_missing;
    }
    assert_eq!(total.supersaturation_clamped + total.supersaturation_nulled, 224);
    assert_eq!(total.temperature_missing, 0);
}

#[test]
fn stull_at_saturation_is_reported() {
    let saturated = read(&[[20.0, 20.0, 100.0, 77_000.0], [16.0, 8.0, 59.0, 77_000.0]]);
    let (hours, most) = saturated.stull_above_dry_bulb();
    let hour = saturated.weather().hours[0];
    let fit = wet_bulb(hour.temperature, hour.humidity, &WetBulbModel::Stull).unwrap();
    assert_eq!(hours, 1);
    assert_close!(most, fit.0 - 20.0, abs = 1e-15);
}
