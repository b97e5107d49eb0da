//! Energy budget and temperature of a surface.
//!
//! ```text
//! ε σ_SB T⁴ = (1 - A_B) f F + P_tide/(4 π R²),   F = L/(4 π a²)
//! ```

use crate::constants::STEFAN_BOLTZMANN;
use crate::error::{Error, Result, positive, within};
use crate::response::TidalResponse;
use crate::{Planet, TidalState, TideTerms, Validity, Violation, tidal_state};
use common::roots::brent;

/// Dry peridotite solidus at no pressure, K: 1085.7 °C (Katz, Spiegelman and Langmuir 2003). An input, not a result.
pub const MELTING_POINT_K: f64 = 1358.85;
/// Above this temperature rock evaporates and a grey balance says nothing, K.
pub const EVAPORATION_K: f64 = 4000.0;

/// How the light is spread over the surface: the factor f.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Redistribution {
    /// Over the whole sphere: 1/4.
    #[default]
    Global,
    /// Over the day side, which re-radiates at once: 2/3.
    DaySide,
    /// At the point below the star: 1.
    Substellar,
}

impl Redistribution {
    /// The factor f.
    #[must_use]
    pub fn factor(self) -> f64 {
        match self {
            Self::Global => 0.25,
            Self::DaySide => 2.0 / 3.0,
            Self::Substellar => 1.0,
        }
    }
}

/// Properties of a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    albedo: f64,
    emissivity: f64,
    redistribution: Redistribution,
}

impl Surface {
    /// Bond albedo in `[0, 1)` and emissivity in `(0, 1]`.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a value out of its range.
    pub fn new(bond_albedo: f64, emissivity: f64, redistribution: Redistribution) -> Result<Self> {
        let albedo = within("Bond albedo", "in [0, 1)", bond_albedo, (0.0..1.0).contains(&bond_albedo))?;
        let in_range = emissivity > 0.0 && emissivity <= 1.0;
        let emissivity = within("emissivity", "in (0, 1]", emissivity, in_range)?;
        Ok(Self { albedo, emissivity, redistribution })
    }

    /// Albedo 0.1, emissivity 0.9, light spread over the sphere: the values of public ports of the paper.
    #[must_use]
    pub fn lava() -> Self {
        Self { albedo: 0.1, emissivity: 0.9, redistribution: Redistribution::Global }
    }

    /// Light absorbed of a stellar flux, both W m⁻².
    #[must_use]
    pub fn absorbed_w_m2(&self, stellar_flux_w_m2: f64) -> f64 {
        (1.0 - self.albedo) * self.redistribution.factor() * stellar_flux_w_m2
    }

    /// Temperature at which it radiates this flux, W m⁻², in K.
    #[must_use]
    pub fn temperature_k(&self, flux_w_m2: f64) -> f64 {
        (flux_w_m2 / (self.emissivity * STEFAN_BOLTZMANN)).sqrt().sqrt()
    }

    /// What it radiates at this temperature, W m⁻².
    #[must_use]
    pub fn emitted_w_m2(&self, temperature_k: f64) -> f64 {
        self.emissivity * STEFAN_BOLTZMANN * temperature_k.powi(4)
    }
}

/// Energy budget of a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurfaceBudget {
    /// Light absorbed, W m⁻².
    pub absorbed_w_m2: f64,
    /// Heat of the tide, W m⁻².
    pub tidal_w_m2: f64,
    /// Temperature without the tide, K.
    pub temperature_without_tide_k: f64,
    /// Temperature, K.
    pub temperature_k: f64,
    /// Assumptions that do not hold, those of the tide among them.
    pub validity: Validity,
}

impl SurfaceBudget {
    /// Heat of the tide over the light absorbed.
    #[must_use]
    pub fn flux_ratio(&self) -> f64 {
        self.tidal_w_m2 / self.absorbed_w_m2
    }
}

