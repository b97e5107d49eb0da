//! On-site water use of a cooling tower as a function of the wet-bulb temperature.

use crate::{
    error::{Error, Result},
    units::{Cycles, Fahrenheit, LitersPerKwh},
    wet_bulb::in_range,
};

/// On-site water use effectiveness `γ_on`, litres per kWh of server energy, at wet-bulb temperature Tw in °F:
/// ```text
/// fixed approach      [ -0.0001896 Tw² + 0.03095 Tw + 0.4442 ]+        Eq. 1
/// fixed cold water    [  0.0005112 Tw² - 0.04982 Tw + 2.387  ]+        Eq. 2, the paper's default
/// cubic               max(0.05, S/(S-1) (6e-5 Tw³ - 0.01 Tw² + 0.61 Tw - 10.4))
/// ```
///
/// ```
/// use water_dc::{tower::{LowTemperature, TowerModel, onsite_wue}, units::Fahrenheit};
/// let wue = onsite_wue(Fahrenheit(60.0), &TowerModel::FixedColdWater, &LowTemperature::Extrapolate)?;
/// assert!((wue.get() - 1.23812).abs() < 1e-12);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Temperature`] for a wet bulb or a limit outside -148..=392 °F (-100..=200 °C), [`Error::Quantity`] if a custom polynomial overflows.
pub fn onsite_wue(
    wet_bulb: Fahrenheit,
    model: &TowerModel,
    low_temperature: &LowTemperature,
) -> Result<LitersPerKwh> {
    in_range(wet_bulb.to_celsius(), -100.0, 200.0, "the tower model")?;
    let tw = match *low_temperature {
        LowTemperature::Extrapolate => wet_bulb.0,
        LowTemperature::ClampAt(limit) => {
            in_range(limit.to_celsius(), -100.0, 200.0, "the tower model")?;
            wet_bulb.0.max(limit.0)
        }
        LowTemperature::FreeCooling { below, wue } => {
            in_range(below.to_celsius(), -100.0, 200.0, "the tower model")?;
            if wet_bulb.0 < below.0 {
                return Ok(wue);
            }
            wet_bulb.0
        }
    };
    LitersPerKwh::new(model.polynomial().at(tw))
}

/// Formula for the on-site water use.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TowerModel {
    /// Eq. 1: the cold water follows the wet bulb at a fixed distance. Consumption. Greatest at 81.62 °F.
    FixedApproach,
    /// Eq. 2: cold water of 85 °F. Consumption. The paper's default. **Rises again below 48.73 °F**, an artefact of
    /// the fit: see [`LowTemperature`].
    FixedColdWater,
    /// Cubic of "Making AI Less Thirsty" (arXiv 2304.03271; 6 cycles there). **Not comparable with the others**: with
    /// its factor S/(S-1) it contains the blowdown and so is nearer to withdrawal than to consumption; at 50 to 90 °F it
    /// is two to five times as high.
    Cubic {
        /// Cycles of concentration S.
        cycles: Cycles,
    },
    /// The user's own fit.
    Custom(Polynomial),
}

/// What happens at low wet-bulb temperatures, where towers hardly work and Eq. 2 rises again.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LowTemperature {
    /// The formula as it stands, at any temperature: the paper.
    Extrapolate,
    /// Below the limit, the value at the limit.
    ClampAt(Fahrenheit),
    /// Below a temperature the tower is off and the site uses a fixed amount of water.
    FreeCooling {
        /// Wet-bulb temperature below which the tower is off.
        below: Fahrenheit,
        /// Water use then.
        wue: LitersPerKwh,
    },
}

/// Cubic polynomial in the wet-bulb temperature in °F with a floor, L/kWh.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "PolynomialFields", into = "PolynomialFields"))]
pub struct Polynomial {
    coefficients: [f64; 4],
    scale: f64,
    floor: f64,
}

impl Polynomial {
    /// Polynomial `c[0] + c[1] Tw + c[2] Tw² + c[3] Tw³`, at least `floor`.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a coefficient that is not finite.
    pub fn new(coefficients: [f64; 4], floor: LitersPerKwh) -> Result<Self> {
        match coefficients.iter().find(|c| !c.is_finite()) {
            Some(&value) => {
                Err(Error::Quantity { quantity: "polynomial coefficient", rule: "finite", value })
            }
            None => Ok(Self { coefficients, scale: 1.0, floor: floor.get() }),
        }
    }

    /// Coefficients, scale and floor.
    pub(crate) fn parts(&self) -> ([f64; 4], f64, f64) {
        (self.coefficients, self.scale, self.floor)
    }

    /// Value at a wet-bulb temperature in °F.
    #[inline]
    pub(crate) fn at(&self, tw: f64) -> f64 {
        let [c0, c1, c2, c3] = self.coefficients;
        let value = self.scale * (((c3 * tw + c2) * tw + c1) * tw + c0);
        // not `max`, which would make NaN the floor
        if value < self.floor { self.floor } else { value }
    }
}

impl TowerModel {
    /// Where the quadratic turns, derived here from its coefficients: Eq. 1 falls above 81.6192 °F, Eq. 2 rises
    /// below 48.7285 °F. `None` for the others.
    ///
    /// ```
    /// use water_dc::tower::TowerModel;
    /// let turn = TowerModel::FixedColdWater.turning_point().map(|t| t.0);
    /// assert!((turn.unwrap_or(0.0) - 48.7285).abs() < 5e-5);
    /// ```
    #[must_use]
    pub fn turning_point(&self) -> Option<Fahrenheit> {
        let [_, c1, c2, _] = self.polynomial().coefficients;
        matches!(self, Self::FixedApproach | Self::FixedColdWater).then(|| Fahrenheit(-c1 / (2.0 * c2)))
    }

    /// The formula's coefficients, scale and floor.
    pub(crate) fn polynomial(&self) -> Polynomial {
        match *self {
            Self::FixedApproach => {
                Polynomial { coefficients: [0.4442, 0.03095, -0.0001896, 0.0], scale: 1.0, floor: 0.0 }
            }
            Self::FixedColdWater => {
                Polynomial { coefficients: [2.387, -0.04982, 0.0005112, 0.0], scale: 1.0, floor: 0.0 }
            }
            Self::Cubic { cycles } => Polynomial {
                coefficients: [-10.4, 0.61, -0.01, 6e-5],
                scale: cycles.get() / (cycles.get() - 1.0),
                floor: 0.05,
            },
            Self::Custom(polynomial) => polynomial,
        }
    }
}

/// Text form of a polynomial.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct PolynomialFields {
    coefficients: [f64; 4],
    floor: LitersPerKwh,
}

#[cfg(feature = "serde")]
impl TryFrom<PolynomialFields> for Polynomial {
    type Error = Error;

    fn try_from(fields: PolynomialFields) -> Result<Self> {
        Self::new(fields.coefficients, fields.floor)
    }
}

#[cfg(feature = "serde")]
impl From<Polynomial> for PolynomialFields {
    fn from(p: Polynomial) -> Self {
        Self { coefficients: p.coefficients, floor: LitersPerKwh::non_negative(p.floor) }
    }
}
