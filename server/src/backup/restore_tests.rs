//! Return on the simulated disk: what it needs, what it refuses, and a crash or failure at every step.

use std::path::PathBuf;
use std::sync::Arc;

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::note::NoteSigner;

use super::crash_tests::{Ledger, ORIGIN, append, back_up, clock, entries, ledger, losses, options, seal};
use super::{BackupError, Restore, RestoreError, Restored, destinations, erasures};
use crate::disk::Disk;
use crate::disk::sim::{Fault, Loss, SimDisk};
use crate::ledger::clock::tests::ManualClock;
use crate::ledger::names;
use crate::ledger::open::{OpenError, open};
use crate::progress::Progress;
use crate::verify::{Older, VerifyOptions, verify};

const NEW: &str = "backup.example/ledger-2";

/// The state that is backed up, and the backup.
struct Kept {
    source: SimDisk,
    backup: SimDisk,
    /// The ledger later, with entries that the backup lacks.
    later: SimDisk,
}

fn kept() -> Kept {
    let Ledger { earlier, later } = ledger();
    let backup = SimDisk::new();
    back_up(&earlier, &backup).unwrap();
    Kept { source: earlier, backup: backup.after(Loss::Lost), later }
}

fn read(disk: &SimDisk, path: &str) -> Option<Vec<u8>> {
    (disk as &dyn Disk).read(path).unwrap()
}

fn checkpoint_of(disk: &SimDisk) -> Older {
    Older::read("latest", read(disk, names::CHECKPOINT).unwrap()).unwrap()
}

fn restore_from(
    backup: &SimDisk,
    data: &SimDisk,
    latest: Option<Older>,
    origin: Option<&str>,
) -> Result<Restored, RestoreError> {
    let vault = SimDisk::new();
    (&vault as &dyn Disk).replace(names::ROOT, names::VAULT, b"keys").unwrap();
    let clock = clock();
    clock.pass(10_000);
    let restore = Restore {
        backup,
        data,
        vault: Some(&vault),
        latest,
        origin: origin.map(str::to_owned),
        destination: PathBuf::from("/mnt/backup"),
        clock: &*clock,
        clock_bounds: Some(options(&clock).clock_bounds),
        progress: Progress::default(),
    };
    restore.run()
}

/// Opens it as the program does, appends, and opens it again.
fn check_opens(data: &SimDisk, origin: &str) {
    for round in 0..2 {
        let clock = clock();
        clock.pass(20_000 + round);
        let (mut log, _) = open(Arc::new(data.clone()), &options(&clock)).unwrap();
        assert_eq!(log.shared().origin(), origin);
        append(&mut log, &clock, 1_000 + 2 * round.cast_unsigned()..1_002 + 2 * round.cast_unsigned());
        seal(&mut log);
        let verified = verify(data, &VerifyOptions::default()).unwrap();
        assert_eq!(verified.findings.problems, []);
        assert_eq!(verified.vkey.name(), origin);
    }
}

fn check_restored(kept: &Kept, data: &SimDisk, origin: &str) {
    let (wanted, found) = (entries(&kept.backup).unwrap(), entries(data).unwrap());
    assert!(found.starts_with(&wanted));
    let more = usize::from(origin != ORIGIN);
    assert_eq!(found.len(), wanted.len() + more);
    assert_eq!(read(data, names::RESTORING), None);
    assert_eq!(read(data, names::VAULT).unwrap(), b"keys");
    assert_eq!(read(data, "muniment.toml"), read(&kept.source, "muniment.toml"));
    assert_eq!(read(data, "catalogue/old.toml").unwrap(), b"old");
    assert_eq!(erasures::read(data).unwrap(), erasures::read(&kept.backup).unwrap());
    assert_eq!(destinations::read(data).unwrap(), [PathBuf::from("/mnt/backup")]);
    check_opens(data, origin);
}

#[test]
fn with_proof_that_nothing_is_missing_it_goes_on_as_it_was() {
    let kept = kept();
    let data = SimDisk::new();
    let restored = restore_from(&kept.backup, &data, Some(checkpoint_of(&kept.source)), None).unwrap();
    assert_eq!((restored.old_origin.as_deref(), restored.missing), (None, 0));
    assert_eq!(read(&data, names::SIGNING_KEY), read(&kept.source, names::SIGNING_KEY));
    check_restored(&kept, &data.after(Loss::Lost), ORIGIN);
}

