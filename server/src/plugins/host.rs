//! The plugins of a ledger: what runs, and every change of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::thread::{self, JoinHandle};

use super::built_in;
use super::contributions;
use super::engine::{Engine, Failure, Log, Program};
use super::error::PluginError;
use super::fold::Position;
use super::grants;
use super::manifest::Manifest;
use super::options::{Ground, PluginOptions, Wish};
use super::outcome::{Page, Query, Register};
use super::reading::Reading;
use super::registry::{Change, Installed, Pinned, Registry, Standing};
use super::runner::Recorder;
use super::running::{Running, Surroundings, terms};
use super::schema;
use super::snapshots::Snapshots;
use super::status::Status;
use super::timekeeper::{self, Pace, Waiting};
use super::trial::{self, Comparison};
use crate::background;

mod report;
pub mod whole;

/// A plugin, as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What the ledger says of it.
    pub installed: Installed,
    /// What it says of itself, once it is compiled.
    pub manifest: Option<Manifest>,
    /// How it is doing.
    pub status: Status,
}

/// The plugins of a ledger that is open.
pub struct Plugins {
    inner: Arc<Inner>,
    timekeeper: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
    installer: Mutex<Option<JoinHandle<()>>>,
}

struct Inner {
    surroundings: Surroundings,
    directory: PathBuf,
    registry: Mutex<Registry>,
    running: RwLock<BTreeMap<String, Arc<Running>>>,
    /// Held while plugins are changed: one change at a time.
    changing: Mutex<()>,
    is_stopping: AtomicBool,
    installs_built_in: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Plugins {
    /// Starts the plugins of the ledger in a data directory. `secret` vouches for compiled code.
    ///
    /// # Errors
    /// If this machine cannot run WebAssembly, or which plugins there are cannot be read.
    pub fn start(
        directory: &Path,
        ground: Ground,
        secret: &[u8],
        options: PluginOptions,
    ) -> Result<Plugins, String> {
        let Ground { ledger, vault, definitions, clock } = ground;
        let engine =
            contributions::engine(&options, directory, Some(secret).filter(|secret| !secret.is_empty()))?;
        let registry = Registry::load(&ledger).map_err(|error| error.to_string())?;
        let reading = Reading::new(ledger.clone()).map_err(|error| format!("no threads: {error}"))?;
        let surroundings = Surroundings {
            ledger: ledger.clone(),
            reading: Arc::new(reading),
            vault,
            definitions,
            engine,
            snapshots: Arc::new(Snapshots::open(&directory.join("state").join("snapshots"), secret)),
            alerts_a_day_max: options.alerts_a_day_max,
            leaves_out_tests: options.leaves_out_tests,
        };
        let inner = Arc::new(Inner {
            surroundings,
            directory: directory.to_owned(),
            registry: Mutex::new(registry),
            running: RwLock::default(),
            changing: Mutex::new(()),
            is_stopping: AtomicBool::new(false),
            installs_built_in: options.installs_built_in,
        });
        let installed: Vec<Installed> = lock(&inner.registry).plugins().cloned().collect();
        for plugin in installed {
            inner.run(plugin, None, Log::default());
        }
        let (stop, stopped) = mpsc::channel();
        let of_thread = Arc::downgrade(&inner);
        let pace = Pace { interval: options.clock_interval, import_max: options.import_max };
        let keep_time = move || {
            let waiting = || of_thread.upgrade().map(|inner| inner.waiting()).unwrap_or_default();
            timekeeper::run(&ledger, &*clock, &stopped, pace, waiting);
        };
        let thread = thread::Builder::new().name("timekeeper".to_owned()).spawn(keep_time);
        let thread = thread.map_err(|error| format!("no threads: {error}"))?;
        let installer = options.installs_built_in.then(|| {
            let inner = inner.clone();
            thread::Builder::new().name("built-in".to_owned()).spawn(move || inner.install_built_in())
        });
        let installer = installer.transpose().map_err(|error| format!("no threads: {error}"))?;
        Ok(Plugins { inner, timekeeper: Mutex::new(Some((stop, thread))), installer: Mutex::new(installer) })
    }

    /// Stops all threads; each plugin keeps a snapshot first.
    pub fn stop(&self) {
        self.inner.is_stopping.store(true, Ordering::Release);
        if lock(&self.installer).take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("installing the built-in plugins panicked");
        }
        if let Some((stop, thread)) = lock(&self.timekeeper).take() {
            drop(stop);
            if thread.join().is_err() {
                tracing::error!("the timekeeper panicked");
            }
        }
        let all = self.inner.all();
        all.iter().for_each(|running| running.begin_to_stop());
        for running in all {
            running.stop();
        }
        self.inner.running.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// All plugins, by id.
    #[must_use]
    pub fn list(&self) -> Vec<Shown> {
        self.inner.all().iter().map(|running| self.inner.shown(running)).collect()
    }

    /// One plugin.
    ///
    /// # Errors
    /// [`PluginError::Unknown`].
    pub fn get(&self, id: &str) -> Result<Shown, PluginError> {
        Ok(self.inner.shown(&*self.inner.one(id)?))
    }

    /// The last lines of a plugin's log, and how many were dropped before them.
    ///
    /// # Errors
    /// [`PluginError::Unknown`].
    pub fn logs(&self, id: &str) -> Result<(Vec<String>, u64), PluginError> {
        Ok(self.inner.one(id)?.log.lines())
    }

    /// What a plugin in quarantine does wrong: it is given the entry once more, apart from its fold. `None` where it does
    /// nothing wrong now, or cannot be tried.
    ///
    /// # Errors
    /// [`PluginError::Unknown`].
    pub fn tried_again(&self, id: &str) -> Result<Option<Failure>, PluginError> {
        Ok(self.inner.one(id)?.tried_again())
    }

    /// The engine, for trials.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.inner.surroundings.engine
    }

