//! What was found, line by line.

use std::fmt;

use capability::text::clean;
use serde_json::{Value, json};

/// Characters of a line: a plugin's own words are in it.
const MAX_LINE: usize = 600;

/// All that was found out of one package, in the order in which it was tried.
#[derive(Debug, Clone)]
pub struct Report {
    package: String,
    findings: Vec<Finding>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it was: one word, or a tool and what stood for Okta.
    pub check: String,
    /// What came of it, in one line.
    pub found: String,
    /// Whether that is as it should be.
    pub verdict: Verdict,
}

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Ok,
    /// It could not be tried; nothing is known.
    Untried,
    /// It is not.
    Problem {
        /// What to do about it.
        remedy: &'static str,
    },
}

impl Report {
    pub(super) fn new(package: &str) -> Self {
        Self {
            package: clean(package, MAX_LINE),
            findings: Vec::new(),
        }
    }

    pub(super) fn ok(&mut self, check: impl Into<String>, found: String) {
        self.add(check, &found, Verdict::Ok);
    }

    pub(super) fn untried(&mut self, check: impl Into<String>, found: String) {
        self.add(check, &found, Verdict::Untried);
    }

    pub(super) fn problem(
        &mut self,
        check: impl Into<String>,
        found: String,
        remedy: &'static str,
    ) {
        self.add(check, &found, Verdict::Problem { remedy });
    }

    fn add(&mut self, check: impl Into<String>, found: &str, verdict: Verdict) {
        self.findings.push(Finding {
            check: check.into(),
            found: clean(found, MAX_LINE),
            verdict,
        });
    }

    /// All findings.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many are problems.
    #[must_use]
    pub fn problems(&self) -> usize {
        let is_problem = |finding: &&Finding| matches!(finding.verdict, Verdict::Problem { .. });
        self.findings.iter().filter(is_problem).count()
    }

    /// As JSON: `package`, `problems`, and `checks`, each with `check`, `result`, `found` and `remedy`.
    #[must_use]
    pub fn json(&self) -> Value {
        let checks: Vec<Value> = self.findings.iter().map(Finding::json).collect();
        json!({"package": self.package, "problems": self.problems(), "checks": checks})
    }
}

impl Finding {
    fn json(&self) -> Value {
        let remedy = match self.verdict {
            Verdict::Ok | Verdict::Untried => None,
            Verdict::Problem { remedy } => Some(remedy),
        };
        json!({
            "check": self.check,
            "result": self.verdict.word(),
            "found": self.found,
            "remedy": remedy,
        })
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Untried => "untried",
            Self::Problem { .. } => "problem",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let Finding {
                check,
                found,
                verdict,
            } = finding;
            write!(f, "{:<8} {check}: {found}", verdict.word())?;
            if let Verdict::Problem { remedy } = verdict {
                write!(f, "; {remedy}")?;
            }
            writeln!(f)?;
        }
        match self.problems() {
            0 => write!(f, "{}: no problem was found", self.package),
            1 => write!(f, "{}: 1 problem", self.package),
            count => write!(f, "{}: {count} problems", self.package),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_one_line_that_says_what_to_do() {
        let mut report = Report::new("a.wasm");
        report.ok("imports", "nothing but okta:plugin".to_owned());
        report.untried("get_x, Okta refuses", "no arguments fit".to_owned());
        report.problem("texts", "odd\u{202e}\nwords".to_owned(), "change them");
        assert_eq!(
            report.to_string(),
            "ok       imports: nothing but okta:plugin\n\
             untried  get_x, Okta refuses: no arguments fit\n\
             problem  texts: oddwords; change them\n\
             a.wasm: 1 problem"
        );
        assert_eq!(report.json()["problems"], 1);
        assert_eq!(report.json()["checks"][2]["remedy"], "change them");
        assert_eq!(report.json()["checks"][0]["remedy"], Value::Null);
    }
}
