//! Random instances: all exact solvers agree under all kinds of rules.

use crate::{same_cases, set};
use moe2_edge::objective::{AnswerClass, AnyCorrect, BestMixture, ServerLoss, SetObjective, TopOne};
use moe2_edge::select::{
    Budgets, DelayModel, EnergyModel, Limits, Order, Rules, SelectionProblem, Solution, Solver, Status,
    TieBreak, verify_certificate,
};
use moe2_edge::{Error, Expert, ExpertSet, QualityTable, model::CategoryCost};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    experts: Vec<Expert>,
    scores: Vec<f32>,
    rules: Rules,
}

fn subset(n: usize, rate: f64) -> impl Strategy<Value = ExpertSet> {
    proptest::collection::vec(proptest::bool::weighted(rate), n)
        .prop_map(|bits| bits.into_iter().enumerate().filter(|(_, bit)| *bit).map(|(i, _)| i).collect())
}

fn energy_model() -> impl Strategy<Value = EnergyModel> {
    prop_oneof![
        3 => Just(EnergyModel::SumSelected),
        1 => (1_usize..4).prop_map(|k| EnergyModel::WorstTopK { k }),
        1 => (1_usize..4).prop_map(|k| EnergyModel::SumStandby { k }),
    ]
}

fn delay_model() -> impl Strategy<Value = DelayModel> {
    prop_oneof![
        2 => Just(DelayModel::SerialPerServer),
        1 => Just(DelayModel::Parallel),
        1 => Just(DelayModel::SharedUplink),
    ]
}

/// Coarse numbers, so that ties are frequent.
fn experts(n: usize, categories: usize) -> impl Strategy<Value = Vec<Expert>> {
    let costs = proptest::collection::vec((1_u32..6, 1_u32..8, 0_u32..3), categories);
    proptest::collection::vec((0_usize..3, costs, 0_u32..3, 0_u64..4), n).prop_map(|rows| {
        let expert =
            |(i, (server, costs, standby, memory_bytes)): (usize, (usize, Vec<_>, u32, u64))| Expert {
                name: format!("{i}"),
                server,
                costs: costs
                    .into_iter()
                    .map(|(delay, energy, uplink): (u32, u32, u32)| CategoryCost {
                        delay_s: f64::from(delay),
                        energy_j: f64::from(energy),
                        uplink_s: 0.25 * f64::from(uplink),
                    })
                    .collect(),
                standby_j: 0.5 * f64::from(standby),
                memory_bytes,
            };
        rows.into_iter().enumerate().map(expert).collect()
    })
}

fn rules(n: usize, categories: usize) -> impl Strategy<Value = Rules> {
    let budgets = (
        2_u32..30,
        proptest::collection::vec(2_u32..14, categories),
        proptest::option::of(proptest::collection::vec(2_u64..9, 3)),
        proptest::option::of(1_usize..6),
    );
    let sets = (subset(n, 0.04), subset(n, 0.1), proptest::collection::vec(subset(n, 0.3), 0..3));
    (energy_model(), delay_model(), 0_u32..3, budgets, sets, any::<bool>()).prop_map(
        move |(energy, delay, aggregation, budgets, (required, forbidden, exclusive), allow_empty)| Rules {
            energy,
            delay,
            aggregation_s: 0.125 * f64::from(aggregation),
            category_shares: (1..=categories).map(|c| c as f64).collect(),
            budgets: Budgets {
                energy_j: f64::from(budgets.0),
                delay_s: budgets.1.into_iter().map(f64::from).collect(),
                memory_bytes: budgets.2,
                max_experts: budgets.3,
            },
            required,
            forbidden,
            exclusive,
            allow_empty,
        },
    )
}

fn case(most: usize) -> impl Strategy<Value = Case> {
    (2_usize..=most, 1_usize..3, 1_usize..9).prop_flat_map(|(n, categories, prompts)| {
        let scores = proptest::collection::vec((0_u8..6).prop_map(|q| f32::from(q) / 5.0), n * prompts);
        (experts(n, categories), scores, rules(n, categories)).prop_map(|(experts, scores, rules)| Case {
            experts,
            scores,
            rules,
        })
    })
}

const OTHERS: [Solver; 3] =
    [Solver::Polyblock, Solver::BranchAndBound(Order::DepthFirst), Solver::BranchAndBound(Order::BestFirst)];

/// The solutions of the exhaustive and the other solvers; `None` if nothing is feasible, which all must find.
fn solve_all<O: SetObjective>(problem: &SelectionProblem<O>) -> Option<(Solution, Vec<Solution>)> {
    let limits = Limits { certificate: true, ..Limits::default() };
    let reference = match problem.solve(Solver::Exhaustive, &limits) {
        Ok(solution) => solution,
        Err(error) => {
            assert!(matches!(error, Error::Infeasible { .. }), "{error}");
            for solver in OTHERS {
                let other = problem.solve(solver, &limits).unwrap_err();
                assert_eq!(other.to_string(), error.to_string());
            }
            return None;
        }
    };
    let others = OTHERS.map(|solver| {
        let solution = problem.solve(solver, &limits).unwrap();
        assert_eq!(solution.status, Status::Optimal, "{solver:?}");
        assert_eq!(problem.breach(solution.experts).unwrap(), None, "{solver:?}");
        if let Some(certificate) = &solution.certificate {
            verify_certificate(problem, certificate).unwrap();
        }
        solution
    });
    Some((reference, others.to_vec()))
}

