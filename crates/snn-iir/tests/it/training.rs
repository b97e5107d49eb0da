//! Networks that learn: training, resumption, selection, checkpoints, bad input.

use crate::fixtures::{balancer, bars, converted, largest_difference, normalize, random_images, spec};
use candle_core::Tensor;
use common::assert_close;
use common::rng::Streams;
use common::tensor::loss;
use common::train::grads::require_grads;
use snn_iir::balance::ThresholdBalancer;
use snn_iir::data::{Augment, Dataset};
use snn_iir::trainer::{
    Clamps, Optimizer, Progress, Selection, Sets, Stage, StopRule, TrainConfig, train_ann, train_spiking,
};
use snn_iir::{
    Ann, CheckpointInfo, Dropout, Error, IirSchedule, IirTrainer, Init, NetworkSpec, SpikingConfig,
    SpikingNet,
};
use std::ops::ControlFlow;
use std::path::Path;

fn ann_config(epochs: usize) -> TrainConfig {
    TrainConfig { epochs, batch: 16, lr: 0.05, dropout: 0.1, ..TrainConfig::ann(normalize(), 1) }
}

fn snn_config(epochs: usize) -> TrainConfig {
    TrainConfig { epochs, batch: 16, lr: 2e-3, dropout: 0.1, ..TrainConfig::spiking(normalize(), 1) }
}

fn quiet(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// With a step at T = 3 and leaks of 0.9 every variable moves; at T = 1 the gradient of a leak is there and exactly 0.
#[test]
fn every_variable_learns() {
    for text in ["1x4x4: 6 A 8, FC 10 2", "1x4x4: 6 A R6 R8s2, FC 2"] {
        let config = SpikingConfig { threshold: 0.5, leak: 0.9, ..Default::default() };
        let net = SpikingNet::random(text.parse().unwrap(), config, Init::He, &Streams::new(6)).unwrap();
        let data = bars(32, "moves");
        let before: Vec<_> =
            net.variables().iter().map(|(_, var)| var.as_detached_tensor().copy().unwrap()).collect();
        let config = TrainConfig { batch: 32, selection: Selection::LastEpoch, ..snn_config(3) };
        let sets = Sets { train: &data, validation: None, test: &data };
        let stage = Stage { name: "moves", folder: None };
        train_spiking(&net, 3, stage, sets, &config, &mut quiet).unwrap();
        for ((name, var), before) in net.variables().iter().zip(&before) {
            assert!(largest_difference(var.as_tensor(), before) > 0.0, "{text}: {name}");
        }
        let images = random_images(8, [1, 4, 4], "gradients");
        let dropout = Dropout::new(0.0, Streams::new(1), "none").unwrap();
        let logits = net.forward_train(&images, 1, &dropout).unwrap();
        let gradients = loss::cross_entropy(&logits, &[0, 1, 0, 1, 0, 1, 0, 1]).unwrap().backward().unwrap();
        require_grads(&net.variables(), &gradients).unwrap();
        for (name, var) in net.variables() {
            let gradient =
                gradients.get(var.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let moves = gradient.iter().any(|&g| g != 0.0);
            if name.strip_suffix(".leak").is_some() {
                assert!(!moves, "{name}");
            }
        }
    }
}

struct Chain {
    ann: snn_iir::trainer::StageReport,
    stages: Vec<snn_iir::trainer::StageReport>,
}

/// A whole chain with an interruption after so many batches of each attempt.
fn chain(folder: Option<&Path>, every: usize) -> Chain {
    let (train, test) = (bars(64, "train"), bars(30, "test"));
    let (train, validation) = train.split_validation(0.25, 1).unwrap();
    let sets = Sets { train: &train, validation: Some(&validation), test: &test };
    let attempt = || -> snn_iir::Result<Chain> {
        let mut batches = 0;
        let mut on_progress = |_: &Progress| {
            batches += 1;
            if batches >= every { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let augment = Some(Augment::new(1, 0.0)?);
        let ann = Ann::new(spec(), Init::He, &Streams::new(7))?;
        let config = TrainConfig { augment, ..ann_config(4) };
        let report = train_ann(&ann, Stage { name: "ann", folder }, sets, &config, &mut on_progress)?;
        let (net, _) = balancer(90.0).convert(
            &ann.fuse()?,
            SpikingConfig::default(),
            &train,
            &normalize(),
            None,
            &Streams::new(7),
        )?;
        let config = TrainConfig { accumulate: 2, ..snn_config(2) };
        let trainer = IirTrainer::new(IirSchedule::new(vec![3, 1])?, config);
        let stages = trainer.run(&net, folder, sets, &mut on_progress)?;
        Ok(Chain { ann: report, stages })
    };
    for _ in 0..200 {
        match attempt() {
            Err(Error::Interrupted { .. }) => {}
            other => return other.unwrap(),
        }
    }
    panic!("no end after 200 attempts");
}

#[test]
fn resumed_runs_end_alike() {
    let whole = chain(None, usize::MAX);
    for every in [4, 5, 7, 11] {
        let folder = tempfile::tempdir().unwrap();
        let parts = chain(Some(folder.path()), every);
        assert_eq!(parts.ann, whole.ann, "cut after {every} batches");
        assert_eq!(parts.stages, whole.stages, "cut after {every} batches");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "only finished stages are left");
        // Done stages are taken over without a single batch.
        let again = chain(Some(folder.path()), 1);
        assert_eq!(again.stages, whole.stages);
        // Accuracy before a stage is that of the checkpoint before it at the lower number of timesteps.
        let (net, info) = SpikingNet::load_as(folder.path().join("iir-t3.safetensors"), &spec()).unwrap();
        assert_eq!((info.timesteps, info.stage.as_str(), info.seed), (Some(3), "iir-t3", 1));
        let evaluation = net.evaluate_counting(&bars(30, "test"), &info.normalize, 1).unwrap();
        assert_eq!(evaluation, whole.stages[1].before);
    }
}

/// The whole way on an easy task: rate-coded, three timesteps, one.
#[test]
fn a_chain_learns() {
    let (train, test) = (bars(200, "train"), bars(60, "test"));
    let sets = Sets { train: &train, validation: None, test: &test };
    let ann = Ann::new(spec(), Init::He, &Streams::new(7)).unwrap();
    let config = TrainConfig { selection: Selection::LastEpoch, ..ann_config(12) };
    let report = train_ann(&ann, Stage { name: "ann", folder: None }, sets, &config, &mut quiet).unwrap();
    assert!(report.after.accuracy() > 0.95, "{:?}", report.after);
    let fused = ann.fuse().unwrap();
    assert_eq!(fused.evaluate(&test, &normalize()).unwrap().correct, report.after.correct);
    let (net, _) = balancer(90.0)
        .convert(&fused, SpikingConfig::default(), &train, &normalize(), None, &Streams::new(7))
        .unwrap();
    let config = TrainConfig { selection: Selection::LastEpoch, lr: 5e-3, ..snn_config(8) };
    let trainer = IirTrainer::new(IirSchedule::new(vec![3, 2, 1]).unwrap(), config);
    let mut fraction = 0.0;
    let mut on_progress = |progress: &Progress| {
        assert!(progress.fraction > fraction && progress.fraction <= 1.0);
        fraction = progress.fraction;
        ControlFlow::Continue(())
    };
    let stages = trainer.run(&net, None, sets, &mut on_progress).unwrap();
    assert_close!(fraction, 1.0, abs = 1e-12);
    for stage in &stages {
        assert!(stage.after.accuracy() > 0.9, "{} {:?}", stage.stage, stage.after);
    }
}

#[test]
fn thread_counts_do_not_matter() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| chain(None, usize::MAX))
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.ann.losses, two.ann.losses);
    assert_eq!(one.stages, two.stages);
}

