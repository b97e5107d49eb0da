//! How the reference code names modules and their tensors.

use crate::{Config, Matrix, Site};

/// Tensor of a module.
pub(super) type Name = (&'static str, &'static str);

const INPUT_NORM: &str = "input_layernorm";
const MLP_NORM: &str = "post_attention_layernorm";
const SCORES: &str = "self_attn.qk_bmm";
const ATTENDED: &str = "self_attn.pv_bmm";
const ACTIVATION: &str = "mlp.act_fn";

/// What a tensor of a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A site of a block.
    Site(usize, Site),
    /// A matrix of a block.
    Matrix(usize, Matrix),
    /// The weight of a norm of a block.
    Norm,
    /// A tensor that another site names too, or one outside the blocks, which are not quantised.
    Unused,
}

pub(super) fn matrix(which: Matrix) -> &'static str {
    match which {
        Matrix::Q => "self_attn.q_proj",
        Matrix::K => "self_attn.k_proj",
        Matrix::V => "self_attn.v_proj",
        Matrix::O => "self_attn.o_proj",
        Matrix::Gate => "mlp.w1",
        Matrix::Up => "mlp.w3",
        Matrix::Down => "mlp.w2",
    }
}

pub(super) fn norms(config: &Config) -> &'static [&'static str] {
    if config.parallel_residual { &[INPUT_NORM] } else { &[INPUT_NORM, MLP_NORM] }
}

pub(super) fn site(site: Site) -> Name {
    match site {
        Site::AttentionNormInput => (INPUT_NORM, "input"),
        Site::AttentionNormOutput => (INPUT_NORM, "output"),
        Site::Query => (matrix(Matrix::Q), "output"),
        Site::Key => (matrix(Matrix::K), "output"),
        Site::Value => (matrix(Matrix::V), "output"),
        Site::RotatedQuery => (SCORES, "input"),
        Site::RotatedKey => (SCORES, "input2"),
        Site::Scores => (SCORES, "output"),
        Site::Probabilities => (ATTENDED, "input"),
        Site::AttendedValue => (ATTENDED, "input2"),
        Site::Attended => (ATTENDED, "output"),
        Site::AttentionOutput => (matrix(Matrix::O), "output"),
        Site::MlpNormInput => (MLP_NORM, "input"),
        Site::MlpNormOutput => (MLP_NORM, "output"),
        Site::Gate => (matrix(Matrix::Gate), "output"),
        Site::Sigmoid => (ACTIVATION, "input2"),
        Site::Activation => (ACTIVATION, "output"),
        Site::Up => (matrix(Matrix::Up), "output"),
        Site::DownInput => (matrix(Matrix::Down), "input"),
        Site::DownOutput => (matrix(Matrix::Down), "output"),
    }
}

/// Full name of a module of a block.
pub(super) fn module(layer: usize, name: &str) -> String {
    format!("model.layers.{layer}.{name}")
}

/// The place of a tensor in a model; `None` if there is no such tensor.
pub(super) fn place(config: &Config, module: &str, tensor: &str) -> Option<Place> {
    if matches!(module, "model.norm" | "lm_head") {
        return matches!(tensor, "input" | "weight" | "output").then_some(Place::Unused);
    }
    let (number, name) = module.strip_prefix("model.layers.")?.split_once('.')?;
    // Only the plain decimal form: neither +1 nor 01.
    let layer =
        number.parse().ok().filter(|&layer: &usize| layer < config.layers && layer.to_string() == number)?;
    let sites = Site::ALL.into_iter().filter(|site| site.is_in(config));
    if let Some(found) = sites.into_iter().find(|&found| site(found) == (name, tensor)) {
        return Some(Place::Site(layer, found));
    }
    let of_matrix = Matrix::ALL.into_iter().find(|&which| matrix(which) == name);
    match (of_matrix, tensor) {
        (Some(which), "weight") => Some(Place::Matrix(layer, which)),
        // What a matrix or the activation reads, another module has given.
        (Some(_), "input") => Some(Place::Unused),
        (None, "input") if name == ACTIVATION => Some(Place::Unused),
        (None, "weight") if norms(config).contains(&name) => Some(Place::Norm),
        _ => None,
    }
}
