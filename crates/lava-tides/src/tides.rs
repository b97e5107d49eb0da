//! What the tide does: heat, torque, and the rates of orbit and spin.

use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result, finite};
use crate::hansen::HansenTable;
use crate::response::{Forcing, Order, TidalResponse};
use crate::{Body, Orbit, Validity, Violation};
use num_complex::Complex64;

/// Which terms of the tide are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TideTerms {
    /// All of them.
    #[default]
    All,
    /// Only `m = 2`, as public ports of the paper do: for a synchronous planet on a nearly circular orbit this misses
    /// 3/28 of the heat.
    SectoralOnly,
}

/// One term of the tide. In every one, spin times torque plus the work on the orbit plus the heat is zero.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TidalMode {
    /// Azimuthal order `m`.
    pub order: Order,
    /// Harmonic `k` of the orbit.
    pub k: i32,
    /// Frequency `m Ω - k n`, rad/s.
    pub frequency_rad_s: f64,
    /// Love number there.
    pub k2: Complex64,
    /// Heat, W.
    pub power_w: f64,
    /// Torque on the body, N m.
    pub torque_n_m: f64,
    /// Power put into the orbit, W.
    pub orbital_power_w: f64,
}

/// Heat, torque and rates of change that the tide in one body gives rise to.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TidalState {
    /// Heat, W; not negative.
    pub power_w: f64,
    /// Torque on the body, N m.
    pub torque_n_m: f64,
    /// Power put into the orbit, W.
    pub orbital_power_w: f64,
    /// Rate of the semi-major axis, m/s.
    pub semi_major_axis_rate_m_s: f64,
    /// Rate of the eccentricity, s⁻¹; zero on a circular orbit.
    pub eccentricity_rate_per_s: f64,
    /// Rate of the squared eccentricity, s⁻¹.
    pub squared_eccentricity_rate_per_s: f64,
    /// Rate of the spin, rad/s².
    pub spin_rate_rad_s2: f64,
    /// Largest height that the ocean's waves can reach, m: the sum over all terms faster than a thousandth of the
    /// orbit; slower ones are a change of shape. Zero without an ocean.
    pub wave_height_m: f64,
    /// The terms.
    pub modes: Vec<TidalMode>,
    /// Assumptions that do not hold.
    pub validity: Validity,
}

