//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;
use simulator::FaultSwitch;

use crate::admission::Offer;
use crate::audit_report::{self, Since};
use crate::http::Listen;
use crate::install::Client;
use crate::metrics;
use crate::report::Format;
use crate::toolchain::Wish;
use crate::version;

/// An MCP server for Okta whose every tool is a sandboxed WebAssembly component.
///
/// Without a command it serves MCP over stdin and stdout, as desktop clients start it.
/// Try it without an org: `okta-mcp demo`.
#[derive(Debug, Parser)]
#[command(name = "okta-mcp", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How `serve` serves, also without naming it.
    #[command(flatten)]
    pub serve: Transport,
    /// Where the settings come from.
    #[command(flatten)]
    pub options: Options,
}

/// How MCP reaches the client; stdin and stdout when nothing is said.
#[derive(Debug, Args, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transport {
    /// Serve Streamable HTTP at /mcp instead, on this machine only [default address: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", num_args = 0..=1)]
    #[allow(
        clippy::option_option,
        reason = "clap's form for a flag with an optional value"
    )]
    pub http: Option<Option<Listen>>,
    /// With --http: keep the sessions of MCP's older revisions
    #[arg(long)]
    pub http_sessions: bool,
    /// With --http: serve /metrics for Prometheus on another address [default address: 127.0.0.1:9464]
    #[arg(long, value_name = "ADDR", num_args = 0..=1)]
    #[allow(
        clippy::option_option,
        reason = "clap's form for a flag with an optional value"
    )]
    pub metrics: Option<Option<metrics::Address>>,
    /// Serve the deprecated HTTP+SSE transport at /sse beside /mcp; needs --iunderstandtherisks
    #[arg(long, requires = "iunderstandtherisks")]
    pub sse: bool,
    /// Serve a deprecated transport, or everybody who can reach the address without asking who they are
    #[arg(long)]
    pub iunderstandtherisks: bool,
}

impl Transport {
    /// Whether anything was said.
    #[must_use]
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }
}

