//! The gates on measured scores of nine language models (folder `PAPER_DATA`). References: an
//! independent implementation in numpy.

use common::assert_close;
use moe2_edge::ExpertSet;
use moe2_edge::data::{RoutingData, Split, fold, read_parquet};
use moe2_edge::gate::Gate;
use moe2_edge::gate::evaluate::{
    FoldScores, best_single, bootstrap_interval, cross_validate, oracle_score, routed_score, routed_scores,
    task_oracle_score,
};
use moe2_edge::gate::{GateConfig, GateKind, GateLoss};
use std::path::PathBuf;

/// The folder of data sets, if there is one.
#[allow(clippy::print_stdout, reason = "tells that a test had no data")]
fn router_folder() -> Option<PathBuf> {
    let found = std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty()).and_then(|named| {
        let here = std::env::current_dir().ok()?;
        here.ancestors().map(|folder| folder.join(&named).join("router")).find(|folder| folder.is_dir())
    });
    if found.is_none() {
        println!("SKIPPED: PAPER_DATA is not set");
    }
    found
}

fn nine_models() -> Option<RoutingData> {
    Some(read_parquet(router_folder()?.join("llmrouter_9models.parquet")).unwrap())
}

/// Models of at most 31 billion parameters together.
fn small() -> ExpertSet {
    [1, 2, 7, 8].into_iter().collect()
}

#[test]
fn the_nine_models() {
    let Some(data) = nine_models() else { return };
    assert_eq!((data.len(), data.experts(), data.task_names().len()), (6108, 9, 14));
    assert_eq!(data.models()[3], "llama-3.1-nemotron-51b-instruct");
    let rows = |split| data.split(split).unwrap().len();
    assert_eq!([rows(Split::Train), rows(Split::Test), rows(Split::TestSeen)], [5608, 381, 119]);
    assert_eq!(data.deduplicated().len(), 6108); // the copies are in different parts
    let train = data.split(Split::Train).unwrap();
    let means = [0.3031, 0.5347, 0.5607, 0.6213, 0.5788, 0.1941, 0.1751, 0.3710, 0.5204];
    for (ours, reference) in train.mean_scores().iter().zip(means) {
        assert_close!(*ours, reference, abs = 5e-5);
    }
    let folds = (0..5).map(|f| train.prompts().iter().filter(|p| fold(p, 5) == f).count());
    assert_eq!(folds.collect::<Vec<_>>(), [1140, 1031, 1127, 1147, 1163]);
    // Taking the marks away and marking again finds the same 119 copies.
    let unmarked = data.clone().with_leaks_marked();
    assert_eq!(unmarked.1, 119);
    assert_eq!(unmarked.0, data);
}

/// Oracle scores of the best sets under budgets of parameters: on the training rows, on the 381 clean test rows, and on
/// all 500 rows held out by the source, 119 of which are copies.
#[test]
fn oracle_scores_of_sets() {
    let Some(data) = nine_models() else { return };
    let (train, clean) = (data.split(Split::Train).unwrap(), data.split(Split::Test).unwrap());
    let leaky = data.filter(|row| data.splits()[row] != Split::Train).unwrap();
    let rows: [(&[usize], f64, f64, f64); 10] = [
        (&[8], 0.520359, 0.420980, 0.422786),
        (&[2], 0.560660, 0.545721, 0.507839),
        (&[7, 8], 0.600998, 0.524032, 0.515312),
        (&[2, 8], 0.660370, 0.579659, 0.565701),
        (&[1, 2, 8], 0.709288, 0.641574, 0.630880),
        (&[1, 2, 7, 8], 0.723566, 0.665196, 0.652880),
        (&[0, 1, 2, 6, 7, 8], 0.738445, 0.677419, 0.672193),
        (&[1, 2, 4, 8], 0.759358, 0.680794, 0.670765),
        (&[0, 1, 2, 4, 6, 7, 8], 0.777342, 0.711048, 0.701818),
        (&[0, 1, 2, 3, 4, 5, 6, 7, 8], 0.801722, 0.749822, 0.743364),
    ];
    for (members, on_train, on_clean, on_leaky) in rows {
        let set = members.iter().copied().collect();
        for (data, reference) in [(&train, on_train), (&clean, on_clean), (&leaky, on_leaky)] {
            assert_close!(oracle_score(data, set).unwrap(), reference, abs = 1.5e-6, "{members:?}");
        }
    }
}

