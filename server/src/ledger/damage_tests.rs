//! Every byte of a small ledger is changed in turn, and more cunning things are tried.

use std::sync::Arc;

use muniment_core::chain::Head;
use muniment_core::entry::{EntryView, write_line};
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::principal::Principal;
use muniment_core::tree::leaf_hash;

use crate::disk::Disk;
use crate::disk::sim::{Loss, SimDisk};
use crate::ledger::clock::tests::ManualClock;
use crate::ledger::clock::{Clock as _, ClockBounds};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::names::LedgerFile;
use crate::ledger::open::{OpenError, OpenOptions, open};
use crate::ledger::sealed::SealedSegment;
use crate::ledger::submission::{Mode, Submission};
use crate::ledger::{Log, names};
use crate::progress::Progress;
use crate::verify::{Older, Verified, VerifyOptions, verify};

fn options() -> OpenOptions {
    OpenOptions {
        clock: Arc::new(ManualClock::at("2026-05-01T09:00:00Z")),
        clock_bounds: ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
        segment_bytes_max: 2_048,
        accept_clock: false,
        progress: Progress::default(),
    }
}

fn submission(number: u64) -> Submission {
    let event = |part: u64| {
        let text = format!(
            r#"{{"specversion":"1.0","id":"{number}/{part}","source":"/foi","type":"request.received","data":{{"n":{number}}}}}"#
        );
        Event::parse(text.as_bytes()).unwrap()
    };
    let events = (0..=number % 3).map(event).collect();
    Submission::new(Principal::new("token/foi").unwrap(), events, Mode::Batch).unwrap()
}

/// A ledger with sealed segments and an active one, closed in order; and a checkpoint of midway.
fn ledger() -> (SimDisk, String) {
    let disk = SimDisk::new();
    let clock = ManualClock::at("2026-05-01T09:00:00Z");
    genesis::create(&disk, "damage.example", "Exemplar", Purpose::Production, clock.wall()).unwrap();
    let (mut log, _) = open(Arc::new(disk.clone()), &options()).unwrap();
    let mut midway = String::new();
    for number in 0..9 {
        log.commit(&[submission(number)])[0].as_ref().unwrap();
        while let Some(job) = log.next_to_seal(3) {
            log.adopt(job.run().unwrap());
        }
        if number == 5 {
            midway = signed(&log);
        }
    }
    log.shared.persist_checkpoint().unwrap();
    (disk.after(Loss::Kept), midway)
}

fn signed(log: &Log) -> String {
    log.shared.checkpoint().sign(&log.shared.signer)
}

fn check(disk: &SimDisk) -> Verified {
    verify(disk, &VerifyOptions::default()).unwrap()
}

fn read(disk: &SimDisk, path: &str) -> Vec<u8> {
    (disk as &dyn Disk).read(path).unwrap().unwrap()
}

fn with_content(disk: &SimDisk, path: &str, content: &[u8]) -> SimDisk {
    let copy = disk.after(Loss::Process);
    let file = copy.open(path).unwrap();
    file.set_len(0).unwrap();
    file.write_at(content, 0).unwrap();
    copy
}

fn files(disk: &SimDisk) -> Vec<String> {
    let mut files = vec![names::CHECKPOINT.to_owned()];
    for dir in [names::LEDGER, names::TILES] {
        files.extend(disk.list(dir).unwrap().into_iter().map(|name| format!("{dir}/{name}")));
    }
    files
}

/// The lines of a sealed segment, or `None` if its table or a frame is damaged.
fn unpacked(disk: &SimDisk, path: &str, first: u64, end: u64) -> Option<Vec<u8>> {
    let sealed = SealedSegment::open(disk.open_read(path).unwrap(), first, Some(end)).ok()?;
    sealed.read(first, end).ok()
}

#[test]
fn every_changed_byte_is_found_and_located() {
    let (disk, _) = ledger();
    let whole = check(&disk);
    assert_eq!((whole.findings.problems.as_slice(), whole.head.size), ([].as_slice(), 20));
    let mut kinds = [0; 5];
    for path in files(&disk) {
        let content = read(&disk, &path);
        for place in 0..content.len() {
            let mut changed = content.clone();
            changed[place] ^= 1 << (place % 8);
            let copy = with_content(&disk, &path, &changed);
            let context = format!("byte {place} of {path}");
            let kind = match path.strip_prefix("ledger/").and_then(LedgerFile::parse) {
                Some(LedgerFile::Lines(first)) => lines_case(&copy, &content, first, place, &context),
                Some(LedgerFile::Sealed(first)) => sealed_case(&disk, &copy, &path, first, &context),
                Some(LedgerFile::Keys(_)) | None => derived_case(&copy, &path, &context),
            };
            kinds[kind] += 1;
        }
    }
    assert!(kinds[..4].iter().all(|count| *count > 100), "{kinds:?}");
}

