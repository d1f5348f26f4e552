//! Surveillance: covert authorisations, from the authorising officer through the magistrate to their end, systems of
//! cameras and their reviews, and inspections by the commissioner.
//!
//! No alert of the catalogue belongs to it: what is late stands in the registers and is a finding of the report.

use muniment_sdk::{CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Section};
use serde::{Deserialize, Serialize};

mod authorisation;
mod cameras;
mod inspection;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use authorisation::Authorisation;
use cameras::Cameras;
use inspection::Inspection;

/// The state: authorisations, systems of cameras, and inspections.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Surveillance {
    authorisations: CaseFold<Authorisation>,
    cameras: CaseFold<Cameras>,
    inspections: CaseFold<Inspection>,
}

impl Plugin for Surveillance {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "surveillance",
        version: env!("CARGO_PKG_VERSION"),
        title: "Surveillance",
        description: "Keeps the central record of covert surveillance and the reviews of cameras, and says how long each \
                      authorisation holds.",
        subscriptions: &["ripa.*", "cctv.*", "ipco.*", "case.*", "ledger.correction_recorded"],
        rules: &[],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::AUTHORISATIONS, registers::CAMERAS];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.split('.').next() {
            Some("ripa") => self.authorisations.apply(settings, event, out),
            Some("cctv") => self.cameras.apply(settings, event, out),
            Some("ipco") => self.inspections.apply(settings, event, out),
            _ => {
                self.authorisations.apply(settings, event, out);
                self.cameras.apply(settings, event, out);
                self.inspections.apply(settings, event, out);
            }
        }
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == registers::CAMERAS.name {
            return Box::new(registers::cameras(self, settings, as_at));
        }
        Box::new(registers::authorisations(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::surveillance(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Surveillance);
