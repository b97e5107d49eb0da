//! R3: recession of the early Moon over depth and drag of the Earth's magma ocean.

use super::planets::over_rigid;
use super::{agree, agreement, claim, known, sized, weigh};
use crate::constants::{EARTH_RADIUS_M, YEAR_S};
use crate::earth_moon::{Cooling, EarthMoon, Track};
use crate::evolve::EvolveOptions;
use crate::map::{AndradeFloor, Floor, LogAxis, MapSpec, RecessionMap};
use crate::response::{ConstantQ, HomogeneousBody, MagmaOcean, OceanCoupling, Truncation};
use crate::rheology::{Andrade, Rigid};
use crate::{Orbit, Result, TidalResponse, TideTerms, tidal_state};
use common::experiment::{Bound, Cell, Context, Evidence, Expected, Experiment, Outcome, Record, Table};
use common::report::{Axis, HeatMap, LineChart, Marked, Series, edges};
use rayon::prelude::*;

/// R3.
pub const EXPERIMENT: Experiment = Experiment {
    id: "lava-tides/r3-earth-moon",
    title: "Recession of the early Moon",
    artefact: "abstract (C2)",
    expected: EXPECTED,
    reference: &[],
    run,
};

const C2: &str = "abstract: C2, 1e4 to 1e5 yr";
const WITHIN: Bound = Bound::Between(1e4, 1e5);
/// If the claim held for a molten Earth as such, it would hold for most oceans.
const MOST: Bound = Bound::AtLeast(50.0);

const EXPECTED: &[Expected] = &[
    claim("shortest time, Eq. 7 on a rigid floor", "yr", C2, WITHIN),
    claim("shortest time, self-attracting on a rigid floor", "yr", C2, WITHIN),
    claim("shortest time, rotating on a rigid floor", "yr", C2, WITHIN),
    claim("shortest time, Eq. 28 on a yielding Earth", "yr", C2, WITHIN),
    claim("shortest time, self-attracting above a yielding sphere", "yr", C2, WITHIN),
    claim("shortest time, rotating above a yielding sphere", "yr", C2, WITHIN),
    claim("oceans within C2, Eq. 7 on a rigid floor", "%", "abstract: C2, for most oceans", MOST),
    claim("oceans within C2, self-attracting on a rigid floor", "%", "abstract: C2, for most oceans", MOST),
    claim("oceans within C2, rotating on a rigid floor", "%", "abstract: C2, for most oceans", MOST),
    claim("oceans within C2, Eq. 28 on a yielding Earth", "%", "abstract: C2, for most oceans", MOST),
    claim(
        "oceans within C2, self-attracting above a yielding sphere",
        "%",
        "abstract: C2, for most oceans",
        MOST,
    ),
    claim("oceans within C2, rotating above a yielding sphere", "%", "abstract: C2, for most oceans", MOST),
    claim(SOLID, "", "abstract: C2, much faster", Bound::AtLeast(10.0)),
    claim(TETHERED, "", "abstract: C2, much faster", Bound::AtLeast(10.0)),
    claim(FREEZING, "yr", C2, WITHIN),
    claim(MELTING, "yr", C2, WITHIN),
    agreement("constant Q: time against the closed form", "13/2 law", 1e-10),
    agreement("integrator against quadrature", "two methods", 1e-6),
    known("integrator: change of the angular momentum", "relative", "conservation", Bound::AtMost(1e-12)),
    agreement("heat at ten Earth radii against spin loss less orbital gain", "energy balance", 1e-12),
    known(
        "times of 15 oceans: largest difference",
        "relative",
        "independent recomputation, Python",
        Bound::AtMost(6e-3),
    ),
];

const SOLID: &str = "time of a solid Earth over the shortest of a molten one";
const TETHERED: &str = "time at 100 W/m² of heat loss over the shortest of a molten one";
const FREEZING: &str = "shortest time over oceans that freeze at 100 W/m²";
const MELTING: &str = "shortest time over oceans whose base the tide melts";

