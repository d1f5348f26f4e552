//! Incidents, as far as somebody outside meant harm by technical means. The plugin of breaches watches over them: here they
//! are counted.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::{At, Settings};

/// An incident, cyber or not.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Incident {
    pub(crate) first: Option<At>,
    pub(crate) unit: Option<String>,
    /// The last word about whether it is cyber; where there is none, its type says so.
    flag: Option<bool>,
    pub(crate) kind: Option<Type>,
    looks_like: Option<Look>,
    is_breach: bool,
    ruled_out: Option<RuledOut>,
}

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// A breach of personal data.
    Breach,
    NearMiss,
    /// It compromised no personal data, or nobody has said yet.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuledOut {
    NearMiss,
    /// There was nothing, or it is counted as another one.
    Nothing,
}

/// The regulator's types that are cyber; of the others it is enough that they are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Type {
    BruteForceAttack,
    CryptographicFlaw,
    DenialOfService,
    HardwareOrSoftwareMisconfiguration,
    Malware,
    Phishing,
    Ransomware,
    UnauthorisedAccess,
    OtherCyber,
    #[serde(other)]
    NonCyber,
}

impl Type {
    pub(crate) const ALL: [Type; 10] = [
        Type::BruteForceAttack,
        Type::CryptographicFlaw,
        Type::DenialOfService,
        Type::HardwareOrSoftwareMisconfiguration,
        Type::Malware,
        Type::Phishing,
        Type::Ransomware,
        Type::UnauthorisedAccess,
        Type::OtherCyber,
        Type::NonCyber,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Type::BruteForceAttack => "Brute force attack",
            Type::CryptographicFlaw => "Cryptographic flaw",
            Type::DenialOfService => "Denial of service",
            Type::HardwareOrSoftwareMisconfiguration => "Hardware or software misconfiguration",
            Type::Malware => "Malware",
            Type::Phishing => "Phishing",
            Type::Ransomware => "Ransomware",
            Type::UnauthorisedAccess => "Unauthorised access",
            Type::OtherCyber => "Other cyber incident",
            Type::NonCyber => "Of a type that is not cyber by itself",
        }
    }
}

/// What it looks like at first sight, as far as that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Look {
    Malware,
    Phishing,
    #[serde(other)]
    Else,
}

/// What an event about an incident says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    unit: Option<String>,
    cyber: Option<bool>,
    #[serde(rename = "ico_type")]
    kind: Option<Type>,
    #[serde(rename = "kind")]
    looks_like: Option<Look>,
    route: Option<Route>,
    close_reason: Option<CloseReason>,
    #[serde(default)]
    what: What,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum What {
    #[default]
    Described,
    Aware,
    NearMiss,
    Unsubstantiated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Route {
    NearMiss,
    Unsubstantiated,
    #[serde(other)]
    Else,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CloseReason {
    NothingFound,
    NearMiss,
    Duplicate,
    #[serde(other)]
    Else,
}

impl Incident {
    pub(crate) fn is_cyber(&self) -> bool {
        let by_look = matches!(self.looks_like, Some(Look::Malware | Look::Phishing));
        let by_type = |kind| !matches!(kind, Type::NonCyber | Type::UnauthorisedAccess);
        self.flag.unwrap_or_else(|| self.kind.map_or(by_look, by_type))
    }

    /// The type that it is counted as.
    pub(crate) fn counted_as(&self) -> Type {
        self.kind.unwrap_or(match self.looks_like {
            Some(Look::Malware) => Type::Malware,
            Some(Look::Phishing) => Type::Phishing,
            Some(Look::Else) | None => Type::OtherCyber,
        })
    }

    /// What it came to; nothing where there was nothing.
    pub(crate) fn came(&self) -> Option<Came> {
        match (self.is_breach, self.ruled_out) {
            (true, _) => Some(Came::Breach),
            (false, Some(RuledOut::Nothing)) => None,
            (false, Some(RuledOut::NearMiss)) => Some(Came::NearMiss),
            (false, None) => Some(Came::Other),
        }
    }

    fn take(&mut self, at: At, fact: &Fact) {
        self.first.get_or_insert(at);
        self.unit = fact.unit.clone().or(self.unit.take());
        self.flag = fact.cyber.or(self.flag);
        self.kind = fact.kind.or(self.kind);
        self.looks_like = fact.looks_like.or(self.looks_like);
        match (fact.what, fact.route, fact.close_reason) {
            (What::Aware, ..) => self.is_breach = true,
            (What::Unsubstantiated, ..)
            | (_, Some(Route::Unsubstantiated), _)
            | (_, _, Some(CloseReason::NothingFound)) => {
                (self.is_breach, self.ruled_out) = (false, Some(RuledOut::Nothing));
            }
            (What::NearMiss, ..) | (_, Some(Route::NearMiss), _) | (_, _, Some(CloseReason::NearMiss)) => {
                self.ruled_out = Some(RuledOut::NearMiss);
            }
            (_, _, Some(CloseReason::Duplicate)) => self.ruled_out = Some(RuledOut::Nothing),
            (_, Some(Route::Else), _) => self.ruled_out = None,
            _ => {}
        }
    }
}

impl Case for Incident {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "incident.reported" | "incident.triaged" | "incident.closed" | "breach.assessed" => {
                What::Described
            }
            "breach.aware" => What::Aware,
            "incident.near_miss_recorded" => What::NearMiss,
            "incident.unsubstantiated" => What::Unsubstantiated,
            _ => return Ok(None),
        };
        Ok(Some(Fact { what, ..data.read()? }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Described => 0,
            What::NearMiss => 1,
            What::Aware => 2,
            What::Unsubstantiated => 3,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Incident> {
        let mut incident = Incident::default();
        facts.iter().for_each(|happened| incident.take(At::of(happened), &happened.fact));
        (!facts.is_empty()).then_some(incident)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
