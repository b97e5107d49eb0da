//! A structure.

use super::Cell;
use crate::{Element, Error, Result};

/// Where an atom of a slab belongs (the numbers of OC20's files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tag {
    /// Below the surface (0), and any atom of a structure without a surface.
    #[default]
    SubSurface,
    /// At the surface (1).
    Surface,
    /// Of an adsorbate (2).
    Adsorbate,
}

/// Atoms in space, repeated along some, all or none of the directions of a cell.
///
/// ```
/// use catalyst_ml::{Atoms, Cell, Element};
///
/// let copper: Element = "Cu".parse()?;
/// let h = 3.61 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let bulk = Atoms::new(vec![copper], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// assert_eq!(bulk.len(), 1);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Atoms {
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    cell: Option<Cell>,
    periodic: [bool; 3],
    tags: Vec<Tag>,
    fixed: Vec<bool>,
}

impl Atoms {
    /// Atoms at Cartesian positions, Å, in no cell, all free.
    ///
    /// # Errors
    ///
    /// [`Error::PerAtom`] for lists of two lengths, [`Error::NonFinite`] for a coordinate that is not a number.
    pub fn new(elements: Vec<Element>, positions: Vec<[f64; 3]>) -> Result<Self> {
        let atoms = elements.len();
        check_positions(atoms, &positions)?;
        let (tags, fixed) = (vec![Tag::default(); atoms], vec![false; atoms]);
        Ok(Self { elements, positions, cell: None, periodic: [false; 3], tags, fixed })
    }

    /// The same atoms in a cell that repeats along the directions that are periodic.
    #[must_use]
    pub fn in_cell(mut self, cell: Cell, periodic: [bool; 3]) -> Self {
        self.cell = Some(cell);
        self.periodic = periodic;
        self
    }

    /// The same atoms with these tags.
    ///
    /// # Errors
    ///
    /// [`Error::PerAtom`] unless there is one for each atom.
    pub fn with_tags(mut self, tags: Vec<Tag>) -> Result<Self> {
        self.per_atom("tags", tags.len())?;
        self.tags = tags;
        Ok(self)
    }

    /// The same atoms, some of them fixed: relaxations leave those where they are.
    ///
    /// # Errors
    ///
    /// [`Error::PerAtom`] unless there is one entry for each atom.
    pub fn with_fixed(mut self, fixed: Vec<bool>) -> Result<Self> {
        self.per_atom("fixed", fixed.len())?;
        self.fixed = fixed;
        Ok(self)
    }

    /// Moves the atoms to other Cartesian positions, Å.
    ///
    /// # Errors
    ///
    /// As [`Atoms::new`]; nothing is moved then.
    pub fn set_positions(&mut self, positions: &[[f64; 3]]) -> Result<()> {
        check_positions(self.len(), positions)?;
        self.positions.copy_from_slice(positions);
        Ok(())
    }

    /// How many atoms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is no atom.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Elements.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Cartesian positions, Å; they need not lie inside the cell.
    #[must_use]
    pub fn positions(&self) -> &[[f64; 3]] {
        &self.positions
    }

    /// The cell, if there is one.
    #[must_use]
    pub fn cell(&self) -> Option<&Cell> {
        self.cell.as_ref()
    }

    /// Along which lattice vectors the atoms repeat.
    #[must_use]
    pub fn periodic(&self) -> [bool; 3] {
        self.periodic
    }

    /// Tags.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Which atoms are fixed.
    #[must_use]
    pub fn fixed(&self) -> &[bool] {
        &self.fixed
    }

    fn per_atom(&self, what: &'static str, count: usize) -> Result<()> {
        if count == self.len() { Ok(()) } else { Err(Error::PerAtom { what, atoms: self.len(), count }) }
    }
}

fn check_positions(atoms: usize, positions: &[[f64; 3]]) -> Result<()> {
    if positions.len() != atoms {
        return Err(Error::PerAtom { what: "positions", atoms, count: positions.len() });
    }
    for (atom, position) in positions.iter().enumerate() {
        if let Some(&value) = position.iter().find(|value| !value.is_finite()) {
            return Err(Error::NonFinite { what: "position", atom, value });
        }
    }
    Ok(())
}
