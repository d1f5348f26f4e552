//! Entries of the ledger as lists of pages show them.

use std::borrow::Cow;

use muniment_core::catalogue::Catalogue;
use serde_json::Value;

use super::words::Moment;

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
    pub(super) by: String,
    /// The fields of the event, by title, as far as they are not sealed.
    pub(super) fields: Vec<(String, String)>,
    /// Whether some of it is sealed.
    pub(super) is_sealed: bool,
}

impl Line {
    /// Reads an entry as the interface gives it.
    pub(super) fn of(entry: &Value, catalogue: &Catalogue) -> Line {
        let event = &entry["event"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (event_type, subject, data) = (text(&event["type"]), text(&event["subject"]), &event["data"]);
        let known = catalogue.get(&event_type);
        let happened = data["date"].as_str().or_else(|| event["time"].as_str()).unwrap_or_default();
        let title_of = |name: &str| {
            let field = known.and_then(|known| known.field(name));
            field.map_or_else(|| super::words::from_name(name), |field| field.title.clone())
        };
        let is_shown = |name: &str| !matches!(name, "sealed" | "personal" | "undeclared" | "date");
        let fields = data.as_object().into_iter().flatten();
        Line {
            seq: entry["seq"].as_u64().unwrap_or_default(),
            title: known.map_or_else(|| event_type.clone(), |known| known.title.clone()),
            source: text(&event["source"]),
            case_path: case_path(&subject),
            happened: Moment::of(happened),
            recorded: Moment::of(entry["recorded"].as_str().unwrap_or_default()),
            by: text(&entry["by"]),
            fields: fields
                .filter(|(name, _)| is_shown(name))
                .map(|(name, value)| (title_of(name), in_words(value)))
                .collect(),
            is_sealed: data.get("sealed").is_some(),
            event_type,
            subject,
        }
    }
}

/// The page of a case.
pub(super) fn case_path(subject: &str) -> String {
    match subject {
        "" => String::new(),
        // Browsers take these for steps on the path, however they are written.
        "." | ".." => super::visit::with_query("/ledger", &[("subject", subject)]),
        _ => format!("/cases/{}", super::visit::part(subject)),
    }
}

/// A value of an event, for people.
pub(super) fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::String(text) => {
            // Days and instants are told as everywhere; a choice's name is made for programs.
            let moment = Moment::of(text);
            if moment.iso.is_empty() { text.clone() } else { moment.words }
        }
        Value::Array(items) => {
            items.iter().map(|item| Cow::from(in_words(item))).collect::<Vec<_>>().join("\n")
        }
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
                "type": "request.received", "source": "/foi", "subject": "FOI/1", "time": "2026-05-01T08:00:00Z",
                "data": { "regime": "foi", "date": "2026-04-30", "sealed": { "x": "y" } },
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
        assert_eq!(line.fields.len(), 1, "{:?}", line.fields);
        let other = json!({ "event": { "type": "uk.example.thing", "data": [1, 2] } });
        assert_eq!(Line::of(&other, catalogue).title, "uk.example.thing");
    }

    #[test]
    fn values_are_told_in_words() {
        assert_eq!(in_words(&json!(true)), "Yes");
        assert_eq!(in_words(&json!(["2026-04-30", "a"])), "30 April 2026\na");
        assert_eq!(in_words(&json!({ "a": 1 })), "{\"a\":1}");
    }
}
