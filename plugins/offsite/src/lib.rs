//! Working at home with information, and information off site: whether somebody with the power to do so agreed first,
//! whether what is out is permitted, encrypted and back in time, and how the standards are kept.
//!
//! Items out are joined with the authorisations of the people who have them, authorisations with the delegations and roles
//! by which they were signed, devices with what was found of their encryption.

use muniment_sdk::{
    Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod authorisation;
mod device;
mod index;
mod joined;
mod on;
mod power;
mod registers;
mod sections;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod thing;
mod view;
mod violation;

pub use settings::Settings;

use store::Store;

const OUT: &[&str] = &["offsite.*", "homework.*"];

pub(crate) const NOT_RECORDED: Rule = Rule {
    id: "A-HMW-1",
    title: "Working at home unrecorded",
    severity: Severity::Policy,
    recipient: "role/service-director",
    clauses: &["leicester L18.1"],
    feeds: OUT,
};

pub(crate) const UNAUTHORISED: Rule = Rule {
    id: "A-HMW-2",
    title: "Taken home without authorisation",
    severity: Severity::Policy,
    recipient: "role/service-director",
    clauses: &["leicester L18.2.a", "leicester L18.3.a"],
    feeds: OUT,
};

pub(crate) const WRONG_SIGNATORY: Rule = Rule {
    id: "A-HMW-3",
    title: "Wrong signatory",
    severity: Severity::Policy,
    recipient: "role/service-director",
    clauses: &["leicester L18.2.a"],
    feeds: &["homework.*", "delegation.recorded", "role.assigned", "role.vacated"],
};

pub(crate) const NOT_ENCRYPTED: Rule = Rule {
    id: "A-HMW-4",
    title: "Medium not encrypted",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L3.1.b"],
    feeds: &["offsite.*", "device.encrypted_verified", "device.disposed"],
};

pub(crate) const BROKEN: Rule = Rule {
    id: "A-HMW-5",
    title: "Home-working standard broken",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L18.2.b", "leicester L18.3.b"],
    feeds: &["homework.*", "offsite.*"],
};

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-HMW-6",
    title: "Item off site overdue",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L18.3.c"],
    feeds: &["offsite.*"],
};

/// The state: authorisations, things, violations, and what they are held against.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Offsite {
    store: Store,
}

impl Plugin for Offsite {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "offsite",
        version: env!("CARGO_PKG_VERSION"),
        title: "Working at home, and information off site",
        description: "Sees that whoever takes information home was permitted to by somebody with the power to do so, that it \
                      is encrypted, packed and back in time, and that broken standards are dealt with.",
        subscriptions: &[
            "homework.*",
            "offsite.*",
            "delegation.recorded",
            "role.assigned",
            "role.vacated",
            "device.encrypted_verified",
            "device.disposed",
            "incident.closed",
            "incident.unsubstantiated",
            "breach.closed",
            "identity.*",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[NOT_RECORDED, UNAUTHORISED, WRONG_SIGNATORY, NOT_ENCRYPTED, BROKEN, OVERDUE],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::ITEMS_OUT, registers::authorisations::AUTHORISATIONS, registers::VIOLATIONS];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.store.apply(settings, event, out);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.store.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        self.store.wake()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::ITEMS_OUT.name => registers::items_out(&self.store, settings, as_at),
            name if name == registers::VIOLATIONS.name => registers::violations(&self.store, settings),
            _ => registers::authorisations::authorisations(&self.store, settings, as_at),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::offsite(&self.store, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Offsite);
