//! Entries of the ledger as lists of pages show them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_core::catalogue::{Catalogue, Field, FieldKind, RecordedBy};
use muniment_core::time::Timestamp;
use serde_json::Value;

use super::answers::EventsPage;
use super::visit::{Visit, part, with_query};
use super::words::{self, Moment};
use crate::tokens::Role;

/// What says that an entry is wrong, or right after all.
pub(super) const CORRECTION: &str = "ledger.correction_recorded";
/// Most corrections of a case that are looked through, the newest.
const CORRECTIONS_MAX: &str = "1000";
/// What an address of a form says: the entry that counts no more, and is to be recorded right.
pub(super) const INSTEAD_OF: &str = "instead-of";
/// What such an address says is known to be wrong, and so is to be typed again.
pub(super) const LEAVE_OUT: &str = "leave-out";
/// What stands in the place of a sealed value.
const SEALED: &str = "Sealed: stored encrypted, and read only for a purpose that is recorded";

/// An entry in a list.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) seq: u64,
    /// What happened, as the catalogue says it; an undeclared type is its own title.
    pub(super) title: String,
    pub(super) event_type: String,
    pub(super) source: String,
    /// The case or record; empty where there is none.
    pub(super) subject: String,
    /// The case's page; empty where there is none.
    pub(super) case_path: String,
    /// When it happened: `data.date` where only the day is known.
    pub(super) happened: Moment,
    pub(super) recorded: Moment,
    /// Who recorded it, in words.
    pub(super) by: String,
    /// Whether the ledger itself recorded it.
    pub(super) is_by_host: bool,
    /// Whether events of its type are recorded by form.
    pub(super) has_form: bool,
    /// The fields of the event, by title. Of a sealed one it says that it is sealed.
    pub(super) fields: Vec<(String, String)>,
    /// Whether some of it is sealed.
    pub(super) is_sealed: bool,
    /// What the last correction of it says, where that was looked up.
    pub(super) corrected: Option<Corrected>,
}

/// What the last correction of an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Corrected {
    /// Whether the entry counts no more; else it counts again.
    pub(super) is_void: bool,
    /// What was wrong.
    pub(super) reason: String,
    /// The entry that says so.
    pub(super) seq: u64,
    pub(super) recorded: Moment,
    pub(super) by: String,
    /// The form in which it can be recorded right; empty where there is nothing to record.
    pub(super) right_path: String,
    /// The next entry of the same type behind the correction, among those that are shown.
    pub(super) followed_by: Option<u64>,
}

impl Line {
    /// Reads an entry as the interface gives it.
    pub(super) fn of(entry: &Value, catalogue: &Catalogue) -> Line {
        let event = &entry["event"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (event_type, subject, data) = (text(&event["type"]), text(&event["subject"]), &event["data"]);
        let known = catalogue.get(&event_type);
        let happened = data["date"].as_str().or_else(|| event["time"].as_str()).unwrap_or_default();
        let field_of = |name: &str| known.and_then(|known| known.field(name));
        let is_shown = |name: &str| !matches!(name, "sealed" | "undeclared" | "date");
        let fields = data.as_object().into_iter().flatten();
        let by = text(&entry["by"]);
        Line {
            seq: entry["seq"].as_u64().unwrap_or_default(),
            title: known.map_or_else(|| event_type.clone(), |known| known.title.clone()),
            source: text(&event["source"]),
            case_path: case_path(&subject),
            happened: Moment::of(happened),
            recorded: Moment::of(entry["recorded"].as_str().unwrap_or_default()),
            is_by_host: by == "host" || by.starts_with("host/"),
            by: words::actor(&by),
            has_form: known.is_some_and(|known| known.recorded_by == RecordedBy::Client),
            is_sealed: is_sealed(data) || fields.clone().any(|(_, value)| is_sealed(value)),
            fields: fields
                .filter(|(name, _)| is_shown(name))
                .map(|(name, value)| {
                    let field = field_of(name);
                    let title = field.map_or_else(|| words::from_name(name), |field| field.title.clone());
                    (title, value_in_words(field, value))
                })
                .collect(),
            corrected: None,
            event_type,
            subject,
        }
    }

    /// The form in which it can be recorded right once it counts no more; empty where it should not have been recorded at all.
    pub(super) fn right_path(&self, reason: &str) -> String {
        let is_to_be_recorded = self.has_form && !matches!(reason, "recorded_twice" | "did_not_happen");
        match is_to_be_recorded && self.event_type != CORRECTION {
            true => {
                let seq = self.seq.to_string();
                let wrong = if reason == "wrong_case" { "subject" } else { "" };
                let asked = [(INSTEAD_OF, seq.as_str()), (LEAVE_OUT, wrong)];
                with_query(&format!("/record/{}", self.event_type), &asked)
            }
            false => String::new(),
        }
    }

    /// As somebody reads it at an instant: what was recorded within the last minute was recorded just now.
    pub(super) fn seen(self, now: Timestamp) -> Line {
        Line { recorded: self.recorded.seen(now), ..self }
    }
}

/// Whether it stands in the place of something that is sealed.
pub(super) fn is_sealed(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.get("sealed").is_some_and(Value::is_string))
}

