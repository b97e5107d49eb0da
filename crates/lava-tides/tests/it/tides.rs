//! Heat, torque and rates against Hut's closed forms, conservation laws and recomputation.

use crate::golden::numbers;
use crate::planets::{SuperEarth, earth};
use common::assert_close;
use lava_tides::constants::{ASTRONOMICAL_UNIT_M, GRAVITATIONAL_CONSTANT as G, SUN_MASS_KG};
use lava_tides::hansen::hut_functions;
use lava_tides::response::{ConstantQ, ConstantTimeLag, Forcing, OceanCoupling, Order, TabulatedResponse};
use lava_tides::{Error, Orbit, TidalResponse, TideTerms, Violation, tidal_state};
use num_complex::Complex64;
use proptest::prelude::*;

const LAG: f64 = 0.3 * 638.0;

fn lag() -> ConstantTimeLag {
    ConstantTimeLag::new(0.3, 638.0).unwrap()
}

fn orbit(e: f64) -> Orbit {
    Orbit::new(&earth(), SUN_MASS_KG, 0.05 * ASTRONOMICAL_UNIT_M, e).unwrap()
}

/// Hut (1981): all four rates of a constant time lag, at any spin and up to e = 0.9.
#[test]
fn huts_closed_forms() {
    let body = earth();
    for e in [0.0, 1e-8, 1e-3, 0.05, 0.3, 0.6, 0.9] {
        let orbit = orbit(e);
        let orbit = orbit.with_disruption_allowed();
        let (n, a) = (orbit.mean_motion_rad_s(), orbit.semi_major_axis_m());
        let [f1, f2, f3] = hut_functions(e).unwrap();
        let scale = G * SUN_MASS_KG.powi(2) * body.radius_m().powi(5) / a.powi(6);
        let (x, k) = (e * e, 1.5 * LAG * scale * n * n);
        let f4 = (1.0 + 1.5 * x + x * x / 8.0) / (1.0 - x).powi(5);
        let f5 = (1.0 + 3.75 * x + 1.875 * x * x + 5.0 / 64.0 * x.powi(3)) / (1.0 - x).powf(6.5);
        let unit = a / (G * body.mass_kg() * SUN_MASS_KG);
        for spin in [-1.0, 0.0, 1.0, 1.7, 20.0] {
            let omega = spin * n;
            let state = tidal_state(&orbit, &body, omega, &lag(), TideTerms::All).unwrap();
            let size = 3.0 * LAG * scale * n * f1 * (1.0 + spin.abs());
            assert_close!(state.torque_n_m, -3.0 * LAG * scale * (omega * f3 - n * f2), abs = 2e-12 * size);
            let power = 3.0 * LAG * scale * (n * n * f1 - 2.0 * n * omega * f2 + omega * omega * f3);
            assert_close!(state.power_w, power, abs = 2e-12 * size * n * (1.0 + spin.abs()));
            let a_rate = 4.0 * unit * k * (f2 * spin - f1) * a;
            let a_size = 4.0 * unit * k * (f2 * spin.abs() + f1) * a;
            assert_close!(state.semi_major_axis_rate_m_s, a_rate, abs = 2e-12 * a_size, "{e} {spin}");
            let e_rate = 11.0 * unit * k * (f4 * spin - 18.0 / 11.0 * f5) * e;
            let e_size = 11.0 * unit * k * (f4 * spin.abs() + 18.0 / 11.0 * f5) * e;
            // At e = 0.9 the rate is a small difference of large sums.
            let tolerance = 2e-12 * (1.0 + x / (1.0 - x).powi(2));
            assert_close!(state.eccentricity_rate_per_s, e_rate, abs = tolerance * e_size, "{e} {spin}");
        }
    }
}

/// Golden values of an Earth at 0.05 au; independent recomputation in Python.
#[test]
fn golden_rates() {
    let orbit = orbit(0.1);
    let state = tidal_state(&orbit, &earth(), orbit.mean_motion_rad_s(), &lag(), TideTerms::All).unwrap();
    assert_close!(state.power_w, 1.2019956348e17, rel = 1e-10);
    assert_close!(state.torque_n_m, 1.0467998446e22, rel = 1e-10);
    assert_close!(state.semi_major_axis_rate_m_s, -4.3286865848e-8, rel = 2e-10);
    assert_close!(state.eccentricity_rate_per_s, -1.1142121344e-17, rel = 2e-10);
    assert_close!(state.spin_rate_rad_s2 * earth().moment_of_inertia_kg_m2(), state.torque_n_m, rel = 1e-14);
    assert!(state.validity.is_clean() && state.wave_height_m == 0.0);
}

