//! What of an event is kept.

use muniment_sdk::{Data, DataError, Day, Instant};
use serde::{Deserialize, Serialize};

/// What an event about a disclosure says, and which unit it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) unit: Option<String>,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum What {
    /// A third party asked for somebody's data.
    Requested(Requested),
    /// It was looked at whether the requester is who they say.
    Verified { is_good: bool, rank: Option<Rank> },
    /// Ground and need were weighed.
    Assessed(Assessed),
    /// The governance team put its advice on record.
    Advised,
    /// Somebody allowed the release.
    Approved { by: Option<String>, ground: Option<Ground>, rank: Option<Rank> },
    /// The data went out.
    Released { class: Option<Class>, ground: Ground, rank: Option<Rank>, is_special: Option<bool> },
    /// Nothing was given out.
    Refused { class: Option<Class>, reason: Refusal },
    /// Data was given out at once, and that was put on record afterwards.
    Emergency { class: Class, body: Option<String>, at: Instant, is_authorised: bool },
    /// It was settled whether the person is told.
    Informed { was_told: bool },
    /// The third party no longer wants the data.
    Withdrawn,
    /// Another unit is responsible from now on.
    Transferred,
}

/// What a request says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Requested {
    #[serde(rename = "requester_class")]
    pub(crate) class: Class,
    #[serde(rename = "requester_body")]
    pub(crate) body: Option<String>,
    pub(crate) rank: Option<Rank>,
    #[serde(rename = "specific_person")]
    pub(crate) is_specific: Option<bool>,
    pub(crate) service: Option<String>,
    #[serde(rename = "urgent")]
    pub(crate) is_urgent: Option<bool>,
    /// The day by which an answer was promised.
    #[serde(rename = "due")]
    pub(crate) promised: Option<Day>,
}

/// What an assessment says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assessed {
    #[serde(rename = "legal_basis")]
    pub(crate) ground: Option<Ground>,
    #[serde(rename = "ig_advice")]
    pub(crate) has_advice: Option<bool>,
    #[serde(rename = "routine")]
    pub(crate) is_routine: Option<bool>,
    pub(crate) decision: Option<Decision>,
    pub(crate) decided_by: Option<String>,
}

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$of_value:meta])* $value:ident = $title:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$of_value])* $value),+ }

        impl $name {
            /// All of them, in the order in which tables have them.
            pub(crate) const ALL: &'static [$name] = &[$($name::$value),+];

            /// As it stands in a table.
            pub(crate) fn title(self) -> &'static str {
                match self { $($name::$value => $title),+ }
            }
        }
    };
}

choices! {
    /// What kind of body asks.
    Class {
        Police = "Police",
        BorderImmigration = "Border and immigration",
        LocalAuthority = "Other local authority",
        HmrcDwp = "Tax and benefits",
        Regulator = "Regulator",
        Insurer = "Insurer",
        Employer = "Employer",
        Bank = "Bank",
        Solicitor = "Solicitor",
        Court = "Court",
        Health = "Health body",
        Other = "Other",
    }
}

choices! {
    /// The provision that is relied on.
    Ground {
        #[serde(rename = "dpa2018_sch2_para2_crime")]
        Crime = "Crime: Data Protection Act 2018, Schedule 2, paragraph 2",
        #[serde(rename = "dpa2018_sch2_para2_tax")]
        Tax = "Tax: Data Protection Act 2018, Schedule 2, paragraph 2",
        #[serde(rename = "dpa2018_sch2_para5_legal")]
        Legal = "Law and legal proceedings: Data Protection Act 2018, Schedule 2, paragraph 5",
        #[serde(rename = "dpa2018_s29_historic")]
        Historic = "Data Protection Act 1998, section 29",
        CourtOrder = "Order of a court",
        Consent = "Consent",
        StatutoryDuty = "Statutory duty",
        SafeguardingProtocol = "Safeguarding protocol",
        VitalInterests = "Vital interests",
        NoneStated = "None stated",
    }
}

choices! {
    /// Why nothing was given out.
    Refusal {
        NoBasis = "No ground in law",
        NotNecessary = "Not necessary",
        NotSpecific = "About no specific person",
        NotVerified = "Credentials not verified",
        NoAuthority = "No authority",
        NotHeld = "Not held",
        Disproportionate = "Disproportionate",
        ConsentRefused = "Consent refused",
        Other = "Other",
    }
}

/// The rank or grade of whoever authorised the request on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rank {
    Constable,
    Sergeant,
    InspectorOrAbove,
    SeniorManager,
    Officer,
    None,
    Unknown,
}

/// What an assessment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Release,
    ReleaseInPart,
    Refuse,
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on a disclosure.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "disclosure.requested" => What::Requested(data.read()?),
            "disclosure.credentials_verified" => {
                let Verified { verified_how, verified, rank } = data.read()?;
                What::Verified { is_good: verified && verified_how != How::NotVerified, rank }
            }
            "disclosure.assessed" => What::Assessed(data.read()?),
            "guidance.given" => What::Advised,
            "disclosure.approved" => {
                let Approved { approved_by, legal_basis, rank } = data.read()?;
                What::Approved { by: approved_by, ground: legal_basis, rank }
            }
            "disclosure.released" => {
                let Released { requester_class, legal_basis, rank, special_category } = data.read()?;
                What::Released {
                    class: requester_class,
                    ground: legal_basis,
                    rank,
                    is_special: special_category,
                }
            }
            "disclosure.refused" => {
                let Refused { requester_class, refusal_reason } = data.read()?;
                What::Refused { class: requester_class, reason: refusal_reason }
            }
            "disclosure.emergency_recorded" => {
                let Emergency { requester_class, requester_body, emergency_at, authorised_by } =
                    data.read()?;
                What::Emergency {
                    class: requester_class,
                    body: requester_body,
                    at: emergency_at,
                    is_authorised: authorised_by.is_some(),
                }
            }
            "disclosure.subject_informed" => What::Informed { was_told: data.read::<Informed>()?.told },
            "disclosure.withdrawn" => What::Withdrawn,
            "case.transferred" => What::Transferred,
            _ => return Ok(None),
        };
        Ok(Some(Fact { unit: data.read::<OfUnit>()?.unit, what }))
    }

    /// Its place in the life of a request, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self.what {
            What::Requested(_) => 0,
            What::Verified { .. } => 1,
            What::Advised => 2,
            What::Assessed(_) => 3,
            What::Approved { .. } => 4,
            What::Emergency { .. } => 5,
            What::Released { .. } => 6,
            What::Refused { .. } => 7,
            What::Withdrawn => 8,
            What::Informed { .. } => 9,
            What::Transferred => 10,
        }
    }
}

#[derive(Deserialize)]
struct OfUnit {
    unit: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    NotVerified,
    #[serde(other)]
    Somehow,
}

#[derive(Deserialize)]
struct Verified {
    verified_how: How,
    verified: bool,
    rank: Option<Rank>,
}

#[derive(Deserialize)]
struct Approved {
    approved_by: Option<String>,
    legal_basis: Option<Ground>,
    rank: Option<Rank>,
}

#[derive(Deserialize)]
struct Released {
    requester_class: Option<Class>,
    legal_basis: Ground,
    rank: Option<Rank>,
    special_category: Option<bool>,
}

#[derive(Deserialize)]
struct Refused {
    requester_class: Option<Class>,
    refusal_reason: Refusal,
}

#[derive(Deserialize)]
struct Emergency {
    requester_class: Class,
    requester_body: Option<String>,
    emergency_at: Instant,
    authorised_by: Option<String>,
}

#[derive(Deserialize)]
struct Informed {
    told: bool,
}
