//! Which cases belong to which.

use std::collections::BTreeMap;
use std::hash::BuildHasherDefault;

use indexmap::IndexMap;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize, Serializer};

/// The place of a case among the records. It never changes.
pub(super) type Place = usize;

type ByPlace<T> = IndexMap<Place, T, BuildHasherDefault<FxHasher>>;

/// Cases that were merged into others, other numbers of cases, and what is part of a case. Most kinds of case have few of them;
/// where there are parts there may be millions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub(super) struct Links {
    into: ByPlace<Place>,
    /// What belongs to a case itself, by place.
    from: ByPlace<Vec<Place>>,
    /// In which case's history the entry that links or unlinks stands: its subject may be another case.
    homes: BTreeMap<u64, Place>,
}

impl Links {
    /// Whether a case was never merged, nor any other into it: most are so.
    pub(super) fn leave_alone(&self, case: Place) -> bool {
        self.into.is_empty() || !(self.into.contains_key(&case) || self.from.contains_key(&case))
    }

    pub(super) fn set_home(&mut self, seq: u64, case: Place) {
        self.homes.insert(seq, case);
    }

    pub(super) fn home(&self, seq: u64) -> Option<Place> {
        self.homes.get(&seq).copied()
    }

    /// Says what a case belongs to from now on. Those that may look otherwise afterwards, each once and in no order: the cases
    /// that stood and stand for it, and for what it belonged to.
    pub(super) fn set<N: Ord>(
        &mut self,
        case: Place,
        into: Option<Place>,
        number: impl Fn(Place) -> N,
    ) -> Vec<Place> {
        let before = self.into.get(&case).copied();
        if before == into {
            return Vec::new();
        }
        let mut touched = vec![case, self.root(case, &number)];
        // What it is merged into stood for others too.
        touched.extend(into.map(|into| self.root(into, &number)));
        if let Some(before) = before {
            self.into.swap_remove(&case);
            if let Some(cases) = self.from.get_mut(&before) {
                cases.retain(|other| *other != case);
                if cases.is_empty() {
                    self.from.swap_remove(&before);
                }
            }
            touched.push(self.root(before, &number));
        }
        if let Some(into) = into {
            self.put(case, into);
            touched.push(self.root(into, &number));
        }
        touched.push(self.root(case, &number));
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    fn put(&mut self, case: Place, into: Place) {
        self.into.insert(case, into);
        let cases = self.from.entry(into).or_default();
        if let Err(at) = cases.binary_search(&case) {
            cases.insert(at, case);
        }
    }

    /// The case that a case counts as: where merges go in a circle, the first of the circle by number.
    pub(super) fn root<N: Ord>(&self, case: Place, number: impl Fn(Place) -> N) -> Place {
        let mut at = case;
        let mut passed: Vec<Place> = Vec::new();
        while let Some(into) = self.into.get(&at) {
            if let Some(start) = passed.iter().position(|earlier| *earlier == at) {
                let circle = passed[start..].iter().copied();
                return circle.min_by_key(|case| number(*case)).unwrap_or(at);
            }
            passed.push(at);
            at = *into;
        }
        at
    }

    /// A case, and behind it all that count as it.
    pub(super) fn members(&self, root: Place) -> Vec<Place> {
        let (mut members, mut looked_at) = (vec![root], 0);
        while let Some(from) = members.get(looked_at).map(|case| self.from.get(case)) {
            looked_at += 1;
            // Each belongs to one other at most: so none is come to twice but the first, where they go in a circle.
            members.extend(from.into_iter().flatten().filter(|case| **case != root));
        }
        members
    }
}

/// What is written: the rest follows.
#[derive(Deserialize)]
struct Written {
    into: Vec<(Place, Place)>,
    homes: BTreeMap<u64, Place>,
}

impl From<Written> for Links {
    fn from(Written { into, homes }: Written) -> Links {
        let mut links = Links { homes, ..Links::default() };
        into.into_iter().for_each(|(case, into)| links.put(case, into));
        links
    }
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // In an order that does not hang on which were taken back.
        let mut into: Vec<(Place, Place)> = self.into.iter().map(|(case, into)| (*case, *into)).collect();
        into.sort_unstable();
        (into, &self.homes).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Place = 0;
    const B: Place = 1;
    const C: Place = 2;
    const D: Place = 3;

    /// Numbers in the order of the places.
    fn set(links: &mut Links, case: Place, into: Option<Place>) -> Vec<Place> {
        links.set(case, into, |place| place)
    }

    fn root(links: &Links, case: Place) -> Place {
        links.root(case, |place| place)
    }

    #[test]
    fn a_case_counts_as_what_it_was_merged_into_in_the_end() {
        let mut links = Links::default();
        assert_eq!(set(&mut links, B, Some(A)), [A, B]);
        assert_eq!(set(&mut links, C, Some(B)), [A, C]);
        assert_eq!(root(&links, C), A);
        assert_eq!(links.members(A), [A, B, C]);
        assert_eq!(set(&mut links, B, None), [A, B]);
        assert_eq!((root(&links, C), links.members(A)), (B, vec![A]));
        set(&mut links, C, None);
        assert!(links.into.is_empty() && links.from.is_empty());
    }

    #[test]
    fn a_circle_has_a_root_too() {
        let mut links = Links::default();
        set(&mut links, B, Some(C));
        set(&mut links, C, Some(B));
        set(&mut links, D, Some(C));
        for case in [B, C, D] {
            assert_eq!(root(&links, case), B);
            // By number, and not by place.
            assert_eq!(links.root(case, std::cmp::Reverse), C);
        }
        assert_eq!(links.members(B), [B, C, D]);
        assert_eq!(set(&mut links, B, None), [B]);
        assert_eq!(root(&links, D), B);
        set(&mut links, B, Some(B));
        assert_eq!(root(&links, D), B);
    }

    #[test]
    fn what_is_written_is_read_again_and_the_same_bytes_whatever_came_before() {
        let mut links = Links::default();
        for (case, into) in [(D, Some(A)), (C, Some(A)), (B, Some(C)), (D, None), (D, Some(A))] {
            set(&mut links, case, into);
        }
        links.set_home(7, C);
        let bytes = postcard::to_allocvec(&links).unwrap();
        let again: Links = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(again, links);
        assert_eq!((again.members(A), again.home(7)), (vec![A, C, D, B], Some(C)));
        let mut other = Links::default();
        for (case, into) in [(B, C), (C, A), (D, A)] {
            set(&mut other, case, Some(into));
        }
        other.set_home(7, C);
        assert_eq!(postcard::to_allocvec(&other).unwrap(), bytes);
    }
}
