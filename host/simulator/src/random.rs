//! The deterministic random numbers behind the generated org.
//!
//! SplitMix64 (Steele, Lea and Flood, 2014): eight bytes of state, integer arithmetic only, the
//! same stream on every machine and with every version of this crate. A library generator promises
//! none of that across versions, and nothing here needs to be unpredictable.
//!
//! Each generated object draws from a stream of its own ([`Random::stream`]), so that one more
//! draw for a user does not change the groups.

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The stream that belongs to the object `index` of the kind `label`, under `seed`.
    pub(crate) fn stream(seed: u64, label: &str, index: usize) -> Random {
        let mut random = Random { state: seed };
        for byte in label.bytes() {
            random.state = random.next() ^ u64::from(byte);
        }
        random.state = random.next() ^ index as u64;
        random
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0. The bias (below 2^-40 for the bounds used
    /// here) does not matter.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(self.below(u64::try_from(width).unwrap_or(1)) as i64)
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the entries; the type's default when there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, entries: &[T]) -> T {
        let index = self.below(entries.len() as u64) as usize;
        entries.get(index).copied().unwrap_or_default()
    }

    /// `length` characters of `alphabet`, eight from each draw: ids and key material are most of
    /// what is generated.
    pub(crate) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let mut out = String::with_capacity(length);
        while out.len() < length {
            for byte in self
                .next()
                .to_le_bytes()
                .into_iter()
                .take(length - out.len())
            {
                let index = usize::from(byte) * alphabet.len() / 256;
                out.push(char::from(alphabet.get(index).copied().unwrap_or(b'0')));
            }
        }
        out
    }
}

/// `[0-9A-Za-z]` in ASCII order, the alphabet of Okta's ids.
pub(crate) const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Lower-case hexadecimal digits.
pub(crate) const HEX: &[u8] = b"0123456789abcdef";
/// The alphabet of `errorId` and of encoded key material.
pub(crate) const BASE64URL: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_splitmix64() {
        let mut random = Random { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn streams_of_different_objects_differ() {
        let one = Random::stream(1, "user", 1).next();
        assert_ne!(one, Random::stream(1, "user", 2).next());
        assert_ne!(one, Random::stream(1, "group", 1).next());
        assert_ne!(one, Random::stream(2, "user", 1).next());
    }
}
