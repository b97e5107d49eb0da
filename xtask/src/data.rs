//! `cargo xtask data`: list, fetch and verify the data sets.

mod fetch;
mod package;

use crate::{papers, workspace};
use anyhow::{Result, bail};
use common::dataset::{DataRoots, DatasetError, Manifest, Store};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List the data sets and where each file was found.
    List {
        /// Names of data sets; none: all.
        names: Vec<String>,
    },
    /// Download files into datasets/cache, with checksum, resuming what was begun.
    Fetch {
        /// Names of data sets; none: all.
        names: Vec<String>,
    },
    /// Check the size and SHA-256 of every file that is at hand.
    Verify {
        /// Names of data sets; none: all.
        names: Vec<String>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let store = store()?;
    match &arguments.command {
        Command::List { names } => list(&store, &chosen(&store, names)?),
        Command::Fetch { names } => fetch::run(&store, &chosen(&store, names)?),
        Command::Verify { names } => Ok(verify(&store, &chosen(&store, names)?)),
    }
}

/// The data sets of all papers.
pub(crate) fn store() -> Result<Store> {
    store_at(DataRoots::from_env(&workspace::root()))
}

/// A `PAPER_DATA` that is no folder is a mistake, not the absence of data.
fn store_at(roots: DataRoots) -> Result<Store> {
    if let Some(folder) = roots.paper_data.as_ref().filter(|folder| !folder.is_dir()) {
        bail!("PAPER_DATA must be a folder that exists, got {}", folder.display());
    }
    Ok(Store::new(roots, papers::PAPERS.iter().flat_map(|paper| paper.datasets).copied())?)
}

fn chosen<'a>(store: &'a Store, names: &[String]) -> Result<Vec<&'a Manifest>> {
    for name in names {
        if !store.manifests().any(|manifest| manifest.name == *name) {
            let known: Vec<_> = store.manifests().map(|manifest| manifest.name.as_str()).collect();
            bail!("unknown data set {name:?}; known: {}", known.join(", "));
        }
    }
    Ok(store.manifests().filter(|m| names.is_empty() || names.contains(&m.name)).collect())
}

fn list(store: &Store, manifests: &[&Manifest]) -> Result<ExitCode> {
    if let Some(folder) = &store.roots().paper_data {
        println!("PAPER_DATA is {}", folder.display());
    } else {
        println!("PAPER_DATA is not set");
    }
    for manifest in manifests {
        println!("{}: {} ({})", manifest.name, manifest.title, manifest.license);
        for file in &manifest.files {
            let place = match store.file(&manifest.name, &file.path) {
                Ok(found) => found.origin_text(),
                Err(error) if error.is_not_at_hand() => format!("not at hand; {}", how(file)),
                Err(error @ (DatasetError::Checksum { .. } | DatasetError::Size { .. })) => error.to_string(),
                Err(error) => return Err(error.into()),
            };
            println!("  {} ({} bytes): {place}", file.path, file.bytes);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How a file that is not at hand is obtained.
fn how(file: &common::dataset::FileEntry) -> String {
    match &file.how {
        _ if file.is_fetchable() => "`cargo xtask data fetch` gets it".into(),
        Some(how) => how.clone(),
        None => "no source is known".into(),
    }
}

fn verify(store: &Store, manifests: &[&Manifest]) -> ExitCode {
    let mut bad = 0;
    for manifest in manifests {
        for file in &manifest.files {
            match store.file(&manifest.name, &file.path) {
                Ok(found) => {
                    println!("ok       {}/{} from {}", manifest.name, file.path, found.origin_text());
                }
                Err(error) if error.is_not_at_hand() => println!("absent   {}/{}", manifest.name, file.path),
                Err(error) => {
                    bad += 1;
                    println!("refused  {error}");
                }
            }
        }
    }
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_data_must_be_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let roots = |path: std::path::PathBuf| DataRoots { paper_data: Some(path), cache: None };
        assert!(store_at(roots(folder.path().into())).is_ok());
        let text = store_at(roots(folder.path().join("nowhere"))).unwrap_err().to_string();
        assert!(text.starts_with("PAPER_DATA must be a folder that exists, got "), "{text}");
    }
}
