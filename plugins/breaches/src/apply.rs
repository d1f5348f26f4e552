//! What of an event is kept.

use muniment_sdk::{Data, DataError, Day, Instant};
use serde::{Deserialize, Serialize};

mod lists;

pub use lists::Severity;
pub(crate) use lists::{
    Barrier, Cause, CloseReason, Dimension, IncidentType, Intent, NotTold, PeopleBand, RegulatorsDecision,
    ReportBand, Route, TrainingValid,
};

/// What an event about an incident or a breach says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Something was seen that may be a breach.
    Reported { seen: Seen, of: Of, described: Described },
    /// It was decided what the report is treated as.
    Triaged { route: Route, severity: Option<Severity>, described: Described },
    /// Nothing was compromised.
    NearMiss { barrier: Option<Barrier>, of: Of },
    /// A weakness was seen.
    Weakness { of: Of },
    /// It was none.
    Unsubstantiated,
    /// The report came to its end.
    ReportClosed { reason: CloseReason },
    /// A processor told of a breach of data that it holds.
    ProcessorTold { unit: Option<String>, people: Option<u64> },
    /// It is reasonably certain that personal data is compromised.
    Aware { seen: Seen, unit: Option<String>, people: Option<u64> },
    /// It goes no further.
    Contained,
    /// It was classified, and its harm weighed.
    Assessed { severity: Severity, of: Of, described: Described, weighed: Weighed },
    /// It was decided whether the regulator and the people affected have to be told.
    Decided { reportable: bool, high_risk: bool, not_told: Option<NotTold> },
    /// The regulator was told, with the reasons where it was late, or without.
    Notified { reasons: bool, band: Option<ReportBand> },
    /// The people affected were told.
    PeopleTold { people: Option<u64> },
    /// The police, or another body that deals with crime, was told.
    PoliceTold { reference: Option<String> },
    /// The investigation came to its end.
    Investigated { of: Of, cause: Option<Cause>, training: Option<TrainingValid> },
    /// Something is to be changed.
    ActionRaised { action: String, owner: Option<String>, due: Option<Day> },
    /// It has been changed.
    ActionCompleted { action: String },
    /// What was learnt was passed on.
    LessonIssued { reference: Option<String> },
    /// Senior management was told.
    ManagementInformed,
    /// The regulator told what it makes of it.
    RegulatorDecided { decision: RegulatorsDecision },
    /// Somebody affected asks for compensation.
    Claimed { reference: Option<String> },
    /// Another unit is responsible.
    Transferred { unit: Option<String> },
    /// Nothing more is to be done. That decides nothing about the regulator.
    Closed,
}

/// When it was seen first, and when it happened, where that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) detected: Option<Instant>,
    pub(crate) occurred: Option<Instant>,
}

/// With whom it happened; the person is a pseudonym.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Of {
    pub(crate) unit: Option<String>,
    pub(crate) team: Option<String>,
    pub(crate) person: Option<String>,
}

/// What it looks like. What is said later stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Described {
    pub(crate) kind: Option<IncidentType>,
    pub(crate) cyber: Option<bool>,
    pub(crate) dimension: Option<Dimension>,
    pub(crate) intent: Option<Intent>,
    pub(crate) people: Option<u64>,
}

impl Described {
    /// Takes what is said later.
    pub(crate) fn take(&mut self, later: Described) {
        self.kind = later.kind.or(self.kind);
        self.cyber = later.cyber.or(self.cyber);
        self.dimension = later.dimension.or(self.dimension);
        self.intent = later.intent.or(self.intent);
        self.people = later.people.or(self.people);
    }

    pub(crate) fn is_cyber(&self) -> bool {
        self.cyber.unwrap_or_else(|| self.kind.is_some_and(IncidentType::is_cyber))
    }
}

/// What only an assessment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weighed {
    pub(crate) cause: Option<Cause>,
    pub(crate) people_band: Option<PeopleBand>,
    pub(crate) training: Option<TrainingValid>,
    /// Whether it says what harm was done.
    pub(crate) has_harm: bool,
}

