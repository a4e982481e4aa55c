//! One attack: run again and again in the process that serves a healthy plugin, until that has answered often
//! enough.
//!
//! The whole suite attacks one process with one engine and one runtime, as the program has them, so that what one
//! attack leaves behind is there for the next. Attacks take turns: each has the process' memory to itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use capability::limits::Limits;
use sandbox::{CallError, Directory, Engine, Outcome, Package};
use tokio::runtime::Runtime;

use crate::directories::Recorder;
use crate::guests;
use crate::healthy::Healthy;
use crate::process::{Resident, forget_peak};
use crate::support::world::{Notes, World};

/// Rounds of each attack: the second shows that the plugin itself can be called again.
const ROUNDS: usize = 2;
/// Answers of the healthy plugin while an attack goes on.
const HEALTHY: usize = 10;
/// How long all rounds of an attack may take until the suite says that nobody stopped it. Generous: a loaded
/// machine is slow, and an endless loop is endless.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the host may hold for a guest that takes no memory to speak of: two stacks and instances of a few pages,
/// what one host call may lift (3 MiB) twice over while it is converted, and the allocator's rounding.
const ROOM: u64 = 8 << 20;
/// What may be left when all is over: freed memory that the allocator keeps for next time.
const LEFT: u64 = 6 << 20;

/// The attacked process.
struct Process {
    runtime: Runtime,
    engine: Engine,
    healthy: Arc<Healthy>,
    turn: Mutex<()>,
}

static PROCESS: LazyLock<Process> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // As many as the program has.
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let engine = Engine::new().unwrap();
    let healthy = Arc::new(Healthy::new(&engine));
    runtime.block_on(healthy.answer());
    Process {
        runtime,
        engine,
        healthy,
        turn: Mutex::new(()),
    }
});

/// The process' memory to oneself: for all that takes memory and is no attack.
pub fn turn() -> MutexGuard<'static, ()> {
    PROCESS.turn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An attack that has been prepared.
pub struct Attack {
    name: &'static str,
    limits: Limits,
    arguments: String,
    directory: Option<Arc<dyn Directory>>,
    room: u64,
}

/// What is known once it is over.
pub struct Aftermath {
    /// What the program heard, over all rounds.
    pub heard: Arc<Notes>,
    /// The requests that were let through, over all rounds.
    pub sent: Vec<String>,
    pub rounds: usize,
}

impl Attack {
    /// The attack of the guest `name`.
    pub fn by(name: &'static str) -> Self {
        Self {
            name,
            limits: Limits::DEFAULT,
            arguments: "{}".to_owned(),
            directory: None,
            room: ROOM,
        }
    }

    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    /// What the tool is called with, which a client that attacks together with its plugin may choose.
    pub fn arguments(mut self, arguments: &str) -> Self {
        arguments.clone_into(&mut self.arguments);
        self
    }

    pub fn directory(mut self, directory: Arc<dyn Directory>) -> Self {
        self.directory = Some(directory);
        self
    }

    /// The host may hold so many bytes more, since the guest's own memory is among them.
    pub fn room(mut self, bytes: u64) -> Self {
        self.room += bytes;
        self
    }

