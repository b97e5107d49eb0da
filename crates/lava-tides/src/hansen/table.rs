//! All Hansen coefficients that a degree-2 tide needs.

use super::{hut_functions, series};
use crate::error::{Error, Result, eccentricity};
use crate::kernel::{Task, run};
use std::f64::consts::TAU;
use std::ops::RangeInclusive;

/// The coefficients `X_k^{-3,2}` and `X_k^{-3,0}` at one eccentricity, for every `k` that matters: the sums
///
/// ```text
/// sum X_k²,   (1/2) sum k (X_k^{-3,2})²,   (1/12) sum k² [3 (X_k^{-3,2})² + (X_k^{-3,0})²]
/// ```
///
/// equal Hut's functions f3, f2 and f1 to 1e-12, which is checked each time. A table can be filled again for another
/// eccentricity, and then allocates nothing new.
///
/// ```
/// use lava_tides::hansen::HansenTable;
///
/// let table = HansenTable::new(0.2)?;
/// assert!((table.sectoral(2) - 9.012921985586131e-1).abs() < 1e-14);
/// assert!((table.zonal(1) - 3.141836955283391e-1).abs() < 1e-14);
/// assert_eq!(table.sectoral(1000), 0.0);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct HansenTable {
    eccentricity: f64,
    first: i32,
    sectoral: Vec<f64>,
    zonal: Vec<f64>,
    nodes: Vec<Nodes>,
    columns: Vec<[f64; 3]>,
}

/// What may be left out of the sum f1, relative to it or, on a nearly circular orbit, to what the eccentricity adds.
const TAIL: f64 = 2e-14;
/// How near the sums must come.
const TOLERANCE: f64 = 1e-12;
/// Most points of the rule: enough for `e = 0.99`.
const MOST_POINTS: usize = 1 << 18;
/// Harmonics computed before the tail is looked at again.
const STRIDE: usize = 8;

impl HansenTable {
    /// The table at an eccentricity in `[0, 1)`.
    ///
    /// # Errors
    /// [`Error::Quantity`] for an eccentricity outside; [`Error::NoConvergence`] where the sums are not met, above
    /// 0.99 or so.
    pub fn new(e: f64) -> Result<Self> {
        let mut table = Self::default();
        table.update(e)?;
        Ok(table)
    }

    /// Fills the table for another eccentricity.
    ///
    /// # Errors
    /// As [`HansenTable::new`]; the table is then empty.
    pub fn update(&mut self, e: f64) -> Result<()> {
        self.sectoral.clear();
        self.zonal.clear();
        let e = eccentricity(e)?;
        self.eccentricity = e;
        let wanted = hut_functions(e)?;
        if e < series::LARGEST {
            self.first = series::FIRST;
            self.sectoral.extend(series::sectoral(e));
            self.zonal.extend(series::zonal(e));
            self.trim();
            return Ok(());
        }
        let mut points = first_guess(e);
        loop {
            place(&mut self.nodes, points, e);
            self.fill(points);
            let residual = self.residual(wanted);
            if residual <= TOLERANCE {
                return Ok(());
            }
            points *= 2;
            if points > MOST_POINTS || residual.is_nan() {
                self.sectoral.clear();
                self.zonal.clear();
                return Err(Error::NoConvergence {
                    what: "Hansen coefficients",
                    steps: points / 2,
                    residual,
                });
            }
        }
    }

    /// The eccentricity.
    #[must_use]
    pub fn eccentricity(&self) -> f64 {
        self.eccentricity
    }

    /// The `k` of the sectoral coefficients kept.
    #[must_use]
    pub fn sectoral_range(&self) -> RangeInclusive<i32> {
        self.first..=self.first + length(&self.sectoral) - 1
    }

    /// The `k` of the zonal coefficients kept, from 0; those at `-k` are the same.
    #[must_use]
    pub fn zonal_range(&self) -> RangeInclusive<i32> {
        0..=length(&self.zonal) - 1
    }

    /// `X_k^{-3,2}`; zero outside the range.
    #[must_use]
    pub fn sectoral(&self, k: i32) -> f64 {
        k.checked_sub(self.first)
            .and_then(|place| usize::try_from(place).ok())
            .and_then(|place| self.sectoral.get(place))
            .copied()
            .unwrap_or(0.0)
    }

    /// `X_k^{-3,0}`; zero outside the range.
    #[must_use]
    pub fn zonal(&self, k: i32) -> f64 {
        usize::try_from(k.unsigned_abs()).ok().and_then(|place| self.zonal.get(place)).copied().unwrap_or(0.0)
    }

