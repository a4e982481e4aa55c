//! Components that import a way out. They are refused by name before anything of them is compiled.

use crate::attack::Attack;

fn refused(guest: &'static str, import: &str) {
    Attack::by(guest).ends_in(&format!(
        "left out: the component imports `{import}`; a plugin may import nothing but okta:plugin/directory@0.1.0, okta:plugin/host@0.1.0, okta:plugin/content@0.1.0 (with `world = \"compat\"` in plugin.toml also the WASI of a language runtime, which grants nothing)"
    ));
}

#[test]
fn wasi_http_is_not_there() {
    refused("import-wasi-http", "wasi:http/outgoing-handler@0.2.0");
}

#[test]
fn wasi_sockets_are_not_there() {
    refused("import-wasi-sockets", "wasi:sockets/tcp@0.2.0");
}

#[test]
fn wasi_files_are_not_there() {
    refused("import-wasi-filesystem", "wasi:filesystem/types@0.2.0");
}

#[test]
fn a_private_door_is_not_there() {
    refused("import-private-door", "evil:private/door@1.0.0");
}

#[test]
fn the_right_interface_at_another_version_is_not_there() {
    refused("import-other-version", "okta:plugin/directory@0.2.0");
}

#[test]
fn another_function_under_our_name_is_not_there() {
    Attack::by("import-under-our-name").ends_in("the plugin does not fit this server's plugin interface: component imports instance `okta:plugin/host@0.1.0`, but a matching implementation was not found in the linker: instance export `shell` has the wrong type: function implementation is missing; build it against okta:plugin@0.1.0");
}
