//! The loops of a spiking layer, forward and backward, over slices.
//!
//! Memory is what these loops wait for. So a piece of a layer goes through all timesteps while it is in the
//! cache, and the backward pass computes the potentials again instead of reading them back.

use crate::neuron::{ResetMode, Surrogate};
use crate::pooling::Planes;
use common::tensor::real::Real;
use rayon::prelude::*;

/// Neurons that go through all timesteps together, or about so many in whole planes under a pool. Fixed, so that sums do
/// not depend on threads.
const PIECE: usize = 2048;
/// Sums that run side by side within a piece.
const LANES: usize = 16;

/// The equations of all reset modes in one form. With `o` the spike of the potential `v` before the reset:
///
/// ```text
/// u = (v - within o) (1 - hard o)
/// v' = λ u + a' - after o
/// ```
#[derive(Clone, Copy)]
pub(crate) struct Rule<T> {
    pub(super) threshold: T,
    leak: T,
    within: T,
    after: T,
    hard: T,
    /// Factor of `-o dL/dv'` in the gradient of the threshold.
    through_reset: T,
}

impl<T: Real> Rule<T> {
    pub(crate) fn new(threshold: T, leak: T, reset: ResetMode) -> Self {
        let zero = T::zero();
        let rule = Self { threshold, leak, within: zero, after: zero, hard: zero, through_reset: zero };
        match reset {
            ResetMode::SoftImmediate => Self { within: threshold, through_reset: leak, ..rule },
            ResetMode::SoftDelayed => Self { after: threshold, through_reset: T::one(), ..rule },
            ResetMode::Hard => Self { hard: T::one(), ..rule },
        }
    }

    #[inline]
    fn spike(&self, v: T) -> T {
        if v > self.threshold { T::one() } else { T::zero() }
    }

    #[inline]
    fn after_reset(&self, v: T, spike: T) -> T {
        (v - self.within * spike) * (T::one() - self.hard * spike)
    }

    /// Replaces the potentials of one timestep by those of the next.
    pub(crate) fn advance(&self, v: &mut [T], currents: &[T]) {
        for (v, &current) in v.iter_mut().zip(currents) {
            let spike = self.spike(*v);
            *v = self.leak * self.after_reset(*v, spike) + current - self.after * spike;
        }
    }
}

/// A surrogate derivative over the numbers of a tensor.
#[derive(Clone, Copy)]
pub(super) struct Window(Surrogate);

impl Window {
    pub(super) fn new(surrogate: Surrogate) -> Self {
        Self(surrogate)
    }
}

/// One layer of `width` neurons (those of all samples) over `timesteps`.
pub(super) struct Kernel<'a, T> {
    pub(super) rule: Rule<T>,
    pub(super) timesteps: usize,
    pub(super) width: usize,
    pub(super) mask: Option<&'a [f32]>,
    /// An average pool right after the spikes.
    pub(super) pool: Option<Planes>,
}

