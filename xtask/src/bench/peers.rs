//! Ours and theirs in alternation.

use super::{folder, status};
use crate::workspace;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One run of one workload.
#[derive(Debug, Clone, Deserialize)]
struct Measurement {
    rows: u64,
    cpu_s: f64,
    check: f64,
}

impl Measurement {
    fn ns_per_row(&self) -> f64 {
        self.cpu_s * 1e9 / self.rows as f64
    }
}

/// Runs every workload of a crate in alternation and writes `target/bench/table.md`.
pub(super) fn compare(name: &str, rounds: usize) -> Result<()> {
    let ours = build(name)?;
    write_tables(name)?;
    let listed = output(Command::new(&ours).arg("--list"))?;
    let theirs = python(name)?;
    let mut table = format!(
        "## {name}\n\nCPU time, the fastest of {rounds} alternating runs, on {}.\n\n\
         | workload | ours ns/row | peer | peer ns/row | peer / ours | results differ by |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        workspace::machine()
    );
    for line in listed.lines().filter(|line| !line.is_empty()) {
        let (workload, peer) =
            line.split_once(char::is_whitespace).context("a workload line is NAME PEER")?;
        let (mut best_ours, mut best_theirs) = (None, None);
        for round in 1..=rounds {
            eprintln!("{workload}: round {round} of {rounds}");
            keep_best(&mut best_ours, measure(Command::new(&ours).args(["--workload", workload]))?);
            if let Some((python, script)) = &theirs {
                let run = measure(Command::new(python).arg(script).args(["--workload", workload]))?;
                keep_best(&mut best_theirs, run);
            }
        }
        let ours = best_ours.context("at least one round")?;
        let (their_time, ratio, difference) = match &best_theirs {
            None => ("not run".into(), String::new(), String::new()),
            Some(theirs) => (
                format!("{:.2}", theirs.ns_per_row()),
                format!("{:.2}", theirs.ns_per_row() / ours.ns_per_row()),
                format!(
                    "{:.1e}",
                    (ours.check - theirs.check).abs() / theirs.check.abs().max(f64::MIN_POSITIVE)
                ),
            ),
        };
        table += &format!(
            "| {workload} | {:.2} | {peer} | {their_time} | {ratio} | {difference} |\n",
            ours.ns_per_row()
        );
    }
    let path = workspace::target().join("bench/table.md");
    std::fs::create_dir_all(path.parent().context("a file needs a folder")?)?;
    merge(&path, name, &table)?;
    println!("{table}\n{}", path.display());
    Ok(())
}

/// A crate with an example `frames` has peers that read the tables which it writes. It is built with the whole
/// workspace, so that its heavy dependencies are built once.
fn write_tables(name: &str) -> Result<()> {
    let parts = workspace::target().join("bench").join(name).join("parts");
    if !workspace::root().join("crates").join(name).join("examples/frames.rs").is_file() || parts.is_dir() {
        return Ok(());
    }
    status(Command::new("cargo").args(["build", "--workspace", "--all-targets", "--locked"]))?;
    let unfinished = parts.with_extension("unfinished");
    if unfinished.is_dir() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    status(Command::new(workspace::target().join("debug/examples/frames")).arg(&unfinished))?;
    std::fs::rename(&unfinished, &parts).with_context(|| parts.display().to_string())
}

fn keep_best(best: &mut Option<Measurement>, run: Measurement) {
    if best.as_ref().is_none_or(|best| run.ns_per_row() < best.ns_per_row()) {
        *best = Some(run);
    }
}

/// Replaces the section of this crate in the table and leaves those of the others.
fn merge(path: &Path, name: &str, section: &str) -> Result<()> {
    let old = std::fs::read_to_string(path).unwrap_or_default();
    let head = format!("## {name}\n");
    let others = old.split("\n## ").map(|part| format!("## {}", part.trim_start_matches("## ").trim_end()));
    let mut sections: Vec<String> =
        others.filter(|part| part.len() > 3 && !part.starts_with(&head)).collect();
    sections.push(section.trim_end().to_owned());
    std::fs::write(path, sections.join("\n\n") + "\n").with_context(|| path.display().to_string())
}

/// Builds `benches/peer.rs` and returns the program.
fn build(name: &str) -> Result<PathBuf> {
    let arguments = ["bench", "-p", name, "--bench", "peer", "--no-run", "--message-format", "json"];
    let text = output(Command::new("cargo").args(arguments))?;
    let programs = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let of_bench = |message: &serde_json::Value| {
        (message["target"]["name"] == "peer")
            .then(|| message["executable"].as_str().map(PathBuf::from))
            .flatten()
    };
    programs
        .filter_map(|message| of_bench(&message))
        .next_back()
        .with_context(|| format!("{name} has no bench `peer`"))
}

/// Python with the peers of this crate in `target/peers`, and the script; `None`, said loudly, without Python.
fn python(name: &str) -> Result<Option<(PathBuf, PathBuf)>> {
    let place = workspace::target().join("peers").join(name);
    let python = place.join("bin/python");
    let folder = folder(name).join("peers");
    let (script, requirements) = (folder.join("peer.py"), folder.join("requirements.txt"));
    if Command::new("python3").arg("--version").output().is_err() {
        println!("SKIPPED: python3 is not installed, the peers of {name} do not run; ours run alone");
        return Ok(None);
    }
    if !python.is_file() {
        status(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    }
    // Pins that are already met are left alone, so that a warm run needs no network.
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    status(Command::new(&python).args(pip).arg(&requirements))?;
    Ok(Some((python, script)))
}

fn measure(command: &mut Command) -> Result<Measurement> {
    let text = output(command)?;
    let line = text
        .lines()
        .rfind(|line| line.starts_with('{'))
        .with_context(|| format!("{command:?} printed no result"))?;
    let run: Measurement =
        serde_json::from_str(line).with_context(|| format!("{command:?} printed {line}"))?;
    if run.rows == 0 || !run.cpu_s.is_finite() {
        bail!("{command:?} measured nothing: {line}");
    }
    Ok(run)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command
        .current_dir(workspace::root())
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.md");
        merge(&path, "a", "## a\n\nfirst\n").unwrap();
        merge(&path, "b", "## b\n\nsecond\n").unwrap();
        merge(&path, "a", "## a\n\nthird\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "## b\n\nsecond\n\n## a\n\nthird\n");
    }
}
