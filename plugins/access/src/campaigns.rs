//! Reviews of all accounts of a system at once.
//!
//! The owner of a system goes through the list of its accounts, and one entry says that it was done. It confirms every
//! account of that system, also one whose grant is recorded later than the review: so each is told to all accounts of
//! the system, as are its corrections.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{CaseFold, Event, Outcome};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::grant::Grant;

/// The accounts of each system, and the reviews of all of them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Campaigns {
    accounts: BTreeMap<String, BTreeSet<String>>,
    reviews: BTreeMap<String, Vec<Told>>,
    /// The systems that an entry is about, as it was recorded or as it was corrected.
    systems: BTreeMap<u64, Vec<String>>,
}

/// An entry about a review, to be told again to accounts that are recorded later.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    /// Under which number it is recorded: that one is told anyway.
    subject: Option<String>,
    seq: u64,
    recorded: muniment_sdk::Instant,
    time: muniment_sdk::Instant,
    kind: String,
    json: Vec<u8>,
}

impl Told {
    fn of(event: &Event) -> Told {
        let Event { seq, recorded, time, .. } = *event;
        let (kind, json) = (event.kind.clone(), event.json.clone());
        Told { subject: event.subject.clone(), seq, recorded, time, kind, json }
    }

    fn to(&self, account: &str) -> Event {
        Event {
            seq: self.seq,
            recorded: self.recorded,
            kind: self.kind.clone(),
            source: String::new(),
            id: String::new(),
            subject: Some(account.to_owned()),
            time: self.time,
            json: self.json.clone(),
        }
    }
}

#[derive(Deserialize)]
struct OfSystem {
    system: String,
}

#[derive(Deserialize)]
struct OfMany {
    system: String,
    #[serde(default)]
    accounts_reviewed: Option<u64>,
}

#[derive(Deserialize)]
struct Correcting {
    target: u64,
    #[serde(default)]
    data: Option<OfMany>,
}

impl Campaigns {
    /// Takes an entry about access.
    pub(crate) fn grant(
        &mut self,
        settings: &Settings,
        event: &Event,
        grants: &mut CaseFold<Grant>,
        out: &mut Outcome,
    ) {
        grants.apply(settings, event, out);
        let Some(subject) = event.subject.as_deref() else { return };
        match event.kind.as_str() {
            "access.granted" | "access.changed" | "access.orphan_detected" => {
                if let Ok(OfSystem { system }) = event.data() {
                    self.enter(&system, subject, settings, grants, out);
                }
            }
            "access.reviewed" => match event.data::<OfMany>() {
                Ok(OfMany { system, accounts_reviewed: Some(2..) }) => {
                    self.review(system, event, settings, grants, out);
                }
                Ok(OfMany { system, .. }) => self.enter(&system, subject, settings, grants, out),
                Err(_) => {}
            },
            _ => {}
        }
    }

    /// Takes a correction, of a review or of anything else.
    pub(crate) fn correct(
        &mut self,
        settings: &Settings,
        event: &Event,
        grants: &mut CaseFold<Grant>,
        out: &mut Outcome,
    ) {
        grants.apply(settings, event, out);
        if self.systems.is_empty() || event.kind != "ledger.correction_recorded" {
            return;
        }
        let Ok(Correcting { target, data }) = event.data::<Correcting>() else { return };
        let Some(systems) = self.systems.get(&target).cloned() else { return };
        let told = Told::of(event);
        for system in &systems {
            self.tell(system, &told, settings, grants, out);
        }
        // A review may turn out to have been of another system.
        let other = data.map(|data| data.system).filter(|system| !systems.contains(system));
        if let (Some(other), Some(first)) = (other, systems.first()) {
            let all = self.reviews.get(first).into_iter().flatten();
            let about = |told: &&Told| {
                told.seq == target || corrects(told).is_some_and(|corrected| corrected == target)
            };
            let history: Vec<Told> = all.filter(about).cloned().collect();
            self.systems.entry(target).or_default().push(other.clone());
            for told in &history {
                self.tell(&other, told, settings, grants, out);
            }
        }
    }

    /// An account of a system is known from now on, and is told what it missed.
    fn enter(
        &mut self,
        system: &str,
        account: &str,
        settings: &Settings,
        grants: &mut CaseFold<Grant>,
        out: &mut Outcome,
    ) {
        let is_new = match self.accounts.get_mut(system) {
            Some(accounts) => !accounts.contains(account) && accounts.insert(account.to_owned()),
            None => {
                self.accounts.insert(system.to_owned(), BTreeSet::from([account.to_owned()]));
                true
            }
        };
        if is_new {
            for told in self.reviews.get(system).into_iter().flatten() {
                if told.subject.as_deref() != Some(account) {
                    grants.apply(settings, &told.to(account), out);
                }
            }
        }
    }

    fn review(
        &mut self,
        system: String,
        event: &Event,
        settings: &Settings,
        grants: &mut CaseFold<Grant>,
        out: &mut Outcome,
    ) {
        let told = Told::of(event);
        self.tell(&system, &told, settings, grants, out);
        self.systems.insert(event.seq, vec![system]);
    }

    /// Tells all accounts of a system but the one under whose number it is recorded.
    fn tell(
        &mut self,
        system: &str,
        told: &Told,
        settings: &Settings,
        grants: &mut CaseFold<Grant>,
        out: &mut Outcome,
    ) {
        for account in self.accounts.get(system).into_iter().flatten() {
            if Some(account) != told.subject.as_ref() {
                grants.apply(settings, &told.to(account), out);
            }
        }
        self.reviews.entry(system.to_owned()).or_default().push(told.clone());
    }
}

fn corrects(told: &Told) -> Option<u64> {
    #[derive(Deserialize)]
    struct Target {
        target: u64,
    }
    let content = muniment_sdk::Data::from_json(&told.json);
    (told.kind == "ledger.correction_recorded").then(|| content.read::<Target>().ok())?.map(|it| it.target)
}