/// Flags that every command takes. They win over the environment, which wins over the file.
#[derive(Debug, Args, Clone, Default)]
pub struct Options {
    /// Configuration file [default: ~/.config/okta-mcp/config.json, if there is one] [env: OKTA_MCP_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The org, such as https://your-org.okta.com [env: OKTA_ORG_URL, OKTA_CLIENT_ORGURL]
    #[arg(long, global = true, value_name = "URL")]
    pub org_url: Option<String>,
    /// A file with the API token and nothing else [env: OKTA_API_TOKEN holds the token itself]
    #[arg(long, global = true, value_name = "FILE")]
    pub api_token_file: Option<PathBuf>,
    /// Use the embedded example org instead of a real one; nothing leaves this machine
    #[arg(long, global = true, conflicts_with_all = ["config", "org_url", "api_token_file"])]
    pub demo: bool,
    /// Keep an audit log in this file [env: OKTA_MCP_AUDIT_LOG]
    #[arg(long, global = true, value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
    /// Offer only these tools; what only the others may GET, and its OAuth scopes, are gone
    #[arg(long, global = true, value_name = "TOOL,…", value_delimiter = ',')]
    pub tools: Option<Vec<String>>,
    /// Offer only the tools of these plugins, such as users,groups
    #[arg(long, global = true, value_name = "PLUGIN,…", value_delimiter = ',')]
    pub toolsets: Option<Vec<String>>,
    /// Keep no compiled code between processes, and use none that was kept
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// What to log to stderr: error, warn, info, debug, trace, or a filter [env: OKTA_MCP_LOG] [default: warn]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

/// The command line of this process.
///
/// The long version names the built-in plugins with their digests. It is made only where it is asked for: nothing else
/// at start reads the packages.
#[must_use]
pub fn parse() -> Cli {
    let mut command = Cli::command();
    if std::env::args_os().any(|argument| argument == "--version") {
        // clap takes a text that lives as long as the process; this one prints it and ends.
        let text: &'static str = Box::leak(version::long().into_boxed_str());
        command = command.long_version(text);
    }
    let matches = command.get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve MCP over stdin and stdout, or over HTTP (the default)
    Serve(Transport),
    /// Show what it does, on the embedded example org
    Demo,
    /// Set this server up for your org: asks for what is needed, tries it, and writes config.json
    ///
    /// Every answer can be a flag instead. What is written holds no secret, only where it is kept. Nothing is written
    /// before the last question is answered, and a file that is there is replaced only when you say so.
    Init(InitArguments),
    /// Find out what keeps this server from answering: one line for each thing, with what to do
    ///
    /// Looks at the settings, the way to the org (proxy, name, TLS, clock), what the credential opens for each plugin, the
    /// plugins and their approvals, what is kept on this machine, and the clients that start this program. Each line
    /// is ok, untried, or problem with what to do. The credential goes to nobody but an Okta org, and is never shown.
    /// Exit code 0: no problem; 1: problems.
    Doctor {
        /// Print the checks as JSON
        #[arg(long)]
        json: bool,
        /// Print the JSON Schema of `--json` and exit
        #[arg(long, exclusive = true)]
        schema: bool,
    },
    /// List the tools, with the plugin behind each and what it may read
    Tools {
        /// As JSON: name, texts and schemas, as a client gets them
        #[arg(long)]
        json: bool,
    },
    /// Show all that plugins can ever do: endpoints, fields, scopes, limits
    Review {
        /// Package files, or names of plugins [default: all that would load]
        #[arg(value_name = "FILE|NAME")]
        plugins: Vec<String>,
        /// How the report is laid out, and where it goes
        #[command(flatten)]
        report: ReportOptions,
    },
    /// Show what a new version of a plugin can do that the old one could not
    ///
    /// OLD and NEW are each a package file, the name of a plugin that would load, or approved:NAME, which is what
    /// plugins.lock keeps of the version that was approved; its file need not be there any more.
    ///
    /// Example: okta-mcp diff approved:groups-plus groups-plus.wasm
    ///
    /// Exit code 0: nothing more than before. 3: it can do more. 2: a mistake.
    #[command(verbatim_doc_comment)]
    Diff {
        /// The version that is known: a package file, a plugin's name, or approved:NAME
        #[arg(value_name = "OLD", required_unless_present = "schema")]
        old: Option<String>,
        /// The version that is looked at
        #[arg(value_name = "NEW", required_unless_present = "schema")]
        new: Option<String>,
        /// How the report is laid out, and where it goes
        #[command(flatten)]
        report: ReportOptions,
    },
    /// List the OAuth scopes to grant in Okta for the tools that are enabled
    ///
    /// Where a service app is configured, it is asked at Okta for tokens, which are thrown away, to find out what the
    /// app really holds: what it lacks and what it has to spare are told on stderr. Exit code 0: exactly what is needed,
    /// or nothing to compare with; 3: something is missing or surplus; 2: a mistake, or Okta cannot be asked.
    Scopes {
        /// Ask Okta nothing: print the list only
        #[arg(long)]
        offline: bool,
    },
    /// Call one tool and print its answer
    Call {
        /// The tool, such as get_user
        tool: String,
        /// Its arguments as a JSON object
        #[arg(default_value = "{}")]
        arguments: String,
        /// Print the structured answer as JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Run the example org as an HTTP server, for plugin authors and tests
    Simulate(Simulation),
    /// Approve a package: what changed, what is sensitive, and then exactly these bytes may run
    ///
    /// Shows what the plugin can do beyond what was approved of it, asks for what is sensitive by name, and writes
    /// plugins.lock beside the configuration file. Only a person can do this: no MCP client can.
    Approve(ApproveArguments),
    /// About plugins.lock
    #[command(subcommand)]
    Lock(LockCommand),
    /// Build plugin packages
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Enter this server in an MCP client's own configuration
    ///
    /// The client's file keeps every other key, comment and byte; what was there before is kept beside it. No secret is
    /// written. With --config, --org-url, --demo, --tools, --toolsets, --audit-log, --no-cache or --log the entry starts
    /// the server with them.
    Install(InstallArgs),
    /// Take the entry out of the client's configuration again
    Uninstall(InstallArgs),
    /// About the configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, of the program or of one of its commands
    Man {
        /// The command, such as install
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Check an audit log, and see what was really used
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// The help of `--fault` where there is room.
fn fault_help() -> String {
    format!(
        "Go wrong on purpose, as an org does on a bad day; may be repeated, and the first that fits a request \
         happens.\n\n{}\n\
         It happens to every request, or to those that @ counts from 1: @2 the second, @2- all from it on, @2-4 \
         three of them; and only below /PATH, where there is one: status=503@2/api/v1/users",
        FaultSwitch::help()
    )
}

/// What `init` need not ask.
#[derive(Debug, Args, Clone)]
pub struct InitArguments {
    /// How this server signs in at Okta
    #[arg(long, value_enum)]
    pub auth: Option<Auth>,
    /// The app's client id, such as 0oa1abCDefGHijKL2d7
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The key's id at Okta, where the service app has several keys
    #[arg(long, value_name = "ID")]
    pub key_id: Option<String>,
    /// Where the API token or the private key is kept
    #[arg(long, value_enum)]
    pub secret: Option<SecretPlace>,
    /// With --secret file: the file
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// With --secret command: the program that prints it, as words or as a JSON list
    #[arg(long, value_name = "COMMAND")]
    pub secret_command: Option<String>,
    /// With --secret keyring: the entry's account; its service is okta-mcp
    #[arg(long, value_name = "ACCOUNT")]
    pub keyring_account: Option<String>,
    /// Ask nothing; an answer that no flag gives is a mistake, unless there is a usual one
    #[arg(long)]
    pub yes: bool,
    /// With --yes: replace a file that is there
    #[arg(long, requires = "yes")]
    pub replace: bool,
    /// Write without trying the connection
    #[arg(long)]
    pub no_test: bool,
}

/// Ways to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// A service app with a private key
    ServiceApp,
    /// An API token
    ApiToken,
    /// A person with a browser
    Person,
}

/// Places for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecretPlace {
    /// A file
    File,
    /// The environment of whoever starts this server
    Env,
    /// A program that prints it, such as a password manager's
    Command,
    /// The system's keyring
    Keyring,
}

/// Which client, and which entry.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The client
    #[arg(value_enum)]
    pub client: Client,
    /// The entry's name, as the client shows it
    #[arg(long, default_value = "okta", value_parser = entry_name)]
    pub name: String,
    /// The client's file, where it is not in its usual place
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the entry and change nothing
    #[arg(long)]
    pub print: bool,
}

/// Clients put the name into the names of tools.
fn entry_name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("a name has 1 to 40 letters, digits, `-` and `_`")
    }
}

