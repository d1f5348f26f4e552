//! A plugin of one's own: its program is sent as a file. What it asks for is shown first, then what it would do to the alerts,
//! and then it is installed, or runs in the place of an earlier version of it.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::answers::{Plugin, address};
use super::difference::{Difference, TryPage};
use super::program::refused_file;
use super::sent::{Asked, Description, FIELDS, FORM_BYTES_MAX, KEPT_FOR, Kept, PROGRAM};
use super::settings::carried;
use super::show::RuleRow;
use super::{Wrong, keeps_form, needs_to_change, status_of};
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::{CSRF, Posted, from_here};
use crate::web::page::{self, Frame, Place};
use crate::web::sent::SentForm;
use crate::web::visit::{Visit, part, see_other, with_query};

/// Media type of a program.
const COMPONENT: &str = "application/wasm";
/// Longest settings that a form takes: they go along in an address.
const SETTINGS_BYTES_MAX: usize = 16 * 1024;

/// Takes a file in, if it is a plugin's program.
pub(super) async fn send(visit: Visit, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    from_here(&parts.headers, &parts.uri)?;
    needs_to_change(&visit)?;
    let programs = &visit.pages.programs;
    let busy = || {
        let detail = "Another file is being read; try again in a moment.";
        Failure::new(503, "Too much to do just now", detail)
    };
    let _turn = programs.turn().ok_or_else(busy)?;
    let form = match visit.pages.app.read_own_form(&parts.headers, body, FORM_BYTES_MAX).await {
        Ok(body) => SentForm::read(&parts.headers, body, &FIELDS).await?,
        Err((413, detail)) => {
            let too_large = Failure::new(413, "", format!("The file is too large: {detail}"));
            return refused_file(&visit, &too_large).await;
        }
        Err((status, detail)) => return Err(Failure::new(status, "The file could not be read", detail)),
    };
    if !visit.session.is_own_form(&form.text(CSRF)) {
        let why = "You were signed out, or signed in anew, before the file was sent, so nothing was done. Send it again.";
        return Err(Failure::forbidden(why));
    }
    let program = form.file(PROGRAM);
    if program.is_empty() {
        let nothing = Failure::new(422, "", "Select the file of a plugin, such as permits.wasm");
        return refused_file(&visit, &nothing).await;
    }
    let body = Some((COMPONENT, program.to_vec()));
    let description: Description = match visit.ask(Method::POST, "/v1/plugins?describe=true", body).await {
        Ok(answer) => answer.read()?,
        Err(failure) if keeps_form(&failure) => return refused_file(&visit, &failure).await,
        Err(failure) => return Err(failure),
    };
    let path = path_of(&description.sha256);
    programs.keep(visit.session.csrf(), Kept { description, program }, Instant::now());
    Ok(see_other(&path))
}

/// The page of a program that is kept.
fn path_of(sha256: &str) -> String {
    format!("/plugins/install/file/{}", part(sha256))
}

/// A personal field that it asks for, as a box to tick.
#[derive(Debug)]
struct Tick {
    id: String,
    field: String,
    why: String,
    is_ticked: bool,
}

/// What runs under its id.
#[derive(Debug)]
struct Installed {
    path: String,
    version: String,
    sha256: String,
    is_same: bool,
}

#[derive(Debug, Template)]
#[template(path = "plugins_file.html")]
struct FilePage {
    frame: Frame,
    errors: Vec<Wrong>,
    action: String,
    id: String,
    version: String,
    sha256: String,
    description: String,
    subscriptions: Vec<String>,
    rules: Vec<RuleRow>,
    catalogue_files: u64,
    has_registers: bool,
    has_report: bool,
    installed: Option<Installed>,
    asked: Vec<Tick>,
    grant_error: String,
    settings: String,
    settings_error: String,
}

impl FilePage {
    fn of(
        visit: &Visit,
        described: &Description,
        installed: Option<&Plugin>,
        fields: &Fields,
        errors: Vec<Wrong>,
    ) -> FilePage {
        let frame = visit.frame(&described.title, Place::Plugins);
        let error_of = |field: &str| {
            let found = errors.iter().find(|wrong| wrong.field == field);
            found.map(|wrong| wrong.message.clone()).unwrap_or_default()
        };
        let tick = |(place, asked): (usize, &Asked)| Tick {
            id: if place == 0 { "grant".to_owned() } else { format!("grant-{place}") },
            is_ticked: fields.all("grant").any(|ticked| ticked == asked.field),
            field: asked.field.clone(),
            why: asked.why.clone(),
        };
        FilePage {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            action: path_of(&described.sha256),
            id: described.id.clone(),
            version: described.version.clone(),
            sha256: described.sha256.clone(),
            description: described.description.clone(),
            subscriptions: described.subscriptions.clone(),
            rules: described.rules.iter().map(RuleRow::of).collect(),
            catalogue_files: described.catalogue_files,
            has_registers: described.has_registers,
            has_report: described.has_report,
            installed: installed.map(|plugin| Installed {
                path: plugin.path(),
                version: plugin.version.clone(),
                is_same: plugin.sha256 == described.sha256,
                sha256: plugin.sha256.clone(),
            }),
            asked: described.personal.iter().enumerate().map(tick).collect(),
            grant_error: error_of("grant"),
            settings: fields.get("settings").to_owned(),
            settings_error: error_of("settings"),
            errors,
        }
    }
}

/// The program that this visitor sent, and what runs under its id.
async fn find(visit: &Visit, sha256: &str) -> Result<(Arc<Kept>, Option<Plugin>), Failure> {
    let kept = visit.pages.programs.find(visit.session.csrf(), sha256, Instant::now());
    let gone = || {
        let minutes = KEPT_FOR.as_secs() / 60;
        let detail = format!(
            "A file that was sent is kept for {minutes} minutes, until you sign out or send another, and as long as there is room. Send it again."
        );
        Failure::new(404, "The file is not kept any more", detail)
    };
    let kept = kept.ok_or_else(gone)?;
    let installed = visit.find(&address(&kept.description.id)).await?;
    Ok((kept, installed))
}

