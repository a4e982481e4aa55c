//! The requests of one session that are not answered yet, by their ids.
//!
//! An id that is in use twice cannot be answered twice: nobody could tell the answers apart. rmcp forgets the first
//! request then and leaves the second without an answer; here the second is refused. And there is an end to how many
//! requests one session has open, which rmcp does not know either.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ErrorData, JsonRpcMessage, RequestId,
    ServerJsonRpcMessage,
};
use tokio::sync::Notify;

/// Requests of one session at once: fewer than the calls that the sandbox lets wait, so that a client which is alone is
/// never told that the host is busy.
pub(crate) const MOST: usize = 512;

/// The ids in use. Clones are the same ids: one for the reading side, one for the writing side.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    ids: Mutex<HashSet<RequestId>>,
    /// Told whenever there are fewer than before.
    fewer: Notify,
}

impl InFlight {
    /// Waits until another request may come.
    pub(crate) async fn has_room(&self) {
        while self.ids().len() >= MOST {
            self.0.fewer.notified().await;
        }
    }

    /// Notes what a client's message begins or takes back.
    ///
    /// # Errors
    /// The answer to a request whose id is in use, or for which there is no room.
    pub(crate) fn receive(&self, message: &ClientJsonRpcMessage) -> Result<(), ErrorData> {
        match message {
            JsonRpcMessage::Request(request) => {
                let mut ids = self.ids();
                let refused = |why| Err(ErrorData::invalid_request(why, None));
                if ids.contains(&request.id) {
                    refused(
                        "this id belongs to a request that is not answered yet; every request needs an id of its own",
                    )
                } else if ids.len() >= MOST {
                    refused(
                        "512 requests of this session are not answered yet; wait for some of them",
                    )
                } else {
                    ids.insert(request.id.clone());
                    Ok(())
                }
            }
            JsonRpcMessage::Notification(sent) => {
                if let ClientNotification::CancelledNotification(cancelled) = &sent.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.remove(id);
                }
                Ok(())
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => Ok(()),
        }
    }

    /// Notes what one of our messages ends.
    pub(crate) fn send(&self, message: &ServerJsonRpcMessage) {
        let id = match message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
        };
        if let Some(id) = id {
            self.remove(id);
        }
    }

    fn remove(&self, id: &RequestId) {
        if self.ids().remove(id) {
            self.0.fewer.notify_one();
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.0.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
