//! The recession of the Moon against closed forms and an independent program.

use crate::golden::numbers;
use common::assert_close;
use lava_tides::constants::YEAR_S;
use lava_tides::earth_moon::{
    Cooling, EarthMoon, Floor, Frozen, Grid, Map, Part, Scenario, Shard, Track, contour, merge,
    recession_time_s, shortest_time,
};
use lava_tides::evolve::{EvolveOptions, Stop};
use lava_tides::response::{ConstantQ, OceanCoupling, Truncation};
use lava_tides::rheology::Andrade;
use lava_tides::{Error, Violation};

const ROTATING: OceanCoupling = OceanCoupling::Rotating(Truncation::Terms(24));

fn scenario(coupling: OceanCoupling) -> Scenario {
    Scenario { coupling, density_ratio: 0.55, floor: Floor::Rigid }
}

fn grid(cells: usize) -> Grid {
    Grid::new((1e4, 8e5), cells, (1e-6, 1e-2), cells).unwrap()
}

fn map(scenario: &Scenario, cells: usize) -> Map {
    grid(cells).sweep(scenario, &Track::early_moon().unwrap()).unwrap()
}

/// States on the way; independent recomputation in Python.
#[test]
fn states_of_the_early_system() {
    let system = EarthMoon::present();
    let radius = system.earth().radius_m();
    assert_close!(system.angular_momentum_kg_m2_s(), 3.442542916e34, rel = 2e-10);
    assert_close!(system.earth().moment_of_inertia_kg_m2(), 8.01648064e37, rel = 1e-9);
    for (radii, spin, n, frequency) in [
        (3.5, 3.43567e-4, 1.9077e-4, 3.05594e-4),
        (5.0, 3.26804e-4, 1.1173e-4, 4.30154e-4),
        (10.0, 2.84293e-4, 3.9501e-5, 4.89584e-4),
        (25.0, 1.99947e-4, 9.9932e-6, 3.79908e-4),
    ] {
        let state = system.state(radii * radius).unwrap();
        assert_close!(state.spin_rad_s, spin, abs = 5.1e-10);
        assert_close!(state.mean_motion_rad_s, n, rel = 3e-5);
        assert_close!(state.frequency_rad_s, frequency, abs = 5.1e-10);
        let total =
            state.spin_rad_s * system.earth().moment_of_inertia_kg_m2() + state.orbital_angular_momentum;
        assert_close!(total, system.angular_momentum_kg_m2_s(), rel = 1e-14);
    }
    assert!(matches!(system.state(2.8 * radius), Err(Error::InsideRoche { .. })));
    assert!(system.state(f64::NAN).is_err());
}

/// One point by the paper's Eq. 7; independent recomputation in Python.
#[test]
fn rates_at_ten_radii() {
    let system = EarthMoon::present();
    let state = system.state(10.0 * system.earth().radius_m()).unwrap();
    let response = scenario(OceanCoupling::PaperEq7).response(&system, 1e5, 1e-4).unwrap();
    let k2 = response.k2(state.forcing());
    assert_close!(k2.re, -0.39958698, rel = 1e-6);
    assert_close!(k2.im, -0.20695643, rel = 1e-6);
    assert_close!(system.torque_n_m(&state, &*response).unwrap(), -1.754972e22, rel = 1e-6);
    assert_close!(system.recession_rate_m_s(&state, &*response).unwrap() * YEAR_S, 6065.151, rel = 1e-6);
    let heat = system.heating_w(&state, &*response).unwrap();
    assert_close!(heat, 4.296030e18, rel = 1e-6);
    // The heat is what spin and orbit lose: a change of the distance by 1 m.
    let (before, after) =
        (system.state(state.distance_m - 0.5).unwrap(), system.state(state.distance_m + 0.5).unwrap());
    let loss = system.energy_j(&before) - system.energy_j(&after);
    let rate = system.recession_rate_m_s(&state, &*response).unwrap();
    assert_close!(loss * rate, heat, rel = 1e-5);
}

/// The measured 3.83 cm/yr ask for |Im k2| = 0.02567 and 3.17e12 W.
#[test]
fn today() {
    let system = EarthMoon::present();
    let state = system.state(3.844e8).unwrap();
    let response = ConstantQ::new(0.02567, 1.0).unwrap();
    assert_close!(system.recession_rate_m_s(&state, &response).unwrap() * YEAR_S, 0.0383, rel = 5e-4);
    assert_close!(system.heating_w(&state, &response).unwrap(), 3.17e12, rel = 3e-3);
}

