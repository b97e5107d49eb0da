//! Bits of all quantisers: `default_qcfg.json`.

use super::names::{self, Place};
use super::{format, read_modules, write_modules};
use crate::load::fault;
use crate::quant::{Bits, Granularity, Scheme, Symmetry, ZeroRule};
use crate::simulate::Plan;
use crate::{Config, FileFault, Matrix, Result, Site};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the quantisers of a model. More than 16 bits mean full precision. Ranges without 0 are extended
/// ([`ZeroRule::Representable`]); the file says nothing of it.
///
/// # Errors
/// [`crate::Error::File`] with [`FileFault::UnknownSite`], [`FileFault::MissingSite`], [`FileFault::Limit`] for a file of
/// more than 16 MiB, and [`FileFault::Format`] for what a [`Plan`] does not have: activations that are not static, per
/// tensor and asymmetric, matrices other than down with different quantisers, other bits than 4, 8, 16 and above.
pub fn read_plan(path: &Path, config: &Config) -> Result<Plan> {
    let mut found = Found { path, sites: BTreeMap::new(), schemes: BTreeMap::new(), norms: BTreeMap::new() };
    for (module, tensors) in read_modules(path)? {
        for (tensor, value) in tensors {
            let name = format!("{module}.{tensor}");
            let quantiser = Quantiser::read(path, &name, &value)?;
            match names::place(config, &module, &tensor) {
                Some(Place::Site(layer, site)) => {
                    let bits = quantiser.of_activation(path, &name)?;
                    found.sites.insert((layer, site), bits);
                }
                Some(Place::Matrix(layer, which)) => {
                    found.schemes.insert((layer, which), (name, quantiser.of_matrix()));
                }
                Some(Place::Norm) => {
                    found.norms.insert(module.clone(), quantiser.of_activation(path, &name)?);
                }
                Some(Place::Unused) if quantiser.bits.is_none() => {}
                Some(Place::Unused) => {
                    return Err(format(
                        path,
                        &name,
                        "more than 16 bits (nothing is quantised there)",
                        &value,
                    ));
                }
                None => {
                    let unknown = FileFault::UnknownSite { module, field: tensor, layers: config.layers };
                    return Err(fault(path, unknown));
                }
            }
        }
    }
    found.plan(config)
}

/// Writes the quantisers of a model.
///
/// # Errors
/// [`crate::Error::File`] if the system refuses.
pub fn write_plan(path: &Path, config: &Config, plan: &Plan) -> Result<()> {
    let mut modules = Map::new();
    let mut put = |layer, name, tensor: &str, quantiser: Quantiser| {
        let module = modules.entry(names::module(layer, name)).or_insert_with(|| json!({}));
        module[tensor] = quantiser.write();
    };
    for layer in 0..config.layers {
        for site in Site::ALL.into_iter().filter(|site| site.is_in(config)) {
            let (name, tensor) = names::site(site);
            put(layer, name, tensor, Quantiser::plain(plan.bits(layer, site)));
        }
        for which in Matrix::ALL {
            put(layer, names::matrix(which), "weight", Quantiser::matrix(plan.scheme(which)));
        }
        for name in names::norms(config) {
            put(layer, name, "weight", Quantiser::plain(plan.norms));
        }
    }
    write_modules(path, modules)
}

/// One entry of the file.
#[derive(Debug, Clone, Copy)]
struct Quantiser {
    /// `None` for full precision.
    bits: Option<Bits>,
    group: Option<usize>,
    symmetric: bool,
    per_channel: bool,
    dynamic: bool,
}

const FULL_PRECISION: &str = "32";

impl Quantiser {
    /// Static, asymmetric, per tensor.
    fn plain(bits: Option<Bits>) -> Self {
        Self { bits, group: None, symmetric: false, per_channel: false, dynamic: false }
    }

    fn matrix(scheme: Option<Scheme>) -> Self {
        let Some(Scheme { bits, symmetry, granularity }) = scheme else { return Self::plain(None) };
        let group = if let Granularity::PerGroup(size) = granularity { Some(size) } else { None };
        Self {
            group,
            symmetric: symmetry == Symmetry::Symmetric,
            per_channel: granularity != Granularity::PerTensor,
            ..Self::plain(Some(bits))
        }
    }

    fn write(self) -> Value {
        let flag = |value: bool| if value { "True" } else { "False" };
        json!({
            "bitwidth": self.bits.map_or_else(|| FULL_PRECISION.to_owned(), |bits| bits.count().to_string()),
            "group_size": self.group.map_or_else(|| "-1".to_owned(), |size| size.to_string()),
            "is_symmetric": flag(self.symmetric),
            "is_per_channel": flag(self.per_channel),
            "is_dynamic": flag(self.dynamic),
        })
    }

