//! Checks a client's event against the catalogue.
//!
//! This runs for every event that is posted, so the good path allocates nothing: a pointer is put together
//! only where there is a fault.

use super::definition::{EventType, Field, FieldKind, RecordedBy};
use super::fault::Fault;
use super::sealing::{Personal, Treatment};
use super::value::shown;
use super::{Catalogue, personal, value};
use crate::declared::question;
use crate::event::group_of;
use crate::json::{Object, Value, pointer_token};
use crate::limits::FAULTS_MAX;

impl Catalogue {
    /// Checks a client's event and says what of it is personal, and so has to be sealed. Its attributes are those
    /// of a CloudEvent: [`crate::event::Event`] has checked them, or will.
    ///
    /// # Errors
    /// Every fault, each with a JSON pointer and a code: `unknown_type`, `host_type`, `subject_missing`,
    /// `missing_field`, `wrong_type`, `not_a_choice`, `out_of_range`, `undeclared_field`, `personal_looking`,
    /// `free_text`, `reserved_attribute`. Of a personal value no message repeats anything.
    ///
    /// # Limits
    /// The first [`FAULTS_MAX`] faults.
    pub fn check(&self, event: &Object<'_>) -> Result<Personal, Vec<Fault>> {
        let mut faults = Faults::default();
        attributes(event, &mut faults);
        let name = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let personal = match self.get(name) {
            Some(known) if known.recorded_by == RecordedBy::Host => {
                let message = format!("only the ledger itself records {name}");
                faults.push("host_type", Place::Attribute("type"), message);
                Personal::default()
            }
            Some(known) => known_type(known, event, &mut faults),
            None if self.reserves(name) => {
                self.unknown_type(name, &mut faults);
                Personal::default()
            }
            None => undeclared_type(event),
        };
        let has_subject = event.get("subject").and_then(Value::as_str).is_some();
        if personal.needs_key() && !has_subject && !faults.has("subject_missing") {
            faults.push("subject_missing", Place::Attribute("subject"), NO_SUBJECT.to_owned());
        }
        if faults.found.is_empty() { Ok(personal) } else { Err(faults.found) }
    }

    #[cold]
    fn unknown_type(&self, name: &str, faults: &mut Faults) {
        let first = group_of(name);
        let mut message = format!("the catalogue has no type {:?}", shown(name));
        let question = question(name, self.types().map(|one| one.name.as_str()));
        if !question.is_empty() {
            message.push_str(&question);
        } else if !self.groups().any(|group| group.name == first) {
            message.push_str(&format!(", and none under `{first}.` yet"));
        }
        faults.push("unknown_type", Place::Attribute("type"), message);
    }
}

const NO_SUBJECT: &str = "missing: a part of the event is sealed, with a key of the case or record that it is about, so \
                          that it can be erased; say which case that is";

/// All that an undeclared type says is taken for personal.
fn undeclared_type(event: &Object<'_>) -> Personal {
    match (event.get("data"), event.get("data_base64")) {
        (None | Some(Value::Null), None | Some(Value::Null)) => Personal::default(),
        (Some(Value::Object(data)), _) if data.is_empty() => Personal::default(),
        (None | Some(Value::Null), Some(_)) => Personal::Binary,
        (Some(_), _) => Personal::Data,
    }
}

const DATA: Place<'static> = Place::Attribute("data");

/// The attributes of CloudEvents itself that are texts, and those of tracing, which the ledger never reads.
fn is_free_form(name: &str) -> bool {
    matches!(name, "id" | "source" | "subject" | "dataschema" | "traceparent" | "tracestate")
}

/// Attributes are never sealed: what looks personal in one of them is refused, and so is free text in an extension.
fn attributes(event: &Object<'_>, faults: &mut Faults) {
    for (name, value) in event.iter() {
        let Value::String(text) = value else { continue };
        if matches!(name, "type" | "time" | "specversion" | "data" | "data_base64" | "datacontenttype") {
            continue;
        }
        if let Some(what) = personal::looks_like(text) {
            faults.personal_looking(what, Place::Attribute(name));
        } else if name == crate::seal::KEY_ATTRIBUTE {
            let message = "the ledger itself writes this attribute".to_owned();
            faults.push("reserved_attribute", Place::Attribute(name), message);
        } else if !is_free_form(name) && text.contains(char::is_whitespace) {
            let message = "free text in an attribute could never be erased: put it into `data`, or write a short identifier without spaces";
            faults.push("free_text", Place::Attribute(name), message.to_owned());
        }
    }
}

