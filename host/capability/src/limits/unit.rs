//! How limits are written, and read again: `32 MiB`, `500 ms`, `50`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::Written;

/// What a limit's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Things, one by one.
    Count,
}

/// How a kind of limit is kept and written.
pub(super) trait Unit {
    type Value;
    const MEASURE: Measure;
    fn read(written: Written<'_>) -> Option<Self::Value>;
    fn write(value: Self::Value) -> String;
    /// The value as a number of what it measures.
    fn number(value: Self::Value) -> u64;
}

/// Bytes: `32 MiB`.
pub(super) enum Size {}

/// A duration: `500 ms`.
pub(super) enum Time {}

/// A number, at least 1.
pub(super) enum Count {}

impl Unit for Size {
    type Value = u64;
    const MEASURE: Measure = Measure::Bytes;

    fn read(written: Written<'_>) -> Option<u64> {
        match written {
            Written::Text(text) => parse_size(text),
            Written::Number(_) => None,
        }
    }

    fn write(bytes: u64) -> String {
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        let whole = units
            .into_iter()
            .find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift);
        match whole {
            Some((shift, unit)) => format!("{} {unit}", bytes >> shift),
            None => format!("{bytes} B"),
        }
    }

    fn number(bytes: u64) -> u64 {
        bytes
    }
}

impl Unit for Time {
    type Value = Duration;
    const MEASURE: Measure = Measure::Milliseconds;

    fn read(written: Written<'_>) -> Option<Duration> {
        match written {
            Written::Text(text) => parse_duration(text),
            Written::Number(_) => None,
        }
    }

    fn write(time: Duration) -> String {
        match time.as_millis() {
            ms if ms % 1_000 == 0 => format!("{} s", ms / 1_000),
            ms => format!("{ms} ms"),
        }
    }

    fn number(time: Duration) -> u64 {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }
}

impl Unit for Count {
    type Value = u32;
    const MEASURE: Measure = Measure::Count;

    fn read(written: Written<'_>) -> Option<u32> {
        match written {
            Written::Number(number) => Some(number).filter(|number| *number > 0),
            Written::Text(_) => None,
        }
    }

    fn write(number: u32) -> String {
        number.to_string()
    }

    fn number(number: u32) -> u64 {
        u64::from(number)
    }
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
