//! `moe2 select`.

use crate::error::{Failure, Result};
use crate::output::{Show, Table, thousandths};
use crate::problem::{Choice, HeldOut, Problem, ProblemArguments};
use moe2_edge::ExpertSet;
use moe2_edge::gate::evaluate::{oracle_score, routed_score};
use moe2_edge::select::{Greedy, Limits, Order, Solution, Solver, Status, verify_certificate};
use moe2_edge::{Error, select::Constraint};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The best set of experts under the budgets, beside greedy sets and the best single expert.
///
/// Quality is the mean over the prompts of the best member's score. Among equal sets the one of least energy is taken.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 select examples/cluster.toml --scores instance
  moe2 select examples/cluster.toml --scores instance --energy 130 --delay 8 --certificate proof.json
  moe2 select examples/cluster.toml --scores instance --solver polyblock --json
  moe2 select examples/boards.toml --scores synthetic --gate gate.safetensors
  moe2 select cluster.toml --scores scores.parquet --time 10")]
pub struct Arguments {
    #[command(flatten)]
    problem: ProblemArguments,
    /// How the problem is solved.
    #[arg(long, value_enum, default_value = "auto")]
    solver: SolverName,
    /// Write a proof that `moe2 verify` checks.
    #[arg(long, value_name = "OUT.json")]
    certificate: Option<PathBuf>,
    /// End the search after so many seconds with the best set so far and a bound.
    #[arg(long, value_name = "S", value_parser = crate::problem::budget)]
    time: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum SolverName {
    /// Branch and bound.
    Auto,
    /// All sets, of at most 24 experts.
    Exhaustive,
    /// Outer approximation by a union of boxes.
    Polyblock,
    /// Branch, reduce and bound, the largest bound first.
    Branch,
    /// The expert of largest gain while one fits; no proof.
    Greedy,
}

#[derive(Serialize)]
struct Outcome {
    scores: String,
    energy_budget_j: f64,
    delay_limits_s: Vec<f64>,
    categories: Vec<String>,
    best: Choice,
    proven: bool,
    upper_bound: f64,
    /// Boxes or sets looked at.
    nodes: u64,
    binding: Vec<Binding>,
    baselines: Vec<Choice>,
    held_out: Option<HeldOutScores>,
    certificate: Option<CertificateFile>,
}

#[derive(Serialize)]
struct Binding {
    constraint: Constraint,
    text: String,
}

/// Mean scores on the rows held out.
#[derive(Serialize)]
struct HeldOutScores {
    prompts: usize,
    /// Of the set, routed by the gate.
    routed: Option<f64>,
    /// Of the best member on each prompt.
    oracle: f64,
    /// Of the best single expert.
    best_single: Option<f64>,
}

#[derive(Serialize)]
struct CertificateFile {
    path: PathBuf,
    boxes: usize,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let proves = matches!(arguments.solver, SolverName::Auto | SolverName::Branch);
    if arguments.certificate.is_some() && !proves {
        return Err(Failure::Option { option: "certificate", needs: "--solver auto or branch" });
    }
    let problem = arguments.problem.load(show)?;
    let time = arguments.time.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    let limits = Limits { time, certificate: arguments.certificate.is_some(), ..Limits::default() };
    let (method, solver) = match arguments.solver {
        SolverName::Auto => ("exact", Solver::Auto),
        SolverName::Exhaustive => ("exhaustive", Solver::Exhaustive),
        SolverName::Polyblock => ("polyblock", Solver::Polyblock),
        SolverName::Branch => ("branch and bound", Solver::BranchAndBound(Order::BestFirst)),
        SolverName::Greedy => ("greedy", Solver::Greedy(Greedy::Gain)),
    };
    let best = show.wait("searching", || problem.selection.solve(solver, &limits))?;
    let mut baselines = Vec::new();
    let mut single = None;
    for (name, rule) in [
        ("greedy by gain", Greedy::Gain),
        ("greedy by gain per J", Greedy::GainPerEnergy),
        ("best single expert", Greedy::BestSingle),
    ] {
        match problem.selection.solve(Solver::Greedy(rule), &Limits::default()) {
            Ok(solution) => {
                baselines.push(problem.choice(name, &solution));
                single = Some(solution.experts).filter(|_| rule == Greedy::BestSingle);
            }
            Err(Error::LimitReached { .. }) => {} // a greedy way may miss every feasible set
            Err(error) => return Err(error.into()),
        }
    }
    let certificate =
        arguments.certificate.as_deref().map(|path| write(&problem, &best, path)).transpose()?;
    let held_out = problem.held_out.as_ref().map(|rows| held_out(rows, best.experts, single)).transpose()?;
    let outcome = Outcome {
        scores: problem.origin.clone(),
        energy_budget_j: problem.cluster.rules.budgets.energy_j,
        delay_limits_s: problem.cluster.rules.budgets.delay_s.clone(),
        categories: problem.cluster.categories.clone(),
        best: problem.choice(method, &best),
        proven: best.status == Status::Optimal,
        upper_bound: best.upper_bound,
        nodes: best.stats.nodes,
        binding: best
            .binding
            .iter()
            .map(|&constraint| Binding { constraint, text: problem.constraint(constraint) })
            .collect(),
        baselines,
        held_out,
        certificate,
    };
    show.result(&outcome, || text(&outcome))
}

/// Writes the proof once it has been checked.
fn write(problem: &Problem, best: &Solution, path: &Path) -> Result<CertificateFile> {
    let certificate =
        best.certificate.as_ref().filter(|_| best.status == Status::Optimal).ok_or(Failure::NoCertificate)?;
    verify_certificate(&problem.selection, certificate).map_err(Error::from)?;
    let file = |source| Failure::File { path: path.into(), source };
    std::fs::write(path, serde_json::to_string(certificate)? + "\n").map_err(file)?;
    Ok(CertificateFile { path: path.into(), boxes: certificate.leaves.len() })
}

fn held_out(rows: &HeldOut, set: ExpertSet, single: Option<ExpertSet>) -> Result<HeldOutScores> {
    let routed = rows.predictions.as_ref().map(|predictions| routed_score(predictions, &rows.data, set));
    Ok(HeldOutScores {
        prompts: rows.data.len(),
        routed: routed.transpose()?,
        oracle: oracle_score(&rows.data, set)?,
        best_single: single.map(|single| oracle_score(&rows.data, single)).transpose()?,
    })
}

fn text(outcome: &Outcome) -> String {
    let Outcome { best, .. } = outcome;
    let mut text = format!("scores    {}\n", outcome.scores);
    text += &format!("experts   {}\n", best.experts.join(", "));
    let proof = if outcome.proven {
        format!("no feasible set is better: proven at {} nodes", outcome.nodes)
    } else {
        format!("not proven, at most {:.4} is possible", outcome.upper_bound)
    };
    text += &format!("quality   {:.4}, {proof}\n", best.quality);
    text += &format!(
        "energy    {} J, budget {}\n",
        thousandths(best.energy_j),
        thousandths(outcome.energy_budget_j)
    );
    let delays: Vec<String> = best
        .delay_s
        .iter()
        .zip(&outcome.delay_limits_s)
        .map(|(delay, limit)| format!("delay     {} s, limit {}", thousandths(*delay), thousandths(*limit)))
        .collect();
    match &delays[..] {
        [first, rest @ ..] if rest.iter().all(|delay| delay == first) => {
            text += &format!("{first}  (every category)\n");
        }
        _ => {
            for (delay, category) in delays.iter().zip(&outcome.categories) {
                text += &format!("{delay}  ({category})\n");
            }
        }
    }
    let binding: Vec<&str> = outcome.binding.iter().map(|binding| binding.text.as_str()).collect();
    text +=
        &format!("binding   {}\n\n", if binding.is_empty() { "nothing".into() } else { binding.join(", ") });
    let mut table = Table::new(1, ["method", "quality", "energy J", "delay s", "experts"]);
    for choice in std::iter::once(best).chain(&outcome.baselines) {
        table.row([
            choice.method.to_owned(),
            format!("{:.4}", choice.quality),
            thousandths(choice.energy_j),
            thousandths(choice.longest_delay_s()),
            choice.experts.join(", "),
        ]);
    }
    text += &table.render();
    if let Some(held_out) = &outcome.held_out {
        text += &format!("\nmean scores on {} held-out prompts: ", held_out.prompts);
        if let Some(routed) = held_out.routed {
            text += &format!("routed by the gate {routed:.4}, ");
        }
        text += &format!("oracle {:.4}", held_out.oracle);
        if let Some(single) = held_out.best_single {
            text += &format!(", best single expert {single:.4}");
        }
        text += "\n";
    }
    if let Some(file) = &outcome.certificate {
        text += &format!("\ncertificate of {} boxes in {}\n", file.boxes, file.path.display());
    }
    text
}
