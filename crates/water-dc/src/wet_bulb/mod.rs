//! Wet-bulb temperature of air: the lowest temperature that evaporation can cool water to.
//!
//! | model | hard range (an error outside) | stated validity ([`WetBulbModel::validity`]) |
//! | --- | --- | --- |
//! | [`Stull`](WetBulbModel::Stull), [`StullRounded`](WetBulbModel::StullRounded) | -90..=60 °C | -20..=50 °C, 5..=99 %, sea level |
//! | [`Psychrometric`](WetBulbModel::Psychrometric) | -100..=200 °C, air of at least 1 Pa, vapour pressure below air pressure | the same |

pub(crate) mod psychrometric;
mod stull;

pub use psychrometric::{dew_point, saturation_pressure, standard_pressure};
pub(crate) use stull::Constants;

use crate::{
    error::{Error, Result},
    units::{Celsius, Elevation, Pascal, RelativeHumidity},
};

/// How the wet-bulb temperature is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum WetBulbModel {
    /// Fit of R. Stull (2011), J. Appl. Meteorol. Climatol. 50, 2267, at sea-level pressure; error -1.0 to +0.65 °C.
    Stull,
    /// The same fit with its constants rounded to three to five digits: what the published data set contains.
    StullRounded,
    /// Energy balance of the psychrometer (ASHRAE Fundamentals 2017, chapter 1), at any pressure.
    Psychrometric(PressureSource),
}

/// Where the air pressure of the psychrometric model comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PressureSource {
    /// 101 325 Pa.
    SeaLevel,
    /// A given pressure.
    Fixed(Pascal),
    /// The standard atmosphere at this height, see [`standard_pressure`].
    Elevation(Elevation),
}

/// Whether a model was made for a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Validity {
    /// Inside the range that the model's authors state.
    Stated,
    /// Outside it, but inside the hard range: computed all the same.
    Extrapolated,
}

/// Wet-bulb temperature at dry-bulb temperature `temperature` and relative humidity `humidity`.
///
/// Stull's fit (T in °C, RH in percent, arctangent in radians):
/// ```text
/// Tw = T atan(0.151977 sqrt(RH + 8.313659)) + atan(T + RH) - atan(RH - 1.676331)
///      + 0.00391838 RH^1.5 atan(0.023101 RH) - 4.686035
/// ```
/// It is not capped: near saturation it exceeds T by up to 0.06 °C. In cold dry air (0 °C and 6 %, say), which the
/// author excludes, it falls with humidity.
///
/// The psychrometric model solves, to better than 1e-9 °C, `W(t*) = W` for the wet-bulb temperature t*:
/// ```text
/// W = 0.621945 pw / (p - pw), at least 1e-7;  pw = RH pws(t);  Ws(t*) = 0.621945 pws(t*) / (p - pws(t*))
/// t* >= 0:  W(t*) = ((2501 - 2.326 t*) Ws(t*) - 1.006 (t - t*)) / (2501 + 1.86 t - 4.186 t*)
/// t* <  0:  W(t*) = ((2830 - 0.24 t*) Ws(t*) - 1.006 (t - t*)) / (2830 + 1.86 t - 2.1 t*)
/// ```
/// The two branches overlap: for some air above freezing both an ice-covered and a wet bulb are in equilibrium,
/// by less than 1 °C apart at ordinary pressures. There the ice branch is taken, so that the result is a monotone function of humidity and
/// temperature. (PsychroLib's bisection ends on either of the two, depending on its first midpoints.)
///
/// ```
/// use water_dc::{units::*, wet_bulb::{PressureSource, WetBulbModel, wet_bulb}};
/// let (t, rh) = (Celsius(20.0), RelativeHumidity::from_percent(50.0)?);
/// let fit = wet_bulb(t, rh, &WetBulbModel::Stull)?;
/// assert!((fit.0 - 13.699341968988136).abs() < 1e-12);
/// let exact = wet_bulb(t, rh, &WetBulbModel::Psychrometric(PressureSource::SeaLevel))?;
/// assert!((exact.0 - 13.783554).abs() < 5e-7);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Temperature`] outside the model's hard range; for the psychrometric model also [`Error::VapourPressure`]
/// where the vapour would exceed the air pressure, and [`Error::Quantity`] below 1 Pa.
pub fn wet_bulb(temperature: Celsius, humidity: RelativeHumidity, model: &WetBulbModel) -> Result<Celsius> {
    let t = model.check(temperature)?;
    match *model {
        WetBulbModel::Stull => Ok(Celsius(stull::stull(&Constants::PUBLISHED, t, humidity.percent()))),
        WetBulbModel::StullRounded => Ok(Celsius(stull::stull(&Constants::ROUNDED, t, humidity.percent()))),
        WetBulbModel::Psychrometric(source) => {
            psychrometric::wet_bulb_c(t, humidity.fraction(), source.pressure().get()).map(Celsius)
        }
    }
}

impl WetBulbModel {
    /// Lowest and highest dry-bulb temperature that the model accepts.
    #[must_use]
    pub fn range(&self) -> (Celsius, Celsius) {
        match self {
            Self::Stull | Self::StullRounded => (Celsius(-90.0), Celsius(60.0)),
            Self::Psychrometric(_) => (Celsius(psychrometric::COLDEST_C), Celsius(psychrometric::HOTTEST_C)),
        }
    }

    /// Whether the point lies inside the range that the model's authors state: for Stull's fit -20..=50 °C and
    /// 5..=99 %. (They also exclude air that is both cold and dry, without a sharp limit.)
    ///
    /// # Errors
    /// [`Error::Temperature`] outside the hard range.
    pub fn validity(&self, temperature: Celsius, humidity: RelativeHumidity) -> Result<Validity> {
        let t = self.check(temperature)?;
        let stated = match self {
            Self::Stull | Self::StullRounded => {
                (-20.0..=50.0).contains(&t) && (5.0..=99.0).contains(&humidity.percent())
            }
            Self::Psychrometric(_) => true,
        };
        Ok(if stated { Validity::Stated } else { Validity::Extrapolated })
    }

    /// Name of the model in results and errors.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stull => "the Stull wet bulb",
            Self::StullRounded => "the rounded Stull wet bulb",
            Self::Psychrometric(_) => "the psychrometric wet bulb",
        }
    }

    fn check(&self, temperature: Celsius) -> Result<f64> {
        let (low, high) = self.range();
        in_range(temperature, low.0, high.0, self.name())
    }
}

impl PressureSource {
    /// The pressure.
    #[must_use]
    pub fn pressure(self) -> Pascal {
        match self {
            Self::SeaLevel => Pascal::SEA_LEVEL,
            Self::Fixed(pressure) => pressure,
            Self::Elevation(elevation) => standard_pressure(elevation),
        }
    }
}

/// The number of a temperature inside a range; NaN is outside.
pub(crate) fn in_range(temperature: Celsius, low: f64, high: f64, formula: &'static str) -> Result<f64> {
    if (low..=high).contains(&temperature.0) {
        Ok(temperature.0)
    } else {
        Err(Error::Temperature { formula, celsius: temperature.0, low, high })
    }
}
