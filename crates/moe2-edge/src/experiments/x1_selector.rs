//! Whether the solvers find and prove the optimum, and how far heuristics stay below it.

use super::{equal, exact, known};
use crate::instance::{Instance, small, synthetic};
use crate::objective::{AnswerClass, AnyCorrect, BestMixture, SetObjective, TopOne};
use crate::select::{
    Budgets, Certificate, DelayModel, EnergyModel, Greedy, Limits, Order, Reason, Rules, SelectionProblem,
    Solver, verify_certificate,
};
use crate::{Error, ExpertSet, Result};
use common::experiment::{Bound, Cell, Context, Expected, Experiment, Profile, Record, Table};
use rand::{Rng, RngExt as _};

/// The selector.
pub const EXPERIMENT: Experiment = Experiment {
    id: "moe2-edge/x1-selector",
    title: "Optimal selection, proven",
    artefact: "abstract: optimal expert selection by discrete monotonic optimisation",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(context, record)?),
};

const SMALL: &str = "8 experts, 14 budgets: sets on which four solvers differ";
const TOP_ONE: &str = "random instances to 14 experts, best member: sets on which four solvers differ";
const ANY_CORRECT: &str = "random instances, any member correct: largest difference of values";
const MIXTURE: &str = "random instances, best mixture: largest difference of values";
const FORTY: [&str; 5] = [
    "40 experts, 15 J, 1 s: best sum of scores",
    "40 experts, 30 J, 1.5 s: best sum of scores",
    "40 experts, 60 J, 2.5 s: best sum of scores",
    "40 experts, 100 J, 4 s: best sum of scores",
    "40 experts, 200 J, 5 s: best sum of scores",
];
const SIXTY: [&str; 2] =
    ["60 experts, 60 J, 2.5 s: best sum of scores", "60 experts, 120 J, 3.5 s: best sum of scores"];
const MANY: [&str; 2] = [
    "60 experts, 2000 prompts, 60 J, 2.5 s: best sum of scores",
    "60 experts, 2000 prompts, 150 J, 4 s: best sum of scores",
];
const FRONTIER: [&str; 4] = [
    "8 experts: points of the frontier of energy and quality",
    "40 experts, 2.5 s: points of the frontier of energy and quality",
    "40 experts, 5 s: points of the frontier of energy and quality",
    "40 experts, any delay: points of the frontier of energy and quality",
];
const ACCEPTED: &str = "certificates that the verifier accepts, of all";
const FORGED: &str = "altered certificates that the verifier accepts";
const ABOVE: &str = "heuristic solutions above the optimum";

const MILP: &str = "HiGHS 1.16 on the mixed-integer form";
const ENUMERATED: &str = "enumeration of all sets in Python";
const BRANCH: &str = "an independent branch and bound in Python";

const EXPECTED: &[Expected] = &[
    equal(SMALL, "", "identity", 0.0),
    equal(TOP_ONE, "", "identity", 0.0),
    known(ANY_CORRECT, "", "identity up to rounding", Bound::AtMost(1e-9)),
    known(MIXTURE, "nats", "identity up to rounding", Bound::AtMost(1e-6)),
    equal(FORTY[0], "1e-6", MILP, 110523303.0),
    equal(FORTY[1], "1e-6", MILP, 119552854.0),
    equal(FORTY[2], "1e-6", MILP, 131998365.0),
    equal(FORTY[3], "1e-6", MILP, 140531993.0),
    equal(FORTY[4], "1e-6", MILP, 150575860.0),
    equal(SIXTY[0], "1e-6", MILP, 137702893.0),
    equal(SIXTY[1], "1e-6", BRANCH, 146445997.0),
    equal(MANY[0], "1e-6", BRANCH, 1319704379.0),
    equal(MANY[1], "1e-6", BRANCH, 1480913615.0),
    equal(FRONTIER[0], "", ENUMERATED, 20.0),
    equal(FRONTIER[1], "", BRANCH, 165.0),
    equal(FRONTIER[2], "", BRANCH, 216.0),
    equal(FRONTIER[3], "", BRANCH, 276.0),
    equal(ACCEPTED, "", "a proof must pass", 1.0),
    equal(FORGED, "", "a false proof must not", 0.0),
    equal(ABOVE, "", "nothing exceeds an optimum", 0.0),
];

