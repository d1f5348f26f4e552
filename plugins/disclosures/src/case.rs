//! How a disclosure is worked out of what is known of it.

use muniment_sdk::law::{Counting, Ending, Length, Standing, TimeLimit};
use muniment_sdk::{
    Alarm, Alert, Calendars, Case, Data, DataError, Day, Deadline, Happened, Instant, Nation,
};

use crate::apply::{Class, Decision, Fact, Ground, Rank, Refusal, Requested, What};
use crate::{Settings, alarms};

/// A third party's request, or data that was given out, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Disclosure {
    pub(crate) class: Option<Class>,
    pub(crate) body: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) unit: Option<String>,
    /// The role that assessed or approved it last.
    pub(crate) owner: Option<String>,
    pub(crate) is_urgent: bool,
    /// Whether it is about named people; nothing where the request does not say.
    pub(crate) is_specific: Option<bool>,
    pub(crate) requested: Option<On>,
    pub(crate) promised: Option<Day>,
    /// By when it is to be answered, while it waits.
    pub(crate) deadline: Option<Deadline>,
    /// How many working days the answer took.
    pub(crate) working_days: Option<i64>,
    /// What was said of rank, ground and credentials, each in its order.
    pub(crate) ranks: Vec<(Rank, On)>,
    pub(crate) grounds: Vec<(Ground, On)>,
    pub(crate) verifications: Vec<(bool, On)>,
    pub(crate) assessed: Option<On>,
    pub(crate) decision: Option<(Decision, On)>,
    pub(crate) is_routine: Option<bool>,
    pub(crate) advised: Option<On>,
    pub(crate) approved: Option<On>,
    pub(crate) releases: Vec<Release>,
    pub(crate) emergencies: Vec<Emergency>,
    pub(crate) refused: Option<(Refusal, On)>,
    pub(crate) withdrawn: Option<On>,
    pub(crate) informed: Option<(bool, On)>,
    pub(crate) ended: Option<(End, On)>,
}

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
    pub(crate) recorded: Instant,
}

impl On {
    fn of<F>(happened: &Happened<F>) -> On {
        let Happened { seq, recorded, time, day, .. } = *happened;
        On { day, time, seq, recorded }
    }

    /// Whether it was so when something else happened. Where of the other only the day is known, what happened on that day
    /// counts as having come first.
    pub(crate) fn precedes(self, other: On) -> bool {
        let is_same_day = self.day == other.day && other.time == other.day.start();
        self.seq == other.seq || self.time <= other.time || is_same_day
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Released,
    Refused,
    GivenInEmergency,
    Withdrawn,
}

/// Data went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) on: On,
    pub(crate) class: Option<Class>,
    pub(crate) ground: Ground,
    pub(crate) is_special: bool,
    /// The assessment that stood then said that nothing was to be given out.
    pub(crate) is_against_decision: bool,
}

/// Data was given out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Emergency {
    pub(crate) on: On,
    pub(crate) at: Instant,
    pub(crate) is_authorised: bool,
}

impl Emergency {
    /// When it was put on record. The entry's own time says so where it is later than the deed; else it names the deed
    /// too, and the ledger's time counts.
    pub(crate) fn put_on_record(&self) -> Instant {
        if self.on.time > self.at { self.on.time } else { self.on.recorded }
    }

    /// By when it was to be put on record.
    pub(crate) fn due(&self, settings: &Settings) -> Instant {
        self.at.plus_hours(i64::from(settings.emergency_record_hours))
    }

    pub(crate) fn is_in_time(&self, settings: &Settings) -> bool {
        self.put_on_record() <= self.due(settings)
    }
}

impl Disclosure {
    /// The request, while it waits for an answer.
    pub(crate) fn pending(&self) -> Option<On> {
        self.requested.filter(|_| self.ended.is_none())
    }