/// Adds to the entries of a case what the last correction of each says. Where corrections cannot be looked up, nothing is added.
pub(super) async fn mark_corrected(visit: &Visit, subject: &str, lines: &mut [Line]) {
    let asked = [("type", CORRECTION), ("subject", subject), ("order", "desc"), ("limit", CORRECTIONS_MAX)];
    let Ok(found) = visit.get::<EventsPage>(&with_query("/v1/events", &asked)).await else { return };
    mark(lines, &found.events, visit.holds(&[Role::Officer, Role::Source]));
}

/// `corrections`: the newest first.
fn mark(lines: &mut [Line], corrections: &[Value], may_record: bool) {
    let mut last: BTreeMap<u64, &Value> = BTreeMap::new();
    for correction in corrections {
        if let Some(target) = correction["event"]["data"]["target"].as_u64() {
            last.entry(target).or_insert(correction);
        }
    }
    let recorded: Vec<(u64, String)> = lines.iter().map(|line| (line.seq, line.event_type.clone())).collect();
    for line in lines {
        let Some(correction) = last.get(&line.seq) else { continue };
        let (data, text) =
            (&correction["event"]["data"], |value: &Value| value.as_str().unwrap_or_default().to_owned());
        let (is_void, reason) = (data["action"] == "void", text(&data["reason"]));
        let seq = correction["seq"].as_u64().unwrap_or_default();
        let same = recorded.iter().filter(|(other, kind)| *other > seq && *kind == line.event_type);
        line.corrected = Some(Corrected {
            is_void,
            right_path: match may_record && is_void {
                true => line.right_path(&reason),
                false => String::new(),
            },
            reason: words::choice(&reason),
            seq,
            recorded: Moment::of(correction["recorded"].as_str().unwrap_or_default()),
            by: words::actor(&text(&correction["by"])),
            followed_by: same.map(|(other, _)| *other).min().filter(|_| is_void),
        });
    }
}

/// All that fields of the catalogue may be chosen to be, so that registers say it in the words of the forms.
#[derive(Debug)]
pub(super) struct Choices<'c>(BTreeSet<&'c str>);

