//! What reports look like and begin with: the organisation's name, colour, logo and introduction.

use askama::Template;
use axum::extract::{Query, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ENTRY_READERS, MAKERS, Mistake, readable, said_of};
use crate::logo::{LOGO_BYTES_MAX, MEDIA_TYPES};
use crate::web::failure::Failure;
use crate::web::files;
use crate::web::forms::{CSRF, CSRF_BYTES_MAX, from_here};
use crate::web::page::{self, Frame, Place};
use crate::web::sent::SentForm;
use crate::web::visit::{Visit, see_other};
use crate::web::words;

/// Where the interface has it.
const PATH: &str = "/v1/report-design";
/// Largest form: so large that a file which is too large as a logo is refused by its own limit, and what was typed is not lost.
const FORM_BYTES_MAX: usize = 1024 * 1024;
/// The fields of the form.
const NAME: &str = "name";
const COLOUR: &str = "colour";
const LOGO: &str = "logo";
const ALTERNATIVE: &str = "logo_text";
const WITHOUT_LOGO: &str = "without_logo";
const INTRODUCTION: &str = "introduction";
const FIELDS: [(&str, usize); 7] = [
    (CSRF, CSRF_BYTES_MAX),
    (NAME, FORM_BYTES_MAX),
    (COLOUR, FORM_BYTES_MAX),
    (LOGO, FORM_BYTES_MAX),
    (ALTERNATIVE, FORM_BYTES_MAX),
    (WITHOUT_LOGO, FORM_BYTES_MAX),
    (INTRODUCTION, FORM_BYTES_MAX),
];

/// `GET /v1/report-design`.
#[derive(Debug, Default, Deserialize)]
struct Present {
    entry: Option<u64>,
    name: Option<String>,
    colour: Option<String>,
    logo: Option<Logo>,
    introduction: Option<String>,
}

/// The logo that there is.
#[derive(Debug, Clone, Deserialize)]
struct Logo {
    content: Option<String>,
    fault: Option<String>,
    alternative: String,
    media_type: String,
}

/// What was typed, but for the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Typed {
    name: String,
    colour: String,
    alternative: String,
    introduction: String,
    is_without_logo: bool,
}

impl Typed {
    fn of(present: &Present) -> Typed {
        let logo = present.logo.as_ref();
        Typed {
            name: present.name.clone().unwrap_or_default(),
            colour: present.colour.clone().unwrap_or_default(),
            alternative: logo.map(|logo| logo.alternative.clone()).unwrap_or_default(),
            introduction: present.introduction.clone().unwrap_or_default(),
            is_without_logo: false,
        }
    }

    fn read(form: &SentForm) -> Typed {
        Typed {
            name: form.text(NAME),
            colour: form.text(COLOUR),
            alternative: form.text(ALTERNATIVE),
            introduction: form.text(INTRODUCTION),
            is_without_logo: !form.text(WITHOUT_LOGO).is_empty(),
        }
    }

    /// What is asked of the interface: where no file was sent, the logo stays what it is.
    fn wish(&self, file: &[u8], present: Option<&Logo>) -> Result<Value, Mistake> {
        let damaged =
            || Mistake::new(LOGO, "Select the file of the logo once more, or tick the box to go without one");
        let content = match present {
            _ if !file.is_empty() => Some(STANDARD.encode(file)),
            Some(logo) if !self.is_without_logo => Some(logo.content.clone().ok_or_else(damaged)?),
            _ => None,
        };
        let logo = content.map(|content| json!({ "content": content, "alternative": self.alternative }));
        Ok(json!({
            "name": self.name, "colour": self.colour, "logo": logo, "introduction": self.introduction,
        }))
    }
}

/// Which field the interface speaks of.
fn heard(failure: &Failure) -> Mistake {
    const PARTS: [(&str, &str); 5] = [
        ("name: ", NAME),
        ("colour: ", COLOUR),
        ("logo.alternative: ", ALTERNATIVE),
        ("logo: ", LOGO),
        ("introduction: ", INTRODUCTION),
    ];
    let said = Failure::sentence;
    let part = PARTS.iter().find_map(|(start, field)| Some((failure.detail.strip_prefix(start)?, *field)));
    match part {
        Some((detail, field)) => Mistake::new(field, said(&Failure::bad(detail))),
        // Nothing else of a form is so large.
        None if failure.status == 413 => Mistake::new(LOGO, said(failure)),
        None => Mistake::new("", said(failure)),
    }
}

#[derive(Debug, Template)]
#[template(path = "reports_design.html")]
struct DesignPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    name_error: String,
    colour_error: String,
    logo_error: String,
    alternative_error: String,
    introduction_error: String,
    is_done: bool,
    present: Present,
    /// The entry that states it, in words.
    entry: String,
    may_read_entries: bool,
    may_change: bool,
    controller: String,
    form: Typed,
    logo_kibibytes: usize,
}

/// What was done just now, after which somebody came here.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

