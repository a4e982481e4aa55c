//! Completions of prompts' arguments and of resource templates' variables.

use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, ErrorData, Reference};
use sandbox::Typing;

use audit::row::Client;

use super::{Server, stopped};
use crate::http::Caller;

/// Characters of what was typed that are looked at: a menu is of no use for more.
const MAX_TYPED: usize = 500;

impl Server {
    pub(super) async fn completions(
        &self,
        client: Client,
        caller: &Caller,
        request: CompleteRequestParams,
    ) -> Result<CompleteResult, ErrorData> {
        let context = request.context.and_then(|context| context.arguments);
        let mut context: Vec<(String, String)> = context.into_iter().flatten().collect();
        context.sort_unstable();
        let typing = Typing {
            argument: &request.argument.name,
            typed: &request.argument.value,
            context: &context,
        };
        if typing.typed.chars().count() > MAX_TYPED {
            return result(Vec::new());
        }
        let found = match &request.r#ref {
            Reference::Prompt(prompt) => match self.task(caller, &prompt.name) {
                Some(task) => task.complete(typing.argument, typing.typed).map(Ok),
                None if self.is_theirs(caller, &prompt.name) => {
                    self.host
                        .complete_prompt(client, &prompt.name, typing)
                        .await
                }
                None => None,
            },
            Reference::Resource(template) => {
                let offered = self.host.registry().template(&template.uri);
                match offered.filter(|own| caller.may_use_all_of(own.loaded.name())) {
                    Some(_) => {
                        self.host
                            .complete_template(client, &template.uri, typing)
                            .await
                    }
                    None => None,
                }
            }
            _ => None,
        };
        match found {
            Some(Ok(values)) => result(values),
            Some(Err(stop)) => Err(stopped(stop)),
            None => Err(ErrorData::invalid_params(
                "there is no such prompt or resource template, or it has no such argument; the lists say what there is",
                None,
            )),
        }
    }
}

fn result(values: Vec<String>) -> Result<CompleteResult, ErrorData> {
    let info =
        CompletionInfo::new(values).map_err(|problem| ErrorData::internal_error(problem, None))?;
    let mut result = CompleteResult::new(info);
    result.meta = Some(super::server_meta());
    Ok(result)
}
