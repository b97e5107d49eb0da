//! CSV files checked against the columns of their manifest.

use super::{DatasetError, Dtype, FileEntry};
use std::collections::BTreeMap;
use std::io::Read;

/// The columns that the manifest lists, read and checked. Numbers that are missing where the manifest allows it
/// are NaN.
#[derive(Debug, Clone, Default)]
pub struct CsvTable {
    numbers: BTreeMap<String, Vec<f64>>,
    texts: BTreeMap<String, Vec<String>>,
}

impl CsvTable {
    /// Reads a CSV file with a header line. Columns that the manifest does not list are ignored. A byte-order mark
    /// and CRLF line ends are accepted.
    ///
    /// # Errors
    /// [`DatasetError::MissingColumn`], [`DatasetError::NotANumber`], [`DatasetError::OutOfRange`] or
    /// [`DatasetError::Csv`], with file, line and column.
    pub fn read(entry: &FileEntry, content: impl Read) -> Result<Self, DatasetError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content);
        let csv_error = |error: csv::Error| DatasetError::Csv {
            file: entry.path.clone(),
            line: error.position().map_or(1, csv::Position::line),
            message: error.to_string(),
        };
        let header = reader.headers().map_err(csv_error)?.clone();
        let mut places = Vec::with_capacity(entry.columns.len());
        for column in &entry.columns {
            let place = header.iter().position(|name| name == column.name).ok_or_else(|| {
                DatasetError::MissingColumn { file: entry.path.clone(), column: column.name.clone() }
            })?;
            places.push((column, place));
        }
        let mut table = Self::default();
        for record in reader.records() {
            let record = record.map_err(csv_error)?;
            let line = record.position().map_or(0, csv::Position::line);
            for &(column, place) in &places {
                let text = record.get(place).unwrap_or_default();
                match column.dtype {
                    Dtype::Utf8 => table.texts.entry(column.name.clone()).or_default().push(text.into()),
                    Dtype::F64 => {
                        let value = number(entry, column, line, text)?;
                        table.numbers.entry(column.name.clone()).or_default().push(value);
                    }
                }
            }
        }
        Ok(table)
    }

    /// A column of numbers; empty if the manifest lists none of this name.
    #[must_use]
    pub fn numbers(&self, column: &str) -> &[f64] {
        self.numbers.get(column).map_or(&[], Vec::as_slice)
    }

    /// A column of texts; empty if the manifest lists none of this name.
    #[must_use]
    pub fn texts(&self, column: &str) -> &[String] {
        self.texts.get(column).map_or(&[], Vec::as_slice)
    }
}

fn number(entry: &FileEntry, column: &super::Column, line: u64, text: &str) -> Result<f64, DatasetError> {
    if text.is_empty() && column.nullable {
        return Ok(f64::NAN);
    }
    let value = text.parse().ok().filter(|value: &f64| value.is_finite());
    let value = value.ok_or_else(|| DatasetError::NotANumber {
        file: entry.path.clone(),
        line,
        column: column.name.clone(),
        text: text.into(),
    })?;
    match column.range {
        Some([min, max]) if !(min..=max).contains(&value) => Err(DatasetError::OutOfRange {
            file: entry.path.clone(),
            line,
            column: column.name.clone(),
            value,
            min,
            max,
        }),
        _ => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    fn read(text: &str) -> Result<CsvTable, DatasetError> {
        let column = |name: &str, dtype, nullable| Column {
            name: name.into(),
            dtype,
            unit: String::new(),
            range: (dtype == Dtype::F64).then_some([0.0, 100.0]),
            nullable,
        };
        let entry = FileEntry {
            path: "x.csv".into(),
            url: None,
            package: None,
            how: None,
            sha256: String::new(),
            bytes: 0,
            columns: vec![
                column("rh", Dtype::F64, false),
                column("p", Dtype::F64, true),
                column("c", Dtype::Utf8, true),
            ],
        };
        CsvTable::read(&entry, text.as_bytes())
    }

    #[test]
    fn bom_crlf_and_extra_columns_are_accepted() {
        let table = read("\u{feff}c,rh,more,p\r\nA,50,x,\r\nB,1e1,y,3\r\n").unwrap();
        assert_eq!(table.numbers("rh"), [50.0, 10.0]);
        assert!(table.numbers("p")[0].is_nan());
        assert_eq!(table.texts("c"), ["A", "B"]);
    }

    #[test]
    fn defects_are_named_with_line_and_column() {
        for (text, part) in [
            ("rh,c\n1,a\n", "column \"p\" is missing"),
            ("rh,p,c\n1,2,a\nx,2,a\n", "line 3, column \"rh\": a number is required, got \"x\""),
            ("rh,p,c\n,2,a\n", "line 2, column \"rh\": a number is required, got \"\""),
            ("rh,p,c\n1,2,a\n101,2,a\n", "line 3, column \"rh\": must lie in [0, 100], got 101"),
            ("rh,p,c\nNaN,2,a\n", "got \"NaN\""),
            ("rh,p,c\n1,2\n", "line 2"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
