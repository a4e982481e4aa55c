//! Every text of every tool: alone, and together with what a model reads beside it.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::words::{Word, identifiers, words};
use super::{Category, Finding, Origin, PluginSurface, ToolSurface, marks, phrases};
use crate::text::clean;

/// Characters of a description before a reviewer is asked: a quarter more than the built-in tool that takes most
/// words for it needs (`search_users`, 480). A package can hold twice as many.
const LONG_DESCRIPTION: usize = 600;
/// Characters of any other text; a built-in tool's longest has 72.
const LONG_NOTE: usize = 200;

/// Keywords of JSON Schema: they are the schema's, not the author's.
const KEYWORDS: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "default",
    "definitions",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

/// One text of a tool.
struct Text<'a> {
    place: String,
    text: &'a str,
    words: Vec<Word>,
}

/// A tool's texts, in the order in which a model reads them.
struct Read<'a> {
    plugin: &'a str,
    origin: Origin,
    tool: &'a str,
    texts: Vec<Text<'a>>,
}

/// What the plugins that are `wanted` have to answer for.
pub(super) fn check(
    plugins: &[PluginSurface<'_>],
    wanted: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) {
    let read: Vec<Read<'_>> = plugins
        .iter()
        .flat_map(|plugin| plugin.tools.iter().map(|tool| Read::new(plugin, tool)))
        .collect();
    for tool in read.iter().filter(|tool| wanted(tool.plugin)) {
        for text in &tool.texts {
            alone(tool, text, findings);
        }
    }
    names_of_others(&read, wanted, findings);
    together(&read, wanted, findings);
}

impl<'a> Read<'a> {
    fn new(plugin: &PluginSurface<'a>, tool: &ToolSurface<'a>) -> Self {
        let mut texts = Vec::new();
        push(&mut texts, "name".to_owned(), tool.name);
        push(&mut texts, "title".to_owned(), tool.title);
        push(&mut texts, "description".to_owned(), tool.description);
        schema(&mut texts, "input-schema", tool.input_schema);
        if let Some(output) = tool.output_schema {
            schema(&mut texts, "output-schema", output);
        }
        Self {
            plugin: plugin.plugin,
            origin: plugin.origin,
            tool: tool.name,
            texts,
        }
    }

    fn finding(&self, category: Category, place: &str, what: String, evidence: &[&str]) -> Finding {
        Finding::new(
            category,
            self.plugin,
            Some(self.tool),
            place,
            what,
            evidence,
        )
    }

    /// Whether this plugin may speak of `other`'s tools without being asked why.
    fn is_of_one_hand_with(&self, other: &Self) -> bool {
        self.plugin == other.plugin
            || (self.origin == Origin::BuiltIn && other.origin == Origin::BuiltIn)
    }
}

fn push<'a>(texts: &mut Vec<Text<'a>>, place: String, text: &'a str) {
    texts.push(Text {
        place,
        text,
        words: words(text),
    });
}

fn schema<'a>(texts: &mut Vec<Text<'a>>, place: &str, schema: &'a Map<String, Value>) {
    for (key, value) in schema {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        let below = format!("{place}/{escaped}");
        if !KEYWORDS.contains(&key.as_str()) {
            push(texts, below.clone(), key);
        }
        value_texts(texts, &below, value);
    }
}

/// JSON is read to 128 levels only: the recursion ends.
fn value_texts<'a>(texts: &mut Vec<Text<'a>>, place: &str, value: &'a Value) {
    match value {
        Value::String(text) => push(texts, place.to_owned(), text),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                value_texts(texts, &format!("{place}/{position}"), item);
            }
        }
        Value::Object(members) => schema(texts, place, members),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What a text shows by itself.
fn alone(tool: &Read<'_>, text: &Text<'_>, findings: &mut Vec<Finding>) {
    let mut found = |category, what: String| {
        findings.push(tool.finding(category, &text.place, what, &[text.text]));
    };
    if let Some(hidden) = marks::hidden(text.text) {
        let code = u32::from(hidden);
        found(
            Category::HiddenCharacter,
            format!("U+{code:04X}, which a reader cannot see"),
        );
    }
    if let Some(word) = marks::mixed(text.text) {
        found(
            Category::MixedScript,
            format!("`{}` mixes scripts", clean(word, 60)),
        );
    }
    let (length, most) = (text.text.chars().count(), longest(&text.place));
    if length > most {
        found(
            Category::LongText,
            format!("{length} characters; {most} are plenty for a text of its kind"),
        );
    }
    // A pattern or a format is no language; whatever else it may be was said above.
    if text.place.ends_with("/pattern") || text.place.ends_with("/$schema") {
        return;
    }
    if let Some(word) = marks::opaque(text.text) {
        found(
            Category::OpaqueText,
            format!("`{}` is no word of any language", clean(word, 40)),
        );
    }
    if let Some(what) = marks::markup(text.text) {
        found(Category::Markup, what);
    }
    if let Some(scheme) = marks::link(text.text) {
        found(Category::Link, format!("a link (`{scheme}`)"));
    }
    for phrase in phrases::find(&text.words) {
        found(
            Category::Instruction,
            said(
                phrase.rule,
                text.words.get(phrase.words).unwrap_or_default(),
            ),
        );
    }
    if let Some(alarm) = phrases::alarm(text.text) {
        found(
            Category::Instruction,
            format!("alarm: `{alarm}` in capitals; it presses instead of telling"),
        );
    }
}

fn longest(place: &str) -> usize {
    if place == "description" {
        LONG_DESCRIPTION
    } else {
        LONG_NOTE
    }
}

