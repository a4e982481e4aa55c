//! Numbers for whoever watches the server: what was called and how it ended, what was denied, what Okta has left.
//!
//! A label is a tool's name, a bucket of Okta's table, or a word of a list of ours: nothing that a caller, a plugin or the
//! org says becomes one, so that their number is bounded and nothing of the org is in them. Calls are counted where they
//! end; what others count already, the gateway and the sandbox, is asked when somebody looks.

mod collected;
mod listener;

use std::time::Duration;

use audit::row::{Outcome, Reason};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use serde::Serialize;

pub(crate) use collected::Collected;
pub use listener::{Address, Listener};

/// Upper ends of a call's durations, in seconds: from a refusal, which asks nobody, to the time of a call.
const DURATIONS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// What stands for a tool that there is not, whatever it was called.
const UNKNOWN: &str = "unknown";

/// What is counted as it happens. A clone counts the same.
#[derive(Clone)]
pub struct Metrics {
    calls: Family<Call, Counter>,
    durations: Family<Tool, Histogram, fn() -> Histogram>,
    denials: Family<Why, Counter>,
    limits: Family<Limit, Counter>,
    refused_tokens: Family<Why, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    tool: String,
    outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tool {
    tool: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limit {
    limit: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            calls: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            denials: Family::default(),
            limits: Family::default(),
            refused_tokens: Family::default(),
        }
    }
}

impl Metrics {
    /// A call of `tool`, which is offered, has ended.
    pub(crate) fn called(&self, tool: &str, outcome: Outcome, took: Duration) {
        self.count(tool, outcome);
        self.durations
            .get_or_create(&Tool {
                tool: tool.to_owned(),
            })
            .observe(took.as_secs_f64());
    }

    /// A tool was called that there is not, or not for the caller.
    pub(crate) fn called_unknown(&self) {
        self.count(UNKNOWN, Outcome::UnknownTool);
    }

    fn count(&self, tool: &str, outcome: Outcome) {
        self.calls
            .get_or_create(&Call {
                tool: tool.to_owned(),
                outcome: word(&outcome),
            })
            .inc();
    }

    /// A plugin asked for what it may not have, or wrongly.
    pub(crate) fn denied(&self, reason: Reason) {
        let reason = word(&reason);
        self.denials.get_or_create(&Why { reason }).inc();
    }

    /// A call was ended at this limit.
    pub(crate) fn limited(&self, limit: &'static str) {
        self.limits.get_or_create(&Limit { limit }).inc();
    }

    /// A request was not let in.
    pub(crate) fn refused_token(&self, reason: &'static str) {
        let reason = reason.to_owned();
        self.refused_tokens.get_or_create(&Why { reason }).inc();
    }

    /// All of them, and what `collected` is asked for, under the names that they have outside.
    pub(crate) fn registry(&self, collected: Collected) -> Registry {
        let mut registry = Registry::with_prefix("okta_mcp");
        registry.register(
            "calls",
            "Calls of tools that have ended, by tool and outcome",
            self.calls.clone(),
        );
        registry.register_with_unit(
            "call_duration",
            "How long calls took, by tool",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register(
            "denials",
            "Requests of plugins that were not sent, by reason",
            self.denials.clone(),
        );
        registry.register(
            "limits_hit",
            "Calls that were ended at a limit of the sandbox, by limit",
            self.limits.clone(),
        );
        registry.register(
            "refused_tokens",
            "HTTP requests that were not let in, by reason",
            self.refused_tokens.clone(),
        );
        registry.register_collector(Box::new(collected));
        registry
    }
}

/// A word of one of our own lists, as the audit log writes it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => UNKNOWN.to_owned(),
    }
}
