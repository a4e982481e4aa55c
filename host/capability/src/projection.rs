//! A response, less every field that the manifest does not declare.
//!
//! The body is read once, token by token, and what is declared is written on as it goes by; what is
//! not declared is skipped without being built. So the guest never holds the bytes of a field that
//! it was not granted, and a page costs little more than reading it.
//!
//! Rules: a declared path grants a scalar or an array of scalars; arrays on the way are passed
//! through; an object is written when it is on the way to a declared field; `*` matches any one key
//! that is not a secret's ([`crate::sensitivity`]); what the operator hides is hidden, whatever the
//! manifest says. Texts keep their letters and lose what steers a reader unseen ([`crate::text::value`]).

mod seen;
mod star;
mod tree;
mod writer;

use crate::field::FieldPath;
use tree::Node;

pub use seen::Seen;

/// The fields that one tool sees of one endpoint's answers.
#[derive(Debug, Clone)]
pub struct Projection {
    root: Node,
}

/// What is left of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projected {
    /// JSON text.
    pub body: String,
    /// Elements of the outermost array; 1 when the answer is not an array.
    pub rows: usize,
    /// The declared fields that held a value.
    pub seen: Seen,
}

/// Why a body cannot be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// Not UTF-8, anywhere.
    #[error("the body is not JSON that can be read: {0}")]
    Letters(#[from] std::str::Utf8Error),
    /// Not JSON, cut short, or nested deeper than 128 levels on the way to a declared field.
    #[error("the body is not JSON that can be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A string or a number where Okta answers with an object or an array.
    #[error("the body is neither an object nor an array")]
    NotAStructure,
}

impl Projection {
    /// The projection on `fields`, less what the operator hides.
    #[must_use]
    pub fn new(fields: &[FieldPath], hidden: &[FieldPath]) -> Self {
        Self {
            root: Node::build(fields, hidden),
        }
    }

    /// Projects one response body.
    ///
    /// # Errors
    /// When the body is not JSON of a readable depth, or neither an object nor an array.
    pub fn apply(&self, body: &[u8]) -> Result<Projected, ProjectionError> {
        writer::project(&self.root, body)
    }
}

#[cfg(test)]
mod tests;
