//! The time from one distance to another.

use super::{EarthMoon, State};
use crate::error::{Error, Result, positive};
use crate::{TidalResponse, Validity, Violation};
use common::quadrature::{Tolerance, adaptive};

/// Most intervals of a track.
const MOST_INTERVALS: usize = 1 << 20;

/// The states between two distances at which a recession is summed, by Simpson's rule over the logarithm of the
/// distance. One track serves any number of responses.
///
/// ```
/// use lava_tides::constants::YEAR_S;
/// use lava_tides::earth_moon::{EarthMoon, Track};
/// use lava_tides::response::ConstantQ;
///
/// let system = EarthMoon::present();
/// let radius = system.earth().radius_m();
/// let track = Track::new(system, 3.5 * radius, 25.0 * radius, 400)?;
/// let years = track.time_s(&ConstantQ::new(0.3, 1.0)?)? / YEAR_S;
/// assert!((years / 4.303473e5 - 1.0).abs() < 2e-7);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    system: EarthMoon,
    nodes: Vec<Node>,
    /// Width of an interval, of ln a.
    step: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    state: State,
    /// `d t/d ln a` times `-Im k₂`, s.
    scale: f64,
}

/// What a recession is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recession {
    /// How long it takes, s.
    pub time_s: f64,
    /// Heat made in the planet, J.
    pub energy_j: f64,
    /// That heat over time and area, W m⁻².
    pub mean_flux_w_m2: f64,
    /// Largest height of the ocean's tide over its depth; zero without an ocean.
    pub largest_amplitude: f64,
    /// Assumptions that do not hold somewhere on the way.
    pub validity: Validity,
}

impl Track {
    /// The track from one distance to another, both in m, in an even number of intervals.
    ///
    /// # Errors
    /// [`Error::InsideRoche`] and [`Error::Quantity`] for a distance that a moon cannot have, [`Error::NotAscending`]
    /// unless the second is larger, [`Error::Count`] for intervals that are odd, none or more than 2^20.
    pub fn new(system: EarthMoon, from_m: f64, to_m: f64, intervals: usize) -> Result<Self> {
        ascending(from_m, to_m)?;
        if intervals == 0 || !intervals.is_multiple_of(2) || intervals > MOST_INTERVALS {
            return Err(Error::Count { name: "intervals", rule: "even, in 2..=2^20", count: intervals });
        }
        let step = (to_m / from_m).ln() / intervals as f64;
        let nodes = (0..=intervals).map(|i| {
            let a = if i == intervals { to_m } else { from_m * (step * i as f64).exp() };
            let state = system.state(a)?;
            let scale = 0.5 * state.orbital_angular_momentum / system.torque_scale_n_m(&state);
            Ok(Node { state, scale })
        });
        Ok(Self { system, nodes: nodes.collect::<Result<_>>()?, step })
    }

    /// The track of the paper's claim, 3.5 to 25 Earth radii of the present system, in 400 intervals.
    ///
    /// # Errors
    /// None that can occur.
    pub fn early_moon() -> Result<Self> {
        let system = EarthMoon::present();
        let radius = system.earth().radius_m();
        Self::new(system, 3.5 * radius, 25.0 * radius, 400)
    }

    /// The system.
    #[must_use]
    pub fn system(&self) -> &EarthMoon {
        &self.system
    }

    /// What the track depends on, as a text.
    pub(super) fn settings(&self) -> String {
        let ends = [self.nodes.first(), self.nodes.last()];
        let [from_m, to_m] = ends.map(|node| node.map_or(f64::NAN, |node| node.state.distance_m));
        format!("{:?}, {from_m} m to {to_m} m in {} intervals", self.system, self.nodes.len() - 1)
    }

    /// Heat that the planet has to take up on the way, J: what spin and orbit lose.
    #[must_use]
    pub fn energy_j(&self) -> f64 {
        match (self.nodes.first(), self.nodes.last()) {
            (Some(first), Some(last)) => {
                self.system.energy_j(&first.state) - self.system.energy_j(&last.state)
            }
            _ => 0.0,
        }
    }

    /// Time for this response, s.
    ///
    /// # Errors
    /// [`Error::WrongDirection`] where the tide does not drive the moon outwards, [`Error::UndefinedResponse`] where
    /// the response has no value.
    pub fn time_s<R: TidalResponse + ?Sized>(&self, response: &R) -> Result<f64> {
        let last = self.nodes.len() - 1;
        let mut sum = 0.0;
        for (place, node) in self.nodes.iter().enumerate() {
            let weight = match place {
                0 => 1.0,
                _ if place == last => 1.0,
                _ if place % 2 == 1 => 4.0,
                _ => 2.0,
            };
            sum += weight * self.pace(node, response)?;
        }
        Ok(sum * self.step / 3.0)
    }

    /// Time (s) and distance (m) along the track, at every second node.
    ///
    /// # Errors
    /// As [`Track::time_s`].
    pub fn curve<R: TidalResponse + ?Sized>(&self, response: &R) -> Result<Vec<(f64, f64)>> {
        let pace = self.nodes.iter().map(|node| self.pace(node, response)).collect::<Result<Vec<f64>>>()?;
        let mut time = 0.0;
        let mut curve = Vec::with_capacity(pace.len() / 2 + 1);
        for (place, node) in self.nodes.iter().enumerate().step_by(2) {
            if place > 0 {
                time += (pace[place - 2] + 4.0 * pace[place - 1] + pace[place]) * self.step / 3.0;
            }
            curve.push((time, node.state.distance_m));
        }
        Ok(curve)
    }

