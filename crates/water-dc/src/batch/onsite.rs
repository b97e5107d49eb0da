//! From weather to on-site water use in one pass.

use super::{Air, GroupSums, groups, tower, wet_bulb_of_equal};
use crate::{
    error::Result,
    tower::{LowTemperature, Polynomial, TowerModel},
    wet_bulb::WetBulbModel,
};

/// Rows that are computed at a time: their wet bulbs stay in the fastest cache.
const BLOCK: usize = 512;

/// Wet bulb and on-site water use by N tower models, for columns of any `f64`.
#[derive(Debug, Clone, Copy)]
pub struct Onsite<const N: usize> {
    pub(super) wet_bulb: WetBulbModel,
    pub(super) towers: [TowerModel; N],
    pub(super) low_temperature: LowTemperature,
    polynomials: [Polynomial; N],
}

impl<const N: usize> Onsite<N> {
    /// The choices.
    #[must_use]
    pub fn new(wet_bulb: WetBulbModel, towers: [TowerModel; N], low_temperature: LowTemperature) -> Self {
        let polynomials = towers.map(|tower| tower.polynomial());
        Self { wet_bulb, towers, low_temperature, polynomials }
    }

    /// Adds the rows to the sums of their groups.
    ///
    /// # Errors
    /// [`crate::Error::Lengths`] if the columns differ in length, [`crate::Error::Group`] for a group that the sums
    /// do not have; the sums are then left as they were.
    pub fn add_to(&self, sums: &mut GroupSums<N>, air: &Air<'_>, group: &[u32]) -> Result<()> {
        air.rows(&[group.len()])?;
        sums.check(group)?;
        self.add_checked(sums, air, group);
        Ok(())
    }

    /// Sums of groups over all rows, on several threads. The result does not depend on how many there are.
    ///
    /// ```
    /// use water_dc::{batch::{Air, Onsite}, tower::{LowTemperature, TowerModel}, wet_bulb::WetBulbModel};
    /// let onsite = Onsite::new(WetBulbModel::Stull, [TowerModel::FixedColdWater], LowTemperature::Extrapolate);
    /// let air = Air { temperature_c: &[20.0, 30.0], humidity_percent: &[50.0, 50.0], pressure_pa: None };
    /// let sums = onsite.group_sums(&air, &[0, 0], 1, 2)?;
    /// let [mean] = sums.mean(0).unwrap_or_default();
    /// assert!((mean - 1.3292742).abs() < 1e-7 && sums.valid_rows(0) == 2);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add_to`](Self::add_to).
    pub fn group_sums(
        &self,
        air: &Air<'_>,
        group: &[u32],
        groups: usize,
        threads: usize,
    ) -> Result<GroupSums<N>> {
        let rows = air.rows(&[group.len()])?;
        groups::in_parallel(rows, groups, threads, |range, sums| {
            self.add_to(sums, &air.part(range.clone()), &group[range])
        })
    }

    fn add_checked(&self, sums: &mut GroupSums<N>, air: &Air<'_>, group: &[u32]) {
        let mut wet_bulb_c = [0.0; BLOCK];
        let mut wue = [[0.0; BLOCK]; N];
        for start in (0..group.len()).step_by(BLOCK) {
            let range = start..group.len().min(start + BLOCK);
            let rows = range.len();
            wet_bulb_of_equal(&air.part(range.clone()), &self.wet_bulb, &mut wet_bulb_c[..rows]);
            for (wue, polynomial) in wue.iter_mut().zip(&self.polynomials) {
                tower::rows(&wet_bulb_c[..rows], polynomial, &self.low_temperature, &mut wue[..rows]);
            }
            sums.add_rows(&group[range], |row| std::array::from_fn(|tower| wue[tower][row]));
        }
    }
}
