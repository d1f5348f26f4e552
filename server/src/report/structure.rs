//! The units of the organisation: what they were called at the end of the period, and what has become of them since.

use std::collections::BTreeMap;

use muniment_core::report::{Block, Document, Finding, Unit};

use super::day::Day;
use super::survey::{Becomes, UnitChange};

/// So many units that nobody knows are named; more are counted.
const NAMED_MAX: usize = 20;

/// Units by their names: what happened to each, in the order in which it took effect.
struct Organisation<'c>(BTreeMap<&'c str, Vec<&'c UnitChange>>);

/// Tells a report what the units are called that its tables count by, as of the last day of its period and as of the day of its
/// last entry; and says in an annex which of them the ledger does not know.
pub(super) fn add(document: &mut Document, changes: &[UnitChange], end: Day, now: Day) {
    let names = document.unit_names();
    let organisation = Organisation::new(changes);
    let (known, unknown): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| organisation.knows(name));
    document.units = known.iter().map(|name| organisation.unit(name, end, now)).collect();
    let annex = document.sections.iter_mut().find(|section| section.id == "Annex-A");
    if let (Some(annex), false) = (annex, unknown.is_empty()) {
        annex.blocks.push(Block::Finding(finding(&unknown)));
    }
}

fn finding(unknown: &[String]) -> Finding {
    let (named, more) = unknown.split_at(unknown.len().min(NAMED_MAX));
    let more = if more.is_empty() { String::new() } else { format!(", and {} more", more.len()) };
    let text = format!(
        "Tables count by units that are not on record (org.unit_opened), under the names that the events have: {}{more}.",
        named.join(", ")
    );
    Finding { text, clauses: Vec::new(), evidence: Vec::new() }
}

impl<'c> Organisation<'c> {
    fn new(changes: &'c [UnitChange]) -> Organisation<'c> {
        let mut units: BTreeMap<&str, Vec<&UnitChange>> = BTreeMap::new();
        for change in changes {
            units.entry(&change.unit).or_default().push(change);
        }
        // Of one day, the entry that was recorded last counts.
        units.values_mut().for_each(|changes| changes.sort_by_key(|change| change.effective));
        Organisation(units)
    }

    fn changes(&self, name: &str) -> impl DoubleEndedIterator<Item = &'c UnitChange> {
        self.0.get(name).into_iter().flatten().copied()
    }

    fn knows(&self, name: &str) -> bool {
        self.changes(name).any(|change| matches!(change.becomes, Becomes::Titled(_)))
    }

    fn unit(&self, name: &str, end: Day, now: Day) -> Unit {
        let heir = self.heir(name, now);
        Unit {
            name: name.to_owned(),
            title: self.title(name, end),
            title_now: self.title(heir.as_deref().unwrap_or(name), now),
            now: heir,
        }
    }

    /// What it is called on a day; before it is called anything, what it is called first.
    fn title(&self, name: &str, day: Day) -> String {
        let titles = || {
            self.changes(name).filter_map(|change| match &change.becomes {
                Becomes::Titled(title) => Some((change.effective, title)),
                Becomes::GoneInto(_) => None,
            })
        };
        let by_then = titles().rfind(|(effective, _)| *effective <= day);
        by_then.or_else(|| titles().next()).map_or_else(|| name.to_owned(), |(_, title)| title.clone())
    }

    /// The unit that has on a day what was this one's: itself, or the one that it went into, and that one went into.
    fn heir(&self, name: &str, day: Day) -> Option<String> {
        let mut heir = name;
        // A unit that went into another more often than there are units goes round in a circle.
        for _ in 0..=self.0.len() {
            let last = self.changes(heir).rfind(|change| change.effective <= day);
            match last.map(|change| &change.becomes) {
                None | Some(Becomes::Titled(_)) => return Some(heir.to_owned()),
                Some(Becomes::GoneInto(others)) => match &others[..] {
                    [other] => heir = other,
                    _ => return None,
                },
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(unit: &str, effective: &str, becomes: Becomes) -> UnitChange {
        UnitChange { unit: unit.to_owned(), effective: effective.parse().unwrap(), becomes }
    }

    fn titled(unit: &str, effective: &str, title: &str) -> UnitChange {
        change(unit, effective, Becomes::Titled(title.to_owned()))
    }

    fn gone(unit: &str, effective: &str, into: &[&str]) -> UnitChange {
        change(unit, effective, Becomes::GoneInto(into.iter().map(|&name| name.to_owned()).collect()))
    }

    fn unit(changes: &[UnitChange], name: &str) -> (String, Option<String>, String) {
        let (end, now) = ("2026-03-31".parse().unwrap(), "2026-10-01".parse().unwrap());
        let Unit { title, now, title_now, .. } = Organisation::new(changes).unit(name, end, now);
        (title, now, title_now)
    }

    fn is(title: &str, now: Option<&str>, title_now: &str) -> (String, Option<String>, String) {
        (title.to_owned(), now.map(str::to_owned), title_now.to_owned())
    }

    #[test]
    fn a_unit_has_the_title_of_the_day() {
        let changes = [
            titled("homes", "2026-07-01", "Homes"),
            titled("homes", "2019-04-01", "Housing"),
            titled("homes", "2027-01-01", "Places"),
        ];
        assert_eq!(unit(&changes, "homes"), is("Housing", Some("homes"), "Homes"));
        // Opened after the period: there is no other title.
        assert_eq!(unit(&changes[..1], "homes"), is("Homes", Some("homes"), "Homes"));
    }

    #[test]
    fn what_became_of_a_unit_is_followed() {
        let mut changes = vec![
            titled("registrars", "2019-04-01", "Registrars"),
            titled("law", "2019-04-01", "Law"),
            titled("governance", "2026-08-01", "Law and governance"),
            gone("registrars", "2026-05-01", &["law"]),
            gone("law", "2026-08-01", &["governance"]),
        ];
        assert_eq!(unit(&changes, "registrars"), is("Registrars", Some("governance"), "Law and governance"));
        // What takes effect later than the last entry has not happened.
        changes[4].effective = "2026-12-01".parse().unwrap();
        assert_eq!(unit(&changes, "registrars"), is("Registrars", Some("law"), "Law"));
        // Opened again: it goes on by itself.
        changes.push(titled("registrars", "2026-09-01", "Registrars of births"));
        assert_eq!(
            unit(&changes, "registrars"),
            is("Registrars", Some("registrars"), "Registrars of births")
        );
    }

    #[test]
    fn what_went_into_several_or_nowhere_stays_its_own() {
        for into in [&["north", "south"][..], &[]] {
            let changes = [titled("parks", "2019-04-01", "Parks"), gone("parks", "2026-05-01", into)];
            assert_eq!(unit(&changes, "parks"), is("Parks", None, "Parks"));
        }
        let circle = [
            titled("a", "2019-04-01", "A"),
            gone("a", "2026-05-01", &["b"]),
            gone("b", "2026-06-01", &["a"]),
        ];
        assert_eq!(unit(&circle, "a"), is("A", None, "A"));
    }

    #[test]
    fn units_that_nobody_knows_are_named() {
        let names: Vec<String> = (0..25).map(|number| format!("unit-{number:02}")).collect();
        let text = finding(&names).text;
        assert!(text.contains("unit-00, unit-01") && text.ends_with("unit-19, and 5 more."), "{text}");
    }
}
