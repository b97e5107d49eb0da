//! RODAS, the Rosenbrock pair of order 4(3) of Hairer and Wanner (Solving Ordinary Differential Equations II, section
//! IV.7), with its continuous solution.

use super::driver::{Rhs, Trial};
use super::linear::Lu;

const GAMMA: f64 = 0.25;
const NODES: [f64; 6] = [0.0, 0.386, 0.21, 0.63, 1.0, 1.0];
/// Coefficients of the derivative with respect to time.
const D: [f64; 6] = [0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0];
const A: [[f64; 5]; 6] = [
    [0.0; 5],
    [1.544, 0.0, 0.0, 0.0, 0.0],
    [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0],
    [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0],
    [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 0.0],
    [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1.0],
];
const C: [[f64; 5]; 6] = [
    [0.0; 5],
    [-5.6688, 0.0, 0.0, 0.0, 0.0],
    [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0],
    [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0],
    [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616, 0.0],
    [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
];
/// Weights of the two inner terms of the continuous solution.
const DENSE: [[f64; 5]; 2] = [
    [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662],
    [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872],
];

/// The derivatives of the right-hand side at one point.
pub(super) struct Derivatives<const N: usize> {
    /// `jacobian[i][j]`: derivative of equation `i` with respect to component `j`.
    jacobian: [[f64; N]; N],
    time: [f64; N],
}

impl<const N: usize> Derivatives<N> {
    /// By one-sided differences; `scale` is the size of a component that matters.
    pub(super) fn new<E, F>(
        rhs: &mut Rhs<'_, F, N>,
        t: f64,
        y: &[f64; N],
        slope: &[f64; N],
        (h, scale): (f64, &[f64; N]),
    ) -> Result<Self, super::OdeError<E>>
    where
        E: std::error::Error + 'static,
        F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
    {
        let mut jacobian = [[0.0; N]; N];
        for j in 0..N {
            let size =
                f64::EPSILON.sqrt() * y[j].abs().max(if scale[j].is_finite() { scale[j] } else { 0.0 });
            let size = if size > 0.0 { size } else { f64::EPSILON.sqrt() };
            // Towards where the solution goes: the right-hand side is known to be defined there.
            let mut moved = *y;
            moved[j] += size.copysign(slope[j] * h);
            let size = moved[j] - y[j];
            let value = rhs.evaluate(t, &moved)?;
            for i in 0..N {
                jacobian[i][j] = (value[i] - slope[i]) / size;
            }
        }
        let later = t + (f64::EPSILON.sqrt() * h.abs().max(1e-3 * t.abs())).copysign(h);
        let value = rhs.evaluate(later, y)?;
        let time = std::array::from_fn(|i| (value[i] - slope[i]) / (later - t));
        Ok(Self { jacobian, time })
    }
}

/// Tries a step of length `h` from `(t, y)`. `None` if the matrix of the step is singular. The derivatives at that
/// point are kept for another try.
pub(super) fn attempt<const N: usize, E, F>(
    rhs: &mut Rhs<'_, F, N>,
    t: f64,
    y: &[f64; N],
    slope: &[f64; N],
    (h, scale): (f64, &[f64; N]),
    derivatives: &mut Option<Derivatives<N>>,
) -> Result<Option<Trial<N>>, super::OdeError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
{
    if derivatives.is_none() {
        rhs.statistics.jacobians += 1;
    }
    let derivatives = match derivatives.take() {
        Some(known) => derivatives.insert(known),
        None => derivatives.insert(Derivatives::new(rhs, t, y, slope, (h, scale))?),
    };
    let matrix: [[f64; N]; N] = std::array::from_fn(|i| {
        std::array::from_fn(|j| f64::from(u8::from(i == j)) / (GAMMA * h) - derivatives.jacobian[i][j])
    });
    rhs.statistics.decompositions += 1;
    let Some(lu) = Lu::new(matrix) else { return Ok(None) };
    let mut k = [[0.0; N]; 6];
    let mut point = *y;
    for stage in 0..6 {
        point = std::array::from_fn(|i| y[i] + (0..stage).map(|j| A[stage][j] * k[j][i]).sum::<f64>());
        let value = if stage == 0 { *slope } else { rhs.evaluate(t + NODES[stage] * h, &point)? };
        let right: [f64; N] = std::array::from_fn(|i| {
            value[i]
                + h * D[stage] * derivatives.time[i]
                + (0..stage).map(|j| C[stage][j] * k[j][i]).sum::<f64>() / h
        });
        k[stage] = lu.solve(&right);
    }
    let end: [f64; N] = std::array::from_fn(|i| point[i] + k[5][i]);
    let slope = rhs.evaluate(t + h, &end)?;
    let dense = |weights: &[f64; 5]| -> [f64; N] {
        std::array::from_fn(|i| weights.iter().zip(&k).map(|(w, k)| w * k[i]).sum())
    };
    Ok(Some(Trial {
        end,
        slope,
        error: k[5],
        r: [std::array::from_fn(|i| end[i] - y[i]), dense(&DENSE[0]), dense(&DENSE[1]), [0.0; N]],
        stiff: false,
    }))
}
