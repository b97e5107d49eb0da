//! Where and when to run a deferrable load, so that it costs least water, carbon, or a weighted sum of both.
//!
//! Sites s, hours h, jobs j with server energy `E_j`, release `r_j` and deadline `d_j` (exclusive); `x_jsh` is the energy of
//! job j at site s in hour h:
//! ```text
//! a_sh = γ_on,sh (1 + ℓ_s) + ρ_s γ_off,s     L per kWh of server energy
//! k_sh = ρ_s CI_sh                           kg of CO2 per kWh of server energy
//! minimise   Σ (a_sh + λ k_sh) x_jsh         λ >= 0, L/kg
//! subject to Σ_sh x_jsh = E_j                over r_j <= h < d_j
//!            Σ_j  x_jsh <= C_sh              capacity, kWh
//!            x_jsh >= 0
//! ```
//! It is a linear transport problem: [`least_cost`] solves it for one λ, [`least_water_within`] with a bound on the
//! carbon instead of a price, and [`pareto_front`] for all λ at once. Whether the deadlines can be kept at all does not
//! depend on sites and prices: [`undelivered`] answers that first.
//!
//! ```
//! use water_dc::{Leakage, schedule::{HourlySite, Job, Problem, least_cost}, units::*};
//! let site = |name: &str, litres: f64, carbon: f64| -> water_dc::Result<HourlySite> {
//!     Ok(HourlySite {
//!         name: name.to_owned(),
//!         pue: Pue::new(1.5)?,
//!         offsite: LitersPerKwh::new(0.0)?,
//!         leakage: Leakage::None,
//!         onsite: vec![LitersPerKwh::new(litres)?; 2],
//!         carbon: vec![CarbonIntensity::from_kg_per_kwh(carbon)?; 2],
//!         capacity: vec![ItEnergy::from_kwh(1.0)?; 2],
//!     })
//! };
//! let job = Job { name: "training".to_owned(), energy: ItEnergy::from_kwh(3.0)?, release_h: 0, deadline_h: 2 };
//! let problem = Problem::new(vec![site("wet", 2.0, 0.1)?, site("dry", 1.0, 0.4)?], vec![job])?;
//!
//! let plan = least_cost(&problem, 0.0)?;                    // both dry hours, then one wet hour
//! assert!((plan.footprint.total().get() - 4.0).abs() < 1e-12);
//! let plan = least_cost(&problem, 10.0)?;                   // 1 + 10·0.6 > 2 + 10·0.15: wet hours first
//! assert!((plan.footprint.total().get() - 5.0).abs() < 1e-12);
//! # Ok::<(), water_dc::Error>(())
//! ```

mod deadline;
mod pareto;
mod plan;
mod problem;
mod solve;

pub use deadline::undelivered;
pub use pareto::{ParetoPoint, pareto_front};
pub use plan::{Allocation, Plan};
pub use problem::{HourlySite, Job, Problem};
pub use solve::{least_cost, least_water_within};
