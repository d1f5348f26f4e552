//! Contractors, as a part of the state: three kinds of cases, and what belongs together of them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Event, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::contractor::Contractor;
use crate::engagement::Engagement;
use crate::index::{Index, Item, Key, firm};
use crate::undertaking::{Scope, Undertaking};
use crate::{Settings, alarms};

/// The cases, and the alerts about them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Contractors {
    pub(crate) engagements: CaseFold<Engagement>,
    pub(crate) undertakings: CaseFold<Undertaking>,
    pub(crate) accounts: CaseFold<Account>,
    people: CaseFold<Identity>,
    index: Index,
    /// By engagement, and by account where its holder has no engagement.
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

impl Contractors {
    /// Takes an entry about any of them, and says anew what there is to be said of the contractors that it concerns.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let group = event.kind.split('.').next().unwrap_or_default();
        let is_about_any = matches!(group, "case" | "ledger");
        let mut changed: BTreeSet<Item> = BTreeSet::new();
        let mut joined: Vec<Key> = Vec::new();
        if is_about_any || group == "contractor" {
            self.engagements.apply_with(settings, event, out, &mut |number, _| {
                changed.insert(Item::Engagement(number.to_owned()));
                joined.push(Key::Engagement(number.to_owned()));
            });
        }
        if is_about_any || group == "nda" {
            self.undertakings.apply_with(settings, event, out, &mut |number, _| {
                changed.insert(Item::Undertaking(number.to_owned()));
                joined.push(Key::Undertaking(number.to_owned()));
            });
        }
        if is_about_any || group == "access" {
            let index = &self.index;
            // Nearly all access is that of others, and what was no contractor's and is none makes no difference.
            self.accounts.apply_with(settings, event, out, &mut |number, account| {
                let item = Item::Account(number.to_owned());
                if account.is_some_and(Account::counts) || !index.keys(&item).is_empty() {
                    changed.insert(item);
                }
            });
        }
        if matches!(group, "identity" | "ledger") {
            self.people.apply_with(settings, event, out, &mut |number, _| {
                joined.push(Key::Person(number.to_owned()));
            });
        }
        if is_about_any || group == "identity" {
            // What names a case or a person that now counts as another one has another key.
            changed.extend(joined.iter().flat_map(|key| self.index.items(key)).cloned());
        }
        if !changed.is_empty() {
            self.join(settings, &changed, event.recorded, out);
        }
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in self.watch.due(now) {
            let contractor = self.contractor_of(settings, &subject).unwrap_or_default();
            self.watch.tick(
                &subject,
                &alarms::of(&contractor, settings),
                now,
                |alarm, alert| alarms::words(&contractor, settings, alarm, alert),
                |rule, stage| alarms::cleared(&contractor, rule, stage),
                out,
            );
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// All of which something is known that joins them with others.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.index.all()
    }

    /// All as they stand now.
    pub(crate) fn now<'c>(&'c self, settings: &'c Settings) -> View<'c> {
        View {
            index: &self.index,
            engagement: Box::new(move |number| self.engagements.case(settings, number)),
            undertaking: Box::new(move |number| self.undertakings.case(settings, number)),
            account: Box::new(move |number| self.accounts.case(settings, number)),
        }
    }

    /// All as they stood at an instant.
    pub(crate) fn at(&self, settings: &Settings, instant: Instant) -> Past {
        let mut past = Past::default();
        for (number, engagement) in self.engagements.cases_at(settings, instant) {
            let keys = self.keys_of_engagement(number, &engagement);
            past.index.set(&Item::Engagement(number.to_owned()), keys);
            past.engagements.insert(number.to_owned(), engagement);
        }
        for (number, undertaking) in self.undertakings.cases_at(settings, instant) {
            let keys = self.keys_of_undertaking(number, &undertaking);
            past.index.set(&Item::Undertaking(number.to_owned()), keys);
            past.undertakings.insert(number.to_owned(), undertaking);
        }
        for (number, account) in self.accounts.cases_at(settings, instant).filter(|(_, it)| it.counts()) {
            past.index.set(&Item::Account(number.to_owned()), self.keys_of_account(&account));
            past.accounts.insert(number.to_owned(), account);
        }
        past
    }

