//! `okta-mcp tools`: what is offered, by which plugin, and what each tool may read.

use std::process::ExitCode;
use std::sync::Arc;

use capability::manifest::World;
use capability::surface::Origin;
use sandbox::CallError;
use serde_json::{Value, json};

use crate::cli::Options;
use crate::registry::{Loaded, Registry};
use crate::table;

pub(super) async fn run(options: &Options, json: bool) -> anyhow::Result<ExitCode> {
    let started = super::start(options).await?;
    let registry = started.host.registry();
    let broken = cannot_run(registry).await;
    if json {
        anstream::println!("{}", as_json(registry));
    } else {
        for loaded in registry.plugins() {
            anstream::println!("{}", describe(loaded, registry, usize::MAX));
        }
        for problem in registry.problems() {
            anstream::println!("{}: left out: {}", problem.plugin, problem.text);
        }
        for (plugin, error) in &broken {
            anstream::println!("{plugin}: cannot be run: {error}");
        }
    }
    Ok(if registry.problems().is_empty() && broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::BAD_INPUT)
    })
}

/// The added plugins whose components cannot be made to run here, and why. A server finds out when it compiles
/// them; each call of their tools then says so.
async fn cannot_run(registry: &Registry) -> Vec<(String, CallError)> {
    let mut broken = Vec::new();
    let added = |loaded: &&Arc<Loaded>| loaded.origin() == Origin::Added;
    for loaded in registry.plugins().iter().filter(added) {
        if let Err(error) = loaded.plugin.prepare().await {
            tracing::error!(plugin = loaded.name(), "cannot be run: {error}");
            broken.push((loaded.name().to_owned(), error));
        }
    }
    broken
}

/// One plugin: who it is, and a table of its tools and their endpoints, with at most `most` fields of each.
pub(crate) fn describe(loaded: &Loaded, registry: &Registry, most: usize) -> String {
    let package = loaded.plugin.package();
    let manifest = package.manifest();
    let digest: String = package.digest().to_string().chars().take(12).collect();
    let mut rows = Vec::new();
    for tool in package
        .tools()
        .iter()
        .filter(|tool| registry.tool(&tool.name).is_some())
    {
        let mut first = true;
        for endpoint in loaded.reach().manifest.endpoints_of(&tool.name) {
            // `profile.*` stays when `profile.ssn` is hidden: the line below the table says so.
            let seen: Vec<String> = endpoint
                .fields
                .iter()
                .map(ToString::to_string)
                .filter(|field| !loaded.hides(field))
                .collect();
            let mut fields: Vec<String> = seen.iter().take(most).cloned().collect();
            if let Some(more @ 1..) = seen.len().checked_sub(most) {
                fields.push(format!("and {more} more"));
            }
            let query: Vec<&str> = endpoint.query.keys().map(String::as_str).collect();
            let query = if query.is_empty() {
                String::new()
            } else {
                format!(" ? {}", query.join(" "))
            };
            let name = if std::mem::take(&mut first) {
                tool.name.clone()
            } else {
                String::new()
            };
            rows.push(vec![
                name,
                format!("GET {}{query}", endpoint.template),
                fields.join(" "),
            ]);
        }
        if first {
            rows.push(vec![tool.name.clone(), "nothing".to_owned(), String::new()]);
        }
    }
    let scopes: Vec<_> = capability::scopes::of_manifest(&loaded.reach().manifest)
        .into_iter()
        .collect();
    let hidden: Vec<String> = loaded.hidden().iter().map(ToString::to_string).collect();
    let hidden = if hidden.is_empty() {
        String::new()
    } else {
        format!("Hidden by the operator: {}.\n", hidden.join(" "))
    };
    format!(
        "{} {} ({digest}) {}\n{}\n{hidden}OAuth scopes: {}. Imports: {}.\n{}",
        table::strong(&manifest.name),
        manifest.version,
        manifest.summary,
        table::grid(&["tool", "may send", "and sees of each object"], rows),
        if scopes.is_empty() {
            "none".to_owned()
        } else {
            scopes.join(" ")
        },
        package.imports().join(" "),
        match manifest.world {
            World::Plugin => "",
            World::Compat =>
                "WASI: linked to a host that grants nothing (no files, no sockets, no environment).\n",
        },
    )
}

fn as_json(registry: &Registry) -> Value {
    registry
        .tools()
        .map(|offered| {
            let tool = &offered.tool;
            json!({
                "name": tool.name,
                "plugin": offered.loaded.plugin.package().manifest().name,
                "title": tool.title,
                "description": tool.description,
                "inputSchema": tool.input_schema,
                "outputSchema": tool.output_schema,
            })
        })
        .collect()
}
