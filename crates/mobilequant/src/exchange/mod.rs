//! Files of the paper's reference code (saic-fi/MobileQuant): ranges of activations, and bits of all quantisers.
//!
//! `act_dict.json` has a range for each tensor of each module, `default_qcfg.json` a quantiser; its values are texts:
//!
//! ```text
//! {"model.layers.0.mlp.w2": {"input": [-3.1, 7.4], "output": [-2.0, 2.2]}, ..}
//! {"model.layers.0.mlp.w2": {"weight": {"bitwidth": "8", "group_size": "-1", "is_symmetric": "False",
//!                                       "is_per_channel": "True", "is_dynamic": "False"}, ..}, ..}
//! ```

mod names;
mod quantisers;
mod ranges;

pub use quantisers::{read_plan, write_plan};
pub use ranges::{read_ranges, write_ranges};

use crate::load::{fault, read_small};
use crate::{FileFault, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// A model of 200 blocks has files of some 700 kB.
const MAX_JSON: u64 = 16 << 20;

/// The modules of a file, each an object of tensors.
fn read_modules(path: &Path) -> Result<Vec<(String, Map<String, Value>)>> {
    let bytes = read_small(path, MAX_JSON)?;
    let value = serde_json::from_slice(&bytes).or_else(|error| {
        // Python writes numbers that JSON does not have. As texts they reach the check that names their site.
        let text = String::from_utf8_lossy(&bytes);
        let quoted = text.replace("-Infinity", "\"-inf\"").replace("Infinity", "\"inf\"");
        serde_json::from_str(&quoted.replace("NaN", "\"NaN\"")).map_err(|_| error)
    });
    let object = |what: &str, value| match value {
        Value::Object(map) => Ok(map),
        other => Err(format(path, what, "an object", &other)),
    };
    let modules = object("the file", value.map_err(|error| fault(path, error))?)?;
    let module = |(name, value): (String, Value)| {
        let tensors = object(&name, value)?;
        Ok((name, tensors))
    };
    modules.into_iter().map(module).collect()
}

fn write_modules(path: &Path, modules: Map<String, Value>) -> Result<()> {
    let text = format!("{:#}\n", Value::Object(modules));
    std::fs::write(path, text).map_err(|error| fault(path, error))
}

fn format(path: &Path, what: &str, expected: &str, got: &dyn std::fmt::Display) -> crate::Error {
    let mut got = got.to_string();
    if let Some((end, _)) = got.char_indices().nth(80) {
        got.truncate(end);
    }
    fault(path, FileFault::Format { what: what.to_owned(), expected: expected.to_owned(), got })
}