    /// What an engagement can be found by.
    pub(crate) fn keys_of_engagement(&self, number: &str, engagement: &Engagement) -> Vec<Key> {
        let undertaking = |number: &String| Key::Undertaking(self.undertakings.counts_as(number).to_owned());
        let mut keys = vec![Key::Engagement(number.to_owned())];
        keys.extend(engagement.undertakings.iter().map(undertaking));
        keys.extend(engagement.person.iter().map(|person| self.person(person)));
        keys.extend(engagement.supplier.iter().map(|supplier| Key::Firm(firm(supplier))));
        keys
    }

    pub(crate) fn keys_of_undertaking(&self, number: &str, undertaking: &Undertaking) -> Vec<Key> {
        let engagement = |number: &String| Key::Engagement(self.engagements.counts_as(number).to_owned());
        let supplier = undertaking.supplier.iter().filter(|_| undertaking.scope == Some(Scope::Firm));
        let mut keys = vec![Key::Undertaking(number.to_owned())];
        keys.extend(undertaking.engagement.iter().map(engagement));
        keys.extend(undertaking.person.iter().map(|person| self.person(person)));
        keys.extend(supplier.map(|supplier| Key::Firm(firm(supplier))));
        keys
    }

    pub(crate) fn keys_of_account(&self, account: &Account) -> Vec<Key> {
        account.person.iter().filter(|_| account.counts()).map(|person| self.person(person)).collect()
    }

    fn person(&self, person: &str) -> Key {
        Key::Person(self.people.counts_as(person).to_owned())
    }

    fn keys(&self, settings: &Settings, item: &Item) -> Vec<Key> {
        match item {
            Item::Engagement(number) => own(&self.engagements, settings, number)
                .map(|engagement| self.keys_of_engagement(number, &engagement)),
            Item::Undertaking(number) => own(&self.undertakings, settings, number)
                .map(|undertaking| self.keys_of_undertaking(number, &undertaking)),
            Item::Account(number) => {
                own(&self.accounts, settings, number).map(|account| self.keys_of_account(&account))
            }
        }
        .unwrap_or_default()
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
        for item in concerned {
            let (Item::Engagement(subject) | Item::Account(subject)) = item else { continue };
            let contractor = self.contractor_of(settings, &subject).unwrap_or_default();
            let alarms = alarms::of(&contractor, settings);
            let cleared = |rule: &str, stage: &str| alarms::cleared(&contractor, rule, stage);
            self.watch.set(&subject, &alarms, now, cleared, out);
        }
    }

    /// Adds what an item makes a difference to: an undertaking to all that it may cover, the others to what is of the same
    /// person.
    fn concern(&self, item: &Item, concerned: &mut BTreeSet<Item>) {
        let is_undertaking = matches!(item, Item::Undertaking(_));
        for key in self.index.keys(item) {
            if is_undertaking || matches!(key, Key::Person(_)) {
                concerned.extend(self.index.items(key).cloned());
            }
        }
    }

    fn contractor_of(&self, settings: &Settings, subject: &str) -> Option<Contractor> {
        let view = self.now(settings);
        view.of_engagement(subject).or_else(|| view.of_account(subject))
    }
}

/// The case of a number that counts as no other.
fn own<C: Case<Settings = Settings>>(cases: &CaseFold<C>, settings: &Settings, number: &str) -> Option<C> {
    if cases.counts_as(number) == number { cases.case(settings, number) } else { None }
}

/// Contractors as they stood at an instant.
#[derive(Default)]
pub(crate) struct Past {
    index: Index,
    pub(crate) engagements: BTreeMap<String, Engagement>,
    pub(crate) undertakings: BTreeMap<String, Undertaking>,
    accounts: BTreeMap<String, Account>,
}

