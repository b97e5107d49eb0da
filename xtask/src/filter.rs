//! Choosing experiments by the beginning of their id.

use anyhow::{Result, bail};
use common::experiment::Experiment;

/// The experiments whose id begins with one of the filters; all for no filter. A filter that matches nothing is an
/// error that names the nearest ids.
pub(crate) fn choose<'a>(
    all: impl Iterator<Item = &'a Experiment> + Clone,
    filters: &[String],
) -> Result<Vec<&'a Experiment>> {
    for filter in filters {
        if !all.clone().any(|experiment| experiment.id.starts_with(filter.as_str())) {
            let near = nearest(filter, all.map(|experiment| experiment.id));
            bail!("no experiment begins with {filter:?}; the nearest: {}", near.join(", "));
        }
    }
    let chosen = |e: &&Experiment| filters.is_empty() || filters.iter().any(|f| e.id.starts_with(f.as_str()));
    Ok(all.filter(chosen).collect())
}

/// The three ids that resemble the text most, whole or without the crate's name.
fn nearest<'a>(text: &str, ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let likeness = |id: &str| {
        let name = id.split_once('/').map_or(id, |(_, name)| name);
        strsim::jaro_winkler(text, id).max(strsim::jaro_winkler(text, name))
    };
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    ids.truncate(3);
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn experiment(id: &'static str) -> Experiment {
        Experiment { id, title: "", artefact: "", expected: &[], reference: &[], run: |_, _| Ok(()) }
    }

    const ALL: [Experiment; 3] = [experiment("a/r1-one"), experiment("a/r2-two"), experiment("b/figure-3")];

    #[test]
    fn prefixes_choose_and_unknown_ones_suggest() {
        let ids = |filters: &[&str]| {
            let filters: Vec<String> = filters.iter().map(ToString::to_string).collect();
            choose(ALL.iter(), &filters).map(|list| list.iter().map(|e| e.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(&[]).unwrap().len(), 3);
        assert_eq!(ids(&["a/r2", "b"]).unwrap(), ["a/r2-two", "b/figure-3"]);
        let text = ids(&["figure3"]).unwrap_err().to_string();
        assert!(text.contains("\"figure3\"") && text.contains("nearest: b/figure-3"), "{text}");
    }
}
