//! What can be found out of a package by trying it: `okta-mcp plugin check`.
//!
//! A review says what a package may do; this says what it does when it is treated badly. The package is held to
//! what every package is held to when it is loaded, its component is asked for its tools again, and each tool is
//! called with empty, odd and hostile arguments against directories that answer,
//! refuse, lie, flood and keep silent. Nothing is sent anywhere.
//!
//! The sandbox holds whatever the outcome: a problem here means that callers of the plugin would see it crash or
//! fail, or that its author and its reviewer have something to explain. That nothing was found does not mean that
//! nothing is there: a tool can tell a check from a call by what Okta answers.

mod arguments;
mod directories;
mod report;
mod trial;

use std::time::Instant;

use capability::limits::Limits;
use capability::manifest::World;
use capability::surface::{self, Origin};
use sandbox::{Engine, Package, PackageError, Plugin, described};

use crate::schema::Schema;

pub use report::Report;

/// Tries `package`. `name` is what the reader calls it.
pub async fn check(engine: &Engine, name: &str, package: Result<Package, PackageError>) -> Report {
    let mut report = Report::new(name);
    let package = match package {
        Ok(package) => package,
        Err(error) => {
            report.problem(
                "package",
                error.to_string(),
                "no server loads it: mend that first",
            );
            return report;
        }
    };
    held_to_the_rules(&package, &mut report);
    let limits = Limits::DEFAULT.least(&package.manifest().limits);
    let plugin = Plugin::new(engine, package.clone(), limits);
    let began = Instant::now();
    if let Err(error) = plugin.prepare().await {
        report.problem(
            "compiled",
            error.to_string(),
            "no server can run it: mend that first",
        );
        return report;
    }
    report.ok("compiled", format!("in {} ms", began.elapsed().as_millis()));
    describes_itself(engine, &package, &mut report).await;
    trial::run(engine, &package, &limits, &mut report).await;
    report
}

/// What is true of a package that parses, for the reader, and what is to be said about its texts.
fn held_to_the_rules(package: &Package, report: &mut Report) {
    let manifest = package.manifest();
    report.ok(
        "package",
        format!(
            "{} {}, {} bytes, sha256 {}",
            manifest.name,
            manifest.version,
            package.bytes().len(),
            package.digest()
        ),
    );
    let others: Vec<&str> = package
        .imports()
        .iter()
        .map(String::as_str)
        .filter(|import| !import.starts_with("okta:plugin/"))
        .collect();
    report.ok(
        "imports",
        match manifest.world {
            World::Plugin => "nothing but okta:plugin".to_owned(),
            World::Compat => format!(
                "okta:plugin, and WASI that grants nothing ({}); a person has to approve that by name",
                others.join(" ")
            ),
        },
    );
    let scopes: Vec<_> = capability::scopes::of_manifest(manifest)
        .into_iter()
        .collect();
    report.ok(
        "manifest",
        format!(
            "{} endpoints for {} tools, OAuth scopes: {}",
            manifest.endpoints.len(),
            manifest.tools().len(),
            if scopes.is_empty() {
                "none".to_owned()
            } else {
                scopes.join(" ")
            }
        ),
    );
    schemas(package, report);
    let findings = surface::check(&[package.surface(Origin::Added)]);
    if findings.is_empty() {
        report.ok(
            "texts",
            "nothing in them steers a model or hides from a reader",
        );
    }
    for finding in findings {
        report.problem(
            "texts",
            format!("{finding} ({})", finding.id()),
            "say what the tool does and no more; a reviewer can accept it by that id otherwise",
        );
    }
}

/// Whether each schema is one.
fn schemas(package: &Package, report: &mut Report) {
    let mut broken = false;
    for tool in package.tools() {
        let both = [
            ("input", Some(&tool.input_schema)),
            ("output", tool.output_schema.as_ref()),
        ];
        for (which, schema) in both {
            let Some(schema) = schema else { continue };
            if let Err(why) = Schema::new(schema.clone()).compiles() {
                broken = true;
                report.problem(
                    "schemas",
                    format!("the {which} schema of {} is none: {why}", tool.name),
                    "every call of that tool is refused until it is JSON Schema 2020-12",
                );
            }
        }
    }
    if !broken {
        let count = package.tools().len();
        report.ok(
            "schemas",
            format!("those of all {count} tools are JSON Schema 2020-12"),
        );
    }
}

/// Whether the component describes the tools that the package says it has.
async fn describes_itself(engine: &Engine, package: &Package, report: &mut Report) {
    match described(engine, package).await {
        Ok(own)
            if own.tools == package.tools()
                && own.prompts == package.prompts()
                && own.resources == *package.resources() =>
        {
            report.ok(
                "describe",
                "the component describes the tools that the package holds",
            );
        }
        Ok(own) => {
            let (own, packed) = (own.names().join(", "), package.names().join(", "));
            let what = if own == packed {
                "the component describes its tools in other words than the package holds".to_owned()
            } else {
                format!("the component describes {own}, and the package holds {packed}")
            };
            report.problem(
                "describe",
                what,
                "somebody changed one of the two; build it again with `okta-mcp plugin build`",
            );
        }
        Err(error) => report.problem(
            "describe",
            error.to_string(),
            "build it again with `okta-mcp plugin build`",
        ),
    }
}
