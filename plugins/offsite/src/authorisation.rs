//! Authorisations to work at home: what of their events is kept, and when an authorisation holds.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::{On, keep};

/// What an event about an authorisation says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Requested { person: Option<String>, unit: Option<String> },
    Authorised(Box<Terms>),
    Refused { person: Option<String> },
    Reviewed { decision: Decision, review_due: Option<Day> },
    Expired { valid_until: Option<Day> },
    Revoked,
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    person: Option<String>,
    identifiable: Option<bool>,
    electronic_files: bool,
    signatory: Signatory,
    authorised_by: Option<String>,
    delegation_ref: Option<String>,
    standard_acknowledged: Option<bool>,
    valid_from: Option<Day>,
    valid_until: Day,
    review_due: Option<Day>,
    unit: Option<String>,
}

/// In which role it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signatory {
    ServiceDirector,
    AuthorisedDeputy,
    LineManager,
    Other,
}

impl Signatory {
    pub(crate) const ALL: [Signatory; 4] =
        [Signatory::ServiceDirector, Signatory::AuthorisedDeputy, Signatory::LineManager, Signatory::Other];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Signatory::ServiceDirector => "Service director",
            Signatory::AuthorisedDeputy => "Authorised deputy",
            Signatory::LineManager => "Line manager",
            Signatory::Other => "Other",
        }
    }
}

/// What a review decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Continue,
    Change,
    Revoke,
}

/// An authorisation, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Authorisation {
    pub(crate) person: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) requested: Option<On>,
    pub(crate) refused: Option<On>,
    /// Each time that it was signed, in order.
    pub(crate) grants: Vec<Grant>,
    pub(crate) reviews: Vec<On>,
    /// When somebody looked at it: reviewed, refused or revoked it.
    pub(crate) looked_at: Vec<On>,
    /// The day that was set for the next review.
    review_set: Option<Day>,
    /// Entries that make no sense: it would be over before it was signed, or was never signed.
    pub(crate) odd: Vec<u64>,
}

/// A time for which it was signed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grant {
    pub(crate) on: On,
    /// Its first day: what is signed afterwards for a time before holds from the signature on.
    pub(crate) from: Day,
    /// When it is over.
    pub(crate) until: Instant,
    /// Its last day.
    pub(crate) last: Day,
    pub(crate) signatory: Signatory,
    pub(crate) authorised_by: Option<String>,
    pub(crate) delegation: Option<String>,
    pub(crate) acknowledged: Option<bool>,
    /// Whether electronic files about identifiable people go home with it: then a director has to sign.
    pub(crate) needs_director: bool,
}

impl Grant {
    pub(crate) fn holds(&self, at: Instant) -> bool {
        self.from.start() <= at && at < self.until
    }
}

impl Authorisation {
    /// What was signed last.
    pub(crate) fn last(&self) -> Option<&Grant> {
        self.grants.last()
    }

    pub(crate) fn holding(&self, at: Instant) -> Option<&Grant> {
        self.grants.iter().rfind(|grant| grant.holds(at))
    }

    /// Somebody asked, and nobody has answered yet.
    pub(crate) fn is_awaited(&self) -> bool {
        self.requested.is_some() && self.grants.is_empty() && self.refused.is_none()
    }

    /// By when it is to be reviewed, and since when: the day that was set, and no later than the months that are allowed.
    pub(crate) fn review_due(&self, settings: &Settings) -> Option<(Day, Day)> {
        let signed = self.last()?.on.day;
        let since = self.reviews.last().map_or(signed, |review| review.day.max(signed));
        let latest = since.plus_months(settings.homework_review_months);
        Some((self.review_set.map_or(latest, |set| set.min(latest)), since))
    }

    pub(crate) fn seqs(&self) -> impl Iterator<Item = u64> {
        let grants = self.grants.iter().map(|grant| grant.on.seq);
        let first = self.requested.filter(|_| self.grants.is_empty()).map(|on| on.seq);
        grants.chain(first).chain(self.reviews.iter().map(|on| on.seq))
    }

