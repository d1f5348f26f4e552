//! A form on its way: filled in, checked, read again, sent. Nothing of it is kept here: every page carries all that was typed.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::super::entries::Line;
use super::super::failure::Failure;
use super::super::fields::Fields;
use super::super::page::{self, Frame, Place};
use super::super::visit::{Visit, see_other, with_query};
use super::super::words;
use super::asking::{Asking, EVENT_ID, STEP, SUBJECT, id_of};
use super::event::{Wrong, build, of_fault};
// The templates name the kinds of control.
use super::question::{Answered, Control, Question, answers};
use crate::tokens::Grant;

const MEDIA_TYPE: &str = "application/cloudevents+json";
const EVENTS: &str = "/v1/events";
const DRY_RUN: &str = "/v1/events?dry_run=true";

/// A form.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) visit: Visit,
    pub(super) asking: Asking,
    /// Where it is sent to.
    pub(super) path: String,
    /// Which source the event has.
    pub(super) source: String,
    /// Fields that nobody fills in, with their values.
    pub(super) fixed: Vec<(&'static str, String)>,
    /// The entry that a correction is about.
    pub(super) corrected: Option<Corrected>,
    /// The entry that counts no more, and is recorded right by this form.
    pub(super) instead: Option<Instead>,
}

/// An entry that is recorded right.
#[derive(Debug)]
pub(super) struct Instead {
    pub(super) line: Line,
    /// The entry's number, for people.
    pub(super) number: String,
    /// Whether it is known to count no more.
    pub(super) is_void: bool,
    /// What of it is not filled in, by title.
    pub(super) left_out: Vec<String>,
    /// Where it is said that it counts no more.
    pub(super) correct_path: String,
}

/// An entry that is to be corrected.
#[derive(Debug)]
pub(super) struct Corrected {
    pub(super) line: Line,
    /// The entry's number, for people.
    pub(super) number: String,
    /// Whether it counts at present.
    pub(super) standing: &'static str,
}

/// What the interface answers once an event is recorded; of one that was only checked it says no number.
#[derive(Debug, Deserialize)]
struct Recorded {
    seq: Option<u64>,
}

#[derive(Debug, Template)]
#[template(path = "record_form.html")]
struct FormPage<'s> {
    frame: Frame,
    asking: &'s Asking,
    corrected: Option<&'s Corrected>,
    instead: Option<&'s Instead>,
    path: &'s str,
    event_id: String,
    needed: Vec<Question>,
    more: Vec<Question>,
    errors: Vec<Wrong>,
}

#[derive(Debug, Template)]
#[template(path = "record_check.html")]
struct CheckPage<'s> {
    frame: Frame,
    asking: &'s Asking,
    corrected: Option<&'s Corrected>,
    path: &'s str,
    source: &'s str,
    rows: Vec<Answered>,
    fields: Vec<(String, String)>,
}

impl Sheet {
    /// The form, filled in as far as something is known.
    pub(super) fn show(&self, fields: Fields) -> Result<Response, Failure> {
        let fields = with_id(self.fix(fields))?;
        self.form(StatusCode::OK, &fields, Vec::new())
    }

    /// What becomes of the form once it is sent.
    pub(super) async fn posted(&self, fields: Fields) -> Result<Response, Failure> {
        let step = fields.get(STEP).to_owned();
        let fields = with_id(self.fix(fields.without(&[STEP])))?;
        match step.as_str() {
            "change" => self.form(StatusCode::OK, &fields, Vec::new()),
            "send" => self.hand_in(fields, EVENTS).await,
            _ => self.hand_in(fields, DRY_RUN).await,
        }
    }

    /// Has the interface check the event or record it, and shows what it says.
    async fn hand_in(&self, fields: Fields, path: &str) -> Result<Response, Failure> {
        let built = build(&self.asking, &self.source, &fields, self.visit.pages.app.time());
        // What cannot be read is not sent; the rest is checked all the same, so that everything is told at once.
        let path = if built.wrongs.is_empty() { path } else { DRY_RUN };
        let body = (MEDIA_TYPE, built.event.to_canonical());
        match self.visit.ask(Method::POST, path, Some(body)).await {
            Err(failure) => self.refused(fields, built.wrongs, failure),
            Ok(_) if !built.wrongs.is_empty() => {
                self.form(StatusCode::UNPROCESSABLE_ENTITY, &fields, built.wrongs)
            }
            Ok(answer) => match answer.read::<Recorded>()?.seq {
                // Also where it was recorded before: this is the same form, sent twice.
                Some(seq) => Ok(see_other(&self.done_path(seq))),
                None => self.check(&fields),
            },
        }
    }

    fn done_path(&self, seq: u64) -> String {
        let path = format!("/record/{}/done", self.asking.event_type);
        with_query(&path, &[("seq", seq.to_string().as_str())])
    }

