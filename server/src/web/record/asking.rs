//! What the form for a type of event asks for.

use std::collections::BTreeSet;

use muniment_core::catalogue::{EventType, Field, FieldKind};
use muniment_core::time::Timestamp;
use serde_json::Value;

use super::super::dates::Typed;
use super::super::entries::is_sealed;
use super::super::fields::Fields;

/// The hidden field with the event's id: a form that is sent twice is recorded once.
pub(super) const EVENT_ID: &str = "event-id";
/// What a button asks for: `check`, `change` or `send`.
pub(super) const STEP: &str = "step";
/// The case or record.
pub(super) const SUBJECT: &str = "subject";
/// When it happened: `when-day` and so on.
pub(super) const WHEN: &str = "when";

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) event_type: String,
    pub(super) title: String,
    pub(super) description: String,
    /// What the subject is, where an event of this type needs one.
    pub(super) subject: Option<String>,
    /// Whether the day on which it happened has to be said.
    pub(super) needs_day: bool,
    /// The members of `data`, those first that have to be given. `date` is not among them: it is asked for with the time.
    pub(super) fields: Vec<Field>,
}

impl Asking {
    /// What a type asks for. `units` are those that the token is narrowed to: then it has to be one of them.
    pub(super) fn of(known: &EventType, units: Option<&BTreeSet<String>>) -> Asking {
        let fields = known.fields().filter(|field| field.name != "date").cloned();
        let mut fields: Vec<Field> = fields.map(|field| narrowed(field, units)).collect();
        fields.sort_by_key(|field| !field.required);
        Asking {
            event_type: known.name.clone(),
            title: known.title.clone(),
            description: known.description.clone(),
            subject: known.subject.clone(),
            needs_day: known.field("date").is_some_and(|field| field.required),
            fields,
        }
    }

    /// A form in which stands what is known by the names of the fields: `subject`, `date`, `regime`.
    pub(super) fn filled_in(&self, known: &Fields) -> Fields {
        let mut filled = Fields::default();
        for (name, value) in &known.0 {
            match (name.as_str(), self.field(name)) {
                (SUBJECT, _) => filled.0.push((name.clone(), value.clone())),
                ("date", _) => filled.0.extend(Typed::of_line(value).into_day(WHEN)),
                (_, Some(field)) if field.kind == FieldKind::Date => {
                    filled.0.extend(Typed::of_line(value).into_day(&id_of(field)));
                }
                (_, Some(field)) => filled.0.push((id_of(field), value.clone())),
                _ => {}
            }
        }
        filled
    }