    /// Each sectoral `k` with its coefficient.
    pub fn sectoral_terms(&self) -> impl Iterator<Item = (i32, f64)> {
        (self.first..).zip(self.sectoral.iter().copied())
    }

    /// Each zonal `k` from 1 on with its coefficient.
    pub fn zonal_terms(&self) -> impl Iterator<Item = (i32, f64)> {
        (0..).zip(self.zonal.iter().copied()).skip(1)
    }

    /// The sums f1, f2, f3 over the coefficients kept.
    #[must_use]
    pub fn sums(&self) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for (k, x) in self.sectoral_terms() {
            let (k, square) = (f64::from(k), x * x);
            sums[0] += 0.25 * k * k * square;
            sums[1] += 0.5 * k * square;
            sums[2] += square;
        }
        for (k, x) in self.zonal_terms() {
            sums[0] += f64::from(k) * f64::from(k) * x * x / 6.0;
        }
        sums
    }

    /// The largest relative difference of the sums to what they must be.
    fn residual(&self, wanted: [f64; 3]) -> f64 {
        let worst = |worst: f64, (sum, wanted): (f64, f64)| {
            let residual = (sum / wanted - 1.0).abs();
            if residual > worst || residual.is_nan() { residual } else { worst }
        };
        self.sums().into_iter().zip(wanted).fold(0.0, worst)
    }

    /// Coefficients from the nodes, harmonic by harmonic, until what is left of them is negligible.
    fn fill(&mut self, points: usize) {
        let wanted = self.negligible() / TAIL;
        self.columns.clear();
        self.columns.reserve(8 * STRIDE);
        let at_zero = |factors: fn(&Nodes) -> &[f64; LANES]| self.nodes.iter().flat_map(factors).sum();
        self.columns.push([at_zero(|nodes| &nodes.even), 0.0, at_zero(|nodes| &nodes.zonal)]);
        let mut before = 0.0;
        loop {
            let start = self.columns.len();
            self.columns.resize(start + STRIDE, [0.0; 3]);
            run(Harmonics { nodes: &mut self.nodes, first: start, columns: &mut self.columns[start..] });
            let share: f64 =
                self.columns[start..].iter().enumerate().map(|(i, c)| weight(start + i, c)).sum::<f64>()
                    / wanted;
            let ratio = share / before;
            if (share * ratio < 0.1 * TAIL * (1.0 - ratio) && ratio < 1.0)
                || share < 1e-22
                || self.columns.len() > points
            {
                break;
            }
            before = share;
        }
        // Column k holds the parts even and odd in k of X_k^{-3,2}, and X_k^{-3,0}.
        let last = i32::try_from(self.columns.len() - 1).unwrap_or(i32::MAX);
        self.first = -last;
        self.sectoral.clear();
        self.sectoral.extend(self.columns.iter().rev().map(|[even, odd, _]| even - odd));
        self.sectoral.extend(self.columns.iter().skip(1).map(|[even, odd, _]| even + odd));
        self.zonal.clear();
        self.zonal.extend(self.columns.iter().map(|column| column[2]));
        self.trim();
    }

    /// What may be left out of the sum f1.
    fn negligible(&self) -> f64 {
        let e2 = self.eccentricity * self.eccentricity;
        TAIL * (10.0 * e2).min(1.0) / (1.0 - e2).powf(7.5)
    }

    /// Leaves out the outermost coefficients as long as their share of f1 is negligible.
    fn trim(&mut self) {
        let allowed = self.negligible();
        let share = |k: i32, x: f64| 0.25 * f64::from(k) * f64::from(k) * x * x;
        let mut sum = 0.0;
        while let Some(&x) = self.sectoral.last() {
            let k = self.first + length(&self.sectoral) - 1;
            sum += share(k, x);
            if sum > allowed || k <= 2 {
                break;
            }
            self.sectoral.pop();
        }
        sum = 0.0;
        let negligible = (self.first..2).zip(&self.sectoral).take_while(|(k, x)| {
            sum += share(*k, **x);
            sum <= allowed
        });
        let count = negligible.count();
        self.sectoral.drain(..count);
        self.first += i32::try_from(count).unwrap_or(0);
        sum = 0.0;
        while self.zonal.len() > 1 {
            let k = length(&self.zonal) - 1;
            sum += 2.0 / 3.0 * share(k, self.zonal(k));
            if sum > allowed {
                break;
            }
            self.zonal.pop();
        }
    }
}

