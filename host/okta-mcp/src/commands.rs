//! What each command does. Errors end here: one line on stderr, and an exit code.
//!
//! 0: it worked. 1: a tool answered with an error, or a package or this machine has problems. 2: a mistake in arguments,
//! configuration or a file. 3: a check found what it looks for: a log that was tampered with, a plugin that can do
//! more than before, or scopes that an app lacks or has to spare.

mod approve;
mod audit;
mod call;
mod diff;
mod doctor;
mod init;
mod install;
mod learn;
mod lock;
mod packages;
mod plugin;
pub(crate) mod progress;
mod review;
mod scopes;
mod serve;
mod shell;
mod simulate;
mod tools;

pub(crate) use tools::describe as describe_plugin;

use std::process::ExitCode;
use std::sync::Arc;

use ::audit::row::{Client, Transport};
use anyhow::Context as _;
use gateway::CaFile;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::builtin;
use crate::cli::{Cli, Command, ConfigCommand, Options, PluginCommand};
use crate::config::file::{File, HttpSection};
use crate::config::{self, Given, Settings};
use crate::demo::{self, ExampleOrg};
use crate::host::Host;

/// Exit code for a tool's own error.
const TOOL_FAILED: u8 = 1;
/// Exit code for a package or a machine with problems.
const PROBLEMS: u8 = 1;
/// Exit code for a log that was tampered with, and for scopes that an app lacks or has to spare.
const FOUND: u8 = 3;
/// Exit code for a plugin that can do more than before.
const WIDENED: u8 = 3;
/// Exit code for bad input, clap's own as well.
const BAD_INPUT: u8 = 2;

/// Runs the command line to its end.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        // One worker reads and writes the protocol while another runs a guest; more would only cost start-up.
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot start")
        .and_then(|runtime| {
            let outcome = runtime.block_on(dispatch(cli));
            // A blocked read of stdin must not keep a process alive whose work is done.
            runtime.shutdown_background();
            outcome
        });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("okta-mcp: {error:#}");
            ExitCode::from(BAD_INPUT)
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let options = cli.options;
    let command = cli.command.unwrap_or(Command::Serve(cli.serve));
    anyhow::ensure!(
        !cli.serve.is_given() || matches!(command, Command::Serve(_)),
        "--http, --sse and what goes with them belong to `serve`"
    );
    match command {
        Command::Serve(own) => {
            let transport = if own.is_given() { own } else { cli.serve };
            serve::run(&options, transport).await
        }
        Command::Demo => {
            let _log = log_to_stderr(options.log.as_deref().unwrap_or("error"))?;
            demo::run().await
        }
        Command::Init(own) => init::run(&options, &own).await,
        Command::Completions { shell } => {
            shell::completions(shell)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { command } => {
            shell::manual(&command)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor { json, schema } => doctor::run(&options, json, schema).await,
        Command::Tools { json } => tools::run(&options, json).await,
        Command::Review { plugins, report } => review::run(&options, &plugins, &report),
        Command::Diff { old, new, report } => diff::run(&options, old, new, &report),
        Command::Scopes { offline } => scopes::run(&options, offline).await,
        Command::Call {
            tool,
            arguments,
            json,
        } => call::run(&options, &tool, &arguments, json).await,
        Command::Simulate(simulation) => simulate::run(&options, simulation).await,
        Command::Approve(arguments) => {
            let (settings, _log) = settings(&options)?;
            approve::run(settings, &arguments).await
        }
        Command::Lock(command) => {
            let (settings, _log) = settings(&options)?;
            lock::run(&settings, command)
        }
        Command::Plugin(PluginCommand::Build {
            dirs,
            with,
            check,
            install,
        }) => {
            let _log = log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
            plugin::build(&dirs, with, check, install).await
        }
        Command::Plugin(PluginCommand::Check { package, json }) => {
            // A plugin under trial crashes often, and its words are in the findings.
            let _log = log_to_stderr(options.log.as_deref().unwrap_or("error"))?;
            plugin::check(&package, json).await
        }
        Command::Install(own) => install::run(&options, &own),
        Command::Uninstall(own) => install::undo(&own),
        Command::Plugin(PluginCommand::Learn { file, calls, words }) => {
            let _log = log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
            learn::run(&file, calls.as_deref(), &words).await
        }
        Command::Audit(command) => audit::run(&options, &command).await,
        Command::Config(ConfigCommand::Schema) => {
            anstream::println!("{}", serde_json::to_string_pretty(&File::json_schema())?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// This program, as the one who calls.
pub(crate) fn own_client() -> Client {
    Client::new(
        "okta-mcp",
        env!("CARGO_PKG_VERSION"),
        Transport::CommandLine,
    )
}

/// Writes what is still waiting when it goes.
type Log = WorkerGuard;

/// Log lines that wait for a slow reader of stderr; more are dropped. The room for them is taken at start.
const LINES_WAITING: usize = 1_024;

/// A host, and the example org that it may be talking to.
struct Started {
    host: Arc<Host>,
    http: HttpSection,
    /// Authorities to trust beside the system's.
    ca_file: Option<CaFile>,
    /// Kept alive while the host is used.
    _org: Option<ExampleOrg>,
    _log: Log,
}

/// Reads the settings, starts the example org if it is asked for, and starts the host.
async fn start(options: &Options) -> anyhow::Result<Started> {
    if options.demo {
        let log = log_to_stderr(options.log.as_deref().unwrap_or("warn"))?;
        let org = ExampleOrg::start().await?;
        let mut settings = org.settings()?;
        // The example org has no configuration file: only a log that is named here is kept.
        settings.audit = config::audit_of(options.audit_log.as_deref(), &|name| {
            std::env::var(name).ok()
        })?;
        settings.admission.offer = options.offer();
        let host = Arc::new(Host::start(settings, &builtin::ALL)?);
        return Ok(Started {
            host,
            http: HttpSection::default(),
            ca_file: None,
            _org: Some(org),
            _log: log,
        });
    }
    let (settings, log) = settings(options)?;
    let http = settings.http.clone();
    let ca_file = match &settings.okta {
        config::Okta::Ready { ca_file, .. } => ca_file.clone(),
        config::Okta::Missing(_) => None,
    };
    Ok(Started {
        host: Arc::new(Host::start(settings, &builtin::ALL)?),
        http,
        ca_file,
        _org: None,
        _log: log,
    })
}

/// Reads the settings of flags, environment and file.
fn read_settings(options: &Options) -> anyhow::Result<Settings> {
    Ok(Settings::load(&given(options), &|name| {
        std::env::var(name).ok()
    })?)
}

/// The settings, and the log that they ask for.
fn settings(options: &Options) -> anyhow::Result<(Settings, Log)> {
    let settings = read_settings(options)?;
    let log = log_to_stderr(&settings.log)?;
    Ok((settings, log))
}

fn given(options: &Options) -> Given {
    Given {
        config: options.config.clone(),
        org_url: options.org_url.clone(),
        api_token_file: options.api_token_file.clone(),
        audit_log: options.audit_log.clone(),
        log: options.log.clone(),
        offer: options.offer(),
        no_cache: options.no_cache,
    }
}

/// stdout belongs to the protocol; whatever is logged goes to stderr, by a thread of its own: a client that does
/// not read its server's stderr must not be able to stop a call. What it does not take is dropped.
fn log_to_stderr(filter: &str) -> anyhow::Result<Log> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|_| anyhow::anyhow!("`{filter}` is not a log filter; try warn, info or debug"))?;
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES_WAITING)
        .finish(std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init()
        .map_err(|error| anyhow::anyhow!("the log cannot start: {error}"))?;
    Ok(guard)
}
