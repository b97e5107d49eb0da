//! Water weighted with the scarcity of the place where it is consumed.

use crate::{
    Footprint,
    error::{Error, Result},
    units::quantity,
};

quantity!(
    /// Scarcity of water at a place relative to the world, as a characterisation factor: litres world-equivalent per
    /// litre consumed. AWARE (Boulay et al. 2018) ranges over 0.1..=100.
    ScarcityFactor, new, get, "scarcity factor in L world-eq per L", "finite and not negative",
    |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// Litres world-equivalent: consumption weighted with scarcity. Not a volume.
    WorldLiters, new, get, "scarcity-weighted water in L world-eq", "finite and not negative",
    |v| v.is_finite() && v >= 0.0
);

/// Scarcity-weighted water in the three parts of a footprint.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ScarcityFootprint {
    /// Evaporated on site.
    pub onsite: WorldLiters,
    /// Lost on the way to the site.
    pub leakage: WorldLiters,
    /// Consumed by the generation of the electricity.
    pub offsite: WorldLiters,
}

/// Weights a footprint: the site's factor for the water of the site and its leakage, the factor of the place of
/// generation for the water of the electricity, which is in general another one.
///
/// ```
/// use water_dc::{Leakage, Site, units::*, view::{ScarcityFactor, scarcity_weighted}};
/// let site = Site {
///     onsite: LitersPerKwh::new(1.0)?,
///     offsite: LitersPerKwh::new(2.0)?,
///     pue: Pue::new(1.5)?,
///     leakage: Leakage::additive(0.25)?,
/// };
/// let footprint = site.footprint(ItEnergy::from_kwh(4.0)?);                    // 4 + 1 + 12 L
/// let weighted = scarcity_weighted(&footprint, ScarcityFactor::new(30.0)?, ScarcityFactor::new(0.5)?)?;
/// assert_eq!(weighted.total()?.get(), 156.0);                                  // 30·4 + 30·1 + 0.5·12
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] if a product overflows.
pub fn scarcity_weighted(
    footprint: &Footprint,
    at_site: ScarcityFactor,
    at_generation: ScarcityFactor,
) -> Result<ScarcityFootprint> {
    Ok(ScarcityFootprint {
        onsite: WorldLiters::new(footprint.onsite.get() * at_site.get())?,
        leakage: WorldLiters::new(footprint.leakage.get() * at_site.get())?,
        offsite: WorldLiters::new(footprint.offsite.get() * at_generation.get())?,
    })
}

impl ScarcityFootprint {
    /// All three parts together.
    ///
    /// # Errors
    /// [`Error::Quantity`] if the sum overflows.
    pub fn total(&self) -> Result<WorldLiters> {
        WorldLiters::new(self.onsite.get() + self.leakage.get() + self.offsite.get())
    }
}
