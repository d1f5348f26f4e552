//! How a record, a device or a medium is worked out of what is known of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use muniment_sdk::{Alarm, Alert, Calendars, Case, Data, DataError, Day, Happened, Nation};

use crate::apply::{Check, Destruction, Fact, Of, Place};
use crate::on::On;
use crate::words::{Advice, Condition, Decision, Kind, Medium};
use crate::{Settings, alarms};

mod parts;

pub(crate) use parts::{Authorised, Basis, Destroyed, Due, Early, Kept, Left, Odd, Retired};

/// Something that is kept until it is disposed of, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Thing {
    pub(crate) place: Place,
    pub(crate) owner: Option<String>,
    pub(crate) medium: Option<Medium>,
    pub(crate) registered: Option<On>,
    /// In which units it was kept on a medium that units destroy themselves, each with the entry that says so first.
    pub(crate) kept_by: Vec<(String, Medium, On)>,
    pub(crate) due: Option<Due>,
    /// It is never destroyed, or for as long as nobody decides otherwise.
    pub(crate) kept: Option<Kept>,
    pub(crate) review: Option<(Decision, On)>,
    pub(crate) authorised: Option<Authorised>,
    pub(crate) destroyed: Option<Destroyed>,
    /// It went to somebody else, who answers for it.
    pub(crate) left: Option<(Left, On)>,
    pub(crate) certified: Option<On>,
    /// The last day on which a certificate is in time, while none is there and one is needed.
    pub(crate) certificate_by: Option<Day>,
    /// The first advice, and whether the last said to keep it.
    pub(crate) advised: Option<(On, bool)>,
    pub(crate) retired: Option<Retired>,
    /// Other numbers under which something was recorded.
    pub(crate) numbers: Vec<Rc<str>>,
    /// What does not make sense, each with the first entry that shows it.
    pub(crate) odd: BTreeMap<Odd, u64>,
}

impl Thing {
    /// Whether it is still here.
    pub(crate) fn is_here(&self) -> bool {
        self.destroyed.is_none() && self.left.is_none()
    }

    /// Since when it is meant to be destroyed.
    pub(crate) fn scheduled(&self) -> Option<On> {
        if !self.is_here() {
            return None;
        }
        let reviewed = self.review.filter(|(decision, _)| *decision == Decision::Destroy).map(|(_, on)| on);
        let authorised = self.authorised.map(|authorised| authorised.on);
        [reviewed, authorised].into_iter().flatten().min()
    }

    /// The day on which it is due for disposal, while it is here.
    pub(crate) fn awaits_disposal(&self) -> Option<Due> {
        self.due.filter(|_| self.is_here() && self.kept.is_none())
    }

    /// It is known as a record, whatever else.
    pub(crate) fn is_record(&self) -> bool {
        self.registered.is_some() || self.place.series.is_some() || self.place.class.is_some()
    }

    /// A device that was taken out of use and of which nobody knows where it went.
    pub(crate) fn unaccounted(&self) -> Option<&Retired> {
        self.retired.as_ref().filter(|retired| match &self.destroyed {
            None => self.left.is_none(),
            Some(destroyed) => self.is_other_serial(retired, destroyed),
        })
    }

    /// Whether what was disposed of has another serial number than what was taken out of use.
    pub(crate) fn is_other_serial(&self, retired: &Retired, destroyed: &Destroyed) -> bool {
        matches!((&retired.serial, &destroyed.serial), (Some(one), Some(other)) if one != other)
    }

