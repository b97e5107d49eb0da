//! What an experiment is given.

use super::{Evidence, Known, Profile};
use crate::dataset::{CsvTable, DataFile, DatasetError, Origin, Store};
use crate::rng::Streams;
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::path::PathBuf;

/// Progress of a task that takes more than a second or two. Libraries report through it and print nothing.
pub trait Progress {
    /// A task begins; `total` counts its steps, where that is known.
    fn start(&self, task: &str, total: Option<u64>);
    /// So many further steps are done.
    fn advance(&self, steps: u64);
    /// The task is over.
    fn finish(&self);
}

/// No progress display.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// The settings of a run, the same for all of its experiments.
pub struct Setup {
    /// Size of the run.
    pub profile: Profile,
    /// Seed of all random streams.
    pub seed: u64,
    /// The data sets.
    pub store: Store,
    /// Deviations that are known, with their reasons.
    pub known: Known,
    /// Where progress is shown.
    pub progress: Box<dyn Progress>,
    /// Where experiments that take long keep what they resume from; `None`: nothing is kept.
    pub kept: Option<PathBuf>,
}

impl Setup {
    /// A run without a progress display and without known deviations.
    #[must_use]
    pub fn new(profile: Profile, seed: u64, store: Store) -> Self {
        Self { profile, seed, store, known: Known::default(), progress: Box::new(Silent), kept: None }
    }
}

/// What one experiment sees of the run. It gives no access to the expected numbers.
pub struct Context<'a> {
    setup: &'a Setup,
    used: RefCell<Vec<DataFile>>,
}

impl<'a> Context<'a> {
    /// The context of one experiment in this run.
    #[must_use]
    pub fn new(setup: &'a Setup) -> Self {
        Self { setup, used: RefCell::default() }
    }

    /// Size of the run.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.setup.profile
    }

    /// The seed of the run.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.setup.seed
    }

    /// The random stream of this name.
    #[must_use]
    pub fn rng(&self, name: &str) -> ChaCha8Rng {
        Streams::new(self.setup.seed).stream(name)
    }

    /// Where to report progress.
    #[must_use]
    pub fn progress(&self) -> &dyn Progress {
        self.setup.progress.as_ref()
    }

    /// The folder of this name that outlives an interrupted run, for what a later one resumes from. `None` where a run
    /// keeps nothing.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<PathBuf> {
        self.setup.kept.as_ref().map(|folder| folder.join(name))
    }

    /// Finds and checks a data file, and remembers for the report that it was used.
    ///
    /// # Errors
    /// Those of [`Store::file`]; in [`Profile::Full`] also [`DatasetError::FullNeedsFile`] where only a sample, or
    /// nothing, is at hand.
    pub fn file(&self, dataset: &str, path: &str) -> Result<DataFile, DatasetError> {
        let store = &self.setup.store;
        let needs_file =
            |fetchable| DatasetError::FullNeedsFile { dataset: dataset.into(), file: path.into(), fetchable };
        let full = self.setup.profile == Profile::Full;
        let file = match store.file(dataset, path) {
            Err(DatasetError::NotAtHand { fetchable, .. }) if full => return Err(needs_file(fetchable)),
            found => found?,
        };
        if full && matches!(file.origin, Origin::Sample { .. }) {
            return Err(needs_file(store.manifest(dataset)?.file(path)?.url.is_some()));
        }
        self.used.borrow_mut().push(file.clone());
        Ok(file)
    }

    /// Reads a CSV file with the columns that its manifest declares.
    ///
    /// # Errors
    /// Those of [`Context::file`] and of [`CsvTable::read`].
    pub fn csv(&self, dataset: &str, path: &str) -> Result<CsvTable, DatasetError> {
        let file = self.file(dataset, path)?;
        let entry = self.setup.store.manifest(dataset)?.file(path)?;
        CsvTable::read(entry, file.open()?)
    }

    /// The data files used so far.
    #[must_use]
    pub fn used(&self) -> Vec<DataFile> {
        self.used.borrow().clone()
    }

    /// The strongest evidence that the data used so far allow: a sample turns `Exact` into `Scaled`, a synthetic one
    /// into `Synthetic`.
    #[must_use]
    pub fn strongest_evidence(&self) -> Evidence {
        let of = |file: &DataFile| match file.origin {
            Origin::Sample { synthetic: true, .. } => Evidence::Synthetic,
            Origin::Sample { synthetic: false, .. } => Evidence::Scaled,
            Origin::PaperData(_) | Origin::Cache(_) => Evidence::Exact,
        };
        self.used.borrow().iter().map(of).max().unwrap_or(Evidence::Exact)
    }
}
