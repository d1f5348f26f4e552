//! `muniment token`: who may do what.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::asking::ask;
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::ledger::Ledger;
use crate::net::client::Client;
use crate::query::Scope;
use crate::tokens::{Grant, Tokens};

/// Who a token of a stopped ledger was asked for by.
const BY: &str = "host/token";

const ABOUT: &str = "\
Tokens say who may do what. Their roles: source (a system that posts events under its own source prefix), \
officer (reads and records events), auditor (reads events, and the entries under /tlog/), admin (makes and \
revokes tokens). A token can be narrowed to groups of events and to units. The ledger records each token as \
an event and keeps its SHA-256 only: what `new` prints is shown once.";

const EXAMPLE: &str = "Examples:
  muniment token new foi-casework --data DIR --role source --source-prefix /systems/foi-casework
  muniment token new ig-team --server http://127.0.0.1:8080 --role officer --group request --group review
  muniment token revoke foi-casework --server http://127.0.0.1:8080";

/// Make, list and revoke tokens
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, this once
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    New(NewArgs),
    /// List the tokens that were not revoked
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    List(PlaceArgs),
    /// Revoke a token: from then on it does nothing more
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Revoke(RevokeArgs),
}

/// Where the ledger is.
#[derive(Debug, Args)]
#[group(id = "place", required = true, multiple = false)]
struct PlaceArgs {
    /// Data directory of a ledger that no server has open
    #[arg(long, value_name = "DIR", group = "place")]
    data: Option<PathBuf>,
    /// A running server
    #[arg(long, value_name = "URL", group = "place")]
    server: Option<String>,
    /// A token with the role admin, for --server
    #[arg(long, value_name = "TOKEN", env = "MUNIMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

#[derive(Debug, Args)]
struct NewArgs {
    /// 1 to 64 of a-z, 0-9, `.`, `_` and `-`. Entries name it: never a person's name
    name: String,
    #[command(flatten)]
    place: PlaceArgs,
    /// admin, auditor, officer or source; may be repeated
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<String>,
    /// Only events of this group, the first word of their type; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Only events of this unit (`data.unit`); may be repeated
    #[arg(long = "unit", value_name = "UNIT")]
    units: Vec<String>,
    /// Only events whose source is this or lies below it; the role source needs it
    #[arg(long, value_name = "PREFIX")]
    source_prefix: Option<String>,
}

#[derive(Debug, Args)]
struct RevokeArgs {
    /// Its name
    name: String,
    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn run(args: &TokenArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    let place = match &args.command {
        TokenCommand::New(new) => &new.place,
        TokenCommand::List(place) => place,
        TokenCommand::Revoke(revoke) => &revoke.place,
    };
    match (&place.data, &place.server) {
        (Some(data), _) => {
            let data = DataArg { path: data.clone() };
            let ledger = opening::open(&data, &set.settings(&data.path)?, |_| {})?;
            let done = Tokens::load(&ledger)
                .map_err(|error| Failure::wanting(error.to_string()))
                .and_then(|tokens| runtime.block_on(local(&ledger, &tokens, &args.command)));
            ledger.close();
            done.map_err(|failure| failure.of(data.path.display()))
        }
        (None, Some(server)) => runtime.block_on(remote(server, place.token.as_deref(), &args.command)),
        (None, None) => Err(Failure::usage("--data DIR or --server URL is needed")),
    }
}

async fn local(ledger: &Ledger, tokens: &Tokens, command: &TokenCommand) -> Result<Verdict, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::wanting(error.to_string());
    match command {
        TokenCommand::New(new) => {
            let set = |items: &[String]| -> Option<BTreeSet<String>> {
                (!items.is_empty()).then(|| items.iter().cloned().collect())
            };
            let scope = Scope {
                groups: set(&new.groups),
                units: set(&new.units),
                source_prefix: new.source_prefix.clone(),
            };
            let grant = Grant::new(&new.name, &new.roles, scope, ledger.origins());
            let grant = grant.map_err(|error| Failure::usage(error.to_string()))?;
            let made = tokens.create(ledger, &grant, BY).await.map_err(|error| refused(&error))?;
            created(&made.secret, made.appended.seq);
        }
        TokenCommand::List(_) => tokens.list().iter().for_each(|grant| {
            let list = |items: &Option<BTreeSet<String>>| items.iter().flatten().cloned().collect::<Vec<_>>();
            let roles: Vec<String> = grant.roles.iter().map(ToString::to_string).collect();
            let scope = &grant.scope;
            listed(
                &grant.name,
                &roles,
                &list(&scope.groups),
                &list(&scope.units),
                scope.source_prefix.as_deref(),
            );
        }),
        TokenCommand::Revoke(revoke) => {
            let appended = tokens.revoke(ledger, &revoke.name, BY).await.map_err(|error| refused(&error))?;
            print::result(&format!("revoked {}, recorded as entry {}", revoke.name, appended.seq));
        }
    }
    Ok(Verdict::Done)
}

async fn remote(server: &str, token: Option<&str>, command: &TokenCommand) -> Result<Verdict, Failure> {
    let token = token.ok_or_else(|| Failure::usage("--token or MUNIMENT_TOKEN is needed with --server"))?;
    let mut client = Client::connect(server).await.map_err(|error| Failure::usage(error.to_string()))?;
    match command {
        TokenCommand::New(new) => {
            let mut wanted = json!({ "name": new.name, "roles": new.roles });
            let mut add = |name: &str, value: Value| wanted[name] = value;
            if !new.groups.is_empty() {
                add("groups", json!(new.groups));
            }
            if !new.units.is_empty() {
                add("units", json!(new.units));
            }
            if let Some(prefix) = &new.source_prefix {
                add("source_prefix", json!(prefix));
            }
            let made = ask(&mut client, token, Method::POST, "/v1/tokens", Some(&wanted)).await?;
            created(made["token"].as_str().unwrap_or_default(), made["seq"].as_u64().unwrap_or_default());
        }
        TokenCommand::List(_) => {
            let answer = ask(&mut client, token, Method::GET, "/v1/tokens", None).await?;
            for grant in answer["tokens"].as_array().into_iter().flatten() {
                let list = |name: &str| -> Vec<String> {
                    let items = grant[name].as_array().into_iter().flatten();
                    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
                };
                let name = grant["name"].as_str().unwrap_or_default();
                let prefix = grant["source_prefix"].as_str();
                listed(name, &list("roles"), &list("groups"), &list("units"), prefix);
            }
        }
        TokenCommand::Revoke(revoke) => {
            let path = format!(
                "/v1/tokens/{}",
                percent_encoding::utf8_percent_encode(&revoke.name, percent_encoding::NON_ALPHANUMERIC)
            );
            ask(&mut client, token, Method::DELETE, &path, None).await?;
            print::result(&format!("revoked {}", revoke.name));
        }
    }
    Ok(Verdict::Done)
}

fn created(secret: &str, seq: u64) {
    print::result(secret);
    if io::stdout().is_terminal() {
        print::aside(&format!(
            "Recorded as entry {seq}. The token is shown this once and stored nowhere: put it into a safe place now."
        ));
    }
}

fn listed(name: &str, roles: &[String], groups: &[String], units: &[String], prefix: Option<&str>) {
    let some = |label: &str, items: &[String]| match items {
        [] => String::new(),
        items => format!("  {label} {}", items.join(",")),
    };
    let prefix = prefix.map_or(String::new(), |prefix| format!("  source {prefix}"));
    print::result(&format!(
        "{name:<24} {}{}{}{prefix}",
        roles.join(","),
        some("groups", groups),
        some("units", units)
    ));
}
