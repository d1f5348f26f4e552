//! Backups, returns and changes of the vault's key are killed at moments from their first to their last: afterwards all is as it
//! was before, or as it is afterwards.
//!
//! `MUNIMENT_TEST_SCALE=10` makes ten times as many rounds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::serving::scale;
use support::{Ran, TestLedger, command, lines, plain, plain_lines, run};

mod support;

const ROUNDS: u32 = 14;
/// Small, so that there are many files.
const SEGMENT: [&str; 2] = ["--set", "ledger.segment_bytes=8192"];
const NEW: &str = "ledger.example/second";

fn muniment(args: &[&str]) -> Ran {
    run(&mut command(args), b"")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// How long a command takes that nobody kills.
fn timed(command: &mut Command) -> Duration {
    let begun = Instant::now();
    run(command, b"").exits(0);
    begun.elapsed()
}

/// SIGKILL so long after its start, if it has not ended by then.
fn killed(command: &mut Command, after: Duration) {
    let null = Stdio::null;
    let mut child = command.stdin(null()).stdout(null()).stderr(null()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < after {
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Moments from the very first to one behind the usual end, evenly; and in the end as long as it takes.
fn moments(whole: Duration) -> impl Iterator<Item = Duration> {
    let rounds = ROUNDS * u32::try_from(scale()).unwrap();
    let within = (0..rounds).map(move |round| whole * 6 / 5 * round / rounds);
    within.chain([Duration::from_secs(60)])
}

/// The size that a checkpoint covers.
fn covered(directory: &Path) -> Option<usize> {
    let note = fs::read_to_string(directory.join("checkpoint")).ok()?;
    Some(note.lines().nth(1).unwrap().parse().unwrap())
}

/// A ledger with many segments, some of them sealed.
fn a_ledger() -> TestLedger {
    let ledger = TestLedger::new();
    for part in 0..4 {
        ledger.append(plain_lines(part * 40..(part + 1) * 40), &SEGMENT).exits(0);
    }
    ledger
}

#[test]
fn a_killed_backup_is_the_earlier_one_or_the_new_one() {
    let ledger = a_ledger();
    let (to, data) = (ledger.beside("backup"), ledger.data());
    let backup = |to: &Path| command(&["backup", "--data", text(&data), "--to", text(to)]);
    run(&mut backup(&to), b"").exits(0);
    let whole = timed(&mut backup(&ledger.beside("measured")));
    let (mut before, mut after) = (0, 0);
    for (round, moment) in (0_u64..).zip(moments(whole)) {
        let (old, first) = (covered(&to).unwrap(), 1_000 + round * 40);
        ledger.append(plain_lines(first..first + 40), &SEGMENT).exits(0);
        let (all, new) = (ledger.lines(), covered(&data).unwrap());
        killed(&mut backup(&to), moment);
        let is = covered(&to).unwrap();
        assert!(is == old || is == new, "round {round}: {is}, neither {old} nor {new}");
        before += u32::from(is == old);
        after += u32::from(is == new);
        // Entries beyond its checkpoint may be there, none is missing, and all are the ledger's.
        let verified = muniment(&["verify", "--data", text(&to)]).exits(0);
        let entries: usize = verified.field("entries").parse().unwrap();
        assert!((is..=all.len()).contains(&entries), "round {round}: {entries} entries");
        if round % 3 == 0 {
            // A return from it gives what its checkpoint covers.
            let restored = ledger.beside(&format!("restored-{round}"));
            muniment(&["restore", "--from", text(&to), "--data", text(&restored), "--origin", NEW]).exits(0);
            let found = lines(&restored);
            assert_eq!((found.len(), &found[..is]), (is + 1, &all[..is]), "round {round}");
            muniment(&["verify", "--data", text(&restored)]).exits(0);
        }
    }
    assert!(before > 0 && after > 0, "{before} kills before the end, {after} after it");
    run(&mut backup(&to), b"").exits(0);
    assert_eq!(lines(&to), ledger.lines());
}

#[test]
fn a_killed_first_backup_is_none_or_whole() {
    let ledger = a_ledger();
    let data = ledger.data();
    let backup = |to: &Path, vault: &Path| {
        command(&["backup", "--data", text(&data), "--to", text(to), "--vault-to", text(vault)])
    };
    let whole = timed(&mut backup(&ledger.beside("measured"), &ledger.beside("vault-measured")));
    let (mut none, mut all) = (0, 0);
    for (round, moment) in (0_u64..).zip(moments(whole)) {
        let [to, vault, restored] =
            ["backup", "vault", "restored"].map(|name| ledger.beside(&format!("{name}-{round}")));
        killed(&mut backup(&to, &vault), moment);
        let restore =
            || muniment(&["restore", "--from", text(&to), "--data", text(&restored), "--origin", NEW]);
        if covered(&to).is_none() {
            none += 1;
            assert_ne!(restore().code, Some(0), "round {round}: a return from what is no backup");
            // Nothing opens what such a return leaves, if it leaves anything.
            let opened = run(&mut command(&["append", "--data", text(&restored)]), plain(1).as_bytes());
            assert_ne!(opened.code, Some(0), "round {round}");
            run(&mut backup(&to, &vault), b"").exits(0);
        } else {
            all += 1;
        }
        assert_eq!(lines(&to), ledger.lines(), "round {round}");
        assert_eq!(fs::read(vault.join("vault")).unwrap(), fs::read(data.join("vault")).unwrap());
        restore().exits(0);
        muniment(&["verify", "--data", text(&restored)]).exits(0);
    }
    assert!(none > 0 && all > 0, "{none} kills before the end, {all} after it");
}

#[test]
fn a_killed_return_opens_nothing_or_is_whole() {
    let ledger = a_ledger();
    let backup = ledger.beside("backup");
    ledger.run("backup", &["--to", text(&backup)]).exits(0);
    let latest = ledger.beside("latest");
    fs::copy(ledger.data().join("checkpoint"), &latest).unwrap();
    let restore = |to: &Path| {
        let from = ["restore", "--from", text(&backup), "--checkpoint", text(&latest)];
        command(&[&from[..], &["--data", text(to)]].concat())
    };
    let whole = timed(&mut restore(&ledger.beside("measured")));
    let (mut none, mut all) = (0, 0);
    for (round, moment) in (0_u64..).zip(moments(whole)) {
        let to = ledger.beside(&format!("restored-{round}"));
        killed(&mut restore(&to), moment);
        let append = || run(&mut command(&["append", "--data", text(&to)]), plain("new").as_bytes());
        // The marker goes last of all; what is made again behind it can be made again at any start.
        let is_whole = to.join("ledger").is_dir() && !to.join("restoring").exists();
        if is_whole {
            all += 1;
            let again = run(&mut restore(&to), b"").exits(2);
            assert!(again.stderr.contains("not empty"), "{}", again.stderr);
        } else {
            none += 1;
            let opened = append();
            assert_ne!(opened.code, Some(0), "round {round}: half a ledger was opened");
            // The same command goes on.
            run(&mut restore(&to), b"").exits(0);
        }
        assert_eq!(lines(&to), ledger.lines(), "round {round}");
        assert_eq!(append().exits(0).counts(), [1, 0, 0]);
        muniment(&["verify", "--data", text(&to), "--checkpoint", text(&latest)]).exits(0);
    }
    assert!(none > 0 && all > 0, "{none} kills before the end, {all} after it");
}

/// An event with something personal, which a vault without its key cannot recognise again.
fn sealed(id: u64) -> String {
    let data = json!({"regime": "foi", "note": format!("secret number {id}")});
    json!({"specversion": "1.0", "id": format!("sealed-{id}"), "source": "/foi", "type": "request.received",
        "subject": format!("SEALED-{id}"), "data": data})
    .to_string()
}

/// All that was sealed is recognised, so its keys are there.
fn assert_readable(ledger: &TestLedger, count: u64, args: &[&str]) {
    let all: String = (0..count).map(|id| sealed(id) + "\n").collect();
    assert_eq!(ledger.append(all, args).exits(0).counts(), [0, count, 0]);
}

#[test]
fn a_vault_whose_change_of_key_is_killed_opens_with_one_of_both() {
    let ledger = TestLedger::new();
    let events = 30;
    let all: String = (0..events).map(|id| sealed(id) + "\n").collect();
    ledger.append(all, &[]).exits(0);
    let data = ledger.data();

    // In its own place: whatever happens, the key that is there opens it.
    let own = || command(&["vault", "rotate", "--data", text(&data)]);
    let whole = timed(&mut own());
    for moment in moments(whole) {
        killed(&mut own(), moment);
        assert_readable(&ledger, events, &[]);
    }

    // To a key that is elsewhere: one of both opens it, and only one.
    let (mut old, mut old_set) = (None, Vec::new());
    let (mut before, mut after) = (0, 0);
    for (round, moment) in (0_u64..).zip(moments(whole)) {
        let key = ledger.beside(&format!("vault-{round}.key"));
        fs::write(&key, format!("{:02x}", round + 1).repeat(32)).unwrap();
        let mut rotate = command(&["vault", "rotate", "--data", text(&data), "--new-key-file", text(&key)]);
        killed(rotate.args(&old_set), moment);
        let set = format!("vault.key_file={}", key.display());
        let opens = |args: &[&str]| ledger.append(sealed(0), args).code == Some(0);
        let earlier: Vec<&str> = old_set.iter().map(String::as_str).collect();
        let (with_old, with_new) = (opens(&earlier), opens(&["--set", &set]));
        assert!(with_old != with_new, "round {round}: with the old key {with_old}, with the new {with_new}");
        if with_new {
            after += 1;
            assert_readable(&ledger, events, &["--set", &set]);
            (old, old_set) = (Some(key), vec!["--set".to_owned(), set]);
        } else {
            before += 1;
            assert_readable(&ledger, events, &earlier);
        }
    }
    assert!(before > 0 && after > 0, "{before} kills before the change, {after} after it");
    assert!(old.is_some_and(|key| key.exists()));
    ledger.run("verify", &[]).exits(0);
}
