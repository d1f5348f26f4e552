//! What a transfer lacks.

use super::Terms;
use crate::agreement::{Kind, State};
use crate::on::On;
use crate::transfer::{Transfer, Why};

/// What a transfer lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    NoAgreement,
    Unknown,
    NotYet,
    Suspended,
    Expired,
    Terminated,
    /// A memorandum, or a protocol, is no agreement to share personal data.
    NotForPersonalData,
    Detected(Why),
}

impl Gap {
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Gap::NoAgreement => "no-agreement",
            Gap::Unknown => "agreement-unknown",
            Gap::NotYet => "not-yet-in-force",
            Gap::Suspended => "suspended",
            Gap::Expired => "expired",
            Gap::Terminated => "terminated",
            Gap::NotForPersonalData => "not-for-personal-data",
            Gap::Detected(_) => "unauthorised",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Gap::NoAgreement => {
                "names no agreement, no disclosure decision and no contract with a processor that it rests on"
            }
            Gap::Unknown => "names an agreement of which nothing is on record",
            Gap::NotYet => "names an agreement that was not in force yet",
            Gap::Suspended => "names an agreement that was suspended then",
            Gap::Expired => "names an agreement whose last day was over",
            Gap::Terminated => "names an agreement that had been terminated",
            Gap::NotForPersonalData => {
                "held personal data and names a memorandum or a protocol, under which none may be shared"
            }
            Gap::Detected(Why::NoAgreement) => "was found to rest on no agreement",
            Gap::Detected(Why::AgreementExpired) => "was found to rest on an agreement that had expired",
            Gap::Detected(Why::AgreementSuspended) => "was found to rest on an agreement that was suspended",
            Gap::Detected(Why::OutsidePurpose) => "was found to lie outside the purpose of its agreement",
            Gap::Detected(Why::MoreThanAgreed) => "was found to hold more than was agreed",
            Gap::Detected(Why::WrongPartner) => "was found to have gone to the wrong partner",
            Gap::Detected(Why::InsecureChannel) => "was found to have gone over an insecure channel",
        }
    }
}

/// What a transfer lacks, and when it was made or found; `terms` are those of the agreement that it names.
pub(crate) fn gap<'t>(
    transfer: &Transfer,
    terms: impl FnOnce(&str) -> Option<&'t Terms>,
) -> Option<(Gap, On)> {
    let of_made = match (&transfer.made, transfer.agreement()) {
        (Some((on, made)), None) if !made.rests_on_other => Some((Gap::NoAgreement, *on)),
        (Some(_), Some((agreement, on))) => {
            gap_of(terms(agreement), on, transfer.is_impersonal()).map(|gap| (gap, on))
        }
        _ => None,
    };
    let found = transfer.detected.filter(|(why, _)| *why != Why::InsecureChannel);
    of_made.or(found.map(|(why, on)| (Gap::Detected(why), on)))
}

fn gap_of(terms: Option<&Terms>, on: On, is_impersonal: bool) -> Option<Gap> {
    let Some(terms) = terms else { return Some(Gap::Unknown) };
    if terms.kind != Kind::Agreement && !is_impersonal {
        return Some(Gap::NotForPersonalData);
    }
    match terms.state_at(on.time) {
        State::InForce => None,
        State::NotYet => Some(Gap::NotYet),
        State::Suspended => Some(Gap::Suspended),
        State::Expired => Some(Gap::Expired),
        State::Terminated => Some(Gap::Terminated),
    }
}
