//! Cross-crate tasks.

fn main() {}
