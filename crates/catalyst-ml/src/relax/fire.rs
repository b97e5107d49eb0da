//! FIRE.

use super::{dot, positive};
use crate::{Error, Result};

/// The fast inertial relaxation engine (Bitzek et al., Physical Review Letters 97, 170201, 2006) in ASE's form: dynamics
/// that turn the velocity towards the force and stop when they run uphill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fire {
    /// Time step at first, in units in which force and acceleration are equal.
    pub time_step: f64,
    /// Longest time step.
    pub max_time_step: f64,
    /// Steps downhill before the time step grows.
    pub patience: u32,
    /// Growth of the time step.
    pub growth: f64,
    /// What the time step is multiplied with uphill.
    pub shrink: f64,
    /// Share of the force in the direction of the velocity, at first.
    pub mixing: f64,
    /// What this share is multiplied with as the time step grows.
    pub mixing_decay: f64,
    /// Longest step of all atoms together, Å.
    pub max_step_angstrom: f64,
}

impl Fire {
    /// The settings of ASE 3.29.
    pub const ASE: Self = Self {
        time_step: 0.1,
        max_time_step: 1.0,
        patience: 5,
        growth: 1.1,
        shrink: 0.5,
        mixing: 0.1,
        mixing_decay: 0.99,
        max_step_angstrom: 0.2,
    };

    pub(super) fn check(&self) -> Result<()> {
        positive("time step", self.time_step)?;
        positive("longest time step", self.max_time_step)?;
        positive("growth of the time step", self.growth)?;
        positive("longest step, Å", self.max_step_angstrom)?;
        for (name, value) in [
            ("shrinking of the time step", self.shrink),
            ("mixing", self.mixing),
            ("mixing decay", self.mixing_decay),
        ] {
            if !(value > 0.0 && value <= 1.0) {
                return Err(Error::Quantity { name, rule: "above 0 and at most 1", value });
            }
        }
        Ok(())
    }
}

/// Velocities and step sizes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Motion {
    /// None before the first step.
    pub(super) velocities: Option<Vec<[f64; 3]>>,
    pub(super) time_step: f64,
    pub(super) mixing: f64,
    /// Steps downhill since the last one uphill.
    pub(super) downhill: u32,
}

impl Motion {
    pub(super) fn new(settings: &Fire) -> Self {
        Self { velocities: None, time_step: settings.time_step, mixing: settings.mixing, downhill: 0 }
    }

    /// Turns and scales the velocities, and chooses the next step.
    pub(super) fn step(&mut self, settings: &Fire, forces: &[[f64; 3]]) -> Vec<[f64; 3]> {
        let first = self.velocities.is_none();
        let mut velocities = self.velocities.take().unwrap_or_else(|| vec![[0.0; 3]; forces.len()]);
        if first {
            // neither downhill nor uphill
        } else if dot(forces, &velocities) > 0.0 {
            let turned = self.mixing / dot(forces, forces).sqrt() * dot(&velocities, &velocities).sqrt();
            for (v, f) in velocities.as_flattened_mut().iter_mut().zip(forces.as_flattened()) {
                *v = (1.0 - self.mixing) * *v + turned * f;
            }
            if self.downhill > settings.patience {
                self.time_step = (self.time_step * settings.growth).min(settings.max_time_step);
                self.mixing *= settings.mixing_decay;
            }
            self.downhill = self.downhill.saturating_add(1);
        } else {
            velocities.fill([0.0; 3]);
            self.mixing = settings.mixing;
            self.time_step *= settings.shrink;
            self.downhill = 0;
        }
        for (v, f) in velocities.as_flattened_mut().iter_mut().zip(forces.as_flattened()) {
            *v += self.time_step * f;
        }
        let mut step = velocities.clone();
        for entry in step.as_flattened_mut() {
            *entry *= self.time_step;
        }
        let length = dot(&step, &step).sqrt();
        if length > settings.max_step_angstrom {
            for entry in step.as_flattened_mut() {
                *entry *= settings.max_step_angstrom / length;
            }
        }
        self.velocities = Some(velocities);
        step
    }
}
