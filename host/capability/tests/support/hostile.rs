//! A stream of requests that try to leave their grant, and an account of what may be sent, written a
//! second time and without any of the code that decides it.
//!
//! Used by the unit tests of this crate, which need its private layers, and by the gateway's tests,
//! which send what is authorized to a server that writes down what arrives.

use fastrand::Rng;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How many cases each property is held to: a million, or what `PARAMETER_CASES` says. The same number
/// gives the same cases, and a larger one gives those and more.
pub(crate) fn cases() -> u64 {
    std::env::var("PARAMETER_CASES").map_or(1_000_000, |cases| {
        cases.parse().expect("PARAMETER_CASES is a whole number")
    })
}

/// Runs `check` on every case. A million cases a property leave no time for a library that also shrinks
/// them; a case is small enough to be read as it is, and its number is told when it fails.
pub(crate) fn every_case(check: impl Fn(&mut Rng)) {
    struct Case(u64);
    impl Drop for Case {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("this was case {}", self.0);
            }
        }
    }
    for number in 0..cases() {
        let _case = Case(number);
        check(&mut Rng::with_seed(number));
    }
}

/// Every grammar, in every place that it may have.
pub(crate) const MANIFEST: &str = r#"manifest = 1
name = "hostile"
version = "0.1.0"
summary = "Asks for everything in every way"

[[endpoint]]
get = "/api/v1/users/{id}"
tools = ["read"]
why = "a user, by id or login"
path.id = "okta-user"
fields = ["id"]

[[endpoint]]
get = "/api/v1/users/{userId}/factors/{factorId}"
tools = ["read"]
why = "two values, one behind the other"
path.userId = "okta-login"
path.factorId = "factor-id"
fields = ["id"]

[[endpoint]]
get = "/api/v1/users"
tools = ["read"]
why = "texts in a query"
query.limit = { integer = [1, 200] }
query.q = { text = 60 }
query.search = { expression = 200 }
query.sortBy = { one-of = ["id", "profile.login"] }
fields = ["id", "status", "profile.*"]

[[endpoint]]
get = "/api/v1/groups/{groupId}"
tools = ["read"]
why = "a name could be that of another endpoint"
path.groupId = "name"
fields = ["id"]

[[endpoint]]
get = "/api/v1/groups/{groupId}/users"
tools = ["read"]
why = "a literal behind a value"
path.groupId = "okta-id"
query.limit = { integer = [0, 1000] }
fields = ["id"]

[[endpoint]]
get = "/api/v1/meta/schemas/logStream/{logStreamType}"
tools = ["read"]
why = "words in a path"
path.logStreamType = { one-of = ["aws_eventbridge", "splunk_cloud_logstreaming"] }
fields = ["name"]

[[endpoint]]
get = "/api/v1/logs"
tools = ["read"]
why = "times"
query.since = "timestamp"
query.until = "timestamp"
fields = ["uuid"]

[[endpoint]]
get = "/api/v1/apps"
tools = ["read"]
why = "a switch"
query.includeNonDeleted = "boolean"
query.q = "okta-login"
fields = ["id"]

[[endpoint]]
get = "/api/v1/policies"
tools = ["read"]
why = "a closed list"
query.type = "policy-type"
query.resourceId = "okta-id"
query.status = "name"
fields = ["id"]

[[endpoint]]
get = "/api/v1/devices"
tools = ["other"]
why = "another tool's"
fields = ["id"]
"#;

/// A request as a plugin makes it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) endpoint: String,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) cursor: Option<String>,
}

/// What a value may be, said once more.
#[derive(Clone, Copy)]
enum Form {
    Id,
    Login,
    User,
    Name,
    /// A name that is none of these, in any letter case.
    NameBut(&'static str),
    Number(u32, u32),
    Text(usize),
    Word(&'static [&'static str]),
    Time,
}

/// An endpoint of [`MANIFEST`] that the tool `read` may use.
struct Declared {
    template: &'static str,
    path: &'static [(&'static str, Form)],
    query: &'static [(&'static str, Form)],
}

static DECLARED: [Declared; 9] = [
    Declared {
        template: "/api/v1/users/{id}",
        path: &[("id", Form::User)],
        query: &[],
    },
    Declared {
        template: "/api/v1/users/{userId}/factors/{factorId}",
        path: &[("userId", Form::Login), ("factorId", Form::Id)],
        query: &[],
    },
    Declared {
        template: "/api/v1/users",
        path: &[],
        query: &[
            ("limit", Form::Number(1, 200)),
            ("q", Form::Text(60)),
            ("search", Form::Text(200)),
            ("sortBy", Form::Word(&["id", "profile.login"])),
        ],
    },
    Declared {
        template: "/api/v1/groups/{groupId}",
        path: &[("groupId", Form::NameBut("rules"))],
        query: &[],
    },
    Declared {
        template: "/api/v1/groups/{groupId}/users",
        path: &[("groupId", Form::Id)],
        query: &[("limit", Form::Number(0, 1000))],
    },
    Declared {
        template: "/api/v1/meta/schemas/logStream/{logStreamType}",
        path: &[(
            "logStreamType",
            Form::Word(&["aws_eventbridge", "splunk_cloud_logstreaming"]),
        )],
        query: &[],
    },
    Declared {
        template: "/api/v1/logs",
        path: &[],
        query: &[("since", Form::Time), ("until", Form::Time)],
    },
    Declared {
        template: "/api/v1/apps",
        path: &[],
        query: &[
            ("includeNonDeleted", Form::Word(&["true", "false"])),
            ("q", Form::Login),
        ],
    },
    Declared {
        template: "/api/v1/policies",
        path: &[],
        query: &[
            ("resourceId", Form::Id),
            ("status", Form::Name),
            ("type", Form::Word(&POLICY_TYPES)),
        ],
    },
];

