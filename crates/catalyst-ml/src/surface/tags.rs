//! Which atoms of a slab are at its surface.

use super::{Bulk, Slab, coordination_numbers};
use crate::{Atoms, Element, Error, Result, Tag};
use std::collections::BTreeMap;

/// Weakest solid angle of a neighbour over the strongest one.
const WEAKEST: f64 = 0.1;
/// Atoms this near to the highest one are at the surface, Å.
const DEPTH: f64 = 2.0;

/// The slab with tags as fairchem gives them: an atom is at the surface if it lies within 2 Å of the highest one or if it
/// lies above the centre of mass and has a smaller Voronoi coordination ([`coordination_numbers`], weights above 0.1) than
/// every atom of its element in the bulk. All others are below the surface, and fixed.
///
/// # Errors
///
/// [`Error::NoCell`] for a slab without a cell, [`Error::Element`] for an element that the bulk has not.
pub fn tag_surface(slab: &Atoms, bulk: &Bulk) -> Result<Atoms> {
    let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
    let height = |place: &[f64; 3]| cell.fractional(*place)[2];
    let heights: Vec<f64> = slab.positions().iter().map(height).collect();
    let top = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max) - DEPTH / cell.lengths_angstrom()[2];
    let masses = || slab.elements().iter().map(|element| element.mass_u());
    let centre = heights.iter().zip(masses()).map(|(z, mass)| z * mass).sum::<f64>() / masses().sum::<f64>();

    let least = least_coordination(bulk)?;
    let mut surface: Vec<bool> = heights.iter().map(|z| *z >= top).collect();
    let open: Vec<usize> =
        (0..slab.len()).filter(|&atom| !surface[atom] && heights[atom] >= centre).collect();
    let coordination = coordination_numbers(slab, &open, WEAKEST)?;
    for (&atom, number) in open.iter().zip(coordination) {
        let element = slab.elements()[atom];
        let least = least.get(&element).ok_or(Error::Element { what: "a slab of this bulk", element })?;
        surface[atom] = rounded(number) < *least;
    }
    let tag = |surface: &bool| if *surface { Tag::Surface } else { Tag::SubSurface };
    let tags = surface.iter().map(tag).collect();
    slab.clone().with_tags(tags)?.with_fixed(surface.iter().map(|surface| !surface).collect())
}

impl Slab {
    /// The slab with tags, see [`tag_surface`].
    ///
    /// # Errors
    ///
    /// As [`tag_surface`].
    pub fn tagged(&self, bulk: &Bulk) -> Result<Self> {
        Ok(Self { atoms: tag_surface(&self.atoms, bulk)?, ..*self })
    }
}

/// The smallest coordination of each element in the bulk.
fn least_coordination(bulk: &Bulk) -> Result<BTreeMap<Element, f64>> {
    let cell = bulk.primitive();
    let all: Vec<usize> = (0..cell.len()).collect();
    let mut least = BTreeMap::new();
    for (element, number) in cell.elements().iter().zip(coordination_numbers(&cell, &all, WEAKEST)?) {
        let entry = least.entry(*element).or_insert(f64::INFINITY);
        *entry = rounded(number).min(*entry);
    }
    Ok(least)
}

/// To five decimals, as fairchem compares them.
fn rounded(number: f64) -> f64 {
    (number * 1e5).round() / 1e5
}
