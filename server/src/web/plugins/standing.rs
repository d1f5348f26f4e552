//! Letting a plugin rest, go on, read the ledger again, or go: each after a page that says what that means.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::Method;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::answers::{Plugin, address};
use super::needs_to_change;
use crate::web::failure::Failure;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other};

/// What is to be done with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Enable,
    /// The same for one in quarantine.
    TryAgain,
    Disable,
    Replay,
    Remove,
}

impl Change {
    fn named(name: &str, plugin: &Plugin) -> Result<Change, Failure> {
        match name {
            "enable" if plugin.state == "quarantined" => Ok(Change::TryAgain),
            "enable" => Ok(Change::Enable),
            "disable" => Ok(Change::Disable),
            "replay" => Ok(Change::Replay),
            _ => Err(Failure::bad("It does not say whether the plugin is to go on, rest or read again.")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Change::Enable | Change::TryAgain => "enable",
            Change::Disable => "disable",
            Change::Replay => "replay",
            Change::Remove => "remove",
        }
    }

    fn title(self, plugin: &str) -> String {
        match self {
            Change::Enable => format!("Let {plugin} go on?"),
            Change::TryAgain => format!("Try {plugin} again?"),
            Change::Disable => format!("Let {plugin} rest?"),
            Change::Replay => format!("Have {plugin} read the ledger again?"),
            Change::Remove => format!("Remove {plugin}?"),
        }
    }

    fn button(self) -> &'static str {
        match self {
            Change::Enable => "Let it go on",
            Change::TryAgain => "Try it again",
            Change::Disable => "Let it rest",
            Change::Replay => "Read the ledger again",
            Change::Remove => "Remove it",
        }
    }

    /// What it means.
    fn says(self) -> &'static [&'static str] {
        const RECORDED: &str = "The change, and who made it, is recorded in the ledger.";
        match self {
            Change::Enable => {
                &["It goes on where it stood, and reads what was recorded while it rested.", RECORDED]
            }
            Change::TryAgain => &[
                "It is given the entry again before which it stopped, and goes on from there.",
                "If it fails again it is stopped again. Nothing else is harmed by that.",
                RECORDED,
            ],
            Change::Disable => &[
                "While it rests nothing that it checks is watched: no alert is raised, and none is cleared.",
                "Open alerts stay open. It can go on at any time; then it reads what was recorded meanwhile.",
                RECORDED,
            ],
            Change::Replay => &[
                "It forgets what it made of the ledger so far, and reads all of it again.",
                "No alert is raised a second time. With millions of entries that takes a while.",
                "Its registers are not up to date until then.",
            ],
            Change::Remove => &[
                "Nothing of what it checks is watched any more, and its registers are no longer kept.",
                "Its alerts stay in the ledger as they are.",
                "Its program is kept, for the reports that it had a part in.",
                RECORDED,
            ],
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "plugins_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    name: String,
    /// The plugin's page.
    path: String,
    says: &'static [&'static str],
    action: String,
    change: &'static str,
    button: &'static str,
    is_dangerous: bool,
}

fn confirm_page(visit: &Visit, plugin: &Plugin, change: Change) -> Result<Response, Failure> {
    let is_removal = change == Change::Remove;
    page::page(&ConfirmPage {
        frame: visit.frame(&change.title(plugin.name()), Place::Plugins),
        name: plugin.name().to_owned(),
        path: plugin.path(),
        says: change.says(),
        action: format!("{}/{}", plugin.path(), if is_removal { "remove" } else { "state" }),
        change: change.name(),
        button: change.button(),
        is_dangerous: matches!(change, Change::Disable | Change::Remove),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    change: String,
}

pub(super) async fn confirm(
    visit: Visit,
    Path(id): Path<String>,
    Query(Wanted { change }): Query<Wanted>,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    let change = Change::named(&change, &plugin)?;
    confirm_page(&visit, &plugin, change)
}

/// Without `confirmed` it is asked first.
pub(super) async fn change(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    let change = Change::named(fields.get("change"), &plugin)?;
    if fields.get("confirmed") != "yes" {
        return confirm_page(&visit, &plugin, change);
    }
    let address = address(&plugin.id);
    let made = match change {
        Change::Replay => visit.ask(Method::POST, &format!("{address}/replay"), None).await,
        _ => {
            let body = json!({ "enabled": change.name() == "enable" }).to_string().into_bytes();
            visit.ask(Method::PUT, &address, Some(("application/json", body))).await
        }
    };
    match made {
        Ok(_) => Ok(see_other(&format!("{}?done={}", plugin.path(), change.name()))),
        // Somebody else did it meanwhile.
        Err(failure) if failure.code() == "plugin_unchanged" => Ok(see_other(&plugin.path())),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn confirm_removal(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    confirm_page(&visit, &plugin, Change::Remove)
}

pub(super) async fn remove(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    needs_to_change(&visit)?;
    let plugin = Plugin::find(&visit, &id).await?;
    if fields.get("confirmed") != "yes" {
        return confirm_page(&visit, &plugin, Change::Remove);
    }
    visit.ask(Method::DELETE, &address(&plugin.id), None).await?;
    Ok(see_other("/plugins?done=removed"))
}
