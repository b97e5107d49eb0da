//! Cluster descriptions.

use common::assert_close;
use moe2_edge::objective::TopOne;
use moe2_edge::select::{EnergyModel, Limits, SelectionProblem, Solver};
use moe2_edge::{Error, QualityTable, cluster::Cluster};
use std::path::Path;

const TEXT: &str = r#"
energy_model = { worst-top-k = { k = 1 } }
delay_model = "serial-per-server"

[budgets]
energy_j = 600.0
exclusive = [["seven", "eight"]]

[[category]]
name = "chat"
share = 1.0
input_tokens = 256
output_tokens = 128
delay_s = 17.0

[[server]]
name = "orin"
device = "jetson-agx-orin-64"

[[server]]
name = "box"
device = { flop_s = 1e13, idle_w = 5.0, memory_bytes = 8000000000, modes = [{ name = "a", active_w = 15.0, bandwidth_bytes_s = 6e10 }] }
uplink = { round_trip_s = 0.004, bit_s = 1e8 }

[[expert]]
name = "seven"
server = "orin"
parameters = 7e9
bytes_per_weight = 2.0
cache_bytes_per_token = 131072.0
context = 4096

[[expert]]
name = "eight"
server = "orin"
parameters = 8e9
bytes_per_weight = 0.5625
cache_bytes_per_token = 131072.0

[[expert]]
name = "measured"
server = "box"
costs = [{ delay_s = 3.0, energy_j = 120.0 }]
memory_bytes = 5000000000
"#;

fn parse(text: &str) -> Result<Cluster, Error> {
    Cluster::parse(text, Path::new("cluster.toml"))
}

#[test]
fn a_description_is_a_problem() {
    let cluster = parse(TEXT).unwrap();
    assert_eq!(cluster.servers, ["orin", "box"]);
    assert_eq!(cluster.rules.energy, EnergyModel::WorstTopK { k: 1 });
    assert_close!(cluster.experts[0].costs[0].delay_s, 12.608159, abs = 1e-6);
    assert_close!(cluster.experts[0].costs[0].energy_j, 567.3672, abs = 1e-4);
    assert_eq!(cluster.experts[0].memory_bytes, 14_536_870_912);
    assert_eq!(cluster.experts[2].costs[0].energy_j, 120.0);
    let table = QualityTable::from_scores(3, &[0.9, 0.8, 0.1, 0.2, 0.1, 0.7], None, None).unwrap();
    let problem = SelectionProblem::new(TopOne::new(&table), &cluster.experts, &cluster.rules).unwrap();
    let best = problem.solve(Solver::Auto, &Limits::default()).unwrap();
    assert_eq!(best.experts, [0, 2].into_iter().collect());
}

#[test]
fn errors_name_file_and_field() {
    let refuse = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        parse(&TEXT.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let unknown = refuse("server = \"box\"", "server = \"bix\"");
    assert_eq!(unknown, "cluster.toml: expert[2].server: server must be one of orin, box, not \"bix\"");
    let device = refuse("jetson-agx-orin-64", "abacus");
    assert!(device.starts_with("cluster.toml: server[0].device: device must be one of"), "{device}");
    let twice = refuse("name = \"eight\"", "name = \"seven\"");
    assert_eq!(twice, "cluster.toml: expert: experts must have different names, \"seven\" is used twice");
    let negative = refuse("energy_j = 120.0", "energy_j = -120.0");
    assert!(negative.contains("energy of expert \"measured\" must be finite, not negative"), "{negative}");
    let missing = refuse("parameters = 8e9\n", "");
    assert!(missing.starts_with("cluster.toml: expert[1]: parameters, or costs"), "{missing}");
    let field = refuse("bytes_per_weight = 0.5625", "bytes_per_wait = 0.5625");
    assert!(
        field.starts_with("cluster.toml must be a cluster description") && field.contains("bytes_per_wait"),
        "{field}"
    );
    let expected = refuse("worst-top-k", "expected");
    assert!(expected.contains("energy model Expected must not fall"), "{expected}");
    let group = refuse("[\"seven\", \"eight\"]", "[\"nine\"]");
    assert!(group.starts_with("cluster.toml: budgets.exclusive: expert must be one of seven"), "{group}");
    let answer = refuse("output_tokens = 128", "output_tokens = 0");
    assert!(
        answer.starts_with("cluster.toml: expert[0]: tokens of the answer must be at least 1"),
        "{answer}"
    );
    assert!(matches!(parse("").unwrap_err(), Error::Parse { .. }));
    let many: Vec<String> =
        (0..129).map(|i| format!("[[expert]]\nname = \"x{i}\"\nserver = \"box\"\n")).collect();
    let many = parse(&(TEXT.to_owned() + &many.concat())).unwrap_err().to_string();
    assert_eq!(many, "cluster.toml: expert: expert: at most 128 allowed, 132 given");
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cluster.toml");
    assert!(matches!(Cluster::read(&path), Err(Error::Read { .. })));
    std::fs::write(&path, TEXT).unwrap();
    assert_eq!(Cluster::read(&path).unwrap(), parse(TEXT).unwrap());
    std::fs::write(&path, "#".repeat(2 << 20)).unwrap();
    let large = Cluster::read(&path).unwrap_err().to_string();
    assert!(large.contains("bytes of the file: at most 1048576 allowed, 2097152 given"), "{large}");
}
