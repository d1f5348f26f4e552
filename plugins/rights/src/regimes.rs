//! The laws that a request is handled under.

use muniment_sdk::{Happened, Right};
use serde::{Deserialize, Serialize};

use crate::apply::Fact;
use crate::case::On;

/// A law that a request is handled under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Regime {
    /// Access to one's own data: UK GDPR, Article 15.
    Sar,
    /// Article 16.
    Rectification,
    /// Article 17.
    Erasure,
    /// Article 18.
    Restriction,
    /// Article 20.
    Portability,
    /// Article 21.
    Objection,
    /// Article 22, and 22A to 22D.
    AutomatedDecision,
    /// Access under the Data Protection Act 1998.
    #[serde(rename = "dpa_1998")]
    Dpa1998,
    /// One that is no right of a data subject, and another plugin's.
    #[serde(other)]
    Other,
}

impl Regime {
    /// All that are rights, as the report lists them.
    pub(crate) const RIGHTS: [Regime; 8] = [
        Regime::Sar,
        Regime::Rectification,
        Regime::Erasure,
        Regime::Restriction,
        Regime::Portability,
        Regime::Objection,
        Regime::AutomatedDecision,
        Regime::Dpa1998,
    ];

    pub(crate) fn is_right(self) -> bool {
        self != Regime::Other
    }

    fn is_access(self) -> bool {
        matches!(self, Regime::Sar | Regime::Dpa1998)
    }

    /// Its name, for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Regime::Sar => "Access",
            Regime::Rectification => "Rectification",
            Regime::Erasure => "Erasure",
            Regime::Restriction => "Restriction",
            Regime::Portability => "Portability",
            Regime::Objection => "Objection",
            Regime::AutomatedDecision => "Automated decisions",
            Regime::Dpa1998 => "Access, Act of 1998",
            Regime::Other => "Other",
        }
    }
}

/// The laws of one request, and which right it is counted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Regimes {
    now: Vec<Regime>,
    /// The first right among them; where there is none any more, the last there was.
    pub(crate) right: Regime,
    /// The entry by which no right was left.
    pub(crate) left: Option<On>,
}

impl Regimes {
    /// Those of a history; nothing where no right was ever exercised.
    ///
    /// The law under which a request belongs is known at the end: a clock then runs from the receipt as if it had always been
    /// known, and so this looks at the whole history first.
    pub(crate) fn of(facts: &[Happened<Fact>]) -> Option<Regimes> {
        let mut now: Vec<Regime> = Vec::new();
        let (mut right, mut left) = (None, None);
        for happened in facts {
            match &happened.fact {
                // Of cases that were merged, each brings its own.
                Fact::Received { regimes, .. } => now.extend(regimes),
                Fact::RegimeChanged { regime, before } => change(&mut now, *regime, *before),
                _ => continue,
            }
            match now.iter().find(|regime| regime.is_right()) {
                Some(found) => (right, left) = (Some(*found), None),
                None => left = left.or_else(|| right.map(|_| On::of(happened))),
            }
        }
        Some(Regimes { now, right: right?, left })
    }

    /// Which clock runs. Only a request for nothing but access can be paused: the clock of another right runs on, and is over
    /// first.
    pub(crate) fn clock(&self) -> Right {
        let mut rights = self.now.iter().filter(|regime| regime.is_right());
        if rights.all(|regime| regime.is_access()) { Right::Access } else { Right::Other }
    }

    /// Whether all rights are answered by an answer under one law, behind earlier ones.
    pub(crate) fn is_answered(&self, by: Regime, earlier: &[Regime]) -> bool {
        // An answer under a law that the request does not have is an answer all the same.
        let is_part = self.now.contains(&by);
        let is_answered = |regime: &Regime| !regime.is_right() || *regime == by || earlier.contains(regime);
        !is_part || (by.is_right() && self.now.iter().all(is_answered))
    }
}

/// Takes one law in the place of another.
fn change(now: &mut [Regime], regime: Regime, before: Regime) {
    let place = now.iter().position(|one| *one == before).unwrap_or_default();
    if let Some(one) = now.get_mut(place) {
        *one = regime;
    }
}
