//! Outlines of countries.

use serde::Deserialize;
use std::sync::LazyLock;

/// A place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// ISO 3166-1 number; `None` for a territory without one.
    pub iso_numeric: Option<u16>,
    /// Name as the outlines give it, some abbreviated.
    pub name: String,
    /// Closed rings of longitude and latitude in degrees; a single point for an island state that the outlines leave out.
    pub rings: Vec<Vec<[f64; 2]>>,
}

impl Place {
    /// Longitude and latitude of a place that is only a point.
    pub(super) fn point(&self) -> Option<[f64; 2]> {
        match self.rings.as_slice() {
            [ring] if ring.len() == 1 => ring.first().copied(),
            _ => None,
        }
    }
}

/// African places: outlines, then points.
pub(super) fn africa() -> &'static [Place] {
    &ATLAS.0
}

/// All other places.
pub(super) fn elsewhere() -> &'static [Place] {
    &ATLAS.1
}

static ATLAS: LazyLock<(Vec<Place>, Vec<Place>)> = LazyLock::new(|| {
    let topology: Topology =
        serde_json::from_str(include_str!("countries-110m.json")).expect("embedded outlines are valid");
    let is_african = |place: &Place| match place.iso_numeric {
        Some(number) => AFRICA.contains(&number),
        None => place.name == "Somaliland",
    };
    let (mut africa, elsewhere): (Vec<Place>, Vec<Place>) =
        topology.places().into_iter().partition(is_african);
    africa.extend(ISLANDS.map(|(number, name, longitude, latitude)| Place {
        iso_numeric: Some(number),
        name: name.to_owned(),
        rings: vec![vec![[longitude, latitude]]],
    }));
    (africa, elsewhere)
});

/// ISO 3166-1 numbers of the African outlines.
const AFRICA: [u16; 50] = [
    12, 24, 72, 108, 120, 140, 148, 178, 180, 204, 226, 231, 232, 262, 266, 270, 288, 324, 384, 404, 426,
    430, 434, 450, 454, 466, 478, 504, 508, 516, 562, 566, 624, 646, 686, 694, 706, 710, 716, 728, 729, 732,
    748, 768, 788, 800, 818, 834, 854, 894,
];

/// States that are too small for outlines at 1:110 million: number, name, longitude and latitude of the main island.
const ISLANDS: [(u16, &str, f64, f64); 5] = [
    (132, "Cape Verde", -23.6, 15.1),
    (174, "Comoros", 43.3, -11.7),
    (480, "Mauritius", 57.6, -20.3),
    (678, "São Tomé and Príncipe", 6.6, 0.2),
    (690, "Seychelles", 55.5, -4.7),
];

// The parts of TopoJSON that the file has: quantised arcs that neighbours share.

#[derive(Deserialize)]
struct Topology {
    transform: Transform,
    arcs: Vec<Vec<[i32; 2]>>,
    objects: Objects,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    countries: Countries,
}

#[derive(Deserialize)]
struct Countries {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    id: Option<String>,
    properties: Properties,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Deserialize)]
struct Properties {
    name: String,
}

/// Rings of arc numbers: `!n` is arc n from end to start.
#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Shape {
    Polygon(Vec<Vec<i32>>),
    MultiPolygon(Vec<Vec<Vec<i32>>>),
}

impl Topology {
    fn places(&self) -> Vec<Place> {
        let arcs: Vec<Vec<[f64; 2]>> = self.arcs.iter().map(|arc| self.positions(arc)).collect();
        let place = |geometry: &Geometry| {
            let rings: Vec<&Vec<i32>> = match &geometry.shape {
                Shape::Polygon(rings) => rings.iter().collect(),
                Shape::MultiPolygon(polygons) => polygons.iter().flatten().collect(),
            };
            Place {
                iso_numeric: geometry.id.as_deref().and_then(|id| id.parse().ok()),
                name: geometry.properties.name.clone(),
                rings: rings.into_iter().map(|ring| stitch(&arcs, ring)).collect(),
            }
        };
        self.objects.countries.geometries.iter().map(place).collect()
    }

    /// An arc's first position and its steps become degrees.
    fn positions(&self, arc: &[[i32; 2]]) -> Vec<[f64; 2]> {
        let Transform { scale, translate } = &self.transform;
        let mut at = [0, 0];
        arc.iter()
            .map(|step| {
                at = [at[0] + step[0], at[1] + step[1]];
                [0, 1].map(|axis| f64::from(at[axis]) * scale[axis] + translate[axis])
            })
            .collect()
    }
}

/// Puts arcs end to end; where two meet, the position is in both.
fn stitch(arcs: &[Vec<[f64; 2]>], ring: &[i32]) -> Vec<[f64; 2]> {
    let mut positions: Vec<[f64; 2]> = Vec::new();
    for &number in ring {
        let arc = |n: i32| usize::try_from(n).ok().and_then(|n| arcs.get(n)).map_or(&[][..], Vec::as_slice);
        positions.pop();
        if number >= 0 {
            positions.extend(arc(number));
        } else {
            positions.extend(arc(!number).iter().rev());
        }
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tables;
    use common::assert_close;

    #[test]
    fn africa_is_complete() {
        // 54 members of the United Nations, Western Sahara and Somaliland
        assert_eq!(africa().len(), 56);
        for country in Tables::embedded().countries() {
            assert!(africa().iter().any(|p| p.iso_numeric == Some(country.iso_numeric)), "{}", country.name);
        }
    }

    #[test]
    fn rings_are_closed() {
        for place in africa().iter().chain(elsewhere()).filter(|place| place.point().is_none()) {
            for ring in &place.rings {
                assert!(ring.len() >= 4 && ring.first() == ring.last(), "{}", place.name);
            }
        }
    }

    /// Areas on the sphere against the published ones (thousand km², within what 1:110 million leaves out).
    #[test]
    fn areas() {
        for (number, area) in [(12, 2382.0), (710, 1221.0), (818, 1002.0), (450, 587.0), (894, 752.6)] {
            let place = africa().iter().find(|p| p.iso_numeric == Some(number)).unwrap();
            let ours: f64 = place.rings.iter().map(|ring| sphere_area_km2(ring)).sum();
            assert_close!(ours / 1e3, area, rel = 0.08, "{}", place.name);
        }
    }

    /// ∮ sin φ dλ with straight lines in longitude and sine of latitude; holes count negative.
    fn sphere_area_km2(ring: &[[f64; 2]]) -> f64 {
        let part = |pair: &[[f64; 2]]| {
            let [a, b] = [pair[0], pair[1]].map(|p| [p[0].to_radians(), p[1].to_radians().sin()]);
            0.5 * (a[0] - b[0]) * (a[1] + b[1])
        };
        -6371.0 * 6371.0 * ring.windows(2).map(part).sum::<f64>()
    }
}
