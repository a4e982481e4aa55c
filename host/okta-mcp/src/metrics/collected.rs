//! What the gateway and the sandbox know, asked at the moment that somebody looks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use gateway::Gateway;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use sandbox::Engine;

/// The parts of a host that count for themselves.
pub(crate) struct Collected {
    pub(crate) engine: Engine,
    /// None where no org is configured.
    pub(crate) gateway: Option<Arc<Gateway>>,
}

impl fmt::Debug for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collected").finish_non_exhaustive()
    }
}

impl Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let load = self.engine.load();
        for (name, help, count) in [
            ("calls_running", "Calls that run.", load.running),
            ("calls_waiting", "Calls that wait for a turn.", load.waiting),
        ] {
            let gauge = ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        let Some(gateway) = &self.gateway else {
            return Ok(());
        };
        let limits = gateway.rate_limits();
        for (name, help, value) in [
            (
                "okta_rate_limit",
                "Requests in a window of Okta's, by bucket.",
                (|limit| limit.limit) as fn(&gateway::RateLimit) -> u64,
            ),
            (
                "okta_rate_limit_remaining",
                "Requests left in the window, by bucket.",
                |limit| limit.remaining,
            ),
        ] {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for limit in &limits {
                let labels = [("bucket", limit.bucket)];
                let gauge = ConstGauge::new(i64::try_from(value(limit)).unwrap_or(i64::MAX));
                gauge.encode(family.encode_family(&labels)?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "okta_requests",
            "Requests to Okta, retries included, by the status of the answer.",
            None,
            MetricType::Counter,
        )?;
        for (status, count) in by_status(&gateway.requests_by_status()) {
            let labels = [("status", status)];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

/// The statuses that mean something of their own, and the others by their class: a server that answers with every
/// number there is makes no more series than these.
fn by_status(counts: &BTreeMap<Option<u16>, u64>) -> BTreeMap<String, u64> {
    let mut named = BTreeMap::new();
    for (status, count) in counts {
        let name = match status {
            None => "none".to_owned(),
            Some(status @ (200 | 304 | 400 | 401 | 403 | 404 | 429 | 500 | 502 | 503 | 504)) => {
                status.to_string()
            }
            Some(other) => format!("{}xx", other / 100),
        };
        *named.entry(name).or_default() += count;
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_answers_makes_a_bounded_number_of_series() {
        let all: BTreeMap<_, _> = (100..1000).map(|status| (Some(status), 1)).collect();
        let named = by_status(&all);
        assert_eq!(named.values().sum::<u64>(), 900);
        assert_eq!(named.len(), 11 + 9);
        assert_eq!(by_status(&BTreeMap::from([(None, 3)]))["none"], 3);
    }
}
