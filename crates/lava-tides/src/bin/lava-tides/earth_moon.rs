//! `lava-tides earth-moon`.

use crate::error::Result;
use crate::output::{csv, draw, list, number, print, save};
use crate::response::Response;
use common::report::{Axis, LineChart, Series};
use lava_tides::Validity;
use lava_tides::constants::{EARTH_RADIUS_M, YEAR_S};
use lava_tides::earth_moon::{EarthMoon, Track};
use lava_tides::evolve::{EvolveOptions, Stop};
use serde::Serialize;
use std::path::PathBuf;

/// Recession of the early Moon on a circular orbit, by conservation of angular momentum.
///
/// The paper says that a molten Earth drives the Moon to 25 Earth radii within 1e4 to 1e5 years. How long it takes
/// depends on depth and drag of the ocean; `lava-tides map` shows how few of them are that fast.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Distance at the start, Earth radii; the Moon is torn apart below 2.9.
    #[arg(long, value_name = "R_E", default_value_t = 3.5)]
    from: f64,
    /// Distance at the end, Earth radii.
    #[arg(long, value_name = "R_E", default_value_t = 25.0)]
    to: f64,
    /// Integrate the equations of orbit and spin instead of the quadrature, for at most so many years.
    #[arg(long, value_name = "YEARS")]
    integrate: Option<f64>,
    /// Write distance against time as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw distance against time.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    response: Response,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides earth-moon --interior rigid --depth-km 172 --drag 4.66e-5        6e4 years
  lava-tides earth-moon --ocean none                                         a solid Earth
  lava-tides earth-moon --ocean paper --whole --depth-km 115 --drag 5e-5      the paper's Eq. 28
  lava-tides earth-moon --integrate 1e8 --svg recession.svg";

#[derive(Serialize)]
struct Answer {
    /// Null: the time limit was reached first.
    time_yr: Option<f64>,
    distance_earth_radii: f64,
    heat_j: f64,
    mean_flux_w_m2: f64,
    peak_flux_w_m2: Option<f64>,
    wave_height_m: Option<f64>,
    validity: Validity,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let system = EarthMoon::present();
    let response = arguments.response.of(system.earth())?;
    let (from_m, to_m) = (arguments.from * EARTH_RADIUS_M, arguments.to * EARTH_RADIUS_M);
    let (answer, course) = match arguments.integrate {
        None => {
            let track = Track::new(&system, from_m, to_m)?;
            let recession = track.recession(response.as_ref())?;
            let answer = Answer {
                time_yr: Some(recession.time_s / YEAR_S),
                distance_earth_radii: arguments.to,
                heat_j: recession.heat_j,
                mean_flux_w_m2: recession.mean_flux_w_m2,
                peak_flux_w_m2: Some(recession.peak_flux_w_m2),
                wave_height_m: Some(recession.wave_height_m),
                validity: recession.validity,
            };
            (answer, track.course(response.as_ref())?)
        }
        Some(years) => {
            let options = EvolveOptions::default();
            let trajectory = system.evolve(response.as_ref(), (from_m, to_m), years * YEAR_S, &options)?;
            let end = trajectory.end();
            let arrived = trajectory.stopped_by() == Some(Stop::SemiMajorAxis(to_m));
            let answer = Answer {
                time_yr: arrived.then_some(end.time_s / YEAR_S),
                distance_earth_radii: end.semi_major_axis_m / EARTH_RADIUS_M,
                heat_j: end.heat_j[0],
                mean_flux_w_m2: end.heat_j[0] / (end.time_s * system.earth().area_m2()),
                peak_flux_w_m2: None,
                wave_height_m: None,
                validity: trajectory.validity(),
            };
            (answer, trajectory.states().map(|state| (state.time_s, state.semi_major_axis_m)).collect())
        }
    };
    let points: Vec<(f64, f64)> =
        course.iter().map(|(time, distance)| (time / YEAR_S, distance / EARTH_RADIUS_M)).collect();
    if let Some(path) = &arguments.csv {
        save(path, &csv(["time_yr", "distance_earth_radii"], points.iter().map(|p| [p.0, p.1])))?;
    }
    if let Some(path) = &arguments.svg {
        let chart = LineChart {
            name: "recession".into(),
            title: "Recession of the Moon".into(),
            x: Axis::log("time, yr"),
            y: Axis::linear("distance, Earth radii"),
            series: vec![Series { label: "Moon".into(), points }],
        };
        draw(path, chart)?;
    }
    print(json, &answer, || text(&answer))
}

fn text(answer: &Answer) -> String {
    let years = |time| number(time) + " yr";
    let mut lines = vec![
        ("distance reached", format!("{} Earth radii", number(answer.distance_earth_radii))),
        ("time", answer.time_yr.map_or("longer than the limit".into(), years)),
        ("heat released", format!("{} J", number(answer.heat_j))),
        ("mean heat flux", format!("{} W/m²", number(answer.mean_flux_w_m2))),
    ];
    if let Some(peak) = answer.peak_flux_w_m2 {
        lines.push(("largest heat flux", format!("{} W/m²", number(peak))));
    }
    if let Some(height) = answer.wave_height_m {
        lines.push(("highest ocean tide", format!("{} m", number(height))));
    }
    lines.push(("assumptions broken", answer.validity.to_string()));
    list(&lines)
}
