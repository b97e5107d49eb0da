//! Spin states and the time to reach them.

use crate::planets::{SuperEarth, earth};
use common::assert_close;
use lava_tides::constants::{DAY_S, SUN_MASS_KG, YEAR_S};
use lava_tides::response::{
    ConstantQ, ConstantTimeLag, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling,
};
use lava_tides::rheology::Andrade;
use lava_tides::spin::{SpinRate, SpinState, TorqueCurve, pseudo_synchronous_ratio, spin_path};
use lava_tides::{Body, Error, Orbit, TidalResponse, TideTerms, tidal_state};

fn states(e: f64, response: &dyn TidalResponse) -> Vec<SpinState> {
    let planet = SuperEarth::new();
    let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, DAY_S, e).unwrap();
    TorqueCurve::new(&orbit, &planet.body, response).unwrap().equilibria(0.3, 6.0).unwrap()
}

fn stable(e: f64, response: &dyn TidalResponse) -> Vec<f64> {
    states(e, response).iter().filter(|state| state.stable).map(|state| state.spin.ratio()).collect()
}

fn check(ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{ours:?}");
    for (ours, expected) in ours.iter().zip(expected) {
        assert_close!(*ours, *expected, abs = tolerance);
    }
}

/// Stable states of the reference super-Earth; independent recomputation in Python.
#[test]
fn states_of_the_reference_super_earth() {
    let planet = SuperEarth::new();
    let (eq28, attracting) =
        (planet.molten(OceanCoupling::PaperEq7), planet.molten(OceanCoupling::SelfAttracting));
    let fluid = planet.fluid(OceanCoupling::PaperEq7);
    check(&stable(0.1, &eq28), &[1.000000008, 1.018064406], 1.5e-9);
    check(&stable(0.1, &attracting), &[1.000000009, 1.032952929], 1.5e-9);
    check(&stable(0.1, &planet.solid), &[1.0, 1.499999982], 1.5e-9);
    check(&stable(0.1, &fluid), &[1.054972582], 1.5e-9);
    check(&stable(0.3, &eq28), &[1.000000218, 1.500000005, 1.999999490], 1.5e-9);
    check(&stable(0.3, &attracting), &[1.000000213, 1.499999997], 1.5e-9);
    check(&stable(0.3, &planet.solid), &[0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], 7e-7);
    check(&stable(0.3, &fluid), &[1.519428774], 1.5e-9);
    let unstable: Vec<f64> =
        states(0.1, &eq28).iter().filter(|state| !state.stable).map(|state| state.spin.ratio()).collect();
    check(&unstable, &[1.008713246], 1.5e-9);
}

/// Stable and unstable states alternate, and a constant time lag has one, Hut's.
#[test]
fn a_constant_time_lag_has_one_state() {
    let lag = ConstantTimeLag::new(0.3, 100.0).unwrap();
    for e in [0.0, 0.05, 0.3, 0.6] {
        let states = states(e, &lag);
        assert_eq!(states.len(), 1);
        assert_close!(states[0].spin.ratio(), pseudo_synchronous_ratio(e).unwrap(), rel = 1e-12);
    }
    let planet = SuperEarth::new();
    for pair in states(0.3, &planet.solid).windows(2) {
        assert!(pair[0].stable != pair[1].stable && pair[0].spin.ratio() < pair[1].spin.ratio());
    }
}

/// The curve is the torque of the full sum.
#[test]
fn the_curve_is_the_torque() {
    let planet = SuperEarth::new();
    let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, DAY_S, 0.2).unwrap();
    let curve = TorqueCurve::new(&orbit, &planet.body, &planet.solid).unwrap();
    for ratio in [-0.3, 0.9, 1.2, 1.5001, 4.6] {
        let spin = ratio * orbit.mean_motion_rad_s();
        let state = tidal_state(&orbit, &planet.body, spin, &planet.solid, TideTerms::All).unwrap();
        let torque = curve.torque_n_m(SpinRate::from_ratio(ratio)).unwrap();
        assert_close!(torque, state.torque_n_m, rel = 1e-10, "{ratio}");
    }
    // A bulge holds the 3:2 resonance by (3/2) n² (B - A) X_3.
    let table = lava_tides::hansen::HansenTable::new(0.2).unwrap();
    let n = orbit.mean_motion_rad_s();
    let inertia = planet.body.moment_of_inertia_kg_m2();
    assert_close!(
        curve.locking_torque_n_m(3, 1e-5),
        1.5e-5 * n * n * inertia * table.sectoral(3),
        rel = 1e-13
    );
}

