//! Tables for people, JSON for programs.

use crate::error::{Failure, Result};
use serde::Serialize;
use std::io::Write as _;

/// Prints the result: the value as JSON, or the text.
pub fn print(json: bool, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    let rendered = if json { serde_json::to_string_pretty(value)? + "\n" } else { text() };
    std::io::stdout().lock().write_all(rendered.as_bytes()).map_err(Failure::Print)
}

/// A table with aligned columns: text to the left, everything else to the right.
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
        let rule = widths.iter().map(|&width| "-".repeat(width)).collect::<Vec<_>>().join("  ") + "\n";
        let mut lines = self.rows.iter().map(line);
        lines.next().unwrap_or_default() + &rule + &lines.collect::<String>()
    }
}

/// A number with four significant digits.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e7).contains(&magnitude) {
        format!("{value:.3e}")
    } else {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=6")]
        let decimals = (3.0 - magnitude.log10().floor()).max(0.0) as usize;
        format!("{value:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits() {
        let values = [0.0, 0.052_25, 1.0, 12.639_4, 999.96, 123_456.0, -0.5, 3e-5, 2e9];
        let texts = ["0", "0.05225", "1.000", "12.64", "1000.0", "123456", "-0.5000", "3.000e-5", "2.000e9"];
        assert_eq!(values.map(number), texts);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(1, ["name", "L"]);
        table.row(["São Tomé".to_owned(), "1.5".to_owned()]);
        assert_eq!(table.render(), "name        L\n--------  ---\nSão Tomé  1.5\n");
    }
}
