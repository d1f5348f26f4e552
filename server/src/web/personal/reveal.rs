//! Reading the sealed data of a case, for a purpose that is recorded. What was read is in the answer alone.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use muniment_core::catalogue::Catalogue;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Choice, Mistake, REVEALERS, choices, said_of, sealed_groups};
use crate::erasure::PERSON;
use crate::web::entries::{Line, case_path, value_in_words};
use crate::web::failure::Failure;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, part};
use crate::web::words::{self, Moment};

/// What sealed data may be read for.
const PURPOSES: [(&str, &str, &str); 6] = [
    ("casework", "Casework", "I work on the case."),
    ("review", "Review", "A decision or a complaint is looked at again."),
    ("investigation", "Investigation", "Something went wrong, and is looked into."),
    ("audit", "Audit", "I check whether the rules were kept."),
    ("subject_access", "Subject access", "A person asked for what is held about them."),
    ("legal", "Legal", "A court or a law asks for it."),
];
/// The choice of a kind that is typed.
const OTHER: &str = "other";

/// Which case a link names.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Beforehand {
    #[serde(default)]
    group: String,
    #[serde(default)]
    subject: String,
}

/// What was typed.
#[derive(Debug, Default)]
struct Form {
    group: String,
    other_group: String,
    subject: String,
    purpose: String,
}

impl Form {
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if self.group.is_empty() {
            mistakes.push(Mistake::new("group", "Select what kind of case it is"));
        } else if self.group == OTHER && self.other_group.is_empty() {
            mistakes.push(Mistake::new("other_group", "Enter the kind of case"));
        }
        if self.subject.is_empty() {
            mistakes
                .push(Mistake::new("subject", "Enter the name of the case, or the pseudonym of a person"));
        }
        if !PURPOSES.iter().any(|(name, ..)| *name == self.purpose) {
            mistakes.push(Mistake::new("purpose-0", "Select what you read it for"));
        }
        mistakes
    }

    /// The group that is asked for.
    fn chosen(&self) -> &str {
        if self.group == OTHER { &self.other_group } else { &self.group }
    }
}

/// A kind of case.
#[derive(Debug)]
struct Kind {
    name: String,
    title: String,
    is_chosen: bool,
}

/// The groups that may hold sealed data, as far as the token's scope has them.
fn kinds(visit: &Visit, catalogue: &Catalogue, chosen: &str) -> Vec<Kind> {
    let scope = &visit.session.grant.scope;
    let groups = sealed_groups(catalogue).filter(|group| scope.covers_group(&group.name));
    let kind = |name: &str, title: &str| Kind {
        name: name.to_owned(),
        title: title.to_owned(),
        is_chosen: name == chosen,
    };
    let mut kinds: Vec<Kind> = groups.map(|group| kind(&group.name, &group.title)).collect();
    if visit.sees_everything() {
        kinds.push(kind(PERSON, "A person, by their pseudonym"));
    }
    kinds
}

#[derive(Debug, Template)]
#[template(path = "personal_reveal.html")]
struct RevealPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    group_error: String,
    other_error: String,
    subject_error: String,
    purpose_error: String,
    kinds: Vec<Kind>,
    is_other: bool,
    form: Form,
    purposes: Vec<Choice>,
}

fn may_reveal(visit: &Visit) -> Result<(), Failure> {
    if visit.holds(REVEALERS) {
        return Ok(());
    }
    Err(Failure::forbidden("Sealed personal data is read by officers, and by nobody else."))
}

pub(super) async fn show(visit: Visit, Query(known): Query<Beforehand>) -> Result<Response, Failure> {
    may_reveal(&visit)?;
    let form = Form { group: known.group, subject: known.subject, ..Form::default() };
    form_page(&visit, form, Vec::new())
}

