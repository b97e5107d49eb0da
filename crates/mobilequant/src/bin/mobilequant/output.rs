//! Tables for people, JSON for programs, and signs of life.

use crate::error::{Failure, Result};
use indicatif::{ProgressBar, ProgressStyle};
use mobilequant::eval::Perplexity;
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
    pub fn steps(self, count: u64) -> ProgressBar {
        self.bar("{bar:30} {pos}/{len}  {eta} left  {msg}", Some(count))
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

/// Rows of aligned columns: the first to the left, the others to the right.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(header: [&str; N]) -> Self {
        Self { rows: vec![header.map(str::to_owned).to_vec()] }
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
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

/// A mean over windows with its interval.
#[derive(Serialize)]
pub struct Score {
    pub value: f64,
    /// 95 % by the bootstrap over windows, 1000 draws.
    pub interval: [f64; 2],
    pub nats: f64,
}

impl Score {
    pub fn new(perplexity: &Perplexity) -> Result<Self> {
        let (lo, hi) = perplexity.interval(0.95, 1000, 1)?;
        Ok(Self { value: perplexity.value(), interval: [lo, hi], nats: perplexity.nats })
    }

    pub fn text(&self) -> String {
        let [lo, hi] = self.interval;
        format!("{:.4} (95 % {lo:.4} to {hi:.4})", self.value)
    }
}
