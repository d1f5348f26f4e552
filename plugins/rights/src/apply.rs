//! What of an event about a request is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

use crate::regimes::Regime;

/// What an event about a request says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// It arrived. A mixed request has several regimes, each with a clock of its own.
    Received { regimes: Vec<Regime>, unit: Option<String> },
    /// It belongs under another law.
    RegimeChanged { regime: Regime, before: Regime },
    /// A unit is responsible.
    Assigned { unit: String },
    /// The requester was asked for something without which it cannot be answered.
    Asked { what: Needed, need: Need },
    /// The requester supplied it.
    Supplied(Needed),
    /// The requester was told that the answer will take longer.
    Extended { to: Day, reasons: Reasons },
    /// It will not.
    ExtensionWithdrawn,
    /// It was answered: all of it, or the part under one law.
    Answered { regime: Option<Regime> },
    /// It came to an end otherwise.
    Ended(End),
    /// It was closed: what that means hangs on why.
    Closed(CloseReason),
    /// It was taken up again.
    Reopened(ReopenReason),
    /// It is of no account: mere advice was given, say.
    Nothing,
}

/// What a requester may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Needed {
    /// What is reasonably required to find the data.
    Clarification,
    /// Proof of who they are, or that they may act for somebody.
    Identity,
    /// A fee.
    Fee,
}

/// Whether it was recorded why something was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Need {
    Recorded,
    NotRecorded,
}

/// Whether the notice of an extension states the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reasons {
    Given,
    NotGiven,
    NotRecorded,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// It was answered, be it by a refusal.
    Answered,
    /// The requester wants no answer.
    Withdrawn,
    /// The requester did not supply what was needed.
    Lapsed,
    /// Another authority answers.
    Transferred,
    /// It was none.
    Invalid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CloseReason {
    Answered,
    Withdrawn,
    Lapsed,
    Transferred,
    Merged,
    Invalid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReopenReason {
    IcoDecision,
    TribunalDecision,
    ClosedInError,
    #[serde(other)]
    Other,
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on the clock.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "request.received" => data.read::<Received>()?.into(),
            "request.regime_changed" => {
                let RegimeChanged { regime, regime_before } = data.read()?;
                Fact::RegimeChanged { regime, before: regime_before }
            }
            "request.assigned" => Fact::Assigned { unit: data.read::<Assigned>()?.unit },
            "request.clarification_sought" => match data.read()? {
                Sought { statutory: false, .. } => Fact::Nothing,
                Sought { pause_reason, .. } => {
                    let need = if pause_reason.is_some() { Need::Recorded } else { Need::NotRecorded };
                    Fact::Asked { what: Needed::Clarification, need }
                }
            },
            // What these two are needed for is plain from what they are.
            "request.id_sought" => Fact::Asked { what: Needed::Identity, need: Need::Recorded },
            "request.fee_notice_issued" => Fact::Asked { what: Needed::Fee, need: Need::Recorded },
            "request.clarification_received" => Fact::Supplied(Needed::Clarification),
            "request.id_received" => Fact::Supplied(Needed::Identity),
            "request.fee_paid" => Fact::Supplied(Needed::Fee),
            "request.extension_notified" => {
                let Extended { extended_to, reasons_given } = data.read()?;
                let reasons = match reasons_given {
                    Some(true) => Reasons::Given,
                    Some(false) => Reasons::NotGiven,
                    None => Reasons::NotRecorded,
                };
                Fact::Extended { to: extended_to, reasons }
            }
            "request.extension_withdrawn" => Fact::ExtensionWithdrawn,
            "request.transferred" => match data.read::<Transferred>()?.transfer_extent.as_deref() {
                // For the rest the clock runs on.
                Some("part") => Fact::Nothing,
                _ => Fact::Ended(End::Transferred),
            },
            "request.response_issued" => match data.read()? {
                Response { outcome: Outcome::NotAValidRequest, .. } => Fact::Ended(End::Invalid),
                Response { regime, .. } => Fact::Answered { regime },
            },
            "request.withdrawn" => Fact::Ended(End::Withdrawn),
            "request.lapsed" | "request.fee_lapsed" => Fact::Ended(End::Lapsed),
            "request.closed" => {
                Fact::Closed(data.read::<Closed>()?.close_reason.unwrap_or(CloseReason::Answered))
            }
            "request.reopened" => Fact::Reopened(data.read::<Reopened>()?.reopen_reason),
            _ => return Ok(None),
        }))
    }

    /// Its place in the life of a request, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Received { .. } | Fact::Nothing => 0,
            Fact::RegimeChanged { .. } => 1,
            Fact::Assigned { .. } => 2,
            Fact::Asked { .. } => 3,
            Fact::Supplied(_) => 4,
            Fact::Extended { .. } => 5,
            Fact::ExtensionWithdrawn => 6,
            Fact::Answered { .. } | Fact::Ended(_) => 7,
            Fact::Closed(_) => 8,
            Fact::Reopened(_) => 9,
        }
    }
}

#[derive(Deserialize)]
struct Received {
    regime: Regime,
    #[serde(default)]
    regimes: Vec<Regime>,
    unit: Option<String>,
}

impl From<Received> for Fact {
    fn from(received: Received) -> Fact {
        let mut regimes = vec![received.regime];
        for regime in received.regimes {
            if !regimes.contains(&regime) {
                regimes.push(regime);
            }
        }
        Fact::Received { regimes, unit: received.unit }
    }
}

#[derive(Deserialize)]
struct RegimeChanged {
    regime: Regime,
    regime_before: Regime,
}

#[derive(Deserialize)]
struct Assigned {
    unit: String,
}

#[derive(Deserialize)]
struct Sought {
    statutory: bool,
    pause_reason: Option<String>,
}

#[derive(Deserialize)]
struct Extended {
    extended_to: Day,
    reasons_given: Option<bool>,
}

#[derive(Deserialize)]
struct Transferred {
    transfer_extent: Option<String>,
}

#[derive(Deserialize)]
struct Response {
    outcome: Outcome,
    regime: Option<Regime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    NotAValidRequest,
    #[serde(other)]
    Answer,
}

#[derive(Deserialize)]
struct Closed {
    close_reason: Option<CloseReason>,
}

#[derive(Deserialize)]
struct Reopened {
    reopen_reason: ReopenReason,
}
