//! Whether each unit that keeps paper or optical discs has a way to destroy them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{
    Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch,
};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::case::Thing;
use crate::on::On;
use crate::rules::NO_ROUTE;
use crate::words::Medium;

const MEDIA: [(Medium, &str); 2] =
    [(Medium::Paper, "no-route-for-paper"), (Medium::Optical, "no-route-for-discs")];

/// A unit, as its machines and the structure of the organisation have it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unit {
    routes: Vec<(Route, On)>,
    gone: Option<Day>,
}

/// What a unit has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    takes: Option<Vec<Takes>>,
    route_only: Option<bool>,
    unit: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Takes {
    Paper,
    Optical,
    #[serde(other)]
    Other,
}

/// What an event about a unit says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Has(Route),
    /// It is no more from a day on.
    Gone {
        effective: Day,
    },
}

impl Unit {
    fn has(&self, medium: Medium) -> bool {
        let takes = |route: &Route| match (&route.takes, route.route_only) {
            // The central service takes whatever is brought.
            (_, Some(true)) | (None, _) => true,
            (Some(takes), _) => takes.iter().any(|takes| match takes {
                Takes::Paper => medium == Medium::Paper,
                Takes::Optical => medium == Medium::Optical,
                Takes::Other => false,
            }),
        };
        self.routes.iter().any(|(route, _)| takes(route))
    }
}

impl Case for Unit {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Gone {
            effective: Day,
        }
        Ok(match kind {
            "shredder.installed" => Some(Fact::Has(data.read()?)),
            "org.unit_merged" | "org.unit_split" | "org.unit_closed" => {
                Some(Fact::Gone { effective: data.read::<Gone>()?.effective })
            }
            _ => None,
        })
    }

    /// A machine is part of the unit that has it.
    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Has(route) => Some(&route.unit),
            Fact::Gone { .. } => None,
        }
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Unit> {
        let mut unit = Unit { routes: Vec::new(), gone: None };
        for happened in facts {
            match &happened.fact {
                Fact::Has(route) => unit.routes.push((route.clone(), On::of(happened))),
                Fact::Gone { effective } => unit.gone = Some(*effective),
            }
        }
        (!facts.is_empty()).then_some(unit)
    }

    /// What there is to be said of a unit hangs on the records that it keeps.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// What records tell of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Tells {
    Keeps,
    Destroys,
}

/// A unit, a medium, and what is told of them.
type Key = (Box<str>, Medium, Tells);

/// Units: what they have, and what the records tell of them. Of all records that tell the same only the first is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Units {
    cases: CaseFold<Unit>,
    told: BTreeMap<Key, (On, Box<str>)>,
    by: BTreeMap<Box<str>, BTreeSet<Key>>,
    /// What no record tells any more that had: whether another one does, is to be looked for.
    lost: BTreeSet<Key>,
    watch: Watch,
}

