//! Tidal heat, surface temperature and spin states of a planet of the table inside the crate.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result and errors")]

use lava_tides::response::{HomogeneousBody, MagmaOcean, MoltenPlanet};
use lava_tides::rheology::Andrade;
use lava_tides::spin::TorqueCurve;
use lava_tides::surface::{Surface, synchronous_budget};
use lava_tides::{TideTerms, archive};
use std::process::ExitCode;

const HELP: &str = "usage: lava_world [PLANET] [ECCENTRICITY]   default: \"K2-141 b\" 0.01";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("K2-141 b", String::as_str);
    let eccentricity = arguments.get(1).map_or(Ok(0.01), |text| text.parse());
    let Ok(eccentricity) = eccentricity else {
        eprintln!("{HELP}");
        return ExitCode::FAILURE;
    };
    match print(name, eccentricity) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}\n{HELP}");
            ExitCode::FAILURE
        }
    }
}

fn print(name: &str, eccentricity: f64) -> lava_tides::Result<()> {
    let planets = archive::builtin()?;
    let planet = archive::find(&planets, name)?.planet()?.with_eccentricity(eccentricity)?;
    // An ocean of R/50 on the rest of the planet, with the reference drag of public ports of the paper.
    let ocean = MagmaOcean::new(planet.body.radius_m() / 50.0, 1e-3, 0.5)?;
    let rock = Andrade::new(6e10, 1e21, 0.3)?;
    let solid = HomogeneousBody::new(&planet.body, rock);
    let below = HomogeneousBody::below_ocean(&planet.body, &ocean, rock)?;
    let molten = MoltenPlanet::new(planet.body, below, ocean)?;
    println!("{} at e = {eccentricity}, synchronous", planet.name);
    for (label, budget) in [
        ("solid", synchronous_budget(&planet, &solid, TideTerms::All, &Surface::lava())?),
        ("molten", synchronous_budget(&planet, &molten, TideTerms::All, &Surface::lava())?),
    ] {
        println!(
            "{label:>7}: {:.3e} W/m² of tidal heat, {:.3e} W/m² of light, {:.0} K (assumptions broken: {})",
            budget.tidal_w_m2, budget.absorbed_w_m2, budget.temperature_k, budget.validity
        );
    }
    for state in TorqueCurve::new(&planet.orbit, &planet.body, &molten)?.equilibria(0.5, 3.0)? {
        let word = if state.stable { "stable" } else { "unstable" };
        println!("spin {:.6} times the mean motion: {word}", state.spin.ratio());
    }
    Ok(())
}
