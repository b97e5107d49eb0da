//! The formulas over columns: many rows at once, on slices, without allocation.
//!
//! | function | input | cost of a row (one 2.6 GHz core with AVX2) |
//! | --- | --- | --- |
//! | [`wet_bulb`] and [`onsite_wue`] | any `f64` | Stull 6 ns, psychrometric 40 ns, tower 1 ns |
//! | [`Table`] | temperature in tenths of a degree, whole percent | 1 ns |
//! | [`Onsite::add_to`], [`Table::add_to`] | the same, fused with the sums of groups | the same + 1 ns |
//!
//! A row that the scalar functions refuse (not a number, humidity outside 0..=100 %, temperature outside the model's
//! range) becomes NaN, and is counted where groups are summed. Everywhere else the kernels agree with the scalar
//! functions: Stull within 4e-14 °C, psychrometric within 1e-9 °C, [`Table`] bit by bit.
//!
//! Nothing depends on the processor's vector width or on the number of threads.

mod groups;
mod math;
mod onsite;
mod psychrometric;
mod simd;
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
    /// Number of rows.
    ///
    /// # Errors
    /// [`Error::Lengths`] if the columns differ in length.
    pub fn rows(&self) -> Result<usize> {
        let rows = self.temperature_c.len();
        let lengths = [Some(rows), Some(self.humidity_percent.len()), self.pressure_pa.map(<[f64]>::len)];
        equal_lengths(lengths.into_iter().flatten())?;
        Ok(rows)
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

/// Wet-bulb temperature of each row in °C; NaN where the row is invalid. The scalar form is
/// [`wet_bulb`](crate::wet_bulb::wet_bulb).
///
/// ```
/// use water_dc::{kernel::{Air, wet_bulb}, wet_bulb::WetBulbModel};
/// let air = Air { temperature_c: &[20.0, f64::NAN], humidity_percent: &[50.0, 50.0], pressure_pa: None };
/// let mut tw = [0.0; 2];
/// wet_bulb(&air, &WetBulbModel::Stull, &mut tw)?;
/// assert!((tw[0] - 13.699341968988136).abs() < 4e-14 && tw[1].is_nan());
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Lengths`] if the slices differ in length.
pub fn wet_bulb(air: &Air<'_>, model: &WetBulbModel, out_c: &mut [f64]) -> Result<()> {
    equal_lengths([air.rows()?, out_c.len()])?;
    wet_bulb_of_equal(air, model, out_c);
    Ok(())
}

/// On-site water use of each row in L/kWh from its wet-bulb temperature in °C; NaN where that is NaN or outside
/// -100..=200 °C, or where a custom polynomial overflows. The scalar form is
/// [`onsite_wue`](crate::tower::onsite_wue), which takes °F.
///
/// ```
/// use water_dc::{kernel::onsite_wue, tower::{LowTemperature, TowerModel}};
/// let mut wue = [0.0];
/// onsite_wue(&[10.0], &TowerModel::FixedColdWater, &LowTemperature::Extrapolate, &mut wue)?;
/// assert!((wue[0] - 1.174).abs() < 1e-12);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Lengths`] if the slices differ in length.
pub fn onsite_wue(
    wet_bulb_c: &[f64],
    model: &TowerModel,
    low_temperature: &LowTemperature,
    out: &mut [f64],
) -> Result<()> {
    equal_lengths([wet_bulb_c.len(), out.len()])?;
    tower::rows(wet_bulb_c, &model.polynomial(), low_temperature, out);
    Ok(())
}

fn wet_bulb_of_equal(air: &Air<'_>, model: &WetBulbModel, out_c: &mut [f64]) {
    match *model {
        WetBulbModel::Stull => stull::rows(&Constants::PUBLISHED, air, out_c),
        WetBulbModel::StullRounded => stull::rows(&Constants::ROUNDED, air, out_c),
        WetBulbModel::Psychrometric(source) => psychrometric::rows(air, source.pressure().get(), out_c),
    }
}

fn equal_lengths(lengths: impl IntoIterator<Item = usize> + Clone) -> Result<()> {
    let mut rest = lengths.clone().into_iter();
    let first = rest.next();
    if rest.all(|length| Some(length) == first) {
        Ok(())
    } else {
        Err(Error::Lengths { lengths: lengths.into_iter().collect() })
    }
}