/// `t = (a₁^6.5 - a₀^6.5)/(6.5 c)` for a constant |Im k2|.
#[test]
fn constant_loss_has_a_closed_form() {
    let track = Track::early_moon().unwrap();
    for (loss, years) in [(0.1, 1.291042e6), (0.3, 4.303473e5)] {
        let response = ConstantQ::new(loss, 1.0).unwrap();
        assert_close!(track.time_s(&response).unwrap() / YEAR_S, years, rel = 5e-7);
        let system = track.system();
        let radius = system.earth().radius_m();
        let adaptive = recession_time_s(system, &response, 3.5 * radius, 25.0 * radius, 1e-12).unwrap();
        assert_close!(adaptive / YEAR_S, years, rel = 5e-7);
        assert_close!(track.time_s(&response).unwrap(), adaptive, rel = 1e-8);
        let curve = track.curve(&response).unwrap();
        let (time, distance) = curve[curve.len() - 1];
        assert_close!(time, track.time_s(&response).unwrap(), rel = 1e-12);
        assert_close!(distance, 25.0 * radius, rel = 1e-14);
        let (middle, at) = curve[100];
        let share = (at.powf(6.5) - (3.5 * radius).powf(6.5))
            / ((25.0 * radius).powf(6.5) - (3.5 * radius).powf(6.5));
        assert_close!(middle / time, share, rel = 1e-7);
    }
    assert_close!(track.energy_j(), 2.564e30, rel = 2e-4);
}

/// The quadrature over the distance against the integrator of spin and orbit over time.
#[test]
fn quadrature_and_integrator_agree() {
    let track = Track::early_moon().unwrap();
    let system = track.system();
    let radius = system.earth().radius_m();
    for coupling in [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting, ROTATING] {
        let response = scenario(coupling).response(system, 1e5, 1e-4).unwrap();
        let options = EvolveOptions { relative_tolerance: 1e-9, ..EvolveOptions::default() };
        let ends = (3.5 * radius, 25.0 * radius);
        let course = system.evolve(&*response, ends, 1e8 * YEAR_S, &options).unwrap();
        assert_eq!(course.stopped_by(), Some(Stop::SemiMajorAxis(ends.1)));
        assert_close!(course.end().time_s, track.time_s(&*response).unwrap(), rel = 1e-5, "{coupling:?}");
        assert_close!(course.end().heat_j[0], track.energy_j(), rel = 1e-5);
        assert!(course.balance().angular_momentum < 1e-12);
    }
}

/// Independent recomputation in Python, three digits.
#[test]
fn times_of_fifteen_oceans() {
    let track = Track::early_moon().unwrap();
    let couplings = [OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting, ROTATING];
    for row in numbers::<5>(include_str!("../golden/recession.csv")) {
        for (coupling, years) in couplings.into_iter().zip(&row[2..]) {
            let ours = scenario(coupling).time_s(&track, row[0], row[1]).unwrap() / YEAR_S;
            assert_close!(ours, *years, rel = 0.02, "{coupling:?} {} {}", row[0], row[1]);
        }
    }
    for (coupling, depth, drag, years) in [
        (OceanCoupling::SelfAttracting, 2e5, 3e-5, 4.29e4),
        (ROTATING, 1e5, 3e-5, 3.90e4),
        (OceanCoupling::PaperEq7, 1e5, 1e-4, 1.17e5),
    ] {
        let ours =
            Scenario { density_ratio: 0.75, ..scenario(coupling) }.time_s(&track, depth, drag).unwrap();
        assert_close!(ours / YEAR_S, years, rel = 0.02);
    }
}

