//! The commands as their users meet them: exit codes, refusals, what a kept checkpoint is good for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use support::{ORIGIN, Ran, TestLedger, command, plain, plain_lines, run};

mod support;

fn muniment(args: &[&str]) -> Ran {
    run(&mut command(args), b"")
}

#[test]
fn every_help_has_an_example() {
    let commands: [&[&str]; 10] = [
        &[],
        &["init"],
        &["append"],
        &["verify"],
        &["export"],
        &["backup"],
        &["restore"],
        &["doctor"],
        &["clock", "accept"],
        &["bench"],
    ];
    for words in commands {
        let ran = muniment(&[words, &["--help"]].concat()).exits(0);
        let name = words.first().copied().unwrap_or("muniment");
        let wanted = format!("muniment {}", words.join(" "));
        let mut examples = ran.stdout.lines().filter(|line| line.starts_with("  "));
        assert!(examples.any(|line| line.contains(&wanted)), "{name} --help has no example:\n{}", ran.stdout);
        assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    }
    muniment(&["--version"]).exits(0);
}

#[test]
fn what_is_used_wrongly_exits_with_2() {
    let ledger = TestLedger::new();
    let data = ledger.data();
    let data = data.to_str().unwrap();
    let nowhere = ledger.beside("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    let cases: [&[&str]; 20] = [
        &[],
        &["no-such-command"],
        &["verify"],
        &["verify", "--data", nowhere],
        &["verify", "--data", data, "--no-such-flag"],
        &["verify", "--data", data, "--vkey", "no key"],
        &["verify", "--data", data, "--checkpoint", nowhere],
        &["verify", "--export", nowhere],
        &["append", "--data", nowhere],
        &["append", "--data", data, nowhere],
        &["append", "--data", data, data],
        &["append", "--data", data, "--set", "ledger.segment_bytes=1"],
        &["append", "--data", data, "--set", "ledger.no_such_field=1"],
        &["export", "--data", nowhere],
        &["export", "--data", data, "--from", "5", "--to", "4"],
        &["export", "--data", data, "--to", "1000"],
        &["export", "--data", data, "--out", data],
        &["clock", "accept", "--data", nowhere],
        &["init", "--data", nowhere],
        &["init", "--data", nowhere, "--origin", "with space"],
    ];
    for args in cases {
        let ran = muniment(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
        assert!(!ran.stderr.is_empty(), "{args:?} says why");
    }
    assert!(!Path::new(nowhere).exists(), "nothing was made on the way");
    fs::write(ledger.data().join("muniment.toml"), "[ledger]\nsegment_size = 1\n").unwrap();
    let ran = ledger.append(plain(1), &[]).exits(2);
    assert!(ran.stderr.contains("segment_size") && ran.stderr.contains("muniment.toml"), "{}", ran.stderr);
}

#[test]
fn what_is_done_exits_with_0_and_what_is_wanting_with_1() {
    let ledger = TestLedger::new();
    ledger.append(plain(1), &[]).exits(0);
    let verified = ledger.run("verify", &["--vkey", &ledger.vkey]).exits(0);
    assert_eq!(verified.field("origin"), ORIGIN);
    assert!(verified.last_line().starts_with("ok: 5 entries"), "{}", verified.stdout);
    let data = ledger.data();
    muniment(&["clock", "accept", "--data", data.to_str().unwrap()]).exits(0);
    assert_eq!(ledger.entries().last().unwrap()["event"]["type"], "clock.accepted");
    let out = ledger.beside("out");
    let out = out.to_str().unwrap();
    ledger.run("export", &["--out", out]).exits(0);
    muniment(&["verify", "--export", out, "--vkey", &ledger.vkey]).exits(0);
    ledger.append("not json\n", &[]).exits(1);

    let other = TestLedger::new();
    ledger.run("verify", &["--vkey", &other.vkey]).exits(1);
    muniment(&["verify", "--export", out, "--vkey", &other.vkey]).exits(1);
}

#[test]
fn a_changed_export_is_found() {
    let ledger = TestLedger::new();
    ledger.append(plain_lines(0..300), &[]).exits(0);
    for (format, file) in
        [("lines", "entries.jsonl"), ("tlog-tiles", "tile/entries/000"), ("tlog-tiles", "tile/0/000")]
    {
        let out = tempfile::tempdir().unwrap();
        let directory = out.path().to_str().unwrap();
        ledger.run("export", &["--out", directory, "--format", format]).exits(0);
        muniment(&["verify", "--export", directory]).exits(0);
        let path = out.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let ran = muniment(&["verify", "--export", directory]).exits(1);
        assert!(ran.last_line().contains("first damage"), "{file}: {}", ran.stdout);
    }
}

#[test]
fn init_makes_a_ledger_once_and_keeps_its_secrets() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("deep/data");
    let args = ["init", "--data", data.to_str().unwrap(), "--origin", ORIGIN];
    let made = muniment(&args).exits(0);
    let token = made.field("admin token").to_owned();
    assert!(token.len() >= 32, "{token}");
    let ledger = support::files(&data.join("ledger"));
    let again = muniment(&args).exits(2);
    assert!(again.stdout.is_empty() && again.stderr.contains(data.to_str().unwrap()), "{again:?}");
    assert!(support::files(&data.join("ledger")) == ledger, "the second init changed the ledger");

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let keys = support::files(&data.join("keys"));
    assert!(!keys.is_empty());
    for (name, _) in keys {
        assert_eq!(mode(&data.join("keys").join(&name)), 0o600, "{name}");
    }
    for directory in [data.clone(), data.join("ledger"), data.join("keys")] {
        for (name, bytes) in support::files(&directory) {
            let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!found, "{name} holds the token");
        }
    }
}

