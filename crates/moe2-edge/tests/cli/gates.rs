//! `train`, and what its gate is worth to `select`.

use super::{example, fails, folder, json, number, write};

#[test]
fn a_gate_on_synthetic_experts() {
    let folder = folder();
    let gate = folder.path().join("gate.safetensors").display().to_string();
    let report = json(&["train", "--scores", "synthetic", "--out", &gate]);
    assert!(report["scores"].as_str().unwrap().contains("synthetic"));
    assert_eq!(report["folds"].as_array().unwrap().len(), 5);
    assert_eq!(report["mean"]["prompts"], 1200);
    let mean = |route: &str| number(&report["mean"][route]);
    assert!(mean("best_single") < mean("gate") && mean("gate") < mean("oracle"));
    let bins = report["calibration"]["bins"].as_array().unwrap();
    let count: u64 = bins.iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
    assert_eq!(count, 1200 * 6, "every score of every held-out row is in a bin");

    // the same gate by the same numbers
    let boards = example("boards.toml");
    let inf = ["--energy", "inf", "--delay", "inf"];
    let line = [&["select", &boards, "--scores", "synthetic", "--gate", &gate][..], &inf].concat();
    let answer = json(&line);
    assert_eq!(answer["held_out"]["routed"], report["held_out"]["gate"]);
    assert_eq!(answer["held_out"]["oracle"], report["held_out"]["oracle"]);
    let oracle = json(&[&["select", &boards, "--scores", "synthetic"][..], &inf].concat());
    assert!(number(&answer["best"]["quality"]) < number(&oracle["best"]["quality"]));

    let cluster = example("cluster.toml");
    fails(&["select", &cluster, "--scores", "instance", "--gate", &gate], 1, "has none");
    let junk = write(&folder, "junk.safetensors", "junk");
    fails(&["select", &boards, "--scores", "synthetic", "--gate", &junk], 1, "junk.safetensors");
}

#[test]
fn kinds_and_seeds() {
    let folder = folder();
    let mut csv = "prompt,split,sums,names\n".to_owned();
    for i in 0..60 {
        csv += &format!("add {i} and {i},train,1,0\nname of place {i},train,0,1\n");
    }
    csv += "add 99 and 98,test,1,0\nadd 1 and 1,test,0,1\n";
    let scores = write(&folder, "scores.csv", &csv);
    for kind in ["blend", "linear", "knn", "mlp"] {
        let out = folder.path().join(kind).display().to_string();
        let steps = ["--neighbours", "5", "--epochs", "200", "--lr", "0.1"];
        let line = [&["train", "--scores", &scores, "--out", &out, "--kind", kind][..], &steps].concat();
        let report = json(&line);
        assert!(number(&report["mean"]["gate"]) > 0.999, "{kind} tells sums from names");
        assert_eq!(report["held_out"]["prompts"], 1, "a copy of a training prompt is not held out");
        let first = std::fs::read(&out).unwrap();
        json(&line);
        assert_eq!(std::fs::read(&out).unwrap(), first, "the same seed gives the same gate");
    }
    let out = folder.path().join("gate").display().to_string();
    fails(&["train", "--scores", "instance", "--out", &out], 1, "try --scores synthetic");
    fails(&["train", "--scores", &scores, "--out", &out, "--epochs", "0"], 1, "epochs must be at least 1");
    let tiny = write(&folder, "tiny.csv", "prompt,a\np,1\n");
    fails(&["train", "--scores", &tiny, "--out", &out], 1, "at least one row");
    fails(&["train", "--scores", &scores, "--out", "no/such/folder/gate"], 1, "no/such/folder");
}
