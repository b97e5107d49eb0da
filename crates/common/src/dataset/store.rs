//! The data sets of a run, and the places where their files are looked for.

use super::file::{self, DataFile, Origin};
use super::{Dataset, DatasetError, Manifest};
use std::path::{Path, PathBuf};

/// The places where files are looked for, in this order.
#[derive(Debug, Clone, Default)]
pub struct DataRoots {
    /// `$PAPER_DATA`: read only, optional.
    pub paper_data: Option<PathBuf>,
    /// `datasets/cache`.
    pub cache: Option<PathBuf>,
}

impl DataRoots {
    /// `$PAPER_DATA` from the environment and `datasets/cache` below the workspace. A relative `PAPER_DATA` is taken
    /// from the nearest folder, from the current one upwards, in which it exists: tests run in their crate's folder.
    #[must_use]
    pub fn from_env(workspace: &Path) -> Self {
        let named = std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
        let here = std::env::current_dir().unwrap_or_else(|_| workspace.to_path_buf());
        let paper_data = named.map(|path| resolve(&here, &path));
        Self { paper_data, cache: Some(workspace.join("datasets/cache")) }
    }
}

fn resolve(here: &Path, path: &Path) -> PathBuf {
    if path.is_absolute() {
        return path.to_path_buf();
    }
    here.ancestors().map(|folder| folder.join(path)).find(|p| p.is_dir()).unwrap_or_else(|| here.join(path))
}

/// The data sets of a run.
#[derive(Debug, Clone)]
pub struct Store {
    roots: DataRoots,
    sets: Vec<(Manifest, Option<&'static [u8]>)>,
}

impl Store {
    /// Parses the manifests.
    ///
    /// # Errors
    /// Those of [`Manifest::parse`], and [`DatasetError::Duplicate`] for two manifests of one name.
    pub fn new(roots: DataRoots, datasets: impl IntoIterator<Item = Dataset>) -> Result<Self, DatasetError> {
        let mut sets: Vec<(Manifest, _)> = Vec::new();
        for dataset in datasets {
            let manifest = Manifest::parse(dataset.manifest)?;
            if sets.iter().any(|(other, _)| other.name == manifest.name) {
                return Err(DatasetError::Duplicate(manifest.name));
            }
            sets.push((manifest, dataset.sample));
        }
        Ok(Self { roots, sets })
    }

    /// The manifests, in the order given.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.sets.iter().map(|(manifest, _)| manifest)
    }

    /// The manifest of this name.
    ///
    /// # Errors
    /// [`DatasetError::UnknownDataset`] if there is none.
    pub fn manifest(&self, name: &str) -> Result<&Manifest, DatasetError> {
        self.set(name).map(|(manifest, _)| manifest)
    }

    /// The places where files are looked for.
    #[must_use]
    pub fn roots(&self) -> &DataRoots {
        &self.roots
    }

    /// Finds and checks one file: `$PAPER_DATA`, then the cache, then the sample.
    ///
    /// # Errors
    /// [`DatasetError::Checksum`] or [`DatasetError::Size`] if the first file found is not the manifest's, [`DatasetError::NotAtHand`] if there
    /// is none and no sample, [`DatasetError::UnknownDataset`] and [`DatasetError::UnknownFile`] for wrong names.
    pub fn file(&self, dataset: &str, path: &str) -> Result<DataFile, DatasetError> {
        type MakeOrigin = fn(PathBuf) -> Origin;
        let (manifest, sample) = self.set(dataset)?;
        let entry = manifest.file(path)?;
        let found = |origin, sha256: &str, sample| DataFile {
            dataset: dataset.into(),
            path: path.into(),
            origin,
            sha256: sha256.into(),
            sample,
        };
        let places = [
            (&self.roots.paper_data, Origin::PaperData as MakeOrigin),
            (&self.roots.cache, Origin::Cache as MakeOrigin),
        ];
        for (root, origin) in places {
            let Some(candidate) = root.as_ref().map(|root| root.join(dataset).join(path)) else { continue };
            if candidate.is_file() {
                file::check(&candidate.display().to_string(), file::open(&candidate)?, &entry.sha256)?;
                file::check_size(&candidate, entry.bytes)?;
                return Ok(found(origin(candidate), &entry.sha256, &[]));
            }
        }
        if let (Some(entry), Some(bytes)) = (manifest.sample.as_ref().filter(|s| s.of == path), sample) {
            file::check(&entry.path, *bytes, &entry.sha256)?;
            let origin = Origin::Sample { synthetic: entry.synthetic, how: entry.how.clone() };
            return Ok(found(origin, &entry.sha256, bytes));
        }
        let fetchable = entry.is_fetchable();
        Err(DatasetError::NotAtHand { dataset: dataset.into(), file: path.into(), fetchable })
    }

