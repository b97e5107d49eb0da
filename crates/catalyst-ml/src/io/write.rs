//! Frames written as (extended) XYZ.

use super::{Frame, Value, comment};
use crate::{Atoms, Error, Result, Tag};
use std::io::Write;

/// Writes a frame as extended XYZ, numbers in full precision: [`Frames`](super::Frames) and ASE read the same values.
///
/// The columns are `species`, `pos`, then `forces` if there are any, `move_mask` if an atom is fixed (`F`), `tags` if one
/// is not 0.
///
/// # Errors
///
/// [`Error::Write`] if the writer fails, [`Error::Entry`] for a key that is empty, has another meaning or cannot stand in
/// a comment line, or a text with a line break, [`Error::PerAtom`] unless there is a force for each atom.
pub fn write_extxyz(out: &mut impl Write, frame: &Frame) -> Result<()> {
    let atoms = &frame.atoms;
    let header = header(frame)?;
    let mut text = format!("{}\n{header}\n", atoms.len());
    let forces = frame.forces_ev_angstrom.as_deref();
    if let Some(forces) = forces.filter(|forces| forces.len() != atoms.len()) {
        return Err(Error::PerAtom { what: "forces", atoms: atoms.len(), count: forces.len() });
    }
    let (fixed, tagged) = (has_fixed(atoms), has_tags(atoms));
    for atom in 0..atoms.len() {
        let [x, y, z] = atoms.positions()[atom];
        text += &format!("{:<2} {x:?} {y:?} {z:?}", atoms.elements()[atom].symbol());
        if let Some(forces) = forces {
            let [x, y, z] = forces[atom];
            text += &format!(" {x:?} {y:?} {z:?}");
        }
        if fixed {
            text += if atoms.fixed()[atom] { " F" } else { " T" };
        }
        if tagged {
            text += match atoms.tags()[atom] {
                Tag::SubSurface => " 0",
                Tag::Surface => " 1",
                Tag::Adsorbate => " 2",
            };
        }
        text.push('\n');
    }
    out.write_all(text.as_bytes()).map_err(|source| Error::Write { source })
}

/// Writes a structure as plain XYZ: elements and positions, nothing else.
///
/// # Errors
///
/// [`Error::Write`] if the writer fails, [`Error::Entry`] for a comment with a line break.
pub fn write_xyz(out: &mut impl Write, atoms: &Atoms, comment: &str) -> Result<()> {
    if comment.contains(['\n', '\r']) {
        return Err(entry("comment"));
    }
    let mut text = format!("{}\n{comment}\n", atoms.len());
    for (element, [x, y, z]) in atoms.elements().iter().zip(atoms.positions()) {
        text += &format!("{:<2} {x:?} {y:?} {z:?}\n", element.symbol());
    }
    out.write_all(text.as_bytes()).map_err(|source| Error::Write { source })
}

fn header(frame: &Frame) -> Result<String> {
    let atoms = &frame.atoms;
    let mut line = String::new();
    if let Some(cell) = atoms.cell() {
        let vectors: Vec<f64> = cell.vectors().as_flattened().to_vec();
        line += &format!("Lattice={} ", comment::text(&Value::Reals(vectors)));
    }
    line += "Properties=species:S:1:pos:R:3";
    if frame.forces_ev_angstrom.is_some() {
        line += ":forces:R:3";
    }
    if has_fixed(atoms) {
        line += ":move_mask:L:1";
    }
    if has_tags(atoms) {
        line += ":tags:I:1";
    }
    if let Some(energy) = frame.energy_ev {
        line += &format!(" energy={energy:?}");
    }
    for (key, value) in &frame.entries {
        let taken = matches!(key.as_str(), "" | "Lattice" | "Properties" | "energy" | "pbc");
        let written = key.contains(|letter: char| letter.is_whitespace() || "=\"'{}[]\\".contains(letter));
        let broken = matches!(value, Value::Text(text) if text.contains(['\n', '\r']));
        if taken || written || broken {
            return Err(entry(key));
        }
        line += &format!(" {key}={}", comment::text(value));
    }
    let [a, b, c] = atoms.periodic().map(comment::letter);
    Ok(line + &format!(" pbc=\"{a} {b} {c}\""))
}

fn entry(key: &str) -> Error {
    Error::Entry { key: key.chars().take(24).collect() }
}

fn has_fixed(atoms: &Atoms) -> bool {
    atoms.fixed().contains(&true)
}

fn has_tags(atoms: &Atoms) -> bool {
    atoms.tags().iter().any(|tag| *tag != Tag::SubSurface)
}
