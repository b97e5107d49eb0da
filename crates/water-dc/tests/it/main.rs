//! Integration tests of the library.

mod schedule;
