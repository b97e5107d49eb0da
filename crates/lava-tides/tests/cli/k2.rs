//! `k2`.

use super::run;
use common::assert_close;

/// The reference super-Earth of public ports of the paper, Eq. 28 at 1e-4 rad/s.
#[test]
fn reference_super_earth() {
    let line = "k2 --mass 8 --radius 2 --depth 254.84 --density-ratio 0.50466888 --coupling eq7 --whole-planet \
                --rigidity 3e11 --from 1e-4 --to 1e-3 --points 2 --json";
    let answer = run(line).json();
    let first = &answer["spectrum"][0];
    assert_close!(first["k2_re"].as_f64().unwrap(), 0.657016268, rel = 1e-7);
    assert_close!(first["k2_im"].as_f64().unwrap(), -0.0948437058, rel = 1e-7);
    let other = run(&line.replace("--depth 254.84", "--depth 100")).json();
    assert_ne!(other["spectrum"], answer["spectrum"]);
}

#[test]
fn csv_holds_every_point() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spectrum.csv");
    assert_eq!(run(&format!("k2 --points 50 --csv {}", path.display())).code, 0);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 51);
    assert!(text.starts_with("frequency_rad_s,k2_re,k2_im\n"));
}

#[test]
fn errors() {
    for (line, text) in [
        ("k2 --mass 0", "mass"),
        ("k2 --depth 7000", "ocean depth"),
        ("k2 --points 1", "points"),
        ("k2 --from 0", "frequency"),
        ("k2 --csv no/such/folder/x.csv", "no/such/folder/x.csv"),
    ] {
        let run = run(line);
        assert_eq!(run.code, 1, "{line}");
        assert!(run.err.starts_with("error: ") && run.err.contains(text), "{line}: {}", run.err);
    }
}