    /// Whether there ever was a plugin of this id.
    #[must_use]
    pub fn was_known(&self, id: &str) -> bool {
        lock(&self.inner.registry).was_known(id)
    }

    /// Installs a plugin: it runs from now on.
    ///
    /// # Errors
    /// See [`PluginError`]; nothing has changed then.
    pub fn install(&self, bytes: &[u8], wish: Wish<'_>) -> Result<Shown, PluginError> {
        let id = self.inner.install(bytes, wish)?;
        self.get(&id)
    }

    /// Runs another program in the place of a plugin's.
    ///
    /// # Errors
    /// See [`PluginError`]; nothing has changed then.
    pub fn upgrade(&self, id: &str, bytes: &[u8], wish: Wish<'_>) -> Result<Shown, PluginError> {
        let _alone = lock(&self.inner.changing);
        let before = self.inner.installed(id)?;
        let (program, pinned) = self.inner.checked(bytes, wish, Some(&before))?;
        same_plugin(id, &program)?;
        if (&pinned.sha256, &pinned.settings, &pinned.granted)
            == (&before.sha256, &before.settings, &before.granted)
        {
            return Err(PluginError::Already(id.to_owned(), "runs this program with these settings"));
        }
        self.inner.write_program(program.sha256(), bytes)?;
        self.inner.define(&program, wish.requested_by)?;
        self.inner.change(id, Change::Upgraded(pinned), wish.requested_by, Some(program))?;
        self.get(id)
    }

    /// Runs a plugin with other settings, which is treated as an upgrade.
    ///
    /// # Errors
    /// See [`PluginError`]; nothing has changed then.
    pub fn configure(
        &self,
        id: &str,
        settings: &str,
        requested_by: Option<&str>,
    ) -> Result<Shown, PluginError> {
        let _alone = lock(&self.inner.changing);
        let before = self.inner.installed(id)?;
        let program = self.inner.program(&before)?;
        let settings = self.inner.check(&program, settings, &before.granted)?;
        if settings == before.settings {
            return Err(PluginError::Already(id.to_owned(), "has these settings"));
        }
        self.inner.change(id, Change::Configured { settings }, requested_by, Some(program))?;
        self.get(id)
    }

    /// Lets a plugin rest, or go on where it stood. A plugin in quarantine is tried again.
    ///
    /// # Errors
    /// See [`PluginError`]; nothing has changed then.
    pub fn enable(&self, id: &str, enabled: bool, requested_by: Option<&str>) -> Result<Shown, PluginError> {
        let _alone = lock(&self.inner.changing);
        let before = self.inner.installed(id)?;
        match (&before.standing, enabled) {
            (Standing::Enabled, true) => return Err(PluginError::Already(id.to_owned(), "is enabled")),
            (Standing::Disabled, false) => return Err(PluginError::Already(id.to_owned(), "is disabled")),
            _ => {}
        }
        let change = if enabled { Change::Enabled } else { Change::Disabled };
        self.inner.change(id, change, requested_by, None)?;
        self.get(id)
    }

