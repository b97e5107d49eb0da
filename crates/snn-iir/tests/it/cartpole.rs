//! The cart and its pole against Gymnasium.
#![allow(clippy::float_cmp, reason = "where equality is asserted, it has to be exact")]

use common::assert_close;
use common::rng::Streams;
use snn_iir::Error;
use snn_iir::cartpole::{CartPole, Push};

#[derive(serde::Deserialize)]
struct Row {
    episode: String,
    step: usize,
    push: u8,
    place_m: f64,
    velocity_m_s: f64,
    angle_rad: f64,
    spin_rad_s: f64,
    reward: f64,
    terminated: u8,
    truncated: u8,
}

/// Three episodes: balanced until it is cut off, fallen to the side, run out of the track. Every step begins at the
/// state that Gymnasium had, since rounding grows along the unstable pole.
#[test]
fn steps_of_gymnasium() {
    let text = include_str!("../golden/cartpole.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    let begins = [
        ("balance", [0.01, -0.02, 0.03, 0.04], 500),
        ("right", [0.0; 4], 9),
        ("cart", [2.3, 1.5, -0.15, -0.3], 5),
    ];
    for (name, mut state, steps) in begins {
        let mut count = 0;
        for row in rows.iter().filter(|row| row.episode == name) {
            let push = if row.push == 1 { Push::Right } else { Push::Left };
            let step = CartPole::at(state).unwrap().step(push).unwrap();
            state = [row.place_m, row.velocity_m_s, row.angle_rad, row.spin_rad_s];
            for (ours, theirs) in step.state.into_iter().zip(state) {
                assert_close!(ours, theirs, abs = 4e-15, "{name}, step {}", row.step);
            }
            assert_close!(step.reward, row.reward, abs = 0.0);
            assert_eq!(step.terminated, row.terminated == 1);
            assert_eq!(row.truncated == 1, row.step == CartPole::MAX_STEPS);
            count += 1;
        }
        assert_eq!(count, steps);
    }
}

/// The rule that balanced Gymnasium's pole balances this one; the episode is cut off after 500 steps.
#[test]
fn episodes_end() {
    let mut cart = CartPole::at([0.01, -0.02, 0.03, 0.04]).unwrap();
    for count in 1..=500 {
        let [place, velocity, angle, spin] = cart.state();
        let leans_right = angle + 0.5 * spin + 0.1 * place + 0.1 * velocity > 0.0;
        let push = if leans_right { Push::Right } else { Push::Left };
        let step = cart.step(push).unwrap();
        assert_eq!((step.terminated, step.truncated), (false, count == 500));
    }
    let over = cart.step(Push::Left).unwrap_err();
    assert_eq!(over.to_string(), "episode must not be over, it ended after 500 steps");

    let mut falling = CartPole::at([0.0; 4]).unwrap();
    let ends: Vec<bool> = (0..9).map(|_| falling.step(Push::Right).unwrap().terminated).collect();
    assert_eq!(ends.iter().position(|end| *end), Some(8));
    assert!(matches!(falling.step(Push::Right), Err(Error::EpisodeOver { steps: 9 })));
}

/// Left and right are mirror images.
#[test]
fn mirror_symmetry() {
    let state = [0.3, -0.2, 0.05, 0.4];
    let mut cart = CartPole::at(state).unwrap();
    let mut mirrored = CartPole::at(state.map(|value| -value)).unwrap();
    for step in 0..10 {
        let (push, other) = if step % 3 == 0 { (Push::Left, Push::Right) } else { (Push::Right, Push::Left) };
        let ours = cart.step(push).unwrap();
        let theirs = mirrored.step(other).unwrap();
        assert_eq!(ours.state, theirs.state.map(|value| -value));
        assert_eq!(ours.terminated, theirs.terminated);
    }
}

/// Near upright a pole under alternating pushes leaves its balance at the rate of the linearised equations: the angle obeys
/// q" = g M q / (l (4/3 M - m)) + (a force of mean zero).
#[test]
fn falls_at_the_rate_of_the_linear_equations() {
    let rate = f64::sqrt(9.8 * 1.1 / (0.5 * (4.0 / 3.0 * 1.1 - 0.1)));
    let grown = |first: f64| {
        let mut cart = CartPole::at([0.0, 0.0, first, first * rate]).unwrap();
        for step in 0..20 {
            cart.step(if step % 2 == 0 { Push::Left } else { Push::Right }).unwrap();
        }
        cart.state()[2]
    };
    // The difference of two starts on the growing solution is free of the force; an Euler step grows by 1 + rate * 0.02.
    let growth = (grown(0.002) - grown(0.001)) / 0.001;
    assert_close!(growth, (1.0 + 0.02 * rate).powi(20), rel = 2e-3);
}

#[test]
fn a_random_episode_begins_near_the_middle_and_is_seeded() {
    let begin = |seed| CartPole::random(&mut Streams::new(seed).stream("cart")).state();
    assert_eq!(begin(1), begin(1));
    assert_ne!(begin(1), begin(2));
    let states: Vec<f64> = (0..500).flat_map(begin).collect();
    assert!(states.iter().all(|value| value.abs() <= 0.05));
    let mean = states.iter().sum::<f64>() / states.len() as f64;
    let variance = states.iter().map(|value| value * value).sum::<f64>() / states.len() as f64;
    // Uniform on [-0.05, 0.05]: mean 0, variance 0.1^2 / 12; four standard errors.
    assert_close!(mean, 0.0, abs = 4.0 * 0.1 / 12_f64.sqrt() / 2000_f64.sqrt());
    assert_close!(variance, 0.01 / 12.0, rel = 0.1);
}

#[test]
fn states_that_are_no_numbers_are_refused() {
    let error = CartPole::at([0.0, 0.0, f64::NAN, 0.0]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { place: 2, .. }), "{error}");
    let mut far = CartPole::at([1e300, 1e308, 0.0, 1e200]).unwrap();
    assert!(far.step(Push::Left).unwrap().terminated);
}
