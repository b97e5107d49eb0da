//! Recession of the early Moon over oceans of magma of different depth.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use lava_tides::constants::{EARTH_RADIUS_M, YEAR_S};
use lava_tides::earth_moon::EarthMoon;
use lava_tides::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, Truncation};
use lava_tides::rheology::Rigid;

fn main() -> lava_tides::Result<()> {
    let system = EarthMoon::present();
    let earth = *system.earth();
    let (from, to) = (3.5 * EARTH_RADIUS_M, 25.0 * EARTH_RADIUS_M);
    println!("Years from 3.5 to 25 Earth radii at a drag of 3e-5 1/s\n");
    println!("{:>9} {:>12} {:>16} {:>12}", "depth, km", "Eq. 7", "self-attracting", "rotating");
    for depth_km in [50.0, 85.0, 115.0, 150.0, 172.0, 200.0, 300.0] {
        let mut line = format!("{depth_km:>9}");
        for (coupling, width) in [
            (OceanCoupling::PaperEq7, 12),
            (OceanCoupling::SelfAttracting, 16),
            (OceanCoupling::Rotating(Truncation::Converged), 12),
        ] {
            let ocean = MagmaOcean::new(depth_km * 1e3, 3e-5, 0.55)?.with_coupling(coupling)?;
            let molten = MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean)?;
            let years = system.recession(&molten, from, to)?.time_s / YEAR_S;
            line += &format!(" {years:>width$.3e}");
        }
        println!("{line}");
    }
    Ok(())
}
