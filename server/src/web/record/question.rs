//! The questions of a form, and the answers as they are read again before they are sent.

use muniment_core::catalogue::{Bounds, Field, FieldKind};
use muniment_core::json::Value;
use muniment_core::limits::{CODE_BYTES_MAX, FIELD_TEXT_BYTES_MAX, LIST_ITEMS_MAX};
use muniment_core::time::Timestamp;

use super::super::dates::Typed;
use super::super::fields::Fields;
use super::super::words;
use super::asking::{Asking, SUBJECT, WHEN, id_of};
use super::event::{SUBJECT_TITLE, WHEN_TITLE, When, Wrong, when};
use crate::report::moment_in_words;

/// Up to so many values are shown as radios where one has to be chosen; more are a list to select from.
const RADIOS_MAX: usize = 12;
/// The same where nothing need be chosen.
const RADIOS_OF_OPTIONAL_MAX: usize = 6;

const SUBJECT_HINT: &str =
    "What this is about, by a number or a short name. It is needed if anything below is sealed.";
const SEALED: &str =
    "This is sealed: it is stored encrypted, and only people who state a reason can read it.";
const PSEUDONYM: &str = "The ledger does not show who this is: a pseudonym stands in its place.";

/// A question, with what was answered so far.
#[derive(Debug)]
pub(super) struct Question {
    /// The id of its first input, and the name of all.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) hint: String,
    /// What becomes of the answer, if it is personal.
    pub(super) note: &'static str,
    /// Whether it is marked as one that need not be answered.
    pub(super) is_optional: bool,
    pub(super) control: Control,
    /// What is typed into an input or a text box.
    pub(super) value: String,
    /// What is wrong with it.
    pub(super) error: String,
}

/// How a question is answered.
#[derive(Debug)]
pub(super) enum Control {
    Line,
    Number,
    Words,
    /// A line for each item.
    Lines,
    /// A line for each file.
    Files,
    Radios(Vec<Choice>),
    Select(Vec<Choice>),
    Boxes(Vec<Choice>),
    Day(Typed),
    /// A day and a time.
    Moment(Typed),
}

/// What may be chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

impl Question {
    /// What an event is about.
    pub(super) fn of_subject(asking: &Asking, fields: &Fields, wrongs: &[Wrong]) -> Question {
        let hint = match &asking.subject {
            Some(subject) => sentence(subject),
            None => SUBJECT_HINT.to_owned(),
        };
        Question {
            id: SUBJECT.to_owned(),
            title: SUBJECT_TITLE.to_owned(),
            hint: hint + " It is shown as it is, so it must not be anybody's name or address.",
            note: "",
            is_optional: asking.subject.is_none(),
            control: Control::Line,
            value: fields.get(SUBJECT).to_owned(),
            error: error_of(SUBJECT, wrongs),
        }
    }

    /// When it happened.
    pub(super) fn of_when(asking: &Asking, fields: &Fields, wrongs: &[Wrong]) -> Question {
        let example = "For example, 27 3 2026. Give the time, too, if you know it: 14 05.";
        let hint = match asking.needs_day {
            true => example.to_owned(),
            false => format!("Leave this empty if it happened just now. {example}"),
        };
        Question {
            id: WHEN.to_owned(),
            title: "When did it happen?".to_owned(),
            hint,
            note: "",
            is_optional: false,
            control: Control::Moment(Typed::of(fields, WHEN)),
            value: String::new(),
            error: error_of(WHEN, wrongs),
        }
    }

    /// A field of the event.
    pub(super) fn of(field: &Field, fields: &Fields, wrongs: &[Wrong]) -> Question {
        let id = id_of(field);
        Question {
            title: field.title.clone(),
            hint: hint(field),
            note: match field.personal {
                true if field.names_people() => PSEUDONYM,
                true => SEALED,
                false => "",
            },
            is_optional: !field.required,
            control: control(field, &id, fields),
            value: fields.get(&id).to_owned(),
            error: error_of(&id, wrongs),
            id,
        }
    }

