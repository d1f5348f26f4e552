//! Other programs: a plugin that comes with ours is installed, or runs in the place of an earlier version of it.

use askama::Template;
use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::answers::{Plugin, PluginList, address};
use super::difference::{Difference, TryPage};
use super::sent::PROGRAM;
use super::settings::carried;
use super::{Absent, Wrong, keeps_form, needs_to_change, not_installed, status_of};
use crate::plugins::built_in;
use crate::plugins::engine::COMPONENT_BYTES_MAX;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other, with_query};

/// What is asked for beside the program, once it turned out that it is needed.
#[derive(Debug, Default)]
struct Wish {
    asks_grant: bool,
    grant: String,
    grant_error: String,
    asks_settings: bool,
    settings: String,
    settings_error: String,
}

impl Wish {
    /// What was typed, and what was refused.
    fn of(fields: &Fields, failure: Option<&Failure>) -> Wish {
        let refused = |code: &str| failure.filter(|failure| failure.code() == code);
        let (grant, settings) = (fields.get("grant").to_owned(), fields.get("settings").to_owned());
        let (no_grant, unfit) = (refused("personal_not_granted"), refused("invalid_settings"));
        let detail = |failure: Option<&Failure>| failure.map(|failure| failure.detail.clone());
        Wish {
            asks_grant: no_grant.is_some() || !grant.is_empty(),
            grant,
            grant_error: detail(no_grant).unwrap_or_default(),
            asks_settings: unfit.is_some() || !settings.is_empty(),
            settings,
            settings_error: detail(unfit).unwrap_or_default(),
        }
    }

    /// What is wrong with it, or with the program.
    fn wrong(&self, failure: &Failure) -> Wrong {
        let field = match () {
            () if !self.grant_error.is_empty() => "grant",
            () if !self.settings_error.is_empty() => "settings",
            () => "",
        };
        Wrong { field: field.to_owned(), message: failure.detail.clone() }
    }
}

/// An address with what is wished for, which is tried only or done.
fn wished(path: &str, built_in: &str, fields: &Fields, is_done: bool) -> String {
    let lines = fields.get("grant").lines().map(str::trim).filter(|line| !line.is_empty());
    let grant = lines.collect::<Vec<_>>().join(",");
    let parameters = [
        ("built_in", built_in),
        ("dry_run", if is_done { "" } else { "true" }),
        ("grant", grant.as_str()),
        ("settings", fields.get("settings")),
    ];
    with_query(path, &parameters)
}

#[derive(Debug, Template)]
#[template(path = "plugins_upgrade.html")]
struct UpgradePage {
    frame: Frame,
    errors: Vec<Wrong>,
    name: String,
    path: String,
    version: String,
    sha256: String,
    /// The digest of the one that comes with the program; empty if there is none.
    other: String,
    is_available: bool,
    wish: Wish,
}

fn upgrade_page(
    visit: &Visit,
    plugin: &Plugin,
    mut wish: Wish,
    refused: Option<&Failure>,
) -> Result<Response, Failure> {
    let frame = visit.frame(&format!("Upgrade {}", plugin.name()), Place::Plugins);
    if wish.asks_settings && wish.settings.is_empty() {
        wish.settings = serde_json::to_string_pretty(&plugin.settings).unwrap_or_default();
    }
    let form = UpgradePage {
        frame: if refused.is_some() { frame.with_errors() } else { frame },
        errors: refused.map(|failure| wish.wrong(failure)).into_iter().collect(),
        name: plugin.name().to_owned(),
        path: plugin.path(),
        version: plugin.version.clone(),
        sha256: plugin.sha256.clone(),
        other: built_in::sha256(&plugin.id).unwrap_or_default().to_owned(),
        is_available: plugin.upgrade_available,
        wish,
    };
    page::with_status(refused.map_or(StatusCode::OK, status_of), &form)
}

pub(super) async fn upgrade_form(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    upgrade_page(&visit, &plugin, Wish::default(), None)
}

/// `step`: `try` says what would be different, `upgrade` does it, `edit` shows the form again.
pub(super) async fn upgrade(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    if fields.get("step") == "edit" {
        return upgrade_page(&visit, &plugin, Wish::of(&fields, None), None);
    }
    let is_done = fields.get("step") == "upgrade";
    match visit.ask(Method::PUT, &wished(&address(&plugin.id), "true", &fields, is_done), None).await {
        Ok(_) if is_done => Ok(see_other(&format!("{}?done=upgraded", plugin.path()))),
        Ok(answer) => page::page(&TryPage {
            frame: visit.frame("Check what the upgrade would do", Place::Plugins),
            back: plugin.path(),
            back_words: "The plugin",
            difference: Difference::of(&visit, &answer, &plugin.rules)?,
            changed: Vec::new(),
            action: format!("{}/upgrade", plugin.path()),
            fields: carried(&fields),
            step: "upgrade",
            button: "Upgrade",
        }),
        Err(failure) if keeps_form(&failure) => {
            upgrade_page(&visit, &plugin, Wish::of(&fields, Some(&failure)), Some(&failure))
        }
        Err(failure) => Err(failure),
    }
}