/// The budget of a planet whose spin is synchronous.
///
/// A molten response below the melting point is not self-consistent: the budget then carries [`Violation::Frozen`].
///
/// ```
/// use lava_tides::surface::{Surface, synchronous_budget};
/// use lava_tides::{TideTerms, archive, response::ConstantQ};
///
/// let planets = archive::builtin()?;
/// let trappist_1b = archive::find(&planets, "TRAPPIST-1 b")?.planet()?;
/// let rock = ConstantQ::new(0.3, 100.0)?;
/// let budget = synchronous_budget(&trappist_1b, &rock, TideTerms::All, &Surface::lava())?;
/// assert!((budget.temperature_without_tide_k - 397.0).abs() < 1.0);
/// assert!((budget.tidal_w_m2 / 135.0 - 1.0).abs() < 0.01);       // (21/2) (k₂/Q) R⁵ n⁵ e²/G over the surface
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// Those of [`tidal_state`].
pub fn synchronous_budget(
    planet: &Planet,
    response: &dyn TidalResponse,
    terms: TideTerms,
    surface: &Surface,
) -> Result<SurfaceBudget> {
    let tide = synchronous_tide(planet, response, terms)?;
    let absorbed_w_m2 = surface.absorbed_w_m2(planet.stellar_flux_w_m2());
    let tidal_w_m2 = tide.power_w / planet.body.area_m2();
    let temperature_k = surface.temperature_k(absorbed_w_m2 + tidal_w_m2);
    let molten = response.ocean_depth_m().is_some();
    Ok(SurfaceBudget {
        absorbed_w_m2,
        tidal_w_m2,
        temperature_without_tide_k: surface.temperature_k(absorbed_w_m2),
        temperature_k,
        validity: tide
            .validity
            .with(Violation::Evaporating, temperature_k > EVAPORATION_K)
            .with(Violation::Frozen, molten && temperature_k < MELTING_POINT_K),
    })
}

fn synchronous_tide(planet: &Planet, response: &dyn TidalResponse, terms: TideTerms) -> Result<TidalState> {
    tidal_state(&planet.orbit, &planet.body, planet.orbit.mean_motion_rad_s(), response, terms)
}

/// The eccentricity at which the tide of a synchronous planet brings this flux, W m⁻², through its surface; `None` if
/// no orbit up to `e = 0.9`, or up to the one that grazes the Roche limit, does.
///
/// # Errors
/// [`Error::Quantity`] for a flux that is not positive, and those of [`tidal_state`].
pub fn eccentricity_for_flux(
    planet: &Planet,
    response: &dyn TidalResponse,
    terms: TideTerms,
    flux_w_m2: f64,
) -> Result<Option<f64>> {
    const LEAST: f64 = 1e-9;
    let wanted = positive("tidal flux, W/m²", flux_w_m2)?.ln();
    let mut failure = None;
    let mut excess = |ln_e: f64| {
        let flux = planet
            .with_eccentricity(ln_e.exp())
            .and_then(|planet| synchronous_tide(&planet, response, terms))
            .map(|tide| tide.power_w / planet.body.area_m2());
        match flux {
            // No heat at all is as far off as can be.
            Ok(flux) => flux.max(f64::MIN_POSITIVE).ln() - wanted,
            Err(error) => {
                failure = Some(error);
                f64::NAN
            }
        }
    };
    let roche = planet.body.roche_limit_m(planet.star.mass_kg())?;
    let grazing = 1.0 - roche / planet.orbit.semi_major_axis_m();
    planet.with_eccentricity(0.0)?.orbit.check_disruption(&planet.body)?;
    let largest = (grazing * (1.0 - 1e-9)).clamp(LEAST, 0.9).ln();
    let (low, high) = (excess(LEAST.ln()), excess(largest));
    let found = if high < 0.0 {
        Ok(None)
    } else if low > 0.0 {
        Ok(Some(LEAST))
    } else {
        brent(&mut excess, LEAST.ln(), largest, 1e-12).map(|ln_e| Some(ln_e.exp()))
    };
    match (found, failure) {
        (_, Some(error)) => Err(error),
        (Ok(eccentricity), None) => Ok(eccentricity),
        (Err(source), None) => Err(Error::Root { what: "eccentricity for a tidal flux", source }),
    }
}
