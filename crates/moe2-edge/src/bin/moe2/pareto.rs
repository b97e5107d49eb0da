//! `moe2 pareto`.

use crate::error::{Failure, Result};
use crate::output::{Show, Table, thousandths};
use crate::problem::{Choice, ProblemArguments};
use moe2_edge::select::Limits;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Every compromise between energy and quality up to the energy budget, each proven.
///
/// For any smaller budget the best set is one of these.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 pareto examples/cluster.toml --scores instance
  moe2 pareto examples/cluster.toml --scores instance --energy inf --delay 9 --csv frontier.csv
  moe2 pareto examples/boards.toml --scores synthetic --energy inf --json")]
pub struct Arguments {
    #[command(flatten)]
    problem: ProblemArguments,
    /// Write the points as CSV.
    #[arg(long, value_name = "OUT")]
    csv: Option<PathBuf>,
}

#[derive(Serialize)]
struct Outcome {
    scores: String,
    points: Vec<Choice>,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let problem = arguments.problem.load(show)?;
    let frontier = show.wait("searching", || problem.selection.frontier_energy(&Limits::default()))?;
    let points: Vec<Choice> = frontier.iter().map(|point| problem.choice("exact", point)).collect();
    if let Some(path) = &arguments.csv {
        write(path, &points).map_err(|source| Failure::Csv { path: path.clone(), source })?;
    }
    let outcome = Outcome { scores: problem.origin, points };
    show.result(&outcome, || {
        let mut table = Table::new(0, ["energy J", "quality", "delay s", "experts"]);
        for point in &outcome.points {
            table.row(cells(point, ", "));
        }
        format!("{}\n\n{}", outcome.scores, table.render())
    })
}

fn cells(point: &Choice, separator: &str) -> [String; 4] {
    [
        thousandths(point.energy_j),
        format!("{:.4}", point.quality),
        thousandths(point.longest_delay_s()),
        point.experts.join(separator),
    ]
}

fn write(path: &Path, points: &[Choice]) -> std::result::Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(["energy_j", "quality", "longest_delay_s", "experts"])?;
    for point in points {
        let [energy, _, delay, experts] = cells(point, " ");
        writer.write_record([energy, point.quality.to_string(), delay, experts])?;
    }
    Ok(writer.flush()?)
}