#[derive(Debug, Template)]
#[template(path = "plugins_install.html")]
struct InstallPage {
    frame: Frame,
    errors: Vec<Wrong>,
    absent: Vec<Absent>,
    /// The id of the one that was chosen.
    chosen: String,
    error: String,
    wish: Wish,
    file_error: String,
    /// Largest file.
    file_mebibytes: usize,
}

/// The form, with what was typed and what is wrong with it.
async fn install_page(
    visit: &Visit,
    fields: &Fields,
    wish: Wish,
    mut errors: Vec<Wrong>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let PluginList { plugins } = visit.get("/v1/plugins").await?;
    let absent = not_installed(&plugins);
    let mut error = String::new();
    // What is wrong with no field is wrong with the choice.
    let unplaced = errors.first_mut().filter(|wrong| wrong.field.is_empty());
    if let (Some(first), Some(wrong)) = (absent.first(), unplaced) {
        wrong.field = format!("plugin-{}", first.id);
        error.clone_from(&wrong.message);
    }
    let of_file = errors.iter().find(|wrong| wrong.field == PROGRAM);
    let frame = visit.frame("Install a plugin", Place::Plugins);
    let form = InstallPage {
        frame: if errors.is_empty() { frame } else { frame.with_errors() },
        absent,
        chosen: fields.get("plugin").to_owned(),
        error,
        wish,
        file_error: of_file.map(|wrong| wrong.message.clone()).unwrap_or_default(),
        file_mebibytes: COMPONENT_BYTES_MAX / (1024 * 1024),
        errors,
    };
    page::with_status(status, &form)
}

/// The form with what was refused of the choice.
async fn refused(visit: &Visit, fields: &Fields, failure: &Failure) -> Result<Response, Failure> {
    let wish = Wish::of(fields, Some(failure));
    let wrong = wish.wrong(failure);
    install_page(visit, fields, wish, vec![wrong], status_of(failure)).await
}

/// The form with what was refused of a file.
pub(super) async fn refused_file(visit: &Visit, failure: &Failure) -> Result<Response, Failure> {
    let wrong = Wrong { field: PROGRAM.to_owned(), message: failure.detail.clone() };
    install_page(visit, &Fields::default(), Wish::default(), vec![wrong], status_of(failure)).await
}

pub(super) async fn install_form(visit: Visit) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    install_page(&visit, &Fields::default(), Wish::default(), Vec::new(), StatusCode::OK).await
}

/// `step`: `try` says which alerts it would raise, `install` does it, `edit` shows the form again.
pub(super) async fn install(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    if fields.get("step") == "edit" {
        return install_page(&visit, &fields, Wish::of(&fields, None), Vec::new(), StatusCode::OK).await;
    }
    let id = fields.get("plugin");
    // Only an id of ours becomes an address of ours.
    if !built_in::all().any(|plugin| plugin.id == id) {
        let nothing = Failure::new(422, "", "Select the plugin that you want to install");
        return refused(&visit, &fields, &nothing).await;
    }
    let is_done = fields.get("step") == "install";
    match visit.ask(Method::POST, &wished("/v1/plugins", id, &fields, is_done), None).await {
        Ok(_) if is_done => Ok(see_other(&format!("/plugins/{id}?done=installed"))),
        Ok(answer) => page::page(&TryPage {
            frame: visit.frame("Check what the plugin would do", Place::Plugins),
            back: "/plugins/install".to_owned(),
            back_words: "Install a plugin",
            difference: Difference::of(&visit, &answer, &[])?,
            changed: Vec::new(),
            action: "/plugins/install".to_owned(),
            fields: carried(&fields),
            step: "install",
            button: "Install it",
        }),
        Err(failure) if keeps_form(&failure) => refused(&visit, &fields, &failure).await,
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields {
        Fields::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_wished_for_stands_in_the_address() {
        let done = wished("/v1/plugins", "requests", &fields("step=install"), true);
        assert_eq!(done, "/v1/plugins?built_in=requests");
        let typed = fields("grant=a%2Fb%0D%0A%0D%0Ac%2Fd&settings=%7B%7D");
        let wanted = "/x?built_in=true&dry_run=true&grant=a%2Fb%2Cc%2Fd&settings=%7B%7D";
        assert_eq!(wished("/x", "true", &typed, false), wanted);
    }

    #[test]
    fn more_is_asked_for_only_where_it_is_needed() {
        let wish = Wish::of(&fields("step=try"), None);
        assert!(!wish.asks_grant && !wish.asks_settings);
        let mut failure = Failure::new(422, "", "it asks for the personal field x/y in the clear");
        failure.kind = "urn:muniment:problem:personal_not_granted".to_owned();
        let wish = Wish::of(&fields("step=try"), Some(&failure));
        assert!(wish.asks_grant && !wish.asks_settings);
        assert_eq!(wish.wrong(&failure).field, "grant");
        failure.kind = "urn:muniment:problem:busy".to_owned();
        assert_eq!(Wish::of(&fields("grant=x%2Fy"), Some(&failure)).wrong(&failure).field, "");
    }
}
