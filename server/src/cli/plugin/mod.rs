//! `muniment plugin`: what folds over a running ledger, and (in `plugin_author`) how it is made.

mod explain;
mod show;

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use axum::http::Method;
use clap::{Args, Subcommand};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::asking::{ask, ask_bytes};
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::plugin_author::{self, AuthorCommand};
use super::print;
use crate::net::client::Client;

const ABOUT: &str = "\
Plugins fold over the ledger: they raise alerts, keep registers and write parts of the annual report. Each is a \
WebAssembly component that sees neither clock nor network nor files. Changes of them are events of the ledger, and \
need a token with the role admin. One that fails is stopped before the entry at which it does, and harms nothing else.";

const EXAMPLE: &str = "Examples:
  muniment plugin new permits
  muniment plugin list --server http://127.0.0.1:8080
  muniment plugin install --dry-run permits.wasm --server http://127.0.0.1:8080
  muniment plugin install permits.wasm --settings '{\"days\":20}' --server http://127.0.0.1:8080
  muniment plugin settings permits '{\"days\":25}' --dry-run --server http://127.0.0.1:8080
  muniment plugin upgrade requests --dry-run --server http://127.0.0.1:8080
  muniment plugin explain permits --scenario failing.jsonl --server http://127.0.0.1:8080
The token is that of --token or MUNIMENT_TOKEN.";

fn help() -> String {
    format!("{EXAMPLE}\n\n{EXIT_CODES}")
}

/// See and change the plugins of a running ledger; make plugins of your own
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = help())]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    command: AnyCommand,
}

#[derive(Debug, Subcommand)]
enum AnyCommand {
    #[command(flatten)]
    OfAServer(PluginCommand),
    #[command(flatten)]
    OfAnAuthor(AuthorCommand),
}

/// Where the ledger is.
#[derive(Debug, Args)]
struct PlaceArgs {
    /// A running server
    #[arg(long, value_name = "URL")]
    server: String,
    /// A token of it
    #[arg(long, value_name = "TOKEN", env = "MUNIMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// A plugin.
#[derive(Debug, Args)]
struct NamedArgs {
    /// Its id
    id: String,
    #[command(flatten)]
    place: PlaceArgs,
}

/// A plugin that is shown.
#[derive(Debug, Args)]
struct ShowArgs {
    #[command(flatten)]
    named: NamedArgs,
    /// Print what the server answers
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum PluginCommand {
    /// List the plugins and how each is doing
    #[command(after_help = help())]
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// Print what the server answers
        #[arg(long)]
        json: bool,
    },
    /// Show a plugin: how it is doing, its settings, what it checks
    #[command(after_help = help())]
    Show(ShowArgs),
    /// Install a plugin: it folds over the whole ledger, and its alerts count from now on
    #[command(after_help = help())]
    Install(InstallArgs),
    /// Run another program in a plugin's place: FILE, or else the one that comes with the server
    #[command(after_help = help())]
    Upgrade(UpgradeArgs),
    /// Print a plugin's settings, or give it others
    #[command(after_help = help())]
    Settings(SettingsArgs),
    /// Let a plugin rest
    #[command(after_help = help())]
    Disable(NamedArgs),
    /// Let a plugin go on where it stood; one in quarantine is tried again
    #[command(after_help = help())]
    Enable(NamedArgs),
    /// Remove a plugin; its alerts stay in the ledger
    #[command(after_help = help())]
    Remove(NamedArgs),
    /// Print the last lines that a plugin wrote
    #[command(after_help = help())]
    Logs(NamedArgs),
    /// Have a plugin fold over the whole ledger again; nothing is raised twice
    #[command(after_help = help())]
    Replay(NamedArgs),
    /// Say why a plugin is in quarantine, and write what it takes to see it again
    #[command(after_help = help())]
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
struct InstallArgs {
    /// A WebAssembly component
    #[arg(required_unless_present = "built_in", conflicts_with = "built_in")]
    file: Option<PathBuf>,
    /// One that comes with the server, by its id
    #[arg(long, value_name = "ID")]
    built_in: Option<String>,
    /// Its settings: JSON, or a file with it
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// A personal field that it asks for and may be given in the clear; once for each
    #[arg(long, value_name = "TYPE/FIELD")]
    grant: Vec<String>,
    /// Say which alerts it would raise, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct UpgradeArgs {
    /// Its id
    id: String,
    /// A WebAssembly component. Without it: the one that comes with the server
    file: Option<PathBuf>,
    /// Its settings: JSON, or a file with it. Without it: those of before
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// A personal field that it asks for and may be given in the clear; once for each. Without it: those of before
    #[arg(long, value_name = "TYPE/FIELD")]
    grant: Vec<String>,
    /// Say in which alerts it would differ, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct SettingsArgs {
    /// Its id
    id: String,
    /// What its settings are to be, all of them: JSON, or a file with it
    #[arg(value_name = "JSON|FILE")]
    settings: Option<String>,
    /// Say in which alerts it would differ, and change nothing
    #[arg(long, requires = "settings")]
    dry_run: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    #[command(flatten)]
    named: NamedArgs,
    /// Write the entries of the same case that the plugin was given, as JSON Lines for `plugin test`
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
}

impl PluginCommand {
    fn place(&self) -> &PlaceArgs {
        match self {
            PluginCommand::List { place, .. } => place,
            PluginCommand::Show(args) => &args.named.place,
            PluginCommand::Install(args) => &args.place,
            PluginCommand::Upgrade(args) => &args.place,
            PluginCommand::Settings(args) => &args.place,
            PluginCommand::Explain(args) => &args.named.place,
            PluginCommand::Disable(named)
            | PluginCommand::Enable(named)
            | PluginCommand::Remove(named)
            | PluginCommand::Logs(named)
            | PluginCommand::Replay(named) => &named.place,
        }
    }
}

/// A connection to a server, and the token for it.
struct Server {
    client: Client,
    token: String,
}

impl Server {
    async fn get(&mut self, path: &str) -> Result<Value, Failure> {
        ask(&mut self.client, &self.token, Method::GET, path, None).await
    }

