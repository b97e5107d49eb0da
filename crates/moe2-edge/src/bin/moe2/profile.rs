//! `moe2 profile`.

use crate::error::Result;
use crate::meter::{MeterName, Reading};
use crate::output::{Show, Table, thousandths};
use moe2_edge::cluster::Cluster;
use moe2_edge::objective::TopOne;
use moe2_edge::select::SelectionProblem;
use moe2_edge::{ExpertSet, QualityTable};
use serde::Serialize;
use std::path::PathBuf;

/// Delay and energy of a prompt on each expert of a cluster, and what an energy meter reads.
///
/// Costs are those that the cluster file states, or else follow from the roofline of the server's device. The presets of
/// devices are assumptions: measure where you can.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 profile examples/boards.toml
  moe2 profile --meter rapl --seconds 10                     this computer's processors; needs permission to read
  moe2 profile --meter tegrastats:log.txt --seconds 60       a Jetson's log, one line a second
  tegrastats | moe2 profile --meter tegrastats:- --seconds 5
  moe2 profile --meter ina3221 --seconds 10                  a Jetson's own monitors
  moe2 profile --meter modelled:rtx-4090 --busy 0.3 --seconds 60

Run the meter once at rest and once under load: the difference is the marginal energy.")]
pub struct Arguments {
    /// Description of servers, experts and categories.
    #[arg(value_name = "CLUSTER.toml", required_unless_present = "meter")]
    cluster: Option<PathBuf>,
    /// Read a meter: `rapl`, `tegrastats:FILE`, `ina3221` or `modelled`; the counters of another folder as `rapl:FOLDER` and
    /// `ina3221:FOLDER`, another device as `modelled:DEVICE`.
    #[arg(long, value_name = "METER")]
    meter: Option<MeterName>,
    /// For so many seconds.
    #[arg(long, value_name = "S", default_value_t = 5.0, value_parser = crate::meter::seconds, requires = "meter")]
    seconds: f64,
    /// Seconds between readings; of tegrastats those between its lines. 1 for tegrastats and 0.1 for others if left out.
    #[arg(long, value_name = "S", value_parser = crate::meter::seconds, requires = "meter")]
    interval: Option<f64>,
    /// Share of the time under load, for `modelled`.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, requires = "meter")]
    busy: f64,
}

fn share(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 1 is required".to_owned()),
    }
}

#[derive(Serialize)]
struct Outcome {
    costs: Vec<Cost>,
    meter: Option<Reading>,
}

/// One prompt of a category on an expert.
#[derive(Serialize)]
struct Cost {
    expert: String,
    server: String,
    memory_bytes: u64,
    category: String,
    delay_s: f64,
    uplink_s: f64,
    energy_j: f64,
    /// What the expert breaks if it is the only one.
    breach: Option<String>,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let costs = match &arguments.cluster {
        Some(path) => costs(&Cluster::read(path)?)?,
        None => Vec::new(),
    };
    let read = |meter: &MeterName| meter.read(arguments.seconds, arguments.interval, arguments.busy, show);
    let outcome = Outcome { costs, meter: arguments.meter.as_ref().map(read).transpose()? };
    show.result(&outcome, || text(&outcome))
}

fn costs(cluster: &Cluster) -> Result<Vec<Cost>> {
    let n = cluster.experts.len();
    // The scores do not matter: only constraints are asked about.
    let table = QualityTable::from_scores(n, &vec![1.0; n], None, None)?;
    let problem = SelectionProblem::new(TopOne::new(&table), &cluster.experts, &cluster.rules)?;
    let mut costs = Vec::new();
    for (i, expert) in cluster.experts.iter().enumerate() {
        let breach = problem.breach(ExpertSet::one(i))?;
        let breach = breach.map(|breach| crate::problem::breach(cluster, &breach));
        for (category, cost) in cluster.categories.iter().zip(&expert.costs) {
            costs.push(Cost {
                expert: expert.name.clone(),
                server: cluster.servers[expert.server].clone(),
                memory_bytes: expert.memory_bytes,
                category: category.clone(),
                delay_s: cost.delay_s,
                uplink_s: cost.uplink_s,
                energy_j: cost.energy_j,
                breach: breach.clone(),
            });
        }
    }
    Ok(costs)
}

fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.costs.is_empty() {
        let mut table = Table::new(
            3,
            ["expert", "server", "category", "delay s", "uplink s", "energy J", "memory GB", "alone"],
        );
        for cost in &outcome.costs {
            table.row([
                cost.expert.clone(),
                cost.server.clone(),
                cost.category.clone(),
                thousandths(cost.delay_s),
                thousandths(cost.uplink_s),
                thousandths(cost.energy_j),
                format!("{:.2}", cost.memory_bytes as f64 / 1e9),
                cost.breach.clone().unwrap_or_else(|| "fits".to_owned()),
            ]);
        }
        text += &table.render();
    }
    if let Some(reading) = &outcome.meter {
        let Reading { meter, source, seconds, readings, energy_j, mean_power_w } = reading;
        text += &format!(
            "{meter}: {mean_power_w:.3} W, {energy_j:.3} J in {seconds:.3} s by {readings} readings ({source})\n"
        );
    }
    text
}
