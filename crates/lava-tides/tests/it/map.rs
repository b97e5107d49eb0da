//! Maps of the recession time.

use common::assert_close;
use lava_tides::constants::{EARTH_RADIUS_M as R, YEAR_S};
use lava_tides::map::{AndradeFloor, Floor, LogAxis, MapSpec, RecessionMap, Shard};
use lava_tides::response::{OceanCoupling, Truncation};
use lava_tides::{Error, Violation};
use std::sync::atomic::{AtomicUsize, Ordering};

fn spec(coupling: OceanCoupling, ratio: f64, cells: usize) -> MapSpec {
    MapSpec {
        depth_m: LogAxis::new(1e4, 8e5, cells).unwrap(),
        drag_per_s: LogAxis::new(1e-6, 1e-2, cells).unwrap(),
        density_ratio: ratio,
        coupling,
        floor: Floor::Rigid,
        from_m: 3.5 * R,
        to_m: 25.0 * R,
    }
}

const EQ7: OceanCoupling = OceanCoupling::PaperEq7;
const ATTRACTING: OceanCoupling = OceanCoupling::SelfAttracting;
const ROTATING: OceanCoupling = OceanCoupling::Rotating(Truncation::Converged);

/// Shortest times over the plane; independent recomputation in Python.
#[test]
fn shortest_times() {
    let shortest = |spec: MapSpec| {
        let best = spec.map().unwrap().refined_shortest().unwrap();
        (best.time_s / YEAR_S, best.depth_m, best.drag_per_s)
    };
    let (time, depth, drag) = shortest(spec(EQ7, 0.55, 24));
    assert_close!(time, 8.87e4, rel = 2e-3);
    assert_close!(depth, 115e3, rel = 0.01);
    assert_close!(drag, 4.65e-5, rel = 0.01);
    let flagged = spec(EQ7, 0.55, 24).recession(depth, drag).unwrap();
    assert_close!(flagged.time_s / YEAR_S, time, rel = 1e-12);
    assert!(flagged.validity.has(Violation::WeakFriction));
    let (time, depth, drag) = shortest(spec(ATTRACTING, 0.55, 24));
    assert_close!(time, 5.94e4, rel = 2e-3);
    assert_close!(depth, 172e3, rel = 0.01);
    assert_close!(drag, 4.66e-5, rel = 0.01);
    assert_close!(shortest(spec(EQ7, 0.75, 24)).0, 6.50e4, rel = 2e-3);
    let (time, depth, _) = shortest(spec(ATTRACTING, 0.75, 24));
    assert_close!(time, 3.58e4, rel = 2e-3);
    assert_close!(depth, 209e3, rel = 0.01);
    let (time, depth, drag) = shortest(spec(ROTATING, 0.55, 16));
    assert_close!(time, 5.53e4, rel = 2e-3);
    assert_close!(depth, 85.5e3, rel = 0.01);
    assert_close!(drag, 1.84e-5, rel = 0.02);
    let (time, depth, _) = shortest(spec(ROTATING, 0.75, 16));
    assert_close!(time, 3.28e4, rel = 2e-3);
    assert_close!(depth, 103e3, rel = 0.01);
    let yielding = MapSpec { floor: Floor::Whole(AndradeFloor::earth()), ..spec(EQ7, 0.55, 24) };
    let (time, depth, _) = shortest(yielding);
    assert_close!(time, 1.42e5, rel = 4e-3);
    assert_close!(depth, 115e3, rel = 0.01);
}

/// Depth and drag of a contour give the wanted time, and it surrounds the cells below it.
#[test]
fn contours() {
    let map = spec(ATTRACTING, 0.55, 40).map().unwrap();
    let wanted = 1e5 * YEAR_S;
    let contour = map.contour(wanted).unwrap();
    assert!(contour.len() >= 4 && contour.len().is_multiple_of(2));
    for cell in &contour {
        let narrow = MapSpec {
            depth_m: LogAxis::new(cell.depth_m, cell.depth_m * 1.01, 2).unwrap(),
            drag_per_s: LogAxis::new(cell.drag_per_s, cell.drag_per_s * 1.01, 2).unwrap(),
            ..spec(ATTRACTING, 0.55, 2)
        };
        assert_close!(narrow.map().unwrap().times_s()[0], wanted, rel = 1e-8);
    }
    let inside = map.share_between(0.0, wanted);
    assert!(inside > 0.0 && inside < 0.05, "{inside}");
    assert!(map.contour(-1.0).is_err());
    assert!(map.contour(1.0).unwrap().is_empty());
}

