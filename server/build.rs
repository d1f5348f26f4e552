//! Builds the built-in plugins for WebAssembly and embeds them: every folder of `plugins/`, with one nested cargo in a
//! target folder of its own, so that it never waits for the cargo that runs this. In the same way the verifier that browsers
//! run. Embeds what `muniment plugin new` unpacks, too.

#[path = "build/new_plugin.rs"]
mod new_plugin;

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of plugins.
const PLUGIN_TARGET: &str = "wasm32-wasip2";
/// Of what browsers run.
const BROWSER_TARGET: &str = "wasm32-unknown-unknown";
/// What the cargo around this sets for its own target, and must not reach the nested one.
const FOREIGN: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

fn main() -> Result<(), Box<dyn Error>> {
    let server = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = server.parent().ok_or("the server's folder lies in no other")?;
    let plugins = plugins(&root.join("plugins"))?;
    // Not all of a plugin's folder: its scenarios are no part of the program. One that comes or goes changes the lock file.
    let of_plugins =
        plugins.iter().flat_map(|id| ["Cargo.toml", "src"].map(|part| format!("plugins/{id}/{part}")));
    let of_verifier = ["core/Cargo.toml", "core/src", "server/verifier/Cargo.toml", "server/verifier/src"];
    let others = ["sdk", "server/build", "server/build.rs", "Cargo.lock", "Cargo.toml"];
    let others = others.into_iter().chain(of_verifier).map(str::to_owned);
    for watched in of_plugins.chain(others) {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    if !plugins.is_empty() {
        let packages: Vec<String> = plugins.iter().map(|id| format!("muniment-plugin-{id}")).collect();
        build(root, PLUGIN_TARGET, &packages)?;
    }
    build(root, BROWSER_TARGET, &["muniment-verifier".to_owned()])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    embed(&built(root, BROWSER_TARGET).join("muniment_verifier.wasm"), &out.join("verifier.wasm"))?;
    let built = built(root, PLUGIN_TARGET);
    let mut table = String::from("&[\n");
    for plugin in &plugins {
        let file = built.join(format!("muniment_plugin_{}.wasm", plugin.replace('-', "_")));
        let copy = out.join(format!("{plugin}.wasm"));
        embed(&file, &copy)?;
        writeln!(table, "    ({plugin:?}, include_bytes!({:?})),", copy.display().to_string())?;
    }
    table.push_str("]\n");
    fs::write(out.join("built_in.rs"), table)?;
    new_plugin::write(root, &out)
}

/// Where cargo leaves what is built for a target.
fn built(root: &Path, target: &str) -> PathBuf {
    root.join("target/guest").join(target).join("guest")
}

/// Copies, so that a later build of other sources does not change what this one embeds.
fn embed(file: &Path, copy: &Path) -> Result<(), Box<dyn Error>> {
    fs::copy(file, copy).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(())
}

/// The folders with a manifest, in the order of their names.
fn plugins(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().into_string().map_err(|name| format!("{name:?} is no UTF-8"))?);
        }
    }
    names.sort();
    Ok(names)
}

/// Adds the target where rustup can.
fn need_target(target: &str) -> Result<(), Box<dyn Error>> {
    let rustc = env::var("RUSTC")?;
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
    if asked.status.success() && folder.is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", target]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "plugins and what browsers run are built for {target}, which is not installed; type: rustup target add {target}"
        )
        .into()),
    }
}

fn build(root: &Path, target: &str, packages: &[String]) -> Result<(), Box<dyn Error>> {
    need_target(target)?;
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(root).args([
        "build",
        "--locked",
        "--profile",
        "guest",
        "--target",
        target,
        "--target-dir",
    ]);
    cargo.arg(root.join("target/guest"));
    for package in packages {
        cargo.arg("--package").arg(package);
    }
    for variable in FOREIGN {
        cargo.env_remove(variable);
    }
    let status = cargo.status()?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("what is built for {target} was not: {status}").into()),
    }
}
