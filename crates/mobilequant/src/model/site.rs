//! Places in a block where an activation is read or changed.

use crate::{Activation, Config, Result};
use candle_core::Tensor;

/// A tensor inside a block that a quantiser may stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Site {
    /// Residual stream before attention.
    AttentionNormInput,
    /// Input of queries, keys and values (with a parallel residual also of the MLP).
    AttentionNormOutput,
    /// Queries before rotation.
    Query,
    /// Keys before rotation.
    Key,
    /// Values.
    Value,
    /// Queries after rotation: first operand of the scores.
    RotatedQuery,
    /// Keys after rotation: second operand of the scores.
    RotatedKey,
    /// Products of queries and keys, before they are divided by the root of the head's width and masked.
    Scores,
    /// Attention's probabilities.
    Probabilities,
    /// Values as operand of the product with the probabilities.
    AttendedValue,
    /// Sums of values: input of the output matrix.
    Attended,
    /// Output of attention, before it is added.
    AttentionOutput,
    /// Residual stream before the MLP.
    MlpNormInput,
    /// Input of gate and up.
    MlpNormOutput,
    /// Gate before its activation.
    Gate,
    /// Logistic function of the gate, inside SiLU.
    Sigmoid,
    /// Gate after its activation.
    Activation,
    /// Up.
    Up,
    /// Product of activation and up: input of down.
    DownInput,
    /// Output of the MLP, before it is added.
    DownOutput,
}

impl Site {
    /// All sites, in the order in which a block meets them.
    pub const ALL: [Self; 20] = [
        Self::AttentionNormInput,
        Self::AttentionNormOutput,
        Self::Query,
        Self::Key,
        Self::Value,
        Self::RotatedQuery,
        Self::RotatedKey,
        Self::Scores,
        Self::Probabilities,
        Self::AttendedValue,
        Self::Attended,
        Self::AttentionOutput,
        Self::MlpNormInput,
        Self::MlpNormOutput,
        Self::Gate,
        Self::Sigmoid,
        Self::Activation,
        Self::Up,
        Self::DownInput,
        Self::DownOutput,
    ];

    /// Whether blocks of this configuration have the site: the logistic function belongs to SiLU, and with a parallel
    /// residual the MLP has no norm of its own.
    #[must_use]
    pub fn is_in(self, config: &Config) -> bool {
        match self {
            Self::Sigmoid => config.activation == Activation::Silu,
            Self::MlpNormInput | Self::MlpNormOutput => !config.parallel_residual,
            _ => true,
        }
    }

    /// Path inside a block, as overrides name it.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::AttentionNormInput => "attention.norm.input",
            Self::AttentionNormOutput => "attention.norm.output",
            Self::Query => "attention.q.output",
            Self::Key => "attention.k.output",
            Self::Value => "attention.v.output",
            Self::RotatedQuery => "attention.qk.query",
            Self::RotatedKey => "attention.qk.key",
            Self::Scores => "attention.qk.output",
            Self::Probabilities => "attention.pv.probabilities",
            Self::AttendedValue => "attention.pv.value",
            Self::Attended => "attention.pv.output",
            Self::AttentionOutput => "attention.o.output",
            Self::MlpNormInput => "mlp.norm.input",
            Self::MlpNormOutput => "mlp.norm.output",
            Self::Gate => "mlp.gate.output",
            Self::Sigmoid => "mlp.sigmoid.output",
            Self::Activation => "mlp.activation.output",
            Self::Up => "mlp.up.output",
            Self::DownInput => "mlp.down.input",
            Self::DownOutput => "mlp.down.output",
        }
    }
}

/// What happens to the activations that a forward pass meets: nothing, measurement, or quantisation.
///
/// Tensors at sites whose channels count (norm outputs, `Attended`, `DownInput`) have the channels last.
pub trait Tap {
    /// Takes the activation at a site of a block and gives the one to go on with.
    ///
    /// # Errors
    /// Those of the implementation.
    fn at(&mut self, layer: usize, site: Site, x: Tensor) -> Result<Tensor>;
}

/// Full precision: activations stay as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct FullPrecision;

impl Tap for FullPrecision {
    fn at(&mut self, _layer: usize, _site: Site, x: Tensor) -> Result<Tensor> {
        Ok(x)
    }
}
