//! Experts that the crate trains itself: synthetic data for experiments and tests without measured scores.
//!
//! Everything here is synthetic. The questions are invented; the experts' answers are genuine outputs of networks that
//! were trained on them, never drawn from a table.

use super::{RoutingData, Row, Split};
use crate::gate::{Gate, GateConfig, GateKind, GateLoss, HashedFeatures, TrainingConfig};
use crate::{Error, ExpertSet, Result};
use common::rng::Streams;
use rand::{Rng, RngExt as _};
use rayon::prelude::*;

/// The topics of the questions.
pub const TOPICS: [&str; 6] = ["botany", "chemistry", "geography", "history", "music", "physics"];
/// The answers of every question.
pub const OPTIONS: [&str; 4] = ["A", "B", "C", "D"];
/// The number of experts.
pub const EXPERTS: usize = 6;

/// Words of a topic.
const WORDS: usize = 24;
/// Words of a question.
const LENGTH: usize = 5;

/// The size of a synthetic study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntheticConfig {
    /// Seed of the questions and of the experts' training.
    pub seed: u64,
    /// Questions that each expert learns from.
    pub expert_questions: usize,
    /// Questions for training gates; no expert learned from them but by chance.
    pub train: usize,
    /// Held-out questions.
    pub test: usize,
}

impl Default for SyntheticConfig {
    /// Seed 1; 1500 questions for each expert, 1200 for gates, 600 held out.
    fn default() -> Self {
        Self { seed: 1, expert_questions: 1500, train: 1200, test: 600 }
    }
}

/// Six experts on questions with four options.
///
/// A question names its topic and five of the topic's 24 words. Each word speaks for some options and against others by
/// hidden weights, and the option with the largest sum is right. Expert `i` of the first five learned from questions
/// half of which were of topic `i` and a quarter of the next topic; the last one learned from all topics alike. So
/// skills differ as those of language models do, and the topic can be read from the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticExperts {
    data: RoutingData,
    answers: Vec<usize>,
    probabilities: Vec<f32>,
}

impl SyntheticExperts {
    /// Makes the questions and trains the experts, which takes a few seconds.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for a number of questions that is 0 or above a million, and those of training.
    pub fn train(config: &SyntheticConfig) -> Result<Self> {
        for (what, count) in [
            ("questions of an expert", config.expert_questions),
            ("questions for training", config.train),
            ("questions for testing", config.test),
        ] {
            if !(1..=1_000_000).contains(&count) {
                let (what, value) = (what.to_owned(), count as f64);
                return Err(Error::InvalidValue { what, rule: "from 1 to 1000000", value });
            }
        }
        let streams = Streams::new(config.seed);
        let world = World::new(&mut streams.stream("synthetic/world"));
        let experts: Vec<Gate> = (0..EXPERTS)
            .into_par_iter()
            .map(|expert| {
                let mut rng = streams.stream(&format!("synthetic/expert {expert}"));
                train_expert(&world, expert, config, &mut rng)
            })
            .collect::<Result<_>>()?;

        let mut rng = streams.stream("synthetic/questions");
        let count = config.train + config.test;
        let questions: Vec<Question> =
            (0..count).map(|i| world.question(i % TOPICS.len(), &mut rng)).collect();
        let all = ExpertSet::first(OPTIONS.len());
        let probabilities: Vec<Vec<f32>> = questions
            .par_iter()
            .flat_map_iter(|question| experts.iter().map(|expert| expert.softmax(&question.prompt, all)))
            .collect::<Result<_>>()?;
        let rows = questions.iter().zip(probabilities.chunks_exact(EXPERTS)).enumerate();
        let rows = rows.map(|(number, (question, outputs))| Row {
            prompt: question.prompt.clone(),
            task: TOPICS[question.topic].to_owned(),
            split: if number < config.train { Split::Train } else { Split::Test },
            scores: outputs
                .iter()
                .map(|output| f32::from(u8::from(largest(output) == question.answer)))
                .collect(),
        });
        let models = (0..EXPERTS).map(|expert| format!("synthetic-{expert}")).collect();
        Ok(Self {
            data: RoutingData::new(models, rows.collect())?.with_leaks_marked().0,
            answers: questions.iter().map(|question| question.answer).collect(),
            probabilities: probabilities.concat(),
        })
    }