/// How a report is laid out, and where it goes.
#[derive(Debug, Args, Clone)]
pub struct ReportOptions {
    /// The form of the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report into this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the JSON Schema of `--format json` and exit
    #[arg(long, exclusive = true)]
    pub schema: bool,
}

/// What `approve` is told.
#[derive(Debug, Args, Clone)]
pub struct ApproveArguments {
    /// The package
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Who approves [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The last day on which it may run, such as 2027-03-01 [default: no end]
    #[arg(long, value_name = "DATE")]
    pub expires: Option<Date>,
    /// Approve this sensitive item; once for each, by the id that is shown
    #[arg(long, value_name = "ID")]
    pub yes_sensitive: Vec<String>,
    /// Sign plugins.lock with this secret key of minisign
    #[arg(long, value_name = "FILE")]
    pub sign_key: Option<PathBuf>,
}

/// Commands about the lock.
#[derive(Debug, Subcommand)]
pub enum LockCommand {
    /// List what is approved, by whom and until when
    Show,
    /// Take an approval back
    Remove {
        /// The plugin's name
        #[arg(value_name = "PLUGIN")]
        name: String,
        /// Sign plugins.lock with this secret key of minisign
        #[arg(long, value_name = "FILE")]
        sign_key: Option<PathBuf>,
    },
    /// Go on from plugins.lock as it is, though a newer one was seen here
    Accept,
}

/// How the example org is served.
#[derive(Debug, Args)]
pub struct Simulation {
    /// Address to listen on; loopback only
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Another seed gives another org
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print the org's data as JSON and exit
    #[arg(long)]
    pub dump: bool,
    /// Go wrong on purpose, such as status=503@2; may be repeated (--help lists the faults)
    #[arg(long = "fault", value_name = "NAME[=VALUE][@N][/PATH]", long_help = fault_help())]
    pub faults: Vec<FaultSwitch>,
    /// Register a service app with this public key (a JWK or JWKS file) and print its client id
    #[arg(long, value_name = "FILE")]
    pub service_app: Option<PathBuf>,
    /// Grant the apps only this scope; may be repeated [default: what the built-in plugins need]
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Let the service app require DPoP
    #[arg(long, requires = "service_app")]
    pub require_dpop: bool,
}

/// Commands for plugin authors.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Compile a Rust plugin and pack it with its manifest into one file
    Build {
        /// The plugins' folders (each with Cargo.toml and plugin.toml)
        #[arg(default_value = ".", value_name = "DIR")]
        dirs: Vec<PathBuf>,
        /// The way to a standard library for WebAssembly
        #[arg(long, value_enum, default_value_t = Wish::Auto)]
        with: Wish,
        /// Change nothing; fail when a package is not what its sources give
        #[arg(long)]
        check: bool,
        /// Install the Debian packages that can compile for WebAssembly when nothing else can
        #[arg(long)]
        install: bool,
    },
    /// Treat a package badly and tell what it does
    ///
    /// Holds the package to what every server holds it to, asks its component for its tools again, and calls each tool
    /// with empty, odd and hostile arguments while Okta answers, refuses, lies, floods or keeps silent. Nothing is sent
    /// anywhere and nothing is approved. One line for each thing that was tried: ok, untried, or problem with what to
    /// do. Exit code 0: no problem; 1: problems; 2: the file cannot be read.
    Check {
        /// The package
        #[arg(value_name = "FILE")]
        package: PathBuf,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Run a plugin on the example org and print the manifest that its calls would have needed
    ///
    /// What its manifest does not allow stays denied while it runs; each denial becomes the least change of the manifest
    /// that would have allowed it, and the calls are made again, until nothing new is denied. Nothing that carries
    /// credentials is ever learned. The plugin's file is not changed.
    ///
    /// Example: okta-mcp plugin learn my.wasm -- list_things '{"limit": 5}' get_thing '{"id": "…"}' > plugin.toml
    #[command(verbatim_doc_comment)]
    Learn {
        /// The plugin's package
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A file of calls, one on each line: {"tool": "…", "arguments": {…}}
        #[arg(long, value_name = "FILE")]
        calls: Option<PathBuf>,
        /// The calls: a tool's name, and its arguments as a JSON object where it takes any
        #[arg(last = true, value_name = "TOOL [ARGUMENTS]")]
        words: Vec<String>,
    },
}

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the file's JSON Schema
    Schema,
}

