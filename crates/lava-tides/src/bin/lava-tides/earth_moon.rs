//! `lava-tides earth-moon`.

use crate::choices::Recession;
use crate::error::Result;
use crate::output::{Table, print, print_json, write};
use lava_tides::constants::{EARTH_RADIUS_M, YEAR_S};
use std::path::PathBuf;

/// How long the Moon takes to recede from a molten Earth, and its distance on the way.
///
/// The orbit is circular, over the equator, and only the Earth's tide acts; the angular momentum is that of today. The
/// ocean keeps its depth.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Depth of the magma ocean, km.
    #[arg(long, value_name = "KM")]
    depth: f64,
    /// Drag of the ocean, 1/s.
    #[arg(long, value_name = "PER_S")]
    drag: f64,
    #[command(flatten)]
    recession: Recession,
    /// Write time (yr) and distance (Earth radii) as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides earth-moon --depth 172 --drag 4.66e-5       with self-attraction, rigid floor
  lava-tides earth-moon --depth 115 --drag 4.65e-5 --coupling eq7
  lava-tides earth-moon --depth 115 --drag 4.65e-5 --coupling eq7 --floor whole-planet
  lava-tides earth-moon --depth 85 --drag 2e-5 --coupling rotating --csv curve.csv";

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let (scenario, track) = (arguments.recession.scenario()?, arguments.recession.track()?);
    let response = scenario.response(track.system(), arguments.depth * 1e3, arguments.drag)?;
    let recession = track.recession(&*response)?;
    let table = Table {
        columns: vec!["time_yr", "distance_earth_radii"],
        rows: track
            .curve(&*response)?
            .into_iter()
            .map(|(time, distance)| vec![time / YEAR_S, distance / EARTH_RADIUS_M])
            .collect(),
    };
    if let Some(path) = &arguments.csv {
        write(path, &table.csv())?;
    }
    let (years, broken) = (recession.time_s / YEAR_S, recession.validity.to_string());
    if json {
        return print_json(&serde_json::json!({
            "time_yr": years,
            "energy_j": recession.energy_j,
            "mean_flux_w_m2": recession.mean_flux_w_m2,
            "largest_tide_over_depth": recession.largest_amplitude,
            "assumptions_broken": broken,
            "curve": table.json(),
        }));
    }
    print(&format!(
        "time                          {years:.4e} yr\n\
         tidal heat                    {:.4e} J, {:.4e} W/m² on average\n\
         largest tide                  {:.4} of the depth\n\
         assumptions that do not hold  {broken}\n",
        recession.energy_j, recession.mean_flux_w_m2, recession.largest_amplitude
    ))
}
