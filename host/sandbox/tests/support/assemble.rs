//! From WebAssembly text to a module or component that speaks the contract.

use std::path::Path;

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The core module of `text`, with the contract's metadata. `wit`, where there is one, is a package with a
/// world `guest` that includes the contract's.
pub fn module(text: &str, wit: Option<&str>) -> Vec<u8> {
    let mut wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    let mut resolve = Resolve::default();
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let (contract, _) = resolve.push_path(contract).unwrap();
    let world = match wit {
        None => resolve.select_world(&[contract], Some("plugin")).unwrap(),
        Some(wit) => {
            let own = resolve.push_str("guest.wit", wit).unwrap();
            resolve.select_world(&[own], Some("guest")).unwrap()
        }
    };
    embed_component_metadata(&mut wasm, &resolve, world, StringEncoding::UTF8).unwrap();
    wasm
}

/// `component` with custom sections behind it.
pub fn with_sections(component: &[u8], sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    for (name, data) in sections {
        use wasm_encoder::{CustomSection, Encode as _, Section as _};
        let section = CustomSection {
            name: (*name).into(),
            data: (*data).into(),
        };
        bytes.push(section.id());
        section.encode(&mut bytes);
    }
    bytes
}
