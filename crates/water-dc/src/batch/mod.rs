//! The formulas over many rows at once, on plain slices.
//!
//! Units are in the names, because a slice of a million newtypes is what the callers do not have. A row that the scalar
//! functions would reject gives NaN, and the number of such rows is returned. Results agree with the scalar functions
//! to 1e-13 of their size, whatever the processor: the wide kernels use the same operations as the portable ones.

mod avx2;
mod kernel;

use crate::{
    error::{Error, Result},
    tower::{LowTemperature, TowerModel},
    units::{Celsius, RelativeHumidity},
    wet_bulb::{Constants, WetBulbModel, wet_bulb},
};

/// Rows that are worked on together, so that intermediate values stay in the cache.
const BLOCK: usize = 1024;

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
    same_length(&[temperature_c.len(), humidity_percent.len(), wet_bulb_c.len()])?;
    let constants = match model {
        WetBulbModel::Stull => Constants::PUBLISHED,
        WetBulbModel::StullRounded => Constants::ROUNDED,
        WetBulbModel::Psychrometric(_) => {
            for ((&t, &rh), out) in temperature_c.iter().zip(humidity_percent).zip(wet_bulb_c.iter_mut()) {
                *out = RelativeHumidity::from_percent(rh)
                    .and_then(|rh| wet_bulb(Celsius(t), rh, model))
                    .map_or(f64::NAN, |tw| tw.0);
            }
            return Ok(invalid(wet_bulb_c));
        }
    };
    let (low, high) = model.range();
    let range_c = (low.0, high.0);
    let blocks =
        temperature_c.chunks(BLOCK).zip(humidity_percent.chunks(BLOCK)).zip(wet_bulb_c.chunks_mut(BLOCK));
    Ok(blocks
        .map(|((t, rh), out)| {
            avx2::stull(&constants, range_c, t, rh, out);
            invalid(out)
        })
        .sum())
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
    same_length(&[wet_bulb_c.len(), wue_l_per_kwh.len()])?;
    let polynomial = model.polynomial();
    // one form for the three policies: clamp at a limit, and replace below another
    let (clamp_f, off_below_f, off) = match *low_temperature {
        LowTemperature::Extrapolate => (f64::NEG_INFINITY, f64::NEG_INFINITY, 0.0),
        LowTemperature::ClampAt(limit) => (limit.0, f64::NEG_INFINITY, 0.0),
        LowTemperature::FreeCooling { below, wue } => (f64::NEG_INFINITY, below.0, wue.get()),
    };
    let policy = kernel::Policy { clamp_f, off_below_f, off };
    let blocks = wet_bulb_c.chunks(BLOCK).zip(wue_l_per_kwh.chunks_mut(BLOCK));
    Ok(blocks
        .map(|(tw, out)| {
            avx2::tower(&polynomial, policy, tw, out);
            invalid(out)
        })
        .sum())
}

fn invalid(values: &[f64]) -> usize {
    values.iter().filter(|value| value.is_nan()).count()
}

fn same_length(lengths: &[usize]) -> Result<()> {
    if lengths.windows(2).all(|pair| pair[0] == pair[1]) {
        Ok(())
    } else {
        Err(Error::Lengths { lengths: lengths.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tower::Polynomial, units::LitersPerKwh};

    /// The wide kernels give the same bits as the portable ones.
    #[test]
    fn wide_and_portable_agree() {
        let rows = 2 * BLOCK + 7;
        let t: Vec<f64> = (0..rows).map(|i| -95.0 + 0.077 * i as f64).collect();
        let rh: Vec<f64> = (0..rows).map(|i| (i * 37 % 1013) as f64 / 10.0).collect();
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let (mut wide, mut portable) = (vec![0.0; rows], vec![0.0; rows]);
        for constants in [Constants::PUBLISHED, Constants::ROUNDED] {
            avx2::stull(&constants, (-90.0, 60.0), &t, &rh, &mut wide);
            kernel::stull(&constants, (-90.0, 60.0), &t, &rh, &mut portable);
            assert_eq!(bits(&wide), bits(&portable));
            assert!(invalid(&wide) > 0 && invalid(&wide) < rows / 2);
        }
        let polynomial =
            Polynomial::new([1.0, -0.02, 3e-4, 1e-6], LitersPerKwh::non_negative(0.9)).expect("finite");
        let policy = kernel::Policy { clamp_f: 20.0, off_below_f: 10.0, off: 0.5 };
        avx2::tower(&polynomial, policy, &t, &mut wide);
        kernel::tower(&polynomial, policy, &t, &mut portable);
        assert_eq!(bits(&wide), bits(&portable));
    }

    /// The rational arctangent against that of the system's library, in all quadrants.
    #[test]
    fn arctangent() {
        let close = |y: f64, x: f64| {
            let ours = kernel::Arctangent::of(y, x).value();
            assert!((ours - y.atan2(x)).abs() <= 9e-16, "{y}, {x}: {ours} against {}", y.atan2(x));
        };
        for i in -40_000..40_000 {
            for x in [1.0, -1.0, 0.31, -7.0] {
                close(f64::from(i) * 0.0037, x);
            }
        }
        for y in [1e-300, -1e-9, 0.66, 2.414_213_562_373_095, 1e9, 1e100] {
            close(y, 1.0);
            close(y, -1.0);
            close(y, 0.0);
        }
        assert!(kernel::Arctangent::of(f64::NAN, 1.0).value().is_nan());
    }
}
