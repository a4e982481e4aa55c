//! The one shape in which every list is answered: `{items, returned, next_cursor?, hint?}`.

use crate::directory::Page;
use crate::error::Failure;
use crate::place::Place;
use crate::rows::Rows;
use crate::schema::{self, Property, Schema};
use crate::tool::Answer;
use serde::{Deserialize, Serialize};

/// How many rows to answer: the argument `limit`. The host holds it within the schema's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Limit(u32);

/// JSON Schema calls `20.0` an integer, and some clients write integers so.
impl TryFrom<f64> for Limit {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and within bounds"
            )]
            Ok(Self(number as u32))
        } else {
            Err("a whole number is expected")
        }
    }
}

impl Limit {
    const USUAL: u32 = 20;

    /// As many as Okta gives of every kind of object at once.
    const MOST: u32 = 200;

    /// As a count of rows.
    pub fn rows(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// How many rows to ask Okta for, so that as many are left after those that were passed over.
    pub(crate) fn after(self, passed: usize) -> u32 {
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        self.0.saturating_add(passed).min(Self::MOST)
    }
}

/// Twenty rows: as many as a model reads with profit.
impl Default for Limit {
    fn default() -> Self {
        Self(Self::USUAL)
    }
}

/// Rows, and how to get those that follow.
#[derive(Debug)]
pub struct Listing {
    rows: Rows,
    next: Option<Place>,
    /// Whether the rows end because the answer is full.
    full: bool,
    hint: Option<String>,
}

impl Listing {
    /// The longest cursor that the input schema lets in: the host's cursors are a good deal shorter.
    const LONGEST_CURSOR: usize = 4096;

    /// The rows of a page from `place` on: one of each object that Okta sent, at most `limit`, and no more than one
    /// answer holds. The cursor goes on within the page before it goes on to the next.
    pub fn of<'a, I: Deserialize<'a>, T: Serialize>(
        page: &'a Page,
        place: Place,
        limit: Limit,
        mut row: impl FnMut(I) -> T,
    ) -> Result<Self, Failure> {
        let objects: Vec<I> = page.read()?;
        let count = objects.len();
        let mut rows = Rows::beside(longest_cursor(&place, page));
        for object in objects.into_iter().skip(place.passed).take(limit.rows()) {
            if !rows.add(&row(object))? {
                break;
            }
        }
        Ok(Self::after(rows, place, limit, page, count))
    }

    /// These rows of a page of `count`, the first of which is at `place`.
    #[inline(never)]
    fn after(rows: Rows, place: Place, limit: Limit, page: &Page, count: usize) -> Self {
        let passed = place.passed.saturating_add(rows.len());
        let next = if passed < count {
            Some(Place { passed, ..place })
        } else {
            page.next.clone().map(Place::start_of)
        };
        Self {
            full: passed < count && rows.len() < limit.rows(),
            ..Self::new(rows, next)
        }
    }

    /// All rows of a page, for lists that have neither limit nor cursor.
    pub fn whole<'a, I: Deserialize<'a>, T: Serialize>(
        page: &'a Page,
        mut row: impl FnMut(I) -> T,
    ) -> Result<Self, Failure> {
        let objects: Vec<I> = page.read()?;
        let mut rows = Rows::unbounded();
        for object in objects {
            rows.add(&row(object))?;
        }
        let mut listing = Self::new(rows, None);
        // Where Okta documents no pages and sends some all the same, the rows must not pass for all.
        if page.next.is_some() {
            listing.hint = Some("Okta told only the first rows.".to_owned());
        }
        Ok(listing)
    }

    /// These rows; those that follow begin at `next`.
    pub fn new(rows: Rows, next: Option<Place>) -> Self {
        Self {
            rows,
            next,
            full: false,
            hint: None,
        }
    }

    /// What to try when there is no row at all.
    pub fn if_empty(mut self, advice: &str) -> Self {
        if self.rows.is_empty() && self.next.is_none() {
            self.hint = Some(advice.to_owned());
        }
        self
    }

    /// How to narrow the question when more rows follow.
    pub fn if_more(mut self, advice: &str) -> Self {
        if self.next.is_some() {
            let why = if self.full {
                "No more rows fit into one answer; with detail=concise they are shorter. "
            } else {
                ""
            };
            self.hint = Some(format!(
                "More follow: repeat the call with cursor = next_cursor. {why}{advice}"
            ));
        }
        self
    }

    /// Any other hint: for a list that ended before its time.
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The list as a tool's answer.
    #[inline(never)]
    pub fn answer(&self) -> Result<Answer, Failure> {
        let mut json = format!(
            "{{\"items\":[{}],\"returned\":{}",
            self.rows.json(),
            self.rows.len()
        );
        let cursor = self.next.as_ref().map(Place::to_cursor);
        for (name, text) in [("next_cursor", &cursor), ("hint", &self.hint)] {
            if let Some(text) = text {
                json.push_str(&format!(",\"{name}\":{}", schema::string(text)));
            }
        }
        json.push('}');
        Ok(Answer::from_json(json))
    }

    /// Adds the arguments `limit` and `cursor` to a tool's input schema.
    pub fn arguments(schema: Schema) -> Schema {
        Self::cursor(schema.optional(
            "limit",
            Property::integer_within(1, Limit::MOST, "Rows to return").default(Limit::USUAL),
        ))
    }

