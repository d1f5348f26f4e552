//! Backup on the simulated disk: a crash at every step, and every step failing once.

use std::sync::Arc;

use muniment_core::event::Event;
use muniment_core::host::host_event;
use muniment_core::json::Value;
use muniment_core::principal::Principal;

use super::plan::Plan;
use super::{Backup, BackupError, Done, erasures};
use crate::disk::Disk;
use crate::disk::sim::{Fault, Loss, SimDisk};
use crate::ledger::clock::tests::ManualClock;
use crate::ledger::clock::{Clock as _, ClockBounds};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::open::{OpenOptions, open};
use crate::ledger::submission::{Mode, Submission};
use crate::ledger::{Log, names};
use crate::progress::Progress;
use crate::verify::{VerifyOptions, verify};

pub(super) const ORIGIN: &str = "backup.example/ledger";

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-05-01T09:00:00Z"))
}

pub(super) fn options(clock: &Arc<ManualClock>) -> OpenOptions {
    OpenOptions {
        clock: clock.clone(),
        clock_bounds: ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
        segment_bytes_max: 2_048,
        accept_clock: false,
        progress: Progress::default(),
    }
}

fn event(number: u64) -> Event {
    if number % 7 == 6 {
        let data = Value::object([("group", Value::string("request"))]);
        return host_event(ORIGIN, erasures::EVENT_TYPE, &format!("destroyed/{number}"), None, data).unwrap();
    }
    let text = format!(
        r#"{{"specversion":"1.0","id":"{number}","source":"/foi","type":"request.received","data":{{"n":{number}}}}}"#
    );
    Event::parse(text.as_bytes()).unwrap()
}

/// Appends, and keeps a checkpoint as a server does every second.
pub(super) fn append(log: &mut Log, clock: &ManualClock, numbers: std::ops::Range<u64>) {
    for number in numbers {
        clock.pass(1);
        let submission = Submission::new(Principal::host(), vec![event(number)], Mode::Batch).unwrap();
        log.commit(&[submission])[0].as_ref().unwrap();
    }
    log.shared().persist_checkpoint().unwrap();
}

pub(super) fn seal(log: &mut Log) {
    while let Some(job) = log.next_to_seal(1) {
        log.adopt(job.run().unwrap());
    }
}

/// A ledger at two moments, the later one with sealed segments and another settings file.
pub(super) struct Ledger {
    pub(super) earlier: SimDisk,
    pub(super) later: SimDisk,
}

pub(super) fn ledger() -> Ledger {
    let (disk, clock) = (SimDisk::new(), clock());
    genesis::create(&disk, ORIGIN, "Exemplar", Purpose::Production, clock.wall()).unwrap();
    let (mut log, _) = open(Arc::new(disk.clone()), &options(&clock)).unwrap();
    append(&mut log, &clock, 0..8);
    let put = |path: &str, dir: &str, content: &[u8]| {
        disk.create_dir(dir).unwrap();
        (&disk as &dyn Disk).replace(dir, path, content).unwrap();
    };
    put("muniment.toml", names::ROOT, b"[ledger]\nzstd_level = 1\n");
    put("catalogue/old.toml", names::CATALOGUE, b"old");
    put("vault", names::ROOT, b"keys");
    let earlier = disk.after(Loss::Process);
    append(&mut log, &clock, 8..30);
    seal(&mut log);
    append(&mut log, &clock, 30..32);
    put("muniment.toml", names::ROOT, b"[ledger]\nzstd_level = 2\n");
    put("catalogue/new.toml", names::CATALOGUE, b"new");
    disk.remove("catalogue/old.toml").unwrap();
    let later = disk.after(Loss::Process);
    assert!(later.list(names::LEDGER).unwrap().iter().filter(|name| name.ends_with(".zst")).count() > 1);
    Ledger { earlier, later }
}

pub(super) fn back_up(source: &SimDisk, destination: &SimDisk) -> Result<Done, BackupError> {
    let erasures = |lines: &[Vec<u8>]| erasures::record_on(destination, lines);
    let vault = SimDisk::new();
    let backup = Backup {
        source,
        destination,
        vault: Some(&vault),
        erasures: &erasures,
        progress: Progress::default(),
    };
    let done = backup.prepare()?.run()?;
    assert_eq!((&vault as &dyn Disk).read(names::VAULT).unwrap().unwrap(), b"keys");
    Ok(done)
}

