//! Reading of the reference tables.

/// The rows of a table below `tests/golden`, split at commas, without its comment and its header.
pub(crate) fn rows(text: &'static str) -> Vec<Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(|line| line.split(',').collect()).collect()
}

/// The rows of a table of numbers.
pub(crate) fn numbers<const N: usize>(text: &'static str) -> Vec<[f64; N]> {
    let number = |field: &&str| field.parse::<f64>().unwrap();
    rows(text).iter().map(|row| row.iter().map(number).collect::<Vec<_>>().try_into().unwrap()).collect()
}
