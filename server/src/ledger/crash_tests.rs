//! The production code on the simulated disk: a crash at every step, and every step failing once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::json::{self, Value};
use muniment_core::principal::Principal;

use super::clock::tests::ManualClock;
use super::clock::{Clock as _, ClockBounds};
use super::genesis::{self, InitError, Purpose};
use super::log::{Answers, Log};
use super::names;
use super::open::{OpenError, OpenOptions, OpenReport, open};
use super::submission::{Mode, Outcome, Submission};
use crate::disk::Disk;
use crate::disk::sim::{Fault, Loss, SimDisk};
use crate::progress::Progress;
use crate::verify::{VerifyOptions, verify};

const ORIGIN: &str = "crash.example/ledger";
const SEGMENT_BYTES_MAX: u64 = 4_096;

/// What the clients of a ledger were told. After whatever happens, it must be true.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    created: bool,
    pub(super) events: BTreeMap<String, (u64, Hash)>,
    checkpoint_size: u64,
}

pub(super) fn options(clock: &Arc<ManualClock>) -> OpenOptions {
    OpenOptions {
        clock: clock.clone(),
        clock_bounds: ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
        segment_bytes_max: SEGMENT_BYTES_MAX,
        accept_clock: false,
        progress: Progress::default(),
    }
}

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-05-01T09:00:00Z"))
}

fn event(id: &str, bytes: usize) -> Event {
    let text = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/foi","type":"request.received","data":{{"n":1.50,"text":"{}"}}}}"#,
        "x".repeat(bytes)
    );
    Event::parse(text.as_bytes()).unwrap()
}

pub(super) fn submission(mode: Mode, ids: &[&str], bytes: usize) -> Submission {
    let events = ids.iter().map(|id| event(id, bytes)).collect();
    Submission::new(Principal::new("token/foi").unwrap(), events, mode).unwrap()
}

/// Groups as they come to the writer. Ids of one batch share what is before the `/`.
fn groups() -> Vec<Vec<Submission>> {
    let each = |ids: &[&str], bytes| submission(Mode::Each, ids, bytes);
    let batch = |ids: &[&str], bytes| submission(Mode::Batch, ids, bytes);
    vec![
        vec![each(&["a"], 10)],
        vec![each(&["b", "c"], 300), batch(&["one/1", "one/2", "one/3"], 200)],
        vec![batch(&["two/1", "two/2"], 900), each(&["a", "d"], 10)],
        vec![each(&["e"], 1_500), each(&["e"], 1_500)],
        vec![batch(&["three/1", "three/2", "three/3", "three/4"], 700)],
        vec![each(&["f", "g", "h"], 900)],
        vec![batch(&["four/1", "a", "four/2"], 10)],
    ]
}

/// Uses a ledger as the program does: makes it, opens it, appends, seals, keeps checkpoints, closes it and
/// opens it again. Returns early when the machine has crashed. What is refused is handed in again at the end.
pub(super) fn use_ledger(disk: &SimDisk, clock: &Arc<ManualClock>, told: &mut Told) -> Option<()> {
    create(disk, clock, told)?;
    let mut log = open_until_it_works(disk, clock)?;
    let groups = groups();
    let mut again = Vec::new();
    for (place, pair) in groups.chunks(2).enumerate() {
        if place == 2 {
            log = open_until_it_works(disk, clock)?;
        }
        clock.pass(1);
        again.extend(append(&mut log, pair, told));
        seal(&mut log);
        keep_checkpoint(&log, told);
        if disk.crashed() {
            return None;
        }
    }
    for group in again {
        clock.pass(1);
        let refused = append(&mut log, &[group], told);
        if disk.crashed() {
            return None;
        }
        assert!(refused.is_empty(), "one failure does not stop a ledger for good");
    }
    seal(&mut log);
    keep_checkpoint(&log, told);
    (!disk.crashed()).then_some(())
}

pub(super) fn create(disk: &SimDisk, clock: &ManualClock, told: &mut Told) -> Option<()> {
    for _ in 0..2 {
        match genesis::create(disk, ORIGIN, "Exemplar Council", Purpose::Production, clock.wall()) {
            Ok(_) | Err(InitError::Exists) => told.created = true,
            Err(_) if disk.crashed() => return None,
            Err(error) => assert!(!told.created, "{error}"),
        }
    }
    assert!(told.created, "one failure does not stop `init` for good");
    Some(())
}

