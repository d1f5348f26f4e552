//! What is to be changed after a breach.

use muniment_sdk::{Day, Instant};

use crate::Settings;
use crate::case::At;

/// Something that is to be changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Action {
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
    /// The day that was set for it.
    day: Option<Day>,
    /// None where only its completion was ever recorded.
    pub(crate) raised: Option<At>,
    pub(crate) done: Option<At>,
    /// Whether it was completed before it was raised, as the entries have it.
    pub(crate) is_out_of_order: bool,
}

impl Action {
    /// It was raised, or raised again: the last date that was set stands, and what had been done is to be done again.
    pub(crate) fn raise(all: &mut Vec<Action>, at: At, name: &str, owner: Option<&str>, day: Option<Day>) {
        let owner = owner.map(str::to_owned);
        match all.iter_mut().find(|action| action.name == name) {
            Some(known) => {
                known.day = day.or(known.day);
                known.owner = owner.or(known.owner.take());
                if known.raised.is_some() {
                    known.done = None;
                } else {
                    known.is_out_of_order = true;
                }
                known.raised.get_or_insert(at);
            }
            None => all.push(Action {
                name: name.to_owned(),
                owner,
                day,
                raised: Some(at),
                done: None,
                is_out_of_order: false,
            }),
        }
    }

    /// It was done.
    pub(crate) fn complete(all: &mut Vec<Action>, at: At, name: &str) {
        match all.iter_mut().find(|action| action.name == name) {
            Some(known) => _ = known.done.get_or_insert(at),
            None => all.push(Action {
                name: name.to_owned(),
                owner: None,
                day: None,
                raised: None,
                done: Some(at),
                is_out_of_order: false,
            }),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.done.is_none()
    }

    /// The last day on which it is done in time.
    pub(crate) fn due(&self, settings: &Settings) -> Option<Day> {
        let of_control = |raised: At| raised.day.plus(i32::from(settings.action_days));
        self.day.or(self.raised.map(of_control))
    }

    pub(crate) fn has_own_day(&self) -> bool {
        self.day.is_some()
    }

    /// From when on it is overdue.
    pub(crate) fn overdue_from(&self, settings: &Settings) -> Option<Instant> {
        self.due(settings).filter(|_| self.is_open()).map(Day::end)
    }
}

/// The actions that are open, the first due first.
pub(crate) fn open<'a>(actions: &'a [Action], settings: &Settings) -> Vec<(Instant, &'a Action)> {
    let open = actions.iter().filter_map(|action| Some((action.overdue_from(settings)?, action)));
    let mut open: Vec<(Instant, &Action)> = open.collect();
    open.sort_by(|one, other| (one.0, &one.1.name).cmp(&(other.0, &other.1.name)));
    open
}
