//! What of an event is kept.

use muniment_sdk::{Data, DataError, Instant};
use serde::{Deserialize, Serialize};

/// What an event about a breach says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Something was seen that may be a breach.
    Reported { detected: Option<Instant>, unit: Option<String> },
    /// A processor told of a breach of data that it holds.
    ProcessorTold { unit: Option<String> },
    /// It was none.
    Unsubstantiated,
    /// It is reasonably certain that personal data is compromised.
    Aware { unit: Option<String> },
    /// It was classified, and its harm weighed.
    Assessed { severity: Severity },
    /// It was decided whether the regulator has to be told.
    Decided { reportable: bool },
    /// The regulator was told, with the reasons where it was late, or without.
    Notified { reasons: bool },
    /// Nothing more is to be done. That decides nothing about the regulator.
    Closed,
}

/// How grave it is on the organisation's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    Green,
    Amber,
    Red,
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on the clock.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "incident.reported" => {
                let Reported { detected_at, unit } = data.read()?;
                Fact::Reported { detected: detected_at, unit }
            }
            "incident.unsubstantiated" => Fact::Unsubstantiated,
            "breach.processor_notified" => Fact::ProcessorTold { unit: data.read::<OfUnit>()?.unit },
            "breach.aware" => Fact::Aware { unit: data.read::<OfUnit>()?.unit },
            "breach.assessed" => Fact::Assessed { severity: data.read::<Assessed>()?.severity },
            "breach.reportability_decided" => {
                Fact::Decided { reportable: data.read::<Decided>()?.reportable }
            }
            "breach.ico_notified" => {
                let reason = data.read::<Notified>()?.delay_reason;
                Fact::Notified { reasons: reason.is_some_and(|reason| reason != "not_late") }
            }
            "breach.closed" => Fact::Closed,
            _ => return Ok(None),
        }))
    }

    /// Its place in the life of a breach, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Reported { .. } => 0,
            Fact::ProcessorTold { .. } => 1,
            Fact::Aware { .. } => 2,
            Fact::Assessed { .. } => 3,
            Fact::Decided { .. } => 4,
            Fact::Notified { .. } => 5,
            Fact::Unsubstantiated => 6,
            Fact::Closed => 7,
        }
    }
}

#[derive(Deserialize)]
struct Reported {
    detected_at: Option<Instant>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct OfUnit {
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Assessed {
    severity: Severity,
}

#[derive(Deserialize)]
struct Decided {
    reportable: bool,
}

#[derive(Deserialize)]
struct Notified {
    delay_reason: Option<String>,
}