#[test]
fn any_number_of_threads_and_shards_gives_the_same_map() {
    let spec = spec(ROTATING, 0.55, 7);
    let whole = spec.map().unwrap();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| spec.map().unwrap()), whole);
    let done = AtomicUsize::new(0);
    let progress = || {
        done.fetch_add(1, Ordering::Relaxed);
    };
    for count in [2, 5, 49, 60] {
        let mut parts: Vec<_> =
            (1..=count).map(|i| spec.compute(Shard::new(i, count).unwrap(), &progress).unwrap()).collect();
        parts.rotate_left(1);
        assert_eq!(RecessionMap::merge(&parts).unwrap(), whole, "{count} parts");
        let lost = parts.pop().unwrap();
        assert!(
            matches!(RecessionMap::merge(&parts), Err(Error::MissingPart { number, .. }) if number == lost.shard().number())
        );
        let again = parts[0].clone();
        parts.push(again);
        assert!(matches!(
            RecessionMap::merge(&parts),
            Err(Error::DuplicatePart { .. } | Error::MissingPart { .. })
        ));
    }
    assert_eq!(done.load(Ordering::Relaxed), 4 * 49);
    assert!(matches!(RecessionMap::merge(&[]), Err(Error::MissingPart { .. })));
    let other = MapSpec { density_ratio: 0.6, ..spec };
    let mixed = [spec, other].map(|spec| spec.compute(Shard::new(1, 2).unwrap(), &|| ()).unwrap());
    assert!(matches!(RecessionMap::merge(&mixed), Err(Error::OtherMap { .. })));
}

#[test]
fn shards_and_bad_maps() {
    assert_eq!(Shard::parse("3/8").unwrap(), Shard::new(3, 8).unwrap());
    for text in ["0/8", "9/8", "3", "a/b", "3/", "-1/2", "1/0"] {
        assert!(matches!(Shard::parse(text), Err(Error::Shard { .. })), "{text}");
    }
    let inside = MapSpec { from_m: 2.0 * R, ..spec(EQ7, 0.55, 3) };
    assert!(matches!(inside.map(), Err(Error::InsideRoche { .. })));
    let deep = MapSpec { depth_m: LogAxis::new(1e5, 7e6, 3).unwrap(), ..spec(EQ7, 0.55, 3) };
    assert!(matches!(deep.map(), Err(Error::OceanDepth { .. })));
    let dense = MapSpec { density_ratio: 2.0, ..spec(EQ7, 0.55, 3) };
    assert!(matches!(dense.map(), Err(Error::Quantity { name: "density ratio", .. })));
}

#[cfg(feature = "serde")]
#[test]
fn parts_as_files() {
    use lava_tides::map::MapPart;
    let folder = tempfile::tempdir().unwrap();
    let spec = MapSpec { floor: Floor::Below(AndradeFloor::earth()), ..spec(ATTRACTING, 0.55, 5) };
    let mut parts = Vec::new();
    for i in 1..=3 {
        let path = folder.path().join(format!("part-{i}.json"));
        let part = spec.compute(Shard::new(i, 3).unwrap(), &|| ()).unwrap();
        part.write(&path).unwrap();
        assert_eq!(MapPart::read(&path).unwrap(), part, "every bit survives");
        parts.push(path);
    }
    let read: Vec<_> = parts.iter().map(|path| MapPart::read(path).unwrap()).collect();
    assert_eq!(RecessionMap::merge(&read).unwrap(), spec.map().unwrap());
    let text = std::fs::read_to_string(&parts[0]).unwrap();
    let wrong = |text: String| {
        let path = folder.path().join("wrong.json");
        std::fs::write(&path, text).unwrap();
        MapPart::read(&path).unwrap_err().to_string()
    };
    assert!(wrong(text.replacen("\"count\":5", "\"count\":6", 1)).contains("cells, got"));
    assert!(wrong(text.replacen("\"count\":5", "\"count\":99999999999", 1)).contains("in 2..=100000"));
    assert!(wrong(text[..text.len() / 2].to_owned()).contains("EOF"));
    assert!(MapPart::read(&folder.path().join("none.json")).is_err());
}
