//! The file of accepted findings: each with a reason, somebody who answers for it, and an end.
//!
//! ```toml
//! [[accepted]]
//! finding = "other-tool:directory.find_person:3f9a0c1b2d4e5f60"
//! reason = "It says which built-in tool takes the id that it returns"
//! owner = "iam-team@example.com"
//! expires = "2027-03-01"
//! ```
//!
//! A risk is accepted in a file that is reviewed like code, never by a flag that nobody sees again. What
//! [refuses](super::Category::refuses) cannot be accepted.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{Category, Finding};
use crate::text::{clean, is_hidden};

/// The largest file that is read: a thousand acceptances.
pub const MAX_ACCEPTED_BYTES: usize = 256 * 1024;

/// Findings that somebody accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted(BTreeMap<String, Acceptance>);

/// Why one finding is accepted, by whom, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// For the next reviewer.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: Date,
}

/// A file of accepted findings that is not one: where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct AcceptedError {
    /// 1-based line of the file's text.
    pub line: usize,
    /// What is wrong and what is accepted, in one line.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    accepted: Vec<RawAcceptance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAcceptance {
    finding: Spanned<String>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<String>,
}

impl Accepted {
    /// Parses the file's text.
    ///
    /// # Errors
    /// The first mistake, with its line and what is accepted instead.
    pub fn parse(text: &str) -> Result<Self, AcceptedError> {
        let at = |offset: usize, problem: String| AcceptedError {
            line: 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count(),
            problem,
        };
        if text.len() > MAX_ACCEPTED_BYTES {
            return Err(at(
                0,
                format!("longer than {} KiB", MAX_ACCEPTED_BYTES >> 10),
            ));
        }
        let raw: Raw = toml::from_str(text).map_err(|error| {
            at(
                error.span().map_or(0, |span| span.start),
                clean(&error.message().replace('\n', "; "), 300),
            )
        })?;
        let mut all = BTreeMap::new();
        for entry in raw.accepted {
            let wrong =
                |field: &Spanned<String>, problem: &str| at(field.span().start, problem.to_owned());
            let acceptance = Acceptance {
                reason: sentence(&entry.reason).ok_or_else(|| {
                    wrong(
                        &entry.reason,
                        "`reason` is one line of 1 to 200 visible characters",
                    )
                })?,
                owner: sentence(&entry.owner).ok_or_else(|| {
                    wrong(
                        &entry.owner,
                        "`owner` is one line of 1 to 200 visible characters",
                    )
                })?,
                expires: entry.expires.get_ref().parse().map_err(|_| {
                    wrong(&entry.expires, "`expires` is a date such as \"2027-03-01\"")
                })?,
            };
            let id = entry.finding.get_ref();
            check_id(id).map_err(|problem| wrong(&entry.finding, problem))?;
            if all.insert(id.clone(), acceptance).is_some() {
                return Err(wrong(
                    &entry.finding,
                    "this finding is accepted twice; keep one of the two",
                ));
            }
        }
        Ok(Self(all))
    }

    /// The acceptance of `finding` that holds on `today`.
    ///
    /// # Errors
    /// Why there is none: nothing was accepted, or it has expired.
    pub fn of(&self, finding: &Finding, today: Date) -> Result<&Acceptance, NotAccepted> {
        if finding.refuses() {
            return Err(NotAccepted::Never);
        }
        match self.0.get(&finding.id()) {
            None => Err(NotAccepted::Open),
            Some(acceptance) if acceptance.expires < today => {
                Err(NotAccepted::Expired(acceptance.expires))
            }
            Some(acceptance) => Ok(acceptance),
        }
    }

    /// Ids of the file that none of `findings` has: what they accepted is gone, and so should they.
    pub fn surplus<'a>(&'a self, findings: &'a [Finding]) -> impl Iterator<Item = &'a str> {
        self.0
            .keys()
            .filter(|id| !findings.iter().any(|finding| finding.id() == **id))
            .map(String::as_str)
    }
}

/// Why a finding is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// Nobody accepted it.
    Open,
    /// Somebody did, until this day.
    Expired(Date),
    /// Its category refuses: nobody can.
    Never,
}

fn check_id(id: &str) -> Result<(), &'static str> {
    let Some(category) = id.split_once(':').and_then(|(category, _)| {
        Category::ALL
            .into_iter()
            .find(|known| known.id() == category)
    }) else {
        return Err("this is no finding's id; `okta-mcp approve FILE` prints them");
    };
    if category.refuses() {
        return Err("findings of this kind cannot be accepted; the plugin has to change");
    }
    Ok(())
}

fn sentence(raw: &Spanned<String>) -> Option<String> {
    let text = raw.get_ref();
    let fit =
        !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(is_hidden);
    fit.then(|| text.clone())
}
