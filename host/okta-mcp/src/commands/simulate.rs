//! `okta-mcp simulate`: the example org for somebody else's client.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use simulator::{Clock, FaultSwitch, Options as OrgOptions, Org};

use crate::cli::Options;

pub(super) async fn run(
    options: &Options,
    listen: SocketAddr,
    seed: u64,
    dump: bool,
    faults: Vec<FaultSwitch>,
) -> anyhow::Result<ExitCode> {
    let _log = super::log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
    let org = Org::generate(seed, OrgOptions::DEMO_TIME);
    if dump {
        anstream::println!("{}", org.to_json());
        return Ok(ExitCode::SUCCESS);
    }
    if !listen.ip().is_loopback() {
        bail!(
            "--listen {listen}: the example org has a token that everybody knows; it listens on loopback only, such as 127.0.0.1:8080"
        );
    }
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("--listen {listen}"))?;
    let settings = OrgOptions {
        seed,
        clock: Clock::system(),
        ..OrgOptions::default()
    };
    let handle = simulator::serve(listener, Arc::new(org), settings).await?;
    for fault in faults {
        handle.switch_on(fault);
    }
    anstream::println!(
        "An example Okta org listens on {}. Point a client at it:\n",
        handle.url()
    );
    anstream::println!(
        "  export OKTA_ORG_URL={}\n  export OKTA_API_TOKEN={}\n",
        handle.url(),
        OrgOptions::DEMO_TOKEN
    );
    anstream::println!("Ctrl-C ends it.");
    tokio::signal::ctrl_c().await?;
    handle.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
