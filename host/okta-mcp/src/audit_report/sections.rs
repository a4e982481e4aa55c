//! The report as tables, which every form but JSON is made of.

use audit::report::{Item, Report, word};

/// One table with a heading.
pub(super) struct Section {
    /// What it is about; in CSV the first column.
    pub(super) title: &'static str,
    /// What it says when there is nothing in it.
    pub(super) nothing: &'static str,
    pub(super) head: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

/// All sections, in the order in which a reviewer asks.
pub(super) fn all(report: &Report) -> Vec<Section> {
    vec![
        left_the_org(report),
        denied(report),
        unused(report),
        used(report),
        callers(report),
        lost(report),
    ]
}

/// What the report is about, in one line.
pub(super) fn lead(report: &Report) -> String {
    let Some((from, to)) = report.from.as_ref().zip(report.to.as_ref()) else {
        return match &report.since {
            Some(since) => format!("No rows since {since}."),
            None => "No rows.".to_owned(),
        };
    };
    let whole = match &report.broken {
        None => "none altered, removed or moved".to_owned(),
        Some(broken) => format!("THE LOG IS NOT WHOLE: {broken}"),
    };
    format!("{} rows from {from} to {to}; {whole}.", report.rows)
}

fn left_the_org(report: &Report) -> Section {
    Section {
        title: "What left the org",
        nothing: "Nothing.",
        head: &[
            "plugin",
            "tool",
            "calls",
            "GETs",
            "objects",
            "bytes before projection",
        ],
        rows: report
            .tools
            .iter()
            .map(|tool| {
                vec![
                    tool.plugin.clone(),
                    tool.tool.clone(),
                    tool.calls.to_string(),
                    tool.gets.to_string(),
                    tool.rows.to_string(),
                    tool.bytes.to_string(),
                ]
            })
            .collect(),
    }
}

fn denied(report: &Report) -> Section {
    Section {
        title: "What was denied",
        nothing: "Nothing.",
        head: &[
            "plugin",
            "tool",
            "why",
            "class",
            "about",
            "times",
            "last",
            "last call",
        ],
        rows: report
            .denials
            .iter()
            .map(|denied| {
                vec![
                    denied.plugin.clone(),
                    denied.tool.clone(),
                    word(&denied.reason),
                    word(&denied.class),
                    denied.about.clone(),
                    denied.count.to_string(),
                    minute(&denied.last),
                    denied.call.clone(),
                ]
            })
            .collect(),
    }
}

/// What could be taken out of the manifests.
fn unused(report: &Report) -> Section {
    let mut rows = Vec::new();
    for plugin in &report.plugins {
        for endpoint in &plugin.endpoints {
            let mut add = |what: &str, items: Vec<&Item>| {
                // Items that were last used on the same day, or never, make one row.
                let mut by_last: Vec<(String, Vec<&str>)> = Vec::new();
                for item in items {
                    let last = last(item);
                    match by_last.iter_mut().find(|(known, _)| *known == last) {
                        Some((_, names)) => names.push(item.name.as_str()),
                        None => by_last.push((last, vec![item.name.as_str()])),
                    }
                }
                for (last, names) in by_last {
                    rows.push(vec![
                        plugin.plugin.clone(),
                        format!("GET {}", endpoint.get),
                        what.to_owned(),
                        names.join(" "),
                        last,
                    ]);
                }
            };
            if endpoint.is_unused() {
                add("endpoint, for", endpoint.tools.iter().collect());
                continue;
            }
            let idle = |items: &'_ [Item]| -> Vec<usize> {
                items
                    .iter()
                    .enumerate()
                    .filter(|(_, item)| item.is_unused())
                    .map(|(at, _)| at)
                    .collect()
            };
            for (what, items) in [
                ("tool", &endpoint.tools),
                ("parameter", &endpoint.parameters),
                ("field", &endpoint.fields),
            ] {
                add(
                    what,
                    idle(items)
                        .into_iter()
                        .filter_map(|at| items.get(at))
                        .collect(),
                );
            }
        }
    }
    Section {
        title: "Declared and not used",
        nothing: "Nothing: all that is declared was used.",
        head: &["plugin", "endpoint", "what", "which", "last used"],
        rows,
    }
}

fn used(report: &Report) -> Section {
    let mut rows = Vec::new();
    for plugin in &report.plugins {
        for endpoint in plugin
            .endpoints
            .iter()
            .filter(|endpoint| !endpoint.is_unused())
        {
            let all = |items: &[Item]| {
                let used = items.iter().filter(|item| !item.is_unused()).count();
                format!("{used} of {}", items.len())
            };
            for tool in endpoint.tools.iter().filter(|tool| !tool.is_unused()) {
                rows.push(vec![
                    plugin.plugin.clone(),
                    tool.name.clone(),
                    format!("GET {}", endpoint.get),
                    tool.used.to_string(),
                    all(&endpoint.parameters),
                    all(&endpoint.fields),
                    last(tool),
                ]);
            }
        }
    }
    Section {
        title: "Declared and used",
        nothing: "Nothing.",
        head: &[
            "plugin",
            "tool",
            "endpoint",
            "GETs",
            "parameters",
            "fields",
            "last used",
        ],
        rows,
    }
}

fn callers(report: &Report) -> Section {
    Section {
        title: "Who called what",
        nothing: "Nobody.",
        head: &[
            "client", "for", "by", "tool", "calls", "ended", "mean", "longest", "last",
        ],
        rows: report
            .callers
            .iter()
            .map(|caller| {
                let outcomes: Vec<String> = caller
                    .outcomes
                    .iter()
                    .map(|(outcome, count)| format!("{outcome} {count}"))
                    .collect();
                vec![
                    caller.client.clone(),
                    caller.subject.clone(),
                    word(&caller.transport),
                    if caller.plugin.is_empty() {
                        format!("(no such tool) {}", caller.tool)
                    } else {
                        caller.tool.clone()
                    },
                    caller.calls.to_string(),
                    outcomes.join(", "),
                    millis(caller.mean_micros),
                    millis(caller.longest_micros),
                    minute(&caller.last),
                ]
            })
            .collect(),
    }
}

fn lost(report: &Report) -> Section {
    Section {
        title: "Rows that could not be written",
        nothing: "None.",
        head: &["why", "rows", "since"],
        rows: report
            .lost
            .iter()
            .map(|lost| {
                vec![
                    lost.reason.clone(),
                    lost.count.to_string(),
                    minute(&lost.since),
                ]
            })
            .collect(),
    }
}

fn last(item: &Item) -> String {
    item.last
        .as_deref()
        .map_or_else(|| "never".to_owned(), minute)
}

/// A row's time to the minute.
pub(super) fn minute(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => time.to_owned(),
    }
}

fn millis(micros: u64) -> String {
    format!("{:.1} ms", micros as f64 / 1e3)
}
