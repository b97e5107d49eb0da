//! Q-learning of a pole on a cart with a spiking network that sees the state for one to five timesteps.
//!
//! `cargo run --release --example cartpole -- [timesteps] [seed] [steps]`
//!
//! The successor of the paper (ECCV 2022) learns `CartPole` and Pong this way; its settings for Pong are 2.5 million frames.
//! Here are a small network and a few ten thousand steps: enough to see it learn, no figure of that paper.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use candle_core::{Device, Tensor};
use common::rng::Streams;
use common::train::adam::{Adam, AdamConfig};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use snn_iir::cartpole::{CartPole, Push};
use snn_iir::{Dropout, Init, NetworkSpec, SpikingConfig, SpikingNet};

/// Tensors of a few kilobytes come and go: the system's allocator would spend as much time as the network.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What the network sees: the state in units of its usual size, and a 1, since fully connected layers have no bias.
const INPUTS: usize = 5;
const BATCH: usize = 64;
const MEMORY: usize = 20_000;
/// Steps before the first training step.
const START: usize = 500;
/// At the start; it falls to 0 along a straight line.
const LEARNING_RATE: f64 = 1e-3;
const DISCOUNT: f32 = 0.99;
/// The probability of a random push falls from 1 to this.
const LEAST_EPSILON: f64 = 0.01;
/// Steps in which it falls by a factor of e.
const EPSILON_DECAY: f64 = 2_000.0;

/// One remembered step.
struct Transition {
    before: [f32; INPUTS],
    push: usize,
    after: [f32; INPUTS],
    terminated: bool,
}

/// A network of integrate-and-fire neurons (leaks stay 1) whose two outputs are the values of the two pushes.
struct Agent {
    net: SpikingNet,
    timesteps: usize,
    adam: Adam,
    no_dropout: Dropout,
}

fn main() -> Outcome<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |otherwise| numbers.next().unwrap_or(Ok(otherwise));
    let (timesteps, seed, steps) = (usize::try_from(next(1)?)?, next(1)?, usize::try_from(next(20_000)?)?);
    let streams = Streams::new(seed);
    let mut agent = Agent::new(timesteps, streams)?;
    println!("timesteps {timesteps}, seed {seed}, {steps} steps");
    println!("random pushes: mean return {:.1}", random_return(&mut streams.stream("random")));
    println!("untrained:     mean return {:.1}", agent.mean_return(20, streams)?);
    agent.learn(steps, streams)?;
    println!("trained:       mean return {:.1} of at most 500", agent.mean_return(20, streams)?);
    Ok(())
}

impl Agent {
    fn new(timesteps: usize, streams: Streams) -> Outcome<Self> {
        let spec = NetworkSpec::parse([INPUTS, 1, 1], "", &[64, 64], 2)?;
        let net = SpikingNet::random(spec, SpikingConfig::default(), Init::He, &streams)?;
        let named: Vec<_> = net.variables().into_iter().filter(|(name, _)| !name.ends_with("leak")).collect();
        let config = AdamConfig {
            lr: LEARNING_RATE,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
            amsgrad: true,
        };
        let no_dropout = Dropout::new(0.0, streams, "none")?;
        Ok(Self { net, timesteps, adam: Adam::new(named, config)?, no_dropout })
    }

    /// Acts, remembers and learns.
    fn learn(&mut self, steps: usize, streams: Streams) -> Outcome<()> {
        let mut rng = streams.stream("learning");
        let mut memory: Vec<Transition> = Vec::with_capacity(MEMORY);
        let mut cart = CartPole::random(&mut rng);
        let mut returns = Vec::new();
        for step in 0..steps {
            let epsilon = LEAST_EPSILON + (1.0 - LEAST_EPSILON) * (-(step as f64) / EPSILON_DECAY).exp();
            let before = inputs(cart.state());
            let push = if rng.random_bool(epsilon) {
                usize::from(rng.random_bool(0.5))
            } else {
                self.best_pushes(&[before])?[0]
            };
            let result = cart.step(PUSHES[push])?;
            let transition =
                Transition { before, push, after: inputs(result.state), terminated: result.terminated };
            if memory.len() < MEMORY {
                memory.push(transition);
            } else {
                memory[step % MEMORY] = transition;
            }
            if result.terminated || result.truncated {
                returns.push(cart.steps());
                cart = CartPole::random(&mut rng);
            }
            if step >= START {
                self.adam.set_lr(LEARNING_RATE * (1.0 - step as f64 / steps as f64))?;
                self.train(&memory, &mut rng)?;
            }
            if (step + 1) % (steps / 10).max(1) == 0 && !returns.is_empty() {
                let mean = returns.iter().sum::<usize>() as f64 / returns.len() as f64;
                println!("step {:6}: {:4} episodes, mean return {mean:.1}", step + 1, returns.len());
                returns.clear();
            }
        }
        Ok(())
    }

