//! The report as a page for a browser: the figures first, then two pictures, then every table of the other forms.

use audit::report::{Item, Report};
use capability::text::clean;
use maud::{Markup, html};

use super::chart;
use super::sections::{self, Section};
use crate::report::page::Page;

/// The longest cell, in characters.
const CELL: usize = 400;

pub(super) fn render(report: &Report) -> String {
    let sections = sections::all(report);
    Page {
        title: "What the plugins really did",
        lead: html! { (lead(report)) },
        made_from: html! { " from its audit log" },
        rules: chart::STYLE.to_owned(),
        body: html! {
            @if let Some(broken) = &report.broken {
                p.card { span class="class bad" { "not whole" } " What follows may not be all, or not be true. " (clean(broken, CELL)) "." }
            }
            (figures(report))
            h2 id="pictures" { "What left the org" }
            (chart::by_tool(report))
            (chart::by_day(report))
            @for (index, section) in sections.iter().enumerate() { (table(index, section)) }
        },
    }
    .render()
}

fn lead(report: &Report) -> String {
    match report.from.as_ref().zip(report.to.as_ref()) {
        Some((from, to)) => format!(
            "{} rows of the audit log, from {} to {} UTC: what was called, what Okta answered, and what of the declared was never used.",
            report.rows,
            sections::minute(from),
            sections::minute(to)
        ),
        None => sections::lead(report),
    }
}

fn figures(report: &Report) -> Markup {
    let calls: u64 = report.callers.iter().map(|caller| caller.calls).sum();
    let objects: u64 = report.tools.iter().map(|tool| tool.rows).sum();
    let denied: u64 = report.denials.iter().map(|denied| denied.count).sum();
    let lost: u64 = report.lost.iter().map(|lost| lost.count).sum();
    let endpoints = || report.plugins.iter().flat_map(|plugin| &plugin.endpoints);
    let fields = || endpoints().flat_map(|endpoint| &endpoint.fields);
    let unused = endpoints().filter(|endpoint| endpoint.is_unused()).count();
    html! {
        ul.figures {
            li { strong { (calls) } span { "calls" } }
            li { strong { (objects) } span { "objects left the org" } }
            li { strong { (denied) } span { "requests denied" } }
            li { strong { (unused) " of " (endpoints().count()) } span { "declared endpoints never used" } }
            li { strong { (fields().filter(|field| Item::is_unused(field)).count()) " of " (fields().count()) } span { "declared fields never seen" } }
            li { strong { (lost) } span { "rows lost" } }
        }
    }
}

/// One section as a table. The first is headed by the pictures.
fn table(index: usize, section: &Section) -> Markup {
    let id = format!("section-{index}");
    html! {
        @if index > 0 { h2 id=(id) { (section.title) } }
        @if section.rows.is_empty() {
            p.soft { (section.nothing) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(section.title) {
                table {
                    thead { tr { @for head in section.head { th scope="col" class=[is_number(head).then_some("number")] { (head) } } } }
                    tbody {
                        @for row in &section.rows {
                            tr {
                                @for (head, cell) in section.head.iter().zip(row) {
                                    td class=[is_number(head).then_some("number")] { (shown(head, cell)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_number(head: &str) -> bool {
    matches!(
        head,
        "calls"
            | "GETs"
            | "objects"
            | "bytes before projection"
            | "times"
            | "rows"
            | "mean"
            | "longest"
    )
}

fn shown(head: &str, cell: &str) -> Markup {
    let cell = clean(cell, CELL);
    html! {
        @match head {
            "tool" | "endpoint" | "which" | "about" | "last call" | "why" => { code { (cell) } }
            "last used" if cell == "never" => { span class="class personal" { "never" } }
            "class" => { span class=(format!("class {}", if cell == "denied" { "bad" } else { "personal" })) { (cell) } }
            _ => { (cell) }
        }
    }
}
