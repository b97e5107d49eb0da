//! `lava-tides k2`.

use crate::choices::{Coupling, Rock};
use crate::error::{Failure, Result};
use crate::output::{Table, print, print_json, write};
use lava_tides::constants::{EARTH_MASS_KG, EARTH_RADIUS_M};
use lava_tides::response::{Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, Order};
use lava_tides::{Body, TidalResponse};
use std::f64::consts::TAU;
use std::path::PathBuf;

/// Love number k2 of a solid or molten planet against frequency.
///
/// Im k2 < 0 means that the tide loses energy. Without --depth the planet is solid.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Mass, Earth masses.
    #[arg(long, default_value_t = 1.0)]
    mass: f64,
    /// Radius, Earth radii.
    #[arg(long, default_value_t = 1.0)]
    radius: f64,
    #[command(flatten)]
    rock: Rock,
    /// Depth of the magma ocean, km.
    #[arg(long, value_name = "KM")]
    depth: Option<f64>,
    /// Drag of the ocean, 1/s.
    #[arg(long, value_name = "PER_S", default_value_t = 1e-3, requires = "depth")]
    drag: f64,
    /// Density of the melt over the mean density of the planet.
    #[arg(long, value_name = "RATIO", default_value_t = 0.5)]
    density_ratio: f64,
    /// Forces that the ocean knows.
    #[arg(long, value_enum, default_value = "attracting")]
    coupling: Coupling,
    /// The solid part is the whole planet, as in public ports of the paper, not the sphere below the ocean.
    #[arg(long)]
    whole_planet: bool,
    /// Period of the spin in hours, for --coupling rotating.
    #[arg(long, value_name = "HOURS")]
    spin_period: Option<f64>,
    /// Lowest frequency, rad/s.
    #[arg(long, value_name = "RAD_PER_S", default_value_t = 1e-7)]
    from: f64,
    /// Highest frequency, rad/s.
    #[arg(long, value_name = "RAD_PER_S", default_value_t = 1e-2)]
    to: f64,
    /// Frequencies, in equal ratios.
    #[arg(long, value_name = "COUNT", default_value_t = 21)]
    points: usize,
    /// Write the spectrum as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the spectrum as a figure.
    #[cfg(feature = "experiments")]
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides k2                                          a solid Earth
  lava-tides k2 --mass 8 --radius 2 --depth 255          a molten super-Earth
  lava-tides k2 --depth 100 --drag 1e-4 --coupling rotating --spin-period 6
  lava-tides k2 --depth 100 --points 2000 --csv spectrum.csv";

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let response = response(arguments)?;
    let spin_rad_s = arguments.spin_period.map_or(0.0, |hours| TAU / (hours * 3600.0));
    let table = Table {
        columns: vec!["frequency_rad_s", "k2_re", "k2_im"],
        rows: frequencies(arguments)?
            .map(|frequency_rad_s| {
                let k2 = response.k2(Forcing { frequency_rad_s, spin_rad_s, order: Order::Sectoral });
                if k2.im.is_finite() && spin_rad_s.is_finite() {
                    Ok(vec![frequency_rad_s, k2.re, k2.im])
                } else {
                    Err(lava_tides::Error::UndefinedResponse { frequency_rad_s })
                }
            })
            .collect::<lava_tides::Result<_>>()?,
    };
    if let Some(path) = &arguments.csv {
        write(path, &table.csv())?;
    }
    #[cfg(feature = "experiments")]
    if let Some(path) = &arguments.svg {
        write(path, &svg(&table))?;
    }
    let validity = response.validity(spin_rad_s).to_string();
    if json {
        return print_json(&serde_json::json!({ "assumptions_broken": validity, "spectrum": table.json() }));
    }
    print(&format!("{}\nassumptions that do not hold: {validity}\n", table.text()))
}

fn response(arguments: &Arguments) -> Result<Box<dyn TidalResponse>> {
    let body = Body::new(arguments.mass * EARTH_MASS_KG, arguments.radius * EARTH_RADIUS_M, 0.33)?;
    let rock = arguments.rock.andrade()?;
    let whole = HomogeneousBody::new(&body, rock);
    let Some(depth) = arguments.depth else { return Ok(Box::new(whole)) };
    let ocean = MagmaOcean::new(depth * 1e3, arguments.drag, arguments.density_ratio)?
        .with_coupling(arguments.coupling.into())?;
    let interior =
        if arguments.whole_planet { whole } else { HomogeneousBody::below_ocean(&body, &ocean, rock)? };
    Ok(Box::new(MoltenPlanet::new(body, interior, ocean)?))
}

fn frequencies(arguments: &Arguments) -> Result<impl Iterator<Item = f64> + use<>> {
    let Arguments { from, to, points, .. } = *arguments;
    for value in [from, to] {
        if !(value.is_finite() && value > 0.0) {
            let (name, rule) = ("frequency, rad/s", "finite and positive");
            return Err(lava_tides::Error::Quantity { name, rule, value }.into());
        }
    }
    if !(2..=1_000_000).contains(&points) {
        return Err(Failure::Points(points));
    }
    Ok((0..points).map(move |i| from * (to / from).powf(i as f64 / (points - 1) as f64)))
}

#[cfg(feature = "experiments")]
fn svg(table: &Table) -> String {
    use common::report::{Axis, Figure, LineChart, Series};
    let figure = Figure::from(LineChart {
        name: "spectrum".into(),
        title: "Loss -Im k2 against frequency".into(),
        x: Axis::log("frequency, rad/s"),
        y: Axis::log("-Im k2"),
        series: vec![Series {
            label: "-Im k2".into(),
            points: table.rows.iter().map(|row| (row[0], -row[2])).collect(),
        }],
    });
    figure.svg(&[]).unwrap_or_default()
}
