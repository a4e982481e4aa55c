//! What a person has to approve by name, because a list that is skimmed would hide it.

use crate::manifest::{Manifest, World};

/// Something that is approved by its id or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveItem {
    /// `world:compat`, `credentials:/api/v1/…` or `manage-scope:okta.orgs.manage`.
    pub id: String,
    /// What it means, in one sentence.
    pub what: String,
}

/// What of `manifest` is to be approved by name, each once, in a fixed order.
#[must_use]
pub fn sensitive_items(manifest: &Manifest) -> Vec<SensitiveItem> {
    let mut items = Vec::new();
    if manifest.world == World::Compat {
        items.push(SensitiveItem {
            id: "world:compat".to_owned(),
            what: "It needs WASI, which is linked to a host that grants nothing but is more code to trust"
                .to_owned(),
        });
    }
    for endpoint in &manifest.endpoints {
        if endpoint.sensitive {
            items.push(SensitiveItem {
                id: format!("credentials:{}", endpoint.template),
                what: format!(
                    "It may read credentials from GET {}: {}",
                    endpoint.template, endpoint.why
                ),
            });
        }
        for scope in endpoint.operation.scopes {
            if !scope.ends_with(".read") {
                items.push(SensitiveItem {
                    id: format!("manage-scope:{scope}"),
                    what: format!(
                        "GET {} needs {scope}, which also allows changes to whoever holds the token",
                        endpoint.template
                    ),
                });
            }
        }
    }
    items.sort_by(|a, b| a.id.cmp(&b.id));
    items.dedup_by(|a, b| a.id == b.id);
    items
}
