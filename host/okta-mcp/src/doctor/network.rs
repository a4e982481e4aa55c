//! The way to the org: proxy, name, connection, certificate, clock, and whether an Okta org is at its end.

use std::time::Duration;

use gateway::{Found, FrontDoor, Gateway, NoAnswer, Route, Sighting};
use tokio::time::Instant;

use crate::findings::Findings;

/// Longer than a slow line and a distant proxy need, and short enough to wait for.
const TIME: Duration = Duration::from_secs(20);

/// Looks at it; whether an Okta org answered.
pub(super) async fn look(gateway: &Gateway, findings: &mut Findings) -> bool {
    let Sighting { route, found } = gateway.look(Instant::now() + TIME).await;
    let answer = match &found {
        Ok(found) => Some(&found.answer),
        Err(_) => None,
    };
    proxy(&route, answer, findings);
    name(&route, &found, findings);
    let Some(answer) = answer else {
        findings.untried("connection", "the name has to be found first");
        return false;
    };
    connection(&route, answer, findings);
    certificate(&route, answer, findings);
    let Ok(door) = answer else { return false };
    clock(door, findings);
    org(door, findings)
}

fn proxy(route: &Route, answer: Option<&Result<FrontDoor, NoAnswer>>, findings: &mut Findings) {
    let Route { host, port, .. } = route;
    match (route.is_proxy, answer) {
        (false, _) => findings.ok("proxy", "none for this org"),
        (true, Some(Err(NoAnswer::Connection(cause)))) => findings.problem(
            "proxy",
            format!("{host}:{port} does not let requests through: {cause}"),
            "mend HTTPS_PROXY (or ALL_PROXY), or except the org's host with NO_PROXY",
        ),
        (true, _) => findings.ok("proxy", format!("requests go through {host}:{port}")),
    }
}

fn name(route: &Route, found: &Result<Found, String>, findings: &mut Findings) {
    let host = &route.host;
    match found {
        Ok(Found { addresses, .. }) => {
            let shown: Vec<String> = addresses
                .iter()
                .take(3)
                .map(ToString::to_string)
                .collect();
            let more = match addresses.len().saturating_sub(shown.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            findings.ok("dns", format!("{host} is at {}{more}", shown.join(", ")));
        }
        Err(cause) => findings.problem(
            "dns",
            format!("{host} is not found: {cause}"),
            if route.is_proxy {
                "mend HTTPS_PROXY (or ALL_PROXY): the proxy's own name has no address here"
            } else {
                "check the spelling of the org's URL, and this machine's name server; where only a proxy reaches \
                 the internet, set HTTPS_PROXY"
            },
        ),
    }
}

fn connection(route: &Route, answer: &Result<FrontDoor, NoAnswer>, findings: &mut Findings) {
    let Route { host, port, .. } = route;
    match answer {
        Ok(_) | Err(NoAnswer::Tls(_) | NoAnswer::Trust(_)) => {
            findings.ok("connection", format!("{host}:{port} takes connections"));
        }
        Err(NoAnswer::NotSent(_)) => findings.untried("connection", "nothing was sent: see tls"),
        Err(NoAnswer::Connection(_)) if route.is_proxy => {
            findings.untried("connection", "the proxy has to let requests through first");
        }
        Err(NoAnswer::Connection(cause)) => findings.problem(
            "connection",
            format!("{host}:{port} cannot be reached: {cause}"),
            "look for a firewall in between; where only a proxy reaches the internet, set HTTPS_PROXY",
        ),
        Err(NoAnswer::Broken(cause)) => findings.problem(
            "connection",
            format!("the connection to {host}:{port} broke before an answer: {cause}"),
            "try again; if it stays so, look at what stands between (a firewall, a proxy, another program on that port)",
        ),
        Err(NoAnswer::Slow) => findings.problem(
            "connection",
            format!("nothing answered at {host}:{port} within {} s", TIME.as_secs()),
            "look for a firewall that drops packets; where only a proxy reaches the internet, set HTTPS_PROXY",
        ),
    }
}

fn certificate(route: &Route, answer: &Result<FrontDoor, NoAnswer>, findings: &mut Findings) {
    match answer {
        _ if !route.encrypted => {
            findings.ok("tls", "none: an org on this machine is asked in plain HTTP");
        }
        Ok(_) => findings.ok("tls", "the certificate is trusted"),
        Err(NoAnswer::Trust(cause)) => findings.problem(
            "tls",
            format!("the certificate is not trusted: {cause}"),
            "behind an inspecting proxy, name its CA file in SSL_CERT_FILE or okta.caFile; otherwise somebody stands \
             between this machine and Okta",
        ),
        Err(NoAnswer::Tls(cause)) => findings.problem(
            "tls",
            format!("what answers does not speak TLS as Okta does: {cause}"),
            "check the org's URL and what stands between",
        ),
        Err(NoAnswer::NotSent(why)) => findings.problem(
            "tls",
            why,
            "without roots no certificate can be checked, and nothing is sent",
        ),
        Err(NoAnswer::Connection(_) | NoAnswer::Broken(_) | NoAnswer::Slow) => {
            findings.untried("tls", "there is no connection");
        }
    }
}

fn clock(door: &FrontDoor, findings: &mut Findings) {
    match door.skew {
        None => findings.untried("clock", "the answer has no date"),
        Some(skew) if skew.is_noise() => findings.ok("clock", "it agrees with Okta's"),
        Some(skew) if skew.is_made_up_for() => findings.ok(
            "clock",
            format!("{skew}, which is made up for; set it all the same (NTP)"),
        ),
        Some(skew) => findings.problem(
            "clock",
            format!("{skew}"),
            "set the clock, such as with `timedatectl set-ntp true`: tokens and certificates are dated by it",
        ),
    }
}

fn org(door: &FrontDoor, findings: &mut Findings) -> bool {
    let FrontDoor { status, org, .. } = door;
    match (org, status) {
        (Some(id), _) => {
            findings.ok("okta", format!("the org {id} answers"));
            return true;
        }
        (None, 429) => findings.untried("okta", "Okta's rate limit is used up; try again in a minute"),
        (None, 500..) => findings.problem(
            "okta",
            format!("the host answers with status {status}"),
            "try again; Okta tells of its troubles at https://status.okta.com",
        ),
        (None, _) => findings.problem(
            "okta",
            format!("the host answers (status {status}), but not as an Okta org does"),
            "set the org's URL to the very host that the org is known by, and look for a sign-in page or a proxy \
             that answers in its place",
        ),
    }
    false
}
