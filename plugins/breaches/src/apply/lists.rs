//! What the regulator's and the organisation's own lists know: types, causes, outcomes, and what each is called in a table.

use muniment_sdk::law::{Subjects, TimeToReport};
use serde::{Deserialize, Serialize};

/// The regulator's published types of incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IncidentType {
    AlterationOfPersonalData,
    BruteForceAttack,
    CryptographicFlaw,
    DataEmailedToIncorrectRecipient,
    DataOfWrongSubjectInPortal,
    DataPostedOrFaxedToIncorrectRecipient,
    DenialOfService,
    FailureToRedact,
    FailureToUseBcc,
    HardwareOrSoftwareMisconfiguration,
    IncorrectDisposalOfHardware,
    IncorrectDisposalOfPaperwork,
    LossOrTheftOfDevice,
    LossOrTheftOfPaperwork,
    Malware,
    NotProvided,
    OtherCyber,
    OtherNonCyber,
    Phishing,
    Ransomware,
    UnauthorisedAccess,
    VerbalDisclosure,
}

impl IncidentType {
    pub(crate) const ALL: [IncidentType; 22] = [
        IncidentType::AlterationOfPersonalData,
        IncidentType::BruteForceAttack,
        IncidentType::CryptographicFlaw,
        IncidentType::DataEmailedToIncorrectRecipient,
        IncidentType::DataOfWrongSubjectInPortal,
        IncidentType::DataPostedOrFaxedToIncorrectRecipient,
        IncidentType::DenialOfService,
        IncidentType::FailureToRedact,
        IncidentType::FailureToUseBcc,
        IncidentType::HardwareOrSoftwareMisconfiguration,
        IncidentType::IncorrectDisposalOfHardware,
        IncidentType::IncorrectDisposalOfPaperwork,
        IncidentType::LossOrTheftOfDevice,
        IncidentType::LossOrTheftOfPaperwork,
        IncidentType::Malware,
        IncidentType::NotProvided,
        IncidentType::OtherCyber,
        IncidentType::OtherNonCyber,
        IncidentType::Phishing,
        IncidentType::Ransomware,
        IncidentType::UnauthorisedAccess,
        IncidentType::VerbalDisclosure,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            IncidentType::AlterationOfPersonalData => "Alteration of personal data",
            IncidentType::BruteForceAttack => "Brute force attack",
            IncidentType::CryptographicFlaw => "Cryptographic flaw",
            IncidentType::DataEmailedToIncorrectRecipient => "Data emailed to incorrect recipient",
            IncidentType::DataOfWrongSubjectInPortal => "Data of wrong data subject shown in client portal",
            IncidentType::DataPostedOrFaxedToIncorrectRecipient => {
                "Data posted or faxed to incorrect recipient"
            }
            IncidentType::DenialOfService => "Denial of service",
            IncidentType::FailureToRedact => "Failure to redact",
            IncidentType::FailureToUseBcc => "Failure to use bcc",
            IncidentType::HardwareOrSoftwareMisconfiguration => "Hardware or software misconfiguration",
            IncidentType::IncorrectDisposalOfHardware => "Incorrect disposal of hardware",
            IncidentType::IncorrectDisposalOfPaperwork => "Incorrect disposal of paperwork",
            IncidentType::LossOrTheftOfDevice => "Loss or theft of a device with personal data",
            IncidentType::LossOrTheftOfPaperwork => {
                "Loss or theft of paperwork, or paperwork left in an insecure place"
            }
            IncidentType::Malware => "Malware",
            IncidentType::NotProvided => "Not provided",
            IncidentType::OtherCyber => "Other cyber incident",
            IncidentType::OtherNonCyber => "Other non-cyber incident",
            IncidentType::Phishing => "Phishing",
            IncidentType::Ransomware => "Ransomware",
            IncidentType::UnauthorisedAccess => "Unauthorised access",
            IncidentType::VerbalDisclosure => "Verbal disclosure of personal data",
        }
    }

    /// Whether the regulator lists it as cyber, where an entry does not say. Unauthorised access stands in both lists.
    pub(crate) fn is_cyber(self) -> bool {
        matches!(
            self,
            IncidentType::BruteForceAttack
                | IncidentType::CryptographicFlaw
                | IncidentType::DenialOfService
                | IncidentType::HardwareOrSoftwareMisconfiguration
                | IncidentType::Malware
                | IncidentType::OtherCyber
                | IncidentType::Phishing
                | IncidentType::Ransomware
        )
    }
}

/// What let it happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    HumanError,
    Process,
    Technical,
    Malicious,
    ThirdParty,
    Unknown,
}

impl Cause {
    pub(crate) const ALL: [Cause; 6] = [
        Cause::HumanError,
        Cause::Process,
        Cause::Technical,
        Cause::Malicious,
        Cause::ThirdParty,
        Cause::Unknown,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Cause::HumanError => "Human error",
            Cause::Process => "Process",
            Cause::Technical => "Technical",
            Cause::Malicious => "Malicious act",
            Cause::ThirdParty => "Third party",
            Cause::Unknown => "Unknown",
        }
    }
}

/// Which property of the information suffered first of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dimension {
    Confidentiality,
    Integrity,
    Availability,
}

impl Dimension {
    pub(crate) const ALL: [Dimension; 3] =
        [Dimension::Confidentiality, Dimension::Integrity, Dimension::Availability];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Dimension::Confidentiality => "Confidentiality",
            Dimension::Integrity => "Integrity",
            Dimension::Availability => "Availability",
        }
    }
}

/// Whether somebody meant it to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    Accidental,
    Deliberate,
    Unknown,
}

