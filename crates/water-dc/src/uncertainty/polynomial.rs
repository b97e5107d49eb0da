//! Polynomials in which each variable occurs to the first power at most, of independent random variables.

use std::collections::BTreeMap;

/// A product of different variables with a coefficient. The variables are positions, rising.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    pub(super) variables: Vec<usize>,
}

/// Variance of a polynomial, and the parts of it that each variable takes part in.
#[derive(Debug, Clone)]
pub(super) struct Variances {
    pub(super) total: f64,
    /// Variance that goes if this variable alone were known: its first-order part.
    pub(super) first: Vec<f64>,
    /// Variance that would remain if all others were known: first-order part and interactions.
    pub(super) with_interactions: Vec<f64>,
}

/// The polynomial's value.
pub(super) fn value(terms: &[Term], at: &[f64]) -> f64 {
    terms.iter().map(|term| term.coefficient * term.variables.iter().map(|&i| at[i]).product::<f64>()).sum()
}

/// Decomposition of the variance (Sobol' 1993) in closed form: written in `x_i - m_i`, the polynomial is a sum over sets of
/// variables of mutually uncorrelated products,
/// ```text
/// f = Σ_S c_S Π_{i in S} (x_i - m_i),     c_S = Σ_{terms T containing S} a_T Π_{i in T, not in S} m_i
/// Var f = Σ_{S not empty} c_S² Π_{i in S} v_i
/// ```
pub(super) fn variances(terms: &[Term], means: &[f64], variances: &[f64]) -> Variances {
    let mut coefficients: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    for term in terms {
        for chosen in 1_u32..1 << term.variables.len() {
            let is_in = |position: usize| chosen >> position & 1 == 1;
            let mut coefficient = term.coefficient;
            let mut set = Vec::new();
            for (position, &variable) in term.variables.iter().enumerate() {
                if is_in(position) {
                    set.push(variable);
                } else {
                    coefficient *= means[variable];
                }
            }
            *coefficients.entry(set).or_default() += coefficient;
        }
    }
    let mut result =
        Variances { total: 0.0, first: vec![0.0; means.len()], with_interactions: vec![0.0; means.len()] };
    for (set, coefficient) in coefficients {
        let part = coefficient * coefficient * set.iter().map(|&i| variances[i]).product::<f64>();
        result.total += part;
        if let [only] = set[..] {
            result.first[only] += part;
        }
        for variable in set {
            result.with_interactions[variable] += part;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    /// x y of independent variables: Var = mx² vy + my² vx + vx vy.
    #[test]
    fn variance_of_a_product() {
        let terms = [Term { coefficient: 3.0, variables: vec![0, 1] }];
        let v = variances(&terms, &[2.0, 5.0], &[0.7, 0.11]);
        assert_close!(v.first[0], 9.0 * 25.0 * 0.7, rel = 1e-15);
        assert_close!(v.first[1], 9.0 * 4.0 * 0.11, rel = 1e-15);
        assert_close!(v.total, 9.0 * (25.0 * 0.7 + 4.0 * 0.11 + 0.7 * 0.11), rel = 1e-15);
        assert_close!(v.with_interactions[0], v.total - v.first[1], rel = 1e-15);
    }

    /// a x + b x y: the coefficients of x add up before they are squared.
    #[test]
    fn terms_that_share_a_variable() {
        let terms =
            [Term { coefficient: 2.0, variables: vec![0] }, Term { coefficient: 3.0, variables: vec![0, 1] }];
        let v = variances(&terms, &[1.0, 4.0], &[1.0, 0.0]);
        assert_close!(v.total, 14.0 * 14.0, rel = 1e-15);
        assert_close!(value(&terms, &[1.0, 4.0]), 14.0, rel = 1e-15);
    }
}