/// Verifies; damage to entry 0 may end it at once, as no key is known then.
fn problems(disk: &SimDisk) -> Vec<(Option<u64>, String)> {
    match verify(disk, &VerifyOptions::default()) {
        Ok(verified) => verified.findings.problems.into_iter().map(|p| (p.seq, p.file)).collect(),
        Err(error) => vec![(Some(0), error.to_string())],
    }
}

fn lines_case(disk: &SimDisk, content: &[u8], first: u64, place: usize, context: &str) -> usize {
    let line = content[..place].iter().filter(|byte| **byte == b'\n').count() as u64;
    let found = problems(disk);
    let (seq, _) = found.first().unwrap_or_else(|| panic!("{context}: not found"));
    let damaged = first + line;
    // A changed newline makes one line of two.
    let also = if content[place] == b'\n' { damaged + 1 } else { damaged };
    assert!(*seq == Some(damaged) || *seq == Some(also), "{context}: {damaged}, found {found:?}");
    assert!(open(Arc::new(disk.clone()), &options()).is_err(), "{context}: opened");
    0
}

fn sealed_case(disk: &SimDisk, copy: &SimDisk, path: &str, first: u64, context: &str) -> usize {
    let names = disk.list(names::LEDGER).unwrap();
    let starts = names.iter().filter_map(|name| match LedgerFile::parse(name) {
        Some(LedgerFile::Sealed(start) | LedgerFile::Lines(start)) => Some(start),
        _ => None,
    });
    let end = starts.filter(|start| *start > first).min().unwrap();
    let found = problems(copy);
    if unpacked(copy, path, first, end) == unpacked(disk, path, first, end) {
        assert_eq!(found, [], "{context}: nothing that is decoded has changed");
        return 4;
    }
    let (seq, _) = found.first().unwrap_or_else(|| panic!("{context}: not found"));
    assert!((first..end).contains(&seq.unwrap()), "{context}: found {found:?}");
    1
}

fn derived_case(copy: &SimDisk, path: &str, context: &str) -> usize {
    let found = problems(copy);
    let (_, file) = found.first().unwrap_or_else(|| panic!("{context}: not found"));
    assert_eq!(file, path, "{context}: found {found:?}");
    if path == names::CHECKPOINT { 2 } else { 3 }
}

#[test]
fn derived_files_may_be_gone_and_are_made_again() {
    let (disk, _) = ledger();
    let root = check(&disk).root;
    for path in files(&disk).into_iter().filter(|path| path.ends_with(".keys") || path.starts_with("tiles/"))
    {
        disk.remove(&path).unwrap();
    }
    let without = check(&disk);
    assert_eq!((without.findings.problems.as_slice(), without.root), ([].as_slice(), root));
    let (log, report) = open(Arc::new(disk.clone()), &options()).unwrap();
    assert!(report.rebuilt_tree && report.rebuilt_runs > 1, "{report:?}");
    drop(log);
    assert_eq!(check(&disk).findings.notices, []);
    let (mut log, report) = open(Arc::new(disk.clone()), &options()).unwrap();
    assert_eq!((report.rebuilt_tree, report.rebuilt_runs), (false, 0));
    let again = log.commit(&[submission(0)]).remove(0).unwrap();
    assert!(again[0].as_ref().unwrap().replayed);
}

#[test]
fn a_cut_tail_is_found_with_any_checkpoint_from_beyond_the_cut() {
    let (disk, midway) = ledger();
    let last = LedgerFile::parse(disk.list(names::LEDGER).unwrap().last().unwrap()).unwrap();
    let LedgerFile::Lines(first) = last else { panic!("the active segment is the last file") };
    disk.remove(&last.to_string()).unwrap();
    let cut = check(&disk);
    assert_eq!(cut.findings.problems[0].seq, Some(first));
    assert!(matches!(open(Arc::new(disk.clone()), &options()), Err(OpenError::Cut { .. })));

    disk.remove(names::CHECKPOINT).unwrap();
    assert_eq!(check(&disk).findings.problems, [], "nothing is left that tells");
    let older = |note: &str| VerifyOptions {
        older: Some(Older::read("kept", note.as_bytes().to_vec()).unwrap()),
        ..VerifyOptions::default()
    };
    let verified = verify(&disk, &older(&midway)).unwrap();
    assert_eq!(verified.findings.problems, [], "it is from before the cut");
}

