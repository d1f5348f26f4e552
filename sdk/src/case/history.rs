//! The entries of a case, packed one behind the other.

use std::fmt;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::key::Key;
use super::{Case, Happened};
use crate::{Day, Instant};

/// Entries as bytes: postcard, one behind the other, so that one more is appended and a closed case is as small as an
/// open one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History(Vec<u8>);

/// An entry of a case.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry<F> {
    pub(super) seq: u64,
    pub(super) recorded: Instant,
    /// How long before it was recorded it happened, in microseconds: mostly a small number, and so few bytes.
    earlier: i64,
    pub(super) day: Day,
    pub(super) what: What<F>,
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

impl History {
    pub(super) fn push<F: Serialize>(&mut self, entry: &Entry<F>) {
        match postcard::to_extend(entry, std::mem::take(&mut self.0)) {
            Ok(bytes) => self.0 = bytes,
            Err(error) => panic!("a fact cannot be written: {error}"),
        }
    }

    /// All entries, as they were recorded.
    pub(super) fn entries<F: DeserializeOwned>(&self) -> impl Iterator<Item = Entry<F>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            match postcard::take_from_bytes(rest) {
                Ok((entry, behind)) => {
                    rest = behind;
                    Some(entry)
                }
                Err(error) => panic!("a fact that was written cannot be read: {error}"),
            }
        })
    }

    /// Whether it holds an entry that can be corrected, and the number of its kind where it is a fact.
    pub(super) fn find<F: DeserializeOwned>(&self, seq: u64) -> Option<Option<u16>> {
        self.entries::<F>().find(|entry| entry.seq == seq).and_then(|entry| match entry.what {
            What::Fact(kind, _) | What::Unreadable(kind, _) => Some(Some(kind)),
            What::Linked(_) | What::Unlinked => Some(None),
            What::Correction(..) => None,
        })
    }

    /// The facts that count, in no order yet.
    pub(super) fn facts<C: Case>(&self, subject: &Key, into: &mut Vec<Happened<C::Fact>>) {
        let start = into.len();
        let mut corrections: Vec<(u64, Correction<C::Fact>)> = Vec::new();
        // What stands in the place of a fact that could not be read is known only at the end.
        let mut unread: Vec<Entry<C::Fact>> = Vec::new();
        for mut entry in self.entries::<C::Fact>() {
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
    pub(super) fn link<C: Case>(&self, subject: &Key) -> Option<String> {
        let (mut links, mut corrections) = (Vec::new(), Vec::new());
        for entry in self.entries::<C::Fact>() {
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
        linked.or_else(|| self.whole::<C>(subject))
    }

    /// What it is part of, as the fact says that happened last of those that say so.
    fn whole<C: Case>(&self, subject: &Key) -> Option<String> {
        let mut facts = Vec::new();
        self.facts::<C>(subject, &mut facts);
        let of = |fact: &Happened<C::Fact>| Some(((fact.time, fact.seq), C::part_of(&fact.fact)?.to_owned()));
        facts.iter().filter_map(of).max().map(|(_, whole)| whole)
    }

    /// Entries whose data nothing could be made of, with the number of the kind and why; those that have been put right
    /// or voided since are not among them.
    pub(super) fn unreadable<C: Case>(&self) -> Vec<(u64, u16, String)> {
        let (mut found, mut corrections) = (Vec::new(), Vec::new());
        let mut kinds = Vec::new();
        for entry in self.entries::<C::Fact>() {
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
                Ok(History(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