#[test]
fn the_two_models() {
    let Some(folder) = router_folder() else { return };
    let data = read_parquet(folder.join("routellm_mmlu_gsm8k.parquet")).unwrap();
    assert_eq!((data.len(), data.experts()), (15361, 2));
    assert_eq!(data.deduplicated().len(), 15256);
    assert_close!(oracle_score(&data, ExpertSet::first(2)).unwrap(), 0.8647, abs = 5e-5);
    let gsm8k = data.filter(|row| data.task_names()[data.tasks()[row] as usize].contains("gsm8k"));
    let gsm8k = gsm8k.unwrap();
    assert_eq!(gsm8k.len(), 1319);
    assert_close!(gsm8k.mean_scores()[0], 0.638362, abs = 5e-7);
    assert_close!(gsm8k.mean_scores()[1], 0.856710, abs = 5e-7);
}

/// One fold: 4468 training rows, 1140 validation rows, and the 381 test rows.
struct OneFold {
    train: RoutingData,
    validation: RoutingData,
    test: RoutingData,
}

impl OneFold {
    fn read() -> Option<Self> {
        let data = nine_models()?;
        let (train, validation) = data.split(Split::Train).unwrap().hold_out(0, 5).unwrap();
        assert_eq!((train.len(), validation.len()), (4468, 1140));
        Some(Self { train, validation, test: data.split(Split::Test).unwrap() })
    }

    /// Routed scores on validation and test rows.
    fn scores(&self, gate: &Gate, set: ExpertSet) -> [f64; 2] {
        [&self.validation, &self.test]
            .map(|rows| routed_score(&gate.predict(rows.prompts()), rows, set).unwrap())
    }
}

#[test]
fn references_of_one_fold() {
    let Some(fold) = OneFold::read() else { return };
    let all = ExpertSet::first(9);
    let single = best_single(&fold.train, all).unwrap();
    assert_eq!(single, 3);
    assert_close!(fold.validation.mean_scores()[3], 0.6313, abs = 5e-5);
    assert_close!(fold.test.mean_scores()[3], 0.5966, abs = 5e-5);
    assert_close!(task_oracle_score(&fold.train, &fold.validation, all).unwrap(), 0.6900, abs = 5e-5);
    assert_close!(oracle_score(&fold.validation, all).unwrap(), 0.8096, abs = 5e-5);
    assert_close!(oracle_score(&fold.test, all).unwrap(), 0.7498, abs = 5e-5);
    let small_single = best_single(&fold.train, small()).unwrap();
    assert_close!(fold.validation.mean_scores()[small_single], 0.5583, abs = 5e-5);
    assert_close!(oracle_score(&fold.validation, small()).unwrap(), 0.7217, abs = 5e-5);
    let six = [0, 1, 2, 6, 7, 8].into_iter().collect();
    assert_close!(oracle_score(&fold.validation, six).unwrap(), 0.7415, abs = 5e-5);
}

#[test]
fn neighbours_on_one_fold() {
    let Some(fold) = OneFold::read() else { return };
    for (k, reference) in [(5, [0.6293, 0.6047]), (20, [0.6541, 0.6018]), (50, [0.6550, 0.6149])] {
        let ours = fold.scores(&Gate::knn(&fold.train, k).unwrap(), ExpertSet::first(9));
        println!("{k} neighbours: {ours:.4?} against {reference:?}");
        for (ours, reference) in ours.iter().zip(reference) {
            assert_close!(*ours, reference, abs = 0.01, "{k} neighbours");
        }
    }
}

#[test]
fn linear_gates_on_one_fold() {
    let Some(fold) = OneFold::read() else { return };
    let (all, six) = (ExpertSet::first(9), [0, 1, 2, 6, 7, 8].into_iter().collect());
    for (loss, epochs, reference, restricted) in [
        (GateLoss::PerExpert, 10, [0.6488, 0.5984], Some([0.5877, 0.5877])),
        (GateLoss::PerExpert, 30, [0.6290, 0.5710], None),
        (GateLoss::Posterior, 10, [0.6249, 0.5678], Some([0.5896, 0.5879])),
    ] {
        let mut config = GateConfig::new(GateKind::Linear);
        config.loss = loss;
        config.training.epochs = epochs;
        // One seed moves a fold's score by up to 0.01, so the mean of five is compared.
        let gates: Vec<Gate> = (0..5)
            .map(|seed| {
                config.training.seed = seed;
                let (gate, report) = Gate::train(&config, &fold.train).unwrap();
                assert!(report.losses.windows(2).all(|pair| pair[1] < pair[0]), "{:?}", report.losses);
                gate
            })
            .collect();
        let mean =
            |set, rows: usize| gates.iter().map(|gate| fold.scores(gate, set)[rows]).sum::<f64>() / 5.0;
        for (rows, reference) in reference.into_iter().enumerate() {
            let ours = mean(all, rows);
            println!("{loss:?}, {epochs} epochs: {ours:.4} against {reference}");
            assert_close!(ours, reference, abs = 0.01, "{loss:?}, {epochs} epochs");
        }
        for (reference, set) in restricted.into_iter().flatten().zip([small(), six]) {
            let ours = mean(set, 0);
            println!("  on {set:?}: {ours:.4} against {reference}");
            assert_close!(ours, reference, abs = 0.01, "{loss:?} on {set:?}");
        }
    }
}

