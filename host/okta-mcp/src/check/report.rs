//! What was found of one package.

use std::fmt;

use capability::text::clean;
use serde_json::{Value, json};

use crate::findings::{Findings, MAX_LINE, counted};

/// All that was found out of one package, in the order in which it was tried.
#[derive(Debug, Clone)]
pub struct Report {
    package: String,
    findings: Findings,
}

impl Report {
    pub(super) fn new(package: &str) -> Self {
        Self {
            package: clean(package, MAX_LINE),
            findings: Findings::default(),
        }
    }

    pub(super) fn ok(&mut self, check: impl Into<String>, found: impl AsRef<str>) {
        self.findings.ok(check, found);
    }

    pub(super) fn untried(&mut self, check: impl Into<String>, found: impl AsRef<str>) {
        self.findings.untried(check, found);
    }

    pub(super) fn problem(
        &mut self,
        check: impl Into<String>,
        found: impl AsRef<str>,
        remedy: &'static str,
    ) {
        self.findings.problem(check, found, remedy);
    }

    /// All findings.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// How many are problems.
    #[must_use]
    pub fn problems(&self) -> usize {
        self.findings.problems()
    }

    /// As JSON: `package`, `problems`, and `checks`, each with `check`, `result`, `found` and `remedy`.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({"package": self.package, "problems": self.problems(), "checks": self.findings.rows()})
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { package, findings } = self;
        write!(f, "{findings}{package}: {}", counted(findings.problems()))
    }
}