impl Past {
    /// All by the number of their engagement, or of the account where there is none.
    pub(crate) fn contractors(&self) -> BTreeMap<&str, Contractor> {
        let view = View {
            index: &self.index,
            engagement: Box::new(|number| self.engagements.get(number).cloned()),
            undertaking: Box::new(|number| self.undertakings.get(number).cloned()),
            account: Box::new(|number| self.accounts.get(number).cloned()),
        };
        let of = |item: &'_ Item| match item {
            Item::Engagement(number) => view.of_engagement(number),
            Item::Account(number) => view.of_account(number),
            Item::Undertaking(_) => None,
        };
        let found = self.index.all().filter_map(|item| Some((item.number(), of(item)?)));
        found.collect()
    }
}

type Find<'v, T> = Box<dyn Fn(&str) -> Option<T> + 'v>;

/// Contractors as they stand at some time: what belongs together, and where the cases are to be found.
pub(crate) struct View<'v> {
    pub(crate) index: &'v Index,
    pub(crate) engagement: Find<'v, Engagement>,
    pub(crate) undertaking: Find<'v, Undertaking>,
    pub(crate) account: Find<'v, Account>,
}

impl View<'_> {
    /// An engagement, with what covers it and the access that its holder has.
    pub(crate) fn of_engagement(&self, number: &str) -> Option<Contractor> {
        let item = Item::Engagement(number.to_owned());
        let keys = self.index.keys(&item);
        if keys.is_empty() {
            return None;
        }
        let engagement = (self.engagement)(number)?;
        let known_from = engagement.known_from();
        let has_access = self.has_access_of_person(number, &engagement, keys);
        let mut contractor = Contractor { engagement: Some(engagement), ..Contractor::default() };
        let mut covering: BTreeSet<&str> = BTreeSet::new();
        for key in keys {
            for item in self.index.items(key) {
                match item {
                    Item::Undertaking(undertaking) if !covering.contains(undertaking.as_str()) => {
                        let Some(found) = (self.undertaking)(undertaking) else { continue };
                        // One that belongs to an engagement covers no other of the same person, unless that names it.
                        if matches!(key, Key::Person(_)) && found.engagement.is_some() {
                            continue;
                        }
                        covering.insert(undertaking);
                        contractor.add_undertaking(undertaking, &found);
                    }
                    Item::Account(account) if has_access => {
                        if let Some(account) = (self.account)(account) {
                            contractor.add_account(&account, known_from);
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(contractor)
    }

    /// A contractor's account whose holder has no engagement, with what covers the holder.
    pub(crate) fn of_account(&self, number: &str) -> Option<Contractor> {
        let account = (self.account)(number).filter(|account| account.is_contractors)?;
        let keys = self.index.keys(&Item::Account(number.to_owned()));
        let items = || keys.iter().flat_map(|key| self.index.items(key));
        if keys.is_empty() || items().any(|item| matches!(item, Item::Engagement(_))) {
            return None;
        }
        let mut contractor = Contractor::default();
        contractor.add_account(&account, None);
        for item in items() {
            let Item::Undertaking(undertaking) = item else { continue };
            if let Some(found) = (self.undertaking)(undertaking) {
                contractor.add_undertaking(undertaking, &found);
            }
        }
        Some(contractor)
    }

    /// Whether a person's access counts as that of this engagement: as that of each that is not over, or where all are
    /// over, of the last.
    fn has_access_of_person(&self, number: &str, engagement: &Engagement, keys: &[Key]) -> bool {
        let Some(over) = engagement.over() else { return true };
        let people = keys.iter().filter(|key| matches!(key, Key::Person(_)));
        let others = people.flat_map(|key| self.index.items(key)).filter_map(|item| match item {
            Item::Engagement(other) if other != number => Some(other.as_str()),
            _ => None,
        });
        others.into_iter().all(|other| match (self.engagement)(other).map(|other| other.over()) {
            Some(None) => false,
            Some(Some(other_over)) => (other_over, other) < (over, number),
            None => true,
        })
    }
}
