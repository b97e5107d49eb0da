//! Folders of JPEG files, one folder a class.

use super::{Dataset, jpeg};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Images in `root/split/class/*.jpg`. Classes and, within a class, files are taken in the order of their names, so the
/// images come class by class: shuffle them before training.
///
/// Only JPEG of RGB is read; any other file in a class folder, a PNG for one, is an error. Images are not resized: all must have one shape.
#[derive(Debug, Clone)]
pub struct ImageFolder {
    /// Folder that holds the splits.
    pub root: PathBuf,
    /// Class folders in the order of their labels; `None` for all folders of the split, sorted by name.
    pub classes: Option<Vec<String>>,
    /// Most images of a class, the first ones; `None` for all.
    pub per_class: Option<usize>,
}

impl ImageFolder {
    /// All images below `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), classes: None, per_class: None }
    }

    /// Names of the classes of a split in the order of their labels.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::MissingClassDir`] for a split without class folders.
    pub fn class_names(&self, split: &str) -> Result<Vec<String>> {
        if let Some(classes) = &self.classes {
            return Ok(classes.clone());
        }
        let path = self.root.join(split);
        let folders = list(&path)?.into_iter().filter(|entry| entry.is_dir());
        let names: Vec<String> =
            folders.filter_map(|folder| Some(folder.file_name()?.to_str()?.into())).collect();
        if names.is_empty() {
            return Err(Error::MissingClassDir { path: path.join("*") });
        }
        Ok(names)
    }

    /// Reads one split; its name becomes the data set's.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::MissingClassDir`] for a class without a folder or a folder without images,
    /// [`Error::Jpeg`], [`Error::ImageShape`], [`Error::Table`] for a file that is no JPEG by its name.
    pub fn read(&self, split: &str) -> Result<Dataset> {
        let names = self.class_names(split)?;
        let (mut files, mut labels) = (Vec::new(), Vec::new());
        for (label, name) in (0..).zip(&names) {
            let path = self.root.join(split).join(name);
            if !path.is_dir() {
                return Err(Error::MissingClassDir { path });
            }
            let before = files.len();
            for file in list(&path)?.into_iter().take(self.per_class.unwrap_or(usize::MAX)) {
                let extension = file.extension().and_then(|text| text.to_str()).map(str::to_ascii_lowercase);
                if !matches!(extension.as_deref(), Some("jpg" | "jpeg")) {
                    let message = "files in a class folder must be named *.jpg or *.jpeg".into();
                    return Err(Error::Table { file: file.display().to_string(), message });
                }
                files.push(file);
                labels.push(label);
            }
            if files.len() == before {
                return Err(Error::MissingClassDir { path });
            }
        }
        let read =
            |path: &PathBuf| std::fs::read(path).map_err(|source| Error::Io { path: path.clone(), source });
        let (shape, pixels) = jpeg::decode_all(split, &files, read)?;
        Dataset::new(split, shape, names.len(), 255, pixels, labels)
    }
}

/// Entries of a folder, hidden ones left out, sorted by name.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |source| Error::Io { path: folder.into(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}
