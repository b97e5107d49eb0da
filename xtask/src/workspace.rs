//! The workspace and the machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Root of the workspace: the nearest folder, from the current one upwards, that holds `Cargo.lock` and `xtask`;
/// else the one that this program was built in.
pub(crate) fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let is_root = |folder: &&Path| folder.join("Cargo.lock").is_file() && folder.join("xtask").is_dir();
    let built_in = || Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf();
    here.ancestors().find(is_root).map_or_else(built_in, Path::to_path_buf)
}

/// The folder for everything that is built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// First line that a program prints, or "unknown".
fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let text =
        output.ok().filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    text.and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_else(|| "unknown".into())
}

/// Commit of the workspace, with `+` if tracked files were changed.
pub(crate) fn commit() -> String {
    let commit = first_line("git", &["rev-parse", "--short=12", "HEAD"]);
    let changed = first_line("git", &["status", "--porcelain", "--untracked-files=no"]);
    if commit != "unknown" && changed != "unknown" { commit + "+" } else { commit }
}

/// Versions that determine results.
pub(crate) fn versions() -> BTreeMap<String, String> {
    let papers = crate::papers::PAPERS.iter().map(|paper| (paper.key.to_owned(), paper.version.to_owned()));
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    papers.chain([("rustc".to_owned(), first_line(&compiler, &["-V"]).replace("rustc ", ""))]).collect()
}

/// Processor, cores and system in one line.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(':').nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{}, {cores} cores, {} {}",
        model.map_or("unknown processor", str::trim),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
