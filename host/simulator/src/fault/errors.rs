//! The errors that a GET can meet, by Okta's codes.
//!
//! Codes and statuses are those of [Okta's catalogue](https://developer.okta.com/docs/reference/error-codes/);
//! E0000015 comes as 401, as recorded. Choice [?]: the summaries of those that no recording shows.

/// An error's code, status and summary.
pub(super) type OktaError = (&'static str, u16, &'static str);

/// The errors, in the order of their codes.
pub(super) const ALL: [OktaError; 36] = [
    ("E0000001", 400, "Api validation failed: user"),
    (
        "E0000002",
        400,
        "The request was not valid: no reason given",
    ),
    ("E0000004", 401, "Authentication failed"),
    ("E0000005", 403, "Invalid session"),
    (
        "E0000006",
        403,
        "You do not have permission to perform the requested action",
    ),
    (
        "E0000007",
        404,
        "Not found: Resource not found: absent (User)",
    ),
    ("E0000008", 404, "The requested path was not found"),
    ("E0000009", 500, "Internal Server Error"),
    ("E0000010", 503, "Service is in read only mode"),
    ("E0000011", 401, "Invalid token provided"),
    ("E0000012", 404, "Unsupported media type"),
    ("E0000013", 403, "Invalid client app id"),
    (
        "E0000015",
        401,
        "You do not have permission to access the feature you are requesting",
    ),
    (
        "E0000018",
        400,
        "Bad request. Accept header is not acceptable.",
    ),
    (
        "E0000019",
        400,
        "Bad request. Content-Type is not acceptable.",
    ),
    (
        "E0000021",
        400,
        "Bad request. The API version is not acceptable.",
    ),
    (
        "E0000022",
        405,
        "The endpoint does not support the provided HTTP method",
    ),
    ("E0000026", 404, "This endpoint has been deprecated"),
    (
        "E0000028",
        400,
        "The request is missing a required parameter.",
    ),
    ("E0000029", 400, "Invalid paging request."),
    ("E0000030", 400, "Invalid date. Dates must be ISO 8601."),
    ("E0000031", 400, "Invalid search criteria."),
    (
        "E0000033",
        400,
        "Can't specify a search query and filter in the same request.",
    ),
    ("E0000037", 400, "Type mismatch exception."),
    (
        "E0000038",
        403,
        "This operation is not allowed in the user's current status.",
    ),
    ("E0000053", 400, "Invalid filter."),
    ("E0000060", 501, "Unsupported operation."),
    (
        "E0000063",
        400,
        "Invalid combination of parameters specified.",
    ),
    ("E0000094", 400, "Filter unsupported."),
    (
        "E0000100",
        503,
        "The search query cannot be performed at this time.",
    ),
    ("E0000122", 406, "The Accept header is not acceptable."),
    ("E0000163", 404, "The domain id was not found."),
    ("E0000215", 410, "This endpoint has been removed."),
    ("E0000239", 423, "Policy priorities are being reconciled."),
    ("E0000256", 414, "The response headers would be too large."),
    ("E0000260", 403, "This organization is deactivated."),
];

/// The error with this code.
pub(super) fn by_code(code: &str) -> Option<OktaError> {
    ALL.into_iter().find(|(own, _, _)| *own == code)
}
