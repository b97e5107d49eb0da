//! Integration tests.

mod quantisers;
