//! What of an event about a notice is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

use super::Asked;

/// What an event of the regulator or a tribunal says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Something is asked for.
    Asks { asked: Asked, by: Option<Day>, has_steps: bool, reference: Option<String> },
    /// The regulator was told what it had asked.
    Supplied { reference: Option<String> },
    /// Steps that were ordered were taken; what is left of them is still to be done.
    Complied { reference: Option<String>, in_full: bool },
    /// The regulator ended its case. What it had ordered is still to be done.
    Closed { reference: Option<String> },
    /// Somebody appealed.
    Appealed { reference: Option<String>, due: Option<Day> },
    /// The tribunal decided.
    Judged { judgment: Judgment, by: Option<Day> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Judgment {
    Allowed,
    /// What was appealed against stands, or a part of it.
    #[serde(other)]
    Other,
}

impl Fact {
    /// Reads an event; nothing where events of its kind ask for nothing and end nothing.
    pub(super) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let asked = match kind {
            "ico.complaint_notified" => Asked::Complaint,
            "ico.information_notice" => Asked::InformationNotice,
            "ico.decision_notice" => Asked::DecisionNotice,
            "ico.reprimand" => Asked::Reprimand,
            "ico.practice_recommendation" => Asked::Recommendation,
            _ => return Fact::of_answers(kind, data),
        };
        let Asks { comply_by, steps_required, ico_ref } = data.read()?;
        let has_steps = steps_required.is_some_and(|steps| steps > 0);
        Ok(Some(Fact::Asks { asked, by: comply_by, has_steps, reference: ico_ref }))
    }

    fn of_answers(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "ico.information_supplied" => Fact::Supplied { reference: data.read::<Answers>()?.ico_ref },
            "ico.decision_complied" => {
                let Answers { ico_ref, complied_in_full } = data.read()?;
                Fact::Complied { reference: ico_ref, in_full: complied_in_full.unwrap_or(true) }
            }
            "ico.complaint_closed" => Fact::Closed { reference: data.read::<Answers>()?.ico_ref },
            "tribunal.appealed" => {
                let Appealed { ico_ref, due } = data.read()?;
                Fact::Appealed { reference: ico_ref, due }
            }
            "tribunal.decided" => {
                let Judged { appeal_outcome, comply_by } = data.read()?;
                Fact::Judged { judgment: appeal_outcome, by: comply_by }
            }
            _ => return Ok(None),
        }))
    }

    /// Its place among what happens on one day.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Fact::Asks { .. } => 0,
            Fact::Appealed { .. } => 1,
            Fact::Judged { .. } => 2,
            Fact::Supplied { .. } | Fact::Complied { .. } => 3,
            Fact::Closed { .. } => 4,
        }
    }
}

#[derive(Deserialize)]
struct Asks {
    comply_by: Option<Day>,
    steps_required: Option<u64>,
    ico_ref: Option<String>,
}

#[derive(Deserialize)]
struct Answers {
    ico_ref: Option<String>,
    complied_in_full: Option<bool>,
}

#[derive(Deserialize)]
struct Appealed {
    ico_ref: Option<String>,
    due: Option<Day>,
}

#[derive(Deserialize)]
struct Judged {
    appeal_outcome: Judgment,
    comply_by: Option<Day>,
}
