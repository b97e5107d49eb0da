//! Tables for people, JSON for programs, and signs of life.

use crate::error::{Failure, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::Write as _;
use std::time::Duration;

/// How results and progress are shown.
#[derive(Clone, Copy)]
pub struct Show {
    pub json: bool,
    pub quiet: bool,
}

impl Show {
    /// Prints the result: the value as JSON, or the text.
    pub fn result(self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        let rendered = if self.json { serde_json::to_string_pretty(value)? + "\n" } else { text() };
        std::io::stdout().lock().write_all(rendered.as_bytes()).map_err(Failure::Print)
    }

    /// Says what is being done, and for how long, until it is done.
    pub fn wait<T>(self, message: &str, work: impl FnOnce() -> T) -> T {
        let bar = self.bar("{spinner} {msg}  {elapsed}", None);
        bar.set_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        let result = work();
        bar.finish_and_clear();
        result
    }

    /// A bar of so many steps, to be moved on and cleared by the caller.
    pub fn steps(self, count: u64, message: &str) -> ProgressBar {
        let bar = self.bar("{bar:30} {pos}/{len}  {eta} left  {msg}", Some(count));
        bar.set_message(message.to_owned());
        bar
    }

    fn bar(self, template: &str, count: Option<u64>) -> ProgressBar {
        let bar = match count {
            _ if self.quiet => ProgressBar::hidden(),
            Some(count) => ProgressBar::new(count),
            None => ProgressBar::new_spinner(),
        };
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar
    }
}

/// Rows of aligned columns: the first `left` and the last one to the left, the others to the right.
pub struct Table {
    rows: Vec<Vec<String>>,
    left: usize,
}

impl Table {
    pub fn new<const N: usize>(left: usize, header: [&str; N]) -> Self {
        Self { rows: vec![header.map(str::to_owned).to_vec()], left }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(Vec::from(cells));
    }

    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                let left = column < self.left || column + 1 == columns;
                if left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

/// A number with at most three decimals, without zeros at its end; costs are whole thousandths.
pub fn thousandths(value: f64) -> String {
    if value.is_infinite() {
        return "no limit".to_owned();
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(1, ["name", "J", "set"]);
        table.row(["São".to_owned(), "1.5".to_owned(), "a".to_owned()]);
        assert_eq!(table.render(), "name    J  set\nSão   1.5  a\n");
    }

    #[test]
    fn whole_thousandths() {
        let values = [0.0, 238.0, 3.65, 0.0004, 1000.0, f64::INFINITY].map(thousandths);
        assert_eq!(values, ["0", "238", "3.65", "0", "1000", "no limit"]);
    }
}
