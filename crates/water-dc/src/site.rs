//! A data centre and the water footprint of the energy its servers use.

use crate::{
    error::Result,
    units::{FacilityEnergy, ItEnergy, Liters, LitersPerKwh, LossRate, Pue},
};

/// Water loss on the way to the site.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Leakage {
    /// Not counted (v2).
    None,
    /// Lost water is `ℓ γ_on` (v3 Eqs. 4 and 5): the paper.
    Additive(LossRate),
    /// ℓ is the share of the water put into the network, so that `γ_on / (1 - ℓ)` has to be put in.
    GrossUp(LossRate),
}

impl Leakage {
    /// Lost water per litre that arrives: 0, ℓ, or ℓ / (1 - ℓ).
    #[must_use]
    pub fn per_liter(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Additive(rate) => rate.fraction(),
            Self::GrossUp(rate) => rate.fraction() / (1.0 - rate.fraction()),
        }
    }

    /// Additive leakage of this rate, a fraction.
    ///
    /// # Errors
    /// [`crate::Error::Quantity`] outside 0..1.
    pub fn additive(rate: f64) -> Result<Self> {
        LossRate::from_fraction(rate).map(Self::Additive)
    }

    /// Grossed-up leakage of this rate, a fraction.
    ///
    /// # Errors
    /// [`crate::Error::Quantity`] outside 0..1.
    pub fn gross_up(rate: f64) -> Result<Self> {
        LossRate::from_fraction(rate).map(Self::GrossUp)
    }
}

/// What a data centre uses per kWh.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Site {
    /// `γ_on`, per kWh of server energy, without leakage.
    pub onsite: LitersPerKwh,
    /// `γ_off`, per kWh of facility energy.
    pub offsite: LitersPerKwh,
    /// Power usage effectiveness ρ.
    pub pue: Pue,
    /// Water lost on the way to the site; applies to the on-site water only.
    pub leakage: Leakage,
}

/// Water consumed, in three parts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Footprint {
    /// Evaporated on site.
    pub onsite: Liters,
    /// Lost on the way to the site.
    pub leakage: Liters,
    /// Consumed by the generation of the electricity.
    pub offsite: Liters,
}

impl Site {
    /// Water footprint of server energy E:
    /// ```text
    /// W = γ_on E + ℓ γ_on E + ρ γ_off E
    /// ```
    /// The PUE multiplies the off-site part only.
    ///
    /// ```
    /// use water_dc::{Leakage, Site, units::*};
    /// let us = Site {
    ///     onsite: LitersPerKwh::new(0.550)?,
    ///     offsite: LitersPerKwh::new(3.142)?,
    ///     pue: Pue::new(1.170)?,
    ///     leakage: Leakage::None,
    /// };
    /// let training = us.footprint(ItEnergy::from_kwh(1.287e6)?);       // GPT-3, arXiv 2304.03271
    /// assert!((training.onsite.get() / 1e6 - 0.708).abs() < 5e-4);
    /// assert!((training.total().get() / 1e6 - 5.439).abs() < 5e-4);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    #[must_use]
    pub fn footprint(&self, energy: ItEnergy) -> Footprint {
        Footprint {
            onsite: self.onsite * energy,
            leakage: self.lost() * energy,
            offsite: self.offsite * energy.at_facility(self.pue),
        }
    }

    /// Water footprint of energy that already contains the PUE, `W = (E/ρ) γ_on (1 + ℓ) + E γ_off`.
    #[must_use]
    pub fn footprint_of_facility(&self, energy: FacilityEnergy) -> Footprint {
        self.footprint(energy.at_servers(self.pue))
    }

    /// All water per kWh of server energy: `γ_on (1 + ℓ) + ρ γ_off`.
    #[must_use]
    pub fn intensity(&self) -> LitersPerKwh {
        self.onsite_with_leakage() + self.offsite.per_it_energy(self.pue)
    }

    /// On-site water with what was lost on the way, per kWh of server energy.
    #[must_use]
    pub fn onsite_with_leakage(&self) -> LitersPerKwh {
        self.onsite + self.lost()
    }

    fn lost(&self) -> LitersPerKwh {
        self.onsite.times(self.leakage.per_liter())
    }
}

impl Footprint {
    /// All three parts together.
    #[must_use]
    pub fn total(&self) -> Liters {
        self.onsite + self.leakage + self.offsite
    }
}
