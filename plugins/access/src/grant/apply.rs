//! What of an event is kept for a grant.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

use crate::moment::UserClass;
use crate::person::NO_ENTITLEMENT;

/// What an event about access says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Somebody asked for it.
    Requested,
    /// The owner agreed; maybe the one who is to have it is that owner.
    Approved { of: Named, by_itself: bool },
    /// The owner did not agree.
    Refused(Named),
    /// It works from now on.
    Granted(Granted),
    /// It permits something else.
    Changed(Granted, Change),
    /// It was checked whether it is needed.
    Reviewed(Review),
    /// It rests.
    Suspended { of: Named, for_misuse: bool },
    /// It was taken away.
    Revoked(Named),
    /// Higher rights for a while.
    Elevated { of: Named, minutes: Option<u32>, approved: bool },
    /// An account was found that belongs to nobody.
    Orphan { of: Named, privileged: bool },
}

/// Which access of an account it is about: without an entitlement all that it has to the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) system: String,
    pub(crate) entitlement: Option<String>,
}

impl Named {
    /// Whether what is said of this is said of another. Where one of them names no entitlement, the system decides.
    pub(crate) fn is_about(&self, other: &Named) -> bool {
        self.system == other.system
            && (self.entitlement.is_none()
                || other.entitlement.is_none()
                || self.entitlement == other.entitlement)
    }
}

/// What is given, or what it is changed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub(crate) of: Named,
    pub(crate) person: Option<String>,
    pub(crate) class: Option<UserClass>,
    pub(crate) function: Option<String>,
    pub(crate) privileged: Option<bool>,
    /// Whether the event itself names who approved it, or where.
    pub(crate) approved: bool,
    pub(crate) review_due: Option<Day>,
    pub(crate) valid_until: Option<Day>,
    pub(crate) outside: bool,
    pub(crate) unit: Option<String>,
}

/// What a change replaces, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) before: Option<String>,
    pub(crate) reason: Option<Reason>,
}

/// Why access was changed, suspended or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    Joined,
    Moved,
    Left,
    Suspended,
    Returned,
    Review,
    NoLongerNeeded,
    Expired,
    Misuse,
    SystemChange,
    Other,
}

impl Reason {
    /// Whether a change for this reason takes rights away, or gives back what there was: nobody has to approve that.
    pub(crate) fn gives_nothing_new(self) -> bool {
        !matches!(self, Reason::Joined | Reason::Moved | Reason::Other)
    }
}

/// What a review came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) of: Named,
    pub(crate) person: Option<String>,
    pub(crate) decision: Option<Decision>,
    pub(crate) due: Option<Day>,
    /// Whether it covered many accounts at once, and so may be recorded under a number that is no account.
    pub(crate) of_many: bool,
    pub(crate) unit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Kept,
    Reduced,
    Removed,
}

impl Fact {
    /// Reads an event; nothing where events of its kind change no access. Attempts that were turned away are the greatest
    /// part of all, and change none.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "access.requested" => Fact::Requested,
            "access.approved" => {
                let read: Approved = data.read()?;
                let of = Named { system: read.system, entitlement: read.entitlement };
                Fact::Approved { of, by_itself: read.self_approved.unwrap_or(false) }
            }
            "access.refused" => Fact::Refused(data.read::<OfAccess>()?.named()),
            "access.granted" => Fact::Granted(data.read::<Given>()?.granted()),
            "access.changed" => data.read::<Given>()?.changed(),
            "access.reviewed" => Fact::Reviewed(data.read::<Reviewed>()?.review()),
            "access.suspended" => {
                let read: OfAccess = data.read()?;
                let for_misuse = read.change_reason == Some(Reason::Misuse);
                Fact::Suspended { of: read.named(), for_misuse }
            }
            "access.revoked" => Fact::Revoked(data.read::<OfAccess>()?.named()),
            "access.privilege_elevated" => {
                let read: Elevated = data.read()?;
                let of = Named { system: read.system, entitlement: read.entitlement };
                let approved = read.approved_by.is_some() || read.approval_ref.is_some();
                Fact::Elevated { of, minutes: read.minutes, approved }
            }
            "access.orphan_detected" => {
                let read: Orphan = data.read()?;
                let of = Named { system: read.system, entitlement: read.entitlement };
                Fact::Orphan { of, privileged: read.privileged.unwrap_or(false) }
            }
            _ => return Ok(None),
        }))
    }

    /// Its place in the life of access, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Requested => 0,
            Fact::Refused(_) => 1,
            Fact::Approved { .. } => 2,
            Fact::Orphan { .. } => 3,
            Fact::Granted(_) => 4,
            Fact::Changed(..) | Fact::Elevated { .. } => 5,
            Fact::Reviewed(_) => 6,
            Fact::Suspended { .. } => 7,
            Fact::Revoked(_) => 8,
        }
    }
}

