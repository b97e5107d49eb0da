//! Synthetic instances, against `HiGHS` 1.16, OR-Tools CP-SAT 9.15 and an independent branch and bound in Python.

use crate::set;
use moe2_edge::instance::{Instance, synthetic};
use moe2_edge::objective::{SetObjective, TopOne};
use moe2_edge::select::{
    DelayModel, EnergyModel, Greedy, Limits, Order, Rules, SelectionProblem, Solver, Status,
    verify_certificate,
};
use moe2_edge::{Error, ExpertSet, QualityTable};

const ORDERS: [Order; 2] = [Order::DepthFirst, Order::BestFirst];

fn problem(instance: &Instance, energy_j: f64, delay_s: f64) -> SelectionProblem<TopOne> {
    let rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, energy_j, delay_s);
    SelectionProblem::new(TopOne::new(&instance.table), &instance.experts, &rules).unwrap()
}

fn solve(problem: &SelectionProblem<TopOne>, order: Order) -> (i64, ExpertSet) {
    let solution = problem.solve(Solver::BranchAndBound(order), &Limits::default()).unwrap();
    assert_eq!(solution.status, Status::Optimal);
    (solution.value_units, solution.experts)
}

#[allow(clippy::cast_possible_truncation, reason = "whole numbers")]
fn sums(instance: &Instance) -> (i64, i64, i64) {
    let total = |f: fn(&moe2_edge::Expert) -> f64| {
        instance.experts.iter().map(|e| (1000.0 * f(e)).round() as i64).sum::<i64>()
    };
    let n = instance.experts.len();
    let scores =
        (0..n).flat_map(|i| instance.table.expert_scores(i)).map(|&q| (1e6 * f64::from(q)).round() as i64);
    (total(|e| e.costs[0].energy_j), total(|e| e.costs[0].delay_s), scores.sum())
}

#[test]
fn generator_and_totals() {
    let b = synthetic(40, 200, 20250116).unwrap();
    assert_eq!(sums(&b), (1904645, 64183, 4383149572));
    let energies: Vec<f64> = b.experts.iter().take(5).map(|e| e.costs[0].energy_j).collect();
    assert_eq!(energies, [38.510, 17.667, 50.935, 62.817, 3.751]);
    let delays: Vec<f64> = b.experts.iter().take(5).map(|e| e.costs[0].delay_s).collect();
    assert_eq!(delays, [1.640, 0.746, 1.685, 2.140, 0.257]);
    let last: Vec<f32> = (35..40).map(|i| b.table.expert_scores(i)[199]).collect();
    assert_eq!(last, [0.326661, 0.211163, 0.269443, 0.292717, 0.322742]);
    let objective = TopOne::new(&b.table);
    assert_eq!(objective.of(ExpertSet::first(40)), 163177663);
    assert_eq!(objective.of(set(&[31])), 137449245);
    assert_eq!(sums(&synthetic(60, 200, 20250116).unwrap()), (2760391, 93129, 6717954022));
    assert_eq!(sums(&synthetic(60, 2000, 5).unwrap()), (2416580, 79355, 63939694982));
}

#[test]
fn forty_experts() {
    let rows: [(f64, f64, i64, &[usize], f64, f64, [i64; 3]); 5] = [
        (15.0, 1.0, 110523303, &[4, 5, 14], 13.127, 0.637, [99561257, 110523303, 99561257]),
        (30.0, 1.5, 119552854, &[5, 14, 25, 32, 39], 29.999, 0.865, [113891247, 119255378, 103482262]),
        (60.0, 2.5, 131998365, &[5, 25, 28, 39], 59.524, 1.143, [128240996, 126014930, 128240996]),
        (100.0, 4.0, 140531993, &[5, 18, 21, 39], 98.374, 2.388, [138508960, 135669133, 137449245]),
        (200.0, 5.0, 150575860, &[19, 21, 27, 39], 199.493, 4.683, [148124304, 147470182, 137449245]),
    ];
    let b = synthetic(40, 200, 20250116).unwrap();
    for (energy, delay, value, best, used, took, baselines) in rows {
        let problem = problem(&b, energy, delay);
        for order in ORDERS {
            assert_eq!(solve(&problem, order), (value, set(best)), "{energy} {order:?}");
        }
        let solution = problem.solve(Solver::Auto, &Limits::default()).unwrap();
        assert_eq!((solution.energy_j, solution.delay_s[0]), (used, took));
        for (rule, value) in
            [Greedy::Gain, Greedy::GainPerEnergy, Greedy::BestSingle].into_iter().zip(baselines)
        {
            let solution = problem.solve(Solver::Greedy(rule), &Limits::default()).unwrap();
            assert_eq!(solution.value_units, value, "{energy} {rule:?}");
            assert!(solution.upper_units >= solution.value_units);
        }
        let limits = Limits { certificate: true, ..Limits::default() };
        for order in ORDERS {
            let solution = problem.solve(Solver::BranchAndBound(order), &limits).unwrap();
            let certificate = solution.certificate.unwrap();
            assert_eq!((certificate.value, certificate.upper), (value, value));
            verify_certificate(&problem, &certificate).unwrap();
        }
    }
    let error = problem(&b, 2.0, 5.0).solve(Solver::Auto, &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::Infeasible { needed: 3.751, budget: 2.0, .. }), "{error}");
}