fn known_type(known: &EventType, event: &Object<'_>, faults: &mut Faults) -> Personal {
    if let Some(subject) = &known.subject
        && event.get("subject").and_then(Value::as_str).is_none()
    {
        let message = format!("missing: {} needs {subject}", known.name);
        faults.push("subject_missing", Place::Attribute("subject"), message);
    }
    if event.get("data_base64").and_then(Value::as_str).is_some() {
        let message = format!("{} has fields: send them as a JSON object in `data`", known.name);
        faults.push("wrong_type", Place::Attribute("data_base64"), message);
        return Personal::default();
    }
    match event.get("data") {
        Some(Value::Object(data)) => members(known, data, faults),
        None | Some(Value::Null) => members(known, &Object::default(), faults),
        Some(other) => {
            let message = format!("{} is not an object with the fields of {}", other.kind(), known.name);
            faults.push("wrong_type", DATA, message);
            Personal::default()
        }
    }
}

/// Members and fields are both sorted by name, so one pass finds all that match and all that do not.
fn members(known: &EventType, data: &Object<'_>, faults: &mut Faults) -> Personal {
    let mut rest = known.fields.as_slice();
    let (mut personal, mut undeclared_count) = (Vec::new(), 0);
    for (number, (name, value)) in data.iter().enumerate() {
        if faults.found.len() >= FAULTS_MAX {
            break;
        }
        let place = Place::Member(&DATA, name);
        // Names of another length are told apart without looking at them.
        let Some(at) = rest.iter().position(|field| field.name == name) else {
            undeclared_count += 1;
            personal.push((number, undeclared(known, name, place, undeclared_count, faults)));
            continue;
        };
        missing(known, &rest[..at], faults);
        let field = &rest[at];
        rest = &rest[at + 1..];
        faults.quiet = field.personal;
        value::check(&field.kind, value, place, faults);
        if field.personal {
            personal.push((number, treatment(&field.kind)));
        }
    }
    faults.quiet = false;
    missing(known, rest, faults);
    Personal::Members(personal)
}

fn treatment(kind: &FieldKind) -> Treatment {
    match kind {
        FieldKind::PersonRef => Treatment::Person,
        FieldKind::List(items) if **items == FieldKind::PersonRef => Treatment::People,
        _ => Treatment::Seal,
    }
}

fn missing(known: &EventType, passed: &[Field], faults: &mut Faults) {
    for field in passed.iter().filter(|field| field.required) {
        let message = format!("missing: {} needs it", known.name);
        faults.push("missing_field", Place::Member(&DATA, &field.name), message);
    }
}

/// What no field declares is taken for personal. A name that is nearly that of a field is a mistake.
#[cold]
fn undeclared(
    known: &EventType,
    name: &str,
    place: Place<'_>,
    count: usize,
    faults: &mut Faults,
) -> Treatment {
    // Beyond so many it is no slip of the pen, and looking for likenesses takes time.
    const LIKENESSES_MAX: usize = 32;
    if name == "personal" {
        return Treatment::Seal;
    }
    if count > LIKENESSES_MAX {
        return Treatment::Undeclared;
    }
    let question = question(name, known.fields().map(|field| field.name.as_str()));
    if !question.is_empty() {
        faults.push(
            "undeclared_field",
            place,
            format!("{} does not declare this field{question}", known.name),
        );
    }
    Treatment::Undeclared
}

/// The faults of one event.
#[derive(Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    /// Whether a personal value is being checked, of which no message says anything.
    pub(super) quiet: bool,
}

impl Faults {
    #[cold]
    pub(super) fn push(&mut self, code: &'static str, place: Place<'_>, message: String) {
        if self.found.len() < FAULTS_MAX {
            self.found.push(Fault { pointer: place.pointer(), code, message });
        }
    }

    pub(super) fn into_first(self) -> Option<Fault> {
        self.found.into_iter().next()
    }

    fn has(&self, code: &str) -> bool {
        self.found.iter().any(|fault| fault.code == code)
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
        match self {
            Place::Attribute(name) => format!("/{}", pointer_token(name)),
            Place::Member(parent, name) => format!("{}/{}", parent.pointer(), pointer_token(name)),
            Place::Item(parent, number) => format!("{}/{number}", parent.pointer()),
        }
    }
}
