//! Ranges of activations: `act_dict.json`.

use super::names::{self, Place};
use super::{format, read_modules, write_modules};
use crate::load::fault;
use crate::{Calibration, Config, Error, FileFault, Result, Site};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the ranges of a model. Those of final norm, output matrix, and of inputs that other modules give are checked
/// and left out, since nothing is quantised there; the logistic function has [0, 1] if it is not given.
///
/// # Errors
/// [`Error::File`] with [`FileFault::UnknownSite`], [`FileFault::MissingSite`], [`FileFault::Range`] for an end that is
/// not finite or ends that are exchanged, [`FileFault::Format`] for other values, [`FileFault::Limit`] for a file of
/// more than 16 MiB.
pub fn read_ranges(path: &Path, config: &Config) -> Result<Calibration> {
    let mut ranges = BTreeMap::new();
    for (module, tensors) in read_modules(path)? {
        for (tensor, value) in tensors {
            let range = range(path, &format!("{module}.{tensor}"), &value)?;
            match names::place(config, &module, &tensor) {
                Some(Place::Site(layer, site)) => {
                    ranges.insert((layer, site), range);
                }
                Some(Place::Unused) => {}
                _ => {
                    let unknown = FileFault::UnknownSite { module, field: tensor, layers: config.layers };
                    return Err(fault(path, unknown));
                }
            }
        }
    }
    for layer in 0..config.layers {
        for site in Site::ALL.into_iter().filter(|site| site.is_in(config)) {
            if site == Site::Sigmoid {
                ranges.entry((layer, site)).or_insert((0.0, 1.0));
            } else if !ranges.contains_key(&(layer, site)) {
                let (name, field) = names::site(site);
                let missing = FileFault::MissingSite { module: names::module(layer, name), field };
                return Err(fault(path, missing));
            }
        }
    }
    Calibration::from_ranges(config.layers, ranges)
}

/// Writes the ranges of a model.
///
/// # Errors
/// [`Error::Uncalibrated`] if a site of the model has none, [`Error::File`] if the system refuses.
pub fn write_ranges(path: &Path, config: &Config, calibration: &Calibration) -> Result<()> {
    let mut modules = Map::new();
    for layer in 0..config.layers {
        for site in Site::ALL.into_iter().filter(|site| site.is_in(config)) {
            let Some((lo, hi)) = calibration.range(layer, site) else {
                return Err(Error::Uncalibrated { site: crate::simulate::path(layer, site) });
            };
            let (name, tensor) = names::site(site);
            let module = modules.entry(names::module(layer, name)).or_insert_with(|| json!({}));
            module[tensor] = json!([lo, hi]);
        }
    }
    write_modules(path, modules)
}

/// A range of two numbers; one beyond the range of f32 is infinite.
fn range(path: &Path, site: &str, value: &Value) -> Result<(f32, f32)> {
    let end = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse::<f64>().ok().filter(|x| !x.is_finite()),
        _ => None,
    };
    let ends = match value.as_array().map(Vec::as_slice) {
        Some([lo, hi]) => end(lo).zip(end(hi)),
        _ => None,
    };
    let Some((lo, hi)) = ends else {
        return Err(format(path, &format!("range of {site}"), "two numbers, [min, max]", value));
    };
    #[expect(clippy::cast_possible_truncation, reason = "ranges are f32")]
    let narrow = (lo as f32, hi as f32);
    if narrow.0.is_finite() && narrow.1.is_finite() && lo <= hi {
        return Ok(narrow);
    }
    Err(fault(path, FileFault::Range { site: site.to_owned(), lo, hi }))
}
