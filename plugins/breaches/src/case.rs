//! How a breach is worked out of what is known of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant, breach_due};

use crate::apply::{Fact, Severity};
use crate::{Settings, alarms};

/// A breach, or an incident that may be one, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Breach {
    pub(crate) unit: Option<String>,
    /// When the first sign of it was seen, or a processor told of it.
    pub(crate) suspected: Option<At>,
    pub(crate) aware: Option<At>,
    pub(crate) unsubstantiated: Option<At>,
    pub(crate) severity: Option<Severity>,
    pub(crate) decided: Option<Decision>,
    pub(crate) notified: Option<Notice>,
    pub(crate) closed: Option<At>,
}

/// Something happened at an instant, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) reportable: bool,
    pub(crate) at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) reasons: bool,
    pub(crate) at: At,
}

/// What starts the 72 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) from: At,
    /// Nobody has said yet whether it is a breach: the law's clock begins with awareness, but a clock that only began with
    /// a decision would never begin where none is made.
    pub(crate) is_provisional: bool,
}

impl Clock {
    /// When the 72 hours are over.
    pub(crate) fn due(&self) -> Instant {
        breach_due(self.from.time)
    }
}

impl Breach {
    /// What started the 72 hours; nothing where it turned out to be no breach.
    pub(crate) fn clock(&self) -> Option<Clock> {
        let provisional = self.suspected.filter(|_| self.unsubstantiated.is_none());
        match (self.aware, provisional) {
            (Some(from), _) => Some(Clock { from, is_provisional: false }),
            (None, Some(from)) => Some(Clock { from, is_provisional: true }),
            (None, None) => None,
        }
    }

    pub(crate) fn is_not_reportable(&self) -> bool {
        self.decided.is_some_and(|decision| !decision.reportable)
    }

    /// The clock, while the regulator may still have to be told.
    pub(crate) fn running(&self) -> Option<Clock> {
        self.clock().filter(|_| self.notified.is_none() && !self.is_not_reportable())
    }

    fn take(&mut self, at: At, fact: &Fact) {
        match fact {
            Fact::Reported { detected, unit } => {
                self.suspect(detected.map_or(at, |time| At { time, day: Day::in_london(time), ..at }));
                self.of_unit(unit);
            }
            Fact::ProcessorTold { unit } => {
                self.suspect(at);
                self.of_unit(unit);
            }
            Fact::Unsubstantiated => self.unsubstantiated = Some(at),
            Fact::Aware { unit } => {
                self.aware.get_or_insert(at);
                self.of_unit(unit);
            }
            Fact::Assessed { severity } => self.severity = Some(*severity),
            Fact::Decided { reportable } => self.decided = Some(Decision { reportable: *reportable, at }),
            Fact::Notified { reasons } => {
                // Reasons may be given later: what follows the first notice adds to it.
                let first = self.notified.map_or(at, |first| first.at);
                let reasons = *reasons || self.notified.is_some_and(|first| first.reasons);
                self.notified = Some(Notice { reasons, at: first });
            }
            Fact::Closed => self.closed = Some(at),
        }
    }

    /// The earliest sign counts.
    fn suspect(&mut self, at: At) {
        if self.suspected.is_none_or(|earlier| at.time < earlier.time) {
            self.suspected = Some(at);
        }
    }

    fn of_unit(&mut self, unit: &Option<String>) {
        if unit.is_some() {
            self.unit.clone_from(unit);
        }
    }
}

impl Case for Breach {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Breach> {
        let mut breach = Breach {
            unit: None,
            suspected: None,
            aware: None,
            unsubstantiated: None,
            severity: None,
            decided: None,
            notified: None,
            closed: None,
        };
        for happened in facts {
            let at = At { time: happened.time, day: happened.day, seq: happened.seq };
            breach.take(at, &happened.fact);
        }
        (!facts.is_empty()).then_some(breach)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        alarms::cleared(self)
    }
}