const POLICY_TYPES: [&str; 12] = [
    "ACCESS_POLICY",
    "CLIENT_UPDATE",
    "DEVICE_SIGNAL_COLLECTION",
    "ENTITY_RISK",
    "IDENTITY_CLAIM_SOURCING",
    "IDP_DISCOVERY",
    "MFA_ENROLL",
    "OKTA_SIGN_ON",
    "PASSWORD",
    "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT",
    "SESSION_VIOLATION_DETECTION",
];

impl Form {
    fn has(self, text: &str) -> bool {
        match self {
            Self::Id => is_id(text),
            Self::Login => is_login(text),
            Self::User => is_id(text) || is_login(text),
            Self::Name => is_name(text),
            Self::NameBut(other) => is_name(text) && !text.eq_ignore_ascii_case(other),
            Self::Number(least, most) => text
                .parse()
                .is_ok_and(|n: u32| (least..=most).contains(&n) && n.to_string() == text),
            Self::Text(most) => is_text(text, most),
            Self::Word(words) => words.contains(&text),
            Self::Time => is_time(text),
        }
    }

    /// A value of this form, ASCII throughout.
    fn value(self, random: &mut Rng) -> String {
        match self {
            Self::Id => letters(random, 15..37, ID),
            Self::User if random.bool() => letters(random, 15..37, ID),
            Self::Login | Self::User => {
                let host = one_of(random, &["@northwind.example.com", "@a.co", "@x", "@.."]);
                letters(random, 2..30, LOGIN) + "a" + host
            }
            Self::Name | Self::NameBut(_) => letters(random, 1..30, NAME),
            Self::Number(least, most) => random.u32(least..=most).to_string(),
            Self::Text(_) => one_of(
                random,
                &[
                    "Mara Lind",
                    "a&b=c#d?e",
                    "status eq \"ACTIVE\"",
                    "profile.city sw \"O\\\"\" and (id pr)",
                    "type.id eq \"x\"",
                    "../groups%2f+%20",
                ],
            )
            .to_owned(),
            Self::Word(words) => one_of(random, words).to_owned(),
            Self::Time => format!(
                "{}-{:02}-{:02}T23:59:60{}Z",
                random.u32(1970..=9999),
                random.u32(1..=12),
                random.u32(1..=31),
                one_of(random, &["", ".0", ".123"])
            ),
        }
    }
}

const ID: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NAME: &[u8] = b"ABCXYZabcxyz0189_-";
const LOGIN: &[u8] = b"abcXYZ019._-+'!$&*=^~";

fn letters(random: &mut Rng, length: std::ops::Range<usize>, of: &[u8]) -> String {
    (0..random.usize(length))
        .map(|_| char::from(of[random.usize(..of.len())]))
        .collect()
}

fn one_of<'a>(random: &mut Rng, texts: &[&'a str]) -> &'a str {
    texts[random.usize(..texts.len())]
}

fn is_id(text: &str) -> bool {
    (15..37).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_login(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-+'@!$&*=^~".contains(c);
    (3..101).contains(&text.len())
        && text.contains('@')
        && text.contains(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(allowed)
}

fn is_name(text: &str) -> bool {
    (1..101).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Neither empty nor too long, and nothing in it that controls, hides or turns a text, or is no letter that
/// Okta stores.
fn is_text(text: &str, most: usize) -> bool {
    let unseen = |c: char| {
        c < ' '
            || ('\u{7f}'..='\u{9f}').contains(&c)
            || c == '\u{ad}'
            || c == '\u{61c}'
            || c == '\u{180e}'
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2060}'..='\u{206f}').contains(&c)
            || c == '\u{feff}'
            || ('\u{fff9}'..='\u{fffb}').contains(&c)
            || c > '\u{ffff}'
    };
    (1..=most).contains(&text.len()) && !text.contains(unseen)
}

/// The digits of a time stand in their places; whether they are a time is not this account's matter.
fn is_time(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    [
        "0000-00-00T00:00:00Z",
        "0000-00-00T00:00:00.0Z",
        "0000-00-00T00:00:00.00Z",
        "0000-00-00T00:00:00.000Z",
    ]
    .contains(&shape.as_str())
}

impl Asked {
    /// The one request target that may leave for this request, byte for byte; none when nothing may.
    pub(crate) fn may_send(&self) -> Option<String> {
        let declared = DECLARED
            .iter()
            .find(|declared| declared.template == self.endpoint)?;
        if self.cursor.is_some() || self.path.len() != declared.path.len() {
            return None;
        }
        let mut target = self.endpoint.clone();
        for (name, form) in declared.path {
            let (_, value) = self.path.iter().find(|(given, _)| given == name)?;
            if !form.has(value) {
                return None;
            }
            target = target.replace(&format!("{{{name}}}"), &encoded(value));
        }
        let mut query = Vec::new();
        for (place, (name, value)) in self.query.iter().enumerate() {
            let (_, form) = declared.query.iter().find(|(known, _)| known == name)?;
            let again = self
                .query
                .iter()
                .skip(place + 1)
                .any(|(other, _)| other == name);
            if again || !form.has(value) {
                return None;
            }
            query.push((name == "limit", format!("{name}={}", encoded(value))));
        }
        // By name, and the size of the page behind the rest.
        query.sort();
        for (place, (_, pair)) in query.iter().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            target.push_str(pair);
        }
        Some(target)
    }
}

/// `text` with all but RFC 3986's unreserved characters percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    const ALL_BUT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ALL_BUT_UNRESERVED).to_string()
}

