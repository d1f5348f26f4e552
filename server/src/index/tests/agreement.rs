//! The index finds what a scan finds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use muniment_core::time::Timestamp;

use super::super::{Index, IndexError, Order, SearchQuery};
use super::oracle::{self, Numbers};
use super::{append, new_ledger, open_index, wait_until_indexed};
use crate::ledger::Ledger;
use crate::query::EventFacts;
use crate::testing::scale;

fn append_random(ledger: &Ledger, numbers: &mut Numbers, ids: std::ops::Range<u64>) {
    let ids: Vec<u64> = ids.collect();
    for group in ids.chunks(60) {
        append(ledger, group.iter().map(|id| oracle::event(numbers, *id)).collect());
    }
}

/// All pages of a query, and the sizes that the first and the last one saw.
fn all_pages(index: &Index, query: &SearchQuery) -> (Vec<u64>, u64, u64) {
    let (mut query, mut seqs, mut first_size) = (query.clone(), Vec::new(), None);
    loop {
        let page = index.search(&query).unwrap();
        let first_size = *first_size.get_or_insert(page.indexed_size);
        assert!(page.seqs.len() <= query.limit);
        assert!(!page.more || page.seqs.len() == query.limit);
        query.after = page.seqs.last().copied();
        seqs.extend(&page.seqs);
        if !page.more {
            return (seqs, first_size, page.indexed_size);
        }
    }
}

fn check(index: &Index, ledger: &Ledger, query: &SearchQuery) {
    let (mut found, first_size, last_size) = all_pages(index, query);
    let size = if query.order == Order::Ascending { last_size } else { first_size };
    if query.order == Order::Descending {
        found.reverse();
    }
    assert_eq!(found, oracle::scan(&oracle::lines(ledger, size), query), "{query:?}");
}

fn recorded(ledger: &Ledger) -> Vec<Timestamp> {
    let lines = oracle::lines(ledger, ledger.head().size);
    lines.iter().map(|line| EventFacts::read(line).unwrap().recorded).collect()
}

#[test]
fn pages_are_those_of_a_scan_at_rest_and_while_events_come() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = new_ledger(directory.path());
    let index = open_index(directory.path(), &ledger);
    let mut numbers = Numbers(1);
    for round in 0..10 {
        append_random(&ledger, &mut numbers, round * 240..(round + 1) * 240);
        wait_until_indexed(&index, &ledger);
    }
    let instants = recorded(&ledger);
    for _ in 0..scale(80) {
        check(&index, &ledger, &oracle::query(&mut numbers, &instants));
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            append_random(&ledger, &mut Numbers(2), 10_000..11_200);
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            check(&index, &ledger, &oracle::query(&mut numbers, &instants));
        }
    });
    wait_until_indexed(&index, &ledger);
    for _ in 0..scale(20) {
        check(&index, &ledger, &oracle::query(&mut numbers, &instants));
    }
}

#[test]
fn segments_stay_in_order_through_merges() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = new_ledger(directory.path());
    let index = open_index(directory.path(), &ledger);
    let mut numbers = Numbers(3);
    let mut merges = 0;
    for round in 0..40_u64 {
        append_random(&ledger, &mut numbers, round * 10..(round + 1) * 10);
        wait_until_indexed(&index, &ledger);
        let (_, snapshot) = index.state.seen().unwrap();
        let mut next = 0;
        for stretch in snapshot.stretches() {
            let reader = snapshot.reader(stretch);
            let seqs = reader.fast_fields().u64(super::super::schema::SEQ).unwrap();
            for document in 0..reader.max_doc() {
                assert_eq!(seqs.first(document), Some(next));
                next += 1;
            }
        }
        assert_eq!(next, snapshot.size());
        merges += u64::from(snapshot.stretches().len() as u64 <= round / 2);
    }
    assert!(merges > 10, "nothing was merged");
}

#[test]
fn what_is_new_is_found_soon_and_limits_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = new_ledger(directory.path());
    let index = open_index(directory.path(), &ledger);
    wait_until_indexed(&index, &ledger);
    append(&ledger, vec![oracle::event(&mut Numbers(4), 7)]);
    thread::sleep(Duration::from_millis(700));
    let all = SearchQuery { limit: 10, ..SearchQuery::default() };
    let page = index.search(&all).unwrap();
    assert_eq!((page.seqs, page.more, page.indexed_size), (vec![0, 1, 2], false, 3));
    for limit in [0, 1_001] {
        let refused = index.search(&SearchQuery { limit, ..all.clone() });
        assert!(matches!(refused, Err(IndexError::Limit(_))));
    }
    let refused = index.search(&SearchQuery { text: Some("x".repeat(1_025)), ..all.clone() });
    assert!(matches!(refused, Err(IndexError::Text(_))));
    for after in [0, 1, 2, 3, u64::MAX] {
        for order in [Order::Ascending, Order::Descending] {
            let page = index.search(&SearchQuery { after: Some(after), order, ..all.clone() }).unwrap();
            let expect = |seq: &u64| if order == Order::Ascending { *seq > after } else { *seq < after };
            let mut expected: Vec<u64> = (0..3).filter(expect).collect();
            if order == Order::Descending {
                expected.reverse();
            }
            assert_eq!(page.seqs, expected);
        }
    }
}
