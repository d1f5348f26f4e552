//! Who may sign: delegations, and the roles that are held.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;

/// What an event says that passes a power on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Passed {
    delegated_to: String,
    power: Power,
    from: Option<Day>,
    until: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Power {
    HomeworkAuthorisation,
    #[serde(other)]
    Other,
}

/// A delegation, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delegation {
    pub(crate) to: String,
    may_authorise: bool,
    pub(crate) from: Day,
    pub(crate) until: Option<Day>,
    pub(crate) seq: u64,
}

impl Delegation {
    /// Whether a role may authorise working at home by it on a day. Where it is not said in which role somebody signed, the
    /// delegation that was named is taken to be theirs.
    pub(crate) fn permits(&self, role: Option<&str>, day: Day) -> bool {
        self.may_authorise
            && role.is_none_or(|role| role == self.to)
            && self.from <= day
            && self.until.is_none_or(|until| day <= until)
    }
}

impl Case for Delegation {
    type Settings = Settings;
    type Fact = Passed;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Passed>, DataError> {
        if kind == "delegation.recorded" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Passed) -> u8 {
        0
    }

    /// What was recorded last under a number stands.
    fn fold(_: &Settings, facts: &[Happened<Passed>]) -> Option<Delegation> {
        let last = facts.last()?;
        Some(Delegation {
            to: last.fact.delegated_to.clone(),
            may_authorise: last.fact.power == Power::HomeworkAuthorisation,
            from: last.fact.from.unwrap_or(last.day),
            until: last.fact.until,
            seq: last.seq,
        })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// What an event about a role says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Assigned { is_director: bool, from: Option<Day>, until: Option<Day> },
    Vacated { from: Option<Day> },
}

/// A role, as it stands: what is known of it from which day on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Role {
    states: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    from: Day,
    /// Whether somebody holds it, and it is a service director's.
    is_director: bool,
    until: Option<Day>,
    seq: u64,
}

impl Role {
    /// The entry by which nobody held it as a service director on a day. Before anything is recorded of a role nothing is
    /// known: then what was signed in it is believed.
    pub(crate) fn is_no_director(&self, day: Day) -> Option<u64> {
        let state = self.states.iter().rfind(|state| state.from <= day)?;
        let is_over = state.until.is_some_and(|until| until < day);
        (is_over || !state.is_director).then_some(state.seq)
    }
}

impl Case for Role {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "role.assigned" => {
                let Assigned { role_kind, from, until } = data.read()?;
                Fact::Assigned { is_director: role_kind == "service_director", from, until }
            }
            "role.vacated" => Fact::Vacated { from: data.read::<Vacated>()?.from },
            _ => return Ok(None),
        }))
    }

    /// Who follows somebody on a day holds the role on it.
    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Vacated { .. } => 0,
            Fact::Assigned { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Role> {
        let state = |happened: &Happened<Fact>| {
            let seq = happened.seq;
            match happened.fact {
                Fact::Assigned { is_director, from, until } => {
                    State { from: from.unwrap_or(happened.day), is_director, until, seq }
                }
                Fact::Vacated { from } => {
                    State { from: from.unwrap_or(happened.day), is_director: false, until: None, seq }
                }
            }
        };
        let mut states: Vec<State> = facts.iter().map(state).collect();
        states.sort_by_key(|state| state.from);
        (!states.is_empty()).then_some(Role { states })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Assigned {
    role_kind: String,
    from: Option<Day>,
    until: Option<Day>,
}

#[derive(Deserialize)]
struct Vacated {
    from: Option<Day>,
}