pub(super) async fn show(visit: Visit, Path(sha256): Path<String>) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let (kept, installed) = find(&visit, &sha256).await?;
    let fields = Fields::default();
    page::page(&FilePage::of(&visit, &kept.description, installed.as_ref(), &fields, Vec::new()))
}

/// What is wrong with what was typed before anything is asked for.
fn wrongs(described: &Description, fields: &Fields) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    let is_ticked = |asked: &&Asked| fields.all("grant").any(|ticked| ticked == asked.field);
    if let Some(asked) = described.personal.iter().find(|asked| !is_ticked(asked)) {
        let field = &asked.field;
        let message = format!("Tick {field} if it may have that: it is not taken without");
        wrongs.push(Wrong { field: "grant".to_owned(), message });
    }
    let bytes = fields.get("settings").len();
    if bytes > SETTINGS_BYTES_MAX {
        let message =
            format!("Settings: {bytes} bytes, the limit of this page is {SETTINGS_BYTES_MAX} bytes");
        wrongs.push(Wrong { field: "settings".to_owned(), message });
    }
    wrongs
}

/// What the interface refused, at its field.
fn wrong(failure: &Failure) -> Wrong {
    let field = match failure.code() {
        "personal_not_granted" => "grant",
        "invalid_settings" => "settings",
        _ => "",
    };
    Wrong { field: field.to_owned(), message: failure.detail.clone() }
}

/// An address with what is wished for, which is tried only or done.
fn wished(path: &str, fields: &Fields, is_done: bool) -> String {
    let grant = fields.all("grant").collect::<Vec<_>>().join(",");
    let parameters = [
        ("dry_run", if is_done { "" } else { "true" }),
        ("grant", grant.as_str()),
        ("settings", fields.get("settings")),
    ];
    with_query(path, &parameters)
}

/// `step`: `try` says what would be different, `install` does it, `edit` shows the program again.
pub(super) async fn decide(
    Path(sha256): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let (kept, installed) = find(&visit, &sha256).await?;
    let described = &kept.description;
    let again = |errors: Vec<Wrong>, status: StatusCode| {
        page::with_status(status, &FilePage::of(&visit, described, installed.as_ref(), &fields, errors))
    };
    if fields.get("step") == "edit" {
        return again(Vec::new(), StatusCode::OK);
    }
    let wrongs = wrongs(described, &fields);
    if !wrongs.is_empty() {
        return again(wrongs, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let is_done = fields.get("step") == "install";
    let (method, path) = match &installed {
        Some(_) => (Method::PUT, address(&described.id)),
        None => (Method::POST, "/v1/plugins".to_owned()),
    };
    let body = Some((COMPONENT, kept.program.to_vec()));
    match visit.ask(method, &wished(&path, &fields, is_done), body).await {
        Ok(_) if is_done => {
            visit.pages.programs.forget(visit.session.csrf());
            let done = if installed.is_some() { "upgraded" } else { "installed" };
            Ok(see_other(&format!("/plugins/{}?done={done}", described.id)))
        }
        Ok(answer) => {
            let (title, button) = match &installed {
                Some(_) => ("Check what the upgrade would do", "Upgrade"),
                None => ("Check what the plugin would do", "Install it"),
            };
            page::page(&TryPage {
                frame: visit.frame(title, Place::Plugins),
                back: path_of(&described.sha256),
                back_words: "The program",
                difference: Difference::of(&visit, &answer, &described.rules)?,
                changed: Vec::new(),
                action: path_of(&described.sha256),
                fields: carried(&fields),
                step: "install",
                button,
            })
        }
        Err(failure) if keeps_form(&failure) => again(vec![wrong(&failure)], status_of(&failure)),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described() -> Description {
        serde_json::from_value(json!({
            "id": "asking", "version": "1.0.0", "sha256": "ab", "title": "Asking", "description": "It asks.",
            "subscriptions": ["request.*"], "rules": [], "catalogue_files": 0, "has_registers": false,
            "has_report": false, "personal": [
                { "field": "request.received/note", "why": "It looks for a word." },
                { "field": "request.received/requester_name", "why": "It counts." },
            ],
        }))
        .unwrap()
    }

    #[test]
    fn every_personal_field_is_agreed_to_by_name() {
        let fields = |text: &str| Fields::read(text.as_bytes()).unwrap();
        let fields_of = |wrongs: &[Wrong]| wrongs.iter().map(|wrong| wrong.field.clone()).collect::<Vec<_>>();
        let one = fields("grant=request.received%2Fnote");
        let found = wrongs(&described(), &one);
        assert_eq!(fields_of(&found), ["grant"]);
        assert!(found[0].message.contains("request.received/requester_name"), "{}", found[0].message);
        let both = fields("grant=request.received%2Fnote&grant=request.received%2Frequester_name&step=try");
        assert!(wrongs(&described(), &both).is_empty());
        let wanted = "/x?dry_run=true&grant=request.received%2Fnote%2Crequest.received%2Frequester_name";
        assert_eq!(wished("/x", &both, false), wanted);
        assert_eq!(wished("/x", &fields("step=install&settings=%7B%7D"), true), "/x?settings=%7B%7D");
        let mut long = both;
        long.0.push(("settings".to_owned(), "x".repeat(SETTINGS_BYTES_MAX + 1)));
        assert_eq!(fields_of(&wrongs(&described(), &long)), ["settings"]);
    }
}
