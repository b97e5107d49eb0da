//! Relaxations that did not end in what was set up.

use crate::{Atoms, Error, Result, Tag};

/// What is unusual about a relaxed adsorbate and slab (OC20's flags). Energies of systems with one of the first three flags
/// are no adsorption energies.
///
/// Two atoms are bonded if they are nearer than the sum of their covalent radii times a factor. At a factor of 1 this is
/// strict: an O-H bond counts up to 0.97 Å, and that of the table's hydroxyl, 0.974 Å, does not.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anomalies {
    /// Bonds within the adsorbate (factor 1) were made or broken.
    pub dissociated: bool,
    /// No bond (factor 1.5) joins adsorbate and slab.
    pub desorbed: bool,
    /// A bond of the slab (factor 1) is not there in the relaxed clean slab even at a factor of 1.5, or the other way round.
    pub surface_changed: bool,
    /// An adsorbate atom is bonded (factor 1) to a sub-surface atom.
    pub intercalated: bool,
}

impl Anomalies {
    /// Whether the energy is one of adsorption: neither dissociated nor desorbed nor reconstructed.
    #[must_use]
    pub fn is_adsorbed(self) -> bool {
        !(self.dissociated || self.desorbed || self.surface_changed)
    }
}

/// The flags of a relaxed structure, given the structure before and the relaxed clean slab.
///
/// `initial` and `relaxed` have the same atoms in the same order, the adsorbate's by the tags of `initial`; `clean` has the
/// slab's atoms in their order.
///
/// # Errors
///
/// [`Error::PerAtom`] if the numbers of atoms do not fit, [`Error::Element`] if elements differ.
pub fn anomalies(initial: &Atoms, relaxed: &Atoms, clean: &Atoms) -> Result<Anomalies> {
    let is_adsorbate = |atom: &usize| initial.tags()[*atom] == Tag::Adsorbate;
    let (adsorbate, slab): (Vec<usize>, Vec<usize>) = (0..initial.len()).partition(is_adsorbate);
    same_atoms(initial, (0..initial.len()).collect(), relaxed)?;
    same_atoms(initial, slab.clone(), clean)?;

    let dissociated =
        pairs(&adsorbate).any(|(a, b)| bonded(initial, a, b, 1.0) != bonded(relaxed, a, b, 1.0));
    let across = || adsorbate.iter().flat_map(|a| slab.iter().map(move |s| (*a, *s)));
    let desorbed = !across().any(|(a, s)| bonded(relaxed, a, s, 1.5));
    let places: Vec<usize> = (0..slab.len()).collect();
    let surface_changed = pairs(&places).any(|(a, b)| {
        let (now, then) =
            (|factor| bonded(relaxed, slab[a], slab[b], factor), |factor| bonded(clean, a, b, factor));
        (now(1.0) && !then(1.5)) || (then(1.0) && !now(1.5))
    });
    let intercalated =
        across().any(|(a, s)| initial.tags()[s] == Tag::SubSurface && bonded(relaxed, a, s, 1.0));
    Ok(Anomalies { dissociated, desorbed, surface_changed, intercalated })
}

fn same_atoms(initial: &Atoms, places: Vec<usize>, other: &Atoms) -> Result<()> {
    if other.len() != places.len() {
        return Err(Error::PerAtom {
            what: "the compared structure",
            atoms: places.len(),
            count: other.len(),
        });
    }
    let differs = places
        .into_iter()
        .zip(other.elements())
        .find(|(place, element)| initial.elements()[*place] != **element);
    match differs {
        Some((_, element)) => Err(Error::Element { what: "the compared structure", element: *element }),
        None => Ok(()),
    }
}

fn pairs(atoms: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    atoms.iter().enumerate().flat_map(|(place, a)| atoms[place + 1..].iter().map(move |b| (*a, *b)))
}

/// Whether two atoms, or images of them, are bonded.
fn bonded(atoms: &Atoms, a: usize, b: usize, factor: f64) -> bool {
    let (elements, places) = (atoms.elements(), atoms.positions());
    let reach = factor * (elements[a].covalent_radius_angstrom() + elements[b].covalent_radius_angstrom());
    let apart = [0, 1, 2].map(|k| places[b][k] - places[a][k]);
    let near = |v: [f64; 3]| v[0] * v[0] + v[1] * v[1] + v[2] * v[2] < reach * reach;
    let Some(cell) = atoms.cell() else { return near(apart) };
    let (rows, along, spacing) = (cell.vectors(), cell.fractional(apart), cell.plane_spacings_angstrom());
    let range = |k: usize| {
        #[expect(clippy::cast_possible_truncation, reason = "a reach of a few Å, in cells")]
        let edge = |value: f64| value as i64;
        if atoms.periodic()[k] {
            edge((-along[k] - reach / spacing[k]).ceil())..=edge((-along[k] + reach / spacing[k]).floor())
        } else {
            0..=0
        }
    };
    let image = |i: i64, j: i64, l: i64| {
        let steps = [i, j, l].map(|step| step as f64);
        [0, 1, 2].map(|k| apart[k] + (0..3).map(|row| steps[row] * rows[row][k]).sum::<f64>())
    };
    range(0).any(|i| range(1).any(|j| range(2).any(|l| near(image(i, j, l)))))
}