    /// The form again, with what the interface finds wrong.
    fn refused(
        &self,
        mut fields: Fields,
        mut wrongs: Vec<Wrong>,
        failure: Failure,
    ) -> Result<Response, Failure> {
        let may_not_at_all = failure.status == 401 || (failure.status == 403 && failure.errors.is_empty());
        if may_not_at_all {
            return Err(failure);
        }
        for fault in &failure.errors {
            let wrong = of_fault(&self.asking, fault);
            let is_told = wrongs.iter().any(|told| told.question == wrong.question);
            if wrong.question.is_empty() || !is_told {
                wrongs.push(wrong);
            }
        }
        if failure.code() == "conflict" {
            // What is sent from now on is another event.
            fields = fields.without(&[EVENT_ID]);
            wrongs.push(Wrong::of_all(&recorded_before(failure.first_entry)));
        } else if failure.errors.is_empty() {
            let said = if failure.detail.is_empty() { &failure.title } else { &failure.detail };
            wrongs
                .push(Wrong::of_all(&format!("Nothing was recorded, and nothing you typed is lost: {said}")));
        }
        let status = match StatusCode::from_u16(failure.status) {
            Ok(status) if status.is_server_error() => status,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        self.form(status, &with_id(fields)?, wrongs)
    }

    fn form(&self, status: StatusCode, fields: &Fields, mut wrongs: Vec<Wrong>) -> Result<Response, Failure> {
        let (more, needed): (Vec<Question>, Vec<Question>) =
            self.questions(fields, &wrongs).into_iter().partition(|question| question.is_optional);
        let shown: Vec<&str> = needed.iter().chain(&more).map(|question| question.id.as_str()).collect();
        let place = |question: &str| shown.iter().position(|id| *id == question);
        wrongs.sort_by_key(|wrong| place(&wrong.question));
        for wrong in &mut wrongs {
            if place(&wrong.question).is_none() {
                wrong.field.clear();
            }
        }
        let frame = self.visit.frame(&self.asking.title, Place::Record);
        let page = FormPage {
            frame: if wrongs.is_empty() { frame } else { frame.with_errors() },
            asking: &self.asking,
            corrected: self.corrected.as_ref(),
            instead: self.instead.as_ref(),
            path: &self.path,
            event_id: fields.get(EVENT_ID).to_owned(),
            needed,
            more,
            errors: wrongs,
        };
        page::with_status(status, &page)
    }

    fn questions(&self, fields: &Fields, wrongs: &[Wrong]) -> Vec<Question> {
        let mut questions = Vec::new();
        if !self.is_fixed(SUBJECT) {
            questions.push(Question::of_subject(&self.asking, fields, wrongs));
        }
        questions.push(Question::of_when(&self.asking, fields, wrongs));
        let asked = self.asking.fields.iter().filter(|field| !self.is_fixed(&id_of(field)));
        questions.extend(asked.map(|field| Question::of(field, fields, wrongs)));
        questions
    }

    /// What was answered, to be read again. Its form carries everything on.
    fn check(&self, fields: &Fields) -> Result<Response, Failure> {
        let now = self.visit.pages.app.time();
        page::page(&CheckPage {
            frame: self.visit.frame("Check your answers", Place::Record),
            asking: &self.asking,
            corrected: self.corrected.as_ref(),
            path: &self.path,
            source: &self.source,
            rows: answers(&self.asking, fields, now, |id| !self.is_fixed(id)),
            fields: fields.0.clone(),
        })
    }

    fn is_fixed(&self, id: &str) -> bool {
        self.fixed.iter().any(|(fixed, _)| *fixed == id)
    }

    /// The fields, with those that nobody fills in as they have to be.
    fn fix(&self, fields: Fields) -> Fields {
        let names: Vec<&str> = self.fixed.iter().map(|(name, _)| *name).collect();
        let mut fields = fields.without(&names);
        fields.0.extend(self.fixed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        fields
    }
}

fn recorded_before(first_entry: Option<u64>) -> String {
    let entry = first_entry.map(|seq| format!(", as entry {}", words::number(seq))).unwrap_or_default();
    format!(
        "This form was recorded before{entry}, with other answers. If you go on, a second event is recorded. To say that the first is wrong, record a correction of it."
    )
}

/// The form with an id for its event: the same for as long as the form is on its way.
fn with_id(mut fields: Fields) -> Result<Fields, Failure> {
    if fields.get(EVENT_ID).is_empty() {
        let mut bytes = [0; 18];
        let filled = getrandom::fill(&mut bytes);
        filled.map_err(|error| Failure::internal("the system gives no random bytes", &error))?;
        fields = fields.without(&[EVENT_ID]);
        fields.0.push((EVENT_ID.to_owned(), format!("form-{}", URL_SAFE_NO_PAD.encode(bytes))));
    }
    Ok(fields)
}

/// Which source events of a token's forms have.
pub(super) fn source_of(grant: &Grant) -> String {
    grant.scope.source_prefix.clone().unwrap_or_else(|| format!("/forms/{}", grant.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Scope;

    #[test]
    fn a_form_has_one_id_for_as_long_as_it_is_on_its_way() {
        let first = with_id(Fields::default()).unwrap();
        let id = first.get(EVENT_ID).to_owned();
        assert!(id.starts_with("form-") && id.len() == 29, "{id}");
        assert_eq!(with_id(first.clone()).unwrap(), first);
        assert_ne!(with_id(Fields::default()).unwrap().get(EVENT_ID), id);
        let empty = Fields(vec![(EVENT_ID.to_owned(), String::new())]);
        assert_eq!(with_id(empty).unwrap().0.len(), 1);
    }

    #[test]
    fn a_token_posts_under_its_own_prefix() {
        let mut grant = Grant::none("foi".to_owned());
        assert_eq!(source_of(&grant), "/forms/foi");
        grant.scope = Scope { source_prefix: Some("/systems/foi".to_owned()), ..Scope::default() };
        assert_eq!(source_of(&grant), "/systems/foi");
        assert!(grant.scope.covers_source(&source_of(&grant)));
    }
}
