//! What is wrong with the configuration, in one line that names the setting.

use capability::text::clean;

/// A configuration that cannot be used. Nothing was started and nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that is named and cannot be read.
    #[error("{} cannot be read: {}", clean(.0, 300), clean(.1, 200))]
    Unreadable(String, String),
    /// Not JSON, or a value of another type.
    #[error("{}, line {line}: {problem}", clean(file, 300))]
    Syntax {
        /// The file.
        file: String,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A key that does not exist.
    #[error("{}: there is no setting `{key}`{hint}", clean(file, 300))]
    UnknownKey {
        /// The file.
        file: String,
        /// The key's path.
        key: String,
        /// A suggestion, or what is accepted.
        hint: String,
    },
    /// A value that does not fit.
    #[error("{}: {problem}", clean(place, 300))]
    Value {
        /// Flag, variable or key.
        place: String,
        /// What is wrong and what is accepted.
        problem: String,
    },
}
