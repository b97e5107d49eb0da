//! `select`, `pareto`, `verify` and `explain`.

use super::{example, fails, folder, json, number, run, text, write};
use common::assert_close;
use serde_json::{Value, json};

fn small(command: &str, more: &[&str]) -> Value {
    json(&[&[command, &example("cluster.toml"), "--scores", "instance"], more].concat())
}

fn names(experts: &[usize]) -> Value {
    experts.iter().map(|i| format!("expert-{i}")).collect::<Vec<_>>().into()
}

/// Optima by enumeration of all sets (independent recomputation in Python).
#[test]
fn known_optima() {
    for (energy, delay, quality, experts, energy_j, delay_s) in [
        ("20", "9", 0.4983, &[1][..], 15.0, 1.65),
        ("75", "5", 0.7299, &[2, 4], 71.0, 4.0),
        ("130", "8", 0.8037, &[3, 6], 130.0, 3.6),
        ("240", "5", 0.8426, &[2, 3, 7], 238.0, 3.65),
        ("300", "9", 0.8474, &[2, 3, 4, 7], 276.0, 7.6),
        ("inf", "inf", 0.8551, &[2, 3, 4, 5, 6, 7], 433.0, 7.7),
    ] {
        for solver in ["auto", "exhaustive", "polyblock", "branch"] {
            let answer = small("select", &["--energy", energy, "--delay", delay, "--solver", solver]);
            assert_eq!(answer["best"]["experts"], names(experts), "{energy} {delay} {solver}");
            assert_close!(number(&answer["best"]["quality"]), quality, abs = 1e-12);
            assert_close!(number(&answer["best"]["energy_j"]), energy_j, abs = 1e-12);
            assert_close!(number(&answer["best"]["delay_s"][0]), delay_s, abs = 1e-12);
            assert_eq!(answer["proven"], true);
        }
    }
    // without options the budgets are those of the file, 240 J and 5 s
    let answer = small("select", &[]);
    assert_eq!(answer["best"]["experts"], names(&[2, 3, 7]));
    let single = &answer["baselines"][2];
    assert_eq!((&single["method"], &single["experts"]), (&json!("best single expert"), &names(&[7])));
    assert_close!(number(&single["quality"]), 0.8231, abs = 1e-12);
    assert_eq!(answer["binding"][0]["constraint"], "energy");
    let greedy = small("select", &["--solver", "greedy", "--energy", "110", "--delay", "4"]);
    assert_eq!(greedy["proven"], false);
    assert!(number(&greedy["best"]["quality"]) <= 0.7752 && number(&greedy["upper_bound"]) >= 0.7752);
}

#[test]
fn what_people_see() {
    let output = run(&["select", &example("cluster.toml"), "--scores", "instance"]);
    let shown = text(&output.stdout);
    for words in [
        "expert-2, expert-3, expert-7",
        "0.8426, no feasible set is better: proven",
        "238 J, budget 240",
        "3.65 s, limit 5",
        "energy per prompt in J",
        "best single expert     0.8231",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(output.stderr.is_empty());
}

#[test]
fn a_certificate_that_verifies_and_mutated_ones_that_do_not() {
    let folder = folder();
    let proof = folder.path().join("proof.json").display().to_string();
    let budgets = ["--energy", "130", "--delay", "8"];
    let answer = small("select", &[&budgets[..], &["--certificate", &proof]].concat());
    let verify = |path: &str| small("verify", &[&budgets[..], &[path]].concat());
    let verdict = verify(&proof);
    assert_eq!((&verdict["holds"], &verdict["experts"]), (&json!(true), &names(&[3, 6])));
    assert_eq!(verdict["boxes"], answer["certificate"]["boxes"]);
    assert_close!(number(&verdict["upper_bound"]), 0.8037, abs = 1e-12);

    let certificate: Value = serde_json::from_str(&std::fs::read_to_string(&proof).unwrap()).unwrap();
    let cluster = example("cluster.toml");
    let refused = |name: &str, change: &dyn Fn(&mut Value), reason: &str| {
        let mut mutated = certificate.clone();
        change(&mut mutated);
        let path = write(&folder, name, &mutated.to_string());
        let line = [&["verify", &cluster, "--scores", "instance"][..], &budgets, &[&path]].concat();
        fails(&line, 1, reason);
        let output = run(&[&line[..], &["--json"]].concat());
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["holds"], false);
        assert!(verdict["reason"].as_str().unwrap().contains(reason));
    };
    refused("value.json", &|c| c["value"] = json!(c["value"].as_i64().unwrap() + 1), "certified value");
    refused("set.json", &|c| c["set"] = json!([6, 7]), "must be feasible");
    refused("experts.json", &|c| c["experts"] = json!(9), "about 8 experts");
    refused("leaf.json", &|c| drop(c["leaves"].as_array_mut().unwrap().pop()), "boxes must split");
    fails(
        &["verify", &cluster, "--scores", "instance", "--energy", "129", "--delay", "8", &proof],
        1,
        "feasible",
    );
    let cut = write(&folder, "cut.json", &certificate.to_string()[..40]);
    fails(&["verify", &cluster, "--scores", "instance", &cut], 1, "must be a certificate");
    fails(&["verify", &cluster, "--scores", "instance", "no-such-file"], 1, "no-such-file");
    let stopped = ["--time", "0", "--energy", "75"];
    let answer = small("select", &stopped);
    assert_eq!(answer["proven"], false);
    assert!(number(&answer["best"]["quality"]) <= 0.7299 && number(&answer["upper_bound"]) >= 0.7299);
    let line =
        [&["select", &cluster, "--scores", "instance", "--certificate", &proof][..], &stopped].concat();
    fails(&line, 1, "ended by --time");
}

