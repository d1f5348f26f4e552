//! A contractor: an engagement, or somebody who has a contractor's access and no engagement on record; with the undertakings
//! that cover it, and the access that is live.

use muniment_sdk::{Day, Instant};

use crate::account::Account;
use crate::engagement::Engagement;
use crate::undertaking::Undertaking;

/// All that is known of one contractor.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Contractor {
    pub(crate) engagement: Option<Engagement>,
    /// The times in which an undertaking holds, by their first days.
    pub(crate) cover: Vec<Cover>,
    /// The access that counts as this contractor's.
    pub(crate) access: Vec<Access>,
}

/// A time in which an undertaking holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    pub(crate) undertaking: String,
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
    pub(crate) seq: u64,
}

/// Access to a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) system: String,
    pub(crate) stretch: Stretch,
    pub(crate) seq: u64,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    pub(crate) from: Instant,
    /// When it is over; nothing where no end is known.
    pub(crate) until: Option<Instant>,
}

/// A stretch of work or access in which no undertaking holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) stretch: Stretch,
    /// The last day of the undertaking that was over before, if there was one.
    pub(crate) lapsed: Option<Day>,
}

impl Contractor {
    pub(crate) fn add_undertaking(&mut self, number: &str, undertaking: &Undertaking) {
        self.cover.extend(undertaking.terms.iter().map(|term| Cover {
            undertaking: number.to_owned(),
            from: term.from,
            to: term.to,
            seq: term.seq,
        }));
        self.cover.sort_by(|a, b| (a.from, &a.undertaking, a.seq).cmp(&(b.from, &b.undertaking, b.seq)));
    }

    /// Adds what is live of an account, from the time on from which somebody is known to be a contractor.
    pub(crate) fn add_account(&mut self, account: &Account, known_from: Option<Instant>) {
        self.access.extend(account.live.iter().map(|live| Access {
            system: live.system.clone(),
            stretch: Stretch {
                from: known_from.map_or(live.since, |known| live.since.max(known)),
                until: live.until.map(Day::end),
            },
            seq: live.seq,
        }));
    }

    pub(crate) fn needs_undertaking(&self) -> bool {
        self.engagement.as_ref().is_none_or(Engagement::needs_undertaking)
    }

    /// The time of work that goes on, or was the last.
    pub(crate) fn work(&self) -> Option<Stretch> {
        let spell = self.engagement.as_ref()?.work()?;
        let stretch = Stretch { from: spell.start.at, until: spell.end.map(|end| end.day.end()) };
        stretch.until.is_none_or(|until| stretch.from < until).then_some(stretch)
    }

    pub(crate) fn gaps_of_work(&self) -> Vec<Gap> {
        self.work().map(|work| self.gaps(work)).unwrap_or_default()
    }

    pub(crate) fn gaps_of_access(&self) -> Vec<Gap> {
        let mut stretches: Vec<Stretch> = self.access.iter().map(|access| access.stretch).collect();
        stretches.sort_unstable();
        let mut joined: Vec<Stretch> = Vec::new();
        for stretch in stretches {
            match joined.last_mut() {
                Some(last) if last.until.is_none_or(|until| stretch.from <= until) => {
                    last.until = last.until.zip(stretch.until).map(|(a, b)| a.max(b));
                }
                _ => joined.push(stretch),
            }
        }
        joined.into_iter().flat_map(|stretch| self.gaps(stretch)).collect()
    }

    /// The undertaking that holds on a day; of several the one that holds longest.
    pub(crate) fn cover_on(&self, day: Day) -> Option<&Cover> {
        let holds = |cover: &&Cover| cover.from <= day && cover.to.is_none_or(|to| day <= to);
        self.cover.iter().filter(holds).max_by_key(|cover| (cover.to.is_none(), cover.to))
    }

    /// The undertaking that is the last to hold, where it comes to an end.
    pub(crate) fn last_to_expire(&self) -> Option<(&Cover, Day)> {
        let last = self.cover.iter().max_by_key(|cover| (cover.to.is_none(), cover.to))?;
        Some((last, last.to?))
    }

    /// Whether an access is live at an instant.
    pub(crate) fn has_access(&self, at: Instant) -> bool {
        let is_live = |access: &&Access| {
            access.stretch.from <= at && access.stretch.until.is_none_or(|until| at < until)
        };
        self.access.iter().any(|access| is_live(&access))
    }

    fn gaps(&self, stretch: Stretch) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut from = stretch.from;
        let is_over = |at: Instant| stretch.until.is_some_and(|until| until <= at);
        for cover in &self.cover {
            let (begins, ends) = (cover.from.start(), cover.to.map(Day::end));
            if is_over(from) || is_over(begins) {
                break;
            }
            if from < begins {
                let lapsed = self.lapsed_by(from);
                gaps.push(Gap { stretch: Stretch { from, until: Some(begins) }, lapsed });
            }
            match ends {
                Some(ends) => from = from.max(ends),
                None => return gaps,
            }
        }
        if !is_over(from) {
            gaps.push(Gap { stretch: Stretch { from, until: stretch.until }, lapsed: self.lapsed_by(from) });
        }
        gaps
    }

    fn lapsed_by(&self, at: Instant) -> Option<Day> {
        self.cover.iter().filter_map(|cover| cover.to).filter(|to| to.end() <= at).max()
    }
}
