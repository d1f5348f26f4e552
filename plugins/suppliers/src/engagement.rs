//! Engagements of contractors: what of their events is kept, and how an engagement is worked out of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::{On, keep};

/// What an event about an engagement says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Engaged(Terms),
    Started {
        person: Option<String>,
        supplier: Option<String>,
        undertaking: Option<String>,
        starts: Option<Day>,
        unit: Option<String>,
    },
    Ended {
        ends: Option<Day>,
        data_returned: Option<bool>,
    },
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    person: Option<String>,
    supplier: Option<String>,
    starts: Day,
    ends: Option<Day>,
    data_access: DataAccess,
    nda_required: Option<bool>,
    commissioned_by: Option<String>,
    unit: Option<String>,
}

/// What kind of data a contractor can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DataAccess {
    SpecialCategory,
    PersonalData,
    Incidental,
    None,
}

impl DataAccess {
    pub(crate) const ALL: [DataAccess; 4] =
        [DataAccess::SpecialCategory, DataAccess::PersonalData, DataAccess::Incidental, DataAccess::None];

    pub(crate) fn name(self) -> &'static str {
        match self {
            DataAccess::SpecialCategory => "Special category data",
            DataAccess::PersonalData => "Personal data",
            DataAccess::Incidental => "Incidental",
            DataAccess::None => "None",
        }
    }

    fn is_of_people(self) -> bool {
        matches!(self, DataAccess::SpecialCategory | DataAccess::PersonalData)
    }
}

/// An engagement, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Engagement {
    pub(crate) person: Option<String>,
    pub(crate) supplier: Option<String>,
    /// The undertakings that it says were signed for it.
    pub(crate) undertakings: Vec<String>,
    pub(crate) unit: Option<String>,
    pub(crate) commissioned_by: Option<String>,
    pub(crate) data_access: Option<DataAccess>,
    nda_required: Option<bool>,
    pub(crate) engaged: Option<On>,
    /// The first day that was agreed, and the last.
    pub(crate) planned: Option<Day>,
    pub(crate) planned_end: Option<Day>,
    /// Each time of work, in their order: one that ended may begin again.
    pub(crate) spells: Vec<Spell>,
    /// An end in front of which no start is recorded.
    pub(crate) ended_unstarted: Option<End>,
}

/// A time of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spell {
    pub(crate) start: Start,
    pub(crate) end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    /// The first day of work.
    pub(crate) day: Day,
    pub(crate) at: Instant,
    pub(crate) seq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// The last day of work.
    pub(crate) day: Day,
    pub(crate) data_returned: Option<bool>,
    pub(crate) seq: u64,
}

impl Engagement {
    /// The policy asks it of all contractors: only who is said to need none needs none.
    pub(crate) fn needs_undertaking(&self) -> bool {
        self.nda_required != Some(false)
    }

    /// It is said to need no undertaking, although data about people can be seen.
    pub(crate) fn is_excused_wrongly(&self) -> bool {
        !self.needs_undertaking() && self.data_access.is_some_and(DataAccess::is_of_people)
    }

    /// It is recorded to have ended before it began, and not to have ended since: which of the two is wrong is not known,
    /// and so nothing is said of its work.
    pub(crate) fn is_disordered(&self) -> bool {
        self.ended_unstarted.is_some() && self.spells.last().is_some_and(|spell| spell.end.is_none())
    }

    /// Its last day, if it has come to an end.
    pub(crate) fn over(&self) -> Option<Day> {
        match (self.spells.last(), self.ended_unstarted) {
            (Some(spell), None) => spell.end.map(|end| end.day),
            (Some(spell), Some(unstarted)) => Some(spell.end.unwrap_or(unstarted).day),
            (None, unstarted) => unstarted.map(|end| end.day),
        }
    }

    /// From when on it is known that somebody is a contractor.
    pub(crate) fn known_from(&self) -> Option<Instant> {
        let started = self.spells.first().map(|spell| spell.start.at);
        self.engaged.map(|on| on.time).into_iter().chain(started).min()
    }

