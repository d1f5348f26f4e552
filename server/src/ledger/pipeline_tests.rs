//! Groups that the workers have: several on the way, a crash at every step, and every step failing once.

use std::sync::Arc;

use super::clock::tests::ManualClock;
use super::crash_tests::{Told, append, check, clock, create, losses, options, submission, with_context};
use super::log::Log;
use super::open::{OpenOptions, open};
use super::submission::{Mode, Submission};
use super::workers::Workers;
use crate::disk::sim::{Fault, SimDisk};

/// Enough for the workers.
const EVENTS: usize = 70;

fn spacious(clock: &Arc<ManualClock>) -> OpenOptions {
    OpenOptions { segment_bytes_max: 64 * 1_024, ..options(clock) }
}

/// Groups of which all but one are worth the workers' time; some repeat what is on its way in one before.
fn groups() -> Vec<Vec<Submission>> {
    let group = |number: usize, first: usize, mode| {
        let ids: Vec<String> = (first..EVENTS).map(|event| format!("{number}/{event}")).collect();
        submission(mode, &ids.iter().map(String::as_str).collect::<Vec<_>>(), 20)
    };
    vec![
        vec![group(0, 0, Mode::Each)],
        vec![group(1, 0, Mode::Batch), group(0, 60, Mode::Each)],
        vec![group(2, 0, Mode::Each), group(0, 65, Mode::Each), group(1, 65, Mode::Each)],
        vec![group(3, 0, Mode::Batch)],
        vec![group(3, 0, Mode::Each)],
        vec![group(4, 60, Mode::Each)],
        vec![group(5, 0, Mode::Each)],
        vec![group(6, 0, Mode::Each)],
        vec![group(7, 0, Mode::Batch)],
        vec![group(8, 0, Mode::Each)],
    ]
}

fn opened(disk: &SimDisk, clock: &Arc<ManualClock>) -> Option<Log> {
    let (mut log, _) = open(Arc::new(disk.clone()), &spacious(clock)).ok()?;
    log.workers = Some(Workers::start().unwrap());
    Some(log)
}

/// Hands all of it in without a pause, and once more what was refused.
fn use_ledger(disk: &SimDisk, clock: &Arc<ManualClock>, told: &mut Told) -> Option<()> {
    let mut log = opened(disk, clock)?;
    let refused = append(&mut log, &groups(), told);
    clock.pass(1);
    let refused = append(&mut log, &refused, told);
    assert!(refused.is_empty() || disk.crashed(), "one failure does not stop a ledger for good");
    (!disk.crashed()).then_some(())
}

/// A ledger that has just been made, and how many steps that took.
fn made(clock: &Arc<ManualClock>) -> (SimDisk, Told, usize) {
    let (disk, mut told) = (SimDisk::new(), Told::default());
    create(&disk, clock, &mut told).unwrap();
    let steps = disk.steps().len();
    (disk, told, steps)
}

fn steps_of_a_whole_run() -> std::ops::Range<usize> {
    let clock = clock();
    let (disk, mut told, start) = made(&clock);
    use_ledger(&disk, &clock, &mut told).unwrap();
    assert_eq!(told.events.len(), 8 * EVENTS + 10);
    start..disk.steps().len()
}

#[test]
fn a_crash_while_groups_are_on_the_way_loses_nothing_that_was_acknowledged() {
    for number in steps_of_a_whole_run() {
        for loss in losses() {
            with_context(format!("crash at step {number}, {loss:?}"), || {
                let clock = clock();
                let (disk, mut told, _) = made(&clock);
                disk.crash_at(number);
                use_ledger(&disk, &clock, &mut told);
                clock.pass(60);
                let next = disk.after(loss);
                let before = told.events.len();
                check(&next, &clock, &told).expect("it was made");
                use_ledger(&next, &clock, &mut told).expect("it goes on");
                assert!(told.events.len() >= before && told.events.len() == 8 * EVENTS + 10);
                check(&next, &clock, &told);
            });
        }
    }
}

#[test]
fn what_stands_behind_a_failure_is_refused_and_can_be_handed_in_again() {
    for number in steps_of_a_whole_run() {
        for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
            with_context(format!("step {number} fails, {fault:?}"), || {
                let clock = clock();
                let (disk, mut told, _) = made(&clock);
                disk.fail_at(number, fault);
                if use_ledger(&disk, &clock, &mut told).is_none() {
                    // Opening met the failure.
                    use_ledger(&disk, &clock, &mut told).unwrap();
                }
                assert_eq!(told.events.len(), 8 * EVENTS + 10, "everything was taken in the end");
                for loss in losses() {
                    check(&disk.after(loss), &clock, &told).expect("it was made");
                }
            });
        }
    }
}
