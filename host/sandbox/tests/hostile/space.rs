//! Guests that take what there is: memory, tables, instances, stack, handles, and the host's own memory.

use crate::attack::{Attack, crashed, too_much};

/// What a guest may have, and what it makes the host find when it writes into all of it.
const MEMORY: u64 = 32 << 20;

const EXCHANGE: &str = "3072 KiB in one exchange with the server";
const NO_MEMORY: &str =
    "the plugin needs more than 32768 KiB of memory (limits.memory); ask for less";

#[test]
fn a_memory_bomb_gets_what_it_may_have_and_no_more() {
    let aftermath = Attack::by("memory-bomb").room(MEMORY).ends_in(NO_MEMORY);
    let usage = aftermath.heard.usage.lock().unwrap();
    assert!(usage.iter().all(|used| used.memory == MEMORY), "{usage:?}");
}

#[test]
fn a_guest_that_is_born_with_four_gibibytes_is_not_born() {
    Attack::by("memory-bomb-at-birth").ends_in(NO_MEMORY);
}

#[test]
fn memories_are_few() {
    Attack::by("memory-bomb-of-many").ends_in(&too_much("8 memories"));
}

#[test]
fn memories_count_together() {
    Attack::by("memory-bomb-together")
        .room(MEMORY)
        .ends_in(NO_MEMORY);
}

#[test]
fn a_table_bomb_gets_no_table() {
    Attack::by("table-bomb").ends_in(&too_much("100000 table elements"));
}

#[test]
fn a_guest_that_is_born_with_a_table_bomb_is_not_born() {
    Attack::by("table-bomb-at-birth").ends_in(&too_much("100000 table elements"));
}

#[test]
fn tables_are_few() {
    Attack::by("table-bomb-of-many").ends_in(&too_much("40 tables"));
}

#[test]
fn an_instance_bomb_is_not_born() {
    Attack::by("instance-bomb").ends_in(&too_much("100 instances"));
}

#[test]
fn a_stack_bomb_is_a_crash_of_the_guest_alone() {
    Attack::by("stack-bomb").ends_in(&crashed("wasm trap: call stack exhausted"));
}

#[test]
fn a_guest_cannot_call_the_host_while_the_host_calls_it() {
    let aftermath = Attack::by("recursion-through-the-host")
        .ends_in(&crashed("wasm trap: cannot leave component instance"));
    assert_eq!(
        aftermath.sent.len(),
        aftermath.rounds,
        "the outermost was sent, and no other"
    );
}

#[test]
fn a_string_of_a_gibibyte_is_not_even_looked_at() {
    let attack = || Attack::by("gibibyte-string");
    attack().ends_in(NO_MEMORY);
    // Where it truly has so much memory (which it never touches, so that the host never finds it).
    attack()
        .limits(|limits| limits.memory = 2 << 30)
        .ends_in(&too_much(EXCHANGE));
}

#[test]
fn ten_million_empty_strings_do_not_become_ten_million_texts() {
    let attack = || Attack::by("ten-million-empty-strings");
    attack().ends_in(NO_MEMORY);
    attack()
        .limits(|limits| limits.memory = 1 << 30)
        .ends_in(&too_much(EXCHANGE));
}

#[test]
fn a_leak_of_handles_ends() {
    Attack::by("handle-leak").ends_in(&too_much("256 handles"));
}

#[test]
fn an_allocator_that_points_beyond_the_memory_is_a_crash_of_the_guest_alone() {
    Attack::by("wild-allocator").ends_in(&crashed("realloc return: beyond end of memory"));
}

#[test]
fn an_allocator_that_gives_a_crooked_address_is_a_crash_of_the_guest_alone() {
    Attack::by("crooked-allocator").ends_in(&crashed("realloc return: result not aligned"));
}
