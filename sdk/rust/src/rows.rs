//! Rows as JSON text: as many as one answer holds.
//!
//! Clients cut a longer text or put it into a file, and the model sees its beginning. So a list ends before that,
//! and its cursor goes on with the first row that had no room.

use crate::error::Failure;
use serde::Serialize;
use serde_json::value::RawValue;

/// Characters of the longest answer. The host refuses a longer one, whoever wrote it.
pub(crate) const LONGEST_ANSWER: usize = 45_000;

/// Characters for what stands beside rows and cursor: the names of a list's members, and a hint with Okta's words.
const BESIDE: usize = 2_000;

/// Rows, and how much room is left for more.
#[derive(Debug, Clone)]
pub struct Rows {
    json: String,
    count: usize,
    room: usize,
}

impl Rows {
    /// No rows yet. They share the answer with `others` characters, such as a cursor's.
    pub fn beside(others: usize) -> Self {
        Self::within(LONGEST_ANSWER.saturating_sub(BESIDE.saturating_add(others)))
    }

    /// No rows yet, and room for any number: for lists that cannot go on later.
    pub(crate) fn unbounded() -> Self {
        Self::within(usize::MAX)
    }

    fn within(room: usize) -> Self {
        Self {
            json: String::new(),
            count: 0,
            room,
        }
    }

    /// Adds a row if there is room for it, and says whether there was. There always is for the first: a list
    /// that cannot get past a row would be worse than a long answer.
    pub fn add(&mut self, row: &impl Serialize) -> Result<bool, Failure> {
        let row = serde_json::to_string(row)
            .map_err(|error| Failure::Failed(format!("A row cannot be written: {error}.")))?;
        Ok(self.append(&row))
    }

    fn append(&mut self, row: &str) -> bool {
        let comma = usize::from(self.count > 0);
        let length = row.chars().count().saturating_add(comma);
        if self.count > 0 && length > self.room {
            return false;
        }
        if self.count > 0 {
            self.json.push(',');
        }
        self.json.push_str(row);
        self.count += 1;
        self.room = self.room.saturating_sub(length);
        true
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The rows as they stand between a list's brackets.
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// The rows as a JSON list, for an object of which they are a part.
    pub fn into_list(self) -> Result<Box<RawValue>, Failure> {
        RawValue::from_string(format!("[{}]", self.json))
            .map_err(|error| Failure::Failed(format!("The rows cannot be written: {error}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_where_the_room_does_and_letters_count_once() {
        let room = LONGEST_ANSWER - BESIDE;
        // With its quotation marks and the comma after it: ten characters, and more bytes.
        let mut rows = Rows::beside(0);
        while rows.add(&"größere").unwrap() {}
        assert_eq!(rows.len(), room / 10);
        assert!(rows.json().chars().count() <= room);
        assert!(rows.json().len() > room);
    }

    #[test]
    fn the_first_row_has_room_however_long_it_is() {
        let mut rows = Rows::beside(usize::MAX);
        assert!(rows.add(&"x").unwrap());
        assert!(!rows.add(&"x").unwrap());
        assert_eq!(rows.into_list().unwrap().get(), "[\"x\"]");
    }

    #[test]
    fn what_stands_beside_takes_room() {
        let fill = |others| {
            let mut rows = Rows::beside(others);
            while rows.add(&1234).unwrap() {}
            rows.len()
        };
        assert_eq!(fill(0) - fill(1_000), 200);
    }
}
