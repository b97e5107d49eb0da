//! Score tables as CSV.

use super::{At, DataFault, MAX_RECORD_BYTES, RoutingData, Row, Split};
use crate::Result;
use ::csv::{ErrorKind, ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a table whose header has a column `prompt`, if wanted `category` (or `task`, `subject`) and `split`, and one
/// column of scores for each model: numbers in [0, 1], or `True` and `False`. Quoted fields may hold line breaks.
///
/// # Errors
/// [`crate::Error::Data`] with the line: no such file, no column `prompt`, no model or two of one name, a row with more
/// or fewer fields, a score that is no number in [0, 1], text that is not UTF-8, a record of more than
/// [`MAX_RECORD_BYTES`] (an unclosed quotation among them), no row.
pub fn read_csv(path: impl AsRef<Path>) -> Result<RoutingData> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| DataFault::Io(error).at(path, At::File))?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(Capped::new(file));
    let header = reader.headers().map_err(|error| failed(path, error))?.clone();
    let columns = Columns::new(&header).map_err(|fault| fault.at(path, At::Line(1)))?;
    let mut table = RoutingData::empty(columns.models.iter().map(|(name, _)| name.clone()).collect());
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| failed(path, error))? {
        let at = At::Line(record.position().map_or(0, ::csv::Position::line));
        let row = columns.row(&record).and_then(|row| table.push(row));
        row.map_err(|fault| fault.at(path, at))?;
    }
    table.finish().map_err(|fault| fault.at(path, At::File))
}

/// Where each column stands.
struct Columns {
    prompt: usize,
    task: Option<usize>,
    split: Option<usize>,
    models: Vec<(String, usize)>,
    width: usize,
}

impl Columns {
    fn new(header: &StringRecord) -> std::result::Result<Self, DataFault> {
        let mut columns =
            Self { prompt: usize::MAX, task: None, split: None, models: Vec::new(), width: header.len() };
        for (at, name) in header.iter().enumerate() {
            if header.iter().take(at).any(|other| other == name) {
                return Err(DataFault::Duplicate { name: name.to_owned() });
            }
            match name.trim_start_matches('\u{feff}') {
                "prompt" | "question" => columns.prompt = at,
                "category" | "task" | "subject" => columns.task = Some(at),
                "split" => columns.split = Some(at),
                model => columns.models.push((model.to_owned(), at)),
            }
        }
        if columns.prompt == usize::MAX {
            return Err(DataFault::MissingColumn { column: "prompt" });
        }
        let models: Vec<String> = columns.models.iter().map(|(name, _)| name.clone()).collect();
        RoutingData::check_models(&models)?;
        Ok(columns)
    }

    fn row(&self, record: &StringRecord) -> std::result::Result<Row, DataFault> {
        if record.len() != self.width {
            return Err(DataFault::Ragged { expected: self.width, got: record.len() });
        }
        let scores = self.models.iter().map(|(model, at)| number(model, &record[*at]));
        Ok(Row {
            prompt: record[self.prompt].to_owned(),
            task: self.task.map_or(String::new(), |at| record[at].to_owned()),
            split: self.split.map_or(Ok(Split::Train), |at| record[at].parse())?,
            scores: scores.collect::<std::result::Result<_, _>>()?,
        })
    }
}

fn number(model: &str, text: &str) -> std::result::Result<f32, DataFault> {
    match text.trim() {
        "True" | "true" => Ok(1.0),
        "False" | "false" => Ok(0.0),
        "" => Err(DataFault::Missing { column: model.to_owned() }),
        other => match other.parse::<f64>() {
            Ok(value) => super::json::score(model, value),
            Err(_) => {
                Err(DataFault::NotANumber { model: model.to_owned(), text: other.chars().take(40).collect() })
            }
        },
    }
}

fn failed(path: &Path, error: ::csv::Error) -> crate::Error {
    let at = error.position().map_or(At::File, |position| At::Line(position.line()));
    if let ErrorKind::Utf8 { err, .. } = error.kind() {
        return DataFault::Utf8 { offset: err.valid_up_to() }.at(path, at);
    }
    if !error.is_io_error() {
        return DataFault::Csv(error).at(path, at);
    }
    let ErrorKind::Io(error) = error.into_kind() else { unreachable!("an error of reading") };
    match error.downcast::<TooLong>() {
        Ok(TooLong { line }) => DataFault::RecordTooLong { limit: MAX_RECORD_BYTES }.at(path, At::Line(line)),
        Err(error) => DataFault::Io(error).at(path, at),
    }
}

/// A record began on this line and does not end.
#[derive(Debug, thiserror::Error)]
#[error("record too long")]
struct TooLong {
    line: u64,
}

/// Reads on until a record is too long: from one line break outside quotation marks to the next.
struct Capped<R> {
    inner: R,
    quoted: bool,
    length: usize,
    line: u64,
    first: u64,
}

impl<R> Capped<R> {
    fn new(inner: R) -> Self {
        Self { inner, quoted: false, length: 0, line: 1, first: 1 }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for &byte in &buffer[..count] {
            self.length += 1;
            self.line += u64::from(byte == b'\n');
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => (self.length, self.first) = (0, self.line),
                _ if self.length > MAX_RECORD_BYTES => {
                    return Err(io::Error::other(TooLong { line: self.first }));
                }
                _ => {}
            }
        }
        Ok(count)
    }
}
