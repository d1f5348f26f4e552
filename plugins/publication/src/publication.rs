//! What is published time and again: data, privacy notices, answers in the disclosure log. Nothing alerts about these: no
//! policy names a day. The registers and the report show them.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};

use crate::Settings;
use crate::apply::{self, Issue};

/// What was published under one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Publication {
    /// In the order in which it was published; never empty.
    pub(crate) issues: Vec<Issued>,
}

/// It was published on a day, and an entry says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Issued {
    pub(crate) day: Day,
    pub(crate) seq: u64,
    pub(crate) what: Issue,
}

impl Issued {
    /// The day by which it is to follow again, where that lies behind this one.
    pub(crate) fn next(&self) -> Option<Day> {
        self.what.next.filter(|next| *next >= self.day)
    }

    /// Whether the day that it names lies before its own: that cannot be meant.
    pub(crate) fn is_odd(&self) -> bool {
        self.what.next.is_some_and(|next| next < self.day)
    }
}

impl Publication {
    /// The last one.
    pub(crate) fn last(&self) -> Option<&Issued> {
        self.issues.last()
    }

    /// The days by which it was to be published again, each with the entry that named it, and when it was.
    pub(crate) fn promises(&self) -> impl Iterator<Item = (Day, u64, Option<&Issued>)> {
        let followed = self.issues.iter().skip(1).map(Some).chain([None]);
        self.issues.iter().zip(followed).filter_map(|(issue, next)| Some((issue.next()?, issue.seq, next)))
    }

    /// What it is called: what was said last counts.
    pub(crate) fn title(&self) -> Option<&str> {
        self.said(|what| what.title.as_deref())
    }

    /// The role that answers for it.
    pub(crate) fn owner(&self) -> Option<&str> {
        self.said(|what| what.owner.as_deref())
    }

    /// The directorate.
    pub(crate) fn unit(&self) -> Option<&str> {
        self.said(|what| what.unit.as_deref())
    }

    fn said<'p>(&'p self, of: impl Fn(&'p Issue) -> Option<&'p str>) -> Option<&'p str> {
        self.issues.iter().rev().find_map(|issue| of(&issue.what))
    }
}

impl Case for Publication {
    type Settings = Settings;
    type Fact = Issue;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Issue>, DataError> {
        apply::issue(kind, data)
    }

    fn rank(_: &Issue) -> u8 {
        0
    }

    /// What is recorded twice with the same time and the same words was published once.
    fn fold(_: &Settings, facts: &[Happened<Issue>]) -> Option<Publication> {
        let issued =
            |fact: &Happened<Issue>| Issued { day: fact.day, seq: fact.seq, what: fact.fact.clone() };
        let once = facts.chunk_by(|one, next| one.time == next.time && one.fact == next.fact);
        let issues: Vec<Issued> = once.filter_map(|same| same.first().map(issued)).collect();
        (!issues.is_empty()).then_some(Publication { issues })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
