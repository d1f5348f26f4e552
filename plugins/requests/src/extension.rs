//! Extensions of the time for an answer.

use muniment_sdk::Day;

use crate::apply::{Ground, Regime};
use crate::case::On;

/// What is known of the extensions of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extensions {
    /// The last one of which notice was given in time; whether its ground is one of the law is another matter.
    pub(crate) noticed: Option<Extension>,
    /// The first one of which notice was given when the time was over: it moves nothing.
    pub(crate) late: Option<Extension>,
    /// The first notice of refusal that went with one.
    pub(crate) refusal_notice: Option<On>,
}

/// An extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) to: Day,
    pub(crate) ground: Ground,
    pub(crate) notified: On,
}

impl Ground {
    /// Whether a law permits more time on this ground. What it does not permit moves no deadline.
    pub(crate) fn is_of(self, regime: Regime) -> bool {
        match regime {
            Regime::Foi => self == Ground::PublicInterest,
            Regime::Eir => self == Ground::ComplexityAndVolume,
            Regime::Reuse => self == Ground::ReuseQuantity,
            Regime::Other => false,
        }
    }
}
