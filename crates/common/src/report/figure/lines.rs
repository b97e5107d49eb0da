//! Curves over linear or logarithmic axes.

use super::paint::{INK, SERIES, faint, text};
use super::points::{Point, mark};
use crate::report::ticks;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

/// Curves or points over two axes.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// File name without ending: lower case, hyphens.
    pub name: String,
    /// Title.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The curves.
    pub series: Vec<Series>,
}

/// An axis.
#[derive(Debug, Clone)]
pub struct Axis {
    /// Label, with unit.
    pub label: String,
    /// Whether it is logarithmic: only values above zero are drawn.
    pub log: bool,
}

impl Axis {
    /// A linear axis.
    #[must_use]
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), log: false }
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: &str) -> Self {
        Self { label: label.into(), log: true }
    }
}

/// One curve.
#[derive(Debug, Clone)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// Points (x, y), in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
}

const SIZE: (u32, u32) = (680, 420);

pub(super) fn draw(chart: &LineChart, labelled: &[Point]) -> Result<String, String> {
    let drawable = |(x, y): &(f64, f64)| {
        x.is_finite() && y.is_finite() && (!chart.x.log || *x > 0.0) && (!chart.y.log || *y > 0.0)
    };
    let series: Vec<Series> = chart
        .series
        .iter()
        .map(|s| Series {
            label: s.label.clone(),
            points: s.points.iter().filter(|p| drawable(p)).copied().collect(),
        })
        .collect();
    let labelled: Vec<Point> =
        labelled.iter().filter(|point| drawable(&(point.x, point.y))).cloned().collect();
    let points = || {
        let joined = series.iter().flat_map(|s| &s.points).copied();
        joined.chain(labelled.iter().map(|point| (point.x, point.y)))
    };
    let x = span(points().map(|p| p.0), chart.x.log).ok_or("no points")?;
    let y = span(points().map(|p| p.1), chart.y.log).ok_or("no points")?;
    let mut svg = String::new();
    let drawn = match (chart.x.log, chart.y.log) {
        (false, false) => render((chart, &series, &labelled), x, y, &mut svg),
        (true, false) => render((chart, &series, &labelled), x.log_scale(), y, &mut svg),
        (false, true) => render((chart, &series, &labelled), x, y.log_scale(), &mut svg),
        (true, true) => render((chart, &series, &labelled), x.log_scale(), y.log_scale(), &mut svg),
    };
    drawn.map_err(|error| error.to_string())?;
    Ok(svg)
}

/// The range of an axis, a little wider than its values.
fn span(values: impl Iterator<Item = f64>, log: bool) -> Option<std::ops::Range<f64>> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return None;
    }
    if log {
        let margin = (high / low).powf(0.03).max(1.01);
        return Some(low / margin..high * margin);
    }
    let margin = if high > low { 0.03 * (high - low) } else { 0.5 * high.abs().max(1.0) };
    Some(low - margin..high + margin)
}

fn render<X, Y>(
    (chart, series, labelled): (&LineChart, &[Series], &[Point]),
    x: X,
    y: Y,
    svg: &mut String,
) -> Result<(), Box<dyn std::error::Error>>
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let points = || {
        let joined = series.iter().flat_map(|series| &series.points).copied();
        joined.chain(labelled.iter().map(|point| (point.x, point.y)))
    };
    let (x_ticks, y_ticks) = (ticks(points().map(|(x, _)| x)), ticks(points().map(|(_, y)| y)));
    let mut plot = ChartBuilder::on(&root)
        .caption(&chart.title, text(16))
        .margin_right(20)
        .x_label_area_size(44)
        .y_label_area_size(74)
        .build_cartesian_2d(x, y)?;
    plot.configure_mesh()
        .x_desc(&chart.x.label)
        .y_desc(&chart.y.label)
        .label_style(text(13))
        .axis_desc_style(text(13))
        .axis_style(INK)
        .bold_line_style(faint())
        .light_line_style(TRANSPARENT)
        .x_labels(7)
        .x_label_formatter(&x_ticks)
        .y_label_formatter(&y_ticks)
        .draw()?;
    for (series, color) in series.iter().zip(SERIES.iter().cycle()) {
        let color = *color;
        plot.draw_series(LineSeries::new(series.points.iter().copied(), color.stroke_width(2)))?
            .label(&series.label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3)));
    }
    mark(plot.plotting_area(), labelled)?;
    plot.configure_series_labels()
        .label_font(text(13))
        .border_style(faint())
        .position(SeriesLabelPosition::UpperRight)
        .draw()?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(log: bool, points: Vec<(f64, f64)>) -> LineChart {
        let axis = Axis { label: "a".into(), log };
        let series = vec![Series { label: "s".into(), points }];
        LineChart { name: "demo".into(), title: "Demo".into(), x: axis.clone(), y: axis, series }
    }

    #[test]
    fn log_axes_leave_out_what_they_cannot_show() {
        let svg = draw(&chart(true, vec![(0.0, 1.0), (1.0, 10.0), (100.0, -1.0), (1e3, 1e-3)]), &[]).unwrap();
        assert!(svg.contains("polyline"));
        assert!(draw(&chart(true, vec![(-1.0, 1.0)]), &[]).is_err());
        assert!(draw(&chart(false, vec![(-1.0, 1.0), (f64::NAN, 2.0)]), &[]).is_ok());
    }
}
