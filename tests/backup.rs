//! Backup, return and doctor as an operator meets them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::http::Request;
use support::serving::{Serving, request};
use support::{ORIGIN, Ran, TestLedger, command, files, lines, plain, plain_lines, run};

mod support;

const NEW: &str = "ledger.example/second";

fn muniment(args: &[&str]) -> Ran {
    run(&mut command(args), b"")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A stopped ledger with sealed segments, and a backup of it.
struct Kept {
    ledger: TestLedger,
    backup: PathBuf,
}

fn kept() -> Kept {
    let ledger = TestLedger::new();
    for ids in [0..15, 15..30, 30..45, 45..60] {
        ledger.append(plain_lines(ids), &["--set", "ledger.segment_bytes=4096"]).exits(0);
    }
    let backup = ledger.beside("backup");
    ledger.run("backup", &["--to", text(&backup)]).exits(0);
    Kept { ledger, backup }
}

impl Kept {
    /// The checkpoint of this moment, away from ledger and backup.
    fn checkpoint(&self, name: &str) -> PathBuf {
        let path = self.ledger.beside(name);
        fs::copy(self.ledger.data().join("checkpoint"), &path).unwrap();
        path
    }

    fn restore(&self, to: &Path, args: &[&str]) -> Ran {
        muniment(&[&["restore", "--from", text(&self.backup), "--data", text(to)], args].concat())
    }
}

#[test]
fn a_ledger_is_backed_up_while_it_is_served_and_posted_to() {
    let serving = Serving::new();
    let (data, backup) = (serving.ledger.data(), serving.ledger.beside("backup"));
    let post = |from: u32, to: u32| {
        for id in from..to {
            serving.post(&serving.admin, &request(&id.to_string(), "/foi", None)).is(201);
        }
    };
    post(0, 50);
    // It goes up to the last signed checkpoint, and one is kept every second: until a backup has more than the first.
    let (grown, begun) = (AtomicBool::new(false), Instant::now());
    let sizes = thread::scope(|scope| {
        let posting = scope.spawn(|| {
            let mut id = 50;
            // Where the backup fails it ends too.
            while !grown.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(60) {
                post(id, id + 1);
                id += 1;
                thread::sleep(Duration::from_millis(2));
            }
        });
        let mut sizes: Vec<usize> = Vec::new();
        while sizes.len() < 4 || (sizes.first() == sizes.last() && begun.elapsed() < Duration::from_secs(30))
        {
            let ran = muniment(&["backup", "--data", text(&data), "--to", text(&backup)]);
            sizes.push(ran.exits(0).field("backed up").split(' ').next().unwrap().parse().unwrap());
            thread::sleep(Duration::from_millis(100));
        }
        grown.store(true, Ordering::Relaxed);
        posting.join().unwrap();
        sizes
    });
    assert!(sizes.is_sorted() && sizes.first() < sizes.last(), "{sizes:?}");
    // A checkpoint is kept every second.
    thread::sleep(Duration::from_millis(1_500));
    muniment(&["backup", "--data", text(&data), "--to", text(&backup)]).exits(0);
    assert_eq!(lines(&backup), lines(&data));
    muniment(&["verify", "--data", text(&backup), "--vkey", &serving.ledger.vkey]).exits(0);
    let list = fs::read_to_string(data.join("backups.json")).unwrap();
    assert_eq!(serde_json::from_str::<Vec<PathBuf>>(&list).unwrap(), [backup.canonicalize().unwrap()]);
}

#[test]
fn a_second_run_copies_only_what_is_new_and_secrets_stay_apart() {
    let Kept { ledger, backup } = kept();
    fs::create_dir(ledger.data().join("plugins")).unwrap();
    fs::write(ledger.data().join("plugins/aa.wasm"), "plugin").unwrap();
    ledger.append(plain_lines(60..120), &["--set", "ledger.segment_bytes=4096"]).exits(0);
    let sealed = files(&backup.join("ledger")).len();
    let vault = ledger.beside("vault-copy");
    let ran = ledger.run("backup", &["--to", text(&backup), "--vault-to", text(&vault)]).exits(0);
    let there = ran.stdout.split("there already ").nth(1).unwrap();
    let there: usize = there.split(' ').next().unwrap().parse().unwrap();
    assert!(there >= sealed - 2 && sealed > 3, "{}", ran.stdout);
    assert_eq!(lines(&backup), ledger.lines());
    assert_eq!(fs::read(backup.join("plugins/aa.wasm")).unwrap(), b"plugin");
    assert_eq!(fs::read(vault.join("vault")).unwrap(), fs::read(ledger.data().join("vault")).unwrap());
    assert_eq!((mode(&vault.join("vault")), mode(&backup.join("keys/ledger.key"))), (0o600, 0o600));
    assert_eq!((mode(&vault), mode(&backup)), (0o700, 0o700));
    assert!(!backup.join("vault").exists() && !backup.join("keys/vault.key").exists());
    assert!(!vault.join("keys").exists());

    let inside = backup.join("vault");
    let around = ledger.home.path();
    for bad in [&*backup, &*inside, around] {
        ledger.run("backup", &["--to", text(&backup), "--vault-to", text(bad)]).exits(2);
    }
    ledger.run("backup", &["--forget", text(&backup)]).exits(0);
    assert_eq!(fs::read_to_string(ledger.data().join("backups.json")).unwrap().trim(), "[]");
    ledger.run("backup", &["--forget", text(&backup)]).exits(2);
}

#[test]
fn a_destination_of_something_else_is_refused() {
    let Kept { ledger, backup } = kept();
    let before = files(&backup.join("ledger"));
    let other = TestLedger::new();
    let ran = other.run("backup", &["--to", text(&backup)]).exits(2);
    assert!(ran.stderr.contains("another ledger"), "{}", ran.stderr);
    // A copy of the directory goes on by itself, and so does the ledger.
    let fork = ledger.beside("fork");
    let copied = run(std::process::Command::new("cp").args(["-r", text(&ledger.data()), text(&fork)]), b"");
    copied.exits(0);
    ledger.append(plain(1_000), &[]).exits(0);
    ledger.run("backup", &["--to", text(&backup)]).exits(0);
    let newer = muniment(&["backup", "--data", text(&fork), "--to", text(&backup)]).exits(1);
    assert!(newer.stderr.contains("newer than this ledger"), "{}", newer.stderr);
    run(&mut command(&["append", "--data", text(&fork)]), plain_lines(2_000..2_010).as_bytes()).exits(0);
    let forked = muniment(&["backup", "--data", text(&fork), "--to", text(&backup)]).exits(1);
    assert!(forked.stderr.contains("went another way"), "{}", forked.stderr);
    assert_ne!(files(&backup.join("ledger")), before);
    assert_eq!(lines(&backup), ledger.lines());

    let elsewhere = ledger.beside("photos");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("holiday.jpg"), "x").unwrap();
    for (to, part) in
        [(&elsewhere, "holiday.jpg"), (&ledger.data(), "apart"), (&ledger.data().join("x"), "apart")]
    {
        let ran = ledger.run("backup", &["--to", text(to)]).exits(2);
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    assert!(!ledger.data().join("x").exists(), "nothing was made on the way");
    muniment(&["backup", "--data", text(&ledger.beside("nowhere")), "--to", text(&backup)]).exits(2);
}

#[test]
fn with_the_latest_checkpoint_the_ledger_goes_on_as_it_was() {
    let kept = kept();
    let (latest, to) = (kept.checkpoint("latest"), kept.ledger.beside("restored"));
    let ran = kept.restore(&to, &["--checkpoint", text(&latest)]).exits(0);
    assert!(ran.stdout.contains("goes on as it was"), "{}", ran.stdout);
    assert_eq!(ran.field("vkey"), kept.ledger.vkey);
    assert_eq!(lines(&to), kept.ledger.lines());
    assert_eq!((mode(&to), mode(&to.join("keys/ledger.key"))), (0o700, 0o600));
    run(&mut command(&["append", "--data", text(&to)]), plain_lines(55..65).as_bytes()).exits(0);
    let verified = muniment(&["verify", "--data", text(&to), "--checkpoint", text(&latest)]).exits(0);
    assert_eq!(verified.field("origin"), ORIGIN);
    // What is there is never overwritten.
    let before = lines(&to);
    let ran = kept.restore(&to, &["--checkpoint", text(&latest)]).exits(2);
    assert!(ran.stderr.contains("not empty"), "{}", ran.stderr);
    assert_eq!(lines(&to), before);
}

#[test]
fn an_attempt_that_was_not_finished_opens_nothing_and_is_repeated() {
    let kept = kept();
    let (latest, to) = (kept.checkpoint("latest"), kept.ledger.beside("restored"));
    fs::create_dir_all(to.join("ledger")).unwrap();
    fs::write(to.join("restoring"), "").unwrap();
    fs::copy(
        kept.backup.join("ledger").join(&files(&kept.backup.join("ledger"))[0].0),
        to.join("ledger").join(&files(&kept.backup.join("ledger"))[0].0),
    )
    .unwrap();
    let ran = run(&mut command(&["append", "--data", text(&to)]), plain(1).as_bytes()).exits(1);
    assert!(ran.stderr.contains("muniment restore"), "{}", ran.stderr);
    muniment(&["init", "--data", text(&to), "--origin", ORIGIN]).exits(2);
    muniment(&["doctor", "--data", text(&to)]).exits(1);
    kept.restore(&to, &["--checkpoint", text(&latest)]).exits(0);
    assert_eq!(lines(&to), kept.ledger.lines());
}

#[test]
fn where_entries_may_be_missing_it_goes_on_under_a_new_origin() {
    let kept = kept();
    let at_backup = kept.checkpoint("at-backup");
    let size = kept.ledger.lines().len();
    let export = kept.ledger.beside("export");
    kept.ledger.run("export", &["--out", text(&export), "--from", "3", "--to", "9"]).exits(0);
    kept.ledger.append(plain_lines(100..110), &[]).exits(0);
    let latest = kept.checkpoint("latest");
    let missing = kept.ledger.lines().len() - size;

    let to = kept.ledger.beside("restored");
    let refused = kept.restore(&to, &[]).exits(2);
    assert!(
        refused.stderr.contains("--origin") && refused.stderr.contains("signed twice"),
        "{}",
        refused.stderr
    );
    let refused = kept.restore(&to, &["--checkpoint", text(&latest)]).exits(2);
    assert!(refused.stderr.contains(&format!("{missing} are missing")), "{}", refused.stderr);
    kept.restore(&to, &["--checkpoint", text(&latest), "--origin", ORIGIN]).exits(2);

    let ran = kept.restore(&to, &["--checkpoint", text(&latest), "--origin", NEW]).exits(0);
    assert!(ran.stdout.contains(&format!("missing {missing} entries")), "{}", ran.stdout);
    let vkey = ran.field("vkey").to_owned();
    assert!(vkey.starts_with(NEW));
    let entries = lines(&to);
    assert_eq!(entries.len(), size + 1);
    assert_eq!(entries[..size], kept.ledger.lines()[..size]);
    let restored: serde_json::Value = serde_json::from_str(&entries[size]).unwrap();
    let (event, data) = (&restored["event"], &restored["event"]["data"]);
    assert_eq!((&event["type"], &event["source"]), (&json!("ledger.restored"), &json!(NEW)));
    assert_eq!((&data["old_origin"], &data["old_size"]), (&json!(ORIGIN), &json!(size)));
    assert_eq!(data["known_size"], json!(size + missing));

    // What was signed before still verifies, and what was lost is told.
    let verify = |args: &[&str]| muniment(&[&["verify", "--data", text(&to)], args].concat());
    verify(&["--vkey", &vkey]).exits(0);
    let old = verify(&["--vkey", &kept.ledger.vkey]).exits(1);
    assert!(old.stderr.contains(&vkey), "{}", old.stderr);
    let receipts = ["first.tlog-proof", "last.tlog-proof", "checkpoint"].map(|name| export.join(name));
    for path in receipts.iter().chain([&at_backup]) {
        assert!(verify(&["--checkpoint", text(path)]).exits(0).field("kept").ends_with("agrees"));
    }
    let lost = verify(&["--checkpoint", text(&latest)]).exits(1);
    assert!(lost.stdout.contains("were lost then"), "{}", lost.stdout);

    // Both origins are the ledger's own, and what was recorded under the first is still known.
    let under = |source: &str| {
        let event = format!(r#"{{"specversion":"1.0","id":"x","source":"{source}","type":"a.b"}}"#);
        run(&mut command(&["append", "--data", text(&to)]), event.as_bytes())
    };
    for source in [ORIGIN, NEW] {
        assert!(under(source).exits(1).stderr.contains("own origin"));
    }
    run(&mut command(&["append", "--data", text(&to)]), plain_lines(0..70).as_bytes()).exits(0);
    let numbers: Vec<_> = lines(&to)
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|entry| entry["event"]["type"] == "import.started")
        .map(|entry| entry["event"]["data"]["import"].as_u64().unwrap())
        .collect();
    assert!(numbers.len() > 1 && numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    verify(&["--vkey", &vkey]).exits(0);
    let out = kept.ledger.beside("second-export");
    muniment(&["export", "--data", text(&to), "--out", text(&out)]).exits(0);
    muniment(&["verify", "--export", text(&out), "--vkey", &vkey]).exits(0);
    // It is backed up to where its past is.
    muniment(&["backup", "--data", text(&to), "--to", text(&kept.backup)]).exits(0);
    assert_eq!(lines(&kept.backup), lines(&to));
}

#[test]
fn a_restored_server_knows_its_tokens_under_the_new_origin() {
    let mut serving = Serving::new();
    let officer = serving.token("officer", &["officer"], json!({}));
    serving.post(&serving.admin, &request("1", "/foi", None)).is(201);
    serving.stop();
    let (backup, to) = (serving.ledger.beside("backup"), serving.ledger.beside("restored"));
    serving.ledger.run("backup", &["--to", text(&backup)]).exits(0);
    muniment(&["restore", "--from", text(&backup), "--data", text(&to), "--origin", NEW]).exits(0);
    fs::remove_dir_all(serving.ledger.data()).unwrap();
    fs::rename(&to, serving.ledger.data()).unwrap();
    serving.start_again();
    let state = serving.get(&serving.admin, "/v1/ledger").is(200).json();
    assert_eq!(state["origin"], NEW);
    assert!(state["vkey"].as_str().unwrap().starts_with(NEW));
    serving.indexed();
    serving.get(&officer, "/v1/events").is(200);
    serving.token("third", &["auditor"], json!({}));
    serving.ask(Request::get("/v1/tokens").token(&serving.admin)).is(200);
    let posted = serving.post(&serving.admin, &request("2", &format!("https://{ORIGIN}/x"), None));
    posted.is(403);
    serving.stop_and_verify();
}

#[test]
fn doctor_finds_each_damage_and_says_how_to_mend_it() {
    let Kept { ledger, backup } = kept();
    let data = ledger.data();
    let doctor = || ledger.run("doctor", &[]);
    let ran = doctor().exits(0);
    assert!(ran.stdout.lines().all(|line| !line.starts_with("wrong")), "{}", ran.stdout);
    let damage = |name: &str, level: &str, part: &str, harm: &dyn Fn(), mend: &dyn Fn()| {
        harm();
        let ran = doctor().exits(i32::from(level == "wrong"));
        let found = ran.stdout.lines().find(|line| line.starts_with(level) && line.contains(part));
        assert!(found.is_some(), "{name}: no {part:?} in\n{}", ran.stdout);
        mend();
        doctor().exits(0);
    };
    let chmod = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let moved = |name: &str| (data.join(name), ledger.beside("aside"));
    let key = data.join("keys/ledger.key");
    damage("key readable", "wrong", "chmod 600", &|| chmod(&key, 0o644), &|| chmod(&key, 0o600));
    damage("world readable", "wrong", "chmod 700", &|| chmod(&data, 0o755), &|| chmod(&data, 0o700));
    for (name, level, part) in [
        ("keys/ledger.key", "wrong", "from a backup"),
        ("checkpoint", "wrong", "it is missing"),
        ("tiles", "note", "makes them again"),
    ] {
        let (path, aside) = moved(name);
        damage(name, level, part, &|| fs::rename(&path, &aside).unwrap(), &|| {
            fs::rename(&aside, &path).unwrap()
        });
    }
    let other = TestLedger::new();
    let own = fs::read(&key).unwrap();
    let foreign = || fs::write(&key, fs::read(other.data().join("keys/ledger.key")).unwrap()).unwrap();
    damage("foreign key", "wrong", "put the right one there", &foreign, &|| fs::write(&key, &own).unwrap());
    let checkpoint = data.join("checkpoint");
    let note = fs::read(&checkpoint).unwrap();
    let forge = || fs::write(&checkpoint, fs::read(other.data().join("checkpoint")).unwrap()).unwrap();
    damage("foreign checkpoint", "wrong", "damaged or replaced", &forge, &|| {
        fs::write(&checkpoint, &note).unwrap()
    });
    let (name, bytes) =
        ledger.segment_files().into_iter().rfind(|(name, _)| name.ends_with(".jsonl")).unwrap();
    let last = data.join("ledger").join(name);
    let torn = [&bytes[..], b"{\"by\":"].concat();
    damage("torn", "note", "moves that aside", &|| fs::write(&last, &torn).unwrap(), &|| {
        fs::write(&last, &bytes).unwrap()
    });
    damage("cut", "wrong", "cut off", &|| fs::write(&last, b"").unwrap(), &|| {
        fs::write(&last, &bytes).unwrap()
    });
    let run_file = ledger.segment_files().into_iter().find(|(name, _)| name.ends_with(".keys")).unwrap();
    let run_path = data.join("ledger").join(&run_file.0);
    damage("key run", "note", "makes it again", &|| fs::remove_file(&run_path).unwrap(), &|| {
        fs::write(&run_path, &run_file.1).unwrap()
    });
    for (name, level, part, content) in [
        ("checkpoint.tmp", "note", "interrupted", ""),
        ("notes.txt", "note", "no file of the ledger", ""),
        ("muniment.toml", "wrong", "unknown field", "[ledger]\nsegment_size = 1\n"),
        ("backups.json", "wrong", "not a JSON list", "{"),
        ("backups.json", "wrong", "--forget", "[\"/nowhere/at/all\"]"),
        ("backups.json", "note", "`muniment backup --to`", "[]"),
    ] {
        let path = data.join(name);
        let before = fs::read(&path).ok();
        let mend = || match &before {
            Some(before) => fs::write(&path, before).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        };
        damage(name, level, part, &|| fs::write(&path, content).unwrap(), &mend);
    }
    let own_types = data.join("catalogue");
    let bad_type = || {
        fs::create_dir(&own_types).unwrap();
        fs::write(own_types.join("own.toml"), "group = 7").unwrap();
    };
    damage("catalogue", "wrong", "own.toml", &bad_type, &|| fs::remove_dir_all(&own_types).unwrap());
    let assets = data.join("assets");
    let link = || {
        fs::create_dir(&assets).unwrap();
        std::os::unix::fs::symlink(&key, assets.join("logo")).unwrap();
    };
    damage("link", "wrong", "backups leave it out", &link, &|| fs::remove_dir_all(&assets).unwrap());
    let (vault, aside) = moved("vault");
    damage(
        "vault",
        "wrong",
        "it is missing, its key is there",
        &|| fs::rename(&vault, &aside).unwrap(),
        &|| fs::rename(&aside, &vault).unwrap(),
    );
    let old = std::time::SystemTime::now() - Duration::from_secs(30 * 86_400);
    let kept_checkpoint = || fs::File::options().write(true).open(backup.join("checkpoint")).unwrap();
    damage("old backup", "wrong", "30 days old", &|| kept_checkpoint().set_modified(old).unwrap(), &|| {
        kept_checkpoint().set_modified(std::time::SystemTime::now()).unwrap()
    });
}

#[test]
fn doctor_examines_a_ledger_in_use() {
    let serving = Serving::new();
    serving.post(&serving.admin, &request("1", "/foi", None)).is(201);
    thread::sleep(Duration::from_millis(1_300));
    let ran = serving.ledger.run("doctor", &[]).exits(0);
    assert!(ran.stdout.contains(&format!("process {}", serving.pid())), "{}", ran.stdout);
    muniment(&["doctor", "--data", text(&serving.ledger.beside("nowhere"))]).exits(2);
}
