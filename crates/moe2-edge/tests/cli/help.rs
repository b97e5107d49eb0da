//! Help and usage.

use super::{example, fails, run, text};

#[test]
fn every_command_teaches_with_examples() {
    let top = text(&run(&["--help"]).stdout);
    for command in ["select", "pareto", "verify", "explain", "train", "profile"] {
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        let (help, line) = (text(&output.stdout), format!("moe2 {command} "));
        assert!(help.contains("Examples:") && help.contains(&line), "{help}");
        assert!(top.contains(&line), "{command} is in the examples of all");
    }
    assert!(text(&run(&["--version"]).stdout).starts_with("moe2 "));
}

#[test]
fn wrong_arguments_exit_with_2() {
    let cluster = example("cluster.toml");
    let select = ["select", &cluster, "--scores", "instance"];
    let with = |more: &[&'static str]| [&select[..], more].concat();
    fails(&[], 2, "Usage");
    fails(&["frobnicate"], 2, "unrecognized subcommand");
    fails(&["select", &cluster], 2, "--scores");
    fails(&with(&["--energy=-1"]), 2, "not negative");
    fails(&with(&["--delay", "NaN"]), 2, "not negative");
    fails(&with(&["--solver", "guess"]), 2, "polyblock");
    fails(&with(&["--solver", "greedy", "--certificate", "x.json"]), 2, "--certificate needs --solver");
    fails(&["profile"], 2, "CLUSTER.toml");
    fails(&["profile", "--meter", "abacus"], 2, "tegrastats:FILE");
    fails(&["profile", "--meter", "modelled", "--seconds", "0"], 2, "from 0.001");
}
