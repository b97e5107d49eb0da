//! Figures, drawn as SVG. Where a drawn value is a row of the report, the paper's number is drawn beside it.

mod bars;
mod heat;
mod lines;
mod paint;
mod points;

pub use bars::{Bar, BarChart};
pub use heat::{HeatMap, Marked, edges};
pub use lines::{Axis, LineChart, Series};
pub use points::{Ground, Point, PointChart};

use super::ReportError;
use crate::experiment::Expected;

/// A figure.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Figure {
    /// Horizontal bars.
    Bars(BarChart),
    /// Curves or points over two axes.
    Lines(LineChart),
    /// A quantity over two axes.
    Heat(HeatMap),
    /// Labelled points on one of the two.
    Points(PointChart),
    /// A picture that was drawn elsewhere.
    Drawing(Drawing),
}

/// A picture that a crate draws itself, of things that are no chart.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// File name without ending: lower case, hyphens.
    pub name: String,
    /// Title.
    pub title: String,
    /// The picture, an SVG element.
    pub svg: String,
}

impl From<Drawing> for Figure {
    fn from(drawing: Drawing) -> Self {
        Self::Drawing(drawing)
    }
}

impl From<BarChart> for Figure {
    fn from(chart: BarChart) -> Self {
        Self::Bars(chart)
    }
}

impl From<LineChart> for Figure {
    fn from(chart: LineChart) -> Self {
        Self::Lines(chart)
    }
}

impl From<HeatMap> for Figure {
    fn from(map: HeatMap) -> Self {
        Self::Heat(map)
    }
}

impl From<PointChart> for Figure {
    fn from(chart: PointChart) -> Self {
        Self::Points(chart)
    }
}

impl Figure {
    /// File name without ending: lower case, hyphens.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Bars(chart) => &chart.name,
            Self::Lines(chart) => &chart.name,
            Self::Heat(map) => &map.name,
            Self::Points(chart) => chart.name(),
            Self::Drawing(drawing) => &drawing.name,
        }
    }

    /// Title.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Bars(chart) => &chart.title,
            Self::Lines(chart) => &chart.title,
            Self::Heat(map) => &map.title,
            Self::Points(chart) => chart.title(),
            Self::Drawing(drawing) => &drawing.title,
        }
    }

    /// The drawing. Text and axes have the colour `currentColor` and the ground is left open, so that a page can
    /// show it in light and dark.
    ///
    /// # Errors
    /// [`ReportError::Figure`] for a figure without data or with a value that is not finite.
    pub fn svg(&self, expected: &[Expected]) -> Result<String, ReportError> {
        let drawn = match self {
            Self::Bars(chart) => bars::draw(chart, expected),
            Self::Lines(chart) => lines::draw(chart, &[]),
            Self::Heat(map) => heat::draw(map, &[]),
            Self::Points(chart) => points::draw(chart),
            Self::Drawing(drawing) => Ok(drawing.svg.clone()),
        };
        let svg = drawn.map_err(|message| ReportError::Figure { figure: self.name().into(), message })?;
        Ok(svg.replace(paint::INK_TEXT, "currentColor"))
    }

    /// The drawing as a file of its own, which brings its colours along.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn svg_file(&self, expected: &[Expected]) -> Result<String, ReportError> {
        Ok(standalone(&self.svg(expected)?))
    }
}

/// The drawing as a file of its own, which must bring its colours along.
pub(super) fn standalone(svg: &str) -> String {
    svg.replacen("<svg ", "<svg style=\"color:#1d2126;background:#ffffff\" ", 1)
}
