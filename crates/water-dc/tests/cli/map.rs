//! `map`.

use super::{folder, run, words};

#[test]
fn writes_a_map_of_each_quantity() {
    let folder = folder();
    for (line, coloured) in [
        ("onsite", 42 + 2),
        ("offsite", 44),
        ("leakage", 44),
        ("wet-bulb", 44),
        ("intensity", 11),
        ("intensity --pue 1.5", 44),
        ("onsite --profile paper-v2", 11),
    ] {
        let path = folder.path().join("map.svg");
        let mut line = words(&format!("map {line} --json --out"));
        line.push(path.display().to_string());
        let answer = run(&line).json();
        assert_eq!(answer["values"].as_array().unwrap().len(), coloured, "{line:?}");
        assert_eq!(answer["without_value"].as_array().unwrap().len(), 56 - coloured, "{line:?}");
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        assert_eq!(svg.matches(": no value</title>").count(), 56 - coloured);
        assert!(svg.contains(answer["title"].as_str().unwrap()));
        assert!(svg.contains(answer["legend"].as_str().unwrap()));
    }
}

#[test]
fn input_moves_the_map() {
    let folder = folder();
    let svg = |pue: &str| {
        let path = folder.path().join("map.svg").display().to_string();
        assert_eq!(run(&["map", "intensity", "--pue", pue, "--out", &path]).code, 0);
        std::fs::read_to_string(&path).unwrap()
    };
    assert_ne!(svg("1.2"), svg("1.9"));
    assert_eq!(svg("1.2"), svg("1.2"));
}

#[test]
fn errors() {
    let nowhere = run(&words("map onsite --out no/such/folder/map.svg"));
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.contains("no/such/folder/map.svg"));
    assert_eq!(run(&words("map onsite --profile hourly --out x.svg")).code, 2);
    assert_eq!(run(&words("map rain --out x.svg")).code, 2);
}
