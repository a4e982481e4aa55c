//! A program for guests to run in: directories that answer, wait or hang, and a reporter that remembers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use capability::answer::{Failure, Page};
use capability::cursor::CursorKey;
use capability::grant::{AuthorizedGet, Class, Denial, Grants, Request};
use capability::limits::Limits;
use capability::org::OrgUrl;
use futures::future::BoxFuture;
use sandbox::{
    Allocation, Budget, Call, CallError, Directory, Engine, EngineOptions, Level, Outcome, Package,
    Plugin, Reporter, Usage,
};
use tokio::sync::{Semaphore, mpsc};

use super::Guest;

/// A plugin with its program.
pub struct World {
    pub plugin: Plugin,
    pub grants: Grants,
    pub reporter: Arc<Notes>,
}

impl World {
    pub async fn of(guest: &Guest) -> Self {
        Self::with(guest, Limits::DEFAULT).await
    }

    pub async fn with(guest: &Guest, limits: Limits) -> Self {
        Self::on(Allocation::default(), guest, limits).await
    }

    pub async fn on(allocation: Allocation, guest: &Guest, limits: Limits) -> Self {
        let engine = Engine::with(EngineOptions {
            allocation,
            ..EngineOptions::default()
        })
        .unwrap();
        let package = guest.pack(&engine).await;
        Self::new(&engine, package, limits)
    }

    pub fn new(engine: &Engine, package: Package, limits: Limits) -> Self {
        let org = OrgUrl::parse("https://example.okta.com").unwrap();
        let grants = Grants::new(package.manifest(), org, CursorKey::new([7; 32]), &[]);
        Self {
            plugin: Plugin::new(engine, package, limits),
            grants,
            reporter: Arc::default(),
        }
    }

    pub async fn call(&self, directory: Arc<dyn Directory>) -> Result<Outcome, CallError> {
        self.call_tool("list_groups", directory).await
    }

    pub async fn call_tool(
        &self,
        tool: &str,
        directory: Arc<dyn Directory>,
    ) -> Result<Outcome, CallError> {
        self.call_with(tool, "{}", directory).await
    }

    pub async fn call_with(
        &self,
        tool: &str,
        arguments: &str,
        directory: Arc<dyn Directory>,
    ) -> Result<Outcome, CallError> {
        let call = Call {
            grant: self.grants.of_tool(tool),
            directory,
            reporter: self.reporter.clone(),
            resumed: None,
        };
        self.plugin.call(tool, arguments, call).await
    }

    /// The two numbers of the guest's report.
    pub async fn report(&self, directory: Arc<dyn Directory>) -> (u32, u32) {
        numbers(&self.call(directory).await)
    }
}

pub fn numbers(outcome: &Result<Outcome, CallError>) -> (u32, u32) {
    let Ok(Outcome::Done(output)) = outcome else {
        panic!("{outcome:?}")
    };
    let structured = output.structured.as_ref().unwrap();
    let number = |key: &str| structured[key].as_str().unwrap().parse().unwrap();
    (number("a"), number("b"))
}

/// Remembers everything.
#[derive(Default)]
pub struct Notes {
    pub lines: Mutex<Vec<(Level, String)>>,
    pub progress: Mutex<Vec<(u32, Option<u32>, String)>>,
    pub denials: Mutex<Vec<String>>,
    pub refused: Mutex<Vec<(String, Class)>>,
    pub usage: Mutex<Vec<Usage>>,
}

impl Reporter for Notes {
    fn log(&self, level: Level, message: &str) {
        self.lines.lock().unwrap().push((level, message.to_owned()));
    }

    fn progress(&self, done: u32, total: Option<u32>, message: &str) {
        self.progress
            .lock()
            .unwrap()
            .push((done, total, message.to_owned()));
    }

    fn now(&self) -> u64 {
        1_800_000_000
    }

    fn denied(&self, denial: &Denial) {
        self.denials.lock().unwrap().push(denial.to_string());
    }

    fn refused(&self, request: &Request, denial: &Denial) {
        self.refused
            .lock()
            .unwrap()
            .push((request.endpoint.clone(), denial.class()));
    }

    fn setting(&self, _: &str) -> Option<String> {
        None
    }

    fn used(&self, usage: &Usage) {
        self.usage.lock().unwrap().push(*usage);
    }
}

/// Tells when a call's guest is gone, and hears nothing else.
pub struct Ears(mpsc::UnboundedSender<Usage>);

impl Ears {
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Usage>) {
        let (gone, gone_here) = mpsc::unbounded_channel();
        (Arc::new(Self(gone)), gone_here)
    }
}

impl Reporter for Ears {
    fn log(&self, _: Level, _: &str) {}

    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}

    fn now(&self) -> u64 {
        1_800_000_000
    }

    fn denied(&self, _: &Denial) {}

    fn setting(&self, _: &str) -> Option<String> {
        None
    }

    fn used(&self, usage: &Usage) {
        let _ = self.0.send(*usage);
    }
}

pub fn page(received: u64) -> Page {
    Page {
        body: "[]".to_owned(),
        next: None,
        received,
        rows: 0,
        request_id: None,
        seen: capability::projection::Seen::default(),
    }
}

/// Answers at once, always the same, and counts.
pub struct Prompt {
    pub answer: Result<Page, Failure>,
    pub asked: AtomicUsize,
}

impl Prompt {
    pub fn new(answer: Result<Page, Failure>) -> Arc<Self> {
        Arc::new(Self {
            answer,
            asked: AtomicUsize::new(0),
        })
    }

    pub fn empty() -> Arc<Self> {
        Self::new(Ok(page(2)))
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Directory for Prompt {
    fn get<'a>(&'a self, _: &'a AuthorizedGet, _: Budget) -> BoxFuture<'a, Result<Page, Failure>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer.clone();
        Box::pin(async move { answer })
    }
}

/// Answers when it is let, and tells of every request that came and of every one that was dropped.
pub struct Gate {
    came: mpsc::UnboundedSender<Budget>,
    dropped: mpsc::UnboundedSender<()>,
    pub open: Semaphore,
}

/// What a [`Gate`] tells.
pub struct Watch {
    pub came: mpsc::UnboundedReceiver<Budget>,
    pub dropped: mpsc::UnboundedReceiver<()>,
}

impl Gate {
    pub fn new() -> (Arc<Self>, Watch) {
        let (came, came_here) = mpsc::unbounded_channel();
        let (dropped, dropped_here) = mpsc::unbounded_channel();
        let gate = Self {
            came,
            dropped,
            open: Semaphore::new(0),
        };
        (
            Arc::new(gate),
            Watch {
                came: came_here,
                dropped: dropped_here,
            },
        )
    }
}

impl Directory for Gate {
    fn get<'a>(
        &'a self,
        _: &'a AuthorizedGet,
        budget: Budget,
    ) -> BoxFuture<'a, Result<Page, Failure>> {
        struct Tell<'a>(&'a mpsc::UnboundedSender<()>);
        impl Drop for Tell<'_> {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        Box::pin(async move {
            let _tell = Tell(&self.dropped);
            self.came.send(budget).unwrap();
            self.open.acquire().await.unwrap().forget();
            Ok(page(2))
        })
    }
}
