//! Which of the declared fields an answer held: what tells a field that is used from one that never is.

/// A set of declared fields, by their places in the manifest's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(Vec<u64>);

impl Seen {
    /// Whether the field at `place` of the manifest's list is in it.
    #[must_use]
    pub fn contains(&self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    /// Called once for every value of a page: it allocates for the first field only.
    pub(super) fn mark(&mut self, place: u16) {
        let (word, bit) = (usize::from(place / 64), place % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_marked_is_in_it_and_nothing_else() {
        let mut seen = Seen::default();
        let marked = [0, 5, 63, 64, 255];
        for place in marked {
            seen.mark(place);
        }
        for place in 0..400_u16 {
            assert_eq!(
                seen.contains(usize::from(place)),
                marked.contains(&place),
                "{place}"
            );
        }
    }
}
