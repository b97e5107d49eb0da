//! `cargo xtask tidy`: checks of what the compiler cannot see.

mod documents;
mod sources;

use crate::workspace;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write generated documents (datasets/README.md) instead of only comparing them.
    #[arg(long)]
    fix: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let root = workspace::root();
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for folder in ["crates", "xtask", "tests", "datasets", ".ci", ".cargo"] {
        walk(&root.join(folder), &mut files)?;
    }
    for entry in std::fs::read_dir(&root)? {
        let path = entry?.path();
        let document = path.extension().is_some_and(|ending| ending == "md" || ending == "toml");
        if path.is_file() && document {
            files.push(path);
        }
    }
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        findings.extend(sources::check(&name, &text).into_iter().map(|finding| format!("{name}: {finding}")));
    }
    findings.extend(documents::experiments(&root)?);
    findings.extend(documents::crates(&root)?);
    findings.extend(documents::datasets(&root, arguments.fix)?);
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", files.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// All files below a folder, without what is built or fetched.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            let skipped =
                path.ends_with("target") || path.ends_with("datasets/cache") || path.ends_with("__pycache__");
            if !skipped {
                walk(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}
