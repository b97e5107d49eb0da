//! How long the early Moon takes to 25 Earth radii over oceans of one drag: `early_moon [DRAG in 1/s]`.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use lava_tides::constants::YEAR_S;
use lava_tides::earth_moon::{Floor, Scenario, Track};
use lava_tides::response::OceanCoupling;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let drag: f64 = std::env::args().nth(1).map_or(Ok(5e-5), |text| text.parse())?;
    let track = Track::early_moon()?;
    let scenario =
        Scenario { coupling: OceanCoupling::SelfAttracting, density_ratio: 0.55, floor: Floor::Rigid };
    for depth_km in [50.0, 100.0, 150.0, 200.0, 300.0] {
        let response = scenario.response(track.system(), depth_km * 1e3, drag)?;
        let recession = track.recession(&*response)?;
        let (years, flux) = (recession.time_s / YEAR_S, recession.mean_flux_w_m2);
        println!("{depth_km:>5} km: {years:.3e} yr, {flux:.0} W/m², not valid: {}", recession.validity);
    }
    Ok(())
}
