//! The production code on the simulated disk: a crash at every step of the vault's life, and every step failing once.
//! After each, what the ledger holds sealed opens, what was destroyed does not, and both go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use muniment_core::catalogue::{Catalogue, Keys as _};
use muniment_core::entry::EntryView;
use muniment_core::event::Event;
use muniment_core::host::host_event;
use muniment_core::json::{self, Value};
use muniment_core::principal::Principal;
use muniment_core::seal::{self, KEY_ATTRIBUTE, Place};

use super::recovery::open_beside;
use super::{KeySource, Make, Vault, VaultError, rotate};
use crate::disk::sim::{Fault, Loss, SimDisk};
use crate::ledger::Log;
use crate::ledger::clock::tests::ManualClock;
use crate::ledger::clock::{Clock as _, ClockBounds};
use crate::ledger::genesis::{self, InitError, Purpose};
use crate::ledger::open::{OpenError, OpenOptions, open};
use crate::ledger::submission::{Mode, Submission};
use crate::progress::Progress;
use crate::testing::scale;

const ORIGIN: &str = "vault.example/ledger";
const NAMING: &str = "personal.vault/1";
const KEY: KeySource = KeySource::DataDirectory;

/// What was answered. After whatever happens, it must be true.
#[derive(Debug, Clone, Default)]
struct Told {
    /// What each recorded event says in secret, by id.
    secrets: BTreeMap<String, String>,
    /// Whom each recorded event names, by id.
    people: BTreeMap<String, String>,
    /// Cases whose destruction was reported done: the ids of the events before it.
    destroyed: Vec<String>,
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-05-01T09:00:00Z"))
}

fn open_log(disk: &SimDisk, clock: &Arc<ManualClock>) -> Result<Log, OpenError> {
    let options = OpenOptions {
        clock: clock.clone(),
        clock_bounds: ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
        segment_bytes_max: 1024 * 1024,
        accept_clock: false,
        progress: Progress::default(),
    };
    open(Arc::new(disk.clone()), &options).map(|(log, _)| log)
}

/// A ledger and its vault, as a process holds them.
struct Process {
    log: Log,
    vault: Arc<Vault>,
    clock: Arc<ManualClock>,
}

impl Process {
    /// Opens both. `None`: the machine has crashed, or a step failed.
    fn start(disk: &SimDisk, clock: &Arc<ManualClock>) -> Result<Process, String> {
        let log = open_log(disk, clock).map_err(|error| error.to_string())?;
        let named = entries(&log).into_iter().find_map(|(seq, event)| {
            let id = text(&event, "id") == NAMING;
            id.then(|| (seq, data(&event, "vault").unwrap_or_default()))
        });
        let catalogue = Catalogue::built_in().unwrap();
        let opened =
            open_beside(Arc::new(disk.clone()), &KEY, log.shared(), &catalogue, named.as_ref(), None);
        let vault = Arc::new(opened.map_err(|error| error.to_string())?);
        log.shared().seal_with(vault.clone());
        let mut process = Process { log, vault, clock: clock.clone() };
        if named.is_none() {
            let data = Value::object([("vault", Value::string(process.vault.name()))]);
            process.host("personal.vault_created", NAMING, None, data)?;
        }
        Ok(process)
    }

    fn commit(&mut self, event: Event, by: Principal) -> Result<(), String> {
        self.clock.pass(1);
        let submission = Submission::new(by, vec![event], Mode::Batch).unwrap();
        let outcome = self.log.commit(&[submission]).pop().unwrap();
        outcome.map(drop).map_err(|refusal| refusal.to_string())
    }

    fn host(
        &mut self,
        event_type: &str,
        id: &str,
        subject: Option<&str>,
        data: Value<'_>,
    ) -> Result<(), String> {
        self.commit(host_event(ORIGIN, event_type, id, subject, data).unwrap(), Principal::host())
    }

    fn head(&self) -> (u64, muniment_core::hash::Hash) {
        let head = self.log.shared().head();
        (head.size, head.last)
    }

    /// Records something personal of a case.
    fn record(&mut self, told: &mut Told, id: &str, subject: &str, secret: &str) -> Result<(), String> {
        let mut asker = self.vault.asker(Make::Always);
        let (key, sealer) = asker.key("request", subject).map_err(|error| error.to_string())?.unwrap();
        let place = Place { source: "/foi", id, subject };
        let sealed = sealer.seal(place, "/data/note", &Value::string(secret));
        let event = Event::from_value(Value::object([
            ("data", Value::object([("note", sealed)])),
            ("id", Value::string(id)),
            (KEY_ATTRIBUTE, Value::string(key.to_string())),
            ("source", Value::string("/foi")),
            ("specversion", Value::string("1.0")),
            ("subject", Value::string(subject)),
            ("type", Value::string("request.received")),
        ]));
        self.commit(event.unwrap(), Principal::new("token/foi").unwrap())?;
        told.secrets.insert(id.to_owned(), secret.to_owned());
        Ok(())
    }

