//! Reports as Markdown.

use super::number::{as_printed, difference, significant};
use super::{Run, count};
use crate::experiment::{Cell, Report, Row, Table, Verdict};

/// The index of a run.
pub(super) fn index(run: &Run) -> String {
    let mut text = String::from("# Reproduction\n\n");
    text += &format!("{}\n\n", counts_line(&run.counts()));
    for (paper, reports) in &run.papers {
        text += &format!("## {}\n\n*{}*, arXiv {}\n\n", paper.key, paper.title, paper.arxiv);
        for report in reports {
            text += &format!(
                "- [{}]({}/report.md): {} ({}). {}\n",
                report.experiment.id,
                report.experiment.id,
                report.experiment.title,
                report.experiment.artefact,
                counts_line(&count(std::iter::once(report))),
            );
        }
        text += "\n";
        text += &summary_table(reports.iter().flat_map(|report| &report.rows));
        text += "\n";
    }
    let (settings, at) = (&run.settings, &run.circumstances);
    text += &format!(
        "Profile {}, seed {}, {}.\nCommit {}, started {}, {:.1} s on {}.\n",
        settings.profile,
        settings.seed,
        settings
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect::<Vec<_>>()
            .join(", "),
        at.commit,
        at.started,
        at.seconds,
        at.machine,
    );
    text
}

/// An experiment's rows, remarks and tables without files beside them, for a document with those of several runs.
#[must_use]
pub fn excerpt(report: &Report) -> String {
    let mut text = format!("### {}\n\n{}\n", report.experiment.id, rows_table(&report.rows));
    for note in &report.notes {
        text += &format!("{note}\n\n");
    }
    for table in &report.tables {
        text += &format!("**{}**\n\n{}\n", table.title, cells_table(table));
    }
    text
}

/// The report of one experiment.
pub(super) fn report(report: &Report) -> String {
    let experiment = &report.experiment;
    let mut text = format!("# {}\n\n{}. `{}`\n\n", experiment.title, experiment.artefact, experiment.id);
    text += &counts_line(&count(std::iter::once(report)));
    text += "\n\n";
    text += &rows_table(&report.rows);
    text += "\n";
    for note in &report.notes {
        text += &format!("{note}\n\n");
    }
    for figure in &report.figures {
        text += &format!("![{0}]({1}.svg)\n\n", figure.title(), figure.name());
    }
    for table in &report.tables {
        text += &format!("## {}\n\n", table.title);
        text += &cells_table(table);
        text += &format!("\n[CSV]({}.csv)\n\n", table.name);
    }
    for reference in experiment.reference {
        text += &format!("## {}\n\nFrom {}; not judged.\n\n```csv\n", reference.title, reference.source);
        text += reference.csv.trim_end();
        text += "\n```\n\n";
    }
    for file in &report.data {
        text += &format!(
            "Data: {}/{}, from {}, sha256 {}\n\n",
            file.dataset,
            file.path,
            file.origin_text(),
            file.sha256
        );
    }
    text += &format!("{:.2} s\n", report.seconds);
    text
}

/// One line for each number, without anything that varies from run to run: the form of `REPRODUCTION.md`.
#[must_use]
pub fn summary_table<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text =
        String::from("| experiment | number | unit | paper | ours | bound | evidence | verdict |\n");
    text += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for row in rows {
        text += &line(&[
            row.experiment.clone(),
            row.name.clone(),
            row.unit.clone(),
            paper(row),
            ours(row),
            row.bound.clone().unwrap_or_default(),
            row.evidence.unwrap_or_default().into(),
            verdict(row),
        ]);
    }
    text
}

fn rows_table(rows: &[Row]) -> String {
    let mut text =
        String::from("| name | unit | paper | ours | difference | bound | evidence | verdict | source |\n");
    text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for row in rows {
        text += &line(&[
            row.name.clone(),
            row.unit.clone(),
            paper(row),
            ours(row),
            difference(row.ours, row.paper),
            row.bound.clone().unwrap_or_default(),
            row.evidence.unwrap_or_default().into(),
            row.known.as_ref().map_or_else(|| verdict(row), |why| format!("{} (known: {why})", verdict(row))),
            row.source.clone(),
        ]);
    }
    for row in rows {
        if let Some(why) = &row.unavailable {
            text += &format!("\n{}: not judged, {why}.\n", row.name);
        }
    }
    text
}

fn cells_table(table: &Table) -> String {
    let mut text = line(&table.columns);
    text += &line(&vec!["---".to_owned(); table.columns.len()]);
    for row in &table.rows {
        text += &line(&row.iter().map(cell).collect::<Vec<_>>());
    }
    text
}

pub(super) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(value) => significant(*value, 4),
    }
}

pub(super) fn paper(row: &Row) -> String {
    row.paper.map(as_printed).unwrap_or_default()
}

pub(super) fn ours(row: &Row) -> String {
    row.ours.map(|value| significant(value, 4)).unwrap_or_default()
}

fn verdict(row: &Row) -> String {
    row.verdict.label().into()
}

pub(super) fn counts_line(counts: &[(Verdict, usize)]) -> String {
    let total: usize = counts.iter().map(|(_, n)| n).sum();
    let parts: Vec<_> = counts.iter().map(|(verdict, n)| format!("{n} {}", verdict.label())).collect();
    format!("{total} numbers: {}", parts.join(", "))
}

fn line(cells: &[String]) -> String {
    let escaped: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", escaped.join(" | "))
}
