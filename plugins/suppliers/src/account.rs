//! Access to systems, as far as it may be a contractor's: what of its events is kept, and what is live of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::keep;

/// What an event about access says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Granted {
        person: Option<String>,
        is_contractors: bool,
        system: String,
        entitlement: String,
        until: Option<Day>,
    },
    /// Granted to somebody who is no contractor in this: most are. Kept so that a correction can say otherwise.
    OfOthers,
    Changed {
        person: Option<String>,
        system: String,
        before: Option<String>,
        entitlement: String,
    },
    /// Taken away for good, or for a time.
    Stopped {
        system: String,
        entitlement: Option<String>,
    },
}

impl Fact {
    fn place(&self) -> u8 {
        match self {
            Fact::Granted { .. } | Fact::OfOthers => 0,
            Fact::Changed { .. } => 1,
            Fact::Stopped { .. } => 2,
        }
    }
}

/// How somebody belongs to the organisation.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UserClass {
    Contractor,
    #[serde(other)]
    Other,
}

/// An account, or a grant, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Account {
    pub(crate) person: Option<String>,
    /// Whether it is said to be a contractor's. Where nothing is said, whoever has an engagement is one.
    pub(crate) is_contractors: bool,
    pub(crate) live: Vec<Live>,
}

/// Access that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) system: String,
    entitlement: String,
    pub(crate) since: Instant,
    pub(crate) seq: u64,
    /// Its last day, where it is limited.
    pub(crate) until: Option<Day>,
}

impl Account {
    /// Whether it can make a difference to anybody.
    pub(crate) fn counts(&self) -> bool {
        self.person.is_some() && !self.live.is_empty()
    }

    fn grant(&mut self, live: Live) {
        let is_same =
            |other: &&mut Live| other.system == live.system && other.entitlement == live.entitlement;
        match self.live.iter_mut().find(is_same) {
            Some(known) if known.until.is_none_or(|until| live.since < until.end()) => {
                known.until = live.until
            }
            Some(known) => *known = live,
            None => self.live.push(live),
        }
    }

    fn stop(&mut self, system: &str, entitlement: Option<&str>) {
        let is_meant = |live: &Live| {
            live.system == system && entitlement.is_none_or(|entitlement| live.entitlement == entitlement)
        };
        self.live.retain(|live| !is_meant(live));
    }
}

impl Case for Account {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "access.granted" => {
                let Granted { person, user_class, system, entitlement, valid_until } = data.read()?;
                if user_class == Some(UserClass::Other) {
                    return Ok(Some(Fact::OfOthers));
                }
                let is_contractors = user_class.is_some();
                Fact::Granted { person, is_contractors, system, entitlement, until: valid_until }
            }
            "access.changed" => {
                let Changed { person, system, entitlement_before, entitlement } = data.read()?;
                Fact::Changed { person, system, before: entitlement_before, entitlement }
            }
            "access.suspended" | "access.revoked" => {
                let Stopped { system, entitlement } = data.read()?;
                Fact::Stopped { system, entitlement }
            }
            _ => return Ok(None),
        }))
    }

    /// Access is stopped and given back on one day: the time decides, and the kind only where the time is the same.
    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Account> {
        let mut account = Account::default();
        let mut in_order: Vec<&Happened<Fact>> = facts.iter().collect();
        in_order.sort_by_key(|it| (it.day, it.time, it.fact.place(), it.seq));
        for happened in in_order {
            let (since, seq) = (happened.time, happened.seq);
            match &happened.fact {
                Fact::Granted { person, is_contractors, system, entitlement, until } => {
                    keep(&mut account.person, person);
                    account.is_contractors |= is_contractors;
                    let (system, entitlement) = (system.clone(), entitlement.clone());
                    account.grant(Live { system, entitlement, since, seq, until: *until });
                }
                Fact::OfOthers => {}
                Fact::Changed { person, system, before, entitlement } => {
                    keep(&mut account.person, person);
                    let had = account.live.iter().find(|live| live.system == *system).cloned();
                    account.stop(system, before.as_deref());
                    // Whose grant was another's, or is not on record, stays none of a contractor's.
                    if let Some(had) = had.filter(|_| entitlement != "none") {
                        account.grant(Live { entitlement: entitlement.clone(), ..had });
                    }
                }
                Fact::Stopped { system, entitlement } => account.stop(system, entitlement.as_deref()),
            }
        }
        (!facts.is_empty()).then_some(account)
    }

    /// What there is to be said hangs on engagements and undertakings too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Granted {
    person: Option<String>,
    user_class: Option<UserClass>,
    system: String,
    entitlement: String,
    valid_until: Option<Day>,
}

#[derive(Deserialize)]
struct Changed {
    person: Option<String>,
    system: String,
    entitlement_before: Option<String>,
    entitlement: String,
}

#[derive(Deserialize)]
struct Stopped {
    system: String,
    entitlement: Option<String>,
}