    /// Records something that names a person.
    fn name(&mut self, told: &mut Told, id: &str, person: &str) -> Result<(), String> {
        let mut asker = self.vault.asker(Make::Always);
        let pseudonym = asker.pseudonym(person).map_err(|error| error.to_string())?.unwrap();
        if asker.take_new_person() {
            self.vault.note(None).map_err(|error| error.to_string())?;
        }
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/hr","type":"access.granted","data":{{"person":"{pseudonym}"}}}}"#
        );
        self.commit(Event::parse(text.as_bytes()).unwrap(), Principal::new("token/hr").unwrap())?;
        told.people.insert(id.to_owned(), person.to_owned());
        Ok(())
    }

    /// Destroys what a case holds. `id` is that of the event which says so.
    fn destroy(&mut self, told: &mut Told, id: &str, subject: &str) -> Result<(), String> {
        let cases = [("request".to_owned(), subject.to_owned())];
        let keys = self.vault.begin_erasing(&cases, &[]).map_err(|error| error.to_string())?;
        let keys = keys.into_iter().flat_map(|(.., keys)| keys).map(Value::string).collect();
        let data = Value::object([("group", Value::string("request")), ("keys", Value::Array(keys))]);
        if let Err(refusal) = self.host("personal.destroyed", id, Some(subject), data) {
            self.vault.cancel_erasing();
            return Err(refusal);
        }
        self.vault.finish_erasing(self.head()).map_err(|error| error.to_string())?;
        let of_case = |id: &&String| id.starts_with(subject);
        told.destroyed.extend(told.secrets.keys().filter(of_case).cloned().collect::<Vec<_>>());
        Ok(())
    }
}

fn entries(log: &Log) -> Vec<(u64, String)> {
    let lines = log.shared().lines(0, u64::MAX).unwrap();
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let entry =
        |line: &[u8]| EntryView::parse(line).map(|entry| (entry.seq, entry.event.to_owned())).unwrap();
    lines.map(entry).collect()
}

