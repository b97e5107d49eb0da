//! Lookup table for quantised weather.

use super::{GroupSums, Onsite, equal_lengths, groups};
use crate::{
    error::Result,
    tower::onsite_wue,
    units::{Celsius, RelativeHumidity},
    wet_bulb::wet_bulb,
};

/// Tenths of a degree that the table covers: -90.0..=60.0 °C, what weather may be.
const COLDEST: i16 = -900;
const HOTTEST: i16 = 600;
const HUMIDITIES: usize = 101;

/// N quantities, such as the on-site water use of N towers, for every temperature of -90.0..=60.0 °C in tenths and
/// every whole percent of humidity: what the scalar functions give, bit by bit. 151 601 cells, 1.2 MB a quantity, of
/// which any one climate uses a part that fits the cache.
///
/// ```
/// use water_dc::{batch::{Onsite, Table}, tower::{LowTemperature, TowerModel}, wet_bulb::WetBulbModel};
/// let towers = [TowerModel::FixedApproach, TowerModel::FixedColdWater];
/// let table = Table::new(&Onsite::new(WetBulbModel::StullRounded, towers, LowTemperature::Extrapolate));
/// let [approach, cold_water] = table.at(167, 53);      // 16.7 °C, 53 %: first hour of the published Nairobi file
/// assert!((approach - 1.5431423804689324).abs() < 1e-15 && (cold_water - 1.1793284968076445).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct Table<const N: usize> {
    cells: Vec<[f64; N]>,
}

impl<const N: usize> Table<N> {
    /// Water use by N tower models, computed by the scalar functions: 10 ms for Stull's fit, 100 ms for the
    /// psychrometric model.
    #[must_use]
    pub fn new(onsite: &Onsite<N>) -> Self {
        Self::tabulate(|temperature, humidity| {
            let tw = wet_bulb(temperature, humidity, &onsite.wet_bulb)?.to_fahrenheit();
            let mut wue = [0.0; N];
            for (wue, tower) in wue.iter_mut().zip(&onsite.towers) {
                *wue = onsite_wue(tw, tower, &onsite.low_temperature)?.get();
            }
            Ok(wue)
        })
    }

    /// Any function of temperature and humidity, such as the wet bulb itself. NaN where it is an error.
    #[must_use]
    pub fn tabulate(function: impl Fn(Celsius, RelativeHumidity) -> Result<[f64; N]>) -> Self {
        let cell = |tenths: i16, percent: u8| {
            let humidity = RelativeHumidity::from_percent(f64::from(percent))?;
            function(Celsius(f64::from(tenths) / 10.0), humidity)
        };
        let rows = (COLDEST..=HOTTEST).flat_map(|tenths| (0..=100).map(move |percent| (tenths, percent)));
        let mut cells: Vec<_> =
            rows.map(|(tenths, percent)| cell(tenths, percent).unwrap_or([f64::NAN; N])).collect();
        cells.push([f64::NAN; N]); // where invalid rows look
        Self { cells }
    }

    /// The quantities at a temperature in tenths of a degree Celsius and a whole percentage; NaN outside
    /// -900..=600 and 0..=100.
    #[inline]
    #[must_use]
    pub fn at(&self, tenths_c: i16, percent: u8) -> [f64; N] {
        // a wrapped difference is larger than any valid one
        let row = tenths_c.wrapping_sub(COLDEST).cast_unsigned();
        let valid = (row <= (HOTTEST - COLDEST).cast_unsigned()) & (percent <= 100);
        let index = usize::from(row) * HUMIDITIES + usize::from(percent);
        self.cells[if valid { index } else { self.cells.len() - 1 }]
    }

    /// The quantities of each row.
    ///
    /// # Errors
    /// [`crate::Error::Lengths`] if the slices differ in length.
    pub fn rows(&self, tenths_c: &[i16], percent: &[u8], out: [&mut [f64]; N]) -> Result<()> {
        let lengths = [tenths_c.len(), percent.len()];
        equal_lengths(&lengths.into_iter().chain(out.iter().map(|out| out.len())).collect::<Vec<_>>())?;
        let mut out = out;
        for (row, (&tenths, &percent)) in tenths_c.iter().zip(percent).enumerate() {
            for (out, value) in out.iter_mut().zip(self.at(tenths, percent)) {
                out[row] = value;
            }
        }
        Ok(())
    }

    /// Adds the rows to the sums of their groups.
    ///
    /// # Errors
    /// [`crate::Error::Lengths`] if the columns differ in length, [`crate::Error::Group`] for a group that the sums
    /// do not have; the sums are then left as they were.
    pub fn add_to(
        &self,
        sums: &mut GroupSums<N>,
        tenths_c: &[i16],
        percent: &[u8],
        group: &[u32],
    ) -> Result<()> {
        equal_lengths(&[tenths_c.len(), percent.len(), group.len()])?;
        sums.check(group)?;
        sums.add_rows(group, |row| self.at(tenths_c[row], percent[row]));
        Ok(())
    }

    /// Sums of groups over all rows, on several threads. The result does not depend on how many there are.
    ///
    /// # Errors
    /// As [`add_to`](Self::add_to).
    pub fn group_sums(
        &self,
        tenths_c: &[i16],
        percent: &[u8],
        group: &[u32],
        groups: usize,
        threads: usize,
    ) -> Result<GroupSums<N>> {
        equal_lengths(&[tenths_c.len(), percent.len(), group.len()])?;
        groups::in_parallel(group.len(), groups, threads, |range, sums| {
            self.add_to(sums, &tenths_c[range.clone()], &percent[range.clone()], &group[range])
        })
    }
}

/// Temperature in °C as the nearest tenth and humidity as the nearest whole percentage, ties to even, for [`Table`].
/// A row that [`Table`] cannot hold becomes one for which it is NaN. Returns how many of those there are.
///
/// ```
/// use water_dc::batch::quantize;
/// let (mut tenths, mut percent) = ([0; 2], [0; 2]);
/// let invalid = quantize(&[20.25, -300.0], &[49.5, 50.0], &mut tenths, &mut percent)?;
/// assert_eq!((tenths[0], percent[0], invalid), (202, 50, 1));
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::Lengths`] if the slices differ in length.
pub fn quantize(
    temperature_c: &[f64],
    humidity_percent: &[f64],
    tenths_c: &mut [i16],
    percent: &mut [u8],
) -> Result<usize> {
    equal_lengths(&[temperature_c.len(), humidity_percent.len(), tenths_c.len(), percent.len()])?;
    let mut invalid = 0;
    let rows = temperature_c.iter().zip(humidity_percent).zip(tenths_c).zip(percent);
    for (((&t, &rh), tenths), percent) in rows {
        let (t, rh) = ((10.0 * t).round_ties_even(), rh.round_ties_even());
        let valid = (f64::from(COLDEST)..=f64::from(HOTTEST)).contains(&t) && (0.0..=100.0).contains(&rh);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside the range of the type"
        )]
        let row = if valid { (t as i16, rh as u8) } else { (i16::MIN, u8::MAX) };
        (*tenths, *percent) = row;
        invalid += usize::from(!valid);
    }
    Ok(invalid)
}
