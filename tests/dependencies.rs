//! Who may depend on whom.

use crate::root;
use cargo_metadata::{Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).no_deps().other_options(["--offline".into()]).exec().unwrap()
}

fn is_paper(name: &str) -> bool {
    !matches!(name, "common" | "xtask" | "workspace-tests")
}

#[test]
fn workspace_crates_depend_downwards() {
    let metadata = metadata();
    let members: BTreeSet<String> =
        metadata.packages.iter().map(|package| package.name.to_string()).collect();
    for package in &metadata.packages {
        for dependency in package.dependencies.iter().filter(|d| members.contains(&d.name)) {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            let allowed = match from {
                "common" => false,
                "xtask" | "workspace-tests" => to == "common" || is_paper(to),
                _ => to == "common",
            };
            assert!(allowed, "{from} must not depend on {to}");
        }
    }
}

#[test]
fn heavy_crates_stay_where_they_belong() {
    let metadata = metadata();
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            let optional = dependency.optional || dependency.kind != cargo_metadata::DependencyKind::Normal;
            let allowed = match dependency.name.as_str() {
                "clap" | "indicatif" => package.name.as_str() == "xtask" || optional,
                "ureq" | "anyhow" => package.name.as_str() == "xtask",
                "plotters" => package.name.as_str() == "common" && optional,
                "axum" => package.name.as_str() == "moe2-edge" && optional,
                // water-dc: to run the asynchronous engine that its SQL is checked with
                "tokio" => matches!(package.name.as_str(), "moe2-edge" | "water-dc") && optional,
                "polars" => optional,
                _ => true,
            };
            assert!(allowed, "{} must not depend on {} like this", package.name, dependency.name);
        }
    }
}

/// The crates that building a package with these features needs, by `cargo tree`.
fn needed(package: &str, features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", package, "--no-default-features", "-e", "normal"])
        .args(["--prefix", "none", "--format", "{p}", "--features", &features.join(",")])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn features_keep_heavy_crates_out() {
    let metadata = metadata();
    let heavy = ["candle-core", "candle-nn", "polars", "plotters", "clap", "indicatif", "maud", "tokio"];
    let mut checked = BTreeMap::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if matches!(name, "xtask" | "workspace-tests") {
            continue;
        }
        let crates = needed(name, &[]);
        for heavy in heavy {
            assert!(!crates.contains(heavy), "{name} without features builds {heavy}");
        }
        checked.insert(name.to_owned(), crates.len());
    }
    assert!(checked.contains_key("common") && checked.values().all(|count| *count >= 1), "{checked:?}");
}