#[test]
fn selections_and_stop() {
    let (train, test) = (bars(48, "train"), bars(30, "test"));
    let (train, validation) = train.split_validation(0.25, 1).unwrap();
    let sets = Sets { train: &train, validation: Some(&validation), test: &test };
    let stage = Stage { name: "ann", folder: None };
    let run = |config: &TrainConfig| {
        let ann = Ann::new(spec(), Init::He, &Streams::new(7)).unwrap();
        train_ann(&ann, stage, sets, config, &mut quiet).unwrap()
    };
    let last = run(&TrainConfig { selection: Selection::LastEpoch, ..ann_config(5) });
    assert_eq!((last.selected, last.epochs.len(), last.epochs[0].score), (5, 5, None));
    let best = run(&TrainConfig { selection: Selection::BestTest, ..ann_config(5) });
    let scores: Vec<f64> = best.epochs.iter().map(|epoch| epoch.score.unwrap()).collect();
    let top = scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(best.selected, 1 + scores.iter().position(|&score| score == top).unwrap());
    assert_close!(best.after.accuracy(), top, abs = 0.0);
    let stopped = run(&TrainConfig { stop: Some(StopRule { patience: 1 }), ..ann_config(30) });
    assert!(stopped.epochs.len() < 30);
    assert_eq!(stopped.epochs.len(), stopped.selected + 1);
    // The loss falls, and another seed is another run.
    assert!(last.epochs[4].loss < last.epochs[0].loss);
    assert_ne!(run(&TrainConfig { seed: 2, ..ann_config(5) }).losses, run(&ann_config(5)).losses);
}

