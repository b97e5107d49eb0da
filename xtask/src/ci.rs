//! `cargo xtask ci`: the steps of continuous integration.

use crate::{papers, workspace};
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Steps to run, in the order of the list; none: all.
    steps: Vec<String>,
    /// Only list the steps.
    #[arg(long)]
    list: bool,
}

struct Step {
    name: &'static str,
    commands: Vec<Vec<String>>,
    environment: &'static [(&'static str, &'static str)],
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// The steps, cheap ones first, tests last so that their counts close the output. The workspace is built once, with one
/// set of features; later steps use what that build left.
fn steps() -> Vec<Step> {
    let step = |name, lines: &[&str]| Step {
        name,
        commands: lines.iter().copied().map(words).collect(),
        environment: &[],
    };
    let bare = papers::PAPERS
        .iter()
        .map(|paper| format!("cargo check --locked -p {} --no-default-features", paper.key));
    let bare: Vec<String> = bare.collect();
    let xtask = workspace::target().join("debug/xtask").display().to_string();
    vec![
        step("format", &["cargo fmt --all --check"]),
        step("build", &["cargo build --workspace --all-targets --locked"]),
        step("tidy", &[&format!("{xtask} tidy")]),
        step("lint", &["cargo clippy --workspace --all-targets --locked -- -D warnings"]),
        Step {
            environment: &[("RUSTDOCFLAGS", "-D warnings")],
            ..step("docs", &["cargo doc --workspace --no-deps --locked"])
        },
        step("features", &bare.iter().map(String::as_str).collect::<Vec<_>>()),
        step("reproduce", &[&format!("{xtask} reproduce --profile smoke --check")]),
        // Has features of its own, which make polars build once more: not part of the workspace's build.
        step("sql", &["cargo test --locked -p water-dc --features sql-check --test sql"]),
        step("tests", &["cargo test --workspace --locked"]),
    ]
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let steps = steps();
    for name in &arguments.steps {
        if !steps.iter().any(|step| step.name == name) {
            let known: Vec<_> = steps.iter().map(|step| step.name).collect();
            bail!("unknown step {name:?}; known: {}", known.join(", "));
        }
    }
    let chosen =
        steps.iter().filter(|s| arguments.steps.is_empty() || arguments.steps.iter().any(|n| n == s.name));
    let mut tests = None;
    for step in chosen {
        if arguments.list {
            println!("{}", step.name);
            continue;
        }
        let begin = Instant::now();
        for command in &step.commands {
            println!("==> {}: {}", step.name, command.join(" "));
            let counts = execute(command, step.environment)?;
            if step.name == "tests" {
                tests = Some(counts);
            }
        }
        println!("==> {}: {:.0} s", step.name, begin.elapsed().as_secs_f64());
    }
    if let Some((passed, failed)) = tests {
        println!("{passed} passed, {failed} failed");
        if passed == 0 {
            bail!("no test ran");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a command, passes its output on, and adds up the counts of the test harness in it.
fn execute(command: &[String], environment: &[(&str, &str)]) -> Result<(u64, u64)> {
    let (program, arguments) = command.split_first().context("an empty command")?;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(workspace::root())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| command.join(" "))?;
    let mut counts = (0, 0);
    let output = child.stdout.take().context("output is piped")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some((passed, failed)) = test_counts(&line) {
            counts = (counts.0 + passed, counts.1 + failed);
        }
        println!("{line}");
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", command.join(" "));
    }
    Ok(counts)
}

/// The counts in a closing line of the test harness.
fn test_counts(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number = |label: &str| {
        let part = counts.split(';').find(|part| part.trim_end().ends_with(label))?;
        part.split_whitespace().next()?.parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_harness() {
        let line =
            "test result: ok. 22 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.08s";
        assert_eq!(test_counts(line), Some((22, 1)));
        assert_eq!(test_counts("running 3 tests"), None);
    }
}