#[test]
fn without_that_proof_it_needs_a_new_origin() {
    let kept = kept();
    let restored = |latest: Option<Older>, origin: Option<&str>| {
        let data = SimDisk::new();
        restore_from(&kept.backup, &data, latest, origin).map(|restored| (restored, data))
    };
    let refused = |latest: Option<Older>, part: &str| {
        let error = restored(latest, None).unwrap_err();
        assert!(matches!(error, RestoreError::NewOrigin(_)), "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(error.to_string().contains("signed twice"), "{error}");
    };
    refused(None, "--checkpoint");
    let size = |disk: &SimDisk| entries(disk).unwrap().len() as u64;
    let missing = size(&kept.later) - size(&kept.backup);
    refused(Some(checkpoint_of(&kept.later)), &format!("{missing} are missing"));

    let (made, data) = restored(Some(checkpoint_of(&kept.later)), Some(NEW)).unwrap();
    assert_eq!((made.old_origin.as_deref(), made.missing), (Some(ORIGIN), missing));
    let line = entries(&data).unwrap().pop().unwrap();
    let entry = EntryView::parse(&line).unwrap();
    assert_eq!((entry.by, entry.seq), ("host/restore", size(&kept.backup)));
    let event = entry.check_event().unwrap();
    assert_eq!((&*event.source, &*event.id), (NEW, "ledger.restored/1"));
    assert!(entry.event.contains(&format!(r#""known_size":{}"#, size(&kept.later))), "{}", entry.event);
    check_restored(&kept, &data.after(Loss::Lost), NEW);

    let (_, data) = restored(None, Some(NEW)).unwrap();
    assert!(!String::from_utf8(entries(&data).unwrap().pop().unwrap()).unwrap().contains("known_size"));
    let taken = restored(None, Some(ORIGIN)).unwrap_err();
    assert!(matches!(taken, RestoreError::OriginTaken(_)), "{taken}");
    let bad = restored(None, Some("with space")).unwrap_err();
    assert!(matches!(bad, RestoreError::Origin(_)), "{bad}");
}

#[test]
fn a_backup_without_its_key_needs_a_new_origin() {
    let kept = kept();
    kept.backup.remove(names::SIGNING_KEY).unwrap();
    let latest = || Some(checkpoint_of(&kept.source));
    let error = restore_from(&kept.backup, &SimDisk::new(), latest(), None).unwrap_err();
    assert!(error.to_string().contains("no signing key"), "{error}");
    let data = SimDisk::new();
    restore_from(&kept.backup, &data, latest(), Some(NEW)).unwrap();
    check_restored(&kept, &data, NEW);
}

#[test]
fn a_ledger_can_be_restored_again_and_again() {
    let mut kept = kept();
    let mut origins = vec![ORIGIN.to_owned()];
    for number in 1..4 {
        let (data, origin) = (SimDisk::new(), format!("backup.example/{number}"));
        restore_from(&kept.backup, &data, None, Some(&origin)).unwrap();
        let old = checkpoint_of(&kept.source);
        check_restored(&kept, &data, &origin);
        origins.insert(0, origin);
        let verified =
            verify(&data, &VerifyOptions { older: Some(old), ..VerifyOptions::default() }).unwrap();
        assert_eq!(verified.findings.problems, [], "what the old key signed stays good");
        assert_eq!(verified.origins.names().collect::<Vec<_>>(), origins);
        // It is backed up again; the copies made before are of the same ledger.
        back_up(&data, &kept.backup).unwrap();
        kept.source = data;
    }
    for stale in ["backup.example/2", ORIGIN] {
        let error = restore_from(&kept.backup, &SimDisk::new(), None, Some(stale)).unwrap_err();
        assert!(matches!(error, RestoreError::OriginTaken(_)), "{error}");
    }
    // The old key back in place, even with the old checkpoint or with none, opens nothing.
    let old = ledger().earlier;
    for checkpoint in [read(&old, names::CHECKPOINT), None] {
        let data = kept.source.after(Loss::Process);
        let key = read(&data, names::SIGNING_KEY).unwrap();
        assert!(String::from_utf8(key).unwrap().contains("backup.example/3"));
        (&data as &dyn Disk)
            .replace(names::KEYS, names::SIGNING_KEY, &read(&old, names::SIGNING_KEY).unwrap())
            .unwrap();
        match &checkpoint {
            Some(note) => (&data as &dyn Disk).replace(names::ROOT, names::CHECKPOINT, note).unwrap(),
            None => data.remove(names::CHECKPOINT).unwrap(),
        }
        let error = open(Arc::new(data), &options(&clock())).unwrap_err();
        assert!(matches!(error, OpenError::SigningKey(_)), "{error}");
    }
}

#[test]
fn an_old_key_put_back_opens_nothing() {
    let kept = kept();
    let data = SimDisk::new();
    restore_from(&kept.backup, &data, None, Some(NEW)).unwrap();
    check_opens(&data, NEW);
    assert!(data.list(names::LEDGER).unwrap().iter().any(|name| name.ends_with(".zst")), "it is sealed");
    for checkpoint in [read(&kept.backup, names::CHECKPOINT), None] {
        let data = data.after(Loss::Process);
        let disk = &data as &dyn Disk;
        disk.replace(names::KEYS, names::SIGNING_KEY, &read(&kept.backup, names::SIGNING_KEY).unwrap())
            .unwrap();
        match &checkpoint {
            Some(note) => disk.replace(names::ROOT, names::CHECKPOINT, note).unwrap(),
            None => disk.remove(names::CHECKPOINT).unwrap(),
        }
        let error = open(Arc::new(data.clone()), &options(&clock())).unwrap_err();
        assert!(matches!(&error, OpenError::SigningKey(why) if why.contains("restored")), "{error}");
    }
}

#[test]
fn what_the_old_key_signed_beyond_the_backup_is_told_as_lost() {
    let kept = kept();
    let data = SimDisk::new();
    restore_from(&kept.backup, &data, None, Some(NEW)).unwrap();
    check_opens(&data, NEW);
    let older = Some(checkpoint_of(&kept.later));
    let verified = verify(&data, &VerifyOptions { older, ..VerifyOptions::default() }).unwrap();
    let size = entries(&kept.backup).unwrap().len() as u64;
    assert_eq!(verified.findings.problems.len(), 1);
    assert_eq!(verified.findings.problems[0].seq, Some(size));
    assert!(verified.findings.problems[0].message.contains("were lost then"));
}

#[test]
fn nothing_is_overwritten() {
    let kept = kept();
    let latest = || Some(checkpoint_of(&kept.source));
    let there = kept.later.after(Loss::Process);
    let refused = restore_from(&kept.backup, &there, latest(), None).unwrap_err();
    assert!(matches!(refused, RestoreError::NotEmpty), "{refused}");
    assert_eq!(there.steps(), [] as [String; 0]);
    // The marker came back after it was taken away, and the ledger was used meanwhile.
    (&there as &dyn Disk).replace(names::ROOT, names::RESTORING, b"").unwrap();
    let before = entries(&there);
    let refused = restore_from(&kept.backup, &there, latest(), None).unwrap_err();
    assert!(matches!(refused, RestoreError::Used { .. }), "{refused}");
    assert_eq!(entries(&there), before);
}

#[test]
fn a_damaged_backup_or_a_foreign_checkpoint_restores_nothing() {
    let kept = kept();
    let name = kept.backup.list(names::LEDGER).unwrap().remove(0);
    let damaged = kept.backup.after(Loss::Process);
    let file = damaged.open(&format!("ledger/{name}")).unwrap();
    let byte = file.read_exact_at(700, 1).unwrap()[0];
    file.write_at(&[!byte], 700).unwrap();
    let data = SimDisk::new();
    let error = restore_from(&damaged, &data, Some(checkpoint_of(&kept.source)), None).unwrap_err();
    assert!(matches!(error, RestoreError::Copy(BackupError::Unsound(_))), "{error}");
    let opened = open(Arc::new(data), &options(&clock()));
    assert!(matches!(opened, Err(OpenError::Restoring)));
    let other = ledger();
    let error = restore_from(&kept.backup, &SimDisk::new(), Some(checkpoint_of(&other.earlier)), None);
    assert!(matches!(error, Err(RestoreError::Copy(BackupError::Verify(_)))), "{error:?}");
    // The right key signed another root for the same size.
    let fork = kept.source.after(Loss::Process);
    let note = String::from_utf8(read(&fork, names::CHECKPOINT).unwrap()).unwrap();
    let key = String::from_utf8(read(&fork, names::SIGNING_KEY).unwrap()).unwrap();
    let signer = NoteSigner::decode(&key).unwrap();
    let checkpoint = Checkpoint::verify(note.as_bytes(), signer.verifier()).unwrap();
    let other = Checkpoint { root: muniment_core::tree::empty_root(), ..checkpoint }.sign(&signer);
    let other = Older::read("latest", other.into_bytes()).unwrap();
    let error = restore_from(&kept.backup, &SimDisk::new(), Some(other), None);
    assert!(matches!(error, Err(RestoreError::Contradiction(_))), "{error:?}");
}

#[test]
fn a_crash_at_any_step_leaves_nothing_usable_or_the_whole_ledger() {
    let kept = kept();
    for origin in [None, Some(NEW)] {
        let attempt =
            |data: &SimDisk| restore_from(&kept.backup, data, Some(checkpoint_of(&kept.source)), origin);
        let whole = SimDisk::new();
        attempt(&whole).unwrap();
        for (number, step) in whole.steps().iter().enumerate() {
            for loss in losses() {
                let context = format!("crash at {number} ({step}), {loss:?}, {origin:?}");
                let disk = SimDisk::new();
                disk.crash_at(number);
                assert!(attempt(&disk).is_err(), "{context}");
                let next = disk.after(loss);
                let opened = open(Arc::new(next.after(Loss::Process)), &options(&clock()));
                match opened {
                    Ok(_) => check_restored(&kept, &next, origin.unwrap_or(ORIGIN)),
                    Err(OpenError::Restoring | OpenError::NoLedger | OpenError::SigningKey(_)) => {
                        attempt(&next).unwrap_or_else(|error| panic!("{context}: {error}"));
                        check_restored(&kept, &next.after(Loss::Lost), origin.unwrap_or(ORIGIN));
                    }
                    Err(error) => panic!("{context}: {error}"),
                }
            }
        }
    }
}

#[test]
fn a_backup_that_was_interrupted_restores_what_its_checkpoint_covers() {
    let kept = kept();
    let whole = kept.backup.after(Loss::Process);
    back_up(&kept.later, &whole).unwrap();
    let mut cut_within_a_segment = 0;
    for (number, step) in whole.steps().iter().enumerate() {
        let backup = kept.backup.after(Loss::Process);
        backup.crash_at(number);
        assert!(back_up(&kept.later, &backup).is_err());
        let backup = backup.after(Loss::Lost);
        let sealed = backup.list(names::LEDGER).unwrap().iter().any(|name| name.ends_with(".zst"));
        cut_within_a_segment +=
            u32::from(sealed && read(&backup, names::CHECKPOINT) == read(&kept.backup, names::CHECKPOINT));
        let data = SimDisk::new();
        restore_from(&backup, &data, None, Some(NEW)).unwrap_or_else(|error| panic!("{step}: {error}"));
        let (wanted, mut found) = (entries(&backup).unwrap(), entries(&data).unwrap());
        found.pop();
        assert_eq!(found, wanted, "{step}");
        check_opens(&data.after(Loss::Lost), NEW);
    }
    assert!(cut_within_a_segment > 3, "a sealed segment reaches beyond the checkpoint");
}

#[test]
fn any_step_may_fail_once_and_the_next_attempt_succeeds() {
    let kept = kept();
    let attempt = |data: &SimDisk| restore_from(&kept.backup, data, None, Some(NEW));
    let whole = SimDisk::new();
    attempt(&whole).unwrap();
    for (number, step) in whole.steps().iter().enumerate() {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            let disk = SimDisk::new();
            disk.fail_at(number, fault);
            let outcome = attempt(&disk);
            let context = format!("step {number} ({step}) fails, {fault:?}: {outcome:?}");
            if outcome.is_err() && read(&disk, names::RESTORING).is_some() {
                attempt(&disk).unwrap_or_else(|error| panic!("{context}: {error}"));
            } else if outcome.is_err() && entries(&disk).is_none() {
                attempt(&disk).unwrap_or_else(|error| panic!("{context}: {error}"));
            }
            check_restored(&kept, &disk.after(Loss::Process), NEW);
        }
    }
}

#[test]
fn a_clock_that_cannot_be_right_stops_it() {
    let kept = kept();
    let clock = ManualClock::at("2027-05-01T09:00:00Z");
    let attempt = |clock_bounds| {
        let data = SimDisk::new();
        let restore = Restore {
            backup: &kept.backup,
            data: &data,
            vault: None,
            latest: None,
            origin: Some(NEW.to_owned()),
            destination: PathBuf::from("/mnt/backup"),
            clock: &clock,
            clock_bounds,
            progress: Progress::default(),
        };
        restore.run()
    };
    let error = attempt(Some(options(&super::crash_tests::clock()).clock_bounds)).unwrap_err();
    assert!(matches!(error, RestoreError::Clock { .. }), "{error}");
    assert!(error.to_string().contains("--accept-clock"), "{error}");
    attempt(None).unwrap();
}
