//! Gates: invariants of the weights, the property of the losses, training, calibration.

use common::assert_close;
use moe2_edge::data::{RoutingData, Row, fnv1a64, fold};
use moe2_edge::gate::evaluate::{bootstrap_interval, routed_score};
use moe2_edge::gate::{
    Activation, CalibrationReport, Gate, GateLoss, GateWeights, HashedFeatures, cascade, masked_softmax,
    tokens, top_k,
};
use moe2_edge::{Error, ExpertSet};
use proptest::prelude::*;

/// Hashes by an independent implementation in Python.
#[test]
fn hashes_and_words() {
    for (text, hash) in [
        ("", 0xcbf2_9ce4_8422_2325),
        ("café", 0x48e8_823a_cfa4_0d89),
        ("def add(x_1, y):\n  return x+y", 0xcc1e_b65f_d849_e7e3_u64),
    ] {
        assert_eq!(fnv1a64(text.as_bytes()), hash);
        assert_eq!(fold(text, 5) as u64, hash % 5);
    }
    assert_eq!(fold("café", 0), 0);
    assert_eq!(tokens("x_1 = Ünïcode²"), ["x", "_", "1", "=", "ünïcode²"]);
    assert_eq!(tokens("Hello, hello world!"), ["hello", ",", "hello", "world", "!"]);
    assert!(tokens(" \n\t").is_empty());
    let vector = HashedFeatures::default().vector("Hello, hello world!");
    assert_eq!(vector.indices(), [743, 1959, 2123, 2424, 2751, 2803, 3339, 4044]);
    for (at, &value) in vector.values().iter().enumerate() {
        assert_close!(f64::from(value), if at == 6 { 0.53902351 } else { 0.31835597 }, abs = 1e-7);
    }
    let vector = HashedFeatures::default().vector("x_1 = Ünïcode²");
    assert_eq!(vector.indices(), [302, 456, 1259, 1799, 2126, 2208, 2593, 2812, 3195]);
    assert!(HashedFeatures::default().vector("  ").indices().is_empty());
    assert!(HashedFeatures::new(0).is_err());
}

proptest! {
    #![proptest_config(crate::same_cases(200))]

    #[test]
    fn weights_are_a_distribution_on_the_set(
        logits in prop::collection::vec(-1e4_f32..1e4, 1..20),
        bits in any::<u32>(),
        shift in -100.0_f32..100.0,
        k in 1_usize..6,
        mass in 0.0_f32..1.0,
    ) {
        let set: ExpertSet = (0..logits.len()).filter(|i| bits >> i & 1 == 1).collect();
        let weights = masked_softmax(&logits, set, 1.0);
        if set.is_empty() {
            prop_assert!(matches!(weights, Err(Error::EmptySet)));
            return Ok(());
        }
        let weights = weights.unwrap();
        prop_assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        for (i, weight) in weights.iter().enumerate() {
            prop_assert!(weight.is_finite() && (set.contains(i) || *weight == 0.0));
        }
        // A constant added to moderate logits changes nothing.
        let moderate: Vec<f32> = logits.iter().map(|h| h / 1e3).collect();
        let shifted: Vec<f32> = moderate.iter().map(|h| h + shift).collect();
        let (a, b) = (masked_softmax(&moderate, set, 1.0).unwrap(), masked_softmax(&shifted, set, 1.0).unwrap());
        for (a, b) in a.iter().zip(&b) {
            prop_assert!((a - b).abs() < 1e-4);
        }
        let active = GateWeights::new(&logits, set, 1.0, Activation::TopK(k)).unwrap();
        prop_assert_eq!(active.experts().len(), k.min(set.len()));
        prop_assert!(active.experts().iter().all(|&(i, _)| set.contains(i)));
        prop_assert!((active.experts().iter().map(|e| e.1).sum::<f32>() - 1.0).abs() < 1e-6);
        let skipped = set.iter().filter(|i| active.experts().iter().all(|e| e.0 != *i));
        prop_assert!(skipped.map(|i| logits[i]).all(|h| active.experts().iter().all(|e| logits[e.0] >= h)));
        // The fewest experts that reach the mass: all of them do, and all but the last do not.
        let by_mass = GateWeights::new(&logits, set, 1.0, Activation::TopP { mass, at_most: 20 }).unwrap();
        let sum = |count: usize| by_mass.experts()[..count].iter().map(|e| weights[e.0]).sum::<f32>();
        let count = by_mass.experts().len();
        prop_assert!(sum(count) >= mass - 1e-5 && (count == 1 || sum(count - 1) < mass + 1e-5));
    }
}