/// Times in years, three digits: depth in m; drags 1e-5, 1e-4 and 1e-3 1/s of the self-attracting ocean, rigid floor,
/// density ratio 0.55.
const TIMES: [(f64, [f64; 3]); 5] = [
    (50e3, [1.85e7, 2.06e6, 2.38e6]),
    (100e3, [3.29e6, 4.37e5, 1.13e6]),
    (150e3, [3.24e5, 1.05e5, 7.34e5]),
    (200e3, [4.14e5, 9.57e4, 5.52e5]),
    (500e3, [1.38e7, 1.40e6, 3.57e5]),
];

const FROM: f64 = 3.5 * EARTH_RADIUS_M;
const TO: f64 = 25.0 * EARTH_RADIUS_M;

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let profile = context.profile();
    let cells = sized(profile, [40, 60, 300]);
    let progress = context.progress();
    progress.start("maps of the recession", Some(6));
    let outcome = measure(0.55, cells, &|| progress.advance(1), record);
    progress.finish();
    Ok(outcome?)
}

/// Maps for every coupling and a melt of this density over the Earth's mean density, of so many cells along each axis;
/// `progress` is told of each map.
///
/// # Errors
/// A density ratio outside (0, 1] or fewer than two cells.
pub fn measure(density_ratio: f64, cells: usize, progress: &dyn Fn(), record: &mut Record) -> Result<()> {
    let rotating = OceanCoupling::Rotating(Truncation::Converged);
    let (eq7, attracting) = (OceanCoupling::PaperEq7, OceanCoupling::SelfAttracting);
    let earth = AndradeFloor::earth();
    let cases = [
        ("eq-7", "Eq. 7 on a rigid floor", eq7, Floor::Rigid),
        ("attracting", "self-attracting on a rigid floor", attracting, Floor::Rigid),
        ("rotating", "rotating on a rigid floor", rotating, Floor::Rigid),
        ("eq-28", "Eq. 28 on a yielding Earth", eq7, Floor::Whole(earth)),
        ("attracting-yielding", "self-attracting above a yielding sphere", attracting, Floor::Below(earth)),
        ("rotating-yielding", "rotating above a yielding sphere", rotating, Floor::Below(earth)),
    ];
    let columns = ["ocean", "shortest time, yr", "depth, km", "drag, 1/s", "cells within C2, %"];
    let mut table = Table::new("shortest", "Fastest oceans", &columns);
    let mut shortest = Vec::new();
    for (name, title, coupling, floor) in cases {
        let map = MapSpec {
            depth_m: LogAxis::new(1e4, 8e5, cells)?,
            drag_per_s: LogAxis::new(1e-6, 1e-2, cells)?,
            density_ratio,
            coupling,
            floor,
            from_m: FROM,
            to_m: TO,
        }
        .map()?;
        let best = map.refined_shortest()?;
        let share = 100.0 * map.share_between(1e4 * YEAR_S, 1e5 * YEAR_S);
        weigh(record, &format!("shortest time, {title}"), best.time_s / YEAR_S);
        weigh(record, &format!("oceans within C2, {title}"), share);
        let numbers = [best.time_s / YEAR_S, best.depth_m / 1e3, best.drag_per_s, share];
        table.row(std::iter::once(Cell::from(title)).chain(numbers.map(Cell::from)));
        shortest.push(best);
        record.figure(figure(name, title, &map));
        progress();
    }
    record.table(table);

    let system = EarthMoon::present();
    let best = shortest[1];
    let fastest = MagmaOcean::new(best.depth_m, best.drag_per_s, density_ratio)?;
    let solid = HomogeneousBody::new(system.earth(), Andrade::new(6e10, 1e21, 0.3)?);
    let solid_time = system.recession(&solid, FROM, TO)?.time_s;
    weigh(record, SOLID, solid_time / best.time_s);
    let tethered = system.tethered_time_s(100.0, FROM, TO)?;
    weigh(record, TETHERED, tethered / best.time_s);
    weigh(record, FREEZING, shortest_with_cooling(density_ratio, 0.0)? / YEAR_S);
    weigh(record, MELTING, shortest_with_cooling(density_ratio, 1.0)? / YEAR_S);
    checks(density_ratio, record)?;
    courses(&system, &fastest, &solid, record)?;
    record.note(format!(
        "C2 holds for the best ocean of every coupling on a rigid floor and for hardly any other: {} km and {} 1/s for the \
         self-attracting one. About one percent of the oceans between 10 and 800 km and between 1e-6 and 1e-2 1/s are \
         that fast, a fifth of that by Eq. 7, because the tide stays near 4e-4 rad/s all the way and only an ocean in \
         resonance with it loses enough. On a floor that yields as an Earth of 6e10 Pa even the best ocean misses the \
         claim, whatever its coupling. At the drags that are fast, twice the spin exceeds the drag tenfold, \
         so that the Coriolis force must not be left out; with it other oceans are the fast ones.",
        common::report::significant(best.depth_m / 1e3, 3),
        common::report::significant(best.drag_per_s, 3)
    ));
    record.note(
        "The depth is not constant over the time in question: at 100 W/m² an ocean freezes by 0.65 m a year, 40 km within \
         6e4 years. An ocean that starts deeper and freezes through its resonance still meets C2. If instead the tide's \
         heat, some 2 kW/m² on average, melts the base, every ocean of the search grows out of its resonance, and C2 \
         fails.",
    );
    Ok(())
}

