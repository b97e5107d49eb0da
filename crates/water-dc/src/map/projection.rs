//! From longitude and latitude to the sheet.

/// Azimuthal projection of equal area (Snyder 1987, chapter 24), so that the weight of a colour is the size of the
/// country:
/// ```text
/// k = sqrt(2 / (1 + sin φ0 sin φ + cos φ0 cos φ cos(λ - λ0)))
/// x = k cos φ sin(λ - λ0)
/// y = k (cos φ0 sin φ - sin φ0 cos φ cos(λ - λ0))
/// ```
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    /// Longitude and latitude of the middle, degrees.
    pub(super) center: [f64; 2],
    /// Where the middle lies on the sheet.
    pub(super) origin: [f64; 2],
    /// Sheet units per Earth radius.
    pub(super) scale: f64,
}

impl Projection {
    /// Position on the sheet; y points down.
    pub(super) fn project(&self, [longitude, latitude]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = latitude.to_radians().sin_cos();
        let (sin0, cos0) = self.center[1].to_radians().sin_cos();
        let (sin_l, cos_l) = (longitude - self.center[0]).to_radians().sin_cos();
        // zero only at the antipode, which goes far off the sheet
        let k = (2.0 / (1.0 + sin0 * sin + cos0 * cos * cos_l).max(1e-9)).sqrt();
        let (x, y) = (k * cos * sin_l, k * (cos0 * sin - sin0 * cos * cos_l));
        [self.origin[0] + self.scale * x, self.origin[1] - self.scale * y]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    const UNIT: Projection = Projection { center: [17.0, 1.0], origin: [0.0, 0.0], scale: 1.0 };

    /// Distance from the middle is the chord, 2 sin(c/2).
    #[test]
    fn chords() {
        let along_meridian = UNIT.project([17.0, 31.0]);
        assert_close!(along_meridian[0], 0.0, abs = 1e-15);
        assert_close!(along_meridian[1], -2.0 * 15f64.to_radians().sin(), rel = 1e-14);
        // one degree south and 90 east of the middle is 90 degrees away, less what the tilt adds
        let east = UNIT.project([107.0, 0.0]);
        assert_close!(east[0].hypot(east[1]), 2f64.sqrt(), rel = 1e-14);
    }

    /// A cell of a degree has the same area at the edge as on the sphere.
    #[test]
    fn equal_area() {
        for [longitude, latitude] in [[17.0, 1.0], [-25.0, 35.0], [55.0, -30.0]] {
            let corners = [[0.0, 0.0], [0.01, 0.0], [0.01, 0.01], [0.0, 0.01], [0.0, 0.0]];
            let ring = corners.map(|d| UNIT.project([longitude + d[0], latitude + d[1]]));
            let sphere = 0.01f64.to_radians()
                * ((latitude + 0.01_f64).to_radians().sin() - latitude.to_radians().sin());
            let sheet: f64 = ring.windows(2).map(|p| 0.5 * (p[0][0] * p[1][1] - p[1][0] * p[0][1])).sum();
            assert_close!(sheet.abs(), sphere, rel = 1e-6);
        }
    }
}
