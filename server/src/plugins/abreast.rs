//! Keeps those who read the same entries near one another, so that each entry is read and taken apart once for all of them.

use std::sync::{Condvar, Mutex, PoisonError};

use super::reading::{CHUNK_ENTRIES, KEPT_CHUNKS};

/// How far one may be ahead of the last: what lies between them, and what is read ahead, is kept.
const AHEAD_ENTRIES: u64 = (KEPT_CHUNKS as u64 - 2) * CHUNK_ENTRIES;

/// Where each of them is.
#[derive(Debug)]
pub(super) struct Abreast {
    /// The next entry of each; of those who are done, none.
    next: Mutex<Vec<Option<u64>>>,
    moved: Condvar,
}

/// One of them. When it is dropped nobody waits for it any more.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    of: &'a Abreast,
    place: usize,
}

impl Abreast {
    /// So many, all at the first entry.
    pub(super) fn new(count: usize) -> Abreast {
        Abreast { next: Mutex::new(vec![Some(0); count]), moved: Condvar::new() }
    }

    /// The one of this place.
    pub(super) fn reader(&self, place: usize) -> Reader<'_> {
        Reader { of: self, place }
    }

    fn put(&self, place: usize, at: Option<u64>) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last(&next);
        if let Some(next) = next.get_mut(place) {
            *next = at;
        }
        let has_moved = last(&next) != before;
        drop(next);
        if has_moved {
            self.moved.notify_all();
        }
    }
}

fn last(next: &[Option<u64>]) -> Option<u64> {
    next.iter().flatten().min().copied()
}

impl Reader<'_> {
    /// Comes to an entry, and waits while the last of the others is too far behind.
    pub(super) fn come_to(&self, next: u64) {
        self.of.put(self.place, Some(next));
        let is_far = |all: &mut Vec<Option<u64>>| last(all).is_some_and(|last| next > last + AHEAD_ENTRIES);
        let all = self.of.next.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.of.moved.wait_while(all, is_far));
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.of.put(self.place, None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    const END: u64 = 100 * CHUNK_ENTRIES;

    #[test]
    fn nobody_is_far_ahead_of_the_last_and_all_come_to_the_end() {
        let abreast = Abreast::new(4);
        let at: [AtomicU64; 4] = Default::default();
        thread::scope(|scope| {
            for place in 0..4 {
                let (abreast, at) = (&abreast, &at);
                scope.spawn(move || {
                    let reader = abreast.reader(place);
                    for chunk in 0..100 {
                        let next = chunk * CHUNK_ENTRIES;
                        reader.come_to(next);
                        at[place].store(next, Ordering::SeqCst);
                        // Each has said how far it is only behind `come_to`: it may be one chunk further than it says.
                        let last = at.iter().map(|at| at.load(Ordering::SeqCst)).min().unwrap();
                        assert!(next <= last + AHEAD_ENTRIES + CHUNK_ENTRIES, "{next} {last}");
                        if place == 0 {
                            thread::sleep(Duration::from_micros(200));
                        }
                    }
                    at[place].store(END, Ordering::SeqCst);
                });
            }
        });
        assert!(at.iter().all(|at| at.load(Ordering::SeqCst) == END));
    }

    #[test]
    fn nobody_waits_for_one_that_has_failed() {
        let abreast = Abreast::new(2);
        thread::scope(|scope| {
            let failing = abreast.reader(0);
            let other = scope.spawn(|| abreast.reader(1).come_to(END));
            thread::sleep(Duration::from_millis(20));
            assert!(!other.is_finished(), "it waits");
            drop(failing);
        });
    }
}
