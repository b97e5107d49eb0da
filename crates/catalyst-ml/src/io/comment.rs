//! The comment line of extended XYZ: `key=value` entries.

use super::Value;
use std::fmt::Write;

/// Splits a comment line into keys and raw values.
///
/// Entries are separated by white space; quotes, braces and brackets hold a value together; a backslash takes the next
/// character as it is; a key without a value is `T`. These are the rules of ASE's reader.
pub(super) fn split(line: &str) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let (mut key, mut text) = (None, String::new());
    let (mut closing, mut escaped, mut begun) = (None, false, false);
    for letter in line.chars().chain([' ']) {
        if escaped {
            text.push(letter);
            escaped = false;
        } else if letter == '\\' {
            (escaped, begun) = (true, true);
        } else if let Some(end) = closing {
            if letter == end { closing = None } else { text.push(letter) }
        } else if let Some(end) = closed_by(letter) {
            (closing, begun) = (Some(end), true);
        } else if letter.is_whitespace() {
            match key.take() {
                Some(key) => entries.push((key, std::mem::take(&mut text))),
                None if begun => entries.push((std::mem::take(&mut text), "T".into())),
                None => {}
            }
            begun = false;
        } else if letter == '=' && key.is_none() {
            key = Some(std::mem::take(&mut text));
        } else {
            text.push(letter);
            begun = true;
        }
    }
    if let Some(key) = key {
        entries.push((key, text)); // a quote that is never closed
    } else if !text.is_empty() {
        entries.push((text, "T".into()));
    }
    entries
}

fn closed_by(letter: char) -> Option<char> {
    match letter {
        '"' | '\'' => Some(letter),
        '{' => Some('}'),
        '[' => Some(']'),
        _ => None,
    }
}

/// The value that a text reads as.
pub(super) fn value(text: String) -> Value {
    let words =
        || text.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|w| !w.is_empty());
    if let Some(values) = all(words(), |word| word.parse::<i64>().ok()) {
        return one_or_more(values, Value::Integer, Value::Integers);
    }
    let finite = |word: &str| word.parse::<f64>().ok().filter(|value| value.is_finite());
    if let Some(values) = all(words(), finite) {
        return one_or_more(values, Value::Real, Value::Reals);
    }
    if let Some(values) = all(words(), flag) {
        return one_or_more(values, Value::Flag, Value::Flags);
    }
    Value::Text(text)
}

/// `T`, `F` and their longer forms.
pub(super) fn flag(word: &str) -> Option<bool> {
    match word {
        "T" | "true" | "True" | "TRUE" => Some(true),
        "F" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// The values of all words, if there are any and each has one.
fn all<'a, T>(words: impl Iterator<Item = &'a str>, read: impl Fn(&'a str) -> Option<T>) -> Option<Vec<T>> {
    words.map(read).collect::<Option<Vec<T>>>().filter(|values| !values.is_empty())
}

fn one_or_more<T: Copy>(values: Vec<T>, one: impl Fn(T) -> Value, more: impl Fn(Vec<T>) -> Value) -> Value {
    if let [value] = values[..] { one(value) } else { more(values) }
}

/// The value as it stands in a file, quoted where that is needed.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Flag(value) => letter(*value).into(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}"),
        Value::Flags(values) => list(values, |out, value| out.push_str(letter(*value))),
        Value::Integers(values) => list(values, |out, value| _ = write!(out, "{value}")),
        Value::Reals(values) => list(values, |out, value| _ = write!(out, "{value:?}")),
        Value::Text(text) => quoted(text),
    }
}

pub(super) fn letter(value: bool) -> &'static str {
    if value { "T" } else { "F" }
}

fn list<T>(values: &[T], mut add: impl FnMut(&mut String, &T)) -> String {
    let mut out = String::from("\"");
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        add(&mut out, value);
    }
    out.push('"');
    out
}

fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-+.:/*^#@%&()<>|~;".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(line: &str) -> Vec<(String, String)> {
        split(line)
    }

    #[test]
    fn quotes_brackets_escapes_and_bare_keys() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
        };
        assert_eq!(entries(r#"a=1  b="x y" c={1 2}"#), pairs(&[("a", "1"), ("b", "x y"), ("c", "1 2")]));
        assert_eq!(entries(r#"say="a \"b\" \\" relaxed"#), pairs(&[("say", "a \"b\" \\"), ("relaxed", "T")]));
        assert_eq!(entries(r#"e="" k=a=b"#), pairs(&[("e", ""), ("k", "a=b")]));
        assert_eq!(entries(r#"open="never closed"#), pairs(&[("open", "never closed ")]));
        assert_eq!(entries(""), pairs(&[]));
    }

    #[test]
    fn texts_read_as_what_they_look_like() {
        for (text, expected) in [
            ("-7", Value::Integer(-7)),
            ("7.0", Value::Real(7.0)),
            ("1e3", Value::Real(1000.0)),
            ("T", Value::Flag(true)),
            ("T F", Value::Flags(vec![true, false])),
            ("1 2,3", Value::Integers(vec![1, 2, 3])),
            ("1 2.5", Value::Reals(vec![1.0, 2.5])),
            ("nan", Value::Text("nan".into())),
            ("", Value::Text(String::new())),
        ] {
            assert_eq!(value(text.into()), expected, "{text}");
        }
    }
}