#[test]
fn ties_and_refusals() {
    let set = [0, 1, 3].into_iter().collect();
    assert_eq!(top_k(&[0.5, 0.5, 9.0, 0.5], set, 2), [0, 1]);
    assert_eq!(top_k(&[-0.0, 0.0, 9.0, 0.0], set, 9), [0, 1, 3]);
    let new = |logits: &[f32], activation| GateWeights::new(logits, set, 1.0, activation);
    let top_p = |mass, at_most| Activation::TopP { mass, at_most };
    let logits = [2.0, 1.0, 0.0, 0.0]; // weights on the set 0.665, 0.245, 0.090
    assert_eq!(new(&logits, top_p(0.7, 9)).unwrap().experts().len(), 2);
    assert_eq!(new(&logits, top_p(0.99, 2)).unwrap().experts().len(), 2);
    assert!(matches!(new(&logits, Activation::TopK(0)), Err(Error::InvalidValue { .. })));
    assert!(matches!(new(&logits, top_p(1.5, 9)), Err(Error::InvalidValue { .. })));
    assert!(matches!(new(&[0.0, f32::NAN, 0.0, 0.0], Activation::TopK(1)), Err(Error::InvalidValue { .. })));
    assert!(matches!(new(&[0.0; 3], Activation::TopK(1)), Err(Error::Dimension { expected: 3, got: 4, .. })));
    assert!(masked_softmax(&logits, set, 0.0).is_err());
    // Half the temperature squares the ratios.
    let (warm, cool) =
        (masked_softmax(&logits, set, 1.0).unwrap(), masked_softmax(&logits, set, 0.5).unwrap());
    assert_close!(f64::from(cool[0] / cool[1]), f64::from(warm[0] / warm[1]).powi(2), rel = 1e-5);
}

#[test]
fn a_cascade_stops_at_the_first_confident_answer() {
    let costs = [3.0, 1.0, 2.0, 2.0];
    let asked = |threshold| {
        cascade(ExpertSet::first(4), &costs, threshold, |i| Ok([0.9, 0.2, 0.5, 0.5][i])).unwrap().asked
    };
    assert_eq!(asked(0.1), [1]);
    assert_eq!(asked(0.4), [1, 2]);
    assert_eq!(asked(0.95), [1, 2, 3, 0]);
    assert!(matches!(cascade(ExpertSet::EMPTY, &costs, 0.5, |_| Ok(1.0)), Err(Error::EmptySet)));
    assert!(matches!(cascade(ExpertSet::first(5), &costs, 0.5, |_| Ok(1.0)), Err(Error::Dimension { .. })));
}

fn table(rows: &[(&str, &[f32])]) -> RoutingData {
    let models = (0..rows[0].1.len()).map(|i| format!("expert {i}")).collect();
    let rows = rows.iter().map(|(prompt, scores)| Row {
        prompt: (*prompt).to_owned(),
        scores: scores.to_vec(),
        ..Row::default()
    });
    RoutingData::new(models, rows.collect()).unwrap()
}

