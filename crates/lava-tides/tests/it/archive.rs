//! Planets of the archive.

use common::assert_close;
use lava_tides::Error;
use lava_tides::archive::{Eccentricity, MassOrigin, builtin, find, read, read_csv};
use std::path::PathBuf;

const HEADER: &str = "pl_name,pl_orbper,pl_orbsmax,pl_rade,pl_radeerr1,pl_radeerr2,pl_bmasse,pl_bmasselim,pl_bmassprov,\
                      pl_orbeccen,pl_orbeccenlim,st_mass,st_rad,st_teff,sy_pnum";

fn table(row: &str) -> Result<lava_tides::archive::PlanetRecord, Error> {
    read(format!("# a comment\n{HEADER}\n{row}\n").as_bytes()).map(|mut records| records.remove(0))
}

#[test]
fn the_table_inside_the_crate() {
    let planets = builtin().unwrap();
    assert_eq!(planets.len(), 46);
    assert!(planets.iter().all(|p| p.planet().is_ok() && p.measured_mass().is_ok()));
    let k2_141 = find(&planets, "k2-141b").unwrap();
    assert_eq!((k2_141.period_d, k2_141.radius_earth.unwrap().value), (Some(0.280324), 1.51));
    assert_eq!(k2_141.eccentricity, Eccentricity::AssumedCircular);
    // Kepler's law gives the axis of the table.
    let planet = k2_141.planet().unwrap();
    assert_close!(planet.orbit.semi_major_axis_m() / 1.495978707e11, 0.00747, rel = 2e-3);
    let (axis, kepler) = find(&planets, "TOI-6255 b").unwrap().semi_major_axis_au_or_kepler().unwrap();
    assert!(kepler);
    assert_close!(axis, 0.005315, rel = 2e-3);
    let count = |f: fn(&Eccentricity) -> bool| planets.iter().filter(|p| f(&p.eccentricity)).count();
    assert_eq!(count(|e| matches!(e, Eccentricity::UpperLimit(_))), 1);
    assert_eq!(count(|e| matches!(e, Eccentricity::Unknown)), 3);
    assert_eq!(count(|e| matches!(e, Eccentricity::Measured(_))), 8);
    let text = find(&planets, "TRAPPIST-1 d").unwrap_err().to_string();
    assert!(text.contains("nearest: TRAPPIST-1"), "{text}");
}

#[test]
fn limits_stay_limits() {
    let row = |lim: &str, prov: &str| {
        table(&format!("X b,1,0.02,1.5,0.1,-0.1,5,{lim},{prov},0.1,0,1,1,5700,1")).unwrap()
    };
    for (lim, prov, origin) in [
        ("0", "Mass", MassOrigin::Measured),
        ("", "Mass", MassOrigin::Measured),
        ("1.0", "Mass", MassOrigin::UpperLimit),
        ("-1", "Mass", MassOrigin::LowerLimit),
        ("0", "Msini", MassOrigin::MinimumMass),
        ("0", "M-R relationship", MassOrigin::Derived),
        ("0", "", MassOrigin::Derived),
    ] {
        let record = row(lim, prov);
        assert_eq!(record.mass_earth.unwrap().1, origin, "{lim} {prov}");
        assert_eq!(record.planet().is_ok(), origin == MassOrigin::Measured);
    }
    let text = row("1", "Mass").planet().unwrap_err().to_string();
    assert_eq!(text, "mass of X b must be a measurement, got 5 Earth masses as an upper limit");
    let e = |e: &str, lim: &str| {
        table(&format!("X b,1,0.02,1.5,0.1,-0.1,5,0,Mass,{e},{lim},1,1,5700,1")).unwrap().eccentricity
    };
    assert_eq!(e("0.2", "1"), Eccentricity::UpperLimit(0.2));
    assert_eq!(e("0.2", "-1"), Eccentricity::LowerLimit(0.2));
    assert_eq!(e("0", "0"), Eccentricity::AssumedCircular);
    assert_eq!(e("", ""), Eccentricity::Unknown);
}

