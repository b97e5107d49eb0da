//! `moe2 verify`.

use crate::error::{Failure, Result};
use crate::output::Show;
use crate::problem::ProblemArguments;
use moe2_edge::Error;
use moe2_edge::select::{Certificate, verify_certificate};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Checks a proof of optimality without the solver: from the scores and the constraints alone.
///
/// Scores, gate and budgets are those of `moe2 select`. A proof that does not hold ends with exit status 1 and the reason.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 select examples/cluster.toml --scores instance --certificate proof.json
  moe2 verify examples/cluster.toml --scores instance proof.json
  moe2 verify examples/cluster.toml --scores instance --energy 130 proof.json      fails: another budget")]
pub struct Arguments {
    #[command(flatten)]
    problem: ProblemArguments,
    /// The proof.
    #[arg(value_name = "CERTIFICATE.json")]
    certificate: PathBuf,
}

/// The largest certificate that is read, bytes.
const MOST_BYTES: u64 = 1 << 28;

#[derive(Serialize)]
struct Outcome {
    holds: bool,
    /// Why not.
    reason: Option<String>,
    experts: Vec<String>,
    quality: f64,
    upper_bound: f64,
    boxes: usize,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let certificate = read(&arguments.certificate)?;
    let problem = arguments.problem.load(show)?;
    let verdict = show.wait("checking", || verify_certificate(&problem.selection, &certificate));
    let scale = moe2_edge::objective::SetObjective::scale(problem.selection.objective());
    let named = certificate.set.iter().filter_map(|i| problem.cluster.experts.get(i));
    let outcome = Outcome {
        holds: verdict.is_ok(),
        reason: verdict.as_ref().err().map(ToString::to_string),
        experts: named.map(|expert| expert.name.clone()).collect(),
        quality: certificate.value as f64 / scale,
        upper_bound: certificate.upper as f64 / scale,
        boxes: certificate.leaves.len(),
    };
    if outcome.holds || show.json {
        show.result(&outcome, || {
            format!(
                "the certificate holds: {} boxes\nexperts   {}\nquality   {:.4}, at most {:.4} is possible\n",
                outcome.boxes,
                outcome.experts.join(", "),
                outcome.quality,
                outcome.upper_bound
            )
        })?;
    }
    Ok(verdict.map_err(Error::from)?)
}

fn read(path: &Path) -> Result<Certificate> {
    let file = |source| Failure::File { path: path.into(), source };
    let bytes = std::fs::metadata(path).map_err(file)?.len();
    if bytes > MOST_BYTES {
        return Err(Failure::TooLarge { path: path.into(), limit: MOST_BYTES, bytes });
    }
    let text = std::fs::read(path).map_err(file)?;
    serde_json::from_slice(&text).map_err(|source| Failure::NotACertificate { path: path.into(), source })
}
