//! The entries of a case, packed one behind the other.

use std::fmt;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::key::Key;
use super::known::Known;
use super::{Case, Happened};
use crate::{Day, Instant};

/// Entries as bytes: postcard, one behind the other and with no byte to spare, as there may be a million cases that are over.
/// What is told of many cases stands in [`Known`], and of an entry behind the first it is written how far it lies from that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History(Box<[u8]>);

/// An entry of a case.
#[derive(Debug)]
pub(super) struct Entry<F> {
    pub(super) seq: u64,
    pub(super) recorded: Instant,
    /// How long before it was recorded it happened, in microseconds: mostly a small number, and so few bytes.
    earlier: i64,
    pub(super) day: Day,
    pub(super) what: What<F>,
}

/// Which entry it is and when that was, as it is written: small numbers take few bytes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Head {
    seq: u64,
    recorded: i64,
    earlier: i64,
    day: i32,
}

/// What an entry says, as it is written.
#[derive(Serialize, Deserialize)]
enum Written<W> {
    /// A fact that stands in [`Known`], by its place there.
    Known(u16),
    /// All of it.
    Told(W),
}

/// What an entry says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum What<F> {
    /// A fact, and the number of its kind.
    Fact(u16, F),
    /// Data that nothing could be made of, and why.
    Unreadable(u16, String),
    /// From here on the case belongs to another.
    Linked(String),
    /// From here on it is one of its own again.
    Unlinked,
    /// An entry with a smaller number is corrected.
    Correction(u64, Correction<F>),
}

/// What becomes of an entry that is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Correction<F> {
    /// It counts no more.
    Void,
    /// It counts as at first.
    Restore,
    /// It counts with another fact; with none where the new data bears on no such case.
    Replace(Option<F>),
    /// It counts with data that nothing could be made of.
    Unreadable,
}

impl<F> Entry<F> {
    pub(super) fn new(seq: u64, recorded: Instant, time: Instant, day: Day, what: What<F>) -> Entry<F> {
        let earlier = recorded.as_micros().saturating_sub(time.as_micros());
        Entry { seq, recorded, earlier, day, what }
    }

    fn head(&self) -> Head {
        let day = self.day.since(Day::default());
        Head { seq: self.seq, recorded: self.recorded.as_micros(), earlier: self.earlier, day }
    }

    fn of(head: Head, what: What<F>) -> Entry<F> {
        let Head { seq, recorded, earlier, day } = head;
        Entry { seq, recorded: Instant::from_micros(recorded), earlier, day: Day::default().plus(day), what }
    }

    fn time(&self) -> Instant {
        Instant::from_micros(self.recorded.as_micros().saturating_sub(self.earlier))
    }

    fn happened(self, subject: &Key, fact: F) -> Happened<F> {
        let time = self.time();
        Happened {
            subject: subject.0.clone(),
            seq: self.seq,
            recorded: self.recorded,
            time,
            day: self.day,
            fact,
        }
    }
}

impl Head {
    /// How far it lies from another. It wraps where the other lies too far off, and so does the way back.
    fn since(self, first: Head) -> Head {
        Head {
            seq: self.seq.wrapping_sub(first.seq),
            recorded: self.recorded.wrapping_sub(first.recorded),
            earlier: self.earlier,
            day: self.day.wrapping_sub(first.day),
        }
    }

    /// The one that lies so far from another.
    fn behind(self, first: Head) -> Head {
        Head {
            seq: first.seq.wrapping_add(self.seq),
            recorded: first.recorded.wrapping_add(self.recorded),
            earlier: self.earlier,
            day: first.day.wrapping_add(self.day),
        }
    }
}

