//! Frames of (extended) XYZ, one after the other.

use super::comment::{self, flag};
use super::fault::{Checked, FormatFault, count, real};
use super::lines::Lines;
use super::{Frame, Value};
use crate::{Atoms, Cell, Element, Error, Result, Tag};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Frames of an XYZ file. One frame at a time is in memory; after a fault there are no more.
///
/// Of the columns of a file `species` (or `Z`), `pos`, `forces`, `move_mask` and `tags` are kept. An atom is fixed if
/// `move_mask` lets none of its coordinates move (`F`, as ASE writes it). Tags are those of OC20, 0 to 2; where one is
/// another number (layers of ASE's surfaces) they become the entry `tags`. The entries `Lattice`, `pbc`, `energy` and
/// `Properties` are taken apart, the others stay as they are. A lattice without `pbc` is periodic along all vectors.
///
/// ```
/// use catalyst_ml::io::{Frames, Value};
///
/// let file = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 energy=-14.7 name=gas pbc=\"F F F\"\n\
///             C 0 0 0\nO 0 0 1.15\n";
/// let frame = Frames::extended(file.as_bytes()).next().unwrap()?;
/// assert_eq!(frame.energy_ev, Some(-14.7));
/// assert_eq!(frame.entries["name"], Value::Text("gas".into()));
/// assert_eq!(frame.atoms.positions()[1], [0.0, 0.0, 1.15]);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
pub struct Frames<R> {
    lines: Lines<R>,
    extended: bool,
    done: bool,
}

impl Frames<Box<dyn BufRead + Send>> {
    /// The frames of an extended XYZ file; with the feature `xz` also of one compressed to `.xz`.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] for a file that cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| Error::Open { path: path.into(), source })?;
        #[cfg(feature = "xz")]
        if path.extension().is_some_and(|ending| ending == "xz") {
            // 64 MiB of dictionary is what the strongest preset needs.
            let reader = lzma_rust2::XzReader::new_mem_limit(BufReader::new(file), true, 80 << 10);
            return Ok(Frames::extended(Box::new(BufReader::new(reader))));
        }
        Ok(Frames::extended(Box::new(BufReader::new(file))))
    }
}

impl<R: BufRead> Frames<R> {
    /// Frames of extended XYZ.
    #[must_use]
    pub fn extended(reader: R) -> Self {
        Self { lines: Lines::new(reader), extended: true, done: false }
    }

    /// Frames of plain XYZ: element and position, no cell; the comment becomes the entry `comment`.
    #[must_use]
    pub fn plain(reader: R) -> Self {
        Self { lines: Lines::new(reader), extended: false, done: false }
    }

    fn frame(&mut self) -> Result<Option<Frame>> {
        let atoms = loop {
            match self.lines.next()?.map(str::trim) {
                None => return Ok(None),
                Some("") => {}
                Some(text) => {
                    let read = count(text);
                    break read.map_err(|fault| self.lines.fault(fault))?;
                }
            }
        };
        let line = self.lines.require("a comment line")?;
        let header = if self.extended { Header::read(line) } else { Ok(Header::plain(line)) };
        let header = header.map_err(|fault| self.lines.fault(fault))?;
        let at_header = self.lines.line;
        let mut rows = Rows::default();
        for _ in 0..atoms {
            let line = self.lines.require("a line for each atom")?;
            let read = rows.read(&header, line);
            read.map_err(|fault| self.lines.fault(fault))?;
        }
        let frame = rows.finish(header).map_err(|error| Error::Format {
            frame: self.lines.frame,
            line: at_header,
            fault: error.into(),
        })?;
        self.lines.frame += 1;
        Ok(Some(frame))
    }
}

impl<R> fmt::Debug for Frames<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lines { line, frame, .. } = &self.lines;
        f.debug_struct("Frames").field("frame", frame).field("line", line).finish_non_exhaustive()
    }
}

impl<R: BufRead> Iterator for Frames<R> {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let frame = self.frame().transpose();
        self.done = !matches!(frame, Some(Ok(_)));
        frame
    }
}

/// What the first two lines of a frame say.
struct Header {
    frame: HeaderEntries,
    columns: Vec<(Column, usize)>,
    fields: usize,
}

