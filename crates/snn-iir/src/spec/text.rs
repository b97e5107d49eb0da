//! Networks as text: `3x32x32: 32 A 64 A 128 A, FC 256 10`.

use super::{LayerSpec, NetworkSpec};
use crate::{Error, Result};
use std::fmt::{Formatter, Write};

/// Largest number in a text; the shapes are checked later.
const LARGEST: usize = 1_000_000;

/// Reads `CxHxW: layers, FC hidden… classes`.
pub(super) fn network(text: &str) -> Result<NetworkSpec> {
    let (head, rest) = text.split_once(':').ok_or_else(|| wrong(text.len(), "a colon after CxHxW", ""))?;
    let sides: Vec<_> = head.trim().split('x').map(number).collect();
    let [Some(channels), Some(height), Some(width)] = sides[..] else {
        return Err(wrong(0, "an input shape as 3x32x32", head));
    };
    let begin = head.len() + 1;
    let Some((layers, classifier)) = rest.split_once(',') else {
        return Err(wrong(text.len(), "a comma and FC with the sizes of the classifier", ""));
    };
    let mut spec = features(layers, begin)?;
    let mut sizes = Vec::new();
    for (index, (place, word)) in words(classifier, begin + layers.len() + 1).enumerate() {
        if index == 0 {
            if word != "FC" {
                return Err(wrong(place, "FC", word));
            }
        } else {
            sizes.push(number(word).ok_or_else(|| wrong(place, "the size of a layer", word))?);
        }
    }
    let classes = sizes.pop().ok_or_else(|| wrong(text.len(), "FC and the number of classes", ""))?;
    spec.extend(sizes.into_iter().map(|out_features| LayerSpec::Linear { out_features }));
    NetworkSpec::new([channels, height, width], spec, classes)
}

/// Reads the layers before the classifier; `begin` is where the text stands in a longer one.
pub(super) fn features(text: &str, begin: usize) -> Result<Vec<LayerSpec>> {
    words(text, begin).map(|(place, word)| layer(place, word)).collect()
}

fn layer(place: usize, word: &str) -> Result<LayerSpec> {
    let rule = "a number of channels, A, M or R";
    let unknown = || wrong(place, rule, word);
    let head = word.chars().next().ok_or_else(unknown)?;
    let rest = &word[head.len_utf8()..];
    let pool = || if rest.is_empty() { Some(2) } else { number(rest) };
    match head {
        'A' => Ok(LayerSpec::AvgPool2d(pool().ok_or_else(unknown)?)),
        'M' => Ok(LayerSpec::MaxPool2d(pool().ok_or_else(unknown)?)),
        'R' => {
            let [out_channels, _, stride, _] = sizes(rest, [0, 3, 1, 1]).ok_or_else(unknown)?;
            if format!("{out_channels}") == rest || format!("{out_channels}s{stride}") == rest {
                Ok(LayerSpec::Residual { out_channels, stride })
            } else {
                Err(unknown())
            }
        }
        _ => {
            let [out_channels, kernel, stride, padding] = sizes(word, [0, 3, 1, 1]).ok_or_else(unknown)?;
            Ok(LayerSpec::Conv2d { out_channels, kernel, stride, padding })
        }
    }
}

/// Channels, kernel, stride and padding of `64k5s2p2`; the last three may be left out.
fn sizes(text: &str, defaults: [usize; 4]) -> Option<[usize; 4]> {
    let mut sizes = defaults;
    let mut slot = 0;
    let mut digits = String::new();
    for letter in text.chars().chain(std::iter::once(' ')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        sizes[slot] = number(&digits)?;
        digits.clear();
        let next = match letter {
            'k' => 1,
            's' => 2,
            'p' => 3,
            _ => return (letter == ' ').then_some(sizes),
        };
        if next <= slot {
            return None;
        }
        slot = next;
    }
    None
}

pub(super) fn write(spec: &NetworkSpec, f: &mut Formatter<'_>) -> std::fmt::Result {
    let [channels, height, width] = spec.input;
    write!(f, "{channels}x{height}x{width}:")?;
    let mut classifier = String::new();
    for layer in &spec.layers {
        match *layer {
            LayerSpec::Conv2d { out_channels, kernel, stride, padding } => {
                write!(f, " {out_channels}")?;
                for (letter, value, usual) in [('k', kernel, 3), ('s', stride, 1), ('p', padding, 1)] {
                    if value != usual {
                        write!(f, "{letter}{value}")?;
                    }
                }
            }
            LayerSpec::AvgPool2d(2) => f.write_str(" A")?,
            LayerSpec::AvgPool2d(kernel) => write!(f, " A{kernel}")?,
            LayerSpec::MaxPool2d(2) => f.write_str(" M")?,
            LayerSpec::MaxPool2d(kernel) => write!(f, " M{kernel}")?,
            LayerSpec::Residual { out_channels, stride: 1 } => write!(f, " R{out_channels}")?,
            LayerSpec::Residual { out_channels, stride } => write!(f, " R{out_channels}s{stride}")?,
            LayerSpec::Linear { out_features } => write!(classifier, " {out_features}")?,
        }
    }
    write!(f, ", FC{classifier} {}", spec.classes)
}

/// Words with the place where each begins, counted in characters.
fn words(text: &str, begin: usize) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| {
        let byte = word.as_ptr() as usize - text.as_ptr() as usize;
        (begin + text[..byte].chars().count(), word)
    })
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|&number| number <= LARGEST)
}

fn wrong(position: usize, rule: &'static str, token: &str) -> Error {
    Error::NetworkText { position, rule, token: token.to_owned() }
}
