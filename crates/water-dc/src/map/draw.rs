//! The sheet.

use super::{
    Choropleth,
    atlas::{Place, africa, elsewhere},
    label::roomiest,
    projection::Projection,
    scale::{Color, Scale},
};
use maud::{Markup, html};

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 1000.0;
/// The map's part of the sheet: left, top, width, height.
const FRAME: [f64; 4] = [20.0, 92.0, 880.0, 800.0];
const PROJECTION: Projection = Projection { center: [17.0, 1.0], origin: [456.0, 488.0], scale: 592.0 };
const ISLAND_RADIUS: f64 = 7.0;
/// Least room, as a distance to the border, for code and value, and for the code alone.
const ROOM: [f64; 2] = [12.5, 7.0];

const INK: &str = "#1b1f24";
const QUIET_INK: &str = "#57606a";
const SEA: &str = "#eef3f7";
const OTHER_LAND: &str = "#d9dde2";
const BORDER: &str = "#ffffff";
const HATCH_BORDER: &str = "#b4bac1";

pub(super) fn draw(map: &Choropleth) -> String {
    let values: Vec<f64> = map.values.iter().map(|value| value.value).collect();
    let scale = Scale::over(&values);
    let [left, top, width, height] = FRAME;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT)
            font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif" role="img"
            aria-labelledby="map-title map-summary" {
            title id="map-title" { (map.title) }
            desc id="map-summary" { (map.subtitle) ". " (map.legend) ". " (summary(map)) }
            defs {
                pattern id="no-value" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="6" height="6" fill="#f7f7f7" {}
                    line x1="0" y1="0" x2="0" y2="6" stroke="#9aa1a9" stroke-width="2" {}
                }
                clipPath id="frame" { rect x=(left) y=(top) width=(width) height=(height) {} }
            }
            rect width="100%" height="100%" fill="#ffffff" {}
            text x=(left) y="42" font-size="26" font-weight="600" fill=(INK) { (map.title) }
            text x=(left) y="70" font-size="16" fill=(QUIET_INK) { (map.subtitle) }
            g clip-path="url(#frame)" {
                rect x=(left) y=(top) width=(width) height=(height) fill=(SEA) {}
                g fill=(OTHER_LAND) stroke=(BORDER) stroke-width="0.6" {
                    @for place in elsewhere().iter().filter(|place| is_near(place)) { path d=(path(place)) {} }
                }
                g stroke-width="0.9" stroke-linejoin="round" {
                    @for place in africa() { (shape(map, &scale, place)) }
                }
                @for place in africa() { (label(map, &scale, place)) }
            }
            (legend(map, &scale))
            (footer(map))
        }
    }
    .into_string()
}

/// What a reader who cannot see the map is told.
fn summary(map: &Choropleth) -> String {
    let by_value = |a: &&super::CountryValue, b: &&super::CountryValue| a.value.total_cmp(&b.value);
    match (map.values.iter().min_by(by_value), map.values.iter().max_by(by_value)) {
        (Some(least), Some(most)) => format!(
            "{} countries; least {} in {}, most {} in {}",
            map.values.len(),
            number(least.value, 4),
            least.name,
            number(most.value, 4),
            most.name
        ),
        _ => String::new(),
    }
}

/// A country in its colour, or hatched; the tooltip says which.
fn shape(map: &Choropleth, scale: &Scale, place: &Place) -> Markup {
    let (fill, border, tip) = match map.value_of(place) {
        Some(own) => {
            (scale.color_of(own.value).hex(), BORDER, format!("{}: {}", own.name, number(own.value, 4)))
        }
        None => ("url(#no-value)".to_owned(), HATCH_BORDER, format!("{}: no value", place.name)),
    };
    html! {
        @if let Some(point) = place.point() {
            @let [x, y] = PROJECTION.project(point);
            circle cx=(short(x)) cy=(short(y)) r=(ISLAND_RADIUS) fill=(fill) stroke=(QUIET_INK) { title { (tip) } }
        } @else {
            path d=(path(place)) fill=(fill) stroke=(border) { title { (tip) } }
        }
    }
}

