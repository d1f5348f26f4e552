//! Cases: what is known of one matter, folded from its entries whatever their order.
//!
//! Entries about a case come late, out of order, twice under two numbers, and wrong. [`CaseFold`] keeps them all in a
//! compact form, and works a case out again from the beginning whenever its history changes:
//!
//! - **Corrections** (`ledger.correction_recorded`): an entry that is voided counts no more, one that is replaced counts
//!   with other data, one that is restored counts as at first. The last correction of an entry stands.
//! - **Merges** (`case.merged`, `case.unmerged`): the entries of both cases are folded as those of the case that goes on,
//!   so that it counts once and its earliest receipt stands.
//! - **Aliases** (`case.alias_recorded`): what is recorded under the other number belongs to the case.
//! - **Identities** (`identity.linked`, `identity.unlinked`): two identifiers of one person are one case, where cases are
//!   people.
//! - **Parts** ([`Case::part_of`]): what is recorded under a number of its own, a grant of access say, is folded with what it
//!   is part of, the person who has it, whichever was recorded first.
//! - **Order**: by the civil day in London on which something happened, on a day in the order of a case's life, then by
//!   time, then as recorded. So entries may arrive in any order, and the case comes out the same.
//! - **Calendars** (`calendar.*`, see [`Calendars`]): where the plugin subscribes to them and a bank holiday is added or
//!   removed, cases that are not done are worked out again.
//!
//! An author says what of an event is kept ([`Case::fact`]), what facts in order come to ([`Case::fold`]), and which
//! alarms such a case has ([`Case::alarms`]). Which alerts are to be raised and cleared, and when the plugin is to be woken,
//! follows from that.

use std::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Alert, Calendars, Data, DataError, Day, Instant, Rule, Touched};

mod changes;
mod fold;
mod history;
mod key;
mod known;
mod links;
mod standing;
#[cfg(test)]
mod tests;

pub use changes::{Change, Changed};
pub use fold::{CaseFold, Unreadable};
pub use standing::Watch;

/// What a plugin with cases has to subscribe to besides the events of its own.
pub const CASE_SUBSCRIPTIONS: [&str; 2] = ["case.*", "ledger.correction_recorded"];

/// A kind of case: how it is worked out of facts, and what there is to be said about it.
///
/// Everything here is a pure function. The value itself is never kept: it is made again whenever it is needed.
pub trait Case: Sized {
    /// The plugin's settings.
    type Settings;

    /// What is kept of an event. There may be millions: keep what is used, as numbers and enums where that will do.
    type Fact: Serialize + DeserializeOwned;

    /// What of an event is kept; nothing where events of this kind do not bear on such a case. What hangs on the data
    /// is for [`fold`](Case::fold) to tell: an entry of which nothing was kept cannot be corrected to say more.
    ///
    /// # Errors
    /// Where the data does not fit. The entry is then listed by [`CaseFold::unreadable`], until it is corrected.
    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Self::Fact>, DataError>;

    /// The case that the fact's subject is part of, where the fact says so: everything under that subject is then folded
    /// with that case. Of several that say so, the one that happened last counts. [`Happened::subject`] tells parts apart.
    fn part_of(fact: &Self::Fact) -> Option<&str> {
        let _ = fact;
        None
    }

    /// Where a fact stands in the life of a case: of facts of one day the one with the smaller number comes first.
    fn rank(fact: &Self::Fact) -> u8;

    /// What facts in their order come to; nothing where they are no such case, or not yet.
    fn fold(settings: &Self::Settings, facts: &[Happened<Self::Fact>]) -> Option<Self>;

    /// The same where working days are counted, by the calendars as the ledger says that they are. [`CaseFold`] asks this
    /// one; a case that implements it has [`fold`](Case::fold) ask it with [`Calendars::default`].
    fn fold_by(
        settings: &Self::Settings,
        calendars: &Calendars,
        facts: &[Happened<Self::Fact>],
    ) -> Option<Self> {
        let _ = calendars;
        Self::fold(settings, facts)
    }

    /// Whether another calendar can make a difference to cases of this kind: then they are all worked out again, but for
    /// those that are done. By default it is the holidays that do.
    fn counts_by(touched: &Touched) -> bool {
        !touched.holidays.is_empty()
    }

    /// Whether it has come to its end, so that no other calendar would give it an alarm.
    fn is_done(&self) -> bool {
        false
    }

    /// The alerts that the case has, each with the time in which it stands. Those of a case that is done are none.
    fn alarms(&self, settings: &Self::Settings) -> Vec<Alarm>;

    /// Gives an alert its words and its evidence, when the time of its alarm has come.
    fn alert(&self, settings: &Self::Settings, alarm: &Alarm, alert: Alert) -> Alert;

    /// Why an alert stands no longer: the case as it is now has no such alarm any more, or at another time.
    fn cleared(&self, settings: &Self::Settings, rule: &str, stage: &str) -> String {
        let _ = (settings, rule, stage);
        "it is no longer so".to_owned()
    }
}

/// A fact, and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened<F> {
    /// The number under which it was recorded: that of the case, or of one that is folded with it.
    pub subject: Rc<str>,
    /// The entry's number.
    pub seq: u64,
    /// When it was recorded.
    pub recorded: Instant,
    /// When it happened. Where only the day is known, when that day began in London.
    pub time: Instant,
    /// The day in London on which it happened.
    pub day: Day,
    /// The fact.
    pub fact: F,
}

/// How far something has gone: a name such as `overdue`, or a number before one, as in `5-working-days-left`. Alarms are
/// worked out at every event, and only few of them become alerts: so the text is put together only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The number, if there is one.
    pub number: Option<u16>,
    /// The name, or what stands behind the number and a `-`.
    pub name: &'static str,
}

impl From<&'static str> for Stage {
    fn from(name: &'static str) -> Stage {
        Stage { number: None, name }
    }
}

impl From<(u16, &'static str)> for Stage {
    fn from((number, name): (u16, &'static str)) -> Stage {
        Stage { number: Some(number), name }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{number}-{}", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// An alert that a case has from an instant on, and maybe until another. It is raised when that instant has come, by a
/// tick, and cleared when it is over or when the case has it no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// The rule.
    pub rule: &'static Rule,
    /// How far it has gone.
    pub stage: Stage,
    /// From when on it stands.
    pub at: Instant,
    /// From when on it stands no more, where the next stage takes its place.
    pub until: Option<Instant>,
    /// When it was or will be due. If that changes, the alert is raised anew.
    pub due: Option<Instant>,
}

impl Alarm {
    /// An alarm that stands from an instant on, which is also when the matter was due.
    #[must_use]
    pub fn new(rule: &'static Rule, stage: impl Into<Stage>, at: Instant) -> Alarm {
        Alarm { rule, stage: stage.into(), at, until: None, due: Some(at) }
    }

    /// It stands no more from an instant on.
    #[must_use]
    pub fn until(mut self, until: Instant) -> Alarm {
        self.until = Some(until);
        self
    }

    /// When the matter was or will be due.
    #[must_use]
    pub fn due(mut self, due: Instant) -> Alarm {
        self.due = Some(due);
        self
    }

    fn stands(&self, now: Instant) -> bool {
        self.at <= now && self.until.is_none_or(|until| now < until)
    }
}
