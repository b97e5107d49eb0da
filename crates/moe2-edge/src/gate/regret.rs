//! The price of training once.

use super::network::Network;
use super::train::Run;
use super::{Gate, GateConfig, GateKind, TrainingConfig};
use crate::data::RoutingData;
use crate::{Error, ExpertSet, Result};

/// The mean loss of a gate on a set of experts, before and after training it further on that set alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictionRegret {
    /// Loss of the gate as it is, masked to the set.
    pub restricted: f64,
    /// The smallest loss found by training on the set, from the gate's weights on; never above `restricted`.
    pub tuned: f64,
}

impl RestrictionRegret {
    /// What restriction costs, at least 0.
    #[must_use]
    pub fn regret(self) -> f64 {
        self.restricted - self.tuned
    }
}

/// What masking a once-trained linear or hidden-layer gate to a set costs against training it for the set:
///
/// ```text
/// L(theta restricted to S) - L(theta trained further on S)
/// ```
///
/// with the gate's own loss, on the rows of `data` that it is trained on. It is a lower estimate of the regret if the
/// epochs do not reach the minimum on the set; and for a gate that was stopped early it contains what longer training
/// on any set would have gained, so compare with its value on all experts.
///
/// # Errors
/// [`Error::NotTrainable`] for neighbours and blends; [`Error::EmptySet`]; [`Error::Dimension`] for other experts than
/// the gate's; [`Error::InvalidValue`] if no row has a positive score in the set; those of training.
pub fn restriction_regret(
    gate: &Gate,
    data: &RoutingData,
    set: ExpertSet,
    training: TrainingConfig,
) -> Result<RestrictionRegret> {
    super::activation::check_set(set, gate.models.len())?;
    let network = Network::of(&gate.model)?;
    let (loss, features) = (gate.loss, gate.features);
    let value = |gate: &Gate| -> Result<f64> {
        loss.mean(&gate.predict_logits(data.prompts()), 1.0, data, set)?.ok_or_else(|| {
            let what = "largest score of the set".to_owned();
            Error::InvalidValue { what, rule: "above 0", value: 0.0 }
        })
    };
    let restricted = value(gate)?;
    let config = GateConfig { kind: GateKind::Linear, loss, features, training };
    Run::new(&config, data, set)?.fit_stopping(&network, data, training.epochs)?;
    let tuned = Gate::new(gate.models.clone(), features, network.model()?, loss)?;
    Ok(RestrictionRegret { restricted, tuned: value(&tuned)?.min(restricted) })
}