#[derive(Default)]
struct HeaderEntries {
    cell: Option<Cell>,
    periodic: [bool; 3],
    energy_ev: Option<f64>,
    entries: std::collections::BTreeMap<String, Value>,
}

/// What a column holds; the number beside it in [`Header::columns`] is its first field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Species,
    Number,
    Position,
    Forces,
    Mobile1,
    Mobile3,
    Tag,
}

impl Header {
    fn plain(line: &str) -> Self {
        let mut frame = HeaderEntries::default();
        if !line.trim().is_empty() {
            frame.entries.insert("comment".into(), Value::Text(line.trim().into()));
        }
        Self { frame, columns: vec![(Column::Species, 0), (Column::Position, 1)], fields: 4 }
    }

    fn read(line: &str) -> Checked<Self> {
        let mut frame = HeaderEntries::default();
        let (mut lattice, mut periodic, mut properties) = (None, None, None);
        for (key, text) in comment::split(line) {
            match key.as_str() {
                "Lattice" => lattice = Some(nine(&text)?),
                "pbc" => periodic = Some(three_flags(&text)?),
                "energy" => frame.energy_ev = Some(real("energy", text.trim())?),
                "Properties" => properties = Some(text),
                _ => _ = frame.entries.insert(key, comment::value(text)),
            }
        }
        if let Some(vectors) = lattice.filter(|vectors| vectors.as_flattened().iter().any(|x| *x != 0.0)) {
            frame.cell = Some(Cell::new(vectors)?);
        }
        frame.periodic = periodic.unwrap_or([frame.cell.is_some(); 3]);
        if frame.cell.is_none() && frame.periodic.contains(&true) {
            return Err(FormatFault::Key { key: "pbc", rule: "F F F where there is no lattice" });
        }
        let (columns, fields) = columns(properties.as_deref().unwrap_or("species:S:1:pos:R:3"))?;
        Ok(Self { frame, columns, fields })
    }
}

fn nine(text: &str) -> Checked<[[f64; 3]; 3]> {
    let rule = FormatFault::Key { key: "Lattice", rule: "nine numbers" };
    let mut words = text.split_whitespace();
    let mut vectors = [[0.0; 3]; 3];
    for entry in vectors.as_flattened_mut() {
        let Some(word) = words.next() else { return Err(rule) };
        *entry = real("Lattice", word)?;
    }
    if words.next().is_some() { Err(rule) } else { Ok(vectors) }
}

fn three_flags(text: &str) -> Checked<[bool; 3]> {
    let flags: Option<Vec<bool>> = text.split_whitespace().map(flag).collect();
    let flags = flags.and_then(|flags| <[bool; 3]>::try_from(flags).ok());
    flags.ok_or(FormatFault::Key { key: "pbc", rule: "three of T and F" })
}

/// The kept columns and the number of fields of an atom's line.
fn columns(properties: &str) -> Checked<(Vec<(Column, usize)>, usize)> {
    let rule = "groups name:type:count with type S, R, I or L, among them species and pos";
    let fault = || FormatFault::Key { key: "Properties", rule };
    let mut parts = properties.split(':');
    let (mut columns, mut fields) = (Vec::new(), 0_usize);
    while let Some(name) = parts.next() {
        let (Some(kind), Some(width)) = (parts.next(), parts.next()) else { return Err(fault()) };
        let width: usize = width.parse().map_err(|_| fault())?;
        if !matches!(kind, "S" | "R" | "I" | "L") || width == 0 {
            return Err(fault());
        }
        let column = match (name, kind, width) {
            ("species", "S", 1) => Some(Column::Species),
            ("Z" | "numbers", "I", 1) => Some(Column::Number),
            ("pos", "R", 3) => Some(Column::Position),
            ("forces", "R", 3) => Some(Column::Forces),
            ("move_mask", "L", 1) => Some(Column::Mobile1),
            ("move_mask", "L", 3) => Some(Column::Mobile3),
            ("tags", "I", 1) => Some(Column::Tag),
            ("species" | "pos" | "forces" | "move_mask" | "tags", _, _) => return Err(fault()),
            _ => None,
        };
        columns.extend(column.map(|column| (column, fields)));
        fields = fields.checked_add(width).filter(|sum| *sum < 1 << 16).ok_or_else(fault)?;
    }
    let many = |columns: &[(Column, usize)], wanted: &[Column]| {
        columns.iter().filter(|(column, _)| wanted.contains(column)).count()
    };
    if many(&columns, &[Column::Species]) > 0 {
        columns.retain(|(column, _)| *column != Column::Number);
    }
    let once: [&[Column]; 5] = [
        &[Column::Species, Column::Number],
        &[Column::Position],
        &[Column::Forces],
        &[Column::Mobile1, Column::Mobile3],
        &[Column::Tag],
    ];
    let counts = once.map(|wanted| many(&columns, wanted));
    if counts[..2] != [1, 1] || counts.iter().any(|count| *count > 1) {
        return Err(fault());
    }
    Ok((columns, fields))
}