    /// A form in which stands what an entry says, and the titles of what has to be typed again because it is sealed, or stands for
    /// somebody whose name the ledger does not show. An entry without a time happened when it was recorded.
    pub(super) fn as_recorded(&self, entry: &Value) -> (Fields, Vec<String>) {
        let event = &entry["event"];
        let data = &event["data"];
        let (mut filled, mut left_out) = (Fields::default(), Vec::new());
        if let Some(subject) = event["subject"].as_str() {
            filled.0.push((SUBJECT.to_owned(), subject.to_owned()));
        }
        let instant = |value: &Value| value.as_str().and_then(|text| Timestamp::parse_rfc3339(text).ok());
        match (instant(&event["time"]), data["date"].as_str()) {
            (Some(time), _) => filled.0.extend(Typed::at(time).into_moment(WHEN)),
            (None, Some(date)) => filled.0.extend(Typed::of_line(date).into_day(WHEN)),
            (None, None) => {
                let recorded = instant(&entry["recorded"]).map(Typed::at).unwrap_or_default();
                filled.0.extend(recorded.into_moment(WHEN));
            }
        }
        for field in &self.fields {
            let value = &data[field.name.as_str()];
            match value {
                Value::Null => {}
                _ if is_sealed(value) || field.names_people() => left_out.push(field.title.clone()),
                _ => filled.0.extend(typed(field, value)),
            }
        }
        (filled, left_out)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

fn narrowed(field: Field, units: Option<&BTreeSet<String>>) -> Field {
    match units {
        Some(units) if field.name == "unit" => {
            let kind = FieldKind::Choice(units.iter().cloned().collect());
            Field { kind, required: true, ..field }
        }
        _ => field,
    }
}

/// What has to be typed into the inputs of a field so that it says a value.
fn typed(field: &Field, value: &Value) -> Vec<(String, String)> {
    let id = id_of(field);
    let spelled = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let file = |file: &Value| format!("{} {}", spelled(&file["name"]), spelled(&file["sha256"]));
    let lines = |lines: Vec<String>| vec![(id.clone(), lines.join("\n"))];
    match (&field.kind, value) {
        (FieldKind::Date, _) => Typed::of_line(&spelled(value)).into_day(&id).into(),
        (FieldKind::Timestamp, _) => {
            let instant = Timestamp::parse_rfc3339(&spelled(value)).map(Typed::at);
            instant.unwrap_or_default().into_moment(&id)
        }
        (FieldKind::Evidence, Value::Array(files)) => lines(files.iter().map(file).collect()),
        (FieldKind::List(items), Value::Array(values)) if matches!(**items, FieldKind::Choice(_)) => {
            values.iter().map(|value| (id.clone(), spelled(value))).collect()
        }
        (FieldKind::List(_), Value::Array(values)) => lines(values.iter().map(spelled).collect()),
        _ => vec![(id.clone(), spelled(value))],
    }
}

/// What the inputs of a field are called.
pub(super) fn id_of(field: &Field) -> String {
    format!("data-{}", field.name)
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::{Catalogue, RecordedBy};

    use super::*;

    #[test]
    fn what_is_needed_comes_first() {
        let catalogue = Catalogue::built_in().unwrap();
        for known in catalogue.types() {
            let asking = Asking::of(known, None);
            assert!(asking.fields.is_sorted_by_key(|field| !field.required), "{}", known.name);
            assert!(asking.field("date").is_none(), "{}", known.name);
        }
        let units = BTreeSet::from(["housing".to_owned(), "legal".to_owned()]);
        let asking = Asking::of(catalogue.get("request.received").unwrap(), Some(&units));
        let unit = asking.field("unit").unwrap();
        assert!(unit.required && matches!(&unit.kind, FieldKind::Choice(values) if values.len() == 2));
    }

    #[test]
    fn a_form_is_filled_in_with_what_is_known() {
        let catalogue = Catalogue::built_in().unwrap();
        let asking = Asking::of(catalogue.get("report.commentary_recorded").unwrap(), None);
        let known =
            Fields::read(b"subject=r-1&section=R5&period_from=2026-04-01&date=2027-05-02&x=1&event-id=y");
        assert_eq!(
            asking.filled_in(&known.unwrap()).write(),
            "subject=r-1&data-section=R5&data-period_from-day=01&data-period_from-month=04&data-period_from-year=2026&when-day=02&when-month=05&when-year=2027"
        );
    }

    #[test]
    fn a_form_is_filled_in_with_what_was_recorded() {
        let catalogue = Catalogue::built_in().unwrap();
        let asking = Asking::of(catalogue.get("request.received").unwrap(), None);
        let digest = "9f".repeat(32);
        let entry = serde_json::json!({ "recorded": "2026-05-01T09:30:00.000001Z", "seq": 41, "event": {
            "type": "request.received", "subject": "FOI/1", "time": "2026-04-30T09:05:00+01:00",
            "data": {
                "regime": "foi", "complex": true, "pages_estimated": 12, "note": { "sealed": "AAAA" },
                "evidence": [{ "name": "scan.pdf", "sha256": digest }], "unheard_of": 1,
            },
        } });
        let (filled, left_out) = asking.as_recorded(&entry);
        let told = |name: &str| filled.get(name);
        assert_eq!((told("subject"), told("data-regime"), told("data-complex")), ("FOI/1", "foi", "true"));
        assert_eq!((told("when-day"), told("when-month"), told("when-year")), ("30", "04", "2026"));
        assert_eq!((told("when-hour"), told("when-minute")), ("9", "05"));
        assert_eq!(told("data-pages_estimated"), "12");
        assert_eq!(told("data-evidence"), format!("scan.pdf {digest}"));
        assert_eq!(left_out, ["Note"]);
        // What is sent with it says the same again.
        let now = Timestamp::parse_rfc3339("2026-07-14T08:30:00Z").unwrap();
        let built = super::super::event::build(&asking, "/forms/foi", &filled, now);
        assert!(built.wrongs.is_empty(), "{:?}", built.wrongs);
        let event: Value = serde_json::from_slice(&built.event.to_canonical()).unwrap();
        assert_eq!(event["time"], "2026-04-30T09:05:00+01:00");
        assert_eq!(event["data"]["evidence"], entry["event"]["data"]["evidence"]);
        // A day alone, and neither a day nor a time.
        let mut dated = entry.clone();
        dated["event"]["time"].take();
        dated["event"]["data"]["date"] = "2026-04-29".into();
        let (filled, _) = asking.as_recorded(&dated);
        assert_eq!((filled.get("when-day"), filled.get("when-hour")), ("29", ""));
        dated["event"]["data"]["date"].take();
        let (filled, _) = asking.as_recorded(&dated);
        assert_eq!(
            (filled.get("when-day"), filled.get("when-hour"), filled.get("when-minute")),
            ("01", "10", "30")
        );
    }

    #[test]
    fn what_the_examples_of_the_catalogue_say_is_filled_in_and_read_again() {
        let catalogue = Catalogue::built_in().unwrap();
        let mut tried = 0;
        for known in catalogue.types().filter(|known| known.recorded_by == RecordedBy::Client) {
            for field in Asking::of(known, None).fields.iter().filter(|field| !field.names_people()) {
                let example: Value = serde_json::from_slice(&field.example.to_canonical()).unwrap();
                let filled = Fields(typed(field, &example));
                let read = super::super::event::read(field, &filled).unwrap().unwrap();
                let read: Value = serde_json::from_slice(&read.to_canonical()).unwrap();
                // An instant is typed to the minute, in the time of London.
                let instant =
                    |value: &Value| Timestamp::parse_rfc3339(value.as_str().unwrap_or_default()).ok();
                let is_same = match field.kind {
                    FieldKind::Timestamp => {
                        let minute = |value: &Value| instant(value).map(|at| at.as_micros() / 60_000_000);
                        minute(&read) == minute(&example)
                    }
                    _ => read == example,
                };
                assert!(is_same, "{} {}: {read} is not {example}", known.name, field.name);
                tried += 1;
            }
        }
        assert!(tried > 500, "{tried}");
    }
}
