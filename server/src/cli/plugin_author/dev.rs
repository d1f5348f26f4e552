//! `muniment plugin dev`: at each change of the source a new version, tested, on a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use clap::Args;
use http_body_util::Full;
use serde_json::Value;

use super::test::Golden;
use super::{SourceArg, build, test};
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::interrupt::Interrupt;
use crate::cli::print;
use crate::net::client::Client;
use crate::plugins::engine::Engine;

/// How often the source is looked at.
const LOOK: Duration = Duration::from_millis(300);

const ABOUT: &str = "\
Watch a plugin's folder. At each change build the component, run its scenarios and, if they pass, install it on a \
server or upgrade it there. Ends with Ctrl-C. For a server of your own: an upgrade folds the whole ledger again, and \
the ledger records each.";

const EXAMPLE: &str = "Example:
  muniment plugin dev --dir late-reviews --server http://127.0.0.1:8080";

/// Build, test and upgrade on a server at each change
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct DevArgs {
    #[command(flatten)]
    dir: SourceArg,
    /// A running server
    #[arg(long, value_name = "URL")]
    server: String,
    /// A token with the role admin
    #[arg(long, value_name = "TOKEN", env = "MUNIMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

pub(super) fn run(args: &DevArgs) -> Result<Verdict, Failure> {
    let token = args.token.as_deref();
    let token = token.ok_or_else(|| Failure::usage("--token or MUNIMENT_TOKEN is needed with --server"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    let interrupt = Interrupt::watch().map_err(|error| Failure::wanting(format!("signals: {error}")))?;
    let engine = super::engine()?;
    let mut seen = None;
    print::result(&format!("watching {}; Ctrl-C ends", args.dir.path.display()));
    while !interrupt.asked() {
        let now = fingerprint(&args.dir.path);
        if seen.as_ref() != Some(&now) {
            seen = Some(now);
            let turned = turn(&engine, &args.dir.path, |id, component| {
                runtime.block_on(put(&args.server, token, id, component))
            });
            match turned {
                Ok(line) => print::result(&line),
                Err(failure) => print::aside(&format!("not on the server: {}", failure.message)),
            }
        }
        thread::sleep(LOOK);
    }
    Ok(Verdict::Done)
}

/// Builds, tests, and puts onto the server. Says in a line what happened.
fn turn(
    engine: &Engine,
    folder: &Path,
    put: impl FnOnce(&str, Vec<u8>) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let path = build::component(folder)?;
    let (program, _bytes) = build::load(engine, &path)?;
    if folder.join("scenarios").is_dir()
        && test::run_all(&program, &test::of_folder(folder)?, Golden::Compared)? != Verdict::Done
    {
        return Err(Failure::wanting("its scenarios come to something else"));
    }
    let manifest = program.manifest();
    let bytes = fs::read(&path).map_err(|error| Failure::wanting(format!("{}: {error}", path.display())))?;
    let done = put(&manifest.id, bytes)?;
    Ok(format!("{done} {} {}, sha256 {}", manifest.id, manifest.version, program.sha256()))
}

/// Upgrades a plugin, or installs it where the server does not have it.
async fn put(server: &str, token: &str, id: &str, component: Vec<u8>) -> Result<String, Failure> {
    let mut client = Client::connect(server).await.map_err(|error| Failure::wanting(error.to_string()))?;
    let component = Bytes::from(component);
    let (status, answer) =
        send(&mut client, token, Method::PUT, &format!("/v1/plugins/{id}"), component.clone()).await?;
    let (done, status, answer) = if status == StatusCode::NOT_FOUND {
        let (status, answer) = send(&mut client, token, Method::POST, "/v1/plugins", component).await?;
        ("installed", status, answer)
    } else {
        ("upgraded", status, answer)
    };
    if status.is_success() {
        return Ok(done.to_owned());
    }
    let detail = answer["detail"].as_str().unwrap_or("the server gave no reason");
    Err(Failure::wanting(format!("{status}: {detail}")))
}

async fn send(
    client: &mut Client,
    token: &str,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<(StatusCode, Value), Failure> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(CONTENT_TYPE, "application/wasm")
        .body(Full::new(body))
        .map_err(|error| Failure::usage(error.to_string()))?;
    let answered = client.send(request).await.map_err(|error| Failure::wanting(error.to_string()))?;
    Ok((answered.0, serde_json::from_slice(&answered.2).unwrap_or_default()))
}

/// What is watched, and when each file was changed last.
fn fingerprint(folder: &Path) -> Vec<(PathBuf, Option<SystemTime>)> {
    let mut files = vec![folder.join("Cargo.toml")];
    for below in ["src", "scenarios"] {
        collect(&folder.join(below), &mut files);
    }
    files.sort();
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    files.into_iter().map(|path| (path.clone(), changed(&path))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    // A folder that cannot be read now is looked at again in a moment.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
