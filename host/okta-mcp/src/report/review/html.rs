//! A review as a page for a browser.
//!
//! A reader meets what matters first: how much there is and how delicate, the picture, the scopes to
//! grant, and then each plugin and tool in our sentences before its author's. The filter by tool is made
//! of radio buttons and style rules: it works from a keyboard and without a script, and where a browser
//! does not know `:has()`, everything stays in sight.

use capability::review::{EndpointFacts, Facts, FieldFacts, ParameterFacts, ToolFacts};
use capability::sensitivity::Sensitivity;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::page::{Page, packages};
use super::super::words::{count, visible};
use super::{Review, Reviewed, defaults, lowered, picture, signer};

/// Class names for the tools, for the filter: made of numbers, never of what an author wrote.
pub(super) struct Tools(Vec<(usize, usize)>);

impl Tools {
    fn of(review: &Review) -> Self {
        Self(
            review
                .plugins
                .iter()
                .enumerate()
                .flat_map(|(plugin, reviewed)| {
                    (0..reviewed.facts.tools.len()).map(move |tool| (plugin, tool))
                })
                .collect(),
        )
    }

    /// The class of one tool of one plugin.
    pub(super) fn class(&self, plugin: usize, tool: usize) -> String {
        format!("t{plugin}-{tool}")
    }

    /// The classes of all tools of one plugin.
    fn of_plugin(&self, plugin: usize) -> String {
        let classes: Vec<String> = self
            .0
            .iter()
            .filter(|(own, _)| *own == plugin)
            .map(|(plugin, tool)| self.class(*plugin, *tool))
            .collect();
        classes.join(" ")
    }

    /// What the filter does: hides what is not of the chosen tool, and pales the rest of the picture.
    fn rules(&self) -> String {
        let mut rules = String::from(picture::STYLE);
        rules.push_str(STYLE);
        for (plugin, tool) in &self.0 {
            let class = self.class(*plugin, *tool);
            rules.push_str(&format!(
                "html:has(#only-{class}:checked) .filtered:not(.{class}){{display:none}}\n\
                 html:has(#only-{class}:checked) :is(.node,.link):not(.{class}){{opacity:.12}}\n"
            ));
        }
        rules
    }
}

pub(super) fn render(review: &Review) -> String {
    let tools = Tools::of(review);
    Page {
        title: "What these plugins can do",
        lead: html! {
            "Everything that "
            (count(review.plugins.len(), "plugin"))
            " can ever ask Okta for, and all that "
            @if review.plugins.len() == 1 { "it gets" } @else { "they get" }
            " to see. The host enforces exactly this."
        },
        made_from: packages(),
        rules: tools.rules(),
        body: html! {
            (figures(review))
            @for left_out in &review.left_out {
                p.card { span class="class bad" { "left out" } " " strong { (left_out.plugin) } ": " (visible(&left_out.problem)) }
            }
            h2 id="picture" { "From tools to Okta" }
            (filter(review, &tools))
            (picture::draw(review, &tools))
            (scopes(review))
            @for (index, plugin) in review.plugins.iter().enumerate() {
                (of_plugin(&tools, index, plugin))
            }
        },
    }
    .render()
}

/// The mark of a class of data.
pub(super) fn class(sensitivity: Sensitivity) -> Markup {
    html! { span class=(format!("class {}", sensitivity.as_str())) { (sensitivity.as_str()) } }
}

