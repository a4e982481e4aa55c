//! Tools that behave: one well, the others as badly as they can.

use okta_plugin::{Answer, Directory, Failure, Property, Schema, Tool};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

#[derive(Deserialize)]
pub(crate) struct Nothing {}

#[derive(Deserialize, Serialize)]
pub(crate) struct Said {
    text: String,
}

/// Answers its argument.
pub(crate) struct Echo;

impl Tool for Echo {
    const NAME: &'static str = "echo";
    const TITLE: &'static str = "Echo";
    const DESCRIPTION: &'static str = "Answers what it is given.";
    type Arguments = Said;

    fn input() -> Schema {
        Schema::new().required("text", Property::text("Anything"))
    }

    fn output() -> Schema {
        Self::input()
    }

    fn call(said: Said, _: &dyn Directory) -> Result<Answer, Failure> {
        Answer::of(&said)
    }
}

/// Never ends.
pub(crate) struct Spin;

impl Tool for Spin {
    const NAME: &'static str = "spin";
    const TITLE: &'static str = "Spin";
    const DESCRIPTION: &'static str = "Computes for ever.";
    type Arguments = Nothing;

    fn input() -> Schema {
        Schema::new()
    }

    fn output() -> Schema {
        Schema::new()
    }

    fn call(_: Nothing, _: &dyn Directory) -> Result<Answer, Failure> {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }
}

/// Takes memory until there is none.
pub(crate) struct Grow;

impl Tool for Grow {
    const NAME: &'static str = "grow";
    const TITLE: &'static str = "Grow";
    const DESCRIPTION: &'static str = "Takes memory, a mebibyte at a time, and keeps it.";
    type Arguments = Nothing;

    fn input() -> Schema {
        Schema::new()
    }

    fn output() -> Schema {
        Schema::new()
    }

    fn call(_: Nothing, _: &dyn Directory) -> Result<Answer, Failure> {
        let mut kept: Vec<Vec<u8>> = Vec::new();
        loop {
            kept.push(vec![1; 1 << 20]);
            black_box(&kept);
        }
    }
}

/// Panics.
pub(crate) struct Panic;

impl Tool for Panic {
    const NAME: &'static str = "panic";
    const TITLE: &'static str = "Panic";
    const DESCRIPTION: &'static str = "Panics; the message must reach the host's log.";
    type Arguments = Nothing;

    fn input() -> Schema {
        Schema::new()
    }

    fn output() -> Schema {
        Schema::new()
    }

    fn call(_: Nothing, _: &dyn Directory) -> Result<Answer, Failure> {
        panic!("the probe panics because it was asked to")
    }
}

#[derive(Deserialize)]
pub(crate) struct Stashed {
    value: String,
}

#[derive(Serialize)]
struct Previous {
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

/// Keeps a value for the next call, which must not find it.
pub(crate) struct Stash;

impl Tool for Stash {
    const NAME: &'static str = "stash";
    const TITLE: &'static str = "Stash";
    const DESCRIPTION: &'static str =
        "Keeps a value and answers the one kept before: there must never be one.";
    type Arguments = Stashed;

    fn input() -> Schema {
        Schema::new().required("value", Property::text("To keep"))
    }

    fn output() -> Schema {
        Schema::new().optional("previous", Property::text("Kept before"))
    }

    fn call(stashed: Stashed, _: &dyn Directory) -> Result<Answer, Failure> {
        static KEPT: Mutex<Option<String>> = Mutex::new(None);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        Answer::of(&Previous {
            previous: kept.replace(stashed.value),
        })
    }
}

#[derive(Serialize)]
struct Wrong {
    count: &'static str,
}

/// Breaks its own output schema.
pub(crate) struct BadOutput;

impl Tool for BadOutput {
    const NAME: &'static str = "bad_output";
    const TITLE: &'static str = "Bad output";
    const DESCRIPTION: &'static str = "Promises a number and answers a word.";
    type Arguments = Nothing;

    fn input() -> Schema {
        Schema::new()
    }

    fn output() -> Schema {
        Schema::new().required("count", Property::integer("A number"))
    }

    fn call(_: Nothing, _: &dyn Directory) -> Result<Answer, Failure> {
        Answer::of(&Wrong { count: "three" })
    }
}
