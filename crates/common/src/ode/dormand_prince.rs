//! The pair of Dormand and Prince (1980), order 5(4), with the continuous solution of Hairer, Nørsett and Wanner
//! (Solving Ordinary Differential Equations I, section II.6).

use super::driver::{Rhs, Trial};

const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const A: [[f64; 6]; 7] = [
    [0.0; 6],
    [0.2, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Fifth-order weights minus fourth-order ones.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];
/// Weights of the last term of the continuous solution.
const DENSE: [f64; 7] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// Tries a step of length `h` from `(t, y)`, where the slope is `slope`.
pub(super) fn attempt<const N: usize, E, F>(
    rhs: &mut Rhs<'_, F, N>,
    t: f64,
    y: &[f64; N],
    slope: &[f64; N],
    h: f64,
) -> Result<Trial<N>, super::OdeError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
{
    let mut k = [[0.0; N]; 7];
    k[0] = *slope;
    let mut sixth = *y;
    let mut end = *y;
    for stage in 1..7 {
        let point: [f64; N] =
            std::array::from_fn(|i| y[i] + h * (0..stage).map(|j| A[stage][j] * k[j][i]).sum::<f64>());
        k[stage] = rhs.evaluate(t + C[stage] * h, &point)?;
        match stage {
            5 => sixth = point,
            6 => end = point,
            _ => {}
        }
    }
    let weighted =
        |weights: &[f64; 7], i: usize| h * weights.iter().zip(&k).map(|(w, k)| w * k[i]).sum::<f64>();
    let r1: [f64; N] = std::array::from_fn(|i| end[i] - y[i]);
    let r2: [f64; N] = std::array::from_fn(|i| h * k[0][i] - r1[i]);
    let r3 = std::array::from_fn(|i| r1[i] - h * k[6][i] - r2[i]);
    let r4 = std::array::from_fn(|i| weighted(&DENSE, i));
    // The last two stages see the same time at two states: their difference shows the fastest rate of decay.
    let norm = |a: &[f64; N], b: &[f64; N]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let (slopes, states) = (norm(&k[6], &k[5]), norm(&end, &sixth));
    let stiffness = if states > 0.0 { h.abs() * (slopes / states).sqrt() } else { 0.0 };
    Ok(Trial {
        end,
        slope: k[6],
        error: std::array::from_fn(|i| weighted(&ERROR, i)),
        r: [r1, r2, r3, r4],
        stiff: stiffness > 3.25,
    })
}
