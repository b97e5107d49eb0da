//! A plan and what it costs.

use super::Problem;
use crate::{
    Footprint,
    error::{Error, Result},
    units::{ItEnergy, Liters},
};
use common::stats::sum;

/// Energy of one job at one site in one hour.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Allocation {
    /// Position of the job in the problem.
    pub job: usize,
    /// Position of the site in the problem.
    pub site: usize,
    /// The hour.
    pub hour: usize,
    /// Server energy, positive.
    pub energy: ItEnergy,
}

/// A plan that delivers every job in time.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Plan {
    /// What runs where and when, by job, then site, then hour.
    pub allocations: Vec<Allocation>,
    /// Water that it consumes.
    pub footprint: Footprint,
    /// Carbon dioxide of its electricity, kg.
    pub carbon_kg: f64,
}

impl Plan {
    pub(super) fn new(problem: &Problem, allocations: Vec<Allocation>) -> Result<Self> {
        let sites = problem.sites();
        let parts: Vec<Footprint> =
            allocations.iter().map(|a| sites[a.site].at(a.hour).footprint(a.energy)).collect();
        let carbon: Vec<f64> =
            allocations.iter().map(|a| sites[a.site].carbon_kg_per_kwh(a.hour) * a.energy.kwh()).collect();
        let litres = |part: fn(&Footprint) -> Liters| {
            Liters::new(sum(&parts.iter().map(|footprint| part(footprint).get()).collect::<Vec<f64>>()))
        };
        let carbon_kg = sum(&carbon);
        if !carbon_kg.is_finite() {
            return Err(Error::Quantity { quantity: "carbon in kg", rule: "finite", value: carbon_kg });
        }
        Ok(Self {
            footprint: Footprint {
                onsite: litres(|f| f.onsite)?,
                leakage: litres(|f| f.leakage)?,
                offsite: litres(|f| f.offsite)?,
            },
            carbon_kg,
            allocations,
        })
    }

    /// Water and carbon with a price λ on carbon, W + λ K, in litres.
    #[must_use]
    pub fn objective_l(&self, lambda_l_per_kg: f64) -> f64 {
        self.footprint.total().get() + lambda_l_per_kg * self.carbon_kg
    }

    /// Energy at one site, all jobs and hours together, kWh.
    #[must_use]
    pub fn energy_at_kwh(&self, site: usize) -> f64 {
        sum(&self.allocations.iter().filter(|a| a.site == site).map(|a| a.energy.kwh()).collect::<Vec<f64>>())
    }
}
