//! What a plugin asks for before it can answer: on its way to the client, and back.
//!
//! A plugin that asks has ended: it is called again, in a fresh instance, with the answers. Clients of 2026-07-28
//! get the questions as the call's result and call again themselves; nothing is kept here meanwhile, since what
//! the plugin wants back travels with them, [sealed](crate::host::Host::seal). Older clients, where they have a session, are asked
//! while their call waits, and this module calls the plugin again for them. A plugin cannot tell the two apart.
//!
//! Only what a client says it can answer is asked. What is left of a plugin's questions then may be fewer than it
//! put; when nothing is left, the call ends with what the client lacks.

#![allow(
    deprecated,
    reason = "MCP has deprecated sampling and roots; clients still have them"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    ClientCapabilities, ElicitRequestParams, ErrorData, InputRequest, InputRequests,
    InputRequiredResult, InputResponses, ServerRequest,
};
use rmcp::service::RequestContext;
use sandbox::{Answers, Pause};
use serde_json::{Value, json};

use super::{is_modern, server_meta};
use crate::host::{Binding, Host};

/// How often one call of an older client's may go round: as often as clients of 2026-07-28 go by default.
pub(super) const ROUNDS: usize = 10;

/// How long an older client's call waits for one answer: a person may have to look something up.
const PERSON_TIME: Duration = Duration::from_secs(10 * 60);

/// Answers that are passed on: four times as many as a plugin can ask for.
const MAX_ANSWERS: usize = 32;

/// What becomes of a plugin's questions.
pub(super) enum Asked {
    /// The client is to answer them and to call again.
    Ask(Box<InputRequiredResult>),
    /// They were answered: the plugin can go on.
    Answered(Answers),
    /// The client lacks what they need.
    Lacks(Lack),
    /// They cannot be asked, or were not answered; says why.
    Failed(String),
}