/// Writes a value behind bytes, for which there is no more room afterwards than they take.
pub(super) fn written_behind<T: Serialize>(mut bytes: Vec<u8>, value: &T) -> Vec<u8> {
    let size = postcard::serialize_with_flavor(value, postcard::ser_flavors::Size::default());
    let written = size.and_then(|size: usize| {
        bytes.reserve_exact(size);
        postcard::to_extend(value, bytes)
    });
    match written {
        Ok(bytes) => bytes,
        Err(error) => panic!("a fact cannot be written: {error}"),
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> (T, &[u8]) {
    match postcard::take_from_bytes(bytes) {
        Ok(read) => read,
        Err(error) => panic!("a fact that was written cannot be read: {error}"),
    }
}

impl History {
    pub(super) fn push<F: Serialize>(&mut self, entry: &Entry<F>, known: &mut Known) {
        let first = if self.0.is_empty() { Head::default() } else { read(&self.0).0 };
        let place = match &entry.what {
            What::Fact(kind, fact) => known.place(*kind, fact),
            _ => None,
        };
        let written = place.map_or(Written::Told(&entry.what), Written::Known);
        let bytes = std::mem::take(&mut self.0).into_vec();
        self.0 = written_behind(bytes, &(entry.head().since(first), written)).into_boxed_slice();
    }

    /// All entries, as they were recorded.
    pub(super) fn entries<F: DeserializeOwned>(&self, known: &Known) -> impl Iterator<Item = Entry<F>> {
        let (mut rest, mut first) = (&*self.0, None);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let ((head, written), behind): ((Head, Written<What<F>>), &[u8]) = read(rest);
            rest = behind;
            let head = first.map_or(head, |first| head.behind(first));
            first.get_or_insert(head);
            let what = match written {
                Written::Told(what) => what,
                Written::Known(place) => {
                    let (kind, fact) = known.fact(place);
                    What::Fact(kind, fact)
                }
            };
            Some(Entry::of(head, what))
        })
    }

    /// Whether it holds an entry that can be corrected, and the number of its kind where it is a fact.
    pub(super) fn find<F: DeserializeOwned>(&self, known: &Known, seq: u64) -> Option<Option<u16>> {
        self.entries::<F>(known).find(|entry| entry.seq == seq).and_then(|entry| match entry.what {
            What::Fact(kind, _) | What::Unreadable(kind, _) => Some(Some(kind)),
            What::Linked(_) | What::Unlinked => Some(None),
            What::Correction(..) => None,
        })
    }

    /// The facts that count, in no order yet.
    pub(super) fn facts<C: Case>(&self, known: &Known, subject: &Key, into: &mut Vec<Happened<C::Fact>>) {
        let start = into.len();
        let mut corrections: Vec<(u64, Correction<C::Fact>)> = Vec::new();
        // What stands in the place of a fact that could not be read is known only at the end.
        let mut unread: Vec<Entry<C::Fact>> = Vec::new();
        for mut entry in self.entries::<C::Fact>(known) {
            match std::mem::replace(&mut entry.what, What::Unlinked) {
                What::Fact(_, fact) => into.push(entry.happened(subject, fact)),
                What::Unreadable(..) => unread.push(entry),
                What::Correction(target, correction) => corrections.push((target, correction)),
                What::Linked(_) | What::Unlinked => {}
            }
        }
        let last_of = last_of_each(corrections);
        for (target, correction) in last_of {
            let place = into[start..].iter().position(|fact| fact.seq == target).map(|place| start + place);
            match (correction, place) {
                (Correction::Restore, _) => {}
                (Correction::Void | Correction::Unreadable | Correction::Replace(None), place) => {
                    place.map(|place| into.remove(place));
                }
                (Correction::Replace(Some(fact)), Some(place)) => into[place].fact = fact,
                (Correction::Replace(Some(fact)), None) => {
                    if let Some(place) = unread.iter().position(|entry| entry.seq == target) {
                        into.push(unread.remove(place).happened(subject, fact));
                    }
                }
            }
        }
    }

    /// The case that this one belongs to, if it is none of its own: what an entry says that links it, or else what a fact
    /// says that it is part of.
    pub(super) fn link<C: Case>(&self, known: &Known, subject: &Key) -> Option<String> {
        let (mut links, mut corrections) = (Vec::new(), Vec::new());
        for entry in self.entries::<C::Fact>(known) {
            match entry.what {
                What::Linked(into) => links.push((entry.seq, Some(into))),
                What::Unlinked => links.push((entry.seq, None)),
                What::Correction(target, correction) => corrections.push((target, correction)),
                What::Fact(..) | What::Unreadable(..) => {}
            }
        }
        let void: Vec<u64> = last_of_each(corrections)
            .into_iter()
            .filter(|(_, correction)| matches!(correction, Correction::Void))
            .map(|(target, _)| target)
            .collect();
        let linked = links.into_iter().rfind(|(seq, _)| !void.contains(seq)).and_then(|(_, into)| into);
        linked.or_else(|| self.whole::<C>(known, subject))
    }

    /// What it is part of, as the fact says that happened last of those that say so.
    fn whole<C: Case>(&self, known: &Known, subject: &Key) -> Option<String> {
        let mut facts = Vec::new();
        self.facts::<C>(known, subject, &mut facts);
        let of = |fact: &Happened<C::Fact>| Some(((fact.time, fact.seq), C::part_of(&fact.fact)?.to_owned()));
        facts.iter().filter_map(of).max().map(|(_, whole)| whole)
    }

    /// Entries whose data nothing could be made of, with the number of the kind and why; those that have been put right
    /// or voided since are not among them.
    pub(super) fn unreadable<C: Case>(&self, known: &Known) -> Vec<(u64, u16, String)> {
        let (mut found, mut corrections) = (Vec::new(), Vec::new());
        let mut kinds = Vec::new();
        for entry in self.entries::<C::Fact>(known) {
            match entry.what {
                What::Unreadable(kind, why) => found.push((entry.seq, kind, why)),
                What::Fact(kind, _) => kinds.push((entry.seq, kind)),
                What::Correction(target, correction) => corrections.push((target, correction)),
                What::Linked(_) | What::Unlinked => {}
            }
        }
        for (target, correction) in last_of_each(corrections) {
            match correction {
                Correction::Restore => {}
                Correction::Void | Correction::Replace(_) => found.retain(|(seq, ..)| *seq != target),
                Correction::Unreadable => {
                    let kind = kinds.iter().find(|(seq, _)| *seq == target);
                    found.extend(
                        kind.map(|(seq, kind)| (*seq, *kind, "its correction does not fit".to_owned())),
                    );
                }
            }
        }
        found
    }
}

