//! Audits with their recommendations, and the meetings of boards. Nothing here is late by a rule; the report counts it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum AuditFact {
    Completed { kind: String, opinion: Option<String> },
    Raised { name: String, priority: Option<Priority>, owner: Option<String>, unit: Option<String>, due: Day },
    Closed { name: String, reason: String },
}

/// How urgent a recommendation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Priority {
    High,
    Medium,
    Low,
}

impl Priority {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Priority::High => "high",
            Priority::Medium => "medium",
            Priority::Low => "low",
        }
    }
}

/// Something that auditors want to be changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recommendation {
    pub(crate) name: String,
    pub(crate) priority: Option<Priority>,
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) due: Day,
    pub(crate) raised: On,
    pub(crate) closed: Option<(String, On)>,
}

/// An audit, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Audit {
    pub(crate) completed: Option<(String, Option<String>, On)>,
    pub(crate) recommendations: Vec<Recommendation>,
    /// Entries that close what nobody raised.
    pub(crate) odd: Vec<u64>,
}

impl Case for Audit {
    type Settings = Settings;
    type Fact = AuditFact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<AuditFact>, DataError> {
        #[derive(Deserialize)]
        struct Completed {
            audit_kind: String,
            opinion: Option<String>,
        }
        #[derive(Deserialize)]
        struct Raised {
            recommendation_ref: String,
            priority: Option<Priority>,
            owner: Option<String>,
            unit: Option<String>,
            due: Day,
        }
        #[derive(Deserialize)]
        struct Closed {
            recommendation_ref: String,
            close_reason: String,
        }
        Ok(Some(match kind {
            "audit.completed" => {
                let Completed { audit_kind: kind, opinion } = data.read()?;
                AuditFact::Completed { kind, opinion }
            }
            "audit.recommendation_raised" => {
                let Raised { recommendation_ref: name, priority, owner, unit, due } = data.read()?;
                AuditFact::Raised { name, priority, owner, unit, due }
            }
            "audit.recommendation_closed" => {
                let Closed { recommendation_ref: name, close_reason: reason } = data.read()?;
                AuditFact::Closed { name, reason }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &AuditFact) -> u8 {
        match fact {
            AuditFact::Completed { .. } => 0,
            AuditFact::Raised { .. } => 1,
            AuditFact::Closed { .. } => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<AuditFact>]) -> Option<Audit> {
        let mut audit = Audit::default();
        for happened in facts {
            let on = On::of(happened);
            match &happened.fact {
                AuditFact::Completed { kind, opinion } => {
                    audit.completed = Some((kind.clone(), opinion.clone(), on));
                }
                AuditFact::Raised { name, priority, owner, unit, due } => {
                    match audit.recommendations.iter_mut().find(|it| it.name == *name) {
                        // Raised again: with another day, or another owner.
                        Some(known) => {
                            known.due = *due;
                            known.owner = owner.clone().or(known.owner.take());
                        }
                        None => audit.recommendations.push(Recommendation {
                            name: name.clone(),
                            priority: *priority,
                            owner: owner.clone(),
                            unit: unit.clone(),
                            due: *due,
                            raised: on,
                            closed: None,
                        }),
                    }
                }
                AuditFact::Closed { name, reason } => {
                    match audit.recommendations.iter_mut().find(|it| it.name == *name) {
                        Some(known) => _ = known.closed.get_or_insert((reason.clone(), on)),
                        None => audit.odd.push(on.seq),
                    }
                }
            }
        }
        (!facts.is_empty()).then_some(audit)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Met {
    pub(crate) board: String,
    pub(crate) decisions: Option<u32>,
    pub(crate) quorate: Option<bool>,
}

/// A meeting of a board.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meeting {
    pub(crate) met: Met,
    pub(crate) on: On,
}

impl Case for Meeting {
    type Settings = Settings;
    type Fact = Met;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Met>, DataError> {
        if kind == "board.met" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Met) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Met>]) -> Option<Meeting> {
        facts.last().map(|last| Meeting { met: last.fact.clone(), on: On::of(last) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