/// Capabilities that a client does not have.
pub(super) struct Lack(BTreeMap<&'static str, Value>);

impl Lack {
    /// As MCP's own error.
    pub(super) fn error(&self) -> ErrorData {
        // MCP's names all: it reads them.
        let required = serde_json::from_value(json!(self.0)).unwrap_or_default();
        ErrorData::missing_required_client_capability(required)
    }

    /// For a client whose revision has no such error.
    pub(super) fn text(&self, name: &str) -> String {
        let names: Vec<&str> = self.0.keys().copied().collect();
        format!(
            "{name} asks for something that this client cannot answer: it does not declare {}. Use another tool, or a client that does.",
            names.join(" or ")
        )
    }
}

/// MCP's own error for a plugin that cannot do without `capability`, when the client's revision has such an error
/// and the client does lack it.
pub(super) fn lack(context: &RequestContext<RoleServer>, capability: &str) -> Option<ErrorData> {
    let capabilities = context.client_capabilities().unwrap_or_default();
    let (name, has) = match capability {
        "elicitation" => ("elicitation", capabilities.elicitation.is_some()),
        "sampling" => ("sampling", capabilities.sampling.is_some()),
        "roots" => ("roots", capabilities.roots.is_some()),
        _ => return None,
    };
    (is_modern(context) && !has).then(|| Lack(BTreeMap::from([(name, json!({}))])).error())
}

/// What is said of a plugin that never has enough.
pub(super) fn endless(name: &str) -> String {
    format!("{name} asked {ROUNDS} times and had no answer yet. This is a fault of the plugin.")
}

/// The answers that a request brings with it.
pub(super) fn answers(
    host: &Host,
    binding: &Binding<'_>,
    responses: Option<InputResponses>,
    state: Option<String>,
) -> Result<Option<Answers>, ErrorData> {
    let wrong = |text: String| ErrorData::invalid_params(text, None);
    let state = state
        .map(|state| host.open(binding, &state))
        .transpose()
        .map_err(|error| wrong(error.to_string()))?;
    if responses.is_none() && state.is_none() {
        return Ok(None);
    }
    let responses = responses.unwrap_or_default();
    if responses.len() > MAX_ANSWERS {
        return Err(wrong(format!(
            "inputResponses has {} members; at most {MAX_ANSWERS} are taken",
            responses.len()
        )));
    }
    if let Some((key, _)) = responses.iter().find(|(_, answer)| !answer.is_object()) {
        let key = capability::text::clean(key, 40);
        return Err(wrong(format!(
            "inputResponses.{key} is not an object; each member is the result that the request of that name asks for"
        )));
    }
    let answers = responses.into_iter();
    Ok(Some(Answers {
        answers: answers
            .map(|(key, answer)| (key, answer.to_string()))
            .collect(),
        state,
    }))
}

/// Passes on what `pause` asks for, as `context`'s client can take it.
pub(super) async fn ask(
    host: &Host,
    context: &RequestContext<RoleServer>,
    binding: &Binding<'_>,
    pause: Pause,
) -> Asked {
    let capabilities = context.client_capabilities().unwrap_or_default();
    let mut requests = InputRequests::new();
    let mut lack = BTreeMap::new();
    for question in pause.questions {
        let Ok(request) = serde_json::from_value(Value::Object(question.request)) else {
            return Asked::Failed(format!(
                "{} asked for something that is none of MCP's input requests. This is a fault of the plugin.",
                binding.name
            ));
        };
        match lacking(&request, &capabilities) {
            Some((name, what)) => {
                lack.insert(name, what);
            }
            None => {
                requests.insert(question.key, request);
            }
        }
    }
    if requests.is_empty() {
        return Asked::Lacks(Lack(lack));
    }
    if !is_modern(context) {
        return put(context, requests, pause.state).await;
    }
    let state = match pause.state {
        Some(state) => match host.seal(binding, &state) {
            Some(sealed) => Some(sealed),
            None => return Asked::Failed("the system gives no random bytes".to_owned()),
        },
        None => None,
    };
    let result = InputRequiredResult::new(Some(requests), state).with_meta(server_meta());
    Asked::Ask(Box::new(result))
}

/// What `request` needs of a client and `capabilities` do not have.
fn lacking(
    request: &InputRequest,
    capabilities: &ClientCapabilities,
) -> Option<(&'static str, Value)> {
    let (has, name, what) = match request {
        InputRequest::Elicitation(request) => {
            let own = capabilities.elicitation.as_ref();
            if matches!(
                request.params,
                ElicitRequestParams::UrlElicitationParams { .. }
            ) {
                let has = own.is_some_and(|own| own.url.is_some());
                (has, "elicitation", json!({"url": {}}))
            } else {
                // Without a word about modes it is forms.
                let has = own.is_some_and(|own| own.form.is_some() || own.url.is_none());
                (has, "elicitation", json!({}))
            }
        }
        InputRequest::CreateMessage(_) => (capabilities.sampling.is_some(), "sampling", json!({})),
        InputRequest::ListRoots(_) => (capabilities.roots.is_some(), "roots", json!({})),
        _ => (false, "experimental", json!({})),
    };
    (!has).then_some((name, what))
}

/// Puts the questions to a client that is asked while its call waits.
async fn put(
    context: &RequestContext<RoleServer>,
    requests: InputRequests,
    state: Option<Vec<u8>>,
) -> Asked {
    let mut answers = Vec::new();
    for (key, request) in requests {
        let request = match request {
            InputRequest::Elicitation(request) => ServerRequest::ElicitRequest(request),
            InputRequest::CreateMessage(request) => ServerRequest::CreateMessageRequest(request),
            InputRequest::ListRoots(request) => ServerRequest::ListRootsRequest(request),
            // `lacking` lets no other through.
            _ => continue,
        };
        let answer = tokio::time::timeout(PERSON_TIME, context.peer.send_request(request));
        let answer = match answer.await {
            Ok(Ok(answer)) => serde_json::to_string(&answer).map_err(|error| error.to_string()),
            Ok(Err(error)) => Err(capability::text::clean(&error.to_string(), 200)),
            Err(_) => Err(format!(
                "nobody answered for {} minutes",
                PERSON_TIME.as_secs() / 60
            )),
        };
        match answer {
            Ok(answer) => answers.push((key, answer)),
            Err(why) => {
                return Asked::Failed(format!(
                    "what the plugin asked for was not answered: {why}. Call again to be asked again."
                ));
            }
        }
    }
    Asked::Answered(Answers { answers, state })
}