impl Fact {
    /// Reads an event; nothing where events of its kind bear on no breach.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "incident.reported" => {
                let said: Said = data.read()?;
                Fact::Reported { seen: said.seen(), described: said.described(), of: said.of() }
            }
            "incident.triaged" => {
                let Triaged { route, severity } = data.read()?;
                Fact::Triaged { route, severity, described: data.read::<Said>()?.described() }
            }
            "incident.near_miss_recorded" => {
                Fact::NearMiss { barrier: data.read::<NearMiss>()?.barrier, of: data.read::<Said>()?.of() }
            }
            "incident.weakness_recorded" => Fact::Weakness { of: data.read::<Said>()?.of() },
            "incident.unsubstantiated" => Fact::Unsubstantiated,
            "incident.closed" => Fact::ReportClosed { reason: data.read::<ReportClosed>()?.close_reason },
            "case.transferred" => Fact::Transferred { unit: data.read::<Said>()?.unit },
            _ => return Fact::of_breach(kind, data),
        }))
    }

    fn of_breach(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "breach.processor_notified" => {
                let Said { unit, people_affected, .. } = data.read()?;
                Fact::ProcessorTold { unit, people: people_affected }
            }
            "breach.aware" => {
                let said: Said = data.read()?;
                Fact::Aware { seen: said.seen(), people: said.people_affected, unit: said.unit }
            }
            "breach.contained" => Fact::Contained,
            "breach.assessed" => {
                let Assessed { severity, cause, people_band, training_valid, harm } = data.read()?;
                let has_harm = harm.is_some_and(|harm| !harm.is_empty());
                let weighed = Weighed { cause, people_band, training: training_valid, has_harm };
                let said: Said = data.read()?;
                Fact::Assessed { severity, described: said.described(), of: said.of(), weighed }
            }
            "breach.reportability_decided" => {
                let Decided { reportable, high_risk, reason, not_told_reason } = data.read()?;
                let high_risk = high_risk.unwrap_or(reason.as_deref() == Some("high_risk_likely"));
                Fact::Decided { reportable, high_risk, not_told: not_told_reason }
            }
            "breach.ico_notified" => {
                let Notified { delay_reason, report_band } = data.read()?;
                let reasons = delay_reason.is_some_and(|reason| reason != "not_late");
                Fact::Notified { reasons, band: report_band }
            }
            "breach.subjects_notified" => Fact::PeopleTold { people: data.read::<PeopleTold>()?.people_told },
            "breach.police_notified" => Fact::PoliceTold { reference: data.read::<References>()?.police_ref },
            "breach.investigated" => {
                let Investigated { cause, training_valid } = data.read()?;
                Fact::Investigated { of: data.read::<Said>()?.of(), cause, training: training_valid }
            }
            "breach.action_raised" => {
                let Raised { action_ref, owner, due } = data.read()?;
                Fact::ActionRaised { action: action_ref, owner, due }
            }
            "breach.action_completed" => Fact::ActionCompleted { action: data.read::<Raised>()?.action_ref },
            "breach.lesson_issued" => Fact::LessonIssued { reference: data.read::<References>()?.lesson_ref },
            "breach.senior_management_informed" => Fact::ManagementInformed,
            "breach.ico_outcome" => {
                Fact::RegulatorDecided { decision: data.read::<RegulatorDecided>()?.ico_decision }
            }
            "breach.claim_received" => Fact::Claimed { reference: data.read::<References>()?.claim_ref },
            "breach.closed" => Fact::Closed,
            _ => return Ok(None),
        }))
    }

    /// Its place in the life of a breach, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Reported { .. } => 0,
            Fact::ProcessorTold { .. } => 1,
            Fact::Triaged { .. } => 2,
            Fact::NearMiss { .. } | Fact::Weakness { .. } => 3,
            Fact::Aware { .. } => 4,
            Fact::Contained | Fact::Assessed { .. } => 5,
            Fact::Decided { .. } => 6,
            Fact::Notified { .. } | Fact::PeopleTold { .. } | Fact::PoliceTold { .. } => 7,
            Fact::ManagementInformed | Fact::Investigated { .. } => 8,
            Fact::ActionRaised { .. } => 9,
            Fact::ActionCompleted { .. } | Fact::LessonIssued { .. } => 10,
            Fact::RegulatorDecided { .. } | Fact::Claimed { .. } | Fact::Transferred { .. } => 11,
            Fact::Unsubstantiated => 12,
            Fact::ReportClosed { .. } | Fact::Closed => 13,
        }
    }
}

/// What entries of several types say: read once.
#[derive(Deserialize)]
struct Said {
    detected_at: Option<Instant>,
    occurred_at: Option<Instant>,
    unit: Option<String>,
    team: Option<String>,
    person: Option<String>,
    ico_type: Option<IncidentType>,
    cyber: Option<bool>,
    dimension: Option<Dimension>,
    intent: Option<Intent>,
    people_affected: Option<u64>,
}

impl Said {
    fn seen(&self) -> Seen {
        Seen { detected: self.detected_at, occurred: self.occurred_at }
    }

    fn described(&self) -> Described {
        Described {
            kind: self.ico_type,
            cyber: self.cyber,
            dimension: self.dimension,
            intent: self.intent,
            people: self.people_affected,
        }
    }

    fn of(self) -> Of {
        Of { unit: self.unit, team: self.team, person: self.person }
    }
}

#[derive(Deserialize)]
struct Triaged {
    route: Route,
    severity: Option<Severity>,
}

#[derive(Deserialize)]
struct NearMiss {
    barrier: Option<Barrier>,
}

#[derive(Deserialize)]
struct ReportClosed {
    close_reason: CloseReason,
}

#[derive(Deserialize)]
struct Assessed {
    severity: Severity,
    cause: Option<Cause>,
    people_band: Option<PeopleBand>,
    training_valid: Option<TrainingValid>,
    harm: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Decided {
    reportable: bool,
    high_risk: Option<bool>,
    reason: Option<String>,
    not_told_reason: Option<NotTold>,
}

#[derive(Deserialize)]
struct Notified {
    delay_reason: Option<String>,
    report_band: Option<ReportBand>,
}

#[derive(Deserialize)]
struct PeopleTold {
    people_told: Option<u64>,
}

#[derive(Deserialize)]
struct Investigated {
    cause: Option<Cause>,
    training_valid: Option<TrainingValid>,
}

#[derive(Deserialize)]
struct Raised {
    action_ref: String,
    owner: Option<String>,
    due: Option<Day>,
}

#[derive(Deserialize)]
struct References {
    police_ref: Option<String>,
    lesson_ref: Option<String>,
    claim_ref: Option<String>,
}

#[derive(Deserialize)]
struct RegulatorDecided {
    ico_decision: RegulatorsDecision,
}
