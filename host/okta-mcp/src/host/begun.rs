//! What is kept of one errand while it runs: the audit record and the trace, whatever kind of errand it is.

use std::sync::Arc;
use std::time::Instant;

use audit::record::{Record, Subject};
use audit::row::{Client, Outcome as Ended};
use serde_json::{Map, Value};

use super::{Host, Stop, Stopped, failed};
use crate::metrics::Metrics;
use crate::registry::Loaded;

/// What is asked of a plugin: a tool, a prompt or a resource, by the name that it is granted and recorded under.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) loaded: &'a Arc<Loaded>,
    pub(super) name: &'a str,
}

impl Of<'_> {
    pub(super) fn plugin(&self) -> &str {
        self.loaded.name()
    }
}

/// An errand that was begun.
pub(super) struct Begun<'a> {
    trace: Trace<'a>,
    record: Option<Arc<Record>>,
}

impl<'a> Begun<'a> {
    /// Begins an errand of `client`'s; of its arguments those that are `declared` are recorded by name.
    pub(super) fn new(
        host: &'a Host,
        client: Client,
        of: Of<'a>,
        arguments: &Map<String, Value>,
        declared: impl Fn(&str) -> bool,
    ) -> Self {
        let record = host.audit.as_ref().map(|log| {
            let package = of.loaded.plugin.package();
            let subject = Subject {
                plugin: of.plugin().to_owned(),
                digest: package.digest().to_string(),
                tool: of.name.to_owned(),
            };
            let record = Record::of_call(log, client, subject, arguments, declared);
            Arc::new(record)
        });
        Self {
            trace: Trace {
                of,
                metrics: &host.metrics,
                started: Instant::now(),
                outcome: "cancelled",
                ended: Ended::Cancelled,
            },
            record,
        }
    }

    pub(super) fn record(&self) -> Option<&Arc<Record>> {
        self.record.as_ref()
    }

    /// Waits until the record's beginning is kept, where the operator wants that.
    pub(super) async fn admit(&self) -> Result<(), Stopped> {
        match &self.record {
            Some(record) => {
                let admitted = record.admit().await;
                admitted.map_err(|error| failed(Ended::Unrecorded, error.to_string()))
            }
            None => Ok(()),
        }
    }

    /// Ends it: an error gets the id by which a person finds it in the audit log.
    pub(super) async fn end<T>(mut self, result: Result<T, Stopped>) -> Result<T, Stop> {
        let (mut result, mut outcome) = match result {
            Ok(answer) => (Ok(answer), Ended::Done),
            Err(Stopped { stop, outcome }) => (Err(stop), outcome),
        };
        if let Some(record) = &self.record {
            // What was not recorded does not leave, where the operator wants it so.
            if let Err(unrecorded) = record.finish(outcome).await {
                result = Err(Stop::Failed(unrecorded.to_string()));
                outcome = Ended::Unrecorded;
            }
            result = result.map_err(|stop| stop.with_id(record.id().as_str()));
        }
        self.trace.outcome = match &result {
            Ok(_) => "done",
            Err(Stop::Refused(_)) => "refused",
            Err(Stop::Failed(_) | Stop::NeedsCapability { .. }) => "failed",
        };
        self.trace.ended = outcome;
        result
    }
}

/// The trace of one errand on stderr and in the counts, made however it ends: a dropped one was cancelled.
struct Trace<'a> {
    of: Of<'a>,
    metrics: &'a Metrics,
    started: Instant,
    outcome: &'static str,
    ended: Ended,
}

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.metrics.called(self.of.name, self.ended, took);
        tracing::info!(
            target: "audit",
            event = "call",
            plugin = self.of.plugin(),
            tool = self.of.name,
            outcome = self.outcome,
            took_ms = took.as_secs_f64() * 1e3,
        );
    }
}
