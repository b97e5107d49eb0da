//! The adsorbates of OC20.

use crate::{Atoms, Element, Error, Result};

/// A molecule or fragment that adsorbs.
#[derive(Debug, Clone, PartialEq)]
pub struct Adsorbate {
    /// Its name; a star stands before atoms that bind.
    pub name: String,
    /// Its atoms, z up, Å.
    pub atoms: Atoms,
    /// Atoms that bind to the surface, by their places; the first one is the one that is set on a site.
    pub binding: Vec<usize>,
}

impl Adsorbate {
    /// An adsorbate of these atoms.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for no atoms, no binding atom, or one that is not there.
    pub fn new(name: &str, atoms: Atoms, binding: Vec<usize>) -> Result<Self> {
        if atoms.is_empty() {
            return Err(Error::Count { name: "atoms of an adsorbate", rule: "at least 1", count: 0 });
        }
        if binding.is_empty() {
            return Err(Error::Count { name: "binding atoms", rule: "at least 1", count: 0 });
        }
        if let Some(&count) = binding.iter().find(|atom| **atom >= atoms.len()) {
            return Err(Error::Count {
                name: "place of a binding atom",
                rule: "below the number of atoms",
                count,
            });
        }
        Ok(Self { name: name.into(), atoms, binding })
    }

    /// The adsorbate of a number of OC20, 0 to 81, or one of the four that fairchem added, 82 to 85.
    ///
    /// ```
    /// use catalyst_ml::adsorb::Adsorbate;
    ///
    /// let hydroxyl = Adsorbate::of_oc20(2)?;
    /// assert_eq!((hydroxyl.name.as_str(), hydroxyl.atoms.len()), ("*OH", 2));
    /// assert_eq!(hydroxyl.atoms.positions()[1], [0.92, 0.0, 0.32]);
    /// # Ok::<(), catalyst_ml::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for another number.
    pub fn of_oc20(id: usize) -> Result<Self> {
        let row = rows().nth(id);
        row.and_then(read).ok_or(Error::Count { name: "number of an adsorbate", rule: "0 to 85", count: id })
    }

    /// The adsorbate of a name, such as `*OH`; the star in front may be left out.
    ///
    /// # Errors
    ///
    /// [`Error::Adsorbate`] for a name that is not in the table.
    pub fn named(name: &str) -> Result<Self> {
        let is = |row: &&str| {
            row.split('|')
                .nth(1)
                .is_some_and(|own| own.trim() == name || own.trim().strip_prefix('*') == Some(name))
        };
        let row = rows().find(is);
        row.and_then(read).ok_or_else(|| Error::Adsorbate { name: name.chars().take(24).collect() })
    }
}

/// The table of OC20's adsorbates, in the order of their numbers.
pub fn adsorbates() -> impl Iterator<Item = Adsorbate> {
    rows().filter_map(read)
}

fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("adsorbates.txt").lines().filter(|line| !line.starts_with('#'))
}

/// One row: `id | name | binding atoms | element x y z; ...`.
fn read(row: &str) -> Option<Adsorbate> {
    let mut fields = row.split('|').map(str::trim).skip(1);
    let (name, binding, atoms) = (fields.next()?, fields.next()?, fields.next()?);
    let binding: Option<Vec<usize>> = binding.split(',').map(|atom| atom.trim().parse().ok()).collect();
    let (mut elements, mut positions) = (Vec::new(), Vec::new());
    for atom in atoms.split(';') {
        let mut words = atom.split_whitespace();
        elements.push(words.next()?.parse::<Element>().ok()?);
        let mut number = || words.next()?.parse::<f64>().ok();
        positions.push([number()?, number()?, number()?]);
    }
    Adsorbate::new(name, Atoms::new(elements, positions).ok()?, binding?).ok()
}
