//! How a person is worked out of employments, grants, equipment and conflicts of duties.

use std::rc::Rc;

use muniment_sdk::{Alarm, Alert, Calendars, Case, CaseFold, Data, DataError, Event, Happened, Outcome};
use serde::Deserialize;

pub(crate) mod alarms;
mod apply;
pub(crate) mod conflict;
pub(crate) mod employment;
pub(crate) mod facts;
mod folding;
pub(crate) mod held;
pub(crate) mod purpose;
mod words;

pub(crate) use apply::NO_ENTITLEMENT;
use conflict::{Conflict, Kit, Suspension};
use employment::Employment;
use facts::Fact;
use held::Held;

use crate::Settings;
use crate::moment::At;

/// A person, as they stand: or, where no entry says whose it is, the account or employment alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Person {
    /// Whether an entry names the person.
    pub(crate) is_named: bool,
    pub(crate) held: Vec<Held>,
    pub(crate) employments: Vec<Employment>,
    pub(crate) suspensions: Vec<Suspension>,
    pub(crate) kit: Vec<Kit>,
    pub(crate) conflicts: Vec<Conflict>,
    /// Entries that do not go with what was known before them.
    pub(crate) strange: Vec<At>,
}

impl Person {
    pub(crate) fn employment(&self, number: &str) -> Option<&Employment> {
        self.employments.iter().rfind(|employment| *employment.number == *number)
    }

    /// Access that works as far as is known.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| held.live().is_some())
    }

    /// Things that are not back.
    pub(crate) fn kit_out(&self) -> impl Iterator<Item = &Kit> {
        self.kit.iter().filter(|kit| kit.back.is_none())
    }
}

impl Case for Person {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        apply::read(kind, data)
    }

    /// Of an alert that names no person, the suspension that it is about says whose it is.
    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Alerted { person: None, of, .. } => of.as_deref(),
            _ => fact.person(),
        }
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Person> {
        Person::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Person> {
        (!facts.is_empty()).then(|| folding::person(settings, settings.calendar(calendars), facts))
    }

    /// Nothing that counts working days is open.
    fn is_done(&self) -> bool {
        let settled = |employment: &Employment| {
            employment.leaving.is_some()
                && (employment.is_contract || employment.checklist.complete.is_some())
        };
        self.live().next().is_none()
            && self.kit_out().next().is_none()
            && self.employments.iter().all(settled)
            && self.conflicts.iter().all(|conflict| conflict.resolved.is_some())
            && self.suspensions.iter().all(|suspension| suspension.alerted.is_some())
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        alarms::of(self)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        words::of(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, _: &str) -> String {
        words::cleared(self, rule)
    }
}

/// Passes on an event that is about people and not about access. That the risk manager was told of a suspension which is
/// recorded under another number, joins the two numbers: it goes by a type of its own, since only here both are seen.
pub(crate) fn route(people: &mut CaseFold<Person>, settings: &Settings, event: &Event, out: &mut Outcome) {
    #[derive(Deserialize)]
    struct About {
        suspension_ref: Option<String>,
    }
    let of_another = event.kind == "staff.irm_alerted"
        && event
            .data::<About>()
            .is_ok_and(|it| it.suspension_ref.is_some() && it.suspension_ref != event.subject);
    if of_another {
        let event = Event { kind: apply::ALERTED_OF.to_owned(), ..event.clone() };
        return people.apply(settings, &event, out);
    }
    people.apply(settings, event, out);
}

/// The number under which something is recorded.
pub(crate) type Number = Rc<str>;
