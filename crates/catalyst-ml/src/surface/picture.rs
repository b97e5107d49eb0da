//! Drawings of slabs.

use super::{Site, SiteKind};
use crate::{Atoms, Element, Error, Result, Tag};
use std::fmt::Write;

/// From where a slab is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Along -z.
    Above,
    /// Along y.
    Side,
}

/// A drawing of a slab as SVG: atoms as discs of their covalent radii, the far ones paler, the outline of the cell, sites as
/// marks. Fixed atoms are drawn with a broken rim.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// What is drawn.
    pub slab: &'a Atoms,
    /// Sites to mark.
    pub sites: &'a [Site],
    /// From where.
    pub view: View,
    /// A line of text above it.
    pub title: &'a str,
}

const PIXELS: f64 = 34.0; // per Å
const MARGIN: f64 = 70.0; // a caesium atom's disc

impl Picture<'_> {
    /// The drawing, a file of its own.
    ///
    /// # Errors
    ///
    /// [`Error::NoCell`] for a slab without a cell, [`Error::Count`] for more than 20000 atoms.
    pub fn svg(&self) -> Result<String> {
        let cell = self.slab.cell().ok_or(Error::NoCell { what: "a picture" })?;
        if self.slab.len() > 20_000 {
            return Err(Error::Count {
                name: "atoms of a picture",
                rule: "at most 20000",
                count: self.slab.len(),
            });
        }
        let [a, b, _] = cell.vectors();
        let corner = |m: f64, n: f64| [m * a[0] + n * b[0], m * a[1] + n * b[1], 0.0];
        let outline: Vec<[f64; 3]> =
            [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(m, n)| corner(m, n)).into();

        let mut discs: Vec<(f64, f64, f64, usize)> = Vec::new();
        for (atom, place) in self.slab.positions().iter().enumerate() {
            let (x, y, depth) = self.project(*place);
            discs.push((depth, x, y, atom));
        }
        discs.sort_by(|p, q| p.0.total_cmp(&q.0));
        let points = discs.iter().map(|(_, x, y, _)| (*x, *y));
        let flat = |place: [f64; 3]| {
            let (x, y, _) = self.project(place);
            (x, y)
        };
        let rim = outline.iter().filter(|_| self.view == View::Above).map(|place| flat(*place));
        let bounds = points
            .chain(rim)
            .chain(self.sites.iter().map(|site| flat(site.position)))
            .fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |b, (x, y)| {
                [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]
            });
        let bounds = if discs.is_empty() { [0.0; 4] } else { bounds };
        let (width, height) = (
            PIXELS * (bounds[2] - bounds[0]) + 2.0 * MARGIN,
            PIXELS * (bounds[3] - bounds[1]) + 2.0 * MARGIN + 24.0,
        );
        let at =
            |x: f64, y: f64| (PIXELS * (x - bounds[0]) + MARGIN, PIXELS * (y - bounds[1]) + MARGIN + 24.0);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"14\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"{MARGIN}\" y=\"22\" fill=\"#1d2126\">{}</text>\n",
            escaped(self.title)
        );
        if self.view == View::Above {
            let corners: Vec<String> = outline
                .iter()
                .map(|place| {
                    let (x, y) = flat(*place);
                    let (x, y) = at(x, y);
                    format!("{x:.1},{y:.1}")
                })
                .collect();
            _ = writeln!(svg, "<polygon points=\"{}\" fill=\"none\" stroke=\"#888888\"/>", corners.join(" "));
        }
        let (near, far) = (discs.last().map_or(0.0, |disc| disc.0), discs.first().map_or(0.0, |disc| disc.0));
        for (depth, x, y, atom) in discs {
            let ((x, y), element) = (at(x, y), self.slab.elements()[atom]);
            let fade = 0.65 * (near - depth) / (near - far).max(1e-9);
            let radius = 0.8 * PIXELS * element.covalent_radius_angstrom();
            let broken = if self.slab.fixed()[atom] { " stroke-dasharray=\"4 3\"" } else { "" };
            let stroke = if self.slab.tags()[atom] == Tag::Adsorbate { "#b00020" } else { "#333333" };
            _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{}\" stroke=\"{stroke}\"{broken}>\
                 <title>{element} {atom}</title></circle>",
                colour(element, fade)
            );
        }
        for site in self.sites {
            let (x, y) = flat(site.position);
            let (x, y) = at(x, y);
            _ = writeln!(svg, "{}", mark(site.kind, x, y));
        }
        Ok(svg + "</svg>\n")
    }

    /// Across, down, and towards the eye, Å.
    fn project(&self, [x, y, z]: [f64; 3]) -> (f64, f64, f64) {
        match self.view {
            View::Above => (x, -y, z),
            View::Side => (x, -z, -y),
        }
    }
}

/// A colour for each element: hues a golden angle apart, grey for carbon, red for oxygen, white for hydrogen.
fn colour(element: Element, fade: f64) -> String {
    let number = f64::from(element.number());
    let (hue, saturation, light) = match element.symbol() {
        "H" => (0.0, 0.0, 96.0),
        "C" => (0.0, 0.0, 35.0),
        "N" => (225.0, 75.0, 60.0),
        "O" => (2.0, 80.0, 55.0),
        _ => ((137.508 * number) % 360.0, 45.0, 62.0),
    };
    format!("hsl({hue:.0} {saturation:.0}% {:.0}%)", light + (97.0 - light) * fade)
}

fn mark(kind: SiteKind, x: f64, y: f64) -> String {
    let title = format!("<title>{}</title>", kind.name());
    let style = "fill=\"#ffffff\" stroke=\"#000000\" stroke-width=\"1.5\"";
    let polygon = |corners: &[(f64, f64)]| {
        let corners: Vec<String> =
            corners.iter().map(|(u, v)| format!("{:.1},{:.1}", x + 7.0 * u, y + 7.0 * v)).collect();
        format!("<polygon points=\"{}\" {style}>{title}</polygon>", corners.join(" "))
    };
    match kind {
        SiteKind::Ontop => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" {style}>{title}</circle>"),
        SiteKind::Bridge => polygon(&[(-1.0, -0.35), (1.0, -0.35), (1.0, 0.35), (-1.0, 0.35)]),
        SiteKind::Fcc => polygon(&[(0.0, -1.0), (0.87, 0.5), (-0.87, 0.5)]),
        SiteKind::Hcp => polygon(&[(0.0, 1.0), (0.87, -0.5), (-0.87, -0.5)]),
        SiteKind::Fourfold => polygon(&[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)]),
        SiteKind::Wide => {
            polygon(&[(-1.0, 0.0), (-0.5, -0.87), (0.5, -0.87), (1.0, 0.0), (0.5, 0.87), (-0.5, 0.87)])
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