fn last_of_each<F>(corrections: Vec<(u64, Correction<F>)>) -> Vec<(u64, Correction<F>)> {
    let mut last: Vec<(u64, Correction<F>)> = Vec::new();
    for (target, correction) in corrections {
        last.retain(|(earlier, _)| *earlier != target);
        last.push((target, correction));
    }
    last
}

/// As one piece: byte by byte a snapshot would take many times as long.
impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<History, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = History;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<History, E> {
                Ok(History(bytes.into()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Entries as they may come: of any number, at any time, however long after it happened; facts and what is no fact.
    fn anything() -> impl Strategy<Value = Vec<(u64, i64, i64, i32, Option<u32>)>> {
        proptest::collection::vec(any::<(u64, i64, i64, i32, Option<u32>)>(), 0..20)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(told in anything()) {
            let (mut history, mut known) = (History::default(), Known::default());
            for (seq, recorded, earlier, day, fact) in &told {
                let what = match fact {
                    // Few facts, so that some are known already.
                    Some(fact) => What::Fact(u16::from(*fact % 3 == 0), fact % 8),
                    None => What::Linked("P-1".to_owned()),
                };
                let head = Head { seq: *seq, recorded: *recorded, earlier: *earlier, day: *day };
                history.push(&Entry::of(head, what), &mut known);
            }
            let read: Vec<_> = history
                .entries::<u32>(&known)
                .map(|entry| {
                    let fact = match entry.what {
                        What::Fact(kind, fact) => Some((kind, fact)),
                        _ => None,
                    };
                    let Head { seq, recorded, earlier, day } = entry.head();
                    (seq, recorded, earlier, day, fact)
                })
                .collect();
            let expected: Vec<_> = told
                .into_iter()
                .map(|(seq, recorded, earlier, day, fact)| {
                    (seq, recorded, earlier, day, fact.map(|fact| (u16::from(fact % 3 == 0), fact % 8)))
                })
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