/// The entries that a return from this disk would restore; `None` if it holds no backup.
pub(super) fn entries(disk: &SimDisk) -> Option<Vec<Vec<u8>>> {
    let plan = match Plan::make(disk) {
        Ok(plan) => plan,
        Err(BackupError::NoLedger | BackupError::NoCheckpoint) => return None,
        Err(error) => panic!("{error}"),
    };
    Some((0..plan.checkpoint.size).map(|seq| plan.line(disk, seq).unwrap()).collect())
}

fn check_whole(source: &SimDisk, destination: &SimDisk) {
    let (wanted, found) = (entries(source).unwrap(), entries(destination).unwrap());
    assert_eq!(found, wanted);
    let verified = verify(destination, &VerifyOptions::default()).unwrap();
    assert_eq!((verified.findings.problems.as_slice(), verified.head.size), (&[][..], wanted.len() as u64));
    let read = |disk: &SimDisk, path: &str| (disk as &dyn Disk).read(path).unwrap();
    for path in ["muniment.toml", "catalogue/old.toml", "catalogue/new.toml", names::SIGNING_KEY] {
        assert_eq!(read(destination, path), read(source, path), "{path}");
    }
    for path in [names::VAULT, names::VAULT_KEY] {
        assert_eq!(read(destination, path), None, "{path} is never in a backup");
    }
    let destroyed = |line: &Vec<u8>| String::from_utf8_lossy(line).contains(erasures::EVENT_TYPE);
    let destroyed: Vec<Vec<u8>> = wanted.into_iter().filter(destroyed).collect();
    assert!(!destroyed.is_empty());
    assert_eq!(erasures::read(destination).unwrap(), destroyed);
    let temporary = [names::ROOT, names::LEDGER, names::KEYS]
        .into_iter()
        .flat_map(|dir| destination.list(dir).unwrap())
        .find(|name| name.ends_with(".tmp"));
    assert_eq!(temporary, None);
}

pub(super) fn losses() -> impl Iterator<Item = Loss> {
    [Loss::Kept, Loss::Lost, Loss::Process].into_iter().chain((1..=crate::testing::scale(2)).map(Loss::Torn))
}

#[test]
fn a_backup_is_whole_and_the_next_copies_only_what_is_new() {
    let Ledger { earlier, later } = ledger();
    let destination = SimDisk::new();
    let first = back_up(&earlier, &destination).unwrap();
    assert_eq!(first.tally.there.files, 0);
    check_whole(&earlier, &destination);
    back_up(&later, &destination).unwrap();
    check_whole(&later, &destination);
    let again = back_up(&later, &destination).unwrap();
    assert_eq!(again.tally.copied.files, 1, "only the key, which is written anew");
    assert!(again.tally.there.files >= 4, "{:?}", again.tally);
    check_whole(&later, &destination.after(Loss::Lost));
}

#[test]
fn a_crash_at_any_step_leaves_the_earlier_backup_or_the_new_one() {
    let Ledger { earlier, later } = ledger();
    for source in [&earlier, &later] {
        let before = SimDisk::new();
        if !std::ptr::eq(source, &raw const earlier) {
            back_up(&earlier, &before).unwrap();
        }
        let before = before.after(Loss::Lost);
        let whole = before.after(Loss::Process);
        back_up(source, &whole).unwrap();
        let wanted = [entries(&before), entries(source)];
        for (number, step) in whole.steps().iter().enumerate() {
            for loss in losses() {
                let disk = before.after(Loss::Process);
                disk.crash_at(number);
                assert!(back_up(source, &disk).is_err());
                let next = disk.after(loss);
                let found = entries(&next);
                assert!(wanted.contains(&found), "crash at {number} ({step}), {loss:?}");
                back_up(source, &next).unwrap_or_else(|error| panic!("{number} ({step}), {loss:?}: {error}"));
                check_whole(source, &next.after(Loss::Lost));
            }
        }
    }
}

