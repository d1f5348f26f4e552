//! Sharing agreements, memoranda and protocols: how one is worked out of what is known of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

mod alarms;
mod apply;

pub(crate) use alarms::review_words;
pub(crate) use apply::Decision;
use apply::{Basis, Dates, Fact, Outcome, What};

/// An agreement, a memorandum or a protocol, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Agreement {
    pub(crate) kind: Kind,
    pub(crate) title: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) protocol: Option<String>,
    /// Whether it is about personal data; nothing where no entry says.
    pub(crate) is_personal: Option<bool>,
    pub(crate) first: On,
    /// The team has gone through it and did not give it back.
    pub(crate) reviewed: Option<On>,
    pub(crate) recorded: Option<On>,
    pub(crate) signed: Option<On>,
    pub(crate) activated: Option<On>,
    /// When it was in force, each with what came then.
    pub(crate) spans: Vec<Span>,
    /// By when it is to be looked at again.
    pub(crate) review: Option<Review>,
    pub(crate) last_review: Option<(Decision, On)>,
    pub(crate) suspended: Option<On>,
    pub(crate) terminated: Option<On>,
    /// Something was recorded of it that cannot have been: it was suspended, or ended, before it was ever in force.
    pub(crate) nonsense: Option<On>,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    Protocol,
    Agreement,
    Memorandum,
}

/// A time in which it was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) from: Instant,
    pub(crate) until: Option<(Instant, State)>,
}

/// Whether it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum State {
    NotYet,
    InForce,
    Suspended,
    Expired,
    Terminated,
}

/// By when it is to be looked at again, and why then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Review {
    pub(crate) by: Day,
    pub(crate) on: On,
    /// From when the months of the organisation's own control were counted, where no entry names the day.
    pub(crate) counted_from: Option<Day>,
}

/// Whether it was in force at an instant.
pub(crate) fn state_at(spans: &[Span], time: Instant) -> State {
    match spans.iter().rev().find(|span| span.from <= time) {
        None => State::NotYet,
        Some(Span { until: Some((until, then)), .. }) if *until <= time => *then,
        Some(_) => State::InForce,
    }
}

impl Agreement {
    fn new(kind: Kind, first: On) -> Agreement {
        Agreement {
            kind,
            title: None,
            unit: None,
            owner: None,
            protocol: None,
            is_personal: None,
            first,
            reviewed: None,
            recorded: None,
            signed: None,
            activated: None,
            spans: Vec::new(),
            review: None,
            last_review: None,
            suspended: None,
            terminated: None,
            nonsense: None,
        }
    }

    /// Whether it is in force at an instant.
    pub(crate) fn state_at(&self, time: Instant) -> State {
        state_at(&self.spans, time)
    }

    /// The first signature, or first use: what the team's review and record have to come before.
    pub(crate) fn used(&self) -> Option<On> {
        let first = [self.signed, self.activated].into_iter().flatten().min_by_key(|on| (on.time, on.seq));
        match self.kind {
            Kind::Protocol => None,
            Kind::Agreement => first,
            // No entry says that a memorandum was signed: it applies from its first day on, or since it is on record.
            Kind::Memorandum => {
                let from = self.spans.first()?.from;
                self.recorded.map(|on| On {
                    time: on.time.max(from),
                    day: on.day.max(Day::in_london(from)),
                    ..on
                })
            }
        }
    }

    /// When the last time in which it was in force ended or will end, and in what; nothing where that is not known.
    pub(crate) fn over(&self) -> Option<(Instant, State)> {
        self.spans.last().and_then(|span| span.until)
    }

