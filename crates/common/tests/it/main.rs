//! Integration tests of the shared crate.

#[cfg(feature = "tensor")]
mod conv;
#[cfg(feature = "tensor")]
mod support;
