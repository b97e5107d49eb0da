//! Delaunay triangulation of points that repeat in a plane.

use delaunator::{EMPTY, Point, triangulate};
use std::collections::{BTreeMap, BTreeSet};

/// A point and the lattice cell of its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Corner {
    pub(super) point: usize,
    pub(super) image: [i32; 2],
}

/// Edges and faces, one for each class of images. Points on one circle bound one face: its diagonals, which a
/// triangulation chooses at will, are no edges.
#[derive(Debug, Default)]
pub(super) struct Mesh {
    pub(super) edges: Vec<[Corner; 2]>,
    /// Corners in the order of their angles.
    pub(super) faces: Vec<Vec<Corner>>,
}

/// The mesh of points in a cell of two short (reduced) vectors; points count as on a circle if they are as near to it as
/// the tolerance.
pub(super) fn mesh(points: &[[f64; 2]], plane: [[f64; 2]; 2], tolerance: f64) -> Mesh {
    let [a, b] = plane;
    let length = |v: [f64; 2]| v[0].hypot(v[1]);
    let area = (a[0] * b[1] - a[1] * b[0]).abs();
    // Empty circles have at most the radius that covers the plane, half the diagonal of a reduced cell.
    let reach = 1.5 * length(a).hypot(length(b));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "reduced cells are at most as flat as their area says"
    )]
    let many = |height: f64| (reach / height).ceil().clamp(1.0, 1e4) as i32 + 1;
    let (m, n) = (many(area / length(b)), many(area / length(a)));
    let mut corners = Vec::new();
    for (i, j) in (-m..=m).flat_map(|i| (-n..=n).map(move |j| (i, j))) {
        corners.extend((0..points.len()).map(|point| Corner { point, image: [i, j] }));
    }
    let place = |corner: &Corner| -> [f64; 2] {
        let [i, j] = corner.image.map(f64::from);
        [0, 1].map(|k| points[corner.point][k] + i * a[k] + j * b[k])
    };
    let places: Vec<Point> = corners.iter().map(place).map(|[x, y]| Point { x, y }).collect();
    let found = triangulate(&places);

    let (triangles, opposite) = (&found.triangles, &found.halfedges);
    let mut face_of: Vec<usize> = (0..found.len()).collect();
    for (edge, &other) in opposite.iter().enumerate() {
        if other != EMPTY && edge < other {
            let [p, q, r] = [0, 1, 2].map(|k| &places[triangles[edge / 3 * 3 + k]]);
            let beyond = &places[triangles[other / 3 * 3 + (other % 3 + 2) % 3]];
            if let Some((x, y, radius)) = circle(p, q, r)
                && ((beyond.x - x).hypot(beyond.y - y) - radius).abs() <= tolerance
            {
                join(&mut face_of, edge / 3, other / 3);
            }
        }
    }
    let mut faces: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut edges = BTreeSet::new();
    for (edge, &corner) in triangles.iter().enumerate() {
        let face = root(&face_of, edge / 3);
        faces.entry(face).or_default().insert(corner);
        let other = opposite[edge];
        if other != EMPTY && edge < other && root(&face_of, other / 3) != face {
            edges.extend(central(&[corners[corner], corners[triangles[other]]]));
        }
    }
    let faces: BTreeSet<Vec<Corner>> = faces
        .values()
        .filter_map(|face| central(&face.iter().map(|corner| corners[*corner]).collect::<Vec<_>>()))
        .collect();
    let ordered = |mut face: Vec<Corner>| {
        let many = face.len() as f64;
        let middle = [0, 1].map(|k| face.iter().map(|corner| place(corner)[k]).sum::<f64>() / many);
        let angle = |corner: &Corner| {
            let [x, y] = place(corner);
            (y - middle[1]).atan2(x - middle[0])
        };
        face.sort_by(|p, q| angle(p).total_cmp(&angle(q)));
        face
    };
    Mesh {
        edges: edges.into_iter().filter_map(|edge| edge.try_into().ok()).collect(),
        faces: faces.into_iter().map(ordered).collect(),
    }
}

/// The image of a set of corners that stands for its class; `None` if none of them lies in the central cell.
fn central(corners: &[Corner]) -> Option<Vec<Corner>> {
    if corners.iter().all(|corner| corner.image != [0, 0]) {
        return None;
    }
    let moved = |origin: &Corner| {
        let mut image: Vec<Corner> = corners
            .iter()
            .map(|corner| Corner { image: [0, 1].map(|k| corner.image[k] - origin.image[k]), ..*corner })
            .collect();
        image.sort_unstable();
        image
    };
    corners.iter().map(moved).min()
}

/// Centre and radius of the circle through three points.
fn circle(p: &Point, q: &Point, r: &Point) -> Option<(f64, f64, f64)> {
    let (ax, ay, bx, by) = (q.x - p.x, q.y - p.y, r.x - p.x, r.y - p.y);
    let (aa, bb, twice) = (ax * ax + ay * ay, bx * bx + by * by, 2.0 * (ax * by - ay * bx));
    let (x, y) = ((by * aa - ay * bb) / twice, (ax * bb - bx * aa) / twice);
    if x.is_finite() && y.is_finite() { Some((p.x + x, p.y + y, x.hypot(y))) } else { None }
}

fn root(parent: &[usize], mut of: usize) -> usize {
    while parent[of] != of {
        of = parent[of];
    }
    of
}

fn join(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}
