//! What happens between the two ends of a sign-in: forms that wait for their sender, and answers that were used.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of all forms that wait; the oldest make room.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Forms that wait.
const FORMS_MAX: usize = 1_000;
/// Sign-ins that are remembered as used; the oldest are forgotten, and then only the provider refuses their codes.
const USED_MAX: usize = 10_000;

/// What somebody typed before they were signed out, until they are signed in again.
#[derive(Debug, Default)]
pub(super) struct Kept {
    waiting: Mutex<VecDeque<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    flow: [u8; 32],
    ends: u64,
    fields: String,
}

impl Kept {
    /// Keeps the fields of a form until its sign-in is too old.
    pub(super) fn put(&self, flow: [u8; 32], fields: String, ends: u64, now: u64) {
        let mut waiting = lock(&self.waiting);
        waiting.retain(|one| one.ends >= now);
        let mut bytes = fields.len() + waiting.iter().map(|one| one.fields.len()).sum::<usize>();
        while bytes > BYTES_MAX || waiting.len() >= FORMS_MAX {
            let Some(oldest) = waiting.pop_front() else { return };
            bytes -= oldest.fields.len();
        }
        waiting.push_back(Waiting { flow, ends, fields });
    }

    /// Gives them back, once.
    pub(super) fn take(&self, flow: [u8; 32], now: u64) -> Option<String> {
        let mut waiting = lock(&self.waiting);
        waiting.retain(|one| one.ends >= now);
        let place = waiting.iter().position(|one| one.flow == flow)?;
        waiting.remove(place).map(|one| one.fields)
    }
}

/// Sign-ins whose answer came. Another answer is a replay.
#[derive(Debug, Default)]
pub(super) struct Used {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    flows: HashSet<[u8; 32]>,
    /// In the order in which they were used.
    order: VecDeque<([u8; 32], u64)>,
}

impl Used {
    /// Notes the answer of a sign-in. False if it is not the first.
    pub(super) fn is_first(&self, flow: [u8; 32], ends: u64, now: u64) -> bool {
        let mut seen = lock(&self.seen);
        while seen.order.front().is_some_and(|(_, ends)| *ends < now) || seen.order.len() >= USED_MAX {
            if let Some((flow, _)) = seen.order.pop_front() {
                seen.flows.remove(&flow);
            }
        }
        let is_first = seen.flows.insert(flow);
        if is_first {
            seen.order.push_back((flow, ends));
        }
        is_first
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_waits_for_its_sender_alone_and_not_for_ever() {
        let kept = Kept::default();
        kept.put([1; 32], "a=1".to_owned(), 600, 0);
        kept.put([2; 32], "a=2".to_owned(), 700, 100);
        assert_eq!(kept.take([3; 32], 100), None);
        assert_eq!(kept.take([2; 32], 100).as_deref(), Some("a=2"));
        assert_eq!(kept.take([2; 32], 100), None, "it is given once");
        assert_eq!(kept.take([1; 32], 601), None, "it is too old");
    }

    #[test]
    fn forms_that_wait_have_a_limit() {
        let kept = Kept::default();
        for flow in 0..40 {
            kept.put([flow; 32], "x".repeat(1024 * 1024), 600, 0);
        }
        let bytes: usize = lock(&kept.waiting).iter().map(|one| one.fields.len()).sum();
        assert!(bytes <= BYTES_MAX, "{bytes}");
        assert!(kept.take([39; 32], 0).is_some(), "the newest is there");
        assert!(kept.take([0; 32], 0).is_none(), "the oldest made room");
        kept.put([50; 32], "x".repeat(BYTES_MAX + 1), 600, 0);
        assert_eq!(kept.take([50; 32], 0), None, "it would not fit alone");
        for number in 0..=FORMS_MAX {
            kept.put(*blake3::hash(&number.to_le_bytes()).as_bytes(), String::new(), 600, 0);
        }
        assert_eq!(lock(&kept.waiting).len(), FORMS_MAX);
    }

    #[test]
    fn an_answer_counts_once() {
        let used = Used::default();
        assert!(used.is_first([1; 32], 600, 0));
        assert!(!used.is_first([1; 32], 600, 599));
        assert!(used.is_first([2; 32], 700, 601));
        assert_eq!(lock(&used.seen).flows.len(), 1, "what is too old is forgotten");
        for number in 0..20_000_u32 {
            used.is_first(*blake3::hash(&number.to_le_bytes()).as_bytes(), 1_000, 602);
        }
        let seen = lock(&used.seen);
        assert!(seen.flows.len() <= USED_MAX && seen.flows.len() == seen.order.len());
    }
}