/// Sums of k batches make the same step as one batch k times as large whose mean loss is scaled by k (here with plain
/// gradient descent and no normalisation).
#[test]
fn accumulated_gradients() {
    let data = bars(32, "accumulate");
    let sets = Sets { train: &data, validation: None, test: &data };
    let run = |batch, accumulate, lr| {
        let ann = Ann::without_batch_norm(spec(), Init::He, &Streams::new(7)).unwrap();
        let config = TrainConfig {
            batch,
            accumulate,
            lr,
            dropout: 0.0,
            optimizer: Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
            selection: Selection::LastEpoch,
            ..ann_config(1)
        };
        train_ann(&ann, Stage { name: "sum", folder: None }, sets, &config, &mut quiet).unwrap();
        ann.variables()[0].1.as_detached_tensor()
    };
    let difference = largest_difference(&run(8, 4, 0.01), &run(32, 1, 0.04));
    assert!(difference < 1e-6, "{difference}");
    assert!(largest_difference(&run(8, 1, 0.01), &run(32, 1, 0.04)) > 1e-5);
}

#[test]
fn clamps_hold() {
    let (net, data) = converted();
    let sets = Sets { train: &data, validation: None, test: &data };
    let config = TrainConfig {
        lr: 0.5,
        dropout: 0.0,
        selection: Selection::LastEpoch,
        clamps: Clamps { leak: Some(0.2), threshold: Some(0.3) },
        ..snn_config(2)
    };
    train_spiking(&net, 3, Stage { name: "clamp", folder: None }, sets, &config, &mut quiet).unwrap();
    assert!(net.leaks().unwrap().iter().all(|leak| (0.2..=1.0).contains(leak)), "{:?}", net.leaks());
    assert!(net.thresholds().unwrap().iter().all(|&threshold| threshold >= 0.3), "{:?}", net.thresholds());
}

#[test]
fn wrong_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let info = CheckpointInfo { timesteps: Some(2), stage: "test".into(), seed: 3, normalize: normalize() };
    let (net, data) = converted();
    net.set_leaks(&[0.5, 0.25, 1.0]).unwrap();
    net.save(&path, &info).unwrap();
    let (loaded, read) = SpikingNet::load(&path).unwrap();
    assert_eq!(read, info);
    assert_eq!(
        (loaded.thresholds().unwrap(), loaded.leaks().unwrap()),
        (net.thresholds().unwrap(), net.leaks().unwrap())
    );
    let images = random_images(4, [1, 4, 4], "checkpoint");
    assert_eq!(
        largest_difference(&net.forward(&images, 3).unwrap(), &loaded.forward(&images, 3).unwrap()),
        0.0
    );

    let other = NetworkSpec::named("E4").unwrap();
    assert!(matches!(SpikingNet::load_as(&path, &other), Err(Error::OtherNetwork { .. })));
    assert!(matches!(Ann::load(&path), Err(Error::CheckpointField { field: "kind", .. })));
    assert!(matches!(SpikingNet::load(folder.path().join("none")), Err(Error::Training(_))));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    assert!(matches!(SpikingNet::load(&path), Err(Error::Training(_))));

    // A stage of another run in the same folder.
    let sets = Sets { train: &data, validation: Some(&data), test: &data };
    let stage = Stage { name: "ann", folder: Some(folder.path()) };
    let run = |seed: u64, config: &TrainConfig, sets| {
        let ann = Ann::new(spec(), Init::He, &Streams::new(seed)).unwrap();
        train_ann(&ann, stage, sets, config, &mut quiet)
    };
    run(1, &ann_config(1), sets).unwrap();
    assert!(run(1, &ann_config(1), sets).is_ok());
    assert!(matches!(run(1, &ann_config(2), sets), Err(Error::OtherRun { field: "settings", .. })));
    assert!(matches!(run(2, &ann_config(1), sets), Err(Error::OtherRun { field: "start", .. })));
    let fewer = bars(20, "fewer");
    let sets = Sets { train: &fewer, ..sets };
    assert!(matches!(run(1, &ann_config(1), sets), Err(Error::OtherRun { field: "data", .. })));
    // The finished stage is a network that can be read.
    let (ann, info) = Ann::load_as(folder.path().join("ann.safetensors"), &spec()).unwrap();
    assert_eq!((info.timesteps, info.stage.as_str()), (None, "ann"));
    assert!(ann.evaluate(&data, &info.normalize).is_ok());
}

