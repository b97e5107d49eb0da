//! Miller indices and the lattice basis of their planes.

use crate::{Error, Result};
use std::fmt;

/// Miller indices (h k l) of a family of lattice planes: not all zero, without a common divisor, at most 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Miller([i32; 3]);

impl Miller {
    /// The family of planes of these indices; a common divisor is taken out.
    ///
    /// # Errors
    ///
    /// [`Error::Miller`] if all are zero or one is beyond 100.
    pub fn new(h: i32, k: i32, l: i32) -> Result<Self> {
        let indices = [h, k, l];
        let divisor = gcd(gcd(h, k), l);
        if divisor == 0 || indices.iter().any(|index| !(-100..=100).contains(index)) {
            return Err(Error::Miller { indices });
        }
        Ok(Self(indices.map(|index| index / divisor)))
    }

    /// The indices h, k, l.
    #[must_use]
    pub fn indices(self) -> [i32; 3] {
        self.0
    }
}

impl fmt::Display for Miller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [h, k, l] = self.0;
        if self.0.iter().all(|index| (0..10).contains(index)) {
            write!(f, "({h}{k}{l})")
        } else {
            write!(f, "({h} {k} {l})")
        }
    }
}

/// A basis of the lattice, as rows of integers, whose first two vectors lie in the plane and whose third one leads to the
/// next plane.
///
/// ```text
/// p k + q l = g = gcd(k, l),   a' g + b' h = 1
/// c1 = (g, -p h, -q h)    c2 = (0, l, -k) / g    c3 = (b', a' p, a' q)
/// ```
///
/// The determinant is 1, so that the basis spans the same lattice with the same handedness.
///
/// ```
/// use catalyst_ml::surface::{Miller, slab_basis};
///
/// let [c1, c2, c3] = slab_basis(Miller::new(2, 1, 1)?);
/// let along_normal = |c: [i32; 3]| 2 * c[0] + c[1] + c[2];
/// assert_eq!([along_normal(c1), along_normal(c2), along_normal(c3)], [0, 0, 1]);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[must_use]
pub fn slab_basis(miller: Miller) -> [[i32; 3]; 3] {
    let [h, k, l] = miller.0;
    let [c1, c2, c3] = if k == 0 && l == 0 {
        [[0, 1, 0], [0, 0, 1], [h, 0, 0]]
    } else {
        let (g, p, q) = extended_gcd(k, l);
        let (_, a, b) = extended_gcd(g, h);
        [[g, -p * h, -q * h], [0, l / g, -k / g], [b, a * p, a * q]]
    };
    if determinant([c1, c2, c3]) > 0 { [c1, c2, c3] } else { [c2, c1, c3] }
}

fn determinant([a, b, c]: [[i32; 3]; 3]) -> i32 {
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

/// The greatest common divisor, not negative.
pub(super) fn gcd(a: i32, b: i32) -> i32 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// `(g, x, y)` with `x a + y b = g = gcd(a, b) >= 0`.
fn extended_gcd(a: i32, b: i32) -> (i32, i32, i32) {
    if b == 0 {
        return (a.abs(), if a < 0 { -1 } else { 1 }, 0);
    }
    let (g, x, y) = extended_gcd(b, a % b);
    (g, y, x - a / b * y)
}