/// The tide that the perturber of `orbit` raises in `body`, which spins at `spin_rad_s` and answers by `response`.
///
/// ```text
/// A_{2,k} = (3/4) K (X_k^{-3,2})² Im k₂(2 Ω - k n),   all k
/// A_{0,k} = (1/2) K (X_k^{-3,0})² Im k₂(-k n),        k >= 1,     K = G M_p² R⁵/a⁶
///
/// heat     = -sum A (m Ω - k n)          power into the orbit = -sum k n A
/// torque   =  sum m A                    M_r n a² de²/dt = 2 (1-e²) sum A (m/√(1-e²) - k)
/// ```
///
/// (the paper's Eq. 30, 32 and 33 as public ports have them, with `m = 0` added; derived here). The sum for `e²` has
/// no cancellation at small `e`.
///
/// ```
/// use lava_tides::response::ConstantTimeLag;
/// use lava_tides::{Body, Orbit, TideTerms, constants, tidal_state};
///
/// // An Earth at 0.05 au that keeps one face to the Sun on average, by Hut's closed form.
/// let earth = Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.33)?;
/// let orbit = Orbit::new(&earth, constants::SUN_MASS_KG, 0.05 * constants::ASTRONOMICAL_UNIT_M, 0.1)?;
/// let lag = ConstantTimeLag::new(0.3, 638.0)?;
/// let state = tidal_state(&orbit, &earth, orbit.mean_motion_rad_s(), &lag, TideTerms::All)?;
/// assert!((state.power_w / 1.2019956348e17 - 1.0).abs() < 1e-9);
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsideRoche`] where the body would be torn apart, [`Error::Quantity`] for a spin that is not finite,
/// [`Error::UndefinedResponse`] where the response has no value, [`Error::NoConvergence`] for eccentricities above
/// 0.99 or so.
pub fn tidal_state(
    orbit: &Orbit,
    body: &Body,
    spin_rad_s: f64,
    response: &dyn TidalResponse,
    terms: TideTerms,
) -> Result<TidalState> {
    orbit.check_disruption(body)?;
    let table = HansenTable::new(orbit.eccentricity())?;
    let tide = Tide { orbit, body, response, terms };
    let mut modes = Vec::with_capacity(table.sectoral_terms().count() + table.zonal_terms().count());
    let mut wave_height_m = 0.0;
    let equilibrium = G * orbit.perturber_mass_kg() * body.radius_m().powi(2)
        / (orbit.semi_major_axis_m().powi(3) * body.gravity_m_s2());
    let answer = |forcing| response.k2_and_elevation(forcing);
    let sums = tide.sums(&table, spin_rad_s, answer, |mode, coefficient, height| {
        if mode.frequency_rad_s.abs() > 1e-3 * orbit.mean_motion_rad_s() {
            // The largest value of |U| over the sphere: 3/4 on the equator, 1 at the poles.
            let largest = if mode.order == Order::Sectoral { 0.75 } else { 1.0 };
            wave_height_m += largest * equilibrium * coefficient.abs() * height.norm();
        }
        modes.push(mode);
    })?;
    let large = response.ocean_depth_m().is_some_and(|depth| wave_height_m > 0.3 * depth);
    let e = orbit.eccentricity();
    let squared_rate = sums.squared_eccentricity_rate(orbit);
    Ok(TidalState {
        power_w: sums.power,
        torque_n_m: sums.torque,
        orbital_power_w: sums.orbital_power,
        semi_major_axis_rate_m_s: sums.semi_major_axis_rate(orbit),
        eccentricity_rate_per_s: if e > 0.0 { squared_rate / (2.0 * e) } else { 0.0 },
        squared_eccentricity_rate_per_s: squared_rate,
        spin_rate_rad_s2: sums.torque / body.moment_of_inertia_kg_m2(),
        wave_height_m,
        modes,
        validity: response.validity(spin_rad_s).with(Violation::LargeAmplitude, large),
    })
}

/// A body, its orbit and its response.
pub(crate) struct Tide<'a> {
    pub(crate) orbit: &'a Orbit,
    pub(crate) body: &'a Body,
    pub(crate) response: &'a dyn TidalResponse,
    pub(crate) terms: TideTerms,
}

/// Sums over the terms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TideSums {
    pub(crate) power: f64,
    pub(crate) torque: f64,
    pub(crate) orbital_power: f64,
    /// `sum A (m/√(1-e²) - k)`, N m.
    shaping: f64,
}

impl TideSums {
    pub(crate) fn semi_major_axis_rate(&self, orbit: &Orbit) -> f64 {
        // dE = M_r n² a da/2
        let stiffness = orbit.circular_angular_momentum_kg_m2_s() * orbit.mean_motion_rad_s();
        2.0 * orbit.semi_major_axis_m() * self.orbital_power / stiffness
    }

    pub(crate) fn squared_eccentricity_rate(&self, orbit: &Orbit) -> f64 {
        let e2 = orbit.eccentricity().powi(2);
        2.0 * (1.0 - e2) * self.shaping / orbit.circular_angular_momentum_kg_m2_s()
    }
}

impl Tide<'_> {
    /// The sums alone.
    pub(crate) fn totals(&self, table: &HansenTable, spin_rad_s: f64) -> Result<TideSums> {
        self.sums(table, spin_rad_s, |forcing| (self.response.k2(forcing), ()), |_, _, ()| ())
    }

    /// Sums the terms. `answer` gives the Love number and whatever else comes with it, which is shown to `each` with
    /// the term and its Hansen coefficient.
    fn sums<X>(
        &self,
        table: &HansenTable,
        spin_rad_s: f64,
        answer: impl Fn(Forcing) -> (Complex64, X),
        mut each: impl FnMut(TidalMode, f64, X),
    ) -> Result<TideSums> {
        finite("spin, rad/s", spin_rad_s)?;
        let n = self.orbit.mean_motion_rad_s();
        let scale = self.scale();
        let e2 = self.orbit.eccentricity().powi(2);
        let root = (1.0 - e2).sqrt();
        // 2/√(1-e²) - 2, without cancellation.
        let beyond_circular = 2.0 * e2 / (root * (1.0 + root));
        let mut sums = TideSums::default();
        let mut add = |order: Order, k: i32, coefficient: f64, weight: f64, shape: f64| {
            let (m, harmonic) = (f64::from(order.m()), f64::from(k));
            let frequency_rad_s = m * spin_rad_s - harmonic * n;
            let (k2, other) = answer(Forcing { frequency_rad_s, spin_rad_s, order });
            if !(k2.re.is_finite() && k2.im.is_finite()) {
                return Err(Error::UndefinedResponse { frequency_rad_s });
            }
            let a = weight * scale * coefficient * coefficient * k2.im;
            let mode = TidalMode {
                order,
                k,
                frequency_rad_s,
                k2,
                power_w: -a * frequency_rad_s,
                torque_n_m: m * a,
                orbital_power_w: -harmonic * n * a,
            };
            sums.power += mode.power_w;
            sums.torque += mode.torque_n_m;
            sums.orbital_power += mode.orbital_power_w;
            sums.shaping += a * shape;
            each(mode, coefficient, other);
            Ok(())
        };
        for (k, coefficient) in table.sectoral_terms() {
            add(Order::Sectoral, k, coefficient, 0.75, beyond_circular + f64::from(2 - k))?;
        }
        if self.terms == TideTerms::All {
            for (k, coefficient) in table.zonal_terms() {
                add(Order::Zonal, k, coefficient, 0.5, -f64::from(k))?;
            }
        }
        Ok(sums)
    }

    /// `K = G M_p² R⁵/a⁶`, J.
    pub(crate) fn scale(&self) -> f64 {
        let ratio = self.body.radius_m() / self.orbit.semi_major_axis_m();
        G * self.orbit.perturber_mass_kg().powi(2) / self.orbit.semi_major_axis_m() * ratio.powi(5)
    }
}
