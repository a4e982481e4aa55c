//! Where a secret is kept, and how it is fetched from there.
//!
//! A text and a file are read when the server starts, so that a mistake is told before anything else
//! happens. A command and the keyring may ask a person for something, and a server that is only asked
//! for its list of tools needs neither: they are asked by the first call that needs the secret.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use capability::text::clean;
use tokio::io::AsyncReadExt as _;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::{Secret, keyring};

/// The longest secret that is read, in bytes. A private key of 8,192 bits has 6.5 kB as PEM.
const MAX_BYTES: usize = 64 * 1024;

/// How long a command may take: a person has to find the password manager's window and type.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// Where a secret is kept.
#[derive(Debug, Clone)]
pub enum Source {
    /// It is at hand.
    Given(Secret),
    /// A file with the secret and nothing else; blanks and line breaks around it do not count.
    File(PathBuf),
    /// A program that prints the secret: its name and its arguments, run without a shell, within 60 s.
    Command(Vec<String>),
    /// An entry of the system's keyring: macOS Keychain, Windows Credential Manager, or the Secret
    /// Service of a Linux desktop.
    Keyring {
        /// The entry's service.
        service: String,
        /// The entry's account.
        account: String,
    },
}

/// Why a secret cannot be had. No variant holds any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {cause}")]
    File {
        /// The path.
        file: String,
        /// The system's words.
        cause: String,
    },
    /// More than any secret has.
    #[error("{0} has more than {MAX_BYTES} bytes; it should hold the secret and nothing else")]
    TooLong(String),
    /// Bytes that are no text.
    #[error("{0} is not text; it should hold the secret and nothing else")]
    NotText(String),
    /// Nothing is there.
    #[error("{0} is empty")]
    Empty(String),
    /// An argument list without a program.
    #[error(
        "the command is empty; write it as a list, such as [\"op\", \"read\", \"op://vault/okta/token\"]"
    )]
    NoProgram,
    /// It cannot be started.
    #[error("the command `{program}` cannot be started: {cause}")]
    Start {
        /// The program.
        program: String,
        /// The system's words.
        cause: String,
    },
    /// It did not succeed.
    #[error("the command `{program}` failed ({status}); run it by hand to see why")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// It took too long.
    #[error("the command `{0}` did not end within {seconds} s; it was stopped", seconds = COMMAND_TIME.as_secs())]
    Slow(String),
    /// The keyring has no such entry, or is not there.
    #[error("the keyring has nothing for service `{service}` and account `{account}`: {cause}")]
    Keyring {
        /// The service that was asked for.
        service: String,
        /// The account that was asked for.
        account: String,
        /// The keyring's words.
        cause: String,
    },
}

/// A file with a secret that other users of this machine can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed(String);

impl Exposed {
    /// The command that ends it.
    #[must_use]
    pub fn remedy(&self) -> String {
        format!("run `chmod 600 {}`", self.0)
    }

    /// What is wrong, without the remedy.
    #[must_use]
    pub fn problem(&self) -> String {
        format!(
            "{} holds a secret and can be read by other users of this machine",
            self.0
        )
    }
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem(), self.remedy())
    }
}

impl Source {
    /// The secret, where it takes no other program and no person; none otherwise.
    ///
    /// # Errors
    /// [`SourceError`] of a file, or of a command that is none.
    fn at_hand(&self) -> Result<Option<Secret>, SourceError> {
        match self {
            Self::Given(secret) => Ok(Some(secret.clone())),
            Self::File(path) => read(path).map(Some),
            Self::Command(arguments) if arguments.is_empty() => Err(SourceError::NoProgram),
            Self::Command(_) | Self::Keyring { .. } => Ok(None),
        }
    }

    /// What to say of the place where the secret lies: a file that others can read.
    fn exposed(&self) -> Option<Exposed> {
        let Self::File(path) = self else {
            return None;
        };
        others_can_read(path).then(|| Exposed(clean(&path.display().to_string(), 300)))
    }

