//! Every sync is needed: on a disk on which those of one kind do nothing, as though they did not stand in the code, a crash does
//! harm that the crash tests see.

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use super::crash_tests::{
    Told, check, check_nothing_rebuilt, clock, go_on, losses, options, steps_of_a_whole_run, use_ledger,
};
use super::open::open;
use crate::disk::sim::{Loss, SimDisk, kind_of};

/// A ledger is used until a crash, and what its clients were told is checked, and goes on being true.
fn crash(kind: &str, number: usize, loss: Loss) {
    let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
    disk.without(kind);
    disk.crash_at(number);
    use_ledger(&disk, &clock, &mut told);
    clock.pass(60);
    let next = disk.after(loss);
    next.without(kind);
    match check(&next, &clock, &told) {
        Some((mut log, report)) => {
            check_nothing_rebuilt(&report);
            go_on(&mut log, &next, &clock, &mut told);
        }
        None => assert!(use_ledger(&next, &clock, &mut told).is_some(), "init goes on"),
    }
}

/// The same, and another crash while the next start puts right what the first one left.
fn crash_again(kind: &str, number: usize, loss: Loss) {
    let (disk, clock, mut told) = (SimDisk::new(), clock(), Told::default());
    disk.crash_at(number);
    use_ledger(&disk, &clock, &mut told);
    clock.pass(60);
    let crashed = disk.after(loss);
    let whole = crashed.after(Loss::Process);
    let opened = open(std::sync::Arc::new(whole.clone()), &options(&clock));
    if !opened.is_ok_and(|(_, report)| report.recovered.is_some()) {
        return;
    }
    for second in 0..whole.steps().len() {
        let disk = crashed.after(Loss::Process);
        disk.without(kind);
        disk.crash_at(second);
        let _cut_short = open(std::sync::Arc::new(disk.clone()), &options(&clock));
        clock.pass(60);
        check(&disk.after(Loss::Lost), &clock, &told);
    }
}

/// Whether it does harm to leave out all syncs of a kind, where the crash comes at one of some steps.
fn is_missed(kind: &str, steps: &[usize]) -> bool {
    let does_harm = |crash: fn(&str, usize, Loss)| {
        let mut all = steps.iter().flat_map(|number| losses().into_iter().map(move |loss| (*number, loss)));
        all.any(|(number, loss)| catch_unwind(|| crash(kind, number, loss)).is_err())
    };
    does_harm(crash) || does_harm(crash_again)
}

#[test]
fn every_sync_is_needed() {
    let steps = steps_of_a_whole_run();
    let syncs = steps.iter().filter(|step| step.starts_with("sync"));
    let kinds: BTreeSet<String> = syncs.map(|step| kind_of(step)).collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
    let all: Vec<usize> = (0..steps.len()).collect();
    let superfluous: Vec<&String> = kinds.iter().filter(|kind| !is_missed(kind, &all)).collect();
    // It is the sync that is missed: where none is left out, nothing is.
    let some: Vec<usize> = (0..steps.len()).step_by(5).collect();
    assert!(!is_missed("a sync that is not there", &some), "it fails in any case");
    assert!(superfluous.is_empty(), "nothing misses these: {superfluous:#?}\nof {kinds:#?}");
}