    fn grant(&mut self, on: On, terms: &Terms) {
        keep(&mut self.person, &terms.person);
        keep(&mut self.unit, &terms.unit);
        let from = terms.valid_from.map_or(on.day, |from| from.max(on.day));
        if terms.valid_until < from {
            return self.odd.push(on.seq);
        }
        let grant = Grant {
            on,
            from,
            until: terms.valid_until.end(),
            last: terms.valid_until,
            signatory: terms.signatory,
            authorised_by: terms.authorised_by.clone(),
            delegation: terms.delegation_ref.clone(),
            acknowledged: terms.standard_acknowledged,
            needs_director: terms.electronic_files && terms.identifiable != Some(false),
        };
        // What is recorded twice was signed once.
        let is_same = |known: &Grant| known.on.time == on.time && Grant { on, ..known.clone() } == grant;
        if self.grants.iter().any(is_same) {
            return;
        }
        // What is signed anew under the number stands in the place of what was signed before.
        for before in self.grants.iter_mut().filter(|before| from.start() < before.until) {
            before.until = from.start();
            before.last = from.plus(-1);
        }
        self.review_set = terms.review_due;
        self.grants.push(grant);
    }

    /// Ends what was signed before.
    fn end(&mut self, on: On, until: Instant, last: Day) {
        let begun = self.grants.iter_mut().filter(|grant| grant.from.start() <= until);
        let ended = begun.map(|grant| {
            grant.until = grant.until.min(until);
            grant.last = grant.last.min(last);
        });
        if ended.count() == 0 {
            self.odd.push(on.seq);
        }
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Requested { person, unit } => {
                keep(&mut self.person, person);
                keep(&mut self.unit, unit);
                self.requested.get_or_insert(on);
            }
            Fact::Authorised(terms) => self.grant(on, terms),
            Fact::Refused { person } => {
                keep(&mut self.person, person);
                self.refused.get_or_insert(on);
                self.looked_at.push(on);
            }
            Fact::Reviewed { decision, review_due } => {
                self.reviews.push(on);
                self.looked_at.push(on);
                self.review_set = *review_due;
                if *decision == Decision::Revoke {
                    self.end(on, on.time, on.day);
                }
            }
            // "Holds no longer": the day before was the last.
            Fact::Expired { valid_until } => {
                let last = valid_until.unwrap_or(on.day.plus(-1));
                self.end(on, last.end(), last);
            }
            Fact::Revoked => {
                self.looked_at.push(on);
                self.end(on, on.time, on.day);
            }
        }
    }
}

impl Case for Authorisation {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "homework.requested" => {
                let Asked { person, unit } = data.read()?;
                Fact::Requested { person, unit }
            }
            "homework.authorised" => Fact::Authorised(Box::new(data.read()?)),
            "homework.refused" => Fact::Refused { person: data.read::<Asked>()?.person },
            "homework.reviewed" => {
                let Reviewed { decision, review_due } = data.read()?;
                Fact::Reviewed { decision, review_due }
            }
            "homework.expired" => Fact::Expired { valid_until: data.read::<Expired>()?.valid_until },
            "homework.revoked" => Fact::Revoked,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Requested { .. } => 0,
            Fact::Refused { .. } => 1,
            Fact::Authorised(_) => 2,
            Fact::Reviewed { .. } => 3,
            Fact::Expired { .. } => 4,
            Fact::Revoked => 5,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Authorisation> {
        let mut authorisation = Authorisation::default();
        for happened in facts {
            authorisation.take(On::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(authorisation)
    }

    /// What there is to be said hangs on delegations and roles too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Asked {
    person: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Reviewed {
    decision: Decision,
    review_due: Option<Day>,
}

#[derive(Deserialize)]
struct Expired {
    valid_until: Option<Day>,
}
