//! What a token may see.

use std::collections::BTreeSet;

use muniment_core::event::group_of;

use super::EventFacts;

/// Bounds on what a token may see, all of which must hold; `None` bounds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only events of these groups (the first word of their type).
    pub groups: Option<BTreeSet<String>>,
    /// Only events of these units. An event without a unit is then not seen.
    pub units: Option<BTreeSet<String>>,
    /// Only events whose source is this or lies below it: `/systems/foi` covers `/systems/foi/x`, not
    /// `/systems/foi2`.
    pub source_prefix: Option<String>,
}

impl Scope {
    /// Whether an entry may be seen.
    #[must_use]
    pub fn matches(&self, facts: &EventFacts<'_>) -> bool {
        self.covers(&facts.event_type, &facts.source, facts.unit.as_deref())
    }
}

impl Scope {
    /// Whether it bounds nothing.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Scope::default()
    }

    /// Whether an event of a type, a source and a unit lies within it.
    #[must_use]
    pub fn covers(&self, event_type: &str, source: &str, unit: Option<&str>) -> bool {
        let covers_unit =
            self.units.as_ref().is_none_or(|units| unit.is_some_and(|unit| units.contains(unit)));
        self.covers_group(event_type) && covers_unit && self.covers_source(source)
    }

    /// Whether it has the group of an event type.
    #[must_use]
    pub fn covers_group(&self, event_type: &str) -> bool {
        let group = group_of(event_type);
        self.groups.as_ref().is_none_or(|groups| groups.contains(group))
    }

    /// Whether a source lies under its prefix.
    #[must_use]
    pub fn covers_source(&self, source: &str) -> bool {
        self.source_prefix.as_deref().is_none_or(|prefix| source_lies_under(source, prefix))
    }
}

/// Whether a source is the prefix itself or lies below it. Spelling counts: nothing is decoded, and a
/// slash at the end of the prefix says nothing more.
#[must_use]
pub fn source_lies_under(source: &str, prefix: &str) -> bool {
    let rest = source.strip_prefix(without_end(prefix));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(is_boundary))
}

/// A prefix without the slashes at its end.
pub(crate) fn without_end(prefix: &str) -> &str {
    prefix.trim_end_matches('/')
}

/// Whether what follows this character lies below what stands before it: a path, a query, a fragment, or
/// the next part of a URN.
pub(crate) fn is_boundary(character: char) -> bool {
    matches!(character, '/' | '?' | '#' | ':')
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::line;
    use super::*;

    fn set(names: &[&str]) -> Option<BTreeSet<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_prefix_ends_where_a_path_part_ends() {
        for (prefix, source) in [
            ("/systems/foi", "/systems/foi"),
            ("/systems/foi", "/systems/foi/x"),
            ("/systems/foi/", "/systems/foi/x"),
            ("/systems/foi", "/systems/foi?x"),
            ("urn:council", "urn:council:foi"),
            ("https://a.uk", "https://a.uk/x"),
            ("/", "/x"),
        ] {
            assert!(source_lies_under(source, prefix), "{prefix} {source}");
        }
        for (prefix, source) in [
            ("/systems/foi", "/systems/foi2"),
            ("/systems/foi", "/systems"),
            ("/systems/foi", "/Systems/foi"),
            ("/systems/foi", "x/systems/foi"),
            ("/", "x"),
            ("", "x"),
        ] {
            assert!(!source_lies_under(source, prefix), "{prefix} {source}");
        }
    }

    #[test]
    fn every_bound_must_hold() {
        let with = line(1, "request.received", "/systems/foi/1", r#","data":{"unit":"housing"}"#);
        let without = line(2, "breach.assessed", "/systems/incidents", "");
        let sees =
            |scope: &Scope| [&with, &without].map(|line| scope.matches(&EventFacts::read(line).unwrap()));
        let all = Scope::default();
        assert_eq!(sees(&all), [true, true]);
        assert_eq!(sees(&Scope { groups: set(&["breach"]), ..all.clone() }), [false, true]);
        assert_eq!(sees(&Scope { groups: set(&[]), ..all.clone() }), [false, false]);
        assert_eq!(sees(&Scope { units: set(&["housing", "legal"]), ..all.clone() }), [true, false]);
        assert_eq!(sees(&Scope { source_prefix: Some("/systems/foi".into()), ..all.clone() }), [true, false]);
        let none = Scope { groups: set(&["breach"]), units: set(&["housing"]), source_prefix: None };
        assert_eq!(sees(&none), [false, false]);
    }
}
