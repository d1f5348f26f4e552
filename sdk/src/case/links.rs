//! Which cases belong to which.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Cases that were merged into others, and other numbers of cases. There are few: most cases are not in here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Links {
    into: BTreeMap<String, String>,
    from: BTreeMap<String, BTreeSet<String>>,
    /// In which case's history the entry that links or unlinks stands: its subject may be another case.
    homes: BTreeMap<u64, String>,
}

impl Links {
    /// Whether a case was never merged, nor any other into it: most are so.
    pub(super) fn leave_alone(&self, case: &str) -> bool {
        self.into.is_empty() || !(self.into.contains_key(case) || self.from.contains_key(case))
    }

    pub(super) fn set_home(&mut self, seq: u64, case: &str) {
        self.homes.insert(seq, case.to_owned());
    }

    pub(super) fn home(&self, seq: u64) -> Option<&str> {
        self.homes.get(&seq).map(String::as_str)
    }

    /// Says what a case belongs to from now on. Those that may look otherwise afterwards: the cases that stood and stand
    /// for it, and for what it belonged to.
    pub(super) fn set(&mut self, case: &str, into: Option<&str>) -> BTreeSet<String> {
        let before = self.into.get(case).cloned();
        if before.as_deref() == into {
            return BTreeSet::new();
        }
        let mut touched = BTreeSet::from([case.to_owned(), self.root(case).to_owned()]);
        if let Some(into) = into {
            // What it is merged into stood for others too.
            touched.insert(self.root(into).to_owned());
        }
        if let Some(before) = &before {
            self.into.remove(case);
            if let Some(cases) = self.from.get_mut(before) {
                cases.remove(case);
                if cases.is_empty() {
                    self.from.remove(before);
                }
            }
            touched.insert(self.root(before).to_owned());
        }
        if let Some(into) = into {
            self.into.insert(case.to_owned(), into.to_owned());
            self.from.entry(into.to_owned()).or_default().insert(case.to_owned());
            touched.insert(self.root(into).to_owned());
        }
        touched.insert(self.root(case).to_owned());
        touched
    }

    /// The case that a case counts as: where merges go in a circle, the first of the circle by name.
    pub(super) fn root<'s>(&'s self, case: &'s str) -> &'s str {
        let mut at = case;
        let mut passed: Vec<&str> = Vec::new();
        while let Some(into) = self.into.get(at) {
            if let Some(start) = passed.iter().position(|earlier| *earlier == at) {
                return passed[start..].iter().min().copied().unwrap_or(at);
            }
            passed.push(at);
            at = into;
        }
        at
    }

    /// A case, and behind it all that count as it.
    pub(super) fn members<'s>(&'s self, root: &'s str) -> Vec<&'s str> {
        let (mut members, mut looked_at) = (vec![root], 0);
        while let Some(from) = members.get(looked_at).map(|case| self.from.get(*case)) {
            looked_at += 1;
            // Each belongs to one other at most: so none is come to twice but the first, where they go in a circle.
            members.extend(from.into_iter().flatten().map(String::as_str).filter(|case| *case != root));
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(cases: &[&str]) -> BTreeSet<String> {
        cases.iter().map(|case| (*case).to_owned()).collect()
    }

    #[test]
    fn a_case_counts_as_what_it_was_merged_into_in_the_end() {
        let mut links = Links::default();
        assert_eq!(links.set("b", Some("a")), touched(&["a", "b"]));
        assert_eq!(links.set("c", Some("b")), touched(&["a", "c"]));
        assert_eq!(links.root("c"), "a");
        assert_eq!(links.members("a"), ["a", "b", "c"]);
        assert_eq!(links.set("b", None), touched(&["a", "b"]));
        assert_eq!((links.root("c"), links.members("a")), ("b", vec!["a"]));
        links.set("c", None);
        assert!(links.into.is_empty() && links.from.is_empty());
    }

    #[test]
    fn a_circle_has_a_root_too() {
        let mut links = Links::default();
        links.set("b", Some("c"));
        links.set("c", Some("b"));
        links.set("d", Some("c"));
        for case in ["b", "c", "d"] {
            assert_eq!(links.root(case), "b");
        }
        assert_eq!(links.members("b"), ["b", "c", "d"]);
        assert_eq!(links.set("b", None), touched(&["b"]));
        assert_eq!(links.root("d"), "b");
        links.set("b", Some("b"));
        assert_eq!(links.root("d"), "b");
    }
}