#[test]
fn a_receipt_from_beyond_the_cut_finds_it_too() {
    let (disk, midway) = ledger();
    let (log, _) = open(Arc::new(disk.clone()), &options()).unwrap();
    let size = log.shared.head().size;
    let receipt = log.shared.receipt(3).unwrap().unwrap().encode();
    let with = |note: &str| VerifyOptions {
        older: Some(Older::read("kept", note.as_bytes().to_vec()).unwrap()),
        ..VerifyOptions::default()
    };
    assert_eq!(verify(&disk, &with(&receipt)).unwrap().findings.problems, []);
    assert_eq!(verify(&disk, &with(&midway)).unwrap().findings.problems, []);
    let (active, lines) = active(&disk);
    let cut = lines[..lines.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
    let cut = with_content(&disk, &active, &lines[..=cut]);
    cut.remove(names::CHECKPOINT).unwrap();
    // The last entry was one of a batch of three: without it none of them counts.
    assert_eq!(verify(&cut, &with(&receipt)).unwrap().findings.problems[0].seq, Some(size - 3));
}

fn active(disk: &SimDisk) -> (String, Vec<u8>) {
    let name = disk.list(names::LEDGER).unwrap().into_iter().rfind(|name| name.ends_with(".jsonl")).unwrap();
    let path = format!("{}/{name}", names::LEDGER);
    let lines = read(disk, &path);
    (path, lines)
}

/// Changes the first entry of the active segment and chains all after it anew.
fn rechained(lines: &[u8]) -> (u64, Vec<u8>) {
    let (mut out, mut prev, mut first) = (Vec::new(), None, None);
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let entry = EntryView::parse(line).unwrap();
        let event =
            if first.is_none() { entry.event.replace("\"n\":", "\"n\":1") } else { entry.event.to_owned() };
        first.get_or_insert(entry.seq);
        let start = out.len();
        let recorded = entry.recorded.to_recorded();
        let prev_hash = prev.unwrap_or(entry.prev);
        write_line(&mut out, entry.batch, entry.by, event.as_bytes(), prev_hash, &recorded, entry.seq);
        prev = Some(Hash::of_line(&out[start..]));
        out.push(b'\n');
    }
    (first.unwrap(), out)
}

#[test]
fn an_entry_that_is_changed_and_chained_anew_is_named_by_the_tiles() {
    let (disk, _) = ledger();
    let (path, lines) = active(&disk);
    let (first, changed) = rechained(&lines);
    let copy = with_content(&disk, &path, &changed);
    let found = check(&copy).findings.problems;
    assert_eq!(found[0].seq, Some(first), "{found:?}");
    assert!(matches!(open(Arc::new(copy), &options()), Err(OpenError::Root { .. })));
}

#[test]
fn with_the_tiles_made_anew_too_the_signed_root_still_tells() {
    let (disk, _) = ledger();
    let (path, lines) = active(&disk);
    let (first, changed) = rechained(&lines);
    let copy = with_content(&disk, &path, &changed);
    let mut tile = read(&copy, "tiles/0")[..usize::try_from(first).unwrap() * 32].to_vec();
    for line in changed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        tile.extend_from_slice(&leaf_hash(line).0);
    }
    let copy = with_content(&copy, "tiles/0", &tile);
    let found = check(&copy).findings.problems;
    assert_eq!(
        (found.len(), found[0].seq, found[0].file.as_str()),
        (1, None, names::CHECKPOINT),
        "{found:?}"
    );
}

#[test]
fn entries_that_change_places_and_foreign_entries_are_found() {
    let (disk, _) = ledger();
    let (path, lines) = active(&disk);
    let mut swapped: Vec<&[u8]> = lines.split_inclusive(|byte| *byte == b'\n').collect();
    let first = EntryView::parse(swapped[0].strip_suffix(b"\n").unwrap()).unwrap().seq;
    swapped.swap(0, 1);
    let found = check(&with_content(&disk, &path, &swapped.concat())).findings.problems;
    assert_eq!(found[0].seq, Some(first), "{found:?}");
    let doubled = [&lines[..], swapped[1]].concat();
    let found = check(&with_content(&disk, &path, &doubled)).findings.problems;
    assert_eq!(found[0].seq, Some(20), "{found:?}");
}

#[test]
fn a_torn_end_is_a_notice() {
    let (disk, _) = ledger();
    let (path, lines) = active(&disk);
    let torn = [&lines[..], br#"{"by":"token/foi","event":{"da"#].concat();
    let verified = check(&with_content(&disk, &path, &torn));
    assert_eq!(verified.findings.problems, []);
    assert!(
        verified.findings.notices[0].message.contains("a crash interrupted"),
        "{:?}",
        verified.findings.notices
    );
    assert_eq!(verified.head, check(&disk).head);
    assert_ne!(verified.head, Head::EMPTY);
}
