//! Guests that look for what is not theirs to know: their own past, and the program's secrets.

use std::time::Duration;

use crate::attack::Attack;
use crate::directories::SECRET;

#[test]
fn nothing_of_an_earlier_call_is_found() {
    Attack::by("remembers-the-last-call").ends_in(r#"answered {"answer":"000"}"#);
}

#[test]
fn a_secret_is_nowhere_in_all_the_memory_that_a_guest_can_get() {
    let attack = |text: &str| {
        let turned: String = text.bytes().map(|byte| char::from(byte ^ 1)).collect();
        Attack::by("token-search")
            .arguments(&turned)
            .limits(|limits| {
                limits.cpu = Duration::from_secs(120);
                limits.time = Duration::from_secs(120);
            })
            .room(32 << 20)
    };
    // In the program's memory, and in that of the healthy plugin's instances, which live and die meanwhile.
    attack(SECRET).ends_in(r#"answered {"answer":"000"}"#);
    // What is there is found: once in its data.
    attack("a page came").ends_in(r#"answered {"answer":"001"}"#);
}
