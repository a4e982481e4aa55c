//! How Okta is asked: `okta.pace` and `okta.cacheTtl`.

use std::time::Duration;

use capability::limits::parse_duration;
use gateway::{Gateway, Pacing};

use super::ConfigError;
use super::file::OktaSection;

/// The longest that an answer may be used again: a right that was taken away must not outlast it.
const MAX_CACHE_TTL: Duration = Duration::from_secs(3_600);

/// Pace and memory of the gateway.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    pacing: Pacing,
    cache_ttl: Option<Duration>,
}

impl Pace {
    /// What the file says, else the gateway's defaults.
    pub(super) fn of(section: &OktaSection) -> Result<Self, ConfigError> {
        let wrong = |key: &str, problem: String| ConfigError::Value {
            place: format!("okta.{key}"),
            problem,
        };
        let mut pacing = Pacing::default();
        if let Some(percent) = section.pace.reserve {
            pacing = pacing
                .reserve(percent)
                .map_err(|error| wrong("pace.reserve", format!("{error}, such as 10")))?;
        }
        if let Some(requests) = section.pace.concurrency {
            pacing = pacing
                .concurrency(requests)
                .map_err(|error| wrong("pace.concurrency", format!("{error}, such as 8")))?;
        }
        let cache_ttl = section
            .cache_ttl
            .as_deref()
            .map(|text| {
                parse_duration(text)
                    .filter(|ttl| !ttl.is_zero() && *ttl <= MAX_CACHE_TTL)
                    .ok_or_else(|| {
                        wrong(
                            "cacheTtl",
                            "write a time of up to `60 min`, such as `60 s`".to_owned(),
                        )
                    })
            })
            .transpose()?;
        Ok(Self { pacing, cache_ttl })
    }

    /// A gateway that keeps to it.
    #[must_use]
    pub fn apply(self, gateway: Gateway) -> Gateway {
        let gateway = gateway.paced(self.pacing);
        match self.cache_ttl {
            Some(ttl) => gateway.caching(ttl),
            None => gateway,
        }
    }
}