/// Spin-down from ten times the mean motion; independent recomputation in Python.
#[test]
fn spin_down_times() {
    let body = earth();
    let solid = HomogeneousBody::new(&body, Andrade::new(6e10, 1e21, 0.3).unwrap());
    let molten = |coupling| {
        let ocean = MagmaOcean::new(body.radius_m() / 50.0, 1e-3, 0.5).unwrap();
        MoltenPlanet::new(body, solid, ocean.with_coupling(coupling).unwrap()).unwrap()
    };
    let (eq28, attracting) = (molten(OceanCoupling::PaperEq7), molten(OceanCoupling::SelfAttracting));
    let check = |days: f64, e: f64, response: &dyn TidalResponse, half_turns: i32, years: f64| {
        let orbit = Orbit::from_period(&body, SUN_MASS_KG, days * DAY_S, e).unwrap();
        let path = spin_path(&orbit, &body, response, 10.0, 1e-3).unwrap();
        assert!(path.trap.stable);
        assert_eq!(path.trap.spin.half_turns, half_turns, "{days} d, {e}: {:?}", path.trap);
        assert_close!(path.time_s / YEAR_S, years, rel = 0.1, "{days} d, e = {e}");
    };
    check(5.0, 0.05, &solid, 3, 1.59e4);
    check(5.0, 0.05, &eq28, 2, 5.8e2);
    check(10.0, 0.05, &solid, 3, 1.04e5);
    check(10.0, 0.05, &eq28, 2, 7.0e3);
    check(10.0, 0.2, &solid, 5, 7.1e4);
    check(10.0, 0.2, &eq28, 4, 3.4e3);
    check(20.0, 0.05, &solid, 3, 6.8e5);
    check(20.0, 0.05, &eq28, 3, 7.1e4);
    check(20.0, 0.05, &attracting, 2, 6.6e4);
    check(40.0, 0.0, &solid, 2, 4.6e6);
    check(40.0, 0.0, &eq28, 2, 1.06e6);
}

/// Closed forms on a circular orbit: a constant Q slows the spin evenly, a constant lag exponentially.
#[test]
fn travel_times_in_closed_form() {
    let body = earth();
    let orbit = Orbit::from_period(&body, SUN_MASS_KG, 5.0 * DAY_S, 0.0).unwrap();
    let n = orbit.mean_motion_rad_s();
    let inertia = body.moment_of_inertia_kg_m2();
    let torque = |response: &dyn TidalResponse, ratio: f64| {
        tidal_state(&orbit, &body, ratio * n, response, TideTerms::All).unwrap().torque_n_m
    };
    let q = ConstantQ::new(0.3, 10.0).unwrap();
    let even = spin_path(&orbit, &body, &q, 10.0, 1e-3).unwrap();
    assert_close!(even.time_s, -inertia * n * (9.0 - 1e-3) / torque(&q, 5.0), rel = 1e-12);
    let upward = spin_path(&orbit, &body, &q, -2.0, 1e-3).unwrap();
    assert_close!(upward.time_s, inertia * n * (3.0 - 1e-3) / torque(&q, 0.0), rel = 1e-12);
    let lag = ConstantTimeLag::new(0.3, 100.0).unwrap();
    let slow = spin_path(&orbit, &body, &lag, 10.0, 1e-3).unwrap();
    assert_close!(slow.time_s, -inertia * n * 9e3f64.ln() / torque(&lag, 2.0), rel = 1e-9);
    let there = spin_path(&orbit, &body, &lag, 1.0, 1e-3).unwrap();
    assert!(there.time_s == 0.0 && there.trap.spin.half_turns == 2);
}

#[test]
fn failures_are_typed() {
    let body = earth();
    let orbit = Orbit::from_period(&body, SUN_MASS_KG, 5.0 * DAY_S, 0.05).unwrap();
    let lag = ConstantTimeLag::new(0.3, 100.0).unwrap();
    for (start, within) in [(f64::NAN, 1e-3), (2e4, 1e-3), (10.0, 0.0)] {
        assert!(matches!(spin_path(&orbit, &body, &lag, start, within), Err(Error::Quantity { .. })));
    }
    let curve = TorqueCurve::new(&orbit, &body, &lag).unwrap();
    assert!(curve.equilibria(2.0, 1.0).is_err() && curve.equilibria(0.0, f64::INFINITY).is_err());
    let no_tide = ConstantQ::new(0.0, 1.0).unwrap();
    let still = spin_path(&orbit, &body, &no_tide, 10.0, 1e-3).unwrap();
    assert!(still.time_s == 0.0);
    let small = Body::new(1e24, 6e6, 0.33).unwrap();
    let close = Orbit::from_period(&small, SUN_MASS_KG, 0.1 * DAY_S, 0.0).unwrap();
    assert!(TorqueCurve::new(&close, &small, &lag).is_err());
}
