//! What one call may use, and how three opinions become one number.
//!
//! Each limit has a host default, a value in the manifest and an operator's ceiling; the least of
//! those that are set wins, so nobody can raise what somebody else lowered.

use std::time::Duration;

/// The limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of the guest, in bytes, all memories together.
    pub memory: u64,
    /// Processor time of the guest; time that it waits for the host does not count.
    pub cpu: Duration,
    /// Wall time of the whole call.
    pub time: Duration,
    /// GETs that the call may make.
    pub requests: u32,
    /// Bytes of response bodies that the call may receive from Okta, before projection.
    pub bytes: u64,
}

impl Limits {
    /// What a call gets when nobody says anything else.
    pub const DEFAULT: Self = Self {
        // A built-in plugin that trims a 200-user page peaks below 2 MiB; a JS engine needs about 12.
        memory: 32 << 20,
        // The same page costs about 1 ms; half a second is a plugin that has lost its way.
        cpu: Duration::from_millis(500),
        // Shorter than the 60 s after which common MCP clients give up.
        time: Duration::from_secs(30),
        // 50 pages of 200 are 10,000 users: more than a model can use.
        requests: 50,
        // 50 pages of Okta's largest ordinary page (about 320 kB).
        bytes: 16 << 20,
    };

    /// The least of each.
    #[must_use]
    pub fn least(self, wish: &LimitWish) -> Self {
        Self {
            memory: self.memory.min(wish.memory.unwrap_or(u64::MAX)),
            cpu: self.cpu.min(wish.cpu.unwrap_or(Duration::MAX)),
            time: self.time.min(wish.time.unwrap_or(Duration::MAX)),
            requests: self.requests.min(wish.requests.unwrap_or(u32::MAX)),
            bytes: self.bytes.min(wish.bytes.unwrap_or(u64::MAX)),
        }
    }
}

/// Limits that somebody has an opinion on: a manifest or an operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitWish {
    /// See [`Limits::memory`].
    pub memory: Option<u64>,
    /// See [`Limits::cpu`].
    pub cpu: Option<Duration>,
    /// See [`Limits::time`].
    pub time: Option<Duration>,
    /// See [`Limits::requests`].
    pub requests: Option<u32>,
    /// See [`Limits::bytes`].
    pub bytes: Option<u64>,
}

/// Parses `32 MiB`, `64 KiB`, `100 B` or `1 GiB` into bytes.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let factor: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    positive(number)?.checked_mul(factor)
}

/// Parses `500 ms`, `30 s` or `2 min`.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_once(' ')?;
    let number = positive(number)?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "min" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    })
}

fn positive(number: &str) -> Option<u64> {
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| number.parse().ok())
        .flatten()
        .filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_default_manifest_and_operator_wins() {
        let manifest = LimitWish {
            requests: Some(10),
            memory: Some(u64::MAX),
            ..LimitWish::default()
        };
        let operator = LimitWish {
            requests: Some(20),
            cpu: Some(Duration::from_millis(1)),
            ..LimitWish::default()
        };
        let limits = Limits::DEFAULT.least(&manifest).least(&operator);
        assert_eq!(limits.requests, 10);
        assert_eq!(limits.cpu, Duration::from_millis(1));
        assert_eq!(limits.memory, Limits::DEFAULT.memory);
    }

    #[test]
    fn sizes_and_durations_have_one_spelling() {
        assert_eq!(parse_size("32 MiB"), Some(32 << 20));
        assert_eq!(parse_duration("500 ms"), Some(Duration::from_millis(500)));
        for bad in [
            "",
            "32",
            "32MiB",
            "32 MB",
            "-1 MiB",
            "0 MiB",
            "1.5 MiB",
            "99999999999999999999 B",
            "18446744073709551615 GiB",
        ] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
        for bad in ["", "5", "5s", "0 s", "5 h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}
