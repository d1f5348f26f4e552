//! Inspections by the Investigatory Powers Commissioner.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::authorisation::On;

/// What the inspectors found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Opinion {
    Satisfactory,
    ActionsNeeded,
    Unsatisfactory,
}

impl Opinion {
    /// Its name, for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Opinion::Satisfactory => "Satisfactory",
            Opinion::ActionsNeeded => "Actions needed",
            Opinion::Unsatisfactory => "Unsatisfactory",
        }
    }
}

/// What is kept of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) opinion: Opinion,
    pub(crate) recommendations: Option<u32>,
    pub(crate) nil_return: Option<bool>,
}

/// An inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inspection {
    pub(crate) on: On,
    pub(crate) found: Found,
}

impl Case for Inspection {
    type Settings = Settings;
    type Fact = Found;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Found>, DataError> {
        if kind == "ipco.inspected" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Found) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Found>]) -> Option<Inspection> {
        let last = facts.last()?;
        Some(Inspection { on: On { day: last.day, seq: last.seq }, found: last.fact })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
