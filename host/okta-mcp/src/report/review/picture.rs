//! The picture of a review: tools on the left, the GETs they may send in the middle, the OAuth scopes
//! that these need on the right, and what is delicate in a thicker line of another colour.
//!
//! A drawing of our own, as inline SVG: three columns and curves between them need no library, and the
//! page may load none. What it shows is all in the text of the page, too, which is where it sends
//! readers who cannot see it.

use std::collections::BTreeMap;

use capability::sensitivity::Sensitivity;
use maud::{Markup, html};

use super::Review;
use super::html::{Tools, class};

/// Height of a box, and of a row: a box and the gap below it.
const BOX: f64 = 26.0;
const ROW: f64 = 36.0;
/// Width of a character of the picture's 12.5 px monospace type, rounded up.
const CHARACTER: f64 = 7.7;
/// Between the text and the box's sides; on the left there is a mark.
const PADDING: f64 = 12.0;
const MARK: f64 = 16.0;
/// Between two columns, for the curves.
const GAP: f64 = 120.0;
/// Above the boxes, for the columns' headings.
const TOP: f64 = 34.0;

/// A box.
struct Node {
    text: String,
    class: Sensitivity,
    /// The classes of all tools that it belongs to, for the filter.
    tools: Vec<String>,
    y: f64,
}

/// A line between two boxes.
struct Link {
    from: usize,
    to: usize,
    class: Sensitivity,
    tools: Vec<String>,
}

/// Boxes that stand above each other.
struct Column {
    x: f64,
    width: f64,
    nodes: Vec<Node>,
}

pub(super) fn draw(review: &Review, names: &Tools) -> Markup {
    let (tools, gets, scopes, left, right) = graph(review, names);
    let rows = tools.len().max(gets.len()).max(scopes.len());
    let tools = Column::new(0.0, tools, rows);
    let gets = Column::new(tools.x + tools.width + GAP, gets, rows);
    let scopes = Column::new(gets.x + gets.width + GAP, scopes, rows);
    let width = scopes.x + scopes.width;
    #[allow(
        clippy::cast_precision_loss,
        reason = "a picture has fewer rows than a float has digits"
    )]
    let height = TOP + rows as f64 * ROW;
    html! {
        figure.picture aria-labelledby="picture-title" {
            div.scroll tabindex="0" role="region" aria-label="Picture: tools, GETs and scopes" {
                svg viewBox=(format!("-2 0 {:.0} {height:.0}", width + 4.0))
                    width=(format!("{:.0}", width + 4.0)) height=(format!("{height:.0}"))
                    role="img" aria-label="Lines lead from each tool to the GETs that it may send, and from each GET to the OAuth scopes that it needs. The sections below say the same in words." {
                    (heading(&tools, "tool"))
                    (heading(&gets, "may GET"))
                    (heading(&scopes, "needs the scope"))
                    @for link in sorted(&right) { (curve(&gets, &scopes, link)) }
                    @for link in sorted(&left) { (curve(&tools, &gets, link)) }
                    @for column in [&tools, &gets, &scopes] {
                        @for node in &column.nodes { (boxed(column, node)) }
                    }
                }
            }
            figcaption id="picture-title" {
                "Every way from a tool to Okta. "
                (class(Sensitivity::Ordinary)) " "
                (class(Sensitivity::Personal)) " "
                (class(Sensitivity::Credential))
                " say what a tool sees on that way: one that only turns a login into an id has an ordinary line to a GET that others read people from."
            }
        }
    }
}

type Graph = (Vec<Node>, Vec<Node>, Vec<Node>, Vec<Link>, Vec<Link>);

fn graph(review: &Review, names: &Tools) -> Graph {
    let mut tools: Vec<Node> = Vec::new();
    let mut left = Vec::new();
    // The GETs in the order in which tools first name them keep most lines short.
    let mut gets: Vec<Node> = Vec::new();
    let mut needs: BTreeMap<(String, String), (Sensitivity, Vec<String>)> = BTreeMap::new();
    for (plugin, reviewed) in review.plugins.iter().enumerate() {
        for (index, tool) in reviewed.facts.tools.iter().enumerate() {
            let name = names.class(plugin, index);
            for endpoint in &tool.endpoints {
                merge(&mut gets, &endpoint.get, endpoint.sensitivity, &name);
                left.push((
                    tools.len(),
                    endpoint.get.clone(),
                    endpoint.sensitivity,
                    name.clone(),
                ));
                for scope in &endpoint.scopes {
                    let need = needs
                        .entry((endpoint.get.clone(), scope.clone()))
                        .or_insert((Sensitivity::Ordinary, Vec::new()));
                    need.0 = need.0.max(endpoint.sensitivity);
                    need.1.push(name.clone());
                }
            }
            tools.push(Node {
                text: tool.name.clone(),
                class: tool.sensitivity,
                tools: vec![name],
                y: 0.0,
            });
        }
    }
    let mut scopes: Vec<Node> = Vec::new();
    for get in &gets {
        for ((_, scope), (class, tools)) in needs.iter().filter(|((own, _), _)| *own == get.text) {
            for tool in tools {
                merge(&mut scopes, scope, *class, tool);
            }
        }
    }
    let place = |nodes: &[Node], text: &str| nodes.iter().position(|node| node.text == text);
    let left = left
        .into_iter()
        .filter_map(|(from, get, class, tool)| {
            Some(Link {
                from,
                to: place(&gets, &get)?,
                class,
                tools: vec![tool],
            })
        })
        .collect();
    let right = needs
        .into_iter()
        .filter_map(|((get, scope), (class, tools))| {
            Some(Link {
                from: place(&gets, &get)?,
                to: place(&scopes, &scope)?,
                class,
                tools,
            })
        })
        .collect();
    (tools, gets, scopes, left, right)
}

