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

/// Steps of a quantity from low to high: twelve samples of the colour scale viridis (S. van der Walt and N. Smith),
/// even to the eye, legible in grey and for colour-blind readers.
pub(super) const VIRIDIS: [RGBColor; 12] = [
    RGBColor(68, 1, 84),
    RGBColor(72, 33, 115),
    RGBColor(67, 62, 133),
    RGBColor(56, 88, 140),
    RGBColor(45, 112, 142),
    RGBColor(37, 133, 142),
    RGBColor(30, 155, 138),
    RGBColor(42, 176, 127),
    RGBColor(82, 197, 105),
    RGBColor(134, 213, 73),
    RGBColor(194, 223, 35),
    RGBColor(253, 231, 37),
];
