//! Visits: what of their events is kept.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

/// What an event about a visit says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) area: Area,
    pub(crate) escorted: Option<bool>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) unit: Option<String>,
}

/// Where a visitor was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Area {
    Office,
    DataCentre,
    RecordsStore,
    Registry,
    Reception,
    Other,
}

impl Area {
    pub(crate) const ALL: [Area; 6] =
        [Area::DataCentre, Area::RecordsStore, Area::Registry, Area::Office, Area::Reception, Area::Other];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Area::Office => "Office",
            Area::DataCentre => "Data centre",
            Area::RecordsStore => "Records store",
            Area::Registry => "Registry",
            Area::Reception => "Reception",
            Area::Other => "Other",
        }
    }

    /// Whether information is kept there that a visitor ought not to be alone with.
    pub(crate) fn holds_records(self) -> bool {
        matches!(self, Area::DataCentre | Area::RecordsStore | Area::Registry)
    }
}

/// What a visit was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    Meeting,
    Maintenance,
    Audit,
    Inspection,
    Delivery,
    Other,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Purpose::Meeting => "meeting",
            Purpose::Maintenance => "maintenance",
            Purpose::Audit => "audit",
            Purpose::Inspection => "inspection",
            Purpose::Delivery => "delivery",
            Purpose::Other => "other",
        }
    }
}

/// All that was recorded of a visit: it may lead through several places, and last for days.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Visit {
    pub(crate) seen: Vec<(On, Seen)>,
}

impl Case for Visit {
    type Settings = Settings;
    type Fact = Seen;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Seen>, DataError> {
        if kind == "visitor.access_recorded" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Seen) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Seen>]) -> Option<Visit> {
        let mut seen: Vec<(On, Seen)> = Vec::new();
        for happened in facts {
            // What is recorded twice happened once.
            if !seen.iter().any(|(on, seen)| on.time == happened.time && *seen == happened.fact) {
                seen.push((On::of(happened), happened.fact.clone()));
            }
        }
        (!seen.is_empty()).then_some(Visit { seen })
    }

    fn is_done(&self) -> bool {
        true
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
