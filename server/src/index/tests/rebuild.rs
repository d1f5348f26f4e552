//! What is lost, damaged, of another version or of another ledger is made again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use super::super::{Index, IndexError, SearchQuery};
use super::oracle::{self, Numbers};
use super::{append, new_ledger, open_index, wait_for, wait_until_indexed};
use crate::ledger::Ledger;

const ENTRIES: u64 = 60;

fn ledger_of(directory: &Path, entries: u64, seed: u64) -> Arc<Ledger> {
    let ledger = new_ledger(directory);
    let mut numbers = Numbers(seed);
    append(&ledger, (2..entries).map(|id| oracle::event(&mut numbers, id)).collect());
    ledger
}

/// Files of segments: their names are never used twice.
fn segment_files(directory: &Path) -> BTreeSet<PathBuf> {
    let files = fs::read_dir(directory.join("index")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.file_stem().is_some_and(|stem| stem.len() == 32)).collect()
}

fn check(index: &Index, ledger: &Ledger) {
    wait_until_indexed(index, ledger);
    let query = SearchQuery { limit: 1_000, text: Some("housing".to_owned()), ..SearchQuery::default() };
    let found = index.search(&query).unwrap().seqs;
    assert!(!found.is_empty());
    assert_eq!(found, oracle::scan(&oracle::lines(ledger, ledger.head().size), &query));
}

/// When the index was begun: the file `version` is written then, and never again.
fn begun(directory: &Path) -> Option<SystemTime> {
    fs::metadata(directory.join("index/version")).ok()?.modified().ok()
}

/// Opens the index, checks it, and says whether it was made again.
fn made_again(directory: &Path, ledger: &Arc<Ledger>) -> bool {
    let before = begun(directory);
    let index = open_index(directory, ledger);
    check(&index, ledger);
    index.close();
    assert!(!segment_files(directory).is_empty());
    begun(directory) != before
}

#[test]
fn it_is_made_again_when_it_must_be_and_only_then() {
    let directory = tempfile::tempdir().unwrap();
    let (directory, index) = (directory.path(), directory.path().join("index"));
    let ledger = ledger_of(directory, ENTRIES, 5);
    check(&open_index(directory, &ledger), &ledger);
    assert!(!made_again(directory, &ledger), "nothing happened");
    append(&ledger, vec![oracle::event(&mut Numbers(6), 1_000)]);
    assert!(!made_again(directory, &ledger), "it continues");

    for text in ["muniment index 0, tantivy 0.1\n", "", "x"] {
        fs::write(index.join("version"), text).unwrap();
        assert!(made_again(directory, &ledger), "{text:?}");
    }
    fs::remove_file(index.join("version")).unwrap();
    assert!(made_again(directory, &ledger), "no version");
    fs::write(index.join("meta.json"), "{").unwrap();
    assert!(made_again(directory, &ledger), "a damaged list of segments");
    fs::remove_dir_all(&index).unwrap();
    check(&open_index(directory, &ledger), &ledger);
}

#[test]
fn closing_in_the_midst_of_it_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = ledger_of(directory.path(), ENTRIES, 5);
    check(&open_index(directory.path(), &ledger), &ledger);
    let mut numbers = Numbers(7);
    for round in 0..6 {
        let index = open_index(directory.path(), &ledger);
        for id in 0..12 + round {
            append(&ledger, vec![oracle::event(&mut numbers, 1_000 * (round + 1) + id)]);
            thread::sleep(Duration::from_millis(8));
        }
        index.close();
        assert_eq!(index.fault(), None);
        assert!(!made_again(directory.path(), &ledger));
    }
}

#[test]
fn any_damaged_or_lost_file_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = ledger_of(directory.path(), ENTRIES, 5);
    check(&open_index(directory.path(), &ledger), &ledger);
    let extension = |path: &Path| path.extension().unwrap().to_owned();
    let kinds: BTreeSet<_> = segment_files(directory.path()).iter().map(|path| extension(path)).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
    for kind in kinds {
        for lost in [false, true] {
            let files = segment_files(directory.path());
            let file = files.iter().find(|path| extension(path) == kind).unwrap();
            let mut bytes = fs::read(file).unwrap();
            fs::remove_file(file).unwrap();
            if !lost {
                bytes[0] ^= 1;
                fs::write(file, bytes).unwrap();
            }
            assert!(made_again(directory.path(), &ledger), "{}, lost: {lost}", file.display());
        }
    }
}

#[test]
fn an_index_of_another_ledger_or_of_more_entries_is_not_used() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ledger = ledger_of(one.path(), ENTRIES, 5);
    for entries in [ENTRIES + 20, ENTRIES, ENTRIES - 20] {
        let other = other.path().join(entries.to_string());
        fs::create_dir(&other).unwrap();
        let other_ledger = ledger_of(&other, entries, 6);
        check(&open_index(&other, &other_ledger), &other_ledger);
        let _absent = fs::remove_dir_all(one.path().join("index"));
        fs::rename(other.join("index"), one.path().join("index")).unwrap();
        assert!(made_again(one.path(), &ledger), "{entries}");
    }
}

#[test]
fn a_failure_is_told_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = ledger_of(directory.path(), ENTRIES, 5);
    let place = directory.path().join("index");
    fs::write(&place, "in the way").unwrap();
    let index = open_index(directory.path(), &ledger);
    wait_for("a fault", || index.fault().is_some());
    assert!(!index.ready());
    let refused = index.search(&SearchQuery { limit: 1, ..SearchQuery::default() });
    assert!(
        matches!(refused, Err(IndexError::Rebuilding { indexed: 0, size }) if size == ledger.head().size)
    );
    fs::remove_file(&place).unwrap();
    wait_for("it works again", || index.fault().is_none() && index.ready());
    check(&index, &ledger);
}
