//! Logs of requests, one JSON object a line.

use super::json::{Number, Scores, score};
use super::{At, DataFault, MAX_RECORD_BYTES, RoutingData, Row, Split};
use crate::Result;
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

/// What a log of requests gives for training.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestLog {
    /// The prompts that have a score of every model.
    pub data: RoutingData,
    /// Prompts left out because a model has no score on them.
    pub incomplete: usize,
}

/// Reads a log. A line is `{"prompt": …, "model": …, "score": …}` for one answer or
/// `{"prompt": …, "scores": {model: score, …}}` for several, each with `"category": …` if wanted; scores lie in [0, 1]
/// or are `true` and `false`. Lines of one prompt are joined, repeated scores of a model averaged. Empty lines are
/// skipped.
///
/// # Errors
/// [`crate::Error::Data`] with the line: no such file, not JSON or cut short, not UTF-8, a line of more than
/// [`MAX_RECORD_BYTES`], a score outside [0, 1]; and if no prompt has a score of every model.
pub fn read_log(path: impl AsRef<Path>) -> Result<RequestLog> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| DataFault::Io(error).at(path, At::File))?;
    let mut reader = BufReader::new(file);
    let mut joined = Joined::default();
    let mut line = Vec::new();
    for number in 1.. {
        let at = At::Line(number);
        line.clear();
        let more = next_line(&mut reader, &mut line).map_err(|fault| fault.at(path, at))?;
        if !more {
            break;
        }
        joined.line(&line).map_err(|fault| fault.at(path, at))?;
    }
    joined.finish().map_err(|fault| fault.at(path, At::File))
}

/// Appends the next line; false at the end of the file.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::result::Result<bool, DataFault> {
    let read = reader.take(MAX_RECORD_BYTES as u64 + 1).read_until(b'\n', line)?;
    if read > MAX_RECORD_BYTES {
        return Err(DataFault::RecordTooLong { limit: MAX_RECORD_BYTES });
    }
    Ok(read > 0)
}

#[derive(serde::Deserialize)]
struct Request {
    #[serde(alias = "question")]
    prompt: String,
    #[serde(default, alias = "task")]
    category: String,
    model: Option<String>,
    score: Option<Number>,
    scores: Option<Scores>,
}

/// Sums and counts of scores by prompt.
#[derive(Default)]
struct Joined {
    models: BTreeSet<String>,
    index: HashMap<String, usize>,
    prompts: Vec<Answers>,
}

struct Answers {
    prompt: String,
    category: String,
    scores: HashMap<String, (f64, u32)>,
}

impl Joined {
    fn line(&mut self, line: &[u8]) -> std::result::Result<(), DataFault> {
        let text =
            std::str::from_utf8(line).map_err(|error| DataFault::Utf8 { offset: error.valid_up_to() })?;
        if text.trim().is_empty() {
            return Ok(());
        }
        let request: Request = serde_json::from_str(text)?;
        let mut scores = request.scores.map_or(Vec::new(), |scores| scores.0);
        match (request.model, request.score) {
            (Some(model), Some(score)) => scores.push((model, score.0)),
            (None, None) if !scores.is_empty() => {}
            (model, _) => {
                let column = if model.is_some() { "score" } else { "model" };
                return Err(DataFault::Missing { column: column.to_owned() });
            }
        }
        for (model, value) in &scores {
            score(model, *value)?;
        }
        let at = *self.index.entry(request.prompt.clone()).or_insert(self.prompts.len());
        if at == self.prompts.len() {
            let (prompt, category) = (request.prompt, request.category);
            self.prompts.push(Answers { prompt, category, scores: HashMap::new() });
        }
        for (model, value) in scores {
            self.models.insert(model.clone());
            let (sum, count) = self.prompts[at].scores.entry(model).or_default();
            *sum += value;
            *count += 1;
        }
        Ok(())
    }

    fn finish(self) -> std::result::Result<RequestLog, DataFault> {
        let models: Vec<String> = self.models.into_iter().collect();
        if self.prompts.is_empty() {
            return Err(DataFault::Empty);
        }
        RoutingData::check_models(&models)?;
        let mut data = RoutingData::empty(models);
        let mut incomplete = 0;
        for answers in self.prompts {
            let means = data.models().iter().map(|model| {
                answers.scores.get(model).map(|(sum, count)| score(model, sum / f64::from(*count)))
            });
            let Some(scores) = means.collect::<Option<std::result::Result<Vec<f32>, _>>>() else {
                incomplete += 1;
                continue;
            };
            let (prompt, task) = (answers.prompt, answers.category);
            data.push(Row { prompt, task, split: Split::Train, scores: scores? })?;
        }
        Ok(RequestLog { data: data.finish()?, incomplete })
    }
}
