//! A plugin's thread, and what is asked of it from elsewhere.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::engine::{Engine, Failure, Instance, Log, Program, sha256_of};
use super::fold::{Fold, Terms};
use super::grants::{self, Grants};
use super::reading::{Reading, read_entries};
use super::registry::{Installed, Standing, settings_sha256};
use super::runner::{Command, Recorder, Runner};
use super::snapshots::{Snapshot, SnapshotOf, Snapshots};
use super::status::{Shared, Status};
use crate::background;
use crate::definitions::Current;
use crate::ledger::Ledger;
use crate::vault::Vault;

/// How long a plugin is waited for that works on a batch.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What all plugins of a ledger share.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) ledger: Arc<Ledger>,
    pub(super) reading: Arc<Reading>,
    pub(super) vault: Arc<Vault>,
    pub(super) definitions: Arc<Current>,
    pub(super) engine: Engine,
    pub(super) snapshots: Arc<Snapshots>,
    pub(super) alerts_a_day_max: u32,
    pub(super) leaves_out_tests: bool,
}

/// A plugin that was installed, with its thread.
pub(super) struct Running {
    pub(super) installed: Installed,
    pub(super) log: Log,
    status: Arc<Shared>,
    program: Arc<OnceLock<Program>>,
    commands: Mutex<Sender<Command>>,
    is_stopping: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// An instance to look at, the session of the fold that its state is of, and the entry up to which it has folded.
    view: Mutex<Option<((u64, u64), Instance)>>,
    surroundings: Surroundings,
}

impl Running {
    /// Starts the thread of a plugin that is enabled or in quarantine.
    pub(super) fn start(
        surroundings: &Surroundings,
        installed: Installed,
        file: &Path,
        program: Option<Program>,
        log: Log,
        recorder: Box<dyn Recorder>,
    ) -> Arc<Running> {
        let (sender, commands) = mpsc::channel();
        let status = Arc::new(Shared::default());
        let is_stopping = Arc::new(AtomicBool::new(false));
        let known: Arc<OnceLock<Program>> = Arc::new(OnceLock::new());
        if let Some(program) = program {
            let _first = known.set(program);
        }
        let running = Arc::new(Running {
            installed: installed.clone(),
            log: log.clone(),
            status: status.clone(),
            program: known.clone(),
            commands: Mutex::new(sender),
            is_stopping: is_stopping.clone(),
            thread: Mutex::new(None),
            view: Mutex::new(None),
            surroundings: surroundings.clone(),
        });
        if installed.standing == Standing::Disabled {
            return running;
        }
        let (surroundings, file) = (surroundings.clone(), file.to_owned());
        let name = format!("plugin-{}", installed.id);
        let work = move || {
            background::stand_back();
            match prepared(&surroundings, &installed, &file, &known) {
                Err(failure) => {
                    tracing::error!(plugin = installed.id, %failure, "the plugin cannot be run");
                    status.lock().fault = Some(failure.to_string());
                    while !matches!(commands.recv(), Ok(Command::Stop) | Err(_)) {}
                }
                Ok((program, terms)) => {
                    let runner = Runner {
                        ledger: surroundings.ledger,
                        reading: surroundings.reading,
                        snapshots: surroundings.snapshots,
                        program,
                        settings: installed.settings.clone(),
                        terms,
                        of: of(&installed),
                        log,
                        status,
                        commands,
                        is_stopping,
                        stop_before: match installed.standing {
                            Standing::Quarantined { seq, .. } => Some(seq),
                            _ => None,
                        },
                    };
                    runner.run(recorder);
                }
            }
        };
        match thread::Builder::new().name(name).spawn(work) {
            Ok(thread) => *running.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread),
            Err(error) => running.status.lock().fault = Some(format!("no thread: {error}")),
        }
        running
    }

    /// How it is doing.
    pub(super) fn status(&self) -> Status {
        self.status.get()
    }

    /// Its program, once it is compiled.
    pub(super) fn program(&self) -> Option<&Program> {
        self.program.get()
    }

    /// Tells its thread to end, and does not wait for that.
    pub(super) fn begin_to_stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        let _gone = self.commands.lock().unwrap_or_else(PoisonError::into_inner).send(Command::Stop);
    }

    /// Ends its thread, which keeps a snapshot first.
    pub(super) fn stop(&self) {
        self.begin_to_stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!(plugin = self.installed.id, "the thread of a plugin panicked");
        }
    }

    /// Its state between two entries: as it is now or, where it does not fold, as it was kept last.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        let (answer, receiver) = mpsc::sync_channel(1);
        let sent =
            self.commands.lock().unwrap_or_else(PoisonError::into_inner).send(Command::Snapshot(answer));
        let fresh = sent.ok().and_then(|()| receiver.recv_timeout(ANSWER_MAX).ok());
        fresh.or_else(|| self.surroundings.snapshots.get(&of(&self.installed)))
    }

    /// Does something with an instance of its own that has the plugin's state, so that the fold is not touched. With it
    /// comes the entry up to which it has folded.
    pub(super) fn look<T>(
        &self,
        look: impl FnOnce(&mut Instance, u64) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let Some(program) = self.program() else { return Ok(None) };
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.status();
        let ((session, next), mut instance) = match view.take() {
            Some((seen, instance)) if seen == (now.session, now.next) && now.is_folding => (seen, instance),
            _ => {
                let Some((instance, next)) = self.restored(program)? else { return Ok(None) };
                ((now.session, next), instance)
            }
        };
        let seen = look(&mut instance, next)?;
        *view = Some(((session, next), instance));
        Ok(Some(seen))
    }

    /// As [`Running::look`], with an instance that nobody else waits for: for what takes long.
    pub(super) fn look_apart<T>(
        &self,
        look: impl FnOnce(&mut Instance, u64) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let Some(program) = self.program() else { return Ok(None) };
        let Some((mut instance, next)) = self.restored(program)? else { return Ok(None) };
        look(&mut instance, next).map(Some)
    }

    /// A new instance with the plugin's state, and the entry up to which that was folded.
    fn restored(&self, program: &Program) -> Result<Option<(Instance, u64)>, Failure> {
        let Some(snapshot) = self.snapshot() else { return Ok(None) };
        let mut instance = program.start(&self.installed.settings, &self.log)?;
        instance.restore(&snapshot.state)?;
        Ok(Some((instance, snapshot.position.next)))
    }

    /// What it does wrong at the entry before which it was stopped, if it does so again.
    pub(super) fn tried_again(&self) -> Option<Failure> {
        let (program, snapshot) = (self.program()?, self.snapshot()?);
        let Surroundings { ledger, .. } = &self.surroundings;
        let terms = terms(&self.surroundings, program, &self.installed.granted, self.installed.since).ok()?;
        let mut position = snapshot.position;
        let lines = ledger.lines(position.next, position.next + 1).ok()?;
        let mut entries = read_entries(&lines, position.next).ok()?;
        let opened = terms.grants.opened(&entries).ok()?;
        grants::put(&mut entries, &opened);
        let mut instance = program.start(&self.installed.settings, &Log::default()).ok()?;
        let restored = instance.restore(&snapshot.state);
        let done = restored.and_then(|()| {
            let advanced = Fold::new(&terms).advance(&mut position, &mut instance, &entries);
            advanced.map(drop).map_err(|failed| failed.failure)
        });
        done.err()
    }
}