    fn settle_in(&mut self, place: &Place) {
        let Place { series, class, unit } = place;
        for (mine, said) in
            [(&mut self.place.series, series), (&mut self.place.class, class), (&mut self.place.unit, unit)]
        {
            if said.is_some() {
                mine.clone_from(said);
            }
        }
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Registered { place, medium, owner, is_permanent } => {
                self.settle_in(place);
                self.register(on, *medium, owner, *is_permanent);
            }
            Fact::Triggered { place, due, is_permanent } => {
                self.settle_in(place);
                self.keep_for_good(on, *is_permanent);
                // What was said late of records that are gone tells still when they had been due.
                if self.destroyed.is_none() || self.due.is_none() {
                    self.due = Some(Due { day: *due, basis: Basis::Triggered, on });
                }
            }
            Fact::Reviewed { place, decision, due, keep_until } => {
                self.settle_in(place);
                if self.is_over(on) {
                    return;
                }
                self.review(on, *decision, *due, *keep_until);
            }
            Fact::Authorised { place, decision, due, check } => {
                self.settle_in(place);
                if self.is_over(on) {
                    return;
                }
                self.authorise(on, *decision, *due, *check);
            }
            Fact::Destroyed(destruction) => {
                self.settle_in(&destruction.place);
                self.destroy(on, destruction);
            }
            Fact::Certified => {
                if self.destroyed.is_some() {
                    self.certified.get_or_insert(on);
                } else {
                    self.odd.entry(Odd::CertificateFirst).or_insert(on.seq);
                }
            }
            Fact::Archived { place } => self.leave(on, Left::Archived, place),
            Fact::Transferred { place, is_theirs: true } => self.leave(on, Left::Transferred, place),
            Fact::Transferred { place, is_theirs: false } => self.settle_in(place),
            Fact::Advised { advice } => {
                let first = self.advised.map_or(on, |(first, _)| first);
                self.advised = Some((first, *advice == Advice::Keep));
            }
            Fact::Issued => self.retired = None,
            Fact::Returned { kind, condition, serial, unit } => {
                let is_device = kind.is_none_or(Kind::is_device);
                self.retired = (*condition == Condition::ForDisposal && is_device).then(|| Retired {
                    on: self.retired.as_ref().map_or(on, |retired| retired.on),
                    kind: *kind,
                    serial: serial.clone(),
                });
                if unit.is_some() {
                    self.place.unit.clone_from(unit);
                }
            }
        }
    }

    fn register(&mut self, on: On, medium: Medium, owner: &Option<String>, is_permanent: Option<bool>) {
        self.registered.get_or_insert(on);
        self.medium = Some(medium);
        if owner.is_some() {
            self.owner.clone_from(owner);
        }
        self.keep_for_good(on, is_permanent);
        if let (Some(unit), true) = (&self.place.unit, medium.is_shredded())
            && !self.kept_by.iter().any(|(known, of, _)| known == unit && *of == medium)
        {
            self.kept_by.push((unit.clone(), medium, on));
        }
    }

    fn keep_for_good(&mut self, on: On, is_permanent: Option<bool>) {
        match is_permanent {
            Some(true) if self.destroyed.is_none() => self.kept = Some(Kept::ForGood(on)),
            Some(false) if matches!(self.kept, Some(Kept::ForGood(_))) && self.destroyed.is_none() => {
                self.kept = None;
            }
            _ => {}
        }
    }

    /// Whether it is too late to decide anything.
    fn is_over(&mut self, on: On) -> bool {
        let end = self.destroyed.as_ref().map(|destroyed| destroyed.on);
        let is_over = end.is_some_and(|end| !on.may_precede(end));
        if is_over {
            self.odd.entry(Odd::AfterTheEnd).or_insert(on.seq);
        }
        is_over
    }

    fn review(&mut self, on: On, decision: Decision, due: Option<Day>, keep_until: Option<Day>) {
        match decision {
            Decision::KeepLonger => {
                // The last word counts: what was allowed before is not allowed any more.
                self.authorised = None;
                match keep_until {
                    Some(day) => {
                        self.due = Some(Due { day, basis: Basis::KeptLonger, on });
                        self.kept = None;
                    }
                    None => self.kept = Some(Kept::Longer(on)),
                }
            }
            Decision::Archive | Decision::Transfer => self.authorised = None,
            Decision::Destroy => self.kept = None,
            // Where they stand makes no difference.
            Decision::MoveStorage | Decision::Other => return,
        }
        if let (Some(day), true) = (due, decision != Decision::KeepLonger) {
            self.due = Some(Due { day, basis: Basis::Reviewed, on });
        }
        self.review = Some((decision, on));
    }

    /// What somebody with authority says goes before what the schedule says.
    fn authorise(&mut self, on: On, decision: Decision, due: Option<Day>, check: Option<Check>) {
        if decision != Decision::Destroy {
            return self.review(on, decision, due, None);
        }
        let first = self.authorised.map_or(on, |earlier| earlier.on);
        let before = self.authorised.and_then(|earlier| earlier.check);
        self.authorised = Some(Authorised { on: first, check: check.map(|check| (check, on)).or(before) });
        if matches!(self.kept, Some(Kept::Longer(_))) {
            self.kept = None;
        }
        if let Some(day) = due {
            self.due = Some(Due { day, basis: Basis::Authorised, on });
        }
    }

    fn destroy(&mut self, on: On, it: &Destruction) {
        if let Some(first) = &mut self.destroyed {
            first.has_certificate |= it.has_certificate;
            return;
        }
        if let (None, Some(day)) = (self.due, it.due) {
            self.due = Some(Due { day, basis: Basis::Executed, on });
        }
        let authorised = self.authorised.filter(|authorised| authorised.on.may_precede(on));
        let of_authority = authorised.and_then(|authorised| authorised.check);
        self.destroyed = Some(Destroyed {
            on,
            of: it.of,
            medium: it.medium,
            kind: it.kind,
            method: it.method,
            route: it.route,
            marking: it.marking,
            serial: it.serial.clone(),
            is_authorised: authorised.is_some() || it.has_authority,
            early: None,
            check: it.check.map(|check| (check, on)).or(of_authority),
            advice: it.advice.clone(),
            has_certificate: it.has_certificate,
        });
        if it.of != Of::Record {
            self.medium = Some(it.medium);
        }
        if matches!(self.advised, Some((first, true)) if first.may_precede(on)) {
            self.odd.entry(Odd::AgainstAdvice).or_insert(on.seq);
        }
    }

    fn leave(&mut self, on: On, how: Left, place: &Place) {
        self.settle_in(place);
        if !self.is_over(on) {
            self.left.get_or_insert((how, on));
        }
    }

    /// What can be said only when all is known.
    fn finish(&mut self, settings: &Settings, calendars: &Calendars) {
        let (due, kept) = (self.due, self.kept);
        let Some(destroyed) = &mut self.destroyed else { return };
        let on = destroyed.on;
        if destroyed.of == Of::Record {
            destroyed.early = match (kept, due) {
                (Some(kept), _) => Some(Early::Kept(kept)),
                (None, Some(due)) if on.day < due.day => Some(Early::Before(due)),
                (None, None) => {
                    self.odd.entry(Odd::NoDueDay).or_insert(on.seq);
                    None
                }
                _ => None,
            };
            if self.registered.is_none() {
                self.odd.entry(Odd::NeverRegistered).or_insert(on.seq);
            }
        }
        if destroyed.needs_certificate() && !destroyed.has_certificate && self.certified.is_none() {
            let calendar = calendars.of(Nation::EnglandAndWales);
            self.certificate_by = Some(calendar.working_day_after(on.day, settings.certificate_working_days));
        }
    }
}

impl Case for Thing {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Thing> {
        Thing::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Thing> {
        let first = facts.first()?;
        let mut thing = Thing::default();
        for happened in facts {
            thing.take(On::of(happened), &happened.fact);
            if happened.subject != first.subject && !thing.numbers.contains(&happened.subject) {
                thing.numbers.push(happened.subject.clone());
            }
        }
        if !thing.numbers.is_empty() {
            thing.numbers.push(first.subject.clone());
        }
        thing.finish(settings, calendars);
        Some(thing)
    }

    /// Only the day of a certificate is counted in working days.
    fn is_done(&self) -> bool {
        self.certificate_by.is_none()
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
