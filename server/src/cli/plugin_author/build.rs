//! `muniment plugin build`: from source to a component that a server takes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use serde_json::Value;

use super::SourceArg;
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::print;
use crate::plugins::engine::{Engine, Program};
use crate::plugins::schema::check_schema;

const TARGET: &str = "wasm32-wasip2";

const ABOUT: &str = "\
Build the component with cargo, for the target wasm32-wasip2, load it as a server would, and say what it is.";

const EXAMPLE: &str = "Example:
  muniment plugin build --dir late-reviews";

/// Build the component
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    dir: SourceArg,
}

pub(super) fn run(args: &BuildArgs) -> Result<Verdict, Failure> {
    let path = component(&args.dir.path)?;
    let (program, bytes) = load(&super::engine()?, &path)?;
    let manifest = program.manifest();
    let row = |name: &str, value: &str| print::result(&format!("{name:<14} {value}"));
    row("component", &path.display().to_string());
    row("size", &format!("{bytes} bytes"));
    row("sha256", program.sha256());
    row("plugin", &format!("{} {}, {}", manifest.id, manifest.version, manifest.title));
    row("subscriptions", &manifest.subscriptions.join(", "));
    for rule in &manifest.rules {
        row(
            "rule",
            &format!("{} ({}), for {}: {}", rule.id, rule.severity.name(), rule.recipient, rule.title),
        );
    }
    Ok(Verdict::Done)
}

/// Loads a component as a server would.
pub(super) fn load(engine: &Engine, path: &Path) -> Result<(Program, usize), Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok((program(engine, &bytes, &path.display().to_string())?, bytes.len()))
}

/// The program that a component is, if a server would take it.
pub(super) fn program(engine: &Engine, component: &[u8], name: &str) -> Result<Program, Failure> {
    let program = Program::new(engine, component).and_then(|program| {
        check_schema(program.manifest())?;
        Ok(program)
    });
    program.map_err(|failure| Failure::wanting(format!("{name}: a server would refuse it: {failure}")))
}

/// Builds the component of a folder, and says where it is.
pub(super) fn component(folder: &Path) -> Result<PathBuf, Failure> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Failure::usage(format!(
            "{} has no Cargo.toml; name the plugin's folder with --dir, or make one: muniment plugin new NAME",
            folder.display()
        )));
    }
    need_target(folder)?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder).args([
        "build",
        "--release",
        "--target",
        TARGET,
        "--message-format",
        "json-render-diagnostics",
    ]);
    let ended = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let ended = ended.map_err(|error| no_tool("cargo", &error))?;
    if !ended.status.success() {
        return Err(Failure::wanting("cargo could not build the plugin; what is wrong stands above"));
    }
    let manifest = fs::canonicalize(&manifest).unwrap_or(manifest);
    let built = String::from_utf8_lossy(&ended.stdout);
    let mut artifacts = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = artifacts.find_map(|artifact| {
        let is_ours = artifact["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest);
        let files = artifact["filenames"].as_array()?;
        let mut names = files.iter().filter_map(Value::as_str);
        names.find(|name| is_ours && name.ends_with(".wasm")).map(PathBuf::from)
    });
    found.ok_or_else(|| {
        Failure::wanting(
            "cargo built no component; Cargo.toml needs: [lib] crate-type = [\"cdylib\", \"rlib\"]",
        )
    })
}

/// Says what to install where the compiler lacks the target.
fn need_target(folder: &Path) -> Result<(), Failure> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(folder).args(["--print", "target-libdir", "--target", TARGET]);
    let asked = rustc.stdin(Stdio::null()).output().map_err(|error| no_tool("rustc", &error))?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
    if asked.status.success() && libraries.is_dir() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the Rust toolchain lacks the target {TARGET}; type: rustup target add {TARGET}\n{}",
        String::from_utf8_lossy(&asked.stderr).trim()
    )))
}

fn no_tool(tool: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!(
            "`{tool}` is not installed; install Rust from https://rustup.rs, then type: rustup target add {TARGET}"
        )),
        _ => Failure::wanting(format!("{tool}: {error}")),
    }
}