#[test]
fn neighbours_at_equal_similarity_are_those_of_lower_rows() {
    let data = table(&[("x", &[0.0, 1.0]), ("y", &[0.5, 0.5]), ("x", &[1.0, 0.0]), ("x", &[1.0, 0.0])]);
    let one = Gate::knn(&data, 1).unwrap().scores("X");
    assert_close!(f64::from(one[1]), (1.0 + 0.01 * 0.375) / 1.01, abs = 1e-6);
    let two = Gate::knn(&data, 2).unwrap().scores("x"); // equal means: the prior decides for the first
    assert_close!(f64::from(two[0] - two[1]), 0.01 * (0.625 - 0.375) / 1.01, abs = 1e-6);
    // More neighbours than rows, and a prompt without words: the means.
    assert_close!(f64::from(Gate::knn(&data, 99).unwrap().scores("x")[0]), 0.625, abs = 1e-6);
    assert_close!(f64::from(Gate::knn(&data, 1).unwrap().scores(" ")[0]), 0.625, abs = 1e-6);
    assert!(Gate::knn(&data, 0).is_err());
}

/// By hand: bins [0, 0.5) and [0.5, 1].
#[test]
fn calibration_by_hand() {
    let report = CalibrationReport::new(&[0.2, 0.4, 1.0], &[0.0, 1.0, 0.5], 2).unwrap();
    assert_eq!(report.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [2, 1]);
    assert_close!(report.bins[0].predicted, 0.3, abs = 1e-7);
    assert_close!(report.ece, (0.4 + 0.5) / 3.0, abs = 1e-7);
    assert_close!(report.brier, (0.04 + 0.36 + 0.25) / 3.0, abs = 1e-7);
    let nll = (-(0.8_f64.ln()) - 0.4_f64.ln() - 0.5 * (1e-7_f64.ln())) / 3.0;
    assert_close!(report.nll, nll, rel = 1e-6);
    assert!(
        CalibrationReport::new(&[0.5], &[], 2).is_err() && CalibrationReport::new(&[2.0], &[0.5], 2).is_err()
    );
    assert!(CalibrationReport::new(&[0.5], &[0.5], 0).is_err());
}

/// The interval of a mean of many 0 and 1 is the binomial one.
#[test]
fn bootstrap_of_a_share() {
    let values: Vec<f64> = (0..1000).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
    let (low, high) = bootstrap_interval(&values, 0.95, 4000, 3).unwrap();
    let half = 1.96 * (0.25 * 0.75 / 1000.0_f64).sqrt();
    assert_close!(low, 0.25 - half, abs = 0.003);
    assert_close!(high, 0.25 + half, abs = 0.003);
    assert_eq!(bootstrap_interval(&values, 0.95, 4000, 3).unwrap(), (low, high));
    assert!(
        bootstrap_interval(&[], 0.95, 10, 0).is_err() && bootstrap_interval(&values, 1.0, 10, 0).is_err()
    );
}

#[test]
fn losses_by_hand() {
    let all = ExpertSet::first(2);
    let row = |loss: GateLoss, set| loss.row(&[0.0, 1.0], &[0.9, 0.3], set).unwrap();
    let (g, h) = (1.0 / (1.0 + 1.0_f64.exp()), 1.0_f64.exp() / (1.0 + 1.0_f64.exp()));
    assert_close!(row(GateLoss::Mixture, all).unwrap(), -(0.9 * g + 0.3 * h).ln(), rel = 1e-14);
    assert_close!(row(GateLoss::Posterior, all).unwrap(), -(0.75 * g.ln() + 0.25 * h.ln()), rel = 1e-14);
    let two = 2.0_f64.ln() + (1.0 + 1.0_f64.exp()).ln() - 0.3;
    assert_close!(row(GateLoss::PerExpert, all).unwrap(), two, rel = 1e-14);
    assert_close!(row(GateLoss::Posterior, [1].into_iter().collect()).unwrap(), 0.0, abs = 1e-15);
    assert_eq!(GateLoss::Posterior.row(&[0.0, 1.0], &[0.0, 0.0], all).unwrap(), None);
    assert!(matches!(GateLoss::Posterior.row(&[0.0], &[0.0], all), Err(Error::Dimension { .. })));
    assert!(matches!(GateLoss::Posterior.row(&[0.0], &[0.0], ExpertSet::EMPTY), Err(Error::EmptySet)));
    // A fixed soft mixture gets worse when a weaker expert joins.
    let alone = GateLoss::Mixture.row(&[0.0, 0.0], &[0.9, 0.5], ExpertSet::first(1)).unwrap().unwrap();
    assert_close!(alone, 0.105361, abs = 1e-6);
    let data = table(&[("x", &[1.0, 0.0])]);
    assert!(routed_score(&[0.5], &data, all).is_err());
    assert!(matches!(routed_score(&[0.5, f32::NAN], &data, all), Err(Error::InvalidValue { .. })));
}

