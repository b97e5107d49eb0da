//! `earth-moon` and `map`.

use super::run;
use common::assert_close;

#[test]
fn time_of_an_ocean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("curve.csv");
    let line = format!("earth-moon --depth 100 --drag 1e-4 --coupling eq7 --json --csv {}", path.display());
    let answer = run(&line).json();
    assert_close!(answer["time_yr"].as_f64().unwrap(), 1.59e5, rel = 0.02);
    assert_close!(answer["energy_j"].as_f64().unwrap(), 2.564e30, rel = 1e-3);
    assert_eq!(answer["assumptions_broken"], "weak friction");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 202);
    let inside = run("earth-moon --depth 100 --drag 1e-4 --from 2");
    assert_eq!((inside.code, inside.err.contains("Roche")), (1, true), "{}", inside.err);
    assert_eq!(run("earth-moon --depth 9000 --drag 1e-4").code, 1);
}

#[test]
fn a_map_in_parts_is_the_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let map = "map --cells 12 --depths 80 300 --drags 1e-5 1e-3";
    let whole = run(&format!("{map} --json --out {}", path("whole.csv"))).json();
    assert_eq!(whole["cells"], 144);
    assert_close!(whole["shortest"]["time_yr"].as_f64().unwrap(), 5.94e4, rel = 0.01);
    for shard in 1..=3 {
        let part = run(&format!("{map} --shard {shard}/3 --out {}", path(&format!("{shard}.part"))));
        assert_eq!(part.code, 0, "{}", part.err);
    }
    let parts = [1, 2, 3].map(|shard| path(&format!("{shard}.part"))).join(" ");
    let merged = run(&format!("{map} --json --out {} --merge {parts}", path("merged.csv"))).json();
    assert_eq!(merged, whole);
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("merged.csv"), read("whole.csv"));

    let missing = run(&format!("{map} --merge {} {}", path("1.part"), path("3.part")));
    assert_eq!(missing.err, "error: map must have all of its 3 parts, part 2 is missing\n");
    let other = run(&format!("{map} --density-ratio 0.6 --merge {parts}"));
    assert!(other.code == 1 && other.err.contains("other settings"), "{}", other.err);
    let broken = run(&format!("{map} --merge {}", path("whole.csv")));
    assert!(broken.code == 1 && broken.err.contains("line 1"), "{}", broken.err);
}