const SOLVERS: [Solver; 4] = [
    Solver::Exhaustive,
    Solver::Polyblock,
    Solver::BranchAndBound(Order::DepthFirst),
    Solver::BranchAndBound(Order::BestFirst),
];
const GREEDY: [Greedy; 3] = [Greedy::Gain, Greedy::GainPerEnergy, Greedy::BestSingle];

/// Solves every instance by every solver and counts what does not agree.
///
/// # Errors
/// Those of the solvers.
pub fn measure(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let rounds = if context.profile() == Profile::Smoke { 30 } else { 100 };
    let mut proofs = Proofs::default();
    small_instance(record, &mut proofs)?;
    random_instances(rounds, &mut context.rng("moe2/x1"), record)?;
    let mut gaps = Table::new(
        "gaps",
        "Best sum of scores in millionths, and what heuristics miss of it",
        &[
            "experts",
            "prompts",
            "energy / J",
            "delay / s",
            "best",
            "members",
            "by gain / %",
            "gain per J / %",
            "best single / %",
            "boxes",
        ],
    );
    let forty = synthetic(40, 200, 20_250_116)?;
    let budgets = [(15.0, 1.0), (30.0, 1.5), (60.0, 2.5), (100.0, 4.0), (200.0, 5.0)];
    large(&forty, &FORTY, &budgets, &mut gaps, &mut proofs, record)?;
    large(
        &synthetic(60, 200, 20_250_116)?,
        &SIXTY,
        &[(60.0, 2.5), (120.0, 3.5)],
        &mut gaps,
        &mut proofs,
        record,
    )?;
    large(&synthetic(60, 2000, 5)?, &MANY, &[(60.0, 2.5), (150.0, 4.0)], &mut gaps, &mut proofs, record)?;
    record.table(gaps);
    frontiers(&forty, record)?;
    exact(record, ACCEPTED, proofs.accepted as f64 / proofs.made as f64);
    exact(record, FORGED, proofs.forged as f64);
    exact(record, ABOVE, proofs.above as f64);
    record.note(
        "Sets are compared, not only values: of several optimal sets every solver returns the one of least energy, then \
         delay, then size, then the first in lexicographic order.",
    );
    Ok(())
}

fn rules(energy_j: f64, delay_s: f64, aggregation_s: f64) -> Rules {
    let rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, energy_j, delay_s);
    Rules { aggregation_s, ..rules }
}

/// Certificates made, accepted, and accepted after they were altered; heuristics above the optimum.
#[derive(Default)]
struct Proofs {
    made: usize,
    accepted: usize,
    forged: usize,
    above: usize,
}

