//! Questions with answers to choose from.

use super::{LanguageModel, log_sum_exp, rows};
use crate::{Error, Result};

/// A question and one of its answers, as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Question and answer.
    pub tokens: Vec<u32>,
    /// Where the answer begins; at least 1, since the first token has no probability.
    pub begin: usize,
    /// Characters of the answer, at least 1.
    pub characters: usize,
}

/// A question with its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    choices: Vec<Choice>,
    gold: usize,
}

impl Question {
    /// A question of which the answer `gold` is right.
    ///
    /// # Errors
    /// [`Error::Count`] for a right answer that is none of the choices, for an answer without tokens, with nothing before
    /// it, or without characters.
    pub fn new(choices: Vec<Choice>, gold: usize) -> Result<Self> {
        let wrong = |name, rule, count| Err(Error::Count { name, rule, count });
        if gold >= choices.len() {
            return wrong("the right choice", "below the number of choices", gold);
        }
        for Choice { tokens, begin, characters } in &choices {
            if *begin == 0 {
                return wrong("tokens before a choice", "at least 1", 0);
            }
            if *begin >= tokens.len() {
                return wrong("tokens of a choice", "at least 1", 0);
            }
            if *characters == 0 {
                return wrong("characters of a choice", "at least 1", 0);
            }
        }
        Ok(Self { choices, gold })
    }
}

/// Right answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Share of the questions whose right answer has the largest probability; of equals the first counts.
    pub acc: f64,
    /// Share of those whose right answer has the largest logarithm of its probability for each character.
    pub acc_norm: f64,
}

/// Answers questions as lm-evaluation-harness does: the probability of an answer is the product of those of its tokens
/// after the question.
///
/// # Errors
/// [`Error::Count`] without questions, [`Error::Token`] and [`Error::Context`] for tokens that the model cannot read, and
/// those of the model.
pub fn multiple_choice(model: &dyn LanguageModel, questions: &[Question]) -> Result<Accuracy> {
    if questions.is_empty() {
        return Err(Error::Count { name: "questions", rule: "at least 1", count: 0 });
    }
    let (mut right, mut right_by_character) = (0_usize, 0_usize);
    for Question { choices, gold } in questions {
        let scores =
            choices.iter().map(|choice| log_probability(model, choice)).collect::<Result<Vec<_>>>()?;
        let by_character: Vec<f64> =
            scores.iter().zip(choices).map(|(score, choice)| score / choice.characters as f64).collect();
        right += usize::from(super::largest(&scores) == *gold);
        right_by_character += usize::from(super::largest(&by_character) == *gold);
    }
    let share = |right: usize| right as f64 / questions.len() as f64;
    Ok(Accuracy { acc: share(right), acc_norm: share(right_by_character) })
}

fn log_probability(model: &dyn LanguageModel, choice: &Choice) -> Result<f64> {
    let inputs = &choice.tokens[..choice.tokens.len() - 1];
    let logits = rows(&model.logits_of(&[inputs])?)?;
    let vocab = logits.len() / inputs.len();
    let mut total = 0.0;
    for (place, &target) in choice.tokens.iter().enumerate().skip(choice.begin) {
        let row = &logits[(place - 1) * vocab..place * vocab];
        let logit = row.get(target as usize).ok_or(Error::Token { id: target, place, vocab })?;
        total += logit - log_sum_exp(row);
    }
    Ok(total)
}
