//! What one call may use, and how three opinions become one number.
//!
//! Each limit has a host default, a value in the manifest (`[limits]` in `plugin.toml`) and an operator's
//! ceiling (`plugins.<name>.limits` in `config.json`); the least of those that are set wins, so nobody can
//! raise what somebody else lowered. This table is the one place where a limit is named, measured and
//! explained: a manifest's keys, the operator's, the documentation's and what a review says of each are all read
//! off it, so that none can be forgotten in one of them.
//!
//! Not here is what cannot differ between plugins: the guest's stack, because it is a setting of the one
//! engine of the process, and the size of packages and of what a compiler is given. Those are the sandbox's
//! own (`sandbox::limits`). Pages have no limit of their own: one GET brings one page.

mod fact;
mod unit;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

pub use fact::{LimitFact, SetBy};
use unit::{Count, Size, Time, Unit};
pub use unit::{Measure, parse_duration, parse_size};

/// Declares [`Limits`], [`LimitWish`], [`PerLimit`] and what goes through all limits one by one.
macro_rules! limits {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident / $camel:literal: $unit:ident($value:ty) = $default:expr, $title:literal, $phrase:literal $(of $noun:literal)?;
    )+) => {
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

        /// Something about each limit.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        #[schemars(deny_unknown_fields)]
        pub struct PerLimit<T> {
            $($(#[doc = $doc])+ pub $name: T,)+
        }

        impl<T> PerLimit<T> {
            /// Each limit with what is said of it, in the table's order.
            pub fn each(&self) -> impl Iterator<Item = (&'static About, &T)> {
                ABOUT.iter().zip([$(&self.$name,)+])
            }
        }

        /// What each limit is called, in the table's order.
        const ABOUT: &[About] = &[$(About {
            key: stringify!($name),
            title: $title,
            phrase: $phrase,
            noun: [$($noun,)? ""][0],
        },)+];

        impl PerLimit<LimitFact> {
            /// What is left of the host's defaults when a manifest and an operator have had their say.
            #[must_use]
            pub fn settled(manifest: &LimitWish, operator: &LimitWish) -> Self {
                Self {
                    $($name: LimitFact::settled::<$unit>(
                        Limits::DEFAULT.$name, manifest.$name, operator.$name,
                    ),)+
                }
            }
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
    memory / "memory": Size(u64) = 32 << 20,
        "memory", "use {} of memory";
    /// Processor time of the guest; time that it waits for the host does not count.
    // A page of 200 users costs about 1 ms; half a second is a plugin that has lost its way.
    cpu / "cpu": Time(Duration) = Duration::from_millis(500),
        "processor time", "compute for {}";
    /// Wall time of the whole call, from the turn that it gets to its answer.
    // Shorter than the 60 s after which common MCP clients give up.
    time / "time": Time(Duration) = Duration::from_secs(30),
        "time", "take {}";
    /// GETs that the call may make, one page each; one that is denied counts too.
    // 50 pages of 200 are 10,000 users: more than a model can use.
    requests / "requests": Count(u32) = 50,
        "requests to Okta", "make {}" of "GET";
    /// Bytes of response bodies that the call may receive from Okta, before projection.
    // 50 pages of Okta's largest ordinary page (about 320 kB).
    bytes / "bytes": Size(u64) = 16 << 20,
        "bytes from Okta", "receive {} from Okta";
    /// GETs that one `get-all` may name; more are refused before the first is sent.
    // Twice the default budget of a whole call.
    at_once / "atOnce": Count(u32) = 100,
        "GETs at once", "name {} at once" of "GET";
    /// Bytes of the answer to the client, structured result and content blocks together.
    // A model cannot read a tenth of it; an image fits.
    output / "output": Size(u64) = 1 << 20,
        "answer", "answer with {}";
    /// Bytes that the guest may hand to the host in one go, whatever they are: what the host allocates for it.
    // The largest answer, and twice as much again for the records that hold it.
    hostcall / "hostcall": Size(u64) = 3 << 20,
        "exchange with the host", "hand {} to the host in one go";
    /// Elements of all tables of the guest together, a pointer each.
    // 0.8 MB. A whole JavaScript engine has about 20,000.
    table_elements / "tableElements": Count(u32) = 100_000,
        "table elements", "have {}" of "table element";
    /// Core instances in the guest.
    // The components of interpreted languages are made of up to 40 modules.
    instances / "instances": Count(u32) = 100,
        "instances", "consist of {}" of "instance";
    /// Live component-model handles of the guest.
    // The contract has no resources: a language's runtime needs a few of its own.
    handles / "handles": Count(u32) = 256,
        "handles", "hold {}" of "handle";
    /// Log lines that are passed on, those on a guest's stderr included; one more says that the rest is dropped.
    // More than anybody reads of one call.
    log_lines / "logLines": Count(u32) = 200,
        "log lines", "log {}" of "line";
    /// Bytes of log text that are passed on.
    // 200 lines of the greatest length, where letters have one byte.
    log_bytes / "logBytes": Size(u64) = 512 << 10,
        "log text", "log {} of text";
    /// Progress messages that are passed on; the rest is dropped.
    // More than a person can see go by.
    progress / "progress": Count(u32) = 200,
        "progress messages", "send {}" of "progress message";
    /// Calls of this plugin that run at once; more wait for a turn.
    // Half of what the process runs by default: no plugin can take every turn.
    calls / "calls": Count(u32) = 32,
        "calls at once", "be one of {} at once" of "call";
}

/// What one limit is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its key in a manifest.
    pub key: &'static str,
    /// Its name for a reader, in few words.
    pub title: &'static str,
    phrase: &'static str,
    noun: &'static str,
}

impl About {
    /// The limit with its unit: `32 MiB`, `50 GETs`.
    #[must_use]
    pub fn amount(&self, limit: &LimitFact) -> String {
        match (self.noun, limit.value) {
            ("", _) => limit.written.clone(),
            (noun, 1) => format!("1 {noun}"),
            (noun, many) => format!("{many} {noun}s"),
        }
    }

    /// What a call may do, of which this is the limit: `make 50 GETs`.
    #[must_use]
    pub fn says(&self, limit: &LimitFact) -> String {
        self.phrase.replace("{}", &self.amount(limit))
    }
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

#[cfg(test)]
mod tests;
