//! The early Earth and Moon.

use crate::golden::numbers;
use common::assert_close;
use lava_tides::constants::{EARTH_RADIUS_M as R, YEAR_S};
use lava_tides::earth_moon::{Cooling, EarthMoon, Track};
use lava_tides::evolve::{EvolveOptions, Stop};
use lava_tides::response::{
    ConstantQ, Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, TabulatedResponse,
    Tideless, Truncation,
};
use lava_tides::rheology::{Andrade, Rigid};
use lava_tides::{Error, TidalResponse, Violation};
use num_complex::Complex64;

const ROTATING: OceanCoupling = OceanCoupling::Rotating(Truncation::Converged);

fn ocean(depth: f64, drag: f64, ratio: f64, coupling: OceanCoupling) -> MoltenPlanet<Rigid> {
    let earth = *EarthMoon::present().earth();
    let ocean = MagmaOcean::new(depth, drag, ratio).unwrap().with_coupling(coupling).unwrap();
    MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean).unwrap()
}

fn years(response: &dyn TidalResponse) -> f64 {
    EarthMoon::present().recession(response, 3.5 * R, 25.0 * R).unwrap().time_s / YEAR_S
}

/// Independent recomputation in Python.
#[test]
fn spin_and_orbit_along_the_way() {
    let system = EarthMoon::present();
    assert_close!(system.angular_momentum_kg_m2_s(), 3.442542916e34, rel = 2e-10);
    assert_close!(system.earth().moment_of_inertia_kg_m2(), 8.01648064e37, rel = 1e-9);
    for (distance, spin, hours, n, sigma) in [
        (3.5, 3.43567e-4, 5.080, 1.9077e-4, 3.05594e-4),
        (5.0, 3.26804e-4, 5.341, 1.1173e-4, 4.30154e-4),
        (10.0, 2.84293e-4, 6.139, 3.9501e-5, 4.89584e-4),
        (25.0, 1.99947e-4, 8.729, 9.9932e-6, 3.79908e-4),
    ] {
        let state = system.at(distance * R).unwrap();
        assert_close!(state.spin_rad_s, spin, rel = 3e-6);
        assert_close!(std::f64::consts::TAU / state.spin_rad_s / 3600.0, hours, abs = 6e-4);
        assert_close!(state.mean_motion_rad_s, n, rel = 1e-4);
        assert_close!(state.frequency_rad_s, sigma, rel = 3e-6);
    }
    let lost = system.energy_j(3.5 * R).unwrap() - system.energy_j(25.0 * R).unwrap();
    assert_close!(lost, 2.564e30, rel = 2e-4);
}

#[test]
fn times_of_the_ocean() {
    for row in numbers::<10>(include_str!("../golden/recession.csv")) {
        let mut column = 1;
        for coupling in [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting, ROTATING] {
            for drag in [1e-5, 1e-4, 1e-3] {
                let ours = years(&ocean(row[0], drag, 0.55, coupling));
                assert_close!(ours, row[column], rel = 6e-3, "{} {drag} {coupling:?}", row[0]);
                column += 1;
            }
        }
    }
    assert_close!(years(&ocean(2e5, 3e-5, 0.75, OceanCoupling::SelfAttracting)), 4.29e4, rel = 2e-3);
    assert_close!(years(&ocean(1e5, 3e-5, 0.75, ROTATING)), 3.90e4, rel = 2e-3);
    assert_close!(years(&ocean(1e5, 1e-4, 0.75, OceanCoupling::PaperEq7)), 1.17e5, rel = 5e-3);
}

/// The 13/2 law, by quadrature and by the integrator.
#[test]
fn constant_q_in_closed_form() {
    for (loss, time) in [(0.1, 1.291042e6), (0.3, 4.303473e5)] {
        let q = ConstantQ::new(0.3, 0.3 / loss).unwrap();
        assert_close!(years(&q), time, rel = 1e-6);
        let course = EarthMoon::present()
            .evolve(&q, (3.5 * R, 25.0 * R), 1e8 * YEAR_S, &EvolveOptions::default())
            .unwrap();
        assert_eq!(course.stopped_by(), Some(Stop::SemiMajorAxis(25.0 * R)));
        assert_close!(course.end().time_s / YEAR_S, time, rel = 3e-6);
    }
}