#[test]
fn bad_input() {
    let (net, data) = converted();
    let sets = Sets { train: &data, validation: None, test: &data };
    let stage = Stage { name: "bad", folder: None };
    let train = |timesteps, stage, config: &TrainConfig| {
        train_spiking(&net, timesteps, stage, sets, config, &mut quiet)
    };
    let last = TrainConfig { selection: Selection::LastEpoch, ..snn_config(1) };
    assert!(matches!(train(0, stage, &last), Err(Error::InvalidTimesteps(0))));
    assert!(matches!(train(1, stage, &snn_config(1)), Err(Error::MissingImages { .. })));
    assert!(matches!(train(1, Stage { name: "a/b", folder: None }, &last), Err(Error::StageName { .. })));
    assert!(matches!(train(1, stage, &TrainConfig { batch: 0, ..last.clone() }), Err(Error::Count { .. })));
    assert!(matches!(train(1, stage, &TrainConfig { epochs: 0, ..last.clone() }), Err(Error::Count { .. })));
    assert!(matches!(
        train(1, stage, &TrainConfig { dropout: 1.0, ..last.clone() }),
        Err(Error::Quantity { .. })
    ));
    assert!(matches!(
        train(1, stage, &TrainConfig { lr: f64::NAN, ..last.clone() }),
        Err(Error::Training(_))
    ));
    let blow_up = TrainConfig {
        lr: 1e60,
        optimizer: Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
        ..last.clone()
    };
    let blown = train_spiking(
        &net.duplicate().unwrap(),
        2,
        stage,
        sets,
        &TrainConfig { epochs: 3, ..blow_up },
        &mut quiet,
    );
    assert!(
        matches!(
            blown,
            Err(Error::NonFinite { .. } | Error::NonPositiveThreshold { .. } | Error::Tensor { .. })
        ),
        "{blown:?}"
    );

    assert!(matches!(net.evaluate(&data, &normalize(), 0), Err(Error::InvalidTimesteps(0))));
    assert!(matches!(
        net.set_thresholds(&[1.0, 0.0, 1.0]),
        Err(Error::NonPositiveThreshold { layer: 1, .. })
    ));
    assert!(matches!(net.set_thresholds(&[1.0]), Err(Error::ShapeMismatch { .. })));
    assert!(matches!(net.set_leaks(&[1.0, 0.5, 1.5]), Err(Error::InvalidLeak { layer: 2, .. })));
    let images = random_images(2, [3, 4, 4], "channels");
    assert!(matches!(net.forward(&images, 1), Err(Error::ShapeMismatch { .. })));
    let colours = Dataset::from_f32("colours", [3, 4, 4], 2, &[0.5; 48], vec![0]).unwrap();
    assert!(matches!(net.evaluate(&colours, &normalize(), 1), Err(Error::ShapeMismatch { .. })));
    let classes = Dataset::from_f32("classes", [1, 4, 4], 3, &[0.5; 16], vec![0]).unwrap();
    assert!(matches!(net.evaluate(&classes, &normalize(), 1), Err(Error::CountMismatch { .. })));

    let ann = Ann::new(spec(), Init::He, &Streams::new(1)).unwrap().fuse().unwrap();
    let images = random_images(2, [1, 4, 4], "balance");
    let convert = |balancer: ThresholdBalancer, images: &Tensor| {
        balancer.convert_on(&ann, SpikingConfig::default(), images).map(|_| ())
    };
    let good = balancer(90.0);
    assert!(matches!(
        convert(ThresholdBalancer { percentile: 101.0, ..good }, &images),
        Err(Error::InvalidPercentile(_))
    ));
    assert!(matches!(
        convert(ThresholdBalancer { timesteps: 0, ..good }, &images),
        Err(Error::InvalidTimesteps(0))
    ));
    assert!(matches!(
        convert(ThresholdBalancer { scale: 0.0, ..good }, &images),
        Err(Error::Quantity { .. })
    ));
    let nan = (&images * f64::NAN).unwrap();
    assert!(matches!(convert(good, &nan), Err(Error::NonFinite { place: 0, .. })));
    for steps in [vec![], vec![3, 3], vec![1, 2], vec![2, 0]] {
        assert!(matches!(IirSchedule::new(steps), Err(Error::InvalidSchedule(_))));
    }
    assert!(matches!("5,x".parse::<IirSchedule>(), Err(Error::ScheduleText { position: 2, .. })));
    let trainer = IirTrainer { epochs: vec![1], ..IirTrainer::new(IirSchedule::paper(), last) };
    assert!(matches!(trainer.run(&net, None, sets, &mut quiet), Err(Error::CountMismatch { .. })));
}
