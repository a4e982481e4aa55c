//! `plugins.lock`: what was approved, by whom, until when.
//!
//! An approval binds bytes: the digest of the package and, so that a later version can be compared with it
//! when the file is gone, its manifest and tools. It also binds what was left of the plugin when it was
//! approved ([`Granted`]): an operator who afterwards offers another tool or shows a hidden field again has
//! not had that approved. [`Approval::covers`] decides, and says what is missing.
//!
//! The file is written by the program only, in one form: same approvals, same bytes. Its serial number rises
//! with every change, so that whoever remembers it can tell an older lock that was put back.
//!
//! It is pure: reading, signatures and memory are the program's.

mod sensitive;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::field::FieldPath;
use crate::limits::{LimitError, LimitWish};
use crate::reach::Reach;
use crate::snapshot::Snapshot;
use crate::text::{clean, is_hidden};

pub use sensitive::{SensitiveItem, sensitive_items};

/// The only version of the lock that there is.
pub const VERSION: u32 = 1;

/// The largest lock that is read: fifty packages of the largest tools and manifest have less.
pub const MAX_BYTES: usize = 64 << 20;

/// All approvals.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// Rises by one with every change; 0 is the lock that nobody has written yet.
    pub serial: u64,
    /// Approvals, by the plugin's name.
    pub plugins: BTreeMap<String, Approval>,
}

/// The approval of one package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// Who approved it, in his own words.
    pub by: String,
    /// The day, in UTC.
    pub on: Date,
    /// The last day on which it holds, in UTC; for good where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Ids of the [sensitive items](sensitive_items) that were approved by name.
    #[serde(default)]
    pub sensitive: Vec<String>,
    /// What was left of the plugin when it was approved.
    pub granted: Granted,
    /// The package without its code.
    pub snapshot: Snapshot,
}

/// What was left of a plugin, after the operator's settings, when it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Granted {
    /// The tools that were offered.
    pub tools: Vec<String>,
    /// Fields that were hidden.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// The limits of a call, as a manifest writes them: `"memory": "32 MiB"`.
    pub limits: BTreeMap<String, String>,
}

/// A lock that is not one. The file was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Longer than [`MAX_BYTES`].
    #[error("longer than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// Not JSON, or not a lock's.
    #[error("line {line}: {problem}")]
    Syntax {
        /// 1-based line.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Of another version.
    #[error("it is a lock of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// An approval that no program wrote.
    #[error("the approval of `{plugin}`: {problem}")]
    Approval {
        /// The plugin.
        plugin: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Why a package may not run: how it differs from what was approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Nobody approved a plugin of this name.
    #[error("it is not approved")]
    Missing,
    /// Other bytes were approved.
    #[error(
        "it is not the package that was approved: its sha256 is {found}, approved is {approved}"
    )]
    Bytes {
        /// The digest in the lock.
        approved: String,
        /// The digest of the file.
        found: String,
    },
    /// The approval ended.
    #[error("its approval expired on {0}")]
    Expired(Date),
    /// Something is offered that was not when it was approved.
    #[error("its settings give it more than was approved: {0}")]
    Widened(Widening),
    /// Something sensitive was not approved by name.
    #[error("`{0}` was not approved by name")]
    Sensitive(String),
}

/// What the operator's settings, or a newer host, give beyond an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widening {
    /// A tool.
    Tool(String),
    /// A field that was hidden.
    Field(String),
    /// A limit: its name, the approved value and the present one.
    Limit(&'static str, String, String),
}

impl fmt::Display for Widening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tool(tool) => write!(f, "the tool `{tool}`"),
            Self::Field(field) => write!(f, "the field `{field}`, which was hidden"),
            Self::Limit(name, approved, now) => write!(f, "{name} {now} instead of {approved}"),
        }
    }
}

/// The file, field by field.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    lock: u32,
    serial: u64,
    #[serde(deserialize_with = "each_once")]
    plugins: std::borrow::Cow<'a, BTreeMap<String, Approval>>,
}

/// The version alone, so that a newer lock is called one instead of malformed.
#[derive(Deserialize)]
struct Version {
    lock: u32,
}

impl Lock {
    /// The lock that nobody has written yet.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            serial: 0,
            plugins: BTreeMap::new(),
        }
    }

    /// Reads a lock's bytes.
    ///
    /// # Errors
    /// [`LockError`]: the first thing that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, LockError> {
        if bytes.len() > MAX_BYTES {
            return Err(LockError::TooLarge);
        }
        if let Ok(Version { lock }) = serde_json::from_slice(bytes)
            && lock != VERSION
        {
            return Err(LockError::Version(lock));
        }
        let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| {
            let text = error.to_string();
            let problem = text
                .rsplit_once(" at line")
                .map_or(text.as_str(), |(problem, _)| problem);
            LockError::Syntax {
                line: error.line(),
                problem: clean(problem, 200),
            }
        })?;
        let plugins = file.plugins.into_owned();
        for (name, approval) in &plugins {
            approval.check(name)?;
        }
        Ok(Self {
            serial: file.serial,
            plugins,
        })
    }

    /// The file's bytes. The same lock gives the same bytes.
    ///
    /// # Errors
    /// None that can be met: everything in it is text and numbers.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(&File {
            lock: VERSION,
            serial: self.serial,
            plugins: std::borrow::Cow::Borrowed(&self.plugins),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether the package with `digest` that reaches `reach` may run on `today`.
    ///
    /// # Errors
    /// [`Gap`]: the first thing that was not approved.
    pub fn covers(&self, digest: &str, reach: &Reach, today: Date) -> Result<&Approval, Gap> {
        let approval = self.plugins.get(&reach.manifest.name).ok_or(Gap::Missing)?;
        approval.covers(digest, reach, today)?;
        Ok(approval)
    }
}

