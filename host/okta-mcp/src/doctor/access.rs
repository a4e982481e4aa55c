//! What the credential opens: whether Okta takes it, and whether each plugin may read with it.
//!
//! Asked with the plugins' own grants, each for one row of a list that it may read anyway, and nothing of the answer
//! is kept. A plugin whose every GET is about one object cannot be asked without knowing one: it stays untried, but
//! for its scopes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use capability::answer::{Failure, Refusal};
use capability::cursor::CursorKey;
use capability::grammar::Grammar;
use capability::grant::{AuthorizedGet, Request};
use capability::manifest::Endpoint;
use capability::org::OrgUrl;
use capability::scopes;
use gateway::{Budget, Gateway, Method, Unauthorized};
use tokio::time::Instant;

use crate::findings::Findings;
use crate::registry::{Loaded, Registry};

/// How long one row may take.
const TIME: Duration = Duration::from_secs(20);

/// How long a token may take: a password manager may ask a person first.
const TOKEN_TIME: Duration = Duration::from_secs(70);

/// More than a row has, whatever is in it.
const BYTES: u64 = 4 << 20;

/// A row's answer has no next page that anybody follows.
const NO_CURSORS: [u8; 32] = [0; 32];

/// Looks at the credential, and at each plugin of `registry` with it.
pub(super) async fn look(
    org: &OrgUrl,
    gateway: &Gateway,
    registry: Option<&Registry>,
    findings: &mut Findings,
) {
    let plugins = registry.map_or(&[][..], Registry::plugins);
    if let Some(registry) = registry {
        gateway.will_ask_for(&registry.scopes());
    }
    let found = match gateway.method() {
        Method::ApiToken => api_token(org, gateway, plugins).await,
        Method::ServiceApp | Method::Person => oauth(org, gateway, plugins).await,
    };
    findings.append(found);
}

/// What a GET of a plugin came to.
enum Tried {
    Read(String),
    /// Okta does not take the credential.
    Unknown(Refusal),
    /// Okta takes it, and does not let it read this.
    Forbidden(String, Refusal),
    /// Nothing that says anything of the credential.
    Other(String),
    /// There was nothing to ask for.
    Nothing,
}

async fn api_token(org: &OrgUrl, gateway: &Gateway, plugins: &[Arc<Loaded>]) -> Findings {
    let mut findings = Findings::default();
    let at_hand = gateway
        .authorize(&BTreeSet::new(), Instant::now() + TOKEN_TIME)
        .await;
    if let Err(error) = at_hand {
        findings.problem(
            "credential",
            error.to_string(),
            "mend the place that the settings name for the API token",
        );
        return findings;
    }
    let mut access = Findings::default();
    // Nobody knows before the first answer whether the token is one.
    let mut taken = None;
    for loaded in plugins {
        let tried = ask(org, gateway, loaded).await;
        match &tried {
            Tried::Unknown(refusal) => {
                findings.problem(
                    "credential",
                    format!("Okta does not take the API token: {}", said(refusal)),
                    TOKEN,
                );
                findings.untried("access", "Okta has to take the API token first");
                return findings;
            }
            Tried::Read(_) | Tried::Forbidden(..) => taken = Some(()),
            Tried::Other(_) | Tried::Nothing => {}
        }
        tell(loaded.name(), tried, &mut access);
    }
    match taken {
        Some(()) => findings.ok("credential", "Okta takes the API token"),
        None => findings.untried("credential", "an API token, which no plugin could try"),
    }
    findings.ok(
        "scopes",
        "an API token has none: it reads all that its owner may, and the manifests are the only restriction",
    );
    findings.append(access);
    findings
}

/// What to do about an API token that Okta does not take.
const TOKEN: &str = "it is wrong, revoked, of another org, was not used for 30 days, or may not be used from this network: \
                     make a new one in the Okta admin console (Security > API > Tokens)";

