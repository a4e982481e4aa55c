//! The host's own numbers that bound a plugin, in one place, each with its reason.
//!
//! What one call may use, with a manifest's and an operator's say in it, is in
//! [`capability::limits::Limits`]; the numbers here are the same for all. wasmtime's defaults for most of
//! them are there for compatibility and are too high for guests that nobody trusts.

use std::time::Duration;

use capability::limits::Limits;

/// The largest package that is read, in bytes. A component with a whole Python in it has 18 to 35 MB;
/// a Rust one has 0.2.
pub const MAX_PACKAGE_BYTES: usize = 64 << 20;

/// Functions of a component, those of all its modules together. Compiling takes a processor some 0.2 ms
/// for each; a whole Python or JavaScript engine has some tens of thousands.
pub(crate) const MAX_FUNCTIONS: usize = 100_000;
/// Bytes of one function's body; the largest that interpreters have, their main loop, has some hundred thousand.
/// What makes a short one slow to compile is counted by itself, below.
pub(crate) const MAX_FUNCTION_BYTES: usize = 512 << 10;
/// Loops in each other in one function. With as many variables, twice as many took the compiler more than eight times
/// as long; a whole JavaScript engine has 6, this program's plugins 4.
pub(crate) const MAX_LOOP_DEPTH: usize = 24;
/// Blocks, loops, branches and entries of jump tables in one function: time grows with the square. An engine's
/// interpreter loop has 6,000.
pub(crate) const MAX_PATHS: usize = 20_000;
/// What an entry of a jump table counts where it meets variables: each needs a way of its own to move them.
pub(crate) const TABLE_ENTRY_WEIGHT: usize = 4;
/// Loops of one function times its variables: ten times what a whole JavaScript engine's largest function has.
pub(crate) const MAX_LOOP_VALUES: usize = 50_000;
/// Blocks and branches of one function times its variables: nine times that engine's largest.
pub(crate) const MAX_PATH_VALUES: usize = 2_000_000;
/// Loops times variables over all functions: nine times what the whole engine has.
pub(crate) const MAX_ALL_LOOP_VALUES: usize = 2_000_000;
/// Blocks and branches times variables over all functions: eight times what the whole engine has.
pub(crate) const MAX_ALL_PATH_VALUES: usize = 60_000_000;
/// How deep modules and components may lie in each other. A component made of components that are made
/// of modules has three levels.
pub(crate) const MAX_NESTING: usize = 8;
/// Modules and components in one, at all levels. Interpreted languages have up to 40.
pub(crate) const MAX_MODULES: usize = 100;

/// Compilations at once: each takes all processors that it finds.
pub(crate) const COMPILATIONS: usize = 2;
/// How long a call waits for a compilation. A whole Python takes 7 s; with this, a turn that comes late and
/// a call's own time, the client still has its answer within the 60 s after which common ones give up.
pub(crate) const COMPILE_WAIT: Duration = Duration::from_secs(20);

/// The largest tools section: 64 tools with two schemas of 4 KiB each are half of it.
pub(crate) const MAX_TOOLS_BYTES: usize = 1 << 20;
/// The largest section of prompts or resources: 64 of them with texts as long as they may be are a third of it.
pub(crate) const MAX_OFFERS_BYTES: usize = 1 << 20;
/// Prompts of one plugin, and resources and templates together: a person picks from the list of all plugins'.
pub(crate) const MAX_OFFERS: usize = 64;
/// Arguments of one prompt: a person fills them in.
pub(crate) const MAX_PROMPT_ARGUMENTS: usize = 16;
/// Characters of a prompt's, an argument's or a resource's description: people read it in a list.
pub(crate) const MAX_OFFER_DESCRIPTION: usize = 400;
/// Messages of one prompt: a conversation that was begun, not one that was led.
pub(crate) const MAX_MESSAGES: usize = 32;
/// Documents that one read brings: a folder's worth.
pub(crate) const MAX_DOCUMENTS: usize = 32;
/// Values of one completion: as many as MCP lets an answer have.
pub(crate) const MAX_COMPLETIONS: usize = 100;
/// Characters of one value of a completion: it is shown in a menu.
pub(crate) const MAX_COMPLETION: usize = 200;
/// The largest build record: two short texts.
pub(crate) const MAX_RECORD_BYTES: usize = 4 << 10;
/// Tools of one plugin. Clients grow unreliable well before this many.
pub(crate) const MAX_TOOLS: usize = 64;
/// Characters of a tool's title: it is a label in a list.
pub(crate) const MAX_TITLE: usize = 80;
/// Characters of a tool's description. Every client pays for it in every conversation.
pub(crate) const MAX_DESCRIPTION: usize = 1_200;
/// Bytes of one schema's text: ten times the largest of the built-in plugins.
pub(crate) const MAX_SCHEMA_BYTES: usize = 32 << 10;