#[test]
fn reference_super_earth_heat() {
    let planet = SuperEarth::new();
    let period = 86_400.0;
    for row in numbers::<8>(include_str!("../golden/super_earth_heat.csv")) {
        let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, period, row[0]).unwrap();
        let spin = orbit.mean_motion_rad_s();
        let (eq28, attracting) =
            (planet.molten(OceanCoupling::PaperEq7), planet.molten(OceanCoupling::SelfAttracting));
        let responses: [&dyn TidalResponse; 3] = [&planet.solid, &eq28, &attracting];
        for (place, response) in responses.into_iter().enumerate() {
            let heat = |terms| tidal_state(&orbit, &planet.body, spin, response, terms).unwrap().power_w;
            let sectoral = heat(TideTerms::SectoralOnly);
            assert_close!(sectoral, row[1 + 2 * place], rel = 6e-7, "e = {} {place}", row[0]);
            assert_close!(heat(TideTerms::All) - sectoral, row[2 + 2 * place], rel = 1e-6);
        }
        // (21/2) |Im k₂(n)| G M_p² R⁵ n e²/a⁶.
        let loss = -eq28.k2(Forcing::sectoral(spin)).im;
        let formula =
            10.5 * loss * G * SUN_MASS_KG.powi(2) * planet.body.radius_m().powi(5) * spin * row[0].powi(2)
                / orbit.semi_major_axis_m().powi(6);
        assert_close!(formula, row[7], rel = 3e-7);
    }
}

/// On a nearly circular synchronous orbit the zonal tide is exactly 3/28 of the heat.
#[test]
fn the_paper_sum_misses_three_parts_of_28() {
    let planet = SuperEarth::new();
    let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, 86_400.0, 1e-5).unwrap();
    let heat = |terms| {
        let response = planet.molten(OceanCoupling::SelfAttracting);
        tidal_state(&orbit, &planet.body, orbit.mean_motion_rad_s(), &response, terms).unwrap().power_w
    };
    assert_close!(heat(TideTerms::SectoralOnly) / heat(TideTerms::All), 25.0 / 28.0, rel = 1e-8);
}

/// A circular orbit: one term, `T = (3/2) K Im k₂(2 (Ω - n))`.
#[test]
fn circular_orbit() {
    let (body, orbit) = (earth(), orbit(0.0));
    let n = orbit.mean_motion_rad_s();
    let scale = G * SUN_MASS_KG.powi(2) * body.radius_m().powi(5) / orbit.semi_major_axis_m().powi(6);
    for spin in [0.3, 1.0, 4.0] {
        let q = ConstantQ::new(0.3, 10.0).unwrap();
        let state = tidal_state(&orbit, &body, spin * n, &q, TideTerms::All).unwrap();
        let sign = if spin > 1.0 {
            -1.0
        } else if spin < 1.0 {
            1.0
        } else {
            0.0
        };
        assert_close!(state.torque_n_m, 1.5 * scale * 0.03 * sign, abs = 1e-12 * scale);
        assert!(state.modes.len() == 1 && state.eccentricity_rate_per_s == 0.0);
        assert!((state.power_w == 0.0) == (sign == 0.0));
    }
}

/// The rate of a tiny eccentricity keeps its digits: `d ln e/dt` of a synchronous body does not depend on `e`.
#[test]
fn tiny_eccentricities() {
    let planet = SuperEarth::new();
    let response = planet.molten(OceanCoupling::SelfAttracting);
    let rate = |e: f64| {
        let orbit = Orbit::light_body(&planet.body, SUN_MASS_KG, 86_400.0, e).unwrap();
        let state =
            tidal_state(&orbit, &planet.body, orbit.mean_motion_rad_s(), &response, TideTerms::All).unwrap();
        state.eccentricity_rate_per_s / e
    };
    assert!(rate(1e-4) < 0.0, "a synchronous dissipative planet loses its eccentricity");
    for e in [1e-6, 1e-9, 1e-12] {
        assert_close!(rate(e), rate(1e-7), rel = 1e-9, "e = {e}");
    }
    assert_close!(rate(1e-4), rate(1e-7), rel = 1e-6);
}

