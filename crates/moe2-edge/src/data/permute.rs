//! Controls: tables from which what a gate should learn has been taken out.

use super::RoutingData;
use common::rng::Streams;
use rand::RngExt as _;

impl RoutingData {
    /// The table with its rows of scores dealt out to the prompts at random: each expert keeps its mean, and no prompt
    /// says anything of its scores. A gate trained on it cannot beat the best single expert but by chance.
    #[must_use]
    pub fn with_rows_permuted(&self, seed: u64) -> Self {
        let mut rng = Streams::new(seed).stream("rows permuted");
        let mut rows: Vec<&[f32]> = self.score_rows().collect();
        shuffle(&mut rows, &mut rng);
        let scores = rows.concat();
        let mut table = self.clone();
        table.scores = scores;
        table
    }

    /// The table with the scores of each prompt dealt out to the experts at random: each prompt keeps its difficulty,
    /// and all experts become equal. Every route then scores the mean of all experts but for chance.
    #[must_use]
    pub fn with_experts_permuted(&self, seed: u64) -> Self {
        let mut rng = Streams::new(seed).stream("experts permuted");
        let mut table = self.clone();
        let n = table.experts();
        table.scores.chunks_exact_mut(n).for_each(|row| shuffle(row, &mut rng));
        table
    }
}

/// Fisher and Yates.
pub(crate) fn shuffle<T>(values: &mut [T], rng: &mut impl rand::Rng) {
    for i in (1..values.len()).rev() {
        values.swap(i, rng.random_range(0..=i));
    }
}
