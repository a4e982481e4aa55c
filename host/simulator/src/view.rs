//! Users as text, rendered once when the org is served.
//!
//! A page of 200 users is the answer that clients ask for most and that benchmarks measure, so it
//! is put together by copying text. The pieces are cut where the `okta-response` switches cut.

use std::borrow::Cow;

use crate::json::{Json, object};
use crate::org::Org;
use crate::org::users::User;

/// What a caller wants left out of a user, by the `okta-response` parameter of `Content-Type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Omit {
    pub(crate) credentials: bool,
    pub(crate) credentials_links: bool,
}

/// The links that `omitCredentialsLinks` leaves out of a single user.
///
/// Choice [?]: the documentation lists them by purpose, and these are the names for that.
pub(crate) const CREDENTIALS_LINKS: &[&str] = &[
    "changePassword",
    "changeRecoveryQuestion",
    "forgotPassword",
    "resetPassword",
    "resetFactors",
    "unlock",
];

impl Omit {
    /// Reads `application/json; okta-response=omitCredentials,omitCredentialsLinks`, with or
    /// without quotes. `omitTransitioningToStatus` is known and changes nothing, because the
    /// recorded users do not have that member.
    pub(crate) fn from_content_type(value: Option<&str>) -> Omit {
        let mut omit = Omit::default();
        let words = value
            .into_iter()
            .flat_map(|value| value.split(';'))
            .filter_map(|parameter| parameter.trim().strip_prefix("okta-response="))
            .flat_map(|list| list.trim_matches('"').split(','));
        for word in words {
            match word.trim() {
                "omitCredentials" => omit.credentials = true,
                "omitCredentialsLinks" => omit.credentials_links = true,
                _ => {}
            }
        }
        omit
    }
}

/// All users as text, in the order of the org's users.
#[derive(Debug)]
pub(crate) struct View {
    users: Vec<Pieces>,
}

#[derive(Debug)]
struct Pieces {
    /// `{"id":…,"profile":{…}` without the last brace.
    start: String,
    /// `,"credentials":{…}`
    credentials: String,
    /// `,"_links":{"self":{…}}}` with the last brace.
    end: String,
}

impl View {
    /// The view of an org that is served at `base`.
    pub(crate) fn new(org: &Org, base: &str) -> View {
        let users = org
            .users
            .iter()
            .map(|user| {
                let mut start = user.object.render(base);
                start.pop();
                Pieces {
                    start,
                    credentials: format!(",\"credentials\":{}", user.credentials.render(base)),
                    end: format!(",\"_links\":{}}}", user.self_link().render(base)),
                }
            })
            .collect();
        View { users }
    }

    /// A list of users as JSON, given by their positions.
    pub(crate) fn list(&self, positions: &[usize], omit: Omit) -> String {
        let mut out = String::with_capacity(positions.len() * 1_100 + 2);
        out.push('[');
        for (index, user) in positions
            .iter()
            .filter_map(|position| self.users.get(*position))
            .enumerate()
        {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&user.start);
            if !omit.credentials {
                out.push_str(&user.credentials);
            }
            out.push_str(&user.end);
        }
        out.push(']');
        out
    }
}

/// A single user as JSON, with the links that its status has.
pub(crate) fn single(user: &User, base: &str, omit: Omit) -> String {
    let left_out = if omit.credentials_links {
        CREDENTIALS_LINKS
    } else {
        &[]
    };
    let mut object = user.object.clone();
    if !omit.credentials {
        object.push("credentials", user.credentials.clone());
    }
    object.push("_links", user.links(left_out));
    object.render(base)
}

/// The `fields` parameter: `id,status,profile:(firstName,email)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    names: Vec<String>,
    profile: Vec<String>,
}

impl Fields {
    /// Reads the parameter. Choice [?]: names that no user has are ignored, and so is whatever
    /// does not follow the grammar.
    pub(crate) fn parse(text: &str) -> Fields {
        let mut fields = Fields::default();
        let (outside, inside) = match text.split_once("profile:(") {
            Some((before, rest)) => {
                let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
                (format!("{before},{after}"), inside.to_owned())
            }
            None => (text.to_owned(), String::new()),
        };
        let names = |list: &str| -> Vec<String> {
            list.split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        fields.names = names(&outside);
        fields.profile = names(&inside);
        fields
    }

    /// The user reduced to these fields; `id` is always there. Choice [?]: `_links` is there only
    /// when it is named.
    pub(crate) fn of(&self, user: &User, omit: Omit, list: bool) -> Json {
        let mut full = user.object.clone();
        if !omit.credentials {
            full.push("credentials", user.credentials.clone());
        }
        full.push(
            "_links",
            if list {
                user.self_link()
            } else {
                user.links(&[])
            },
        );
        let mut sparse = object! {};
        let Json::Object(members) = full else {
            return sparse;
        };
        for (name, value) in members {
            let whole = name == "id" || self.names.iter().any(|wanted| *wanted == name);
            if whole {
                push(&mut sparse, name, value);
            } else if name == "profile" && !self.profile.is_empty() {
                let mut profile = object! {};
                if let Json::Object(attributes) = value {
                    for (attribute, value) in attributes {
                        if self.profile.iter().any(|wanted| *wanted == attribute) {
                            push(&mut profile, attribute, value);
                        }
                    }
                }
                push(&mut sparse, name, profile);
            }
        }
        sparse
    }
}

fn push(object: &mut Json, name: Cow<'static, str>, value: Json) {
    if let Json::Object(members) = object {
        members.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switches_are_read_from_the_content_type() {
        let both = Omit {
            credentials: true,
            credentials_links: true,
        };
        for value in [
            "application/json; okta-response=omitCredentials,omitCredentialsLinks,omitTransitioningToStatus",
            "application/json;okta-response=\"omitCredentials, omitCredentialsLinks\"",
        ] {
            assert_eq!(Omit::from_content_type(Some(value)), both, "{value}");
        }
        assert_eq!(
            Omit::from_content_type(Some("application/json")),
            Omit::default()
        );
        assert_eq!(Omit::from_content_type(None), Omit::default());
    }

    #[test]
    fn fields_name_members_and_profile_attributes() {
        let fields = Fields::parse("id,status,profile:(firstName, email),created");
        assert_eq!(fields.names, ["id", "status", "created"]);
        assert_eq!(fields.profile, ["firstName", "email"]);
    }
}
