//! `lava-tides spin`.

use crate::error::Result;
use crate::output::{Table, csv, draw, number, print, save};
use crate::response::{BodyArguments, Response};
use common::report::{Axis, LineChart, Series};
use lava_tides::constants::{DAY_S, SUN_MASS_KG, YEAR_S};
use lava_tides::spin::{SpinPath, SpinRate, SpinState, TorqueCurve, pseudo_synchronous_ratio, spin_path};
use lava_tides::{Orbit, Validity};
use serde::Serialize;
use std::path::PathBuf;

/// Spins at which the tide of an eccentric orbit gives no torque, and the time to reach the first of them.
///
/// Spins are given over the mean motion: 1 is synchronous, 1.5 the 3:2 resonance. No permanent bulge is assumed.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Orbital period, d.
    #[arg(long, value_name = "DAYS")]
    period_d: f64,
    /// Eccentricity.
    #[arg(short, long, value_name = "E", default_value_t = 0.0)]
    eccentricity: f64,
    /// Mass of the star, solar masses.
    #[arg(long, value_name = "M_SUN", default_value_t = 1.0)]
    star_mass: f64,
    /// Spin at the start, over the mean motion.
    #[arg(long, value_name = "RATIO", default_value_t = 10.0, allow_negative_numbers = true)]
    start: f64,
    /// Least spin looked at.
    #[arg(long, value_name = "RATIO", default_value_t = 0.3, allow_negative_numbers = true)]
    from: f64,
    /// Largest spin looked at.
    #[arg(long, value_name = "RATIO", default_value_t = 6.0, allow_negative_numbers = true)]
    to: f64,
    /// Write the torque as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the torque.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    body: BodyArguments,
    #[command(flatten)]
    response: Response,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides spin --period-d 10 -e 0.05                  a molten planet passes 3:2 and becomes synchronous
  lava-tides spin --period-d 10 -e 0.05 --ocean none     a solid one is caught in 3:2
  lava-tides spin --period-d 1 -e 0.3 --mass 8 --radius 2 --svg torque.svg";

#[derive(Serialize)]
struct Answer {
    states: Vec<State>,
    pseudo_synchronous: f64,
    trap: State,
    time_yr: f64,
    validity: Validity,
}

#[derive(Serialize, Clone, Copy)]
struct State {
    spin_over_mean_motion: f64,
    stable: bool,
}

impl From<&SpinState> for State {
    fn from(state: &SpinState) -> Self {
        Self { spin_over_mean_motion: state.spin.ratio(), stable: state.stable }
    }
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let body = arguments.body.body()?;
    let response = arguments.response.of(&body)?;
    let orbit = Orbit::from_period(
        &body,
        arguments.star_mass * SUN_MASS_KG,
        arguments.period_d * DAY_S,
        arguments.eccentricity,
    )?;
    let curve = TorqueCurve::new(&orbit, &body, response.as_ref())?;
    let states = curve.equilibria(arguments.from, arguments.to)?;
    let SpinPath { trap, time_s, validity } =
        spin_path(&orbit, &body, response.as_ref(), arguments.start, 1e-3)?;
    let answer = Answer {
        states: states.iter().map(State::from).collect(),
        pseudo_synchronous: pseudo_synchronous_ratio(arguments.eccentricity)?,
        trap: State::from(&trap),
        time_yr: time_s / YEAR_S,
        validity,
    };
    if arguments.csv.is_some() || arguments.svg.is_some() {
        let points = torques(arguments, &curve)?;
        if let Some(path) = &arguments.csv {
            save(path, &csv(["spin_over_mean_motion", "torque_n_m"], points.iter().map(|p| [p.0, p.1])))?;
        }
        if let Some(path) = &arguments.svg {
            let chart = LineChart {
                name: "torque".into(),
                title: "Tidal torque".into(),
                x: Axis::linear("spin over mean motion"),
                y: Axis::linear("torque, N m"),
                series: vec![Series { label: "torque".into(), points }],
            };
            draw(path, chart)?;
        }
    }
    print(json, &answer, || text(&answer, arguments.start))
}

fn torques(arguments: &Arguments, curve: &TorqueCurve<'_>) -> Result<Vec<(f64, f64)>> {
    const POINTS: u32 = 1200;
    let step = (arguments.to - arguments.from) / f64::from(POINTS);
    let ratio = |place| arguments.from + step * f64::from(place);
    let point = |place| Ok((ratio(place), curve.torque_n_m(SpinRate::from_ratio(ratio(place)))?));
    (0..=POINTS).map(point).collect()
}

fn text(answer: &Answer, start: f64) -> String {
    let word = |stable: bool| if stable { "stable" } else { "unstable" };
    let mut table = Table::new(0, ["spin/n", ""]);
    for state in &answer.states {
        table.row([format!("{:.9}", state.spin_over_mean_motion), word(state.stable).into()]);
    }
    table.render()
        + &format!(
            "\nfrom {} to {:.6} (within 0.001) in {} yr\na constant time lag would give {}\nassumptions broken: {}\n",
            number(start),
            answer.trap.spin_over_mean_motion,
            number(answer.time_yr),
            number(answer.pseudo_synchronous),
            answer.validity
        )
}
