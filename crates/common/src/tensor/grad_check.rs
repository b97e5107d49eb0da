//! Gradients against central differences.

use candle_core::{DType, Device, Result, Tensor, Var, bail};

/// The largest difference that [`grad_check`] found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradCheck {
    /// `|analytic - numeric|` divided by the larger of both magnitudes, but by no less than a thousandth of the
    /// largest gradient of the same input, below which rounding of the function shows.
    pub max_relative_error: f64,
    /// Where: index of the input, index of the element in row-major order.
    pub worst: (usize, usize),
    /// The gradient that backpropagation gives there.
    pub analytic: f64,
    /// The central difference there.
    pub numeric: f64,
}

/// Compares the gradients of the scalar function `f` at the point `at` with central differences
/// `(f(x + step) - f(x - step)) / (2 step)`, element by element. `step` is about 1e-6 for values of order 1.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use common::tensor::grad_check::grad_check;
///
/// let x = Tensor::new(&[0.3_f64, -1.2], &Device::Cpu)?;
/// let check = grad_check(|x| x[0].sqr()?.sum_all(), &[x], 1e-6)?;
/// assert!(check.max_relative_error < 1e-8);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If an input is not f64, has no element or gets no gradient, if `step` is not positive, if `f` gives no scalar,
/// and those of `f`.
pub fn grad_check(f: impl Fn(&[Tensor]) -> Result<Tensor>, at: &[Tensor], step: f64) -> Result<GradCheck> {
    if !(step.is_finite() && step > 0.0) {
        bail!("step of a gradient check must be positive, got {step}");
    }
    if let Some((i, input)) =
        at.iter().enumerate().find(|(_, x)| x.dtype() != DType::F64 || x.elem_count() == 0)
    {
        bail!(
            "gradient check needs f64 inputs with elements, got {:?} of {:?} as input {i}",
            input.shape(),
            input.dtype()
        );
    }
    let variables = at.iter().map(|x| Var::from_tensor(&x.copy()?)).collect::<Result<Vec<_>>>()?;
    let inputs: Vec<Tensor> = variables.iter().map(|variable| variable.as_tensor().clone()).collect();
    let gradients = f(&inputs)?.backward()?;

    let mut result: Option<GradCheck> = None;
    for (i, input) in at.iter().enumerate() {
        let Some(analytic) = gradients.get(&inputs[i]) else {
            bail!("gradient check: input {i} gets no gradient");
        };
        let analytic = analytic.flatten_all()?.to_vec1::<f64>()?;
        let numeric = differences(&f, at, i, step)?;
        let floor = 1e-3 * numeric.iter().fold(0.0_f64, |max, value| max.max(value.abs()));
        debug_assert_eq!(analytic.len(), input.elem_count());
        for (element, (&analytic, &numeric)) in analytic.iter().zip(&numeric).enumerate() {
            let scale = analytic.abs().max(numeric.abs()).max(floor);
            let error = if analytic.to_bits() == numeric.to_bits() || scale == 0.0 {
                0.0
            } else {
                (analytic - numeric).abs() / scale
            };
            // NaN is worst of all, and stays.
            if result.is_none_or(|worst| error.is_nan() || error > worst.max_relative_error) {
                result =
                    Some(GradCheck { max_relative_error: error, worst: (i, element), analytic, numeric });
            }
        }
    }
    let Some(result) = result else { bail!("gradient check needs at least one input") };
    Ok(result)
}

/// Central differences with respect to every element of one input.
fn differences(
    f: &impl Fn(&[Tensor]) -> Result<Tensor>,
    at: &[Tensor],
    i: usize,
    step: f64,
) -> Result<Vec<f64>> {
    let shape = at[i].shape();
    let values = at[i].flatten_all()?.to_vec1::<f64>()?;
    let mut inputs = at.to_vec();
    let mut moved = |element: usize, by: f64| -> Result<f64> {
        let mut values = values.clone();
        values[element] += by;
        inputs[i] = Tensor::from_vec(values, shape, &Device::Cpu)?;
        f(&inputs)?.to_scalar::<f64>()
    };
    (0..values.len())
        .map(|element| Ok((moved(element, step)? - moved(element, -step)?) / (2.0 * step)))
        .collect()
}
