//! What a system says of itself: when it reported, how far it is complete, and how much it has posted by its own count.
//!
//! A system may report every hour for years. So this is no case, which is worked out anew from all its facts at each of them:
//! a report that comes in order is only put behind the others.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Event, Instant};
use serde::{Deserialize, Serialize};

use crate::apply::Reported;

/// When a report was made, and the entry's number: the order of reports.
pub(crate) type Place = (Instant, u64);

/// All reports of a system.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reports {
    said: BTreeMap<Place, Said>,
    /// The corrections: which entry corrects which, and whether that counts again.
    corrections: Vec<(u64, u64, bool)>,
    /// The reports whose counts differed when they were last compared.
    pub(crate) differing: BTreeSet<Place>,
    pub(crate) unreadable: Vec<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    report: Reported,
    is_void: bool,
}

/// A time for which a system says how much it has posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) place: Place,
    pub(crate) group: Option<String>,
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) events: u64,
}

impl Window {
    /// Whether this one says anew what another said.
    fn covers(&self, other: &Window) -> bool {
        self.group == other.group && self.from <= other.from && other.to <= self.to
    }
}

/// What comes of an entry about a system's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is the last report.
    Last(Place),
    /// It stands before others, or changes some: all is to be compared again.
    Between,
    /// It changes nothing.
    Nothing,
}

impl Reports {
    /// Takes a report.
    pub(crate) fn take(&mut self, event: &Event, report: Reported) -> Taken {
        // Nobody reports from the future.
        let place = (event.time.min(event.recorded), event.seq);
        // What is recorded twice was said once.
        let mut same = self.said.range((place.0, 0)..=(place.0, u64::MAX)).map(|(_, said)| said);
        if same.any(|said| !said.is_void && said.report == report) {
            return Taken::Nothing;
        }
        let is_last = self.said.last_key_value().is_none_or(|(last, _)| *last < place);
        self.said.insert(place, Said { report, is_void: false });
        if is_last { Taken::Last(place) } else { Taken::Between }
    }

    /// Takes a correction: an entry counts no more, or counts again.
    pub(crate) fn correct(&mut self, target: u64, by: u64, is_void: bool) -> Taken {
        let Some((_, said)) = self.said.iter_mut().find(|((_, seq), _)| *seq == target) else {
            return Taken::Nothing;
        };
        said.is_void = is_void;
        self.corrections.push((target, by, is_void));
        Taken::Between
    }

    /// The last report.
    pub(crate) fn last(&self) -> Option<(Place, &Reported)> {
        self.standing().next_back()
    }

    /// How many there are from an instant to another, as their entries.
    pub(crate) fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = u64> {
        // A report may be asked for as things stood before its period began.
        let of_time = self.said.range((from.min(to), 0)..(to, 0)).filter(|(_, said)| !said.is_void);
        of_time.map(|((_, seq), _)| *seq)
    }

    /// Up to when it is complete, by what was said last of each of these groups: nothing where nothing was said of one.
    pub(crate) fn complete_to(&self, groups: &[String]) -> Option<Instant> {
        let mut to: BTreeMap<&str, Instant> = BTreeMap::new();
        for (place, report) in self.standing().rev() {
            if to.len() >= groups.len().max(1) {
                break;
            }
            let complete = ended(place, report);
            match &report.group {
                Some(group) => {
                    if groups.contains(group) {
                        to.entry(group).or_insert(complete);
                    }
                }
                None if groups.is_empty() => return Some(complete),
                None => groups.iter().for_each(|group| {
                    to.entry(group).or_insert(complete);
                }),
            }
        }
        (to.len() >= groups.len().max(1)).then(|| to.into_values().min()).flatten()
    }

