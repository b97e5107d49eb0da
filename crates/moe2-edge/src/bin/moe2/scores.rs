//! The argument --scores: files, and data that the program makes itself.

use crate::error::{Failure, Result};
use crate::output::Show;
use moe2_edge::cluster::Cluster;
use moe2_edge::data::synthetic::{SyntheticConfig, SyntheticExperts};
use moe2_edge::data::{RoutingData, Row, Split, read_csv, read_json, read_log, read_parquet};
use moe2_edge::{Error, QualityTable, instance};
use std::path::Path;

/// What a name of an expert is called in errors.
pub const EXPERT: &str = "expert of the cluster";
/// What a task of the scores is called in errors.
pub const TASK: &str = "task of the scores";

/// Scores, and where they come from.
pub struct Scores {
    pub origin: String,
    pub kind: Kind,
}

pub enum Kind {
    /// Scores by prompt, without the prompts.
    Instance {
        names: Vec<String>,
        table: QualityTable,
    },
    Prompts(RoutingData),
}

impl Scores {
    pub fn load(argument: &str, show: Show) -> Result<Self> {
        let path = Path::new(argument);
        let kind = path.extension().and_then(|extension| extension.to_str());
        let (origin, data) = match (argument, kind) {
            ("instance", _) => {
                let small = instance::small()?;
                let names = small.experts.into_iter().map(|expert| expert.name).collect();
                let origin = "an instance of numbers made up to follow by hand".to_owned();
                return Ok(Self { origin, kind: Kind::Instance { names, table: small.table } });
            }
            ("synthetic", _) => {
                let experts = show.wait("training six synthetic experts", || {
                    SyntheticExperts::train(&SyntheticConfig::default())
                })?;
                let origin = "invented questions, answered by six experts trained here (synthetic)";
                (origin.to_owned(), experts.data().clone())
            }
            (_, Some("csv")) => (argument.to_owned(), read_csv(path)?),
            (_, Some("json")) => (argument.to_owned(), read_json(path, Split::Train)?),
            (_, Some("parquet")) => (argument.to_owned(), read_parquet(path)?),
            (_, Some("jsonl")) => {
                let log = read_log(path)?;
                let origin = format!("{argument}, {} prompts without all scores left out", log.incomplete);
                (origin, log.data)
            }
            _ => return Err(Failure::Scores { path: path.into() }),
        };
        Ok(Self { origin, kind: Kind::Prompts(data.with_leaks_marked().0) })
    }

    /// The scores with prompts, which `purpose` needs.
    pub fn prompts(self, purpose: &'static str) -> Result<RoutingData> {
        match self.kind {
            Kind::Prompts(data) => Ok(data),
            Kind::Instance { .. } => Err(Failure::NoPrompts { purpose }),
        }
    }
}

/// Where each expert of the cluster stands among `models`.
pub fn columns(cluster: &Cluster, models: &[String]) -> Result<Vec<usize>> {
    let place = |name: &String| {
        models.iter().position(|model| model == name).ok_or_else(|| {
            let known = models.to_vec();
            Failure::Moe(Error::UnknownName { what: EXPERT, name: name.clone(), known })
        })
    };
    cluster.experts.iter().map(|expert| place(&expert.name)).collect()
}

/// Numbers of a row-major matrix in these columns.
pub fn chosen<'a>(matrix: &'a [f32], width: usize, columns: &'a [usize]) -> impl Iterator<Item = f32> + 'a {
    matrix.chunks_exact(width).flat_map(move |row| columns.iter().map(move |&column| row[column]))
}

/// The table with the experts of the cluster only, in their order.
pub fn aligned(cluster: &Cluster, data: &RoutingData) -> Result<RoutingData> {
    let columns = columns(cluster, data.models())?;
    let names = cluster.experts.iter().map(|expert| expert.name.clone()).collect();
    let rows = data.score_rows().enumerate().map(|(row, scores)| Row {
        prompt: data.prompts()[row].clone(),
        task: data.task_names()[data.tasks()[row] as usize].clone(),
        split: data.splits()[row],
        scores: columns.iter().map(|&column| scores[column]).collect(),
    });
    Ok(RoutingData::new(names, rows.collect())?)
}

/// Category of each row, and weights by which each category has its share of the traffic. With one category, or
/// without tasks, every row weighs the same.
pub fn weights(cluster: &Cluster, data: &RoutingData) -> Result<(Vec<u32>, Vec<f64>)> {
    let categories = &cluster.categories;
    if categories.len() == 1 || data.task_names().iter().all(String::is_empty) {
        return Ok((vec![0; data.len()], vec![1.0; data.len()]));
    }
    let index = |task: &String| {
        categories.iter().position(|category| category == task).ok_or_else(|| {
            let known = categories.clone();
            Failure::Moe(Error::UnknownName { what: TASK, name: task.clone(), known })
        })
    };
    let used = |task: usize| data.tasks().iter().any(|&other| other as usize == task);
    let of_task: Vec<usize> = (0..data.task_names().len())
        .map(|task| if used(task) { index(&data.task_names()[task]) } else { Ok(0) })
        .collect::<Result<_>>()?;
    let rows: Vec<usize> = data.tasks().iter().map(|&task| of_task[task as usize]).collect();
    let mut counts = vec![0_usize; categories.len()];
    for &category in &rows {
        counts[category] += 1;
    }
    let shares = &cluster.rules.category_shares;
    if let Some(category) = (0..counts.len()).find(|&c| counts[c] == 0 && shares[c] > 0.0) {
        return Err(Failure::NoRows { category: categories[category].clone() });
    }
    let weights = rows.iter().map(|&category| shares[category] / counts[category] as f64).collect();
    #[allow(clippy::cast_possible_truncation, reason = "at most 64 categories")]
    let rows = rows.into_iter().map(|category| category as u32).collect();
    Ok((rows, weights))
}
