//! The healthy plugin: the probe, which a real compiler made of the real SDK. It is asked for another user each
//! time and must answer that one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use capability::limits::Limits;
use sandbox::{Engine, Outcome, Package};

use crate::directories::{Users, user};
use crate::support::world::World;

/// The healthy plugin, and how often it has answered.
pub struct Healthy {
    world: World,
    answered: AtomicUsize,
}

impl Healthy {
    pub fn new(engine: &Engine) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/probe/probe.wasm");
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let limits = Limits {
            // A machine whose processors are all taken charges a guest for time in which it did not run.
            cpu: Limits::DEFAULT.time,
            ..Limits::DEFAULT
        };
        Self {
            world: World::new(engine, Package::parse(bytes).unwrap(), limits),
            answered: AtomicUsize::new(0),
        }
    }

    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// Asks for one user and checks that it is the one that was asked for.
    pub async fn answer(&self) {
        let id = format!("00u{:017}", self.answered());
        let arguments = serde_json::json!({
            "endpoint": "/api/v1/users/{id}",
            "path": [{"name": "id", "value": id}],
        });
        let outcome = self
            .world
            .call_with("raw_get", &arguments.to_string(), Arc::new(Users))
            .await;
        let Ok(Outcome::Done(output)) = outcome else {
            panic!("{outcome:?}")
        };
        let expected = serde_json::json!({
            "ok": true,
            "kind": "page",
            "message": "",
            "body": user(&id),
        });
        assert_eq!(
            serde_json::Value::Object(output.structured.unwrap()),
            expected
        );
        self.answered.fetch_add(1, Ordering::SeqCst);
    }

    /// Answers until `over`, and once more.
    pub async fn keep_answering(self: Arc<Self>, over: Arc<AtomicBool>) {
        while !over.load(Ordering::SeqCst) {
            self.answer().await;
            tokio::task::yield_now().await;
        }
        self.answer().await;
    }
}