/// The atoms read so far.
#[derive(Default)]
struct Rows {
    elements: Vec<Element>,
    positions: Vec<[f64; 3]>,
    forces: Vec<[f64; 3]>,
    fixed: Vec<bool>,
    tags: Vec<i64>,
}

impl Rows {
    fn read(&mut self, header: &Header, line: &str) -> Checked<()> {
        let mut fields = [""; 16];
        let mut many = Vec::new();
        let mut found = 0;
        for field in line.split_ascii_whitespace() {
            if found < fields.len() {
                fields[found] = field;
            } else {
                many.push(field);
            }
            found += 1;
        }
        if found < header.fields {
            return Err(FormatFault::Fields { expected: header.fields, found });
        }
        let field = |place: usize| fields.get(place).copied().unwrap_or_else(|| many[place - fields.len()]);
        let three = |what, place| -> Checked<[f64; 3]> {
            Ok([real(what, field(place))?, real(what, field(place + 1))?, real(what, field(place + 2))?])
        };
        let mobile = |place| {
            let text = field(place);
            flag(text).ok_or_else(|| FormatFault::field("move_mask", "T or F", text))
        };
        for &(column, place) in &header.columns {
            match column {
                Column::Species => self.elements.push(field(place).parse()?),
                Column::Number => {
                    let text = field(place);
                    let number =
                        text.parse().map_err(|_| FormatFault::field("Z", "an atomic number", text))?;
                    self.elements.push(Element::new(number)?);
                }
                Column::Position => self.positions.push(three("position", place)?),
                Column::Forces => self.forces.push(three("force", place)?),
                Column::Mobile1 => self.fixed.push(!mobile(place)?),
                Column::Mobile3 => {
                    let any = mobile(place)? | mobile(place + 1)? | mobile(place + 2)?;
                    self.fixed.push(!any);
                }
                Column::Tag => {
                    let text = field(place);
                    let tag = text.parse().map_err(|_| FormatFault::field("tags", "a whole number", text))?;
                    self.tags.push(tag);
                }
            }
        }
        Ok(())
    }

    fn finish(self, header: Header) -> Result<Frame> {
        let has = |wanted: &[Column]| header.columns.iter().any(|(column, _)| wanted.contains(column));
        let forces_ev_angstrom = has(&[Column::Forces]).then_some(self.forces);
        let mut atoms = Atoms::new(self.elements, self.positions)?;
        if has(&[Column::Mobile1, Column::Mobile3]) {
            atoms = atoms.with_fixed(self.fixed)?;
        }
        let HeaderEntries { cell, periodic, energy_ev, mut entries } = header.frame;
        match self.tags.iter().map(|tag| known_tag(*tag)).collect::<Option<Vec<Tag>>>() {
            Some(tags) if has(&[Column::Tag]) => atoms = atoms.with_tags(tags)?,
            Some(_) => {}
            None => _ = entries.insert("tags".into(), Value::Integers(self.tags)),
        }
        if let Some(cell) = cell {
            atoms = atoms.in_cell(cell, periodic);
        }
        Ok(Frame { atoms, energy_ev, forces_ev_angstrom, entries })
    }
}

fn known_tag(number: i64) -> Option<Tag> {
    match number {
        0 => Some(Tag::SubSurface),
        1 => Some(Tag::Surface),
        2 => Some(Tag::Adsorbate),
        _ => None,
    }
}
