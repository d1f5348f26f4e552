//! How many entries the ledger holds of each source and group: by the hour in which what they say happened. Of ten years
//! in which something comes from a source in each working hour that is some 25,000 numbers; what is counted that way
//! neither grows with the entries nor says anything about one of them.

use std::collections::BTreeMap;

use muniment_sdk::Instant;
use serde::{Deserialize, Serialize};

/// So many pairs of source and group are told apart.
const PAIRS_MAX: usize = 4_000;
/// So many hours are kept of all of them together.
const HOURS_MAX: usize = 2_000_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// What is counted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    sources: BTreeMap<String, OfSource>,
    pairs: usize,
    hours: usize,
    /// Entries for which there was no room.
    pub(crate) left_out: u64,
}

/// What came from a source, as entries name it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct OfSource {
    /// By group and hour.
    groups: BTreeMap<String, BTreeMap<i32, u32>>,
    /// Up to when a system that posts under this source says that it is complete.
    complete_to: Option<Instant>,
    /// Whether an entry came that lies before that: what was compared is to be compared again.
    is_late: bool,
}

/// How many entries there are of a time, at least and at most: of an hour of which only a part belongs to it, nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Counts {
    /// Counts an entry. Says whether something may have to be compared again: it is the first of its source at all, or the
    /// first that came after all was said to have come.
    pub(crate) fn add(&mut self, source: &str, group: &str, time: Instant) -> bool {
        let Counts { sources, pairs, hours, left_out } = self;
        let mut is_new = false;
        if !sources.contains_key(source) {
            if *pairs >= PAIRS_MAX {
                *left_out = left_out.saturating_add(1);
                return false;
            }
            sources.insert(source.to_owned(), OfSource { is_late: true, ..OfSource::default() });
            is_new = true;
        }
        let Some(of_source) = sources.get_mut(source) else { return false };
        if !of_source.groups.contains_key(group) {
            if *pairs >= PAIRS_MAX {
                *left_out = left_out.saturating_add(1);
                return false;
            }
            *pairs += 1;
            of_source.groups.insert(group.to_owned(), BTreeMap::new());
        }
        let Some(of_group) = of_source.groups.get_mut(group) else { return false };
        match of_group.get_mut(&hour(time)) {
            Some(count) => *count = count.saturating_add(1),
            None if *hours >= HOURS_MAX => {
                *left_out = left_out.saturating_add(1);
                return false;
            }
            None => {
                *hours += 1;
                of_group.insert(hour(time), 1);
            }
        }
        let is_late = of_source.complete_to.is_some_and(|to| time < to);
        let is_first = is_late && !of_source.is_late;
        of_source.is_late |= is_late;
        is_new || is_first
    }

    /// A system that posts under sources that begin like this is complete up to then.
    pub(crate) fn complete(&mut self, uri: &str, to: Instant) {
        for (name, source) in self.sources.range_mut(uri.to_owned()..) {
            if !name.starts_with(uri) {
                break;
            }
            if begins_with(name, uri) {
                source.complete_to = source.complete_to.max(Some(to));
            }
        }
    }

    /// Takes the sources from which something came late.
    pub(crate) fn take_late(&mut self) -> Vec<String> {
        let late = self.sources.iter_mut().filter(|(_, source)| source.is_late);
        late.map(|(name, source)| {
            source.is_late = false;
            name.clone()
        })
        .collect()
    }

    /// How many entries of these groups came from sources that begin like this, of a time from an instant to another.
    pub(crate) fn held(&self, uri: &str, groups: &[&str], from: Instant, to: Instant) -> Held {
        let mut held = Held { least: 0, most: self.left_out };
        if to <= from {
            return held;
        }
        let sources = self.sources.range(uri.to_owned()..).take_while(|(name, _)| name.starts_with(uri));
        for (_, source) in sources.filter(|(name, _)| begins_with(name, uri)) {
            for of_group in groups.iter().filter_map(|group| source.groups.get(*group)) {
                let last = hour(Instant::from_micros(to.as_micros() - 1));
                for (hour, count) in of_group.range(hour(from)..=last) {
                    held.most = held.most.saturating_add(u64::from(*count));
                    if from <= start(*hour) && start(hour.saturating_add(1)) <= to {
                        held.least = held.least.saturating_add(u64::from(*count));
                    }
                }
            }
        }
        held
    }
}

