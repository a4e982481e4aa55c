//! A comparison, laid out.

mod html;
mod markdown;
mod sarif;
mod text;

use capability::diff::Diff;
use capability::diff::Finding;

use super::Format;

/// The report on `diff`, in the form that is asked for; `file` is the new package's, as it was named.
///
/// # Errors
/// None that can be met: the documents are JSON.
pub fn render(diff: &Diff, format: Format, file: Option<&str>) -> serde_json::Result<String> {
    match format {
        Format::Text => Ok(text::render(diff)),
        Format::Json => super::json(diff),
        Format::Sarif => super::json(&sarif::render(diff, file)),
        Format::Html => Ok(html::render(diff)),
        Format::Markdown => Ok(markdown::render(diff)),
    }
}

/// The JSON Schema of [`Format::Json`].
///
/// # Errors
/// None that can be met: a schema is JSON.
pub fn schema() -> serde_json::Result<String> {
    super::schema::<Diff>()
}

/// What it comes to, in one sentence.
fn verdict(diff: &Diff) -> String {
    let widening = widening(diff).count();
    let other = diff.findings.len() - widening;
    match (widening, other, &diff.old) {
        (0, 0, Some(old)) if old.digest == diff.new.digest => {
            "It is the same package: nothing changed.".to_owned()
        }
        (0, 0, _) => "The code changed; what it can do did not.".to_owned(),
        (0, other, _) => format!(
            "It can do nothing that it could not do before ({}).",
            changes(other, "other change")
        ),
        (some, 0, _) => format!("It can do more than before: {}.", changes(some, "change")),
        (some, other, _) => format!(
            "It can do more than before: {}, and {} besides.",
            changes(some, "change"),
            changes(other, "other")
        ),
    }
}

fn changes(number: usize, noun: &str) -> String {
    super::words::count(number, noun)
}

/// A note where two different plugins are compared.
fn strangers(diff: &Diff) -> Option<String> {
    let old = diff.old.as_ref()?;
    (old.plugin != diff.new.plugin).then(|| {
        format!(
            "These are two plugins, {} and {}, not two versions of one.",
            old.plugin, diff.new.plugin
        )
    })
}

fn widening(diff: &Diff) -> impl Iterator<Item = &Finding> {
    diff.findings.iter().filter(|finding| finding.widens)
}

fn other(diff: &Diff) -> impl Iterator<Item = &Finding> {
    diff.findings.iter().filter(|finding| !finding.widens)
}

/// `groups 0.1.0 (sha256 0123456789ab)`.
fn version(version: &capability::diff::Version) -> String {
    let digest: String = version.digest.chars().take(12).collect();
    format!("{} {} (sha256 {digest})", version.plugin, version.version)
}

/// Texts of tools and schemas are shown beside each other; other findings say it all in their sentence.
fn shows_texts(finding: &Finding) -> bool {
    matches!(
        finding.category,
        capability::diff::Category::ToolTextChanged | capability::diff::Category::ReasonChanged
    )
}
