//! Tables of planets.

use common::assert_close;
use lava_tides::Error;
use lava_tides::archive::{Axis, Limit, MassKind, PlanetRecord, builtin, read_csv, read_file};
use std::path::PathBuf;

const HEADER: &str = "pl_name,pl_orbper,pl_orbsmax,pl_rade,pl_bmasse,pl_bmasselim,pl_bmassprov,pl_orbeccen,\
                      pl_orbeccenlim,st_mass,st_rad,st_teff,sy_pnum";

fn read(rows: &str) -> Result<Vec<PlanetRecord>, Error> {
    read_csv(format!("# a comment\n{HEADER}\n{rows}").as_bytes())
}

#[test]
fn the_embedded_table_keeps_keplers_law() {
    for planet in builtin() {
        assert!(planet.measured_mass_earth().is_some(), "{}", planet.name);
        let (axis, _) = planet.axis_au.unwrap();
        let (days, star) = (planet.period_d.unwrap().value, planet.star_mass_sun.unwrap().value);
        // a in au from the period in yr; composite tables mix papers, so that the two agree only roughly
        let kepler = (star * (days / 365.25).powi(2)).cbrt();
        assert_close!(axis.value, kepler, rel = 0.06, "{}", planet.name);
    }
    let upper: Vec<&str> = builtin()
        .iter()
        .filter(|planet| planet.eccentricity.is_some_and(|e| e.limit == Limit::Upper))
        .map(|planet| planet.name.as_str())
        .collect();
    assert_eq!(upper, ["TOI-1238 b"]);
    let body = builtin()[2].body(0.33).unwrap().unwrap();
    assert_close!(body.mass_kg(), 4.97 * 5.9722e24, rel = 1e-12);
}

#[test]
fn limits_and_guesses_are_no_measurements() {
    let planets = read(
        "a,0.5,0.01,1.2,3,0,Mass,0.1,0,0.8,0.7,4500,2\n\
         b,0.5,0.01,1.2,3,1,Mass,0.2,1,0.8,0.7,4500,2\n\
         c,0.5,0.01,1.2,3,,M-R relationship,0,0,0.8,0.7,4500,\n\
         d,0.5,0.01,1.2,3,,Msini,,,0.8,0.7,4500,2\n\
         e,0.5,,1.2,,,,,,1,0.7,4500,2\n",
    )
    .unwrap();
    let masses: Vec<_> = planets.iter().map(PlanetRecord::measured_mass_earth).collect();
    assert_eq!(masses, [Some(3.0), None, None, None, None]);
    assert_eq!(planets[1].eccentricity.unwrap().known(), None);
    assert!(planets[2].circular_assumed && !planets[0].circular_assumed);
    assert_eq!(planets[3].mass_earth.unwrap().1, MassKind::Minimum);
    assert!(planets[1].body(0.33).unwrap().is_none());
    let (axis, origin) = planets[4].axis_au.unwrap();
    assert_eq!(origin, Axis::Kepler);
    assert_close!(axis.value, (0.5f64 / 365.25).powf(2.0 / 3.0), rel = 1e-4);
    assert_eq!(planets[2].planets, None);
}

#[test]
fn errors_name_column_and_line() {
    let text = |error: Error| error.to_string();
    let missing = read_csv("pl_name,pl_orbper\n".as_bytes()).unwrap_err();
    assert_eq!(text(missing), "table must have a column pl_orbsmax");
    for (row, column, given) in [
        ("a,half,0.01,1.2,3,0,Mass,0.1,0,0.8,0.7,4500,2", "pl_orbper", "half"),
        ("a,0.5,0.01,1.2,-3,0,Mass,0.1,0,0.8,0.7,4500,2", "pl_bmasse", "-3"),
        ("a,0.5,0.01,1.2,3,2,Mass,0.1,0,0.8,0.7,4500,2", "pl_bmasselim", "2"),
        ("a,0.5,0.01,1.2,3,0,Mass,1.0,0,0.8,0.7,4500,2", "pl_orbeccen", "1.0"),
        ("a,0.5,0.01,NaN,3,0,Mass,0,0,0.8,0.7,4500,2", "pl_rade", "NaN"),
        ("a,0.5,0.01,1,3,0,Mass,0,0,0.8,0.7,4500,two", "sy_pnum", "two"),
        (",0.5,0.01,1,3,0,Mass,0,0,0.8,0.7,4500,2", "pl_name", ""),
    ] {
        let good = "x,0.5,0.01,1.2,3,0,Mass,0.1,0,0.8,0.7,4500,2";
        let expected = format!("column {column} must hold a value of its kind in line 4, got {given:?}");
        assert_eq!(text(read(&format!("{good}\n{row}\n")).unwrap_err()), expected);
    }
    assert!(matches!(read("a,b\n"), Err(Error::Csv { .. })));
    assert!(matches!(read_file("no/such/file".as_ref()), Err(Error::Csv { .. })));
}

/// The file of August 2025, where it is at hand: as many planets and measured masses as its description counts.
#[test]
fn archive_of_2025() {
    let Some(path) = data("exoplanets/pscomppars_rocky_short_period_2025-08.csv") else {
        eprintln!("notice: PAPER_DATA without exoplanets, nothing tested");
        return;
    };
    let planets = read_file(&path).unwrap();
    assert_eq!(planets.len(), 1185);
    let from_measurement =
        |planet: &&PlanetRecord| matches!(planet.mass_earth, Some((_, MassKind::Measured)));
    assert_eq!(planets.iter().filter(from_measurement).count(), 210);
    assert_eq!(planets.iter().filter(|planet| planet.measured_mass_earth().is_some()).count(), 158);
    let find = |name: &str| planets.iter().find(|planet| planet.name == name).unwrap();
    assert_eq!(find("K2-137 b").measured_mass_earth(), None);
    let k2 = find("K2-141 b");
    assert_eq!(k2.measured_mass_earth(), Some(4.97));
    assert!(k2.mass_earth.unwrap().0.error_up.is_some());
    for ours in builtin() {
        if let Some(theirs) = planets.iter().find(|planet| planet.name == ours.name) {
            // The embedded table has four digits.
            let [ours_mass, theirs_mass] = [ours, theirs].map(|planet| planet.measured_mass_earth().unwrap());
            assert_close!(ours_mass, theirs_mass, rel = 5e-4, "{}", ours.name);
        }
    }
}

/// A file below the folder that `PAPER_DATA` names.
fn data(path: &str) -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var_os("PAPER_DATA")?);
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|ancestor| ancestor.join(&root).join(path)).find(|path| path.exists())
}