async fn oauth(org: &OrgUrl, gateway: &Gateway, plugins: &[Arc<Loaded>]) -> Findings {
    let mut findings = Findings::default();
    let mut rest = Findings::default();
    let mut taken = false;
    for loaded in plugins {
        let name = loaded.name();
        let needed = scopes::of_manifest(&loaded.reach().manifest);
        let words = needed.iter().copied().collect::<Vec<_>>().join(" ");
        match gateway
            .authorize(&needed, Instant::now() + TOKEN_TIME)
            .await
        {
            Ok(()) => taken = true,
            Err(Unauthorized::SignIn(_)) => {
                findings.untried(
                    "credential",
                    "Okta knows the app, and nobody has signed in: the first call answers with a page and a code",
                );
                return findings;
            }
            Err(Unauthorized::Scope(text)) => {
                taken = true;
                rest.problem(
                    format!("scopes.{name}"),
                    text,
                    "`okta-mcp scopes` lists all that are needed",
                );
                continue;
            }
            Err(Unauthorized::Needs(text)) => {
                findings.problem("credential", text, "then run doctor again");
                return findings;
            }
            Err(Unauthorized::Failed(failure)) => {
                findings.problem(
                    "credential",
                    format!("no token could be had: {failure}"),
                    "try again; if it stays so, look at what stands between",
                );
                return findings;
            }
        }
        rest.ok(
            format!("scopes.{name}"),
            format!("Okta issues a token with {words}"),
        );
        tell(name, ask(org, gateway, loaded).await, &mut rest);
    }
    let who = match gateway.method() {
        Method::Person => "the app, and somebody has signed in",
        Method::ApiToken | Method::ServiceApp => "the app and its key",
    };
    if taken {
        findings.ok("credential", format!("Okta takes {who}"));
    } else {
        findings.untried("credential", "no plugin could try it");
    }
    findings.append(rest);
    findings
}

async fn ask(org: &OrgUrl, gateway: &Gateway, loaded: &Loaded) -> Tried {
    let Some(get) = one_row(org, loaded) else {
        return Tried::Nothing;
    };
    let budget = Budget {
        deadline: Instant::now() + TIME,
        bytes: BYTES,
    };
    let template = get.operation().template;
    match gateway.get(&get, budget).await {
        Ok(page) => Tried::Read(format!(
            "GET {template} answers ({})",
            match page.rows {
                1 => "1 row".to_owned(),
                rows => format!("{rows} rows"),
            }
        )),
        Err(Failure::Forbidden(refusal)) if refusal.status == 401 => Tried::Unknown(refusal),
        Err(Failure::Forbidden(refusal)) => Tried::Forbidden(template.to_owned(), refusal),
        Err(Failure::NotFound(refusal) | Failure::Refused(refusal)) => {
            Tried::Other(format!("GET {template}: {}", said(&refusal)))
        }
        Err(other) => Tried::Other(format!("GET {template}: {other}")),
    }
}

fn tell(plugin: &str, tried: Tried, findings: &mut Findings) {
    let check = format!("access.{plugin}");
    match tried {
        Tried::Read(text) => findings.ok(check, text),
        Tried::Unknown(refusal) => findings.problem(
            check,
            format!("Okta does not take the token: {}", said(&refusal)),
            "look at the app in the Okta admin console",
        ),
        Tried::Forbidden(template, refusal) => findings.problem(
            check,
            format!("GET {template}: {}", said(&refusal)),
            if refusal.code == "insufficient_scope" {
                "grant the scope in the Okta admin console (Applications > the app > Okta API Scopes)"
            } else {
                "assign an administrator's role that may read this to the token's owner or to the app, such as \
                 Read-only Administrator; or leave the plugin out (plugins.NAME.enabled: false)"
            },
        ),
        Tried::Other(text) => findings.untried(check, text),
        Tried::Nothing => findings.untried(
            check,
            "all its GETs are about one object: call one of its tools to try them",
        ),
    }
}

/// A GET for one row that a tool of `loaded` may send without knowing anything of the org.
fn one_row(org: &OrgUrl, loaded: &Loaded) -> Option<AuthorizedGet> {
    let reach = loaded.reach();
    reach.tools.iter().find_map(|tool| {
        let endpoint = reach
            .manifest
            .endpoints_of(tool)
            .find(|endpoint| endpoint.path.is_empty())?;
        let request = Request {
            endpoint: endpoint.operation.template.to_owned(),
            query: smallest(endpoint),
            ..Request::default()
        };
        loaded
            .grant(tool, org, &CursorKey::new(NO_CURSORS))
            .authorize(&request)
            .ok()
    })
}

/// As little as can be asked for, and what Okta must be told.
fn smallest(endpoint: &Endpoint) -> Vec<(String, String)> {
    endpoint
        .query
        .iter()
        .filter_map(|(name, grammar)| {
            let value = match grammar {
                Grammar::Integer { min, .. } if name == "limit" => min.to_string(),
                Grammar::PolicyType => "OKTA_SIGN_ON".to_owned(),
                _ => return None,
            };
            Some((name.clone(), value))
        })
        .collect()
}

/// Okta's words, with the code that its documentation explains.
fn said(refusal: &Refusal) -> String {
    let Refusal {
        status,
        code,
        summary,
        request_id,
    } = refusal;
    let code = match code.as_str() {
        "" => String::new(),
        code => format!(" {code}"),
    };
    let id = match request_id {
        Some(id) => format!(" (Okta's request id {id})"),
        None => String::new(),
    };
    format!("{status}{code}: {summary}{id}")
}
