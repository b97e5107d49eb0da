//! Ranges and quantisers in the files of the paper's reference code.

use crate::fixtures::{FAMILIES, TOKENS, checkpoint, config};
use candle_core::DType;
use mobilequant::exchange::{read_plan, read_ranges, write_plan, write_ranges};
use mobilequant::quant::{Bits, Granularity};
use mobilequant::simulate::Plan;
use mobilequant::{Calibration, Error, FileFault, Matrix, Model, Site};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn calibration(name: &str) -> Calibration {
    let model = Model::new(&checkpoint(name), DType::F32).unwrap();
    Calibration::collect(&model, [TOKENS.as_slice()]).unwrap()
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("file.json")
    }

    fn write(&self, text: &str) -> PathBuf {
        std::fs::write(self.path(), text).unwrap();
        self.path()
    }
}

/// Every range comes back bit for bit, and the file has the names of the reference code.
#[test]
fn ranges_round_trip() {
    let folder = Folder::new();
    for name in FAMILIES {
        let (config, calibration) = (config(name), calibration(name));
        let present: Vec<Site> = Site::ALL.into_iter().filter(|site| site.is_in(&config)).collect();
        let seen: Vec<Site> =
            calibration.ranges().filter(|((layer, _), _)| *layer == 1).map(|((_, site), _)| site).collect();
        assert_eq!(present, seen, "{name}");
        write_ranges(&folder.path(), &config, &calibration).unwrap();
        let back = read_ranges(&folder.path(), &config).unwrap();
        assert!(back.ranges().eq(calibration.ranges()), "{name}");
        let file = json_of(&folder.path());
        let (lo, hi) = calibration.range(1, Site::AttendedValue).unwrap();
        assert_eq!(file["model.layers.1.self_attn.pv_bmm"]["input2"], json!([lo, hi]));
        let modules = if config.parallel_residual { 11 } else { 12 };
        assert_eq!(file.as_object().unwrap().len(), 2 * modules);
    }
}

/// A file as hooks on all modules give it: more tensors than quantisers, none for the logistic function.
#[test]
fn ranges_of_all_modules() {
    let folder = Folder::new();
    let (config, calibration) = (config("llama-gqa"), calibration("llama-gqa"));
    write_ranges(&folder.path(), &config, &calibration).unwrap();
    let mut file = json_of(&folder.path());
    for layer in 0..2 {
        for module in ["self_attn.q_proj", "self_attn.o_proj", "mlp.w1", "mlp.act_fn"] {
            file[format!("model.layers.{layer}.{module}")]["input"] = json!([-1, 1]);
        }
        file[format!("model.layers.{layer}.mlp.act_fn")].as_object_mut().unwrap().remove("input2");
    }
    file["model.norm"] = json!({ "input": [-2.0, 2.0], "output": [-3.0, 3.0] });
    file["lm_head"] = json!({ "input": [-3.0, 3.0], "output": [-9.0, 9.0] });
    let back = read_ranges(&folder.write(&file.to_string()), &config).unwrap();
    assert!(back.ranges().eq(calibration.ranges()));
}

#[test]
fn refused_ranges() {
    let folder = Folder::new();
    let (config, calibration) = (config("llama-gqa"), calibration("llama-gqa"));
    write_ranges(&folder.path(), &config, &calibration).unwrap();
    let file = json_of(&folder.path());
    let refused = |file: &Value, from: &str, to: &str| {
        let text = file.to_string();
        assert!(text.contains(from));
        match read_ranges(&folder.write(&text.replacen(from, to, 1)), &config).unwrap_err() {
            Error::File { fault, .. } => fault,
            other => panic!("{other}"),
        }
    };
    let with = |value: Value| {
        let mut file = file.clone();
        file["model.layers.1.mlp.w3"]["output"] = value;
        file
    };
    let marked = with(json!([-7, 8.5]));
    for (to, lo) in [("[NaN,8.5]", f64::NAN), ("[-Infinity,8.5]", f64::NEG_INFINITY), ("[9,8.5]", 9.0)] {
        let fault = refused(&marked, "[-7,8.5]", to);
        let FileFault::Range { site, lo: got, hi } = *fault else { panic!("{fault}") };
        assert_eq!((site.as_str(), hi.to_bits()), ("model.layers.1.mlp.w3.output", 8.5_f64.to_bits()));
        assert!(got.to_bits() == lo.to_bits() || (got.is_nan() && lo.is_nan()));
    }
    let fault = refused(&marked, "[-7,8.5]", "[-7,1e39]");
    assert!(matches!(*fault, FileFault::Range { .. }), "an end beyond f32");
    for value in [json!([1]), json!([1, 2, 3]), json!(["1", 2]), json!(null), json!([[1, 2], [3, 4]])] {
        let fault = refused(&with(value), "{", "{");
        assert!(matches!(*fault, FileFault::Format { .. }), "{fault}");
    }
    let fault = refused(&marked, "mlp.w3", "mlp.w4");
    let said = "sites must be those of a model of 2 blocks, got \"output\" of \"model.layers.0.mlp.w4\"";
    assert_eq!(fault.to_string(), said);
    for wrong in
        ["model.layers.2.mlp.w3", "model.layers.+1.mlp.w3", "model.layers.01.mlp.w3", "layers.1.mlp.w3"]
    {
        let mut file = file.clone();
        file[wrong] = json!({ "output": [0, 1] });
        assert!(matches!(*refused(&file, "{", "{"), FileFault::UnknownSite { .. }), "{wrong}");
    }
    let mut short = file.clone();
    short["model.layers.1.mlp.w3"].as_object_mut().unwrap().remove("output");
    let fault = refused(&short, "{", "{");
    let said = "every site of the model must be given, got no \"output\" of \"model.layers.1.mlp.w3\"";
    assert_eq!(fault.to_string(), said);
    assert!(matches!(*refused(&file, "{", "["), FileFault::Json(_)));
    assert!(read_ranges(&folder.write("[]"), &config).unwrap_err().to_string().contains("an object"));
    let large = std::fs::File::create(folder.path()).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    let error = read_ranges(&folder.path(), &config).unwrap_err();
    assert!(matches!(&error, Error::File { fault, .. } if matches!(**fault, FileFault::Limit { .. })));
    let none = Calibration::from_ranges(2, []).unwrap();
    assert!(matches!(write_ranges(&folder.path(), &config, &none), Err(Error::Uncalibrated { .. })));
    assert!(matches!(
        Calibration::from_ranges(2, [((2, Site::Up), (0.0, 1.0))]),
        Err(Error::Count { count: 2, .. })
    ));
}

