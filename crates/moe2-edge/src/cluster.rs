//! Cluster descriptions in TOML: servers, experts, categories of prompts and budgets.
//!
//! ```toml
//! energy_model = { worst-top-k = { k = 1 } }     # or "sum-selected", { sum-standby = { k = 1 } }
//! delay_model = "serial-per-server"              # or "parallel", "shared-uplink"
//! aggregation_s = 0.02
//! accounting = "marginal"                        # or "device"
//!
//! [budgets]
//! energy_j = 600.0                               # infinite if left out
//! max_experts = 3
//!
//! [[category]]
//! name = "chat"
//! share = 1.0
//! input_tokens = 256
//! output_tokens = 128
//! delay_s = 15.0                                 # infinite if left out
//!
//! [[server]]
//! name = "orin"
//! device = "jetson-agx-orin-64"                  # or an own device, see below
//! mode = "60w"                                   # the first one if left out
//! uplink = { round_trip_s = 0.004, bit_s = 1e8 } # or bandwidth_hz, power_w, gain, noise_w_hz
//!
//! [[expert]]
//! name = "seven"
//! server = "orin"
//! parameters = 7e9
//! bytes_per_weight = 2.0
//! cache_bytes_per_token = 131072.0
//! context = 4096                                 # tokens that the cache is held for
//!
//! [[expert]]                                     # measured: no model
//! name = "measured"
//! server = "orin"
//! costs = [{ delay_s = 3.0, energy_j = 120.0 }]  # one for each category
//! memory_bytes = 8000000000
//! ```
//!
//! A server with `device = { flop_s, idle_w, memory_bytes, modes = [{ name, active_w, bandwidth_bytes_s }] }` describes its own.

use crate::cost::{Accounting, Efficiency, Setting, Tokens, prompt_cost};
use crate::model::{CategoryCost, Device, Link, Llm, PowerMode};
use crate::select::{Budgets, DelayModel, EnergyModel, Rules};
use crate::{Error, Expert, ExpertSet, Result};
use serde::Deserialize;
use std::collections::HashSet;
use std::path::Path;

/// The largest file that is read, bytes.
pub const MOST_BYTES: u64 = 1 << 20;
/// The most categories of prompts.
pub const MOST_CATEGORIES: usize = 64;

/// What a description says.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Names of the servers, by index.
    pub servers: Vec<String>,
    /// Names of the categories, by index.
    pub categories: Vec<String>,
    /// The experts.
    pub experts: Vec<Expert>,
    /// Models and budgets.
    pub rules: Rules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    energy_model: EnergyModel,
    delay_model: DelayModel,
    #[serde(default = "aggregation_s")]
    aggregation_s: f64,
    #[serde(default)]
    accounting: AccountingName,
    #[serde(default)]
    budgets: BudgetsTable,
    category: Vec<Category>,
    server: Vec<Server>,
    expert: Vec<ExpertTable>,
}

