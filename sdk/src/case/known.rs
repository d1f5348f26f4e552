//! What is told of many cases, written once.

use std::hash::BuildHasherDefault;

use indexmap::IndexSet;
use rustc_hash::FxHasher;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::history::written_behind;

/// How many facts are written once; what is told when there are as many is written in full.
const KNOWN_MAX: usize = 16_384;

/// Facts as bytes, each behind the number of its kind. Most cases are told much the same: that somebody was thanked, that a
/// unit is responsible, that all was granted. A case names such a fact by its place in here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Known {
    facts: IndexSet<Box<[u8]>, BuildHasherDefault<FxHasher>>,
    /// Where a fact is written before it is looked for.
    #[serde(skip)]
    desk: Vec<u8>,
}

impl Known {
    /// The place of a fact, where it has one or still gets one.
    pub(super) fn place<F: Serialize>(&mut self, kind: u16, fact: &F) -> Option<u16> {
        self.desk.clear();
        self.desk = written_behind(std::mem::take(&mut self.desk), &(kind, fact));
        let place = match self.facts.get_index_of(self.desk.as_slice()) {
            Some(place) => place,
            None if self.facts.len() < KNOWN_MAX => self.facts.insert_full(self.desk.as_slice().into()).0,
            None => return None,
        };
        u16::try_from(place).ok()
    }

    /// The fact of a place, behind the number of its kind.
    pub(super) fn fact<F: DeserializeOwned>(&self, place: u16) -> (u16, F) {
        match self.facts.get_index(usize::from(place)).map(|bytes| postcard::from_bytes(bytes)) {
            Some(Ok(fact)) => fact,
            Some(Err(error)) => panic!("a fact that was written cannot be read: {error}"),
            None => panic!("of {} facts there is none of number {place}", self.facts.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_again_has_the_same_place() {
        let mut known = Known::default();
        let places = [(0, "housing"), (0, "parks"), (1, "housing"), (0, "housing")]
            .map(|(kind, unit)| known.place(kind, &unit.to_owned()));
        assert_eq!(places, [Some(0), Some(1), Some(2), Some(0)]);
        let bytes = postcard::to_allocvec(&known).unwrap();
        let again: Known = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(again.fact::<String>(2), (1, "housing".to_owned()));
    }

    #[test]
    fn there_are_only_so_many() {
        let mut known = Known::default();
        let places: Vec<Option<u16>> = (0..=KNOWN_MAX as u64).map(|fact| known.place(0, &fact)).collect();
        assert_eq!(places.iter().flatten().count(), KNOWN_MAX);
        assert_eq!(places[KNOWN_MAX], None);
        assert_eq!(known.place(0, &7_u64), Some(7));
    }
}
