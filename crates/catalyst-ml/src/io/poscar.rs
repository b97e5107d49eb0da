//! VASP's POSCAR.

use super::fault::{Checked, FormatFault, count, real};
use super::lines::Lines;
use crate::{Atoms, Cell, Element, Error, Result};
use std::io::{BufRead, Write};

/// How positions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    /// In units of the lattice vectors.
    Direct,
    /// In Å.
    Cartesian,
}

/// Reads a POSCAR: its structure, periodic along all vectors, and its comment.
///
/// A negative scale is the volume of the cell, three scales are those of x, y and z. Where the line of elements is left
/// out (VASP 4) the comment must name them. An atom is fixed if selective dynamics let none of its coordinates move.
/// What follows the positions is not read.
///
/// ```
/// let file = "rutile\n1.0\n4.594 0 0\n0 4.594 0\n0 0 2.959\nTi O\n2 4\nDirect\n0 0 0\n.5 .5 .5\n\
///             .305 .305 0\n.695 .695 0\n.195 .805 .5\n.805 .195 .5\n";
/// let (rutile, comment) = catalyst_ml::io::read_poscar(file.as_bytes())?;
/// assert_eq!((rutile.len(), comment.as_str()), (6, "rutile"));
/// assert!((rutile.positions()[2][0] - 0.305 * 4.594).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Read`] if the reader fails, [`Error::Format`] with the line for what is not a POSCAR.
pub fn read_poscar(reader: impl BufRead) -> Result<(Atoms, String)> {
    let mut lines = Lines::new(reader);
    let comment = lines.require("a comment")?.trim().to_owned();
    let scales = scales(lines.require("a scale")?);
    let scales = scales.map_err(|fault| lines.fault(fault))?;
    let mut vectors = [[0.0; 3]; 3];
    for vector in &mut vectors {
        let read = three("lattice vector", lines.require("three lattice vectors")?);
        *vector = read.map_err(|fault| lines.fault(fault))?;
    }
    let scale = factors(&scales, vectors);
    let vectors = vectors.map(|vector| std::array::from_fn(|k| vector[k] * scale[k]));
    let cell = Cell::new(vectors).map_err(|error| lines.fault(error))?;
    let species = species(&mut lines, &comment)?;

    let mut mode = first(lines.require("Direct or Cartesian")?);
    let selective = matches!(mode, Some('s' | 'S'));
    if selective {
        mode = first(lines.require("Direct or Cartesian")?);
    }
    let cartesian = match mode {
        Some('d' | 'D') => false,
        Some('c' | 'C' | 'k' | 'K') => true,
        _ => {
            let rule = "Direct or Cartesian";
            return Err(lines.fault(FormatFault::field("kind of coordinates", rule, "")));
        }
    };
    let (mut elements, mut positions, mut fixed) = (Vec::new(), Vec::new(), Vec::new());
    for (element, many) in species {
        for _ in 0..many {
            let read = row(lines.require("a line for each atom")?, selective);
            let (place, held) = read.map_err(|fault| lines.fault(fault))?;
            let scaled = std::array::from_fn(|k| place[k] * scale[k]);
            positions.push(if cartesian { scaled } else { cell.cartesian(place) });
            elements.push(element);
            fixed.push(held);
        }
    }
    let atoms = Atoms::new(elements, positions).and_then(|atoms| atoms.with_fixed(fixed));
    let atoms = atoms.map_err(|error| lines.fault(error))?;
    Ok((atoms.in_cell(cell, [true; 3]), comment))
}

/// Writes a POSCAR, with selective dynamics if an atom is fixed. Atoms keep their order.
///
/// # Errors
///
/// [`Error::Write`] if the writer fails, [`Error::NoCell`] for a structure without a cell, [`Error::Entry`] for a comment
/// with a line break.
pub fn write_poscar(out: &mut impl Write, atoms: &Atoms, comment: &str, kind: Coordinates) -> Result<()> {
    let cell = atoms.cell().ok_or(Error::NoCell { what: "POSCAR" })?;
    if comment.contains(['\n', '\r']) {
        return Err(Error::Entry { key: "comment".into() });
    }
    let mut text = format!("{comment}\n1.0\n");
    for [x, y, z] in cell.vectors() {
        text += &format!("{x:?} {y:?} {z:?}\n");
    }
    let runs: Vec<&[Element]> = atoms.elements().chunk_by(|a, b| a == b).collect();
    let symbols: Vec<&str> = runs.iter().map(|run| run[0].symbol()).collect();
    let counts: Vec<String> = runs.iter().map(|run| run.len().to_string()).collect();
    text += &format!("{}\n{}\n", symbols.join(" "), counts.join(" "));
    let selective = atoms.fixed().contains(&true);
    if selective {
        text += "Selective dynamics\n";
    }
    text += match kind {
        Coordinates::Direct => "Direct\n",
        Coordinates::Cartesian => "Cartesian\n",
    };
    for (position, fixed) in atoms.positions().iter().zip(atoms.fixed()) {
        let [x, y, z] = match kind {
            Coordinates::Direct => cell.fractional(*position),
            Coordinates::Cartesian => *position,
        };
        text += &format!("{x:?} {y:?} {z:?}");
        text += match (selective, fixed) {
            (false, _) => "\n",
            (true, true) => " F F F\n",
            (true, false) => " T T T\n",
        };
    }
    out.write_all(text.as_bytes()).map_err(|source| Error::Write { source })
}

