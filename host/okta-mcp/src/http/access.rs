//! Who calls, and which tools that opens to them.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Somebody who calls tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    subject: Option<Arc<str>>,
    reach: Reach,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Everything,
    Tools(Arc<BTreeSet<String>>),
}

impl Caller {
    /// Whoever started this program, or can connect where no token is asked for: every tool.
    #[must_use]
    pub fn local() -> Self {
        Self {
            subject: None,
            reach: Reach::Everything,
        }
    }

    /// The bearer of a token of `subject`'s, to whom `tools` are open and no others.
    pub(super) fn bearer(subject: &str, tools: BTreeSet<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            reach: Reach::Tools(Arc::new(tools)),
        }
    }

    /// Who it is by their token; none where no token is asked for.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether the tool is theirs to call. One that does not exist is nobody's who has shown a token.
    #[must_use]
    pub fn may_call(&self, tool: &str) -> bool {
        match &self.reach {
            Reach::Everything => true,
            Reach::Tools(tools) => tools.contains(tool),
        }
    }
}