async fn design_page(
    visit: &Visit,
    (present, form): (Present, Typed),
    mistakes: Vec<Mistake>,
    is_done: bool,
) -> Result<Response, Failure> {
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame("Name, logo and introduction", Place::Reports);
    let page = DesignPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        name_error: said_of(&mistakes, NAME),
        colour_error: said_of(&mistakes, COLOUR),
        logo_error: said_of(&mistakes, LOGO),
        alternative_error: said_of(&mistakes, ALTERNATIVE),
        introduction_error: said_of(&mistakes, INTRODUCTION),
        mistakes,
        is_done,
        entry: present.entry.map(words::number).unwrap_or_default(),
        may_read_entries: visit.holds(ENTRY_READERS),
        may_change: visit.holds(MAKERS),
        controller: visit.pages.app.genesis().controller.clone(),
        present,
        form,
        logo_kibibytes: LOGO_BYTES_MAX / 1024,
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

pub(super) async fn show(visit: Visit, Query(Done { done }): Query<Done>) -> Result<Response, Failure> {
    readable(&visit)?;
    let present: Present = visit.get(PATH).await?;
    let form = Typed::of(&present);
    design_page(&visit, (present, form), Vec::new(), done == "recorded").await
}

/// The logo as it is kept, to be looked at.
pub(super) async fn logo(visit: Visit) -> Result<Response, Failure> {
    readable(&visit)?;
    let present: Present = visit.get(PATH).await?;
    let kept = present.logo.and_then(|logo| {
        let media_type = MEDIA_TYPES.into_iter().find(|known| *known == logo.media_type)?;
        Some((STANDARD.decode(logo.content?).ok()?, media_type))
    });
    let (bytes, media_type) = kept.ok_or_else(|| Failure::not_found("Reports have no logo."))?;
    Ok(files::served(bytes, media_type, "no-store"))
}

pub(super) async fn record(visit: Visit, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    from_here(&parts.headers, &parts.uri)?;
    readable(&visit)?;
    if !visit.holds(MAKERS) {
        return Err(Failure::forbidden("What reports look like is said by administrators and officers."));
    }
    let form = match visit.pages.app.read_own_form(&parts.headers, body, FORM_BYTES_MAX).await {
        Ok(body) => SentForm::read(&parts.headers, body, &FIELDS).await?,
        Err((413, detail)) => {
            let present: Present = visit.get(PATH).await?;
            let (form, mistake) = (Typed::of(&present), heard(&Failure::new(413, "", detail)));
            return design_page(&visit, (present, form), vec![mistake], false).await;
        }
        Err((status, detail)) => return Err(Failure::new(status, "The form could not be read", detail)),
    };
    if !visit.session.is_own_form(&form.text(CSRF)) {
        let why = "You were signed out, or signed in anew, before the form was sent, so nothing was recorded. Send it again.";
        return Err(Failure::forbidden(why));
    }
    let present: Present = visit.get(PATH).await?;
    let typed = Typed::read(&form);
    let mistake = match typed.wish(&form.file(LOGO), present.logo.as_ref()) {
        Err(mistake) => mistake,
        Ok(wish) => {
            let body = Some(("application/json", wish.to_string().into_bytes()));
            match visit.ask(Method::PUT, PATH, body).await {
                Ok(_) => return Ok(see_other("/reports/design?done=recorded")),
                Err(failure) if failure.is_about_the_form() => heard(&failure),
                Err(failure) => return Err(failure),
            }
        }
    };
    design_page(&visit, (present, typed), vec![mistake], false).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(content: Option<&str>) -> Logo {
        Logo {
            content: content.map(str::to_owned),
            fault: None,
            alternative: "A bridge".to_owned(),
            media_type: "image/png".to_owned(),
        }
    }

    #[test]
    fn the_logo_stays_unless_another_is_sent_or_it_is_taken_away() {
        let typed = Typed { alternative: "An oak".to_owned(), ..Typed::default() };
        let kept = typed.wish(b"", Some(&logo(Some("AA==")))).unwrap();
        assert_eq!(kept["logo"], json!({ "content": "AA==", "alternative": "An oak" }));
        let sent = typed.wish(b"\x01", Some(&logo(Some("AA==")))).unwrap();
        assert_eq!(sent["logo"]["content"], "AQ==");
        assert_eq!(typed.wish(b"", None).unwrap()["logo"], Value::Null);
        let without = Typed { is_without_logo: true, ..typed.clone() };
        assert_eq!(without.wish(b"", Some(&logo(Some("AA==")))).unwrap()["logo"], Value::Null);
        // What cannot be read cannot stay.
        assert_eq!(typed.wish(b"", Some(&logo(None))).unwrap_err().field, LOGO);
        assert_eq!(without.wish(b"", Some(&logo(None))).unwrap()["logo"], Value::Null);
    }

    #[test]
    fn what_the_interface_says_is_said_beside_its_field() {
        let heard_of = |status, detail: &str| heard(&Failure::new(status, "", detail));
        let alternative = heard_of(422, "logo.alternative: say in words what is to be seen");
        assert_eq!((alternative.field.as_str(), &alternative.message[..3]), (ALTERNATIVE, "Say"));
        assert_eq!(heard_of(422, "logo: 9 bytes, the limit is 8 bytes").field, LOGO);
        assert_eq!(heard_of(413, "9 bytes, the limit is 8 bytes").field, LOGO);
        assert_eq!(heard_of(409, "another event has this id").field, "");
    }
}
