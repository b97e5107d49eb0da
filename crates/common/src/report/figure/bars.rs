//! Horizontal bars: they keep long labels legible on narrow screens.

use super::paint::{INK, PAPER, SERIES, faint, text};
use crate::experiment::Expected;
use crate::report::tick;
use plotters::prelude::*;

/// A chart of horizontal bars, ours filled; where a bar is a row with a number of the paper, that one is drawn
/// under it.
#[derive(Debug, Clone)]
pub struct BarChart {
    /// File name without ending: lower case, hyphens.
    pub name: String,
    /// Title.
    pub title: String,
    /// Label of the axis, with unit.
    pub axis: String,
    /// The bars, from the top.
    pub bars: Vec<Bar>,
    /// Rows whose paper number is drawn as a line across all bars: an upper value, say.
    pub lines: Vec<String>,
}

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Label.
    pub label: String,
    /// Length.
    pub value: f64,
    /// The row that has this value, if one has.
    pub row: Option<String>,
}

const BAR_HEIGHT: u32 = 30;

pub(super) fn draw(chart: &BarChart, expected: &[Expected]) -> Result<String, String> {
    if chart.bars.is_empty() {
        return Err("no bars".into());
    }
    if let Some(bar) = chart.bars.iter().find(|bar| !bar.value.is_finite()) {
        return Err(format!("bar {:?} must be finite, got {}", bar.label, bar.value));
    }
    let paper = |row: &str| expected.iter().find(|e| e.name == row).and_then(|e| e.paper);
    let printed: Vec<Option<f64>> = chart.bars.iter().map(|bar| bar.row.as_deref().and_then(paper)).collect();
    let lines: Vec<(&str, f64)> =
        chart.lines.iter().filter_map(|row| Some((row.as_str(), paper(row)?))).collect();
    let longest = chart.bars.iter().map(|bar| bar.value).chain(printed.iter().flatten().copied());
    let right =
        longest.chain(lines.iter().map(|l| l.1)).fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE) * 1.12;

    let count = chart.bars.len();
    let height = BAR_HEIGHT * u32::try_from(count).map_err(|error| error.to_string())? + 95;
    let label_width = chart.bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
    let label_area = u32::try_from(label_width).unwrap_or(30).min(34) * 7 + 14;
    let mut svg = String::new();
    render(chart, &printed, &lines, (right, height, label_area), &mut svg)
        .map_err(|error| error.to_string())?;
    Ok(svg)
}

fn render(
    chart: &BarChart,
    printed: &[Option<f64>],
    lines: &[(&str, f64)],
    (right, height, label_area): (f64, u32, u32),
    svg: &mut String,
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (680, height)).into_drawing_area();
    let top = chart.bars.len() as f64;
    // Bar i occupies the stripe from `top - i - 1` to `top - i`; the axis labels sit in the middle of the stripes.
    let mut plot = ChartBuilder::on(&root)
        .caption(&chart.title, text(16))
        .margin_right(24)
        .x_label_area_size(44)
        .y_label_area_size(label_area)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    plot.configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .y_labels(0)
        .x_desc(&chart.axis)
        .x_label_formatter(&|v| tick(*v))
        .label_style(text(13))
        .axis_desc_style(text(13))
        .axis_style(INK)
        .bold_line_style(faint())
        .light_line_style(TRANSPARENT)
        .draw()?;
    let label_style = text(13).pos(plotters::style::text_anchor::Pos::new(
        plotters::style::text_anchor::HPos::Right,
        plotters::style::text_anchor::VPos::Center,
    ));
    let plotting = plot.plotting_area();
    for (index, (bar, paper)) in chart.bars.iter().zip(printed).enumerate() {
        let base = top - index as f64 - 1.0;
        let (from, to) = if paper.is_some() { (base + 0.48, base + 0.86) } else { (base + 0.2, base + 0.8) };
        plotting.draw(&Rectangle::new([(0.0, from), (bar.value, to)], SERIES[0].filled()))?;
        if let Some(paper) = paper {
            plotting.draw(&Rectangle::new(
                [(0.0, base + 0.14), (*paper, base + 0.44)],
                PAPER.mix(0.75).filled(),
            ))?;
        }
        let (x, y) = plot.backend_coord(&(0.0, base + 0.5));
        root.draw(&Text::new(bar.label.as_str(), (x - 6, y), label_style.clone()))?;
    }
    for (row, value) in lines {
        plotting.draw(&PathElement::new(vec![(*value, 0.0), (*value, top)], PAPER.stroke_width(2)))?;
        let (x, y) = plot.backend_coord(&(*value, 0.0));
        let note = format!("paper {value}: {row}");
        let style = text(12).color(&PAPER).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Right,
            plotters::style::text_anchor::VPos::Bottom,
        ));
        root.draw(&Text::new(note, (x - 4, y - 3), style))?;
    }
    legend(&root, height, printed.iter().any(Option::is_some))?;
    root.present()?;
    Ok(())
}

fn legend<DB: DrawingBackend>(
    root: &DrawingArea<DB, plotters::coord::Shift>,
    height: u32,
    has_paper: bool,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let y = i32::try_from(height).unwrap_or(i32::MAX) - 16;
    root.draw(&Rectangle::new([(8, y), (18, y + 10)], SERIES[0].filled()))?;
    root.draw(&Text::new("ours", (23, y - 2), text(12)))?;
    if has_paper {
        root.draw(&Rectangle::new([(62, y), (72, y + 10)], PAPER.mix(0.75).filled()))?;
        root.draw(&Text::new("paper", (77, y - 2), text(12)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Bound;

    fn chart(value: f64) -> BarChart {
        let bar = |label: &str, value, row: Option<&str>| Bar {
            label: label.into(),
            value,
            row: row.map(Into::into),
        };
        BarChart {
            name: "demo".into(),
            title: "Demo".into(),
            axis: "litres".into(),
            bars: vec![bar("Egypt", value, Some("egypt")), bar("Libya & co", 1.0, None)],
            lines: vec!["upper".into()],
        }
    }

    #[test]
    fn the_papers_number_is_drawn_where_it_is_known() {
        let expected = [
            Expected::printed("egypt", "L", 2.0, "Figure 1").within(Bound::Rel(0.1)),
            Expected::printed("upper", "L", 3.0, "abstract"),
        ];
        let with = draw(&chart(1.5), &expected).unwrap();
        let without = draw(&chart(1.5), &[]).unwrap();
        assert!(with.contains("paper 3: upper") && !without.contains("paper 3"));
        assert!(with.matches("<rect").count() > without.matches("<rect").count());
        assert!(with.contains("Libya &amp; co"), "labels are escaped");
        assert!(draw(&chart(f64::NAN), &[]).unwrap_err().contains("Egypt"));
    }
}
