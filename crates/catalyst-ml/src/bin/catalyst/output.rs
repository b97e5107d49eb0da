//! Tables for people, JSON for programs, files.

use crate::error::{Failure, Result};
use common::report::Figure;
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

/// A table whose first columns are text and whose others are right-aligned.
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
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cell = |(column, text): (usize, &String)| {
                let width = widths[column];
                if column < self.left { format!("{text:<width$}") } else { format!("{text:>width$}") }
            };
            row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

/// Three decimals, or a dash.
pub fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.3}"))
}
