//! Scores of several experts on the same prompts.

use super::{DataFault, fold};
use crate::{Error, ExpertSet, Result};
use std::collections::HashMap;

/// Stands for the path in errors of tables that come from no file.
const IN_MEMORY: &str = "table";

/// The part of a table that a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Split {
    /// For training; also the rows of a file without splits.
    #[default]
    Train,
    /// Held out.
    Test,
    /// Held out by the source and found among its training prompts: not to be reported on.
    TestSeen,
}

impl std::str::FromStr for Split {
    type Err = DataFault;

    fn from_str(text: &str) -> std::result::Result<Self, DataFault> {
        match text {
            "train" => Ok(Self::Train),
            "test" => Ok(Self::Test),
            "test_seen" => Ok(Self::TestSeen),
            other => Err(DataFault::Split(other.to_owned())),
        }
    }
}

/// One prompt and how each expert did on it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The prompt.
    pub prompt: String,
    /// Its task or category; empty if unknown.
    pub task: String,
    /// The part of the table.
    pub split: Split,
    /// A score in [0, 1] of each expert.
    pub scores: Vec<f32>,
}

/// Scores in [0, 1] of the same experts on many prompts.
///
/// ```
/// use moe2_edge::data::{RoutingData, Row};
///
/// let row = |prompt: &str, scores: [f32; 2]| Row { prompt: prompt.into(), scores: scores.into(), ..Row::default() };
/// let rows = vec![row("2 + 2", [1.0, 0.0]), row("the capital of Peru", [0.25, 1.0])];
/// let data = RoutingData::new(vec!["small".into(), "large".into()], rows)?;
/// assert_eq!(data.mean_scores(), [0.625, 0.5]);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RoutingData {
    models: Vec<String>,
    task_names: Vec<String>,
    prompts: Vec<String>,
    tasks: Vec<u32>,
    splits: Vec<Split>,
    pub(super) scores: Vec<f32>,
}

impl RoutingData {
    /// A table of these rows; its tasks are numbered in the order of their names.
    ///
    /// # Errors
    /// [`Error::Data`] of a path `table`: no model or more than [`ExpertSet::MAX`], two of one name, no row, a row with
    /// another number of scores, a score that is NaN or outside [0, 1].
    pub fn new(models: Vec<String>, rows: Vec<Row>) -> Result<Self> {
        Self::check_models(&models).map_err(|fault| fault.at(IN_MEMORY.as_ref(), super::At::File))?;
        let mut table = Self::empty(models);
        for (row, number) in rows.into_iter().zip(1..) {
            table.push(row).map_err(|fault| fault.at(IN_MEMORY.as_ref(), super::At::Record(number)))?;
        }
        table.finish().map_err(|fault| fault.at(IN_MEMORY.as_ref(), super::At::File))
    }

    /// The number of prompts.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a table has at least one row")]
    pub fn len(&self) -> usize {
        self.prompts.len()
    }

    /// The names of the experts, in the order of their scores.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// The number of experts.
    #[must_use]
    pub fn experts(&self) -> usize {
        self.models.len()
    }

    /// The prompts.
    #[must_use]
    pub fn prompts(&self) -> &[String] {
        &self.prompts
    }

    /// The part of the table of each row.
    #[must_use]
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// The names of the tasks, sorted.
    #[must_use]
    pub fn task_names(&self) -> &[String] {
        &self.task_names
    }

    /// The task of each row, an index into [`RoutingData::task_names`].
    #[must_use]
    pub fn tasks(&self) -> &[u32] {
        &self.tasks
    }

