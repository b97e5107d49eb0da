//! `lava-tides k2`.

use crate::error::{Failure, Result};
use crate::output::{Table, csv, draw, number, print, save};
use crate::response::{BodyArguments, Response};
use common::report::{Axis, LineChart, Series};
use lava_tides::map::LogAxis;
use lava_tides::response::{Forcing, Order};
use lava_tides::{TidalResponse, Validity};
use serde::Serialize;
use std::path::PathBuf;

/// Love numbers of degree 2: of one frequency, or a spectrum.
///
/// Im k2 < 0 at a positive frequency means that the tide loses energy. A frequency is that of the tide seen from the
/// surface: 2 (spin - mean motion) for a circular orbit.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// One frequency, rad/s, of either sign.
    #[arg(long, value_name = "RAD_PER_S", allow_negative_numbers = true, conflicts_with_all = ["from", "to", "points"])]
    frequency: Option<f64>,
    /// Least frequency of a spectrum, rad/s.
    #[arg(long, value_name = "RAD_PER_S", default_value_t = 1e-9)]
    from: f64,
    /// Largest frequency of a spectrum, rad/s.
    #[arg(long, value_name = "RAD_PER_S", default_value_t = 1e-2)]
    to: f64,
    /// Number of frequencies, evenly spaced in their logarithm.
    #[arg(long, default_value_t = 29)]
    points: usize,
    /// Spin, rad/s: it matters to a rotating ocean only.
    #[arg(long, value_name = "RAD_PER_S", default_value_t = 0.0, allow_negative_numbers = true)]
    spin: f64,
    /// The radial tide (m = 0) instead of the travelling one (m = 2).
    #[arg(long)]
    zonal: bool,
    /// Write the spectrum as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the spectrum.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    body: BodyArguments,
    #[command(flatten)]
    response: Response,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides k2 --frequency 4.896e-4 --ocean paper --interior rigid --depth-km 100 --drag 1e-4
  lava-tides k2 --mass 8 --radius 2 --rigidity 3e11 --depth-km 254.84 --svg k2.svg
  lava-tides k2 --ocean rotating --spin 3e-4 --points 200 --csv k2.csv";

#[derive(Serialize)]
struct Line {
    frequency_rad_s: f64,
    k2_re: f64,
    k2_im: f64,
    /// Height of the ocean's tide over that of the equilibrium tide.
    elevation: f64,
    validity: Validity,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let body = arguments.body.body()?;
    let response = arguments.response.of(&body)?;
    let frequencies: Vec<f64> = match arguments.frequency {
        Some(frequency) => vec![frequency],
        None => LogAxis::new(arguments.from, arguments.to, arguments.points)?.values().collect(),
    };
    let lines: Vec<Line> =
        frequencies.iter().map(|frequency| line(arguments, response.as_ref(), *frequency)).collect();
    if let Some(line) = lines.iter().find(|line| !line.k2_re.is_finite()) {
        let frequency_rad_s = line.frequency_rad_s;
        return Err(Failure::Tides(lava_tides::Error::UndefinedResponse { frequency_rad_s }));
    }
    if let Some(path) = &arguments.csv {
        let header = ["frequency_rad_s", "k2_re", "k2_im", "elevation"];
        let row = |line: &Line| [line.frequency_rad_s, line.k2_re, line.k2_im, line.elevation];
        save(path, &csv(header, lines.iter().map(row)))?;
    }
    if let Some(path) = &arguments.svg {
        let series = |label: &str, value: fn(&Line) -> f64| Series {
            label: label.into(),
            points: lines.iter().map(|line| (line.frequency_rad_s, value(line))).collect(),
        };
        let chart = LineChart {
            name: "k2".into(),
            title: "Love number of degree 2".into(),
            x: Axis::log("frequency, rad/s"),
            y: Axis::log("size of the part"),
            series: vec![
                series("|Re k2|", |line| line.k2_re.abs()),
                series("|Im k2|", |line| line.k2_im.abs()),
            ],
        };
        draw(path, chart)?;
    }
    print(json, &lines, || {
        let mut table = Table::new(0, ["frequency rad/s", "Re k2", "Im k2", "ocean tide / equilibrium"]);
        for line in &lines {
            table.row([line.frequency_rad_s, line.k2_re, line.k2_im, line.elevation].map(number));
        }
        let broken =
            lines.first().map_or(String::new(), |line| format!("\nassumptions broken: {}\n", line.validity));
        table.render() + &broken
    })
}

fn line(arguments: &Arguments, response: &dyn TidalResponse, frequency_rad_s: f64) -> Line {
    let order = if arguments.zonal { Order::Zonal } else { Order::Sectoral };
    let forcing = Forcing { frequency_rad_s, spin_rad_s: arguments.spin, order };
    let k2 = response.k2(forcing);
    let (elevation, validity) = (response.ocean_elevation(forcing).norm(), response.validity(arguments.spin));
    Line { frequency_rad_s, k2_re: k2.re, k2_im: k2.im, elevation, validity }
}
