//! Faults as a command line names them: `status=503@2/api/v1/users`.
//!
//! A switch is a name, for most a value, then optionally which of the requests it happens to, counted
//! from 1, and to which paths. Without those it happens to every request until the server ends.

use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Fault, FaultKind, PathPrefix, errors};

/// A fault, and which requests go by before it happens.
#[derive(Clone, Debug)]
pub struct FaultSwitch {
    pub(crate) fault: Fault,
    pub(crate) spared: u32,
}

/// Why a text is not a switch. Names what is wrong and gives an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No fault is called so.
    #[error("there is no fault `{name}`; there are {}", names())]
    Name {
        /// What was asked for.
        name: String,
    },
    /// The fault has no value, a value of another form is given, or one is missing.
    #[error("{name}: {problem}, as in `{example}`")]
    Value {
        /// The fault.
        name: &'static str,
        /// What is accepted.
        problem: &'static str,
        /// A switch that is accepted.
        example: &'static str,
    },
    /// What follows `@` is not a number, a range, or the beginning of one.
    #[error(
        "`@{0}` does not tell requests; write @2 for the second, @2- for all from it on, @2-4 for three"
    )]
    Requests(String),
}

/// A kind of fault that can be switched on.
struct Kind {
    name: &'static str,
    /// How its value is written in the help; empty for none.
    value: &'static str,
    /// What is accepted as value, for a message.
    accepts: &'static str,
    example: &'static str,
    does: &'static str,
    make: fn(&str) -> Option<FaultKind>,
}

const MIB: u64 = 1 << 20;

/// All of them, those first that need no explanation.
const KINDS: [Kind; 24] = [
    Kind {
        name: "status",
        value: "CODE",
        accepts: "a status from 200 to 599",
        example: "status=503",
        does: "an HTML page with this status, as from the edge in front of Okta",
        make: |value| {
            let status = value
                .parse()
                .ok()
                .filter(|code| (200..=599).contains(code))?;
            Some(FaultKind::Respond {
                status,
                content_type: "text/html".to_owned(),
                body: "<!DOCTYPE html><html><body><h1>Not today</h1></body></html>\n".to_owned(),
            })
        },
    },
    Kind {
        name: "error",
        value: "CODE",
        accepts: "one of Okta's error codes that a GET can meet",
        example: "error=E0000006",
        does: "Okta's own error with this code, in its envelope",
        make: |value| {
            let (code, status, summary) = errors::by_code(value)?;
            Some(FaultKind::Refuse {
                status,
                code,
                summary,
            })
        },
    },
    Kind {
        name: "insufficient-scope",
        value: "SCOPE",
        accepts: "a scope",
        example: "insufficient-scope=okta.groups.read",
        does: "403 without a body: the access token lacks this scope",
        make: |value| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_';
            let scope = !value.is_empty() && value.bytes().all(plain);
            scope.then(|| FaultKind::InsufficientScope(value.to_owned()))
        },
    },
    Kind {
        name: "invalid-token",
        does: "401 without a body: the access token is not valid any more",
        make: |_| Some(FaultKind::InvalidToken),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "rate-limit",
        value: "SECONDS",
        accepts: "the seconds until the limit resets",
        example: "rate-limit=30",
        does: "429: the bucket's requests of this minute are used up",
        make: |value| {
            let reset_after = value
                .parse()
                .ok()
                .filter(|seconds| (0..=86_400).contains(seconds))?;
            Some(FaultKind::RateLimited { reset_after })
        },
    },
    Kind {
        name: "concurrency",
        does: "429 with a limit of 0: too many requests at the same time",
        make: |_| Some(FaultKind::TooManyConcurrent),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "delay",
        value: "TIME",
        accepts: "a time of up to an hour",
        example: "delay=2s",
        does: "the right answer, later",
        make: |value| time(value).map(FaultKind::Delay),
    },
    Kind {
        name: "truncated",
        does: "half of the body, then the connection closes",
        make: |_| Some(FaultKind::Truncate),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "bad-json",
        does: "a body that is JSON only to its half",
        make: |_| Some(FaultKind::BadJson),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "deep-json",
        does: "arrays within arrays, 100,000 deep",
        make: |_| Some(FaultKind::DeepJson),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "content-type",
        value: "TYPE",
        accepts: "a media type",
        example: "content-type=text/html",
        does: "the right answer under another Content-Type",
        make: |value| {
            let printable = value
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ');
            (printable && value.contains('/')).then(|| FaultKind::ContentType(value.to_owned()))
        },
    },
    Kind {
        name: "oversized",
        value: "MIB",
        accepts: "a number of MiB from 1 to 1024",
        example: "oversized=16",
        does: "the right answer with blanks behind it up to this size",
        make: |value| mib(value).map(FaultKind::Oversized),
    },
    Kind {
        name: "gzip-bomb",
        value: "MIB",
        accepts: "a number of MiB from 1 to 1024",
        example: "gzip-bomb=64",
        does: "a small gzip that unfolds to this size",
        make: |value| mib(value).map(FaultKind::GzipBomb),
    },
    Kind {
        name: "gzip-of-nothing",
        does: "gzip without end that unfolds to nothing",
        make: |_| Some(FaultKind::GzipOfNothing),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "content-length",
        value: "BYTES",
        accepts: "a number of bytes",
        example: "content-length=9000000000",
        does: "the right answer, announced with a length that is a lie",
        make: |value| value.parse().ok().map(FaultKind::ContentLength),
    },
    Kind {
        name: "endless",
        does: "a chunked body that never ends",
        make: |_| Some(FaultKind::Endless),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "slow-drip",
        value: "TIME",
        accepts: "a time of up to an hour",
        example: "slow-drip=100ms",
        does: "the right answer, byte by byte with this pause",
        make: |value| time(value).map(FaultKind::SlowDrip),
    },
    Kind {
        name: "disconnect",
        does: "the connection closes without an answer",
        make: |_| Some(FaultKind::Disconnect),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "reset",
        does: "the connection is reset without an answer",
        make: |_| Some(FaultKind::Reset),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "off-origin-link",
        value: "HOST",
        accepts: "a host name",
        example: "off-origin-link=evil.example",
        does: "the right answer, whose next page is on this host",
        make: |value| origin(value).map(FaultKind::NextLinkOnHost),
    },
    Kind {
        name: "off-origin-location",
        value: "HOST",
        accepts: "a host name",
        example: "off-origin-location=evil.example",
        does: "302 to this host",
        make: |value| origin(value).map(FaultKind::RedirectToHost),
    },
    Kind {
        name: "joined-links",
        does: "the right answer with all links in one Link field",
        make: |_| Some(FaultKind::JoinedLinks),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "cursor-loop",
        does: "lists whose third page leads back to the second",
        make: |_| Some(FaultKind::CursorLoop),
        ..Kind::WITHOUT_VALUE
    },
    Kind {
        name: "empty-last-page",
        does: "lists whose last page leads to an empty one",
        make: |_| Some(FaultKind::EmptyLastPage),
        ..Kind::WITHOUT_VALUE
    },
];