impl Units {
    /// Takes an entry about machines, units, or cases of any kind.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut touched: BTreeSet<String> = BTreeSet::new();
        self.cases.apply_with(settings, event, out, &mut |unit, _| _ = touched.insert(unit.to_owned()));
        for unit in touched {
            self.settle(settings, &unit, event.recorded, out);
        }
    }

    /// Takes what a record has come to.
    pub(crate) fn take(
        &mut self,
        settings: &Settings,
        record: &str,
        thing: Option<&Thing>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let now_told = thing.map(told).unwrap_or_default();
        if now_told.is_empty() && !self.by.contains_key(record) {
            return;
        }
        let mut touched: BTreeSet<Box<str>> = BTreeSet::new();
        for key in self.by.get(record).cloned().unwrap_or_default() {
            let still = now_told.iter().find(|(known, _)| *known == key);
            if still.is_none_or(|(_, on)| self.told.get(&key).is_none_or(|(known, _)| known < on)) {
                self.forget(&key, record);
                touched.insert(key.0.clone());
                self.lost.insert(key);
            }
        }
        for (key, on) in now_told {
            if self.tell(&key, on, record) {
                touched.insert(key.0);
            }
        }
        for unit in touched {
            self.settle(settings, &unit, now, out);
        }
    }

    /// Whether that is news: no record had told it, or none so early.
    fn tell(&mut self, key: &Key, on: On, record: &str) -> bool {
        let known = self.told.get(key);
        if known.is_some_and(|(known, of)| (*known, &**of) <= (on, record)) {
            return false;
        }
        if let Some(before) = known.map(|(_, record)| record.clone()) {
            self.forget(key, &before);
        }
        self.told.insert(key.clone(), (on, Box::from(record)));
        self.by.entry(Box::from(record)).or_default().insert(key.clone());
        true
    }

    fn forget(&mut self, key: &Key, record: &str) {
        self.told.remove(key);
        if let Some(keys) = self.by.get_mut(record) {
            keys.remove(key);
            if keys.is_empty() {
                self.by.remove(record);
            }
        }
    }

    fn settle(&mut self, settings: &Settings, unit: &str, now: Instant, out: &mut Outcome) {
        let alarms = self.alarms(settings, unit);
        self.watch.set(unit, &alarms, now, |_, _| cleared(), out);
    }

    fn alarms(&self, settings: &Settings, unit: &str) -> Vec<Alarm> {
        let known = self.cases.case(settings, unit);
        let alarm = |(medium, stage): (Medium, &'static str)| {
            let (keeps, _) = self.told.get(&(Box::from(unit), medium, Tells::Keeps))?;
            let destroys = self.told.contains_key(&(Box::from(unit), medium, Tells::Destroys));
            let has = known.as_ref().is_some_and(|known| known.has(medium));
            let alarm = Alarm::new(&NO_ROUTE, stage, keeps.time);
            let gone = known.as_ref().and_then(|known| known.gone);
            (!destroys && !has).then(|| gone.map_or(alarm, |day| alarm.until(day.start())))
        };
        MEDIA.into_iter().filter_map(alarm).collect()
    }

    /// Takes the time.
    pub(crate) fn tick(
        &mut self,
        settings: &Settings,
        things: &CaseFold<Thing>,
        now: Instant,
        out: &mut Outcome,
    ) {
        if !self.lost.is_empty() {
            let lost = std::mem::take(&mut self.lost);
            for (record, thing) in things.cases(settings) {
                for (key, on) in told(&thing) {
                    if lost.contains(&key) {
                        self.tell(&key, on, record);
                    }
                }
            }
            let units: BTreeSet<&str> = lost.iter().map(|(unit, ..)| &**unit).collect();
            for unit in units {
                self.settle(settings, unit, now, out);
            }
        }
        for unit in self.watch.due(now) {
            let alarms = self.alarms(settings, &unit);
            let Units { told, watch, .. } = self;
            let words = |alarm: &Alarm, alert: Alert| words(told, &unit, alarm, alert);
            watch.tick(&unit, &alarms, now, words, |_, _| cleared(), out);
        }
    }

    /// When it is to be told the time next.
    pub(crate) fn wake(&self) -> Option<Instant> {
        if self.lost.is_empty() { self.watch.wake() } else { Some(Instant::default()) }
    }

    /// The entries that nothing could be made of.
    pub(crate) fn unreadable(&self) -> Vec<u64> {
        self.cases.unreadable().into_iter().map(|it| it.seq).collect()
    }
}

fn told(thing: &Thing) -> Vec<(Key, On)> {
    let kept = thing.kept_by.iter();
    let mut told: Vec<(Key, On)> =
        kept.map(|(unit, medium, on)| ((Box::from(unit.as_str()), *medium, Tells::Keeps), *on)).collect();
    if let (Some(destroyed), Some(unit)) = (&thing.destroyed, &thing.place.unit)
        && destroyed.route.is_some()
        && destroyed.medium.is_shredded()
    {
        told.push(((Box::from(unit.as_str()), destroyed.medium, Tells::Destroys), destroyed.on));
    }
    told
}

fn words(told: &BTreeMap<Key, (On, Box<str>)>, unit: &str, alarm: &Alarm, alert: Alert) -> Alert {
    let medium = MEDIA.iter().find(|(_, stage)| alarm.stage.name == *stage).map(|(medium, _)| *medium);
    let keeps = medium.and_then(|medium| told.get(&(Box::from(unit), medium, Tells::Keeps)));
    let (Some((on, record)), Some(medium)) = (keeps, medium) else { return alert };
    let words = format!(
        "The unit {unit} keeps records on {}: {record} is the first, since {}. It has neither a machine that takes them nor \
         the central service, and nothing says that any was ever destroyed by a known route.",
        if medium == Medium::Paper { "paper" } else { "optical discs" },
        on.day.in_words(),
    );
    alert.arithmetic(words).evidence([on.seq])
}

fn cleared() -> String {
    "the unit has a way to destroy them, is no more, or keeps none, as is known now".to_owned()
}
