//! `cargo xtask bench`: the benches, and the same work in other programs.
//!
//! A crate's criterion benches are all of its benches except `peer`. `benches/peer.rs` is a plain program: `--list`
//! prints a line `workload peer` for each workload, `--workload NAME` runs it once and prints one JSON line
//! `{"workload", "rows", "cpu_s", "check"}`; `benches/peers/peer.py` answers `--workload NAME` in the same way.

mod peers;

use crate::{papers, workspace};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The crate, such as `water-dc`; none: every paper crate.
    name: Option<String>,
    /// Also run the same work in Python peers, ours and theirs in alternation.
    #[arg(long)]
    peers: bool,
    /// Rounds of alternation; the fastest of each counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Leave out the criterion benches.
    #[arg(long)]
    only_peers: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let known: Vec<&str> = papers::PAPERS.iter().map(|paper| paper.key).collect();
    if let Some(name) = arguments.name.as_deref().filter(|name| !known.contains(name)) {
        bail!("unknown crate {name:?}; known: {}", known.join(", "));
    }
    for name in
        known.into_iter().filter(|name| arguments.name.as_deref().is_none_or(|wanted| wanted == *name))
    {
        if !arguments.only_peers {
            for bench in criterion_benches(name)? {
                status(Command::new("cargo").args(["bench", "-p", name, "--bench", &bench]))?;
            }
        }
        if arguments.peers || arguments.only_peers {
            peers::compare(name, arguments.rounds.max(1))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn folder(name: &str) -> PathBuf {
    workspace::root().join("crates").join(name).join("benches")
}

fn criterion_benches(name: &str) -> Result<Vec<String>> {
    let folder = folder(name);
    let mut benches = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "rs") && stem != "peer" {
            benches.push(stem);
        }
    }
    benches.sort();
    Ok(benches)
}

fn status(command: &mut Command) -> Result<()> {
    let status = command.current_dir(workspace::root()).status().with_context(|| format!("{command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