impl<'c> Choices<'c> {
    pub(super) fn of(catalogue: &'c Catalogue) -> Choices<'c> {
        let mut all = BTreeSet::new();
        for field in catalogue.types().flat_map(|known| known.fields()) {
            let kind = if let FieldKind::List(items) = &field.kind { &**items } else { &field.kind };
            if let FieldKind::Choice(values) = kind {
                all.extend(values.iter().map(String::as_str));
            }
        }
        Choices(all)
    }

    /// A text of a table, for people.
    pub(super) fn told(&self, text: &str) -> String {
        if self.0.contains(text) { words::choice(text) } else { words::actor(text) }
    }
}

/// The page of a case.
pub(super) fn case_path(subject: &str) -> String {
    match subject {
        "" => String::new(),
        // Browsers take these for steps on the path, however they are written.
        "." | ".." => with_query("/ledger", &[("subject", subject)]),
        _ => format!("/cases/{}", part(subject)),
    }
}

/// A value of a field of the catalogue, for people: a choice in the words of the forms, a sealed value as such.
pub(super) fn value_in_words(field: Option<&Field>, value: &Value) -> String {
    let Some(field) = field else { return in_words(value) };
    let is_counted = field.measure.is_some();
    match (&field.kind, value) {
        (FieldKind::List(items), Value::Array(list)) => {
            list.iter().map(|one| item_in_words(items, is_counted, one)).collect::<Vec<_>>().join("\n")
        }
        (FieldKind::Evidence, Value::Array(files)) => {
            files.iter().map(file_in_words).collect::<Vec<_>>().join("\n")
        }
        (kind, value) => item_in_words(kind, is_counted, value),
    }
}

fn item_in_words(kind: &FieldKind, is_counted: bool, value: &Value) -> String {
    match (kind, value) {
        (FieldKind::Choice(_), Value::String(text)) => words::choice(text),
        // What somebody wrote is no day, even where it looks like one.
        (FieldKind::Text, Value::String(text)) => text.clone(),
        (FieldKind::Code, Value::String(text)) => words::actor(text),
        (_, Value::Number(number)) if is_counted => {
            number.as_u64().map_or_else(|| number.to_string(), words::number)
        }
        (_, value) => in_words(value),
    }
}

/// A file that proves an event: its name, and the digest by which it is known.
fn file_in_words(file: &Value) -> String {
    match (file["name"].as_str(), file["sha256"].as_str()) {
        (Some(name), Some(digest)) => format!("{name} (SHA-256 {digest})"),
        _ => in_words(file),
    }
}

/// A value of an event, for people.
pub(super) fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::String(text) => {
            // Days and instants are told as everywhere.
            let moment = Moment::of(text);
            if moment.iso.is_empty() { words::actor(text) } else { moment.words }
        }
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join("\n"),
        sealed if is_sealed(sealed) => SEALED.to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_told_in_the_words_of_the_catalogue() {
        let catalogue = &Catalogue::built_in().unwrap();
        let entry = json!({
            "by": "token/foi", "recorded": "2026-05-01T09:30:00.000001Z", "seq": 41,
            "event": {
                "type": "request.received", "source": "/foi", "subject": "FOI/1",
                "time": "2026-05-01T08:00:00Z",
                "data": {
                    "regime": "foi", "date": "2026-04-30", "pages_estimated": 1200,
                    "note": { "sealed": "AAAA" },
                    "evidence": [{ "name": "scan.pdf", "sha256": "9f86" }], "undeclared": { "sealed": "BBBB" },
                },
            },
        });
        let line = Line::of(&entry, catalogue);
        assert_eq!(
            (line.seq, line.subject.as_str(), line.case_path.as_str()),
            (41, "FOI/1", "/cases/FOI%2F1")
        );
        assert_eq!(
            (line.happened.words.as_str(), line.recorded.words.as_str()),
            ("30 April 2026", "1 May 2026, 10:30am")
        );
        assert!(line.is_sealed && line.title != "request.received", "{line:?}");
        assert_eq!((line.by.as_str(), line.is_by_host), ("the token foi", false));
        let said =
            |title: &str| line.fields.iter().find(|(known, _)| known == title).map(|(_, said)| said.as_str());
        assert_eq!(line.fields.len(), 4, "{:?}", line.fields);
        assert_eq!(said("Regime"), Some("FOI"));
        assert_eq!(said("Pages, estimated"), Some("1,200"));
        assert_eq!(said("Evidence"), Some("scan.pdf (SHA-256 9f86)"));
        assert_eq!(said("Note"), Some(SEALED));
        let other = json!({ "event": { "type": "uk.example.thing", "data": [1, 2] } });
        assert_eq!(Line::of(&other, catalogue).title, "uk.example.thing");
    }

