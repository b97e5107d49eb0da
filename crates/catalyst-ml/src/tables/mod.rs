//! Tables of facts that the crate carries.

mod surfaces;

pub use surfaces::{FormationEnergies, QuarterMonolayer, Site111};

/// Rows of one of the crate's tables, header first.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().map(|line| line.split(',').map(str::trim).collect())
}

/// A number of one of the crate's tables; NaN, which no later check lets through, if it were none.
pub(crate) fn number(field: &str) -> f64 {
    field.parse().unwrap_or(f64::NAN)
}