    /// The time of work that goes on, or was the last.
    pub(crate) fn work(&self) -> Option<Spell> {
        self.spells.last().copied().filter(|_| !self.is_disordered())
    }

    /// The entries that it rests on.
    pub(crate) fn seqs(&self) -> impl Iterator<Item = u64> {
        let spells =
            self.spells.iter().flat_map(|spell| [Some(spell.start.seq), spell.end.map(|end| end.seq)]);
        let others = [self.engaged.map(|on| on.seq), self.ended_unstarted.map(|end| end.seq)];
        others.into_iter().chain(spells).flatten()
    }

    fn agree(&mut self, on: On, terms: &Terms) {
        keep(&mut self.person, &terms.person);
        keep(&mut self.supplier, &terms.supplier);
        keep(&mut self.unit, &terms.unit);
        keep(&mut self.commissioned_by, &terms.commissioned_by);
        keep(&mut self.nda_required, &terms.nda_required);
        keep(&mut self.planned_end, &terms.ends);
        self.planned = Some(terms.starts);
        self.data_access = Some(terms.data_access);
        self.engaged.get_or_insert(on);
    }

    /// By the days of work, not by those of the entries: a start is often recorded before it comes, or long after.
    fn set_spells(&mut self, mut starts: Vec<Start>, mut ends: Vec<End>) {
        starts.sort_by_key(|start| (start.day, start.at, start.seq));
        ends.sort_by_key(|end| (end.day, end.seq));
        let mut ends = ends.into_iter().peekable();
        for start in starts {
            while let Some(end) = ends.next_if(|end| end.day < start.day) {
                self.end(end);
            }
            let is_within = |spell: &Spell| spell.end.is_none_or(|end| start.day <= end.day);
            if !self.spells.last().is_some_and(is_within) {
                self.spells.push(Spell { start, end: None });
            }
        }
        ends.for_each(|end| self.end(end));
    }

    fn end(&mut self, end: End) {
        match self.spells.last_mut() {
            Some(spell) => _ = spell.end.get_or_insert(end),
            None => self.ended_unstarted = Some(end),
        }
    }
}

impl Case for Engagement {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "contractor.engaged" => Fact::Engaged(data.read()?),
            "contractor.started" => {
                let Started { person, supplier, nda_ref, starts, unit } = data.read()?;
                Fact::Started { person, supplier, undertaking: nda_ref, starts, unit }
            }
            "contractor.ended" => {
                let Ended { ends, data_returned } = data.read()?;
                Fact::Ended { ends, data_returned }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Engaged(_) => 0,
            Fact::Started { .. } => 1,
            Fact::Ended { .. } => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Engagement> {
        let mut engagement = Engagement::default();
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for happened in facts {
            let on = On::of(happened);
            match &happened.fact {
                Fact::Engaged(terms) => engagement.agree(on, terms),
                Fact::Started { person, supplier, undertaking, starts: first, unit } => {
                    keep(&mut engagement.person, person);
                    keep(&mut engagement.supplier, supplier);
                    keep(&mut engagement.unit, unit);
                    engagement.undertakings.extend(undertaking.clone());
                    let day = first.unwrap_or(on.day);
                    starts.push(Start { day, at: on.instant_of(day), seq: on.seq });
                }
                Fact::Ended { ends: last, data_returned } => {
                    let data_returned = *data_returned;
                    ends.push(End { day: last.unwrap_or(on.day), data_returned, seq: on.seq });
                }
            }
        }
        engagement.set_spells(starts, ends);
        (!facts.is_empty()).then_some(engagement)
    }

    /// What there is to be said hangs on undertakings and access too: see [`crate::alarms`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Started {
    person: Option<String>,
    supplier: Option<String>,
    nda_ref: Option<String>,
    starts: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Ended {
    ends: Option<Day>,
    data_returned: Option<bool>,
}