fn aggregation_s() -> f64 {
    Rules::AGGREGATION_S
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum AccountingName {
    #[default]
    Marginal,
    Device,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct BudgetsTable {
    energy_j: Option<f64>,
    max_experts: Option<usize>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    forbidden: Vec<String>,
    #[serde(default)]
    exclusive: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    name: String,
    share: f64,
    #[serde(default)]
    input_tokens: u32,
    #[serde(default)]
    output_tokens: u32,
    delay_s: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    name: String,
    device: DeviceField,
    mode: Option<String>,
    uplink: Option<LinkTable>,
    downlink: Option<LinkTable>,
    #[serde(default)]
    queue_s: f64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DeviceField {
    Preset(String),
    Own(DeviceTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceTable {
    flop_s: f64,
    idle_w: f64,
    memory_bytes: u64,
    modes: Vec<Mode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mode {
    name: String,
    active_w: f64,
    bandwidth_bytes_s: f64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(untagged, deny_unknown_fields)]
enum LinkTable {
    Wireless { bandwidth_hz: f64, power_w: f64, gain: f64, noise_w_hz: f64 },
    Lan { round_trip_s: f64, bit_s: f64 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpertTable {
    name: String,
    server: String,
    parameters: Option<f64>,
    bytes_per_weight: Option<f64>,
    cache_bytes_per_token: Option<f64>,
    #[serde(default)]
    context: u32,
    costs: Option<Vec<CostTable>>,
    memory_bytes: Option<u64>,
    #[serde(default)]
    standby_j: f64,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct CostTable {
    delay_s: f64,
    energy_j: f64,
    #[serde(default)]
    uplink_s: f64,
}

impl Cluster {
    /// Reads a description of at most [`MOST_BYTES`].
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, [`Error::Field`] if it is too large, and as [`Cluster::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let read = |source| Error::Read { path: path.into(), source };
        let bytes = std::fs::metadata(path).map_err(read)?.len();
        if bytes > MOST_BYTES {
            let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
            let source =
                Error::TooMany { what: "bytes of the file", limit: size(MOST_BYTES), got: size(bytes) };
            return Err(Error::Field { path: path.into(), field: "file".into(), source: source.into() });
        }
        Self::parse(&std::fs::read_to_string(path).map_err(read)?, path)
    }

    /// A description from its text; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Parse`] with line and field for text that is no description; [`Error::Field`] with the field for a number
    /// outside its range, a name used twice or not known, lists of the wrong length, and too many experts, servers or categories.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let file: File =
            toml::from_str(text).map_err(|e| Error::Parse { path: path.into(), message: e.to_string() })?;
        let at = |field: String| {
            move |source: Error| Error::Field { path: path.into(), field, source: Box::new(source) }
        };
        for (what, limit, got) in [
            ("category", MOST_CATEGORIES, file.category.len()),
            ("server", ExpertSet::MAX, file.server.len()),
            ("expert", ExpertSet::MAX, file.expert.len()),
        ] {
            if got > limit {
                return Err(at(what.into())(Error::TooMany { what, limit, got }));
            }
        }
        let servers = names("servers", file.server.iter().map(|s| &s.name)).map_err(at("server".into()))?;
        let categories =
            names("categories", file.category.iter().map(|c| &c.name)).map_err(at("category".into()))?;
        let known = names("experts", file.expert.iter().map(|e| &e.name)).map_err(at("expert".into()))?;
        let mut devices = Vec::new();
        for (s, server) in file.server.iter().enumerate() {
            let device = server.device().map_err(at(format!("server[{s}].device")))?;
            let mode = match &server.mode {
                Some(name) => device.mode(name).map_err(at(format!("server[{s}].mode")))?.clone(),
                None => device.modes.first().cloned().ok_or_else(|| {
                    at(format!("server[{s}].device.modes"))(Error::Dimension {
                        what: "power modes".into(),
                        expected: 1,
                        got: 0,
                    })
                })?,
            };
            devices.push((device, mode));
        }
        let accounting = match file.accounting {
            AccountingName::Marginal => Accounting::Marginal,
            AccountingName::Device => Accounting::Device,
        };
        let mut experts = Vec::new();
        for (e, table) in file.expert.iter().enumerate() {
            let server =
                index("server", &table.server, &servers).map_err(at(format!("expert[{e}].server")))?;
            let (device, mode) = &devices[server];
            let place = Place { server: &file.server[server], device, mode, accounting };
            let expert = table.expert(server, &place, &file.category).map_err(at(format!("expert[{e}]")))?;
            experts.push(expert);
        }
        let list = |field: &str, list: &[String]| -> Result<ExpertSet> {
            list.iter()
                .map(|name| index("expert", name, &known))
                .collect::<Result<_>>()
                .map_err(at(field.into()))
        };
        let exclusive = file.budgets.exclusive.iter().map(|group| list("budgets.exclusive", group));
        let rules = Rules {
            energy: file.energy_model,
            delay: file.delay_model,
            aggregation_s: file.aggregation_s,
            category_shares: file.category.iter().map(|c| c.share).collect(),
            budgets: Budgets {
                energy_j: file.budgets.energy_j.unwrap_or(f64::INFINITY),
                delay_s: file.category.iter().map(|c| c.delay_s.unwrap_or(f64::INFINITY)).collect(),
                memory_bytes: Some(devices.iter().map(|(device, _)| device.memory_bytes).collect()),
                max_experts: file.budgets.max_experts,
            },
            required: list("budgets.required", &file.budgets.required)?,
            forbidden: list("budgets.forbidden", &file.budgets.forbidden)?,
            exclusive: exclusive.collect::<Result<_>>()?,
            allow_empty: false,
        };
        // The same checks as for a problem, so that a description which is read can be used.
        crate::select::check_rules(&experts, &rules).map_err(at("description".into()))?;
        Ok(Self { servers, categories, experts, rules })
    }
}

/// Where an expert runs.
struct Place<'a> {
    server: &'a Server,
    device: &'a Device,
    mode: &'a PowerMode,
    accounting: Accounting,
}

impl Server {
    fn device(&self) -> Result<Device> {
        match &self.device {
            DeviceField::Preset(name) => Device::preset(name),
            DeviceField::Own(own) => Ok(Device {
                name: self.name.clone(),
                flop_s: own.flop_s,
                idle_w: own.idle_w,
                memory_bytes: own.memory_bytes,
                modes: own
                    .modes
                    .iter()
                    .map(|mode| PowerMode {
                        name: mode.name.clone(),
                        active_w: mode.active_w,
                        bandwidth_bytes_s: mode.bandwidth_bytes_s,
                    })
                    .collect(),
            }),
        }
    }
}

impl ExpertTable {
    fn expert(&self, server: usize, place: &Place<'_>, categories: &[Category]) -> Result<Expert> {
        let (costs, needed) = if let Some(costs) = &self.costs {
            let cost = |c: &CostTable| CategoryCost {
                delay_s: c.delay_s,
                energy_j: c.energy_j,
                uplink_s: c.uplink_s,
            };
            (costs.iter().map(cost).collect(), 0)
        } else {
            let llm = self.llm()?;
            let setting = Setting {
                device: place.device,
                mode: place.mode,
                llm,
                efficiency: Efficiency::USUAL,
                uplink: place.server.uplink.map(Link::from),
                downlink: place.server.downlink.map(Link::from),
                queue_s: place.server.queue_s,
                accounting: place.accounting,
            };
            let cost = |c: &Category| {
                prompt_cost(&setting, Tokens { input: c.input_tokens, output: c.output_tokens })
                    .map(Into::into)
            };
            (categories.iter().map(cost).collect::<Result<_>>()?, llm.memory_bytes(1, self.context))
        };
        let memory_bytes = self.memory_bytes.unwrap_or(needed);
        Ok(Expert { name: self.name.clone(), server, costs, standby_j: self.standby_j, memory_bytes })
    }

    fn llm(&self) -> Result<Llm> {
        let field = |what: &str, value: Option<f64>| {
            value.ok_or_else(|| Error::Dimension { what: format!("{what}, or costs"), expected: 1, got: 0 })
        };
        Ok(Llm {
            parameters: field("parameters", self.parameters)?,
            bytes_per_weight: field("bytes_per_weight", self.bytes_per_weight)?,
            cache_bytes_per_token: field("cache_bytes_per_token", self.cache_bytes_per_token)?,
        })
    }
}

impl From<LinkTable> for Link {
    fn from(table: LinkTable) -> Self {
        match table {
            LinkTable::Wireless { bandwidth_hz, power_w, gain, noise_w_hz } => {
                Self::Wireless { bandwidth_hz, power_w, gain, noise_w_hz }
            }
            LinkTable::Lan { round_trip_s, bit_s } => Self::Lan { round_trip_s, bit_s },
        }
    }
}

fn names<'a>(what: &'static str, list: impl Iterator<Item = &'a String>) -> Result<Vec<String>> {
    let mut seen = HashSet::new();
    list.map(|name| {
        if seen.insert(name) { Ok(name.clone()) } else { Err(Error::Duplicate { what, name: name.clone() }) }
    })
    .collect()
}

fn index(what: &'static str, name: &str, known: &[String]) -> Result<usize> {
    known.iter().position(|other| other == name).ok_or_else(|| Error::UnknownName {
        what,
        name: name.into(),
        known: known.to_vec(),
    })
}