/// Commands about the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Find rows that were altered, removed or moved after they were written; exit code 3 when there are any
    Verify {
        /// The log; its older parts beside it belong to it
        #[arg(id = "audit_file", value_name = "LOG")]
        log: PathBuf,
        /// A row that was noted earlier, as this command prints it: it must still be there
        #[arg(long, value_name = "ROW:HASH")]
        expect: Option<audit::verify::Anchor>,
        /// Check the rows against one another only: for a copy without its head, or on another machine
        #[arg(long)]
        chain_only: bool,
    },
    /// Hold what plugins declare against what they used: unused endpoints, parameters and fields, denied attempts, who
    /// called what, and what left the org
    Report(ReportArguments),
    /// Print the JSON Schema of a row
    Schema {
        /// The schema of `audit report --format json` instead
        #[arg(long)]
        report: bool,
    },
}

/// What `audit report` takes.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The log; its older parts beside it belong to it
    #[arg(id = "audit_file", value_name = "LOG")]
    pub log: PathBuf,
    /// Check the rows against one another only: for a copy without its head, or on another machine
    #[arg(long)]
    pub chain_only: bool,
    /// Only what happened since: a day (2026-01-31), a moment (2026-01-31T12:00:00Z), or so many days ago (30d)
    #[arg(long, value_name = "TIME")]
    pub since: Option<Since>,
    /// The report's form
    #[arg(long, value_enum, default_value_t = audit_report::Format::Text, conflicts_with = "suggest_manifest")]
    pub format: audit_report::Format,
    /// Print PLUGIN's manifest without what was not used, comments kept, instead of a report
    #[arg(long, value_name = "PLUGIN")]
    pub suggest_manifest: Option<String>,
}

impl Options {
    /// What one process offers at most.
    #[must_use]
    pub fn offer(&self) -> Offer {
        Offer {
            tools: self.tools.clone(),
            toolsets: self.toolsets.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
