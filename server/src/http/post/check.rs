//! From a body to events that may be handed to the ledger, or to every fault of those that may not.

use muniment_core::event::{Event, EventError};
use muniment_core::json::{Object, Value};
use muniment_core::time::Timestamp;

use super::super::App;
use super::super::problem::{Fault, Problem};
use crate::ledger::submission::{Refusal, admit};
use crate::tokens::Grant;

/// Most faults that one answer lists.
const FAULTS_MAX: usize = 100;

/// An event that passed, or why it did not.
pub(super) type Checked = Result<Event, Vec<Fault>>;

/// Checks one event: its attributes, its type's rules, and what the caller may post.
pub(super) fn check(app: &App, grant: &Grant, value: Value<'_>, now: Timestamp, bytes: usize) -> Checked {
    let mut faults = Vec::new();
    let needs_unit = grant.scope.units.is_some();
    let unit = value.as_object().filter(|_| needs_unit).and_then(unit_of).map(str::to_owned);
    if let Some(object) = value.as_object()
        && let Err(found) = app.catalogue.check(object)
    {
        faults.extend(found.into_iter().map(|fault| Fault {
            event: None,
            pointer: fault.pointer,
            code: fault.code.to_owned(),
            message: fault.message,
        }));
    }
    match Event::from_value_about(value, bytes) {
        Err(error) => {
            // What the catalogue says of an attribute that is malformed anyway would only repeat it.
            let fault = attribute_fault(&error);
            faults.retain(|other| other.pointer != fault.pointer);
            faults.insert(0, fault);
        }
        Ok(event) => {
            if let Err(refusal) = admit(&event, app.ledger.origins(), now) {
                let fault = admission_fault(&refusal);
                faults.retain(|other| other.code != fault.code);
                faults.insert(0, fault);
            }
            if !grant.covers(&event, unit.as_deref()) {
                faults.insert(0, out_of_scope(grant, &event, unit.as_deref()));
            }
            if faults.is_empty() {
                return Ok(event);
            }
        }
    }
    faults.truncate(FAULTS_MAX);
    Err(faults)
}

/// The unit of an event.
fn unit_of<'v>(event: &'v Object<'_>) -> Option<&'v str> {
    event.get("data")?.as_object()?.get("unit")?.as_str()
}

fn attribute_fault(error: &EventError) -> Fault {
    let (pointer, code, message) = match error {
        EventError::Attribute { pointer, fault } => (pointer.clone(), "invalid_attribute", fault.to_string()),
        EventError::TooLarge { .. } => (String::new(), "event_too_large", error.to_string()),
        EventError::TimeAhead { .. } => ("/time".to_owned(), "time_ahead", error.to_string()),
        EventError::Json(_) | EventError::NotAnObject(_) => {
            (String::new(), "not_an_event", error.to_string())
        }
    };
    Fault { event: None, pointer, code: code.to_owned(), message }
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
    let code = GRAVEST_FIRST.iter().find(has).copied().unwrap_or_else(|| {
        let sealing = faults.iter().all(|fault| fault.code == "sealing_unavailable");
        if sealing { "sealing_unavailable" } else { "invalid_event" }
    });
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
