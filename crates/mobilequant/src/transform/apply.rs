//! The transformations on plain weights.

use super::{Channels, TransformSite};
use crate::{Array, Block, Config, Linear, Matrix, Norm, Result};

/// Transforms one site of a block.
pub(super) fn apply(
    config: &Config,
    block: &mut Block<Array>,
    site: TransformSite,
    channels: &Channels,
) -> Result<()> {
    let (scale, shift) = (channels.scale.as_deref(), channels.shift.as_deref());
    if scale.is_none() && shift.is_none() {
        return Ok(());
    }
    match site {
        TransformSite::NormQkv => {
            shrink_norm(&mut block.attention_norm, scale, shift)?;
            for which in [Matrix::Q, Matrix::K, Matrix::V] {
                grow_inputs(block.linear_mut(which), scale, shift)?;
            }
            if block.mlp_norm.is_none() {
                grow_inputs(&mut block.gate, scale, shift)?;
                grow_inputs(&mut block.up, scale, shift)?;
            }
        }
        TransformSite::NormMlp => {
            if let Some(norm) = &mut block.mlp_norm {
                shrink_norm(norm, scale, shift)?;
                grow_inputs(&mut block.gate, scale, shift)?;
                grow_inputs(&mut block.up, scale, shift)?;
            }
        }
        TransformSite::ValueOut => {
            shrink_outputs(&mut block.v, scale, shift)?;
            let wide = |kv: &[f32]| spread(config, kv);
            grow_inputs(&mut block.o, scale.map(wide).as_deref(), shift.map(wide).as_deref())?;
        }
        TransformSite::UpDown => {
            shrink_outputs(&mut block.up, scale, None)?;
            grow_inputs(&mut block.down, scale, None)?;
        }
        TransformSite::QueryKey => {
            if let Some(scale) = scale {
                shrink_outputs(&mut block.q, Some(&spread(config, scale)), None)?;
                let inverse: Vec<f32> = scale.iter().map(|s| 1.0 / s).collect();
                shrink_outputs(&mut block.k, Some(&inverse), None)?;
            }
        }
    }
    Ok(())
}

/// The same number for a channel of a key head and that channel of every query head of its group.
pub(crate) fn spread(config: &Config, kv: &[f32]) -> Vec<f32> {
    let heads = kv.chunks_exact(config.head_dim);
    heads.flat_map(|head| head.repeat(config.group())).collect()
}

pub(super) fn check(block: &Block<Array>, layer: usize) -> Result<()> {
    let mut finite = |array: &Array| array.check_finite(&format!("transformed weights of block {layer}"));
    block.try_map(&mut finite).map(|_| ())
}

/// gamma / s, (beta - d) / s
fn shrink_norm(norm: &mut Norm<Array>, scale: Option<&[f32]>, shift: Option<&[f32]>) -> Result<()> {
    subtract(&mut norm.bias, shift)?;
    if let Some(scale) = scale {
        scale_rows(&mut norm.weight, scale, |x, s| x / s);
        norm.bias.iter_mut().for_each(|bias| scale_rows(bias, scale, |x, s| x / s));
    }
    Ok(())
}

/// diag(1/s) W, (b - d) / s
fn shrink_outputs(linear: &mut Linear<Array>, scale: Option<&[f32]>, shift: Option<&[f32]>) -> Result<()> {
    subtract(&mut linear.bias, shift)?;
    if let Some(scale) = scale {
        scale_rows(&mut linear.weight, scale, |x, s| x / s);
        linear.bias.iter_mut().for_each(|bias| scale_rows(bias, scale, |x, s| x / s));
    }
    Ok(())
}

/// W diag(s), b + W d with the old W
fn grow_inputs(linear: &mut Linear<Array>, scale: Option<&[f32]>, shift: Option<&[f32]>) -> Result<()> {
    if let Some(shift) = shift {
        let (rows, _) = linear.weight.dims2()?;
        let product = |row| {
            let terms = linear.weight.row(row).iter().zip(shift);
            -terms.map(|(w, d)| f64::from(*w) * f64::from(*d)).sum::<f64>()
        };
        #[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
        let less: Vec<f32> = (0..rows).map(|row| product(row) as f32).collect();
        subtract(&mut linear.bias, Some(&less))?;
    }
    if let Some(scale) = scale {
        scale_columns(&mut linear.weight, scale);
    }
    Ok(())
}

/// `bias - d`, where a bias that is not there is 0.
fn subtract(bias: &mut Option<Array>, shift: Option<&[f32]>) -> Result<()> {
    let Some(shift) = shift else { return Ok(()) };
    match bias {
        Some(bias) => scale_rows(bias, shift, |x, d| x - d),
        None => *bias = Some(Array::new(vec![shift.len()], shift.iter().map(|d| -d).collect())?),
    }
    Ok(())
}

/// Changes every row by its own number.
pub(super) fn scale_rows(array: &mut Array, by: &[f32], f: impl Fn(f32, f32) -> f32) {
    let width = array.width();
    for (row, &s) in array.data_mut().chunks_exact_mut(width.max(1)).zip(by) {
        for x in row {
            *x = f(*x, s);
        }
    }
}

/// Multiplies every column by its own number.
pub(super) fn scale_columns(array: &mut Array, by: &[f32]) {
    for row in array.data_mut().chunks_exact_mut(by.len()) {
        row.iter_mut().zip(by).for_each(|(x, s)| *x *= s);
    }
}