    async fn get_bytes(&mut self, path: &str) -> Result<Bytes, Failure> {
        let what = (Method::GET, path);
        ask_bytes(&mut self.client, &self.token, what, "application/json", Bytes::new()).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        ask(&mut self.client, &self.token, method, path, body).await
    }

    async fn send_program(&mut self, method: Method, path: &str, program: Bytes) -> Result<Value, Failure> {
        let answer =
            ask_bytes(&mut self.client, &self.token, (method, path), "application/wasm", program).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }
}

pub(crate) fn run(args: &PluginArgs) -> Result<Verdict, Failure> {
    match &args.command {
        AnyCommand::OfAServer(command) => ask_server(command),
        AnyCommand::OfAnAuthor(command) => plugin_author::run(command),
    }
}

fn ask_server(command: &PluginCommand) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    let place = command.place();
    let token = place.token.clone();
    let token = token.ok_or_else(|| Failure::usage("--token or MUNIMENT_TOKEN is needed with --server"))?;
    runtime.block_on(async {
        let client = Client::connect(&place.server).await;
        let client = client.map_err(|error| Failure::usage(error.to_string()))?;
        act(&mut Server { client, token }, command).await
    })
}

async fn act(server: &mut Server, command: &PluginCommand) -> Result<Verdict, Failure> {
    match command {
        PluginCommand::List { json, .. } => show::list(&server.get("/v1/plugins").await?, *json),
        PluginCommand::Show(ShowArgs { named, json }) => {
            show::plugin(&server.get(&path(&named.id, "")).await?, *json)
        }
        PluginCommand::Install(args) => install(server, args).await?,
        PluginCommand::Upgrade(args) => upgrade(server, args).await?,
        PluginCommand::Settings(args) => settings(server, args).await?,
        PluginCommand::Disable(named) => enable(server, &named.id, false).await?,
        PluginCommand::Enable(named) => enable(server, &named.id, true).await?,
        PluginCommand::Remove(named) => {
            server.send(Method::DELETE, &path(&named.id, ""), None).await?;
            print::result(&format!("removed {}", named.id));
        }
        PluginCommand::Logs(named) => show::logs(&server.get(&path(&named.id, "/logs")).await?),
        PluginCommand::Replay(named) => {
            let plugin = server.send(Method::POST, &path(&named.id, "/replay"), None).await?;
            show::changed("folds again", &plugin);
        }
        PluginCommand::Explain(args) => {
            explain::explain(server, &args.named.id, args.scenario.as_deref()).await?;
        }
    }
    Ok(Verdict::Done)
}

async fn install(server: &mut Server, args: &InstallArgs) -> Result<(), Failure> {
    let mut query = Vec::new();
    query.extend(args.built_in.as_deref().map(|id| ("built_in", id.to_owned())));
    query.extend(args.settings.as_deref().map(read_settings).transpose()?.map(|text| ("settings", text)));
    query.extend((!args.grant.is_empty()).then(|| ("grant", args.grant.join(","))));
    query.extend(args.dry_run.then(|| ("dry_run", "true".to_owned())));
    let program = args.file.as_deref().map(read_program).transpose()?.unwrap_or_default();
    let answer =
        server.send_program(Method::POST, &format!("/v1/plugins{}", written(&query)), program).await?;
    done("is installed", args.dry_run, &answer);
    Ok(())
}

async fn upgrade(server: &mut Server, args: &UpgradeArgs) -> Result<(), Failure> {
    let mut query = Vec::new();
    query.extend(args.file.is_none().then(|| ("built_in", "true".to_owned())));
    query.extend(args.settings.as_deref().map(read_settings).transpose()?.map(|text| ("settings", text)));
    query.extend((!args.grant.is_empty()).then(|| ("grant", args.grant.join(","))));
    query.extend(args.dry_run.then(|| ("dry_run", "true".to_owned())));
    let program = args.file.as_deref().map(read_program).transpose()?.unwrap_or_default();
    let answer = server.send_program(Method::PUT, &path(&args.id, &written(&query)), program).await?;
    done("is upgraded", args.dry_run, &answer);
    Ok(())
}

async fn settings(server: &mut Server, args: &SettingsArgs) -> Result<(), Failure> {
    let Some(wanted) = &args.settings else {
        let plugin = server.get(&path(&args.id, "")).await?;
        print::result(&plugin["settings"].to_string());
        return Ok(());
    };
    let wanted: Value = serde_json::from_str(&read_settings(wanted)?)
        .map_err(|error| Failure::usage(format!("the settings are no JSON: {error}")))?;
    let query = if args.dry_run { "?dry_run=true" } else { "" };
    let body = json!({ "settings": wanted });
    let answer = server.send(Method::PUT, &path(&args.id, query), Some(&body)).await?;
    done("has other settings", args.dry_run, &answer);
    Ok(())
}

async fn enable(server: &mut Server, id: &str, enabled: bool) -> Result<(), Failure> {
    let body = json!({ "enabled": enabled });
    let plugin = server.send(Method::PUT, &path(id, ""), Some(&body)).await?;
    show::changed(if enabled { "is enabled" } else { "rests" }, &plugin);
    Ok(())
}

fn done(what: &str, dry_run: bool, answer: &Value) {
    if dry_run { show::comparison(answer) } else { show::changed(what, answer) }
}

fn path(id: &str, rest: &str) -> String {
    format!("/v1/plugins/{}{rest}", utf8_percent_encode(id, NON_ALPHANUMERIC))
}

fn written(query: &[(&str, String)]) -> String {
    let part =
        |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    let parts: Vec<String> = query.iter().map(part).collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// Settings as they are given: JSON, or the name of a file with it.
fn read_settings(given: &str) -> Result<String, Failure> {
    if given.trim_start().starts_with('{') {
        return Ok(given.to_owned());
    }
    fs::read_to_string(given).map_err(|error| Failure::usage(format!("{given}: {error}")))
}

fn read_program(file: &Path) -> Result<Bytes, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    Ok(bytes.into())
}
