//! Information assets and who answers for them, the systems that hold them, risks to them, and whether information is right.
//!
//! Five kinds of case, each in a module of its own: an asset, a system, a risk, a dataset and an unexplained change. Which
//! forms of information the register of assets has is counted over all assets, in `forms`.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod again;
mod asset;
mod change;
mod dataset;
mod forms;
mod registers;
mod risk;
mod sections;
mod settings;
mod system;
#[cfg(test)]
mod tests;

pub use forms::Form;
pub use settings::Settings;

use asset::Asset;
use change::Change;
use dataset::Dataset;
use forms::Coverage;
use risk::Risk;
use system::System;

pub(crate) const NOT_REVIEWED: Rule = Rule {
    id: "A-AST-1",
    title: "Asset not reviewed",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L1.1"],
    feeds: &["asset.*"],
};

pub(crate) const NO_OWNER: Rule = Rule {
    id: "A-AST-2",
    title: "Asset without owner",
    severity: Severity::Policy,
    recipient: "role/siro",
    clauses: &["leicester L9.1.c"],
    feeds: &["asset.*"],
};

pub(crate) const UNEXPLAINED: Rule = Rule {
    id: "A-AST-3",
    title: "Unexplained change",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L8.1.b", "leicester L9.1.f"],
    feeds: &["unauthorised_change.*"],
};

pub(crate) const NOT_CHECKED: Rule = Rule {
    id: "A-AST-4",
    title: "Data quality check overdue",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["coventry C-AIM.ii", "coventry C-TCW.ix"],
    feeds: &["asset.*", "data_quality.*"],
};

pub(crate) const RISK_NOT_REVIEWED: Rule = Rule {
    id: "A-RSK-1",
    title: "Risk not reviewed",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L7.1", "coventry C-TCW.v"],
    feeds: &["risk.*"],
};

pub(crate) const NOT_ASSESSED: Rule = Rule {
    id: "A-RSK-2",
    title: "System in use without assessment",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L5.1.a", "leicester L8.2"],
    feeds: &["system.*"],
};

pub(crate) const HIGH_RISK: Rule = Rule {
    id: "A-RSK-3",
    title: "High risk accepted by the wrong role",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["coventry C-TCW.v"],
    feeds: &["risk.*", "system.*"],
};

/// The state: assets, systems, risks, datasets and changes that nobody could explain.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Assets {
    assets: CaseFold<Asset>,
    coverage: Coverage,
    systems: CaseFold<System>,
    risks: CaseFold<Risk>,
    datasets: CaseFold<Dataset>,
    changes: CaseFold<Change>,
}

impl Assets {
    fn apply_to_assets(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let coverage = &mut self.coverage;
        self.assets.apply_with(settings, event, out, &mut |number, asset| coverage.take(number, asset));
        self.coverage.settle(settings, event.recorded, out);
    }
}

impl Plugin for Assets {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "assets",
        version: env!("CARGO_PKG_VERSION"),
        title: "Assets, risks and data quality",
        description: "Sees that information has an owner and is looked at again, that the risks of systems are weighed \
                      before they are used, that high risks are accepted by the right role, and that critical data is checked.",
        subscriptions: &[
            "asset.*",
            "system.*",
            "risk.*",
            "data_quality.*",
            "unauthorised_change.*",
            "case.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &[
            NOT_REVIEWED,
            NO_OWNER,
            UNEXPLAINED,
            NOT_CHECKED,
            RISK_NOT_REVIEWED,
            NOT_ASSESSED,
            HIGH_RISK,
        ],
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
            Some("asset") => {
                self.apply_to_assets(settings, event, out);
                self.datasets.apply(settings, event, out);
            }
            Some("system") => self.systems.apply(settings, event, out),
            Some("risk") => self.risks.apply(settings, event, out),
            Some("data_quality") => self.datasets.apply(settings, event, out),
            Some("unauthorised_change" | "calendar") => self.changes.apply(settings, event, out),
            // What is about cases of any kind may be about one of these.
            _ => {
                self.apply_to_assets(settings, event, out);
                self.systems.apply(settings, event, out);
                self.risks.apply(settings, event, out);
                self.datasets.apply(settings, event, out);
                self.changes.apply(settings, event, out);
            }
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.assets.tick(settings, now, out);
        self.coverage.tick(settings, now, out);
        self.systems.tick(settings, now, out);
        self.risks.tick(settings, now, out);
        self.datasets.tick(settings, now, out);
        self.changes.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        let wakes = [
            self.assets.wake(),
            self.coverage.wake(),
            self.systems.wake(),
            self.risks.wake(),
            self.datasets.wake(),
            self.changes.wake(),
        ];
        wakes.into_iter().flatten().min()
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
        vec![sections::assets(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Assets);
