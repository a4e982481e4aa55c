//! Every limit of the table is in every form of a review, and its change in every comparison.

use capability::diff::Category;
use capability::limits::{LimitWish, Limits};
use capability::review::Operator;
use capability::snapshot::Snapshot;
use okta_mcp::report::Format;
use serde_json::Value;

use crate::comparisons::{compare, plain};
use crate::plugin;

/// The plugin with this much of one limit in its manifest, and no other limit there.
fn with(key: &str, written: &str) -> Snapshot {
    let mut snapshot = plugin::snapshot();
    let at = snapshot.manifest.find("[limits]").unwrap();
    snapshot.manifest.truncate(at);
    let value = match written.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => format!("\"{written}\""),
    };
    snapshot
        .manifest
        .push_str(&format!("[limits]\n{key} = {value}\n"));
    snapshot
}

/// Less than every default, in the limit's own unit.
fn little(default: &str) -> &'static str {
    match default.split_once(' ') {
        Some((_, "ms" | "s")) => "7 ms",
        Some(_) => "7 B",
        None => "7",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_review_names_every_limit_of_the_table_and_who_set_it_in_every_form() {
    for ((key, default), (_, camel)) in Limits::DEFAULT.written().into_iter().zip(LimitWish::KEYS) {
        let little = little(&default);
        let snapshot = with(key, little);
        let facts = snapshot.facts(&Operator::default()).unwrap();
        let (about, limit) = facts
            .limits
            .each()
            .find(|(about, _)| about.key == key)
            .unwrap();
        let said = about.says(limit);
        let review = plugin::review(&snapshot);
        let json: Value = serde_json::from_str(&review.render(Format::Json).unwrap()).unwrap();
        let fact = &json["plugins"][0]["facts"]["limits"][camel];
        assert_eq!(
            (&fact["written"], &fact["default"], &fact["setBy"]),
            (&little.into(), &default.clone().into(), &"manifest".into()),
            "{key}"
        );
        for format in [Format::Text, Format::Markdown, Format::Sarif] {
            let text = one_line(&plain(&review.render(format).unwrap())).replace('\\', "");
            let expected = format!("{said} (the manifest; the host gives {default})");
            assert!(text.contains(&expected), "{format:?}: {expected}: {text}");
        }
        let page = review.render(Format::Html).unwrap();
        let row = format!(
            "<th scope=\"row\">{}</th><td class=\"number\">{little}</td><td class=\"number\">{default}</td>\
             <td class=\"number\">the manifest</td>",
            about.title
        );
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn a_limit_that_nobody_lowered_is_shown_in_every_form_too() {
    let review = plugin::review(&with("calls", "1"));
    for format in [Format::Text, Format::Markdown, Format::Sarif, Format::Html] {
        let text = plain(&review.render(format).unwrap())
            .replace("<b>", "")
            .replace("</b>", "");
        let text = one_line(&text);
        let facts = &review.plugins[0].facts;
        for (about, limit) in facts
            .limits
            .each()
            .filter(|(about, _)| about.key != "calls")
        {
            let expected = format!("{} {}", about.title, limit.written);
            assert!(text.contains(&expected), "{format:?}: {expected}");
        }
    }
}

#[test]
fn every_limit_has_its_finding_when_it_is_raised_and_when_it_is_lowered() {
    for (key, default) in Limits::DEFAULT.written() {
        let (low, high) = (with(key, little(&default)), with(key, &default));
        for (old, new, category) in [
            (&low, &high, Category::LimitRaised),
            (&high, &low, Category::LimitLowered),
        ] {
            let ids: Vec<String> = compare(old, new)
                .findings
                .into_iter()
                .map(|finding| finding.id)
                .collect();
            assert_eq!(ids, [format!("{category}:{key}")]);
        }
    }
}
