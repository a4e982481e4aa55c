//! The tour itself: who is here, a few answers, two refusals, and how to go on.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::ExampleOrg;
use crate::builtin::{self, Builtin};
use crate::commands::{describe_plugin, own_client, progress};
use crate::host::{Answer, Host};
use crate::table::{self, bad, good, strong};

/// A plugin that asks for what it did not declare. It is in no other command's reach.
const PROBE: Builtin = Builtin {
    name: "probe",
    bytes: include_bytes!("../../../../plugins/probe/probe.wasm"),
};

/// Fields shown of each endpoint: a tour is short, and `okta-mcp tools` shows them all.
const FIELDS_SHOWN: usize = 8;

/// Runs the tour.
///
/// # Errors
/// When the example org cannot start.
pub async fn run() -> anyhow::Result<ExitCode> {
    let org = ExampleOrg::start().await?;
    let builtins: Vec<Builtin> = builtin::ALL.into_iter().chain([PROBE]).collect();
    let host = Host::start(org.settings()?, &builtins)?;
    introduce(&org, &host);
    answers(&host).await?;
    refusals(&org, &host).await?;
    go_on()?;
    Ok(ExitCode::SUCCESS)
}

fn introduce(org: &ExampleOrg, host: &Host) {
    heading("An example Okta org");
    anstream::println!(
        "{} users, {} groups and {} applications on {}, in this process. Nothing leaves this machine.",
        org.org.user_count(),
        org.org.group_count(),
        org.org.app_count(),
        org.handle.url()
    );
    heading("Five plugins, each a WebAssembly component that can send only this");
    for loaded in host.registry().plugins() {
        if loaded.plugin.package().manifest().name != PROBE.name {
            anstream::println!("{}", describe_plugin(loaded, host.registry(), FIELDS_SHOWN));
        }
    }
}

async fn answers(host: &Host) -> anyhow::Result<()> {
    heading("What an assistant gets");
    let mara = simulator::fixtures::ENGINEER;
    for (question, tool, arguments) in [
        (
            "Which engineers are active?",
            "search_users",
            json!({"department": "Engineering", "status": "ACTIVE", "limit": 5}),
        ),
        (
            "Which groups is Mara in?",
            "get_user_groups",
            json!({"user": mara, "limit": 5}),
        ),
        (
            "How does she prove who she is?",
            "list_user_factors",
            json!({"user": mara}),
        ),
        (
            "Which password policies apply, and in which order?",
            "list_policies",
            json!({"type": "PASSWORD"}),
        ),
    ] {
        anstream::println!("{}  {tool} {arguments}", strong(question));
        let first = std::time::Instant::now();
        let answer = call(host, tool, arguments.clone()).await?;
        let first = first.elapsed();
        match answer {
            Answer::Done {
                structured: Some(structured),
                ..
            } => anstream::println!("{}", table::render(&structured)),
            Answer::Done { .. } => {}
            Answer::Refused(text) | Answer::Failed(text) | Answer::NeedsCapability { text, .. } => {
                anyhow::bail!("{tool}: {text}")
            }
            Answer::NeedsInput(_) => anyhow::bail!("{tool} asks for input"),
        }
        let again = std::time::Instant::now();
        call(host, tool, arguments).await?;
        anstream::println!(
            "{} the first time, compiling the plugin; {} the next\n",
            ms(first),
            ms(again.elapsed())
        );
    }
    Ok(())
}

fn ms(time: std::time::Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

async fn refusals(org: &ExampleOrg, host: &Host) -> anyhow::Result<()> {
    heading("What happens when a plugin asks for more");
    let apps = call(host, "list_applications", json!({"limit": 1})).await?;
    let app = first_id(&apps).context("the example org has applications")?;
    let before = org.request_count();
    for (attempt, tool, arguments) in [
        (
            "A plugin that declared GET /api/v1/users asks for an application's client secrets:",
            "raw_get",
            json!({"endpoint": "/api/v1/apps/{appId}/credentials/secrets", "path": [{"name": "appId", "value": app}], "query": []}),
        ),
        (
            "It uses an endpoint that it declared, with a user id that climbs to another one:",
            "raw_get",
            json!({"endpoint": "/api/v1/users/{id}", "path": [{"name": "id", "value": "../groups/00g1engineerEfGh5f6x"}], "query": []}),
        ),
    ] {
        anstream::println!("{}", strong(attempt));
        match call(host, tool, arguments).await? {
            Answer::Done {
                structured: Some(answer),
                ..
            } if answer.get("ok") == Some(&Value::Bool(false)) => {
                let text = answer
                    .get("message")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                anstream::println!(
                    "{} {}\n",
                    bad("denied:"),
                    capability::text::clean(text, 600)
                );
            }
            Answer::Done { .. } | Answer::NeedsInput(_) => {
                anyhow::bail!("the denial did not hold")
            }
            Answer::Refused(text) | Answer::Failed(text) | Answer::NeedsCapability { text, .. } => {
                anstream::println!("{} {text}\n", bad("refused:"))
            }
        }
    }
    let reached = org.request_count() - before;
    anyhow::ensure!(
        reached == 0,
        "{reached} requests reached the org that should not have"
    );
    anstream::println!("{} requests reached the org.", good("0"));
    Ok(())
}

fn go_on() -> anyhow::Result<()> {
    heading("In your MCP client");
    let program = std::env::current_exe().context("where this program lies")?;
    let server = |args: Value, env: Value| json!({"mcpServers": {"okta": {"command": program.display().to_string(), "args": args, "env": env}}});
    anstream::println!(
        "On this example org:\n\n{}\n",
        pretty(&server(json!(["--demo"]), json!({})))?
    );
    let own = json!({"OKTA_ORG_URL": "https://your-org.okta.com", "OKTA_API_TOKEN": "00…"});
    anstream::println!("On your own:\n\n{}\n", pretty(&server(json!([]), own))?);
    anstream::println!(
        "Next: `okta-mcp tools`, `okta-mcp call get_user '{{\"user\": \"{}\"}}' --demo`, README.md.",
        simulator::fixtures::ENGINEER
    );
    Ok(())
}

async fn call(host: &Host, tool: &str, arguments: Value) -> anyhow::Result<Answer> {
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    };
    Ok(host
        .call(own_client(), tool, arguments, progress::on_terminal())
        .await?)
}

fn first_id(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Done {
            structured: Some(list),
            ..
        } => Some(list.get("items")?.get(0)?.get("id")?.as_str()?.to_owned()),
        _ => None,
    }
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

fn heading(text: &str) {
    anstream::println!("\n{}\n", strong(&format!("== {text}")));
}
