//! What an experiment writes.

use crate::dataset::DatasetError;
use crate::report::Figure;

/// What stands behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A closed form, or the paper's own inputs at the paper's scale.
    Exact,
    /// The paper's method on smaller or fewer inputs.
    Scaled,
    /// Generated stand-in data, or real data other than the paper's.
    Synthetic,
}

impl Evidence {
    /// Its name in reports and in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Scaled => "scaled",
            Self::Synthetic => "synthetic",
        }
    }
}

/// What became of a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// It was computed.
    Value(f64, Evidence),
    /// The data it needs are not at hand; the text names them.
    Unavailable(String),
}

/// The numbers, tables, figures and notes of one run of an experiment.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub(crate) measured: Vec<(String, Measured)>,
    pub(crate) tables: Vec<Table>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) notes: Vec<String>,
}

impl Record {
    /// An empty record.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a number under the name that the experiment declares for it.
    pub fn measure(&mut self, name: impl Into<String>, value: f64, evidence: Evidence) {
        self.measured.push((name.into(), Measured::Value(value, evidence)));
    }

    /// Says that these numbers cannot be computed because a data file is not at hand.
    pub fn unavailable(&mut self, names: &[&str], why: &DatasetError) {
        for name in names {
            self.measured.push(((*name).into(), Measured::Unavailable(why.to_string())));
        }
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.tables.push(table);
    }

    /// Adds a figure.
    pub fn figure(&mut self, figure: impl Into<Figure>) {
        self.figures.push(figure.into());
    }

    /// Adds a remark in plain sentences.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// What became of the numbers, in the order noted.
    #[must_use]
    pub fn measured(&self) -> &[(String, Measured)] {
        &self.measured
    }

    /// The value noted under this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.measured.iter().find_map(|(n, measured)| match measured {
            Measured::Value(value, _) if n == name => Some(*value),
            _ => None,
        })
    }
}

/// A table of a report. Units belong into the column names.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name of its CSV, without ending: lower case, hyphens.
    pub name: String,
    /// Title.
    pub title: String,
    /// Column names.
    pub columns: Vec<String>,
    /// Rows, as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(name: &str, title: &str, columns: &[&str]) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: vec![],
        }
    }

    /// Adds a row; a short one is filled with empty cells, a long one is cut.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut row: Vec<Cell> = cells.into_iter().take(self.columns.len()).collect();
        row.resize(self.columns.len(), Cell::Text(String::new()));
        self.rows.push(row);
    }
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A number: four significant digits in reports, all of them in CSV.
    Number(f64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
