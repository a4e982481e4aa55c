//! What one call may use, and how three opinions become one number.
//!
//! Each limit has a host default, a value in the manifest (`[limits]` in `plugin.toml`) and an operator's
//! ceiling (`plugins.<name>.limits` in `config.json`); the least of those that are set wins, so nobody can
//! raise what somebody else lowered. This table is the one place where a limit is named, measured and
//! explained: a manifest's keys, the operator's and the documentation's are all read off it.
//!
//! Not here is what cannot differ between plugins: the guest's stack, because it is a setting of the one
//! engine of the process, and the size of packages and of what a compiler is given. Those are the sandbox's
//! own (`sandbox::limits`). Pages have no limit of their own: one GET brings one page.

use std::time::Duration;

/// Declares [`Limits`], [`LimitWish`] and what goes through all limits one by one.
macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident / $camel:literal: $unit:ident($value:ty) = $default:expr;)+) => {
        /// The limits of one call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $name: $value,)+
        }

        /// Limits that somebody has an opinion on: a manifest or an operator.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct LimitWish {
            $(#[doc = concat!("See [`Limits::", stringify!($name), "`].")]
            pub $name: Option<$value>,)+
        }

        impl Limits {
            /// What a call gets when nobody says anything else.
            pub const DEFAULT: Self = Self { $($name: $default,)+ };

            /// The least of each.
            #[must_use]
            pub fn least(self, wish: &LimitWish) -> Self {
                Self { $($name: wish.$name.map_or(self.$name, |wish| self.$name.min(wish)),)+ }
            }

            /// Each limit's key in a manifest and its value as it is written there, in the table's order.
            #[must_use]
            pub fn written(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($name), $unit::write(self.$name)),)+]
            }
        }

        impl LimitWish {
            /// Each limit's key in a manifest (`log_lines`) and its key in the operator's file (`logLines`),
            /// in the table's order.
            pub const KEYS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), $camel),)+];

            /// Sets the limit that a manifest calls `key`, as it is written there: a text or a number.
            ///
            /// # Errors
            /// [`LimitError`]: there is no such limit, or its value is not one.
            pub fn set(&mut self, key: &str, written: Written<'_>) -> Result<(), LimitError> {
                match key {
                    $(stringify!($name) => self.$name = Some($unit::read(written).ok_or(
                        LimitError::Value { example: $unit::write($default) }
                    )?),)+
                    _ => return Err(LimitError::Unknown),
                }
                Ok(())
            }
        }
    };
}

limits! {
    /// Linear memory of the guest, in bytes, all its memories together.
    // A built-in plugin that trims a 200-user page peaks below 2 MiB; a JS engine needs about 12.
    memory / "memory": Size(u64) = 32 << 20;
    /// Processor time of the guest; time that it waits for the host does not count.
    // A page of 200 users costs about 1 ms; half a second is a plugin that has lost its way.
    cpu / "cpu": Time(Duration) = Duration::from_millis(500);
    /// Wall time of the whole call, from the turn that it gets to its answer.
    // Shorter than the 60 s after which common MCP clients give up.
    time / "time": Time(Duration) = Duration::from_secs(30);
    /// GETs that the call may make, one page each; one that is denied counts too.
    // 50 pages of 200 are 10,000 users: more than a model can use.
    requests / "requests": Count(u32) = 50;
    /// Bytes of response bodies that the call may receive from Okta, before projection.
    // 50 pages of Okta's largest ordinary page (about 320 kB).
    bytes / "bytes": Size(u64) = 16 << 20;
    /// GETs that one `get-all` may name; more are refused before the first is sent.
    // Twice the default budget of a whole call.
    at_once / "atOnce": Count(u32) = 100;
    /// Bytes of the answer to the client, structured result and content blocks together.
    // A model cannot read a tenth of it; an image fits.
    output / "output": Size(u64) = 1 << 20;
    /// Bytes that the guest may hand to the host in one go, whatever they are: what the host allocates for it.
    // The largest answer, and twice as much again for the records that hold it.
    hostcall / "hostcall": Size(u64) = 3 << 20;
    /// Elements of all tables of the guest together, a pointer each.
    // 0.8 MB. A whole JavaScript engine has about 20,000.
    table_elements / "tableElements": Count(u32) = 100_000;
    /// Core instances in the guest.
    // The components of interpreted languages are made of up to 40 modules.
    instances / "instances": Count(u32) = 100;
    /// Live component-model handles of the guest.
    // The contract has no resources: a language's runtime needs a few of its own.
    handles / "handles": Count(u32) = 256;
    /// Log lines that are passed on, those on a guest's stderr included; one more says that the rest is dropped.
    // More than anybody reads of one call.
    log_lines / "logLines": Count(u32) = 200;
    /// Bytes of log text that are passed on.
    // 200 lines of the greatest length, where letters have one byte.
    log_bytes / "logBytes": Size(u64) = 512 << 10;
    /// Progress messages that are passed on; the rest is dropped.
    // More than a person can see go by.
    progress / "progress": Count(u32) = 200;
    /// Calls of this plugin that run at once; more wait for a turn.
    // Half of what the process runs by default: no plugin can take every turn.
    calls / "calls": Count(u32) = 32;
}

