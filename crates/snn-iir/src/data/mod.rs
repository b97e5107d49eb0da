//! Labelled images: a data set in memory, its readers, and what turns images into a batch.
//!
//! [`Dataset`] keeps pixels as bytes; [`Dataset::batch`] normalises and augments what a training step needs.
//!
//! | reader | format |
//! | --- | --- |
//! | [`digits`] | 1,797 digits of 8x8 pixels inside this crate |
//! | [`CifarFormat`] | binary batches of CIFAR-10 and CIFAR-100 |
//! | `ParquetImages` (feature `frames`) | Parquet files of JPEG images |
//! | [`ImageFolder`] | `split/class/*.jpg` |
//! | [`read_idx`] | IDX files of MNIST and its likes, plain or gzip |
//! | [`SyntheticShapes`] | none: generated images, for tests |

mod augment;
mod cifar;
mod dataset;
mod digits;
mod folder;
mod idx;
mod jpeg;
mod normalize;
#[cfg(feature = "frames")]
mod parquet;
mod shapes;
mod subset;

pub use augment::Augment;
pub use cifar::CifarFormat;
pub use dataset::{Dataset, Split};
pub use digits::{digits, read_digits};
pub use folder::ImageFolder;
pub use idx::read_idx;
pub use normalize::Normalize;
#[cfg(feature = "frames")]
pub use parquet::{ParquetImages, cifar10_jpeg};
pub use shapes::SyntheticShapes;
