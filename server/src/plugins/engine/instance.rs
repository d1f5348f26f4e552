//! One running plugin. After a failure it is of no more use: its store is poisoned, and it is thrown away.

use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap};

use super::Engine;
use super::bindings::exports::muniment::plugin::{fold, registers, report};
use super::convert;
use super::failure::{Cause, Failure, shortened};
use super::guest::{Guest, Log};
use super::program::store;
use crate::plugins::manifest::Manifest;
use crate::plugins::outcome::{Outcome, Page, Query, Register};
use crate::query::EventFacts;

/// What `apply` and `describe` may say, in bytes as the host holds them.
const SAID_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What `apply` may say of a single item. A batch is made smaller where it says too much; an item cannot be, and at one moment
/// the whole staff of an organisation may be late: some 100,000 alerts.
const SAID_OF_ITEM_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a page of a register may hold.
const PAGE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// What the sections of a report may hold.
const SECTIONS_BYTES_MAX: usize = 128 * 1024 * 1024;
/// How often the time of one call `snapshot`, `restore`, `register` and `sections` may take.
const LONG_CALLS: u64 = 30;
/// How many times its memory it may have in these calls: beside its state stand the bytes of it, or what it answers.
const LONG_CALL_MEMORIES: usize = 2;

/// What instances are made of.
pub(super) struct Parts {
    pub(super) engine: Engine,
    pub(super) before: InstancePre<Guest>,
    pub(super) fold: fold::GuestIndices,
    pub(super) registers: Option<registers::GuestIndices>,
    pub(super) report: Option<report::GuestIndices>,
}

/// What is folded.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// An entry.
    Event(&'a EventFacts<'a>),
    /// The time: the entry at which it was reached, and when that was recorded, in microseconds since 1970.
    Tick {
        /// The entry.
        seq: u64,
        /// Its time.
        recorded: i64,
    },
}

/// A running plugin.
pub struct Instance {
    store: Store<Guest>,
    fold: fold::Guest,
    registers: Option<registers::Guest>,
    report: Option<report::Guest>,
    epochs: u64,
}

impl Instance {
    pub(super) fn new(parts: &Parts, log: Log) -> Result<Instance, Failure> {
        let mut store = store(&parts.engine, log);
        let epochs = parts.engine.epochs_of_a_call();
        store.set_epoch_deadline(epochs);
        store.set_hostcall_fuel(SAID_BYTES_MAX);
        let made = parts.before.instantiate(&mut store).and_then(|instance| {
            let fold = parts.fold.load(&mut store, &instance)?;
            let registers = parts
                .registers
                .as_ref()
                .map(|registers| registers.load(&mut store, &instance))
                .transpose()?;
            let report =
                parts.report.as_ref().map(|report| report.load(&mut store, &instance)).transpose()?;
            Ok((fold, registers, report))
        });
        match made {
            Ok((fold, registers, report)) => Ok(Instance { store, fold, registers, report, epochs }),
            Err(error) => Err(failure(&store, "starting it", &error)),
        }
    }

    /// Before each call: its time, and how much it may say.
    fn allow(&mut self, bytes: usize) {
        self.store.set_epoch_deadline(self.epochs);
        self.store.set_hostcall_fuel(bytes);
        self.store.data_mut().memory_times = 1;
    }

    /// The same before a call with all of its state, which may be large.
    fn allow_long(&mut self, bytes: usize) {
        self.store.set_epoch_deadline(self.epochs.saturating_mul(LONG_CALLS));
        self.store.set_hostcall_fuel(bytes);
        self.store.data_mut().memory_times = LONG_CALL_MEMORIES;
    }

    fn done<T>(&self, call: &str, outcome: wasmtime::Result<T>) -> Result<T, Failure> {
        outcome.map_err(|error| failure(&self.store, call, &error))
    }

    /// What it is.
    ///
    /// # Errors
    /// If it fails.
    pub fn describe(&mut self) -> Result<Manifest, Failure> {
        self.allow(SAID_BYTES_MAX);
        let said = self.fold.call_describe(&mut self.store);
        self.done("`describe`", said).map(convert::manifest)
    }

    pub(super) fn configure(&mut self, settings: &str) -> Result<(), Failure> {
        self.allow(SAID_BYTES_MAX);
        let said = self.fold.call_configure(&mut self.store, settings);
        self.done("`configure`", said)?
            .map_err(|reason| Failure::contract(format!("it refuses its settings: {reason}")))
    }

