//! Two pictures of what left the org: by tool, and day by day.
//!
//! Drawn as inline SVG of our own: bars need no library, and the page may load none. The tables say the same.

use std::collections::BTreeMap;

use audit::report::Report;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

/// Colours that differ in lightness as well, so that they can be told apart without colour; the last is for the rest.
pub(super) const STYLE: &str = "
:root{--c0:#1d4e89;--c1:#d17a00;--c2:#2f8f5b;--c3:#8b5fbf;--c4:#c2486b;--c5:#7b8794}
@media (prefers-color-scheme: dark){:root{--c0:#7fb2f0;--c1:#ffb454;--c2:#6fd39b;--c3:#c4a3f0;--c4:#ff8fab;--c5:#9aa5b1}}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}
figure.bars{margin:1rem 0}.bars .scroll>svg{max-width:100%;min-width:34rem;height:auto;display:block}
.bars text{fill:var(--ink);font:13px system-ui,sans-serif}.bars text.name{font-family:var(--mono)}.bars text.soft{fill:var(--soft)}
.bars line{stroke:var(--line)}.bars figcaption{color:var(--soft);font-size:.9rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;padding:0;margin:.4rem 0;font-size:.9rem}
.legend svg{display:inline-block;vertical-align:-1px;margin-right:.35rem}
";

/// Tools with a colour of their own; the others share one.
const COLOURS: usize = 5;

/// Columns of the picture by day. More days are drawn by the week.
const COLUMNS: usize = 62;

/// Tools of the picture by tool.
const BARS: usize = 16;

pub(super) fn by_tool(report: &Report) -> Markup {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 200.0;
    const WIDTH: f64 = 420.0;
    let tools: Vec<_> = report
        .tools
        .iter()
        .filter(|tool| tool.rows > 0)
        .take(BARS)
        .collect();
    let most = tools.iter().map(|tool| tool.rows).max().unwrap_or(0);
    html! {
        @if most > 0 {
            figure.bars { div.scroll tabindex="0" role="region" aria-label="Picture: objects by tool" {
                svg viewBox=(format!("0 0 {:.0} {:.0}", LEFT + WIDTH + 100.0, ROW * count(tools.len())))
                    width=(format!("{:.0}", LEFT + WIDTH + 100.0)) role="img"
                    aria-label="Objects that left the org, by tool; the table below has the same numbers" {
                    @for (at, tool) in tools.iter().enumerate() {
                        @let y = ROW * count(at);
                        @let width = (WIDTH * share(tool.rows, most)).max(2.0);
                        text.name x=(format!("{:.0}", LEFT - 10.0)) y=(format!("{:.0}", y + 17.0)) text-anchor="end" { (tool.tool) }
                        rect class=(format!("c{}", at.min(COLOURS))) x=(LEFT) y=(format!("{:.0}", y + 4.0)) width=(format!("{width:.1}")) height="18" rx="3" {}
                        text x=(format!("{:.1}", LEFT + width + 8.0)) y=(format!("{:.0}", y + 17.0)) { (tool.rows) }
                    }
                }
                } figcaption { "Objects that Okta answered, by tool. What a tool passed on to its client can be less, never more." }
            }
        }
    }
}

pub(super) fn by_day(report: &Report) -> Markup {
    const LEFT: f64 = 60.0;
    const WIDTH: f64 = 660.0;
    const HEIGHT: f64 = 180.0;
    let columns = columns(report);
    let most = columns
        .iter()
        .map(|column| column.parts.iter().sum::<u64>())
        .max()
        .unwrap_or(0);
    let top = round_up(most);
    let step = WIDTH / count(columns.len().max(1));
    let names: Vec<&str> = report
        .tools
        .iter()
        .filter(|tool| tool.rows > 0)
        .map(|tool| tool.tool.as_str())
        .collect();
    html! {
        // One column tells nothing that the picture by tool does not.
        @if columns.len() > 1 && most > 0 {
            figure.bars { div.scroll tabindex="0" role="region" aria-label="Picture: objects over time" {
                svg viewBox=(format!("0 0 {:.0} {:.0}", LEFT + WIDTH + 10.0, HEIGHT + 44.0))
                    width=(format!("{:.0}", LEFT + WIDTH + 10.0)) role="img"
                    aria-label="Objects that left the org, over time and by tool" {
                    @for quarter in 0..=4_u64 {
                        @let y = 10.0 + HEIGHT - HEIGHT * share(quarter, 4);
                        line x1=(LEFT) x2=(LEFT + WIDTH) y1=(format!("{y:.1}")) y2=(format!("{y:.1}")) {}
                        @if quarter % 2 == 0 {
                            text.soft x=(LEFT - 8.0) y=(format!("{:.1}", y + 4.0)) text-anchor="end" { (top * quarter / 4) }
                        }
                    }
                    @for (at, column) in columns.iter().enumerate() {
                        @let x = LEFT + step * count(at);
                        @for (part, bar) in column.bars(top).into_iter().enumerate() {
                            @if bar.height > 0.0 {
                                rect class=(format!("c{part}")) x=(format!("{:.1}", x + step * 0.12)) width=(format!("{:.1}", step * 0.76))
                                    y=(format!("{:.1}", 10.0 + HEIGHT * (1.0 - bar.top))) height=(format!("{:.1}", (HEIGHT * bar.height).max(0.5))) {
                                    title { (column.label) ": " (bar.value) " by " (names.get(part).filter(|_| part < COLOURS).unwrap_or(&"other tools")) }
                                }
                            }
                        }
                        @if at == 0 || at + 1 == columns.len() {
                            text.soft x=(format!("{:.1}", x + step / 2.0)) y=(HEIGHT + 32.0) text-anchor=(if at == 0 { "start" } else { "end" }) { (column.label) }
                        }
                    }
                }
                } ul.legend {
                    @for (at, name) in names.iter().enumerate().take(COLOURS) {
                        li { (swatch(at)) code { (name) } }
                    }
                    @if names.len() > COLOURS { li { (swatch(COLOURS)) "other tools" } }
                }
                figcaption { "Objects that Okta answered, " (if columns.iter().any(|column| column.days > 1) { "by the week" } else { "day by day" }) " (UTC)." }
            }
        }
    }
}

fn swatch(colour: usize) -> Markup {
    html! { svg width="12" height="12" aria-hidden="true" { rect class=(format!("c{colour}")) width="12" height="12" rx="2" {} } }
}

/// A day or a week.
struct Column {
    label: String,
    days: usize,
    /// Objects of each tool that has a colour, and of the others.
    parts: [u64; COLOURS + 1],
}

/// A piece of a column, as parts of the whole height.
struct Bar {
    value: u64,
    top: f64,
    height: f64,
}

impl Column {
    fn bars(&self, whole: u64) -> Vec<Bar> {
        let mut below = 0;
        self.parts
            .iter()
            .map(|value| {
                below += value;
                Bar {
                    value: *value,
                    top: share(below, whole),
                    height: share(*value, whole),
                }
            })
            .collect()
    }
}

/// Every day from the first to the last, also those on which nothing happened.
fn columns(report: &Report) -> Vec<Column> {
    let mut days: BTreeMap<Date, [u64; COLOURS + 1]> = BTreeMap::new();
    for (at, tool) in report.tools.iter().enumerate() {
        for (day, rows) in &tool.days {
            if let Ok(day) = day.parse()
                && let Some(part) = days.entry(day).or_default().get_mut(at.min(COLOURS))
            {
                *part += rows;
            }
        }
    }
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return Vec::new();
    };
    let (first, last) = (*first, *last);
    let all = first.series(1.day()).take_while(|day| *day <= last);
    // A clock that was wrong for a moment must not make a picture of ten thousand years.
    let all: Vec<Date> = all.take(COLUMNS * 7 * 4).collect();
    let width = if all.len() > COLUMNS { 7 } else { 1 };
    all.chunks(width)
        .map(|chunk| {
            let mut parts = [0; COLOURS + 1];
            for found in chunk.iter().filter_map(|day| days.get(day)) {
                for (sum, part) in parts.iter_mut().zip(found) {
                    *sum += part;
                }
            }
            Column {
                label: chunk.first().map(ToString::to_string).unwrap_or_default(),
                days: width,
                parts,
            }
        })
        .collect()
}

/// The next of 4, 8, 20, 40, 80, 200 …: numbers that quarter well.
fn round_up(most: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for step in [4, 8, 20] {
            let top = unit.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_number_that_quarters_well() {
        for (most, top) in [
            (0, 4),
            (4, 4),
            (5, 8),
            (9, 20),
            (21, 40),
            (199, 200),
            (201, 400),
        ] {
            assert_eq!(round_up(most), top);
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }
}
