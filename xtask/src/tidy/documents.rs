//! Rules that tie documents, manifests and experiments together.

use crate::{papers, summary};
use anyhow::{Context as _, Result};
use common::dataset::Manifest;
use std::path::Path;

/// Every experiment has an artefact, a unique id that begins with its crate, and a row in `REPRODUCTION.md`.
pub(super) fn experiments(root: &Path) -> Result<Vec<String>> {
    let committed = summary::read(&root.join("REPRODUCTION.md"))?;
    let mut findings = Vec::new();
    for paper in papers::PAPERS {
        for experiment in paper.experiments {
            let id = experiment.id;
            if !id.strip_prefix(paper.key).is_some_and(|rest| rest.starts_with('/')) {
                findings.push(format!("{id}: an id begins with the crate's name {}", paper.key));
            }
            if experiment.artefact.is_empty() {
                findings.push(format!("{id}: the paper's artefact is missing"));
            }
            if papers::experiments().filter(|other| other.id == id).count() > 1 {
                findings.push(format!("{id}: the id is used twice"));
            }
            if !committed.has(id) {
                findings.push(format!("REPRODUCTION.md: no row of {id} (cargo xtask reproduce --bless)"));
            }
        }
    }
    Ok(findings)
}

/// Every crate has a README, an example if it belongs to a paper, and an entry in the change log.
pub(super) fn crates(root: &Path) -> Result<Vec<String>> {
    let changes = read(&root.join("CHANGELOG.md"))?;
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !folder.join("README.md").is_file() {
            findings.push(format!("crates/{name}: README.md is missing"));
        }
        if !changes.contains(&format!("`{name}`")) {
            findings.push(format!("CHANGELOG.md: no entry names `{name}`"));
        }
        let of_a_paper = papers::PAPERS.iter().any(|paper| paper.key == name);
        if of_a_paper && !folder.join("examples").is_dir() {
            findings.push(format!("crates/{name}: an example is missing"));
        }
    }
    Ok(findings)
}

/// Every manifest belongs to a paper, names experiments that exist, and stands in `datasets/README.md`.
pub(super) fn datasets(root: &Path, fix: bool) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    for entry in std::fs::read_dir(root.join("datasets"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = read(&path)?;
            let manifest = Manifest::parse(&text).with_context(|| path.display().to_string())?;
            let registered =
                papers::PAPERS.iter().flat_map(|paper| paper.datasets).any(|set| set.manifest == text);
            if !registered {
                findings.push(format!("datasets/{}.toml: no paper lists it", manifest.name));
            }
            if path.file_stem().is_none_or(|stem| stem != manifest.name.as_str()) {
                findings.push(format!("{}: the file is named after the data set", manifest.name));
            }
            for user in &manifest.used_by {
                let exists = papers::experiments().any(|e| e.id == user) || root.join(user).exists();
                if !exists {
                    findings.push(format!(
                        "datasets/{}.toml: used_by names {user:?}, which does not exist",
                        manifest.name
                    ));
                }
            }
            manifests.push(manifest);
        }
    }
    manifests.sort_by(|a, b| a.name.cmp(&b.name));
    let (path, wanted) = (root.join("datasets/README.md"), readme(&manifests));
    if fix {
        std::fs::write(&path, &wanted)?;
    } else if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
        findings.push("datasets/README.md is not what the manifests say (cargo xtask tidy --fix)".into());
    }
    Ok(findings)
}

fn readme(manifests: &[Manifest]) -> String {
    let mut text = String::from(
        "# Data sets\n\nMade from the manifests by `cargo xtask tidy --fix`. Files are looked for in \
         `$PAPER_DATA/<name>/`, then in `datasets/cache/<name>/`; a sample embedded in a crate stands in where the \
         manifest names one. No data file is part of the repository.\n\n| name | what | licence | files | bytes | sample | used by \
         |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for manifest in manifests {
        let sample = match &manifest.sample {
            None => "none",
            Some(sample) if sample.synthetic => "synthetic",
            Some(_) => "yes",
        };
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        text += &format!(
            "| {} | {} | {} | {} | {bytes} | {sample} | {} |\n",
            manifest.name,
            manifest.title,
            manifest.license,
            manifest.files.len(),
            manifest.used_by.join(", ")
        );
    }
    text
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}
