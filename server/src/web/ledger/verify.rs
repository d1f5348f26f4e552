//! Checking the ledger: in the browser, and without us.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::{LedgerState, Mistake, number};
use crate::web::Pages;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::files;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::Visit;

/// Most entries of a chain that a browser checks at a time.
const CHAIN_MAX: u64 = 1_000;
/// Most lines of an answer.
const LINES_MAX: u64 = 200;

/// What is to be checked, as it was typed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    seq: String,
    from: String,
    to: String,
}

impl Wanted {
    fn read(query: Option<String>) -> Result<Wanted, Failure> {
        let fields = Fields::read(query.unwrap_or_default().as_bytes())?;
        let typed = |name: &str| fields.get(name).to_owned();
        Ok(Wanted { seq: typed("seq"), from: typed("from"), to: typed("to") })
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for (field, text) in [("seq", &self.seq), ("from", &self.from), ("to", &self.to)] {
            if !text.is_empty() && number(text).is_none() {
                let message = "The number of an entry must be a whole number, such as 41".to_owned();
                mistakes.push(Mistake::new(field, message));
            }
        }
        let message = match (number(&self.from), number(&self.to)) {
            (Some(from), Some(to)) if to < from => {
                "The last entry has to be the first one or a later one".to_owned()
            }
            (Some(from), Some(to)) if to - from >= CHAIN_MAX => {
                "At most 1,000 entries are checked at a time; check the rest afterwards".to_owned()
            }
            _ => return mistakes,
        };
        mistakes.push(Mistake::new("to", message));
        mistakes
    }
}

#[derive(Debug, Template)]
#[template(path = "verify_page.html")]
struct VerifyPage {
    frame: Frame,
    wanted: Wanted,
    /// The entry that the commands are about.
    example: String,
    origin: String,
    vkey: String,
    script: &'static str,
    verifier: &'static str,
    chain_max: u64,
    lines_max: u64,
    mistakes: Vec<Mistake>,
}

impl VerifyPage {
    /// What is wrong with a field; empty if nothing is.
    fn error(&self, field: &str) -> &str {
        let found = self.mistakes.iter().find(|mistake| mistake.field == field);
        found.map_or("", |mistake| &mistake.message)
    }
}

pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let wanted = Wanted::read(query)?;
    let mistakes = wanted.mistakes();
    let state: LedgerState = visit.get("/v1/ledger").await?;
    let frame = visit.frame("Verify in this browser", Place::Ledger);
    let is_wrong = !mistakes.is_empty();
    let shown = VerifyPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        example: number(&wanted.seq).unwrap_or_default().to_string(),
        wanted,
        origin: state.origin,
        vkey: state.vkey,
        script: files::verify_path(),
        verifier: files::verifier_path(),
        chain_max: CHAIN_MAX,
        lines_max: LINES_MAX,
        mistakes,
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page::with_status(status, &shown)
}

/// Lines of entries that follow each other, byte by byte, each ended by a newline.
pub(super) async fn lines(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let wanted = Wanted::read(query)?;
    let (Some(from), Some(to)) = (number(&wanted.from), number(&wanted.to)) else {
        return Err(Failure::bad("It needs the numbers of a first and a last entry: from and to."));
    };
    if to < from || to - from >= LINES_MAX {
        return Err(Failure::bad(format!(
            "It gives 1 to {LINES_MAX} entries at a time, the first one first."
        )));
    }
    let mut body = Vec::new();
    for seq in from..=to {
        let answer = visit.ask(Method::GET, &format!("/v1/events/{seq}"), None).await?;
        body.extend_from_slice(&answer.body);
        body.push(b'\n');
    }
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

#[derive(Debug, Template)]
#[template(path = "verify_how.html")]
struct HowPage {
    frame: Frame,
    is_signed_in: bool,
    /// The name and the key with which the ledger was made.
    origin: String,
    vkey: String,
    /// The key that signs now, where that is known to be another.
    vkey_now: String,
}

/// For whoever is handed a receipt: nobody needs to sign in to read it.
pub(super) async fn how(
    State(pages): State<Arc<Pages>>,
    visit: Option<axum::Extension<Visit>>,
) -> Result<Response, Failure> {
    const TITLE: &str = "How to verify this ledger without us";
    let key = &pages.app.genesis().vkey;
    let (origin, vkey) = (key.name().to_owned(), key.to_string());
    let (frame, vkey_now) = match &visit {
        Some(axum::Extension(visit)) => {
            let state: LedgerState = visit.get("/v1/ledger").await?;
            (visit.frame(TITLE, Place::Ledger), state.vkey)
        }
        None => (Frame::new(&pages, None, TITLE, Place::Nowhere), String::new()),
    };
    let vkey_now = if vkey_now == vkey { String::new() } else { vkey_now };
    page::page(&HowPage { frame, is_signed_in: visit.is_some(), origin, vkey, vkey_now })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_checked_is_named() {
        let fields = |query: &str| {
            let mistakes = Wanted::read(Some(query.to_owned())).unwrap().mistakes();
            mistakes.into_iter().map(|mistake| mistake.field).collect::<Vec<_>>()
        };
        for good in ["", "seq=41", "seq=", "from=0&to=999", "from=7&to=7", "from=7"] {
            assert!(fields(good).is_empty(), "{good}");
        }
        assert_eq!(fields("seq=x&from=-1"), ["seq", "from"]);
        assert_eq!(fields("from=0&to=1000"), ["to"]);
        assert_eq!(fields("from=7&to=6"), ["to"]);
    }
}