fn mean(folds: &[FoldScores], value: impl Fn(&FoldScores) -> f64) -> f64 {
    folds.iter().map(value).sum::<f64>() / folds.len() as f64
}

fn five_folds(data: &RoutingData, config: &GateConfig) -> Vec<Vec<FoldScores>> {
    cross_validate(data, 5, &[ExpertSet::first(9), small()], |train, test| {
        Ok(Gate::train(config, train)?.0.predict(test.prompts()))
    })
    .unwrap()
}

#[test]
fn gates_on_five_folds() {
    let Some(data) = nine_models() else { return };
    let train = data.split(Split::Train).unwrap();
    for (kind, reference) in [
        (GateKind::Linear, [0.6343, 0.5904]),
        (GateKind::Knn { neighbours: 30 }, [0.6481, 0.5952]),
        (GateKind::Blend { neighbours: 30 }, [0.6449, 0.5945]),
    ] {
        let folds = five_folds(&train, &GateConfig::new(kind));
        let ours = [0, 1].map(|set| mean(&folds[set], |fold| fold.routed));
        println!("{kind:?}: {ours:.4?} against {reference:?}");
        println!("  {:.4?}", folds[0].iter().map(|fold| fold.routed).collect::<Vec<_>>());
        for (ours, reference) in ours.iter().zip(reference) {
            assert_close!(*ours, reference, abs = 0.01, "{kind:?}");
        }
        if matches!(kind, GateKind::Blend { .. }) {
            for (fold, reference) in folds[0].iter().zip([0.6618, 0.6602, 0.6376, 0.6303, 0.6344]) {
                assert_close!(fold.routed, reference, abs = 0.01);
            }
        }
        if kind != GateKind::Linear {
            assert!(ours[0] >= 0.640 && ours[1] >= 0.590, "{kind:?}: {ours:?}");
        }
        assert!(ours[0] < 0.67, "as good as the names of the tasks: something leaks");
        for (set, single, oracle) in [(0, 0.6217, 0.6707), (1, 0.5611, 0.6203)] {
            assert_close!(mean(&folds[set], |fold| fold.best_single), single, abs = 1e-4);
            assert_close!(mean(&folds[set], |fold| fold.task_oracle), oracle, abs = 1e-4);
        }
        let singles = [0.6313, 0.6411, 0.5969, 0.6157, 0.6233];
        for (fold, reference) in folds[0].iter().zip(singles) {
            assert_close!(fold.best_single, reference, abs = 5e-5);
        }
    }
}

/// What a gate gains has to vanish with what it learns from.
#[test]
fn permuted_scores_teach_nothing() {
    let Some(fold) = OneFold::read() else { return };
    let all = ExpertSet::first(9);
    let rows = fold.train.with_rows_permuted(1);
    assert_eq!(rows.mean_scores(), fold.train.mean_scores());
    let experts = fold.train.with_experts_permuted(1);
    let average = fold.train.mean_scores().iter().sum::<f64>() / 9.0;
    for mean in experts.mean_scores() {
        assert_close!(mean, average, abs = 0.025); // 3.4 standard errors of 4468 draws
    }
    let real = fold.scores(&Gate::knn(&fold.train, 30).unwrap(), all)[0];
    let without_prompts = fold.scores(&Gate::knn(&rows, 30).unwrap(), all)[0];
    let without_experts = fold.scores(&Gate::knn(&experts, 30).unwrap(), all)[0];
    println!("routed {real:.4}, rows permuted {without_prompts:.4}, experts permuted {without_experts:.4}");
    assert!(real > 0.64 && without_prompts < 0.6313 && without_experts < 0.48);
    let gate = Gate::knn(&fold.train, 30).unwrap();
    let routed = routed_scores(&gate.predict(fold.validation.prompts()), &fold.validation, all).unwrap();
    let (low, high) = bootstrap_interval(&routed, 0.95, 1000, 1).unwrap();
    assert!(low < real && real < high && high - low > 0.04 && high - low < 0.07, "{low} {high}");
}