    /// The ids of what is said about the question beside it.
    pub(super) fn described(&self) -> String {
        let parts = [(&*self.hint, "hint"), (self.note, "note"), (&*self.error, "error")];
        let ids = parts.into_iter().filter(|(text, _)| !text.is_empty());
        ids.map(|(_, part)| format!("{}-{part}", self.id)).collect::<Vec<_>>().join(" ")
    }
}

fn error_of(id: &str, wrongs: &[Wrong]) -> String {
    let found = wrongs.iter().find(|wrong| wrong.question == id);
    found.map(|wrong| wrong.message.clone()).unwrap_or_default()
}

/// With a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

/// What a question means, and which answers it takes.
fn hint(field: &Field) -> String {
    let mut parts = vec![sentence(&field.description)];
    let (kind, is_list) = match &field.kind {
        FieldKind::List(items) => (&**items, true),
        kind => (kind, false),
    };
    match kind {
        FieldKind::Choice(_) if is_list => parts.push("Tick all that apply.".to_owned()),
        FieldKind::Evidence => {
            parts
                .push("Write each file on a line of its own: its name, a space, and its SHA-256: 64 digits and letters that fit no other file. The file itself is not kept here.".to_owned());
        }
        _ if is_list => {
            parts.push(format!("Write each on a line of its own, {} lines at most.", number(LIST_ITEMS_MAX)));
        }
        _ => {}
    }
    parts.extend(field.measure.as_ref().map(|measure| format!("It is counted in {measure}.")));
    match kind {
        FieldKind::WholeNumber(bounds) | FieldKind::Number(bounds) => parts.extend(between(*bounds)),
        FieldKind::Text if !is_list => {
            // Only letters with accents and the like take more than a byte.
            parts.push(format!("There is room for about {} characters.", number(FIELD_TEXT_BYTES_MAX)));
        }
        FieldKind::Text => {}
        FieldKind::Code | FieldKind::PersonRef | FieldKind::UnitRef => {
            parts.push(format!("It has no spaces, and {} characters at most.", number(CODE_BYTES_MAX)));
        }
        FieldKind::Date => parts.push("For example, 27 3 2026.".to_owned()),
        FieldKind::Timestamp if is_list => parts.push("For example, 2026-03-27T14:05:00Z.".to_owned()),
        FieldKind::Timestamp => {
            parts.push("For example, 27 3 2026 and 14 05. The time is that of London.".to_owned());
        }
        FieldKind::Boolean if is_list => parts.push("Write yes or no.".to_owned()),
        FieldKind::Boolean | FieldKind::Choice(_) | FieldKind::Evidence | FieldKind::List(_) => {}
    }
    parts.extend(example(field));
    parts.join(" ")
}

fn number(limit: usize) -> String {
    words::number(u64::try_from(limit).unwrap_or_default())
}

fn between(bounds: Bounds) -> Option<String> {
    match (bounds.least, bounds.most) {
        (Some(least), Some(most)) => Some(format!("It lies between {least} and {most}.")),
        (Some(least), None) => Some(format!("It is at least {least}.")),
        (None, Some(most)) => Some(format!("It is at most {most}.")),
        (None, None) => None,
    }
}

/// The example that the catalogue itself gives.
fn example(field: &Field) -> Option<String> {
    let kind = match &field.kind {
        FieldKind::List(items) => &**items,
        kind => kind,
    };
    let is_plain = match kind {
        FieldKind::Boolean | FieldKind::Choice(_) | FieldKind::Date | FieldKind::Timestamp => false,
        _ => field.example != field.kind.example(),
    };
    match &field.example {
        _ if !is_plain => None,
        Value::String(text) => Some(format!("For example, {text}")),
        Value::Number(spelled) => Some(format!("For example, {spelled}.")),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            if items.is_empty() { None } else { Some(format!("For example, {}", items.join(" and "))) }
        }
        _ => None,
    }
}