/// One scale for all axes (negative: the volume), or one for each axis.
fn scales(line: &str) -> Checked<Vec<f64>> {
    let words = line.split_whitespace().take_while(|word| !word.starts_with(['!', '#']));
    let values: Vec<f64> = words.take(3).map(|word| real("scale", word)).collect::<Checked<_>>()?;
    match values[..] {
        [scale] if scale != 0.0 => Ok(values),
        [x, y, z] if x > 0.0 && y > 0.0 && z > 0.0 => Ok(values),
        _ => {
            Err(FormatFault::field("scale", "one number that is not zero, or three above zero", line.trim()))
        }
    }
}

fn factors(scales: &[f64], vectors: [[f64; 3]; 3]) -> [f64; 3] {
    match *scales {
        [x, y, z] => [x, y, z],
        [scale, ..] if scale < 0.0 => {
            let [a, b, c] = vectors;
            let volume = crate::structure::dot(a, crate::structure::cross(b, c)).abs();
            [(-scale / volume).cbrt(); 3]
        }
        _ => [scales[0]; 3],
    }
}

fn three(what: &'static str, line: &str) -> Checked<[f64; 3]> {
    let mut fields = line.split_whitespace();
    let mut values = [0.0; 3];
    for (found, value) in values.iter_mut().enumerate() {
        let field = fields.next().ok_or(FormatFault::Fields { expected: 3, found })?;
        *value = real(what, field)?;
    }
    Ok(values)
}

/// The elements, and how many atoms of each follow one another.
fn species(lines: &mut Lines<impl BufRead>, comment: &str) -> Result<Vec<(Element, u32)>> {
    let line = lines.require("elements or atom counts")?.to_owned();
    let named = line.split_whitespace().next().is_some_and(|word| word.starts_with(char::is_alphabetic));
    let (symbols, counts) =
        if named { (line, lines.require("atom counts")?.to_owned()) } else { (comment.to_owned(), line) };
    let counts: Checked<Vec<u32>> = counts.split_whitespace().map_while(number).collect();
    let counts = counts.map_err(|fault| lines.fault(fault))?;
    let symbols: Result<Vec<Element>> = symbols
        .split_whitespace()
        .take(if named { usize::MAX } else { counts.len() }) // a comment may go on
        .map(|word| word.split(['_', '/']).next().unwrap_or(word).parse()) // potentials: Fe_pv, Ti_sv/hash
        .collect();
    let symbols = symbols.map_err(|error| lines.fault(error))?;
    if counts.is_empty() || symbols.len() != counts.len() {
        return Err(lines.fault(FormatFault::Fields { expected: counts.len().max(1), found: symbols.len() }));
    }
    Ok(symbols.into_iter().zip(counts).collect())
}

/// The count that a word is; `None` where a remark begins.
fn number(word: &str) -> Option<Checked<u32>> {
    if word.starts_with(['!', '#']) { None } else { Some(count(word)) }
}

fn row(line: &str, selective: bool) -> Checked<([f64; 3], bool)> {
    let place = three("position", line)?;
    if !selective {
        return Ok((place, false));
    }
    let mut held = true;
    let mut found = 3;
    for word in line.split_whitespace().skip(3).take(3) {
        held &= match word.trim_matches('.').chars().next() {
            Some('T' | 't') => false,
            Some('F' | 'f') => true,
            _ => return Err(FormatFault::field("selective dynamics", "T or F", word)),
        };
        found += 1;
    }
    if found == 6 { Ok((place, held)) } else { Err(FormatFault::Fields { expected: 6, found }) }
}

fn first(line: &str) -> Option<char> {
    line.trim_start().chars().next()
}
