//! The rules of this repository that a program can check.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{cargo, root, run, skip};

mod support;

const LINES_MAX: usize = 600;

/// Every Rust file below the root, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for directory in ["core", "server", "plugins", "sdk", "tests", "examples"] {
        collect(&root().join(directory), &mut found);
    }
    assert!(found.len() > 40, "the sources were not found");
    found
}

fn collect(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.map(|entry| entry.expect("a readable directory")) {
        let path = entry.path();
        if path.is_dir() && path.file_name() != Some(OsStr::new("target")) {
            collect(&path, found);
        } else if path.extension() == Some(OsStr::new("rs")) {
            let text = fs::read_to_string(&path).expect("a readable file");
            found.push((path.strip_prefix(root()).expect("below the root").to_owned(), text));
        }
    }
}

#[test]
fn everything_is_formatted() {
    if !Command::new("rustfmt").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return skip("rustfmt is not installed (rustup component add rustfmt)");
    }
    run(cargo().args(["fmt", "--all", "--check"]), b"").exits(0);
}

#[test]
fn core_compiles_for_the_browser() {
    const TARGET: &str = "wasm32-unknown-unknown";
    let libraries = run(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]), b"");
    if libraries.code != Some(0) || !Path::new(libraries.stdout.trim()).is_dir() {
        return skip("target wasm32-unknown-unknown is not installed (rustup target add it)");
    }
    let directory = std::env::current_exe().expect("a path");
    let directory = directory.ancestors().nth(3).expect("a target directory").join("browser");
    run(
        cargo()
            .args(["build", "--quiet", "-p", "muniment-core", "--target", TARGET, "--target-dir"])
            .arg(directory),
        b"",
    )
    .exits(0);
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines: split it by meaning", path.display());
    }
}

#[test]
fn nothing_is_left_to_do() {
    // Put together here, so that this file does not hold them.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("unimpl", "emented!(")];
    for (path, text) in sources() {
        for (number, line) in (1..).zip(text.lines()) {
            let found = marks.iter().find(|mark| line.contains(*mark));
            assert_eq!(found, None, "{}:{number}", path.display());
        }
    }
}

/// One foreign crate lives in one module of the product.
#[test]
fn only_one_module_imports_each_engine() {
    let homes: [(&str, &[&str]); 4] = [
        // Sealed segments, and bodies that clients compress.
        ("zstd::", &["server/src/ledger/sealed.rs", "server/src/http/post/inflate.rs"]),
        ("wasmtime::", &["server/src/plugins/engine/"]),
        ("sled::", &["server/src/plugins/snapshots.rs"]),
        // Settings of plugins; and a test holds the catalogue's schemas against the specification.
        ("jsonschema::", &["server/src/plugins/schema.rs", "server/src/definitions/tests.rs"]),
    ];
    for (path, text) in sources() {
        let path = path.to_string_lossy().into_owned();
        for (engine, homes) in homes {
            if path.starts_with("tests") || homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            let imports =
                text.lines().find(|line| !line.trim_start().starts_with("//") && line.contains(engine));
            assert_eq!(imports, None, "{path}");
        }
    }
}

/// The macros of the plugin engine write `unsafe`, on either side of the wall, what JavaScript calls is given places in memory,
/// and code that was compiled before is taken up as it is; nobody else is unsafe.
#[test]
fn only_few_may_be_unsafe() {
    let mark = concat!("allow(unsafe", "_code");
    let homes = [
        "server/src/plugins/engine/bindings.rs",
        "server/src/plugins/engine/compiled.rs",
        "server/verifier/src/exports.rs",
        "sdk/src/",
    ];
    for (path, text) in sources() {
        let path = path.to_string_lossy().into_owned();
        let is_home = homes.iter().any(|home| path.starts_with(home));
        assert!(is_home || !text.contains(mark), "{path} allows what only these need");
    }
}

#[test]
fn core_knows_nobody() {
    let manifest = fs::read_to_string(root().join("core/Cargo.toml")).expect("a manifest");
    assert!(!manifest.contains("muniment-server") && !manifest.contains("tokio"));
    let server = fs::read_to_string(root().join("server/Cargo.toml")).expect("a manifest");
    assert!(!server.contains("muniment-sdk"));
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    let start: Vec<&str> = readme.lines().take(40).collect();
    for command in ["cargo run --release", "cargo test --workspace"] {
        assert!(start.iter().any(|line| line.contains(command)), "the README's start names {command:?}");
    }
}

#[test]
fn the_folders_are_those_of_the_design() {
    let mut folders: Vec<String> = fs::read_dir(root())
        .expect("a readable directory")
        .map(|entry| entry.expect("a readable directory"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    folders.sort();
    // Git keeps no empty folder: one without files yet may be missing.
    let named = ["core", "examples", "plugins", "sdk", "server", "tests"];
    assert!(folders.iter().all(|folder| named.contains(&folder.as_str())), "{folders:?}");
    for folder in ["core", "examples", "sdk", "server", "tests"] {
        assert!(folders.iter().any(|name| name == folder), "{folder} is missing");
    }
}
