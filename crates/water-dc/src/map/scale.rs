//! Classes and colours.

/// Classes of equal width with round limits, and a colour for each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// Limits, one more than classes, rising.
    pub(super) limits: Vec<f64>,
    /// Decimals that tell the limits apart.
    pub(super) decimals: usize,
}

/// A colour of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) [u8; 3]);

/// From light to dark in equal steps of lightness (`OKLCh`, L from 0.945 to 0.29) while the hue runs from yellow over green to
/// blue: it reads in grey, and without red or green.
const RAMP: [[u8; 3]; 7] = [
    [0xf2, 0xf0, 0xc2],
    [0xa9, 0xda, 0x90],
    [0x2d, 0xc2, 0x92],
    [0x00, 0x9e, 0xa2],
    [0x00, 0x72, 0x9c],
    [0x26, 0x47, 0x77],
    [0x2a, 0x26, 0x47],
];

/// Number of classes that is aimed at.
const WANTED: f64 = 6.0;

impl Scale {
    /// About six classes over the values, which are finite and at least one.
    pub(super) fn over(values: &[f64]) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let span = high - low;
        // all the same, or as good as: one class of about a hundredth
        let wanted = if span > 1e-9 * high.abs() { span / WANTED } else { (0.01 * high.abs()).max(0.01) };
        let magnitude = 10f64.powf(wanted.log10().floor());
        let classes = |step: f64| (high / step).ceil() - (low / step).floor();
        let off = |step: f64| (classes(step) - WANTED).abs();
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|nice| nice * magnitude)
            .into_iter()
            .min_by(|a, b| off(*a).total_cmp(&off(*b)))
            .unwrap_or(wanted);
        let decimals = decimals_of(step);
        // the number nearest to the decimal form, so that a value that prints like a limit equals it
        let power = 10f64.powf(decimals as f64);
        let limit = |n: f64| (n * step * power).round() / power;
        let first = (low / step).floor();
        let mut limits = vec![limit(first)];
        while limits.len() < 2 || limits[limits.len() - 1] < high {
            limits.push(limit(first + limits.len() as f64));
        }
        Self { limits, decimals }
    }

    /// Number of classes.
    pub(super) fn classes(&self) -> usize {
        self.limits.len() - 1
    }

    /// Colour of a class, from 0.
    pub(super) fn color(&self, class: usize) -> Color {
        let last = self.classes().saturating_sub(1).max(1);
        Color::at(class as f64 / last as f64)
    }

    /// Colour of a value; a limit belongs to the class above it, the last one to the class below.
    pub(super) fn color_of(&self, value: f64) -> Color {
        let class = self.limits[1..self.classes()].iter().filter(|limit| **limit <= value).count();
        self.color(class)
    }
}

impl Color {
    /// Colour of the ramp at `t` in 0..=1, from light to dark.
    fn at(t: f64) -> Self {
        let position = t.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "position lies in 0..=6")]
        let below = (position as usize).min(RAMP.len() - 2);
        let part = position - below as f64;
        let mix = |channel: usize| {
            let [a, b] = [RAMP[below][channel], RAMP[below + 1][channel]].map(f64::from);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
            let byte = (a + part * (b - a)).round() as u8;
            byte
        };
        Self([mix(0), mix(1), mix(2)])
    }

    /// Relative luminance of WCAG 2, 0..=1.
    pub(super) fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|byte| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The form of SVG.
    pub(super) fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

/// Decimals that a round step needs.
fn decimals_of(step: f64) -> usize {
    (0..12)
        .find(|&d| {
            let scaled = step * 10f64.powi(d);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        })
        .and_then(|d| usize::try_from(d).ok())
        .unwrap_or(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_limits_enclose_the_values() {
        let scale = Scale::over(&[0.7763, 5.32, 2.0]);
        assert_eq!(scale.limits, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(scale.decimals, 0);
        let scale = Scale::over(&[1.177, 1.496]);
        assert_eq!(scale.limits.len(), 8);
        assert_eq!(scale.limits, [1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5]);
        assert_eq!(scale.decimals, 2);
        for value in [5.0, 0.0, -3.25, 1e9] {
            let scale = Scale::over(&[value, value]);
            assert!(scale.limits[0] <= value && value <= *scale.limits.last().unwrap(), "{value}: {scale:?}");
        }
    }

    #[test]
    fn a_limit_belongs_to_the_class_above() {
        let scale = Scale::over(&[0.0, 6.0]);
        assert_eq!(scale.classes(), 6);
        assert_eq!(scale.color_of(0.999), scale.color(0));
        assert_eq!(scale.color_of(1.0), scale.color(1));
        assert_eq!(scale.color_of(6.0), scale.color(5));
    }

    /// Darker class by class, in steps that a copy in grey still shows: CIE lightness, 0..=100.
    #[test]
    fn reads_in_grey() {
        for high in [1.0, 0.4, 0.8, 3.0, 6.0, 7.0] {
            let scale = Scale::over(&[0.0, high]);
            let lightness: Vec<f64> = (0..scale.classes())
                .map(|class| 116.0 * scale.color(class).luminance().cbrt() - 16.0)
                .collect();
            for pair in lightness.windows(2) {
                assert!(pair[0] - pair[1] > 6.0, "{lightness:?}");
            }
        }
    }

    /// Without red or without green receptors (matrices of Viénot, Brettel and Mollon 1999 in linear RGB), neighbouring
    /// classes stay as far apart in lightness.
    #[test]
    fn reads_without_red_or_green() {
        const PROTAN: [[f64; 3]; 2] = [[0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]];
        const DEUTAN: [[f64; 3]; 2] = [[0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]];
        let linear = |color: Color| {
            color.0.map(|byte| {
                let c = f64::from(byte) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            })
        };
        let scale = Scale::over(&[0.0, 7.0]);
        for [red_and_green, blue] in [PROTAN, DEUTAN] {
            let seen: Vec<f64> = (0..scale.classes())
                .map(|class| {
                    let rgb = linear(scale.color(class));
                    let dot = |row: [f64; 3]| row.iter().zip(&rgb).map(|(a, b)| a * b).sum::<f64>();
                    let luminance = (0.2126 + 0.7152) * dot(red_and_green) + 0.0722 * dot(blue);
                    116.0 * luminance.cbrt() - 16.0
                })
                .collect();
            for pair in seen.windows(2) {
                assert!(pair[0] - pair[1] > 6.0, "{seen:?}");
            }
        }
    }
}