#[test]
fn what_is_wrong_is_named() {
    let text = |row: &str| table(row).unwrap_err().to_string();
    assert_eq!(
        text("X b,one,0.02,1.5,0.1,-0.1,5,0,Mass,0,0,1,1,5700,1"),
        "line 3: pl_orbper must be a positive number, got \"one\""
    );
    assert!(text("X b,1,0.02,-1.5,0.1,-0.1,5,0,Mass,0,0,1,1,5700,1").contains("pl_rade must be a positive"));
    assert!(text("X b,1,0.02,nan,0.1,-0.1,5,0,Mass,0,0,1,1,5700,1").contains("got \"nan\""));
    assert!(text("X b,1,0.02,1.5,0.1,0.1,5,0,Mass,0,0,1,1,5700,1").contains("pl_radeerr2 must be"));
    assert!(
        text("X b,1,0.02,1.5,0.1,-0.1,5,2,Mass,0,0,1,1,5700,1").contains("pl_bmasselim must be -1, 0 or 1")
    );
    assert!(text("X b,1,0.02,1.5,0.1,-0.1,5,0,Mass,1.0,0,1,1,5700,1").contains("[0, 1)"));
    assert!(text("X b,1,0.02,1.5,0.1,-0.1,5,0,Mass,0,0,1,1,5700,two").contains("a whole number"));
    assert!(text(",1,0.02,1.5,0.1,-0.1,5,0,Mass,0,0,1,1,5700,1").contains("pl_name must be a name"));
    assert!(matches!(table("X b,1,0.02"), Err(Error::Table { line: 3, .. })));
    let missing = table("X b,1,,,,,5,0,Mass,,,1,1,5700,1").unwrap();
    assert!(matches!(missing.planet(), Err(Error::MissingValue { column: "pl_rade", .. })));
    let header = read("pl_name,pl_orbper\nX,1\n".as_bytes()).unwrap_err();
    assert!(matches!(header, Error::MissingColumn { column: "pl_orbsmax", .. }));
    assert!(matches!(read_csv("no/such/file.csv"), Err(Error::Io { .. })));
}

/// The folder of data sets, if there is one.
pub(crate) fn paper_data() -> Option<PathBuf> {
    let named = PathBuf::from(std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty())?);
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(&named)).find(|folder| folder.is_dir())
}

/// The archive's composite table, cut to rocky short-period planets (August 2025).
#[test]
fn the_composite_table() {
    let Some(folder) = paper_data() else {
        println!("SKIPPED: PAPER_DATA is not set");
        return;
    };
    let planets = read_csv(folder.join("exoplanets/pscomppars_rocky_short_period_2025-08.csv")).unwrap();
    assert_eq!(planets.len(), 1185);
    let origin = |o: MassOrigin| planets.iter().filter(|p| p.mass_earth.is_some_and(|m| m.1 == o)).count();
    assert_eq!(origin(MassOrigin::UpperLimit), 52);
    assert_eq!(origin(MassOrigin::Measured), 210 - 52);
    let k2_137 = find(&planets, "K2-137 b").unwrap();
    assert!(matches!(k2_137.planet(), Err(Error::MassNotMeasured { value, .. }) if value > 150.0));
    let gj_367 = find(&planets, "GJ 367 b").unwrap();
    assert_eq!(gj_367.radius_earth.unwrap().errors, Some((0.024, 0.024)));
    assert!(gj_367.star_mass_sun.unwrap().errors.is_none());
    let k2_141 = find(&planets, "K2-141 b").unwrap().planet().unwrap();
    // The archive's insolation of 3260 Earths and its own values of the star agree within what a composite may differ.
    assert_close!(k2_141.stellar_flux_w_m2() / 1361.0, 3260.0, rel = 0.2);
    // The same planets with the same values are in the table inside the crate.
    for inner in builtin().unwrap() {
        let outer = find(&planets, &inner.name).unwrap();
        let close = |a: f64, b: f64| assert_close!(a, b, rel = 5e-4, "{}", inner.name);
        close(outer.radius_earth.unwrap().value, inner.radius_earth.unwrap().value);
        close(outer.measured_mass().unwrap().value, inner.measured_mass().unwrap().value);
        close(outer.period_d.unwrap(), inner.period_d.unwrap());
        close(outer.star_temperature_k.unwrap().value, inner.star_temperature_k.unwrap().value);
    }
}
