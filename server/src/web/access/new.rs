//! Making a token: what it may do, a look at that, and the token itself, which is shown once.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{RoleRow, Token};
use crate::tokens::Role;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::Visit;
use crate::web::words;

/// What is wrong with what was typed. `field`: the id of the field; empty where it is about no field alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    field: &'static str,
    message: String,
}

/// What somebody wants a token to do.
fn wanted(fields: &Fields) -> Token {
    let lines = |name: &str| -> Vec<String> {
        let lines = fields.get(name).lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let some = |list: Vec<String>| if list.is_empty() { None } else { Some(list) };
    let ticked = fields.all("group").map(str::to_owned);
    let groups: BTreeSet<String> = ticked.chain(lines("other_groups")).collect();
    Token {
        name: fields.get("name").to_owned(),
        roles: fields.all("role").map(str::to_owned).collect(),
        groups: some(groups.into_iter().collect()),
        units: some(lines("units")),
        source_prefix: Some(fields.get("source_prefix").to_owned()).filter(|prefix| !prefix.is_empty()),
    }
}

impl Token {
    /// As the interface takes it: what is not narrowed is left out.
    fn request(&self) -> Value {
        let mut members = Map::new();
        members.insert("name".to_owned(), self.name.as_str().into());
        members.insert("roles".to_owned(), self.roles.clone().into());
        if let Some(groups) = &self.groups {
            members.insert("groups".to_owned(), groups.clone().into());
        }
        if let Some(units) = &self.units {
            members.insert("units".to_owned(), units.clone().into());
        }
        if let Some(prefix) = &self.source_prefix {
            members.insert("source_prefix".to_owned(), prefix.as_str().into());
        }
        Value::Object(members)
    }

    /// What can be told before the interface is asked.
    fn wrongs(&self) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        let mut wrong = |field, message: &str| wrongs.push(Wrong { field, message: message.to_owned() });
        let is_allowed = |one: char| matches!(one, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
        if self.name.is_empty() {
            wrong("name", "Enter a name for the token");
        } else if self.name.len() > 64
            || !self.name.starts_with(|first: char| first.is_ascii_alphanumeric())
            || !self.name.chars().all(is_allowed)
        {
            let message = "The name must have 1 to 64 small letters, digits, dots, hyphens and underscores, \
                           and begin with a letter or a digit";
            wrong("name", message);
        }
        if self.roles.is_empty() {
            wrong("role-admin", "Select at least one role");
        }
        if self.source_prefix.is_none() && self.roles.iter().any(|role| role == Role::Source.as_str()) {
            wrong("source_prefix", "Enter the source below which the system records its events");
        }
        wrongs
    }
}

/// What the interface refused, with the field that it is about: its words begin with the name of that.
fn refused(failure: &Failure) -> Wrong {
    let message = failure.detail.clone();
    let field = match message.split_once(": ").map(|(field, _)| field) {
        _ if failure.code() == "name_taken" => "name",
        Some("name") => "name",
        Some("roles") => "role-admin",
        Some("groups") => "other_groups",
        Some("units") => "units",
        Some("source_prefix") => "source_prefix",
        _ => "",
    };
    Wrong { field, message }
}

/// A group of events, to which a token may be narrowed.
#[derive(Debug)]
struct GroupRow {
    name: String,
    title: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "access_new.html")]
struct NewPage {
    frame: Frame,
    errors: Vec<Wrong>,
    name: String,
    name_error: String,
    roles: Vec<RoleRow>,
    roles_error: String,
    groups: Vec<GroupRow>,
    other_groups: String,
    groups_error: String,
    /// Whether some group is chosen.
    has_groups: bool,
    units: String,
    units_error: String,
    source_prefix: String,
    source_prefix_error: String,
}

fn new_page(
    visit: &Visit,
    fields: &Fields,
    errors: Vec<Wrong>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let error = |field: &str| {
        let found = errors.iter().find(|wrong| wrong.field == field);
        found.map(|wrong| wrong.message.clone()).unwrap_or_default()
    };
    let chosen: BTreeSet<&str> = fields.all("group").collect();
    let definitions = visit.pages.app.definitions();
    let catalogue = &definitions.catalogue;
    let in_use: BTreeSet<&str> = catalogue.types().map(|known| known.group.as_str()).collect();
    let groups = catalogue.groups().filter(|group| in_use.contains(group.name.as_str()));
    let mut groups: Vec<GroupRow> = groups
        .map(|group| GroupRow {
            is_chosen: chosen.contains(group.name.as_str()),
            name: group.name.clone(),
            title: group.title.clone(),
        })
        .collect();
    groups.sort_by(|one, other| one.title.cmp(&other.title));
    let other_groups = fields.get("other_groups").to_owned();
    let groups_error = error("other_groups");
    let roles: Vec<String> = fields.all("role").map(str::to_owned).collect();
    let frame = visit.frame("Make a token", Place::Access);
    let form = NewPage {
        frame: if errors.is_empty() { frame } else { frame.with_errors() },
        name: fields.get("name").to_owned(),
        name_error: error("name"),
        roles: RoleRow::all(&roles),
        roles_error: error("role-admin"),
        has_groups: !chosen.is_empty() || !other_groups.is_empty() || !groups_error.is_empty(),
        groups,
        other_groups,
        groups_error,
        units: fields.get("units").to_owned(),
        units_error: error("units"),
        source_prefix: fields.get("source_prefix").to_owned(),
        source_prefix_error: error("source_prefix"),
        errors,
    };
    page::with_status(status, &form)
}

