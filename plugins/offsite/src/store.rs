//! The cases as a part of the state, and what belongs together of them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Event, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::authorisation::Authorisation;
use crate::device::{Device, Incident};
use crate::index::{Index, Item, Key};
use crate::power::{Delegation, Role};
use crate::thing::Thing;
use crate::view::View;
use crate::violation::Violations;
use crate::{Settings, alarms};

/// The cases, and the alerts about them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) authorisations: CaseFold<Authorisation>,
    pub(crate) things: CaseFold<Thing>,
    pub(crate) violations: CaseFold<Violations>,
    pub(crate) delegations: CaseFold<Delegation>,
    pub(crate) roles: CaseFold<Role>,
    pub(crate) devices: CaseFold<Device>,
    pub(crate) incidents: CaseFold<Incident>,
    people: CaseFold<Identity>,
    index: Index,
    watch: Watch,
}

/// Nothing is kept of people but which identifiers are one person's.
#[derive(Debug)]
struct Identity;

impl Case for Identity {
    type Settings = Settings;
    type Fact = ();

    fn fact(_: &str, _: Data<'_>) -> Result<Option<()>, DataError> {
        Ok(None)
    }

    fn rank((): &()) -> u8 {
        0
    }

    fn fold(_: &Settings, _: &[Happened<()>]) -> Option<Identity> {
        None
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// What an entry touches: items that may be others now, and keys whose items may be.
#[derive(Default)]
struct Touched {
    items: BTreeSet<Item>,
    keys: Vec<Key>,
}

impl Store {
    /// Takes an entry, and says anew what there is to be said of all that it concerns.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let group = event.kind.split('.').next().unwrap_or_default();
        let is_about_any = matches!(group, "case" | "ledger");
        let mut touched = Touched::default();
        self.take_items(settings, event, is_about_any, group, &mut touched, out);
        self.take_others(settings, event, is_about_any, group, &mut touched, out);
        touched.items.extend(touched.keys.iter().flat_map(|key| self.index.items(key)).cloned());
        if !touched.items.is_empty() {
            self.join(settings, &touched.items, event.recorded, out);
        }
    }

    /// What has a place in the index.
    fn take_items(
        &mut self,
        settings: &Settings,
        event: &Event,
        is_about_any: bool,
        group: &str,
        touched: &mut Touched,
        out: &mut Outcome,
    ) {
        if is_about_any || group == "homework" {
            self.authorisations.apply_with(settings, event, out, &mut |number, _| {
                touched.items.insert(Item::Authorisation(number.to_owned()));
                if is_about_any {
                    touched.keys.push(Key::Authorisation(number.to_owned()));
                }
            });
            self.violations.apply_with(settings, event, out, &mut |number, _| {
                touched.items.insert(Item::Violations(number.to_owned()));
            });
        }
        if is_about_any || group == "offsite" {
            self.things.apply_with(settings, event, out, &mut |number, _| {
                touched.items.insert(Item::Thing(number.to_owned()));
            });
        }
        if is_about_any || group == "delegation" {
            self.delegations.apply_with(settings, event, out, &mut |number, _| {
                touched.items.insert(Item::Delegation(number.to_owned()));
                touched.keys.push(Key::Delegation(number.to_owned()));
            });
        }
    }

    /// What items only name.
    fn take_others(
        &mut self,
        settings: &Settings,
        event: &Event,
        is_about_any: bool,
        group: &str,
        touched: &mut Touched,
        out: &mut Outcome,
    ) {
        if is_about_any || group == "role" {
            self.roles.apply_with(settings, event, out, &mut |number, _| {
                touched.keys.push(Key::Role(number.to_owned()));
            });
        }
        if is_about_any || group == "device" {
            self.devices.apply_with(settings, event, out, &mut |number, _| {
                touched.keys.push(Key::Asset(number.to_owned()));
            });
        }
        if is_about_any || matches!(group, "incident" | "breach") {
            self.incidents.apply_with(settings, event, out, &mut |number, _| {
                touched.keys.push(Key::Incident(number.to_owned()));
            });
        }
        if matches!(group, "identity" | "ledger") {
            self.people.apply_with(settings, event, out, &mut |number, _| {
                touched.keys.push(Key::Person(number.to_owned()));
            });
        }
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.devices.tick(settings, now, out);
        for subject in self.watch.due(now) {
            let joined = self.now(settings).joined(&subject);
            self.watch.tick(
                &subject,
                &alarms::of(&joined, settings),
                now,
                |alarm, alert| alarms::words(&joined, settings, alarm, alert),
                |rule, stage| alarms::cleared(&joined, rule, stage),
                out,
            );
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.devices.wake(), self.watch.wake()].into_iter().flatten().min()
    }

    /// Says anew what belongs together, and what there is to be said of all that it concerns.
    fn join(&mut self, settings: &Settings, changed: &BTreeSet<Item>, now: Instant, out: &mut Outcome) {
        let mut concerned: BTreeSet<Item> = changed.clone();
        for item in changed {
            let keys = self.keys(settings, item);
            self.concern(item, &mut concerned);
            self.index.set(item, keys);
            self.concern(item, &mut concerned);
        }
        let subjects: BTreeSet<&str> = concerned.iter().map(Item::number).collect();
        for subject in subjects {
            let joined = self.now(settings).joined(subject);
            let alarms = alarms::of(&joined, settings);
            let cleared = |rule: &str, stage: &str| alarms::cleared(&joined, rule, stage);
            self.watch.set(subject, &alarms, now, cleared, out);
        }
    }

    /// Adds what an item makes a difference to: an authorisation to what it permits, a delegation to what was signed by it.
    fn concern(&self, item: &Item, concerned: &mut BTreeSet<Item>) {
        let leads_on = |key: &&Key| match item {
            Item::Authorisation(_) => matches!(key, Key::Authorisation(_) | Key::Person(_)),
            Item::Delegation(_) => matches!(key, Key::Delegation(_) | Key::Role(_)),
            Item::Thing(_) | Item::Violations(_) => false,
        };
        let keys = self.index.keys(item).iter().filter(leads_on);
        concerned.extend(keys.flat_map(|key| self.index.items(key)).cloned());
    }

    /// What an item can be found by; nothing where it is none, or counts as another one.
    fn keys(&self, settings: &Settings, item: &Item) -> Vec<Key> {
        match item {
            Item::Authorisation(number) => own(&self.authorisations, settings, number)
                .map(|authorisation| self.keys_of_authorisation(number, &authorisation)),
            // What is back makes no difference any more: there are many, and few are out.
            Item::Thing(number) => own(&self.things, settings, number)
                .filter(Thing::is_open)
                .map(|thing| self.keys_of_thing(&thing)),
            Item::Violations(number) => own(&self.violations, settings, number)
                .map(|violations| self.keys_of_violations(number, &violations)),
            Item::Delegation(number) => own(&self.delegations, settings, number)
                .map(|delegation| keys_of_delegation(number, &delegation)),
        }
        .unwrap_or_default()
    }

    fn keys_of_authorisation(&self, number: &str, authorisation: &Authorisation) -> Vec<Key> {
        let mut keys = vec![Key::Authorisation(number.to_owned())];
        keys.extend(authorisation.person.iter().map(|person| self.person(person)));
        for grant in &authorisation.grants {
            let delegation = grant.delegation.iter();
            keys.extend(
                delegation.map(|number| Key::Delegation(self.delegations.counts_as(number).to_owned())),
            );
            keys.extend(
                grant.authorised_by.iter().map(|role| Key::Role(self.roles.counts_as(role).to_owned())),
            );
        }
        distinct(keys)
    }

    fn keys_of_thing(&self, thing: &Thing) -> Vec<Key> {
        let mut keys = Vec::new();
        for trip in &thing.trips {
            keys.extend(trip.terms.authorisation_ref.iter().map(|number| self.authorisation(number)));
            keys.extend(trip.terms.person.iter().map(|person| self.person(person)));
            let asset = trip.terms.asset.iter();
            keys.extend(asset.map(|number| Key::Asset(self.devices.counts_as(number).to_owned())));
            let incident = trip.lost.iter().filter_map(|loss| loss.incident.as_ref());
            keys.extend(incident.map(|number| self.incident(number)));
        }
        distinct(keys)
    }

    fn keys_of_violations(&self, number: &str, violations: &Violations) -> Vec<Key> {
        let mut keys = vec![self.authorisation(number)];
        for (_, seen) in &violations.seen {
            keys.extend(seen.authorisation_ref.iter().map(|number| self.authorisation(number)));
            keys.extend(seen.person.iter().map(|person| self.person(person)));
            keys.extend(seen.incident_ref.iter().map(|number| self.incident(number)));
        }
        distinct(keys)
    }

    pub(crate) fn authorisation(&self, number: &str) -> Key {
        Key::Authorisation(self.authorisations.counts_as(number).to_owned())
    }

    pub(crate) fn person(&self, person: &str) -> Key {
        Key::Person(self.people.counts_as(person).to_owned())
    }

    pub(crate) fn incident(&self, number: &str) -> Key {
        Key::Incident(self.incidents.counts_as(number).to_owned())
    }

    /// All of which something is known that joins them with others, and that is not settled.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.index.all()
    }

