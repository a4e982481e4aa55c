//! The one origin that a process may talk to.

use std::fmt;

use url::{Host, Url};

/// An Okta org's base URL: an origin and nothing more.
///
/// `https` only; `http` is for loopback, where the simulator listens. No path, no user, no query.
/// [Okta's rules for org URLs](https://developer.okta.com/docs/guides/find-your-domain/main/).
#[derive(Clone, PartialEq, Eq)]
pub struct OrgUrl(Url);

/// Why a text is not an org's URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OrgUrlError {
    /// Not a URL.
    #[error("`{0}` is not a URL; an org's URL looks like https://your-org.okta.com")]
    NotAUrl(String),
    /// `http` to a host that is not this machine, or another scheme.
    #[error("`{0}` is not https; http is accepted for 127.0.0.1, [::1] and localhost only")]
    NotHttps(String),
    /// More than an origin.
    #[error("`{0}` has a path, a user, a query or a fragment; write only https://host")]
    NotAnOrigin(String),
    /// The administrators' console, which serves no API.
    #[error("`{0}` is the admin console; the API is at https://{1}")]
    AdminHost(String, String),
    /// An Okta domain with its end twice, which is somebody else's.
    #[error("`{0}` has one ending too many; the org is at https://{1}")]
    Doubled(String, String),
    /// A placeholder from a guide.
    #[error("`{0}` is a placeholder; write your own org's host")]
    Placeholder(String),
}

impl OrgUrl {
    /// Parses an org's URL; a trailing slash is accepted.
    ///
    /// # Errors
    /// [`OrgUrlError`], whose text says what to write instead.
    pub fn parse(text: &str) -> Result<Self, OrgUrlError> {
        let shown = || crate::text::clean(text, 80);
        if text.contains(['{', '}', '<', '>']) {
            return Err(OrgUrlError::Placeholder(shown()));
        }
        let url = Url::parse(text.trim()).map_err(|_| OrgUrlError::NotAUrl(shown()))?;
        let host = url.host().ok_or_else(|| OrgUrlError::NotAUrl(shown()))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(OrgUrlError::NotHttps(shown())),
        }
        let bare = url.path() == "/"
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(OrgUrlError::NotAnOrigin(shown()));
        }
        if let Host::Domain(name) = &host
            && let Some((org, rest)) = name.split_once("-admin.")
            && DOMAINS.contains(&rest)
        {
            return Err(OrgUrlError::AdminHost(shown(), format!("{org}.{rest}")));
        }
        if let Host::Domain(name) = &host
            && let Some(once) = name.strip_suffix(".com")
            && DOMAINS.iter().any(|domain| {
                once.strip_suffix(domain)
                    .is_some_and(|org| org.ends_with('.'))
            })
        {
            return Err(OrgUrlError::Doubled(shown(), once.to_owned()));
        }
        Ok(Self(url))
    }

    /// The origin as text, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether `url` has this very origin: scheme, host and port.
    #[must_use]
    pub fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

/// Okta's own domains; everything else is a custom one.
const DOMAINS: [&str; 5] = [
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
];

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Display for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

impl fmt::Debug for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_accepted_with_and_without_its_slash() {
        for good in [
            "https://a.okta.com",
            "https://a.okta.com/",
            "https://id.example.com",
            "https://a.okta.com:8443",
        ] {
            assert!(OrgUrl::parse(good).is_ok(), "{good}");
        }
        assert_eq!(
            OrgUrl::parse("https://A.okta.com/").unwrap().origin(),
            "https://a.okta.com"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in [
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost:3000",
        ] {
            assert!(OrgUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.okta.com",
            "ftp://a.okta.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(
                matches!(OrgUrl::parse(bad), Err(OrgUrlError::NotHttps(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn more_than_an_origin_is_refused() {
        for bad in [
            "https://a.okta.com/api",
            "https://me@a.okta.com",
            "https://a.okta.com?x",
            "https://a.okta.com#x",
            "https://a:b@c.com",
        ] {
            assert!(
                matches!(OrgUrl::parse(bad), Err(OrgUrlError::NotAnOrigin(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_admin_console_is_corrected_in_the_message() {
        let error = OrgUrl::parse("https://acme-admin.okta.com").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`https://acme-admin.okta.com` is the admin console; the API is at https://acme.okta.com"
        );
    }

    #[test]
    fn all_of_okta_s_domains_and_custom_ones_are_orgs_and_their_consoles_are_not() {
        for domain in DOMAINS {
            assert!(
                OrgUrl::parse(&format!("https://acme.{domain}")).is_ok(),
                "{domain}"
            );
            let error = OrgUrl::parse(&format!("https://ACME-admin.{domain}/")).unwrap_err();
            let remedy = format!("the API is at https://acme.{domain}");
            assert!(error.to_string().ends_with(&remedy), "{error}");
        }
        for custom in [
            "https://login.acme.example",
            "https://sso-admin.acme.example",
        ] {
            assert!(OrgUrl::parse(custom).is_ok(), "{custom}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_that_leads_to_another_s_domain_is_told() {
        let error = OrgUrl::parse("https://acme.okta.com.com").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`https://acme.okta.com.com` has one ending too many; the org is at https://acme.okta.com"
        );
    }

    #[test]
    fn placeholders_are_named_as_such() {
        assert!(matches!(
            OrgUrl::parse("https://{yourOktaDomain}"),
            Err(OrgUrlError::Placeholder(_))
        ));
    }
}