/// Share of the columns of `k` and `-k` in f1, times f1.
fn weight(k: usize, [even, odd, zonal]: &[f64; 3]) -> f64 {
    let k = k as f64;
    k * k * (0.5 * (even * even + odd * odd) + zonal * zonal / 6.0)
}

fn length(values: &[f64]) -> i32 {
    i32::try_from(values.len()).unwrap_or(i32::MAX)
}

/// Points that should do: coefficients fall as `exp(-k (artanh η - η))`; harmonic `k` of the integrand oscillates at
/// most `k (1+e)` times, with a tail as that of a Bessel function of order `k e`, and has poles at
/// `E = ±i arcosh(1/e)`.
fn first_guess(e: f64) -> usize {
    let eta = (1.0 - e * e).sqrt();
    let harmonics = 23.0 / (eta.atanh() - eta) + 6.0;
    let tail = 14.0 * ((harmonics * e).cbrt() - 2.0).max(0.0);
    let points = harmonics * (1.0 + e) + tail + 38.0 / (1.0 / e).acosh() + 8.0;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive; a huge value saturates"
    )]
    let points = points as usize;
    points.min(MOST_POINTS).next_multiple_of(2 * LANES)
}

/// Nodes worked at once.
const LANES: usize = 4;

/// Four points of the trapezoidal rule in `[0, π]`.
#[derive(Debug, Clone, Copy, Default)]
struct Nodes {
    /// Weight times `(1 - e cos E)^-2` times `cos 2v`, `sin 2v` and 1; zero beyond `π`.
    even: [f64; LANES],
    odd: [f64; LANES],
    zonal: [f64; LANES],
    mean_anomaly: [f64; LANES],
    /// Cosine and sine of the mean anomaly.
    step: [[f64; LANES]; 2],
    /// Cosine and sine of the current harmonic of the mean anomaly.
    now: [[f64; LANES]; 2],
}

/// The rule of `points` points over the whole circle, of which half and one are needed.
fn place(nodes: &mut Vec<Nodes>, points: usize, e: f64) {
    let half = points / 2;
    let eta = (1.0 - e * e).sqrt();
    nodes.clear();
    nodes.resize((half + 1).div_ceil(LANES), Nodes::default());
    for j in 0..=half {
        let (nodes, lane) = (&mut nodes[j / LANES], j % LANES);
        let anomaly = TAU * j as f64 / points as f64;
        let (sine, cosine) = anomaly.sin_cos();
        let inverse = 1.0 / (1.0 - e * cosine);
        let (cos_v, sin_v) = ((cosine - e) * inverse, eta * sine * inverse);
        let ends = if j == 0 || j == half { 1.0 } else { 2.0 };
        let weight = ends / points as f64 * inverse * inverse;
        nodes.even[lane] = weight * (cos_v * cos_v - sin_v * sin_v);
        nodes.odd[lane] = weight * 2.0 * sin_v * cos_v;
        nodes.zonal[lane] = weight;
        nodes.mean_anomaly[lane] = anomaly - e * sine;
        (nodes.step[1][lane], nodes.step[0][lane]) = nodes.mean_anomaly[lane].sin_cos();
        nodes.now[0][lane] = 1.0;
    }
}

/// The next harmonics, from `first` on.
struct Harmonics<'a> {
    nodes: &'a mut [Nodes],
    first: usize,
    columns: &'a mut [[f64; 3]],
}

impl Task for Harmonics<'_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn run(self) {
        // Angles are taken anew from time to time, so that rounding does not add up.
        if self.first > 1 && self.first % 64 == 1 {
            for nodes in &mut *self.nodes {
                for lane in 0..LANES {
                    let angle = (self.first - 1) as f64 * nodes.mean_anomaly[lane];
                    (nodes.now[1][lane], nodes.now[0][lane]) = angle.sin_cos();
                }
            }
        }
        for column in self.columns {
            let mut sums = [[0.0; LANES]; 3];
            for nodes in &mut *self.nodes {
                let Nodes { even, odd, zonal, step: [step_cos, step_sin], now: [cos, sin], .. } = nodes;
                for lane in 0..LANES {
                    let c = cos[lane] * step_cos[lane] - sin[lane] * step_sin[lane];
                    let s = sin[lane] * step_cos[lane] + cos[lane] * step_sin[lane];
                    cos[lane] = c;
                    sin[lane] = s;
                    sums[0][lane] += even[lane] * c;
                    sums[1][lane] += odd[lane] * s;
                    sums[2][lane] += zonal[lane] * c;
                }
            }
            *column = sums.map(|lanes| {
                let [a, b, c, d] = lanes;
                (a + b) + (c + d)
            });
        }
    }
}
