//! What of an event is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

/// The law that a request is handled under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Regime {
    /// Freedom of Information Act 2000.
    Foi,
    /// Environmental Information Regulations 2004.
    Eir,
    /// Re-use of Public Sector Information Regulations 2015.
    Reuse,
    /// One that is not this plugin's.
    #[serde(other)]
    Other,
}

/// What an event about a request says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// It arrived; with the name of a calendar where a school's days count. A mixed request has several regimes, each of which
    /// is answered by itself.
    Received { regimes: Vec<Regime>, unit: Option<String>, calendar: Option<String>, requester: Requester },
    /// The requester was told so.
    Acknowledged,
    /// It belongs under another law.
    RegimeChanged { regime: Regime, before: Option<Regime> },
    /// A unit is responsible.
    Assigned { unit: String, to: Option<String> },
    /// The requester was asked to be clearer; only where that is needed to answer at all does the clock care.
    ClarificationSought { statutory: bool },
    /// The requester was clearer.
    ClarificationReceived,
    /// The requester was told to pay.
    FeeNotice,
    /// The requester paid.
    FeePaid,
    /// The answer will take longer; with a notice of refusal only where the entry says so.
    Extended { to: Day, ground: Ground, refusal_notice: bool },
    /// It will not.
    ExtensionWithdrawn,
    /// A part of what is held is withheld.
    Withheld(Exemption),
    /// It was answered: all of it, or the part under one law; and what is withheld with that.
    Answered { end: End, regime: Option<Regime>, withheld: Vec<Exemption> },
    /// It came to an end.
    Ended(End),
    /// It was closed: what that means hangs on why.
    Closed(CloseReason),
    /// It was taken up again.
    Reopened(ReopenReason),
    /// It is of no account: a part of it was passed on, say.
    Nothing,
}

/// What kind of requester it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Requester {
    Private,
    Media,
    Business,
    Researcher,
    ElectedMember,
    CampaignGroup,
    Charity,
    PublicBody,
    Solicitor,
    Employee,
    Other,
    #[default]
    #[serde(other)]
    Unknown,
}

/// An exemption of freedom of information or an exception of environmental information: a place in [`EXEMPTIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Exemption(u8);

/// As the catalogue names them, in the order of the law.
pub(crate) const EXEMPTIONS: [&str; 37] = [
    "s.21",
    "s.22",
    "s.22A",
    "s.23",
    "s.24",
    "s.26",
    "s.27",
    "s.28",
    "s.29",
    "s.30",
    "s.31",
    "s.32",
    "s.33",
    "s.34",
    "s.35",
    "s.36",
    "s.37",
    "s.38",
    "s.39",
    "s.40",
    "s.41",
    "s.42",
    "s.43",
    "s.44",
    "reg.12(4)(a)",
    "reg.12(4)(b)",
    "reg.12(4)(c)",
    "reg.12(4)(d)",
    "reg.12(4)(e)",
    "reg.12(5)(a)",
    "reg.12(5)(b)",
    "reg.12(5)(c)",
    "reg.12(5)(d)",
    "reg.12(5)(e)",
    "reg.12(5)(f)",
    "reg.12(5)(g)",
    "reg.13",
];

impl Exemption {
    /// The one of this name; the catalogue lets no other pass.
    fn named(name: &str) -> Option<Exemption> {
        let place = EXEMPTIONS.iter().position(|known| *known == name)?;
        u8::try_from(place).ok().map(Exemption)
    }

    /// All of them, each with its name.
    pub(crate) fn all() -> impl Iterator<Item = (Exemption, &'static str)> {
        (0..).map(Exemption).zip(EXEMPTIONS)
    }
}

/// What permits more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ground {
    /// Freedom of Information Act 2000, section 10(3).
    PublicInterest,
    /// Environmental Information Regulations 2004, regulation 7(1): both of them.
    ComplexityAndVolume,
    /// Re-use of Public Sector Information Regulations 2015, regulation 8(2).
    ReuseQuantity,
    /// That of a person's request about their own data.
    #[serde(other)]
    Other,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// It was answered.
    Answered(Answer),
    /// The requester wants no answer.
    Withdrawn,
    /// The requester did not supply what was needed.
    Lapsed,
    /// Another authority answers.
    Transferred,
    /// It was none.
    Invalid,
}