/// Code and value on a country that is large enough, beside an island.
fn label(map: &Choropleth, scale: &Scale, place: &Place) -> Markup {
    let Some(own) = map.value_of(place) else { return html! {} };
    if let Some(point) = place.point() {
        let [x, y] = PROJECTION.project(point);
        return html! {
            text x=(short(x)) y=(short(y + ISLAND_RADIUS + 13.0)) font-size="12" text-anchor="middle" fill=(INK) {
                (own.code) " " (number(own.value, 3))
            }
        };
    }
    let rings: Vec<Vec<[f64; 2]>> = place.rings.iter().map(|ring| projected(ring)).collect();
    let Some(([x, y], room)) = roomiest(&rings).filter(|(_, room)| *room >= ROOM[1]) else { return html! {} };
    html! {
        g font-size="12" text-anchor="middle" fill=(ink_on(scale.color_of(own.value))) pointer-events="none" {
            @if room >= ROOM[0] {
                text x=(short(x)) y=(short(y - 1.5)) font-weight="600" { (own.code) }
                text x=(short(x)) y=(short(y + 11.5)) { (number(own.value, 3)) }
            } @else {
                text x=(short(x)) y=(short(y + 4.0)) font-size="10" font-weight="600" { (own.code) }
            }
        }
    }
}

/// Boxes of the classes from least to most, over the sea south-west of the continent.
fn legend(map: &Choropleth, scale: &Scale) -> Markup {
    const BOX: [f64; 2] = [30.0, 24.0];
    let (x, classes) = (FRAME[0] + 24.0, scale.classes());
    let bottom = FRAME[1] + FRAME[3] - 64.0;
    let top = bottom - BOX[1] * classes as f64;
    let limit = |n: usize| format!("{:.*}", scale.decimals, scale.limits[n]);
    html! {
        g font-size="13" fill=(INK) {
            text x=(x) y=(top - 16.0) font-size="14" font-weight="600" { (map.legend) }
            @for class in 0..classes {
                @let y = bottom - BOX[1] * (class + 1) as f64;
                rect x=(x) y=(y) width=(BOX[0]) height=(BOX[1]) fill=(scale.color(class).hex()) {}
                text x=(x + BOX[0] + 10.0) y=(y + 17.0) { (limit(class)) " to " (limit(class + 1)) }
            }
            rect x=(x) y=(bottom + 14.0) width=(BOX[0]) height=(BOX[1]) fill="url(#no-value)" {}
            text x=(x + BOX[0] + 10.0) y=(bottom + 31.0) { "no value" }
        }
    }
}

/// The places without a value, and the source of the outlines.
fn footer(map: &Choropleth) -> Markup {
    let missing = map.without_value();
    let mut lines = Vec::new();
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|place| place.name.as_str()).collect();
        lines = wrapped(&format!("No value: {}.", names.join(", ")), 132);
    }
    // a map of few countries would list most of the continent
    if lines.len() > 4 {
        lines.truncate(3);
        lines.push(format!("… {} places in all.", missing.len()));
    }
    lines.push("Equal-area projection. Outlines: Natural Earth 1:110 million, public domain.".to_owned());
    html! {
        g font-size="13" fill=(QUIET_INK) {
            @for (n, line) in lines.iter().enumerate() {
                text x=(FRAME[0]) y=(FRAME[1] + FRAME[3] + 22.0 + 18.0 * n as f64) { (line) }
            }
        }
    }
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].chars().count() + 1 + word.chars().count() <= columns {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Whether a part of a place may lie in the frame.
fn is_near(place: &Place) -> bool {
    let [left, top, width, height] = FRAME;
    let positions = || place.rings.iter().flatten().map(|&position| PROJECTION.project(position));
    positions().any(|[x, y]| (left..left + width).contains(&x) && (top..top + height).contains(&y))
}

fn projected(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    ring.iter().map(|&position| PROJECTION.project(position)).collect()
}

fn path(place: &Place) -> String {
    let mut d = String::new();
    for ring in &place.rings {
        for (n, [x, y]) in projected(ring).into_iter().enumerate() {
            let command = if n == 0 { 'M' } else { 'L' };
            d += &format!("{command}{},{}", short(x), short(y));
        }
        d.push('Z');
    }
    d
}

/// A tenth of a unit is finer than the outlines.
fn short(coordinate: f64) -> f64 {
    (10.0 * coordinate).round() / 10.0
}

/// A number with this many significant digits, in plain notation.
fn number(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    #[allow(clippy::cast_possible_truncation, reason = "the logarithm of a finite number is small")]
    let before_point = value.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(digits - before_point).unwrap_or(0);
    format!("{value:.decimals$}")
}

/// Dark or white, whichever has more contrast (WCAG 2).
fn ink_on(ground: Color) -> &'static str {
    const INK_LUMINANCE: f64 = 0.013;
    let ground = ground.luminance() + 0.05;
    if ground / (INK_LUMINANCE + 0.05) > 1.05 / ground { INK } else { "#ffffff" }
}