fn figure(name: &str, title: &str, map: &RecessionMap) -> HeatMap {
    let around = |axis: &LogAxis, scale: f64| {
        let half = (0.5 * axis.step()).exp();
        edges(axis.ends().0 * scale / half, axis.ends().1 * scale * half, axis.count(), true)
    };
    let years: Vec<f64> = map.times_s().iter().map(|time| time / YEAR_S).collect();
    HeatMap {
        name: format!("map-{name}"),
        title: format!("Time from 3.5 to 25 Earth radii: {title}"),
        x: Axis::log("drag, 1/s"),
        y: Axis::log("depth of the ocean, km"),
        value: Axis::log("time, yr"),
        x_edges: around(&map.spec().drag_per_s, 1.0),
        y_edges: around(&map.spec().depth_m, 1e-3),
        marked: Some(Marked {
            label: "1e4 to 1e5 yr (C2)".into(),
            cells: years.iter().map(|years| (1e4..=1e5).contains(years)).collect(),
        }),
        values: years,
    }
}

/// Shortest time, s, over depths and drags at the start of a self-attracting ocean that loses 100 W/m²; infinite if none
/// arrives.
fn shortest_with_cooling(density_ratio: f64, remelting: f64) -> Result<f64> {
    let cooling = Cooling {
        flux_w_m2: 100.0,
        remelting,
        latent_heat_j_kg: 4e5,
        sensible_heat_j_kg: 1.2e6,
        least_depth_m: 1e3,
    };
    let system = EarthMoon::present();
    let depths: Vec<f64> = LogAxis::new(1e5, 8e5, 40)?.values().collect();
    let drags: Vec<f64> = LogAxis::new(2e-5, 1e-3, 16)?.values().collect();
    let times: Result<Vec<f64>> = depths
        .par_iter()
        .map(|&depth| {
            let mut best = f64::INFINITY;
            for &drag in &drags {
                let ocean = MagmaOcean::new(depth, drag, density_ratio)?;
                let interior = HomogeneousBody::new(system.earth(), Rigid);
                let limit = 1e9 * YEAR_S;
                let course = system.recession_with_cooling((interior, ocean), &cooling, (FROM, TO), limit)?;
                if course.arrived {
                    best = best.min(course.end().time_s);
                }
            }
            Ok(best)
        })
        .collect();
    Ok(times?.into_iter().fold(f64::INFINITY, f64::min))
}

