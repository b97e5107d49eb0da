//! What a set of experts is worth.
//!
//! | objective | cannot fall as experts are added | gains shrink as experts are added |
//! | --- | --- | --- |
//! | [`TopOne`] | yes | yes |
//! | [`AnyCorrect`] | yes | yes |
//! | [`BestMixture`] | yes | no |
//! | [`ServerLoss`] | as the inner one | no |
//! | [`FixedGateMixture`] | no | no |
//!
//! That the loss is monotone in the set is a statement of arXiv 2501.09410, abstract. It holds for the objectives marked so
//! here and is false for a fixed soft gate over all members; the flags are derived here and checked by
//! [`check()`].

mod any_correct;
mod best_mixture;
mod check;
mod fixed_gate;
mod server_loss;
mod top_one;

pub use any_correct::AnyCorrect;
pub use best_mixture::{AnswerClass, BestMixture, best_weights};
pub use check::{Violation, check};
pub use fixed_gate::FixedGateMixture;
pub use server_loss::ServerLoss;
pub use top_one::TopOne;

use crate::ExpertSet;

/// A function of sets of experts, in whole units so that comparisons are exact.
pub trait SetObjective: Sync {
    /// Name for messages.
    const NAME: &'static str;
    /// Whether adding an expert never lowers the value.
    const MONOTONE: bool;
    /// Whether the gain of an expert never grows as others are added.
    const SUBMODULAR: bool;
    /// What is kept of a set.
    type State: Clone;

    /// The number of experts.
    fn experts(&self) -> usize;
    /// Units per 1 of the value that is reported.
    fn scale(&self) -> f64;
    /// The state of the empty set.
    fn empty(&self) -> Self::State;
    /// Adds an expert.
    fn push(&self, state: &mut Self::State, expert: usize);
    /// The value of a state, units.
    fn value(&self, state: &Self::State) -> i64;
    /// What adding an expert would raise the value by, units.
    fn gain(&self, state: &Self::State, expert: usize) -> i64;

    /// Most units by which rounding can move a value; 0 if the arithmetic is exact.
    fn slack(&self) -> i64 {
        0
    }

    /// Gains of several experts at once, into `out[expert]`.
    fn gains(&self, state: &Self::State, experts: ExpertSet, out: &mut [i64]) {
        for i in experts.iter() {
            out[i] = self.gain(state, i);
        }
    }

    /// The state of a set: its experts added in ascending order.
    fn state(&self, set: ExpertSet) -> Self::State {
        let mut state = self.empty();
        for i in set.iter() {
            self.push(&mut state, i);
        }
        state
    }

    /// The value of a set, units.
    fn of(&self, set: ExpertSet) -> i64 {
        self.value(&self.state(set))
    }

    /// Whether replacing expert `i` by `j`, or dropping `i` beside `j`, never lowers the value. `false` is always safe.
    fn dominates(&self, j: usize, i: usize) -> bool {
        let _ = (j, i);
        false
    }
}
