//! The index of a run as one self-contained page: inline style, inline figures, no script, no external file.

use super::markdown::{cell, counts_line, ours, paper};
use super::number::difference;
use super::{Run, count};
use crate::experiment::{Cell, Reference, Report, Row, Table, Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

/// `figures` holds the drawings of each report, in the order of [`Run::reports`].
pub(super) fn index(run: &Run, figures: &[Vec<String>]) -> String {
    let mut drawings = figures.iter();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Reproduction" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Reproduction" }
                    p.counts { @for (verdict, n) in run.counts() { (badge(verdict, Some(n))) " " } }
                    (legend())
                }
                main {
                    @for (key, reports) in run.papers.iter().map(|(paper, reports)| (paper, reports)) {
                        section.paper id=(key.key) {
                            h2 { (key.key) }
                            p { em { (key.title) } ", arXiv " (key.arxiv) }
                            (contents(reports))
                            @for report in reports {
                                (experiment(report, drawings.next().map_or(&[][..], Vec::as_slice)))
                            }
                        }
                    }
                }
                footer { (circumstances(run)) }
            }
        }
    };
    page.into_string()
}

fn legend() -> Markup {
    html! {
        details {
            summary { "How numbers are judged" }
            p {
                "Each number is computed by a program that cannot see what the paper prints. The verdict is made "
                "outside, against a bound fixed before the run. “Reproduced” needs a closed form or the paper's own "
                "inputs (evidence: exact); smaller inputs give “reproduced (scaled)”; generated or other data can "
                "only show whether a trend holds. A number without a bound, or whose data are not at hand, is "
                "printed and not judged."
            }
        }
    }
}

fn contents(reports: &[Report]) -> Markup {
    html! {
        ul.contents {
            @for report in reports {
                li {
                    a href={ "#" (report.experiment.id) } { (report.experiment.title) }
                    " " span.artefact { (report.experiment.artefact) } " "
                    @for (verdict, n) in count(std::iter::once(report)) { (badge(verdict, Some(n))) " " }
                }
            }
        }
    }
}

fn experiment(report: &Report, figures: &[String]) -> Markup {
    let experiment = &report.experiment;
    html! {
        section.experiment id=(experiment.id) {
            h3 { (experiment.title) }
            p.artefact { (experiment.artefact) " · " code { (experiment.id) } " · "
                (counts_line(&count(std::iter::once(report)))) " · "
                a href={ (experiment.id) "/report.md" } { "report.md, CSV and SVG" } }
            @for note in &report.notes { p { (note) } }
            @for (figure, svg) in report.figures.iter().zip(figures) {
                figure aria-label=(figure.title()) { div.drawing { (PreEscaped(svg)) } }
            }
            (rows(&report.rows))
            @for table in &report.tables { (cells(table)) }
            @for reference in experiment.reference { (reference_table(reference)) }
            @for file in &report.data {
                p.data { "Data: " (file.dataset) "/" (file.path) ", from " (file.origin_text())
                    ", sha256 " code { (file.sha256) } }
            }
        }
    }
}

fn rows(rows: &[Row]) -> Markup {
    let unavailable: Vec<_> =
        rows.iter().filter_map(|row| Some((&row.name, row.unavailable.as_ref()?))).collect();
    html! {
        table.rows {
            thead { tr {
                @for head in ["number", "paper", "ours", "difference", "bound", "evidence", "verdict"] {
                    th scope="col" { (head) }
                }
            } }
            tbody { @for row in rows { (one_row(row)) } }
        }
        @for (name, why) in unavailable { p.unavailable { (name) ": not judged, " (why) "." } }
    }
}

fn one_row(row: &Row) -> Markup {
    let second_hand = row.source.starts_with("second-hand:");
    html! {
        tr {
            th scope="row" {
                (row.name)
                @if !row.unit.is_empty() { " " span.unit { (row.unit) } }
                span.source { (row.source) @if second_hand { " ⚠" } }
            }
            td data-label="paper" { (paper(row)) }
            td data-label="ours" { (ours(row)) }
            td data-label="difference" { (difference(row.ours, row.paper)) }
            td data-label="bound" { (row.bound.as_deref().unwrap_or_default()) }
            td data-label="evidence" { (row.evidence.unwrap_or_default()) }
            td.verdict {
                (badge(row.verdict, None))
                @if let Some(why) = &row.known { span.source { "known: " (why) } }
            }
        }
    }
}

fn cells(table: &Table) -> Markup {
    html! {
        details open[table.rows.len() <= 20] {
            summary { (table.title) }
            div.scroll {
                table {
                    thead { tr { @for column in &table.columns { th scope="col" { (column) } } } }
                    tbody {
                        @for row in &table.rows {
                            tr { @for value in row { td.number[matches!(value, Cell::Number(_))] { (cell(value)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn reference_table(reference: &Reference) -> Markup {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reference.csv.as_bytes());
    html! {
        details {
            summary { (reference.title) " (" (reference.source) "; not judged)" }
            div.scroll { table { tbody {
                @for record in reader.records().flatten() { tr { @for field in &record { td { (field) } } } }
            } } }
        }
    }
}

fn circumstances(run: &Run) -> Markup {
    let (settings, at) = (&run.settings, &run.circumstances);
    html! {
        p { "Profile " (settings.profile) ", seed " (settings.seed) "; "
            @for (name, version) in &settings.versions { (name) " " (version) "; " }
            "commit " code { (at.commit) } }
        p { "Started " (at.started) ", " (format!("{:.1}", at.seconds)) " s on " (at.machine) }
    }
}

fn badge(verdict: Verdict, count: Option<usize>) -> Markup {
    html! {
        span class={ "badge " (verdict.name()) } {
            @if let Some(n) = count { (n) " " }
            (verdict.label())
        }
    }
}