impl Kind {
    const WITHOUT_VALUE: Kind = Kind {
        name: "",
        value: "",
        accepts: "it has no value",
        example: "",
        does: "",
        make: |_| None,
    };
}

impl FaultSwitch {
    /// Every fault with what it does, a line each, for a command's help.
    pub fn help() -> String {
        let mut text = String::new();
        for kind in &KINDS {
            let written = match kind.value {
                "" => kind.name.to_owned(),
                value => format!("{}={value}", kind.name),
            };
            // Writing into a String cannot fail.
            let _ = writeln!(text, "  {written:<26}{}", kind.does);
        }
        text
    }
}

impl FromStr for FaultSwitch {
    type Err = SwitchError;

    fn from_str(text: &str) -> Result<FaultSwitch, SwitchError> {
        // A value may hold a slash (`text/html`), a path is told by what it follows.
        let (head, path) = match text.find("/api/").or_else(|| text.find("/oauth2/")) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let (head, requests) = match head.split_once('@') {
            Some((head, requests)) => (head, Some(requests)),
            None => (head, None),
        };
        let (name, value) = match head.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (head, None),
        };
        let kind =
            KINDS
                .iter()
                .find(|kind| kind.name == name)
                .ok_or_else(|| SwitchError::Name {
                    name: name.chars().filter(|c| !c.is_control()).take(40).collect(),
                })?;
        let made = match (kind.value, value) {
            ("", None) => (kind.make)(""),
            ("", Some(_)) | (_, None) => None,
            (_, Some(value)) => (kind.make)(value),
        };
        let (spared, times) = requests.map_or(Ok((0, u32::MAX)), range)?;
        Ok(FaultSwitch {
            fault: Fault {
                on: PathPrefix(path.to_owned()),
                times,
                kind: made.ok_or(SwitchError::Value {
                    name: kind.name,
                    problem: kind.accepts,
                    example: if kind.example.is_empty() {
                        kind.name
                    } else {
                        kind.example
                    },
                })?,
            },
            spared,
        })
    }
}