    fn read(path: &Path, name: &str, value: &Value) -> Result<Self> {
        let field = |key: &str| value.get(key).unwrap_or(&Value::Null);
        let wrong =
            |key: &str, expected: &str| format(path, &format!("{key} of {name}"), expected, field(key));
        let flag = |key: &str| match field(key).as_str() {
            Some("True" | "true") => Ok(true),
            Some("False" | "false") => Ok(false),
            _ => Err(wrong(key, "\"True\" or \"False\"")),
        };
        let number = |key: &str| field(key).as_str().and_then(|text| text.parse::<i64>().ok());
        let refused = || wrong("bitwidth", "\"4\", \"8\", \"16\", or more than 16 for full precision");
        let bits = match number("bitwidth").and_then(|bits| u32::try_from(bits).ok()) {
            Some(bits) if bits > 16 => None,
            Some(bits) => Some(Bits::try_from(bits).map_err(|_| refused())?),
            None => return Err(refused()),
        };
        let group = match number("group_size").map(usize::try_from) {
            Some(Ok(size)) if size >= 1 => Some(size),
            Some(Err(_)) if field("group_size") == "-1" => None,
            _ => return Err(wrong("group_size", "\"-1\" or a number of at least 1")),
        };
        let (symmetric, per_channel) = (flag("is_symmetric")?, flag("is_per_channel")?);
        if group.is_some() && !per_channel {
            return Err(format(
                path,
                &format!("is_per_channel of {name}"),
                "\"True\" with groups",
                &per_channel,
            ));
        }
        Ok(Self { bits, group, symmetric, per_channel, dynamic: flag("is_dynamic")? })
    }

    /// Bits of an activation or of the weight of a norm.
    fn of_activation(self, path: &Path, name: &str) -> Result<Option<Bits>> {
        if self.bits.is_none() || !(self.symmetric || self.per_channel || self.dynamic) {
            return Ok(self.bits);
        }
        Err(format(path, name, "static, per tensor and asymmetric", &self.write()))
    }

    fn of_matrix(self) -> Option<Scheme> {
        let granularity = match self.group {
            Some(size) => Granularity::PerGroup(size),
            None if self.per_channel => Granularity::PerChannel,
            None => Granularity::PerTensor,
        };
        let symmetry = if self.symmetric { Symmetry::Symmetric } else { Symmetry::Asymmetric };
        self.bits.map(|bits| Scheme { bits, symmetry, granularity })
    }
}

/// What the file has.
struct Found<'a> {
    path: &'a Path,
    sites: BTreeMap<(usize, Site), Option<Bits>>,
    schemes: BTreeMap<(usize, Matrix), (String, Option<Scheme>)>,
    norms: BTreeMap<String, Option<Bits>>,
}

impl Found<'_> {
    fn plan(self, config: &Config) -> Result<Plan> {
        let missing = |layer, name: &str, field| {
            fault(self.path, FileFault::MissingSite { module: names::module(layer, name), field })
        };
        let first_norm = *self.norms.values().next().unwrap_or(&None);
        for layer in 0..config.layers {
            for site in Site::ALL.into_iter().filter(|site| site.is_in(config)) {
                let (name, field) = names::site(site);
                self.sites.get(&(layer, site)).ok_or_else(|| missing(layer, name, field))?;
            }
            for which in Matrix::ALL {
                let found = self.schemes.get(&(layer, which));
                let (name, scheme) = found.ok_or_else(|| missing(layer, names::matrix(which), "weight"))?;
                let like = if which == Matrix::Down { which } else { Matrix::Q };
                if self.schemes.get(&(0, like)).is_some_and(|(_, first)| first != scheme) {
                    let got = Quantiser::matrix(*scheme).write();
                    return Err(format(self.path, name, "the quantiser of the other matrices", &got));
                }
            }
            for name in names::norms(config) {
                let bits = self.norms.get(&names::module(layer, name));
                let bits = *bits.ok_or_else(|| missing(layer, name, "weight"))?;
                if bits != first_norm {
                    let (name, got) = (names::module(layer, name), Quantiser::plain(bits).write());
                    return Err(format(self.path, &name, "the quantiser of the other norms", &got));
                }
            }
        }
        let scheme = |which| self.schemes.get(&(0, which)).and_then(|(_, scheme)| *scheme);
        let (weights, down) = (scheme(Matrix::Q), scheme(Matrix::Down));
        if weights.is_some() && down.is_none() {
            let got = Quantiser::matrix(None).write();
            return Err(format(self.path, "mlp.w2.weight", "quantised as the other matrices are", &got));
        }
        let mut plan = Plan::none().with_sites(self.sites);
        (plan.weights, plan.down, plan.norms) = (weights, down, first_norm);
        plan.zero = ZeroRule::Representable;
        Ok(plan)
    }
}
