//! Access to systems: who was given what and on whose decision, whether it is confirmed again, and whether it ends when
//! people move, leave or are suspended.
//!
//! An account or grant is a case of its own, and so is the person who has it: what is wrong with a grant is said of the
//! grant, what follows from somebody's coming and going of the person. A person is folded of employments, grants,
//! equipment and conflicts of duties, whichever was recorded first.

use muniment_sdk::{CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Section};
use serde::{Deserialize, Serialize};

mod campaigns;
mod grant;
mod misuse;
mod moment;
mod person;
mod registers;
mod rules;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use campaigns::Campaigns;
use grant::Grant;
use misuse::Misuse;
use person::Person;

/// The state: grants, the people who have them, reports of misuse, and reviews of all accounts of a system.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Access {
    grants: CaseFold<Grant>,
    people: CaseFold<Person>,
    misuse: CaseFold<Misuse>,
    campaigns: Campaigns,
}

impl Plugin for Access {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "access",
        version: env!("CARGO_PKG_VERSION"),
        title: "Access, movers and leavers",
        description: "Watches over access to systems: that somebody approved it, that it fits the job and is confirmed \
                      again, and that it ends when people move, leave or are suspended.",
        subscriptions: &[
            "access.*",
            "staff.*",
            "exit.*",
            "equipment.*",
            "device.disposed",
            "sod.*",
            "contractor.*",
            "incident.*",
            "identity.*",
            "case.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &rules::ALL,
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &registers::ALL;

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.split('.').next() {
            Some("access") => {
                self.campaigns.grant(settings, event, &mut self.grants, out);
                self.people.apply(settings, event, out);
            }
            Some("incident") => self.misuse.apply(settings, event, out),
            Some("case" | "ledger") => {
                self.campaigns.correct(settings, event, &mut self.grants, out);
                self.people.apply(settings, event, out);
                self.misuse.apply(settings, event, out);
            }
            // Only what is said of people counts working days, or is joined by identities.
            _ => person::route(&mut self.people, settings, event, out),
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.grants.tick(settings, now, out);
        self.people.tick(settings, now, out);
        self.misuse.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.grants.wake(), self.people.wake(), self.misuse.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        registers::rows(self, settings, name, as_at)
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::access(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Access);
