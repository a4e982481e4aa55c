//! The transport of 2024-11-05, HTTP with two endpoints: `GET /sse` is a stream of events, `POST /message` takes the
//! client's messages. Deprecated in MCP, and here for clients that speak nothing else.
//!
//! rmcp has no server for it; this one is a pair of channels round its service. A session lives as long as its stream.
//! [MCP 2024-11-05, HTTP with SSE](https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse).

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures::stream::{self, Stream, StreamExt as _};
use rmcp::ServiceExt as _;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::access::Caller;
use super::intake;
use crate::mcp::Server;
use crate::mcp::in_flight::InFlight;

/// Sessions at once. Each holds a stream and a task, a few dozen kB.
const SESSIONS: usize = 64;

/// Messages that wait in either direction for a slow reader.
const WAITING: usize = 64;

/// How long a message waits until fewer of its session's are unanswered: as long as a call waits for its turn.
const ROOM_TIME: Duration = Duration::from_secs(5);

/// How often a comment shows that the stream lives; proxies cut silent ones after 30 to 60 s.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Clone)]
struct Sessions {
    server: Server,
    open: Arc<Mutex<HashMap<String, Session>>>,
    end: CancellationToken,
}

#[derive(Clone)]
struct Session {
    messages: mpsc::Sender<ClientJsonRpcMessage>,
    in_flight: InFlight,
    /// Whose token opened it, with which rights: nobody else may post into it, nor the same person with other ones.
    caller: Caller,
}

/// The two routes. A stream never ends by itself: `end` ends them all.
pub(super) fn routes(server: Server, end: CancellationToken) -> Router {
    let sessions = Sessions {
        server,
        open: Arc::default(),
        end,
    };
    Router::new()
        .route("/sse", get(open))
        .route("/message", post(message))
        .with_state(sessions)
}

async fn open(State(sessions): State<Sessions>, Extension(caller): Extension<Caller>) -> Response {
    let Some(id) = session_id() else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "no random bytes\n").into_response();
    };
    let (to_server, from_client) = mpsc::channel(WAITING);
    let in_flight = InFlight::default();
    {
        let mut open = sessions.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= SESSIONS {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                "64 sessions are open; close one, or use Streamable HTTP at /mcp\n",
            )
                .into_response();
        }
        open.insert(
            id.clone(),
            Session {
                messages: to_server,
                in_flight: in_flight.clone(),
                caller: caller.clone(),
            },
        );
    }
    let (to_client, from_server) = mpsc::channel::<ServerJsonRpcMessage>(WAITING);
    let ended = sessions.end.child_token();
    let served = ended.clone();
    let server = sessions.server.for_session().for_caller(caller);
    tokio::spawn(async move {
        let transport = (sink(to_client, in_flight), received(from_client));
        let session = async {
            if let Ok(service) = server.serve(transport).await {
                let _ = service.waiting().await;
            }
        };
        tokio::select! {
            () = session => {}
            () = served.cancelled() => {}
        }
    });
    let closing = Closing {
        id: id.clone(),
        sessions,
        _served: ended.drop_guard(),
    };
    let first = Event::default()
        .event("endpoint")
        .data(format!("/message?sessionId={id}"));
    Sse::new(events(first, from_server, closing))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// Forgets the session when its stream is dropped, and stops what serves it.
struct Closing {
    id: String,
    sessions: Sessions,
    _served: DropGuard,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.sessions
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

fn events(
    first: Event,
    messages: mpsc::Receiver<ServerJsonRpcMessage>,
    closing: Closing,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let rest = stream::unfold((messages, closing), |(mut messages, closing)| async move {
        let message = messages.recv().await?;
        // A message of ours is always JSON.
        let text = serde_json::to_string(&message).unwrap_or_default();
        Some((
            Ok(Event::default().event("message").data(text)),
            (messages, closing),
        ))
    });
    stream::once(async move { Ok(first) }).chain(rest)
}

fn received(
    messages: mpsc::Receiver<ClientJsonRpcMessage>,
) -> std::pin::Pin<Box<dyn Stream<Item = ClientJsonRpcMessage> + Send>> {
    Box::pin(stream::unfold(messages, |mut messages| async move {
        let message = messages.recv().await?;
        Some((message, messages))
    }))
}

fn sink(
    messages: mpsc::Sender<ServerJsonRpcMessage>,
    in_flight: InFlight,
) -> std::pin::Pin<
    Box<
        dyn futures::Sink<
                ServerJsonRpcMessage,
                Error = mpsc::error::SendError<ServerJsonRpcMessage>,
            > + Send,
    >,
> {
    Box::pin(futures::sink::unfold(
        (messages, in_flight),
        |(messages, in_flight), message| async move {
            in_flight.send(&message);
            messages.send(message).await?;
            Ok((messages, in_flight))
        },
    ))
}

#[derive(Deserialize)]
struct Which {
    #[serde(rename = "sessionId")]
    session: String,
}

async fn message(
    State(sessions): State<Sessions>,
    Extension(caller): Extension<Caller>,
    Query(Which { session }): Query<Which>,
    body: Bytes,
) -> Response {
    let found = sessions
        .open
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&session)
        .cloned();
    // A session of somebody else's is as good as none.
    let Some(found) = found.filter(|found| found.caller == caller) else {
        return (
            StatusCode::NOT_FOUND,
            "there is no such session; open one at /sse\n",
        )
            .into_response();
    };
    let Ok(message) = serde_json::from_slice::<ClientJsonRpcMessage>(&body) else {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    };
    // Who sends faster than it is answered is slowed down, and refused only when that does not help.
    let _ = tokio::time::timeout(ROOM_TIME, found.in_flight.has_room()).await;
    if let Err(error) = found.in_flight.receive(&message) {
        let id = message.into_request().map(|(_, id)| id.into_json_value());
        return intake::problem(
            StatusCode::BAD_REQUEST,
            error.code.0,
            &error.message,
            &id.unwrap_or_default(),
        );
    }
    match found.messages.send(message).await {
        Ok(()) => (StatusCode::ACCEPTED, "accepted\n").into_response(),
        Err(_) => (
            StatusCode::GONE,
            "the session has ended; open another at /sse\n",
        )
            .into_response(),
    }
}

/// 128 random bits: knowing one is what lets a client post into a session.
fn session_id() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