/// How often a running guest is looked at. A plugin overruns its processor budget by at most this
/// much, 2 % of the default, and a hundred wake-ups a second cost nothing that can be measured.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// The guest's stack, in bytes: wasmtime's default, which deep recursion in a JSON parser fits in.
pub(crate) const GUEST_STACK: usize = 512 << 10;
/// The stack that guest and host functions share, in bytes: leaves 1.5 MiB for the host's frames,
/// whose overflow would end the process.
pub(crate) const SHARED_STACK: usize = 2 << 20;

/// Host objects behind the handles of WASI's resources: a handle to a sleep's pollable has two, the
/// pollable and the sleep, and no handle has more.
pub(crate) const MAX_RESOURCES: usize = 2 * Limits::DEFAULT.handles as usize;
/// Random bytes that WASI gives in one go: what browsers give, and a hundred times what runtimes ask for.
pub(crate) const MAX_RANDOM_BYTES: u64 = 64 << 10;
/// Linear memories in one store; what counts is their sum, which the call's limit bounds.
pub(crate) const MAX_MEMORIES: usize = 8;
/// Tables in one store: one for each module of an interpreted language's component.
pub(crate) const MAX_TABLES: usize = 40;
/// Calls at once in one process: each may hold its memory limit, and Okta's rate limit is met far earlier.
pub(crate) const CONCURRENT_CALLS: usize = 64;
/// Calls that wait for a turn; one more is told at once that the host is busy. Each holds its arguments.
pub(crate) const WAITING_CALLS: usize = 1_000;
/// How long a call waits for its turn before it is told that the host is busy; a person still waits then.
pub(crate) const QUEUE_WAIT: Duration = Duration::from_secs(5);

/// Requests of one call in flight at once. Okta allows an org 15 to 75, and other people work there too.
pub(crate) const CONCURRENT_GETS: usize = 8;

/// Content blocks of one result.
pub(crate) const MAX_BLOCKS: usize = 32;
/// Bytes of a name, URI or media type inside a block.
pub(crate) const MAX_LABEL_BYTES: usize = 2 << 10;
/// Questions that one pause may ask: a person answers them.
pub(crate) const MAX_QUESTIONS: usize = 8;
/// Bytes of one question's request.
pub(crate) const MAX_QUESTION_BYTES: usize = 16 << 10;
/// Bytes that a plugin may ask to get back: they travel through the client in every such answer.
pub(crate) const MAX_STATE_BYTES: usize = 64 << 10;

/// Characters of an error text of a plugin's that are passed on.
pub(crate) const MAX_ERROR_TEXT: usize = 4_000;
/// Characters of one log line: a panic message with its place.
pub(crate) const MAX_LOG_TEXT: usize = 2_000;
/// Characters of one progress message.
pub(crate) const MAX_PROGRESS_TEXT: usize = 200;
/// Bytes of a setting's name that is looked up at all.
pub(crate) const MAX_SETTING_NAME: usize = 80;
