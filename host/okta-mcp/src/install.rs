//! Entries for this server in the configuration files of MCP clients.
//!
//! A client's file is its user's: an entry is put in or taken out, and every other byte stays, comments and order too.
//! The file is written whole and renamed into place, and what was there before is kept beside it. No secret is ever
//! written: a client's file is synchronised, shared and read by others. The credential stays in this program's own
//! configuration, the environment, or where the client asks for it each time.

mod client;
pub mod entry;
mod file;
mod json;
mod toml;

use std::path::{Path, PathBuf};

pub use client::Client;
pub use entry::Entry;

use client::Format;
use file::ClientFile;

/// Why a client's file was not changed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// No place for the file is known.
    #[error(
        "{client} keeps its file below {variable}, which is not set; name the file with --file"
    )]
    NoHome {
        /// The client.
        client: &'static str,
        /// The environment's variable.
        variable: &'static str,
    },
    /// The system does not let it be read or written.
    #[error("{} cannot be {doing}: {problem}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        problem: std::io::Error,
    },
    /// The file is not what the client would read.
    #[error("{} was left as it is: {problem}; mend it by hand, or see --print for the entry", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the line where that is known.
        problem: String,
    },
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// The file was written; what it held before is in the backup, if it held anything.
    Written {
        /// The client's file.
        file: PathBuf,
        /// The copy of what was there.
        backup: Option<PathBuf>,
    },
    /// The file says so already.
    Unchanged {
        /// The client's file.
        file: PathBuf,
    },
}

/// Puts `entry` into the client's file, in place of one of the same name.
///
/// # Errors
/// [`InstallError`]; then nothing was changed.
pub fn install(
    client: Client,
    entry: &Entry,
    place: Option<PathBuf>,
) -> Result<Done, InstallError> {
    change(client, place, |format, text| match format {
        Format::Json(shape) => json::put(text, shape, entry),
        Format::Toml => toml::put(text, entry),
    })
}

/// Takes the entry called `name` out of the client's file.
///
/// # Errors
/// [`InstallError`]; then nothing was changed.
pub fn uninstall(client: Client, name: &str, place: Option<PathBuf>) -> Result<Done, InstallError> {
    change(client, place, |format, text| match format {
        Format::Json(shape) => json::take(text, shape, name),
        Format::Toml => toml::take(text, name),
    })
}

/// An entry of a client's file that starts this program, or one of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What the client calls it.
    pub name: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// The entries in the client's file that start this program; none where there is no file.
///
/// # Errors
/// [`InstallError`]: the file cannot be read, or is not what the client would read.
pub fn entries(client: Client, place: Option<PathBuf>) -> Result<Vec<Installed>, InstallError> {
    let file = file_of(client, place)?;
    let servers = match client.format() {
        Format::Json(shape) => json::servers(file.text(), shape),
        Format::Toml => toml::servers(file.text()),
    };
    let servers = servers.map_err(|problem| InstallError::Malformed {
        file: file.path().to_owned(),
        problem,
    })?;
    Ok(servers
        .into_iter()
        .filter(|server| {
            let program = Path::new(&server.command).file_stem();
            program.and_then(|stem| stem.to_str()) == Some("okta-mcp")
        })
        .collect())
}

/// The entry alone, as the client's file would hold it.
///
/// # Errors
/// None that can be met: an empty file takes every entry.
pub fn shown(client: Client, entry: &Entry) -> Result<String, InstallError> {
    let text = match client.format() {
        Format::Json(shape) => json::put("", shape, entry),
        Format::Toml => toml::put("", entry),
    };
    text.map_err(|problem| InstallError::Malformed {
        file: PathBuf::new(),
        problem,
    })
}

fn change(
    client: Client,
    place: Option<PathBuf>,
    edit: impl FnOnce(Format, &str) -> Result<String, String>,
) -> Result<Done, InstallError> {
    let file = file_of(client, place)?;
    let text = edit(client.format(), file.text()).map_err(|problem| InstallError::Malformed {
        file: file.path().to_owned(),
        problem,
    })?;
    if text == file.text() {
        return Ok(Done::Unchanged {
            file: file.path().to_owned(),
        });
    }
    file.replace(&text)
}

/// What the client's file holds.
fn file_of(client: Client, place: Option<PathBuf>) -> Result<ClientFile, InstallError> {
    let place = match place {
        Some(place) => place,
        None => client.file(&|name| std::env::var_os(name).map(PathBuf::from))?,
    };
    ClientFile::read(place)
}
