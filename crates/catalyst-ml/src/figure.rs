//! Volcanoes, activity maps, free-energy diagrams and scaling relations as figures.

use crate::Result;
use crate::electrode::{ElectrodePotential, FreeEnergyDiagram};
use crate::volcano::{LinearScaling, Placed, Volcano};
use common::report::{Axis, Ground, HeatMap, LineChart, Point, PointChart, Series};

/// A volcano of one descriptor: the curve of its relations, and materials at their own activities.
///
/// # Errors
///
/// None for a volcano that could be made.
pub fn volcano(
    (name, title): (&str, &str),
    y: &str,
    volcano: &Volcano<1>,
    materials: Vec<Point>,
) -> Result<PointChart> {
    // few points: drawings round to pixels, which many points would show as steps
    let mut curve = volcano.curve(31)?;
    curve.push(volcano.peak());
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    let points = curve.into_iter().map(|(x, activity)| (x, activity.activity_ev)).collect();
    let series = vec![Series { label: "relations".into(), points }];
    let (x, y) = (Axis::linear(&volcano.descriptors()[0].name), Axis::linear(y));
    Ok(PointChart {
        ground: Ground::Lines(LineChart { name: name.into(), title: title.into(), x, y, series }),
        points: materials,
    })
}

/// A map of the activity over two descriptors with materials on it.
///
/// # Errors
///
/// [`crate::Error::Count`] unless there are 1 to 2000 cells each way.
pub fn activity_map(
    (name, title): (&str, &str),
    value: &str,
    volcano: &Volcano<2>,
    cells: usize,
    placed: &[Placed<2>],
) -> Result<PointChart> {
    let map = volcano.map(cells, cells)?;
    let [x, y] = volcano.descriptors();
    let ground = HeatMap {
        name: name.into(),
        title: title.into(),
        x: Axis::linear(&x.name),
        y: Axis::linear(&y.name),
        value: Axis::linear(value),
        x_edges: map.x_edges().to_vec(),
        y_edges: map.y_edges().to_vec(),
        values: map.activities().iter().map(|activity| activity.activity_ev).collect(),
        marked: None,
    };
    let point = |p: &Placed<2>| Point { label: p.name.clone(), x: p.at[0], y: p.at[1] };
    Ok(PointChart { ground: Ground::Heat(ground), points: placed.iter().map(point).collect() })
}

/// Free energies along paths, each at its potential, as plateaus.
#[must_use]
pub fn diagram(
    name: &str,
    title: &str,
    paths: &[(String, &FreeEnergyDiagram, ElectrodePotential)],
) -> LineChart {
    let plateaus = |(label, path, potential): &(String, &FreeEnergyDiagram, ElectrodePotential)| {
        let levels = path.levels_ev(*potential).into_iter().enumerate();
        let points = levels.flat_map(|(state, level)| [(state as f64, level), (state as f64 + 0.6, level)]);
        Series { label: label.clone(), points: points.collect() }
    };
    LineChart {
        name: name.into(),
        title: title.into(),
        x: Axis::linear("state along the path"),
        y: Axis::linear("free energy, eV"),
        series: paths.iter().map(plateaus).collect(),
    }
}

/// A scaling relation with its points, each a label, x and y.
#[must_use]
pub fn scaling(
    (name, title): (&str, &str),
    (x, y): (&str, &str),
    line: &LinearScaling,
    points: impl IntoIterator<Item = (String, f64, f64)>,
) -> PointChart {
    let ends = [line.range.0, line.range.1].map(|x| (x, line.predict(x).value));
    let label = format!("{:.3} x {:+.3} eV", line.slope, line.intercept);
    let series = vec![Series { label, points: ends.to_vec() }];
    let (x, y) = (Axis::linear(x), Axis::linear(y));
    PointChart {
        ground: Ground::Lines(LineChart { name: name.into(), title: title.into(), x, y, series }),
        points: points.into_iter().map(|(label, x, y)| Point { label, x, y }).collect(),
    }
}