fn said<W: Borrow<Word>>(rule: &phrases::Rule, words: &[W]) -> String {
    let written = words.iter().map(|word| word.borrow().written.as_str());
    let said = written.collect::<Vec<_>>().join(" ");
    format!("{}: `{}`; {}", rule.name, clean(&said, 120), rule.why)
}

/// Names of tools that other hands wrote.
///
/// A name of one word ("search") is a name only where it is called one, or quoted.
fn names_of_others(all: &[Read<'_>], wanted: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    let mut by_name: HashMap<&str, Vec<&Read<'_>>> = HashMap::new();
    for tool in all {
        by_name.entry(tool.tool).or_default().push(tool);
    }
    for tool in all.iter().filter(|tool| wanted(tool.plugin)) {
        for text in tool.texts.iter().filter(|text| text.place != "name") {
            let named: BTreeSet<&str> = identifiers(text.text).collect();
            let others = named
                .into_iter()
                .filter_map(|name| by_name.get(name))
                .flatten()
                .filter(|other| !tool.is_of_one_hand_with(other));
            for other in others {
                let name = other.tool;
                if name.contains('_') || is_called(text.text, name) {
                    findings.push(tool.finding(
                        Category::OtherTool,
                        &text.place,
                        format!("speaks of `{name}`, a tool of plugin `{}`", other.plugin),
                        &[text.text, name],
                    ));
                }
            }
        }
    }
}

fn is_called(text: &str, name: &str) -> bool {
    ["`{}`", "'{}'", "\"{}\"", "{}(", "{} tool", "tool {}"]
        .iter()
        .any(|form| text.contains(&form.replace("{}", name)))
}

/// Phrases that no text holds and two of them do, in any order in which a model may read them: within a tool
/// from text to text, and from the description of each tool to that of each other.
fn together(read: &[Read<'_>], wanted: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    for tool in read.iter().filter(|tool| wanted(tool.plugin)) {
        // The name is said before everything else, but nobody reads it as the beginning of a sentence.
        let texts: Vec<&Text<'_>> = tool
            .texts
            .iter()
            .filter(|text| text.place != "name")
            .collect();
        for (position, text) in texts.iter().enumerate() {
            let before = texts.get(..position).unwrap_or_default();
            across(tool, &text.place, text, before, findings);
        }
    }
    for (first, second) in neighbours(read) {
        let (Some(one), Some(other)) = (first.description(), second.description()) else {
            continue;
        };
        // The program's own texts were there first: who joins them answers for what comes of it.
        let blamed_first = second.origin == Origin::BuiltIn && first.origin == Origin::Added;
        let (tool, place) = if blamed_first {
            (
                first,
                format!("description, read before that of `{}`", second.tool),
            )
        } else {
            (
                second,
                format!("description, read after that of `{}`", first.tool),
            )
        };
        if wanted(tool.plugin) {
            across(tool, &place, other, &[one], findings);
        }
    }
}

/// The pairs of tools in which a phrase may begin in one's description and end in the other's. Of a thousand tools
/// there are a million pairs, and in nearly all of them no phrase that the one leaves open is one that the other ends.
fn neighbours<'r, 'a>(read: &'r [Read<'a>]) -> Vec<(&'r Read<'a>, &'r Read<'a>)> {
    let most = phrases::longest();
    let mut ends: HashMap<phrases::Joint, Vec<usize>> = HashMap::new();
    for (number, tool) in read.iter().enumerate() {
        let words = tool.description().map_or(&[][..], |text| &text.words);
        let head = words.get(..most).unwrap_or(words);
        for joint in phrases::awaited(head) {
            ends.entry(joint).or_default().push(number);
        }
    }
    let mut pairs = BTreeSet::new();
    for (number, tool) in read.iter().enumerate() {
        let words = tool.description().map_or(&[][..], |text| &text.words);
        let tail = words
            .get(words.len().saturating_sub(most)..)
            .unwrap_or_default();
        for joint in phrases::begun(tail) {
            let ended = ends.get(&joint).into_iter().flatten();
            pairs.extend(ended.map(|other| (number, *other)));
        }
    }
    pairs
        .into_iter()
        .filter_map(|(one, other)| Some((read.get(one)?, read.get(other)?)))
        .filter(|(one, other)| one.tool != other.tool)
        .collect()
}

impl<'a> Read<'a> {
    fn description(&self) -> Option<&Text<'a>> {
        self.texts.iter().find(|text| text.place == "description")
    }
}

/// Phrases that begin in the texts `before` and end in `text`; `tool` answers for them.
fn across(
    tool: &Read<'_>,
    place: &str,
    text: &Text<'_>,
    before: &[&Text<'_>],
    findings: &mut Vec<Finding>,
) {
    let most = phrases::longest();
    let mut stream: Vec<&Word> = Vec::new();
    let mut evidence: Vec<&str> = vec![text.text];
    for earlier in before.iter().rev() {
        if stream.len() >= most {
            break;
        }
        evidence.push(earlier.text);
        let skip = earlier.words.len().saturating_sub(most - stream.len());
        let tail = earlier.words.get(skip..).unwrap_or_default();
        stream.splice(0..0, tail);
    }
    let border = stream.len();
    stream.extend(text.words.iter().take(most));
    for found in phrases::find_across(&stream, border) {
        findings.push(tool.finding(
            Category::SplitInstruction,
            place,
            said(found.rule, stream.get(found.words).unwrap_or_default()),
            &evidence,
        ));
    }
}
