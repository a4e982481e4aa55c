//! `okta-mcp serve`: MCP over stdin and stdout, or over HTTP.

use std::process::ExitCode;

use anyhow::Context as _;

use super::Started;
use crate::cli::{Options, Transport};
use crate::http::{self, Authentication, Exposure, Guard, Listen, PublicUrl};
use crate::mcp::Server;
use crate::metrics;

pub(super) async fn run(options: &Options, transport: Transport) -> anyhow::Result<ExitCode> {
    let started = super::start(options).await?;
    started.host.open_audit();
    let server = Server::new(started.host.clone());
    if transport.http.is_some() || transport.sse {
        return over_http(server, &started, transport).await;
    }
    anyhow::ensure!(
        !transport.is_given(),
        "--http-sessions, --metrics and --iunderstandtherisks say how HTTP is served; add --http or --sse"
    );
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        anstream::eprintln!(
            "okta-mcp speaks MCP on stdin and stdout; an MCP client starts it. To look around, run `okta-mcp demo` or `okta-mcp tools`."
        );
    }
    let served = server.serve_stdio().await;
    started.host.settle_audit().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn over_http(
    server: Server,
    started: &Started,
    transport: Transport,
) -> anyhow::Result<ExitCode> {
    let options = options(started, transport)?;
    if options.exposure.is_unprotected() {
        tracing::error!(
            "{} answers everybody who can connect, with all that the credential can read (--iunderstandtherisks)",
            options.exposure.address()
        );
    }
    if options.sse {
        tracing::warn!("HTTP+SSE is deprecated in MCP; clients should use /mcp (Streamable HTTP)");
    }
    let metrics = metrics(started, transport, &options).await?;
    let address = options.exposure.address();
    let bound = http::Bound::bind(options)
        .await
        .with_context(|| format!("{address} cannot be listened on"))?;
    let address = bound.address()?;
    let end = asked_to_end()?;
    // stdout carries no protocol here: a script that starts the server reads the address from it.
    anstream::println!("http://{address}/mcp");
    if let Some(listener) = metrics {
        anstream::println!("http://{}/metrics", listener.address()?);
        tokio::spawn(listener.serve());
    }
    bound.serve(server, end).await;
    started.host.settle_audit().await;
    Ok(ExitCode::SUCCESS)
}

/// The listener for `/metrics`, where one is asked for.
async fn metrics(
    started: &Started,
    transport: Transport,
    options: &http::Options,
) -> anyhow::Result<Option<metrics::Listener>> {
    let address = match (transport.metrics, &started.http.metrics) {
        (Some(address), _) => address.unwrap_or_default(),
        (None, Some(text)) => text
            .parse()
            .with_context(|| format!("http.metrics: `{}`", capability::text::clean(text, 60)))?,
        (None, None) => return Ok(None),
    };
    if address.is_public() {
        tracing::warn!(
            "/metrics answers everybody who can connect: which tools are called, how often, how fast"
        );
    }
    let bound =
        metrics::Listener::bind(address, started.host.counted(), options.guard.clone()).await;
    bound
        .map(Some)
        .context("the address for /metrics cannot be listened on")
}

fn options(started: &Started, transport: Transport) -> anyhow::Result<http::Options> {
    let settings = &started.http;
    let listen = match (transport.http.flatten(), &settings.listen) {
        (Some(listen), _) => listen,
        (None, Some(text)) => text
            .parse()
            .with_context(|| format!("http.listen: `{}`", capability::text::clean(text, 60)))?,
        (None, None) => Listen::default(),
    };
    let registry = started.host.registry();
    let authentication = Authentication::of(settings, started.ca_file.clone(), registry)?;
    let exposure = Exposure::decide(
        listen,
        authentication.is_some(),
        transport.iunderstandtherisks,
    )?;
    let public_url: Option<PublicUrl> = settings
        .public_url
        .as_deref()
        .map(str::parse)
        .transpose()
        .context("http.publicUrl")?;
    anyhow::ensure!(
        public_url.is_some() || authentication.is_none() || !exposure.is_public(),
        "http.publicUrl is missing: clients of other machines are told by it where to get a token; write the URL that \
         they know this server by, such as https://okta-mcp.example.com"
    );
    let mut hosts = settings.allowed_hosts.clone();
    hosts.extend(public_url.as_ref().map(PublicUrl::host));
    Ok(http::Options {
        exposure,
        guard: Guard::new(hosts, &settings.allowed_origins).context("http.allowedOrigins")?,
        public_url,
        authentication,
        sessions: transport.http_sessions,
        sse: transport.sse,
    })
}

/// Ends when Ctrl-C is pressed, or when a service manager asks for the end. Listens from the call on, so that whoever
/// knows the address can already ask.
#[cfg(unix)]
fn asked_to_end() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).context("signals cannot be waited for");
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to end");
    })
}

/// Ends when Ctrl-C is pressed.
#[cfg(not(unix))]
fn asked_to_end() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("asked to end");
    })
}
