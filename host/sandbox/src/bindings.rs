//! The contract's types and traits, generated from `wit/okta.wit`.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    imports: {
        "okta:plugin/directory": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});
