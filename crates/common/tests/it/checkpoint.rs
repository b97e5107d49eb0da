//! Checkpoints: round trip, atomic replacement, broken files.

use crate::support::{random, to_f32, values};
use candle_core::{DType, Device, Tensor};
use common::train::Error;
use common::train::checkpoint::{load, save};
use std::collections::BTreeMap;
use std::fs;

fn tensors() -> BTreeMap<String, Tensor> {
    let u8s = Tensor::new(&[1_u8, 255], &Device::Cpu).unwrap();
    BTreeMap::from([
        ("a/weight".to_owned(), to_f32(&random("weight", &[3, 4, 2])).t().unwrap()),
        ("double".to_owned(), random("double", &[5])),
        ("bytes".to_owned(), u8s.clone()),
        ("words".to_owned(), (u8s.to_dtype(DType::U32).unwrap() * 1e6).unwrap()),
        ("steps".to_owned(), Tensor::new(-7_i64, &Device::Cpu).unwrap()),
        ("empty".to_owned(), Tensor::zeros((0, 3), DType::F32, &Device::Cpu).unwrap()),
    ])
}

fn metadata() -> BTreeMap<String, String> {
    BTreeMap::from([("epoch".to_owned(), "3".to_owned()), ("network".to_owned(), "\"16 A\"\n".to_owned())])
}

#[test]
fn round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    save(&path, &tensors(), &metadata()).unwrap();
    let checkpoint = load(&path).unwrap();
    assert_eq!(checkpoint.metadata, metadata());
    assert_eq!(checkpoint.tensors.keys().collect::<Vec<_>>(), tensors().keys().collect::<Vec<_>>());
    for (name, tensor) in tensors() {
        let loaded = &checkpoint.tensors[&name];
        assert_eq!((loaded.dims(), loaded.dtype()), (tensor.dims(), tensor.dtype()));
        assert_eq!(values(loaded), values(&tensor));
    }
    // a plain reader of the format sees the same
    let plain = candle_core::safetensors::load(&path, &Device::Cpu).unwrap();
    assert_eq!(values(&plain["double"]), values(&tensors()["double"]));
}

#[test]
fn replaces_and_leaves_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    save(&path, &tensors(), &metadata()).unwrap();
    save(&path, &BTreeMap::new(), &BTreeMap::new()).unwrap();
    assert!(load(&path).unwrap().tensors.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn require_checks_name_and_shape() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    save(&path, &tensors(), &metadata()).unwrap();
    let checkpoint = load(&path).unwrap();
    assert_eq!(checkpoint.require("double", &[5]).unwrap().dims(), [5]);
    let text = |name, shape: &[usize]| checkpoint.require(name, shape).unwrap_err().to_string();
    assert_eq!(text("double", &[4]), "double must be [4] of F64, got [5] of F64");
    assert_eq!(text("other", &[4]), "a tensor named other is required, there is none");
}

#[test]
fn broken_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    save(&path, &tensors(), &metadata()).unwrap();
    let whole = fs::read(&path).unwrap();
    let text_of = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = load(&path).unwrap_err();
        assert!(matches!(&error, Error::Checkpoint { path: at, .. } if *at == path));
        error.to_string()
    };
    for length in [0, 7, 8, 20, whole.len() - 1] {
        assert!(text_of(&whole[..length]).contains("not a whole safetensors file"), "{length}");
    }
    // one byte too many, a header longer than the file, one longer than any, text
    assert!(text_of(&[&whole[..], &[0]].concat()).contains("not a whole safetensors file"));
    for length in [whole.len() as u64, 90_000_000, u64::MAX] {
        let mut bytes = whole.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        assert!(text_of(&bytes).contains("not a whole safetensors file"), "{length}");
    }
    assert!(text_of(b"epoch,loss\n1,2.3\n2,2.2\n").contains("not a whole safetensors file"));
    // a header that promises 2^60 numbers
    let header =
        br#"{"x":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}}"#;
    let huge = [&(header.len() as u64).to_le_bytes()[..], header].concat();
    assert!(text_of(&huge).contains("not a whole safetensors file"));
    // an element type that no checkpoint of ours holds
    let header = br#"{"x":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header, &[1, 2]].concat();
    assert!(text_of(&bytes).contains("f32, f64, u8, u32 or i64, x is I8"));
}

#[test]
fn paths_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none/net.safetensors");
    assert!(load(&missing).unwrap_err().to_string().contains("net.safetensors"));
    assert!(save(&missing, &tensors(), &metadata()).unwrap_err().to_string().contains("net.safetensors"));
    assert!(save("/", &tensors(), &metadata()).unwrap_err().to_string().contains("end in a file name"));
    let half = Tensor::zeros(2, DType::F16, &Device::Cpu).unwrap();
    let path = folder.path().join("half.safetensors");
    let error = save(&path, &BTreeMap::from([("half".to_owned(), half)]), &BTreeMap::new()).unwrap_err();
    assert!(error.to_string().contains("half is F16"));
    assert!(!path.exists());
}