    fn take(&mut self, on: On, fact: &Fact) {
        if fact.unit.is_some() {
            self.unit.clone_from(&fact.unit);
        }
        match &fact.what {
            // That of a case that was merged into it, or a second one after the answer, which is a case of its own.
            What::Requested(_) if self.requested.is_some() => {}
            What::Requested(asked) => self.asked(asked, on),
            What::Verified { is_good, rank } => {
                self.verifications.push((*is_good, on));
                self.rank(*rank, on);
            }
            What::Assessed(assessed) => {
                self.assessed = Some(on);
                self.ground(assessed.ground, on);
                self.is_routine = assessed.is_routine.or(self.is_routine);
                self.decision = assessed.decision.map(|decision| (decision, on)).or(self.decision);
                if assessed.has_advice == Some(true) {
                    self.advised.get_or_insert(on);
                }
                self.owned_by(&assessed.decided_by);
            }
            What::Advised => _ = self.advised.get_or_insert(on),
            What::Approved { by, ground, rank } => {
                self.approved = Some(on);
                self.ground(*ground, on);
                self.rank(*rank, on);
                self.owned_by(by);
            }
            What::Released { class, ground, rank, is_special } => {
                self.rank(*rank, on);
                self.of_class(*class);
                let was_refused = self.decision.filter(|(decision, _)| *decision == Decision::Refuse);
                let is_against_decision = was_refused
                    .is_some_and(|(_, refused)| self.approved.is_none_or(|it| it.time < refused.time));
                let (class, ground, is_special) = (*class, *ground, *is_special == Some(true));
                let is_same = |it: &Release| (it.on.time, it.class, it.ground) == (on.time, class, ground);
                // What is recorded twice went out once.
                if !self.releases.iter().any(is_same) {
                    self.releases.push(Release { on, class, ground, is_special, is_against_decision });
                }
                self.end(End::Released, on);
            }
            What::Refused { class, reason } => {
                self.of_class(*class);
                self.refused.get_or_insert((*reason, on));
                self.end(End::Refused, on);
            }
            What::Emergency { class, body, at, is_authorised } => {
                self.of_class(Some(*class));
                if self.body.is_none() {
                    self.body.clone_from(body);
                }
                match self.emergencies.iter_mut().find(|it| it.at == *at) {
                    Some(same) => same.is_authorised |= is_authorised,
                    None => self.emergencies.push(Emergency { on, at: *at, is_authorised: *is_authorised }),
                }
                self.end(End::GivenInEmergency, on);
            }
            What::Informed { was_told } => self.informed = Some((*was_told, on)),
            What::Withdrawn => {
                self.withdrawn.get_or_insert(on);
                self.end(End::Withdrawn, on);
            }
            What::Transferred => {}
        }
    }

    fn asked(&mut self, asked: &Requested, on: On) {
        self.requested = Some(on);
        self.class = Some(asked.class);
        self.body.clone_from(&asked.body);
        self.service.clone_from(&asked.service);
        self.is_urgent = asked.is_urgent == Some(true);
        self.is_specific = asked.is_specific;
        self.promised = asked.promised;
        self.rank(asked.rank, on);
    }

    /// That which is not known takes nothing from what was said before.
    fn rank(&mut self, rank: Option<Rank>, on: On) {
        self.ranks.extend(rank.filter(|rank| *rank != Rank::Unknown).map(|rank| (rank, on)));
    }

    fn ground(&mut self, ground: Option<Ground>, on: On) {
        self.grounds.extend(ground.filter(|ground| *ground != Ground::NoneStated).map(|ground| (ground, on)));
    }

    /// What the request says of its sender stands.
    fn of_class(&mut self, class: Option<Class>) {
        self.class = self.class.or(class);
    }

    fn owned_by(&mut self, role: &Option<String>) {
        if role.is_some() {
            self.owner.clone_from(role);
        }
    }

    fn end(&mut self, how: End, on: On) {
        self.ended.get_or_insert((how, on));
    }

    /// Whether it is one at all: advice and transfers are recorded of cases of any kind.
    fn is_disclosure(&self) -> bool {
        self.requested.is_some()
            || self.ended.is_some()
            || self.assessed.is_some()
            || self.approved.is_some()
            || self.informed.is_some()
            || !self.verifications.is_empty()
    }
}

/// How long an answer may take: a control, counted as the law counts working days.
pub(crate) fn limit(settings: &Settings) -> TimeLimit {
    TimeLimit {
        name: "Answer to a third party's request",
        source: "a control of the organisation's own: no law sets a time",
        standing: Standing::Law,
        trigger: "the request was received",
        from: None,
        until: None,
        length: Length::WorkingDays(settings.answer_working_days),
        counting: Counting::DayAfter,
        safe_counting: Counting::DayAfter,
        ending: Ending::AsItFalls,
    }
}

impl Case for Disclosure {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Disclosure> {
        Disclosure::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Disclosure> {
        let mut disclosure = Disclosure::default();
        for happened in facts {
            disclosure.take(On::of(happened), &happened.fact);
        }
        if let Some(asked) = disclosure.requested {
            match disclosure.ended {
                Some((_, ended)) => {
                    let calendar = calendars.uk_wide();
                    disclosure.working_days = Some(calendar.working_days_between(asked.day, ended.day));
                }
                // A year in which nobody counts working days gives no deadline, and no alert.
                None => {
                    let limit = limit(settings);
                    disclosure.deadline = limit.deadline(asked.day, calendars, Nation::EnglandAndWales).ok();
                }
            }
        }
        disclosure.is_disclosure().then_some(disclosure)
    }

    fn is_done(&self) -> bool {
        self.pending().is_none()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        alarms::of(self)
    }

    fn alert(&self, _: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, alarm, alert)
    }

    fn cleared(&self, _: &Settings, _: &str, stage: &str) -> String {
        alarms::cleared(self, stage)
    }
}