fn open_until_it_works(disk: &SimDisk, clock: &Arc<ManualClock>) -> Option<Log> {
    for _ in 0..3 {
        match open(Arc::new(disk.clone()), &options(clock)) {
            Ok((log, _)) => return Some(log),
            Err(_) if disk.crashed() => return None,
            Err(OpenError::Io { .. } | OpenError::NotRecorded(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("one failure does not stop a start for good");
}

/// Hands groups in, the next while the one before is on its way. Returns those of which anything was refused.
pub(super) fn append(log: &mut Log, groups: &[Vec<Submission>], told: &mut Told) -> Vec<Vec<Submission>> {
    let mut refused = Vec::new();
    let mut waiting: VecDeque<&Vec<Submission>> = VecDeque::new();
    let mut settle = |group: &Vec<Submission>, answers: Answers| {
        let all = group
            .iter()
            .zip(answers)
            .fold(true, |all, (submission, outcome)| all & believe(submission, outcome, told));
        if !all {
            refused.push(group.clone());
        }
    };
    for group in groups {
        waiting.push_back(group);
        for answers in log.push(group.clone()) {
            settle(waiting.pop_front().unwrap(), answers);
        }
    }
    for answers in log.drain() {
        settle(waiting.pop_front().unwrap(), answers);
    }
    assert!(waiting.is_empty(), "every group is answered");
    refused
}

/// Notes what the client was told. Whether the whole submission was taken.
fn believe(submission: &Submission, outcome: Outcome, told: &mut Told) -> bool {
    let Ok(items) = outcome else { return false };
    for (event, item) in submission.events.iter().zip(items) {
        let appended = item.unwrap();
        let known = told.events.insert(event.id().to_owned(), (appended.seq, appended.hash));
        assert!(
            known.is_none_or(|known| known == (appended.seq, appended.hash)),
            "a repeat gets the same entry"
        );
    }
    true
}

fn seal(log: &mut Log) {
    while let Some(job) = log.next_to_seal(1) {
        match job.run() {
            Ok(sealed) => log.adopt(sealed),
            Err(_) => break,
        }
    }
}

fn keep_checkpoint(log: &Log, told: &mut Told) {
    let size = log.shared.checkpoint().size;
    if log.shared.persist_checkpoint().is_ok() {
        told.checkpoint_size = size;
    }
}

/// Opens the ledger as the next process does, and checks that everything its clients were told is true.
pub(super) fn check(disk: &SimDisk, clock: &Arc<ManualClock>, told: &Told) -> Option<(Log, OpenReport)> {
    let (log, report) = match open(Arc::new(disk.clone()), &options(clock)) {
        Ok(opened) => opened,
        Err(OpenError::NoLedger) if !told.created => return None,
        Err(error) => panic!("it does not open: {error}"),
    };
    let verified = verify(disk, &VerifyOptions::default()).unwrap();
    assert_eq!(verified.findings.problems, [], "verify finds problems");
    assert_eq!(verified.head.size, log.shared.head().size);

    let lines = log.shared.lines(0, u64::MAX).unwrap();
    let mut entries: BTreeMap<String, (u64, Hash)> = BTreeMap::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let entry = EntryView::parse(line).unwrap();
        let id = entry.check_event().unwrap().id.into_owned();
        let twice = entries.insert(id.clone(), (entry.seq, Hash::of_line(line)));
        assert_eq!(twice, None, "event {id} is there twice");
    }
    for (id, place) in &told.events {
        assert_eq!(entries.get(id), Some(place), "event {id} was acknowledged");
    }
    let batches = [("one", 3), ("two", 2), ("three", 4), ("four", 2)];
    for (batch, count) in batches {
        let found = entries.keys().filter(|id| id.split('/').next() == Some(batch)).count();
        assert!(found == 0 || found == count, "{found} of {count} entries of batch {batch}");
    }
    check_recovered(disk, &lines);
    let note = (disk as &dyn Disk).read(names::CHECKPOINT).unwrap();
    let size = note.map_or(0, |note| Checkpoint::verify(&note, log.shared.signer.verifier()).unwrap().size);
    assert!(size >= told.checkpoint_size, "a checkpoint of {size}, {} was kept", told.checkpoint_size);
    Some((log, report))
}

/// Every file of moved bytes is named by an event, and every event's file is there as it says.
fn check_recovered(disk: &SimDisk, lines: &[u8]) {
    let names = disk.list(names::LEDGER).unwrap().into_iter();
    let files: BTreeSet<String> =
        names.filter(|name| name.starts_with("recovered-")).map(|name| format!("ledger/{name}")).collect();
    let mut named = BTreeSet::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let entry = EntryView::parse(line).unwrap();
        let event = json::parse(entry.event.as_bytes()).unwrap();
        let event = event.as_object().unwrap();
        if event.get("type").and_then(Value::as_str) == Some("ledger.recovered") {
            let data = event.get("data").and_then(Value::as_object).unwrap();
            let file = data.get("file").and_then(Value::as_str).unwrap();
            let content = (disk as &dyn Disk).read(file).unwrap().expect("the file of a recovery is there");
            let digest = blake3::hash(&content).to_hex().to_string();
            assert_eq!(data.get("blake3").and_then(Value::as_str), Some(digest.as_str()), "{file}");
            named.insert(file.to_owned());
        }
    }
    assert_eq!(files, named);
}

/// After a crash nothing that was sealed has to be made again.
pub(super) fn check_nothing_rebuilt(report: &OpenReport) {
    assert_eq!((report.rebuilt_runs, report.rebuilt_tree), (0, false), "sealed files were lost");
}

/// A ledger that was opened after a crash answers repeats, takes new events, and keeps both across a cut.
pub(super) fn go_on(log: &mut Log, disk: &SimDisk, clock: &Arc<ManualClock>, told: &mut Told) {
    // Repeats are answered from what is there, without any sync of their own.
    append(log, &groups()[..1], told);
    let cut = disk.after(Loss::Lost);
    check(&cut, clock, told);
    clock.pass(1);
    assert!(append(log, &[vec![submission(Mode::Each, &["after"], 10)]], told).is_empty());
    check(&disk.after(Loss::Lost), clock, told);
    for group in groups() {
        clock.pass(1);
        assert!(append(log, &[group], told).is_empty());
        seal(log);
    }
    check(&disk.after(Loss::Lost), clock, told);
}

#[expect(clippy::print_stderr, reason = "it says how to find the failure again")]
pub(super) fn with_context(context: String, test: impl FnOnce() + std::panic::UnwindSafe) {
    if let Err(panic) = std::panic::catch_unwind(test) {
        eprintln!("failed: {context}");
        std::panic::resume_unwind(panic);
    }
}

pub(super) fn losses() -> Vec<Loss> {
    let torn = (1..=crate::testing::scale(6)).map(Loss::Torn);
    [Loss::Kept, Loss::Lost, Loss::Process].into_iter().chain(torn).collect()
}

pub(super) fn steps_of_a_whole_run() -> Vec<String> {
    let (disk, mut told) = (SimDisk::new(), Told::default());
    use_ledger(&disk, &clock(), &mut told).unwrap();
    assert_eq!(told.events.len(), 19);
    disk.steps()
}

#[test]
fn a_crash_at_any_step_loses_nothing_that_was_acknowledged() {
    let steps = steps_of_a_whole_run();
    let sealed = steps.iter().filter(|step| step.starts_with("rename") && step.ends_with(".zst")).count();
    assert!(sealed >= 2, "the run seals segments");
    for (number, step) in steps.iter().enumerate() {
        for loss in losses() {
            with_context(format!("crash at step {number} ({step}), {loss:?}"), || {
                let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
                disk.crash_at(number);
                assert!(use_ledger(&disk, &clock, &mut told).is_none());
                clock.pass(60);
                let next = disk.after(loss);
                match check(&next, &clock, &told) {
                    Some((mut log, report)) => {
                        check_nothing_rebuilt(&report);
                        go_on(&mut log, &next, &clock, &mut told);
                    }
                    None => assert!(use_ledger(&next, &clock, &mut told).is_some(), "init goes on"),
                }
            });
        }
    }
}

#[test]
fn a_crash_during_recovery_loses_nothing_either() {
    let steps = steps_of_a_whole_run();
    let mut recoveries = 0;
    for number in 0..steps.len() {
        for loss in losses() {
            let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
            disk.crash_at(number);
            use_ledger(&disk, &clock, &mut told);
            clock.pass(60);
            let crashed = disk.after(loss);
            let whole = crashed.after(Loss::Process);
            let opened = open(Arc::new(whole.clone()), &options(&clock));
            if !opened.is_ok_and(|(_, report)| report.recovered.is_some()) {
                continue;
            }
            recoveries += 1;
            for (second, step) in whole.steps().iter().enumerate() {
                for second_loss in [Loss::Kept, Loss::Lost, Loss::Torn(number as u64)] {
                    let context =
                        format!("crash at {number}, {loss:?}, then at {second} ({step}), {second_loss:?}");
                    with_context(context, || {
                        let disk = crashed.after(Loss::Process);
                        disk.crash_at(second);
                        let _cut_short = open(Arc::new(disk.clone()), &options(&clock));
                        assert!(disk.crashed());
                        clock.pass(60);
                        check(&disk.after(second_loss), &clock, &told);
                    });
                }
            }
        }
    }
    assert!(recoveries > 20, "{recoveries} crashes left something to move aside");
}

#[test]
fn any_step_may_fail_once_and_the_ledger_goes_on() {
    let steps = steps_of_a_whole_run();
    for (number, step) in steps.iter().enumerate() {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            with_context(format!("step {number} ({step}) fails, {fault:?}"), || {
                let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
                disk.fail_at(number, fault);
                use_ledger(&disk, &clock, &mut told).expect("no crash");
                for loss in losses() {
                    let next = disk.after(loss);
                    check(&next, &clock, &told).expect("it was made");
                }
                assert_eq!(told.events.len(), 19, "everything was taken in the end");
            });
        }
    }
}

#[test]
fn a_failure_followed_by_a_crash_at_any_later_step() {
    let steps = steps_of_a_whole_run();
    let interesting =
        |step: &str| step.contains("ledger/") && (step.starts_with("write") || step.starts_with("sync"));
    let faulty = steps.iter().enumerate().filter(|(_, step)| interesting(step)).map(|(number, _)| number);
    for number in faulty.step_by(usize::try_from(9 / crate::testing::scale(1)).unwrap_or(1).max(1)) {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            for later in number + 1..number + 30 {
                for loss in [Loss::Kept, Loss::Lost, Loss::Torn(later as u64)] {
                    with_context(
                        format!("step {number} fails, {fault:?}; crash at {later}, {loss:?}"),
                        || {
                            let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
                            disk.fail_at(number, fault);
                            disk.crash_at(later);
                            use_ledger(&disk, &clock, &mut told);
                            clock.pass(60);
                            let next = disk.after(loss);
                            if let Some((mut log, _)) = check(&next, &clock, &told) {
                                go_on(&mut log, &next, &clock, &mut told);
                            }
                        },
                    );
                }
            }
        }
    }
}

#[test]
fn a_ledger_whose_active_segment_is_gone_starts_another_that_lasts() {
    let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
    use_ledger(&disk, &clock, &mut told).unwrap();
    let active =
        disk.list(names::LEDGER).unwrap().into_iter().rfind(|name| name.ends_with(".jsonl")).unwrap();
    disk.remove(&format!("{}/{active}", names::LEDGER)).unwrap();
    disk.remove(names::CHECKPOINT).unwrap();
    let copy = disk.after(Loss::Kept);
    let (mut log, _) = open(Arc::new(copy.clone()), &options(&clock)).unwrap();
    let mut told = Told { created: true, ..Told::default() };
    assert!(append(&mut log, &[vec![submission(Mode::Each, &["after"], 10)]], &mut told).is_empty());
    check(&copy.after(Loss::Lost), &clock, &told).unwrap();
}
