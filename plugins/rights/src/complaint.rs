//! Complaints about data protection: what of their events is kept, how a complaint is worked out, and what is said of it.

use muniment_sdk::law::COMPLAINT;
use muniment_sdk::{
    Alarm, Alert, Calendars, Case, Data, DataError, Day, Deadline, Happened, NoDeadline, Severity, Stage,
};
use serde::{Deserialize, Serialize};

use crate::case::On;
use crate::{NOT_ACKNOWLEDGED, Settings};

/// What an event about a complaint says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Received { concern: String, request: Option<String>, unit: Option<String> },
    Acknowledged,
    Progressed,
    OutcomeIssued(Outcome),
    Withdrawn,
}

/// What a complaint came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Upheld,
    UpheldInPart,
    NotUpheld,
    ResolvedInformally,
    OutOfScope,
}

/// A complaint, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) concern: String,
    pub(crate) request: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) received: On,
    /// The complainant was told that it has arrived, or the outcome at once.
    pub(crate) acknowledged: Option<On>,
    pub(crate) progressed: Option<On>,
    pub(crate) outcome: Option<(Outcome, On)>,
    pub(crate) withdrawn: Option<On>,
    /// By when it is to be acknowledged; before 19 June 2026 no law said so.
    pub(crate) deadline: Result<Deadline, NoDeadline>,
}

impl Complaint {
    /// Whether the complainant still waits for the outcome.
    pub(crate) fn is_open(&self) -> bool {
        self.outcome.is_none() && self.withdrawn.is_none()
    }

    /// Whether the complainant still is to be told that it has arrived.
    pub(crate) fn is_unacknowledged(&self) -> bool {
        self.acknowledged.is_none() && self.is_open()
    }

    /// Whether it was acknowledged in time, as regulators count; nothing where it was not, or no law asked for it.
    pub(crate) fn in_time(&self) -> Option<bool> {
        let due = self.deadline.as_ref().ok()?.due;
        Some(self.acknowledged?.day <= due)
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            // That of a case that was merged into it: the earlier one stands.
            Fact::Received { .. } => {}
            Fact::Acknowledged => _ = self.acknowledged.get_or_insert(on),
            Fact::Progressed => self.progressed = Some(on),
            Fact::OutcomeIssued(outcome) => {
                self.acknowledged.get_or_insert(on);
                self.outcome = Some((*outcome, on));
            }
            Fact::Withdrawn => _ = self.withdrawn.get_or_insert(on),
        }
    }

    /// The end of the day by which the organisation itself wants it acknowledged.
    fn warn_on(&self, settings: &Settings) -> Day {
        self.received.day.plus(i32::from(settings.complaint_warn_day))
    }
}

impl Case for Complaint {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "dpcomplaint.received" => {
                let Received { concern, request_ref, unit } = data.read()?;
                Fact::Received { concern, request: request_ref, unit }
            }
            "dpcomplaint.acknowledged" => Fact::Acknowledged,
            "dpcomplaint.progressed" => Fact::Progressed,
            "dpcomplaint.outcome_issued" => Fact::OutcomeIssued(data.read::<Issued>()?.complaint_outcome),
            "dpcomplaint.withdrawn" => Fact::Withdrawn,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Received { .. } => 0,
            Fact::Acknowledged => 1,
            Fact::Progressed => 2,
            Fact::OutcomeIssued(_) => 3,
            Fact::Withdrawn => 4,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Complaint> {
        Complaint::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Complaint> {
        let mut complaint = facts.iter().find_map(|happened| match &happened.fact {
            Fact::Received { concern, request, unit } => Some(Complaint {
                concern: concern.clone(),
                request: request.clone(),
                unit: unit.clone(),
                received: On::of(happened),
                acknowledged: None,
                progressed: None,
                outcome: None,
                withdrawn: None,
                deadline: COMPLAINT.deadline(happened.day, calendars, settings.nation),
            }),
            _ => None,
        })?;
        for happened in facts {
            complaint.take(On::of(happened), &happened.fact);
        }
        Some(complaint)
    }

    /// Another calendar may move the day by which it was to be acknowledged; what was acknowledged has no alarm.
    fn is_done(&self) -> bool {
        !self.is_unacknowledged()
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let Some(deadline) = self.deadline.as_ref().ok().filter(|_| self.is_unacknowledged()) else {
            return Vec::new();
        };
        let end = deadline.safe_due.end();
        let stage = Stage::from((settings.complaint_warn_day, "days"));
        let warning = Alarm::new(&NOT_ACKNOWLEDGED, stage, self.warn_on(settings).end()).until(end).due(end);
        vec![warning, Alarm::new(&NOT_ACKNOWLEDGED, OVERDUE, end)]
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let mut words = self.deadline.as_ref().map_or_else(ToString::to_string, Deadline::words);
        let alert = if alarm.stage.name == OVERDUE {
            alert
        } else {
            words.push_str(&format!(
                " By day {} of these, {}, it was to be acknowledged: a control of the organisation's own.",
                settings.complaint_warn_day,
                self.warn_on(settings).in_words()
            ));
            alert.severity(Severity::Warning)
        };
        let seqs = [Some(self.received.seq), self.progressed.map(|on| on.seq)];
        alert.arithmetic(words).evidence(seqs.into_iter().flatten())
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        let on = |what: &str, on: On| format!("{what} on {}", on.day.in_words());
        match (self.outcome, self.acknowledged, self.withdrawn, &self.deadline) {
            (Some((_, outcome)), Some(first), ..) if first == outcome => {
                on("the outcome was issued", outcome)
            }
            (_, Some(acknowledged), ..) => on("acknowledged", acknowledged),
            (_, None, Some(withdrawn), _) => on("withdrawn", withdrawn),
            (_, None, None, Ok(deadline)) => format!(
                "this stage is over, or the due day another one: to be safe it is {}",
                deadline.safe_due.in_words()
            ),
            (_, None, None, Err(none)) => none.to_string(),
        }
    }
}

const OVERDUE: &str = "overdue";

#[derive(Deserialize)]
struct Received {
    concern: String,
    request_ref: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Issued {
    complaint_outcome: Outcome,
}
