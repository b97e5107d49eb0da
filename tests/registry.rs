//! The registry of experiments and data sets.

use crate::{PAPERS, root, setup};
use common::dataset::{Manifest, sha256_hex};
use common::experiment::{Bound, Expected, Profile};
use std::collections::BTreeSet;

#[test]
fn ids_and_rows_are_unique_and_sourced() {
    let mut ids = BTreeSet::new();
    for experiment in PAPERS.iter().flat_map(|paper| paper.experiments) {
        assert!(ids.insert(experiment.id), "{} is used twice", experiment.id);
        let mut names = BTreeSet::new();
        for expected in experiment.expected {
            assert!(names.insert(expected.name), "{}: {} is used twice", experiment.id, expected.name);
            assert!(!expected.source.is_empty(), "{}: {} has no source", experiment.id, expected.name);
            for profile in Profile::ALL {
                if let Some(Bound::Abs(_) | Bound::Rel(_)) = expected.bound(profile) {
                    assert!(
                        expected.paper.is_some(),
                        "{}: {} is bound to no number",
                        experiment.id,
                        expected.name
                    );
                }
            }
        }
    }
}

#[test]
fn manifests_in_the_folder_are_those_of_the_papers() {
    let registered: Vec<&str> = PAPERS.iter().flat_map(|p| p.datasets).map(|set| set.manifest).collect();
    for entry in std::fs::read_dir(root().join("datasets")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            Manifest::parse(&text).unwrap();
            assert!(registered.contains(&text.as_str()), "{} belongs to no paper", path.display());
        }
    }
}

#[test]
fn samples_match_their_checksums() {
    for dataset in PAPERS.iter().flat_map(|paper| paper.datasets) {
        let manifest = Manifest::parse(dataset.manifest).unwrap();
        assert_eq!(manifest.sample.is_some(), dataset.sample.is_some(), "{}", manifest.name);
        if let (Some(entry), Some(bytes)) = (&manifest.sample, dataset.sample) {
            assert_eq!(sha256_hex(bytes).unwrap(), entry.sha256, "{}", manifest.name);
            assert!(bytes.len() <= 1 << 20, "{}: a sample has at most 1 MiB", manifest.name);
        }
    }
}

#[test]
fn at_least_seventy_percent_of_a_quick_run_are_judged() {
    for paper in PAPERS {
        // A row that is judged in a long run only does not belong to a quick one.
        let of_quick = |expected: &&Expected| {
            expected.bound(Profile::Quick).is_some() || expected.bound(Profile::Long).is_none()
        };
        let rows = || paper.experiments.iter().flat_map(|experiment| experiment.expected).filter(of_quick);
        let judged = rows().filter(|expected| expected.bound(Profile::Quick).is_some()).count();
        assert!(judged * 10 >= rows().count() * 7, "{}: {judged} of {}", paper.key, rows().count());
    }
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    let (first, second) = (setup(), setup());
    for experiment in PAPERS.iter().flat_map(|paper| paper.experiments) {
        let (a, b) = (experiment.execute(&first).unwrap(), experiment.execute(&second).unwrap());
        assert_eq!(a.rows, b.rows, "{}", experiment.id);
        // as text, because an empty cell is NaN, which equals nothing
        assert_eq!(format!("{:?}", a.tables), format!("{:?}", b.tables), "{}", experiment.id);
    }
}
