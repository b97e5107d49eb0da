//! Questions with answers to choose from.

use crate::error::{Failure, Result};
use crate::source::read_text;
use mobilequant::Tokenizer;
use mobilequant::eval::{Choice, LanguageModel, Question, multiple_choice};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Deserialize)]
struct Line {
    query: String,
    choices: Vec<String>,
    gold: usize,
}

/// Right answers.
#[derive(Serialize)]
pub struct Answers {
    questions: usize,
    /// Share of questions whose right choice has the largest probability.
    acc: f64,
    /// The same by the logarithm of the probability for each character.
    acc_norm: f64,
}

impl Answers {
    pub fn text(&self) -> String {
        let Self { questions, acc, acc_norm } = self;
        format!("{questions} questions, right {:.1} %, by character {:.1} %", 100.0 * acc, 100.0 * acc_norm)
    }
}

/// Reads questions, one JSON object a line. A choice comes after the query and a space; its tokens are those that it adds
/// to the tokens of the query.
pub fn read(path: &Path, tokenizer: &Tokenizer, bos: Option<u32>) -> Result<Vec<Question>> {
    let text = read_text(path)?;
    let mut questions = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |fault: String| Failure::Question { path: path.to_owned(), line: number + 1, fault };
        let Line { query, choices, gold } =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        if gold >= choices.len() {
            return Err(wrong(format!("gold must be below the {} choices, got {gold}", choices.len())));
        }
        let begin = tokenizer.encode(&query)?.len();
        let mut continuations = Vec::new();
        for choice in &choices {
            let whole = tokenizer.encode(&format!("{query} {choice}"))?;
            // A choice that joins the last piece of the query has at least its own last token.
            let begin = begin.min(whole.len().saturating_sub(1)) + usize::from(bos.is_some());
            let tokens: Vec<u32> = bos.iter().copied().chain(whole).collect();
            continuations.push(Choice { tokens, begin, characters: choice.chars().count() });
        }
        let question = Question::new(continuations, gold).map_err(|error| wrong(error.to_string()))?;
        questions.push(question);
    }
    Ok(questions)
}

pub fn score(model: &dyn LanguageModel, questions: &[Question]) -> Result<Answers> {
    let accuracy = multiple_choice(model, questions)?;
    Ok(Answers { questions: questions.len(), acc: accuracy.acc, acc_norm: accuracy.acc_norm })
}