    /// The questions with 1 for each expert whose most probable option is right and 0 for the others.
    #[must_use]
    pub fn data(&self) -> &RoutingData {
        &self.data
    }

    /// The right option of each question.
    #[must_use]
    pub fn answers(&self) -> &[usize] {
        &self.answers
    }

    /// The probability of each option that an expert gives on a question; empty beyond the last.
    #[must_use]
    pub fn probabilities(&self, question: usize, expert: usize) -> &[f32] {
        if expert >= EXPERTS {
            return &[];
        }
        self.probabilities.chunks_exact(OPTIONS.len()).nth(question * EXPERTS + expert).unwrap_or(&[])
    }

    /// The questions with the probability that each expert gives the right option as its score.
    ///
    /// # Errors
    /// None in practice: probabilities lie in [0, 1].
    pub fn answer_probabilities(&self) -> Result<RoutingData> {
        let outputs = self.probabilities.chunks_exact(OPTIONS.len() * EXPERTS).zip(&self.answers);
        let right = outputs.flat_map(|(outputs, &answer)| {
            outputs.chunks_exact(OPTIONS.len()).map(move |output| output[answer].clamp(0.0, 1.0))
        });
        self.data.with_scores(right.collect())
    }
}

struct Question {
    prompt: String,
    topic: usize,
    answer: usize,
}

/// The words and what they speak for.
struct World {
    weights: Vec<[f32; OPTIONS.len()]>,
}

impl World {
    fn new(rng: &mut impl Rng) -> Self {
        let mut draw = || std::array::from_fn(|_| 2.0 * rng.random::<f32>() - 1.0);
        Self { weights: (0..TOPICS.len() * WORDS).map(|_| draw()).collect() }
    }

    fn question(&self, topic: usize, rng: &mut impl Rng) -> Question {
        let mut prompt = format!("A question of {}:", TOPICS[topic]);
        let mut sums = [0.0; OPTIONS.len()];
        for _ in 0..LENGTH {
            let word = topic * WORDS + rng.random_range(0..WORDS);
            prompt.push(' ');
            prompt.push_str(&spelled(word));
            sums.iter_mut().zip(self.weights[word]).for_each(|(sum, weight)| *sum += weight);
        }
        Question { prompt, topic, answer: largest(&sums) }
    }
}

/// An invented word of three syllables, another one for each number below 1000.
fn spelled(number: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "ro", "tu"];
    [number / 100, number / 10, number].map(|digit| SYLLABLES[digit % 10]).concat()
}

fn train_expert(world: &World, expert: usize, config: &SyntheticConfig, rng: &mut impl Rng) -> Result<Gate> {
    let rows = (0..config.expert_questions).map(|_| {
        let topic = match rng.random::<f64>() {
            share if expert < 5 && share < 0.5 => expert,
            share if expert < 5 && share < 0.75 => (expert + 1) % TOPICS.len(),
            _ => rng.random_range(0..TOPICS.len()),
        };
        let question = world.question(topic, rng);
        let mut scores = vec![0.0; OPTIONS.len()];
        scores[question.answer] = 1.0;
        Row { prompt: question.prompt, scores, ..Row::default() }
    });
    let options = OPTIONS.map(str::to_owned).into();
    let data = RoutingData::new(options, rows.collect())?;
    let config = GateConfig {
        kind: GateKind::Mlp { hidden: 24, dropout: 0.1, patience: 4 },
        loss: GateLoss::Posterior, // against one right option: the cross-entropy of a classifier
        features: HashedFeatures::new(1024)?,
        training: TrainingConfig {
            lr: 0.01,
            batch: 64,
            epochs: 20,
            l2: 1e-5,
            seed: config.seed + expert as u64,
        },
    };
    Ok(Gate::train(&config, &data)?.0)
}

fn largest(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}