/// The whole frontier by enumeration (independent recomputation in Python).
#[test]
fn every_compromise() {
    let folder = folder();
    let csv = folder.path().join("frontier.csv").display().to_string();
    let answer = small("pareto", &["--energy", "inf", "--delay", "9", "--csv", &csv]);
    let points = answer["points"].as_array().unwrap();
    let energies: Vec<f64> = points.iter().map(|point| number(&point["energy_j"])).collect();
    let expected = [
        6.0, 15.0, 33.0, 38.0, 62.0, 71.0, 73.0, 95.0, 106.0, 128.0, 130.0, 163.0, 170.0, 201.0, 205.0,
        238.0, 263.0, 276.0, 338.0, 433.0,
    ];
    assert_eq!(energies, expected);
    assert_close!(number(&points[19]["quality"]), 0.8551, abs = 1e-12);
    let file = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(file.lines().count(), 21);
    assert_eq!(file.lines().nth(11), Some("130,0.8037,3.6,expert-3 expert-6"));
    assert_eq!(small("pareto", &["--delay", "9"])["points"].as_array().unwrap().len(), 16);
}

#[test]
fn reasons() {
    let answer = small("explain", &["expert-7"]);
    assert_eq!(answer["verdict"], "selected");
    let loss = 0.8426 - number(&answer["otherwise"]["quality"]);
    assert_close!(number(&answer["loss"]), loss, abs = 1e-12);
    let without = small("select", &["--energy", "169"]);
    assert!(number(&without["best"]["quality"]) <= number(&answer["otherwise"]["quality"]));
    let answer = small("explain", &["expert-6"]);
    assert_eq!(answer["verdict"], "outbid");
    assert!(answer["breach"].as_str().unwrap().contains("333 needed, 240 allowed"));
    let answer = small("explain", &["expert-7", "--energy", "100"]);
    assert_eq!((&answer["verdict"], &answer["loss"]), (&json!("blocked"), &Value::Null));
    // 130 J are worth 0.8037, 163 J are worth 0.8197
    let price = &small("explain", &["expert-3", "--energy", "130", "--step", "33"])["energy_price"];
    assert_close!(number(&price["quality_per_j"]), (0.8197 - 0.8037) / 33.0, abs = 1e-12);
    assert_eq!(small("explain", &["expert-3", "--energy", "inf"])["energy_price"], Value::Null);
}

/// Two categories: prompts weigh as much as the traffic of their category, however many rows there are.
#[test]
fn shares_of_the_traffic() {
    let folder = folder();
    let cluster = |share: f64| {
        format!(
            "energy_model = \"sum-selected\"\ndelay_model = \"parallel\"\n[budgets]\nmax_experts = 1\n\
             [[category]]\nname = \"math\"\nshare = {share}\n[[category]]\nname = \"facts\"\nshare = {}\n\
             [[server]]\nname = \"s\"\ndevice = \"rtx-4090\"\n\
             [[expert]]\nname = \"a\"\nserver = \"s\"\ncosts = [{{ delay_s = 1.0, energy_j = 1.0 }}, {{ delay_s = 1.0, energy_j = 1.0 }}]\n\
             [[expert]]\nname = \"b\"\nserver = \"s\"\ncosts = [{{ delay_s = 1.0, energy_j = 1.0 }}, {{ delay_s = 1.0, energy_j = 1.0 }}]\n",
            1.0 - share
        )
    };
    // the columns stand in another order than the experts, and one is of no expert
    let scores =
        write(&folder, "s.csv", "prompt,category,b,other,a\np,math,0,1,1\nq,facts,1,1,0\nr,facts,1,0,0\n");
    for (share, expert) in [(0.75, "a"), (0.25, "b")] {
        let path = write(&folder, "c.toml", &cluster(share));
        let answer = json(&["select", &path, "--scores", &scores]);
        assert_eq!(answer["best"]["experts"], json!([expert]));
        assert_close!(number(&answer["best"]["quality"]), 0.75, abs = 1e-6);
    }
    let path = write(&folder, "c.toml", &cluster(0.5));
    let unknown = write(&folder, "u.csv", "prompt,category,a,b\np,poetry,0,1\n");
    fails(&["select", &path, "--scores", &unknown], 1, "task of the scores must be one of math, facts");
    let missing = write(&folder, "m.csv", "prompt,category,a,b\np,math,0,1\n");
    fails(&["select", &path, "--scores", &missing], 1, "\"facts\" has a share");
}

#[test]
fn wrong_input() {
    let (cluster, folder) = (example("cluster.toml"), folder());
    fails(&["select", "no-such-file", "--scores", "instance"], 1, "no-such-file must be readable");
    fails(&["select", &cluster, "--scores", "scores.txt"], 1, "scores must be");
    fails(&["select", &cluster, "--scores", "no-such-file.csv"], 1, "no-such-file.csv");
    fails(&["select", &cluster, "--scores", "instance", "--energy", "5"], 1, "at least 6, it allows 5");
    fails(&["explain", &cluster, "--scores", "instance", "expert-9"], 1, "expert must be one of");
    let wrong = write(&folder, "w.csv", "prompt,expert-0\np,1.5\n");
    fails(&["select", &cluster, "--scores", &wrong], 1, "line 2");
    let few = write(&folder, "f.csv", "prompt,expert-0\np,1\n");
    fails(&["select", &cluster, "--scores", &few], 1, "names of the columns");
    let broken = write(&folder, "b.toml", "energy_model = \"none\"\n");
    fails(&["select", &broken, "--scores", "instance"], 1, "line 1");
}
