//! The uncertain footprint.

use super::{
    polynomial::{Term, value, variances},
    range::{Range, Shape},
};
use crate::{
    error::{Error, Result},
    fuel::{FuelMix, WaterFactors},
    units::{ItEnergy, LitersPerKwh, LossRate, Pue},
};
use common::{rng::Streams, stats::quantile};
use rand::RngExt as _;

/// What the ranges of the factor sets in the tables are.
pub const FACTOR_SPREAD: &str = "spread over the four published factor sets, not a confidence interval";

/// A footprint with ranges for its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainFootprint {
    /// Server energy E.
    pub energy: Range<ItEnergy>,
    /// `γ_on`, without leakage.
    pub onsite: Range<LitersPerKwh>,
    /// Additive leakage ℓ.
    pub leakage: Range<LossRate>,
    /// Power usage effectiveness ρ.
    pub pue: Range<Pue>,
    /// The mix, taken as certain.
    pub mix: FuelMix,
    /// Water factors with their ranges.
    pub factors: WaterFactors,
    /// What the ranges of the factors are: [`FACTOR_SPREAD`] for the sets of the tables.
    pub factor_label: String,
}

/// How the inputs are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Distribution of every input over its range; the inputs are independent.
    pub shape: Shape,
    /// Number of samples, 1..=[`Self::MAX_SAMPLES`].
    pub samples: usize,
}

/// The footprint's spread, in litres.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Uncertainty {
    /// Every input at its value.
    pub value_l: f64,
    /// Every input at its lower end: the least the footprint can be.
    pub low_l: f64,
    /// Every input at its upper end: the most the footprint can be.
    pub high_l: f64,
    /// Mean, exact for the shape.
    pub mean_l: f64,
    /// Standard deviation, exact for the shape.
    pub standard_deviation_l: f64,
    /// Quantile at 2.5 %, sampled.
    pub p2_5_l: f64,
    /// Median, sampled.
    pub median_l: f64,
    /// Quantile at 97.5 %, sampled.
    pub p97_5_l: f64,
    /// The inputs, greatest contribution first.
    pub contributions: Vec<Contribution>,
}

/// An input, its range, and its part in the variance.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contribution {
    /// Name of the input, with its unit.
    pub input: String,
    /// What its range is.
    pub label: String,
    /// Lower end.
    pub low: f64,
    /// Value.
    pub value: f64,
    /// Upper end.
    pub high: f64,
    /// First-order Sobol' index, exact: share of the variance that goes if this input alone were known. All of them
    /// together are at most 1; what is missing is interaction.
    pub first_order: f64,
    /// Total Sobol' index, exact: share of the variance in which this input takes part.
    pub total: f64,
}

impl Sampling {
    /// Most samples.
    pub const MAX_SAMPLES: usize = 10_000_000;
}

/// An input of the polynomial.
struct Input {
    name: String,
    label: String,
    numbers: [f64; 3],
}

impl UncertainFootprint {
    /// Interval, moments, quantiles and ranking. The same streams give the same numbers.
    ///
    /// # Errors
    /// [`Error::NoFactor`] if the factor set covers none of the mix's fuels, [`Error::Samples`] for a number of samples
    /// outside 1..=[`Sampling::MAX_SAMPLES`], [`Error::Quantity`] if the footprint overflows.
    pub fn propagate(&self, sampling: Sampling, streams: Streams) -> Result<Uncertainty> {
        if !(1..=Sampling::MAX_SAMPLES).contains(&sampling.samples) {
            return Err(Error::Samples { samples: sampling.samples, most: Sampling::MAX_SAMPLES });
        }
        let (inputs, terms) = self.polynomial()?;
        let (means, input_variances): (Vec<f64>, Vec<f64>) =
            inputs.iter().map(|input| sampling.shape.moments(input.numbers)).unzip();
        let parts = variances(&terms, &means, &input_variances);
        let [low_l, value_l, high_l] = [0, 1, 2]
            .map(|end| value(&terms, &inputs.iter().map(|input| input.numbers[end]).collect::<Vec<f64>>()));
        if !(high_l.is_finite() && parts.total.is_finite()) {
            return Err(Error::Quantity { quantity: "water in L", rule: "finite", value: high_l });
        }
        let samples = sample(&inputs, &terms, sampling, streams);
        // samples are finite and not empty, so that the quantiles exist
        let at = |p: f64| quantile(&samples, p).unwrap_or(f64::NAN);
        let share = |part: f64| if parts.total > 0.0 { part / parts.total } else { 0.0 };
        let mut contributions: Vec<Contribution> = inputs
            .into_iter()
            .enumerate()
            .map(|(i, Input { name, label, numbers: [low, value, high] })| Contribution {
                input: name,
                label,
                low,
                value,
                high,
                first_order: share(parts.first[i]),
                total: share(parts.with_interactions[i]),
            })
            .collect();
        contributions.sort_by(|a, b| b.first_order.total_cmp(&a.first_order));
        Ok(Uncertainty {
            value_l,
            low_l,
            high_l,
            mean_l: value(&terms, &means),
            standard_deviation_l: parts.total.sqrt(),
            p2_5_l: at(0.025),
            median_l: at(0.5),
            p97_5_l: at(0.975),
            contributions,
        })
    }

    /// The inputs, and the footprint as a polynomial of them.
    fn polynomial(&self) -> Result<(Vec<Input>, Vec<Term>)> {
        const ENERGY: usize = 0;
        const ONSITE: usize = 1;
        const LEAKAGE: usize = 2;
        const PUE: usize = 3;
        let mut inputs = vec![
            input("server energy in kWh", &self.energy),
            input("on-site water use in L/kWh", &self.onsite),
            input("leakage as a fraction", &self.leakage),
            input("PUE", &self.pue),
        ];
        let mut terms = vec![
            Term { coefficient: 1.0, variables: vec![ENERGY, ONSITE] },
            Term { coefficient: 1.0, variables: vec![ENERGY, ONSITE, LEAKAGE] },
        ];
        let covered = self.factors.coverage(&self.mix);
        if covered <= 0.0 {
            return Err(Error::NoFactor { factors: self.factors.name().to_owned() });
        }
        for (fuel, share) in self.mix.fuels() {
            if let Some(factor) = self.factors.get(fuel) {
                terms.push(Term { coefficient: share / covered, variables: vec![ENERGY, PUE, inputs.len()] });
                inputs.push(Input {
                    name: format!("water factor of {fuel} in L/kWh"),
                    label: self.factor_label.clone(),
                    numbers: [factor.low.get(), factor.value.get(), factor.high.get()],
                });
            }
        }
        Ok((inputs, terms))
    }
}

fn input<T: Copy + PartialOrd + Into<f64>>(name: &str, range: &Range<T>) -> Input {
    Input { name: name.to_owned(), label: range.label().to_owned(), numbers: range.numbers() }
}

/// Sampled footprints. Each input has a stream of its own, so that an input more shifts no other.
fn sample(inputs: &[Input], terms: &[Term], sampling: Sampling, streams: Streams) -> Vec<f64> {
    let mut rngs: Vec<_> =
        inputs.iter().map(|input| streams.stream(&format!("uncertainty/{}", input.name))).collect();
    let mut point = vec![0.0; inputs.len()];
    (0..sampling.samples)
        .map(|_| {
            for ((at, input), rng) in point.iter_mut().zip(inputs).zip(&mut rngs) {
                *at = sampling.shape.quantile(rng.random(), input.numbers);
            }
            value(terms, &point)
        })
        .collect()
}
