//! The report files of a run.

use crate::{PAPERS, setup};
use common::report::{Circumstances, Run, SCHEMA, Settings};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Runs everything without data files and writes the report.
pub(crate) fn write(folder: &Path) -> Run {
    let setup = setup();
    let execute = |paper: &common::experiment::Paper| {
        paper.experiments.iter().map(|experiment| experiment.execute(&setup).unwrap()).collect()
    };
    let run = Run {
        papers: PAPERS.iter().map(|paper| (*paper, execute(paper))).collect(),
        settings: Settings {
            profile: "smoke".into(),
            seed: 1,
            versions: BTreeMap::from([("demo".into(), "1.0".into())]),
        },
        circumstances: Circumstances {
            machine: "a machine".into(),
            commit: "a commit".into(),
            started: "2026-01-01T00:00:00Z".into(),
            seconds: 1.0,
        },
    };
    run.write(folder).unwrap();
    run
}

#[test]
fn results_json_has_the_documented_fields() {
    let folder = tempfile::tempdir().unwrap();
    let run = write(folder.path());
    let text = std::fs::read_to_string(folder.path().join("results.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], SCHEMA);
    assert_eq!((json["profile"].as_str(), json["seed"].as_u64()), (Some("smoke"), Some(1)));
    assert_eq!(json["versions"]["demo"], "1.0");
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), run.reports().map(|report| report.rows.len()).sum::<usize>());
    let verdicts = [
        "reproduced",
        "reproduced_scaled",
        "deviates",
        "trend_holds",
        "trend_fails",
        "not_judged",
        "missing",
    ];
    for row in rows {
        let fields: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = vec![
            "experiment",
            "artefact",
            "name",
            "unit",
            "paper",
            "ours",
            "bound",
            "evidence",
            "source",
            "known",
            "verdict",
        ];
        wanted.sort_unstable();
        let mut sorted = fields.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, wanted);
        assert!(verdicts.contains(&row["verdict"].as_str().unwrap()), "{row}");
        assert!(row["paper"].is_number() || row["paper"].is_null(), "{row}");
    }
}

#[test]
fn every_table_and_figure_is_a_file_and_the_page_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = write(folder.path());
    for report in run.reports() {
        let place = folder.path().join(report.experiment.id);
        assert!(place.join("report.md").is_file());
        for table in &report.tables {
            let text = std::fs::read_to_string(place.join(format!("{}.csv", table.name))).unwrap();
            assert_eq!(text.lines().count(), table.rows.len() + 1, "{}", table.name);
        }
        for figure in &report.figures {
            let svg = std::fs::read_to_string(place.join(format!("{}.svg", figure.name()))).unwrap();
            assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{}", figure.name());
        }
    }
    let page = std::fs::read_to_string(folder.path().join("index.html")).unwrap();
    for outside in ["<script", "<link", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "the page refers to something outside: {outside}");
    }
    let index = std::fs::read_to_string(folder.path().join("index.md")).unwrap();
    for report in run.reports() {
        assert!(page.contains(&format!("id=\"{}\"", report.experiment.id)));
        assert!(index.contains(&format!("({}/report.md)", report.experiment.id)));
    }
}
