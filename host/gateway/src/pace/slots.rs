//! The requests that may be under way at once, and whose turn is next.
//!
//! Of those who wait, the plugin with the fewest under way comes first, then whoever has waited
//! longest: a plugin that asks for a hundred pages does not stand in front of one that asks for one.
//! When Okta says that the org has too many requests at once, the number is halved, and grows back by
//! one with each round of requests that went well: the way in which TCP shares a line.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A place in the queue; lower ones came earlier.
pub(crate) type Ticket = u64;

#[derive(Debug)]
pub(crate) struct Slots {
    most: usize,
    /// What may be used now: from 1 to `most`.
    allowed: usize,
    /// Requests that went well since `allowed` last changed.
    went_well: usize,
    used: BTreeMap<Arc<str>, usize>,
    total: usize,
    queue: BTreeMap<Ticket, Arc<str>>,
}

impl Slots {
    pub(crate) fn new(most: u16) -> Self {
        let most = usize::from(most.max(1));
        Self {
            most,
            allowed: most,
            went_well: 0,
            used: BTreeMap::new(),
            total: 0,
            queue: BTreeMap::new(),
        }
    }

    /// Takes a slot for `plugin`, or a place in the queue.
    pub(crate) fn take(&mut self, ticket: Ticket, plugin: &Arc<str>) -> bool {
        self.queue
            .entry(ticket)
            .or_insert_with(|| Arc::clone(plugin));
        if self.total >= self.allowed || self.next() != Some(ticket) {
            return false;
        }
        self.queue.remove(&ticket);
        *self.used.entry(Arc::clone(plugin)).or_default() += 1;
        self.total += 1;
        true
    }

    /// Gives up a place in the queue; whether there was one.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> bool {
        self.queue.remove(&ticket).is_some()
    }

    /// Gives a slot back.
    pub(crate) fn give_back(&mut self, plugin: &str) {
        self.total = self.total.saturating_sub(1);
        if let Some(used) = self.used.get_mut(plugin) {
            *used = used.saturating_sub(1);
            if *used == 0 {
                self.used.remove(plugin);
            }
        }
    }

    /// Okta answered.
    pub(crate) fn went_well(&mut self) {
        self.went_well += 1;
        if self.went_well >= self.allowed && self.allowed < self.most {
            self.allowed += 1;
            self.went_well = 0;
        }
    }

    /// Okta said that there are too many at once.
    pub(crate) fn too_many(&mut self) {
        self.allowed = (self.allowed / 2).max(1);
        self.went_well = 0;
    }

    fn next(&self) -> Option<Ticket> {
        let under_way = |plugin: &Arc<str>| self.used.get(plugin).copied().unwrap_or(0);
        self.queue
            .iter()
            .min_by_key(|(ticket, plugin)| (under_way(plugin), **ticket))
            .map(|(ticket, _)| *ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(name: &str) -> Arc<str> {
        name.into()
    }

    #[test]
    fn the_last_slot_is_taken_and_the_next_one_waits() {
        let (mut slots, a) = (Slots::new(2), plugin("a"));
        assert!(slots.take(1, &a) && slots.take(2, &a));
        assert!(!slots.take(3, &a));
        slots.give_back("a");
        assert!(slots.take(3, &a));
    }

    #[test]
    fn the_plugin_with_the_fewest_under_way_comes_first() {
        let (mut slots, a, b) = (Slots::new(2), plugin("a"), plugin("b"));
        assert!(slots.take(1, &a) && slots.take(2, &a));
        assert!(!slots.take(3, &a) && !slots.take(4, &a) && !slots.take(5, &b));
        slots.give_back("a");
        assert!(!slots.take(3, &a), "b has none");
        assert!(slots.take(5, &b));
        slots.give_back("a");
        assert!(!slots.take(4, &a), "3 came earlier");
        assert!(slots.take(3, &a));
    }

    #[test]
    fn who_leaves_the_queue_holds_up_nobody() {
        let (mut slots, a) = (Slots::new(1), plugin("a"));
        assert!(slots.take(1, &a));
        assert!(!slots.take(2, &a) && !slots.take(3, &a));
        slots.leave(2);
        slots.give_back("a");
        assert!(slots.take(3, &a));
    }

    #[test]
    fn a_crowd_halves_the_number_and_it_grows_back() {
        let (mut slots, a) = (Slots::new(8), plugin("a"));
        for left in [4, 2, 1, 1] {
            slots.too_many();
            assert_eq!(slots.allowed, left);
        }
        for round in 1..=7 {
            for _ in 0..round {
                assert_eq!(slots.allowed, round);
                slots.went_well();
            }
        }
        for _ in 0..100 {
            slots.went_well();
        }
        assert_eq!(slots.allowed, 8);
        assert!((0..8).all(|ticket| slots.take(ticket, &a)));
        assert!(!slots.take(8, &a));
    }
}
