//! What-if studies of the cooling: dry hours, power against water, and the water that a tower takes in.

use crate::{
    Site,
    error::{Error, Result},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Cycles, Fahrenheit, LitersPerKwh, Pue, quantity},
    view::WithdrawalPerKwh,
};
use common::stats::mean;

quantity!(
    /// What dry cooling adds to the PUE while it runs.
    PueIncrease, new, get, "increase of the PUE", "finite and not negative", |v| v.is_finite() && v >= 0.0
);

/// A tower that rests while the wet bulb is low, when dry coolers do its work: no water on site, but more power.
///
/// ```text
/// Tw >= limit:  γ_on = γ_on(Tw)     ρ
/// Tw <  limit:  γ_on = 0            ρ + Δρ
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HybridCooling {
    /// The tower.
    pub tower: TowerModel,
    /// What the tower's formula does at low temperatures.
    pub low_temperature: LowTemperature,
    /// Wet-bulb temperature below which the tower rests.
    pub dry_below: Fahrenheit,
    /// Δρ.
    pub dry_increase: PueIncrease,
}

/// A site over some hours, with the tower always on and with dry hours.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoolingComparison {
    /// Number of hours.
    pub hours: usize,
    /// Hours in which the tower rests.
    pub dry_hours: usize,
    /// The tower always on.
    pub wet: CoolingMeans,
    /// The tower at rest in the dry hours.
    pub hybrid: CoolingMeans,
}

/// Means over hours of equal server load.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoolingMeans {
    /// `γ_on`, per kWh of server energy, without leakage.
    pub onsite: LitersPerKwh,
    /// Power usage effectiveness.
    pub pue: Pue,
    /// All water, `γ_on` (1 + ℓ) + ρ `γ_off`, per kWh of server energy.
    pub intensity: LitersPerKwh,
}

impl HybridCooling {
    /// The site as it is in an hour of this wet-bulb temperature. `site` gives `γ_off`, ρ and ℓ; its `γ_on` is replaced.
    ///
    /// # Errors
    /// As [`onsite_wue`]; [`Error::Quantity`] if the PUE overflows.
    pub fn at(&self, wet_bulb: Fahrenheit, site: &Site) -> Result<Site> {
        let wet = self.wet(wet_bulb, site)?;
        if !self.is_dry(wet_bulb) {
            return Ok(wet);
        }
        let pue = Pue::new(site.pue.get() + self.dry_increase.get())?;
        Ok(Site { onsite: LitersPerKwh::new(0.0)?, pue, ..wet })
    }

    /// Compares hours of equal server load with the same hours under a tower that is always on.
    ///
    /// ```
    /// use water_dc::{Leakage, Site, cooling::*, tower::*, units::*};
    /// let cooling = HybridCooling {
    ///     tower: TowerModel::FixedColdWater,
    ///     low_temperature: LowTemperature::Extrapolate,
    ///     dry_below: Fahrenheit(50.0),
    ///     dry_increase: PueIncrease::new(0.1)?,
    /// };
    /// let site = Site {
    ///     onsite: LitersPerKwh::new(0.0)?,
    ///     offsite: LitersPerKwh::new(2.0)?,
    ///     pue: Pue::new(1.4)?,
    ///     leakage: Leakage::None,
    /// };
    /// let year = cooling.compare(&[Fahrenheit(45.0), Fahrenheit(60.0)], &site)?;
    /// assert_eq!(year.dry_hours, 1);
    /// assert!((year.wet.intensity.get() - (0.5 * (1.18028 + 1.23812) + 2.8)).abs() < 1e-12);
    /// assert!((year.hybrid.intensity.get() - (0.5 * 1.23812 + 2.9)).abs() < 1e-12);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoHours`] for an empty series; otherwise as [`Self::at`].
    pub fn compare(&self, wet_bulbs: &[Fahrenheit], site: &Site) -> Result<CoolingComparison> {
        let wet = wet_bulbs.iter().map(|&tw| self.wet(tw, site)).collect::<Result<Vec<Site>>>()?;
        let hybrid = wet_bulbs.iter().map(|&tw| self.at(tw, site)).collect::<Result<Vec<Site>>>()?;
        Ok(CoolingComparison {
            hours: wet_bulbs.len(),
            dry_hours: wet_bulbs.iter().filter(|tw| self.is_dry(**tw)).count(),
            wet: CoolingMeans::over(&wet)?,
            hybrid: CoolingMeans::over(&hybrid)?,
        })
    }