/// Closed forms and a second method.
fn checks(density_ratio: f64, record: &mut Record) -> Result<()> {
    let system = EarthMoon::present();
    let q = ConstantQ::new(0.3, 3.0)?;
    let (earth, moon) = (system.earth().mass_kg(), system.moon().mass_kg());
    let g = crate::constants::GRAVITATIONAL_CONSTANT;
    let rate = 3.0 * 0.1 * g * moon * (earth + moon).sqrt() * EARTH_RADIUS_M.powi(5) / (earth * g.sqrt());
    let closed = (TO.powf(6.5) - FROM.powf(6.5)) / (6.5 * rate);
    let time = system.recession(&q, FROM, TO)?.time_s;
    agree(record, "constant Q: time against the closed form", time, closed);

    let response = over_rigid(*system.earth(), MagmaOcean::new(1.5e5, 1e-4, density_ratio)?)?;
    let quadrature = system.recession(&response, FROM, TO)?.time_s;
    let options = EvolveOptions { relative_tolerance: 1e-9, ..EvolveOptions::default() };
    let course = system.evolve(&response, (FROM, TO), 1e9 * YEAR_S, &options)?;
    agree(record, "integrator against quadrature", course.end().time_s, quadrature);
    let lost = course.balance().angular_momentum;
    record.measure("integrator: change of the angular momentum", lost, Evidence::Exact);

    let state = system.at(10.0 * EARTH_RADIUS_M)?;
    let orbit = Orbit::new(system.earth(), moon, state.distance_m, 0.0)?;
    let tide = tidal_state(&orbit, system.earth(), state.spin_rad_s, &response, TideTerms::All)?;
    let lost = -tide.torque_n_m * (state.spin_rad_s - state.mean_motion_rad_s);
    agree(record, "heat at ten Earth radii against spin loss less orbital gain", tide.power_w, lost);

    let track = Track::new(&system, FROM, TO)?;
    let mut worst = 0.0_f64;
    for (depth, times) in TIMES {
        for (drag, years) in [1e-5, 1e-4, 1e-3].into_iter().zip(times) {
            let ocean = over_rigid(*system.earth(), MagmaOcean::new(depth, drag, 0.55)?)?;
            worst = worst.max((track.time_s(&ocean)? / YEAR_S / years - 1.0).abs());
        }
    }
    record.measure("times of 15 oceans: largest difference", worst, Evidence::Exact);
    Ok(())
}

/// Distance against time of the fastest ocean, of the ports' drag, and of a solid Earth.
fn courses(
    system: &EarthMoon,
    fastest: &MagmaOcean,
    solid: &HomogeneousBody<Andrade>,
    record: &mut Record,
) -> Result<()> {
    let track = Track::new(system, FROM, TO)?;
    let ocean = |ocean: MagmaOcean| over_rigid(*system.earth(), ocean);
    let attracting = ocean(*fastest)?;
    let eq7 = ocean(
        MagmaOcean::new(1.15e5, 4.65e-5, fastest.density_ratio())?.with_coupling(OceanCoupling::PaperEq7)?,
    )?;
    let ports = ocean(MagmaOcean::new(EARTH_RADIUS_M / 50.0, 1e-3, fastest.density_ratio())?)?;
    let coupling = OceanCoupling::Rotating(Truncation::Converged);
    let rotating =
        ocean(MagmaOcean::new(8.55e4, 1.84e-5, fastest.density_ratio())?.with_coupling(coupling)?)?;
    let q = ConstantQ::new(0.3, 100.0)?;
    let cases: [(&str, &dyn TidalResponse); 6] = [
        ("Eq. 7, 115 km, 4.65e-5 1/s", &eq7),
        ("self-attracting, fastest", &attracting),
        ("rotating, 85.5 km, 1.84e-5 1/s", &rotating),
        ("self-attracting, R/50, 1e-3 1/s", &ports),
        ("solid Earth", solid),
        ("constant Q of 100", &q),
    ];
    let columns = [
        "response",
        "time, yr",
        "mean heat flux, W/m²",
        "largest heat flux, W/m²",
        "highest ocean tide, m",
        "assumptions broken",
    ];
    let mut table = Table::new("courses", "Recession from 3.5 to 25 Earth radii", &columns);
    let mut series = Vec::new();
    for (label, response) in cases {
        let recession = track.recession(response)?;
        let numbers = [
            recession.time_s / YEAR_S,
            recession.mean_flux_w_m2,
            recession.peak_flux_w_m2,
            recession.wave_height_m,
        ];
        let cells = numbers.into_iter().map(Cell::from);
        table.row(
            std::iter::once(Cell::from(label))
                .chain(cells)
                .chain([Cell::from(recession.validity.to_string())]),
        );
        let points = track.course(response)?;
        let points = points.into_iter().map(|(time, distance)| (time / YEAR_S, distance / EARTH_RADIUS_M));
        series.push(Series { label: label.into(), points: points.collect() });
    }
    record.table(table);
    record.figure(LineChart {
        name: "courses".into(),
        title: "Recession of the Moon".into(),
        x: Axis::log("time, yr"),
        y: Axis::linear("distance, Earth radii"),
        series,
    });
    Ok(())
}
