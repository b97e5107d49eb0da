//! Files of structures: extended XYZ (read as a stream), plain XYZ, POSCAR.
//!
//! A file is never trusted: its counts are checked against its lines before anything is allocated for them, lines have a
//! largest length, and every fault is [`Error::Format`](crate::Error::Format) with the frame and the line.

mod comment;
mod extxyz;
mod fault;
mod frame;
mod lines;
mod poscar;
mod write;

pub use extxyz::Frames;
pub use fault::FormatFault;
pub use frame::{Frame, Value};
pub use poscar::{Coordinates, read_poscar, write_poscar};
pub use write::{write_extxyz, write_xyz};
