//! What an answer's headers say of a rate limit.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap};

/// Added to a window's end: `Reset` and `Date` are whole seconds, cut off.
const MARGIN: u64 = 1;

/// How long a window lasts, in seconds: what is assumed of an answer without a `Date` to measure from.
const WINDOW: u64 = 60;

/// No window of Okta's is longer, in seconds: what an answer says beyond it is not believed.
const LONGEST: u64 = 24 * 60 * 60;

/// The window of one bucket, as an answer tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Requests in a window; at least 1. It is this credential's share of the org's limit.
    pub(crate) limit: u64,
    /// What is left of them.
    pub(crate) remaining: u64,
    /// When the window ends, in epoch seconds of Okta's clock: good for telling windows apart.
    pub(crate) reset: u64,
    /// The time from the answer's `Date` until then, and a margin.
    pub(crate) ends_in: Duration,
}

/// Which of Okta's limits a 429 met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Requests per minute.
    Window(Standing),
    /// Requests at the same time: `X-Rate-Limit-Limit: 0`, or no headers that tell.
    Concurrency,
}

impl Standing {
    /// The standing that these headers tell; none when they do not, or tell of a limit of 0.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let number = |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.parse().ok() };
        let limit = number("x-rate-limit-limit").filter(|limit| *limit > 0)?;
        let reset = number("x-rate-limit-reset")?;
        let seconds = date(headers).map_or(WINDOW, |now| reset.saturating_sub(now));
        Some(Self {
            limit,
            remaining: number("x-rate-limit-remaining")?.min(limit),
            reset,
            ends_in: Duration::from_secs(seconds.min(LONGEST) + MARGIN),
        })
    }
}

impl Limit {
    /// The limit that a 429 with these headers met.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match Standing::of(headers) {
            // Whatever it says is left: this request was one too many.
            Some(standing) => Self::Window(Standing {
                remaining: 0,
                ..standing
            }),
            None => Self::Concurrency,
        }
    }
}

/// `Date` in seconds since the Unix epoch.
fn date(headers: &HeaderMap) -> Option<u64> {
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    /// 784111777 is the epoch second of this date.
    const DATE_TEXT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn headers(
        limit: &'static str,
        remaining: &'static str,
        reset: &'static str,
        date: &'static str,
    ) -> HeaderMap {
        [
            ("x-rate-limit-limit", limit),
            ("x-rate-limit-remaining", remaining),
            ("x-rate-limit-reset", reset),
            ("date", date),
        ]
        .into_iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
    }

    #[test]
    fn a_window_ends_where_reset_and_the_answers_own_date_say() {
        let ends_in = |reset, date| {
            let standing = Standing::of(&headers("600", "599", reset, date)).unwrap();
            assert_eq!((standing.limit, standing.remaining), (600, 599));
            standing.ends_in.as_secs()
        };
        assert_eq!(ends_in("784111807", DATE_TEXT), 31);
        assert_eq!(ends_in("784111777", DATE_TEXT), 1);
        assert_eq!(ends_in("1", DATE_TEXT), 1, "a reset in the past");
        assert_eq!(ends_in("784111807", "yesterday"), 61);
        assert_eq!(ends_in("18446744073709551615", DATE_TEXT), 86_401);
    }

    #[test]
    fn headers_that_do_not_tell_are_no_standing() {
        for (limit, remaining, reset) in [
            ("0", "0", "784111807"),
            ("-1", "0", "784111807"),
            ("600", "some", "784111807"),
            ("600", "1", "soon"),
            ("", "", ""),
        ] {
            let headers = headers(limit, remaining, reset, DATE_TEXT);
            assert_eq!(Standing::of(&headers), None, "{limit} {remaining} {reset}");
            assert_eq!(Limit::of(&headers), Limit::Concurrency);
        }
        assert_eq!(Limit::of(&HeaderMap::new()), Limit::Concurrency);
    }

    #[test]
    fn more_than_the_limit_cannot_be_left_and_after_a_429_nothing_is() {
        let headers = headers("10", "11", "784111807", DATE_TEXT);
        assert_eq!(Standing::of(&headers).unwrap().remaining, 10);
        let Limit::Window(standing) = Limit::of(&headers) else {
            panic!("a window");
        };
        assert_eq!((standing.limit, standing.remaining), (10, 0));
    }
}