/// What became of a request that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    GrantedInFull,
    GrantedInPart,
    RefusedInFull,
    NotHeld,
    NeitherConfirmedNorDenied,
    RefusedCostLimit,
    RefusedVexatious,
    RefusedRepeated,
    RefusedManifestlyUnfounded,
    NotAValidRequest,
    /// The answer itself was never recorded, only that the case was closed as answered.
    #[serde(other)]
    NotRecorded,
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
            "request.received" => {
                let Received { regime, regimes, unit, calendar, requester_class } = data.read()?;
                let mut all = vec![regime];
                for regime in regimes {
                    // Of other plugins' laws there may be several.
                    if regime == Regime::Other || !all.contains(&regime) {
                        all.push(regime);
                    }
                }
                let requester = requester_class.unwrap_or_default();
                Fact::Received { regimes: all, unit, calendar, requester }
            }
            "request.acknowledged" => Fact::Acknowledged,
            "request.regime_changed" => {
                let RegimeChanged { regime, regime_before } = data.read()?;
                Fact::RegimeChanged { regime, before: regime_before }
            }
            "request.assigned" => {
                let Assigned { unit, assigned_to } = data.read()?;
                Fact::Assigned { unit, to: assigned_to }
            }
            "request.clarification_sought" => {
                Fact::ClarificationSought { statutory: data.read::<ClarificationSought>()?.statutory }
            }
            "request.clarification_received" => Fact::ClarificationReceived,
            "request.fee_notice_issued" => Fact::FeeNotice,
            "request.fee_paid" => Fact::FeePaid,
            "request.extension_notified" => {
                let Extended { extended_to, extension_ground, refusal_notice } = data.read()?;
                let refusal_notice = refusal_notice.unwrap_or(false);
                Fact::Extended { to: extended_to, ground: extension_ground, refusal_notice }
            }
            "request.extension_withdrawn" => Fact::ExtensionWithdrawn,
            "request.transferred" => match data.read::<Transferred>()?.transfer_extent.as_deref() {
                // For the rest the clock runs on.
                Some("part") => Fact::Nothing,
                _ => Fact::Ended(End::Transferred),
            },
            "request.exemption_applied" => {
                let section = data.read::<ExemptionApplied>()?.exemption_section;
                match section.as_deref().and_then(Exemption::named) {
                    Some(exemption) => Fact::Withheld(exemption),
                    None => return Ok(None),
                }
            }
            "request.response_issued" => {
                let Response { outcome, regime, exemption_sections } = data.read()?;
                let end = match outcome {
                    Answer::NotAValidRequest => End::Invalid,
                    answer => End::Answered(answer),
                };
                let sections = exemption_sections.iter().flatten();
                Fact::Answered {
                    end,
                    regime,
                    withheld: sections.filter_map(|name| Exemption::named(name)).collect(),
                }
            }
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
            Fact::Acknowledged => 2,
            Fact::Assigned { .. } => 3,
            Fact::ClarificationSought { .. } => 4,
            Fact::ClarificationReceived => 5,
            Fact::FeeNotice => 6,
            Fact::FeePaid => 7,
            Fact::Extended { .. } => 8,
            Fact::ExtensionWithdrawn | Fact::Withheld(_) => 9,
            Fact::Answered { .. } | Fact::Ended(_) => 10,
            Fact::Closed(_) => 11,
            Fact::Reopened(_) => 12,
        }
    }
}

#[derive(Deserialize)]
struct Received {
    regime: Regime,
    #[serde(default)]
    regimes: Vec<Regime>,
    unit: Option<String>,
    calendar: Option<String>,
    requester_class: Option<Requester>,
}

#[derive(Deserialize)]
struct ExemptionApplied {
    exemption_section: Option<String>,
}

#[derive(Deserialize)]
struct RegimeChanged {
    regime: Regime,
    regime_before: Option<Regime>,
}

#[derive(Deserialize)]
struct Assigned {
    unit: String,
    assigned_to: Option<String>,
}

#[derive(Deserialize)]
struct ClarificationSought {
    statutory: bool,
}

#[derive(Deserialize)]
struct Extended {
    extended_to: Day,
    extension_ground: Ground,
    refusal_notice: Option<bool>,
}

#[derive(Deserialize)]
struct Transferred {
    transfer_extent: Option<String>,
}

#[derive(Deserialize)]
struct Response {
    outcome: Answer,
    regime: Option<Regime>,
    exemption_sections: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Closed {
    close_reason: Option<CloseReason>,
}

#[derive(Deserialize)]
struct Reopened {
    reopen_reason: ReopenReason,
}