fn names() -> String {
    KINDS
        .iter()
        .map(|kind| kind.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// `2`, `2-` or `2-4` as how many requests go by and how many are hit.
fn range(text: &str) -> Result<(u32, u32), SwitchError> {
    let wrong =
        || SwitchError::Requests(text.chars().filter(|c| !c.is_control()).take(20).collect());
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    let (first, last) = match text.split_once('-') {
        None => (number(text), number(text)),
        Some((first, "")) => (number(first), Some(u32::MAX)),
        Some((first, last)) => (number(first), number(last)),
    };
    match (first, last) {
        (Some(first), Some(last)) if first <= last => {
            Ok((first - 1, (last - first).saturating_add(1)))
        }
        _ => Err(wrong()),
    }
}

fn time(text: &str) -> Option<Duration> {
    let time = text.parse::<SignedDuration>().ok()?;
    (time <= SignedDuration::from_hours(1)).then_some(())?;
    Duration::try_from(time).ok()
}

fn mib(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok()?;
    (1..=1_024).contains(&number).then_some(number * MIB)
}

fn origin(host: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    (!host.is_empty() && host.bytes().all(plain)).then(|| format!("https://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> FaultSwitch {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn every_example_of_the_table_is_accepted() {
        for kind in &KINDS {
            parsed(if kind.value.is_empty() {
                kind.name
            } else {
                kind.example
            });
        }
    }

    #[test]
    fn every_error_of_the_table_can_be_switched_on() {
        for (code, status, _) in errors::ALL {
            let FaultKind::Refuse { status: own, .. } = parsed(&format!("error={code}")).fault.kind
            else {
                panic!("{code}");
            };
            assert_eq!(own, status);
        }
    }

    #[test]
    fn a_switch_tells_which_requests_and_which_paths() {
        for (text, spared, times, path) in [
            ("reset", 0, u32::MAX, ""),
            ("reset@1", 0, 1, ""),
            ("reset@3", 2, 1, ""),
            ("reset@3-", 2, u32::MAX - 2, ""),
            ("reset@2-4", 1, 3, ""),
            ("status=503@2/api/v1/users", 1, 1, "/api/v1/users"),
            ("content-type=text/html", 0, u32::MAX, ""),
            (
                "content-type=text/html/api/v1/groups",
                0,
                u32::MAX,
                "/api/v1/groups",
            ),
            (
                "off-origin-link=evil.example:8443@1/api/v1",
                0,
                1,
                "/api/v1",
            ),
        ] {
            let switch = parsed(text);
            assert_eq!(switch.spared, spared, "{text}");
            assert_eq!(switch.fault.times, times, "{text}");
            assert_eq!(switch.fault.on.0, path, "{text}");
        }
    }

    #[test]
    fn what_is_no_switch_is_told_with_what_is_accepted() {
        let told = |text: &str| text.parse::<FaultSwitch>().unwrap_err().to_string();
        assert!(told("stauts=503").starts_with("there is no fault `stauts`; there are status, "));
        assert_eq!(
            told("status"),
            "status: a status from 200 to 599, as in `status=503`"
        );
        assert_eq!(
            told("status=99"),
            "status: a status from 200 to 599, as in `status=503`"
        );
        assert_eq!(told("reset=1"), "reset: it has no value, as in `reset`");
        assert_eq!(
            told("delay=tomorrow"),
            "delay: a time of up to an hour, as in `delay=2s`"
        );
        for bad in ["reset@", "reset@0", "reset@4-2", "reset@x", "reset@1-0"] {
            assert!(told(bad).contains("does not tell requests"), "{bad}");
        }
    }

    #[test]
    fn the_help_names_every_fault() {
        let help = FaultSwitch::help();
        for kind in &KINDS {
            assert!(help.contains(kind.name), "{}", kind.name);
            assert!(!kind.does.is_empty(), "{}", kind.name);
        }
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}
