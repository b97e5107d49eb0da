//! `results.json`: the interface for other programs.

use super::{Circumstances, ReportError, Run};
use crate::experiment::Row;
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the layout of `results.json`.
pub const SCHEMA: u32 = 1;

/// `schema`, `profile`, `seed`, `versions` and `rows` depend on the code, the data and the settings alone; `run` says
/// where and when.
#[derive(Serialize)]
struct Results<'a> {
    schema: u32,
    profile: &'a str,
    seed: u64,
    versions: &'a BTreeMap<String, String>,
    rows: Vec<&'a Row>,
    run: &'a Circumstances,
}

pub(super) fn results(run: &Run) -> Result<String, ReportError> {
    let results = Results {
        schema: SCHEMA,
        profile: &run.settings.profile,
        seed: run.settings.seed,
        versions: &run.settings.versions,
        rows: run.reports().flat_map(|report| &report.rows).collect(),
        run: &run.circumstances,
    };
    serde_json::to_string_pretty(&results)
        .map(|text| text + "\n")
        .map_err(|error| ReportError::Format { what: "results.json".into(), message: error.to_string() })
}