#[test]
fn any_step_may_fail_once() {
    let Ledger { earlier, later } = ledger();
    let before = SimDisk::new();
    back_up(&earlier, &before).unwrap();
    let before = before.after(Loss::Lost);
    let whole = before.after(Loss::Process);
    back_up(&later, &whole).unwrap();
    let wanted = [entries(&earlier), entries(&later)];
    for (number, step) in whole.steps().iter().enumerate() {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            let disk = before.after(Loss::Process);
            disk.fail_at(number, fault);
            let outcome = back_up(&later, &disk);
            let context = format!("step {number} ({step}) fails, {fault:?}: {outcome:?}");
            let lost = disk.after(Loss::Lost);
            assert!(wanted.contains(&entries(&lost)), "{context}");
            if outcome.is_ok() {
                check_whole(&later, &lost);
            }
            back_up(&later, &disk).unwrap_or_else(|error| panic!("{context}: {error}"));
            check_whole(&later, &disk.after(Loss::Lost));
        }
    }
}

#[test]
fn a_segment_may_be_sealed_while_it_is_copied() {
    let (disk, clock) = (SimDisk::new(), clock());
    genesis::create(&disk, ORIGIN, "Exemplar", Purpose::Production, clock.wall()).unwrap();
    let (mut log, _) = open(Arc::new(disk.clone()), &options(&clock)).unwrap();
    append(&mut log, &clock, 0..30);
    let (before, destination) = (entries(&disk).unwrap(), SimDisk::new());
    let erasures = |lines: &[Vec<u8>]| erasures::record_on(&destination, lines);
    let backup = Backup {
        source: &disk,
        destination: &destination,
        vault: None,
        erasures: &erasures,
        progress: Progress::default(),
    };
    let prepared = backup.prepare().unwrap();
    append(&mut log, &clock, 30..40);
    seal(&mut log);
    prepared.run().unwrap();
    assert_eq!(entries(&destination).unwrap(), before, "as it was when it began");
    let erasures = |lines: &[Vec<u8>]| erasures::record_on(&destination, lines);
    let backup = Backup {
        source: &disk,
        destination: &destination,
        vault: None,
        erasures: &erasures,
        progress: Progress::default(),
    };
    backup.prepare().unwrap().run().unwrap();
    assert_eq!(entries(&destination), entries(&disk));
    assert!(destination.list(names::LEDGER).unwrap().iter().any(|name| name.ends_with(".zst")));
}

#[test]
fn a_destination_that_is_foreign_newer_or_forked_is_left_as_it_is() {
    let Ledger { earlier, later } = ledger();
    let backup_of = |source: &SimDisk| {
        let destination = SimDisk::new();
        back_up(source, &destination).unwrap();
        destination.after(Loss::Lost)
    };
    let other = ledger();
    let foreign = backup_of(&other.earlier);
    let newer = backup_of(&later);
    // The earlier state goes on in another way.
    let (clock, forked) = (clock(), earlier.after(Loss::Process));
    clock.pass(100);
    let (mut log, _) = open(Arc::new(forked.clone()), &options(&clock)).unwrap();
    append(&mut log, &clock, 100..140);
    let refused = |source: &SimDisk, destination: &SimDisk, part: &str| {
        let error = back_up(source, destination).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert_eq!(destination.steps(), [] as [String; 0], "nothing was written");
    };
    refused(&earlier, &foreign, "another ledger, that of backup.example/ledger");
    refused(&earlier, &newer, "it is newer than this ledger");
    refused(&forked, &newer, "went another way");
}

#[test]
fn damage_in_the_destination_is_mended_and_damage_here_is_named() {
    let Ledger { later, .. } = ledger();
    let destination = SimDisk::new();
    back_up(&later, &destination).unwrap();
    // Whatever the byte is, it is another then.
    let damage = |disk: &SimDisk| {
        let name = disk.list(names::LEDGER).unwrap().into_iter().find(|name| name.ends_with(".zst")).unwrap();
        let file = disk.open(&format!("{}/{name}", names::LEDGER)).unwrap();
        let byte = file.read_exact_at(20, 1).unwrap()[0];
        file.write_at(&[!byte], 20).unwrap();
    };
    damage(&destination);
    let done = back_up(&later, &destination).unwrap();
    assert_eq!(done.tally.copied.files, 2, "the segment and the key");
    check_whole(&later, &destination);
    damage(&later);
    let before = destination.after(Loss::Process);
    let error = back_up(&later, &SimDisk::new()).unwrap_err().to_string();
    assert!(error.contains("entry 0"), "{error}");
    assert_eq!(entries(&destination), entries(&before));
}