#[cfg(feature = "gate")]
mod trained {
    use super::*;
    use moe2_edge::data::Split;
    use moe2_edge::data::synthetic::{SyntheticConfig, SyntheticExperts};
    use moe2_edge::gate::evaluate::{best_single, oracle_score};
    use moe2_edge::gate::{
        Examples, GateConfig, GateKind, Tabular, TrainingConfig, calibrate_temperature, restriction_regret,
    };

    /// All sets of at least `size` of `n` experts.
    fn sets(n: usize, size: usize) -> impl Iterator<Item = ExpertSet> {
        (1_u32..1 << n)
            .map(move |bits| (0..n).filter(|i| bits >> i & 1 == 1).collect::<ExpertSet>())
            .filter(move |set| set.len() >= size)
    }

    /// With the most expressive gate, the optimum of the posterior loss on all experts is the optimum on every set.
    #[test]
    fn restriction_costs_nothing_under_the_posterior_loss() {
        let targets: Vec<f64> = (0..20).map(|i| f64::from(i * i % 11 + 1) / 12.0).collect();
        let examples = Examples::new(5, vec![0, 1, 2, 3], targets.clone(), vec![0.4, 0.3, 0.2, 0.1]).unwrap();
        for loss in [GateLoss::Posterior, GateLoss::PerExpert] {
            let gate = Tabular::train(&examples, loss, ExpertSet::first(5), 1500).unwrap();
            for set in sets(5, 1) {
                let regret = gate.restriction_regret(&examples, loss, set, 1500).unwrap();
                assert!(regret.abs() < 1e-6, "{loss:?} on {set:?}: {regret:e}");
            }
        }
        let gate = Tabular::train(&examples, GateLoss::Posterior, ExpertSet::first(5), 1500).unwrap();
        for class in 0..4 {
            let weights: Vec<f64> = gate.logits(class).iter().map(|h| h.exp()).collect();
            for i in 0..5 {
                let (ours, target) = (weights[i] / weights[0], targets[class * 5 + i] / targets[class * 5]);
                assert_close!(ours, target, rel = 1e-4);
            }
        }
    }

    /// Under the mixture loss it is not: three experts, one class of prompts, answers of frequencies 0.45, 0.30, 0.25.
    /// Optima and regrets by exact solution.
    #[test]
    fn restriction_costs_under_the_mixture_loss() {
        let targets = vec![0.8, 0.1, 0.3, 0.1, 0.8, 0.2, 0.1, 0.1, 0.5];
        let examples = Examples::new(3, vec![0, 0, 0], targets, vec![0.45, 0.30, 0.25]).unwrap();
        let loss = GateLoss::Mixture;
        let gate = Tabular::train(&examples, loss, ExpertSet::first(3), 3000).unwrap();
        assert_close!(gate.loss(&examples, loss, ExpertSet::first(3)).unwrap(), 1.067094, abs = 1e-6);
        let weights: Vec<f64> = gate.logits(0).iter().map(|h| h.exp()).collect();
        for (weight, exact) in weights.iter().zip([11.0 / 28.0, 13.0 / 56.0, 3.0 / 8.0]) {
            assert_close!(weight / weights.iter().sum::<f64>(), exact, abs = 1e-5);
        }
        for (members, restricted, regret) in
            [([0, 2], 1.140665, 0.009819), ([1, 2], 1.192362, 0.027625), ([0, 1], f64::NAN, 0.0)]
        {
            let set = members.into_iter().collect();
            let ours = gate.restriction_regret(&examples, loss, set, 3000).unwrap();
            assert_close!(ours, regret, abs = 1e-5, "{members:?}");
            if restricted.is_finite() {
                assert_close!(gate.loss(&examples, loss, set).unwrap(), restricted, abs = 2e-6);
            }
        }
        assert!(Examples::new(2, vec![1], vec![0.5, 0.5], vec![1.0]).is_err());
        assert!(Examples::new(2, vec![0], vec![0.5, -0.5], vec![1.0]).is_err());
        assert!(Examples::new(2, vec![0], vec![0.5, 0.5], vec![0.0]).is_err());
    }