#[derive(Deserialize)]
struct OfAccess {
    system: String,
    entitlement: Option<String>,
    change_reason: Option<Reason>,
}

impl OfAccess {
    fn named(self) -> Named {
        Named { system: self.system, entitlement: self.entitlement }
    }
}

#[derive(Deserialize)]
struct Approved {
    system: String,
    entitlement: Option<String>,
    self_approved: Option<bool>,
}

/// `access.granted` and `access.changed`.
#[derive(Deserialize)]
struct Given {
    system: String,
    entitlement: Option<String>,
    entitlement_before: Option<String>,
    change_reason: Option<Reason>,
    person: Option<String>,
    user_class: Option<UserClass>,
    job_function: Option<String>,
    privileged: Option<bool>,
    approved_by: Option<String>,
    approval_ref: Option<String>,
    review_due: Option<Day>,
    valid_until: Option<Day>,
    outside_job_function: Option<bool>,
    unit: Option<String>,
}

impl Given {
    /// A change from nothing gives something, and one to nothing takes it away.
    fn changed(mut self) -> Fact {
        let before = self.entitlement_before.take();
        if self.entitlement.as_deref() == Some(NO_ENTITLEMENT) {
            return Fact::Revoked(Named { system: self.system, entitlement: before });
        }
        let reason = self.change_reason;
        if before.as_deref() == Some(NO_ENTITLEMENT) {
            return Fact::Granted(self.granted());
        }
        Fact::Changed(self.granted(), Change { before, reason })
    }

    fn granted(self) -> Granted {
        Granted {
            of: Named { system: self.system, entitlement: self.entitlement },
            person: self.person,
            class: self.user_class,
            function: self.job_function,
            privileged: self.privileged,
            approved: self.approved_by.is_some() || self.approval_ref.is_some(),
            review_due: self.review_due,
            valid_until: self.valid_until,
            outside: self.outside_job_function.unwrap_or(false),
            unit: self.unit,
        }
    }
}

#[derive(Deserialize)]
struct Reviewed {
    system: String,
    entitlement: Option<String>,
    person: Option<String>,
    decision: Option<Decision>,
    review_due: Option<Day>,
    accounts_reviewed: Option<u64>,
    unit: Option<String>,
}

impl Reviewed {
    fn review(self) -> Review {
        Review {
            of: Named { system: self.system, entitlement: self.entitlement },
            person: self.person,
            decision: self.decision,
            due: self.review_due,
            of_many: self.accounts_reviewed.is_some_and(|accounts| accounts > 1),
            unit: self.unit,
        }
    }
}

#[derive(Deserialize)]
struct Elevated {
    system: String,
    entitlement: Option<String>,
    minutes: Option<u32>,
    approved_by: Option<String>,
    approval_ref: Option<String>,
}

#[derive(Deserialize)]
struct Orphan {
    system: String,
    entitlement: Option<String>,
    privileged: Option<bool>,
}
