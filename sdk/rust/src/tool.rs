//! A tool, and the table of a plugin's tools.

use crate::arguments;
use crate::directory::Directory;
use crate::error::Failure;
use crate::schema::Schema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One MCP tool. It can only read: a plugin has no verb but GET.
pub trait Tool {
    /// `[a-z][a-z0-9_]*`, at most 40 characters.
    const NAME: &'static str;
    /// For people: a few words.
    const TITLE: &'static str;
    /// For the model, at most 600 characters: what it answers, when a neighbour fits better, one example of the
    /// hardest argument. The first sentence must stand alone.
    const DESCRIPTION: &'static str;
    /// What the arguments are read into.
    type Arguments: DeserializeOwned;

    /// What a caller may send.
    fn input() -> Schema;

    /// What every answer satisfies.
    fn output() -> Schema;

    /// Answers one call.
    fn call(arguments: Self::Arguments, okta: &dyn Directory) -> Result<Answer, Failure>;
}

/// A tool's structured result: a JSON object as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(String);

impl Answer {
    /// Writes the result. It is text at once because rows borrow from the page they were read from.
    pub fn of(value: &impl Serialize) -> Result<Self, Failure> {
        serde_json::to_string(value)
            .map(Self)
            .map_err(|error| Failure::Failed(format!("The answer cannot be written: {error}.")))
    }

    /// An object that is JSON text already.
    pub(crate) fn from_json(json: String) -> Self {
        Self(json)
    }

    /// The JSON text.
    pub fn into_json(self) -> String {
        self.0
    }
}

/// A [`Tool`] as a value, so that tools of different types fit into one table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// See [`Tool::NAME`].
    pub name: &'static str,
    /// See [`Tool::TITLE`].
    pub title: &'static str,
    /// See [`Tool::DESCRIPTION`].
    pub description: &'static str,
    input: fn() -> Schema,
    output: fn() -> Schema,
    call: fn(&str, &dyn Directory) -> Result<Answer, Failure>,
}

impl Entry {
    /// The entry of a tool.
    pub const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            title: T::TITLE,
            description: T::DESCRIPTION,
            input: T::input,
            output: T::output,
            call: |json, okta| T::call(arguments::parse(json)?, okta),
        }
    }

    /// The input schema as JSON text.
    pub fn input_schema(&self) -> String {
        (self.input)().to_json()
    }

    /// The output schema as JSON text.
    pub fn output_schema(&self) -> String {
        (self.output)().to_json()
    }

    /// Calls the tool of this name with arguments as JSON text.
    pub fn dispatch(
        tools: &[Self],
        name: &str,
        arguments: &str,
        okta: &dyn Directory,
    ) -> Result<Answer, Failure> {
        match tools.iter().find(|tool| tool.name == name) {
            Some(tool) => (tool.call)(arguments, okta),
            None => Err(Failure::Failed(format!("This plugin has no tool {name}."))),
        }
    }
}

/// Makes a plugin of tools: `okta_plugin::export!(ListUsers, GetUser);`, once, at the crate's root.
///
/// Defines `pub static TOOLS`, in this order, and, for WebAssembly, the component's exports.
#[macro_export]
macro_rules! export {
    ($($tool:ty),+ $(,)?) => {
        /// The tools of this plugin, in the order in which they are described.
        pub static TOOLS: &[$crate::Entry] = &[$($crate::Entry::of::<$tool>()),+];

        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the generated exports")]
        const _: () = {
            struct Component;

            impl $crate::bindings::exports::okta::plugin::tools::Guest for Component {
                fn describe() -> ::std::vec::Vec<$crate::bindings::exports::okta::plugin::tools::Tool> {
                    $crate::component::describe(TOOLS)
                }

                fn call(
                    name: ::std::string::String,
                    arguments: ::std::string::String,
                    _resumed: ::core::option::Option<$crate::bindings::exports::okta::plugin::tools::Answers>,
                ) -> ::core::result::Result<
                    $crate::bindings::exports::okta::plugin::tools::Outcome,
                    $crate::bindings::exports::okta::plugin::tools::ToolError,
                > {
                    $crate::component::call(TOOLS, &name, &arguments)
                }
            }

            $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}