    /// All as they stand now.
    pub(crate) fn now<'s>(&'s self, settings: &'s Settings) -> View<'s> {
        View {
            store: self,
            index: &self.index,
            authorisation: Box::new(move |number| own(&self.authorisations, settings, number)),
            thing: Box::new(move |number| own(&self.things, settings, number)),
            violations: Box::new(move |number| own(&self.violations, settings, number)),
            delegation: Box::new(move |number| own(&self.delegations, settings, number)),
            role: Box::new(move |number| own(&self.roles, settings, number)),
            device: Box::new(move |number| own(&self.devices, settings, number)),
            incident: Box::new(move |number| own(&self.incidents, settings, number)),
        }
    }

    /// All as they stood at an instant.
    pub(crate) fn at(&self, settings: &Settings, instant: Instant) -> Past<'_> {
        let mut past = Past {
            store: self,
            index: Index::default(),
            authorisations: at(&self.authorisations, settings, instant),
            things: at(&self.things, settings, instant),
            violations: at(&self.violations, settings, instant),
            delegations: at(&self.delegations, settings, instant),
            roles: at(&self.roles, settings, instant),
            devices: at(&self.devices, settings, instant),
            incidents: at(&self.incidents, settings, instant),
        };
        let index = &mut past.index;
        for (number, authorisation) in &past.authorisations {
            let keys = self.keys_of_authorisation(number, authorisation);
            index.set(&Item::Authorisation(number.clone()), keys);
        }
        for (number, thing) in &past.things {
            index.set(&Item::Thing(number.clone()), self.keys_of_thing(thing));
        }
        for (number, violations) in &past.violations {
            index.set(&Item::Violations(number.clone()), self.keys_of_violations(number, violations));
        }
        for (number, delegation) in &past.delegations {
            index.set(&Item::Delegation(number.clone()), keys_of_delegation(number, delegation));
        }
        past
    }
}

