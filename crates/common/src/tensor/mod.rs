//! Differentiable operations on candle tensors, with gradients that are checked.
//!
//! candle 0.11 computes some gradients wrongly, or drops them without a word, and its convolution is slow. What this
//! workspace needs of those operations is here instead, on the CPU, for contiguous and other f32 and f64 tensors:
//!
//! | candle 0.11.1 | what is wrong | use |
//! | --- | --- | --- |
//! | `conv2d` | right, but slow: its weight gradient is a convolution with the gradient as kernel | [`conv::conv2d`] |
//! | `Tensor::max_pool2d` | gradient too small by the window's size; an error for other strides | [`pool::max_pool2d`] |
//! | `Tensor::avg_pool2d` | wrong unless the window divides the map | [`pool::avg_pool2d`] |
//! | `candle_nn::BatchNorm` | right, but a dozen tensor operations | [`norm::BatchNorm`] |
//! | column sums (bias of a linear layer) | right, but slow | [`conv::linear`] |
//! | sums and means of f32 | naive: 0.3 % off for ten million terms | [`loss::cross_entropy`], or sum in f64 |
//! | `randn`, `rand`, default initialisers, dropout | cannot be seeded on the CPU | [`init`] |
//! | `LayerNorm` with bias, `RmsNorm`, `ops::softmax_last_dim`, `rotary_emb::rope` | no gradient reaches anything upstream, silently | `layer_norm_slow`, `rms_norm_slow`, `ops::softmax`, `rope_slow` of candle |
//! | `conv1d`, `conv_transpose1d` | wrong for a kernel that is not contiguous, as in their own backward pass | `conv2d` with height 1 |
//! | `scatter`, `scatter_add` | gradient of the initial tensor wrong | `index_add`, `gather`, `where_cond` |
//! | `upsample_nearest1d`, `upsample_nearest2d` | the gradient overwrites that of other uses | reshape and broadcast |
//! | `upsample_bilinear2d` | an error | an operation of one's own |
//! | `round`, `floor`, `ceil`, `sign`, comparisons | no gradient, silently | straight-through: `x + (q(x) - x).detach()` |
//! | `x * 0.0`, `affine(0.0, b)` | no gradient instead of a gradient of 0, silently | multiply by a tensor of zeros |
//! | second derivatives | silently partial | derive by hand |
//!
//! Two habits guard against the rest: [`grad_check`](grad_check::grad_check) for every operation, and
//! [`require_grads`](crate::train::grads::require_grads) in every training step.

pub mod conv;
pub mod grad_check;
pub mod init;
pub mod loss;
pub mod norm;
pub mod pool;
pub mod real;
