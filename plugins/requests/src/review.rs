//! Internal reviews, and reconsiderations of environmental information.

use muniment_sdk::law::{self, Length, TimeLimit};
use muniment_sdk::{Alarm, Alert, Calendars, Case, Data, DataError, Day, Happened, RequestClock};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::apply::Regime;
use crate::case::On;

mod alarms;
pub(crate) mod register;
pub(crate) mod section;

/// The reviews of a case, one behind the other.
///
/// Its subject is the case that is reviewed, and yet it is a case of its own: it begins when that one has come to its end,
/// has its own clock and outcome, and nothing in it changes when the request was answered. Folded together, each entry
/// about a review would have the whole request worked out again, and a request with a review would never be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reviews {
    /// Never none, and only the last may be open.
    rounds: Vec<Review>,
}

/// A review.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Review {
    regime: Regime,
    unit: Option<String>,
    complex: bool,
    asked: On,
    clock: RequestClock,
    /// The day that was promised within the time that applied until then.
    extension: Option<(Day, On)>,
    ended: Option<(End, On)>,
}

/// What an event about a review says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Requested { regime: Regime, unit: Option<String>, complex: bool },
    Extended { to: Day },
    Ended(End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    Decided(Outcome),
    Withdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Upheld,
    UpheldInPart,
    Overturned,
}

impl Reviews {
    /// The last of them: the one that may be open.
    fn last(&self) -> &Review {
        match self.rounds.last() {
            Some(last) => last,
            None => unreachable!("what has no review is no case"),
        }
    }
}

impl Review {
    /// The limit that it is decided under; none where no rule gives a time.
    fn limit(&self) -> Option<&'static TimeLimit> {
        let limit = match self.regime {
            Regime::Foi if self.complex => &law::FOI_REVIEW_COMPLEX,
            Regime::Foi => &law::FOI_REVIEW,
            Regime::Eir => &law::EIR_REVIEW,
            Regime::Reuse | Regime::Other => return None,
        };
        limit.is_in_force(self.asked.day).then_some(limit)
    }

    /// The limit that nothing goes beyond: that of the exceptional cases, or of the law.
    fn longest(&self) -> Option<&'static TimeLimit> {
        let limit = self.limit()?;
        Some(if self.regime == Regime::Foi { &law::FOI_REVIEW_COMPLEX } else { limit })
    }

    fn day_of(&self, limit: &TimeLimit) -> Day {
        match limit.length {
            Length::WorkingDays(days) => self.clock.working_day(days),
            _ => unreachable!("reviews are counted in working days"),
        }
    }

    /// The last day on which a decision is in time.
    fn due(&self) -> Option<Day> {
        let (due, latest) = (self.day_of(self.limit()?), self.day_of(self.longest()?));
        Some(self.extension.map_or(due, |(to, _)| to.max(due).min(latest)))
    }

    fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    fn in_time(&self) -> bool {
        let Some((_, on)) = self.ended else { return false };
        self.due().is_none_or(|due| on.day <= due)
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Extended { to } if self.is_open() && self.due().is_some_and(|due| on.day <= due) => {
                self.extension = Some((*to, on));
            }
            Fact::Ended(end) => _ = self.ended.get_or_insert((*end, on)),
            Fact::Requested { .. } | Fact::Extended { .. } => {}
        }
    }
}

impl Case for Reviews {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "review.requested" => {
                let Requested { regime, unit, complex } = data.read()?;
                Fact::Requested { regime, unit, complex: complex.unwrap_or(false) }
            }
            "review.extended" => Fact::Extended { to: data.read::<Extended>()?.extended_to },
            "review.decided" => Fact::Ended(End::Decided(data.read::<Decided>()?.outcome)),
            "review.withdrawn" => Fact::Ended(End::Withdrawn),
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Requested { .. } => 0,
            Fact::Extended { .. } => 1,
            Fact::Ended(_) => 2,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Reviews> {
        Reviews::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Reviews> {
        let mut rounds: Vec<Review> = Vec::new();
        for happened in facts {
            let on = On::of(happened);
            match (&happened.fact, rounds.last_mut().filter(|last| last.is_open())) {
                (fact, Some(open)) => open.take(on, fact),
                (Fact::Requested { regime, unit, complex }, None) => rounds.push(Review {
                    regime: *regime,
                    unit: unit.clone(),
                    complex: *complex,
                    asked: on,
                    clock: RequestClock::by(on.day, settings.receipt_rule, calendars.uk_wide()),
                    extension: None,
                    ended: None,
                }),
                (Fact::Extended { .. } | Fact::Ended(_), None) => {}
            }
        }
        rounds.retain(|review| review.regime != Regime::Other);
        (!rounds.is_empty()).then_some(Reviews { rounds })
    }

    fn is_done(&self) -> bool {
        !self.last().is_open()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        alarms::of(self.last())
    }

    fn alert(&self, _: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self.last(), alarm, alert)
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        alarms::cleared(self.last())
    }
}

#[derive(Deserialize)]
struct Requested {
    regime: Regime,
    unit: Option<String>,
    complex: Option<bool>,
}

#[derive(Deserialize)]
struct Extended {
    extended_to: Day,
}

#[derive(Deserialize)]
struct Decided {
    outcome: Outcome,
}
