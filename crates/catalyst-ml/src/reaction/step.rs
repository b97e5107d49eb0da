//! Balanced reaction steps.

use super::Species;
use crate::{Element, Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// A reaction that keeps elements, charge and surface sites.
///
/// ```
/// use catalyst_ml::Error;
/// use catalyst_ml::reaction::ReactionStep;
///
/// let step: ReactionStep = "O2 + * + H+ + e- -> *OOH".parse()?;
/// assert_eq!(step.electrons(), 1.0);
/// let half: ReactionStep = "1/2 O2 + 2 H+ + 2 e- -> H2O".parse()?;
/// assert_eq!(half.coefficient("O2"), -0.5);
/// let wrong = "O2 + * + H+ + e- -> *OH".parse::<ReactionStep>();
/// assert!(matches!(wrong, Err(Error::Unbalanced { what, excess, .. }) if what == "O" && excess == -1.0));
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReactionStep {
    text: String,
    terms: BTreeMap<String, (f64, Species)>,
}

/// Largest excess that is taken for rounding of coefficients.
const TOLERANCE: f64 = 1e-9;

impl ReactionStep {
    /// The species with their coefficients: negative for reactants, positive for products.
    pub fn terms(&self) -> impl Iterator<Item = (f64, &Species)> {
        self.terms.values().map(|(coefficient, species)| (*coefficient, species))
    }

    /// The coefficient of a species, 0 if it does not take part.
    #[must_use]
    pub fn coefficient(&self, species: &str) -> f64 {
        self.terms.get(species).map_or(0.0, |(coefficient, _)| *coefficient)
    }

    /// Electrons that it takes up: above zero for a reduction, below for an oxidation, zero for a chemical step.
    #[must_use]
    pub fn electrons(&self) -> f64 {
        0.0 - self.coefficient("e-")
    }

    /// The reaction the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let (left, right) = self.text.split_once("->").unwrap_or((&self.text, ""));
        let flipped = |(name, (coefficient, species)): (&String, &(f64, Species))| {
            (name.clone(), (-coefficient, species.clone()))
        };
        Self {
            text: format!("{} -> {}", right.trim(), left.trim()),
            terms: self.terms.iter().map(flipped).collect(),
        }
    }

    fn check(&self) -> Result<()> {
        let unbalanced = |what: String, excess: f64| {
            if excess.abs() <= TOLERANCE {
                return Ok(());
            }
            Err(Error::Unbalanced { step: self.text.clone(), what, excess })
        };
        let elements: BTreeSet<Element> =
            self.terms().flat_map(|(_, species)| species.elements().map(|(element, _)| element)).collect();
        for element in elements {
            let excess = self.terms().map(|(c, species)| c * f64::from(species.count(element))).sum();
            unbalanced(element.symbol().into(), excess)?;
        }
        let charge = self.terms().map(|(c, species)| c * f64::from(species.charge())).sum();
        unbalanced("charge".into(), charge)?;
        unbalanced("sites".into(), self.terms().map(|(c, species)| c * f64::from(species.sites())).sum())
    }
}

impl fmt::Display for ReactionStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ReactionStep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |rule| Error::Step { text: text.chars().take(200).collect(), rule };
        if text.len() > 1000 {
            return Err(wrong("at most 1000 characters"));
        }
        let (left, right) = text.split_once("->").ok_or_else(|| wrong("one arrow"))?;
        let mut terms: BTreeMap<String, (f64, Species)> = BTreeMap::new();
        for (side, sign) in [(left, -1.0), (right, 1.0)] {
            for part in side.trim().split(" + ") {
                let (number, formula) = split(part.trim());
                let number = coefficient(number).ok_or_else(|| wrong("coefficients like 2, 0.5 or 1/2"))?;
                let species: Species = formula.parse()?;
                let term = terms.entry(species.name().to_owned()).or_insert((0.0, species));
                term.0 += sign * number;
            }
        }
        terms.retain(|_, (coefficient, _)| coefficient.abs() > TOLERANCE);
        let step = Self { text: text.trim().into(), terms };
        step.check()?;
        Ok(step)
    }
}

/// Splits the coefficient from a formula.
fn split(part: &str) -> (&str, &str) {
    let end = part.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '/'))).unwrap_or(part.len());
    (&part[..end], part[end..].trim_start())
}

fn coefficient(text: &str) -> Option<f64> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|value| (1e-3..=1e3).contains(value));
    match text.split_once('/') {
        _ if text.is_empty() => Some(1.0),
        Some((above, below)) => Some(number(above)? / number(below)?),
        None => number(text),
    }
}
