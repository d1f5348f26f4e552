//! In what ways a person belongs to the organisation, and how that changes.

use std::collections::BTreeSet;
use std::rc::Rc;

use muniment_sdk::{Calendar, Day, Instant};

use super::facts::{Item, Move, Role};
use crate::Settings;
use crate::moment::{At, Code, UserClass};

/// An employment, an office or an engagement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Employment {
    /// Its number.
    pub(crate) number: Rc<str>,
    /// Whether it is a contract with somebody outside: there is no exit checklist then.
    pub(crate) is_contract: bool,
    pub(crate) class: Option<UserClass>,
    /// The functions that it had, the present one last.
    pub(crate) functions: Vec<Code>,
    pub(crate) unit: Option<String>,
    pub(crate) joined: Option<At>,
    pub(crate) starts: Option<Day>,
    pub(crate) moves: Vec<Moved>,
    pub(crate) leaving: Option<Leaving>,
    pub(crate) checklist: Checklist,
}

/// Somebody changed to another function or unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moved {
    pub(crate) at: At,
    pub(crate) to: Move,
    /// The last day on which the access of the old function may be there.
    pub(crate) due: Day,
}

/// Somebody leaves, or has left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaving {
    pub(crate) last_day: Day,
    pub(crate) announced: Option<At>,
    pub(crate) left: Option<At>,
    /// The other ways in which the person still belongs to the organisation, as said when they left.
    pub(crate) remaining: Vec<UserClass>,
    /// The last day on which access may be there.
    pub(crate) due: Day,
    /// From the end of this day on it is grave.
    pub(crate) latest: Day,
    pub(crate) kit_due: Day,
    /// The last day on which it was to be announced.
    pub(crate) announce_by: Day,
}

/// The exit checklist.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Checklist {
    gone_through: Option<At>,
    outstanding: u16,
    settled_since: BTreeSet<Item>,
    outstanding_since: BTreeSet<Item>,
    /// Since when nothing is outstanding.
    pub(crate) complete: Option<At>,
    pub(crate) last: Option<At>,
}

impl Employment {
    pub(crate) fn new(number: &Rc<str>) -> Employment {
        Employment {
            number: Rc::clone(number),
            is_contract: false,
            class: None,
            functions: Vec::new(),
            unit: None,
            joined: None,
            starts: None,
            moves: Vec::new(),
            leaving: None,
            checklist: Checklist::default(),
        }
    }

    pub(crate) fn describe(&mut self, role: &Role) {
        self.class = role.class.or(self.class);
        if role.unit.is_some() {
            self.unit.clone_from(&role.unit);
        }
        if let Some(function) = role.function {
            self.functions.retain(|known| *known != function);
            self.functions.push(function);
        }
    }

    /// Whether it was there on a day.
    pub(crate) fn is_held_on(&self, day: Day) -> bool {
        self.starts.is_none_or(|starts| starts <= day)
            && self.leaving.as_ref().is_none_or(|leaving| day <= leaving.last_day)
    }

    /// The entry by which it is known.
    pub(crate) fn evidence(&self) -> impl Iterator<Item = u64> {
        let leaving = self.leaving.as_ref();
        let of_leaving = [leaving.and_then(|it| it.announced), leaving.and_then(|it| it.left)];
        self.joined.into_iter().chain(of_leaving.into_iter().flatten()).map(|at| at.seq)
    }
}

impl Moved {
    pub(crate) fn count(&mut self, settings: &Settings, calendar: &Calendar) {
        self.due = calendar.working_day_after(self.to.effective, settings.mover_change_working_days);
    }
}

impl Leaving {
    pub(crate) fn on(last_day: Day) -> Leaving {
        Leaving {
            last_day,
            announced: None,
            left: None,
            remaining: Vec::new(),
            due: last_day,
            latest: last_day,
            kit_due: last_day,
            announce_by: last_day,
        }
    }

    pub(crate) fn count(&mut self, settings: &Settings, calendar: &Calendar) {
        self.due = calendar.working_day_after(self.last_day, settings.leaver_revoke_working_days);
        self.latest = calendar.working_day_after(self.due, 1);
        self.kit_due = calendar.working_day_after(self.last_day, settings.equipment_return_working_days);
        self.announce_by = calendar.working_day_before(self.last_day, settings.leaver_notice_working_days);
    }
}

impl Checklist {
    pub(crate) fn item(&mut self, item: Item, settled: bool, at: At) {
        if settled {
            self.outstanding_since.remove(&item);
            if self.gone_through.is_some() {
                self.settled_since.insert(item);
            }
        } else {
            self.settled_since.remove(&item);
            self.outstanding_since.insert(item);
        }
        self.look(at);
    }

    pub(crate) fn go_through(&mut self, outstanding: u16, at: At) {
        self.gone_through = Some(at);
        self.outstanding = outstanding;
        self.settled_since.clear();
        if outstanding == 0 {
            self.outstanding_since.clear();
        }
        self.look(at);
    }

    /// How many items are outstanding; nothing where nobody has gone through it.
    pub(crate) fn outstanding(&self) -> Option<usize> {
        let counted = usize::from(self.outstanding).saturating_sub(self.settled_since.len());
        self.gone_through.map(|_| counted.max(self.outstanding_since.len()))
    }

    pub(crate) fn was_complete_by(&self, instant: Instant) -> bool {
        self.complete.is_some_and(|at| at.time < instant)
    }

    fn look(&mut self, at: At) {
        self.last = Some(at);
        self.complete = match self.outstanding() {
            Some(0) => Some(self.complete.unwrap_or(at)),
            _ => None,
        };
    }
}
