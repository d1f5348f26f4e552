//! Violations of the standards for working at home: what of their events is kept.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

/// What an event about a violation says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) person: Option<String>,
    pub(crate) authorisation_ref: Option<String>,
    pub(crate) incident_ref: Option<String>,
    pub(crate) unit: Option<String>,
}

/// Which standard was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    HomeEmail,
    Vehicle,
    Unlocked,
    Unencrypted,
    NotAuthorised,
    SharedEquipment,
    Overdue,
    Other,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] = [
        Kind::HomeEmail,
        Kind::Vehicle,
        Kind::Unlocked,
        Kind::Unencrypted,
        Kind::NotAuthorised,
        Kind::SharedEquipment,
        Kind::Overdue,
        Kind::Other,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::HomeEmail => "Sent to a private mailbox",
            Kind::Vehicle => "Left in a vehicle",
            Kind::Unlocked => "Not locked away",
            Kind::Unencrypted => "Not encrypted",
            Kind::NotAuthorised => "Not authorised",
            Kind::SharedEquipment => "On shared equipment",
            Kind::Overdue => "Kept for too long",
            Kind::Other => "Other",
        }
    }

    /// The stage of its alert.
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Kind::HomeEmail => "home-email",
            Kind::Vehicle => "vehicle",
            Kind::Unlocked => "unlocked",
            Kind::Unencrypted => "unencrypted",
            Kind::NotAuthorised => "not-authorised",
            Kind::SharedEquipment => "shared-equipment",
            Kind::Overdue => "overdue",
            Kind::Other => "other",
        }
    }
}

/// The violations under one number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Violations {
    pub(crate) seen: Vec<(On, Seen)>,
}

impl Case for Violations {
    type Settings = Settings;
    type Fact = Seen;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Seen>, DataError> {
        if kind == "homework.violation_recorded" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Seen) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Seen>]) -> Option<Violations> {
        let mut seen: Vec<(On, Seen)> = Vec::new();
        for happened in facts {
            // What is recorded twice happened once.
            if !seen.iter().any(|(on, seen)| on.time == happened.time && *seen == happened.fact) {
                seen.push((On::of(happened), happened.fact.clone()));
            }
        }
        (!seen.is_empty()).then_some(Violations { seen })
    }

    /// What there is to be said hangs on what was done about them too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