    /// Runs it. Every round must end in `seen`: what the client reads.
    pub fn ends_in(self, seen: &str) -> Aftermath {
        let process = &*PROCESS;
        let _turn = turn();
        let (done, ended) = mpsc::channel();
        let (name, seen) = (self.name, seen.to_owned());
        process.runtime.spawn(async move {
            let fought = tokio::spawn(self.fight(process, seen)).await;
            done.send(fought).unwrap();
        });
        match ended.recv_timeout(PATIENCE) {
            Ok(Ok(aftermath)) => aftermath,
            Ok(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => panic!("{name} was never stopped: is the ticker running?"),
        }
    }

    async fn fight(self, process: &'static Process, seen: String) -> Aftermath {
        let recorder = Arc::new(Recorder::default());
        let directory = self.directory.clone().unwrap_or_else(|| recorder.clone());
        let bytes = guests::package(self.name);
        let target = Target::new(&process.engine, bytes, self.limits);
        // Compiled beforehand: the compiler's memory is not the guest's.
        let _ = target.strike("other", "{}", directory.clone()).await;
        recorder.forget();
        target.forget();

        let is_measured = forget_peak();
        let before = Resident::read();
        let over = Arc::new(AtomicBool::new(false));
        let healthy = tokio::spawn(process.healthy.clone().keep_answering(over.clone()));
        let answered_before = process.healthy.answered();
        let mut rounds = 0;
        while rounds < ROUNDS || process.healthy.answered() - answered_before < HEALTHY {
            let found = target
                .strike("attack", &self.arguments, directory.clone())
                .await;
            assert_eq!(found, seen, "{}", self.name);
            rounds += 1;
            tokio::task::yield_now().await;
            assert!(!healthy.is_finished(), "the healthy plugin failed");
        }
        over.store(true, Ordering::SeqCst);
        healthy.await.unwrap();
        let answered = process.healthy.answered() - answered_before;
        let after = Resident::read();
        let heard = target.heard();
        drop(target);

        let mib = |bytes: Option<u64>| {
            bytes.map_or("?".to_owned(), |bytes| {
                format!("{:.1}", bytes as f64 / f64::from(1 << 20))
            })
        };
        println!(
            "{} | {seen} | {} | {} | {} | {rounds} | {answered}",
            self.name,
            mib(before.map(|r| r.now)),
            mib(after.map(|r| r.peak).filter(|_| is_measured)),
            mib(after.map(|r| r.now)),
        );
        if let (Some(before), Some(after)) = (before, after) {
            let more = after.now.saturating_sub(before.now);
            assert!(more <= LEFT, "{}: {more} bytes are left", self.name);
            if is_measured {
                let more = after.peak.saturating_sub(before.now);
                assert!(
                    more <= self.room,
                    "{}: the host held {more} bytes more",
                    self.name
                );
            }
        }
        Aftermath {
            heard,
            sent: recorder.sent(),
            rounds,
        }
    }
}

/// The attacking plugin, as far as it was let in.
enum Target {
    Loaded(Box<World>),
    Refused(Vec<u8>),
}

impl Target {
    fn new(engine: &Engine, bytes: Vec<u8>, limits: Limits) -> Self {
        match Package::parse(bytes.as_slice()) {
            Ok(package) => Self::Loaded(Box::new(World::new(engine, package, limits))),
            Err(_) => Self::Refused(bytes),
        }
    }

    /// What comes of calling `tool`, in the client's or, where there is nothing to call, in the operator's words.
    async fn strike(&self, tool: &str, arguments: &str, directory: Arc<dyn Directory>) -> String {
        match self {
            Self::Refused(bytes) => match Package::parse(bytes.as_slice()) {
                Ok(_) => "it was refused before, and now it is not".to_owned(),
                Err(error) => format!("left out: {error}"),
            },
            Self::Loaded(world) => told(world.call_with(tool, arguments, directory).await),
        }
    }

    fn heard(&self) -> Arc<Notes> {
        match self {
            Self::Loaded(world) => world.reporter.clone(),
            Self::Refused(_) => Arc::default(),
        }
    }

    fn forget(&self) {
        let heard = self.heard();
        heard.lines.lock().unwrap().clear();
        heard.progress.lock().unwrap().clear();
        heard.denials.lock().unwrap().clear();
        heard.usage.lock().unwrap().clear();
    }
}

/// The text of a crash.
pub fn crashed(what: &str) -> String {
    format!(
        "the plugin crashed ({what}); the same call will most likely crash again, so try other arguments or tell the plugin's author"
    )
}

/// The text for a guest that wants more than any gets.
pub fn too_much(what: &str) -> String {
    format!(
        "the plugin needs more than {what}, the most that this server gives a call; ask for less, or tell the plugin's author"
    )
}

fn told(outcome: Result<Outcome, CallError>) -> String {
    match outcome {
        Ok(Outcome::Done(output)) => format!(
            "answered {}",
            serde_json::to_string(&output.structured).unwrap()
        ),
        Ok(Outcome::NeedsInput(_)) => "asked".to_owned(),
        Err(error) => error.to_string(),
    }
}