    fn set(&self, name: &str) -> Result<&(Manifest, Option<&'static [u8]>), DatasetError> {
        self.sets.iter().find(|(manifest, _)| manifest.name == name).ok_or_else(|| {
            let known: Vec<_> = self.manifests().map(|manifest| manifest.name.as_str()).collect();
            DatasetError::UnknownDataset { name: name.into(), known: known.join(", ") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    // SHA-256 of "abc" (FIPS 180-4) and of "abd".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const ABD: &str = "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9";

    fn store(roots: DataRoots, synthetic: bool) -> Store {
        let text = format!(
            "name = 'demo'\ntitle = 't'\nlicense = 'CC0'\ncitation = 'c'\nused_by = []\n\
             [[file]]\npath = 'x.txt'\nsha256 = '{ABC}'\nbytes = 3\nhow = 'h'\n\
             [[file]]\npath = 'y.txt'\nsha256 = '{ABC}'\nbytes = 3\nhow = 'h'\n\
             [sample]\nof = 'x.txt'\npath = 's.txt'\nsha256 = '{ABD}'\nhow = 'made'\nsynthetic = {synthetic}\n"
        );
        let dataset = Dataset { manifest: Box::leak(text.into_boxed_str()), sample: Some(b"abd") };
        Store::new(roots, [dataset]).unwrap()
    }

    fn content(file: &DataFile) -> String {
        let mut text = String::new();
        file.open().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn paper_data_then_cache_then_sample() {
        let folder = tempfile::tempdir().unwrap();
        let (paper, cache) = (folder.path().join("paper"), folder.path().join("cache"));
        let store = store(DataRoots { paper_data: Some(paper.clone()), cache: Some(cache.clone()) }, true);
        let file = store.file("demo", "x.txt").unwrap();
        assert_eq!((content(&file).as_str(), file.sha256.as_str()), ("abd", ABD));
        assert!(file.origin_text().contains("synthetic"));
        let absent = store.file("demo", "y.txt").unwrap_err();
        assert!(absent.is_not_at_hand());
        assert_eq!(absent.to_string(), "demo/y.txt is not at hand (set PAPER_DATA)", "it has no address");

        for root in [&cache, &paper] {
            std::fs::create_dir_all(root.join("demo")).unwrap();
            std::fs::write(root.join("demo/x.txt"), "abc").unwrap();
            let file = store.file("demo", "x.txt").unwrap();
            assert_eq!(content(&file), "abc");
            assert_eq!(matches!(file.origin, Origin::PaperData(_)), root == &paper);
        }
    }

    #[test]
    fn a_wrong_file_is_refused_with_both_checksums() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("demo")).unwrap();
        std::fs::write(folder.path().join("demo/x.txt"), "abd").unwrap();
        let store = store(DataRoots { paper_data: Some(folder.path().into()), cache: None }, false);
        let text = store.file("demo", "x.txt").unwrap_err().to_string();
        assert!(text.contains(ABC) && text.contains(ABD), "{text}");
    }

    #[test]
    fn a_manifest_with_a_wrong_size_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("demo")).unwrap();
        std::fs::write(folder.path().join("demo/x.txt"), "abc").unwrap();
        let text = format!(
            "name = 'demo'\ntitle = 't'\nlicense = 'CC0'\ncitation = 'c'\nused_by = []\n\
             [[file]]\npath = 'x.txt'\nsha256 = '{ABC}'\nbytes = 4\nhow = 'h'\n"
        );
        let dataset = Dataset { manifest: Box::leak(text.into_boxed_str()), sample: None };
        let roots = DataRoots { paper_data: Some(folder.path().into()), cache: None };
        let text = Store::new(roots, [dataset]).unwrap().file("demo", "x.txt").unwrap_err().to_string();
        assert!(text.ends_with("size must be 4 bytes, got 3"), "{text}");
    }

    #[test]
    fn wrong_names_list_the_right_ones() {
        let store = store(DataRoots::default(), false);
        assert!(store.file("dem", "x.txt").unwrap_err().to_string().contains("known: demo"));
        assert!(matches!(store.file("demo", "z.txt"), Err(DatasetError::UnknownFile { .. })));
    }

    #[test]
    fn relative_paper_data_is_found_from_a_crate_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("elsewhere/data")).unwrap();
        let here = folder.path().join("project/crates/one");
        std::fs::create_dir_all(&here).unwrap();
        let found = resolve(&here, Path::new("../elsewhere/data"));
        assert_eq!(
            found.canonicalize().unwrap(),
            folder.path().join("elsewhere/data").canonicalize().unwrap()
        );
    }
}