fn control(field: &Field, id: &str, fields: &Fields) -> Control {
    let chosen = fields.get(id);
    let choice = |number: usize, value: &str, label: String, is_chosen: bool| Choice {
        id: if number == 1 { id.to_owned() } else { format!("{id}-{number}") },
        value: value.to_owned(),
        label,
        is_chosen,
    };
    let choices = |first: Option<&str>, values: Vec<(&str, String)>| -> Vec<Choice> {
        let first = first.map(|label| ("", label.to_owned()));
        let numbered = (1..).zip(first.into_iter().chain(values));
        numbered.map(|(number, (value, label))| choice(number, value, label, value == chosen)).collect()
    };
    let not_stated = if field.required { None } else { Some("Not stated") };
    match &field.kind {
        FieldKind::Text => Control::Words,
        FieldKind::Code | FieldKind::PersonRef | FieldKind::UnitRef => Control::Line,
        FieldKind::WholeNumber(_) | FieldKind::Number(_) => Control::Number,
        FieldKind::Boolean => {
            let values = vec![("true", "Yes".to_owned()), ("false", "No".to_owned())];
            Control::Radios(choices(not_stated, values))
        }
        FieldKind::Date => Control::Day(Typed::of(fields, id)),
        FieldKind::Timestamp => Control::Moment(Typed::of(fields, id)),
        FieldKind::Choice(values) => {
            let most = if field.required { RADIOS_MAX } else { RADIOS_OF_OPTIONAL_MAX };
            let labelled = values.iter().map(|value| (value.as_str(), words::choice(value))).collect();
            match values.len() <= most {
                true => Control::Radios(choices(not_stated, labelled)),
                false => Control::Select(choices(Some(not_stated.unwrap_or("Choose one")), labelled)),
            }
        }
        FieldKind::Evidence => Control::Files,
        FieldKind::List(items) => match &**items {
            FieldKind::Choice(values) => {
                let ticked: Vec<&str> = fields.all(id).collect();
                let numbered = (1..).zip(values);
                let boxes = numbered.map(|(number, value)| {
                    choice(number, value, words::choice(value), ticked.contains(&value.as_str()))
                });
                Control::Boxes(boxes.collect())
            }
            _ => Control::Lines,
        },
    }
}

/// An answer, as it is read again before it is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) title: String,
    pub(super) value: String,
    /// What becomes of it, if it is personal.
    pub(super) note: &'static str,
}

/// The answers of a form; what cannot be read as it was typed. `is_shown` says, by its id, which questions the form had.
pub(super) fn answers(
    asking: &Asking,
    fields: &Fields,
    now: Timestamp,
    is_shown: impl Fn(&str) -> bool,
) -> Vec<Answered> {
    let answered = |title: &str, value: String, note: &'static str| {
        let title = title.to_owned();
        Answered { title, value, note }
    };
    let happened = match when(&Typed::of(fields, WHEN), asking.needs_day, now) {
        Ok(When::Day(day)) => day.in_short(),
        Ok(When::Instant { instant, .. }) => moment_in_words(instant),
        Ok(When::Now) => "When it is recorded".to_owned(),
        Err(_) => Typed::of(fields, WHEN).in_short(),
    };
    let mut rows =
        vec![answered(SUBJECT_TITLE, fields.get(SUBJECT).to_owned(), ""), answered(WHEN_TITLE, happened, "")];
    for field in asking.fields.iter().filter(|field| is_shown(&id_of(field))) {
        let note = match field.personal {
            true if field.names_people() => "shown as a pseudonym",
            true => "sealed: stored encrypted",
            false => "",
        };
        rows.push(answered(&field.title, in_words(field, fields), note));
    }
    rows.retain(|row| !row.value.is_empty());
    rows
}

