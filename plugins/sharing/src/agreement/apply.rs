//! What of an event about an agreement, a memorandum or a protocol is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

/// What such an event says, and which unit it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) unit: Option<String>,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum What {
    /// A protocol was taken on.
    Adopted(Dates),
    /// A memorandum was gone through.
    MemorandumReviewed { outcome: Outcome },
    /// A memorandum was entered in the register.
    MemorandumRecorded(Dates),
    /// There is a first text of an agreement.
    Drafted(Drafted),
    /// The team has gone through it.
    Reviewed { outcome: Outcome },
    /// It was entered in the register.
    Recorded { protocol: Option<String>, owner: Option<String> },
    /// A party signed.
    Signed,
    /// From now on it may be used.
    Activated(Dates),
    /// It was changed.
    Amended { review_due: Option<Day> },
    /// It was looked at again.
    ReviewCompleted { decision: Decision, review_due: Option<Day> },
    /// Nothing may be shared under it for the time being.
    Suspended,
    /// It has come to its end.
    Terminated,
}

/// From when to when it applies, and who looks after it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dates {
    #[serde(default, rename = "agreement_title")]
    pub(crate) title: Option<String>,
    #[serde(default, rename = "protocol_ref")]
    pub(crate) protocol: Option<String>,
    #[serde(default)]
    pub(crate) starts: Option<Day>,
    #[serde(default)]
    pub(crate) ends: Option<Day>,
    #[serde(default)]
    pub(crate) review_due: Option<Day>,
    #[serde(default)]
    pub(crate) owner: Option<String>,
}

/// What a first text says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Drafted {
    #[serde(default, rename = "agreement_title")]
    pub(crate) title: Option<String>,
    #[serde(default, rename = "protocol_ref")]
    pub(crate) protocol: Option<String>,
    #[serde(default, rename = "lawful_basis")]
    pub(crate) basis: Option<Basis>,
    #[serde(default)]
    pub(crate) owner: Option<String>,
}

/// Whether personal data is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Basis {
    NoPersonalData,
    /// Any of the conditions under which personal data may be shared.
    #[serde(other)]
    Personal,
}

/// What a first review came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Approved,
    ApprovedWithChanges,
    Returned,
    NotNeeded,
}

/// What is to become of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Continue,
    Amend,
    Suspend,
    Terminate,
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on an agreement.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "protocol.adopted" => What::Adopted(data.read()?),
            "mou.reviewed" => What::MemorandumReviewed { outcome: data.read::<Reviewed>()?.outcome },
            "mou.recorded" => What::MemorandumRecorded(data.read()?),
            "isa.drafted" => What::Drafted(data.read()?),
            "isa.reviewed" => What::Reviewed { outcome: data.read::<Reviewed>()?.outcome },
            "isa.recorded" => {
                let Recorded { protocol_ref, owner } = data.read()?;
                What::Recorded { protocol: protocol_ref, owner }
            }
            "isa.signed" => What::Signed,
            "isa.activated" => What::Activated(data.read()?),
            "isa.amended" => What::Amended { review_due: data.read::<Amended>()?.review_due },
            "isa.review_completed" => {
                let Completed { review_decision, review_due } = data.read()?;
                What::ReviewCompleted { decision: review_decision, review_due }
            }
            "isa.suspended" => What::Suspended,
            "isa.terminated" => What::Terminated,
            _ => return Ok(None),
        };
        Ok(Some(Fact { unit: data.read::<OfUnit>()?.unit, what }))
    }

    /// Its place in the life of an agreement, for what happens on one day. What happens to one in force comes in the order
    /// of its times: it can be suspended and taken up again on a day.
    pub(crate) fn rank(&self) -> u8 {
        match self.what {
            What::Drafted(_) | What::Adopted(_) => 0,
            What::Reviewed { .. } | What::MemorandumReviewed { .. } => 1,
            What::Recorded { .. } | What::MemorandumRecorded(_) => 2,
            What::Signed => 3,
            What::Activated(_)
            | What::Amended { .. }
            | What::ReviewCompleted { .. }
            | What::Suspended
            | What::Terminated => 4,
        }
    }
}

#[derive(Deserialize)]
struct OfUnit {
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Reviewed {
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Recorded {
    protocol_ref: Option<String>,
    owner: Option<String>,
}

#[derive(Deserialize)]
struct Amended {
    review_due: Option<Day>,
}

#[derive(Deserialize)]
struct Completed {
    review_decision: Decision,
    review_due: Option<Day>,
}
