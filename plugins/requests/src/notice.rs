//! What the regulator and tribunals ask of the organisation, and by when.

use muniment_sdk::law::{self, Length};
use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};

use crate::Settings;
use crate::case::On;

mod alarms;
mod apply;

use apply::{Fact, Judgment};

/// What is asked of the organisation in a case. Whatever the matter: the days of a notice about a breach run alike.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notices {
    steps: Vec<Step>,
    /// Everything that the regulator and tribunals did, whether or not something is to be done about it.
    all: Vec<(Asked, On)>,
}

/// Something that is to be done by a day.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    asked: Asked,
    on: On,
    by: Day,
    basis: Basis,
    reference: Option<String>,
    /// An appeal against it: until that is decided nothing need be done.
    appealed: Option<On>,
    /// What put an end to it, and when.
    done: Option<(&'static str, On)>,
}

/// Where the day comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Basis {
    /// Whoever asks named it.
    Named,
    /// Steps were ordered and no day is recorded: the usual time stands in for it.
    Usual,
}

/// What it is that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Asked {
    Complaint,
    InformationNotice,
    DecisionNotice,
    Reprimand,
    Recommendation,
    Appeal,
    Tribunal,
}

impl Asked {
    pub(crate) const ALL: [Asked; 7] = [
        Asked::Complaint,
        Asked::InformationNotice,
        Asked::DecisionNotice,
        Asked::Reprimand,
        Asked::Recommendation,
        Asked::Appeal,
        Asked::Tribunal,
    ];

    /// Whether it is answered by telling the regulator something, and not by changing anything.
    fn is_answered(self) -> bool {
        matches!(self, Asked::Complaint | Asked::InformationNotice)
    }

    /// Whether nothing need be done while an appeal against it is pending: Freedom of Information Act 2000, sections 50(6)
    /// and 51(4).
    fn waits_for_appeal(self) -> bool {
        matches!(self, Asked::InformationNotice | Asked::DecisionNotice)
    }
}

impl Step {
    fn is_open(&self) -> bool {
        self.done.is_none()
    }

    fn runs(&self) -> bool {
        self.is_open() && self.appealed.is_none()
    }

    fn end(&mut self, why: &'static str, on: On) {
        self.done.get_or_insert((why, on));
    }
}

impl Notices {
    /// What the regulator and tribunals did, and when.
    pub(crate) fn all(&self) -> &[(Asked, On)] {
        &self.all
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Asks { asked, .. } => self.all.push((*asked, on)),
            Fact::Appealed { .. } => self.all.push((Asked::Appeal, on)),
            Fact::Judged { .. } => self.all.push((Asked::Tribunal, on)),
            Fact::Supplied { .. } | Fact::Complied { .. } | Fact::Closed { .. } => {}
        }
        match fact {
            Fact::Asks { asked, by, has_steps, reference } => {
                if *asked == Asked::DecisionNotice {
                    self.end("the regulator decided", on, reference, |step| step.asked == Asked::Complaint);
                }
                let usual = || (*asked == Asked::DecisionNotice && *has_steps).then(|| usual_day(on.day));
                let by = by.map(|by| (by, Basis::Named));
                if let Some((by, basis)) = by.or_else(|| Some((usual()?, Basis::Usual))) {
                    self.steps.push(Step {
                        asked: *asked,
                        on,
                        by,
                        basis,
                        reference: reference.clone(),
                        appealed: None,
                        done: None,
                    });
                }
            }
            Fact::Supplied { reference } => {
                self.end("what was asked for was supplied", on, reference, |step| step.asked.is_answered());
            }
            Fact::Complied { in_full: false, .. } => {}
            Fact::Complied { reference, in_full: true } => {
                self.end("the steps were taken", on, reference, |step| {
                    !matches!(step.asked, Asked::Complaint | Asked::Appeal)
                })
            }
            Fact::Closed { reference } => {
                self.end("the regulator closed its case", on, reference, |step| step.asked.is_answered());
            }
            Fact::Appealed { reference, due } => self.appeal(on, reference.as_ref(), *due),
            Fact::Judged { judgment, by } => self.judge(on, *judgment, *by),
        }
    }

    /// Where both name the regulator's number it has to be the same.
    fn of<'s>(&'s mut self, reference: Option<&'s String>) -> impl Iterator<Item = &'s mut Step> {
        let is_same = move |step: &&mut Step| match (&step.reference, reference) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        self.steps.iter_mut().filter(is_same)
    }

    fn end(&mut self, why: &'static str, on: On, reference: &Option<String>, which: impl Fn(&Step) -> bool) {
        self.of(reference.as_ref()).filter(|step| which(step)).for_each(|step| step.end(why, on));
    }

    fn appeal(&mut self, on: On, reference: Option<&String>, due: Option<Day>) {
        for step in self.of(reference).filter(|step| step.asked.waits_for_appeal() && step.is_open()) {
            step.appealed = Some(on);
        }
        if let Some(by) = due {
            let (asked, basis, reference) = (Asked::Appeal, Basis::Named, reference.cloned());
            self.steps.push(Step { asked, on, by, basis, reference, appealed: None, done: None });
        }
    }

    /// What the tribunal orders stands in the place of what was appealed against. Where it names no day, the notice's own
    /// applies again, unless the appeal was allowed.
    fn judge(&mut self, on: On, judgment: Judgment, by: Option<Day>) {
        for step in &mut self.steps {
            match (step.asked, step.appealed.take()) {
                (Asked::Appeal, _) => step.end("the tribunal decided", on),
                (_, Some(_)) if judgment == Judgment::Allowed || by.is_some() => {
                    step.end("the tribunal decided", on);
                }
                _ => {}
            }
        }
        if let Some(by) = by {
            let (asked, basis) = (Asked::Tribunal, Basis::Named);
            self.steps.push(Step { asked, on, by, basis, reference: None, appealed: None, done: None });
        }
    }
}

fn usual_day(notice: Day) -> Day {
    match law::DECISION_NOTICE.length {
        Length::Days(days) => notice.plus(i32::from(days)),
        _ => unreachable!("it is counted in days"),
    }
}

impl Case for Notices {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Notices> {
        let mut notices = Notices { steps: Vec::new(), all: Vec::new() };
        for (place, happened) in facts.iter().enumerate() {
            let mut on_that_day =
                facts[..place].iter().rev().take_while(|earlier| earlier.day == happened.day);
            // What was recorded twice happened once.
            if !on_that_day.any(|earlier| earlier.fact == happened.fact) {
                notices.take(On::of(happened), &happened.fact);
            }
        }
        (!notices.all.is_empty()).then_some(notices)
    }

    fn is_done(&self) -> bool {
        !self.steps.iter().any(Step::is_open)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, _: &str, stage: &str) -> String {
        alarms::cleared(self, stage)
    }
}