fn keys_of_delegation(number: &str, delegation: &Delegation) -> Vec<Key> {
    vec![Key::Delegation(number.to_owned()), Key::Role(delegation.to.clone())]
}

/// In an order that does not hang on that of the entries, each once.
fn distinct(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The case of a number that counts as no other.
fn own<C: Case<Settings = Settings>>(cases: &CaseFold<C>, settings: &Settings, number: &str) -> Option<C> {
    if cases.counts_as(number) == number { cases.case(settings, number) } else { None }
}

fn at<C: Case<Settings = Settings>>(
    cases: &CaseFold<C>,
    settings: &Settings,
    instant: Instant,
) -> BTreeMap<String, C> {
    cases.cases_at(settings, instant).map(|(number, case)| (number.to_owned(), case)).collect()
}

/// All cases as they stood at an instant.
pub(crate) struct Past<'s> {
    store: &'s Store,
    index: Index,
    pub(crate) authorisations: BTreeMap<String, Authorisation>,
    pub(crate) things: BTreeMap<String, Thing>,
    pub(crate) violations: BTreeMap<String, Violations>,
    delegations: BTreeMap<String, Delegation>,
    roles: BTreeMap<String, Role>,
    devices: BTreeMap<String, Device>,
    incidents: BTreeMap<String, Incident>,
}

impl Past<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        View {
            store: self.store,
            index: &self.index,
            authorisation: Box::new(|number| self.authorisations.get(number).cloned()),
            thing: Box::new(|number| self.things.get(number).cloned()),
            violations: Box::new(|number| self.violations.get(number).cloned()),
            delegation: Box::new(|number| self.delegations.get(number).cloned()),
            role: Box::new(|number| self.roles.get(number).cloned()),
            device: Box::new(|number| self.devices.get(number).cloned()),
            incident: Box::new(|number| self.incidents.get(number).cloned()),
        }
    }
}
