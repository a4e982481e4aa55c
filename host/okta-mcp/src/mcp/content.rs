//! A plugin's content blocks as MCP's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{ContentBlock, Resource, ResourceContents};
use sandbox::{Block, Body, Document, Link};

pub(super) fn block(block: Block) -> ContentBlock {
    match block {
        Block::Text(text) => ContentBlock::text(text),
        Block::Image(blob) => ContentBlock::image(STANDARD.encode(blob.data), blob.mime_type),
        Block::Audio(blob) => ContentBlock::audio(STANDARD.encode(blob.data), blob.mime_type),
        Block::Document(document) => ContentBlock::resource(self::document(document)),
        Block::Link(link) => ContentBlock::resource_link(resource(link)),
    }
}

pub(super) fn document(document: Document) -> ResourceContents {
    let Document {
        uri,
        mime_type,
        body,
    } = document;
    match body {
        Body::Text(text) => ResourceContents::TextResourceContents {
            uri,
            mime_type,
            text,
            meta: None,
        },
        Body::Blob(data) => ResourceContents::BlobResourceContents {
            uri,
            mime_type,
            blob: STANDARD.encode(data),
            meta: None,
        },
    }
}

fn resource(link: Link) -> Resource {
    let mut resource = Resource::new(link.uri, link.name);
    resource.description = link.description;
    resource.mime_type = link.mime_type;
    resource
}