fn merge(nodes: &mut Vec<Node>, text: &str, class: Sensitivity, tool: &str) {
    match nodes.iter_mut().find(|node| node.text == text) {
        Some(node) => {
            node.class = node.class.max(class);
            if !node.tools.iter().any(|own| own == tool) {
                node.tools.push(tool.to_owned());
            }
        }
        None => nodes.push(Node {
            text: text.to_owned(),
            class,
            tools: vec![tool.to_owned()],
            y: 0.0,
        }),
    }
}

/// What is delicate is drawn last, and so on top.
fn sorted(links: &[Link]) -> Vec<&Link> {
    let mut links: Vec<&Link> = links.iter().collect();
    links.sort_by_key(|link| link.class);
    links
}

impl Column {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a picture has fewer rows, and a name fewer characters, than a float has digits"
    )]
    fn new(x: f64, mut nodes: Vec<Node>, rows: usize) -> Self {
        let longest = nodes
            .iter()
            .map(|node| node.text.chars().count())
            .max()
            .unwrap_or(0) as f64;
        // Fewer boxes than rows stand spread over the whole height.
        let step = rows as f64 * ROW / (nodes.len().max(1)) as f64;
        for (index, node) in nodes.iter_mut().enumerate() {
            node.y = TOP + (index as f64 + 0.5) * step - BOX / 2.0;
        }
        Self {
            x,
            width: longest * CHARACTER + 2.0 * PADDING + MARK,
            nodes,
        }
    }
}

fn heading(column: &Column, text: &str) -> Markup {
    html! { text.heading x=(number(column.x)) y="16" { (text) } }
}

fn boxed(column: &Column, node: &Node) -> Markup {
    let (x, y) = (column.x, node.y);
    let middle = y + BOX / 2.0;
    html! {
        g class=(format!("node {} {}", node.class.as_str(), node.tools.join(" "))) {
            rect x=(number(x)) y=(number(y)) width=(number(column.width)) height=(number(BOX)) rx="6" {}
            (mark(x + PADDING + 3.0, middle, node.class))
            text x=(number(x + PADDING + MARK)) y=(number(middle + 4.5)) { (node.text) }
        }
    }
}

/// The shape of a class, so that it can be told without its colour.
fn mark(x: f64, y: f64, class: Sensitivity) -> Markup {
    let path = match class {
        Sensitivity::Ordinary => {
            return html! { circle.hollow cx=(number(x)) cy=(number(y)) r="3.5" {} };
        }
        Sensitivity::Personal => format!("M{x:.1} {:.1}l5 5l-5 5l-5 -5z", y - 5.0),
        Sensitivity::Credential => format!("M{x:.1} {:.1}l5.5 9.5h-11z", y - 5.0),
    };
    html! { path.solid d=(path) {} }
}

fn curve(from: &Column, to: &Column, link: &Link) -> Markup {
    let (Some(start), Some(end)) = (from.nodes.get(link.from), to.nodes.get(link.to)) else {
        return Markup::default();
    };
    let (x1, y1) = (from.x + from.width, start.y + BOX / 2.0);
    let (x2, y2) = (to.x, end.y + BOX / 2.0);
    let bend = (x2 - x1) * 0.5;
    html! {
        path class=(format!("link {} {}", link.class.as_str(), link.tools.join(" ")))
            d=(format!("M{x1:.1} {y1:.1}C{:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}", x1 + bend, x2 - bend)) {}
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// The picture's own rules.
pub(super) const STYLE: &str = "
.picture { margin: 1rem 0; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; }
.picture svg { display: block; max-width: none; height: auto; }
@media (min-width: 68rem) { .picture svg { max-width: 100%; } }
.picture figcaption { color: var(--soft); font-size: .88rem; margin-top: .75rem; }
.picture text { font: 12.5px var(--mono); fill: var(--ink); }
.picture text.heading { font: 600 12.5px system-ui, sans-serif; fill: var(--soft); }
.picture rect { fill: var(--ordinary-paper); stroke: var(--line); }
.picture .node.personal rect { fill: var(--personal-paper); stroke: var(--personal-line); }
.picture .node.credential rect { fill: var(--credential-paper); stroke: var(--credential-line); stroke-width: 2; }
.picture .hollow { fill: none; stroke: var(--ordinary); stroke-width: 1.5; }
.picture .personal .solid { fill: var(--personal-line); } .picture .credential .solid { fill: var(--credential-line); }
.picture .link { fill: none; stroke: var(--ordinary); stroke-width: 1.25; opacity: .45; }
.picture .link.personal { stroke: var(--personal-line); stroke-width: 2; opacity: .9; }
.picture .link.credential { stroke: var(--credential-line); stroke-width: 3.5; opacity: 1; }
@media print { .picture svg { max-width: 100%; } .picture * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
";
