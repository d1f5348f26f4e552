//! Things with information on them that leave the building: what of their events is kept, and where a thing is.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::{On, keep};

/// What an event about a thing says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Out(Box<Terms>),
    Back { complete: bool },
    Lost { circumstances: Option<Circumstances>, incident: Option<String> },
}

/// What was taken out, by whom and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) person: Option<String>,
    pub(crate) authorisation_ref: Option<String>,
    pub(crate) medium: Medium,
    pub(crate) identifiable: bool,
    pub(crate) encrypted: Option<bool>,
    pub(crate) asset: Option<String>,
    packaging: Option<Packaging>,
    method: Option<Method>,
    due_back: Day,
    unit: Option<String>,
}

/// What information is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Medium {
    Paper,
    Laptop,
    Phone,
    Tablet,
    Usb,
    Disk,
    Optical,
    Tape,
    Other,
}

impl Medium {
    pub(crate) const ALL: [Medium; 9] = [
        Medium::Paper,
        Medium::Laptop,
        Medium::Phone,
        Medium::Tablet,
        Medium::Usb,
        Medium::Disk,
        Medium::Optical,
        Medium::Tape,
        Medium::Other,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Medium::Paper => "Paper",
            Medium::Laptop => "Laptop",
            Medium::Phone => "Phone",
            Medium::Tablet => "Tablet",
            Medium::Usb => "Memory stick",
            Medium::Disk => "Disk",
            Medium::Optical => "Optical disc",
            Medium::Tape => "Tape",
            Medium::Other => "Other",
        }
    }

    /// Whether it can be encrypted. What "other" is nobody knows.
    pub(crate) fn is_electronic(self) -> bool {
        !matches!(self, Medium::Paper | Medium::Other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Packaging {
    LockedCase,
    SealedEnvelope,
    PlainBag,
    None,
    Electronic,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    RemoteAccess,
    #[serde(other)]
    Carried,
}

/// How something was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Circumstances {
    Vehicle,
    #[serde(other)]
    Other,
}

/// A thing, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Thing {
    pub(crate) unit: Option<String>,
    /// Each time that it was out, in order.
    pub(crate) trips: Vec<Trip>,
    /// Entries that say of it that it came back or was lost when it was not out.
    pub(crate) odd: Vec<u64>,
    /// Entries by which it was to be back before it left.
    pub(crate) reversed: Vec<u64>,
}

/// A time out of the building.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trip {
    pub(crate) out: On,
    pub(crate) terms: Terms,
    /// All of it is back.
    pub(crate) back: Option<On>,
    /// A part of it came back.
    pub(crate) part_back: Option<On>,
    pub(crate) lost: Option<Loss>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) on: On,
    pub(crate) circumstances: Option<Circumstances>,
    pub(crate) incident: Option<String>,
}

impl Trip {
    /// The day by which it is to be back. A day before it left is a mistake: that on which it left stands for it.
    pub(crate) fn due(&self) -> Day {
        self.terms.due_back.max(self.out.day)
    }

    /// Whether it is out and not known to be lost.
    pub(crate) fn is_out(&self) -> bool {
        self.back.is_none() && self.lost.is_none()
    }

    /// It was left in a vehicle, and has not been found.
    pub(crate) fn lost_in_vehicle(&self) -> Option<&Loss> {
        let loss = self.lost.as_ref().filter(|loss| loss.circumstances == Some(Circumstances::Vehicle));
        loss.filter(|_| self.back.is_none())
    }

    /// Files about people that were not packed so that nobody can get at them on the way. A plain bag is discreet, and will
    /// do for what is encrypted.
    pub(crate) fn is_insecure(&self) -> bool {
        let encrypted = self.terms.encrypted == Some(true);
        let is_open = match self.terms.packaging {
            Some(Packaging::None) => true,
            Some(Packaging::PlainBag) => !encrypted,
            _ => false,
        };
        is_open && self.terms.identifiable && self.terms.method != Some(Method::RemoteAccess)
    }

    pub(crate) fn seqs(&self) -> impl Iterator<Item = u64> {
        let lost = self.lost.as_ref().map(|loss| loss.on);
        [Some(self.out), self.part_back, lost, self.back].into_iter().flatten().map(|on| on.seq)
    }
}

