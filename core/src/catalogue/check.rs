//! Checks a client's event against the catalogue.
//!
//! This runs for every event that is posted, so the good path allocates nothing: a pointer is put together
//! only where there is a fault.

use super::definition::{EventType, Field, RecordedBy};
use super::fault::Fault;
use super::value::shown;
use super::{Catalogue, nearest, personal, value};
use crate::json::{Object, Value};
use crate::limits::FAULTS_MAX;

impl Catalogue {
    /// Checks a client's event. Its attributes are those of a CloudEvent: [`crate::event::Event`] has
    /// checked them, or will.
    ///
    /// # Errors
    /// Every fault, each with a JSON pointer and a code: `unknown_type`, `host_type`, `subject_missing`,
    /// `missing_field`, `wrong_type`, `not_a_choice`, `out_of_range`, `sealing_unavailable`,
    /// `personal_looking`.
    ///
    /// # Limits
    /// The first [`FAULTS_MAX`] faults.
    pub fn check(&self, event: &Object<'_>) -> Result<(), Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        attributes(event, &mut faults);
        let name = event.get("type").and_then(Value::as_str).unwrap_or_default();
        match self.get(name) {
            Some(known) if known.recorded_by == RecordedBy::Host => {
                let message = format!("only the ledger itself records {name}");
                faults.push("host_type", Place::Attribute("type"), message);
            }
            Some(known) => known_type(known, event, &mut faults),
            None if self.reserves(name) => self.unknown_type(name, &mut faults),
            None => self.undeclared_type(name, event, &mut faults),
        }
        if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
    }

    #[cold]
    fn unknown_type(&self, name: &str, faults: &mut Faults) {
        let first = name.split('.').next().unwrap_or_default();
        let mut message = format!("the catalogue has no type {:?}", shown(name));
        let question = nearest::question(name, self.types().map(|one| one.name.as_str()));
        if !question.is_empty() {
            message.push_str(&question);
        } else if !self.groups().any(|group| group.name == first) {
            message.push_str(&format!(", and none under `{first}.` yet"));
        }
        faults.push("unknown_type", Place::Attribute("type"), message);
    }

    #[cold]
    fn undeclared_type(&self, name: &str, event: &Object<'_>, faults: &mut Faults) {
        let question = nearest::question(name, self.types().map(|one| one.name.as_str()));
        let what = format!("the catalogue does not declare {:?}{question}; undeclared data", shown(name));
        match event.get("data") {
            None | Some(Value::Null) => {}
            Some(Value::Object(data)) if data.is_empty() => {}
            Some(Value::Object(data)) if data.get("personal").is_some() => {
                faults.sealing_unavailable("personal data", Place::Member(&DATA, "personal"));
                if data.len() > 1 {
                    faults.sealing_unavailable(&what, DATA);
                }
            }
            Some(_) => faults.sealing_unavailable(&what, DATA),
        }
        data_base64(event, faults);
    }
}

const DATA: Place<'static> = Place::Attribute("data");

/// Attributes are never sealed: what looks personal in one of them is refused.
fn attributes(event: &Object<'_>, faults: &mut Faults) {
    for (name, value) in event.iter() {
        let Value::String(text) = value else { continue };
        if matches!(name, "type" | "time" | "specversion" | "data" | "data_base64" | "datacontenttype") {
            continue;
        }
        if let Some(what) = personal::looks_like(text) {
            faults.personal_looking(what, Place::Attribute(name));
        }
    }
}

fn known_type(known: &EventType, event: &Object<'_>, faults: &mut Faults) {
    if let Some(subject) = &known.subject
        && event.get("subject").and_then(Value::as_str).is_none()
    {
        let message = format!("missing: {} needs {subject}", known.name);
        faults.push("subject_missing", Place::Attribute("subject"), message);
    }
    if data_base64(event, faults) {
        return;
    }
    match event.get("data") {
        Some(Value::Object(data)) => members(known, data, faults),
        None | Some(Value::Null) => members(known, &Object::default(), faults),
        Some(other) => {
            let message = format!("{} is not an object with the fields of {}", other.kind(), known.name);
            faults.push("wrong_type", DATA, message);
        }
    }
}

fn data_base64(event: &Object<'_>, faults: &mut Faults) -> bool {
    let found = event.get("data_base64").and_then(Value::as_str).is_some();
    if found {
        faults.sealing_unavailable("binary data", Place::Attribute("data_base64"));
    }
    found
}

/// Members and fields are both sorted by name, so one pass finds all that match and all that do not.
fn members(known: &EventType, data: &Object<'_>, faults: &mut Faults) {
    let mut rest = known.fields.as_slice();
    for (name, value) in data.iter() {
        if faults.0.len() >= FAULTS_MAX {
            return;
        }
        let place = Place::Member(&DATA, name);
        // Names of another length are told apart without looking at them.
        let Some(at) = rest.iter().position(|field| field.name == name) else {
            undeclared(known, name, place, faults);
            continue;
        };
        missing(known, &rest[..at], faults);
        let field = &rest[at];
        rest = &rest[at + 1..];
        if field.personal {
            faults.sealing_unavailable("this field is personal; it", place);
        } else {
            value::check(&field.kind, value, place, faults);
        }
    }
    missing(known, rest, faults);
}

fn missing(known: &EventType, passed: &[Field], faults: &mut Faults) {
    for field in passed.iter().filter(|field| field.required) {
        let message = format!("missing: {} needs it", known.name);
        faults.push("missing_field", Place::Member(&DATA, &field.name), message);
    }
}

#[cold]
fn undeclared(known: &EventType, name: &str, place: Place<'_>, faults: &mut Faults) {
    if name == "personal" {
        return faults.sealing_unavailable("personal data", place);
    }
    let question = nearest::question(name, known.fields().map(|field| field.name.as_str()));
    let what = format!("{} does not declare this field{question}; undeclared data", known.name);
    faults.sealing_unavailable(&what, place);
}

/// The faults of one event.
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    #[cold]
    pub(super) fn push(&mut self, code: &'static str, place: Place<'_>, message: String) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault { pointer: place.pointer(), code, message });
        }
    }

    #[cold]
    pub(super) fn sealing_unavailable(&mut self, what: &str, place: Place<'_>) {
        let message = format!("{what} would have to be sealed, and this version cannot seal: leave it out");
        self.push("sealing_unavailable", place, message);
    }

    /// The text itself is not repeated: it may be what it looks like.
    #[cold]
    pub(super) fn personal_looking(&mut self, what: &str, place: Place<'_>) {
        let message = format!(
            "looks like {what}, and this place is never sealed: use an identifier that names nobody (a prefix such as `case-` marks a number that is something else)"
        );
        self.push("personal_looking", place, message);
    }
}

/// Where in the event something stands.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// An attribute.
    Attribute(&'a str),
    /// A member of an object.
    Member(&'a Place<'a>, &'a str),
    /// An item of an array.
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn pointer(self) -> String {
        let token = |name: &str| name.replace('~', "~0").replace('/', "~1");
        match self {
            Place::Attribute(name) => format!("/{}", token(name)),
            Place::Member(parent, name) => format!("{}/{}", parent.pointer(), token(name)),
            Place::Item(parent, number) => format!("{}/{number}", parent.pointer()),
        }
    }
}
