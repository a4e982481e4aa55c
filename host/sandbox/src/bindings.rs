//! The contract's types and traits, generated from `wit/okta.wit`.
//!
//! The world `plugin` is what every component is linked to. What a component may export besides its tools,
//! [`full`], is generated from `full-plugin` over the same types, and looked up only in a component that has it.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    imports: {
        "okta:plugin/directory": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});

/// The exports of `full-plugin`: each is optional, so they are looked up one by one.
pub(crate) mod full {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "full-plugin",
        exports: { default: async },
        with: {
            "okta:plugin/directory": super::okta::plugin::directory,
            "okta:plugin/host": super::okta::plugin::host,
            "okta:plugin/content": super::okta::plugin::content,
        },
    });
}