    #[test]
    fn values_are_told_in_words() {
        assert_eq!(in_words(&json!(true)), "Yes");
        assert_eq!(in_words(&json!(["2026-04-30", "a"])), "30 April 2026\na");
        assert_eq!(in_words(&json!({ "a": 1 })), "{\"a\":1}");
        assert_eq!(in_words(&json!({ "sealed": "AAAA" })), SEALED);
        assert_eq!(in_words(&json!("role/ig-manager")), "the role IG manager");
        let catalogue = Catalogue::built_in().unwrap();
        let note = catalogue.get("request.received").unwrap().field("note");
        assert_eq!(value_in_words(note, &json!("2026-04-30")), "2026-04-30", "somebody wrote it so");
        assert_eq!(value_in_words(note, &json!({ "sealed": "AAAA" })), SEALED);
    }

    #[test]
    fn tables_say_choices_as_forms_do() {
        let catalogue = Catalogue::built_in().unwrap();
        let choices = Choices::of(&catalogue);
        for (text, told) in [
            ("sar", "SAR"),
            ("web_form", "Web form"),
            ("role/system-owner", "the role System owner"),
            ("FOI-2026-0001", "FOI-2026-0001"),
            ("not_a_choice_of_any", "not_a_choice_of_any"),
        ] {
            assert_eq!(choices.told(text), told);
        }
    }

    #[test]
    fn the_last_correction_of_an_entry_stands() {
        let catalogue = Catalogue::built_in().unwrap();
        let entry = |seq: u64, kind: &str, data: Value| {
            let event = json!({ "type": kind, "subject": "FOI/1", "source": "/foi", "data": data });
            json!({ "by": "token/ig", "recorded": "2026-05-01T09:30:00.000001Z", "seq": seq, "event": event })
        };
        let correction = |seq: u64, target: u64, action: &str, reason: &str| {
            entry(seq, CORRECTION, json!({ "target": target, "action": action, "reason": reason }))
        };
        let marked = |corrections: &[Value], may_record: bool| {
            let entries = [(9, "request.received"), (5, "request.closed"), (3, "request.received")];
            let mut lines: Vec<Line> =
                entries.map(|(seq, kind)| Line::of(&entry(seq, kind, json!({})), &catalogue)).into();
            mark(&mut lines, corrections, may_record);
            lines.into_iter().map(|line| line.corrected).collect::<Vec<_>>()
        };
        let wrong = correction(7, 3, "void", "wrong_data");
        let found = marked(std::slice::from_ref(&wrong), true);
        let last = found[2].clone().unwrap();
        assert!(found[0].is_none() && found[1].is_none(), "{found:?}");
        assert_eq!((last.is_void, last.seq, last.followed_by), (true, 7, Some(9)));
        assert_eq!((last.reason.as_str(), last.by.as_str()), ("Wrong data", "the token ig"));
        assert_eq!(last.right_path, "/record/request.received?instead-of=3");
        assert_eq!(marked(std::slice::from_ref(&wrong), false)[2].clone().unwrap().right_path, "");
        // The newest comes first, and stands.
        let back =
            marked(&[correction(8, 3, "restore", "correction_was_wrong"), wrong], true)[2].clone().unwrap();
        assert_eq!((back.is_void, back.right_path.as_str(), back.followed_by), (false, "", None));
        let case = marked(&[correction(7, 3, "void", "wrong_case")], true)[2].clone().unwrap();
        assert_eq!(case.right_path, "/record/request.received?instead-of=3&leave-out=subject");
        for reason in ["recorded_twice", "did_not_happen"] {
            let last = marked(&[correction(7, 3, "void", reason)], true)[2].clone().unwrap();
            assert!(last.is_void && last.right_path.is_empty(), "{last:?}: there is nothing to record");
        }
    }
}
