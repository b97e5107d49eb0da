//! Volcanoes of one or more descriptors.

use crate::constants::{BOLTZMANN_J_K, PLANCK_J_S};
use crate::thermo::{Temperature, finite};
use crate::{Error, Result};

/// What a volcano is drawn over.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// Its name, with unit.
    pub name: String,
    /// Smallest and largest value for which the relations of the volcano were fitted.
    pub fitted: (f64, f64),
}

/// How the barrier of a step follows from its energy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Barrier {
    /// The energy itself, also below zero: the activity is then a limiting potential.
    Energy,
    /// `alpha dE + beta`, but at least `max(0, dE)` (Brønsted, Evans, Polanyi).
    BronstedEvansPolanyi {
        /// Slope.
        alpha: f64,
        /// Barrier of a level step, eV.
        beta_ev: f64,
    },
}

/// A step whose energy is linear in the descriptors.
#[derive(Debug, Clone, PartialEq)]
pub struct VolcanoStep<const D: usize> {
    /// Its name.
    pub name: String,
    /// Energy at descriptors of zero, eV.
    pub offset_ev: f64,
    /// Its slope in each descriptor.
    pub slopes: [f64; D],
    /// Its barrier.
    pub barrier: Barrier,
}

impl<const D: usize> VolcanoStep<D> {
    fn barrier_ev(&self, at: &[f64; D]) -> f64 {
        let energy = self.offset_ev + self.slopes.iter().zip(at).map(|(slope, x)| slope * x).sum::<f64>();
        match self.barrier {
            Barrier::Energy => energy,
            Barrier::BronstedEvansPolanyi { alpha, beta_ev } => {
                (alpha * energy + beta_ev).max(energy).max(0.0)
            }
        }
    }
}

/// Sabatier's analysis: the slowest step, alone, sets the activity.
///
/// ```text
/// activity = kT ln(rate/(kT/h)) = -max_i E_a,i
/// ```
///
/// ```
/// use catalyst_ml::volcano::{Barrier, Descriptor, Volcano, VolcanoStep};
///
/// // adsorption gets easier and desorption harder with the binding energy
/// let barrier = Barrier::BronstedEvansPolanyi { alpha: 0.5, beta_ev: 0.4 };
/// let steps = vec![
///     VolcanoStep { name: "adsorption".into(), offset_ev: 0.2, slopes: [1.0], barrier },
///     VolcanoStep { name: "desorption".into(), offset_ev: -0.2, slopes: [-1.0], barrier },
/// ];
/// let volcano = Volcano::new([Descriptor { name: "E, eV".into(), fitted: (-2.0, 2.0) }], steps)?;
/// let (peak, activity) = volcano.peak();
/// assert!((peak + 0.2).abs() < 1e-12 && (activity.activity_ev + 0.4).abs() < 1e-12);
/// assert!(volcano.at([3.0])?.extrapolated);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Volcano<const D: usize> {
    descriptors: [Descriptor; D],
    steps: Vec<VolcanoStep<D>>,
}

/// The activity at one place of a volcano.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// Minus the largest barrier, eV; for barriers that are energies of one-electron steps, the limiting potential in V.
    pub activity_ev: f64,
    /// The step with the largest barrier, from 0.
    pub limiting_step: usize,
    /// Whether a descriptor lies outside the range of the fitted relations.
    pub extrapolated: bool,
}

impl Activity {
    /// Rate of the slowest step, 1/s a site: `kT/h exp(activity/kT)`.
    #[must_use]
    pub fn rate_per_s(&self, temperature: Temperature) -> f64 {
        let attempts = BOLTZMANN_J_K * temperature.in_kelvin() / PLANCK_J_S;
        attempts * (self.activity_ev / temperature.thermal_ev()).exp()
    }
}

/// A material on a volcano.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<const D: usize> {
    /// Its name.
    pub name: String,
    /// Its descriptors.
    pub at: [f64; D],
    /// Its activity.
    pub activity: Activity,
}

impl<const D: usize> Volcano<D> {
    /// A volcano of these steps.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] without steps; [`Error::Quantity`] for a number that is not finite, a fitted range that is empty,
    /// or a slope of a barrier outside 0 to 1.
    pub fn new(descriptors: [Descriptor; D], steps: Vec<VolcanoStep<D>>) -> Result<Self> {
        if steps.is_empty() {
            return Err(Error::Count { name: "steps of a volcano", rule: "at least 1", count: 0 });
        }
        for Descriptor { fitted: (low, high), .. } in &descriptors {
            finite("lower end of the fitted range", *low)?;
            finite("upper end of the fitted range", *high)?;
            if low >= high {
                let rule = "above the lower end";
                return Err(Error::Quantity { name: "upper end of the fitted range", rule, value: *high });
            }
        }
        for step in &steps {
            finite("energy of a step, eV", step.offset_ev)?;
            for &slope in &step.slopes {
                finite("slope of a step", slope)?;
            }
            if let Barrier::BronstedEvansPolanyi { alpha, beta_ev } = step.barrier {
                finite("barrier of a level step, eV", beta_ev)?;
                if !(0.0..=1.0).contains(&alpha) {
                    return Err(Error::Quantity { name: "slope of a barrier", rule: "0 to 1", value: alpha });
                }
            }
        }
        Ok(Self { descriptors, steps })
    }

