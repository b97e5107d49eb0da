//! `cargo xtask reproduce`: run, judge, write the report.

use crate::progress::Terminal;
use crate::{data, filter, papers, summary, workspace};
use anyhow::{Context as _, Result, bail};
use common::experiment::{Profile, Progress, Report, RunError, Setup, Verdict};
use common::report::{Circumstances, Run, Settings};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Beginnings of experiment ids, such as `water-dc` or `water-dc/r3`; none: all.
    filters: Vec<String>,
    /// Size of the run: smoke, quick, long or full.
    #[arg(long, default_value_t = Profile::Quick)]
    profile: Profile,
    /// Seed of all random streams.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the report is written [default: target/reproduce].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only list the experiments.
    #[arg(long)]
    list: bool,
    /// Fail if a verdict differs from the one in REPRODUCTION.md.
    #[arg(long)]
    check: bool,
    /// Write the verdicts of this run into REPRODUCTION.md; a quick run must be whole.
    #[arg(long)]
    bless: bool,
}

/// The terminal shared between the loop below and the experiments.
struct Shared(Rc<Terminal>);

impl Progress for Shared {
    fn start(&self, task: &str, total: Option<u64>) {
        self.0.start(task, total);
    }
    fn advance(&self, steps: u64) {
        self.0.advance(steps);
    }
    fn finish(&self) {
        self.0.finish();
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let chosen = filter::choose(papers::experiments(), &arguments.filters)?;
    if arguments.list {
        for experiment in chosen {
            println!("{:<40} {} ({})", experiment.id, experiment.title, experiment.artefact);
        }
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.bless && arguments.profile <= Profile::Quick && !arguments.filters.is_empty() {
        bail!("--bless writes the section of a quick run as a whole: leave out {:?}", arguments.filters);
    }
    let root = workspace::root();
    let committed = summary::read(&root.join("REPRODUCTION.md"))?;
    let terminal = Rc::new(Terminal::default());
    let store = data::store()?;
    // what an interrupted run of hours goes on from; shorter runs begin anew
    let kept = matches!(arguments.profile, Profile::Long | Profile::Full).then(|| {
        let run = format!("{}-seed{}", arguments.profile.name(), arguments.seed);
        workspace::target().join("reproduce-kept").join(run)
    });
    let setup = Setup {
        known: committed.known.clone(),
        progress: Box::new(Shared(terminal.clone())),
        kept: kept.clone(),
        ..Setup::new(arguments.profile, arguments.seed, store)
    };

    let out = arguments.out.clone().unwrap_or_else(|| workspace::target().join("reproduce"));
    writable(&out).with_context(|| format!("the report cannot be written to {}", out.display()))?;

    let (begin, started) = (Instant::now(), jiff::Timestamp::now());
    let mut failures = Vec::new();
    let mut number = 0;
    let mut run_papers = Vec::new();
    for paper in papers::PAPERS {
        let mut reports = Vec::new();
        for experiment in paper.experiments.iter().filter(|e| chosen.iter().any(|c| c.id == e.id)) {
            number += 1;
            terminal.begin(number, chosen.len(), experiment.id);
            match experiment.execute(&setup) {
                Ok(report) => reports.push(report),
                Err(error) => {
                    reports.push(Report::of_failure(experiment, &setup, &error));
                    failures.push(error);
                }
            }
        }
        if !reports.is_empty() {
            run_papers.push((*paper, reports));
        }
    }
    terminal.clear();

    let run = Run {
        papers: run_papers,
        settings: Settings {
            profile: arguments.profile.to_string(),
            seed: arguments.seed,
            versions: workspace::versions(),
        },
        circumstances: Circumstances {
            machine: workspace::machine(),
            commit: workspace::commit(),
            started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            seconds: begin.elapsed().as_secs_f64(),
        },
    };
    run.write(&out).with_context(|| format!("writing the report to {}", out.display()))?;
    if let Some(folder) = kept.filter(|folder| failures.is_empty() && folder.is_dir()) {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    print(&run, &failures, &out);

    let mut differences = Vec::new();
    if arguments.check {
        let all = arguments.filters.is_empty();
        differences = committed.differences(run.reports().flat_map(|report| &report.rows), all);
        for difference in &differences {
            println!("differs from REPRODUCTION.md: {difference}");
        }
    }
    if arguments.bless {
        blessable(&run, &failures)?;
        summary::write(&root.join("REPRODUCTION.md"), &run)?;
    }
    Ok(exit_code(&run, &failures, &differences))
}

/// Fails before the experiments run, not after, where the report could not be written.
fn writable(out: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    std::fs::OpenOptions::new().create(true).append(true).open(out.join("index.md")).map(drop)
}

/// The committed verdicts are those of complete runs: no experiment failed, every data file was at hand.
fn blessable(run: &Run, failures: &[RunError]) -> Result<()> {
    if let Some(failure) = failures.first() {
        bail!("REPRODUCTION.md stays as it is, because an experiment failed: {failure}");
    }
    if let Some(why) = run.reports().flat_map(|report| &report.rows).find_map(|row| row.unavailable.as_ref())
    {
        bail!("REPRODUCTION.md stays as it is, because {why}");
    }
    Ok(())
}

fn exit_code(run: &Run, failures: &[RunError], differences: &[String]) -> ExitCode {
    let unexplained = run
        .reports()
        .flat_map(|report| &report.rows)
        .any(|row| row.verdict.is_failure() && row.known.is_none());
    match (failures.is_empty(), unexplained || !differences.is_empty()) {
        (false, _) => ExitCode::from(2),
        (true, true) => ExitCode::from(1),
        (true, false) => ExitCode::SUCCESS,
    }
}

/// The summary on stdout.
fn print(run: &Run, failures: &[RunError], out: &Path) {
    let width = run.reports().map(|report| report.experiment.id.len()).max().unwrap_or(0);
    println!("{:<width$}  numbers  verdicts", "experiment");
    for report in run.reports() {
        println!("{:<width$}  {:>7}  {}", report.experiment.id, report.rows.len(), verdicts(report));
    }
    for report in run.reports() {
        for row in
            report.rows.iter().filter(|row| row.verdict.is_failure() || row.verdict == Verdict::TrendFails)
        {
            let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| v.to_string());
            println!(
                "{}: {}, {}: paper {}, ours {}, bound {}{}",
                row.verdict.label(),
                row.experiment,
                row.name,
                number(row.paper),
                number(row.ours),
                row.bound.as_deref().unwrap_or("-"),
                row.known.as_ref().map(|why| format!(" (known: {why})")).unwrap_or_default(),
            );
        }
        let unavailable: Vec<_> = report.rows.iter().filter_map(|row| row.unavailable.as_ref()).collect();
        if let Some(why) = unavailable.first() {
            println!("{}: {} numbers not judged: {why}", report.experiment.id, unavailable.len());
        }
    }
    for failure in failures {
        println!("failed: {failure}");
    }
    let counts: Vec<_> = run.counts().iter().map(|(verdict, n)| format!("{n} {}", verdict.label())).collect();
    let judged: usize = run.counts().iter().filter(|(verdict, _)| verdict.is_judged()).map(|(_, n)| n).sum();
    println!("{} ({judged} judged), {:.1} s", counts.join(", "), run.circumstances.seconds);
    println!("{}", out.join("index.html").display());
}

fn verdicts(report: &Report) -> String {
    let count = |verdict| report.rows.iter().filter(|row| row.verdict == verdict).count();
    let parts =
        Verdict::ALL.into_iter().map(|verdict| (count(verdict), verdict.label())).filter(|(n, _)| *n > 0);
    parts.map(|(n, label)| format!("{n} {label}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_takes_no_report_is_found_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        assert!(writable(&folder.path().join("new/folder")).is_ok());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(writable(&folder.path().join("file")).is_err());
        assert!(writable(&folder.path().join("file/below")).is_err());
    }
}