fn text(event: &str, name: &str) -> String {
    let event = json::parse(event.as_bytes()).unwrap();
    event.as_object().unwrap().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn data(event: &str, name: &str) -> Option<String> {
    let event = json::parse(event.as_bytes()).unwrap();
    event.as_object()?.get("data")?.as_object()?.get(name)?.as_str().map(str::to_owned)
}

/// The vault's whole life. Ids of a case's events begin with its subject.
fn live(process: &mut Process, disk: &SimDisk, told: &mut Told, attempt: u32) -> Result<(), String> {
    let failed = |error: VaultError| error.to_string();
    process.record(told, "A/1", "A", "Ada")?;
    process.record(told, "B/1", "B", "Bob")?;
    process.vault.note(Some(process.head())).map_err(failed)?;
    process.record(told, "A/2", "A", "Ann")?;
    process.name(told, "P/1", "hr-7")?;
    process.record(told, "C/1", "C", "Cyd")?;
    process.destroy(told, &format!("destroy/A/{attempt}"), "A")?;
    process.record(told, "D/1", "D", "Dee")?;
    // Before it was noted whose key is whose.
    process.destroy(told, &format!("destroy/D/{attempt}"), "D")?;
    process.name(told, "P/2", "hr-8")?;
    process.name(told, "P/3", "hr-7")?;
    rotate(&process.vault, disk, &KEY, process.head()).map_err(failed)?;
    process.record(told, "B/2", "B", "Ben")?;
    process.record(told, "E/1", "E", "Eve")?;
    Ok(())
}

/// Makes a ledger and lives. What fails once is tried again from a new start of the process.
fn run(disk: &SimDisk, clock: &Arc<ManualClock>, told: &mut Told) -> Option<()> {
    for attempt in 0..3 {
        match genesis::create(disk, ORIGIN, "Exemplar Council", Purpose::Production, clock.wall()) {
            Ok(_) | Err(InitError::Exists) => {}
            Err(_) if disk.crashed() => return None,
            Err(_) => continue,
        }
        let lived =
            Process::start(disk, clock).and_then(|mut process| live(&mut process, disk, told, attempt));
        match lived {
            Ok(()) => return Some(()),
            Err(_) if disk.crashed() => return None,
            Err(_) => {}
        }
    }
    panic!("one failure does not stop a vault for good");
}

/// Opens both as the next process does and checks all that was told.
fn check(disk: &SimDisk, clock: &Arc<ManualClock>, told: &Told) -> Option<Process> {
    clock.pass(60);
    if open_log(disk, clock).is_err_and(|error| matches!(error, OpenError::NoLedger)) {
        assert!(told.secrets.is_empty());
        return None;
    }
    let process = Process::start(disk, clock).unwrap_or_else(|error| panic!("it does not open: {error}"));
    let entries = entries(&process.log);
    let destroyed: Vec<(u64, String)> = entries
        .iter()
        .filter(|(_, event)| text(event, "type") == "personal.destroyed")
        .map(|(seq, event)| (*seq, text(event, "subject")))
        .collect();
    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    for (seq, event) in &entries {
        let id = text(event, "id");
        if let Some(secret) = told.secrets.get(&id) {
            let is_destroyed =
                destroyed.iter().any(|(at, subject)| at > seq && *subject == text(event, "subject"));
            let opened = unseal(&process.vault, event);
            assert!(is_destroyed || !told.destroyed.contains(&id), "{id} was reported destroyed");
            assert_eq!(opened, (!is_destroyed).then(|| format!("\"{secret}\"")), "{id}");
        }
        if let Some(person) = told.people.get(&id) {
            let pseudonym = data(event, "person").unwrap();
            assert_eq!(process.vault.person(&pseudonym).unwrap().as_ref(), Some(person), "{id}");
        }
        found.insert(id, event);
    }
    for id in told.secrets.keys().chain(told.people.keys()) {
        assert!(found.contains_key(id), "event {id} was acknowledged");
    }
    Some(process)
}

fn unseal(vault: &Vault, event: &str) -> Option<String> {
    let parsed = json::parse(event.as_bytes()).unwrap();
    let object = parsed.as_object().unwrap();
    let (source, id, subject) = (text(event, "source"), text(event, "id"), text(event, "subject"));
    let (key_id, key) = vault.key("request", &subject).unwrap()?;
    if seal::key_of(object) != Some(key_id) {
        return None;
    }
    let place = Place { source: &source, id: &id, subject: &subject };
    let (pointer, value) = seal::sealed_values(object).pop().unwrap();
    let opened = key.sealer().open(place, &pointer, value).unwrap();
    Some(String::from_utf8(opened.to_vec()).unwrap())
}

/// Lives once more on what a crash left, so that what was told before is joined by what comes after.
fn go_on(mut process: Process, disk: &SimDisk, clock: &Arc<ManualClock>, told: &mut Told) {
    process.record(told, "B/after", "B", "Bea").unwrap();
    process.record(told, "A/after", "A", "Abe").unwrap();
    process.name(told, "P/after", "hr-7").unwrap();
    process.name(told, "P/later", "hr-9").unwrap();
    check(&disk.after(Loss::Lost), clock, told);
    process.destroy(told, "destroy/B", "B").unwrap();
    check(&disk.after(Loss::Lost), clock, told);
}

fn losses() -> Vec<Loss> {
    [Loss::Kept, Loss::Lost, Loss::Process].into_iter().chain((1..=scale(3)).map(Loss::Torn)).collect()
}

fn steps() -> Vec<String> {
    let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
    run(&disk, &clock, &mut told).unwrap();
    assert_eq!((told.secrets.len(), told.people.len(), told.destroyed.len()), (7, 3, 3));
    let steps = disk.steps();
    check(&disk, &clock, &told);
    steps
}

#[expect(clippy::print_stderr, reason = "it says how to find the failure again")]
fn with_context(context: String, test: impl FnOnce() + std::panic::UnwindSafe) {
    if let Err(panic) = std::panic::catch_unwind(test) {
        eprintln!("failed: {context}");
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_crash_at_any_step_loses_no_key_and_brings_none_back() {
    for (number, step) in steps().iter().enumerate() {
        for loss in losses() {
            with_context(format!("crash at step {number} ({step}), {loss:?}"), || {
                let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
                disk.crash_at(number);
                // A tile that is not written is no failure, so the last step may go unnoticed.
                let ended = run(&disk, &clock, &mut told);
                assert!(ended.is_none() || disk.crashed());
                let next = disk.after(loss);
                if let Some(process) = check(&next, &clock, &told) {
                    go_on(process, &next, &clock, &mut told);
                }
            });
        }
    }
}

#[test]
fn any_step_may_fail_once_and_the_vault_goes_on() {
    for (number, step) in steps().iter().enumerate() {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            with_context(format!("step {number} ({step}) fails, {fault:?}"), || {
                let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
                disk.fail_at(number, fault);
                run(&disk, &clock, &mut told).expect("no crash");
                for loss in losses() {
                    check(&disk.after(loss), &clock, &told).expect("it was made");
                }
            });
        }
    }
}