/// What snapshots of a plugin are of.
pub(super) fn of(installed: &Installed) -> SnapshotOf {
    SnapshotOf {
        plugin: installed.id.clone(),
        sha256: installed.sha256.clone(),
        settings_sha256: settings_sha256(&installed.settings),
        since: installed.since,
    }
}

fn prepared(
    surroundings: &Surroundings,
    installed: &Installed,
    file: &Path,
    known: &OnceLock<Program>,
) -> Result<(Program, Terms), Failure> {
    let program = match known.get() {
        Some(program) => program.clone(),
        None => {
            let program = load(&surroundings.engine, installed, file)?;
            known.get_or_init(|| program).clone()
        }
    };
    let terms = terms(surroundings, &program, &installed.granted, installed.since)?;
    Ok((program, terms))
}

/// The terms on which a program is run.
pub(super) fn terms(
    surroundings: &Surroundings,
    program: &Program,
    granted: &[String],
    since: u64,
) -> Result<Terms, Failure> {
    let Surroundings { alerts_a_day_max, leaves_out_tests, .. } = *surroundings;
    let mut terms = Terms::new(program.manifest().clone(), since, alerts_a_day_max, leaves_out_tests)?;
    terms.grants = Grants::new(granted, surroundings.vault.clone());
    Ok(terms)
}

/// The program of a plugin, whose file must be what the ledger pinned.
fn load(engine: &Engine, installed: &Installed, file: &Path) -> Result<Program, Failure> {
    let cannot = |what: String| Failure::contract(what);
    let bytes = fs::read(file).map_err(|error| cannot(format!("{}: {error}", file.display())))?;
    let found = sha256_of(&bytes);
    if found != installed.sha256 {
        return Err(cannot(format!(
            "{} has the SHA-256 {found}; the ledger pinned {}",
            file.display(),
            installed.sha256
        )));
    }
    let program = Program::new(engine, &bytes)?;
    match program.manifest().id == installed.id {
        true => Ok(program),
        false => {
            Err(cannot(format!("it says that it is `{}`, not `{}`", program.manifest().id, installed.id)))
        }
    }
}
