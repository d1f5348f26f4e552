//! Records, holds and disposal: what is due to be destroyed, what may not be, and with what authority and proof it was.
//!
//! A record, a box of media and a device are each a [`case`]. What covers records is in [`cover`]: holds beat disposal, and
//! what is asked for is not destroyed. The two are joined in [`joined`], for the records that something makes a difference to.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Section, Watch,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod case;
mod cover;
mod joined;
mod on;
mod places;
mod registers;
mod rules;
mod schedule;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod units;
mod words;

pub use settings::Settings;

use case::Thing;
use cover::{By, Cases, Changed, Covers, Hold, Matter, Names, Scope};
use joined::Joined;
use on::On;
use places::{Numbers, Places};
use rules::{
    ASKED_FOR, BEFORE_ITS_TIME, CHECK_OVERTAKEN, NO_ADVICE, NO_CERTIFICATE, NO_ROUTE, ON_HOLD, OVERDUE,
    UNACCOUNTED,
};
use schedule::Schedule;
use units::Units;

/// The state: all that is kept until it is disposed of, and what covers it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Retention {
    things: CaseFold<Thing>,
    matters: CaseFold<Matter>,
    holds: CaseFold<Hold>,
    schedules: CaseFold<Schedule>,
    units: Units,
    covers: Covers,
    places: Places,
    numbers: Numbers,
    /// What was destroyed as advised under another number, by that number.
    advised: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    watch: Watch,
}

impl Plugin for Retention {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "retention",
        version: env!("CARGO_PKG_VERSION"),
        title: "Records, retention and disposal",
        description: "Watches over what is due for disposal, that nothing is destroyed early, without authority, under a \
                      hold or while it is asked for, and that each destruction is proven; answers the disposal check.",
        subscriptions: &[
            "schedule.*",
            "record.*",
            "disposal.*",
            "media.destroyed",
            "device.disposed",
            "equipment.issued",
            "equipment.returned",
            "shredder.*",
            "org.unit_merged",
            "org.unit_split",
            "org.unit_closed",
            "hold.*",
            "request.*",
            "review.*",
            "ico.*",
            "tribunal.*",
            "case.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &[
            OVERDUE,
            BEFORE_ITS_TIME,
            ON_HOLD,
            NO_CERTIFICATE,
            ASKED_FOR,
            NO_ROUTE,
            UNACCOUNTED,
            NO_ADVICE,
            CHECK_OVERTAKEN,
        ],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = registers::ALL;

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        // Most events are about one kind of case, and only what is about cases of any kind is for all.
        match event.kind.split('.').next() {
            Some("record" | "disposal" | "media" | "device" | "equipment" | "calendar") => {
                self.of_things(settings, event, out);
            }
            Some("request" | "review" | "ico" | "tribunal") => self.of_matters(settings, event, out),
            Some("hold") => self.of_holds(settings, event, out),
            Some("shredder" | "org") => self.units.apply(settings, event, out),
            Some("schedule") => self.schedules.apply(settings, event, out),
            _ => {
                self.note_numbers(event);
                self.of_things(settings, event, out);
                self.of_matters(settings, event, out);
                self.of_holds(settings, event, out);
                self.units.apply(settings, event, out);
                self.schedules.apply(settings, event, out);
            }
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.things.tick(settings, now, out);
        self.units.tick(settings, &self.things, now, out);
        let Retention { things, covers, numbers, places, watch, .. } = self;
        let all = All { things, covers, numbers };
        for subject in watch.due(now) {
            let thing = things.case(settings, &subject).unwrap_or_default();
            let joined = all.join(settings, &subject, &thing, now);
            let words = |alarm: &_, alert| joined.words(settings, alarm, alert);
            let cleared = |rule: &str, stage: &str| joined.cleared(rule, stage);
            watch.tick(&subject, &joined.alarms(settings, now), now, words, cleared, out);
            places.put(&subject, &thing.place, joined::standing(&thing, settings, now));
        }
    }

    fn wake(&self) -> Option<Instant> {
        [self.things.wake(), self.units.wake(), self.watch.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(registers::rows(self, settings, name, as_at).into_iter())
    }

    fn register_of<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        subject: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(registers::rows_of(self, settings, name, subject, as_at).into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::retention(self, settings, period, status_at)]
    }
}

impl Retention {
    fn of_things(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut seen: Vec<(String, Option<Thing>)> = Vec::new();
        self.things.apply_with(settings, event, out, &mut |number, thing| {
            seen.push((number.to_owned(), thing.cloned()));
        });
        for (number, thing) in seen {
            self.units.take(settings, &number, thing.as_ref(), event.recorded, out);
            self.settle(settings, &number, thing, event.recorded, out);
            // What was destroyed as advised under this number may be in order now, or no more.
            for other in self.advised.get(number.as_str()).cloned().unwrap_or_default() {
                let is_itself = self.things.counts_as(&other) == &*other;
                let thing = self.things.case(settings, &other).filter(|_| is_itself);
                self.settle(settings, &other, thing, event.recorded, out);
            }
        }
    }

