//! The instance of eight experts, against an enumeration of all subsets in Python.

use crate::set;
use common::assert_close;
use moe2_edge::instance::small;
use moe2_edge::objective::{AnyCorrect, FixedGateMixture, SetObjective, TopOne, check};
use moe2_edge::select::{DelayModel, EnergyModel, Limits, Order, Rules, SelectionProblem, Solver, Status};
use moe2_edge::{Error, ExpertSet};

const EXACT: [Solver; 5] = [
    Solver::Auto,
    Solver::Exhaustive,
    Solver::Polyblock,
    Solver::BranchAndBound(Order::DepthFirst),
    Solver::BranchAndBound(Order::BestFirst),
];

fn rules(energy: EnergyModel, energy_j: f64, delay_s: f64) -> Rules {
    let aggregation_s = 0.05;
    Rules { aggregation_s, ..Rules::new(energy, DelayModel::SerialPerServer, energy_j, delay_s) }
}

fn top_one(rules: &Rules) -> SelectionProblem<TopOne> {
    let small = small().unwrap();
    SelectionProblem::new(TopOne::new(&small.table), &small.experts, rules).unwrap()
}

fn subsets() -> impl Iterator<Item = ExpertSet> {
    (0_u32..256).map(|bits| (0..8).filter(|i| bits >> i & 1 == 1).collect())
}

#[test]
fn singles() {
    let small = small().unwrap();
    let objective = TopOne::new(&small.table);
    let expected = [0.3180, 0.4983, 0.6236, 0.6001, 0.6839, 0.7134, 0.7752, 0.8231];
    for (i, expected) in expected.into_iter().enumerate() {
        assert_close!(objective.of(set(&[i])) as f64 / objective.scale(), expected, abs = 1e-12);
    }
}

