//! The comparison, from the plugin down to single parameters and fields.

mod endpoint;
mod tool;

use crate::limits::{LimitFact, PerLimit};
use crate::review::Facts;
use crate::sensitivity::Sensitivity;

use super::{Category, Finding};

/// What a finding is about: the parts of its id behind the category.
#[derive(Default, Clone, Copy)]
struct Place<'a> {
    tool: Option<&'a str>,
    endpoint: Option<&'a str>,
    name: Option<&'a str>,
}

/// Findings, as they are made.
struct Findings(Vec<Finding>);

/// What is there before and after.
type Change = (Option<String>, Option<String>);

impl Findings {
    fn add(
        &mut self,
        category: Category,
        place: Place<'_>,
        sensitivity: Sensitivity,
        (old, new): Change,
        text: String,
    ) {
        let id = [Some(category.id()), place.tool, place.endpoint, place.name]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(":");
        // A signature where there was none is no less than before.
        let widens = category.widens() && !(category == Category::SignerChanged && old.is_none());
        self.0.push(Finding {
            id,
            category,
            widens,
            text,
            tool: place.tool.map(str::to_owned),
            endpoint: place.endpoint.map(str::to_owned),
            sensitivity,
            old,
            new,
        });
    }
}

/// All findings, what widens first, then by category and id.
pub(super) fn all(old: Option<&Facts>, new: &Facts) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    tool::all(&mut findings, old.map_or(&[], |old| &old.tools), &new.tools);
    scopes(&mut findings, old, new);
    imports(&mut findings, old, new);
    if let Some(old) = old {
        limits(&mut findings, &old.limits, &new.limits);
        signer(&mut findings, old, new);
    }
    findings
        .0
        .sort_by(|a, b| (!a.widens, a.category, &a.id).cmp(&(!b.widens, b.category, &b.id)));
    findings.0
}

/// What is in one list and not in the other: removed, added.
fn differences<'a>(old: &'a [String], new: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let only = |own: &'a [String], other: &[String]| {
        own.iter()
            .filter(|item| !other.contains(item))
            .map(String::as_str)
            .collect()
    };
    (only(old, new), only(new, old))
}

fn scopes(findings: &mut Findings, old: Option<&Facts>, new: &Facts) {
    let (removed, added) = differences(old.map_or(&[], |old| &old.scopes), &new.scopes);
    let place = |scope| Place {
        name: Some(scope),
        ..Place::default()
    };
    let is_manage = |scope: &&str| scope.ends_with(".manage");
    for &scope in &added {
        findings.add(
            Category::ScopeAdded,
            place(scope),
            Sensitivity::Ordinary,
            (None, Some(scope.to_owned())),
            format!("The plugin now needs the OAuth scope {scope}."),
        );
    }
    for scope in added.into_iter().filter(is_manage) {
        findings.add(
            Category::ManageScope,
            place(scope),
            Sensitivity::Ordinary,
            (None, Some(scope.to_owned())),
            format!(
                "The plugin now needs {scope}, which could also change things; the host sends GETs only."
            ),
        );
    }
    for &scope in &removed {
        findings.add(
            Category::ScopeRemoved,
            place(scope),
            Sensitivity::Ordinary,
            (Some(scope.to_owned()), None),
            format!("The plugin no longer needs the OAuth scope {scope}."),
        );
    }
    for scope in removed.into_iter().filter(is_manage) {
        findings.add(
            Category::ManageScopeRemoved,
            place(scope),
            Sensitivity::Ordinary,
            (Some(scope.to_owned()), None),
            format!("The plugin no longer needs {scope}, which could change things."),
        );
    }
}

fn imports(findings: &mut Findings, old: Option<&Facts>, new: &Facts) {
    let (removed, mut added) = differences(old.map_or(&[], |old| &old.imports), &new.imports);
    if old.is_none() {
        // Every plugin imports the plugin interface: in a first version only the rest is news.
        added.retain(|import| !import.starts_with("okta:plugin/"));
    }
    for import in added {
        findings.add(
            Category::ImportAdded,
            Place {
                name: Some(import),
                ..Place::default()
            },
            Sensitivity::Ordinary,
            (None, Some(import.to_owned())),
            format!("The component now imports {import}."),
        );
    }
    for import in removed {
        findings.add(
            Category::ImportRemoved,
            Place {
                name: Some(import),
                ..Place::default()
            },
            Sensitivity::Ordinary,
            (Some(import.to_owned()), None),
            format!("The component no longer imports {import}."),
        );
    }
}

fn limits(findings: &mut Findings, old: &PerLimit<LimitFact>, new: &PerLimit<LimitFact>) {
    for ((about, was), (_, is)) in old.each().zip(new.each()) {
        let (category, how) = match was.value.cmp(&is.value) {
            std::cmp::Ordering::Less => (Category::LimitRaised, "now"),
            std::cmp::Ordering::Greater => (Category::LimitLowered, "only"),
            std::cmp::Ordering::Equal => continue,
        };
        let (before, after) = (about.amount(was), about.amount(is));
        findings.add(
            category,
            Place {
                name: Some(about.key),
                ..Place::default()
            },
            Sensitivity::Ordinary,
            (Some(before.clone()), Some(after)),
            format!("A call may {how} {} instead of {before}.", about.says(is)),
        );
    }
}

fn signer(findings: &mut Findings, old: &Facts, new: &Facts) {
    if old.signer == new.signer {
        return;
    }
    let text = match (&old.signer, &new.signer) {
        (None, Some(new)) => format!("The package is now signed, by {new}."),
        (Some(old), None) => format!("The package is no longer signed; {old} had signed it."),
        (Some(old), Some(new)) => format!("The package is now signed by {new} instead of {old}."),
        (None, None) => return,
    };
    findings.add(
        Category::SignerChanged,
        Place::default(),
        Sensitivity::Ordinary,
        (old.signer.clone(), new.signer.clone()),
        text,
    );
}
