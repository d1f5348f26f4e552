//! Transfers: what of their events is kept, and how one is worked out of that.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::on::{On, seqs};
use crate::{INSECURE, Settings};

/// What an event about a transfer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Made(Made),
    Detected { why: Why, has_incident: bool, unit: Option<String> },
}

/// Information was shared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) agreement: Option<String>,
    /// It rests on a disclosure decision or a processor's contract.
    pub(crate) rests_on_other: bool,
    pub(crate) direction: Direction,
    pub(crate) method: Method,
    pub(crate) is_encrypted: Option<bool>,
    /// Whether personal data was among it; nothing where no entry says.
    pub(crate) is_personal: Option<bool>,
    pub(crate) unit: Option<String>,
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    Outgoing,
    Incoming,
    Internal,
}

/// How information travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Mail that is encrypted from end to end or on its way.
    SecureEmail,
    /// A service for files.
    SecureFileTransfer,
    /// A system that both use.
    SharedSystem,
    /// From system to system.
    Interface,
    /// A medium that is encrypted.
    EncryptedMedia,
    /// Paper that somebody brings.
    PaperByHand,
    /// By post.
    Post,
    /// By courier.
    Courier,
    /// By fax.
    Fax,
    /// Mail that anybody on its way can read.
    OrdinaryEmail,
    /// By telephone.
    Phone,
    /// Otherwise.
    Other,
}

impl Method {
    /// All of them, in the order in which tables have them.
    pub(crate) const ALL: [(Method, &'static str); 12] = [
        (Method::SecureEmail, "Secure email"),
        (Method::SecureFileTransfer, "Secure file transfer"),
        (Method::SharedSystem, "Shared system"),
        (Method::Interface, "Interface"),
        (Method::EncryptedMedia, "Encrypted media"),
        (Method::PaperByHand, "Paper by hand"),
        (Method::Post, "Post"),
        (Method::Courier, "Courier"),
        (Method::Fax, "Fax"),
        (Method::OrdinaryEmail, "Ordinary email"),
        (Method::Phone, "Telephone"),
        (Method::Other, "Other"),
    ];

    pub(crate) fn title(self) -> &'static str {
        Method::ALL.iter().find(|(method, _)| *method == self).map_or("", |(_, title)| title)
    }

    /// Whether it could be encrypted: paper and speech cannot.
    fn is_electronic(self) -> bool {
        matches!(
            self,
            Method::SecureEmail
                | Method::SecureFileTransfer
                | Method::SharedSystem
                | Method::Interface
                | Method::EncryptedMedia
                | Method::OrdinaryEmail
        )
    }
}

/// What a transfer lacked, as somebody found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    NoAgreement,
    AgreementExpired,
    AgreementSuspended,
    OutsidePurpose,
    MoreThanAgreed,
    WrongPartner,
    InsecureChannel,
}

/// A transfer, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Transfer {
    pub(crate) made: Option<(On, Made)>,
    pub(crate) detected: Option<(Why, On)>,
    /// An incident was opened: what follows from it is looked after there.
    pub(crate) incident: Option<On>,
    pub(crate) unit: Option<String>,
}

impl Transfer {
    /// When the information went.
    pub(crate) fn went(&self) -> Option<On> {
        self.made.as_ref().map(|(on, _)| *on).or(self.detected.map(|(_, on)| on))
    }

    /// The agreement that it rests on, where it does on none else.
    pub(crate) fn agreement(&self) -> Option<(&str, On)> {
        let (on, made) = self.made.as_ref().filter(|(_, made)| !made.rests_on_other)?;
        Some((made.agreement.as_deref()?, *on))
    }

    /// Whether it is on record that no personal data was among it.
    pub(crate) fn is_impersonal(&self) -> bool {
        self.made.as_ref().is_some_and(|(_, made)| made.is_personal == Some(false))
    }

    /// When it went over a channel that does not protect it. Where no entry says that no personal data was among it, there
    /// may have been.
    pub(crate) fn insecure(&self, settings: &Settings) -> Option<On> {
        let of_made = self.made.as_ref().and_then(|(on, made)| {
            let is_open = match made.is_encrypted {
                Some(true) => false,
                Some(false) if made.method.is_electronic() => true,
                _ => settings.insecure_methods.contains(&made.method),
            };
            (is_open && made.is_personal != Some(false)).then_some(*on)
        });
        let found = self.detected.filter(|(why, _)| *why == Why::InsecureChannel).map(|(_, on)| on);
        of_made.or(found)
    }
}

impl Case for Transfer {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "sharing.transfer_made" => {
                let made: ReadMade = data.read()?;
                // Special category data is personal data, whatever else is said.
                let is_personal =
                    if made.special_category == Some(true) { Some(true) } else { made.personal_data };
                Fact::Made(Made {
                    agreement: made.isa_ref,
                    rests_on_other: made.disclosure_ref.is_some() || made.processor_ref.is_some(),
                    direction: made.direction,
                    method: made.transfer_method,
                    is_encrypted: made.encrypted,
                    is_personal,
                    unit: made.unit,
                })
            }
            "sharing.unauthorised_detected" => {
                let ReadDetected { why_unauthorised, incident_ref, unit } = data.read()?;
                Fact::Detected { why: why_unauthorised, has_incident: incident_ref.is_some(), unit }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Made(_) => 0,
            Fact::Detected { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Transfer> {
        let mut transfer = Transfer::default();
        for happened in facts {
            let on = On::of(happened);
            let unit = match &happened.fact {
                Fact::Made(made) => {
                    transfer.made.get_or_insert_with(|| (on, made.clone()));
                    &made.unit
                }
                Fact::Detected { why, has_incident, unit } => {
                    transfer.detected.get_or_insert((*why, on));
                    if *has_incident {
                        transfer.incident.get_or_insert(on);
                    }
                    unit
                }
            };
            if unit.is_some() {
                transfer.unit.clone_from(unit);
            }
        }
        (!facts.is_empty()).then_some(transfer)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let insecure = self.insecure(settings).filter(|_| self.incident.is_none());
        insecure.map(|on| Alarm::new(&INSECURE, "insecure-channel", on.time)).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some(on) = self.insecure(settings) else { return alert };
        let mut words = match &self.made {
            Some((made_on, made)) if *made_on == on => {
                let method = made.method.title().to_lowercase();
                let encrypted = if made.is_encrypted == Some(false) {
                    ", not encrypted"
                } else {
                    ", not known to be encrypted"
                };
                format!("Shared by {method}{encrypted}, on {}.", on.day.in_words())
            }
            _ => format!("It was found on {} that it went over an insecure channel.", on.day.in_words()),
        };
        if self.made.as_ref().is_some_and(|(_, made)| made.is_personal.is_none()) {
            words.push_str(" No entry says whether personal data was among it: it is taken to have been.");
        }
        alert.arithmetic(words).evidence(seqs([self.went(), Some(on)]))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.incident {
            Some(on) => format!("an incident was opened for it on {}", on.day.in_words()),
            None => "as it is on record now, it was protected or held nothing personal".to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct ReadMade {
    isa_ref: Option<String>,
    disclosure_ref: Option<String>,
    processor_ref: Option<String>,
    direction: Direction,
    transfer_method: Method,
    encrypted: Option<bool>,
    personal_data: Option<bool>,
    special_category: Option<bool>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct ReadDetected {
    why_unauthorised: Why,
    incident_ref: Option<String>,
    unit: Option<String>,
}
