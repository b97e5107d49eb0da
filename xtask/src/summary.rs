//! `REPRODUCTION.md`: the verdicts of the last committed runs, and the deviations that are known.

use anyhow::{Context as _, Result, bail};
use common::experiment::{Known, Row};
use common::report::{Circumstances, Run, excerpt, summary_table};
use std::collections::BTreeMap;
use std::path::Path;

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Deviations with their reasons.
    pub(crate) known: Known,
    /// Experiment, number, verdict of each row of the quick run.
    rows: Vec<[String; 3]>,
}

const KNOWN: &str = "## Known deviations";

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Summary> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(text: &str) -> Result<Summary> {
    let mut known = Known::default();
    for cells in table_rows(section(text, KNOWN, "\n## ")?) {
        let [experiment, number, reason] = cells.as_slice() else {
            bail!("known deviations need three cells: {cells:?}")
        };
        known.insert(experiment, number, reason);
    }
    let (begin, end) = markers("quick");
    let rows = table_rows(section(text, &begin, &end)?).into_iter().map(|cells| match cells.as_slice() {
        [experiment, number, .., verdict] => Ok([experiment.clone(), number.clone(), verdict.clone()]),
        _ => bail!("a row needs an experiment, a number and a verdict: {cells:?}"),
    });
    Ok(Summary { known, rows: rows.collect::<Result<_>>()? })
}

/// Puts the verdicts of this run into its section of the file. The section of quick runs is one table; those of longer runs
/// have a part for each experiment with its tables, and the parts of other experiments stay.
pub(crate) fn write(path: &Path, run: &Run) -> Result<()> {
    let text = std::fs::read_to_string(path)?;
    let (begin, end) = markers(&run.settings.profile);
    let old = section(&text, &begin, &end).with_context(|| path.display().to_string())?;
    let new = if begin == markers("quick").0 {
        summary_table(run.reports().flat_map(|report| &report.rows))
    } else {
        let Circumstances { commit, started, machine, .. } = &run.circumstances;
        let at = format!("Seed {}, commit {commit}, {started}, {machine}.", run.settings.seed);
        merged(old, run.reports().map(|report| (excerpt(report), format!("{at} {:.0} s.", report.seconds))))
    };
    std::fs::write(path, text.replacen(&format!("{begin}{old}{end}"), &format!("{begin}\n\n{new}\n{end}"), 1))
        .with_context(|| path.display().to_string())
}

/// The parts of a section with those of this run in place of theirs, in the order of their headings.
fn merged(old: &str, new: impl Iterator<Item = (String, String)>) -> String {
    let heading = |part: &str| part.lines().next().unwrap_or_default().to_owned();
    let mut parts: BTreeMap<String, String> = old
        .split("\n### ")
        .skip(1)
        .map(|part| (heading(part), format!("### {}\n", part.trim_end())))
        .collect();
    for (part, at) in new {
        let heading = heading(&part).trim_start_matches("### ").to_owned();
        parts
            .insert(heading, part.replacen("\n\n", &format!("\n\n{at}\n\n"), 1).trim_end().to_owned() + "\n");
    }
    parts.into_values().collect::<Vec<_>>().join("\n")
}

impl Summary {
    /// Rows judged both in this run and in the file whose verdicts differ, and, if the run was of all experiments,
    /// rows of the file that the run does not have.
    pub(crate) fn differences<'a>(&self, run: impl Iterator<Item = &'a Row>, all: bool) -> Vec<String> {
        let run: Vec<&Row> = run.collect();
        let unjudged = common::experiment::Verdict::NotJudged.label();
        self.rows
            .iter()
            .filter_map(|[experiment, number, verdict]| {
                match run.iter().find(|row| row.experiment == *experiment && row.name == *number) {
                    None => all.then(|| format!("{experiment}, {number}: no longer measured")),
                    Some(row) => {
                        let both = row.verdict.is_judged() && verdict != unjudged;
                        (both && row.verdict.label() != verdict).then(|| {
                            format!("{experiment}, {number}: {}, was {verdict}", row.verdict.label())
                        })
                    }
                }
            })
            .collect()
    }

    /// Whether the file has a row of this experiment.
    pub(crate) fn has(&self, experiment: &str) -> bool {
        self.rows.iter().any(|[id, ..]| id == experiment)
    }
}

