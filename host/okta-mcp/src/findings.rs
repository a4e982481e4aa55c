//! What a command looked at, line by line: as it should be, untried, or a problem with what to do.
//!
//! `doctor` and `plugin check` tell what they found in this form, on a terminal and as JSON. A check has a name that
//! stays from one version to the next, so that a script can rely on it.

use std::fmt;

use capability::text::clean;
use schemars::JsonSchema;
use serde::Serialize;

/// Characters of a line: others' words are in it.
pub(crate) const MAX_LINE: usize = 600;

/// All that was found, in the order in which it was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub check: String,
    /// What came of it, in one line.
    pub found: String,
    /// Whether that is as it should be.
    pub verdict: Verdict,
}

/// Whether something is as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Ok,
    /// It could not be tried; nothing is known.
    Untried,
    /// It is not.
    Problem {
        /// What to do about it.
        remedy: String,
    },
}

/// A finding as JSON has it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Row {
    /// What was looked at: a name that stays.
    pub check: String,
    /// Whether it is as it should be.
    pub result: Word,
    /// What came of it, in one line.
    pub found: String,
    /// What to do about a problem.
    pub remedy: Option<String>,
}

/// A verdict as JSON has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Word {
    /// As it should be.
    Ok,
    /// It could not be tried; nothing is known.
    Untried,
    /// Not as it should be.
    Problem,
}

impl Findings {
    /// It is as it should be.
    pub fn ok(&mut self, check: impl Into<String>, found: impl AsRef<str>) {
        self.add(check, found.as_ref(), Verdict::Ok);
    }

    /// It could not be tried.
    pub fn untried(&mut self, check: impl Into<String>, found: impl AsRef<str>) {
        self.add(check, found.as_ref(), Verdict::Untried);
    }

    /// It is not as it should be.
    pub fn problem(
        &mut self,
        check: impl Into<String>,
        found: impl AsRef<str>,
        remedy: impl AsRef<str>,
    ) {
        let remedy = clean(remedy.as_ref(), MAX_LINE);
        self.add(check, found.as_ref(), Verdict::Problem { remedy });
    }

    fn add(&mut self, check: impl Into<String>, found: &str, verdict: Verdict) {
        self.0.push(Finding {
            check: check.into(),
            found: clean(found, MAX_LINE),
            verdict,
        });
    }

    /// Puts `others` behind these.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    /// How many are problems.
    #[must_use]
    pub fn problems(&self) -> usize {
        let is_problem = |finding: &&Finding| finding.verdict.word() == Word::Problem;
        self.0.iter().filter(is_problem).count()
    }

    /// All of them as JSON has them.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.0.iter().map(Finding::row).collect()
    }
}

impl Finding {
    fn row(&self) -> Row {
        Row {
            check: self.check.clone(),
            result: self.verdict.word(),
            found: self.found.clone(),
            remedy: match &self.verdict {
                Verdict::Ok | Verdict::Untried => None,
                Verdict::Problem { remedy } => Some(remedy.clone()),
            },
        }
    }
}

impl Verdict {
    fn word(&self) -> Word {
        match self {
            Self::Ok => Word::Ok,
            Self::Untried => Word::Untried,
            Self::Problem { .. } => Word::Problem,
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Untried => "untried",
            Self::Problem => "problem",
        })
    }
}

/// A line for each.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.0 {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            check,
            found,
            verdict,
        } = self;
        write!(f, "{:<8} {check}: {found}", verdict.word())?;
        match verdict {
            Verdict::Ok | Verdict::Untried => Ok(()),
            Verdict::Problem { remedy } => write!(f, "; {remedy}"),
        }
    }
}

/// `no problem was found`, `1 problem`, `7 problems`.
#[must_use]
pub fn counted(problems: usize) -> String {
    match problems {
        0 => "no problem was found".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_one_line_that_says_what_to_do() {
        let mut findings = Findings::default();
        findings.ok("imports", "nothing but okta:plugin");
        findings.untried("get_x, Okta refuses", "no arguments fit");
        findings.problem("texts", "odd\u{202e}\nwords", "change\nthem");
        assert_eq!(
            findings.to_string(),
            "ok       imports: nothing but okta:plugin\n\
             untried  get_x, Okta refuses: no arguments fit\n\
             problem  texts: oddwords; changethem\n"
        );
        assert_eq!(findings.problems(), 1);
        let rows = serde_json::to_value(findings.rows()).unwrap();
        assert_eq!(rows[2]["result"], "problem");
        assert_eq!(rows[2]["remedy"], "changethem");
        assert_eq!(rows[0]["remedy"], serde_json::Value::Null);
    }

    #[test]
    fn problems_are_counted_in_words() {
        assert_eq!(
            [0, 1, 2].map(counted),
            ["no problem was found", "1 problem", "2 problems"]
        );
    }
}