    fn of_matters(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut seen: Vec<By> = Vec::new();
        let Retention { matters, covers, numbers, .. } = self;
        matters.apply_with(settings, event, out, &mut |number, matter| {
            let by = By::Matter(Box::from(number));
            let is_known = covers.knows(&by) || !numbers.beside(number).is_empty();
            if is_known || matter.is_some_and(Matter::is_of_account) {
                seen.push(by);
            }
        });
        self.cover(settings, seen, event.recorded, out);
    }

    fn of_holds(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut seen: Vec<By> = Vec::new();
        self.holds.apply_with(settings, event, out, &mut |number, _| seen.push(By::Hold(Box::from(number))));
        self.cover(settings, seen, event.recorded, out);
    }

    /// Takes what has changed of what covers records, and looks at those again to which it makes a difference.
    fn cover(&mut self, settings: &Settings, cases: Vec<By>, now: Instant, out: &mut Outcome) {
        let mut changed = Changed::new();
        for by in cases {
            let others = self.numbers.beside(by.number());
            let all = Cases { settings, matters: &self.matters, holds: &self.holds };
            for (scope, from) in self.covers.refresh(&by, &others, &all) {
                let known = changed.entry(scope).or_insert(from);
                *known = from.min(*known);
            }
        }
        let mut touched: BTreeSet<Box<str>> = BTreeSet::new();
        for (scope, from) in &changed {
            match scope {
                Scope::Record(number) => _ = touched.insert(Box::from(self.things.counts_as(number))),
                Scope::Series(_) | Scope::Class(_) => touched.extend(self.places.within(scope, *from)),
            }
        }
        for number in touched {
            if let Some(thing) = self.things.case(settings, &number) {
                self.settle(settings, &number, Some(thing), now, out);
            }
        }
    }

    /// Says what alarms a thing has from now on.
    fn settle(
        &mut self,
        settings: &Settings,
        number: &str,
        thing: Option<Thing>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let thing = thing.unwrap_or_default();
        if let Some(elsewhere) = thing.destroyed.as_ref().and_then(|destroyed| destroyed.advice.as_deref())
            && elsewhere != number
        {
            self.advised.entry(Box::from(elsewhere)).or_default().insert(Box::from(number));
        }
        let Retention { things, covers, numbers, places, watch, .. } = self;
        let all = All { things, covers, numbers };
        let joined = all.join(settings, number, &thing, now);
        let cleared = |rule: &str, stage: &str| joined.cleared(rule, stage);
        watch.set(number, &joined.alarms(settings, now), now, cleared, out);
        places.put(number, &thing.place, joined::standing(&thing, settings, now));
    }

    fn all(&self) -> All<'_> {
        All { things: &self.things, covers: &self.covers, numbers: &self.numbers }
    }

    /// Keeps what an entry about cases says of numbers.
    fn note_numbers(&mut self, event: &Event) {
        #[derive(Deserialize)]
        struct Other {
            into: Option<Box<str>>,
            alias: Option<Box<str>>,
        }
        let (Some(subject), true) = (&event.subject, event.kind.starts_with("case.")) else { return };
        if let Ok(Other { into, alias }) = event.data() {
            for other in [into, alias].into_iter().flatten() {
                self.numbers.note(subject, &other);
            }
        }
    }
}

/// What a thing is joined with.
#[derive(Clone, Copy)]
pub(crate) struct All<'a> {
    things: &'a CaseFold<Thing>,
    covers: &'a Covers,
    numbers: &'a Numbers,
}

impl<'a> All<'a> {
    /// A thing with what covers it, where that makes a difference.
    fn join<'j>(self, settings: &Settings, number: &'j str, thing: &'j Thing, now: Instant) -> Joined<'j>
    where
        'a: 'j,
    {
        let after = joined::since(thing, settings, now);
        let advice = self.advice_elsewhere(settings, thing);
        Joined::new(thing, after.map(|after| (self.covers, self.names(number, thing), after)), advice)
    }

    /// What covers a thing, of what had not ended at a time.
    fn covering<'j>(self, number: &'j str, thing: &'j Thing, after: Instant) -> Vec<(&'j By, cover::Cover)>
    where
        'a: 'j,
    {
        self.covers.over(&self.names(number, thing), after)
    }

    /// What a thing may be named by.
    fn names<'j>(self, number: &'j str, thing: &'j Thing) -> Names<'j>
    where
        'a: 'j,
    {
        let beside = self.numbers.beside(number);
        let same = beside.into_iter().filter(|other| self.things.counts_as(other) == number);
        let numbers = thing.numbers.iter().map(|other| &**other).filter(|other| *other != number);
        let (series, class) = (thing.place.series.as_deref(), thing.place.class.as_deref());
        Names { numbers: [number].into_iter().chain(same).chain(numbers).collect(), series, class }
    }

    fn advice_elsewhere(self, settings: &Settings, thing: &Thing) -> Option<On> {
        let elsewhere = thing.destroyed.as_ref()?.advice.as_deref()?;
        self.things.case(settings, elsewhere)?.advised.map(|(on, _)| on)
    }
}

muniment_sdk::plugin!(Retention);