    /// All scores, row-major: those of the first prompt first.
    #[must_use]
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// The scores of each prompt.
    #[must_use]
    pub fn score_rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.scores.chunks_exact(self.experts())
    }

    /// The mean score of each expert over all rows.
    #[must_use]
    pub fn mean_scores(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.experts()];
        for row in self.score_rows() {
            for (sum, &score) in sums.iter_mut().zip(row) {
                *sum += f64::from(score);
            }
        }
        sums.iter().map(|sum| sum / self.len() as f64).collect()
    }

    /// The rows that `keep` chooses by index.
    ///
    /// # Errors
    /// [`Error::Data`] if it chooses none.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Result<Self> {
        let rows: Vec<usize> = (0..self.len()).filter(|&row| keep(row)).collect();
        if rows.is_empty() {
            return Err(DataFault::Empty.at(IN_MEMORY.as_ref(), super::At::File));
        }
        let scores = rows.iter().flat_map(|&row| &self.scores[row * self.experts()..][..self.experts()]);
        Ok(Self {
            models: self.models.clone(),
            task_names: self.task_names.clone(),
            prompts: rows.iter().map(|&row| self.prompts[row].clone()).collect(),
            tasks: rows.iter().map(|&row| self.tasks[row]).collect(),
            splits: rows.iter().map(|&row| self.splits[row]).collect(),
            scores: scores.copied().collect(),
        })
    }

    /// The rows of one part.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none.
    pub fn split(&self, split: Split) -> Result<Self> {
        self.filter(|row| self.splits[row] == split)
    }

    /// The rows outside and inside one of `folds` folds of the prompts' hashes ([`fold`]).
    ///
    /// # Errors
    /// [`Error::Data`] if one of both is empty.
    pub fn hold_out(&self, held_out: usize, folds: usize) -> Result<(Self, Self)> {
        let inside: Vec<bool> = self.prompts.iter().map(|prompt| fold(prompt, folds) == held_out).collect();
        Ok((self.filter(|row| !inside[row])?, self.filter(|row| inside[row])?))
    }

    /// The table with every held-out prompt that is also a training prompt marked [`Split::TestSeen`], and the number
    /// of rows so marked in all.
    #[must_use]
    pub fn with_leaks_marked(mut self) -> (Self, usize) {
        let training: std::collections::HashSet<&str> = self
            .prompts
            .iter()
            .zip(&self.splits)
            .filter(|(_, split)| **split == Split::Train)
            .map(|(prompt, _)| prompt.as_str())
            .collect();
        let mut seen = 0;
        for (prompt, split) in self.prompts.iter().zip(&mut self.splits) {
            if *split != Split::Train && training.contains(prompt.as_str()) {
                *split = Split::TestSeen;
            }
            seen += usize::from(*split == Split::TestSeen);
        }
        (self, seen)
    }

    /// The table with each prompt once: rows of one prompt and one split become their mean, in the place and with the
    /// task of the first.
    #[must_use]
    pub fn deduplicated(&self) -> Self {
        let n = self.experts();
        let mut first: HashMap<(&str, Split), usize> = HashMap::new();
        let mut kept: Vec<(usize, u32, Vec<f64>)> = Vec::new();
        for (row, scores) in self.score_rows().enumerate() {
            let at = *first.entry((&self.prompts[row], self.splits[row])).or_insert(kept.len());
            if at == kept.len() {
                kept.push((row, 0, vec![0.0; n]));
            }
            kept[at].1 += 1;
            kept[at].2.iter_mut().zip(scores).for_each(|(sum, &score)| *sum += f64::from(score));
        }
        #[allow(clippy::cast_possible_truncation, reason = "a mean of f32 scores")]
        let scores = kept
            .iter()
            .flat_map(|(_, count, sums)| sums.iter().map(move |sum| (sum / f64::from(*count)) as f32));
        Self {
            models: self.models.clone(),
            task_names: self.task_names.clone(),
            prompts: kept.iter().map(|&(row, ..)| self.prompts[row].clone()).collect(),
            tasks: kept.iter().map(|&(row, ..)| self.tasks[row]).collect(),
            splits: kept.iter().map(|&(row, ..)| self.splits[row]).collect(),
            scores: scores.collect(),
        }
    }

    /// The table with other scores, row-major, for example the gate's predictions.
    ///
    /// # Errors
    /// [`Error::Dimension`] for another number of scores, [`Error::InvalidValue`] for one outside [0, 1].
    pub fn with_scores(&self, scores: Vec<f32>) -> Result<Self> {
        if scores.len() != self.scores.len() {
            let what = "scores of a table".to_owned();
            return Err(Error::Dimension { what, expected: self.scores.len(), got: scores.len() });
        }
        match scores.iter().find(|score| !(0.0..=1.0).contains(*score)) {
            Some(&value) => {
                let value = f64::from(value);
                Err(Error::InvalidValue { what: "score".to_owned(), rule: "in [0, 1]", value })
            }
            None => Ok(Self { scores, ..self.clone() }),
        }
    }

    /// The table with one task for all rows, as when a file holds one subject and its name says which.
    #[must_use]
    pub fn with_task(mut self, task: &str) -> Self {
        self.task_names = vec![task.to_owned()];
        self.tasks.fill(0);
        self
    }

    /// Several tables of the same experts, one after another.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none, or if one has other models than the first.
    pub fn concat(tables: &[Self]) -> Result<Self> {
        let models = tables.first().map_or(Vec::new(), |table| table.models.clone());
        let mut rows = Vec::new();
        for table in tables {
            let other = table.models.iter().find(|model| !models.contains(model));
            let other = other.or(models.iter().find(|model| !table.models.contains(model)));
            if let Some(model) = other {
                let fault = DataFault::OtherModels { model: model.clone() };
                return Err(fault.at(IN_MEMORY.as_ref(), super::At::File));
            }
            let order: Vec<usize> =
                models.iter().filter_map(|m| table.models.iter().position(|other| other == m)).collect();
            rows.extend(table.score_rows().enumerate().map(|(row, scores)| Row {
                prompt: table.prompts[row].clone(),
                task: table.task_names[table.tasks[row] as usize].clone(),
                split: table.splits[row],
                scores: order.iter().map(|&i| scores[i]).collect(),
            }));
        }
        Self::new(models, rows)
    }

    pub(super) fn check_models(models: &[String]) -> std::result::Result<(), DataFault> {
        if models.is_empty() {
            return Err(DataFault::NoModels);
        }
        if models.len() > ExpertSet::MAX {
            return Err(DataFault::TooManyModels(models.len()));
        }
        match models.iter().enumerate().find(|(i, name)| models[..*i].contains(name)) {
            Some((_, name)) => Err(DataFault::Duplicate { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// A table that is being filled; `models` have been checked.
    pub(super) fn empty(models: Vec<String>) -> Self {
        let (prompts, tasks, splits, scores) = Default::default();
        Self { models, task_names: Vec::new(), prompts, tasks, splits, scores }
    }

    pub(super) fn push(&mut self, row: Row) -> std::result::Result<(), DataFault> {
        if row.scores.len() != self.models.len() {
            return Err(DataFault::Ragged { expected: self.models.len(), got: row.scores.len() });
        }
        if let Some(i) = row.scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            return Err(DataFault::Score { model: self.models[i].clone(), value: f64::from(row.scores[i]) });
        }
        let task = self.task_names.iter().position(|name| *name == row.task).unwrap_or_else(|| {
            self.task_names.push(row.task);
            self.task_names.len() - 1
        });
        #[allow(clippy::cast_possible_truncation, reason = "fewer tasks than rows, each of them in memory")]
        self.tasks.push(task as u32);
        self.prompts.push(row.prompt);
        self.splits.push(row.split);
        self.scores.extend(row.scores);
        Ok(())
    }

    /// Sorts the tasks' names.
    pub(super) fn finish(mut self) -> std::result::Result<Self, DataFault> {
        if self.prompts.is_empty() {
            return Err(DataFault::Empty);
        }
        let mut names = self.task_names.clone();
        names.sort_unstable();
        for task in &mut self.tasks {
            let name = &self.task_names[*task as usize];
            #[allow(clippy::cast_possible_truncation, reason = "as many as before")]
            let place = names.partition_point(|other| other < name) as u32;
            *task = place;
        }
        self.task_names = names;
        Ok(self)
    }
}