#[test]
fn a_second_process_is_refused() {
    let ledger = TestLedger::new();
    let piped = Stdio::piped;
    let mut first =
        ledger.command("append", &[]).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut stdin = first.stdin.take().unwrap();
    writeln!(stdin, "{}", plain(1)).unwrap();
    stdin.flush().unwrap();
    // What is read is handed in at once where the input makes one wait.
    for _ in 0..500 {
        if ledger.posted().len() == 1 {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(ledger.posted().len(), 1);
    let data = ledger.data();
    let data = data.to_str().unwrap();
    let out = ledger.beside("out");
    let commands: [&[&str]; 4] = [
        &["append", "--data", data],
        &["verify", "--data", data],
        &["export", "--data", data, "--out", out.to_str().unwrap()],
        &["clock", "accept", "--data", data],
    ];
    for args in commands {
        let ran = run(&mut command(args), plain(2).as_bytes()).exits(2);
        for part in [data, "in use by another process", &first.id().to_string()] {
            assert!(ran.stderr.contains(part), "{args:?}: {} names {part}", ran.stderr);
        }
    }
    writeln!(stdin, "{}", plain(3)).unwrap();
    drop(stdin);
    let first: Ran = first.wait_with_output().unwrap().into();
    assert_eq!(first.exits(0).counts(), [2, 0, 0]);
    assert_eq!(ledger.append(plain(2), &[]).exits(0).counts(), [1, 0, 0]);
    ledger.run("verify", &[]).exits(0);
}

/// A ledger that has grown after its owner gave a checkpoint and receipts away.
struct Grown {
    ledger: TestLedger,
    /// Checkpoint and receipts, each with the number of entries that prove it.
    kept: Vec<(PathBuf, usize)>,
}

fn grown(segment: &str) -> Grown {
    let ledger = TestLedger::new();
    let args = ["--set", segment];
    ledger.append(plain_lines(0..40), &args).exits(0);
    let (out, size) = (ledger.beside("kept"), ledger.lines().len());
    ledger.run("export", &["--out", out.to_str().unwrap(), "--from", "7"]).exits(0);
    ledger.append(plain_lines(40..90), &args).exits(0);
    let kept = ["checkpoint", "first.tlog-proof", "last.tlog-proof"].map(|name| (out.join(name), size));
    Grown { ledger, kept: kept.to_vec() }
}

/// Cuts the active segment so that so many entries are left in all, and forgets what would tell.
fn cut(ledger: &TestLedger, entries: usize) {
    let lines = ledger.lines();
    let (name, _) = ledger.segment_files().into_iter().rfind(|(name, _)| name.ends_with(".jsonl")).unwrap();
    let first: usize = name[..20].parse().unwrap();
    let rest: String = lines[first..entries].iter().map(|line| format!("{line}\n")).collect();
    fs::write(ledger.data().join("ledger").join(name), rest).unwrap();
}

fn forget_tree(ledger: &TestLedger) {
    fs::remove_file(ledger.data().join("checkpoint")).unwrap();
    fs::remove_dir_all(ledger.data().join("tiles")).unwrap();
}

#[test]
fn what_was_kept_from_earlier_proves_that_nothing_changed() {
    for segment in ["ledger.segment_bytes=1048576", "ledger.segment_bytes=4096"] {
        let Grown { ledger, kept } = grown(segment);
        for (path, size) in &kept {
            let ran = ledger.run("verify", &["--checkpoint", path.to_str().unwrap()]).exits(0);
            assert_eq!(ran.field("kept"), format!("{size} entries: agrees"));
        }
    }
}

#[test]
fn a_cut_tail_is_found_with_what_was_kept() {
    let Grown { ledger, kept } = grown("ledger.segment_bytes=1048576");
    for left in [kept[0].1 - 1, 20, 1] {
        cut(&ledger, left);
        if ledger.data().join("checkpoint").exists() {
            forget_tree(&ledger);
        }
        for (path, _) in &kept {
            let ran = ledger.run("verify", &["--checkpoint", path.to_str().unwrap()]).exits(1);
            let wanted = format!("first damage: entry {left} ");
            assert!(ran.last_line().starts_with(&wanted), "{}", ran.stdout);
        }
    }
}

#[test]
fn a_ledger_cut_below_its_own_checkpoint_takes_nothing_more() {
    let Grown { ledger, .. } = grown("ledger.segment_bytes=1048576");
    let left = ledger.lines().len() - 1;
    cut(&ledger, left);
    let before = ledger.segment_files();
    let ran = ledger.append(plain(1_000), &[]).exits(1);
    assert!(ran.stderr.contains(&format!("entries from {left} on")), "{}", ran.stderr);
    assert!(ledger.segment_files() == before, "a refused start changed the ledger");
    let ran = ledger.run("verify", &[]).exits(1);
    assert!(ran.last_line().starts_with(&format!("first damage: entry {left} ")), "{}", ran.stdout);
}

#[test]
fn a_changed_entry_is_named() {
    let Grown { ledger, .. } = grown("ledger.segment_bytes=1048576");
    let (name, bytes) =
        ledger.segment_files().into_iter().rfind(|(name, _)| name.ends_with(".jsonl")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let changed = text.replacen("\"subject\":\"FOI-30\"", "\"subject\":\"FOI-31\"", 1);
    let seq = text.lines().position(|line| line.contains("\"subject\":\"FOI-30\"")).unwrap();
    fs::write(ledger.data().join("ledger").join(name), changed).unwrap();
    let ran = ledger.run("verify", &[]).exits(1);
    assert!(ran.last_line().starts_with(&format!("first damage: entry {seq} ")), "{}", ran.stdout);
}

#[test]
fn bytes_that_were_never_acknowledged_are_put_aside_and_that_is_recorded() {
    let ledger = TestLedger::new();
    ledger.append(plain_lines(0..5), &[]).exits(0);
    let lines = ledger.lines();
    let (name, mut bytes) =
        ledger.segment_files().into_iter().rfind(|(name, _)| name.ends_with(".jsonl")).unwrap();
    bytes.extend_from_slice(b"{\"by\":\"host\",\"ev");
    fs::write(ledger.data().join("ledger").join(name), bytes).unwrap();
    ledger.run("verify", &[]).exits(0);
    assert_eq!(ledger.append(plain_lines(0..6), &[]).exits(0).counts(), [1, 5, 0]);
    let after = ledger.entries();
    assert!(ledger.lines().starts_with(&lines));
    assert!(after.iter().any(|entry| entry["event"]["type"] == "ledger.recovered"));
    assert!(ledger.segment_files().iter().any(|(name, _)| name.starts_with("recovered-")));
    ledger.run("verify", &[]).exits(0);
}
