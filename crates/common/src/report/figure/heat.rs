//! Maps of a quantity over two axes.

use super::lines::Axis;
use super::paint::{INK, PAPER, VIRIDIS, text};
use super::points::{Point, mark};
use crate::report::{tick, ticks};
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

/// A quantity over a grid of two axes, in steps of colour; cells that are not finite stay open.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// File name without ending: lower case, hyphens.
    pub name: String,
    /// Title.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The quantity; with `log`, values at or below zero stay open.
    pub value: Axis,
    /// Edges of the cells along x, ascending, one more than columns.
    pub x_edges: Vec<f64>,
    /// Edges of the cells along y, ascending, one more than rows.
    pub y_edges: Vec<f64>,
    /// The values, row by row from the lowest y.
    pub values: Vec<f64>,
    /// Cells drawn in a colour of their own, with what they are.
    pub marked: Option<Marked>,
}

/// Cells that stand out.
#[derive(Debug, Clone)]
pub struct Marked {
    /// What they are.
    pub label: String,
    /// One entry a cell, in the order of the values.
    pub cells: Vec<bool>,
}

/// Edges of `count` cells between two ends, evenly spaced or, with `log`, in equal ratios.
#[must_use]
pub fn edges(from: f64, to: f64, count: usize, log: bool) -> Vec<f64> {
    let part = |index: usize| index as f64 / count.max(1) as f64;
    let at =
        |index| if log { from * (to / from).powf(part(index)) } else { from + (to - from) * part(index) };
    (0..=count).map(at).collect()
}

const SIZE: (u32, u32) = (680, 460);
/// Width of the colour scale with its labels.
const SCALE_WIDTH: u32 = 96;

pub(super) fn draw(map: &HeatMap, points: &[Point]) -> Result<String, String> {
    let (columns, rows) = (map.x_edges.len().saturating_sub(1), map.y_edges.len().saturating_sub(1));
    if columns == 0 || rows == 0 || map.values.len() != columns * rows {
        return Err(format!(
            "a map of {columns} by {rows} cells needs as many values, got {}",
            map.values.len()
        ));
    }
    if map.marked.as_ref().is_some_and(|marked| marked.cells.len() != map.values.len()) {
        return Err("one mark a cell is needed".into());
    }
    if [&map.x_edges, &map.y_edges].iter().any(|edges| edges.windows(2).any(|pair| pair[0] >= pair[1])) {
        return Err("edges must ascend".into());
    }
    let scale = Scale::of(&map.values, map.value.log).ok_or("no cell has a value")?;
    let x = map.x_edges[0]..map.x_edges[columns];
    let y = map.y_edges[0]..map.y_edges[rows];
    let inside = |p: &&Point| x.contains(&p.x) && y.contains(&p.y);
    let points: Vec<Point> = points.iter().filter(inside).cloned().collect();
    let mut svg = String::new();
    let drawn = match (map.x.log, map.y.log) {
        (false, false) => render((map, &points), &scale, x, y, &mut svg),
        (true, false) => render((map, &points), &scale, x.log_scale(), y, &mut svg),
        (false, true) => render((map, &points), &scale, x, y.log_scale(), &mut svg),
        (true, true) => render((map, &points), &scale, x.log_scale(), y.log_scale(), &mut svg),
    };
    drawn.map_err(|error| error.to_string())?;
    Ok(svg)
}

/// Steps of colour over the range of the values.
struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    fn of(values: &[f64], log: bool) -> Option<Self> {
        let shown = values.iter().copied().filter(|value| value.is_finite() && (!log || *value > 0.0));
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        (low <= high).then_some(Self { low, high, log })
    }

    /// Step of a value.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the part lies in 0..=1")]
    fn step(&self, value: f64) -> Option<usize> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let part = if self.log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        Some(((part * VIRIDIS.len() as f64) as usize).min(VIRIDIS.len() - 1))
    }

    /// Value at the lower edge of a step.
    fn edge(&self, step: usize) -> f64 {
        let part = step as f64 / VIRIDIS.len() as f64;
        if self.log {
            self.low * (self.high / self.low).powf(part)
        } else {
            self.low + (self.high - self.low) * part
        }
    }
}

/// Runs of neighbours in a row that look the same: (first column, end column, look). They keep drawings small.
fn runs<T: PartialEq + Copy>(row: impl Iterator<Item = Option<T>>) -> Vec<(usize, usize, T)> {
    let mut found: Vec<(usize, usize, T)> = Vec::new();
    for (column, look) in row.enumerate() {
        let Some(look) = look else { continue };
        match found.last_mut() {
            Some((_, end, last)) if *end == column && *last == look => *end = column + 1,
            _ => found.push((column, column + 1, look)),
        }
    }
    found
}