    /// A table whose best expert shows in the words.
    fn arithmetic_or_geography() -> RoutingData {
        let rows: Vec<(String, Vec<f32>)> = (0..60)
            .map(|i| match i % 2 {
                0 => (format!("add {i} and {}", i + 1), vec![1.0, 0.0, 0.4]),
                _ => (format!("capital of country {i}"), vec![0.0, 1.0, 0.4]),
            })
            .collect();
        table(&rows.iter().map(|(prompt, scores)| (prompt.as_str(), scores.as_slice())).collect::<Vec<_>>())
    }

    fn small(kind: GateKind, loss: GateLoss) -> GateConfig {
        let features = HashedFeatures::new(256).unwrap();
        let training = TrainingConfig { lr: 0.05, batch: 16, epochs: 20, l2: 1e-5, seed: 3 };
        GateConfig { kind, loss, features, training }
    }

    #[test]
    fn every_kind_learns_the_words() {
        let data = arithmetic_or_geography();
        let mlp = GateKind::Mlp { hidden: 8, dropout: 0.1, patience: 5 };
        let kinds =
            [GateKind::Linear, mlp, GateKind::Knn { neighbours: 5 }, GateKind::Blend { neighbours: 5 }];
        for kind in kinds {
            for loss in [GateLoss::PerExpert, GateLoss::Posterior, GateLoss::Mixture] {
                let (gate, report) = Gate::train(&small(kind, loss), &data).unwrap();
                let all = ExpertSet::first(3);
                let routed = routed_score(&gate.predict(data.prompts()), &data, all).unwrap();
                assert!(routed > 0.99, "{kind:?} {loss:?}: {routed}");
                assert_eq!(report.skipped, 0);
                let scores = gate.scores("add 2 and 3");
                assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
                let weights = gate.weights("add 2 and 3", all, Activation::TopK(1)).unwrap();
                assert_eq!((weights.first(), weights.experts()[0].1), (0, 1.0));
            }
        }
    }