    /// Time, heat, amplitude and validity for this response.
    ///
    /// # Errors
    /// As [`Track::time_s`].
    pub fn recession<R: TidalResponse + ?Sized>(&self, response: &R) -> Result<Recession> {
        let time_s = self.time_s(response)?;
        let (mut validity, mut largest) = (Validity::default(), 0.0f64);
        for Node { state, .. } in &self.nodes {
            validity |= response.validity(state.spin_rad_s);
            if let Some(depth) = response.ocean_depth_m() {
                let rise = response.ocean_elevation(state.forcing()).norm();
                largest = largest.max(rise * self.system.equilibrium_tide_m(state) / depth);
            }
        }
        let energy_j = self.energy_j();
        Ok(Recession {
            time_s,
            energy_j,
            mean_flux_w_m2: energy_j / time_s / self.system.earth().area_m2(),
            largest_amplitude: largest,
            validity: validity.with(Violation::LargeAmplitude, largest > 0.3),
        })
    }

    /// Time where the tide is held back to what the surface can radiate, `P <= 4 π R² F` with the flux `F` in W m⁻²
    /// ("tethered" Moon: Zahnle et al. 2015), s. Where a response would heat more, it is taken to weaken until it
    /// does not.
    ///
    /// # Errors
    /// As [`Track::time_s`], and [`Error::Quantity`] unless the flux is finite and positive.
    pub fn tethered_time_s<R: TidalResponse + ?Sized>(&self, response: &R, flux_w_m2: f64) -> Result<f64> {
        let most_w = positive("outgoing flux, W/m²", flux_w_m2)? * self.system.earth().area_m2();
        let mut sum = 0.0;
        for pair in self.nodes.windows(3).step_by(2) {
            let [a, b, c] = pair else { continue };
            let pace = |node: &Node| {
                let heat_per_pace = 0.25 * node.state.orbital_angular_momentum * node.state.frequency_rad_s;
                Ok(self.pace(node, response)?.max(heat_per_pace / most_w))
            };
            sum += pace(a)? + 4.0 * pace(b)? + pace(c)?;
        }
        Ok(sum * self.step / 3.0)
    }

    /// `d t/d ln a`, s.
    #[inline]
    fn pace<R: TidalResponse + ?Sized>(&self, node: &Node, response: &R) -> Result<f64> {
        let loss = -response.k2(node.state.forcing()).im;
        if loss > 0.0 && loss.is_finite() {
            return Ok(node.scale / loss);
        }
        Err(self.no_pace(&node.state, loss))
    }

    #[cold]
    fn no_pace(&self, state: &State, loss: f64) -> Error {
        if !loss.is_finite() {
            return Error::UndefinedResponse { frequency_rad_s: state.frequency_rad_s };
        }
        let ends = [self.nodes.first(), self.nodes.last()];
        let [from_m, to_m] = ends.map(|node| node.map_or(f64::NAN, |node| node.state.distance_m));
        let torque_n_m = -loss * self.system.torque_scale_n_m(state);
        Error::WrongDirection { from_m, to_m, at_m: state.distance_m, torque_n_m }
    }
}

/// Time from one distance to another (m) by adaptive quadrature to a relative tolerance, s: for responses with features
/// finer than the intervals of a [`Track`], such as a resonance under little drag.
///
/// # Errors
/// As [`Track::new`] and [`Track::time_s`]; [`Error::Quadrature`] if the tolerance is not met within 10 000 intervals.
pub fn recession_time_s<R: TidalResponse + ?Sized>(
    system: &EarthMoon,
    response: &R,
    from_m: f64,
    to_m: f64,
    relative_tolerance: f64,
) -> Result<f64> {
    // Two intervals: their nodes carry the checks of both ends.
    let ends = Track::new(*system, from_m, to_m, 2)?;
    ends.time_s(response)?;
    let mut failure = None;
    let integrand = |x: f64| {
        let pace = system.state(x.exp().clamp(from_m, to_m)).and_then(|state| {
            let scale = 0.5 * state.orbital_angular_momentum / system.torque_scale_n_m(&state);
            ends.pace(&Node { state, scale }, response)
        });
        pace.unwrap_or_else(|error| {
            failure.get_or_insert(error);
            f64::NAN
        })
    };
    let tolerance =
        Tolerance { absolute: 0.0, relative: positive("relative tolerance", relative_tolerance)? };
    let integral = adaptive(integrand, from_m.ln(), to_m.ln(), tolerance, 10_000);
    match (integral, failure) {
        (_, Some(error)) => Err(error),
        (Ok(integral), None) => Ok(integral.value),
        (Err(source), None) => Err(Error::Quadrature { what: "recession time", source }),
    }
}

/// Two distances in ascending order.
pub(super) fn ascending(from_m: f64, to_m: f64) -> Result<()> {
    positive("distance, m", from_m)?;
    positive("distance, m", to_m)?;
    if from_m < to_m {
        return Ok(());
    }
    Err(Error::NotAscending { name: "distances of the moon, m", place: 1, before: from_m, after: to_m })
}
