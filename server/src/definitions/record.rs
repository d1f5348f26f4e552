//! What the ledger says of the files: numbered events, one for each that came, changed or went.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use muniment_core::entry::EntryView;
use muniment_core::json::{self, Object, Value};

use super::{DefinitionError, Definitions};
use crate::ledger::Ledger;

const EVENT_TYPE: &str = "ledger.definition_changed";

fn event_id(number: u64) -> String {
    format!("definition/{number}")
}

/// Records in what the files differ from what the ledger says. Returns how many do.
pub(super) fn changes(
    definitions: &Definitions,
    ledger: &Ledger,
    requested_by: Option<&str>,
) -> Result<usize, DefinitionError> {
    let unreadable = |error| DefinitionError::Io { path: "the ledger".into(), error };
    let mut number = ledger.last_numbered(event_id).map_err(unreadable)?;
    let told = told(ledger, number).map_err(unreadable)?;
    let now = definitions.digests();
    let changed = now.iter().filter(|(name, sha256)| told.get(**name) != Some(*sha256));
    let mut changes: Vec<(&str, Option<&str>)> =
        changed.map(|(name, sha256)| (*name, Some(sha256.as_str()))).collect();
    changes.extend(
        told.keys().filter(|name| !now.contains_key(name.as_str())).map(|name| (name.as_str(), None)),
    );
    for (name, sha256) in &changes {
        let text = |text: &str| Value::string(text.to_owned());
        let mut members = vec![("definition_file", text(name))];
        members.extend(requested_by.map(|by| ("requested_by", text(by))));
        members.extend(sha256.map(|sha256| ("sha256", text(sha256))));
        number += 1;
        let members = members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect();
        let data = Value::Object(Object::new(members).expect("the keys are distinct"));
        ledger.append_host(EVENT_TYPE, &event_id(number), data)?;
    }
    Ok(changes.len())
}

/// The files that the ledger knows, each with its digest.
fn told(ledger: &Ledger, last: u64) -> io::Result<BTreeMap<String, String>> {
    let mut told = BTreeMap::new();
    for number in 1..=last {
        let Some(seq) = ledger.find_host(&event_id(number))? else { continue };
        let line = ledger.line(seq)?.unwrap_or_default();
        let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {what}"));
        let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
        let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        let data = event.as_object().and_then(|event| event.get("data")).and_then(Value::as_object);
        let text = |name: &str| data.and_then(|data| data.get(name)).and_then(Value::as_str);
        let file = text("definition_file").ok_or_else(|| wrong("it names no file".to_owned()))?;
        match text("sha256") {
            Some(sha256) => drop(told.insert(file.to_owned(), sha256.to_owned())),
            None => drop(told.remove(file)),
        }
    }
    Ok(told)
}
