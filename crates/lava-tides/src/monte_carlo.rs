//! Error bars of a planet carried through to its surface.

use crate::archive::{Eccentricity, PlanetRecord, Quantity};
use crate::error::{Error, Result, eccentricity};
use crate::surface::{Surface, synchronous_budget};
use crate::{Planet, TidalResponse, TideTerms, Validity};
use common::rng::Streams;
use common::stats::quantile;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// What is drawn, and how often.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Draws {
    /// Number of draws, at least 1.
    pub count: usize,
    /// Seed.
    pub seed: u64,
    /// Whether the errors of the star are drawn too; a table without them is then an error.
    pub star: bool,
    /// An eccentricity that stands for the one of the table; without it the measured one is drawn, and a planet without
    /// a measured one is on a circle.
    pub eccentricity: Option<f64>,
}

/// Median and the ends of the central 68 %.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Spread {
    /// 16th percentile.
    pub low: f64,
    /// Median.
    pub median: f64,
    /// 84th percentile.
    pub high: f64,
}

/// The budget of a surface with its errors.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BudgetSpread {
    /// Heat of the tide, W m⁻².
    pub tidal_w_m2: Spread,
    /// Light absorbed, W m⁻².
    pub absorbed_w_m2: Spread,
    /// Temperature, K.
    pub temperature_k: Spread,
    /// Part of the draws in which the tide exceeds the light absorbed.
    pub tide_exceeds_light: f64,
    /// Assumptions that do not hold in any of the draws.
    pub validity: Validity,
}

/// The budget of a synchronous planet over draws of its radius, mass and measured eccentricity, and of its star if
/// wanted: normal on either side of the value, cut at zero. `response` makes the response of a drawn planet.
///
/// # Errors
/// [`Error::MissingValue`] for an error bar that is wanted and not in the table, [`Error::MassNotMeasured`],
/// [`Error::Count`] for no draws or more than ten million; those of [`synchronous_budget`] and of `response`.
pub fn budget_spread<R: TidalResponse, E: From<Error>>(
    record: &PlanetRecord,
    draws: &Draws,
    response: impl Fn(&Planet) -> std::result::Result<R, E>,
    terms: TideTerms,
    surface: &Surface,
) -> std::result::Result<BudgetSpread, E> {
    const MOST: usize = 10_000_000;
    if !(1..=MOST).contains(&draws.count) {
        return Err(Error::Count { name: "draws", rule: "in 1..=10000000", count: draws.count }.into());
    }
    let source = Source::new(record, draws)?;
    let mut rng = Streams::new(draws.seed).stream(&record.name);
    let [mut tidal, mut absorbed, mut temperature] = [const { Vec::new() }; 3];
    let (mut exceeding, mut validity) = (0_usize, Validity::default());
    for _ in 0..draws.count {
        let planet = source.draw(record, &mut rng)?;
        let budget = synchronous_budget(&planet, &response(&planet)?, terms, surface)?;
        tidal.push(budget.tidal_w_m2);
        absorbed.push(budget.absorbed_w_m2);
        temperature.push(budget.temperature_k);
        exceeding += usize::from(budget.flux_ratio() > 1.0);
        validity |= budget.validity;
    }
    Ok(BudgetSpread {
        tidal_w_m2: Spread::of(&tidal),
        absorbed_w_m2: Spread::of(&absorbed),
        temperature_k: Spread::of(&temperature),
        tide_exceeds_light: exceeding as f64 / draws.count as f64,
        validity,
    })
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let at = |p| quantile(values, p).unwrap_or(f64::NAN);
        // One standard deviation of a normal distribution on either side.
        Self { low: at(0.158_655), median: at(0.5), high: at(0.841_345) }
    }
}

/// A quantity as it is drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    value: f64,
    up: f64,
    down: f64,
    /// Values from here on are drawn again.
    below: f64,
}

impl Drawn {
    fn fixed(value: f64) -> Self {
        Self { value, up: 0.0, down: 0.0, below: f64::INFINITY }
    }

    fn draw(&self, rng: &mut impl Rng) -> f64 {
        if self.up == 0.0 && self.down == 0.0 {
            return self.value;
        }
        // A value within a few errors of zero is drawn again some times; one that never comes out stays as it is.
        for _ in 0..1000 {
            let z: f64 = StandardNormal.sample(rng);
            let value = self.value + z * if z > 0.0 { self.up } else { self.down };
            if value > 0.0 && value < self.below {
                return value;
            }
        }
        self.value
    }
}

/// All that is drawn for one planet: mass, radius, eccentricity; mass, radius, temperature of its star.
struct Source {
    planet: [Drawn; 3],
    star: [Drawn; 3],
}

impl Source {
    fn new(record: &PlanetRecord, draws: &Draws) -> Result<Self> {
        let drawn = |quantity: Quantity, column: &'static str, below: f64| {
            let (up, down) = record.need(quantity.errors, column)?;
            Ok::<_, Error>(Drawn { value: quantity.value, up, down, below })
        };
        let e = match (draws.eccentricity, record.eccentricity) {
            (Some(e), _) => Drawn::fixed(eccentricity(e)?),
            (None, Eccentricity::Measured(e)) => drawn(e, "pl_orbeccenerr1", 1.0)?,
            (None, _) => Drawn::fixed(0.0),
        };
        let mass = drawn(record.measured_mass()?, "pl_bmasseerr1", f64::INFINITY)?;
        let radius = drawn(record.need(record.radius_earth, "pl_rade")?, "pl_radeerr1", f64::INFINITY)?;
        let star = [
            (record.need(record.star_mass_sun, "st_mass")?, "st_masserr1"),
            (record.need(record.star_radius_sun, "st_rad")?, "st_raderr1"),
            (record.need(record.star_temperature_k, "st_teff")?, "st_tefferr1"),
        ];
        let mut drawn_star = star.map(|(quantity, _)| Drawn::fixed(quantity.value));
        if draws.star {
            for (slot, (quantity, column)) in drawn_star.iter_mut().zip(star) {
                *slot = drawn(quantity, column, f64::INFINITY)?;
            }
        }
        Ok(Self { planet: [mass, radius, e], star: drawn_star })
    }

    fn draw(&self, record: &PlanetRecord, rng: &mut impl Rng) -> Result<Planet> {
        let planet = self.planet.each_ref().map(|drawn| drawn.draw(rng));
        let star = self.star.each_ref().map(|drawn| drawn.draw(rng));
        record.assemble(planet, star)
    }
}