    /// Removes a plugin. Its program is kept, for the reports that it had a part in.
    ///
    /// # Errors
    /// See [`PluginError`]; nothing has changed then.
    pub fn remove(&self, id: &str, requested_by: Option<&str>) -> Result<(), PluginError> {
        let _alone = lock(&self.inner.changing);
        self.inner.installed(id)?;
        self.inner.change(id, Change::Removed, requested_by, None)
    }

    /// Forgets a plugin's state: it folds over the ledger again, and raises nothing twice.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn replay(&self, id: &str) -> Result<Shown, PluginError> {
        let _alone = lock(&self.inner.changing);
        let running = self.inner.one(id)?;
        running.stop();
        self.inner.surroundings.snapshots.forget(id);
        // As it stands now: it may have failed since it was started.
        let installed = self.inner.installed(id)?;
        self.inner.run(installed, running.program().cloned(), running.log.clone());
        self.get(id)
    }

    /// What another program, or other settings, would change in the alerts that are open.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn compare(&self, bytes: Option<&[u8]>, id: &str, wish: Wish<'_>) -> Result<Comparison, PluginError> {
        let running = self.inner.one(id).ok();
        let installed = running.as_ref().map(|running| &running.installed);
        let (program, pinned) = match (bytes, installed) {
            (Some(bytes), installed) => self.inner.checked(bytes, wish, installed)?,
            (None, Some(installed)) => {
                let program = self.inner.program(installed)?;
                let pinned = self.inner.pinned(&program, wish, Some(installed))?;
                (program, pinned)
            }
            (None, None) => return Err(PluginError::Unknown(id.to_owned())),
        };
        if !id.is_empty() {
            same_plugin(id, &program)?;
        }
        let surroundings = &self.inner.surroundings;
        let before = match &running {
            Some(running) => {
                running
                    .snapshot()
                    .ok_or(PluginError::NotReady(id.to_owned(), "it has not begun to read the ledger"))?
                    .position
            }
            None => Position::of_an_empty_plugin(surroundings.ledger.head().size),
        };
        let terms = terms(surroundings, &program, &pinned.granted, u64::MAX)?;
        let after =
            trial::rehearse(&program, &pinned.settings, &terms, &surroundings.reading, before.next, |_| {})?;
        Ok(trial::compare(before.next, before.open(), after.open()))
    }

    /// The registers of a plugin.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn registers(&self, id: &str) -> Result<Vec<Register>, PluginError> {
        self.look(id, |instance, _| instance.registers())
    }

    /// A page of a register as it stands at an instant, and up to which entry it was folded.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn register(
        &self,
        id: &str,
        name: &str,
        query: &Query,
        as_at: i64,
    ) -> Result<(Page, u64), PluginError> {
        let looked = self.look(id, |instance, next| Ok((instance.register(name, query, as_at)?, next)))?;
        let (page, next) = looked;
        Ok((page.map_err(PluginError::Says)?, next))
    }

    /// A plugin's sections of a report, and up to which entry it was folded.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn sections(
        &self,
        id: &str,
        (from, to): (&str, &str),
        status_at: i64,
    ) -> Result<(serde_json::Value, u64), PluginError> {
        let looked = self.look(id, |instance, next| Ok((instance.sections(from, to, status_at)?, next)))?;
        let (sections, next) = looked;
        Ok((sections.map_err(PluginError::Says)?, next))
    }

    fn look<T>(
        &self,
        id: &str,
        look: impl FnOnce(&mut super::engine::Instance, u64) -> Result<T, Failure>,
    ) -> Result<T, PluginError> {
        let seen = self.inner.one(id)?.look(look)?;
        seen.ok_or_else(|| not_ready(id))
    }
}

fn not_ready(id: &str) -> PluginError {
    PluginError::NotReady(id.to_owned(), "it has not begun to read the ledger; try again in a moment")
}

fn same_plugin(id: &str, program: &Program) -> Result<(), PluginError> {
    let found = &program.manifest().id;
    match found == id {
        true => Ok(()),
        false => Err(PluginError::AnotherPlugin { wanted: id.to_owned(), found: found.clone() }),
    }
}

