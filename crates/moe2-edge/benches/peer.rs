//! Selection on the instances that the Python peers in `benches/peers` also solve.
//!
//! `cargo bench -p moe2-edge --bench peer -- --workload 60j_2500ms_highs --rows 1000` prints one JSON line with the CPU seconds of
//! that many solutions and the optimal value; `--list` prints the workloads and their peers. All run on one thread. Values of
//! the frontier are summed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

use cpu_time::ProcessTime;
use moe2_edge::Result;
use moe2_edge::instance::synthetic;
use moe2_edge::objective::TopOne;
use moe2_edge::select::{DelayModel, EnergyModel, Limits, Rules, SelectionProblem, Solver};
use std::hint::black_box;
use std::process::ExitCode;

/// Experts, prompts, seed, J, s.
type Numbers = (usize, usize, u64, f64, f64);

const PROBLEMS: [(&str, Numbers); 7] = [
    ("15j_1s", (40, 200, 20_250_116, 15.0, 1.0)),
    ("30j_1500ms", (40, 200, 20_250_116, 30.0, 1.5)),
    ("60j_2500ms", (40, 200, 20_250_116, 60.0, 2.5)),
    ("100j_4s", (40, 200, 20_250_116, 100.0, 4.0)),
    ("200j_5s", (40, 200, 20_250_116, 200.0, 5.0)),
    ("sixty_60j_2500ms", (60, 2000, 5, 60.0, 2.5)),
    ("sixty_150j_4s", (60, 2000, 5, 150.0, 4.0)),
];

const PEERS: [(&str, &str); 2] =
    [("highs", "HiGHS, plain mixed-integer form, 1 thread"), ("numpy", "branch and bound in NumPy")];

fn workloads() -> Vec<(String, &'static str, Numbers)> {
    let pairs = PEERS.iter().flat_map(|peer| PROBLEMS.iter().map(move |problem| (peer, problem)));
    pairs
        .filter(|((peer, _), (_, numbers))| *peer != "highs" || numbers.1 <= 200)
        .map(|((peer, text), (name, numbers))| (format!("{name}_{peer}"), *text, *numbers))
        .collect()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let workloads = workloads();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, peer, _) in &workloads {
            println!("{name}\t{peer}");
        }
        return ExitCode::SUCCESS;
    }
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !workloads.iter().any(|(known, ..)| known == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    let rows = match value("--rows").map(|text| text.parse::<u32>()) {
        // `cargo bench` without a workload: a short run of each
        None => {
            if wanted.is_some() {
                500
            } else {
                50
            }
        }
        Some(Ok(rows @ 1..)) => rows,
        Some(_) => {
            eprintln!("error: --rows must be a whole number from 1 on");
            return ExitCode::FAILURE;
        }
    };
    for (name, _, numbers) in workloads.iter().filter(|w| wanted.is_none_or(|wanted| *wanted == w.0)) {
        match solve(*numbers, rows) {
            Ok((cpu_s, check)) => {
                println!("{{\"workload\":\"{name}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check}}}");
            }
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if wanted.is_none() {
        return frontiers();
    }
    ExitCode::SUCCESS
}

fn problem((n, prompts, seed, energy_j, delay_s): Numbers) -> Result<SelectionProblem<TopOne>> {
    let instance = synthetic(n, prompts, seed)?;
    let rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, energy_j, delay_s);
    SelectionProblem::new(TopOne::new(&instance.table), &instance.experts, &rules)
}

fn solve(numbers: Numbers, rows: u32) -> Result<(f64, i64)> {
    let problem = problem(numbers)?;
    let start = ProcessTime::now();
    let mut check = 0;
    for _ in 0..rows {
        check = black_box(&problem).solve(Solver::Auto, &Limits::default())?.value_units;
    }
    Ok((start.elapsed().as_secs_f64(), check))
}

/// Whole frontiers of energy and quality; there is no peer for them.
fn frontiers() -> ExitCode {
    for delay_s in [2.5, 5.0, f64::INFINITY] {
        let start = ProcessTime::now();
        let points = problem((40, 200, 20_250_116, f64::INFINITY, delay_s))
            .and_then(|problem| problem.frontier_energy(&Limits::default()));
        match points {
            Ok(points) => println!(
                "{{\"workload\":\"frontier_{delay_s}s\",\"rows\":{},\"cpu_s\":{:e},\"check\":{}}}",
                points.len(),
                start.elapsed().as_secs_f64(),
                points.iter().map(|point| point.value_units).sum::<i64>()
            ),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