#[test]
fn quadrature_and_integrator_agree() {
    let system = EarthMoon::present();
    for coupling in [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting, ROTATING] {
        let response = ocean(1e5, 1e-4, 0.55, coupling);
        let quadrature = system.recession(&response, 3.5 * R, 25.0 * R).unwrap();
        let options = EvolveOptions { relative_tolerance: 1e-9, ..EvolveOptions::default() };
        let course = system.evolve(&response, (3.5 * R, 25.0 * R), 1e8 * YEAR_S, &options).unwrap();
        assert_close!(course.end().time_s, quadrature.time_s, rel = 1e-6, "{coupling:?}");
        assert_close!(course.end().heat_j[0], quadrature.heat_j, rel = 1e-5);
        assert!(course.balance().angular_momentum < 1e-12);
        let track = Track::new(&system, 3.5 * R, 25.0 * R).unwrap();
        let points = track.course(&response).unwrap();
        for (time, distance) in points.iter().skip(1).step_by(7) {
            if *time < course.end().time_s {
                assert_close!(course.at(*time).unwrap().semi_major_axis_m, *distance, rel = 1e-6);
            }
        }
    }
}

/// One point of Eq. 7 at ten Earth radii; independent recomputation in Python.
#[test]
fn one_point_of_equation_seven() {
    let system = EarthMoon::present();
    let response = ocean(1e5, 1e-4, 0.55, OceanCoupling::PaperEq7);
    let state = system.at(10.0 * R).unwrap();
    let k = response.k2(Forcing::sectoral(state.frequency_rad_s));
    assert_close!(k.re, -0.39958698, abs = 2e-8);
    assert_close!(k.im, -0.20695643, abs = 2e-8);
    let orbit = lava_tides::Orbit::new(system.earth(), system.moon().mass_kg(), 10.0 * R, 0.0).unwrap();
    let tide = lava_tides::tidal_state(
        &orbit,
        system.earth(),
        state.spin_rad_s,
        &response,
        lava_tides::TideTerms::All,
    )
    .unwrap();
    assert_close!(tide.torque_n_m, -1.754972e22, rel = 3e-7);
    assert_close!(tide.semi_major_axis_rate_m_s * YEAR_S, 6065.151, rel = 2e-7);
    assert_close!(tide.power_w, 4.296030e18, rel = 3e-7);
}

/// Today's 3.83 cm/yr needs |Im k₂| = 0.02567 and releases 3.17e12 W.
#[test]
fn present_recession() {
    let system = EarthMoon::present();
    let state = system.at(3.844e8).unwrap();
    let q = ConstantQ::new(0.3, 0.3 / 0.02567).unwrap();
    let orbit = lava_tides::Orbit::new(system.earth(), system.moon().mass_kg(), 3.844e8, 0.0).unwrap();
    let tide =
        lava_tides::tidal_state(&orbit, system.earth(), state.spin_rad_s, &q, lava_tides::TideTerms::All)
            .unwrap();
    assert_close!(tide.semi_major_axis_rate_m_s * YEAR_S, 0.0383, rel = 5e-4);
    assert_close!(tide.power_w, 3.17e12, rel = 2e-3);
}

#[test]
fn heat_height_and_flags() {
    let system = EarthMoon::present();
    let recession = |response: &dyn TidalResponse| system.recession(response, 3.5 * R, 25.0 * R).unwrap();
    let eq7 = recession(&ocean(1.15e5, 4.65e-5, 0.55, OceanCoupling::PaperEq7));
    assert_close!(eq7.time_s / YEAR_S, 8.87e4, rel = 2e-3);
    // 2.564e30 J over some 8.9e4 years and the Earth's surface.
    assert_close!(eq7.mean_flux_w_m2, 1.8e3, rel = 0.02);
    assert!(eq7.peak_flux_w_m2 > 5.0 * eq7.mean_flux_w_m2);
    assert!(eq7.validity.has(Violation::WeakFriction) && !eq7.validity.has(Violation::DeepOcean));
    assert!((1e3..3e4).contains(&eq7.wave_height_m), "{eq7:?}");
    let deep = recession(&ocean(7e5, 1e-3, 0.55, ROTATING));
    assert!(deep.validity.has(Violation::DeepOcean) && !deep.validity.has(Violation::WeakFriction));
    let solid = HomogeneousBody::new(system.earth(), Andrade::new(6e10, 1e21, 0.3).unwrap());
    let slow = recession(&solid);
    assert!(slow.time_s > 1e2 * eq7.time_s / 10.0 && slow.validity.is_clean() && slow.wave_height_m == 0.0);
    // All that is lost at 100 W/m² takes 1.6 Myr.
    let tethered = system.tethered_time_s(100.0, 3.5 * R, 25.0 * R).unwrap();
    assert_close!(tethered / YEAR_S, 1.593e6, rel = 1e-3);
}

