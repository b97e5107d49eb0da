//! The option that names data.

use crate::error::{Failure, Result};
use snn_iir::data::{CifarFormat, Dataset, ImageFolder, Normalize, Split, SyntheticShapes, digits, read_idx};
use snn_iir::trainer::Sets;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct DataArguments {
    /// Images: digits, shapes or shapes:COUNT, cifar10:FOLDER, cifar100:FOLDER, idx:FOLDER or images:FOLDER.
    ///
    /// A build with the feature `frames` also knows cifar10-jpeg:FOLDER, train.parquet and test.parquet of JPEG images.
    #[arg(long, default_value = "digits")]
    pub data: String,
    /// Take this many training images of each class, drawn at random.
    #[arg(long, value_name = "COUNT")]
    pub per_class: Option<usize>,
    /// Part of the training images that is held out to select the epoch.
    #[arg(long, default_value_t = 0.1, value_name = "FRACTION")]
    pub validation: f64,
    /// Seed of the run.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// The images of a run.
pub struct Images {
    pub train: Dataset,
    pub validation: Dataset,
    pub test: Dataset,
    pub normalize: Normalize,
}

impl Images {
    pub fn sets(&self) -> Sets<'_> {
        Sets { train: &self.train, validation: Some(&self.validation), test: &self.test }
    }
}

impl DataArguments {
    pub fn load(&self) -> Result<Images> {
        let Split { train, test } = self.split()?;
        let train = match self.per_class {
            Some(count) => train.sample_per_class(count, self.seed)?,
            None => train,
        };
        let normalize = match self.data.split(':').next() {
            Some("cifar10" | "cifar10-jpeg") => Normalize::cifar10(),
            Some("cifar100") => Normalize::cifar100(),
            _ => Normalize::from_dataset(&train)?,
        };
        let (train, validation) = train.split_validation(self.validation, self.seed)?;
        Ok(Images { train, validation, test, normalize })
    }

    /// The test images alone.
    pub fn test(&self) -> Result<Dataset> {
        Ok(self.split()?.test)
    }

    fn split(&self) -> Result<Split> {
        let (kind, rest) = self.data.split_once(':').unwrap_or((&self.data, ""));
        let folder = PathBuf::from(rest);
        let wrong = || Failure::Data { text: self.data.clone() };
        match kind {
            "digits" if rest.is_empty() => Ok(digits()?),
            "shapes" => {
                let images = if rest.is_empty() { 2000 } else { rest.parse().map_err(|_| wrong())? };
                let shapes = |images, seed| SyntheticShapes { images, seed, noise: 0.1 }.generate();
                Ok(Split {
                    train: shapes(images, self.seed)?,
                    test: shapes(images.div_ceil(4), self.seed + 1)?,
                })
            }
            _ if rest.is_empty() => Err(wrong()),
            "cifar10" => cifar(CifarFormat::Cifar10, &folder),
            #[cfg(feature = "frames")]
            "cifar10-jpeg" => Ok(snn_iir::data::cifar10_jpeg(&folder, None, None)?),
            "cifar100" => cifar(CifarFormat::Cifar100Fine, &folder),
            "images" => {
                let folder = ImageFolder::new(folder);
                Ok(Split { train: folder.read("train")?, test: folder.read("test")? })
            }
            "idx" => {
                let read = |part: &str| {
                    let images =
                        find(&folder, &[part, "images"], "IDX files of train and t10k images and labels")?;
                    let labels =
                        find(&folder, &[part, "labels"], "IDX files of train and t10k images and labels")?;
                    Ok::<_, Failure>(read_idx(part, &images[0], &labels[0], 10)?)
                };
                Ok(Split { train: read("train")?, test: read("t10k")? })
            }
            _ => Err(wrong()),
        }
    }
}

fn cifar(format: CifarFormat, folder: &Path) -> Result<Split> {
    // Training batches of CIFAR-10 are data_batch_1.bin and so on, those of CIFAR-100 train.bin.
    let train = find(folder, &["data_batch", ".bin"], "data_batch_*.bin or train*.bin")
        .or_else(|_| find(folder, &["train", ".bin"], "data_batch_*.bin or train*.bin"))?;
    let test = find(folder, &["test", ".bin"], "test*.bin")?;
    Ok(Split { train: format.read(&train)?, test: format.read(&test)? })
}

/// Files whose names have all parts, sorted.
fn find(folder: &Path, parts: &[&str], wanted: &'static str) -> Result<Vec<PathBuf>> {
    let list =
        std::fs::read_dir(folder).map_err(|source| snn_iir::Error::Io { path: folder.to_owned(), source })?;
    let mut files: Vec<PathBuf> = list.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        parts.iter().all(|part| name.contains(part))
    });
    files.sort();
    if files.is_empty() { Err(Failure::NoFiles { folder: folder.to_owned(), wanted }) } else { Ok(files) }
}