impl Inner {
    fn shown(&self, running: &Running) -> Shown {
        let installed = &running.installed;
        Shown {
            // A plugin that failed stands otherwise than when it was started.
            installed: lock(&self.registry).get(&installed.id).unwrap_or(installed).clone(),
            manifest: running.program().map(|program| program.manifest().clone()),
            status: running.status(),
        }
    }

    fn install(self: &Arc<Inner>, bytes: &[u8], wish: Wish<'_>) -> Result<String, PluginError> {
        let _alone = lock(&self.changing);
        let (program, pinned) = self.checked(bytes, wish, None)?;
        let id = program.manifest().id.clone();
        if lock(&self.registry).get(&id).is_some() {
            return Err(PluginError::Installed(id));
        }
        self.write_program(program.sha256(), bytes)?;
        self.define(&program, wish.requested_by)?;
        self.change(&id, Change::Installed(pinned), wish.requested_by, Some(program))?;
        Ok(id)
    }

    /// Installs what comes with the program and was never installed, and puts back the files of built-in programs.
    fn install_built_in(self: Arc<Inner>) {
        background::stand_back();
        for plugin in built_in::all() {
            if self.is_stopping.load(Ordering::Acquire) {
                return;
            }
            if lock(&self.registry).was_known(plugin.id) {
                continue;
            }
            match self.install(plugin.component, Wish::default()) {
                Ok(_) => tracing::info!(plugin = plugin.id, "the built-in plugin is installed"),
                Err(error) => {
                    tracing::error!(plugin = plugin.id, %error, "the built-in plugin is not installed")
                }
            }
        }
    }

    fn all(&self) -> Vec<Arc<Running>> {
        self.running.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn one(&self, id: &str) -> Result<Arc<Running>, PluginError> {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        running.get(id).cloned().ok_or_else(|| PluginError::Unknown(id.to_owned()))
    }

    fn installed(&self, id: &str) -> Result<Installed, PluginError> {
        lock(&self.registry).get(id).cloned().ok_or_else(|| PluginError::Unknown(id.to_owned()))
    }

    fn file(&self, sha256: &str) -> PathBuf {
        self.directory.join("plugins").join(format!("{sha256}.wasm"))
    }

    fn waiting(&self) -> Vec<Waiting> {
        let waits = |running: Arc<Running>| {
            let status = running.status();
            let wake = status.wake.filter(|_| status.is_folding && status.is_waking)?;
            Some(Waiting { next: status.next, wake })
        };
        self.all().into_iter().filter_map(waits).collect()
    }

    /// A program, and how it is to be run, which does.
    fn checked(
        &self,
        bytes: &[u8],
        wish: Wish<'_>,
        before: Option<&Installed>,
    ) -> Result<(Program, Pinned), PluginError> {
        let program = Program::new(&self.surroundings.engine, bytes)?;
        let pinned = self.pinned(&program, wish, before)?;
        Ok((program, pinned))
    }

    /// How a program is to be run. What is not said is as it was before.
    fn pinned(
        &self,
        program: &Program,
        wish: Wish<'_>,
        before: Option<&Installed>,
    ) -> Result<Pinned, PluginError> {
        let settings = wish.settings.or(before.map(|before| before.settings.as_str())).unwrap_or("{}");
        let asks_for = |field: &&String| program.manifest().personal.iter().any(|(asked, _)| asked == *field);
        let granted = match (wish.granted, before) {
            (Some(granted), _) => granted.to_vec(),
            // A program that asks for less is given less.
            (None, Some(before)) => before.granted.iter().filter(asks_for).cloned().collect(),
            (None, None) => Vec::new(),
        };
        let settings = self.check(program, settings, &granted)?;
        let (version, sha256) = (program.manifest().version.clone(), program.sha256().to_owned());
        Ok(Pinned { version, sha256, settings, granted })
    }

    fn check(&self, program: &Program, settings: &str, granted: &[String]) -> Result<String, PluginError> {
        schema::check_schema(program.manifest())?;
        let definitions = self.surroundings.definitions.get().with(&program.manifest().definitions())?;
        grants::check(program.manifest(), granted, &definitions.catalogue)?;
        let settings = schema::complete(program.manifest(), settings)?;
        let terms = terms(&self.surroundings, program, granted, u64::MAX)?;
        trial::check(program, &settings, &terms, &self.surroundings.ledger)?;
        Ok(settings)
    }

    /// The program of a plugin that is installed.
    fn program(&self, installed: &Installed) -> Result<Program, PluginError> {
        if let Ok(running) = self.one(&installed.id)
            && let Some(program) = running.program()
            && program.sha256() == installed.sha256
        {
            return Ok(program.clone());
        }
        let path = self.file(&installed.sha256);
        let bytes = fs::read(&path).map_err(|error| PluginError::Io { path, error })?;
        Ok(Program::new(&self.surroundings.engine, &bytes)?)
    }

    /// Has the ledger know the types of event that a plugin brings along. They stay when it goes: so do its events.
    fn define(&self, program: &Program, requested_by: Option<&str>) -> Result<(), PluginError> {
        let Surroundings { definitions, ledger, .. } = &self.surroundings;
        let files = program.manifest().definitions();
        Ok(definitions.install(&self.directory, ledger, &files, requested_by)?)
    }

    /// Keeps a program for good: it is on disk before an event names it.
    fn write_program(&self, sha256: &str, bytes: &[u8]) -> Result<(), PluginError> {
        let path = self.file(sha256);
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(());
        }
        let written = || -> io::Result<()> {
            let folder = self.directory.join("plugins");
            fs::create_dir_all(&folder)?;
            let beside = path.with_extension("new");
            let mut file = fs::File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            fs::File::open(&folder)?.sync_all()
        };
        written().map_err(|error| PluginError::Io { path: path.clone(), error })
    }