#[test]
fn failures_and_flags() {
    let (body, orbit) = (earth(), orbit(0.1));
    let n = orbit.mean_motion_rad_s();
    assert!(matches!(
        tidal_state(&orbit, &body, f64::NAN, &lag(), TideTerms::All),
        Err(Error::Quantity { name: "spin, rad/s", .. })
    ));
    let table = [(1e-9, Complex64::new(0.3, -0.01)), (2.0 * n, Complex64::new(0.3, -0.01))];
    let table = TabulatedResponse::new(&table).unwrap();
    assert!(matches!(
        tidal_state(&orbit, &body, n, &table, TideTerms::All),
        Err(Error::UndefinedResponse { frequency_rad_s }) if frequency_rad_s.abs() > 2.0 * n
    ));
    let close = Orbit::new(&body, SUN_MASS_KG, 1e9, 0.3).unwrap();
    assert!(matches!(tidal_state(&close, &body, n, &lag(), TideTerms::All), Err(Error::InsideRoche { .. })));
    let planet = SuperEarth::new();
    let response = planet.molten(OceanCoupling::SelfAttracting);
    let orbit = |e| Orbit::light_body(&planet.body, SUN_MASS_KG, 86_400.0, e).unwrap();
    let state = |e: f64, spin: f64| {
        let orbit = orbit(e);
        tidal_state(&orbit, &planet.body, spin * orbit.mean_motion_rad_s(), &response, TideTerms::All)
            .unwrap()
    };
    assert!(state(0.01, 1.0).validity.is_clean());
    let wild = state(0.4, 1.0);
    assert!(wild.validity.has(Violation::LargeAmplitude) && wild.wave_height_m > 0.3 * 2.5e5);
    assert!(state(0.01, 8.0).validity.has(Violation::WeakFriction));
    // The height is that of the equilibrium tide times 7/2 e and more, of some km.
    assert!((1e2..1e4).contains(&state(0.01, 1.0).wave_height_m), "{}", state(0.01, 1.0).wave_height_m);
}

proptest! {
    #![proptest_config(crate::same_cases(200))]

    /// Energy and angular momentum balance in every term and in the sum; heat is not negative.
    #[test]
    fn ledgers_close(e in 0.0..0.8f64, spin in -3.0..8.0f64, kind in 0..4usize) {
        let planet = SuperEarth::new();
        let orbit = Orbit::new(&planet.body, SUN_MASS_KG, 3e9, e).unwrap().with_disruption_allowed();
        let omega = spin * orbit.mean_motion_rad_s();
        let molten = [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting].map(|c| planet.molten(c));
        let lag = lag();
        let responses: [&dyn TidalResponse; 4] = [&planet.solid, &molten[0], &molten[1], &lag];
        let state = tidal_state(&orbit, &planet.body, omega, responses[kind], TideTerms::All).unwrap();
        let n = orbit.mean_motion_rad_s();
        for mode in &state.modes {
            let work = omega * mode.torque_n_m + mode.orbital_power_w;
            let size = (omega * mode.torque_n_m).abs() + mode.orbital_power_w.abs();
            prop_assert!((work + mode.power_w).abs() <= 1e-12 * size);
            prop_assert!(mode.power_w >= 0.0);
            prop_assert!(mode.order == Order::Sectoral || mode.torque_n_m == 0.0);
        }
        let sum = |f: fn(&lava_tides::TidalMode) -> f64| state.modes.iter().map(|m| f(m).abs()).sum::<f64>();
        let size = sum(|m| m.power_w) + omega.abs() * sum(|m| m.torque_n_m) + sum(|m| m.orbital_power_w);
        prop_assert!((omega * state.torque_n_m + state.orbital_power_w + state.power_w).abs() <= 1e-12 * size);
        // dL_orb/dt, from the rates of a and e, is the torque's opposite.
        let (l, a) = (orbit.angular_momentum_kg_m2_s(), orbit.semi_major_axis_m());
        let rate = l * (0.5 * state.semi_major_axis_rate_m_s / a
            - 0.5 * state.squared_eccentricity_rate_per_s / (1.0 - e * e));
        prop_assert!((rate + state.torque_n_m).abs() <= 1e-12 * (size / n), "{rate} {}", state.torque_n_m);
        // dE_orb/dt, from the rate of a, is the power put into the orbit.
        let energy = -orbit.energy_j() * state.semi_major_axis_rate_m_s / a;
        prop_assert!((energy - state.orbital_power_w).abs() <= 1e-12 * size);
    }
}
