//! Whether what is recorded says everything that the tables count by. An incident may be reported without it, and is asked
//! for it afterwards: what a later entry adds completes it.

use muniment_sdk::{Alarm, Alert, Calendars, Case, Data, DataError, Day, Happened};

use crate::apply::{self, Coding, Said, What};
use crate::{Settings, UNCODED};

const MISSING: &str = "coding-missing";

/// An incident, a disposal or an asset, and what is known of its coding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coded {
    pub(crate) parts: Vec<Part>,
    pub(crate) unit: Option<String>,
    /// An incident was reported that was none: it is no part, and says why nothing is asked for.
    is_unsubstantiated: bool,
}

/// What a subject is: mostly one thing, but a number may name both an incident and an asset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    /// When its first entry says that it happened.
    pub(crate) first: Day,
    pub(crate) seqs: Vec<u64>,
    /// By when its coding is to be complete.
    pub(crate) due: Day,
    /// Until this day it is asked for.
    asked_until: Day,
    pub(crate) wanted: Coding,
    pub(crate) missing: Coding,
}

/// What is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Incident,
    Disposal,
    Asset,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Incident, Kind::Disposal, Kind::Asset];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Incident => "Incident",
            Kind::Disposal => "Disposal",
            Kind::Asset => "Asset",
        }
    }

    fn of(what: What) -> Kind {
        match what {
            What::Incident | What::Assessment | What::More | What::Unsubstantiated => Kind::Incident,
            What::Disposal | What::Advice => Kind::Disposal,
            What::Asset => Kind::Asset,
        }
    }
}

impl Part {
    /// The part of these facts, where something is asked of them.
    fn of(kind: Kind, settings: &Settings, calendars: &Calendars, facts: &[Happened<Said>]) -> Option<Part> {
        let of_kind = || facts.iter().filter(|fact| Kind::of(fact.fact.what) == kind);
        let is = |what: What| of_kind().any(|fact| fact.fact.what == what);
        let wanted = match kind {
            // What did not happen is counted by nothing.
            Kind::Incident if is(What::Unsubstantiated) => Coding::default(),
            Kind::Incident if is(What::Incident) => settings.of_incidents(),
            Kind::Incident if is(What::Assessment) => Coding::DIMENSION,
            Kind::Disposal if is(What::Disposal) => Coding::MEDIUM,
            Kind::Asset if is(What::Asset) => Coding::FORMS,
            _ => Coding::default(),
        };
        if wanted.is_empty() {
            return None;
        }
        // Later entries about an asset replace earlier ones; of the others each adds to what is known.
        let known = of_kind().fold(Coding::default(), |all, fact| match kind {
            Kind::Asset => fact.fact.coding,
            Kind::Incident | Kind::Disposal => all.with(fact.fact.coding),
        });
        let first = of_kind().next()?.day;
        Some(Part {
            kind,
            first,
            seqs: of_kind().map(|fact| fact.seq).collect(),
            due: calendars.of(settings.nation).working_day_after(first, settings.coding_working_days),
            asked_until: first.plus_months(settings.coding_asked_months),
            wanted,
            missing: wanted.without(known),
        })
    }

    fn alarm(&self) -> Option<Alarm> {
        let alarm = Alarm::new(&UNCODED, MISSING, self.due.end()).until(self.asked_until.end());
        (!self.missing.is_empty() && self.due < self.asked_until).then_some(alarm)
    }

    /// Whether it is still asked for on a day.
    pub(crate) fn is_asked(&self, day: Day) -> bool {
        !self.missing.is_empty() && day <= self.asked_until
    }

    fn words(&self, settings: &Settings) -> String {
        let days = settings.coding_working_days;
        format!(
            "{} of {} without: {}. It was to be complete by {}, {days} working days later: a control of the organisation's own \
             (`coding_working_days`).",
            self.kind.name(),
            self.first.in_words(),
            self.missing.words(),
            self.due.in_words(),
        )
    }
}

impl Coded {
    fn missing(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| !part.missing.is_empty())
    }
}

impl Case for Coded {
    type Settings = Settings;
    type Fact = Said;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Said>, DataError> {
        apply::said(kind, data)
    }

    fn rank(_: &Said) -> u8 {
        0
    }

    fn fold(settings: &Settings, facts: &[Happened<Said>]) -> Option<Coded> {
        Coded::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Said>]) -> Option<Coded> {
        let of_kind = |kind| Part::of(kind, settings, calendars, facts);
        let parts: Vec<Part> = Kind::ALL.into_iter().filter_map(of_kind).collect();
        let unit = facts.iter().rev().find_map(|fact| fact.fact.unit.clone());
        let is_unsubstantiated = facts.iter().any(|fact| fact.fact.what == What::Unsubstantiated);
        let is_something = !parts.is_empty() || is_unsubstantiated;
        is_something.then_some(Coded { parts, unit, is_unsubstantiated })
    }

    fn is_done(&self) -> bool {
        self.missing().next().is_none()
    }

    /// One alert for a subject, whatever it is: that of the part that is due first.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let first = self.missing().min_by_key(|part| part.due);
        first.and_then(Part::alarm).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let words: Vec<String> = self.missing().map(|part| part.words(settings)).collect();
        let seqs = self.missing().flat_map(|part| part.seqs.iter().copied());
        alert.arithmetic(words.join(" ")).evidence(seqs)
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.missing().next() {
            None if self.is_unsubstantiated => "the incident was found to be unsubstantiated".to_owned(),
            None => "its coding is complete".to_owned(),
            Some(part) => format!(
                "it is due by {}, and asked for until {}",
                part.due.in_words(),
                part.asked_until.in_words()
            ),
        }
    }
}