    /// The times of which it says how much it has posted, but for those of which it says so anew later.
    pub(crate) fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = self.said_windows().collect();
        // From the last to the first: for each group, the later ones that none of them covers, by their end. The larger the
        // end, the larger the beginning.
        let mut later: BTreeMap<Option<String>, BTreeMap<Instant, Instant>> = BTreeMap::new();
        windows.reverse();
        windows.retain(|window| {
            let of_group = later.entry(window.group.clone()).or_default();
            if of_group.range(window.to..).next().is_some_and(|(_, from)| *from <= window.from) {
                return false;
            }
            let covered = of_group.range(..=window.to).rev().take_while(|(_, from)| **from >= window.from);
            for to in covered.map(|(to, _)| *to).collect::<Vec<Instant>>() {
                of_group.remove(&to);
            }
            of_group.insert(window.to, window.from);
            true
        });
        windows.reverse();
        windows
    }

    /// The last report's own window, and the windows that were found to differ and that it says anew.
    pub(crate) fn last_window(&self) -> (Option<Window>, Vec<Place>) {
        let Some(window) = self.window_of_last() else { return (None, Vec::new()) };
        let differing = self.differing.iter().filter_map(|place| Some((*place, self.window(*place)?)));
        let covered = differing.filter(|(_, other)| window.covers(other)).map(|(place, _)| place).collect();
        (Some(window), covered)
    }

    fn window_of_last(&self) -> Option<Window> {
        let (place, _) = self.last()?;
        self.window(place)
    }

    fn window(&self, place: Place) -> Option<Window> {
        let said = self.said.get(&place).filter(|said| !said.is_void)?;
        let from = said.report.counted_from.or_else(|| {
            let mut standing = self.said.range(..place).rev().filter(|(_, before)| !before.is_void);
            let (place, last) = standing.find(|(_, before)| before.report.group == said.report.group)?;
            Some(ended(*place, &last.report))
        })?;
        window(place, &said.report, from)
    }

    /// All windows in the order of their reports. What says no beginning begins where the report before it ends.
    fn said_windows(&self) -> impl Iterator<Item = Window> {
        let mut ends: BTreeMap<Option<&str>, Instant> = BTreeMap::new();
        self.standing().filter_map(move |(place, report)| {
            let before = ends.insert(report.group.as_deref(), ended(place, report));
            window(place, report, report.counted_from.or(before)?)
        })
    }

    /// The reports that make no sense, each with why.
    pub(crate) fn odd(&self) -> impl Iterator<Item = (u64, &'static str)> {
        self.standing().filter_map(|((time, seq), report)| {
            let is_ahead = report.complete_to > time;
            let is_backwards = report.counted_from.is_some_and(|from| from > report.complete_to);
            match (is_ahead, is_backwards) {
                (true, _) => Some((seq, "complete up to a time that had not come")),
                (_, true) => Some((seq, "counted from a time after the one that it is complete to")),
                _ => None,
            }
        })
    }

    /// How reports were corrected, in words.
    pub(crate) fn corrected(&self) -> Option<String> {
        let words = self.corrections.iter().map(|(target, by, is_void)| {
            let what = if *is_void { "voided" } else { "restored" };
            format!("entry {target} {what} by entry {by}")
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    fn standing(&self) -> impl DoubleEndedIterator<Item = (Place, &Reported)> {
        self.said.iter().filter(|(_, said)| !said.is_void).map(|(place, said)| (*place, &said.report))
    }
}

/// Up to when a report is complete. Up to a time that had not come yet nothing is: until the report it may be.
fn ended(place: Place, report: &Reported) -> Instant {
    report.complete_to.min(place.0)
}

/// A window that makes sense.
fn window(place: Place, report: &Reported, from: Instant) -> Option<Window> {
    let (to, events) = (ended(place, report), report.events?);
    (from < to).then(|| Window { place, group: report.group.clone(), from, to, events })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(reports: &mut Reports, seq: u64, at: i64, to: i64, from: Option<i64>) -> Taken {
        let time = Instant::from_micros(at);
        let event = Event {
            seq,
            recorded: time,
            kind: "source.reported".to_owned(),
            source: "/tests".to_owned(),
            id: seq.to_string(),
            subject: Some("foi".to_owned()),
            time,
            json: Vec::new(),
        };
        let said = Reported {
            complete_to: Instant::from_micros(to),
            counted_from: from.map(Instant::from_micros),
            events: Some(seq),
            group: None,
        };
        reports.take(&event, said)
    }

    fn windows(reports: &Reports) -> Vec<(i64, i64, u64)> {
        let all = reports.windows();
        all.iter().map(|it| (it.from.as_micros(), it.to.as_micros(), it.events)).collect()
    }

    #[test]
    fn a_report_without_a_beginning_goes_on_where_the_one_before_it_ended() {
        let mut reports = Reports::default();
        report(&mut reports, 1, 11, 10, None);
        assert_eq!(windows(&reports), []);
        report(&mut reports, 2, 21, 20, None);
        assert_eq!(report(&mut reports, 3, 16, 15, None), Taken::Between);
        assert_eq!(windows(&reports), [(10, 15, 3), (15, 20, 2)]);
        reports.correct(3, 4, true);
        assert_eq!(windows(&reports), [(10, 20, 2)]);
        assert_eq!(reports.correct(99, 5, true), Taken::Nothing);
    }

    #[test]
    fn what_is_counted_anew_later_is_compared_once() {
        let mut reports = Reports::default();
        report(&mut reports, 1, 10, 10, Some(0));
        report(&mut reports, 2, 20, 20, Some(10));
        report(&mut reports, 3, 30, 30, Some(20));
        report(&mut reports, 4, 31, 20, Some(5));
        assert_eq!(windows(&reports), [(0, 10, 1), (20, 30, 3), (5, 20, 4)]);
        report(&mut reports, 5, 40, 40, Some(0));
        assert_eq!(windows(&reports), [(0, 40, 5)]);
    }

    #[test]
    fn what_is_complete_is_what_all_groups_are() {
        let mut reports = Reports::default();
        let groups = ["request".to_owned(), "review".to_owned()];
        report(&mut reports, 1, 11, 10, None);
        assert_eq!(reports.complete_to(&groups), Some(Instant::from_micros(10)));
        report(&mut reports, 2, 12, 99, None);
        assert_eq!(reports.complete_to(&groups), Some(Instant::from_micros(12)), "not to a time to come");
        assert_eq!(reports.odd().collect::<Vec<_>>(), [(2, "complete up to a time that had not come")]);
        assert_eq!(Reports::default().complete_to(&groups), None);
    }
}
