//! Rows of comma-separated text with line numbers, for tables and weather files.

use std::io::Read;

use crate::error::{Error, Result};

/// Reader of a text with a header.
pub(crate) struct Text<R> {
    reader: csv::Reader<R>,
    header: Vec<String>,
    record: csv::StringRecord,
}

/// One row.
pub(crate) struct Row<'a> {
    line: u64,
    header: &'a [String],
    record: &'a csv::StringRecord,
}

impl<R: Read> Text<R> {
    /// Reads the header. A byte-order mark and either line end are accepted; in tables, lines that begin with `#`
    /// are comments.
    pub(crate) fn new(source: R, comments: bool) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .comment(comments.then_some(b'#'))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(source);
        let header = reader.headers().map_err(csv_error)?;
        let header =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        Ok(Self { reader, header, record: csv::StringRecord::new() })
    }

    /// Position of the first of these columns that the header has.
    pub(crate) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|h| h.eq_ignore_ascii_case(name)))
    }

    /// Position of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize> {
        self.find(&[name])
            .ok_or_else(|| Error::MissingColumn { column: name.to_owned(), found: self.header.clone() })
    }

    /// The next row; `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        if !self.reader.read_record(&mut self.record).map_err(csv_error)? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        if self.record.len() != self.header.len() {
            let (expected, found) = (self.header.len(), self.record.len());
            return Err(Error::FieldCount { expected, found }.at_line(line));
        }
        Ok(Some(Row { line, header: &self.header, record: &self.record }))
    }
}

impl<'a> Row<'a> {
    /// Text of a column.
    pub(crate) fn text(&self, column: usize) -> &'a str {
        &self.record[column]
    }

    /// Finite number in a column.
    pub(crate) fn finite(&self, column: usize) -> Result<f64> {
        let number = self.number(column)?;
        if number.is_finite() { Ok(number) } else { Err(self.wrong(column, "a finite number")) }
    }

    /// Number in a column.
    pub(crate) fn number(&self, column: usize) -> Result<f64> {
        self.parse(column, "a number")
    }

    /// Number in a column, `None` where it is empty.
    pub(crate) fn optional_number(&self, column: usize) -> Result<Option<f64>> {
        if self.text(column).is_empty() { Ok(None) } else { self.number(column).map(Some) }
    }

    /// Value of a type in a column; `rule` says what it has to be.
    pub(crate) fn parse<T: std::str::FromStr>(&self, column: usize, rule: &'static str) -> Result<T> {
        self.text(column).parse().map_err(|_| self.wrong(column, rule))
    }

    /// The error of a field that breaks a rule.
    pub(crate) fn wrong(&self, column: usize, rule: &'static str) -> Error {
        let (column, value) = (self.header[column].clone(), self.text(column).to_owned());
        Error::Field { column, rule, value }.at_line(self.line)
    }

    /// Puts this row's line number on an error that has none.
    pub(crate) fn locate<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error {
            Error::Line { .. } => error,
            other => other.at_line(self.line),
        })
    }
}

fn csv_error(error: csv::Error) -> Error {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Io(error),
        // the only other one that a flexible reader gives
        _ => Error::Encoding.at_line(line),
    }
}
