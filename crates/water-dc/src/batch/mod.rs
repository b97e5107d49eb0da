//! The formulas over many rows at once, on plain slices, without allocation.
//!
//! Units are in the names, because a slice of a million newtypes is what callers do not have.
//!
//! | function | input | a row takes (one core of 2.6 GHz; AVX-512) |
//! | --- | --- | --- |
//! | [`wet_bulb_c`], [`wet_bulb_of_air_c`] | any `f64` | Stull 5 ns, psychrometric 35 ns |
//! | [`onsite_wue`] | any `f64` | 1 ns |
//! | [`Table`] | tenths of a degree, whole percent | 3 ns |
//!
//! [`Onsite`] and [`Table`] go from weather to sums of groups in one pass. A row that the scalar functions would
//! reject gives NaN and is counted. Elsewhere the results are those of the scalar functions: within 1e-13 of their size
//! for Stull's fit and the towers, within 1e-9 °C for the psychrometric model, bit by bit for [`Table`]. Neither the
//! processor's vector width nor the number of threads changes a bit.
#![allow(clippy::inline_always, reason = "loops have to be compiled anew for each width of the registers")]
#![allow(
    clippy::needless_bitwise_bool,
    clippy::manual_range_contains,
    reason = "a lazy condition is a branch, and a loop with branches is no vector code"
)]

mod groups;
mod math;
mod onsite;
mod psychrometric;
mod stull;
mod table;
mod tower;

pub use groups::GroupSums;
pub use onsite::Onsite;
pub use table::{Table, quantize};

use crate::{
    error::{Error, Result},
    tower::{LowTemperature, TowerModel},
    wet_bulb::{Constants, WetBulbModel},
};

/// Columns of weather, of equal length.
#[derive(Debug, Clone, Copy)]
pub struct Air<'a> {
    /// Dry-bulb temperature, °C.
    pub temperature_c: &'a [f64],
    /// Relative humidity, percent, 0..=100.
    pub humidity_percent: &'a [f64],
    /// Air pressure, Pa, for the psychrometric model; where it is NaN or there is no column, the model's own source
    /// of pressure is taken.
    pub pressure_pa: Option<&'a [f64]>,
}

impl Air<'_> {
    /// Number of rows, if all columns and these others have it.
    fn rows(&self, others: &[usize]) -> Result<usize> {
        let own = [self.temperature_c.len(), self.humidity_percent.len()];
        let lengths = own.into_iter().chain(self.pressure_pa.map(<[f64]>::len)).chain(others.iter().copied());
        equal_lengths(&lengths.collect::<Vec<_>>())?;
        Ok(self.temperature_c.len())
    }

    /// Some of the rows. The range lies inside the columns.
    fn part(&self, range: std::ops::Range<usize>) -> Self {
        Self {
            temperature_c: &self.temperature_c[range.clone()],
            humidity_percent: &self.humidity_percent[range.clone()],
            pressure_pa: self.pressure_pa.map(|p| &p[range]),
        }
    }
}

/// Wet-bulb temperatures in °C from temperatures in °C and relative humidities in percent.
/// Returns how many rows are NaN.
///
/// ```
/// use water_dc::{batch, wet_bulb::WetBulbModel};
/// let mut wet_bulb = [0.0; 2];
/// let invalid = batch::wet_bulb_c(&WetBulbModel::Stull, &[20.0, 20.0], &[50.0, 150.0], &mut wet_bulb)?;
/// assert!((wet_bulb[0] - 13.699341968988136).abs() < 1e-12);
/// assert!(wet_bulb[1].is_nan() && invalid == 1);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Lengths`] if the slices differ in length.
pub fn wet_bulb_c(
    model: &WetBulbModel,
    temperature_c: &[f64],
    humidity_percent: &[f64],
    wet_bulb_c: &mut [f64],
) -> Result<usize> {
    wet_bulb_of_air_c(model, &Air { temperature_c, humidity_percent, pressure_pa: None }, wet_bulb_c)
}

/// Wet-bulb temperatures in °C, for the psychrometric model at each row's own pressure.
/// Returns how many rows are NaN.
///
/// # Errors
/// [`Error::Lengths`] if the slices differ in length.
pub fn wet_bulb_of_air_c(model: &WetBulbModel, air: &Air<'_>, wet_bulb_c: &mut [f64]) -> Result<usize> {
    air.rows(&[wet_bulb_c.len()])?;
    wet_bulb_of_equal(air, model, wet_bulb_c);
    Ok(invalid(wet_bulb_c))
}

/// On-site water use in L/kWh from wet-bulb temperatures in **°C**; the conversion to °F is part of it.
/// Returns how many rows are NaN.
///
/// ```
/// use water_dc::{batch, tower::{LowTemperature, TowerModel}};
/// let mut wue = [0.0];
/// batch::onsite_wue(&TowerModel::FixedColdWater, &LowTemperature::Extrapolate, &[10.0], &mut wue)?;
/// assert!((wue[0] - 1.174).abs() < 1e-12);          // 50 °F
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Lengths`] if the slices differ in length.
pub fn onsite_wue(
    model: &TowerModel,
    low_temperature: &LowTemperature,
    wet_bulb_c: &[f64],
    wue_l_per_kwh: &mut [f64],
) -> Result<usize> {
    equal_lengths(&[wet_bulb_c.len(), wue_l_per_kwh.len()])?;
    tower::rows(wet_bulb_c, &model.polynomial(), low_temperature, wue_l_per_kwh);
    Ok(invalid(wue_l_per_kwh))
}

fn invalid(values: &[f64]) -> usize {
    values.iter().filter(|value| value.is_nan()).count()
}

fn wet_bulb_of_equal(air: &Air<'_>, model: &WetBulbModel, out_c: &mut [f64]) {
    match *model {
        WetBulbModel::Stull => stull::rows(&Constants::PUBLISHED, air, out_c),
        WetBulbModel::StullRounded => stull::rows(&Constants::ROUNDED, air, out_c),
        WetBulbModel::Psychrometric(source) => psychrometric::rows(air, source.pressure().get(), out_c),
    }
}

fn equal_lengths(lengths: &[usize]) -> Result<()> {
    if lengths.windows(2).all(|pair| pair[0] == pair[1]) {
        Ok(())
    } else {
        Err(Error::Lengths { lengths: lengths.to_vec() })
    }
}
