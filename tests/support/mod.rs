//! What black-box tests share: the program, a ledger in a directory of its own, its lines.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

pub mod clients;
pub mod go;
pub mod http;
pub mod server;
pub mod serving;

pub const ORIGIN: &str = "ledger.example/main";

/// Where the repository is.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program, built with the profile and in the target directory of this test.
pub fn muniment() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile_directory = test.ancestors().nth(2).unwrap();
        let profile = match profile_directory.file_name().unwrap().to_str().unwrap() {
            // The default of `cargo test`; no profile has this name.
            "debug" => vec![],
            "release" => vec!["--release"],
            other => vec!["--profile", other],
        };
        // Asked for as a part of `cargo test --workspace`, the program is there already. Asked for by itself it has
        // other features, and much of what it is made of would be compiled a second time.
        let built = cargo()
            .args(["test", "--no-run", "--quiet", "--workspace", "--test", "program"])
            .args(profile)
            .arg("--target-dir")
            .arg(profile_directory.parent().unwrap())
            .status()
            .unwrap();
        assert!(built.success(), "cargo could not build the program");
        profile_directory.join("muniment")
    })
}

/// Cargo, in the repository.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    // What `cargo test` says of the package that is tested, to a build script (ring's) looks like a change: it would
    // build again, with all that needs it, at every turn between this cargo and the outer one.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Says that a test cannot run here for want of a tool. Where CI is set, that is a failure.
pub fn skip(want: &str) {
    let line = format!("SKIPPED: {want}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{line}");
    // Not captured by the test harness, so that it is seen.
    let _gone = writeln!(std::io::stderr(), "{line}");
}

/// What a run of a program left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The value of a line `name   value`.
    #[track_caller]
    pub fn field(&self, name: &str) -> &str {
        let mut lines = self.stdout.lines().filter_map(|line| line.strip_prefix(name));
        lines.next().unwrap_or_else(|| panic!("no {name:?} in\n{}", self.stdout)).trim()
    }

    pub fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }

    /// `appended`, `replayed`, `refused` of the last line.
    #[track_caller]
    pub fn counts(&self) -> [u64; 3] {
        let parts: Vec<&str> = self.last_line().split(", ").collect();
        let named = ["appended ", "replayed ", "refused "].into_iter().enumerate();
        let count = |(place, name): (usize, &str)| -> Option<u64> {
            parts.get(place)?.strip_prefix(name)?.parse().ok()
        };
        let counts: Option<Vec<u64>> = named.map(count).collect();
        counts.filter(|_| parts.len() == 3).and_then(|counts| counts.try_into().ok()).unwrap_or_else(|| {
            panic!("no counts in the last line of\n{}\nstderr:\n{}", self.stdout, self.stderr)
        })
    }
}

/// Runs a command to its end, with this on its standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Ran {
    let (out, err) = (Stdio::piped(), Stdio::piped());
    let mut child = command.stdin(Stdio::piped()).stdout(out).stderr(err).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // A program that stops reading is no failure of the test.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap().into()
    })
}

/// A run of the program, away from the settings of whoever runs the tests.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(muniment());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MUNIMENT_") {
            command.env_remove(name);
        }
    }
    // The access log has a test of its own; elsewhere it would only add entries.
    command.env("MUNIMENT_READS_LOG_ONE_IN", "0");
    // Tests of plugins install those that they want; elsewhere compiling them would only take time.
    command.env("MUNIMENT_PLUGINS_BUILT_IN", "false");
    command.args(args);
    command
}

/// A ledger in a directory of its own.
pub struct TestLedger {
    pub home: TempDir,
    pub vkey: String,
    /// The administrator's.
    pub token: String,
}

impl TestLedger {
    /// A new one.
    pub fn new() -> TestLedger {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let made =
            run(&mut command(&["init", "--data", data.to_str().unwrap(), "--origin", ORIGIN]), b"").exits(0);
        let field = |name: &str| made.field(name).to_owned();
        TestLedger { home, vkey: field("vkey"), token: field("admin token") }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A path beside the data directory.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A command on this ledger.
    pub fn command(&self, name: &str, args: &[&str]) -> Command {
        let data = self.data();
        let mut command = command(&[name, "--data", data.to_str().unwrap()]);
        command.args(args);
        command
    }

    pub fn run(&self, name: &str, args: &[&str]) -> Ran {
        run(&mut self.command(name, args), b"")
    }

    pub fn append(&self, input: impl AsRef<[u8]>, args: &[&str]) -> Ran {
        run(&mut self.command("append", args), input.as_ref())
    }

    /// Every line of the ledger, decoded by the rules of FORMAT.md alone.
    pub fn lines(&self) -> Vec<String> {
        lines(&self.data())
    }

    /// Every entry.
    pub fn entries(&self) -> Vec<Value> {
        self.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events that clients posted, as they stand in the lines.
    pub fn posted(&self) -> Vec<String> {
        self.lines()
            .iter()
            .filter(|line| !line.contains(&format!("\"source\":\"{ORIGIN}\"")))
            .map(|line| event(line).to_owned())
            .collect()
    }

    /// Every file of `ledger/` with its bytes.
    pub fn segment_files(&self) -> Vec<(String, Vec<u8>)> {
        files(&self.data().join("ledger"))
    }
}

/// The bytes of the event in a line: members are sorted, so it stands between `by` and `prev`.
pub fn event(line: &str) -> &str {
    let start = line.find("\"event\":").unwrap() + "\"event\":".len();
    let end = line.rfind(",\"prev\":\"").unwrap();
    &line[start..end]
}

/// The files of a directory with their bytes, in order.
pub fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Every line of a data directory.
pub fn lines(data: &Path) -> Vec<String> {
    let mut segments: Vec<(usize, Vec<u8>)> = Vec::new();
    // `.jsonl` sorts before `.jsonl.zst`, and counts where both are there.
    for (name, bytes) in files(&data.join("ledger")) {
        let Ok(first) = name[..20.min(name.len())].parse() else { continue };
        let known = segments.last().is_some_and(|(last, _)| *last == first);
        if name.ends_with(".jsonl.zst") && !known {
            segments.push((first, zstd::decode_all(bytes.as_slice()).unwrap()));
        } else if name.ends_with(".jsonl") {
            segments.push((first, bytes));
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for (first, bytes) in segments {
        lines.truncate(first);
        assert_eq!(lines.len(), first, "segments follow each other");
        lines.extend(String::from_utf8(bytes).unwrap().lines().map(str::to_owned));
    }
    lines
}

/// The text of an ordinary event.
pub fn plain(id: impl std::fmt::Display) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/foi","type":"request.received","subject":"FOI-{id}","data":{{"regime":"foi","unit":"highways"}}}}"#
    )
}

/// Ordinary events, one a line.
pub fn plain_lines(ids: impl IntoIterator<Item = u64>) -> String {
    ids.into_iter().map(|id| plain(id) + "\n").collect()
}
