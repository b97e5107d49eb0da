//! Where the label of a country has most room.

/// How much wider than high a label of two lines is: distances along x count that much less.
const WIDER: f64 = 1.5;

/// The point inside the rings that is farthest from their edges, and that distance, vertical. `None` without an inside.
///
/// A grid over the bounding box, then ever finer grids around the best point: outlines at this scale have no rooms
/// that a 24th of their width would miss.
pub(super) fn roomiest(rings: &[Vec<[f64; 2]>]) -> Option<([f64; 2], f64)> {
    const CELLS: i32 = 24;
    let squeezed: Vec<Vec<[f64; 2]>> =
        rings.iter().map(|ring| ring.iter().map(|[x, y]| [x / WIDER, *y]).collect()).collect();
    let all = || squeezed.iter().flatten();
    let end = |axis: usize, pick: fn(f64, f64) -> f64, start: f64| all().map(|p| p[axis]).fold(start, pick);
    let low = [0, 1].map(|axis| end(axis, f64::min, f64::INFINITY));
    let high = [0, 1].map(|axis| end(axis, f64::max, f64::NEG_INFINITY));
    let mut center = [0, 1].map(|axis| 0.5 * (low[axis] + high[axis]));
    let mut half = [0, 1].map(|axis| 0.5 * (high[axis] - low[axis]));
    let mut best = f64::NEG_INFINITY;
    for _ in 0..5 {
        let from = center;
        for (i, j) in (-CELLS / 2..=CELLS / 2).flat_map(|i| (-CELLS / 2..=CELLS / 2).map(move |j| (i, j))) {
            let at = [(i, 0), (j, 1)]
                .map(|(n, axis)| from[axis] + half[axis] * f64::from(2 * n) / f64::from(CELLS));
            let room = room(&squeezed, at);
            if room > best {
                (best, center) = (room, at);
            }
        }
        half = half.map(|h| h / 6.0);
    }
    (best > 1e-9).then_some(([center[0] * WIDER, center[1]], best))
}

/// Distance to the nearest edge, negative outside.
fn room(rings: &[Vec<[f64; 2]>], [x, y]: [f64; 2]) -> f64 {
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let [[ax, ay], [bx, by]] = [pair[0], pair[1]];
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = dx * dx + dy * dy;
        let along =
            if length2 > 0.0 { (((x - ax) * dx + (y - ay) * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
        nearest = nearest.min((x - ax - along * dx).hypot(y - ay - along * dy));
    }
    if inside { nearest } else { -nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    fn rectangle(x: [f64; 2], y: [f64; 2]) -> Vec<[f64; 2]> {
        vec![[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]], [x[0], y[0]]]
    }

    #[test]
    fn middle_of_a_square() {
        let (point, room) = roomiest(&[rectangle([0.0, 30.0], [0.0, 20.0])]).unwrap();
        assert_close!(point[0], 15.0, abs = 1e-9);
        assert_close!(point[1], 10.0, abs = 1e-9);
        assert_close!(room, 10.0, abs = 1e-9);
    }

    /// A hole in the middle leaves the sides: the strip right of it is the widest.
    #[test]
    fn beside_a_hole() {
        let rings = [rectangle([0.0, 90.0], [0.0, 60.0]), rectangle([15.0, 45.0], [15.0, 60.0])];
        let (point, room) = roomiest(&rings).unwrap();
        assert!(point[0] > 45.0, "{point:?}");
        assert_close!(room, 15.0, rel = 0.02);
    }

    #[test]
    fn nothing_without_an_inside() {
        assert!(roomiest(&[]).is_none());
        assert!(roomiest(&[vec![[1.0, 2.0]]]).is_none());
        assert!(roomiest(&[vec![[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]).is_none());
    }
}