fn figures(review: &Review) -> Markup {
    let tools = review.tools();
    let gets = review
        .plugins
        .iter()
        .flat_map(|plugin| &plugin.facts.tools)
        .flat_map(|tool| &tool.endpoints)
        .map(|endpoint| endpoint.get.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let only_okta = review
        .plugins
        .iter()
        .all(|plugin| plugin.facts.imports_only_okta());
    let noticed: usize = review
        .plugins
        .iter()
        .map(|plugin| plugin.noticed.len())
        .sum();
    let manage = review.scopes.iter().any(|scope| scope.ends_with(".manage"));
    html! {
        ul.figures {
            li { strong { (review.plugins.len()) } span { @if review.plugins.len() == 1 { "plugin" } @else { "plugins" } } }
            li { strong { (tools) } span { @if tools == 1 { "tool" } @else { "tools" } } }
            li { strong { (gets) } span { "kinds of GET, and no other request" } }
            li { strong { (review.scopes.len()) } span { "OAuth scopes" } }
        }
        ul.plain.verdict {
            li {
                @match review.sensitivity() {
                    Sensitivity::Credential => span class="class bad" { "reads credentials" },
                    _ => span class="class good" { "no credentials" },
                } " "
                @match review.sensitivity() {
                    Sensitivity::Ordinary => span class="class good" { "no personal data" },
                    _ => span class="class personal" { "reads personal data" },
                } " "
                @if only_okta {
                    span class="class good" { "plugins import nothing but Okta's GETs" }
                } @else {
                    span class="class personal" { "a plugin imports WASI" }
                } " "
                @if manage {
                    span class="class bad" { "needs a manage scope" }
                } @else {
                    span class="class good" { "read-only scopes" }
                }
                @if noticed > 0 {
                    " " span class="class bad" { (count(noticed, "finding")) " in texts for the model" }
                }
            }
        }
    }
}

fn filter(review: &Review, tools: &Tools) -> Markup {
    html! {
        fieldset.filter.screen {
            legend { "Show" }
            input type="radio" name="tool" id="only-all" checked;
            label for="only-all" { "all tools" }
            @for (plugin, reviewed) in review.plugins.iter().enumerate() {
                @for (index, tool) in reviewed.facts.tools.iter().enumerate() {
                    @let id = format!("only-{}", tools.class(plugin, index));
                    input type="radio" name="tool" id=(id);
                    label for=(id) { (tool.name) }
                }
            }
        }
    }
}

fn scopes(review: &Review) -> Markup {
    html! {
        h2 id="scopes" { "OAuth scopes to grant" }
        @if review.scopes.is_empty() {
            p { "None: no tool reads anything." }
        } @else {
            p { "Exactly these, in the Okta admin console under Applications, the app, Okta API scopes. A scope is wider than what a plugin may do with it: the host sends only the GETs on this page." }
            div.scroll tabindex="0" role="region" aria-label="OAuth scopes" {
                table {
                    thead { tr { th scope="col" { "scope" } th scope="col" { "needed by" } } }
                    tbody {
                        @for scope in &review.scopes {
                            tr {
                                th scope="row" { code { (scope) } }
                                td { (needed_by(review, scope)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn needed_by(review: &Review, scope: &str) -> String {
    let tools: Vec<&str> = review
        .plugins
        .iter()
        .flat_map(|plugin| &plugin.facts.tools)
        .filter(|tool| tool.scopes.iter().any(|own| own == scope))
        .map(|tool| tool.name.as_str())
        .collect();
    tools.join(", ")
}

fn of_plugin(tools: &Tools, index: usize, plugin: &Reviewed) -> Markup {
    let facts = &plugin.facts;
    html! {
        section class=(format!("filtered {}", tools.of_plugin(index))) aria-labelledby=(format!("p{index}")) {
            h2 id=(format!("p{index}")) {
                "Plugin " (facts.plugin) " " span.soft { (facts.version) } " " (class(facts.sensitivity))
            }
            div.card {
                ul.says { @for sentence in &facts.says { li { (sentence) } } }
                dl.pairs {
                    dt { "Author's summary" } dd { (visible(&facts.summary)) }
                    dt { "Package" } dd { (visible(&plugin.source.text())) }
                    dt { "SHA-256" } dd { code { (facts.digest) } }
                    dt { "Signer" } dd { (visible(&signer(plugin))) }
                    dt { "Built with" } dd { (visible(&plugin.built_with)) }
                    dt { "Imports" } dd { @for import in &facts.imports { code { (visible(import)) } " " } }
                    dt { "Scopes" } dd { @for scope in &facts.scopes { code { (scope) } " " } @if facts.scopes.is_empty() { "none" } }
                    @if !facts.disabled_tools.is_empty() {
                        dt { "Disabled tools" } dd { (visible(&facts.disabled_tools.join(", "))) }
                    }
                    @if !facts.hidden_fields.is_empty() {
                        dt { "Hidden by the operator" } dd { @for field in &facts.hidden_fields { code { (field) } " " } }
                    }
                }
                (limits(facts))
                (texts(plugin))
            }
            @for (number, tool) in facts.tools.iter().enumerate() {
                (of_tool(tools, index, number, tool))
            }
        }
    }
}

/// What was found in the tools' texts.
fn texts(plugin: &Reviewed) -> Markup {
    html! {
        h3.sub { "What its texts say to the model" }
        @if plugin.noticed.is_empty() {
            p { span class="class good" { "nothing" } " that steers a model or hides from a reader." }
        } @else {
            ul.plain {
                @for noticed in &plugin.noticed {
                    @let mark = if noticed.standing.is_accepted() { "class personal" } else { "class bad" };
                    li.noticed {
                        p { span class=(mark) { (noticed.standing.word()) } " " strong { (noticed.category) } " in " (visible(&noticed.says())) }
                        p.soft { (noticed.reason) " " (visible(&noticed.standing.says())) }
                        p.id { code { (visible(&noticed.id)) } }
                    }
                }
            }
        }
    }
}

/// What somebody lowered as a table; what is left at the host's default in one compact list.
fn limits(facts: &Facts) -> Markup {
    let lowered: Vec<_> = lowered(facts).collect();
    let defaults: Vec<_> = defaults(facts).collect();
    html! {
        h3.sub { "Limits of one call, after all ceilings" }
        @if !lowered.is_empty() {
            table.limits {
                caption { "Lower than the host's defaults" }
                thead { tr {
                    th scope="col" { "limit" } th.number scope="col" { "value" }
                    th.number scope="col" { "host's default" } th.number scope="col" { "set by" }
                } }
                tbody {
                    @for (about, limit) in &lowered {
                        tr {
                            th scope="row" { (about.title) }
                            td.number { (limit.written) }
                            td.number { (limit.default) }
                            td.number { (limit.set_by.as_str()) }
                        }
                    }
                }
            }
        }
        @if !defaults.is_empty() {
            p.caption.soft { "The host's defaults" }
            ul.chips { @for (about, limit) in &defaults { li { (about.title) " " b { (limit.written) } } } }
        }
    }
}

fn of_tool(tools: &Tools, plugin: usize, index: usize, tool: &ToolFacts) -> Markup {
    let class_name = tools.class(plugin, index);
    html! {
        article class=(format!("card filtered {class_name}")) aria-labelledby=(format!("h{class_name}")) {
            h3 id=(format!("h{class_name}")) { code { (tool.name) } " " (class(tool.sensitivity)) }
            ul.says { @for sentence in &tool.says { li { (sentence) } } }
            @for endpoint in &tool.endpoints { (of_endpoint(endpoint)) }
            h4 { "What the author tells the model" }
            blockquote {
                p { strong { (visible(&tool.title)) } }
                p { (visible(&tool.description)) }
            }
            (schema("Arguments, as JSON Schema", &tool.input_schema))
            @if let Some(output) = &tool.output_schema { (schema("Result, as JSON Schema", output)) }
        }
    }
}

fn of_endpoint(endpoint: &EndpointFacts) -> Markup {
    html! {
        div.endpoint {
            h4 { "GET " (path(&endpoint.get)) " " (class(endpoint.sensitivity)) }
            p {
                "“" (visible(&endpoint.why)) "” " span.soft { "(the author's reason)" }
            }
            p.soft {
                "Okta's operation " a href=(endpoint.documentation) { (endpoint.operation) }
                " (" (endpoint.stage) "), needs "
                @if endpoint.scopes.is_empty() { "no scope" }
                @for scope in &endpoint.scopes { code { (scope) } " " }
                @if !endpoint.admin_roles.is_empty() { "and " (endpoint.admin_roles.join(" and ")) }
                @if endpoint.paged { " · answers in pages" }
            }
            @if !endpoint.path.is_empty() || !endpoint.query.is_empty() {
                table {
                    caption { "May send, and nothing else" }
                    thead.sr { tr { th scope="col" { "parameter" } th scope="col" { "accepts" } } }
                    tbody {
                        @for parameter in &endpoint.path { (row("{", parameter, "}")) }
                        @for parameter in &endpoint.query { (row("?", parameter, "")) }
                    }
                }
            }
            p.caption.soft { "Sees of each object" }
            dl.seen {
                @for class in [Sensitivity::Credential, Sensitivity::Personal, Sensitivity::Ordinary] {
                    (seen(class, &endpoint.fields))
                }
            }
        }
    }
}

fn row(before: &str, parameter: &ParameterFacts, after: &str) -> Markup {
    html! {
        tr {
            th scope="row" { code { (before) (parameter.name) (after) } }
            td { (visible(&parameter.accepts)) }
        }
    }
}

fn seen(sensitivity: Sensitivity, fields: &[FieldFacts]) -> Markup {
    let own: Vec<&FieldFacts> = fields
        .iter()
        .filter(|field| field.sensitivity == sensitivity)
        .collect();
    if own.is_empty() {
        return Markup::default();
    }
    html! {
        dt { (class(sensitivity)) }
        dd {
            ul class=(format!("chips {}", sensitivity.as_str())) {
                @for field in own { li { (field.path) } }
            }
        }
    }
}

/// A template with its parameters set off.
fn path(template: &str) -> Markup {
    html! {
        code.path {
            @for segment in template.trim_start_matches('/').split('/') {
                "/"
                @if segment.starts_with('{') { b { (segment) } } @else { (segment) }
                wbr;
            }
        }
    }
}

fn schema(title: &str, schema: &Map<String, Value>) -> Markup {
    let text = serde_json::to_string_pretty(schema).unwrap_or_default();
    html! {
        details {
            summary { (title) }
            pre tabindex="0" { (super::super::words::escaped(&text)) }
        }
    }
}

/// The review's own rules.
const STYLE: &str = "
.verdict { margin: 1rem 0; line-height: 2; }
.filter { border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); margin: 0 0 1rem; padding: .4rem 1rem .8rem; display: flex; flex-wrap: wrap; gap: .4rem; min-width: 0; }
.filter legend { color: var(--soft); font-size: .88rem; padding: 0 .35rem; }
.filter input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.filter label { font: .82rem/1.7 var(--mono); padding: .1rem .65rem; border-radius: 1rem; border: 1px solid var(--line); cursor: pointer; background: var(--sunk); }
.filter label:hover { border-color: var(--link); }
.filter input:checked + label { background: var(--link); border-color: var(--link); color: var(--surface); }
.filter input:focus-visible + label { outline: 3px solid var(--link); outline-offset: 2px; }
.endpoint { border-top: 1px solid var(--line); padding-top: .9rem; margin: 1rem 0; }
.endpoint tbody th { width: min(11rem, 35%); }
.endpoint h4 code { font-size: .95rem; }
.caption { font-size: .85rem; margin-bottom: .25rem; }
dl.seen { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .4rem .9rem; margin: .25rem 0 .5rem; }
dl.seen dd { margin: 0; }
table.limits { max-width: 40rem; } h3.sub { font-size: .95rem; margin-top: 1.25rem; }
.noticed { border-left: 4px solid var(--personal-line); padding-left: .8rem; margin: .75rem 0; } .noticed p { margin: .2rem 0; max-width: none; overflow-wrap: anywhere; }
.id { font-size: .8rem; color: var(--soft); }

@media (max-width: 40rem) { dl.seen { grid-template-columns: minmax(0, 1fr); } }
";
