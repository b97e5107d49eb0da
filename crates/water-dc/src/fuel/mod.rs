//! Off-site water use: the water that the electricity cost where it was generated.

mod factors;
mod mix;

pub use factors::{Factor, FactorSet, WaterFactors};
pub use mix::{Fuel, FuelMix};

use crate::{
    error::{Error, Result},
    units::LitersPerKwh,
};

/// Off-site water use effectiveness `γ_off`, litres per kWh of electricity that the facility draws (v3 Eq. 3):
/// ```text
/// γ_off = Σ_k e_k w_k / Σ_k e_k       over the fuels k that have a factor w_k
/// ```
/// A fuel without a factor in the set is left out of both sums; [`WaterFactors::coverage`] tells how much that is.
///
/// ```
/// use water_dc::{Tables, fuel::{FactorSet, Fuel, FuelMix, offsite_wue}};
/// let mix = FuelMix::new([(Fuel::Hydro, 22.5), (Fuel::Gas, 72.5), (Fuel::Oil, 5.0)])?;
/// let wue = offsite_wue(&mix, Tables::embedded().factors(FactorSet::AfricaV3))?;
/// assert!((wue.get() - 1.9116).abs() < 5e-5);        // Republic of the Congo, 2022
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoFactor`] if the set covers none of the mix's fuels.
pub fn offsite_wue(mix: &FuelMix, factors: &WaterFactors) -> Result<LitersPerKwh> {
    weighted(mix, factors, |factor| factor.value)
}

/// Off-site water use with every factor at the lower, and with every factor at the upper end of its range.
///
/// # Errors
/// [`Error::NoFactor`] if the set covers none of the mix's fuels.
pub fn offsite_wue_range(mix: &FuelMix, factors: &WaterFactors) -> Result<(LitersPerKwh, LitersPerKwh)> {
    Ok((weighted(mix, factors, |f| f.low)?, weighted(mix, factors, |f| f.high)?))
}

fn weighted(mix: &FuelMix, factors: &WaterFactors, of: fn(&Factor) -> LitersPerKwh) -> Result<LitersPerKwh> {
    // shares, not generation: no overflow whatever the unit
    let covered = || Fuel::ALL.into_iter().filter_map(|fuel| Some((mix.share(fuel), factors.get(fuel)?)));
    let share: f64 = covered().map(|(share, _)| share).sum();
    if share > 0.0 {
        LitersPerKwh::new(covered().map(|(s, factor)| s * of(factor).get()).sum::<f64>() / share)
    } else {
        Err(Error::NoFactor { factors: factors.name().to_owned() })
    }
}
