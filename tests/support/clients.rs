//! Interpreters with the packages that examples and tests need, installed once into the target directory.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{root, skip};

/// Of an environment that was installed: an interpreter of Python.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = PYTHON.get_or_init(|| {
        let wanted = ["tests", "examples", "examples/plugin-in-python"]
            .map(|folder| root().join(folder).join("requirements.txt"));
        let home = install("python", &wanted, |home| {
            succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
            let mut pip = Command::new(home.join("bin/python"));
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
            succeeds(pip.arg(&wanted[0]))
        })?;
        Ok(home.join("bin/python"))
    });
    or_skip(installed, "Python with the packages of tests/requirements.txt (apt-get install python3-venv)")
}

/// A folder in which Node finds the packages of the examples.
pub fn node_folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = FOLDER.get_or_init(|| node("node", &root().join("examples/package.json")));
    or_skip(installed, "Node with the packages of examples/package.json (apt-get install nodejs npm)")
}

/// A folder in which Node finds what drives Chromium.
pub fn browser_folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = FOLDER.get_or_init(|| node("browser", &root().join("tests/browser/package.json")));
    let folder = or_skip(installed, "Node with the packages of tests/browser (apt-get install nodejs npm)");
    folder.filter(|_| is_there("chromium"))
}

/// A folder in which Node finds a provider of OpenID Connect.
pub fn openid_folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = FOLDER.get_or_init(|| node("openid", &root().join("tests/openid/package.json")));
    or_skip(installed, "Node with the packages of tests/openid (apt-get install nodejs npm)")
}

fn node(name: &str, package: &Path) -> Result<PathBuf, String> {
    install(name, &[package.to_owned()], |home| {
        fs::create_dir_all(home).map_err(|error| error.to_string())?;
        fs::copy(package, home.join("package.json")).map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        succeeds(npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(home))
    })
}

/// Whether a program is there.
pub fn is_there(program: &str) -> bool {
    let says = |flag| Command::new(program).arg(flag).output().is_ok_and(|output| output.status.success());
    // The tools of poppler know the short form only.
    let there = says("--version") || says("-v");
    if !there {
        skip(&format!("{program} is not installed"));
    }
    there
}

fn or_skip<'a>(installed: &'a Result<PathBuf, String>, what: &str) -> Option<&'a Path> {
    match installed {
        Ok(path) => Some(path),
        Err(error) => {
            skip(&format!("{what}: {error}"));
            None
        }
    }
}

/// Installs what these files ask for, unless they were the same the last time.
fn install(
    name: &str,
    wanted: &[PathBuf],
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let clients = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("clients");
    let (home, stamp) = (clients.join(name), clients.join(format!("{name}.installed")));
    let text: String = wanted.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    fs::create_dir_all(&clients).unwrap();
    // Other tests may run beside this one, in a process of their own.
    let lock = File::create(clients.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == text) {
        return Ok(home);
    }
    install(&home)?;
    fs::write(&stamp, text).unwrap();
    Ok(home)
}

fn succeeds(command: &mut Command) -> Result<(), String> {
    // A program that is not there is no failure yet.
    command.stdin(std::process::Stdio::null()).output().map_err(|error| error.to_string()).and_then(
        |output| match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        },
    )
}