fn form_page(visit: &Visit, mut form: Form, mistakes: Vec<Mistake>) -> Result<Response, Failure> {
    let definitions = visit.pages.app.definitions();
    let kinds = kinds(visit, &definitions.catalogue, &form.group);
    // A kind that a link names and that is not in the list is typed already.
    let is_listed = kinds.iter().any(|kind| kind.is_chosen);
    if !is_listed && !form.group.is_empty() && form.group != OTHER {
        form.other_group = std::mem::replace(&mut form.group, OTHER.to_owned());
    }
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame("Read the sealed data of a case", Place::Personal);
    let page = RevealPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        group_error: said_of(&mistakes, "group"),
        other_error: said_of(&mistakes, "other_group"),
        subject_error: said_of(&mistakes, "subject"),
        purpose_error: said_of(&mistakes, "purpose-0"),
        mistakes,
        kinds,
        is_other: form.group == OTHER,
        purposes: choices("purpose", &PURPOSES, &form.purpose),
        form,
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// What the interface answers.
#[derive(Debug, Deserialize)]
struct Revealed {
    entries: Vec<RevealedEntry>,
    destroyed: u64,
    #[serde(default)]
    person: Option<String>,
    seq: u64,
}

/// The opened values of one entry, by their JSON pointers.
#[derive(Debug, Deserialize)]
struct RevealedEntry {
    seq: u64,
    values: BTreeMap<String, Value>,
}

/// An entry with what was sealed in it.
#[derive(Debug)]
struct Opened {
    seq: u64,
    number: String,
    title: String,
    when: Moment,
    values: Vec<(String, String)>,
}

#[derive(Debug, Template)]
#[template(path = "personal_revealed.html")]
struct RevealedPage {
    frame: Frame,
    kind: String,
    subject: String,
    case_path: String,
    purpose: &'static str,
    is_person: bool,
    person: Option<String>,
    entries: Vec<Opened>,
    /// How many entries cannot be read any more; empty if there are none.
    destroyed: String,
    seq: u64,
    number: String,
}

/// The answer is the page: nothing of it is kept, and nothing is sent on.
pub(super) async fn reveal(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    may_reveal(&visit)?;
    let text = |name: &str| fields.get(name).to_owned();
    let form = Form {
        group: text("group"),
        other_group: text("other_group"),
        subject: text("subject"),
        purpose: text("purpose"),
    };
    let mistakes = form.mistakes();
    if !mistakes.is_empty() {
        return form_page(&visit, form, mistakes);
    }
    let path = format!("/v1/subjects/{}/{}/reveal", part(form.chosen()), part(&form.subject));
    let revealed: Revealed = match visit.post(&path, &json!({ "purpose": form.purpose })).await {
        Ok(answer) => answer.read()?,
        Err(failure) if failure.is_about_the_form() || failure.code() == "not_found" => {
            return form_page(&visit, form, vec![Mistake::new("subject", failure.detail)]);
        }
        Err(failure) => return Err(failure),
    };
    let purpose = PURPOSES.iter().find(|(name, ..)| *name == form.purpose);
    let is_person = form.chosen() == PERSON;
    let Revealed { entries, destroyed, person, seq } = revealed;
    let mut opened = Vec::with_capacity(entries.len());
    for entry in entries {
        // What was revealed is shown, whatever becomes of what stands around it: it is recorded as read.
        let found = visit.find::<Value>(&format!("/v1/events/{}", entry.seq)).await;
        let found = found.unwrap_or_else(|failure| {
            tracing::warn!(
                seq = entry.seq,
                failure.status,
                "an entry cannot be named beside what it reveals"
            );
            None
        });
        opened.push(open(&visit.pages.app.definitions().catalogue, found.as_ref(), entry));
    }
    page::page(&RevealedPage {
        frame: visit.frame("Sealed data", Place::Personal),
        kind: form.chosen().to_owned(),
        case_path: if is_person { String::new() } else { case_path(&form.subject) },
        subject: form.subject,
        purpose: purpose.map(|(_, title, _)| *title).unwrap_or_default(),
        is_person,
        person,
        entries: opened,
        destroyed: if destroyed == 0 { String::new() } else { words::count(destroyed, "entry", "entries") },
        seq,
        number: words::number(seq),
    })
}

/// An entry with the titles of what was sealed in it. Where the entry itself could not be looked up, its number and the
/// names of its fields have to do.
fn open(
    catalogue: &Catalogue,
    entry: Option<&Value>,
    RevealedEntry { seq, values }: RevealedEntry,
) -> Opened {
    let line = entry.map(|entry| Line::of(entry, catalogue));
    let known = line.as_ref().and_then(|line| catalogue.get(&line.event_type));
    let titled = |(pointer, value): (String, Value)| {
        let field = known.and_then(|known| known.field(name_of(&pointer)));
        (field.map_or_else(|| title_of(&pointer), |field| field.title.clone()), value_in_words(field, &value))
    };
    let (title, when) = line.map(|line| (line.title, line.happened)).unwrap_or_default();
    Opened {
        seq,
        number: words::number(seq),
        title: if title.is_empty() { "An event that cannot be looked up just now".to_owned() } else { title },
        when,
        values: values.into_iter().map(titled).collect(),
    }
}

/// The field of `data` that a pointer leads to or into.
fn name_of(pointer: &str) -> &str {
    pointer.strip_prefix("/data/").unwrap_or_default()
}

/// A pointer in words, where the catalogue has none for it.
fn title_of(pointer: &str) -> String {
    match pointer {
        "/data" => "All that was posted".to_owned(),
        "/data_base64" => "All that was posted, in base64".to_owned(),
        _ => {
            let words = pointer.trim_start_matches("/data").split('/').filter(|word| !word.is_empty());
            let words: Vec<String> =
                words.map(|word| words::from_name(&word.replace("~1", "/").replace("~0", "~"))).collect();
            words.join(": ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_in_words() {
        assert_eq!(title_of("/data/requester_name"), "Requester name");
        assert_eq!(title_of("/data/contact/e~1mail"), "Contact: E/mail");
        assert_eq!(title_of("/data"), "All that was posted");
        assert_eq!((name_of("/data/requester_name"), name_of("/subject")), ("requester_name", ""));
    }

    #[test]
    fn what_was_revealed_is_shown_whatever_else_fails() {
        let catalogue = Catalogue::built_in().unwrap();
        let revealed = || RevealedEntry {
            seq: 1_041,
            values: BTreeMap::from([("/data/requester_name".to_owned(), json!("A. N. Other"))]),
        };
        let entry = json!({ "seq": 1_041, "event": {
            "type": "request.received", "subject": "FOI/1", "data": { "date": "2026-04-30", "regime": "foi" },
        } });
        let whole = open(&catalogue, Some(&entry), revealed());
        assert_eq!(whole.when.words, "30 April 2026");
        assert_eq!((whole.number.as_str(), whole.values[0].1.as_str()), ("1,041", "A. N. Other"));
        for nothing in [None, Some(&Value::Null)] {
            let bare = open(&catalogue, nothing, revealed());
            assert_eq!((bare.seq, bare.number.as_str(), bare.when.words.as_str()), (1_041, "1,041", ""));
            assert_eq!(bare.values, [("Requester name".to_owned(), "A. N. Other".to_owned())]);
            assert!(!bare.title.is_empty() && bare.title != whole.title);
        }
    }

    #[test]
    fn a_case_and_a_purpose_are_needed() {
        let fields =
            |form: &Form| form.mistakes().into_iter().map(|mistake| mistake.field).collect::<Vec<_>>();
        assert_eq!(fields(&Form::default()), ["group", "subject", "purpose-0"]);
        let text = str::to_owned;
        let form = Form {
            group: text(OTHER),
            other_group: String::new(),
            subject: text("A"),
            purpose: text("audit"),
        };
        assert_eq!(fields(&form), ["other_group"]);
        let form = Form { other_group: text("parking"), ..form };
        assert_eq!((fields(&form), form.chosen()), (Vec::new(), "parking"));
    }
}
