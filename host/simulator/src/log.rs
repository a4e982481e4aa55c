//! The record of what reached the socket.

use std::collections::VecDeque;

/// How many requests are kept.
const KEPT: usize = 10_000;

/// One request as it arrived, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// As sent; empty when the request line has no blank in it.
    pub method: String,
    /// The raw request target (path and query) byte for byte; bytes that are not UTF-8 appear as
    /// U+FFFD.
    pub target: String,
    /// The status of the answer; 0 when the connection was closed without one.
    pub status: u16,
    /// Whether the request carried the org's token.
    pub authorized: bool,
}

/// The last requests, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Recorded>,
    count: u64,
}

impl Log {
    /// Adds a request; the oldest one leaves when there are too many.
    pub(crate) fn add(&mut self, entry: Recorded) {
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.count += 1;
    }

    /// The kept requests, oldest first.
    pub(crate) fn entries(&self) -> Vec<Recorded> {
        self.entries.iter().cloned().collect()
    }

    /// All requests, also those that are not kept any more.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_entries_leave_and_the_count_stays_exact() {
        let mut log = Log::default();
        for number in 0..KEPT + 5 {
            let target = number.to_string();
            log.add(Recorded {
                method: "GET".to_owned(),
                target,
                status: 200,
                authorized: true,
            });
        }
        assert_eq!(log.count(), KEPT as u64 + 5);
        assert_eq!(log.entries().len(), KEPT);
        assert_eq!(log.entries()[0].target, "5");
    }
}
