//! From the raw path of a request to the endpoint that answers it.
//!
//! The path is cut at its slashes first and each piece is percent-decoded afterwards; nothing is
//! ever normalised. So `..`, `%2F` and an empty piece arrive as what they are, and a test can tell
//! a client that sends them from one that does not.

/// An endpoint with the decoded pieces of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Users,
    User(String),
    UserGroups(String),
    UserAppLinks(String),
    UserFactors(String),
    UserFactor(String, String),
    Groups,
    Group(String),
    GroupUsers(String),
    GroupApps(String),
    GroupRules,
    GroupRule(String),
    Apps,
    App(String),
    AppUsers(String),
    AppGroups(String),
    AppSecrets(String),
    Policies,
    Policy(String),
    PolicyRules(String),
    PolicyRule(String, String),
    /// Anything else.
    Unknown,
}

impl Route {
    /// The endpoint of a raw path, the part of the request target before `?`.
    pub(crate) fn of(raw_path: &str) -> Route {
        let Some(pieces) = pieces(raw_path) else {
            return Route::Unknown;
        };
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        match pieces.as_slice() {
            // Choice [?]: an empty piece (a trailing or doubled slash) makes an unknown path.
            _ if pieces.iter().any(|piece| piece.is_empty()) => Route::Unknown,
            ["api", "v1", rest @ ..] => Route::below_api(rest),
            _ => Route::Unknown,
        }
    }

    fn below_api(pieces: &[&str]) -> Route {
        let own = |piece: &&str| (*piece).to_owned();
        match pieces {
            ["users"] => Route::Users,
            ["users", user] => Route::User(own(user)),
            ["users", user, "groups"] => Route::UserGroups(own(user)),
            ["users", user, "appLinks"] => Route::UserAppLinks(own(user)),
            ["users", user, "factors"] => Route::UserFactors(own(user)),
            ["users", user, "factors", factor] => Route::UserFactor(own(user), own(factor)),
            ["groups"] => Route::Groups,
            ["groups", "rules"] => Route::GroupRules,
            ["groups", "rules", rule] => Route::GroupRule(own(rule)),
            ["groups", group] => Route::Group(own(group)),
            ["groups", group, "users"] => Route::GroupUsers(own(group)),
            ["groups", group, "apps"] => Route::GroupApps(own(group)),
            ["apps"] => Route::Apps,
            ["apps", app] => Route::App(own(app)),
            ["apps", app, "users"] => Route::AppUsers(own(app)),
            ["apps", app, "groups"] => Route::AppGroups(own(app)),
            ["apps", app, "credentials", "secrets"] => Route::AppSecrets(own(app)),
            ["policies"] => Route::Policies,
            ["policies", policy] => Route::Policy(own(policy)),
            ["policies", policy, "rules"] => Route::PolicyRules(own(policy)),
            ["policies", policy, "rules", rule] => Route::PolicyRule(own(policy), own(rule)),
            _ => Route::Unknown,
        }
    }
}

/// The decoded pieces; none when the path does not begin with a slash or a piece is not
/// percent-encoded UTF-8.
fn pieces(raw_path: &str) -> Option<Vec<String>> {
    raw_path
        .strip_prefix('/')?
        .split('/')
        .map(decoded)
        .collect()
}

fn decoded(piece: &str) -> Option<String> {
    let mut bytes = piece.bytes();
    let mut out = Vec::with_capacity(piece.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_decoded_after_the_cut() {
        assert_eq!(
            Route::of("/api/v1/users/a%2Fb%40c"),
            Route::User("a/b@c".to_owned())
        );
        assert_eq!(
            Route::of("/api/v1/users/00u1/groups"),
            Route::UserGroups("00u1".to_owned())
        );
    }

    #[test]
    fn nothing_is_normalised() {
        assert_eq!(Route::of("/api/v1/users/.."), Route::User("..".to_owned()));
        assert_eq!(
            Route::of("/api/v1/users/%2e%2e"),
            Route::User("..".to_owned())
        );
        assert_eq!(
            Route::of("/api/v1/users/../groups"),
            Route::UserGroups("..".to_owned())
        );
        assert_eq!(Route::of("/api/v1/./users"), Route::Unknown);
        assert_eq!(Route::of("/api/v1/users/"), Route::Unknown);
        assert_eq!(Route::of("//api/v1/users"), Route::Unknown);
        assert_eq!(Route::of("/api/v1/users/%zz"), Route::Unknown);
        assert_eq!(Route::of("/api/v1/users/%ff"), Route::Unknown);
        assert_eq!(Route::of("/API/v1/users"), Route::Unknown);
    }
}