    /// Stops a plugin, records what becomes of it, and starts it as it is from then on.
    fn change(
        self: &Arc<Inner>,
        id: &str,
        change: Change,
        requested_by: Option<&str>,
        program: Option<Program>,
    ) -> Result<(), PluginError> {
        let before = self.one(id).ok();
        if let Some(before) = &before {
            // It tells nothing more of its own after the event.
            before.stop();
        }
        let recorded = lock(&self.registry).record(&self.surroundings.ledger, id, change, requested_by);
        let installed = lock(&self.registry).get(id).cloned();
        let log = before.as_ref().map(|before| before.log.clone()).unwrap_or_default();
        let known = program.or_else(|| before.as_ref().and_then(|before| before.program().cloned()));
        match installed {
            Some(installed) => {
                let known = known.filter(|program| program.sha256() == installed.sha256);
                self.run(installed, known, log);
            }
            None => {
                self.running.write().unwrap_or_else(PoisonError::into_inner).remove(id);
                self.surroundings.snapshots.forget(id);
            }
        }
        recorded.map(drop).map_err(PluginError::from)
    }

    fn run(self: &Arc<Inner>, installed: Installed, program: Option<Program>, log: Log) {
        let recorder = Box::new(OfHost { inner: Arc::downgrade(self), id: installed.id.clone() });
        let file = self.file(&installed.sha256);
        let id = installed.id.clone();
        let running = Running::start(&self.surroundings, installed, &file, program, log, recorder);
        self.running.write().unwrap_or_else(PoisonError::into_inner).insert(id, running);
    }

    /// Records what becomes of a plugin by itself. Returns the entry.
    fn record(&self, id: &str, change: Change) -> Result<u64, String> {
        let recorded = lock(&self.registry).record(&self.surroundings.ledger, id, change, None);
        recorded.map_err(|error| error.to_string())
    }
}

/// What a plugin's thread has recorded.
struct OfHost {
    inner: Weak<Inner>,
    id: String,
}

impl OfHost {
    fn inner(&self) -> Result<Arc<Inner>, String> {
        self.inner.upgrade().ok_or_else(|| "the ledger is closing".to_owned())
    }
}

impl Recorder for OfHost {
    fn quarantine(&mut self, seq: u64, failure: &Failure) -> Result<(), String> {
        self.inner()?.record(&self.id, Change::Quarantined { seq, cause: failure.cause }).map(drop)
    }

    fn begin_again(&mut self) -> Result<u64, String> {
        let inner = self.inner()?;
        let settings = inner.installed(&self.id).map_err(|error| error.to_string())?.settings;
        inner.record(&self.id, Change::Configured { settings })
    }
}
