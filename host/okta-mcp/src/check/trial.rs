//! Calls each tool, and judges what comes of it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use capability::cursor::CursorKey;
use capability::grant::{Denial, Grants};
use capability::limits::Limits;
use capability::org::OrgUrl;
use sandbox::{
    Call, CallError, Directory, Engine, Level, Outcome, Package, Plugin, Reporter, Tool, Usage,
};
use serde_json::Value;

use super::arguments;
use super::directories::{Situation, Stage};
use super::report::Report;
use crate::schema::Schema;

/// Argument objects that are tried in every situation; the first situation gets all that there are.
const EVERYWHERE: usize = 3;

/// Calls that go wrong until a situation is left: each may have cost all the processor time that a call has.
const ENOUGH: usize = 3;

/// What a call may take where Okta never answers: long enough to ask, and nobody waits for a check.
const SILENCE: Duration = Duration::from_millis(300);

/// Stands for an org. Nothing is sent there.
const ORG: &str = "https://example.okta.com";

/// Calls every tool of `package` in every situation.
pub(super) async fn run(engine: &Engine, package: &Package, limits: &Limits, report: &mut Report) {
    let org = match OrgUrl::parse(ORG) {
        Ok(org) => org,
        Err(error) => return report.untried("calls", error.to_string()),
    };
    // The key seals cursors that nobody keeps.
    let grants = Grants::new(package.manifest(), org, CursorKey::new([0; 32]), &[]);
    let hurried = Limits {
        time: limits.time.min(SILENCE),
        ..*limits
    };
    let bench = Bench {
        plugin: Plugin::new(engine, package.clone(), *limits),
        hurried: Plugin::new(engine, package.clone(), hurried),
        grants,
        ear: Arc::default(),
    };
    if let Err(error) = bench.hurried.prepare().await {
        return report.untried("calls", error.to_string());
    }
    for tool in package.tools() {
        bench.tool(tool, report).await;
    }
    bench.ear.report(limits, report);
}

struct Bench {
    plugin: Plugin,
    /// The same with little time, for calls that will not end by themselves.
    hurried: Plugin,
    grants: Grants,
    ear: Arc<Ear>,
}

impl Bench {
    async fn tool(&self, tool: &Tool, report: &mut Report) {
        let all = arguments::of(&tool.input_schema);
        let Some(first) = all.first() else {
            return report.untried(
                &tool.name,
                "not called: no arguments were found that its input schema accepts",
            );
        };
        let situations = Situation::all(self.plugin.package().manifest());
        for (index, situation) in situations.iter().enumerate() {
            let few = all.get(..EVERYWHERE).unwrap_or(&all);
            let arguments = if index == 0 { all.as_slice() } else { few };
            let tally = self.situation(tool, situation, arguments).await;
            let is_hopeless = tally.right() == 0;
            tally.report(format!("{}, {}", tool.name, situation.name), report);
            if is_hopeless {
                let rest = "not tried, since no call ended well".to_owned();
                return report.untried(format!("{}, the rest", tool.name), rest);
            }
        }
        self.twice(tool, first, report).await;
    }

    async fn situation(&self, tool: &Tool, situation: &Situation, arguments: &[Value]) -> Tally {
        let output = tool.output_schema.clone().map(Schema::new);
        let mut tally = Tally::default();
        for stage in &situation.directories {
            let is_silent = matches!(stage, Stage::Silent);
            for arguments in arguments {
                let outcome = self.call(tool, arguments, stage).await;
                match judge(outcome, output.as_ref(), is_silent) {
                    Judgement::Answered => tally.answered += 1,
                    Judgement::SaidWhyNot => tally.said_why_not += 1,
                    Judgement::Wrong { what, remedy } => {
                        let what = format!("{} {what}", arguments::shown(arguments));
                        tally.wrong.push((what, remedy));
                        if tally.wrong.len() == ENOUGH {
                            return tally;
                        }
                    }
                }
            }
        }
        tally
    }

    async fn call(
        &self,
        tool: &Tool,
        arguments: &Value,
        stage: &Stage,
    ) -> Result<Outcome, CallError> {
        let directory: Arc<dyn Directory> = Arc::new(stage.clone());
        let plugin = match stage {
            Stage::Silent => &self.hurried,
            _ => &self.plugin,
        };
        let call = Call {
            grant: self.grants.of_tool(&tool.name),
            directory,
            reporter: self.ear.clone(),
            resumed: None,
        };
        plugin.call(&tool.name, &arguments.to_string(), call).await
    }

    /// The same call twice has the same answer: nothing of the first is left for the second, and no chance is in it.
    async fn twice(&self, tool: &Tool, arguments: &Value, report: &mut Report) {
        let situations = Situation::all(self.plugin.package().manifest());
        let Some(stage) = situations
            .first()
            .and_then(|first| first.directories.first())
        else {
            return;
        };
        let first = self.call(tool, arguments, stage).await;
        let second = self.call(tool, arguments, stage).await;
        let check = format!("{}, twice the same", tool.name);
        if first == second {
            report.ok(check, "has the same answer");
        } else {
            report.problem(
                check,
                "has another answer the second time",
                "find what it depends on: nobody can review or repeat such a call",
            );
        }
    }
}

