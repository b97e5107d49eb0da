//! Surface temperatures.

use crate::planets::SuperEarth;
use common::assert_close;
use lava_tides::constants::{DAY_S, SUN_MASS_KG, SUN_RADIUS_M};
use lava_tides::response::{ConstantQ, OceanCoupling, Tideless};
use lava_tides::surface::{
    MELTING_POINT_K, Redistribution, Surface, eccentricity_for_flux, synchronous_budget,
};
use lava_tides::{Orbit, Planet, Star, TidalResponse, TideTerms, Violation};

fn planet(e: f64) -> (SuperEarth, Planet) {
    let planet = SuperEarth::new();
    let star = Star::new(SUN_MASS_KG, SUN_RADIUS_M, 5508.0).unwrap();
    let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, DAY_S, e).unwrap();
    let body = planet.body;
    (planet, Planet { name: "reference".into(), body, star, orbit })
}

/// Temperatures of the reference super-Earth; independent recomputation in Python.
#[test]
fn reference_super_earth_temperatures() {
    let lava = Surface::lava();
    for (e, solid, eq28, attracting) in [
        (0.01, 1910.585, 2134.743, 2210.890),
        (0.03, 1999.863, 3024.680, 3251.713),
        (0.1, 2631.994, 5469.278, 5888.697),
    ] {
        let (reference, planet) = planet(e);
        assert_close!(planet.stellar_flux_w_m2(), 2.94693e6, rel = 2e-6);
        let molten = [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting].map(|c| reference.molten(c));
        let responses: [&dyn TidalResponse; 3] = [&reference.solid, &molten[0], &molten[1]];
        for (response, temperature) in responses.into_iter().zip([solid, eq28, attracting]) {
            let budget = synchronous_budget(&planet, response, TideTerms::All, &lava).unwrap();
            assert_close!(budget.temperature_k, temperature, abs = 6e-4);
            assert_close!(budget.temperature_without_tide_k, 1898.561, abs = 6e-4);
            assert_eq!(budget.validity.has(Violation::Evaporating), temperature > 4000.0);
            assert!(!budget.validity.has(Violation::Frozen));
            let sum = budget.absorbed_w_m2 * (1.0 + budget.flux_ratio());
            assert_close!(lava.emitted_w_m2(budget.temperature_k), sum, rel = 1e-12);
        }
    }
}

#[test]
fn redistribution_and_rules() {
    let light = |r| Surface::new(0.1, 0.9, r).unwrap().absorbed_w_m2(4.0);
    assert_close!(light(Redistribution::Global), 0.9, rel = 1e-15);
    assert_close!(light(Redistribution::DaySide), 2.4, rel = 1e-15);
    assert_close!(light(Redistribution::Substellar), 3.6, rel = 1e-15);
    assert_eq!(Surface::new(0.1, 0.9, Redistribution::Global).unwrap(), Surface::lava());
    for (albedo, emissivity) in [(1.0, 0.9), (-0.1, 0.9), (0.1, 0.0), (0.1, f64::NAN)] {
        assert!(Surface::new(albedo, emissivity, Redistribution::Global).is_err());
    }
    assert!(Star::new(1.0, 0.0, 1.0).is_err());
}

/// At small eccentricity heat goes as its square, so the eccentricity is known in closed form.
#[test]
fn eccentricity_for_a_wanted_flux() {
    let (reference, planet) = planet(0.0);
    let molten = reference.molten(OceanCoupling::SelfAttracting);
    let flux = |e: f64| {
        let planet = planet.with_eccentricity(e).unwrap();
        synchronous_budget(&planet, &molten, TideTerms::All, &Surface::lava()).unwrap().tidal_w_m2
    };
    let tiny = eccentricity_for_flux(&planet, &molten, TideTerms::All, 1.0).unwrap().unwrap();
    assert_close!(tiny, 1e-5 / flux(1e-5).sqrt(), rel = 1e-6);
    let absorbed = Surface::lava().absorbed_w_m2(planet.stellar_flux_w_m2());
    let equal = eccentricity_for_flux(&planet, &molten, TideTerms::All, absorbed).unwrap().unwrap();
    assert_close!(flux(equal), absorbed, rel = 1e-9);
    assert!((0.005..0.05).contains(&equal), "{equal}");
    // A rock of high quality never gets there; the heat of a world without tides is zero.
    let rock = ConstantQ::new(1e-9, 1e6).unwrap();
    assert_eq!(eccentricity_for_flux(&planet, &rock, TideTerms::All, absorbed).unwrap(), None);
    assert_eq!(eccentricity_for_flux(&planet, &Tideless, TideTerms::All, 1.0).unwrap(), None);
    assert!(eccentricity_for_flux(&planet, &molten, TideTerms::All, f64::NAN).is_err());
}

/// A molten answer of a cold surface is not self-consistent.
#[test]
fn frozen_surfaces_are_flagged() {
    let (reference, mut planet) = planet(1e-4);
    planet.orbit = Orbit::from_period(&planet.body, SUN_MASS_KG, 20.0 * DAY_S, 1e-4).unwrap();
    let molten = reference.molten(OceanCoupling::SelfAttracting);
    let budget = synchronous_budget(&planet, &molten, TideTerms::All, &Surface::lava()).unwrap();
    assert!(budget.temperature_k < MELTING_POINT_K && budget.validity.has(Violation::Frozen));
    let solid = synchronous_budget(&planet, &reference.solid, TideTerms::All, &Surface::lava()).unwrap();
    assert!(!solid.validity.has(Violation::Frozen));
}
