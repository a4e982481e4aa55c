//! Who calls, and which tools that opens to them.

use std::sync::Arc;

/// Somebody who calls tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    subject: Option<Arc<str>>,
}

impl Caller {
    /// Whoever started this program, or can connect where no token is asked for: every tool.
    #[must_use]
    pub fn local() -> Self {
        Self { subject: None }
    }

    /// Who it is by their token; none where no token is asked for.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether the tool is theirs to call. Every tool is: no transport tells callers apart so far.
    #[must_use]
    pub fn may_call(&self, _tool: &str) -> bool {
        true
    }

    /// Whether both are the same person or program.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.subject == other.subject
    }
}
