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
    Only(Arc<Opened>),
}

/// What rules open to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Opened {
    /// Tools that are offered.
    pub(super) tools: BTreeSet<String>,
    /// Plugins that are open as a whole.
    pub(super) plugins: BTreeSet<String>,
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

    /// The bearer of a token of `subject`'s, to whom `opened` is open and nothing else.
    pub(super) fn bearer(subject: &str, opened: Opened) -> Self {
        Self {
            subject: Some(subject.into()),
            reach: Reach::Only(Arc::new(opened)),
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
            Reach::Only(opened) => opened.tools.contains(tool),
        }
    }

    /// Whether the whole of the plugin is theirs: what it brings beside its tools goes with all of them and not with
    /// single ones.
    #[must_use]
    pub fn may_use_all_of(&self, plugin: &str) -> bool {
        match &self.reach {
            Reach::Everything => true,
            Reach::Only(opened) => opened.plugins.contains(plugin),
        }
    }
}