fn render<X, Y>(
    (map, points): (&HeatMap, &[Point]),
    scale: &Scale,
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
    let (left, right) = root.split_horizontally(SIZE.0 - SCALE_WIDTH);
    let mut plot = ChartBuilder::on(&left)
        .caption(&map.title, text(16))
        .margin_right(14)
        .x_label_area_size(44)
        .y_label_area_size(74)
        .build_cartesian_2d(x, y)?;
    plot.configure_mesh()
        .disable_mesh()
        .x_desc(&map.x.label)
        .y_desc(&map.y.label)
        .label_style(text(13))
        .axis_desc_style(text(13))
        .axis_style(INK)
        .x_labels(6)
        .x_label_formatter(&ticks(map.x_edges.iter().copied()))
        .y_label_formatter(&ticks(map.y_edges.iter().copied()))
        .draw()?;
    let columns = map.x_edges.len() - 1;
    let marked = |index: usize| map.marked.as_ref().is_some_and(|marked| marked.cells[index]);
    let area = plot.plotting_area();
    for (row, values) in map.values.chunks(columns).enumerate() {
        let look = |(column, value): (usize, &f64)| {
            let color = scale.step(*value).map(|step| VIRIDIS[step]);
            if marked(row * columns + column) { Some(PAPER) } else { color }
        };
        for (from, to, color) in runs(values.iter().enumerate().map(look)) {
            let corners = [(map.x_edges[from], map.y_edges[row]), (map.x_edges[to], map.y_edges[row + 1])];
            area.draw(&Rectangle::new(corners, color.filled()))?;
        }
    }
    mark(area, points)?;
    if let Some(marked) = &map.marked {
        left.draw(&Rectangle::new([(8, 446), (18, 456)], PAPER.filled()))?;
        left.draw(&Text::new(marked.label.as_str(), (23, 444), text(12)))?;
    }
    legend(&right, &map.value.label, scale)?;
    root.present()?;
    Ok(())
}

fn legend<DB: DrawingBackend>(
    area: &DrawingArea<DB, plotters::coord::Shift>,
    label: &str,
    scale: &Scale,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (top, height) = (52, 24);
    let y = |step: usize| top + height * i32::try_from(VIRIDIS.len() - step).unwrap_or(0);
    for (step, color) in VIRIDIS.iter().enumerate() {
        area.draw(&Rectangle::new([(4, y(step + 1)), (20, y(step))], color.filled()))?;
    }
    for step in (0..=VIRIDIS.len()).step_by(3) {
        area.draw(&Text::new(tick(scale.edge(step)), (25, y(step) - 7), text(12)))?;
    }
    area.draw(&Text::new(label, (2, 28), text(12)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: Vec<f64>) -> HeatMap {
        HeatMap {
            name: "demo".into(),
            title: "Demo".into(),
            x: Axis::log("x"),
            y: Axis::linear("y"),
            value: Axis::log("z"),
            x_edges: edges(1.0, 1e4, 4, true),
            y_edges: edges(0.0, 1.0, 1, false),
            values,
            marked: None,
        }
    }

    #[test]
    fn edges_are_even_or_in_equal_ratios() {
        assert_eq!(edges(0.0, 1.0, 4, false), [0.0, 0.25, 0.5, 0.75, 1.0]);
        for (found, wanted) in edges(1.0, 1e4, 4, true).iter().zip([1.0, 10.0, 100.0, 1e3, 1e4]) {
            crate::assert_close!(*found, wanted, rel = 1e-14);
        }
    }

    #[test]
    fn equal_neighbours_are_one_rectangle_and_open_cells_none() {
        assert_eq!(
            runs([Some(1), Some(1), None, Some(1), Some(2)].into_iter()),
            [(0, 2, 1), (3, 4, 1), (4, 5, 2)]
        );
        let count = |values| draw(&map(values), &[]).map(|svg| svg.matches("<rect").count());
        let (same, open) = (count(vec![1.0; 4]).unwrap(), count(vec![1.0, f64::NAN, -1.0, 1.0]).unwrap());
        assert_eq!(open, same + 1);
        assert!(count(vec![1.0; 3]).unwrap_err().contains("got 3"));
        assert!(count(vec![f64::NAN; 4]).is_err());
    }

    #[test]
    fn steps_cover_the_range_of_the_values() {
        let scale = Scale::of(&[1.0, 1e3, 0.0], true).unwrap();
        assert_eq!(
            (scale.step(1.0), scale.step(1e3), scale.step(0.0)),
            (Some(0), Some(VIRIDIS.len() - 1), None)
        );
        crate::assert_close!(scale.edge(VIRIDIS.len()), 1e3, rel = 1e-12);
    }
}
