//! What is wrong with the configuration, in one line that names the setting.

/// A configuration that cannot be used. Nothing was started and nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that is named and cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    /// Not JSON, or a value of another type.
    #[error("{file}, line {line}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A key that does not exist.
    #[error("{file}: there is no setting `{key}`{hint}")]
    UnknownKey {
        /// The file.
        file: String,
        /// The key's path.
        key: String,
        /// A suggestion, or what is accepted.
        hint: String,
    },
    /// A value that does not fit.
    #[error("{place}: {problem}")]
    Value {
        /// Flag, variable or key.
        place: String,
        /// What is wrong and what is accepted.
        problem: String,
    },
    /// An org or a package from a file that nobody named, with a token from elsewhere.
    #[error(
        "{what} was only found in the working directory, and the token comes from {token}; \
         a file found by chance may not decide where a token goes or which plugin reads with it: name it with --config"
    )]
    Mixed {
        /// The setting that the file may not make.
        what: String,
        /// Where the token is from.
        token: String,
    },
}
