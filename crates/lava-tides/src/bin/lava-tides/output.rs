//! Tables for people, JSON and CSV for programs.

use crate::error::{Failure, Result, in_file};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Prints a text to standard output.
pub fn print(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::Print)
}

/// Prints a value as JSON.
pub fn print_json(value: &Value) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Writes a text to a file.
pub fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(in_file(path))
}

/// Columns of numbers under names with units.
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<f64>>,
}

impl Table {
    /// As CSV with all digits.
    pub fn csv(&self) -> String {
        let mut text = self.columns.join(",") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|value| format!("{value:e}")).collect();
            let _ = writeln!(text, "{}", cells.join(","));
        }
        text
    }

    /// As a list of JSON objects.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<f64>| {
            let cells =
                self.columns.iter().zip(row).map(|(name, value)| ((*name).to_owned(), (*value).into()));
            Value::Object(cells.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// Aligned, five digits.
    pub fn text(&self) -> String {
        let width = self.columns.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(11);
        let mut text = String::new();
        for name in &self.columns {
            let _ = write!(text, "{name:>width$}  ");
        }
        text = text.trim_end().to_owned() + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|value| format!("{value:>width$.4e}")).collect();
            text += &(cells.join("  ") + "\n");
        }
        text
    }
}
