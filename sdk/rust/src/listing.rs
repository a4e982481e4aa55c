//! The one shape in which every list is answered: `{items, returned, next_cursor?, hint?}`.

use crate::directory::Page;
use crate::error::Failure;
use crate::place::Place;
use crate::schema::{Property, Schema};
use crate::tool::Answer;
use serde::{Deserialize, Serialize};
use std::fmt;

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

    /// As a count of rows.
    pub fn rows(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Twenty rows: as many as a model reads with profit.
impl Default for Limit {
    fn default() -> Self {
        Self(Self::USUAL)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A page of rows, and how to get the next.
#[derive(Debug, Serialize)]
pub struct Listing<T> {
    items: Vec<T>,
    returned: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl<T: Serialize> Listing<T> {
    /// The longest cursor that the input schema lets in: the host's cursors are a good deal shorter.
    const LONGEST_CURSOR: usize = 4096;

    /// The rows of a page: one of each object that Okta sent, which may borrow from the page.
    pub fn of<'a, I: Deserialize<'a>>(
        page: &'a Page,
        row: impl FnMut(I) -> T,
    ) -> Result<Self, Failure> {
        let objects: Vec<I> = page.read()?;
        Ok(Self::new(
            objects.into_iter().map(row).collect(),
            page.next.clone(),
        ))
    }

    /// The rows of a page from `place` on, at most `limit`: for lists of which Okta may send more than was
    /// asked for. The cursor goes on within the page before it goes on to the next.
    pub fn within<'a, I: Deserialize<'a>>(
        page: &'a Page,
        place: Place,
        limit: Limit,
        row: impl FnMut(I) -> T,
    ) -> Result<Self, Failure> {
        let objects: Vec<I> = page.read()?;
        let end = place.passed.saturating_add(limit.rows());
        let next = if objects.len() > end {
            Some(Place {
                passed: end,
                page: place.page,
            })
        } else {
            page.next.clone().map(Place::start_of)
        };
        let rows = objects.into_iter().skip(place.passed).take(limit.rows());
        Ok(Self::new(
            rows.map(row).collect(),
            next.map(|next| next.to_cursor()),
        ))
    }

    /// These rows; `next` is the cursor of the page after them.
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self {
            returned: items.len(),
            items,
            next_cursor: next,
            hint: None,
        }
    }

    /// What to try when there is no row at all.
    pub fn if_empty(mut self, advice: &str) -> Self {
        if self.items.is_empty() && self.next_cursor.is_none() {
            self.hint = Some(advice.to_owned());
        }
        self
    }

    /// How to narrow the question when more rows follow.
    pub fn if_more(mut self, advice: &str) -> Self {
        if self.next_cursor.is_some() {
            self.hint = Some(format!(
                "More follow: repeat the call with cursor = next_cursor. {advice}"
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
    pub fn answer(&self) -> Result<Answer, Failure> {
        Answer::of(self)
    }
}

impl Listing<()> {
    /// Adds the arguments `limit` and `cursor` to a tool's input schema.
    pub fn arguments(schema: Schema, most: u32) -> Schema {
        schema
            .optional(
                "limit",
                Property::integer_within(1, most, "Rows to return").default(Limit::USUAL),
            )
            .optional(
                "cursor",
                Property::text_up_to(Self::LONGEST_CURSOR, "next_cursor of the last answer"),
            )
    }

    /// The output schema of a list of such rows.
    pub fn output(row: &Schema) -> Schema {
        Schema::new()
            .required(
                "items",
                Property::rows(row, "The rows. A field without a value is left out."),
            )
            .required("returned", Property::integer("Number of rows in items"))
            .optional(
                "next_cursor",
                Property::text("Present while more rows follow: pass as cursor"),
            )
            .optional("hint", Property::text("What to do next"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(listing: &Listing<u8>) -> String {
        serde_json::to_string(listing).unwrap()
    }

    #[test]
    fn a_complete_list_has_neither_cursor_nor_hint() {
        let listing = Listing::new(vec![1, 2], None)
            .if_empty("none")
            .if_more("narrow");
        assert_eq!(json(&listing), r#"{"items":[1,2],"returned":2}"#);
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
    fn an_empty_page_in_the_middle_is_not_called_empty() {
        let listing = Listing::<u8>::new(vec![], Some("c".into()))
            .if_empty("none")
            .if_more("Narrow.");
        assert!(json(&listing).contains("More follow"), "{}", json(&listing));
        let nothing = Listing::<u8>::new(vec![], None)
            .if_empty("none")
            .if_more("Narrow.");
        assert_eq!(json(&nothing), r#"{"items":[],"returned":0,"hint":"none"}"#);
    }
}