/// What was answered, for people.
fn in_words(field: &Field, fields: &Fields) -> String {
    let id = id_of(field);
    let typed = Typed::of(fields, &id);
    match &field.kind {
        FieldKind::Choice(_) => words::choice(fields.get(&id)),
        FieldKind::Boolean => words::from_name(match fields.get(&id) {
            "true" => "yes",
            "false" => "no",
            other => other,
        }),
        FieldKind::Date => typed.day().map_or_else(|_| typed.in_short(), |day| day.in_short()),
        FieldKind::Timestamp => {
            let instant = typed.day().and_then(|day| typed.instant(day));
            instant.map_or_else(|_| typed.in_short(), |(instant, _)| moment_in_words(instant))
        }
        FieldKind::List(items) if matches!(**items, FieldKind::Choice(_)) => {
            fields.all(&id).map(words::choice).collect::<Vec<_>>().join("\n")
        }
        _ => fields.get(&id).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;

    use super::*;

    fn fields(fields: &[(&str, &str)]) -> Fields {
        Fields(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn asking(name: &str) -> Asking {
        Asking::of(Catalogue::built_in().unwrap().get(name).unwrap(), None)
    }

    #[test]
    fn every_question_of_the_catalogue_has_an_input_and_says_what_it_means() {
        let catalogue = Catalogue::built_in().unwrap();
        for known in catalogue.types() {
            let asking = Asking::of(known, None);
            let mut ids = Vec::new();
            for field in &asking.fields {
                let question = Question::of(field, &Fields::default(), &[]);
                assert!(!question.hint.is_empty() && question.described().contains("-hint"), "{question:?}");
                assert!(question.error.is_empty() && question.is_optional != field.required, "{question:?}");
                ids.push(question.id);
                if let Control::Radios(choices) | Control::Select(choices) = &question.control {
                    let chosen = choices.iter().filter(|choice| choice.is_chosen).count();
                    assert!(chosen <= 1, "{choices:?}");
                }
            }
            ids.sort();
            assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{}", known.name);
        }
    }

    #[test]
    fn what_was_typed_is_shown_again() {
        let asking = asking("request.received");
        let typed = fields(&[("data-regime", "eir"), ("data-note", "<b>"), ("data-complex", "false")]);
        let id = "data-note".to_owned();
        let wrongs = [Wrong { question: id.clone(), field: id, message: "no".to_owned() }];
        let question = |name: &str| Question::of(asking.field(name).unwrap(), &typed, &wrongs);
        let chosen = |name: &str| match question(name).control {
            Control::Radios(choices) | Control::Select(choices) => {
                let chosen = choices.into_iter().filter(|choice| choice.is_chosen);
                chosen.map(|choice| choice.label).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(chosen("regime"), ["EIR"]);
        assert_eq!(chosen("complex"), ["No"]);
        assert_eq!(chosen("channel"), ["Not stated"]);
        let note = question("note");
        assert_eq!((note.value.as_str(), note.error.as_str(), note.note), ("<b>", "no", SEALED));
        assert_eq!(note.described(), "data-note-hint data-note-note data-note-error");
        let Control::Radios(choices) = question("regime").control else { panic!("radios") };
        assert_eq!((choices[0].id.as_str(), choices[1].id.as_str()), ("data-regime", "data-regime-2"));
    }

    #[test]
    fn answers_are_told_in_words() {
        let asking = asking("request.received");
        let typed = fields(&[
            ("subject", "FOI-1"),
            ("when-day", "13"),
            ("when-month", "7"),
            ("when-year", "2026"),
            ("data-regime", "foi"),
            ("data-complex", "true"),
            ("data-note", "a\r\nb"),
        ]);
        let now = Timestamp::parse_rfc3339("2026-07-14T08:30:00Z").unwrap();
        let rows = answers(&asking, &typed, now, |id| id != "data-regime");
        let told: Vec<(&str, &str)> =
            rows.iter().map(|row| (row.title.as_str(), row.value.as_str())).collect();
        assert_eq!(told[..2], [("Case or record", "FOI-1"), ("When it happened", "13 July 2026")]);
        assert!(told.contains(&("Complex", "Yes")), "{told:?}");
        assert!(told.iter().all(|(title, _)| *title != "Regime"), "{told:?}");
        let note = rows.iter().find(|row| row.value == "a\r\nb").unwrap();
        assert_eq!(note.note, "sealed: stored encrypted");
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_it_was_typed() {
        let typed = fields(&[("when-day", "45"), ("when-month", "7"), ("data-regime", "")]);
        let now = Timestamp::parse_rfc3339("2026-07-14T08:30:00Z").unwrap();
        let rows = answers(&asking("request.received"), &typed, now, |_| true);
        let told: Vec<(&str, &str)> =
            rows.iter().map(|row| (row.title.as_str(), row.value.as_str())).collect();
        assert_eq!(told, [("When it happened", "45 7")]);
    }

    #[test]
    fn sentences_begin_and_end_as_such() {
        assert_eq!(sentence("the number of the case"), "The number of the case.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), ".");
    }
}
