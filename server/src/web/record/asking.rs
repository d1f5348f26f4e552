//! What the form for a type of event asks for.

use std::collections::BTreeSet;

use muniment_core::catalogue::{EventType, Field, FieldKind};

use super::super::fields::Fields;
use super::dates::Typed;

/// The hidden field with the event's id: a form that is sent twice is recorded once.
pub(super) const EVENT_ID: &str = "event-id";
/// What a button asks for: `check`, `change` or `send`.
pub(super) const STEP: &str = "step";
/// The case or record.
pub(super) const SUBJECT: &str = "subject";
/// When it happened: `when-day` and so on.
pub(super) const WHEN: &str = "when";

/// Words of choices that are written in capitals.
const ACRONYMS: [&str; 39] = [
    "ai", "bcc", "caf", "cctv", "csv", "dpa", "dpia", "dpo", "dspt", "dwp", "eir", "foi", "foia", "gdpr",
    "gis", "gpms", "gsc", "hmrc", "hr", "html", "ico", "ict", "impb", "ipco", "iso", "json", "ncsc", "pci",
    "pdf", "pecr", "pgp", "psn", "sar", "siro", "tls", "uk", "usb", "weee", "xlsx",
];

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

/// What the inputs of a field are called.
pub(super) fn id_of(field: &Field) -> String {
    format!("data-{}", field.name)
}

/// A value of a choice, for people. What is no plain word, such as a section of an Act, stays as it is.
pub(super) fn label(value: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if !value.bytes().all(is_plain) {
        return value.to_owned();
    }
    let words = value.split('_').enumerate().map(|(place, word)| match place {
        _ if ACRONYMS.contains(&word) => word.to_uppercase(),
        0 => super::super::words::from_name(word),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;

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
    fn choices_are_told_in_words() {
        for (value, told) in [
            ("foi", "FOI"),
            ("dpa_1998", "DPA 1998"),
            ("web_form", "Web form"),
            ("reported_to_ico", "Reported to ICO"),
            ("s.40(2)", "s.40(2)"),
            ("R12", "R12"),
            ("adult-social-care", "adult-social-care"),
        ] {
            assert_eq!(label(value), told);
        }
    }
}
