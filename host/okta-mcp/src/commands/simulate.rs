//! `okta-mcp simulate`: the example org for somebody else's client.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use simulator::{Clock, OAuthApp, Options as OrgOptions, Org};

use crate::cli::{Options, Simulation};

/// The client id of the service app that `--service-app` registers.
const SERVICE: &str = "0oaNorthwindService1";

/// The client id of the native app, in which a person signs in.
const NATIVE: &str = "0oaNorthwindPerson01";

/// What the built-in plugins need.
const SCOPES: [&str; 4] = [
    "okta.apps.read",
    "okta.groups.read",
    "okta.policies.read",
    "okta.users.read",
];

pub(super) async fn run(options: &Options, simulation: Simulation) -> anyhow::Result<ExitCode> {
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
    let (seed, listen) = (simulation.seed, simulation.listen);
    let org = Org::generate(seed, OrgOptions::DEMO_TIME);
    if simulation.dump {
        anstream::println!("{}", org.to_json());
        return Ok(ExitCode::SUCCESS);
    }
    if !listen.ip().is_loopback() {
        bail!(
            "--listen {listen}: the example org has a token that everybody knows; it listens on loopback only, such as 127.0.0.1:8080"
        );
    }
    let apps = apps(&simulation)?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("--listen {listen}"))?;
    let settings = OrgOptions {
        seed,
        clock: Clock::system(),
        apps,
        ..OrgOptions::default()
    };
    let handle = simulator::serve(listener, Arc::new(org), settings).await?;
    for fault in simulation.faults {
        handle.switch_on(fault);
    }
    let url = handle.url();
    anstream::println!("An example Okta org listens on {url}. Point a client at it:\n");
    anstream::println!(
        "  export OKTA_ORG_URL={url}\n  export OKTA_API_TOKEN={}\n",
        OrgOptions::DEMO_TOKEN
    );
    let with = match simulation.service_app {
        Some(_) => format!(
            "as the service app, with your private key in OKTA_PRIVATE_KEY: OKTA_CLIENT_ID={SERVICE}"
        ),
        None => "as a service app: start with --service-app PUBLIC_KEY".to_owned(),
    };
    anstream::println!(
        "Or, without the API token, {with}\n          or sign in as a person: OKTA_CLIENT_ID={NATIVE}\n"
    );
    anstream::println!(
        "For callers that show tokens of their own (`serve --http`): http.auth.issuer {url}/oauth2/default, audience api://default\n"
    );
    anstream::println!("Ctrl-C ends it.");
    tokio::signal::ctrl_c().await?;
    handle.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// The apps that are registered at the org.
fn apps(simulation: &Simulation) -> anyhow::Result<Vec<OAuthApp>> {
    let granted = |app: OAuthApp| match simulation.scopes.as_slice() {
        [] => app.granted(SCOPES),
        some => app.granted(some.iter().map(String::as_str)),
    };
    let mut apps = vec![granted(OAuthApp::native(NATIVE))];
    if let Some(path) = &simulation.service_app {
        let place = || format!("--service-app {}", path.display());
        let text = std::fs::read_to_string(path).with_context(place)?;
        let app = granted(OAuthApp::service(SERVICE, &text).with_context(place)?);
        apps.push(if simulation.require_dpop {
            app.requiring_dpop()
        } else {
            app
        });
    }
    Ok(apps)
}
