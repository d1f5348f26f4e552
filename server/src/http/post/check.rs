//! From a body to events that may be handed to the ledger, or to every fault of those that may not.

use muniment_core::catalogue;
use muniment_core::event::Event;
use muniment_core::host::is_host_type;
use muniment_core::json::{self, Value};
use muniment_core::time::Timestamp;

use super::super::App;
use super::super::problem::{Fault, Problem};
use crate::intake::{Refused, Taking};
use crate::ledger::submission::{Refusal, admit};
use crate::query::EventFacts;
use crate::tokens::{Grant, Role};
use crate::vault::VaultError;

/// Most faults that one answer lists.
const FAULTS_MAX: usize = 100;

/// An event that passed, or why it did not.
pub(super) type Checked = Result<Event, Vec<Fault>>;

/// Checks one event: its attributes, its type's rules, and what the caller may post; and seals what is personal.
pub(super) fn check(
    app: &App,
    grant: &Grant,
    taking: &mut Taking<'_>,
    value: Value<'_>,
    now: Timestamp,
    bytes: usize,
) -> Result<Checked, VaultError> {
    let (event, mut faults) = match taking.take(value, bytes)? {
        Ok(event) => (Some(event), Vec::new()),
        Err(Refused { faults, event }) => (event, faults.into_iter().map(fault).collect()),
    };
    if let Some(event) = &event {
        if let Err(refusal) = admit(event, app.ledger.origins(), now) {
            let fault = admission_fault(&refusal);
            // What is refused for its faults was not sealed either.
            if faults.is_empty() || refusal != Refusal::NotSealed {
                faults.retain(|other| other.code != fault.code);
                faults.insert(0, fault);
            }
        }
        let unit = if grant.scope.units.is_some() { unit_of(event) } else { None };
        if !grant.covers(event, unit.as_deref()) {
            faults.insert(0, out_of_scope(grant, event, unit.as_deref()));
        }
        if event.event_type() == "ledger.correction_recorded" && faults.is_empty() {
            faults.extend(not_to_be_corrected(app, grant, event));
        }
    }
    faults.truncate(FAULTS_MAX);
    Ok(match event {
        Some(event) if faults.is_empty() => Ok(event),
        _ => Err(faults),
    })
}

/// Why an entry is not corrected by this event: whose it is corrects it, or an officer.
fn not_to_be_corrected(app: &App, grant: &Grant, event: &Event) -> Option<Fault> {
    let text = std::str::from_utf8(event.canonical()).ok()?;
    let data = json::parse(text.as_bytes()).ok()?;
    let data = data.as_object()?.get("data")?.as_object()?;
    let Value::Number(target) = data.get("target")? else { return None };
    let fault = |code: &str, message: String| {
        Some(Fault { event: None, pointer: "/data/target".to_owned(), code: code.to_owned(), message })
    };
    let size = app.ledger.head().size;
    let line = target.parse().ok().and_then(|seq| app.ledger.line(seq).ok().flatten());
    let Some(line) = line else {
        return fault("no_entry", format!("there is no entry {target}; the ledger has {size} entries"));
    };
    let facts = EventFacts::read(&line).ok()?;
    if is_host_type(&facts.event_type) || facts.event_type == event.event_type() {
        let message = format!("entry {target} is of the type {}, which is not corrected", facts.event_type);
        return fault("not_correctable", message);
    }
    if !grant.scope.matches(&facts) {
        return fault("no_entry", format!("this token sees no entry {target}"));
    }
    let is_officer = grant.holds(&[Role::Officer, Role::Admin]);
    if !is_officer && facts.source != event.source() {
        let message = format!(
            "entry {target} is of another source; it is corrected by that source, or by a token with the role officer"
        );
        return fault("out_of_scope", message);
    }
    None
}

/// The unit that an event shows: what is sealed shows none.
fn unit_of(event: &Event) -> Option<String> {
    let event = json::parse(event.canonical()).ok()?;
    event.as_object()?.get("data")?.as_object()?.get("unit")?.as_str().map(str::to_owned)
}

fn fault(fault: catalogue::Fault) -> Fault {
    Fault { event: None, pointer: fault.pointer, code: fault.code.to_owned(), message: fault.message }
}

fn admission_fault(refusal: &Refusal) -> Fault {
    let pointer = match refusal {
        Refusal::HostType(_) => "/type",
        Refusal::HostSource(_) => "/source",
        Refusal::Time(_) => "/time",
        _ => "/data/personal",
    };
    let text = refusal.to_string();
    let message = text.strip_prefix(pointer).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text);
    Fault {
        event: None,
        pointer: pointer.to_owned(),
        code: refusal.code().to_owned(),
        message: message.to_owned(),
    }
}

fn out_of_scope(grant: &Grant, event: &Event, unit: Option<&str>) -> Fault {
    let scope = &grant.scope;
    let (pointer, message) = if !scope.covers_source(event.source()) {
        ("/source", "this token posts for another source prefix only")
    } else if !scope.covers_group(event.event_type()) {
        ("/type", "this token does not cover this group of events")
    } else if unit.is_none() {
        ("/data/unit", "missing: this token covers events of some units only")
    } else {
        ("/data/unit", "this token does not cover this unit")
    };
    Fault {
        event: None,
        pointer: pointer.to_owned(),
        code: "out_of_scope".to_owned(),
        message: message.to_owned(),
    }
}

/// The problem of faults that refuse a whole request: the gravest names it.
pub(super) fn problem_of(faults: Vec<Fault>) -> Problem {
    const GRAVEST_FIRST: [&str; 4] = ["host_type", "host_source", "out_of_scope", "event_too_large"];
    let has = |code: &&&str| faults.iter().any(|fault| fault.code == **code);
    let code = GRAVEST_FIRST.iter().find(has).copied().unwrap_or("invalid_event");
    let detail = match faults.iter().find(|fault| fault.code == code).or(faults.first()) {
        Some(fault) => match fault.event {
            Some(event) => format!("event {event}: {}: {}", fault.pointer, fault.message),
            None if fault.pointer.is_empty() => fault.message.clone(),
            None => format!("{}: {}", fault.pointer, fault.message),
        },
        None => String::new(),
    };
    Problem::new(code, detail).errors(faults)
}

/// The faults of one event as those of a place in a batch.
pub(super) fn at(event: usize, faults: Vec<Fault>) -> impl Iterator<Item = Fault> {
    faults.into_iter().map(move |fault| Fault { event: Some(event), ..fault })
}

/// Whether no further fault is listed.
pub(super) fn is_full(faults: &[Fault]) -> bool {
    faults.len() >= FAULTS_MAX
}
