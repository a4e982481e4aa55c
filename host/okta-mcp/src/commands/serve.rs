//! `okta-mcp serve`: MCP over stdin and stdout, or over HTTP.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::cli::{Options, Transport};
use crate::config::file::HttpSection;
use crate::http::{self, Exposure, Guard, Listen};
use crate::mcp::Server;

pub(super) async fn run(options: &Options, transport: Transport) -> anyhow::Result<ExitCode> {
    let started = super::start(options).await?;
    started.host.open_audit();
    let server = Server::new(started.host.clone());
    if transport.http.is_some() || transport.sse {
        return over_http(server, &started.http, transport).await;
    }
    anyhow::ensure!(
        !transport.is_given(),
        "--http-sessions and --iunderstandtherisks say how HTTP is served; add --http or --sse"
    );
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        anstream::eprintln!(
            "okta-mcp speaks MCP on stdin and stdout; an MCP client starts it. To look around, run `okta-mcp demo` or `okta-mcp tools`."
        );
    }
    server.serve_stdio().await?;
    Ok(ExitCode::SUCCESS)
}

async fn over_http(
    server: Server,
    settings: &HttpSection,
    transport: Transport,
) -> anyhow::Result<ExitCode> {
    let options = options(settings, transport)?;
    if options.exposure.is_unprotected() {
        tracing::error!(
            "{} answers everybody who can connect, with all that the credential can read (--iunderstandtherisks)",
            options.exposure.address()
        );
    }
    if options.sse {
        tracing::warn!("HTTP+SSE is deprecated in MCP; clients should use /mcp (Streamable HTTP)");
    }
    let address = options.exposure.address();
    let bound = http::Bound::bind(options)
        .await
        .with_context(|| format!("{address} cannot be listened on"))?;
    let address = bound.address()?;
    // stdout carries no protocol here: a script that starts the server reads the address from it.
    anstream::println!("http://{address}/mcp");
    bound.serve(server, asked_to_end()).await;
    Ok(ExitCode::SUCCESS)
}

fn options(settings: &HttpSection, transport: Transport) -> anyhow::Result<http::Options> {
    let listen = match (transport.http.flatten(), &settings.listen) {
        (Some(listen), _) => listen,
        (None, Some(text)) => text
            .parse()
            .with_context(|| format!("http.listen: `{}`", capability::text::clean(text, 60)))?,
        (None, None) => Listen::default(),
    };
    let exposure = Exposure::decide(listen, false, transport.iunderstandtherisks)?;
    let mut hosts = settings.allowed_hosts.clone();
    hosts.extend(public_host(settings.public_url.as_deref())?);
    Ok(http::Options {
        exposure,
        guard: Guard::new(hosts, &settings.allowed_origins).context("http.allowedOrigins")?,
        sessions: transport.http_sessions,
        sse: transport.sse,
    })
}

fn public_host(url: Option<&str>) -> anyhow::Result<Option<String>> {
    let Some(text) = url else { return Ok(None) };
    let wrong = || {
        format!(
            "http.publicUrl: `{}` is no URL of a server; write it as in https://okta-mcp.example.com",
            capability::text::clean(text, 80)
        )
    };
    let url = url::Url::parse(text).with_context(wrong)?;
    let host = url.host_str().with_context(wrong)?;
    Ok(Some(host.to_owned()))
}

/// Ctrl-C, or what a service manager sends.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = match signal(SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                tracing::warn!("SIGTERM cannot be waited for: {error}");
                let _ = tokio::signal::ctrl_c().await;
                return;
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
    tracing::info!("asked to end");
}
