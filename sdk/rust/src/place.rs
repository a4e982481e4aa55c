//! Where a list goes on: a page of the host's, and how many of its rows were passed over.
//!
//! A page of Okta's may hold more than one answer does: rows that a tool picks out of pages, lists of which Okta
//! sends more at once than was asked for, and rows that are too long to be answered together. The model sees
//! one opaque cursor.

use crate::error::Failure;

/// A place in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The host's cursor of the page; none for the first.
    pub page: Option<String>,
    /// Rows of that page that were answered or passed over already.
    pub passed: usize,
}

impl Place {
    /// The place that a tool's argument `cursor` names; the beginning without one.
    pub fn parse(cursor: Option<&str>) -> Result<Self, Failure> {
        let Some(cursor) = cursor else {
            return Ok(Self::default());
        };
        // The host's own cursors have no `~`.
        let Some((passed, page)) = cursor.split_once('~') else {
            return Ok(Self::start_of(cursor.to_owned()));
        };
        let passed = passed.parse().map_err(|_| {
            Failure::InvalidArguments(
                "Argument cursor: give next_cursor of the last answer unchanged, with the same other arguments.".into(),
            )
        })?;
        Ok(Self {
            page: (!page.is_empty()).then(|| page.to_owned()),
            passed,
        })
    }

    /// The beginning of a page.
    pub fn start_of(page: String) -> Self {
        Self {
            page: Some(page),
            passed: 0,
        }
    }

    /// The cursor that names it.
    pub fn to_cursor(&self) -> String {
        match (&self.page, self.passed) {
            (Some(page), 0) => page.clone(),
            (page, passed) => format!("{passed}~{}", page.as_deref().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor() {
        for (page, passed) in [
            (None, 0),
            (None, 35),
            (Some("v1.a~b".to_owned()), 199),
            (Some("v1_a-b".to_owned()), 0),
        ] {
            let place = Place { page, passed };
            assert_eq!(Place::parse(Some(&place.to_cursor())).unwrap(), place);
        }
    }

    #[test]
    fn the_beginning_of_a_page_is_the_host_s_own_cursor() {
        assert_eq!(Place::start_of("sealed".into()).to_cursor(), "sealed");
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        for wrong in ["~abc", "x~abc", "-1~abc"] {
            assert!(
                matches!(Place::parse(Some(wrong)), Err(Failure::InvalidArguments(_))),
                "{wrong}"
            );
        }
    }
}