/// A limit's value as somebody wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written<'a> {
    /// A text, such as `32 MiB`.
    Text(&'a str),
    /// A number.
    Number(u32),
}

/// Why a limit cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// No limit has this key.
    #[error("there is no such limit; there are {}", keys())]
    Unknown,
    /// The value is not one of this limit's.
    #[error("write it as in `{example}`, and at least 1")]
    Value {
        /// The default, as it would be written.
        example: String,
    },
}

fn keys() -> String {
    let keys: Vec<&str> = LimitWish::KEYS.iter().map(|(key, _)| *key).collect();
    keys.join(", ")
}

impl Limits {
    /// The first limit that `ceiling` lowers: its key, the ceiling, and what it is now, both as they are written.
    #[must_use]
    pub fn beyond(self, ceiling: &LimitWish) -> Option<(&'static str, String, String)> {
        let most = self.least(ceiling).written();
        self.written()
            .into_iter()
            .zip(most)
            .find(|((_, now), (_, most))| now != most)
            .map(|((key, now), (_, most))| (key, most, now))
    }
}

impl LimitWish {
    /// Sets a limit from its text in [`Limits::written`].
    ///
    /// # Errors
    /// As [`LimitWish::set`].
    pub fn set_written(&mut self, key: &str, text: &str) -> Result<(), LimitError> {
        match text.parse() {
            Ok(number) => self.set(key, Written::Number(number)),
            Err(_) => self.set(key, Written::Text(text)),
        }
    }
}

/// How a kind of limit is kept and written.
trait Unit {
    type Value;
    fn read(written: Written<'_>) -> Option<Self::Value>;
    fn write(value: Self::Value) -> String;
}

/// Bytes: `32 MiB`.
enum Size {}

/// A duration: `500 ms`.
enum Time {}

/// A number, at least 1.
enum Count {}

impl Unit for Size {
    type Value = u64;

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
}

impl Unit for Time {
    type Value = Duration;

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
}

impl Unit for Count {
    type Value = u32;

    fn read(written: Written<'_>) -> Option<u32> {
        match written {
            Written::Number(number) => Some(number).filter(|number| *number > 0),
            Written::Text(_) => None,
        }
    }

    fn write(number: u32) -> String {
        number.to_string()
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

    /// Whatever is in the table: lowered by either, raised by neither.
    #[test]
    fn every_limit_can_be_lowered_and_none_can_be_raised() {
        let least = |unit: &str| match unit {
            "B" | "KiB" | "MiB" | "GiB" => Written::Text("1 B"),
            "ms" | "s" => Written::Text("1 ms"),
            _ => Written::Number(1),
        };
        let most = |written: Written<'_>| match written {
            Written::Text("1 B") => Written::Text("1000 GiB"),
            Written::Text(_) => Written::Text("1000 min"),
            Written::Number(_) => Written::Number(u32::MAX),
        };
        let defaults = Limits::DEFAULT.written();
        assert_eq!(defaults.len(), LimitWish::KEYS.len());
        for (at, (key, default)) in defaults.iter().enumerate() {
            let low = least(default.split_once(' ').map_or("", |(_, unit)| unit));
            let with = |written| {
                let mut wish = LimitWish::default();
                wish.set(key, written).unwrap();
                Limits::DEFAULT.least(&wish).written()
            };
            assert_ne!(with(low)[at].1, *default, "{key}");
            assert_eq!(with(most(low)), defaults, "{key}");
            assert!(
                with(low)
                    .iter()
                    .zip(&defaults)
                    .all(|(a, b)| a == b || a.0 == *key),
                "{key} changes another limit"
            );
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is() {
        for (key, value) in Limits::DEFAULT.written() {
            let mut wish = LimitWish::default();
            let written = match value.parse() {
                Ok(number) => Written::Number(number),
                Err(_) => Written::Text(&value),
            };
            assert_eq!(wish.set(key, written), Ok(()), "{key}");
            for bad in [
                Written::Text(""),
                Written::Text("0 MiB"),
                Written::Number(0),
            ] {
                let error = wish.set(key, bad).unwrap_err();
                assert_eq!(
                    error.to_string(),
                    format!("write it as in `{value}`, and at least 1")
                );
            }
        }
        let error = LimitWish::default()
            .set("cpus", Written::Number(1))
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("there is no such limit; there are memory, cpu, time"),
            "{error}"
        );
    }

    #[test]
    fn the_operator_s_keys_are_the_manifest_s_in_camel_case() {
        for (key, camel) in LimitWish::KEYS {
            let mut words = key.split('_');
            let mut expected = words.next().unwrap().to_owned();
            for word in words {
                let (first, rest) = word.split_at(1);
                expected.push_str(&first.to_uppercase());
                expected.push_str(rest);
            }
            assert_eq!(*camel, expected);
        }
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