impl<T: Real> Kernel<'_, T> {
    /// The masked spikes, pooled if there is a pool; `currents` holds one timestep or all.
    pub(super) fn forward(&self, currents: &[T]) -> Vec<T> {
        let (piece, window) = (self.piece(), self.window());
        let mut spikes = vec![T::zero(); self.timesteps * self.width / window];
        let rows = pieces_mut(&mut spikes, self.width / window, piece / window);
        rows.into_par_iter().enumerate().for_each(|(index, mut rows)| {
            let mut v = self.row(currents, 0, index).to_vec();
            let mut full = vec![T::zero(); if self.pool.is_some() { v.len() } else { 0 }];
            for (t, row) in rows.iter_mut().enumerate() {
                if t > 0 {
                    self.rule.advance(&mut v, self.row(currents, t, index));
                }
                match self.pool {
                    None => self.emit(&v, index, row),
                    Some(pool) => {
                        self.emit(&v, index, &mut full);
                        pool.average(&full, row);
                    }
                }
            }
        });
        spikes
    }

    /// The masked spikes of one timestep and piece.
    fn emit(&self, potential: &[T], index: usize, spikes: &mut [T]) {
        match self.mask {
            None => {
                for (spike, &v) in spikes.iter_mut().zip(potential) {
                    *spike = self.rule.spike(v);
                }
            }
            Some(mask) => {
                let mask = part(mask, index, self.piece());
                for ((spike, &v), &factor) in spikes.iter_mut().zip(potential).zip(mask) {
                    *spike = self.rule.spike(v) * T::from_f64(f64::from(factor));
                }
            }
        }
    }

    /// Neurons of a piece.
    fn piece(&self) -> usize {
        self.pool.map_or(PIECE, |pool| (PIECE / pool.size()).max(1) * pool.size())
    }

    /// Neurons of a window of the pool.
    fn window(&self) -> usize {
        self.pool.map_or(1, Planes::window)
    }

    /// Gradients of the currents, of the threshold and of the leak from that of the masked spikes.
    pub(super) fn backward(&self, currents: &[T], gradient: &[T], window: Window) -> (Vec<T>, f64, f64) {
        match window.0 {
            Surrogate::Triangle { gamma } => {
                let gamma = T::from_f64(gamma);
                self.backward_with(currents, gradient, move |z| {
                    let height = T::one() - magnitude(z);
                    if height > T::zero() { gamma * height } else { T::zero() }
                })
            }
            Surrogate::FastSigmoid { amplitude, slope } => {
                let (amplitude, slope) = (T::from_f64(amplitude), T::from_f64(slope));
                self.backward_with(currents, gradient, move |z| {
                    let denominator = T::one() + slope * magnitude(z);
                    amplitude / (denominator * denominator)
                })
            }
            Surrogate::ArcTan { amplitude, alpha } => {
                let height = T::from_f64(amplitude * alpha / 2.0);
                let slope = T::from_f64(std::f64::consts::FRAC_PI_2 * alpha);
                self.backward_with(currents, gradient, move |z| height / (T::one() + slope * z * (slope * z)))
            }
            Surrogate::Rectangular { amplitude, width } => {
                let (height, half) = (T::from_f64(amplitude / width), T::from_f64(width / 2.0));
                self.backward_with(
                    currents,
                    gradient,
                    move |z| {
                        if magnitude(z) < half { height } else { T::zero() }
                    },
                )
            }
        }
    }

    fn backward_with<S>(&self, currents: &[T], gradient: &[T], surrogate: S) -> (Vec<T>, f64, f64)
    where
        S: Fn(T) -> T + Copy + Send + Sync,
    {
        let mut dcurrents = vec![T::zero(); currents.len()];
        let sums: Vec<[f64; 2]> = pieces_mut(&mut dcurrents, self.width, self.piece())
            .into_par_iter()
            .enumerate()
            .map(|(piece, rows)| self.backward_piece(piece, currents, gradient, rows, surrogate))
            .collect();
        let total = |k: usize| sums.iter().map(|sums| sums[k]).sum::<f64>();
        let (dthreshold, dleak) = (total(0), total(1));
        (dcurrents, dthreshold, dleak)
    }

    /// Goes back through the timesteps of one piece; fills `rows`, the gradients of the currents.
    fn backward_piece<S>(
        &self,
        piece: usize,
        currents: &[T],
        gradient: &[T],
        mut rows: Vec<&mut [T]>,
        surrogate: S,
    ) -> [f64; 2]
    where
        S: Fn(T) -> T + Copy,
    {
        let size = rows[0].len();
        let constant = currents.len() == self.width;
        let potentials = self.potentials(currents, piece, size);
        let mut next = vec![T::zero(); size]; // dL/dv of the following timestep
        let changed = self.mask.is_some() || self.pool.is_some();
        let mut full = vec![T::zero(); if changed { size } else { 0 }];
        let pooled = self.width / self.window();
        let mut sums = [0.0; 2];
        for t in (0..self.timesteps).rev() {
            let mut gradient =
                part(&gradient[t * pooled..(t + 1) * pooled], piece, self.piece() / self.window());
            if changed {
                match self.pool {
                    None => full.copy_from_slice(gradient),
                    Some(pool) => pool.spread(gradient, &mut full),
                }
                if let Some(mask) = self.mask {
                    for (g, &factor) in full.iter_mut().zip(part(mask, piece, self.piece())) {
                        *g *= T::from_f64(f64::from(factor));
                    }
                }
                gradient = &full;
            }
            let potential = &potentials[t * size..(t + 1) * size];
            let [dthreshold, dleak] = self.back_one_step(potential, gradient, &mut next, surrogate);
            sums[0] += dthreshold;
            sums[1] += dleak;
            if constant {
                for (sum, &next) in rows[0].iter_mut().zip(&next) {
                    *sum += next;
                }
            } else {
                rows[t].copy_from_slice(&next);
            }
        }
        sums
    }

    /// Potentials before the reset in all timesteps of one piece.
    fn potentials(&self, currents: &[T], piece: usize, size: usize) -> Vec<T> {
        let mut potentials = Vec::with_capacity(self.timesteps * size);
        potentials.extend_from_slice(self.row(currents, 0, piece));
        for t in 1..self.timesteps {
            potentials.extend_from_within((t - 1) * size..);
            self.rule.advance(&mut potentials[t * size..], self.row(currents, t, piece));
        }
        potentials
    }

    /// Turns `next`, dL/dv of the following timestep, into that of this one, and returns this timestep's part
    /// of the gradients of threshold and leak.
    fn back_one_step<S: Fn(T) -> T + Copy>(
        &self,
        potential: &[T],
        gradient: &[T],
        next: &mut [T],
        surrogate: S,
    ) -> [f64; 2] {
        let mut thresholds = [T::zero(); LANES];
        let mut leaks = [T::zero(); LANES];
        let rule = self.rule;
        let inverse = T::one() / rule.threshold;
        let mut one = |lane: usize, v: T, g: T, next: &mut T| {
            let spike = rule.spike(v);
            let through_spike = g * surrogate(v * inverse - T::one()) * inverse;
            leaks[lane] += *next * rule.after_reset(v, spike);
            thresholds[lane] += through_spike * (v * inverse) + rule.through_reset * (*next * spike);
            *next = through_spike + (T::one() - rule.hard * spike) * (rule.leak * *next);
        };
        let (potentials, last_potential) = potential.as_chunks::<LANES>();
        let (gradients, last_gradient) = gradient.as_chunks::<LANES>();
        let (nexts, last_next) = next.as_chunks_mut::<LANES>();
        for ((v, g), next) in potentials.iter().zip(gradients).zip(nexts) {
            for lane in 0..LANES {
                one(lane, v[lane], g[lane], &mut next[lane]);
            }
        }
        for (lane, ((&v, &g), next)) in last_potential.iter().zip(last_gradient).zip(last_next).enumerate() {
            one(lane, v, g, next);
        }
        let total = |lanes: [T; LANES]| lanes.iter().map(|value| value.to_f64()).sum::<f64>();
        [-total(thresholds), total(leaks)]
    }

    /// The currents of one timestep and piece.
    fn row<'b>(&self, currents: &'b [T], t: usize, piece: usize) -> &'b [T] {
        let begin = if currents.len() == self.width { 0 } else { t * self.width };
        part(&currents[begin..begin + self.width], piece, self.piece())
    }
}

#[inline]
fn magnitude<T: Real>(z: T) -> T {
    if z < T::zero() { -z } else { z }
}

/// The piece of this number, of this size, of a row.
fn part<T>(row: &[T], index: usize, size: usize) -> &[T] {
    &row[index * size..row.len().min((index + 1) * size)]
}

/// For each piece, its part of every row.
fn pieces_mut<T>(values: &mut [T], width: usize, size: usize) -> Vec<Vec<&mut [T]>> {
    let timesteps = values.len() / width;
    let mut pieces: Vec<Vec<&mut [T]>> =
        (0..width.div_ceil(size)).map(|_| Vec::with_capacity(timesteps)).collect();
    for row in values.chunks_exact_mut(width) {
        for (piece, part) in pieces.iter_mut().zip(row.chunks_mut(size)) {
            piece.push(part);
        }
    }
    pieces
}
