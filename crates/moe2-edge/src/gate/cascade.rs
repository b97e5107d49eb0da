//! Cheap experts first.

use crate::{ExpertSet, Result};

/// What a [`cascade`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    /// The experts asked, in order; the last one's answer stands.
    pub asked: Vec<usize>,
    /// The confidence of the answer that stands.
    pub confidence: f32,
}

/// Asks the experts of a set from the cheapest on until an answer's confidence reaches `threshold`; the most expensive
/// one's answer stands whatever its confidence. Among equal costs the lower index goes first.
///
/// ```
/// use moe2_edge::{ExpertSet, gate::cascade};
///
/// let confidence = [0.9, 0.6, 0.8];
/// let costs = [5.0, 1.0, 2.0];
/// let run = cascade(ExpertSet::first(3), &costs, 0.7, |expert| Ok(confidence[expert]))?;
/// assert_eq!(run.asked, [1, 2]);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::EmptySet`], [`crate::Error::Dimension`] for an expert without a cost,
/// [`crate::Error::InvalidValue`] for a cost that is not finite, and those of `ask`.
pub fn cascade(
    set: ExpertSet,
    costs: &[f32],
    threshold: f32,
    mut ask: impl FnMut(usize) -> Result<f32>,
) -> Result<Cascade> {
    super::activation::check("cost", costs, set)?;
    let mut order: Vec<usize> = set.iter().collect();
    order.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]));
    let mut run = Cascade { asked: Vec::new(), confidence: 0.0 };
    for expert in order {
        run.confidence = ask(expert)?;
        run.asked.push(expert);
        if run.confidence >= threshold {
            break;
        }
    }
    Ok(run)
}
