//! The built-in tools hold to what is asked of everybody's.

use capability::surface::{self, Origin};
use okta_mcp::builtin;
use sandbox::Package;

#[test]
fn nothing_is_to_be_said_about_the_built_in_tools() {
    let packages: Vec<Package> = builtin::ALL
        .iter()
        .map(|builtin| Package::parse(builtin.bytes).unwrap())
        .collect();
    let surfaces: Vec<_> = packages
        .iter()
        .map(|package| package.surface(Origin::BuiltIn))
        .collect();
    let findings: Vec<String> = surface::check(&surfaces)
        .iter()
        .map(|finding| format!("{} {finding}", finding.id()))
        .collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn a_built_in_plugin_alone_has_nothing_said_about_it_either() {
    for builtin in builtin::ALL {
        let package = Package::parse(builtin.bytes).unwrap();
        assert_eq!(surface::check(&[package.surface(Origin::Added)]), []);
    }
}
