//! The JSON score table: an array of `{question, scores}`.

use super::{At, DataFault, RoutingData, Row, Split};
use crate::Result;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use std::path::Path;

/// The longest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads an array of `{question, scores: {model: number}}`, all of them rows of `split`. The models come in the order
/// of their names; a member `task` or `category` names the task, others are ignored.
///
/// # Errors
/// [`crate::Error::Data`]: no such file, not JSON (with the line), a record with other models than the first, a model
/// twice, a score that is no number or outside [0, 1], no record.
pub fn read_json(path: impl AsRef<Path>, split: Split) -> Result<RoutingData> {
    let path = path.as_ref();
    let bytes = read(path).map_err(|fault| fault.at(path, At::File))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| utf8(path, &bytes, &error))?;
    let records: Vec<Record> = serde_json::from_str(text).map_err(|error| json(path, error))?;
    let mut table: Option<RoutingData> = None;
    for (record, number) in records.into_iter().zip(1..) {
        let at = At::Record(number);
        let table = match &mut table {
            Some(table) => table,
            none => {
                let models = record.scores.0.iter().map(|(model, _)| model.clone()).collect::<Vec<_>>();
                RoutingData::check_models(&models).map_err(|fault| fault.at(path, at))?;
                none.insert(RoutingData::empty(models))
            }
        };
        let scores = record.scores.in_order_of(table.models()).map_err(|fault| fault.at(path, at))?;
        let row = Row { prompt: record.question, task: record.task, split, scores };
        table.push(row).map_err(|fault| fault.at(path, at))?;
    }
    let table = table.ok_or_else(|| DataFault::Empty.at(path, At::File))?;
    table.finish().map_err(|fault| fault.at(path, At::File))
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, DataFault> {
    let bytes = std::fs::metadata(path)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(DataFault::FileTooLong { limit: MAX_FILE_BYTES, bytes });
    }
    Ok(std::fs::read(path)?)
}

fn utf8(path: &Path, bytes: &[u8], error: &std::str::Utf8Error) -> crate::Error {
    let valid = &bytes[..error.valid_up_to()];
    let line = valid.split(|&byte| byte == b'\n').count() as u64;
    let offset = valid.iter().rev().take_while(|&&byte| byte != b'\n').count();
    DataFault::Utf8 { offset }.at(path, At::Line(line))
}

fn json(path: &Path, error: serde_json::Error) -> crate::Error {
    let at = At::Line(error.line() as u64);
    DataFault::Json(error).at(path, at)
}

#[derive(serde::Deserialize)]
struct Record {
    #[serde(alias = "prompt", alias = "query")]
    question: String,
    #[serde(default, alias = "category")]
    task: String,
    scores: Scores,
}

/// Scores by model, sorted by name; a model that occurs twice is an error.
pub(super) struct Scores(pub(super) Vec<(String, f64)>);

impl Scores {
    pub(super) fn in_order_of(&self, models: &[String]) -> std::result::Result<Vec<f32>, DataFault> {
        let other = |model: &str| DataFault::OtherModels { model: model.to_owned() };
        if let Some((extra, _)) = self.0.iter().find(|(model, _)| !models.contains(model)) {
            return Err(other(extra));
        }
        models
            .iter()
            .map(|model| match self.0.binary_search_by(|(name, _)| name.cmp(model)) {
                Ok(at) => score(model, self.0[at].1),
                Err(_) => Err(other(model)),
            })
            .collect()
    }
}

/// A score as f32, if it lies in [0, 1].
pub(super) fn score(model: &str, value: f64) -> std::result::Result<f32, DataFault> {
    #[allow(clippy::cast_possible_truncation, reason = "a score needs no more digits")]
    if (0.0..=1.0).contains(&value) {
        Ok(value as f32)
    } else {
        Err(DataFault::Score { model: model.to_owned(), value })
    }
}

impl<'de> Deserialize<'de> for Scores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Scores;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of scores by model")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Scores, A::Error> {
                let mut scores: Vec<(String, f64)> = Vec::new();
                while let Some((model, score)) = map.next_entry::<String, Number>()? {
                    scores.push((model, score.0));
                }
                scores.sort_by(|a, b| a.0.cmp(&b.0));
                match scores.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                    Some(pair) => Err(A::Error::custom(format!(
                        "names of models must differ, {:?} occurs twice",
                        pair[0].0
                    ))),
                    None => Ok(Scores(scores)),
                }
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A number, or a truth value as 0 or 1.
pub(super) struct Number(pub(super) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Form;
        impl Visitor<'_> for Form {
            type Value = Number;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, true or false as a score")
            }

            fn visit_bool<E>(self, value: bool) -> std::result::Result<Number, E> {
                Ok(Number(f64::from(u8::from(value))))
            }

            fn visit_f64<E>(self, value: f64) -> std::result::Result<Number, E> {
                Ok(Number(value))
            }

            fn visit_u64<E>(self, value: u64) -> std::result::Result<Number, E> {
                Ok(Number(value as f64))
            }

            fn visit_i64<E>(self, value: i64) -> std::result::Result<Number, E> {
                Ok(Number(value as f64))
            }
        }
        deserializer.deserialize_any(Form)
    }
}