/// At 100 W/m² an ocean freezes by 0.65 m a year, which matters within a hundred thousand years.
#[test]
fn a_cooling_ocean() {
    let system = EarthMoon::present();
    let earth = *system.earth();
    let cooling = Cooling {
        flux_w_m2: 100.0,
        remelting: 0.0,
        latent_heat_j_kg: 4e5,
        sensible_heat_j_kg: 1.2e6,
        least_depth_m: 1e3,
    };
    let run = |depth: f64, drag: f64, cooling: &Cooling| {
        let ocean = MagmaOcean::new(depth, drag, 0.55).unwrap();
        let interior = HomogeneousBody::new(&earth, Rigid);
        system.recession_with_cooling((interior, ocean), cooling, (3.5 * R, 25.0 * R), 1e9 * YEAR_S).unwrap()
    };
    // Hardly any heat loss: the time of an ocean of constant depth.
    let slow = run(1.72e5, 4.66e-5, &Cooling { flux_w_m2: 0.1, ..cooling });
    let fixed = years(&ocean(1.72e5, 4.66e-5, 0.55, OceanCoupling::SelfAttracting));
    assert!(slow.arrived);
    assert_close!(slow.end().time_s / YEAR_S, fixed, rel = 1e-3);
    // A loss of 100 W/m² takes that ocean out of its resonance before the Moon arrives, and a deeper one into it.
    assert!(!run(1.72e5, 4.66e-5, &cooling).arrived);
    let deeper = run(2e5, 4.66e-5, &cooling);
    assert!(deeper.arrived && deeper.end().time_s < 5.5e4 * YEAR_S);
    let mass = 0.55 * earth.mean_density_kg_m3() * 1.6e6;
    let frozen = 100.0 * deeper.end().time_s / mass * (R / (R - 1.8e5)).powi(2);
    assert_close!(2e5 - deeper.end().depth_m, frozen, rel = 1e-2);
    // If all the heat melts the base, the ocean grows out of the resonance and the heat loss sets the pace.
    let melting = run(1.72e5, 4.66e-5, &Cooling { remelting: 1.0, ..cooling });
    assert!(melting.arrived && melting.end().depth_m > 2e5 && melting.end().time_s > 1e6 * YEAR_S);
    // A drag too small to move the Moon: the whole ocean freezes at the rate of its heat loss.
    let still = run(1e5, 1e-9, &cooling);
    assert!(!still.arrived);
    let volume = 4.0 / 3.0 * std::f64::consts::PI * ((R - 1e3).powi(3) - (R - 1e5).powi(3));
    let time = volume * 0.55 * earth.mean_density_kg_m3() * 1.6e6 / (earth.area_m2() * 100.0);
    assert_close!(still.end().time_s, time, rel = 1e-5);
    let bad = Cooling { remelting: 1.1, ..cooling };
    let pair = (HomogeneousBody::new(&earth, Rigid), MagmaOcean::new(1e5, 1e-4, 0.5).unwrap());
    assert!(system.recession_with_cooling(pair, &bad, (3.5 * R, 25.0 * R), 1e9).is_err());
}

#[test]
fn failures_are_typed() {
    let system = EarthMoon::present();
    let q = ConstantQ::new(0.3, 3.0).unwrap();
    assert!(matches!(system.recession(&q, 2.8 * R, 25.0 * R), Err(Error::InsideRoche { .. })));
    assert!(matches!(system.recession(&q, f64::NAN, 25.0 * R), Err(Error::Quantity { .. })));
    assert!(matches!(system.recession(&q, 25.0 * R, 3.5 * R), Err(Error::WrongDirection { .. })));
    assert!(matches!(system.recession(&Tideless, 3.5 * R, 25.0 * R), Err(Error::WrongDirection { .. })));
    let k = Complex64::new(0.3, -0.1);
    let narrow = TabulatedResponse::new(&[(1e-6, k), (1e-5, k)]).unwrap();
    assert!(matches!(system.recession(&narrow, 3.5 * R, 25.0 * R), Err(Error::UndefinedResponse { .. })));
    assert!(system.tethered_time_s(0.0, 3.5 * R, 25.0 * R).is_err());
    assert!(system.with_angular_momentum(f64::INFINITY).is_err());
    // With less angular momentum the Earth's spin falls below the Moon's motion before 25 radii.
    let slow = system.with_angular_momentum(2e34).unwrap();
    assert!(matches!(slow.recession(&q, 3.5 * R, 25.0 * R), Err(Error::WrongDirection { .. })));
}