    fn take(&mut self, on: On, fact: &Fact, settings: &Settings) {
        if fact.unit.is_some() {
            self.unit.clone_from(&fact.unit);
        }
        match &fact.what {
            What::Adopted(dates) => {
                self.take_dates(dates);
                self.begin(on, dates);
                self.review_by(dates.review_due, on, settings);
            }
            What::MemorandumReviewed { outcome } | What::Reviewed { outcome } => {
                self.gone_through(*outcome, on, settings);
            }
            What::MemorandumRecorded(dates) => {
                self.take_dates(dates);
                self.recorded.get_or_insert(on);
                self.begin(on, dates);
                let from = dates.starts.map_or(on.day, |starts| starts.max(on.day));
                self.review_by(dates.review_due, On { day: from, ..on }, settings);
            }
            What::Drafted(drafted) => {
                keep(&mut self.title, &drafted.title);
                keep(&mut self.protocol, &drafted.protocol);
                keep(&mut self.owner, &drafted.owner);
                self.is_personal = drafted.basis.map(|basis| basis == Basis::Personal).or(self.is_personal);
            }
            What::Recorded { protocol, owner } => {
                self.recorded.get_or_insert(on);
                keep(&mut self.protocol, protocol);
                keep(&mut self.owner, owner);
            }
            What::Signed => _ = self.signed.get_or_insert(on),
            What::Activated(dates) => {
                self.take_dates(dates);
                self.activated.get_or_insert(on);
                (self.suspended, self.terminated) = (None, None);
                self.begin(on, dates);
                self.review_by(dates.review_due, on, settings);
            }
            What::Amended { review_due } => {
                if review_due.is_some() {
                    self.review_by(*review_due, on, settings);
                }
            }
            What::ReviewCompleted { decision, review_due } => {
                self.last_review = Some((*decision, on));
                self.review_by(*review_due, on, settings);
            }
            What::Suspended => {
                self.suspended = Some(on);
                self.end(on, State::Suspended);
            }
            What::Terminated => {
                self.terminated = Some(on);
                self.end(on, State::Terminated);
            }
        }
    }

    fn take_dates(&mut self, dates: &Dates) {
        keep(&mut self.title, &dates.title);
        keep(&mut self.protocol, &dates.protocol);
        keep(&mut self.owner, &dates.owner);
    }

    /// A text that is given back is not reviewed; that of a memorandum in force is looked at again.
    fn gone_through(&mut self, outcome: Outcome, on: On, settings: &Settings) {
        if outcome == Outcome::Returned {
            if self.signed.is_none() && self.activated.is_none() {
                self.reviewed = None;
            }
            return;
        }
        self.reviewed.get_or_insert(on);
        if self.kind == Kind::Memorandum && self.recorded.is_some_and(|recorded| recorded.day < on.day) {
            self.last_review = Some((Decision::Continue, on));
            self.review_by(None, on, settings);
        }
    }

    /// It begins on its first day, and never before it was put in force: an agreement is on record before it is used. One
    /// that is in force goes on.
    fn begin(&mut self, on: On, dates: &Dates) {
        let first = dates.starts.map_or(on.day, |starts| starts.max(on.day)).start();
        let until = dates.ends.map(|ends| (ends.end(), State::Expired));
        match self.spans.last_mut() {
            Some(span) if span.until.is_none_or(|(until, _)| first < until) => span.until = until,
            _ => self.spans.push(Span { from: first, until }),
        }
    }

    fn end(&mut self, on: On, then: State) {
        let Some(span) = self.spans.last_mut() else {
            // What was signed and never used may be given up.
            if then == State::Suspended || self.signed.is_none() {
                self.nonsense.get_or_insert(on);
            }
            return;
        };
        if span.until.is_none_or(|(until, _)| on.time < until) {
            span.until = Some((on.time, then));
        }
    }

    fn review_by(&mut self, named: Option<Day>, on: On, settings: &Settings) {
        let counted_from = if named.is_none() { Some(on.day) } else { None };
        let by = named.unwrap_or_else(|| on.day.plus_months(settings.isa_review_months));
        self.review = Some(Review { by, on, counted_from });
    }
}

fn keep(known: &mut Option<String>, said: &Option<String>) {
    if said.is_some() {
        known.clone_from(said);
    }
}

fn kind_of(fact: &Fact) -> Kind {
    match fact.what {
        What::Adopted(_) => Kind::Protocol,
        What::MemorandumReviewed { .. } | What::MemorandumRecorded(_) => Kind::Memorandum,
        _ => Kind::Agreement,
    }
}

impl Case for Agreement {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Agreement> {
        let first = facts.first()?;
        let mut agreement = Agreement::new(kind_of(&first.fact), On::of(first));
        for happened in facts {
            agreement.take(On::of(happened), &happened.fact, settings);
        }
        Some(agreement)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, stage: &str) -> String {
        alarms::cleared(self, rule, stage)
    }
}