    /// Descriptors.
    #[must_use]
    pub fn descriptors(&self) -> &[Descriptor; D] {
        &self.descriptors
    }

    /// Steps.
    #[must_use]
    pub fn steps(&self) -> &[VolcanoStep<D>] {
        &self.steps
    }

    /// Activity at these descriptors.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for one that is not finite.
    pub fn at(&self, descriptors: [f64; D]) -> Result<Activity> {
        for value in descriptors {
            finite("descriptor", value)?;
        }
        Ok(self.evaluate(&descriptors))
    }

    /// Materials on the volcano, the most active first.
    ///
    /// # Errors
    ///
    /// As [`Volcano::at`].
    pub fn place<N: Into<String>>(
        &self,
        materials: impl IntoIterator<Item = (N, [f64; D])>,
    ) -> Result<Vec<Placed<D>>> {
        let place = |(name, at): (N, [f64; D])| Ok(Placed { name: name.into(), at, activity: self.at(at)? });
        let mut placed = materials.into_iter().map(place).collect::<Result<Vec<_>>>()?;
        placed.sort_by(|a, b| b.activity.activity_ev.total_cmp(&a.activity.activity_ev));
        Ok(placed)
    }

    pub(super) fn evaluate(&self, at: &[f64; D]) -> Activity {
        let (mut limiting_step, mut worst) = (0, f64::NEG_INFINITY);
        for (place, step) in self.steps.iter().enumerate() {
            let barrier = step.barrier_ev(at);
            if barrier > worst {
                (limiting_step, worst) = (place, barrier);
            }
        }
        let inside = |(x, d): (&f64, &Descriptor)| (d.fitted.0..=d.fitted.1).contains(x);
        let extrapolated = !at.iter().zip(&self.descriptors).all(inside);
        Activity { activity_ev: 0.0 - worst, limiting_step, extrapolated }
    }
}

impl Volcano<1> {
    /// Activities at evenly spaced descriptors over the fitted range.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for fewer than two or more than a million points.
    pub fn curve(&self, points: usize) -> Result<Vec<(f64, Activity)>> {
        let (low, high) = self.descriptors[0].fitted;
        let along = spaced(low, high, points)?;
        Ok(along.into_iter().map(|x| (x, self.evaluate(&[x]))).collect())
    }

    /// The most active descriptor of the fitted range. Barriers are the largest of straight lines, so it lies where two
    /// of them cross, or at an end.
    #[must_use]
    pub fn peak(&self) -> (f64, Activity) {
        let lines: Vec<(f64, f64)> = self.steps.iter().flat_map(pieces).collect();
        let (low, high) = self.descriptors[0].fitted;
        let crossings = lines.iter().enumerate().flat_map(|(place, (a, b))| {
            lines[..place].iter().map(move |(c, d)| (c - a) / (b - d)).filter(|x| x.is_finite())
        });
        [high].into_iter().chain(crossings.filter(|x| (low..=high).contains(x))).fold(
            (low, self.evaluate(&[low])),
            |best, x| {
                let activity = self.evaluate(&[x]);
                if activity.activity_ev > best.1.activity_ev { (x, activity) } else { best }
            },
        )
    }
}

/// The straight lines, offset and slope, whose largest is the barrier of a step.
fn pieces(step: &VolcanoStep<1>) -> Vec<(f64, f64)> {
    let energy = (step.offset_ev, step.slopes[0]);
    match step.barrier {
        Barrier::Energy => vec![energy],
        Barrier::BronstedEvansPolanyi { alpha, beta_ev } => {
            vec![energy, (0.0, 0.0), (alpha * energy.0 + beta_ev, alpha * energy.1)]
        }
    }
}

/// Evenly spaced numbers, ends included.
pub(super) fn spaced(low: f64, high: f64, points: usize) -> Result<Vec<f64>> {
    if !(2..=1_000_000).contains(&points) {
        let rule = "2 to 1000000";
        return Err(Error::Count { name: "points of a curve", rule, count: points });
    }
    Ok((0..points).map(|k| low + (high - low) * (k as f64 / (points - 1) as f64)).collect())
}