proptest! {
    #![proptest_config(same_cases(1500))]

    #[test]
    fn top_one(case in case(10)) {
        let table = QualityTable::from_scores(case.experts.len(), &case.scores, None, None).unwrap();
        let problem = SelectionProblem::new(TopOne::new(&table), &case.experts, &case.rules).unwrap();
        if let Some((reference, others)) = solve_all(&problem) {
            for other in others {
                prop_assert_eq!(other.value_units, reference.value_units);
                prop_assert_eq!(other.experts, reference.experts);
            }
            // Without a certificate dominated experts are left out.
            let fast = problem.solve(Solver::Auto, &Limits::default()).unwrap();
            prop_assert_eq!((fast.value_units, fast.experts), (reference.value_units, reference.experts));
            let any = Limits { ties: TieBreak::Any, ..Limits::default() };
            for solver in OTHERS {
                prop_assert_eq!(problem.solve(solver, &any).unwrap().value_units, reference.value_units);
            }
        }
    }

    #[test]
    fn any_correct(case in case(9)) {
        let table = QualityTable::from_scores(case.experts.len(), &case.scores, None, None).unwrap();
        let problem = SelectionProblem::new(AnyCorrect::new(&table), &case.experts, &case.rules).unwrap();
        if let Some((reference, others)) = solve_all(&problem) {
            for other in others {
                prop_assert!((other.value - reference.value).abs() <= 1e-9);
            }
        }
    }

    #[test]
    fn worst_server(case in case(8)) {
        let table = QualityTable::from_scores(case.experts.len(), &case.scores, None, None).unwrap();
        let servers = case.experts.iter().map(|e| e.server).collect();
        let objective = ServerLoss::new(TopOne::new(&table), servers).unwrap();
        let problem = SelectionProblem::new(objective, &case.experts, &case.rules).unwrap();
        if let Some((reference, others)) = solve_all(&problem) {
            for other in others {
                prop_assert_eq!(other.value_units, reference.value_units);
                prop_assert_eq!(other.experts, reference.experts);
            }
        }
    }
}

proptest! {
    #![proptest_config(same_cases(60))]

    #[test]
    fn top_one_of_fourteen(case in case(14)) {
        let table = QualityTable::from_scores(case.experts.len(), &case.scores, None, None).unwrap();
        let problem = SelectionProblem::new(TopOne::new(&table), &case.experts, &case.rules).unwrap();
        if let Some((reference, others)) = solve_all(&problem) {
            for other in others {
                prop_assert_eq!((other.value_units, other.experts), (reference.value_units, reference.experts));
            }
        }
    }

    #[test]
    fn best_mixture(case in case(6), rows in proptest::collection::vec(proptest::collection::vec(0.01_f64..1.0, 3), 7)) {
        let n = case.experts.len();
        let normalised = |row: &Vec<f64>| {
            let sum: f64 = row.iter().sum();
            row.iter().map(|p| p / sum).collect::<Vec<f64>>()
        };
        let class = AnswerClass {
            weight: 1.0,
            frequencies: normalised(&rows[6]),
            probabilities: rows[..n].iter().map(normalised).collect(),
        };
        let objective = BestMixture::new(vec![class]).unwrap();
        let problem = SelectionProblem::new(objective, &case.experts, &case.rules).unwrap();
        if let Some((reference, others)) = solve_all(&problem) {
            for other in others {
                prop_assert!((other.value - reference.value).abs() <= 1e-6);
            }
        }
    }
}

/// Where no expert is worth anything, the cheapest is the answer.
#[test]
fn worthless_experts() {
    let table = QualityTable::from_scores(3, &[0.0; 6], None, None).unwrap();
    let experts = [3.0, 1.0, 2.0].map(|energy| Expert::new(&energy.to_string(), 0, 1.0, energy));
    let rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, 5.0, 5.0);
    for (allow_empty, best) in [(false, set(&[1])), (true, set(&[]))] {
        let rules = Rules { allow_empty, ..rules.clone() };
        let problem = SelectionProblem::new(TopOne::new(&table), &experts, &rules).unwrap();
        for solver in [Solver::Auto, Solver::Exhaustive].into_iter().chain(OTHERS) {
            let solution = problem.solve(solver, &Limits::default()).unwrap();
            assert_eq!((solution.experts, solution.value_units), (best, 0), "{solver:?}");
        }
    }
}

/// A required expert stays although a better one would exceed the budget with it.
#[test]
fn required_beats_everything() {
    let table = QualityTable::from_scores(2, &[0.9, 0.1], None, None).unwrap();
    let experts = [Expert::new("good", 0, 1.0, 1.0), Expert::new("poor", 0, 1.0, 1.0)];
    let rules =
        Rules { required: set(&[1]), ..Rules::new(EnergyModel::SumSelected, DelayModel::Parallel, 1.0, 5.0) };
    let problem = SelectionProblem::new(TopOne::new(&table), &experts, &rules).unwrap();
    let solution = problem.solve(Solver::Auto, &Limits::default()).unwrap();
    assert_eq!(solution.experts, set(&[1]));
}