impl Thing {
    /// Where it is now: the last time that it left.
    pub(crate) fn last(&self) -> Option<&Trip> {
        self.trips.last()
    }

    /// Whether anything can be said of it still.
    pub(crate) fn is_open(&self) -> bool {
        self.last().is_some_and(|trip| trip.back.is_none())
    }

    fn leave(&mut self, on: On, terms: &Terms) {
        keep(&mut self.unit, &terms.unit);
        if self.last().is_some_and(|trip| trip.out.time == on.time && trip.terms == *terms) {
            return; // It is recorded twice.
        }
        if let Some(trip) = self.trips.last_mut() {
            // It cannot leave twice: that it came back was not recorded.
            trip.back.get_or_insert(on);
        }
        if terms.due_back < on.day {
            self.reversed.push(on.seq);
        }
        let terms = terms.clone();
        self.trips.push(Trip { out: on, terms, back: None, part_back: None, lost: None });
    }

    /// Whether a return is recorded twice.
    fn is_known(&self, on: On, fact: &Fact) -> bool {
        let known = match (fact, self.last()) {
            (Fact::Back { complete: true }, Some(trip)) => trip.back,
            (Fact::Back { complete: false }, Some(trip)) => trip.part_back,
            _ => None,
        };
        known.is_some_and(|known| known.time == on.time)
    }

    fn take(&mut self, on: On, fact: &Fact) {
        if self.is_known(on, fact) {
            return;
        }
        let trip = self.trips.last_mut().filter(|trip| trip.back.is_none());
        match (fact, trip) {
            (Fact::Out(terms), _) => self.leave(on, terms),
            (Fact::Back { complete: true }, Some(trip)) => trip.back = Some(on),
            (Fact::Back { complete: false }, Some(trip)) => trip.part_back = Some(on),
            (Fact::Lost { circumstances, incident }, Some(trip)) => {
                let (circumstances, incident) = (*circumstances, incident.clone());
                trip.lost.get_or_insert(Loss { on, circumstances, incident });
            }
            (_, None) => self.odd.push(on.seq),
        }
    }
}

/// Facts in the order in which they make sense. A thing comes back and leaves again on one day: so it is the time that
/// decides. Where only the day is known of a return, it is the return from where the thing went on that day, if it was in the
/// building before.
fn in_order(facts: &[Happened<Fact>]) -> Vec<&Happened<Fact>> {
    let is_out = |happened: &Happened<Fact>| matches!(happened.fact, Fact::Out(_));
    let mut sorted: Vec<&Happened<Fact>> = facts.iter().collect();
    sorted.sort_by_key(|it| (it.day, it.time, !is_out(it), it.seq));
    let mut ordered: Vec<&Happened<Fact>> = Vec::with_capacity(sorted.len());
    let mut early: Vec<&Happened<Fact>> = Vec::new();
    let mut out = false;
    for happened in sorted {
        if early.first().is_some_and(|first| first.day != happened.day) {
            ordered.append(&mut early);
        }
        let is_dated_only = happened.time == happened.day.start();
        match &happened.fact {
            Fact::Out(_) => {
                ordered.push(happened);
                out = early.is_empty();
                ordered.append(&mut early);
            }
            _ if !out && is_dated_only => early.push(happened),
            fact => {
                out &= !matches!(fact, Fact::Back { complete: true });
                ordered.push(happened);
            }
        }
    }
    ordered.append(&mut early);
    ordered
}

impl Case for Thing {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "offsite.checked_out" => Fact::Out(Box::new(data.read()?)),
            "offsite.returned" => Fact::Back { complete: data.read::<Returned>()?.complete.unwrap_or(true) },
            "offsite.lost" => {
                let Lost { circumstances, incident_ref } = data.read()?;
                Fact::Lost { circumstances, incident: incident_ref }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Thing> {
        let mut thing = Thing::default();
        for happened in in_order(facts) {
            thing.take(On::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(thing)
    }

    /// What there is to be said hangs on authorisations and devices too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Returned {
    complete: Option<bool>,
}

#[derive(Deserialize)]
struct Lost {
    circumstances: Option<Circumstances>,
    incident_ref: Option<String>,
}