/// Budget and limit; feasible and maximal sets; value, set, energy, delay, and the number of sets of that value.
type Row = (f64, f64, usize, usize, f64, &'static [usize], f64, f64, usize);

const SUM_SELECTED: [Row; 14] = [
    (6.0, 9.0, 2, 1, 0.3180, &[0], 6.0, 0.95, 1),
    (20.0, 9.0, 3, 2, 0.4983, &[1], 15.0, 1.65, 1),
    (40.0, 9.0, 8, 4, 0.6839, &[4], 38.0, 3.95, 1),
    (60.0, 5.0, 14, 3, 0.6839, &[4], 38.0, 3.95, 4),
    (75.0, 5.0, 19, 5, 0.7299, &[2, 4], 71.0, 4.00, 1),
    (110.0, 5.0, 31, 10, 0.7752, &[6], 95.0, 1.35, 3),
    (110.0, 4.0, 25, 11, 0.7752, &[6], 95.0, 1.35, 3),
    (130.0, 8.0, 55, 8, 0.8037, &[3, 6], 130.0, 3.60, 1),
    (150.0, 3.0, 12, 2, 0.7752, &[6], 95.0, 1.35, 4),
    (200.0, 3.0, 20, 2, 0.8231, &[7], 170.0, 2.25, 4),
    (240.0, 5.0, 89, 9, 0.8426, &[2, 3, 7], 238.0, 3.65, 1),
    (300.0, 9.0, 183, 9, 0.8474, &[2, 3, 4, 7], 276.0, 7.60, 4),
    (454.0, 9.0, 256, 1, 0.8551, &[2, 3, 4, 5, 6, 7], 433.0, 7.70, 4),
    (f64::INFINITY, f64::INFINITY, 256, 1, 0.8551, &[2, 3, 4, 5, 6, 7], 433.0, 7.70, 4),
];

#[test]
fn energy_of_all_members() {
    for (energy, delay, feasible, maximal, value, best, used, took, tied) in SUM_SELECTED {
        let rules = Rules { allow_empty: true, ..rules(EnergyModel::SumSelected, energy, delay) };
        let problem = top_one(&rules);
        let fits = |set| problem.breach(set).unwrap().is_none();
        assert_eq!(subsets().filter(|set| fits(*set)).count(), feasible, "{energy} {delay}");
        let grows = |set: ExpertSet| (0..8).any(|i| !set.contains(i) && fits(set.with(i)));
        assert_eq!(subsets().filter(|set| fits(*set) && !grows(*set)).count(), maximal, "{energy} {delay}");
        for solver in EXACT {
            let solution = problem.solve(solver, &Limits::default()).unwrap();
            assert_close!(solution.value, value, abs = 1e-12, "{energy} {delay} {solver:?}");
            assert_eq!(solution.experts, set(best), "{energy} {delay} {solver:?}");
            assert_eq!((solution.energy_j, solution.delay_s[0]), (used, took), "{energy} {delay}");
            assert_eq!(solution.status, Status::Optimal);
            assert_eq!(solution.upper_units, solution.value_units);
        }
        let value = problem.solve(Solver::Auto, &Limits::default()).unwrap().value_units;
        assert_eq!(subsets().filter(|set| fits(*set) && problem.objective().of(*set) == value).count(), tied);
    }
}

#[test]
fn nothing_fits() {
    for solver in EXACT {
        let error = top_one(&rules(EnergyModel::SumSelected, 5.0, 9.0)).solve(solver, &Limits::default());
        let error = error.unwrap_err();
        assert!(matches!(error, Error::Infeasible { needed: 6.0, budget: 5.0, .. }), "{error}");
        assert_eq!(error.to_string(), "energy per prompt in J must allow for at least 6, it allows 5");
        let empty = Rules { allow_empty: true, ..rules(EnergyModel::SumSelected, 5.0, 9.0) };
        let solution = top_one(&empty).solve(solver, &Limits::default()).unwrap();
        assert_eq!((solution.experts, solution.value_units), (ExpertSet::EMPTY, 0));
    }
}

#[test]
fn energy_of_the_two_worst() {
    let rows: [(f64, f64, f64, &[usize], f64, Option<usize>); 7] = [
        (75.0, 5.0, 0.7299, &[2, 4], 71.0, None),
        (110.0, 5.0, 0.7979, &[2, 3, 5], 97.0, Some(40)),
        (110.0, 4.0, 0.7979, &[2, 3, 5], 97.0, Some(29)),
        (130.0, 8.0, 0.8197, &[2, 3, 6], 130.0, Some(80)),
        (200.0, 3.0, 0.8231, &[7], 170.0, None),
        (240.0, 5.0, 0.8471, &[2, 3, 5, 7], 232.0, Some(108)),
        (300.0, 9.0, 0.8551, &[2, 3, 4, 5, 6, 7], 265.0, Some(256)),
    ];
    for (energy, delay, value, best, used, feasible) in rows {
        let rules = Rules { allow_empty: true, ..rules(EnergyModel::WorstTopK { k: 2 }, energy, delay) };
        let problem = top_one(&rules);
        if let Some(feasible) = feasible {
            let fits = |set: &ExpertSet| problem.breach(*set).unwrap().is_none();
            assert_eq!(subsets().filter(fits).count(), feasible);
        }
        for solver in EXACT {
            let solution = problem.solve(solver, &Limits::default()).unwrap();
            assert_close!(solution.value, value, abs = 1e-12);
            assert_eq!(
                (solution.experts, solution.energy_j),
                (set(best), used),
                "{energy} {delay} {solver:?}"
            );
        }
    }
}

#[test]
fn any_correct() {
    let rows: [(f64, f64, f64, &[usize]); 12] = [
        (40.0, 9.0, 0.745060, &[0, 2]),
        (60.0, 5.0, 0.884286, &[0, 1, 4]),
        (75.0, 5.0, 0.900638, &[0, 2, 3]),
        (80.0, 5.0, 0.916578, &[0, 2, 4]),
        (110.0, 5.0, 0.931910, &[0, 4, 5]),
        (110.0, 4.0, 0.924354, &[0, 3, 5]),
        (130.0, 8.0, 0.985326, &[0, 1, 2, 3, 4]),
        (150.0, 3.0, 0.9160115, &[0, 1, 6]),
        (200.0, 3.0, 0.972180, &[0, 1, 5, 6]),
        (240.0, 5.0, 0.992445, &[0, 2, 4, 5, 6]),
        (300.0, 9.0, 0.998733, &[0, 1, 2, 3, 4, 5, 6]),
        (454.0, 9.0, 0.999728, &[0, 1, 2, 3, 4, 5, 6, 7]),
    ];
    let small = small().unwrap();
    for (energy, delay, value, best) in rows {
        let rules = rules(EnergyModel::SumSelected, energy, delay);
        let problem = SelectionProblem::new(AnyCorrect::new(&small.table), &small.experts, &rules).unwrap();
        for solver in EXACT {
            let solution = problem.solve(solver, &Limits::default()).unwrap();
            assert_close!(solution.value, value, abs = 5e-7, "{energy} {delay} {solver:?}");
            assert_eq!(solution.experts, set(best), "{energy} {delay} {solver:?}");
            assert_eq!(solution.status, Status::Optimal);
        }
    }
}

#[test]
fn frontier() {
    let expected: [(f64, f64, &[usize]); 20] = [
        (6.0, 0.3180, &[0]),
        (15.0, 0.4983, &[1]),
        (33.0, 0.6236, &[2]),
        (38.0, 0.6839, &[4]),
        (62.0, 0.7134, &[5]),
        (71.0, 0.7299, &[2, 4]),
        (73.0, 0.7349, &[3, 4]),
        (95.0, 0.7752, &[6]),
        (106.0, 0.7809, &[2, 3, 4]),
        (128.0, 0.7912, &[2, 6]),
        (130.0, 0.8037, &[3, 6]),
        (163.0, 0.8197, &[2, 3, 6]),
        (170.0, 0.8231, &[7]),
        (201.0, 0.8341, &[2, 3, 4, 6]),
        (205.0, 0.8366, &[3, 7]),
        (238.0, 0.8426, &[2, 3, 7]),
        (263.0, 0.8431, &[2, 3, 4, 5, 6]),
        (276.0, 0.8474, &[2, 3, 4, 7]),
        (338.0, 0.8519, &[2, 3, 4, 5, 7]),
        (433.0, 0.8551, &[2, 3, 4, 5, 6, 7]),
    ];
    let problem = top_one(&rules(EnergyModel::SumSelected, f64::INFINITY, 9.0));
    let points = problem.frontier_energy(&Limits::default()).unwrap();
    assert_eq!(points.len(), expected.len());
    for (point, (energy, value, best)) in points.iter().zip(expected) {
        assert_close!(point.value, value, abs = 1e-12);
        assert_eq!((point.energy_j, point.experts), (energy, set(best)));
    }
}

#[test]
fn the_flags_of_monotone_objectives_hold_and_a_fixed_gate_falls() {
    let small = small().unwrap();
    let (top_one, any) = (TopOne::new(&small.table), AnyCorrect::new(&small.table));
    for subset in subsets() {
        for i in (0..8).filter(|&i| !subset.contains(i)) {
            let gains = |superset: ExpertSet| {
                let gain = top_one.of(superset.with(i)) - top_one.of(superset);
                (gain, any.of(superset.with(i)) - any.of(superset))
            };
            let (here, slack) = (gains(subset), 4 * any.slack());
            assert!(here.0 >= 0 && here.1 >= -slack);
            for j in (0..8).filter(|&j| j != i && !subset.contains(j)) {
                let later = gains(subset.with(j));
                assert!(later.0 <= here.0 && later.1 <= here.1 + slack);
            }
        }
    }
    // Logits 4 q: every addition hurts.
    let logits: Vec<f64> = (0..6)
        .flat_map(|m| (0..8).map(move |i| (m, i)))
        .map(|(m, i)| 4.0 * f64::from(small.table.expert_scores(i)[m]))
        .collect();
    let gate = FixedGateMixture::new(&small.table, &logits).unwrap();
    let loss = |list: &[usize]| -gate.of(set(list)) as f64 / gate.scale();
    assert_close!(loss(&[7]), 0.196369, abs = 1e-6);
    assert_close!(loss(&[6, 7]), 0.222291, abs = 1e-6);
    assert_close!(loss(&[2, 3, 7]), 0.290397, abs = 1e-6);
    assert_close!(loss(&[0, 1, 2, 3, 4, 5, 6, 7]), 0.321352, abs = 1e-6);
    assert!(check(&gate, false, 1000, 7).is_some());
    let rules = rules(EnergyModel::SumSelected, 300.0, 9.0);
    let problem = SelectionProblem::new(gate, &small.experts, &rules).unwrap();
    for solver in [
        Solver::Polyblock,
        Solver::BranchAndBound(Order::DepthFirst),
        Solver::BranchAndBound(Order::BestFirst),
    ] {
        let refused = problem.solve(solver, &Limits::default()).unwrap_err();
        assert!(matches!(refused, Error::NonMonotone { what: "FixedGateMixture" }));
    }
    let best = problem.solve(Solver::Auto, &Limits::default()).unwrap();
    let by_hand = subsets()
        .filter(|set| problem.breach(*set).unwrap().is_none())
        .map(|set| problem.objective().of(set))
        .max();
    assert_eq!(Some(best.value_units), by_hand);
    assert_eq!(best.experts, set(&[7]));
}