impl Intent {
    pub(crate) const ALL: [Intent; 3] = [Intent::Accidental, Intent::Deliberate, Intent::Unknown];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Intent::Accidental => "Accidental",
            Intent::Deliberate => "Deliberate",
            Intent::Unknown => "Unknown",
        }
    }
}

/// Why a near miss did no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Barrier {
    RecipientNoticed,
    SenderNoticed,
    Encryption,
    TechnicalControl,
    ReturnedUnopened,
    Chance,
    Other,
}

impl Barrier {
    pub(crate) const ALL: [Barrier; 7] = [
        Barrier::RecipientNoticed,
        Barrier::SenderNoticed,
        Barrier::Encryption,
        Barrier::TechnicalControl,
        Barrier::ReturnedUnopened,
        Barrier::Chance,
        Barrier::Other,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Barrier::RecipientNoticed => "The recipient noticed",
            Barrier::SenderNoticed => "The sender noticed",
            Barrier::Encryption => "Encryption",
            Barrier::TechnicalControl => "Another technical control",
            Barrier::ReturnedUnopened => "Returned unopened",
            Barrier::Chance => "Chance",
            Barrier::Other => "Something else",
        }
    }
}

/// What the regulator decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RegulatorsDecision {
    NoFurtherAction,
    InformalAction,
    Investigation,
    Advice,
    Reprimand,
    EnforcementNotice,
    Penalty,
    NotYetAssigned,
}

impl RegulatorsDecision {
    pub(crate) const ALL: [RegulatorsDecision; 8] = [
        RegulatorsDecision::NoFurtherAction,
        RegulatorsDecision::InformalAction,
        RegulatorsDecision::Investigation,
        RegulatorsDecision::Advice,
        RegulatorsDecision::Reprimand,
        RegulatorsDecision::EnforcementNotice,
        RegulatorsDecision::Penalty,
        RegulatorsDecision::NotYetAssigned,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            RegulatorsDecision::NoFurtherAction => "No further action",
            RegulatorsDecision::InformalAction => "Informal action",
            RegulatorsDecision::Investigation => "Investigation",
            RegulatorsDecision::Advice => "Advice",
            RegulatorsDecision::Reprimand => "Reprimand",
            RegulatorsDecision::EnforcementNotice => "Enforcement notice",
            RegulatorsDecision::Penalty => "Penalty",
            RegulatorsDecision::NotYetAssigned => "Not yet assigned",
        }
    }
}

/// The regulator's bands of people affected, where a source knows no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PeopleBand {
    #[serde(rename = "1_to_9")]
    UnderTen,
    #[serde(rename = "10_to_99")]
    Tens,
    #[serde(rename = "100_to_999")]
    Hundreds,
    #[serde(rename = "1000_to_9999")]
    Thousands,
    #[serde(rename = "10000_to_99999")]
    TensOfThousands,
    #[serde(rename = "100000_or_more")]
    HundredsOfThousands,
    #[serde(rename = "unknown")]
    Unknown,
}

impl PeopleBand {
    pub(crate) fn subjects(self) -> Option<Subjects> {
        Some(match self {
            PeopleBand::UnderTen => Subjects::UnderTen,
            PeopleBand::Tens => Subjects::Tens,
            PeopleBand::Hundreds => Subjects::Hundreds,
            PeopleBand::Thousands => Subjects::Thousands,
            PeopleBand::TensOfThousands => Subjects::TensOfThousands,
            PeopleBand::HundredsOfThousands => Subjects::HundredsOfThousands,
            PeopleBand::Unknown => return None,
        })
    }
}

/// The regulator's bands of the time to report, where a source knows no instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ReportBand {
    #[serde(rename = "under_24_hours")]
    UnderADay,
    #[serde(rename = "24_to_72_hours")]
    UpTo72Hours,
    #[serde(rename = "72_hours_to_1_week")]
    UpToAWeek,
    #[serde(rename = "over_1_week")]
    OverAWeek,
    #[serde(rename = "unknown")]
    Unknown,
}

impl ReportBand {
    pub(crate) fn time_to_report(self) -> Option<TimeToReport> {
        Some(match self {
            ReportBand::UnderADay => TimeToReport::UnderADay,
            ReportBand::UpTo72Hours => TimeToReport::UpTo72Hours,
            ReportBand::UpToAWeek => TimeToReport::UpToAWeek,
            ReportBand::OverAWeek => TimeToReport::OverAWeek,
            ReportBand::Unknown => return None,
        })
    }
}

/// How grave it is on the organisation's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The least.
    Green,
    /// In between.
    Amber,
    /// The gravest.
    Red,
}

impl Severity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Green => "green",
            Severity::Amber => "amber",
            Severity::Red => "red",
        }
    }
}

/// What a report is treated as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Route {
    Breach,
    NearMiss,
    Weakness,
    Unsubstantiated,
    ThirdParty,
    SecurityOnly,
}

/// Why a report was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CloseReason {
    PassedOnAsBreach,
    NothingFound,
    NearMiss,
    WeaknessMended,
    Duplicate,
    Other,
}

/// Which exception lets people at high risk go untold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotTold {
    DataUnreadable,
    RiskRemoved,
    DisproportionateEffort,
    NotHighRisk,
    PoliceRequest,
    Other,
}

impl NotTold {
    /// UK GDPR, Article 34(3), knows three exceptions; the police may ask for a delay (recital 88). "Other" is none.
    pub(crate) fn is_exception(self) -> bool {
        self != NotTold::Other
    }
}

/// Whether those involved held valid training, as an entry about the breach says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrainingValid {
    Yes,
    No,
    Unknown,
    NotApplicable,
}