/// Shortest times over the plane of depth and drag; independent recomputation in Python, three digits.
#[test]
fn shortest_times() {
    let track = Track::early_moon().unwrap();
    let mantle = Floor::WholePlanet(Andrade::new(6e10, 1e21, 0.3).unwrap());
    for (coupling, density_ratio, floor, years, depth) in [
        (OceanCoupling::PaperEq7, 0.55, Floor::Rigid, 8.87e4, 115e3),
        (OceanCoupling::PaperEq7, 0.75, Floor::Rigid, 6.50e4, f64::NAN),
        (OceanCoupling::SelfAttracting, 0.55, Floor::Rigid, 5.94e4, 172e3),
        (OceanCoupling::SelfAttracting, 0.75, Floor::Rigid, 3.58e4, 209e3),
        (ROTATING, 0.55, Floor::Rigid, 5.53e4, 85.5e3),
        (ROTATING, 0.75, Floor::Rigid, 3.28e4, 103e3),
        (OceanCoupling::PaperEq7, 0.55, mantle, 1.42e5, 115e3),
    ] {
        let scenario = Scenario { coupling, density_ratio, floor };
        let best = shortest_time(&scenario, &track, &map(&scenario, 24)).unwrap();
        assert_close!(best.time_s / YEAR_S, years, rel = 0.01, "{scenario:?}");
        if depth.is_finite() {
            assert_close!(best.depth_m, depth, rel = 0.01, "{scenario:?}");
        }
    }
}

#[test]
fn a_map_is_the_same_on_any_number_of_threads_and_in_parts() {
    let (grid, track) = (grid(9), Track::early_moon().unwrap());
    let scenario = scenario(OceanCoupling::SelfAttracting);
    let whole = grid.sweep(&scenario, &track).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| grid.sweep(&scenario, &track)).unwrap(), whole);
    let part = |index| {
        let part = Part::compute(Shard::new(index, 4).unwrap(), &grid, &scenario, &track, &|| ()).unwrap();
        Part::from_text(&part.to_text()).unwrap()
    };
    let parts: Vec<Part> = (1..=4).rev().map(part).collect();
    assert_eq!(merge(&parts, &grid, &scenario, &track).unwrap(), whole);

    let missing = merge(&[parts[0].clone(), parts[3].clone(), parts[1].clone()], &grid, &scenario, &track);
    assert!(matches!(missing, Err(Error::MissingPart { number: 2, count: 4 })), "{missing:?}");
    assert!(merge(&[], &grid, &scenario, &track).is_err());
    let twice = [parts.clone(), vec![parts[1].clone()]].concat();
    assert!(matches!(merge(&twice, &grid, &scenario, &track), Err(Error::ForeignPart { .. })));
    let other = Scenario { density_ratio: 0.6, ..scenario };
    assert!(matches!(merge(&parts, &grid, &other, &track), Err(Error::ForeignPart { .. })));
    let text = parts[0].to_text();
    let cut = Part::from_text(text[..text.len() - 20].rsplit_once('\n').unwrap().0).unwrap();
    assert!(merge(&[cut], &grid, &scenario, &track).is_err());
    let broken = Part::from_text(&text.replace("# part 4/4", "# part 4/3"));
    assert!(matches!(broken, Err(Error::Cell { line: 1, .. })));
    assert!(matches!(Part::from_text("# part 1/1\n# x\n1\nabc\n"), Err(Error::Cell { line: 4, .. })));
    for text in ["0/3", "4/3", "1", "a/b", "-1/2", "1/0"] {
        assert!(matches!(text.parse::<Shard>(), Err(Error::Shard { .. })), "{text}");
    }
}

/// Every point of a contour takes the wanted time.
#[test]
fn oceans_with_a_wanted_time() {
    let track = Track::early_moon().unwrap();
    let scenario = scenario(OceanCoupling::SelfAttracting);
    let lines = contour(&scenario, &track, &map(&scenario, 24), 5e5 * YEAR_S).unwrap();
    assert!(!lines.is_empty());
    for (depth, drag) in lines.concat() {
        assert_close!(scenario.time_s(&track, depth, drag).unwrap() / YEAR_S, 5e5, rel = 1e-7);
    }
    assert!(contour(&scenario, &track, &map(&scenario, 4), 1.0).unwrap().is_empty());
}

/// A tide that is held back all the way takes the lost energy over the flux.
#[test]
fn tethered_moon() {
    let track = Track::early_moon().unwrap();
    let strong = ConstantQ::new(100.0, 1.0).unwrap();
    let flux = 100.0;
    let bound = track.energy_j() / (flux * track.system().earth().area_m2());
    assert_close!(track.tethered_time_s(&strong, flux).unwrap(), bound, rel = 1e-6);
    assert!(bound / YEAR_S > 1.5e6 && bound / YEAR_S < 1.7e6);
    let free = track.tethered_time_s(&strong, 1e12).unwrap();
    assert_close!(free, track.time_s(&strong).unwrap(), rel = 1e-12);
}

