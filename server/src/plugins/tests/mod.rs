//! The host against plugins that do wrong, and against itself: however it is cut, stopped and started.

mod alerts;
mod cuts;
mod deeds;
mod domains;
mod lives;
mod million;
mod mixed;
mod refused;
mod time;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use muniment_core::entry::write_line;
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::principal::Principal;
use muniment_core::time::Timestamp;

use super::engine::{Allowance, Engine, Program};
use super::fold::Terms;
use super::{Ground, PluginOptions, Plugins, Wish};
use crate::definitions::{Current, Definitions};
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock, SystemClock};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::submission::{Mode, Submission};
use crate::query::EventFacts;
use crate::testing::ledger_options;
use crate::vault::{self, KeySource};

const ONE: &str = "hostile-one";
const TWO: &str = "hostile-two";
const WAIT: Duration = Duration::from_secs(60);

/// The component of `tests/hostile`, built once.
fn component() -> &'static [u8] {
    static BUILT: OnceLock<Vec<u8>> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let target = root.join("target/guest");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&root).args(["build", "--locked", "--quiet", "--profile", "guest"]);
        cargo
            .args(["--target", "wasm32-wasip2", "--package", "muniment-hostile", "--target-dir"])
            .arg(&target);
        for foreign in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_MAKEFLAGS", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
            cargo.env_remove(foreign);
        }
        assert!(cargo.status().unwrap().success());
        std::fs::read(target.join("wasm32-wasip2/guest/muniment_hostile.wasm")).unwrap()
    })
}

/// The same under another id.
fn second_component() -> Vec<u8> {
    let mut bytes = component().to_vec();
    let places: Vec<usize> = bytes
        .windows(ONE.len())
        .enumerate()
        .filter(|(_, at)| *at == ONE.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "the id is not found");
    for place in places {
        bytes[place..place + TWO.len()].copy_from_slice(TWO.as_bytes());
    }
    bytes
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(allowance(), None).unwrap())
}

fn allowance() -> Allowance {
    Allowance { memory_bytes_max: 256 << 20, call_max: Duration::from_secs(1) }
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| Program::new(engine(), component()).unwrap())
}

fn terms(since: u64) -> Terms {
    Terms::new(program().manifest().clone(), since, 50_000, false).unwrap()
}

/// An entry of no ledger.
struct Fake<'a> {
    kind: &'a str,
    subject: &'a str,
    /// In seconds.
    recorded: i64,
    data: &'a str,
}

fn lines(first: u64, entries: &[Fake<'_>]) -> Vec<u8> {
    let mut lines = Vec::new();
    for (seq, entry) in (first..).zip(entries) {
        let Fake { kind, subject, data, .. } = entry;
        let text = format!(
            r#"{{"specversion":"1.0","id":"{seq}","source":"/t","type":"{kind}","subject":"{subject}","data":{data}}}"#
        );
        let event = Event::parse(text.as_bytes()).unwrap();
        let by = if kind.starts_with("uk.") { "token/t" } else { "host" };
        let recorded = Timestamp::from_micros(entry.recorded * 1_000_000).to_recorded();
        write_line(&mut lines, None, by, event.canonical(), Hash::ZERO, &recorded, seq);
        if lines.last() != Some(&b'\n') {
            lines.push(b'\n');
        }
    }
    lines
}

/// A wish for these settings.
fn with(settings: &str) -> Wish<'_> {
    Wish { settings: Some(settings), ..Wish::default() }
}

fn options() -> PluginOptions {
    PluginOptions {
        allowance: allowance(),
        alerts_a_day_max: 50_000,
        clock_interval: Duration::from_millis(100),
        import_max: Duration::from_secs(3600),
        leaves_out_tests: false,
        installs_built_in: false,
    }
}

/// A ledger in a directory of its own, with its plugins.
struct Server {
    directory: tempfile::TempDir,
    ledger: Option<Arc<Ledger>>,
    plugins: Option<Plugins>,
    options: PluginOptions,
    clock: Arc<dyn Clock>,
    ids: u64,
}

impl Server {
    fn new() -> Server {
        Server::with(options())
    }