    /// One step on the squared error of the values of remembered pushes against reward and value of what came after.
    /// Values are in units of 1 / (1 - discount), so that a pole that never falls has the value 1.
    fn train(&mut self, memory: &[Transition], rng: &mut ChaCha8Rng) -> Outcome<()> {
        let batch: Vec<&Transition> =
            (0..BATCH).map(|_| &memory[rng.random_range(0..memory.len())]).collect();
        let after: Vec<_> = batch.iter().map(|transition| transition.after).collect();
        let later = self.values(&after)?;
        let targets: Vec<f32> = batch
            .iter()
            .zip(&later)
            .map(|(transition, [left, right])| {
                let later = if transition.terminated { 0.0 } else { DISCOUNT * left.max(*right) };
                1.0 - DISCOUNT + later
            })
            .collect();
        let chosen: Vec<u32> = batch.iter().map(|transition| u32::from(transition.push == 1)).collect();
        let before: Vec<_> = batch.iter().map(|transition| transition.before).collect();
        let values = self.net.forward_train(&images(&before)?, self.timesteps, &self.no_dropout)?;
        let chosen = Tensor::from_vec(chosen, (BATCH, 1), &Device::Cpu)?;
        let targets = Tensor::from_vec(targets, (BATCH, 1), &Device::Cpu)?;
        let loss = values.gather(&chosen, 1)?.sub(&targets)?.sqr()?.mean_all()?;
        self.adam.step(&loss.backward()?)?;
        Ok(())
    }

    fn values(&self, states: &[[f32; INPUTS]]) -> Outcome<Vec<[f32; 2]>> {
        let values = self.net.forward(&images(states)?, self.timesteps)?.to_vec2::<f32>()?;
        Ok(values.into_iter().map(|row| [row[0], row[1]]).collect())
    }

    fn best_pushes(&self, states: &[[f32; INPUTS]]) -> Outcome<Vec<usize>> {
        Ok(self.values(states)?.into_iter().map(|[left, right]| usize::from(right > left)).collect())
    }

    /// Mean number of steps of so many episodes without random pushes, all run at once.
    fn mean_return(&self, episodes: usize, streams: Streams) -> Outcome<f64> {
        let mut rng = streams.stream("evaluation");
        let mut running: Vec<CartPole> = (0..episodes).map(|_| CartPole::random(&mut rng)).collect();
        let mut total = 0;
        while !running.is_empty() {
            let states: Vec<_> = running.iter().map(|cart| inputs(cart.state())).collect();
            let mut still = Vec::new();
            for (mut cart, push) in running.into_iter().zip(self.best_pushes(&states)?) {
                let step = cart.step(PUSHES[push])?;
                total += 1;
                if !(step.terminated || step.truncated) {
                    still.push(cart);
                }
            }
            running = still;
        }
        Ok(f64::from(total) / episodes as f64)
    }
}

const PUSHES: [Push; 2] = [Push::Left, Push::Right];

/// Mean return of 200 episodes of random pushes.
fn random_return(rng: &mut ChaCha8Rng) -> f64 {
    let mut episode = || {
        let mut cart = CartPole::random(rng);
        while let Ok(step) = cart.step(PUSHES[usize::from(rng.random_bool(0.5))]) {
            if step.terminated || step.truncated {
                break;
            }
        }
        cart.steps()
    };
    (0..200).map(|_| episode()).sum::<usize>() as f64 / 200.0
}

#[allow(clippy::cast_possible_truncation, reason = "single precision is what the network has")]
fn inputs([place, velocity, angle, spin]: [f64; 4]) -> [f32; INPUTS] {
    [place / 1.2, velocity, angle / 0.1, spin, 1.0].map(|value| value as f32)
}

fn images(states: &[[f32; INPUTS]]) -> Outcome<Tensor> {
    let flat: Vec<f32> = states.iter().flatten().copied().collect();
    Ok(Tensor::from_vec(flat, (states.len(), INPUTS, 1, 1), &Device::Cpu)?)
}
