//! Error bars carried through to the surface.

use crate::archive::paper_data;
use common::assert_close;
use lava_tides::archive::{builtin, find, read, read_csv};
use lava_tides::monte_carlo::{Draws, budget_spread};
use lava_tides::response::ConstantQ;
use lava_tides::surface::Surface;
use lava_tides::{Error, Planet, TideTerms};

const DRAWS: Draws = Draws { count: 4000, seed: 7, star: false, eccentricity: None };

fn rock(_: &Planet) -> Result<ConstantQ, Error> {
    ConstantQ::new(0.3, 100.0)
}

fn table(star: &str) -> String {
    let columns = "pl_name,pl_orbper,pl_orbsmax,pl_rade,pl_radeerr1,pl_radeerr2,pl_bmasse,pl_bmasseerr1,pl_bmasseerr2,\
                   pl_bmasselim,pl_bmassprov,pl_orbeccen,pl_orbeccenerr1,pl_orbeccenerr2,pl_orbeccenlim,st_mass,st_rad,\
                   st_teff,sy_pnum";
    let star_columns = if star.is_empty() {
        ""
    } else {
        ",st_masserr1,st_masserr2,st_raderr1,st_raderr2,st_tefferr1,st_tefferr2"
    };
    format!(
        "{columns}{star_columns}\nX b,1,0.02,1.5,0.015,-0.03,5,0.5,-0.5,0,Mass,0.05,0.001,-0.001,0,1,1,5700,1{star}\n"
    )
}

/// Heat goes as R³ e² per area at a given period: its errors follow in the linear limit.
#[test]
fn errors_in_the_linear_limit() {
    let record = &read(table("").as_bytes()).unwrap()[0];
    let spread = budget_spread(record, &DRAWS, rock, TideTerms::All, &Surface::lava()).unwrap();
    let relative = |value: f64| value / spread.tidal_w_m2.median - 1.0;
    // Up: 1 % of the radius and 2 % of the eccentricity; down: 2 % and 2 %. Unequal errors do not add in quadrature.
    assert!((0.05..0.065).contains(&relative(spread.tidal_w_m2.high)), "{spread:?}");
    assert!((-0.075..-0.06).contains(&relative(spread.tidal_w_m2.low)), "{spread:?}");
    // The light depends on the mass of the planet by way of Kepler's law alone.
    assert!(spread.absorbed_w_m2.high / spread.absorbed_w_m2.low < 1.0 + 1e-5);
    let again = budget_spread(record, &DRAWS, rock, TideTerms::All, &Surface::lava()).unwrap();
    assert_eq!(spread, again);
    let other = Draws { seed: 8, ..DRAWS };
    assert_ne!(spread, budget_spread(record, &other, rock, TideTerms::All, &Surface::lava()).unwrap());
    // A given eccentricity is not drawn.
    let fixed = Draws { eccentricity: Some(0.05), ..DRAWS };
    let narrow = budget_spread(record, &fixed, rock, TideTerms::All, &Surface::lava()).unwrap();
    assert_close!(narrow.tidal_w_m2.high / narrow.tidal_w_m2.median - 1.0, 0.03, rel = 0.06);
    assert_close!(narrow.tidal_w_m2.low / narrow.tidal_w_m2.median - 1.0, -0.06, rel = 0.06);
}

#[test]
fn errors_that_are_not_there_are_errors() {
    let spread = |record: &lava_tides::archive::PlanetRecord, draws: &Draws| {
        budget_spread(record, draws, rock, TideTerms::All, &Surface::lava())
    };
    let without = &read(table("").as_bytes()).unwrap()[0];
    let star = Draws { star: true, ..DRAWS };
    assert!(matches!(spread(without, &star), Err(Error::MissingValue { column: "st_masserr1", .. })));
    let with = &read(table(",0.05,-0.05,0.03,-0.03,100,-100").as_bytes()).unwrap()[0];
    let wide = spread(with, &star).unwrap();
    assert!(wide.absorbed_w_m2.high > 1.03 * wide.absorbed_w_m2.median);
    // The heat depends on the period, not on the star.
    assert_close!(wide.tidal_w_m2.median, spread(without, &DRAWS).unwrap().tidal_w_m2.median, rel = 5e-3);
    let bare = builtin().unwrap();
    let bare = find(&bare, "GJ 367 b").unwrap();
    assert!(matches!(spread(bare, &DRAWS), Err(Error::MissingValue { column: "pl_orbeccenerr1", .. })));
    assert!(matches!(spread(without, &Draws { count: 0, ..DRAWS }), Err(Error::Count { .. })));
    assert!(spread(without, &Draws { eccentricity: Some(1.0), ..DRAWS }).is_err());
}

#[test]
fn a_real_planet() {
    let Some(folder) = paper_data() else {
        println!("SKIPPED: PAPER_DATA is not set");
        return;
    };
    let planets = read_csv(folder.join("exoplanets/pscomppars_rocky_short_period_2025-08.csv")).unwrap();
    let record = find(&planets, "TRAPPIST-1 b").unwrap();
    let spread = budget_spread(record, &DRAWS, rock, TideTerms::All, &Surface::lava()).unwrap();
    // e = 0.00622 +- 0.0030: the heat is uncertain by a factor of two or more.
    assert!(spread.tidal_w_m2.high > 1.5 * spread.tidal_w_m2.median);
    assert!(matches!(
        budget_spread(record, &Draws { star: true, ..DRAWS }, rock, TideTerms::All, &Surface::lava()),
        Err(Error::MissingValue { column: "st_masserr1", .. })
    ));
}