    /// Takes the state from a snapshot.
    ///
    /// # Errors
    /// If it fails, or does not take it.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), Failure> {
        self.allow_long(SAID_BYTES_MAX);
        let said = self.fold.call_restore(&mut self.store, snapshot);
        self.done("`restore`", said)?
            .map_err(|reason| Failure::contract(format!("it refuses its own snapshot: {reason}")))
    }

    /// Its whole state.
    ///
    /// # Errors
    /// If it fails.
    pub fn snapshot(&mut self) -> Result<Vec<u8>, Failure> {
        let bytes = self.store.data().memory_bytes().max(SAID_BYTES_MAX);
        self.allow_long(bytes);
        let said = self.fold.call_snapshot(&mut self.store);
        self.done("`snapshot`", said)
    }

    /// Folds items.
    ///
    /// # Errors
    /// If it fails, breaks the contract, or says more of them than it may.
    pub fn apply(&mut self, items: &[Input<'_>], waking: bool) -> Result<Outcome, Failure> {
        self.allow(if items.len() == 1 { SAID_OF_ITEM_BYTES_MAX } else { SAID_BYTES_MAX });
        let lowered: Vec<_> = items.iter().map(convert::item).collect();
        let said = self.fold.call_apply(&mut self.store, &lowered, waking);
        let outcome = convert::outcome(self.done("`apply`", said)?);
        let count = items.len();
        if outcome.taken > count || (outcome.taken == 0 && count > 0) {
            let taken = outcome.taken;
            return Err(Failure::contract(format!("`apply` says that it took {taken} of {count} items")));
        }
        let in_order = outcome.acts.is_sorted_by_key(|(item, _)| *item);
        if !in_order || outcome.acts.last().is_some_and(|(item, _)| *item >= outcome.taken) {
            return Err(Failure::contract(
                "`apply` says of an act that an item caused it which it had not taken",
            ));
        }
        Ok(outcome)
    }

    /// The registers that it keeps.
    ///
    /// # Errors
    /// If it fails.
    pub fn registers(&mut self) -> Result<Vec<Register>, Failure> {
        self.allow(PAGE_BYTES_MAX);
        let Some(registers) = &self.registers else { return Ok(Vec::new()) };
        let said = registers.call_registers(&mut self.store);
        self.done("`registers`", said).map(convert::registers)
    }

    /// A page of a register.
    ///
    /// # Errors
    /// If it fails; the inner error is what it says itself.
    pub fn register(
        &mut self,
        name: &str,
        query: &Query,
        as_at: i64,
    ) -> Result<Result<Page, String>, Failure> {
        self.allow_long(PAGE_BYTES_MAX);
        let Some(registers) = &self.registers else { return Ok(Err("it keeps no register".to_owned())) };
        let units: Option<Vec<&str>> =
            query.units.as_ref().map(|units| units.iter().map(String::as_str).collect());
        let query = registers::Query {
            subject: query.subject.as_deref(),
            status: query.status.as_deref(),
            due_within: query.due_within,
            text: query.text.as_deref(),
            units: units.as_deref(),
            offset: query.offset,
            limit: query.limit,
        };
        let said = registers.call_register(&mut self.store, name, query, as_at);
        Ok(self.done("`register`", said)?.map(convert::page).map_err(shortened))
    }

    /// Its sections of a report, as JSON.
    ///
    /// # Errors
    /// If it fails; the inner error is what it says itself.
    pub fn sections(
        &mut self,
        from: &str,
        to: &str,
        status_at: i64,
    ) -> Result<Result<serde_json::Value, String>, Failure> {
        self.allow_long(SECTIONS_BYTES_MAX);
        let Some(report) = &self.report else { return Ok(Ok(serde_json::Value::Array(Vec::new()))) };
        let period = report::Period { from, to };
        let said = report.call_sections(&mut self.store, period, status_at);
        Ok(self.done("`sections`", said)?.map(convert::sections).map_err(shortened))
    }

    /// What all its memories have together, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.data().memory_bytes()
    }
}

/// What an error of the engine says about the plugin.
fn failure(store: &Store<Guest>, call: &str, error: &wasmtime::Error) -> Failure {
    let text = format!("{error:#}");
    let trap = error.downcast_ref::<Trap>();
    let cause = match trap {
        Some(Trap::Interrupt) => Cause::Time,
        _ if store.data().wanted_memory => Cause::Memory,
        Some(Trap::AllocationTooLarge) => Cause::Memory,
        _ if text.contains("fuel allocated for hostcalls has been exhausted") => Cause::Output,
        Some(_) => Cause::Trap,
        // What it handed over was no value of its type, or lay outside its memory.
        None => Cause::Contract,
    };
    let told = match cause {
        Cause::Time => format!("{call} took longer than it may"),
        Cause::Memory => format!("{call} wanted more memory than it may have"),
        Cause::Output => format!("{call} said more than it may"),
        _ => format!("{call} failed: {text}"),
    };
    Failure::new(cause, told)
}