/// Pieces that made other URL builders, parsers, proxies and servers read another endpoint: dots in every
/// dress, slashes and backslashes, what a parser strips, what begins a query, a fragment, a user, a host, a
/// second parameter or a second request, escapes that are broken, doubled or overlong, and names of endpoints.
const PIECES: &[&str] = &[
    "..",
    ".",
    "...",
    "../",
    "..\\",
    "..;",
    "..;/",
    "..\t",
    "\t..",
    ".\t.",
    "..\n",
    "..\r",
    "..%00",
    "..%0d",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%u002e",
    "．．",
    "․․",
    "‥",
    "。。",
    "/",
    "//",
    "\\",
    "%2f",
    "%2F",
    "%5c",
    "%252f",
    "%c0%af",
    "／",
    "∕",
    "⁄",
    "＼",
    "/../",
    "/./",
    "/..;/",
    "\t",
    "\r",
    "\n",
    "\r\n",
    " ",
    "\u{0}",
    "%00",
    "%0d%0a",
    "\u{b}",
    "\u{c}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "?",
    "%3f",
    "#",
    "%23",
    "&",
    "%26",
    ";",
    "=",
    "+",
    "%20",
    "?limit=1",
    "&limit=200",
    "&after=x",
    "#/../groups",
    "%",
    "%z",
    "%zz",
    "%2",
    "@",
    ":",
    "@evil.example",
    "//evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "\r\nHost: evil.example",
    " HTTP/1.1\r\n\r\nGET /api/v1/groups",
    "me",
    "rules",
    "RULES",
    "groups",
    "users",
    "lifecycle",
    "é",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{1F600}",
    "\"",
    "'",
];

/// Any text: pieces of attacks, alone, in a row and inside what would be good, and letters of all scripts.
pub(crate) fn any_value(random: &mut Rng) -> String {
    match random.u8(..8) {
        0..=2 => (0..random.usize(1..4))
            .map(|_| one_of(random, PIECES))
            .collect(),
        3 | 4 => {
            let good = &DECLARED[random.usize(..DECLARED.len())];
            let forms = [good.path, good.query].concat();
            let mut value = forms[random.usize(..forms.len())].1.value(random);
            let at = random.usize(..=value.len());
            value.insert_str(at, one_of(random, PIECES));
            value
        }
        5 => (0..random.usize(..8)).map(|_| random.char(..)).collect(),
        6 => (0..random.usize(..12))
            .map(|_| random.char('\0'..'\u{80}'))
            .collect(),
        _ => Form::User.value(random),
    }
}

/// A request: mostly for a declared endpoint, with the names of its parameters, and values good and bad.
pub(crate) fn asked(random: &mut Rng) -> Asked {
    let declared = &DECLARED[random.usize(..DECLARED.len())];
    let mut pair = |(name, form): &(&str, Form)| {
        let good = random.u8(..4) > 0;
        let value = if good {
            form.value(random)
        } else {
            any_value(random)
        };
        ((*name).to_owned(), value)
    };
    let mut asked = Asked {
        endpoint: declared.template.to_owned(),
        path: declared.path.iter().map(&mut pair).collect(),
        query: declared.query.iter().map(&mut pair).collect(),
        cursor: None,
    };
    asked.query.retain(|_| random.bool());
    random.shuffle(&mut asked.query);
    match random.u8(..24) {
        0 => asked.endpoint = any_value(random),
        1 => asked.endpoint.push_str(&any_value(random)),
        2 => asked.path.push((any_value(random), any_value(random))),
        3 => asked.query.push((any_value(random), any_value(random))),
        4 => asked.query.extend_from_within(..asked.query.len().min(1)),
        5 => asked.path.extend_from_within(..asked.path.len().min(1)),
        6 => asked.path.clear(),
        7 => asked.query.push(("after".to_owned(), any_value(random))),
        8 => asked.cursor = Some(letters(random, 0..60, NAME)),
        9 => asked.endpoint = "/api/v1/devices".to_owned(),
        _ => {}
    }
    asked
}
