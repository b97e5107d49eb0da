//! Gates in files: round trips, and files that are cut, changed or of another program.

use moe2_edge::Error;
use moe2_edge::data::{RoutingData, Row};
use moe2_edge::gate::{
    Blend, Gate, GateFileFault, GateLoss, GateModel, HashedFeatures, HashedLinear, Knn, Mlp,
};
use std::path::Path;

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i * i % 17) as f32 / 8.0 - 1.0).collect()
}

/// One gate of each kind, with 32 buckets and three experts.
fn gates() -> Vec<Gate> {
    let prompts = ["add two and two", "the capital of Peru", "", "2 + 2 = 5?"];
    let rows = prompts.iter().enumerate().map(|(i, prompt)| Row {
        prompt: (*prompt).to_owned(),
        scores: vec![0.25 * i as f32, 1.0, 0.5],
        ..Row::default()
    });
    let names = ["a", "b/7b", "ü"].map(str::to_owned).to_vec();
    let data = RoutingData::new(names.clone(), rows.collect()).unwrap();
    let features = HashedFeatures::new(32).unwrap();
    let linear = || HashedLinear::new(32, numbers(96), numbers(3)).unwrap();
    let knn = || Knn::new(features, &data, 2).unwrap();
    let mlp = Mlp::new(32, numbers(64), numbers(2), numbers(6), numbers(3)).unwrap();
    let models = [
        GateModel::Linear(linear()),
        GateModel::Mlp(mlp),
        GateModel::Knn(knn()),
        GateModel::Blend(Blend::new(linear(), knn()).unwrap()),
    ];
    let gate = |model| Gate::new(names.clone(), features, model, GateLoss::Posterior).unwrap();
    models.map(|model| gate(model).with_temperature(1.5).unwrap()).into()
}

fn fault(path: &Path) -> GateFileFault {
    match Gate::load(path) {
        Err(Error::GateFile { path: named, fault }) => {
            assert_eq!(named, path);
            fault
        }
        other => panic!("a fault of the file is expected, got {other:?}"),
    }
}

#[test]
fn a_saved_gate_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.safetensors");
    for gate in gates() {
        gate.save(&path).unwrap();
        let loaded = Gate::load(&path).unwrap();
        assert_eq!(loaded, gate);
        assert_eq!(loaded.logits("two and 2"), gate.logits("two and 2"));
        assert_eq!(loaded.temperature(), 1.5);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1); // no temporary file is left
    assert!(matches!(fault(&folder.path().join("none")), GateFileFault::Io(_)));
    let nowhere = gates()[0].save(folder.path().join("no/such/folder/gate"));
    assert!(matches!(nowhere, Err(Error::GateFile { fault: GateFileFault::Io(_), .. })));
    assert!(gates()[0].save("/").is_err());
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let dimension = |refused: Result<(), Error>| assert!(matches!(refused, Err(Error::Dimension { .. })));
    dimension(HashedLinear::new(1, vec![0.0], vec![]).map(drop));
    dimension(HashedLinear::new(0, vec![], vec![0.0]).map(drop));
    dimension(HashedLinear::new(usize::MAX, vec![0.0; 4], vec![0.0; 2]).map(drop));
    dimension(Mlp::new(2, vec![], vec![], vec![], vec![0.0]).map(drop));
    let not_finite = HashedLinear::new(1, vec![f32::NAN], vec![0.0]);
    assert!(matches!(not_finite, Err(Error::InvalidValue { .. })));
    let row = Row { prompt: "x".to_owned(), scores: vec![1.0], ..Row::default() };
    let data = RoutingData::new(vec!["a".to_owned()], vec![row]).unwrap();
    let knn = Knn::new(HashedFeatures::new(8).unwrap(), &data, 1).unwrap();
    dimension(Blend::new(HashedLinear::new(4, vec![0.0; 4], vec![0.0]).unwrap(), knn.clone()).map(drop));
    let features = HashedFeatures::default();
    let gate = Gate::new(vec!["a".to_owned()], features, GateModel::Knn(knn), GateLoss::PerExpert);
    dimension(gate.map(drop));
}

#[test]
fn a_cut_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate");
    for gate in gates() {
        gate.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for length in (0..bytes.len()).step_by(13).chain([bytes.len() - 1]) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(matches!(fault(&path), GateFileFault::Format(_)), "{length}");
        }
    }
}

/// Every changed byte gives an error or a gate that works, never a panic.
#[test]
fn a_changed_byte_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate");
    let mut refused = 0;
    for gate in gates() {
        gate.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= [0x01, 0x80, 0xff, 0x10][at % 4];
            std::fs::write(&path, &changed).unwrap();
            match Gate::load(&path) {
                Ok(gate) => assert_eq!(gate.scores("add two").len(), 3),
                Err(Error::GateFile { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn contents_that_do_not_fit_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate");
    let gates = gates();
    let replaced = |gate: &Gate, from: &str, to: &str| {
        gate.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(from.len(), to.len());
        let at = bytes.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        let changed = [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat();
        std::fs::write(&path, changed).unwrap();
        fault(&path)
    };
    let linear = &gates[0];
    let version = replaced(linear, r#"\"version\":1"#, r#"\"version\":2"#);
    assert!(matches!(version, GateFileFault::Version { expected: 1, got: 2 }));
    let buckets = replaced(linear, r#"\"buckets\":32"#, r#"\"buckets\":33"#);
    assert_eq!(buckets.to_string(), "tensor weight must be [33, 3] of F32, got [32, 3] of F32");
    assert!(matches!(replaced(linear, "posterior", "posterity"), GateFileFault::Metadata(_)));
    assert!(matches!(replaced(linear, "moe2-edge gate", "moe3-edge gate"), GateFileFault::NotAGate));
    assert!(matches!(replaced(linear, r#""bias""#, r#""bios""#), GateFileFault::Format(_)));
    let neighbours = replaced(&gates[2], r#"\"neighbours\":2"#, r#"\"neighbours\":0"#);
    assert!(matches!(neighbours, GateFileFault::Parts(_)), "{neighbours}");
    // A NaN in the numbers.
    linear.save(&path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(fault(&path), GateFileFault::NonFinite { .. }));
    // A header that claims to be longer than the file.
    std::fs::write(&path, [u64::MAX.to_le_bytes(), *b"{\"a\":1}}"].concat()).unwrap();
    assert!(matches!(fault(&path), GateFileFault::Format(_)));
}