/// The first experts of the forty.
#[test]
fn fewer_experts() {
    let b = synthetic(40, 200, 20250116).unwrap();
    for n in [16, 20, 24] {
        let scores: Vec<f32> = (0..200)
            .flat_map(|m| (0..n).map(move |i| (m, i)))
            .map(|(m, i)| b.table.expert_scores(i)[m])
            .collect();
        let table = QualityTable::from_scores(n, &scores, None, None).unwrap();
        let first = Instance { experts: b.experts[..n].to_vec(), table };
        let problem = problem(&first, 60.0, 2.5);
        for solver in [Solver::BranchAndBound(Order::DepthFirst), Solver::Exhaustive, Solver::Polyblock] {
            let solution = problem.solve(solver, &Limits::default()).unwrap();
            let found = (solution.value_units, solution.experts);
            assert_eq!(found, (129746858, set(&[4, 6, 12, 14])), "{n} {solver:?}");
        }
    }
}

#[test]
fn sixty_experts() {
    let rows: [(usize, u64, f64, f64, i64, &[usize]); 4] = [
        (200, 20250116, 60.0, 2.5, 137702893, &[14, 49, 55]),
        (200, 20250116, 120.0, 3.5, 146445997, &[21, 49]),
        (2000, 5, 60.0, 2.5, 1319704379, &[7, 17, 18, 19, 38, 52]),
        (2000, 5, 150.0, 4.0, 1480913615, &[12, 45]),
    ];
    for (prompts, seed, energy, delay, value, best) in rows {
        let problem = problem(&synthetic(60, prompts, seed).unwrap(), energy, delay);
        for order in ORDERS {
            assert_eq!(solve(&problem, order), (value, set(best)), "{prompts} {energy}");
        }
    }
}

#[test]
fn frontiers() {
    let b = synthetic(40, 200, 20250116).unwrap();
    let rows: [(f64, usize, i64, f64, Option<&[usize]>); 3] = [
        (2.5, 165, 150266814, 312.078, Some(&[0, 7, 8, 21, 24, 25, 29, 37, 39])),
        (5.0, 216, 159830143, 623.843, Some(&[7, 10, 16, 19, 21, 22, 23, 28])),
        (f64::INFINITY, 276, 163177663, 1415.374, None),
    ];
    for (delay, count, value, energy, best) in rows {
        let points = problem(&b, f64::INFINITY, delay).frontier_energy(&Limits::default()).unwrap();
        assert_eq!(points.len(), count);
        assert_eq!((points[0].value_units, points[0].energy_j), (88155149, 3.751));
        let last = points.last().unwrap();
        assert_eq!((last.value_units, last.energy_j), (value, energy));
        match best {
            Some(best) => assert_eq!(last.experts, set(best)),
            None => assert_eq!(last.experts.len(), 18),
        }
        for pair in points.windows(2) {
            assert!(pair[0].value_units < pair[1].value_units && pair[0].energy_j < pair[1].energy_j);
        }
    }
}

#[test]
fn merged_prompts_change_nothing() {
    let b = synthetic(12, 30, 3).unwrap();
    let mut scores = Vec::new();
    for m in (0..30).chain(0..10) {
        scores.extend((0..12).map(|i| b.table.expert_scores(i)[m]));
    }
    let table = QualityTable::from_scores(12, &scores, None, None).unwrap();
    let merged = table.clone().dedup();
    assert_eq!((table.prompts(), merged.prompts()), (40, 30));
    for bits in 0_u32..1 << 12 {
        let set: ExpertSet = (0..12).filter(|i| bits >> i & 1 == 1).collect();
        assert_eq!(TopOne::new(&table).of(set), TopOne::new(&merged).of(set));
    }
}
