//! Colours and type of all figures.

use plotters::style::{Color, IntoFont, RGBColor, TextStyle};

/// Text and axes; replaced by `currentColor` in the finished drawing.
pub(super) const INK: RGBColor = RGBColor(1, 2, 3);
/// [`INK`] as the drawing spells it.
pub(super) const INK_TEXT: &str = "#010203";

/// Colours of series, legible on light and dark ground and for colour-blind readers (after Okabe and Ito).
pub(super) const SERIES: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(128, 128, 128),
];

/// What the paper prints.
pub(super) const PAPER: RGBColor = SERIES[1];

/// Text of this size in pixels.
pub(super) fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// A faint line for grids.
pub(super) fn faint() -> plotters::style::RGBAColor {
    INK.mix(0.15)
}