    fn is_dry(&self, wet_bulb: Fahrenheit) -> bool {
        wet_bulb.0 < self.dry_below.0
    }

    fn wet(&self, wet_bulb: Fahrenheit, site: &Site) -> Result<Site> {
        Ok(Site { onsite: onsite_wue(wet_bulb, &self.tower, &self.low_temperature)?, ..*site })
    }
}

impl CoolingMeans {
    fn over(hours: &[Site]) -> Result<Self> {
        let over =
            |of: fn(&Site) -> f64| mean(&hours.iter().map(of).collect::<Vec<f64>>()).ok_or(Error::NoHours);
        Ok(Self {
            onsite: LitersPerKwh::new(over(|site| site.onsite.get())?)?,
            pue: Pue::new(over(|site| site.pue.get())?)?,
            intensity: LitersPerKwh::new(over(|site| site.intensity().get())?)?,
        })
    }
}

/// The increase of the PUE at which saving all on-site water saves no water in total, because the further electricity
/// costs as much where it is generated (derived here from the paper's composition):
/// ```text
/// Δρ* = γ_on (1 + ℓ) / γ_off
/// ```
/// Dry cooling with a smaller increase saves water, with a greater one it wastes water. `None` if the electricity costs no
/// water: then dry cooling always saves.
///
/// ```
/// use water_dc::{Leakage, Site, cooling::break_even_increase, units::*};
/// let ethiopia = Site {
///     onsite: LitersPerKwh::new(1.196)?,
///     offsite: LitersPerKwh::new(5.0948)?,
///     pue: Pue::new(1.5)?,
///     leakage: Leakage::additive(0.192)?,
/// };
/// let increase = break_even_increase(&ethiopia).map_or(f64::NAN, |increase| increase.get());
/// assert!((increase - 0.279820).abs() < 1e-6);            // hydropower: not much power to spend
/// # Ok::<(), water_dc::Error>(())
/// ```
#[must_use]
pub fn break_even_increase(site: &Site) -> Option<PueIncrease> {
    PueIncrease::new(site.onsite_with_leakage().get() / site.offsite.get()).ok()
}

/// Water that a tower takes in per kWh of server energy, part by part. Evaporation and drift are consumed; blowdown is
/// discharged, so that the whole is a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MakeUp {
    /// Evaporated.
    pub evaporation: LitersPerKwh,
    /// Carried off as droplets.
    pub drift: LitersPerKwh,
    /// Drained to keep the salts down, and discharged.
    pub blowdown: WithdrawalPerKwh,
}

impl MakeUp {
    /// Make-up of a tower at S cycles of concentration:
    /// ```text
    /// make-up = evaporation S/(S - 1) + drift,       blowdown = evaporation / (S - 1)
    /// ```
    /// The drift is counted on top of the blowdown, although it carries salts too; it is about a hundredth of the
    /// evaporation. The fits of Eqs. 1 and 2 contain the drift: use them as evaporation with a drift of zero.
    ///
    /// ```
    /// use water_dc::{cooling::MakeUp, units::*};
    /// let zero = LitersPerKwh::new(0.0)?;
    /// let tower = MakeUp::new(LitersPerKwh::new(1.2)?, zero, Cycles::new(4.0)?)?;
    /// assert!((tower.blowdown.get() - 0.4).abs() < 1e-15);
    /// assert!((tower.total()?.get() - 1.6).abs() < 1e-15);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Quantity`] if the blowdown overflows.
    pub fn new(evaporation: LitersPerKwh, drift: LitersPerKwh, cycles: Cycles) -> Result<Self> {
        let blowdown = WithdrawalPerKwh::new(evaporation.get() / (cycles.get() - 1.0))?;
        Ok(Self { evaporation, drift, blowdown })
    }

    /// All three together.
    ///
    /// # Errors
    /// [`Error::Quantity`] if the sum overflows.
    pub fn total(&self) -> Result<WithdrawalPerKwh> {
        WithdrawalPerKwh::new(self.evaporation.get() + self.drift.get() + self.blowdown.get())
    }
}
