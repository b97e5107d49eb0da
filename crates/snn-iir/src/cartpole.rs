//! A pole on a cart, the smallest test of learning by reward.

use crate::error::{Error, Result};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

const GRAVITY_M_S2: f64 = 9.8;
const CART_KG: f64 = 1.0;
const POLE_KG: f64 = 0.1;
const TOTAL_KG: f64 = CART_KG + POLE_KG;
/// Half of the pole's length.
const HALF_LENGTH_M: f64 = 0.5;
const FORCE_N: f64 = 10.0;
const STEP_S: f64 = 0.02;

/// The pole balanced on a cart that is pushed left or right (Barto, Sutton and Anderson, 1983), with the constants, the limits
/// and the Euler steps of the environment `CartPole-v1` of Gymnasium.
///
/// ```text
/// a  = (F + m l w^2 sin q) / M
/// q" = (g sin q - a cos q) / (l (4/3 - m cos^2 q / M))
/// x" = a - m l q" cos q / M
/// ```
///
/// `x` is the cart's place (m), `q` the pole's angle from upright (rad), `w = q'`, `F` = 10 N to either side, `m` = 0.1 kg the pole,
/// `M` = 1.1 kg pole and cart, `l` = 0.5 m half of the pole, `g` = 9.8 m/s². A step takes 0.02 s and advances place and angle by
/// the velocities before it. The episode ends when the cart is farther than 2.4 m from the middle or the pole leans
/// by more than 12 degrees, and is cut off after 500 steps. Every step gives a reward of 1, the last one too.
///
/// ```
/// use snn_iir::cartpole::{CartPole, Push};
///
/// let mut upright = CartPole::at([0.0; 4])?;
/// let step = upright.step(Push::Right)?;
/// // Pushed from below, the cart moves right and the pole falls to the left.
/// assert!((step.state[1] - 0.02 * 10.0 / (1.1 - 0.1 * 0.75)).abs() < 1e-12);
/// assert!(step.state[3] < 0.0);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CartPole {
    state: [f64; 4],
    steps: usize,
    over: bool,
}

/// The two actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    /// 10 N towards negative places.
    Left,
    /// 10 N towards positive places.
    Right,
}

/// What a step leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Place (m), velocity (m/s), angle (rad), angular velocity (rad/s).
    pub state: [f64; 4],
    /// Reward of the step, 1.
    pub reward: f64,
    /// Whether cart or pole left their limits.
    pub terminated: bool,
    /// Whether the episode was cut off after [`CartPole::MAX_STEPS`].
    pub truncated: bool,
}

impl CartPole {
    /// Steps after which an episode is cut off.
    pub const MAX_STEPS: usize = 500;
    /// Farthest place of the cart, m.
    pub const PLACE_LIMIT_M: f64 = 2.4;
    /// Largest angle of the pole, rad: 12 degrees.
    pub const ANGLE_LIMIT_RAD: f64 = 12.0 * 2.0 * std::f64::consts::PI / 360.0;

    /// A new episode: each number of the state is drawn uniformly from -0.05 to 0.05.
    #[must_use]
    pub fn random(rng: &mut ChaCha8Rng) -> Self {
        Self { state: std::array::from_fn(|_| rng.random_range(-0.05..0.05)), steps: 0, over: false }
    }

    /// A new episode from a state: place (m), velocity (m/s), angle (rad), angular velocity (rad/s).
    ///
    /// # Errors
    /// [`Error::NonFinite`] for a number that is not finite.
    pub fn at(state: [f64; 4]) -> Result<Self> {
        match state.iter().position(|value| !value.is_finite()) {
            Some(place) => {
                Err(Error::NonFinite { what: "state of the cart".into(), place, value: state[place] })
            }
            None => Ok(Self { state, steps: 0, over: false }),
        }
    }

    /// Place (m), velocity (m/s), angle (rad), angular velocity (rad/s).
    #[must_use]
    pub fn state(&self) -> [f64; 4] {
        self.state
    }

    /// Steps since the episode began.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Pushes the cart for 0.02 s.
    ///
    /// # Errors
    /// [`Error::EpisodeOver`] if the episode has ended before.
    pub fn step(&mut self, push: Push) -> Result<Step> {
        if self.over {
            return Err(Error::EpisodeOver { steps: self.steps });
        }
        let force_n = match push {
            Push::Left => -FORCE_N,
            Push::Right => FORCE_N,
        };
        let [place, velocity, angle, spin] = self.state;
        let [acceleration, spin_up] = accelerations(angle, spin, force_n);
        self.state = [
            place + STEP_S * velocity,
            velocity + STEP_S * acceleration,
            angle + STEP_S * spin,
            spin + STEP_S * spin_up,
        ];
        self.steps += 1;
        // Written so that a state that is no number ends the episode.
        let inside =
            self.state[0].abs() <= Self::PLACE_LIMIT_M && self.state[2].abs() <= Self::ANGLE_LIMIT_RAD;
        let truncated = self.steps >= Self::MAX_STEPS;
        self.over = !inside || truncated;
        Ok(Step { state: self.state, reward: 1.0, terminated: !inside, truncated })
    }
}

/// Acceleration of the cart, m/s², and angular acceleration of the pole, rad/s².
fn accelerations(angle: f64, spin: f64, force_n: f64) -> [f64; 2] {
    let (sin, cos) = angle.sin_cos();
    let pole_kg_m = POLE_KG * HALF_LENGTH_M;
    let a = (force_n + pole_kg_m * spin * spin * sin) / TOTAL_KG;
    let spin_up =
        (GRAVITY_M_S2 * sin - cos * a) / (HALF_LENGTH_M * (4.0 / 3.0 - POLE_KG * cos * cos / TOTAL_KG));
    [a - pole_kg_m * spin_up * cos / TOTAL_KG, spin_up]
}
