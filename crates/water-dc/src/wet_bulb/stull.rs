//! Stull's fit.

/// The six constants of the fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    pub(crate) slope: f64,
    pub(crate) offset: f64,
    pub(crate) shift: f64,
    pub(crate) weight: f64,
    pub(crate) rate: f64,
    pub(crate) base: f64,
}

impl Constants {
    /// As published in 2011.
    pub(crate) const PUBLISHED: Self = Self {
        slope: 0.151977,
        offset: 8.313659,
        shift: 1.676331,
        weight: 0.00391838,
        rate: 0.023101,
        base: 4.686035,
    };
    /// As in the published data set: its 8784 hours of Nairobi agree to 2e-14 °F.
    pub(crate) const ROUNDED: Self =
        Self { slope: 0.152, offset: 8.3136, shift: 1.6763, weight: 0.00391838, rate: 0.0231, base: 4.686 };
}

/// Wet-bulb temperature in °C from °C and percent.
pub(super) fn stull(c: &Constants, t: f64, rh: f64) -> f64 {
    t * (c.slope * (rh + c.offset).sqrt()).atan() + (t + rh).atan() - (rh - c.shift).atan()
        + c.weight * (rh * rh.sqrt()) * (c.rate * rh).atan()
        - c.base
}