fn markers(profile: &str) -> (String, String) {
    (format!("<!-- {profile}: begin -->"), format!("<!-- {profile}: end -->"))
}

/// A section without its ends. That it is whole is checked: an empty one would let every comparison pass.
fn section<'a>(text: &'a str, begin: &str, end: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(begin).with_context(|| format!("{begin:?} is missing"))?;
    let (inside, _) = rest.split_once(end).with_context(|| format!("{end:?} is missing after {begin:?}"))?;
    Ok(inside)
}

/// The cells of a Markdown table, without its two head lines.
fn table_rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{0}");
        inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
    };
    text.lines().filter(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::experiment::Verdict;

    const TEXT: &str = "# R\n\n## Known deviations\n\n| experiment | number | reason |\n| --- | --- | --- |\n\
        | a/x | n | typing \\| error |\n\n## Quick\n\n<!-- quick: begin -->\n\n| experiment | number | verdict |\n\
        | --- | --- | --- |\n| a/x | n | deviates |\n| a/x | m | reproduced |\n| a/y | o | not judged |\n\n\
        <!-- quick: end -->\n";

    fn row(experiment: &str, name: &str, verdict: Verdict) -> Row {
        Row {
            experiment: experiment.into(),
            artefact: String::new(),
            name: name.into(),
            unit: String::new(),
            paper: None,
            ours: None,
            bound: None,
            evidence: None,
            source: String::new(),
            known: None,
            verdict,
            unavailable: None,
        }
    }

    #[test]
    fn a_broken_file_is_an_error() {
        for part in [KNOWN, "<!-- quick: begin -->", "<!-- quick: end -->"] {
            let text = format!("{:#}", parse(&TEXT.replace(part, "")).unwrap_err());
            assert!(text.contains(part) && text.contains("is missing"), "{text}");
        }
        assert!(parse(&TEXT.replace("| a/x | m | reproduced |", "| a/x |")).is_err());
    }

    #[test]
    fn parts_of_other_experiments_stay() {
        let old = "\n\n### a/x\n\nold\n\n### a/z\n\nstays\n";
        let new = [("### a/y\n\nnew\n", "then"), ("### a/x\n\nfresh\n", "now")];
        let text = merged(old, new.into_iter().map(|(part, at)| (part.to_owned(), at.to_owned())));
        assert_eq!(text, "### a/x\n\nnow\n\nfresh\n\n### a/y\n\nthen\n\nnew\n\n### a/z\n\nstays\n");
        assert_eq!(merged(&format!("\n\n{text}\n"), std::iter::empty()), text);
        assert_eq!(merged("\n", std::iter::empty()), "");
    }

    #[test]
    fn differences_are_found_where_both_are_judged() {
        let summary = parse(TEXT).unwrap();
        assert_eq!(summary.known.reason("a/x", "n"), Some("typing | error"));
        assert!(summary.has("a/y") && !summary.has("b"));
        let same = [
            row("a/x", "n", Verdict::Deviates),
            row("a/x", "m", Verdict::NotJudged),
            row("a/y", "o", Verdict::Reproduced),
        ];
        assert!(summary.differences(same.iter(), true).is_empty());
        let other = [row("a/x", "n", Verdict::Reproduced), row("a/x", "m", Verdict::Reproduced)];
        let found = summary.differences(other.iter(), true);
        assert_eq!(found, ["a/x, n: reproduced, was deviates", "a/y, o: no longer measured"]);
        assert_eq!(summary.differences(other.iter(), false).len(), 1);
    }
}