    fn with(options: PluginOptions) -> Server {
        Server::at(Arc::new(SystemClock::new()), Purpose::Test, options)
    }

    fn at(clock: Arc<dyn Clock>, purpose: Purpose, options: PluginOptions) -> Server {
        let directory = tempfile::tempdir().unwrap();
        let disk = OsDisk::new(directory.path());
        genesis::create(&disk, "plugins.example/ledger", "Exemplar", purpose, clock.wall()).unwrap();
        let mut server = Server { directory, ledger: None, plugins: None, options, clock, ids: 0 };
        server.start();
        server
    }

    fn start(&mut self) {
        let mut options = ledger_options(256 * 1024);
        options.open.clock = self.clock.clone();
        let ledger = Arc::new(Ledger::open(self.path(), &options).unwrap());
        let definitions = Arc::new(Current::new(Definitions::built_in().unwrap()));
        let catalogue = definitions.get().catalogue.clone();
        let disk = Arc::new(OsDisk::new(self.path()));
        let vault = Arc::new(vault::open(disk, &KeySource::default(), &ledger, &catalogue).unwrap());
        let ground = Ground { ledger: ledger.clone(), vault, definitions, clock: self.clock.clone() };
        self.plugins = Some(Plugins::start(self.path(), ground, b"secret", self.options).unwrap());
        self.ledger = Some(ledger);
    }

    fn stop(&mut self) {
        self.plugins.take().unwrap().stop();
        let ledger = self.ledger.take().unwrap();
        wait_for("nobody holds the ledger", || Arc::strong_count(&ledger) == 1);
        Arc::into_inner(ledger).unwrap().close();
    }

    fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn plugins(&self) -> &Plugins {
        self.plugins.as_ref().unwrap()
    }

    fn ledger(&self) -> &Arc<Ledger> {
        self.ledger.as_ref().unwrap()
    }

    fn size(&self) -> u64 {
        self.ledger().head().size
    }

    /// Appends an event. Returns its entry.
    fn append(&mut self, kind: &str, subject: &str) -> u64 {
        self.append_at(kind, subject, None)
    }

    fn append_at(&mut self, kind: &str, subject: &str, time: Option<&str>) -> u64 {
        self.append_with(kind, subject, time, "null")
    }

    fn append_with(&mut self, kind: &str, subject: &str, time: Option<&str>, data: &str) -> u64 {
        self.ids += 1;
        let id = format!("{}-{}", self.ids, self.size());
        let time = time.map(|time| format!(r#","time":"{time}""#)).unwrap_or_default();
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/t","type":"{kind}","subject":"{subject}"{time},"data":{data}}}"#
        );
        let event = Event::parse(text.as_bytes()).unwrap();
        let by = Principal::new("token/t").unwrap();
        let done = self.ledger().append(Submission::new(by, vec![event], Mode::Each).unwrap()).unwrap();
        done[0].as_ref().unwrap().seq
    }

    /// Installs a plugin that comes with the program. All of them take a while to be compiled.
    fn install_built_in(&self, id: &str) {
        let plugin = crate::plugins::built_in::all().find(|plugin| plugin.id == id).unwrap();
        self.plugins().install(plugin.component, Wish::default()).unwrap();
    }

    /// Waits until a plugin has folded all that is in the ledger, what follows from that too.
    fn wait_until_folded(&self, id: &str) {
        wait_for("all is folded", || {
            let size = self.size();
            let status = self.plugins().get(id).unwrap().status;
            status.is_folding && status.next == size && self.size() == size
        });
    }

    /// The entries of a type: ids and canonical data.
    fn entries(&self, kind: &str) -> Vec<(u64, String, String)> {
        let mut found = Vec::new();
        let lines = self.ledger().lines(0, self.size()).unwrap();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let entry = EventFacts::read(line).unwrap();
            if entry.event_type == kind {
                found.push((entry.seq, entry.id.into_owned(), entry.data.unwrap_or_default().to_owned()));
            }
        }
        found
    }

    fn state_of(&self, id: &str) -> String {
        self.plugins().sections(id, ("2026-01-01", "2026-12-31"), 0).unwrap().0.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(plugins) = self.plugins.take() {
            plugins.stop();
        }
    }
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < WAIT, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
