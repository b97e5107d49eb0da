//! Labelled points over curves or over a map.

use super::paint::{INK, PAPER, text};
use super::{HeatMap, LineChart, heat, lines};
use plotters::coord::CoordTranslate;
use plotters::prelude::*;

/// Labelled points on a chart of curves or on a map.
#[derive(Debug, Clone)]
pub struct PointChart {
    /// What the points lie on; with its name and title.
    pub ground: Ground,
    /// The points.
    pub points: Vec<Point>,
}

/// What points lie on.
#[derive(Debug, Clone)]
pub enum Ground {
    /// Curves; there may be none.
    Lines(LineChart),
    /// A map; points outside of it are not drawn.
    Heat(HeatMap),
}

/// A labelled point.
#[derive(Debug, Clone)]
pub struct Point {
    /// Label.
    pub label: String,
    /// Horizontal coordinate.
    pub x: f64,
    /// Vertical coordinate.
    pub y: f64,
}

impl PointChart {
    pub(super) fn name(&self) -> &str {
        match &self.ground {
            Ground::Lines(chart) => &chart.name,
            Ground::Heat(map) => &map.name,
        }
    }

    pub(super) fn title(&self) -> &str {
        match &self.ground {
            Ground::Lines(chart) => &chart.title,
            Ground::Heat(map) => &map.title,
        }
    }
}

pub(super) fn draw(chart: &PointChart) -> Result<String, String> {
    match &chart.ground {
        Ground::Lines(ground) => lines::draw(ground, &chart.points),
        Ground::Heat(ground) => heat::draw(ground, &chart.points),
    }
}

/// Draws the points on the ground's plotting area.
pub(super) fn mark<DB, CT>(
    area: &DrawingArea<DB, CT>,
    points: &[Point],
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>>
where
    DB: DrawingBackend,
    CT: CoordTranslate<From = (f64, f64)>,
{
    for point in points {
        let mark = EmptyElement::at((point.x, point.y))
            + Circle::new((0, 0), 4, PAPER.filled())
            + Circle::new((0, 0), 4, INK)
            + Text::new(point.label.clone(), (7, -7), text(13));
        area.draw(&mark)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Axis, Series, edges};

    fn point(x: f64, y: f64) -> Point {
        Point { label: "Pt".into(), x, y }
    }

    fn circles(ground: Ground, points: Vec<Point>) -> usize {
        draw(&PointChart { ground, points }).map(|svg| svg.matches("<circle").count()).unwrap()
    }

    #[test]
    fn points_are_drawn_on_both_grounds() {
        let (x, y) = (Axis::linear("x"), Axis::linear("y"));
        let series = vec![Series { label: "s".into(), points: vec![(0.0, 0.0), (1.0, 1.0)] }];
        let lines =
            LineChart { name: "demo".into(), title: "Demo".into(), x: x.clone(), y: y.clone(), series };
        let open = Ground::Lines(LineChart { series: vec![], ..lines.clone() });
        assert_eq!(circles(Ground::Lines(lines), vec![point(0.5, 3.0)]), 2);
        assert_eq!(circles(open, vec![point(0.5, 3.0), point(f64::NAN, 1.0)]), 2);
        let map = HeatMap {
            name: "demo".into(),
            title: "Demo".into(),
            x,
            y,
            value: Axis::linear("z"),
            x_edges: edges(0.0, 1.0, 2, false),
            y_edges: edges(0.0, 1.0, 2, false),
            values: vec![1.0, 2.0, 3.0, 4.0],
            marked: None,
        };
        assert_eq!(circles(Ground::Heat(map), vec![point(0.5, 0.5), point(1.5, 0.5)]), 2);
    }
}
