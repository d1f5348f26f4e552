//! What a record, a device or a medium is made of.

use muniment_sdk::Day;

use crate::apply::{Check, Of};
use crate::on::On;
use crate::words::{Kind, Marking, Medium, Method, Route};

/// The day on which the retention period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) day: Day,
    pub(crate) basis: Basis,
    pub(crate) on: On,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    Triggered,
    Reviewed,
    KeptLonger,
    Authorised,
    Executed,
}

/// Why something is not to be destroyed, whatever its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The schedule keeps it for good.
    ForGood(On),
    /// A review kept it, and named no day.
    Longer(On),
}

/// The authority to destroy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authorised {
    pub(crate) on: On,
    /// The disposal check that was answered yes, and the entry that tells of it.
    pub(crate) check: Option<(Check, On)>,
}

/// How something left without being destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    Archived,
    Transferred,
}

/// It is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destroyed {
    pub(crate) on: On,
    pub(crate) of: Of,
    pub(crate) medium: Medium,
    pub(crate) kind: Option<Kind>,
    pub(crate) method: Method,
    pub(crate) route: Option<Route>,
    pub(crate) marking: Option<Marking>,
    pub(crate) serial: Option<String>,
    pub(crate) is_authorised: bool,
    /// Why it came too early, if it did.
    pub(crate) early: Option<Early>,
    /// The last disposal check before it that was answered yes, and the entry that tells of it.
    pub(crate) check: Option<(Check, On)>,
    pub(crate) advice: Option<String>,
    pub(crate) has_certificate: bool,
}

/// Why a destruction came too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Early {
    Before(Due),
    Kept(Kept),
}

/// A device was taken out of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) on: On,
    pub(crate) kind: Option<Kind>,
    pub(crate) serial: Option<String>,
}

/// What does not make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Odd {
    /// Records were destroyed that nobody had registered.
    NeverRegistered,
    /// Records were destroyed of which nobody had said when they fall due.
    NoDueDay,
    /// A certificate came before any destruction.
    CertificateFirst,
    /// Something was decided, or done again, after they were gone.
    AfterTheEnd,
    /// It was destroyed although the risk manager had advised to keep it.
    AgainstAdvice,
}

impl Destroyed {
    /// Whether anybody else could certify it. What a unit puts through its own shredder, and what is deleted inside a
    /// system, nobody does.
    pub(crate) fn needs_certificate(&self) -> bool {
        match self.route {
            Some(Route::OwnUnit) => false,
            None => !self.medium.is_within_a_system(),
            Some(_) => true,
        }
    }
}
