//! What a breach is made of.

use muniment_sdk::{Day, Instant, Nation, breach_due};

use crate::apply::{NotTold, ReportBand};

/// Something happened at an instant, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

/// Why something is no breach of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuledOut {
    NearMiss,
    Weakness,
    Unsubstantiated,
    /// No personal data is concerned.
    SecurityOnly,
    /// It is counted under another number.
    Duplicate,
}

/// What a case is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has said yet what it is.
    Suspected,
    Breach,
    RuledOut(RuledOut),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) reportable: bool,
    pub(crate) high_risk: bool,
    pub(crate) not_told: Option<NotTold>,
    /// Since when, without a break, it has been decided that a high risk is likely.
    pub(crate) high_risk_since: At,
    pub(crate) at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) reasons: bool,
    pub(crate) band: Option<ReportBand>,
    pub(crate) at: At,
}

/// The last days on which something is in time that is counted in working days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dues {
    pub(crate) triage: Option<Day>,
    pub(crate) classify: Option<Day>,
    pub(crate) investigate: Option<Day>,
    pub(crate) inform: Option<Day>,
}

/// What starts the 72 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) from: At,
    /// Nobody has said yet whether it is a breach: the law's clock begins with awareness, but a clock that only began with
    /// a decision would never begin where none is made.
    pub(crate) is_provisional: bool,
}

impl Clock {
    /// When the 72 hours are over.
    pub(crate) fn due(&self) -> Instant {
        breach_due(self.from.time)
    }
}

/// Notes what may happen several times: once, where an entry was recorded twice.
pub(super) fn once<T: PartialEq>(all: &mut Vec<(T, At)>, what: T, at: At) {
    if !all.iter().any(|(known, on)| *known == what && on.time == at.time) {
        all.push((what, at));
    }
}

/// Whose working days are counted, in words.
pub(crate) fn working_days_of(nation: Nation) -> &'static str {
    match nation {
        Nation::EnglandAndWales => "England and Wales",
        Nation::Scotland => "Scotland",
        Nation::NorthernIreland => "Northern Ireland",
    }
}
