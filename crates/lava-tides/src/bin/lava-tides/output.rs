//! Tables for people, JSON and CSV for programs, figures.

use crate::error::{Failure, Result};
use common::report::{Figure, significant};
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// Prints the result: the value as JSON, or the text.
pub fn print(json: bool, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    let rendered = if json { serde_json::to_string_pretty(value)? + "\n" } else { text() };
    std::io::stdout().lock().write_all(rendered.as_bytes()).map_err(Failure::Print)
}

/// Writes a file.
pub fn save(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|source| Failure::File { path: path.into(), source })
}

/// Writes a figure.
pub fn draw(path: &Path, figure: impl Into<Figure>) -> Result<()> {
    save(path, &figure.into().svg_file(&[])?)
}

/// A table: text in its first columns, numbers in the others.
pub struct Table {
    rows: Vec<Vec<String>>,
    left: usize,
}

impl Table {
    /// A table whose first `left` columns are text.
    pub fn new<const N: usize>(left: usize, header: [&str; N]) -> Self {
        Self { rows: vec![header.map(str::to_owned).to_vec()], left }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// With aligned columns.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0))
            .collect();
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = widths
                .iter()
                .enumerate()
                .map(|(column, &width)| {
                    let text = cell(row, column);
                    if column < self.left { format!("{text:<width$}") } else { format!("{text:>width$}") }
                })
                .collect();
            cells.join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

/// Rows of numbers, with all their digits, after a header.
pub fn csv<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [f64; N]>) -> String {
    let line = |row: [f64; N]| row.map(|value| value.to_string()).join(",") + "\n";
    header.join(",") + "\n" + &rows.map(line).collect::<String>()
}

/// A number with four significant digits.
pub fn number(value: f64) -> String {
    significant(value, 4)
}

/// Lines of "name  value", the values below each other.
pub fn list(lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:<width$}  {value}\n");
    lines.iter().map(line).collect::<Vec<_>>().concat()
}
