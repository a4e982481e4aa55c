//! Okta's error answers: one status, one code, one text each.

use thiserror::Error;

use crate::json::{list, object};
use crate::scim::ScimError;

/// A request that Okta would refuse. The displayed text is `errorSummary`.
///
/// Recorded are the codes and texts of E0000001, 07, 11, 29, 31 and 47, and reported that of 02.
/// Choice [?]: the wording of the others, whose codes and statuses are from Okta's catalogue, and
/// every cause but "Invalid cursor." and "Expand query is malformed.".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Refusal {
    /// An id or login that names nothing; `kind` is Okta's name of the resource type.
    #[error("Not found: Resource not found: {value} ({kind})")]
    NotFound { value: String, kind: &'static str },
    #[error("The requested path was not found")]
    NoSuchPath,
    #[error("The endpoint does not support the provided HTTP method")]
    Method,
    #[error("Invalid token provided")]
    Token,
    #[error("API call exceeded rate limit due to too many requests.")]
    RateLimit,
    #[error("Api validation failed: {what}")]
    Validation { what: &'static str, cause: String },
    #[error("The request was not valid: {0}")]
    Invalid(&'static str),
    #[error("The request is missing a required parameter.")]
    MissingParameter(&'static str),
    #[error("Invalid paging request.")]
    Cursor,
    #[error("Invalid search criteria.")]
    Search(ScimError),
    #[error("Filter unsupported.")]
    Filter(ScimError),
    #[error(
        "Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. 2013-01-01T12:00:00.000-07:00."
    )]
    Date(ScimError),
    #[error("Can't specify a search query and filter in the same request.")]
    SearchWithFilter,
    #[error("Invalid combination of parameters specified.")]
    Combination(&'static str),
}

impl Refusal {
    /// A `search` that is refused. Choice [?]: everything is E0000031 but a bad date, for which the
    /// catalogue has E0000030.
    pub(crate) fn of_search(error: ScimError) -> Refusal {
        match error {
            ScimError::Date(_) => Refusal::Date(error),
            other => Refusal::Search(other),
        }
    }

    /// A `filter` that is refused. Choice [?]: E0000094 for an attribute, operator or value that a
    /// filter does not have, E0000031 for bad syntax, E0000030 for a bad date.
    pub(crate) fn of_filter(error: ScimError) -> Refusal {
        match error {
            ScimError::Syntax => Refusal::Search(error),
            ScimError::Date(_) => Refusal::Date(error),
            other => Refusal::Filter(other),
        }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Refusal::NotFound { .. } | Refusal::NoSuchPath => 404,
            Refusal::Method => 405,
            Refusal::Token => 401,
            Refusal::RateLimit => 429,
            _ => 400,
        }
    }

    /// Okta's error code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound { .. } => "E0000007",
            Refusal::NoSuchPath => "E0000008",
            Refusal::Method => "E0000022",
            Refusal::Token => "E0000011",
            Refusal::RateLimit => "E0000047",
            Refusal::Validation { .. } => "E0000001",
            Refusal::Invalid(_) => "E0000002",
            Refusal::MissingParameter(_) => "E0000028",
            Refusal::Cursor => "E0000029",
            Refusal::Search(_) => "E0000031",
            Refusal::Filter(_) => "E0000094",
            Refusal::Date(_) => "E0000030",
            Refusal::SearchWithFilter => "E0000033",
            Refusal::Combination(_) => "E0000063",
        }
    }

    fn cause(&self) -> Option<String> {
        match self {
            Refusal::Validation { cause, .. } => Some(cause.clone()),
            Refusal::Cursor => Some("Invalid cursor.".to_owned()),
            Refusal::Search(error) | Refusal::Filter(error) | Refusal::Date(error) => {
                Some(error.to_string())
            }
            Refusal::MissingParameter(name) => Some(format!("The parameter '{name}' is required.")),
            Refusal::Combination(text) => Some((*text).to_owned()),
            _ => None,
        }
    }

    /// The answer's body.
    pub(crate) fn body(&self, error_id: String) -> String {
        envelope(self.code(), &self.to_string(), self.cause(), error_id)
    }

    /// An absent resource.
    pub(crate) fn not_found(value: &str, kind: &'static str) -> Refusal {
        Refusal::NotFound {
            value: value.to_owned(),
            kind,
        }
    }
}

/// The body of an error.
pub(crate) fn envelope(
    code: &'static str,
    summary: &str,
    cause: Option<String>,
    error_id: String,
) -> String {
    let causes = cause.map_or_else(|| list![], |cause| list![object! { "errorSummary": cause }]);
    object! {
        "errorCode": code,
        "errorSummary": summary.to_owned(),
        "errorLink": code,
        "errorId": error_id,
        "errorCauses": causes,
    }
    .render("")
}