/// Bits of every site and matrix come back, also with overrides.
#[test]
fn plans_round_trip() {
    let folder = Folder::new();
    let mut mixed = Plan::w8a8();
    mixed.set("layers.1.mlp.up.output", Some(Bits::B16), 2).unwrap();
    mixed.set("layers.*.mlp.gate.output", None, 2).unwrap();
    let mut grouped = Plan::w4a8();
    if let Some(scheme) = &mut grouped.weights {
        scheme.granularity = Granularity::PerGroup(8);
    }
    let plans =
        [Plan::w8a8(), Plan::w4a8(), Plan::w4a8_symmetric(), Plan::w8a16(), Plan::none(), mixed, grouped];
    for name in FAMILIES {
        let config = config(name);
        for plan in &plans {
            write_plan(&folder.path(), &config, plan).unwrap();
            let back = read_plan(&folder.path(), &config).unwrap();
            for layer in 0..2 {
                for site in Site::ALL.into_iter().filter(|site| site.is_in(&config)) {
                    assert_eq!(back.bits(layer, site), plan.bits(layer, site));
                }
            }
            for which in Matrix::ALL {
                assert_eq!(back.scheme(which), plan.scheme(which));
            }
            assert_eq!(back.norms, plan.norms);
        }
    }
    // The paper's 8-bit configuration in the words of its reference code: down per channel, its output at 16 bits.
    write_plan(&folder.path(), &config("llama-gqa"), &Plan::w8a8()).unwrap();
    let file = json_of(&folder.path());
    let quantiser = |bits: &str, per_channel: &str| {
        json!({
            "bitwidth": bits, "group_size": "-1", "is_symmetric": "False", "is_per_channel": per_channel,
            "is_dynamic": "False",
        })
    };
    let down = &file["model.layers.0.mlp.w2"];
    assert_eq!(down["weight"], quantiser("8", "True"));
    assert_eq!((&down["input"], &down["output"]), (&quantiser("8", "False"), &quantiser("16", "False")));
    assert_eq!(file["model.layers.1.self_attn.q_proj"]["weight"], quantiser("8", "False"));
    assert_eq!(file["model.layers.1.self_attn.qk_bmm"]["output"], quantiser("16", "False"));
    assert_eq!(file["model.layers.1.input_layernorm"]["weight"], quantiser("16", "False"));
}

#[test]
fn refused_plans() {
    let folder = Folder::new();
    let config = config("llama-gqa");
    write_plan(&folder.path(), &config, &Plan::w8a8()).unwrap();
    let file = json_of(&folder.path());
    let cases = [
        ("mlp.w3", "output", "bitwidth", "7", "bitwidth of model.layers.1.mlp.w3.output must be"),
        ("mlp.w3", "output", "is_dynamic", "True", "must be static, per tensor and asymmetric"),
        ("mlp.w3", "output", "is_symmetric", "yes", "\"True\" or \"False\""),
        ("mlp.w3", "weight", "bitwidth", "4", "must be the quantiser of the other matrices"),
        ("mlp.w3", "weight", "group_size", "8", "is_per_channel of"),
        ("mlp.w3", "weight", "group_size", "0", "group_size of"),
        ("input_layernorm", "weight", "bitwidth", "8", "must be the quantiser of the other norms"),
        ("lm_head", "weight", "bitwidth", "8", "lm_head"),
    ];
    for (module, tensor, field, value, rule) in cases {
        let mut file = file.clone();
        file[format!("model.layers.1.{module}")][tensor][field] = json!(value);
        let error = read_plan(&folder.write(&file.to_string()), &config).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
    for (module, tensor) in
        [("mlp.w3", "output"), ("mlp.w3", "weight"), ("post_attention_layernorm", "weight")]
    {
        let mut file = file.clone();
        file[format!("model.layers.1.{module}")].as_object_mut().unwrap().remove(tensor);
        let error = read_plan(&folder.write(&file.to_string()), &config).unwrap_err();
        assert!(
            matches!(error, Error::File { fault, .. } if matches!(*fault, FileFault::MissingSite { .. }))
        );
    }
    let mut open = file.clone();
    for layer in 0..2 {
        open[format!("model.layers.{layer}.mlp.w2")]["weight"]["bitwidth"] = json!("32");
    }
    let error = read_plan(&folder.write(&open.to_string()), &config).unwrap_err().to_string();
    assert!(error.contains("mlp.w2.weight must be quantised"), "{error}");
}