fn hour(time: Instant) -> i32 {
    i32::try_from(time.as_micros().div_euclid(HOUR_MICROS)).unwrap_or(i32::MAX)
}

fn start(hour: i32) -> Instant {
    Instant::from_micros(i64::from(hour).saturating_mul(HOUR_MICROS))
}

/// Whether a source is one that begins like this, and not another one whose name is only longer: `/systems/foi-archive`
/// does not begin with `/systems/foi`, but `/systems/foi/2` does.
pub(crate) fn begins_with(source: &str, uri: &str) -> bool {
    source.strip_prefix(uri).is_some_and(|rest| {
        rest.is_empty() || uri.ends_with(['/', ':', '#']) || rest.starts_with(['/', ':', '#', '?'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn counted() -> Counts {
        let mut counts = Counts::default();
        for time in ["2026-03-02T10:00:00Z", "2026-03-02T10:59:59Z", "2026-03-02T11:00:00Z"] {
            counts.add("/systems/foi", "request", at(time));
            counts.add("/systems/foi-archive", "request", at(time));
        }
        counts.add("/systems/foi/2", "request", at("2026-03-02T10:30:00Z"));
        counts.add("/systems/foi", "review", at("2026-03-02T10:30:00Z"));
        counts
    }

    #[test]
    fn whole_hours_are_counted_exactly() {
        let counts = counted();
        let held =
            |groups: &[&str], from: &str, to: &str| counts.held("/systems/foi", groups, at(from), at(to));
        let exactly = |count| Held { least: count, most: count };
        assert_eq!(held(&["request"], "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"), exactly(3));
        assert_eq!(held(&["request", "review"], "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"), exactly(5));
        assert_eq!(held(&["request"], "2026-03-02T11:00:00Z", "2026-03-02T11:00:00Z"), exactly(0));
        assert_eq!(
            held(&["request"], "2026-03-02T10:15:00Z", "2026-03-02T12:00:00Z"),
            Held { least: 1, most: 4 }
        );
    }

    #[test]
    fn a_longer_name_is_another_source() {
        assert!(begins_with("/systems/foi", "/systems/foi"));
        assert!(begins_with("/systems/foi/2", "/systems/foi"));
        assert!(begins_with("/systems/foi", "/systems/"));
        assert!(!begins_with("/systems/foi-archive", "/systems/foi"));
        assert!(!begins_with("/systems", "/systems/foi"));
    }

    #[test]
    fn what_there_is_no_room_for_makes_the_counts_uncertain_and_no_source_wrong() {
        let mut counts = Counts { hours: HOURS_MAX, ..Counts::default() };
        counts.add("/systems/foi", "request", at("2026-03-02T10:00:00Z"));
        let held =
            counts.held("/systems/foi", &["request"], at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
        assert_eq!(held, Held { least: 0, most: 1 });
    }

    #[test]
    fn what_comes_after_all_was_said_to_have_come_is_late_once() {
        let mut counts = counted();
        assert_eq!(counts.take_late().len(), 3, "nobody has looked at these yet");
        counts.complete("/systems/foi", at("2026-03-03T00:00:00Z"));
        assert!(!counts.add("/systems/foi-archive", "request", at("2026-03-02T12:00:00Z")));
        assert!(counts.add("/systems/foi", "request", at("2026-03-02T12:00:00Z")));
        assert!(!counts.add("/systems/foi", "request", at("2026-03-02T12:00:00Z")));
        assert!(!counts.add("/systems/foi", "request", at("2026-03-03T00:00:00Z")));
        assert_eq!(counts.take_late(), ["/systems/foi"]);
        assert_eq!(counts.take_late(), Vec::<String>::new());
    }
}