fn needs_admin(visit: &Visit) -> Result<(), Failure> {
    match visit.holds(&[Role::Admin]) {
        true => Ok(()),
        false => Err(Failure::forbidden("Tokens are made by administrators.")),
    }
}

pub(super) async fn form(visit: Visit) -> Result<Response, Failure> {
    needs_admin(&visit)?;
    new_page(&visit, &Fields::default(), Vec::new(), StatusCode::OK)
}

/// What a token will be, before it is made.
#[derive(Debug, Template)]
#[template(path = "access_check.html")]
struct CheckPage {
    frame: Frame,
    name: String,
    roles: String,
    narrowed: Vec<String>,
    fields: Vec<(String, String)>,
}

/// A token that was made.
#[derive(Debug, Deserialize)]
struct Made {
    token: String,
    seq: u64,
}

#[derive(Debug, Template)]
#[template(path = "access_made.html")]
struct MadePage {
    frame: Frame,
    name: String,
    secret: String,
    roles: String,
    narrowed: Vec<String>,
    is_source: bool,
    seq: u64,
    entry: String,
    reads_entries: bool,
}

/// `step`: `check` shows what it will be, `edit` the form again; else it is made.
pub(super) async fn make(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    needs_admin(&visit)?;
    if fields.get("step") == "edit" {
        return new_page(&visit, &fields, Vec::new(), StatusCode::OK);
    }
    let token = wanted(&fields);
    let wrongs = token.wrongs();
    if !wrongs.is_empty() {
        return new_page(&visit, &fields, wrongs, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let narrowed = token.narrowed(&visit.pages.app.definitions().catalogue);
    if fields.get("step") == "check" {
        return page::page(&CheckPage {
            frame: visit.frame("Check what the token may do", Place::Access),
            roles: token.roles_in_words(),
            name: token.name,
            narrowed,
            fields: fields.without(&["step"]).0,
        });
    }
    let answer = match visit.post("/v1/tokens", &token.request()).await {
        Ok(answer) => answer,
        Err(failure) if failure.is_about_the_form() => {
            let wrongs = vec![refused(&failure)];
            return new_page(&visit, &fields, wrongs, StatusCode::UNPROCESSABLE_ENTITY);
        }
        Err(failure) => return Err(failure),
    };
    let made: Made = answer.read()?;
    page::page(&MadePage {
        frame: visit.frame("The token was made", Place::Access),
        secret: made.token,
        roles: token.roles_in_words(),
        is_source: token.roles.iter().all(|role| role == Role::Source.as_str()),
        name: token.name,
        narrowed,
        seq: made.seq,
        entry: words::number(made.seq),
        reads_entries: visit.holds(&[Role::Auditor, Role::Officer, Role::Source]),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn typed(text: &str) -> Token {
        wanted(&Fields::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_typed_becomes_a_request() {
        let plain = typed("name=ig-team&role=officer&role=auditor&other_groups=&units=+&source_prefix=");
        assert!(plain.wrongs().is_empty());
        assert_eq!(plain.request(), json!({ "name": "ig-team", "roles": ["officer", "auditor"] }));
        let narrow = "name=foi&role=source&group=request&other_groups=uk%0D%0Arequest\
                      &units=housing%0A%0Aparks&source_prefix=/systems/foi";
        let wanted = json!({
            "name": "foi", "roles": ["source"], "groups": ["request", "uk"], "units": ["housing", "parks"],
            "source_prefix": "/systems/foi"
        });
        assert_eq!(typed(narrow).request(), wanted);
    }

    #[test]
    fn mistakes_are_told_beside_their_field() {
        let fields = |text: &str| typed(text).wrongs().iter().map(|wrong| wrong.field).collect::<Vec<_>>();
        assert_eq!(fields(""), ["name", "role-admin"]);
        assert_eq!(fields("name=IG+Team&role=source"), ["name", "source_prefix"]);
        assert_eq!(fields("name=..&role=admin"), ["name"]);
        let said = |kind: &str, detail: &str| {
            let mut failure = Failure::new(422, "", detail);
            failure.kind = format!("urn:muniment:problem:{kind}");
            refused(&failure).field
        };
        assert_eq!(said("name_taken", "the name \"a\" is or was taken"), "name");
        assert_eq!(said("invalid_token", "groups: it would reach beyond the token"), "other_groups");
        assert_eq!(said("invalid_token", "something else"), "");
    }
}
