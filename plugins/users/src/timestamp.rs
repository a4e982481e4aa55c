//! Instants as Okta writes them, from the forms in which people and models write them.
//!
//! A date library would be larger than the plugin. Okta itself insists on a time and a zone
//! (`2026-01-31T00:00:00.000Z`), which models often leave out or give with an offset; what cannot be read for
//! certain is refused, not guessed.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

const DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// Reads a date (`2026-01-31`, its first instant in UTC) or a time with a zone (`2026-01-31T08:30Z`,
    /// `2026-01-31T08:30:00.5+02:00`).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let midnight = days(date)? * DAY;
        Some(Self(midnight + time.map_or(Some(0), milliseconds)?))
    }
}

/// Days since the epoch of `YYYY-MM-DD`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (
        number(parts.next()?, 4)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    let valid = parts.next().is_none()
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    valid.then(|| days_before(year, month) + day - 1)
}

/// Milliseconds from midnight UTC of `HH:MM[:SS[.fff]]` and a zone.
fn milliseconds(time: &str) -> Option<i64> {
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(zone)?;
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, thousandths(fraction)?),
        None => (clock, 0),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let seconds = parts.next();
    let second = seconds.map_or(Some(0), |second| number(second, 2))?;
    let complete = parts.next().is_none() && (fraction == 0 || seconds.is_some());
    let valid = complete && hour < 24 && minute < 60 && second < 60;
    valid.then_some(())?;
    Some(((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset(zone)?)
}

/// Milliseconds by which a zone (`Z`, `+02:00`) is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = match zone.strip_prefix('+') {
        Some(clock) => (1, clock),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute) = (number(hour, 2)?, number(minute, 2)?);
    (hour < 24 && minute < 60).then_some(sign * (hour * 60 + minute) * 60_000)
}

fn thousandths(fraction: &str) -> Option<i64> {
    let digits =
        (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let padded: String = fraction.chars().chain("00".chars()).take(3).collect();
    digits.then(|| number(&padded, 3))?
}

/// Exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let valid = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok())?
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the epoch to the first of this month.
fn days_before(year: i64, month: i64) -> i64 {
    let before = year - 1;
    let to_year = before * 365 + before / 4 - before / 100 + before / 400 - 719_162;
    to_year
        + (1..month)
            .map(|month| days_in_month(year, month))
            .sum::<i64>()
}

/// Okta's form.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut day, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        // The estimate is never too late a year, and at most one too early.
        let mut year = 1970 + day.div_euclid(366).min(day.div_euclid(365));
        while days_before(year + 1, 1) <= day {
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days_before(year, month + 1) <= day {
            month += 1;
        }
        day -= days_before(year, month) - 1;
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
        let thousandth = rest % 1000;
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{thousandth:03}Z"
        )
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "\"{text}\" is not an ISO 8601 date or time with zone, such as 2026-01-31 or 2026-01-31T08:30:00Z"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        Timestamp::parse(text).map(|timestamp| timestamp.to_string())
    }

    #[test]
    fn accepted_forms_are_written_as_okta_writes_them() {
        for (given, expected) in [
            ("2026-01-31", "2026-01-31T00:00:00.000Z"),
            ("2026-01-31T08:30Z", "2026-01-31T08:30:00.000Z"),
            ("2026-01-31T08:30:05.25Z", "2026-01-31T08:30:05.250Z"),
            ("2026-01-31T08:30:05.123456Z", "2026-01-31T08:30:05.123Z"),
            ("2026-01-01T01:00:00+02:00", "2025-12-31T23:00:00.000Z"),
            ("2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("2000-02-29t12:00:00z", "2000-02-29T12:00:00.000Z"),
        ] {
            assert_eq!(written(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        for wrong in [
            "",
            "yesterday",
            "2026",
            "2026-1-31",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "31.01.2026",
            "2026-01-31 08:30:00Z",
            "2026-01-31T08:30:00",
            "2026-01-31T24:00:00Z",
            "2026-01-31T08Z",
            "2026-01-31T08:60Z",
            "2026-01-31T08:30.5Z",
            "2026-01-31T08:30:00Zx",
            "2026-01-31T08:30:00+2:00",
            "2026-01-31\" or id pr",
            "2026-01-31T08:30:00.Z",
            "+026-01-31",
            "２026-01-31",
            "2026-01-31T08:30:00.ßZ",
        ] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_survives_the_round_trip() {
        for day in -80_000..80_000 {
            let timestamp = Timestamp(day * DAY + 1);
            assert_eq!(Timestamp::parse(&timestamp.to_string()), Some(timestamp));
        }
    }
}
