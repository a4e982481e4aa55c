//! From when on a report counts.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// A moment, as rows write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since(String);

/// Why a text is no [`Since`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a day (2026-01-31), a moment (2026-01-31T12:00:00Z) or so many days ago (30d)")]
pub struct SinceError;

impl Since {
    /// The moment, UTC, RFC 3339 with milliseconds.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Since {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Self, SinceError> {
        let at = if let Some(days) = text.strip_suffix('d') {
            let days: i64 = days.parse().map_err(|_| SinceError)?;
            let back = days
                .checked_mul(24)
                .filter(|hours| *hours >= 0)
                .ok_or(SinceError)?;
            Timestamp::now()
                .checked_sub(SignedDuration::from_hours(back))
                .map_err(|_| SinceError)?
        } else if let Ok(moment) = text.parse::<Timestamp>() {
            moment
        } else {
            let day: Date = text.parse().map_err(|_| SinceError)?;
            format!("{day}T00:00:00Z").parse().map_err(|_| SinceError)?
        };
        Ok(Self(format!("{at:.3}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_moments_and_spans_are_read_and_nothing_else() {
        let since = |text: &str| text.parse::<Since>().map(|since| since.0);
        assert_eq!(
            since("2026-01-31").as_deref(),
            Ok("2026-01-31T00:00:00.000Z")
        );
        assert_eq!(
            since("2026-01-31T13:00:00+01:00").as_deref(),
            Ok("2026-01-31T12:00:00.000Z")
        );
        assert!(since("0d").unwrap() > since("1d").unwrap());
        for bad in [
            "",
            "d",
            "-1d",
            "yesterday",
            "2026-13-01",
            "99999999999d",
            "9223372036854775807d",
        ] {
            assert_eq!(since(bad), Err(SinceError), "{bad}");
        }
    }
}
