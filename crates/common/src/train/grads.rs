//! Checks that gradients exist and are finite.

use super::error::{Error, Result, during};
use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};

/// Requires a gradient for every variable. candle drops gradients of some operations without a word, and its
/// optimisers skip what has none; with this check a training step fails instead.
///
/// # Errors
/// [`Error::MissingGradient`] with the name of the first variable without one.
pub fn require_grads(named: &[(String, Var)], grads: &GradStore) -> Result<()> {
    named.iter().try_for_each(|(name, variable)| gradient(name, variable, grads).map(|_| ()))
}

/// Requires a gradient for every variable, and that all its elements are finite.
///
/// # Errors
/// [`Error::MissingGradient`], or [`Error::NonFiniteGradient`] with the first element that is NaN or infinite.
pub fn require_finite_grads(named: &[(String, Var)], grads: &GradStore) -> Result<()> {
    for (name, variable) in named {
        let found =
            first_non_finite(gradient(name, variable, grads)?).map_err(during("reading a gradient"))?;
        if let Some((element, value)) = found {
            return Err(Error::NonFiniteGradient { name: name.clone(), element, value });
        }
    }
    Ok(())
}

/// The gradient of one variable.
pub(super) fn gradient<'a>(name: &str, variable: &Var, grads: &'a GradStore) -> Result<&'a Tensor> {
    grads.get(variable.as_tensor()).ok_or_else(|| Error::MissingGradient { name: name.to_owned() })
}

fn first_non_finite(gradient: &Tensor) -> candle_core::Result<Option<(usize, f64)>> {
    let gradient = gradient.flatten_all()?;
    Ok(match gradient.dtype() {
        DType::F32 => gradient
            .to_vec1::<f32>()?
            .iter()
            .position(|value| !value.is_finite())
            .map(|i| Ok::<_, candle_core::Error>((i, f64::from(gradient.get(i)?.to_scalar::<f32>()?))))
            .transpose()?,
        _ => gradient
            .to_dtype(DType::F64)?
            .to_vec1::<f64>()?
            .iter()
            .copied()
            .enumerate()
            .find(|(_, value)| !value.is_finite()),
    })
}