    /// Fetches the secret, from wherever it is.
    async fn fetch(&self) -> Result<Secret, SourceError> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::File(path) => read(path),
            Self::Command(arguments) => match arguments.split_first() {
                Some((program, arguments)) => run(program, arguments, COMMAND_TIME).await,
                None => Err(SourceError::NoProgram),
            },
            Self::Keyring { service, account } => keyring::read(service, account).await,
        }
    }
}

fn read(path: &Path) -> Result<Secret, SourceError> {
    let file = clean(&path.display().to_string(), 300);
    let bytes = std::fs::read(path).map_err(|error| SourceError::File {
        file: file.clone(),
        cause: error.to_string(),
    })?;
    text(Zeroizing::new(bytes), &file)
}

/// Runs `program` without a shell and takes what it prints. What it writes to stderr is thrown away:
/// nobody knows what a password manager says there.
async fn run(program: &str, arguments: &[String], time: Duration) -> Result<Secret, SourceError> {
    let name = clean(program, 100);
    let start = |error: std::io::Error| SourceError::Start {
        program: name.clone(),
        cause: error.to_string(),
    };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let work = async {
        let mut printed = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
        if let Some(stdout) = child.stdout.take() {
            let most = u64::try_from(MAX_BYTES)
                .unwrap_or(u64::MAX)
                .saturating_add(1);
            stdout
                .take(most)
                .read_to_end(&mut printed)
                .await
                .map_err(start)?;
        }
        // A program that prints without end is stopped by the closed pipe.
        let status = child.wait().await.map_err(start)?;
        Ok((printed, status))
    };
    let (printed, status) = tokio::time::timeout(time, work)
        .await
        .map_err(|_| SourceError::Slow(name.clone()))??;
    if !status.success() && printed.len() <= MAX_BYTES {
        return Err(SourceError::Failed {
            program: name,
            status: status.to_string(),
        });
    }
    text(printed, &format!("what the command `{name}` printed"))
}

/// The secret in `bytes`, without the blanks and line breaks around it.
pub(super) fn text(bytes: Zeroizing<Vec<u8>>, place: &str) -> Result<Secret, SourceError> {
    if bytes.len() > MAX_BYTES {
        return Err(SourceError::TooLong(place.to_owned()));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| SourceError::NotText(place.to_owned()))?;
    match text.trim() {
        "" => Err(SourceError::Empty(place.to_owned())),
        text => Ok(text.into()),
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

/// Elsewhere a file's permissions are lists of their own kind, which are not read.
#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

/// Something made of a secret, now or when it is first needed.
pub(crate) struct Held<T> {
    state: State<T>,
    exposed: Option<Exposed>,
}

enum State<T> {
    /// The secret was at hand, and is not kept beside what was made of it.
    Made(T),
    Later {
        made: OnceCell<T>,
        source: Source,
        make: Make<T>,
    },
}

/// Makes it, or says in one line why the secret is not what it should be.
type Make<T> = Box<dyn Fn(&Secret) -> Result<T, String> + Send + Sync>;

impl<T> Held<T> {
    /// Makes it at once where the secret is at hand.
    ///
    /// # Errors
    /// One line: the source's error, or why the secret is not what it should be.
    pub(crate) fn new(
        source: Source,
        make: impl Fn(&Secret) -> Result<T, String> + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let exposed = source.exposed();
        let state = match source.at_hand().map_err(|error| error.to_string())? {
            Some(secret) => State::Made(make(&secret)?),
            None => State::Later {
                made: OnceCell::new(),
                source,
                make: Box::new(make),
            },
        };
        Ok(Self { state, exposed })
    }

    /// What was made. A failure is not kept: a keyring that was locked may be open the next time.
    pub(crate) async fn get(&self) -> Result<&T, String> {
        match &self.state {
            State::Made(made) => Ok(made),
            State::Later { made, source, make } => {
                made.get_or_try_init(|| async {
                    let secret = source.fetch().await.map_err(|error| error.to_string())?;
                    make(&secret)
                })
                .await
            }
        }
    }

    /// What an operator should hear of the place where the secret lies.
    pub(crate) fn exposed(&self) -> Option<&Exposed> {
        self.exposed.as_ref()
    }
}

impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests;
