//! A comparison as a page for a browser.

use capability::diff::{Diff, Finding};
use maud::{Markup, html};

use super::super::page::{Page, packages};
use super::super::words::{count, visible};
use super::{other, shows_texts, strangers, verdict, version, widening};

pub(super) fn render(diff: &Diff) -> String {
    let title = match &diff.old {
        Some(_) => format!("What changed in {}", diff.new.plugin),
        None => format!("What is new in {}", diff.new.plugin),
    };
    Page {
        title: &title,
        lead: html! {
            @if let Some(old) = &diff.old { (version(old)) " → " }
            (version(&diff.new))
        },
        made_from: packages(),
        rules: STYLE.to_owned(),
        body: html! {
            @if let Some(note) = strangers(diff) { p.card { (note) } }
            p class=(if diff.widens { "verdict wide" } else { "verdict" }) {
                span class=(if diff.widens { "class bad" } else { "class good" }) {
                    @if diff.widens { "wider" } @else { "not wider" }
                }
                " " (verdict(diff))
            }
            @if diff.old.is_some() { (digests(diff)) }
            (section("It can now", "Each of these has to be looked at before the new version runs.", widening(diff).collect()))
            (section("Also changed", "Nothing here lets the plugin do more.", other(diff).collect()))
        },
    }
    .render()
}

fn digests(diff: &Diff) -> Markup {
    html! {
        dl.pairs {
            @if let Some(old) = &diff.old { dt { "Old SHA-256" } dd { code { (old.digest) } } }
            dt { "New SHA-256" } dd { code { (diff.new.digest) } }
        }
    }
}

fn section(title: &str, lead: &str, findings: Vec<&Finding>) -> Markup {
    if findings.is_empty() {
        return Markup::default();
    }
    html! {
        h2 { (title) " " span.soft { (count(findings.len(), "change")) } }
        p.soft { (lead) }
        ul.plain {
            @for finding in findings { (one(finding)) }
        }
    }
}

fn one(finding: &Finding) -> Markup {
    let sensitivity = finding.sensitivity.as_str();
    html! {
        li class=(format!("card finding {}", if finding.widens { "wide" } else { "" })) {
            p.said { (visible(&finding.text)) }
            p.marks {
                span.category { (finding.category) } " "
                span class=(format!("class {sensitivity}")) { (sensitivity) }
            }
            @if shows_texts(finding) {
                div.texts {
                    div { h3.sr { "Before" } del { (visible(finding.old.as_deref().unwrap_or("not there"))) } }
                    div { h3.sr { "Now" } ins { (visible(finding.new.as_deref().unwrap_or("not there"))) } }
                }
            }
            p.id { code { (visible(&finding.id)) } }
        }
    }
}

/// The comparison's own rules.
const STYLE: &str = "
.verdict { font-size: 1.15rem; font-weight: 600; margin: 1.5rem 0 1rem; }
.finding { border-left: 4px solid var(--line); }
.finding.wide { border-left-color: var(--personal-line); }
.said { font-weight: 500; max-width: none; overflow-wrap: anywhere; }
.marks { margin: .3rem 0; }
.category { font: 600 .8rem/1.5 var(--mono); color: var(--soft); }
.id { font-size: .8rem; color: var(--soft); margin: .3rem 0 0; max-width: none; }
.texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .75rem; margin: .75rem 0; font-size: .93rem; }
.texts > div { background: var(--sunk); border-radius: .5rem; padding: .6rem .8rem; overflow-wrap: anywhere; }
del { text-decoration: none; color: var(--credential); } ins { text-decoration: none; color: var(--good); }
del::before { content: \"− \"; } ins::before { content: \"+ \"; }

";