    #[test]
    fn the_seed_decides_and_the_number_of_threads_does_not() {
        let data = arithmetic_or_geography();
        let mlp = GateKind::Mlp { hidden: 8, dropout: 0.2, patience: 20 };
        for kind in [GateKind::Linear, mlp] {
            let config = small(kind, GateLoss::PerExpert);
            let train = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| Gate::train(&config, &data).unwrap())
            };
            let one = train(1);
            assert_eq!(one, train(3));
            let mut other = config;
            other.training.seed = 4;
            assert_ne!(one.0, Gate::train(&other, &data).unwrap().0);
        }
    }

    #[test]
    fn refusals_of_training() {
        let data = arithmetic_or_geography();
        let mut config = small(GateKind::Linear, GateLoss::Posterior);
        let nothing = data.with_scores(vec![0.0; data.scores().len()]).unwrap();
        assert!(matches!(Gate::train(&config, &nothing), Err(Error::InvalidValue { .. })));
        config.training.batch = 0;
        assert!(matches!(Gate::train(&config, &data), Err(Error::InvalidValue { .. })));
        config.training.batch = 8;
        config.training.lr = f64::NAN;
        assert!(matches!(Gate::train(&config, &data), Err(Error::Training(_))));
        for (hidden, dropout) in [(0, 0.1), (8, 1.0), (8, f64::NAN), (1 << 20, 0.1)] {
            let kind = GateKind::Mlp { hidden, dropout, patience: 1 };
            let refused = Gate::train(&small(kind, GateLoss::Posterior), &data);
            assert!(matches!(refused, Err(Error::InvalidValue { .. })));
        }
        let knn = Gate::knn(&data, 3).unwrap();
        let all = ExpertSet::first(3);
        let refused = restriction_regret(&knn, &data, all, TrainingConfig::default());
        assert!(matches!(refused, Err(Error::NotTrainable { .. })));
        let refused =
            Gate::new(vec!["a".into()], HashedFeatures::default(), knn.model().clone(), GateLoss::PerExpert);
        assert!(matches!(refused, Err(Error::Dimension { .. })));
        assert!(knn.with_temperature(-1.0).is_err());
    }

    /// The best temperature scales with the logits, and the loss there is the smallest.
    #[test]
    fn temperature_undoes_a_scale() {
        let data = arithmetic_or_geography();
        let (gate, _) = Gate::train(&small(GateKind::Linear, GateLoss::Posterior), &data).unwrap();
        let temperature = calibrate_temperature(&gate, &data, GateLoss::Posterior).unwrap();
        let logits = gate.predict_logits(data.prompts());
        let doubled: Vec<f32> = logits.iter().map(|logit| 2.0 * logit).collect();
        let at = |logits: &[f32], t: f64| {
            GateLoss::Posterior.mean(logits, t, &data, ExpertSet::first(3)).unwrap().unwrap()
        };
        let loss = |t: f64| at(&logits, t);
        for factor in [0.9, 1.1] {
            assert!(loss(temperature) < loss(temperature * factor), "{temperature}");
        }
        assert_close!(at(&doubled, 2.0 * temperature), loss(temperature), rel = 1e-12);
        assert_close!(gate.with_temperature(temperature).unwrap().temperature(), temperature, abs = 0.0);
    }

    #[test]
    fn synthetic_experts_differ_and_routing_gains() {
        let config = SyntheticConfig { seed: 1, expert_questions: 700, train: 600, test: 400 };
        let experts = SyntheticExperts::train(&config).unwrap();
        assert_eq!(experts, SyntheticExperts::train(&config).unwrap());
        let data = experts.data();
        for (row, scores) in data.score_rows().enumerate().step_by(37) {
            for (expert, &score) in scores.iter().enumerate() {
                let output = experts.probabilities(row, expert);
                assert_close!(f64::from(output.iter().sum::<f32>()), 1.0, abs = 1e-5);
                let answer = output[experts.answers()[row]];
                assert_eq!(score == 1.0, output.iter().all(|&other| other <= answer));
                assert_eq!(experts.answer_probabilities().unwrap().scores()[row * 6 + expert], answer);
            }
        }
        let (train, test) = (data.split(Split::Train).unwrap(), data.split(Split::Test).unwrap());
        let all = ExpertSet::first(6);
        let single = test.mean_scores()[best_single(&train, all).unwrap()];
        let (gate, _) = Gate::train(&small(GateKind::Linear, GateLoss::PerExpert), &train).unwrap();
        let routed = routed_score(&gate.predict(test.prompts()), &test, all).unwrap();
        let oracle = oracle_score(&test, all).unwrap();
        println!("best single {single:.3}, routed {routed:.3}, oracle {oracle:.3}");
        assert!(single > 0.3 && routed > single + 0.05 && oracle > routed && oracle < 1.0);
        // The gate on the experts' probabilities, masked to a set.
        let probabilities = experts.answer_probabilities().unwrap().split(Split::Train).unwrap();
        let (gate, _) = Gate::train(&small(GateKind::Linear, GateLoss::Posterior), &probabilities).unwrap();
        let set = [0, 2, 5].into_iter().collect();
        let more = TrainingConfig { epochs: 10, ..small(GateKind::Linear, GateLoss::Posterior).training };
        let regret = restriction_regret(&gate, &probabilities, set, more).unwrap();
        println!("{regret:?}");
        assert!(regret.regret() >= 0.0 && regret.regret() < 0.05 && regret.restricted < 3.0_f64.ln());
    }
}
