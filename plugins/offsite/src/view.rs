//! Cases as they stand at some time, and what is to be held against each.

use crate::authorisation::{Authorisation, Grant, Signatory};
use crate::device::{Device, Incident};
use crate::index::{Index, Item, Key};
use crate::joined::{Broken, Fault, Joined, Out, Signed, cover_of};
use crate::on::On;
use crate::power::{Delegation, Role};
use crate::store::Store;
use crate::thing::Thing;
use crate::violation::{Kind, Seen, Violations};

type Find<'v, T> = Box<dyn Fn(&str) -> Option<T> + 'v>;

/// Where the cases of some time are to be found, and what belongs together of them.
pub(crate) struct View<'v> {
    pub(crate) store: &'v Store,
    pub(crate) index: &'v Index,
    pub(crate) authorisation: Find<'v, Authorisation>,
    pub(crate) thing: Find<'v, Thing>,
    pub(crate) violations: Find<'v, Violations>,
    pub(crate) delegation: Find<'v, Delegation>,
    pub(crate) role: Find<'v, Role>,
    pub(crate) device: Find<'v, Device>,
    pub(crate) incident: Find<'v, Incident>,
}

impl View<'_> {
    /// All that is known under a number.
    pub(crate) fn joined(&self, number: &str) -> Joined {
        Joined {
            authorisation: (self.authorisation)(number).map(|it| self.signed(it)),
            thing: (self.thing)(number).map(|it| self.out(it)),
            violations: (self.violations)(number).map(|it| self.broken(number, it)).unwrap_or_default(),
        }
    }

    pub(crate) fn signed(&self, authorisation: Authorisation) -> Signed {
        let faults = authorisation.grants.iter().map(|grant| self.fault(grant)).collect();
        Signed { authorisation, faults }
    }

    /// What is wrong with a signature; where no electronic files about people go home, a line manager's will do.
    fn fault(&self, grant: &Grant) -> Option<Fault> {
        if !grant.needs_director {
            return None;
        }
        let (role, day) = (grant.authorised_by.as_deref(), grant.on.day);
        match grant.signatory {
            Signatory::LineManager | Signatory::Other => Some(Fault::Wrong(grant.signatory)),
            Signatory::AuthorisedDeputy => (!self.has_delegation(grant)).then_some(Fault::NoDelegation),
            Signatory::ServiceDirector => {
                let role = self.store.roles.counts_as(role?);
                (self.role)(role)?.is_no_director(day).map(Fault::NotHeld)
            }
        }
    }

    fn has_delegation(&self, grant: &Grant) -> bool {
        let (role, day) = (grant.authorised_by.as_deref(), grant.on.day);
        let delegations = &self.store.delegations;
        if let Some(named) = &grant.delegation {
            let named = (self.delegation)(delegations.counts_as(named));
            return named.is_some_and(|delegation| delegation.permits(role, day));
        }
        // None is named: one to the role that signed will do.
        let Some(signed) = role else { return false };
        self.index.items(&Key::Role(signed.to_owned())).any(|item| match item {
            Item::Delegation(number) => (self.delegation)(number).is_some_and(|it| it.permits(role, day)),
            _ => false,
        })
    }

    /// The authorisations that keys lead to, by their numbers.
    fn authorisations(&self, keys: &[Key]) -> Vec<(String, Authorisation)> {
        let is_of = |key: &&Key| matches!(key, Key::Authorisation(_) | Key::Person(_));
        let items = keys.iter().filter(is_of).flat_map(|key| self.index.items(key));
        let mut numbers: Vec<&str> = items
            .filter_map(|item| match item {
                Item::Authorisation(number) => Some(number.as_str()),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|it| Some((it.to_owned(), (self.authorisation)(it)?))).collect()
    }

    /// What permits the last time out: the authorisation that it names, and any other of the person who has it.
    pub(crate) fn out(&self, thing: Thing) -> Out {
        let mut keys: Vec<Key> = Vec::new();
        let trip = thing.last();
        if let Some(trip) = trip {
            keys.extend(trip.terms.authorisation_ref.iter().map(|it| self.store.authorisation(it)));
            keys.extend(trip.terms.person.iter().map(|person| self.store.person(person)));
        }
        let asset = trip.and_then(|trip| trip.terms.asset.as_deref());
        let device = asset.and_then(|asset| (self.device)(self.store.devices.counts_as(asset)));
        let incident = trip.and_then(|trip| trip.lost.as_ref()?.incident.as_deref());
        let incident = incident.and_then(|it| (self.incident)(self.store.incidents.counts_as(it)));
        let authorisations = self.authorisations(&keys);
        let mut cover: Vec<_> = authorisations.iter().flat_map(|(number, it)| cover_of(number, it)).collect();
        cover.sort_by(|a, b| (a.from, a.until, &a.authorisation).cmp(&(b.from, b.until, &b.authorisation)));
        let verdicts = device.map(|device| device.verdicts).unwrap_or_default();
        Out { thing, cover, verdicts, closed: incident.map(|incident| incident.closed) }
    }

    fn broken(&self, number: &str, violations: Violations) -> Vec<Broken> {
        violations.seen.into_iter().map(|(on, seen)| self.broken_once(number, on, seen)).collect()
    }

    fn broken_once(&self, number: &str, on: On, seen: Seen) -> Broken {
        let mut keys = vec![self.store.authorisation(seen.authorisation_ref.as_deref().unwrap_or(number))];
        keys.extend(seen.person.iter().map(|person| self.store.person(person)));
        let authorisations = self.authorisations(&keys);
        let looked_at = authorisations.iter().flat_map(|(_, it)| it.looked_at.iter().copied());
        let incident = seen.incident_ref.as_deref();
        let incident = incident.and_then(|it| (self.incident)(self.store.incidents.counts_as(it)));
        // Where there was none, the agreement that is made afterwards is what was missing.
        let is_missing = seen.kind == Kind::NotAuthorised;
        let agreed = authorisations.iter().flat_map(|(_, it)| &it.grants).map(|grant| grant.on);
        let dealt = looked_at
            .chain(agreed.filter(|_| is_missing))
            .chain(incident.map(|incident| incident.closed))
            .filter(|it| on.time <= it.time);
        let is_covered = authorisations.iter().any(|(_, it)| it.holding(on.time).is_some());
        Broken { on, dealt: dealt.min(), is_covered, seen }
    }
}
