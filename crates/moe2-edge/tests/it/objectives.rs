//! Objectives against closed forms.

use crate::set;
use common::assert_close;
use moe2_edge::objective::{
    AnswerClass, BestMixture, FixedGateMixture, ServerLoss, SetObjective, TopOne, Violation, best_weights,
    check,
};
use moe2_edge::{Error, ExpertSet, QualityTable};

fn class() -> AnswerClass {
    AnswerClass {
        weight: 1.0,
        frequencies: vec![0.45, 0.30, 0.25],
        probabilities: vec![vec![0.8, 0.1, 0.1], vec![0.1, 0.8, 0.1], vec![0.3, 0.2, 0.5]],
    }
}

/// Loss of weights that are optimal for all experts, restricted to a set, against the best weights of the set: masking a
/// gate trained by the loss of the mixture is not optimal. Weights of three experts in closed form.
#[test]
fn restriction_of_a_mixture_gate_has_a_regret() {
    let class = class();
    let (all, value) = best_weights(&class, ExpertSet::first(3));
    for (weight, expected) in all.iter().zip([11.0 / 28.0, 13.0 / 56.0, 3.0 / 8.0]) {
        assert_close!(*weight, expected, abs = 2e-5);
    }
    assert_close!(-value, 1.067094, abs = 1e-6);
    let exact = [11.0 / 28.0, 13.0 / 56.0, 3.0 / 8.0];
    let loss = |members: &[usize]| {
        let total: f64 = members.iter().map(|&i| exact[i]).sum();
        let mix =
            |y: usize| members.iter().map(|&i| exact[i] / total * class.probabilities[i][y]).sum::<f64>();
        -(0..3).map(|y| class.frequencies[y] * mix(y).ln()).sum::<f64>()
    };
    for (members, restricted, best, regret) in
        [(vec![0, 2], 1.140665, 1.130846, 0.009819), (vec![1, 2], 1.192362, 1.164737, 0.027625)]
    {
        let value = -best_weights(&class, set(&members)).1;
        assert_close!(loss(&members), restricted, abs = 1e-6);
        assert_close!(value, best, abs = 1e-6);
        assert_close!(loss(&members) - value, regret, abs = 1e-6);
    }
    assert_close!(loss(&[0, 1]) + best_weights(&class, set(&[0, 1])).1, 0.0, abs = 1e-8);
    let (pair, _) = best_weights(&class, set(&[0, 2]));
    assert_close!(pair[0], 0.365382, abs = 2e-5);
    let (pair, _) = best_weights(&class, set(&[1, 2]));
    assert_close!(pair[1], 0.186148, abs = 2e-5);
}

/// The second expert helps more beside the third than without it; the amount by expectation maximisation in Python.
#[test]
fn best_mixture_is_monotone_and_not_submodular() {
    let class = AnswerClass {
        weight: 1.0,
        frequencies: vec![8.0, 1.0, 16.0],
        probabilities: vec![
            vec![2.0 / 18.0, 8.0 / 18.0, 8.0 / 18.0],
            vec![1.0 / 18.0, 1.0 / 18.0, 16.0 / 18.0],
            vec![8.0 / 26.0, 16.0 / 26.0, 2.0 / 26.0],
        ],
    };
    let objective = BestMixture::new(vec![class]).unwrap();
    let value = |list: &[usize]| objective.of(set(list)) as f64 / objective.scale();
    let alone = value(&[0, 1]) - value(&[0]);
    let beside = value(&[0, 1, 2]) - value(&[0, 2]);
    assert!(alone > 0.0);
    assert_close!(beside - alone, 0.099903, abs = 1e-6);
    assert_eq!(check(&objective, false, 500, 7), None);
    assert!(matches!(check(&objective, true, 500, 7), Some(Violation::GainGrows { .. })));
    assert_close!(value(&[]), 1e-12_f64.ln(), abs = 1e-9);
}

#[test]
fn soft_gate_over_two_experts() {
    let table = QualityTable::from_scores(2, &[0.9, 0.5], None, None).unwrap();
    let gate = FixedGateMixture::new(&table, &[0.0, 0.0]).unwrap();
    assert_close!(-gate.of(set(&[0])) as f64 / 1e9, -(0.9_f64.ln()), abs = 1e-7);
    assert_close!(-gate.of(set(&[0, 1])) as f64 / 1e9, -(0.7_f64.ln()), abs = 1e-7);
    // Large logits stay finite, and a constant on all changes nothing.
    let far = FixedGateMixture::new(&table, &[1e4, -1e4]).unwrap();
    assert_eq!(far.of(set(&[0, 1])), gate.of(set(&[0])));
    let near = FixedGateMixture::new(&table, &[5.0, 4.0]).unwrap();
    let moved = FixedGateMixture::new(&table, &[1.0, 0.0]).unwrap();
    assert_eq!(near.of(set(&[0, 1])), moved.of(set(&[0, 1])));
}

