//! The outermost level of a component: what it imports, what it exports, what is written into it.
//!
//! Nothing is compiled or validated here; what is inside (modules, nested components) is stepped over.
//! The compiler validates everything later, and the linker compares each import's type.

use std::ops::Range;

use wasmparser::{Chunk, ComponentExternalKind, ComponentTypeRef, Encoding, Parser, Payload};

use crate::error::line;

/// The outermost level of a component.
#[derive(Debug, Default)]
pub(crate) struct Outline<'a> {
    /// Names of the imports, in order, and whether each is an instance.
    pub(crate) imports: Vec<Import>,
    /// Names of the exported instances.
    pub(crate) exports: Vec<String>,
    /// Custom sections, in order.
    pub(crate) sections: Vec<(&'a str, &'a [u8])>,
}

/// One import.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) name: String,
    pub(crate) is_instance: bool,
}

/// Why bytes have no outline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutlineError {
    #[error("it is a core module")]
    CoreModule,
    #[error("{0}")]
    Malformed(String),
}

impl<'a> Outline<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, OutlineError> {
        let mut outline = Self::default();
        let mut parser = Parser::new(0);
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).ok_or_else(cut_off)?;
            let (consumed, payload) = match parser.parse(rest, true).map_err(malformed)? {
                Chunk::Parsed { consumed, payload } => (consumed, payload),
                Chunk::NeedMoreData(_) => return Err(cut_off()),
            };
            at += consumed;
            match payload {
                Payload::Version {
                    encoding: Encoding::Module,
                    ..
                } => return Err(OutlineError::CoreModule),
                Payload::ModuleSection {
                    unchecked_range, ..
                }
                | Payload::ComponentSection {
                    unchecked_range, ..
                } => at = step_over(&unchecked_range, bytes)?,
                Payload::ComponentImportSection(imports) => {
                    for import in imports {
                        let import = import.map_err(malformed)?;
                        outline.imports.push(Import {
                            name: import.name.name.to_owned(),
                            is_instance: matches!(import.ty, ComponentTypeRef::Instance(_)),
                        });
                    }
                }
                Payload::ComponentExportSection(exports) => {
                    for export in exports {
                        let export = export.map_err(malformed)?;
                        if export.kind == ComponentExternalKind::Instance {
                            outline.exports.push(export.name.name.to_owned());
                        }
                    }
                }
                Payload::CustomSection(section) => {
                    outline.sections.push((section.name(), section.data()));
                }
                Payload::End(_) => return Ok(outline),
                _ => {}
            }
        }
    }
}

fn step_over(inner: &Range<usize>, bytes: &[u8]) -> Result<usize, OutlineError> {
    if inner.end > bytes.len() {
        return Err(cut_off());
    }
    Ok(inner.end)
}

fn cut_off() -> OutlineError {
    OutlineError::Malformed("it ends in the middle of a section".to_owned())
}

fn malformed(error: wasmparser::BinaryReaderError) -> OutlineError {
    OutlineError::Malformed(line(&error.to_string(), 200))
}
