//! Who can reach the HTTP transport, decided before a socket is opened.
//!
//! A server that answers beyond this machine without asking who is there would hand the org to the network:
//! so that state cannot be built. The one way round is said out loud, and logged at every start.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// The port when only `--http` or an address is given.
const PORT: u16 = 8080;

/// Where to listen: `8080`, `127.0.0.1`, `127.0.0.1:8080` or `[::1]:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT))
    }
}

/// The text names no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no address to listen on; write a port (8080), or an IP address with one (127.0.0.1:8080)"
)]
pub struct NoAddress;

impl FromStr for Listen {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        Self::with_port(text, PORT)
    }
}

impl Listen {
    /// The address in `text`, with `port` where it has none.
    pub(crate) fn with_port(text: &str, port: u16) -> Result<Self, NoAddress> {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        if let Ok(port) = text.parse() {
            return Ok(Self(local(port)));
        }
        if let Ok(ip) = text.parse() {
            return Ok(Self(SocketAddr::new(ip, port)));
        }
        match text.strip_prefix("localhost:") {
            Some(port) => port.parse().map(local).map(Self).map_err(|_| NoAddress),
            None => text.parse().map(Self).map_err(|_| NoAddress),
        }
    }
}

/// An address that may be listened on, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    address: SocketAddr,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Programs of this machine only.
    Loopback,
    /// Beyond this machine, to bearers of the organisation's tokens.
    Authenticated,
    /// Beyond this machine, to anybody: the operator insists.
    Unprotected,
}

/// The address would be open to anybody who can reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, and nothing asks who is there: name the issuer of your organisation's \
     access tokens (http.auth), or listen on 127.0.0.1; --iunderstandtherisks serves everybody who can connect"
)]
pub struct Unprotected(SocketAddr);

impl Exposure {
    /// Decides whether `listen` may be opened.
    ///
    /// # Errors
    /// [`Unprotected`]: the address is not loopback, callers are not authenticated, and the operator did not
    /// accept that.
    pub fn decide(
        listen: Listen,
        authenticated: bool,
        accepts_risks: bool,
    ) -> Result<Self, Unprotected> {
        let Listen(address) = listen;
        let kind = if authenticated {
            Kind::Authenticated
        } else if is_loopback(address.ip()) {
            Kind::Loopback
        } else if accepts_risks {
            Kind::Unprotected
        } else {
            return Err(Unprotected(address));
        };
        Ok(Self { address, kind })
    }

    /// The address to bind.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether other machines can reach it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        !is_loopback(self.address.ip())
    }

    /// Whether anybody who can connect can read the org.
    #[must_use]
    pub fn is_unprotected(&self) -> bool {
        self.kind == Kind::Unprotected
    }
}

/// `::ffff:127.0.0.1` is this machine too.
fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(text: &str) -> Listen {
        text.parse().unwrap()
    }

    #[test]
    fn a_port_an_address_or_both_say_where_to_listen() {
        for (text, address) in [
            ("9000", "127.0.0.1:9000"),
            ("127.0.0.1", "127.0.0.1:8080"),
            ("localhost:1", "127.0.0.1:1"),
            ("[::1]:7", "[::1]:7"),
            ("0.0.0.0:80", "0.0.0.0:80"),
        ] {
            assert_eq!(listen(text).0.to_string(), address);
        }
        for text in ["", "host", "example.com:80", "127.0.0.1:", "70000", "-1"] {
            assert_eq!(text.parse::<Listen>(), Err(NoAddress), "{text}");
        }
    }

    #[test]
    fn this_machine_needs_no_authentication() {
        for text in [
            "127.0.0.1:80",
            "127.9.9.9:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
        ] {
            let exposure = Exposure::decide(listen(text), false, false).unwrap();
            assert!(!exposure.is_unprotected(), "{text}");
        }
    }

    #[test]
    fn another_address_without_authentication_is_refused_unless_the_operator_insists() {
        for text in [
            "0.0.0.0:80",
            "[::]:80",
            "192.0.2.1:80",
            "10.0.0.1:80",
            "[::ffff:192.0.2.1]:80",
        ] {
            let refused = Exposure::decide(listen(text), false, false).unwrap_err();
            assert!(
                refused.to_string().contains("listen on 127.0.0.1"),
                "{refused}"
            );
            assert!(
                !Exposure::decide(listen(text), true, false)
                    .unwrap()
                    .is_unprotected()
            );
            assert!(
                Exposure::decide(listen(text), false, true)
                    .unwrap()
                    .is_unprotected()
            );
        }
    }
}
