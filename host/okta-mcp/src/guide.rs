//! What this program itself offers beside the plugins' tools: prompts for the work that people do with them, and
//! texts to read.
//!
//! Everything here is about what is offered: a step of a prompt that needs a tool which is switched off is left out,
//! and a prompt whose first need is not met is not there. Nothing here asks Okta for anything: a prompt is a text
//! for the model, which then calls tools as it always does.

pub mod prompts;
pub mod resources;