    /// Adds the argument `cursor` alone.
    pub fn cursor(schema: Schema) -> Schema {
        schema.optional(
            "cursor",
            Property::text_up_to(Self::LONGEST_CURSOR, "next_cursor of the last answer"),
        )
    }

    /// The output schema of a list of such rows.
    pub fn output(row: &Schema) -> Schema {
        Self::next_cursor(
            Schema::new()
                .required(
                    "items",
                    Property::rows(row, "The rows. A field without a value is left out."),
                )
                .required("returned", Property::integer("Number of rows in items")),
        )
        .optional("hint", Property::text("What to do next"))
    }

    /// Adds the place where rows go on to an output schema.
    pub fn next_cursor(schema: Schema) -> Schema {
        schema.optional(
            "next_cursor",
            Property::text("Present while more rows follow: pass as cursor"),
        )
    }
}

/// Characters of the cursor that an answer may need: the next page's, or a place within this one.
fn longest_cursor(place: &Place, page: &Page) -> usize {
    /// The longest count of rows passed over, and the sign after it.
    const PASSED: usize = 24;
    let length = |cursor: &Option<String>| cursor.as_deref().map_or(0, str::len);
    length(&page.next).max(length(&place.page)) + PASSED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[&str], next: Option<&str>) -> Page {
        Page {
            body: serde_json::to_string(rows).unwrap(),
            next: next.map(str::to_owned),
        }
    }

    fn listed(page: &Page, cursor: Option<&str>, limit: u32) -> serde_json::Value {
        let place = Place::parse(cursor).unwrap();
        let listing = Listing::of(page, place, Limit(limit), |row: String| row).unwrap();
        let answer = listing.if_empty("none").if_more("Narrow.").answer();
        serde_json::from_str(&answer.unwrap().into_json()).unwrap()
    }

    #[test]
    fn a_complete_list_has_neither_cursor_nor_hint() {
        let answer = listed(&page(&["a", "b"], None), None, 20);
        assert_eq!(
            answer,
            serde_json::json!({"items": ["a", "b"], "returned": 2})
        );
    }

    #[test]
    fn a_limit_may_be_written_with_a_point_but_not_with_a_fraction() {
        for (text, rows) in [
            ("20", Some(20)),
            ("20.0", Some(20)),
            ("0.5", None),
            ("-1", None),
            ("1e99", None),
        ] {
            let limit = serde_json::from_str::<Limit>(text).ok();
            assert_eq!(limit.map(Limit::rows), rows, "{text}");
        }
    }

    #[test]
    fn rows_that_were_passed_over_do_not_count_against_the_limit() {
        assert_eq!(Limit(20).after(0), 20);
        assert_eq!(Limit(20).after(35), 55);
        assert_eq!(Limit(200).after(35), 200);
    }

    #[test]
    fn an_empty_page_in_the_middle_is_not_called_empty() {
        let middle = listed(&page(&[], Some("c")), None, 20);
        assert_eq!(
            (middle["next_cursor"].as_str(), middle["hint"].as_str()),
            (
                Some("c"),
                Some("More follow: repeat the call with cursor = next_cursor. Narrow.")
            )
        );
        let nothing = listed(&page(&[], None), None, 20);
        assert_eq!(
            nothing,
            serde_json::json!({"items": [], "returned": 0, "hint": "none"})
        );
    }

    #[test]
    fn rows_too_long_for_one_answer_come_in_several_without_gap_or_repetition() {
        let long: Vec<String> = (0..20)
            .map(|number| format!("{number:02}{}", "ü\"".repeat(2_000)))
            .collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let page = page(&long, Some("sealed"));
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let answer = listed(&page, cursor.as_deref(), 20);
            assert!(answer.to_string().chars().count() <= crate::rows::LONGEST_ANSWER);
            for row in answer["items"].as_array().unwrap() {
                seen.push(row.as_str().unwrap().to_owned());
            }
            let next = answer["next_cursor"].as_str().unwrap().to_owned();
            if next == "sealed" {
                break;
            }
            let hint = answer["hint"].as_str().unwrap();
            assert!(
                hint.contains("detail=concise") && hint.ends_with("Narrow."),
                "{hint}"
            );
            cursor = Some(next);
        }
        assert_eq!(seen, long);
    }

    #[test]
    fn a_row_that_fits_no_answer_does_not_stop_the_list() {
        let long = "x".repeat(50_000);
        let page = page(&[&long, "a"], None);
        let first = listed(&page, None, 20);
        assert_eq!(
            (first["returned"].as_u64(), first["next_cursor"].as_str()),
            (Some(1), Some("1~"))
        );
        assert_eq!(listed(&page, Some("1~"), 20)["items"][0], "a");
    }

    #[test]
    fn a_place_beyond_the_page_goes_on_with_the_next() {
        let answer = listed(&page(&["a"], Some("sealed")), Some("7~p"), 20);
        assert_eq!(
            (answer["returned"].as_u64(), answer["next_cursor"].as_str()),
            (Some(0), Some("sealed"))
        );
    }

    #[test]
    fn rows_that_okta_may_not_have_told_all_of_say_so() {
        let page = page(&["a"], Some("sealed"));
        let answer = Listing::whole(&page, |row: String| row).unwrap().answer();
        assert_eq!(
            answer.unwrap().into_json(),
            r#"{"items":["a"],"returned":1,"hint":"Okta told only the first rows."}"#
        );
    }
}