impl Proofs {
    fn check<O: SetObjective>(&mut self, problem: &SelectionProblem<O>, best: i64) -> Result<()> {
        let limits = Limits { certificate: true, ..Limits::default() };
        let solution = problem.solve(Solver::Auto, &limits)?;
        if let Some(certificate) = &solution.certificate {
            self.made += 1;
            self.accepted += usize::from(verify_certificate(problem, certificate).is_ok());
            self.forged +=
                forgeries(certificate).iter().filter(|c| verify_certificate(problem, c).is_ok()).count();
        }
        for rule in GREEDY {
            match problem.solve(Solver::Greedy(rule), &Limits::default()) {
                Ok(solution) => self.above += usize::from(solution.value_units > best),
                Err(Error::Infeasible { .. } | Error::LimitReached { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The certificate with one thing made false: a better value, a bound below the value, a box left out, a box twice, a
/// box called infeasible that is not, the empty set.
fn forgeries(certificate: &Certificate) -> Vec<Certificate> {
    let altered = |change: &dyn Fn(&mut Certificate)| {
        let mut copy = certificate.clone();
        change(&mut copy);
        copy
    };
    let mut all = vec![
        altered(&|c| c.value += 1),
        altered(&|c| c.upper = c.value - 1),
        altered(&|c| drop(c.leaves.pop())),
        altered(&|c| c.leaves.extend(c.leaves.last().cloned())),
        altered(&|c| c.set = ExpertSet::EMPTY),
    ];
    if let Some(at) = certificate.leaves.iter().position(|leaf| leaf.reason != Reason::Infeasible) {
        // The box of the solution's own sets is feasible, and so is every box that was bounded by its value.
        all.push(altered(&|c| c.leaves[at].reason = Reason::Infeasible));
    }
    all
}

fn small_instance(record: &mut Record, proofs: &mut Proofs) -> Result<()> {
    const BUDGETS: [(f64, f64); 14] = [
        (5.0, 9.0),
        (6.0, 9.0),
        (20.0, 9.0),
        (40.0, 9.0),
        (60.0, 5.0),
        (75.0, 5.0),
        (110.0, 5.0),
        (110.0, 4.0),
        (130.0, 8.0),
        (150.0, 3.0),
        (200.0, 3.0),
        (240.0, 5.0),
        (300.0, 9.0),
        (454.0, 9.0),
    ];
    let Instance { experts, table } = small()?;
    let mut differ = 0;
    let mut results = Table::new(
        "eight",
        "Eight experts on three servers: the best set under each pair of budgets",
        &["energy / J", "delay / s", "quality", "members", "energy used / J", "delay / s of the set"],
    );
    for (energy, delay) in BUDGETS {
        let problem = SelectionProblem::new(TopOne::new(&table), &experts, &rules(energy, delay, 0.05))?;
        let solutions = solve_all(&problem)?;
        differ += solutions.iter().filter(|solution| **solution != solutions[0]).count();
        match problem.solve(Solver::Auto, &Limits::default()) {
            Ok(best) => {
                proofs.check(&problem, best.value_units)?;
                results.row([
                    energy.into(),
                    delay.into(),
                    best.value.into(),
                    members(best.experts),
                    best.energy_j.into(),
                    best.delay_s[0].into(),
                ]);
            }
            Err(Error::Infeasible { .. }) => {
                results.row([
                    energy.into(),
                    delay.into(),
                    "none fits".into(),
                    "".into(),
                    "".into(),
                    "".into(),
                ]);
            }
            Err(error) => return Err(error),
        }
    }
    exact(record, SMALL, differ as f64);
    record.table(results);
    Ok(())
}

fn members(set: ExpertSet) -> Cell {
    set.iter().map(|i| i.to_string()).collect::<Vec<_>>().join(" ").into()
}

/// Value and set by each solver; `None` where nothing fits.
fn solve_all<O: SetObjective>(problem: &SelectionProblem<O>) -> Result<Vec<Option<(i64, ExpertSet)>>> {
    let solve = |solver| match problem.solve(solver, &Limits::default()) {
        Ok(solution) => Ok(Some((solution.value_units, solution.experts))),
        Err(Error::Infeasible { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    SOLVERS.into_iter().map(solve).collect()
}

/// Random experts under random rules of every kind.
fn random_rules(instance: &Instance, rng: &mut impl Rng) -> Rules {
    let n = instance.experts.len();
    let sum: f64 = instance.experts.iter().map(|expert| expert.costs[0].energy_j).sum();
    let energy = match rng.random_range(0..3) {
        0 => EnergyModel::SumSelected,
        1 => EnergyModel::WorstTopK { k: rng.random_range(1..4) },
        _ => EnergyModel::SumStandby { k: rng.random_range(1..4) },
    };
    let delay = match rng.random_range(0..3) {
        0 => DelayModel::Parallel,
        1 => DelayModel::SerialPerServer,
        _ => DelayModel::SharedUplink,
    };
    let one = |rng: &mut dyn Rng| ExpertSet::one(rng.random_range(0..n));
    let optional = |rng: &mut dyn Rng| if rng.random_bool(0.2) { one(rng) } else { ExpertSet::EMPTY };
    let (required, forbidden) = (optional(rng), optional(rng));
    let exclusive = if rng.random_bool(0.3) { vec![one(rng).union(one(rng))] } else { Vec::new() };
    let rules = Rules::new(energy, delay, sum * rng.random_range(0.05..0.8), rng.random_range(0.5..8.0));
    Rules {
        budgets: Budgets {
            max_experts: rng.random_bool(0.3).then(|| rng.random_range(1..5)),
            ..rules.budgets.clone()
        },
        required,
        forbidden: forbidden.difference(required),
        exclusive,
        ..rules
    }
}

fn random_instances(rounds: usize, rng: &mut impl Rng, record: &mut Record) -> Result<()> {
    let (mut sets, mut any, mut mixture) = (0, 0.0_f64, 0.0_f64);
    let largest = |solutions: &[Option<(i64, ExpertSet)>], scale: f64| {
        let values = solutions.iter().map(|solution| solution.map_or(0.0, |(value, _)| value as f64 / scale));
        let first = solutions[0].map_or(0.0, |(value, _)| value as f64 / scale);
        values.map(|value| (value - first).abs()).fold(0.0, f64::max)
    };
    for _ in 0..rounds {
        let instance = synthetic(rng.random_range(2..15), 24, rng.random())?;
        let rules = random_rules(&instance, rng);
        let (experts, table) = (&instance.experts, &instance.table);
        let solutions = solve_all(&SelectionProblem::new(TopOne::new(table), experts, &rules)?)?;
        sets += solutions.iter().filter(|solution| **solution != solutions[0]).count();
        let problem = SelectionProblem::new(AnyCorrect::new(table), experts, &rules)?;
        any = any.max(largest(&solve_all(&problem)?, problem.objective().scale()));
        if experts.len() <= 6 {
            let problem = SelectionProblem::new(random_mixture(experts.len(), rng)?, experts, &rules)?;
            mixture = mixture.max(largest(&solve_all(&problem)?, problem.objective().scale()));
        }
    }
    exact(record, TOP_ONE, sets as f64);
    exact(record, ANY_CORRECT, any);
    exact(record, MIXTURE, mixture);
    Ok(())
}

fn random_mixture(experts: usize, rng: &mut impl Rng) -> Result<BestMixture> {
    let simplex = |rng: &mut dyn Rng| {
        let draws: Vec<f64> = (0..4).map(|_| -rng.random_range(1e-6..1.0_f64).ln()).collect();
        let sum: f64 = draws.iter().sum();
        draws.into_iter().map(|draw| draw / sum).collect::<Vec<f64>>()
    };
    let class = |rng: &mut dyn Rng| AnswerClass {
        weight: rng.random_range(0.1..1.0),
        frequencies: simplex(rng),
        probabilities: (0..experts).map(|_| simplex(rng)).collect(),
    };
    BestMixture::new((0..3).map(|_| class(rng)).collect())
}

fn large(
    instance: &Instance,
    names: &[&str],
    budgets: &[(f64, f64)],
    gaps: &mut Table,
    proofs: &mut Proofs,
    record: &mut Record,
) -> Result<()> {
    for (name, &(energy, delay)) in names.iter().zip(budgets) {
        let problem = SelectionProblem::new(
            TopOne::new(&instance.table),
            &instance.experts,
            &rules(energy, delay, 0.02),
        )?;
        let best = problem.solve(Solver::Auto, &Limits::default())?;
        exact(record, name, best.value_units as f64);
        proofs.check(&problem, best.value_units)?;
        let missed = |rule| -> Result<Cell> {
            let found = problem.solve(Solver::Greedy(rule), &Limits::default())?;
            Ok((100.0 * (1.0 - found.value_units as f64 / best.value_units as f64)).into())
        };
        gaps.row([
            (instance.experts.len() as f64).into(),
            (instance.table.prompts() as f64).into(),
            energy.into(),
            delay.into(),
            (best.value_units as f64).into(),
            members(best.experts),
            missed(GREEDY[0])?,
            missed(GREEDY[1])?,
            missed(GREEDY[2])?,
            (best.stats.nodes as f64).into(),
        ]);
    }
    Ok(())
}

fn frontiers(forty: &Instance, record: &mut Record) -> Result<()> {
    let eight = small()?;
    let cases = [(&eight, 9.0, 0.05), (forty, 2.5, 0.02), (forty, 5.0, 0.02), (forty, f64::INFINITY, 0.02)];
    for (name, (instance, delay, aggregation)) in FRONTIER.into_iter().zip(cases) {
        let rules = rules(f64::INFINITY, delay, aggregation);
        let problem = SelectionProblem::new(TopOne::new(&instance.table), &instance.experts, &rules)?;
        exact(record, name, problem.frontier_energy(&Limits::default())?.len() as f64);
    }
    Ok(())
}
