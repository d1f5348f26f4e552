//! Controls, and what tests of them showed. No alert is about them here: the report counts them.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::{At, Settings};

/// A control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Control {
    pub(crate) unit: Option<String>,
    /// The tests in order, never none.
    pub(crate) tests: Vec<(Fact, At)>,
}

/// What a test showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    unit: Option<String>,
    #[serde(rename = "control_kind")]
    pub(crate) kind: Kind,
    pub(crate) result: Effect,
    pub(crate) next_due: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    SegregationOfDuties,
    DualControl,
    PeerReview,
    Rotation,
    Technical,
    Procedural,
    Physical,
}

impl Kind {
    pub(crate) const ALL: [Kind; 7] = [
        Kind::SegregationOfDuties,
        Kind::DualControl,
        Kind::PeerReview,
        Kind::Rotation,
        Kind::Technical,
        Kind::Procedural,
        Kind::Physical,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::SegregationOfDuties => "Segregation of duties",
            Kind::DualControl => "Dual control",
            Kind::PeerReview => "Peer review",
            Kind::Rotation => "Rotation",
            Kind::Technical => "Technical",
            Kind::Procedural => "Procedural",
            Kind::Physical => "Physical",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    Effective,
    PartlyEffective,
    Ineffective,
}

impl Case for Control {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind == "control.tested" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Control> {
        let mut control = Control { unit: None, tests: Vec::new() };
        for happened in facts {
            control.unit = happened.fact.unit.clone().or(control.unit);
            if control.tests.iter().all(|(_, known)| known.time != happened.time) {
                control.tests.push((happened.fact.clone(), At::of(happened)));
            }
        }
        (!control.tests.is_empty()).then_some(control)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
