//! A plugin's settings: the form, what other settings would do to its alerts, and using them.

use askama::Template;
use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::answers::{Plugin, address};
use super::difference::{Difference, TryPage};
use super::form::{Form, Shown};
use super::{Wrong, keeps_form, needs_to_change, status_of};
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other, with_query};

#[derive(Debug, Template)]
#[template(path = "plugins_settings.html")]
struct SettingsPage {
    frame: Frame,
    errors: Vec<Wrong>,
    name: String,
    /// The plugin's page.
    path: String,
    questions: Vec<Shown>,
}

/// The form again, with what was typed.
fn again(
    visit: &Visit,
    plugin: &Plugin,
    questions: Vec<Shown>,
    errors: Vec<Wrong>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let frame = visit.frame(&format!("Settings of {}", plugin.name()), Place::Plugins);
    let form = SettingsPage {
        frame: if errors.is_empty() { frame } else { frame.with_errors() },
        errors,
        name: plugin.name().to_owned(),
        path: plugin.path(),
        questions,
    };
    page::with_status(status, &form)
}

pub(super) async fn form(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    let questions = Form::of(plugin.settings_schema.as_ref(), &plugin.settings).filled();
    again(&visit, &plugin, questions, Vec::new(), StatusCode::OK)
}

/// `step`: `try` says what would be different, `save` uses the settings, `edit` shows the form again.
pub(super) async fn change(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    let form = Form::of(plugin.settings_schema.as_ref(), &plugin.settings);
    let refused = |errors: Vec<Wrong>, status: StatusCode| {
        again(&visit, &plugin, form.typed(&fields, &errors), errors, status)
    };
    if fields.get("step") == "edit" {
        return refused(Vec::new(), StatusCode::OK);
    }
    let settings = match form.read(&fields) {
        Ok(settings) => settings,
        Err(wrongs) => return refused(wrongs, StatusCode::UNPROCESSABLE_ENTITY),
    };
    let is_saved = fields.get("step") == "save";
    let path = with_query(&address(&plugin.id), &[("dry_run", if is_saved { "" } else { "true" })]);
    let body = json!({ "settings": settings }).to_string().into_bytes();
    match visit.ask(Method::PUT, &path, Some(("application/json", body))).await {
        Ok(_) if is_saved => Ok(see_other(&format!("{}?done=settings", plugin.path()))),
        Ok(answer) => page::page(&TryPage {
            frame: visit.frame("Check what these settings would do", Place::Plugins),
            back: plugin.path(),
            back_words: "The plugin",
            difference: Difference::of(&visit, &answer, &plugin.rules)?,
            changed: form.changed(&settings),
            action: format!("{}/settings", plugin.path()),
            fields: carried(&fields),
            step: "save",
            button: "Use these settings",
        }),
        Err(failure) if keeps_form(&failure) => refused(form.wrongs(&failure), status_of(&failure)),
        Err(failure) => Err(failure),
    }
}

/// What was typed, without the step that was asked for.
pub(super) fn carried(fields: &Fields) -> Vec<(String, String)> {
    fields.without(&["step"]).0
}