/// What the calls of one tool in one situation came to.
#[derive(Default)]
struct Tally {
    answered: usize,
    said_why_not: usize,
    /// What was wrong and what to do about it.
    wrong: Vec<(String, &'static str)>,
}

impl Tally {
    /// The calls that ended as a call should.
    fn right(&self) -> usize {
        self.answered + self.said_why_not
    }

    fn report(self, check: String, report: &mut Report) {
        match self.wrong.first() {
            None => report.ok(check, self.to_string()),
            Some((what, remedy)) => {
                report.problem(
                    check,
                    format!("{self}, {} went wrong; first {what}", self.wrong.len()),
                    remedy,
                );
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.right() + self.wrong.len();
        write!(
            f,
            "{calls} {}, {} answered, {} said why not",
            if calls == 1 { "call" } else { "calls" },
            self.answered,
            self.said_why_not
        )
    }
}

/// What one call came to.
enum Judgement {
    Answered,
    SaidWhyNot,
    Wrong { what: String, remedy: &'static str },
}

fn judge(
    outcome: Result<Outcome, CallError>,
    output: Option<&Schema>,
    is_silent: bool,
) -> Judgement {
    let wrong = |what: String, remedy| Judgement::Wrong { what, remedy };
    match outcome {
        Ok(Outcome::NeedsInput(_)) => Judgement::Answered,
        Ok(Outcome::Done(done)) => match (output, done.structured) {
            (None, _) => Judgement::Answered,
            (Some(_), None) => wrong(
                "is answered without the structured result that its output schema promises"
                    .to_owned(),
                "such an answer is thrown away; make the two agree",
            ),
            (Some(schema), Some(structured)) => match schema.check(&Value::Object(structured)) {
                Ok(()) => Judgement::Answered,
                Err(why) => wrong(
                    format!("is answered with what breaks its output schema ({why})"),
                    "such an answer is thrown away; make the two agree",
                ),
            },
        },
        Err(CallError::TimedOut { .. }) if is_silent => Judgement::SaidWhyNot,
        Err(
            CallError::InvalidArguments(text)
            | CallError::Failed(text)
            | CallError::NeedsCapability(text),
        ) => {
            if text == sandbox::SAID_NOTHING {
                wrong(
                    "fails without a word".to_owned(),
                    "say what happened and what the model can try instead",
                )
            } else {
                Judgement::SaidWhyNot
            }
        }
        Err(
            error @ (CallError::CpuExhausted { .. }
            | CallError::TimedOut { .. }
            | CallError::MemoryExhausted { .. }
            | CallError::TooMuch { .. }),
        ) => wrong(
            format!("ends in: {error}"),
            "a client sees that text; do with less, or stop in time and say what was left out",
        ),
        Err(error) => wrong(
            format!("ends in: {error}"),
            "a client sees that text; catch it in the plugin and say what to do instead",
        ),
    }
}

/// Hears what the tools do.
#[derive(Default)]
struct Ear(Mutex<Heard>);

#[derive(Default)]
struct Heard {
    calls: u32,
    requests: u32,
    most: Usage,
    /// Requests for what the manifest does not declare.
    strays: Vec<String>,
}

impl Ear {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, limits: &Limits, report: &mut Report) {
        let heard = self.heard();
        match heard.strays.first() {
            None => report.ok(
                "grant",
                format!(
                    "none of {} requests was for what is not granted",
                    heard.requests
                ),
            ),
            Some(first) => report.problem(
                "grant",
                format!(
                    "{} of {} requests were for what is not granted; first: {first}",
                    heard.strays.len(),
                    heard.requests
                ),
                "nothing of it was sent; declare it in plugin.toml or do not ask",
            ),
        }
        let most = heard.most;
        report.ok(
            "used",
            format!(
                "in one of {} calls at most {} KiB of memory (of {}), {} ms of processor time (of {}), {} requests (of {})",
                heard.calls,
                most.memory >> 10,
                limits.memory >> 10,
                most.cpu.as_millis(),
                limits.cpu.as_millis(),
                most.requests,
                limits.requests
            ),
        );
    }
}

impl Reporter for Ear {
    fn log(&self, _: Level, _: &str) {}

    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}

    /// Stands still, so that the same call has the same answer.
    fn now(&self) -> u64 {
        1_800_000_000
    }

    fn denied(&self, denial: &Denial) {
        // What the others deny, hostile arguments may have asked for.
        if let Denial::UndeclaredEndpoint { .. }
        | Denial::EndpointOfOtherTool { .. }
        | Denial::UndeclaredQuery { .. } = denial
        {
            self.heard().strays.push(denial.to_string());
        }
    }

    fn setting(&self, _: &str) -> Option<String> {
        None
    }

    fn used(&self, usage: &Usage) {
        let mut heard = self.heard();
        heard.calls += 1;
        heard.requests += usage.requests;
        let most = &mut heard.most;
        most.requests = most.requests.max(usage.requests);
        most.cpu = most.cpu.max(usage.cpu);
        most.memory = most.memory.max(usage.memory);
    }
}