impl Approval {
    /// Whether it approves the package with `digest` that reaches `reach`, on `today`.
    ///
    /// # Errors
    /// [`Gap`]: the first thing that it does not approve.
    pub fn covers(&self, digest: &str, reach: &Reach, today: Date) -> Result<(), Gap> {
        if self.snapshot.digest != digest {
            return Err(Gap::Bytes {
                approved: self.snapshot.digest.clone(),
                found: digest.to_owned(),
            });
        }
        if let Some(expires) = self.expires.filter(|day| *day < today) {
            return Err(Gap::Expired(expires));
        }
        if let Some(widening) = self.granted.exceeded_by(reach) {
            return Err(Gap::Widened(widening));
        }
        match sensitive_items(&reach.manifest)
            .into_iter()
            .find(|item| !self.sensitive.contains(&item.id))
        {
            Some(item) => Err(Gap::Sensitive(item.id)),
            None => Ok(()),
        }
    }

    fn check(&self, plugin: &str) -> Result<(), LockError> {
        let wrong = |problem| {
            Err(LockError::Approval {
                plugin: clean(plugin, 60),
                problem,
            })
        };
        let digest = &self.snapshot.digest;
        let is_digest = digest.len() == 64
            && digest
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_digest {
            return wrong("its digest is not 64 lower-case hexadecimal digits");
        }
        if self.granted.ceiling().is_err() {
            return wrong("`limits` holds something that is not a limit");
        }
        if !is_approver(&self.by) {
            return wrong("`by` is one line of 1 to 100 visible characters");
        }
        if self
            .granted
            .hidden
            .iter()
            .any(|field| field.parse::<FieldPath>().is_err())
        {
            return wrong("`hidden` holds something that is not a field");
        }
        Ok(())
    }
}

/// Whether `name` can stand in a lock as who approved: one line of 1 to 100 visible characters.
#[must_use]
pub fn is_approver(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= 100 && !name.chars().any(is_hidden)
}

impl Granted {
    /// What `reach` leaves.
    #[must_use]
    pub fn of(reach: &Reach) -> Self {
        Self {
            tools: reach.tools.clone(),
            hidden: reach.hidden.iter().map(ToString::to_string).collect(),
            limits: reach
                .limits
                .written()
                .into_iter()
                .map(|(key, text)| (key.to_owned(), text))
                .collect(),
        }
    }

    /// The limits as a ceiling.
    fn ceiling(&self) -> Result<LimitWish, LimitError> {
        let mut wish = LimitWish::default();
        for (key, text) in &self.limits {
            wish.set_written(key, text)?;
        }
        Ok(wish)
    }

    /// The first thing that `reach` has and this has not.
    fn exceeded_by(&self, reach: &Reach) -> Option<Widening> {
        if let Some(tool) = reach.tools.iter().find(|tool| !self.tools.contains(tool)) {
            return Some(Widening::Tool(tool.clone()));
        }
        if let Some(field) = self.hidden.iter().find(|field| !reach.hides(field)) {
            return Some(Widening::Field(field.clone()));
        }
        // A lock whose limits cannot be read was refused when it was parsed.
        let approved = self.ceiling().unwrap_or_default();
        reach
            .limits
            .beyond(&approved)
            .map(|(key, approved, now)| Widening::Limit(key, approved, now))
    }
}

/// A map that names each plugin once: of two approvals a person would read one and the program take the other.
fn each_once<'de, 'a, D: Deserializer<'de>>(
    reader: D,
) -> Result<std::borrow::Cow<'a, BTreeMap<String, Approval>>, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = BTreeMap<String, Approval>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("approvals by the plugin's name")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut plugins = BTreeMap::new();
            while let Some((name, approval)) = map.next_entry::<String, Approval>()? {
                if plugins.contains_key(&name) {
                    return Err(serde::de::Error::custom(format_args!(
                        "`{}` is approved twice",
                        clean(&name, 60)
                    )));
                }
                plugins.insert(name, approval);
            }
            Ok(plugins)
        }
    }
    reader.deserialize_map(Visitor).map(std::borrow::Cow::Owned)
}

#[cfg(test)]
mod tests;
