//! What a client can read without asking Okta: how to search, and what the plugins may do.
//!
//! The manifest of a plugin and the reviewer's page are what a reviewer approved. Here the person who uses the server,
//! or the model, can read the same: what a plugin can reach is no secret.

use capability::reach::Reach;
use capability::review::Operator;
use capability::snapshot::Snapshot;
use capability::surface::Origin;
use sandbox::{Body, Document, Resource};

use crate::registry::{Loaded, Registry};
use crate::report::Format;
use crate::report::review::{Review, Reviewed, Source};

/// What the program's own URIs begin with.
const SEARCH: &str = "okta-mcp://guide/search";
const REVIEW: &str = "okta-mcp://review";
const PAGE: &str = "okta-mcp://review.html";
const MANIFEST: (&str, &str) = ("okta-mcp://plugins/", "/plugin.toml");

const MARKDOWN: &str = "text/markdown";

/// All of them, in the order of their URIs.
#[must_use]
pub fn all(registry: &Registry) -> Vec<Resource> {
    let mut all = vec![
        entry(
            SEARCH.to_owned(),
            "search_grammar",
            "Searching in Okta",
            "Okta's search expressions for users and groups: operators, properties, examples, and what a rejected one means.",
            MARKDOWN,
        ),
        entry(
            REVIEW.to_owned(),
            "review",
            "What the plugins can do",
            "All that the loaded plugins can ever do: each tool's endpoints, the fields it sees, OAuth scopes and limits.",
            MARKDOWN,
        ),
        entry(
            PAGE.to_owned(),
            "review_page",
            "What the plugins can do, as a page",
            "The same as the review, as a self-contained page for a browser.",
            "text/html",
        ),
    ];
    all.extend(registry.plugins().iter().map(|loaded| {
        let name = loaded.name();
        entry(
            manifest_uri(name),
            "plugin_manifest",
            &format!("Manifest of {name}"),
            &format!("plugin.toml of the plugin {name}: what it declares that it may GET and see, as its author wrote it and a reviewer approved it."),
            "application/toml",
        )
    }));
    all.sort_by(|a, b| a.uri.cmp(&b.uri));
    all
}

/// What is at `uri`; none where it is not one of the program's own.
#[must_use]
pub fn read(registry: &Registry, uri: &str) -> Option<Document> {
    let (mime_type, text) = match uri {
        SEARCH => (MARKDOWN, include_str!("search.md").to_owned()),
        REVIEW => (MARKDOWN, review(registry, Format::Markdown)?),
        PAGE => ("text/html", review(registry, Format::Html)?),
        _ => {
            let (before, after) = MANIFEST;
            let name = uri.strip_prefix(before)?.strip_suffix(after)?;
            let plugins = registry.plugins();
            let loaded = plugins.iter().find(|loaded| loaded.name() == name)?;
            let manifest = loaded.plugin.package().manifest_text();
            ("application/toml", manifest.to_owned())
        }
    };
    Some(Document {
        uri: uri.to_owned(),
        mime_type: Some(mime_type.to_owned()),
        body: Body::Text(text),
    })
}

fn manifest_uri(plugin: &str) -> String {
    let (before, after) = MANIFEST;
    format!("{before}{plugin}{after}")
}

fn entry(uri: String, name: &str, title: &str, description: &str, mime_type: &str) -> Resource {
    Resource {
        uri,
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        mime_type: Some(mime_type.to_owned()),
    }
}

/// The review of what is loaded, as `okta-mcp review` writes it.
fn review(registry: &Registry, format: Format) -> Option<String> {
    let plugins = registry.plugins().iter();
    let plugins = plugins.filter_map(|loaded| reviewed(registry, loaded, &loaded.operator()));
    // What was left out, and where files are, is the operator's to know.
    Review::new(plugins.collect(), Vec::new())
        .render(format)
        .ok()
}

/// None where the manifest is not one; then the plugin would not be loaded.
fn reviewed(registry: &Registry, loaded: &Loaded, operator: &Operator) -> Option<Reviewed> {
    let package = loaded.plugin.package();
    let signature = registry.signature(loaded);
    let reach = Reach::new(package.manifest(), package.names(), operator);
    let findings = registry.findings(package, loaded.origin(), &reach);
    let snapshot = Snapshot {
        signer: signature.signer().map(str::to_owned),
        ..package.snapshot()
    };
    Some(Reviewed {
        source: match loaded.origin() {
            Origin::BuiltIn => Source::BuiltIn,
            Origin::Added => Source::File(format!("{}.wasm", loaded.name())),
        },
        built_with: package.build_record().toolchain.clone(),
        facts: snapshot.facts(operator).ok()?,
        signature,
        noticed: findings
            .iter()
            .map(|finding| registry.noticed(finding))
            .collect(),
    })
}
