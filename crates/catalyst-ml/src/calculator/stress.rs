//! From a virial to a stress.

use crate::{Atoms, Error, Result};

/// The symmetric virial (xx, yy, zz, yz, xz, xy), eV, over the volume.
pub(super) fn stress(atoms: &Atoms, virial: [f64; 6]) -> Result<[[f64; 3]; 3]> {
    let volume = volume(atoms)?;
    let [xx, yy, zz, yz, xz, xy] = virial.map(|entry| entry / volume);
    Ok([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
}

/// Volume of the cell, Å³.
fn volume(atoms: &Atoms) -> Result<f64> {
    atoms.cell().map(crate::Cell::volume_angstrom3).ok_or(Error::NoVolume)
}