#[test]
fn loss_of_the_worst_server() {
    let table = QualityTable::from_scores(3, &[0.9, 0.6, 0.5], None, None).unwrap();
    let objective = ServerLoss::new(TopOne::new(&table), vec![0, 0, 1]).unwrap();
    assert_eq!(objective.of(set(&[0, 1])), 0);
    assert_eq!(objective.of(set(&[0, 2])), 500_000);
    assert_eq!(objective.of(set(&[1, 2])), 500_000);
    assert_eq!(check(&objective, false, 200, 1), None);
}

/// A prompt of large weight is split; sums stay exact.
#[test]
fn weights_of_any_size() {
    let mut weights = vec![1.0; 100];
    weights[7] = 1e4;
    let mut scores = vec![0.25_f32; 200];
    scores[14] = 1.0;
    let table = QualityTable::from_scores(2, &scores, Some(&weights), None).unwrap();
    let objective = TopOne::new(&table);
    let expected = (1e4 + 99.0 * 0.25) / (1e4 + 99.0);
    assert_close!(objective.of(set(&[0])) as f64 / objective.scale(), expected, abs = 1e-6);
    assert_close!(table.mean(0), expected, abs = 1e-9);
}

#[test]
fn tables_refuse_what_is_not_a_score() {
    let refuse = |n, scores: &[f32], weights: Option<&[f64]>, categories: Option<&[u32]>| {
        QualityTable::from_scores(n, scores, weights, categories).unwrap_err()
    };
    assert!(
        matches!(refuse(2, &[0.5, f32::NAN], None, None), Error::InvalidValue { value, .. } if value.is_nan())
    );
    let error = refuse(2, &[0.5, 1.5], None, None);
    assert_eq!(error.to_string(), "score of expert 1 on prompt 0 must be in 0..=1, not 1.5");
    assert!(matches!(refuse(2, &[0.5, -0.1], None, None), Error::InvalidValue { .. }));
    assert!(matches!(refuse(2, &[], None, None), Error::Dimension { .. }));
    assert!(matches!(refuse(0, &[0.5], None, None), Error::Dimension { .. }));
    let ragged = refuse(2, &[0.5; 3], None, None);
    assert!(matches!(ragged, Error::Dimension { expected: 4, got: 3, .. }));
    assert!(matches!(refuse(129, &[0.5; 129], None, None), Error::TooMany { limit: 128, got: 129, .. }));
    let zero = refuse(1, &[0.5, 0.5], Some(&[0.0, 0.0]), None);
    assert_eq!(zero.to_string(), "sum of the weights must be positive and finite, not 0");
    assert!(matches!(refuse(1, &[0.5], Some(&[-1.0]), None), Error::InvalidValue { .. }));
    assert!(matches!(refuse(1, &[0.5], Some(&[1.0, 1.0]), None), Error::Dimension { .. }));
    assert!(matches!(refuse(1, &[0.5], None, Some(&[0, 0])), Error::Dimension { .. }));
}

/// Sums of many gains go beyond 2⁶³; the search must not.
#[test]
fn many_prompts() {
    use moe2_edge::select::{DelayModel, EnergyModel, Limits, Rules, SelectionProblem, Solver};
    let (n, prompts) = (30, 400_000);
    let table = QualityTable::from_scores(n, &vec![0.5; n * prompts], None, None).unwrap();
    let experts: Vec<_> = (0..n).map(|i| moe2_edge::Expert::new(&format!("{i}"), 0, 1.0, 1.0)).collect();
    let rules = Rules::new(EnergyModel::SumSelected, DelayModel::Parallel, 2.0, 9.0);
    let objective = moe2_edge::objective::AnyCorrect::new(&table);
    let problem = SelectionProblem::new(objective, &experts, &rules).unwrap();
    let limits = Limits { nodes: Some(3), ..Limits::default() };
    let solution = problem.solve(Solver::Auto, &limits).unwrap();
    assert_close!(solution.value, 0.75, abs = 1e-12);
    assert!(solution.upper_bound >= 0.75);
}

#[test]
fn dominated_experts() {
    let table = QualityTable::from_scores(4, &[0.5, 0.5, 0.4, 0.6, 0.5, 0.5, 0.5, 0.1], None, None).unwrap();
    assert_eq!(table.dominated(), [(1, 0), (2, 0)]);
}