/// Without cooling the ocean keeps its depth; at 100 W/m² an ocean of 150 km is gone before the Moon is far.
#[test]
fn freezing_ocean() {
    let track = Track::early_moon().unwrap();
    let (system, scenario) = (*track.system(), scenario(OceanCoupling::SelfAttracting));
    let radius = system.earth().radius_m();
    let goal = (3.5 * radius, 25.0 * radius);
    let recede = |flux, depth, drag| {
        Cooling::new(flux, 0.0).unwrap().recede(&system, &scenario, goal, depth, drag).unwrap()
    };
    let still = recede(0.0, 1.5e5, 1e-4);
    assert_close!(still.time_s, scenario.time_s(&track, 1.5e5, 1e-4).unwrap(), rel = 1e-6);
    assert_close!(still.depth_m, 1.5e5, rel = 1e-12);
    let slow = recede(10.0, 1.5e5, 1e-4);
    assert_eq!(slow.frozen, Frozen::No);
    assert!(slow.depth_m > 1.3e5 && slow.depth_m < 1.5e5);
    let fast = recede(100.0, 1.5e5, 1e-4);
    assert_eq!(fast.frozen, Frozen::Yes);
    assert!(fast.distance_m < 0.9 * goal.1);
    // The depth frozen is the heat lost over the heat of a shell.
    let heat = 10.0 * system.earth().area_m2() * slow.time_s;
    let shell = |depth: f64| 4.0 / 3.0 * std::f64::consts::PI * (radius - depth).powi(3);
    let density = 0.55 * system.earth().mean_density_kg_m3();
    assert_close!((shell(slow.depth_m) - shell(1.5e5)) * density * 1.6e6, heat, rel = 1e-5);
}

#[test]
fn what_a_recession_is_like() {
    let track = Track::early_moon().unwrap();
    let response = scenario(OceanCoupling::SelfAttracting).response(track.system(), 172e3, 4.66e-5).unwrap();
    let recession = track.recession(&*response).unwrap();
    assert_close!(recession.time_s / YEAR_S, 5.94e4, rel = 0.01);
    assert_close!(
        recession.mean_flux_w_m2,
        recession.energy_j / recession.time_s / track.system().earth().area_m2(),
        rel = 1e-12
    );
    assert!(recession.validity.has(Violation::WeakFriction));
    assert!(!recession.validity.has(Violation::DeepOcean));
    assert!(recession.largest_amplitude > 0.0 && recession.largest_amplitude < 0.3);
}

#[test]
fn rules() {
    let system = EarthMoon::present();
    let radius = system.earth().radius_m();
    assert!(matches!(Track::new(system, 25.0 * radius, 5.0 * radius, 10), Err(Error::NotAscending { .. })));
    assert!(matches!(Track::new(system, 5.0 * radius, 25.0 * radius, 11), Err(Error::Count { .. })));
    assert!(matches!(Track::new(system, 2.0 * radius, 25.0 * radius, 10), Err(Error::InsideRoche { .. })));
    let track = Track::early_moon().unwrap();
    let no_loss = ConstantQ::new(0.0, 1.0).unwrap();
    assert!(matches!(track.time_s(&no_loss), Err(Error::WrongDirection { .. })));
    assert!(recession_time_s(&system, &no_loss, 5.0 * radius, 9.0 * radius, 1e-6).is_err());
    assert!(scenario(ROTATING).time_s(&track, 7e6, 1e-4).is_err());
    assert!(Grid::new((1e4, 1e3), 3, (1e-6, 1e-2), 3).is_err());
    assert!(Grid::new((1e4, 1e5), 0, (1e-6, 1e-2), 3).is_err());
    assert!(Grid::new((1e4, 1e5), usize::MAX, (1e-6, 1e-2), 3).is_err());
    assert!(EarthMoon::new(*system.earth(), *system.moon(), 0.0).is_err());
    assert!(Cooling::new(1.0, 1.1).is_err());
}
