//! Confidentiality undertakings: what of their events is kept, and when an undertaking holds.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::keep;

/// What an event about an undertaking says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Signed(Signed),
    Expired { expires: Option<Day> },
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Signed {
    person: Option<String>,
    supplier: Option<String>,
    contractor_ref: Option<String>,
    scope: Scope,
    signed_on: Day,
    expires: Option<Day>,
    unit: Option<String>,
}

/// For whom it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    Person,
    Firm,
}

impl Scope {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scope::Person => "person",
            Scope::Firm => "firm",
        }
    }
}

/// An undertaking, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Undertaking {
    pub(crate) person: Option<String>,
    pub(crate) supplier: Option<String>,
    /// The engagement that it belongs to.
    pub(crate) engagement: Option<String>,
    pub(crate) scope: Option<Scope>,
    pub(crate) unit: Option<String>,
    /// When it holds, in the order of the signatures: one may be signed again under its number.
    pub(crate) terms: Vec<Term>,
    /// Entries that make no sense: it would be over before it was signed.
    pub(crate) reversed: Vec<u64>,
}

/// From the day of the signature to the last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
    pub(crate) seq: u64,
}

impl Undertaking {
    /// The last day on which it holds; nothing where no end is known, or it never held.
    pub(crate) fn last_day(&self) -> Option<Day> {
        self.terms.iter().map(|term| term.to).max_by_key(|to| (to.is_none(), *to)).flatten()
    }

    pub(crate) fn first_day(&self) -> Option<Day> {
        self.terms.iter().map(|term| term.from).min()
    }

    /// Nobody and nothing is named that it could belong to.
    pub(crate) fn is_unattached(&self) -> bool {
        let of_firm = self.supplier.is_some() && self.scope == Some(Scope::Firm);
        self.person.is_none() && self.engagement.is_none() && !of_firm
    }
}

impl Case for Undertaking {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "nda.signed" => Fact::Signed(data.read()?),
            "nda.expired" => Fact::Expired { expires: data.read::<Expired>()?.expires },
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Signed(_) => 0,
            Fact::Expired { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Undertaking> {
        let mut undertaking = Undertaking::default();
        let mut ends = Vec::new();
        for happened in facts {
            match &happened.fact {
                Fact::Signed(signed) => {
                    keep(&mut undertaking.person, &signed.person);
                    keep(&mut undertaking.supplier, &signed.supplier);
                    keep(&mut undertaking.engagement, &signed.contractor_ref);
                    keep(&mut undertaking.unit, &signed.unit);
                    undertaking.scope = Some(signed.scope);
                    let term = Term { from: signed.signed_on, to: signed.expires, seq: happened.seq };
                    if term.to.is_some_and(|to| to < term.from) {
                        undertaking.reversed.push(term.seq);
                    } else {
                        undertaking.terms.push(term);
                    }
                }
                // "Holds no longer": the day before was the last.
                Fact::Expired { expires } => {
                    ends.push((expires.unwrap_or(happened.day.plus(-1)), happened.seq));
                }
            }
        }
        undertaking.terms.sort_by_key(|term| (term.from, term.seq));
        for (last, seq) in ends {
            // What was signed anew behind the end is another term.
            let ended = undertaking.terms.iter_mut().filter(|term| term.from <= last);
            let count = ended.map(|term| term.to = Some(term.to.map_or(last, |to| to.min(last)))).count();
            if count == 0 {
                undertaking.reversed.push(seq);
            }
        }
        (!facts.is_empty()).then_some(undertaking)
    }

    /// What there is to be said hangs on engagements and access too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Expired {
    expires: Option<Day>,
}
