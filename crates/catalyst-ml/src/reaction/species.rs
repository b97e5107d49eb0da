//! Species and their formulas.

use crate::{Element, Error, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A species: molecule, ion, electron, adsorbate or empty site.
///
/// Each `*` is a surface site; the species `*` is an empty one, and `OH*` is the same as `*OH`. Phases are part of the
/// name: `H2O(l)`. Charges are written `H+`, `OH-` or, of more than one, `SO4^2-`; the electron is `e-`.
///
/// ```
/// use catalyst_ml::reaction::Species;
///
/// let formate: Species = "*OCHO".parse()?;
/// assert_eq!((formate.count("O".parse()?), formate.sites(), formate.charge()), (2, 1, 0));
/// let hydroxide: Species = "Ca(OH)2(s)".parse()?;
/// assert_eq!(hydroxide.count("H".parse()?), 2);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Species {
    name: String,
    elements: BTreeMap<Element, u32>,
    charge: i32,
    sites: u32,
}

impl Species {
    /// Formula.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Elements with the number of their atoms.
    pub fn elements(&self) -> impl Iterator<Item = (Element, u32)> {
        self.elements.iter().map(|(element, count)| (*element, *count))
    }

    /// Number of atoms of an element.
    #[must_use]
    pub fn count(&self, element: Element) -> u32 {
        self.elements.get(&element).copied().unwrap_or(0)
    }

    /// Charge, elementary charges.
    #[must_use]
    pub fn charge(&self) -> i32 {
        self.charge
    }

    /// Surface sites that it takes.
    #[must_use]
    pub fn sites(&self) -> u32 {
        self.sites
    }

    /// Mass of a mole, g.
    #[must_use]
    pub fn molar_mass_g(&self) -> f64 {
        self.elements().map(|(element, count)| element.mass_u() * f64::from(count)).sum()
    }
}

impl fmt::Display for Species {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

const PHASES: [&str; 4] = ["(g)", "(l)", "(s)", "(aq)"];

impl FromStr for Species {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = |rule| Error::Formula { text: text.chars().take(64).collect(), rule };
        if text.is_empty() || text.len() > 64 {
            return Err(wrong("1 to 64 characters"));
        }
        if text == "e-" {
            return Ok(Self { name: text.into(), elements: BTreeMap::new(), charge: -1, sites: 0 });
        }
        let name = match text.strip_suffix('*') {
            Some(rest) if !rest.is_empty() && !rest.contains('*') => format!("*{rest}"),
            _ => text.to_owned(),
        };
        let phase = PHASES.iter().find(|phase| name.ends_with(**phase)).copied().unwrap_or("");
        let (body, charge) =
            charge(&name[..name.len() - phase.len()]).ok_or_else(|| wrong("a charge like + or ^2-"))?;
        let sites = u32::try_from(body.matches('*').count()).unwrap_or(u32::MAX);
        let atoms: String = body.chars().filter(|c| *c != '*').collect();
        let elements = count(&atoms).map_err(wrong)?;
        if elements.is_empty() && (sites == 0 || charge != 0) {
            return Err(wrong("at least one element"));
        }
        Ok(Self { name, elements, charge, sites })
    }
}

/// Splits a charge from the end.
fn charge(text: &str) -> Option<(&str, i32)> {
    let Some(sign) = text.chars().last().filter(|c| matches!(c, '+' | '-')) else { return Some((text, 0)) };
    let sign = if sign == '+' { 1 } else { -1 };
    let rest = &text[..text.len() - 1];
    match rest.split_once('^') {
        None => Some((rest, sign)),
        Some((body, digits)) => {
            let size: i32 = digits.parse().ok().filter(|size| (1..=20).contains(size))?;
            Some((body, sign * size))
        }
    }
}

/// Counts the atoms of a formula with brackets.
fn count(formula: &str) -> std::result::Result<BTreeMap<Element, u32>, &'static str> {
    let mut open: Vec<BTreeMap<Element, u32>> = vec![BTreeMap::new()];
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let group = match first {
            '(' => {
                open.push(BTreeMap::new());
                rest = &rest[1..];
                continue;
            }
            ')' if open.len() > 1 => {
                rest = &rest[1..];
                open.pop().unwrap_or_default()
            }
            'A'..='Z' => {
                let length = 1 + usize::from(rest[1..].starts_with(|c: char| c.is_ascii_lowercase()));
                let element: Element =
                    rest[..length].parse().map_err(|_| "the symbols of elements from H to Cm")?;
                rest = &rest[length..];
                BTreeMap::from([(element, 1)])
            }
            _ => return Err("symbols, numbers, pairs of brackets and * only"),
        };
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let times: u32 = match digits {
            0 => 1,
            1..=4 => rest[..digits].parse().map_err(|_| "numbers up to 9999")?,
            _ => return Err("numbers up to 9999"),
        };
        rest = &rest[digits..];
        let Some(outer) = open.last_mut() else { return Err("pairs of brackets") };
        for (element, count) in group {
            let sum = outer.entry(element).or_insert(0);
            *sum = count
                .checked_mul(times)
                .and_then(|more| sum.checked_add(more))
                .filter(|sum| *sum <= 1_000_000)
                .ok_or("at most a million atoms")?;
        }
    }
    let counted = open.pop().unwrap_or_default();
    if open.is_empty() { Ok(counted) } else { Err("pairs of brackets") }
}
