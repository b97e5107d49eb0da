//! Linear scaling relations.

use crate::{Error, Result};

/// A straight line by least squares, with what it is worth.
///
/// ```
/// use catalyst_ml::tables::{QuarterMonolayer, Site111};
/// use catalyst_ml::volcano::LinearScaling;
///
/// // nitrogen against carbon over seven metals
/// let table = QuarterMonolayer::xu_kitchin()?;
/// let [c, n] = ["*C", "*N"].map(|adsorbate| table.energies_ev(Site111::Fcc, adsorbate));
/// let line = LinearScaling::fit(&c?, &n?)?;
/// assert!((line.slope - 0.795781).abs() < 1e-6 && (line.r2() - 0.944514).abs() < 1e-6);
/// assert!(line.predict(-2.0).extrapolated);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearScaling {
    /// Slope.
    pub slope: f64,
    /// Value at 0, in the unit of y.
    pub intercept: f64,
    /// Pearson's correlation; 0 where y is constant.
    pub correlation: f64,
    /// Root of the mean squared residual, in the unit of y.
    pub rmse: f64,
    /// Mean absolute error of each point by the line through the others, in the unit of y.
    pub leave_one_out_mae: f64,
    /// Smallest and largest x of the fit.
    pub range: (f64, f64),
    /// Number of points.
    pub points: usize,
}

/// A value of a fitted line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The value.
    pub value: f64,
    /// Whether the descriptor lies outside the range of the fit.
    pub extrapolated: bool,
}

impl LinearScaling {
    /// Fits y over x. A left-out residual follows from the residual and the leverage of its point, `r/(1 - h)`.
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`] for two lengths, [`Error::Count`] for fewer than three points, [`Error::Quantity`] for a value
    /// that is not finite and for x that are all but one the same.
    pub fn fit(x: &[f64], y: &[f64]) -> Result<Self> {
        if x.len() != y.len() {
            return Err(Error::Lengths { what: "y", expected: x.len(), found: y.len() });
        }
        let points = x.len();
        if points < 3 {
            return Err(Error::Count {
                name: "points of a scaling relation",
                rule: "at least 3",
                count: points,
            });
        }
        for &value in x.iter().chain(y) {
            crate::thermo::finite("point of a scaling relation", value)?;
        }
        let count = points as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
        let (mean_x, mean_y) = (mean(x), mean(y));
        let product = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| -> f64 {
            a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum()
        };
        let (xx, xy, yy) =
            (product(x, mean_x, x, mean_x), product(x, mean_x, y, mean_y), product(y, mean_y, y, mean_y));
        let rest = |x: f64| 1.0 - 1.0 / count - (x - mean_x) * (x - mean_x) / xx;
        if let Some(&value) = x.iter().find(|x| !(xx > 0.0 && rest(**x) > 1e-12)) {
            let rule = "one of at least three different descriptors";
            return Err(Error::Quantity { name: "descriptor", rule, value });
        }
        let slope = xy / xx;
        let intercept = mean_y - slope * mean_x;
        let residual = |(x, y): (&f64, &f64)| y - slope * x - intercept;
        let pairs = || x.iter().zip(y);
        let squares: f64 = pairs().map(|pair| residual(pair).powi(2)).sum();
        let left_out: f64 = pairs().map(|pair| (residual(pair) / rest(*pair.0)).abs()).sum();
        Ok(Self {
            slope,
            intercept,
            correlation: if yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 },
            rmse: (squares / count).sqrt(),
            leave_one_out_mae: left_out / count,
            range: x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x))),
            points,
        })
    }

    /// Share of the variance that the line explains, `r²`.
    #[must_use]
    pub fn r2(&self) -> f64 {
        self.correlation * self.correlation
    }

    /// The line at a descriptor.
    #[must_use]
    pub fn predict(&self, x: f64) -> Prediction {
        let inside = (self.range.0..=self.range.1).contains(&x);
        Prediction { value: self.slope * x + self.intercept, extrapolated: !inside }
    }
}
