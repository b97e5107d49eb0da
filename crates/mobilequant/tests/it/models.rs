//! The decoder: logits of independent programs, gradients, causality, refusals.

use crate::fixtures::{FAMILIES, TOKENS, build, checkpoint, config};
use candle_core::{DType, Device, Tensor, Var};
use common::assert_close;
use common::tensor::grad_check::grad_check;
use common::train::grads::require_finite_grads;
use mobilequant::{Array, Block, Config, Error, FullPrecision, Model, Rope, Weights, block_forward};

/// Logits of transformers 5.24 with PyTorch 2.15 in f64, on the same weights.
#[test]
fn logits_of_transformers() {
    let golden = include_str!("../golden/transformers.csv");
    for name in FAMILIES {
        let model = Model::new(&checkpoint(name), DType::F64).unwrap();
        let ours = model.logits(&TOKENS).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let mut rows = 0;
        for line in golden.lines().filter(|line| line.starts_with(&format!("{name},"))) {
            let mut fields = line.split(',').skip(1);
            let place: usize = fields.next().unwrap().parse().unwrap();
            let expected: f64 = fields.next().unwrap().parse().unwrap();
            assert_close!(ours[place], expected, abs = 2e-5 * expected.abs().max(1.0), "{name} {place}");
            rows += 1;
        }
        assert!(rows >= 48, "{name} has {rows} rows");
    }
}

/// A tiny block of each family, so that central differences stay affordable.
fn tiny(name: &str) -> Config {
    let config = config(name);
    let head_dim = 4;
    let rotary_dim = head_dim * config.rotary_dim / config.head_dim;
    let kv_heads = if config.kv_heads < config.heads { 1 } else { 2 };
    Config { vocab: 5, width: 4, mlp_width: 3, layers: 1, heads: 2, kv_heads, head_dim, rotary_dim, ..config }
}

/// Central differences of a loss against every weight of a block and its input.
#[test]
fn gradients_of_a_block() {
    for name in FAMILIES {
        let config = tiny(name);
        let checkpoint = build(config.clone());
        let rope = Rope::new(&config, DType::F64).unwrap();
        let mut inputs = Vec::new();
        let block = checkpoint.weights.blocks[0].try_map(&mut |array: &Array| -> Result<usize, Error> {
            let values: Vec<f64> = array.data().iter().map(|&x| x.into()).collect();
            inputs.push(Tensor::from_vec(values, array.shape(), &Device::Cpu).unwrap());
            Ok(inputs.len() - 1)
        });
        let block: Block<usize> = block.unwrap();
        let wave = |n: usize, f: f64| (0..n).map(|i| (f * i as f64 + 0.3).sin()).collect::<Vec<_>>();
        inputs.push(Tensor::from_vec(wave(12, 1.7), (1, 3, 4), &Device::Cpu).unwrap());
        let readout = Tensor::from_vec(wave(12, 2.9), (1, 3, 4), &Device::Cpu).unwrap();
        let loss = |tensors: &[Tensor]| {
            let place = |&at: &usize| -> Result<Tensor, Error> { Ok(tensors[at].clone()) };
            let mut place = place;
            let block = block.try_map(&mut place).unwrap();
            let x = tensors.last().unwrap();
            let y = block_forward(&config, &block, &rope, 0, x, &mut FullPrecision).unwrap();
            (y * &readout)?.sum_all()
        };
        let check = grad_check(loss, &inputs, 3e-5).unwrap();
        assert!(check.max_relative_error < 1e-6, "{name}: {check:?}");
    }
}

/// Every weight of a whole model gets a finite gradient, in f32 and with scores that overflow a naive softmax.
#[test]
fn every_weight_has_a_gradient() {
    for name in FAMILIES {
        let mut named = Vec::new();
        let weights: Weights<Tensor> = checkpoint(name)
            .weights
            .try_map(&mut |array: &Array| -> Result<Tensor, Error> {
                let scaled: Vec<f32> = array.data().iter().map(|x| x * 6.0).collect();
                let var = Var::from_vec(scaled, array.shape(), &Device::Cpu).unwrap();
                named.push((format!("{name} {}", named.len()), var.clone()));
                Ok(var.as_tensor().clone())
            })
            .unwrap();
        let model = Model::from_tensors(config(name), weights).unwrap();
        let logits = model.logits(&TOKENS).unwrap();
        let gradients = logits.sqr().unwrap().mean_all().unwrap().backward().unwrap();
        require_finite_grads(&named, &gradients).unwrap();
    }
}

/// A token changes nothing before it, bit for bit, and everything from it on.
#[test]
fn causality() {
    for name in FAMILIES {
        let model = Model::new(&checkpoint(name), DType::F32).unwrap();
        let mut changed = TOKENS;
        changed[7] = 33;
        let rows = |tokens: &[u32]| model.logits(tokens).unwrap().to_vec2::<f32>().unwrap();
        let (before, after) = (rows(&TOKENS), rows(&changed));
        assert_eq!(before[..7], after[..7]);
        assert!(before[7..].iter().zip(&after[7..]).all(|(a, b)| a != b));
    }
}

/// Sequences of a batch do not see each other.
#[test]
fn batches() {
    let model = Model::new(&checkpoint("llama-gqa"), DType::F64).unwrap();
    let other: Vec<u32> = TOKENS.iter().rev().copied().collect();
    let both = model.forward(&[&TOKENS, &other], &mut FullPrecision).unwrap();
    for (index, tokens) in [&TOKENS[..], &other].into_iter().enumerate() {
        let alone = model.logits(tokens).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let row = both.get(index).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for (a, b) in alone.iter().zip(&row) {
            assert_close!(*a, *b, abs = 1e-12);
        }
    }
}

#[test]
fn refused_sequences() {
    let model = Model::new(&checkpoint("llama-gqa"), DType::F32).unwrap();
    let error = model.logits(&[1, 48]).unwrap_err();
    assert_eq!(error.to_string(), "token ids must be below the size of the vocabulary 48, got 48 at place 1");
    assert!(matches!(model.logits(&[3; 65]), Err(Error::Context { length: 65, context: 64 })));
    assert!(matches!(model.greedy(&[3; 60], 10), Err(Error::Context { length: 69, .. })));
    assert_eq!(model.greedy(&[3; 60], 5).unwrap().len(), 5);
    assert!(matches!(model.greedy(&[3, 48], 0), Err(Error::Token { id: 48, place: 1, vocab: 48 })));
    assert!(matches!(model.greedy(&[], 1), Err(Error::Count { .. })));
    let long = Tensor::zeros((1, 65, 32), DType::F64, &Device::Cpu).unwrap();
    for refused in [model.block(1, &long, &mut FullPrecision), model.blocks(long.clone(), &mut FullPrecision)]
    {
        assert!(matches!(refused, Err(Error::Context { length: 65, context: 64 })));
    }
    assert!(matches!(model.logits(&[]), Err(Error::Count { .. })));
    assert!(matches!(model.forward(&[&[1], &[1, 2]], &mut FullPrecision), Err(Error::Shape { .. })));
    assert!(matches!(model.forward(&[], &mut FullPrecision), Err(Error::Count { .. })));
}
