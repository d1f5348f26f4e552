//! Resilience: whether critical functions are documented, plans and backups tested, outages over in time, and whether fax
//! machines and callers are looked after. What happened by technical means from outside is counted.

use muniment_sdk::{
    CaseFold, Day, Event, Happened, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section,
    Severity,
};
use serde::{Deserialize, Serialize};

mod caller;
mod control;
mod cyber;
mod fax;
mod function;
mod outage;
mod plan;
mod registers;
mod roles;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use caller::Team;
use control::Control;
use cyber::Incident;
use fax::Fax;
use function::Function;
use outage::{Outage, Outages};
use plan::Plan;
use roles::{Owners, Role};

pub(crate) const PAPERS: Rule = Rule {
    id: "A-BCP-1",
    title: "Critical function's papers out of date",
    severity: Severity::Policy,
    recipient: "role/service-head",
    clauses: &["leicester L12.9.e"],
    feeds: &["function.*", "role.*"],
};

pub(crate) const TEST_OVERDUE: Rule = Rule {
    id: "A-BCP-2",
    title: "Continuity test overdue",
    severity: Severity::Policy,
    recipient: "role/service-head",
    clauses: &["coventry C-TCW.x"],
    feeds: &["bcp.*", "dr.*", "backup.*"],
};

pub(crate) const OUTAGE: Rule = Rule {
    id: "A-BCP-3",
    title: "Outage beyond the recovery time",
    severity: Severity::Policy,
    recipient: "role/service-head",
    clauses: &["leicester L5.1.b", "leicester L8.1.c", "coventry C-AIM.iii"],
    feeds: &["service.*", "bcp.*"],
};

pub(crate) const NOT_BRIEFED: Rule = Rule {
    id: "A-CHN-1",
    title: "Team not briefed on callers",
    severity: Severity::Warning,
    recipient: "role/line-manager",
    clauses: &["leicester L15.1"],
    feeds: &["caller.*"],
};

pub(crate) const FAX: Rule = Rule {
    id: "A-CHN-2",
    title: "Fax without justification",
    severity: Severity::Warning,
    recipient: "role/line-manager",
    clauses: &["leicester L16.1.a"],
    feeds: &["fax.*"],
};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

impl At {
    pub(crate) fn of<F>(happened: &Happened<F>) -> At {
        At { time: happened.time, day: happened.day, seq: happened.seq }
    }
}

/// The day that comes first of one that an entry names and one by a number of months behind another day.
pub(crate) fn earlier(named: Option<Day>, from: Day, months: u16) -> Day {
    let by_months = from.plus_months(months);
    named.map_or(by_months, |named| named.min(by_months))
}

/// Which of the two days that was, in words.
pub(crate) fn why(named: Option<Day>, from: Day, months: u16, setting: &str) -> String {
    if named.is_some_and(|named| named < from.plus_months(months)) {
        return "the day that the entry names".to_owned();
    }
    format!("{months} months behind {} (setting {setting})", from.in_words())
}

/// The state: all that is watched, each kind by itself, and what joins them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Resilience {
    functions: CaseFold<Function>,
    roles: CaseFold<Role>,
    owners: Owners,
    plans: CaseFold<Plan>,
    outages: CaseFold<Outage>,
    too_long: Outages,
    teams: CaseFold<Team>,
    faxes: CaseFold<Fax>,
    controls: CaseFold<Control>,
    incidents: CaseFold<Incident>,
}

impl Resilience {
    fn apply_to_functions(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let owners = &mut self.owners;
        self.functions.apply_with(settings, event, out, &mut |name, function| owners.take(name, function));
    }

    fn apply_to_roles(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let owners = &mut self.owners;
        self.roles.apply_with(settings, event, out, &mut |name, role| owners.take_role(name, role));
    }

    fn apply_to_plans(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let too_long = &mut self.too_long;
        self.plans.apply_with(settings, event, out, &mut |name, plan| too_long.take_plan(name, plan));
    }

    fn apply_to_outages(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let too_long = &mut self.too_long;
        self.outages.apply_with(settings, event, out, &mut |name, outage| too_long.take(name, outage));
    }

    /// What is about cases of any kind.
    fn apply_to_all(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.apply_to_functions(settings, event, out);
        self.apply_to_roles(settings, event, out);
        self.apply_to_plans(settings, event, out);
        self.apply_to_outages(settings, event, out);
        self.teams.apply(settings, event, out);
        self.faxes.apply(settings, event, out);
        self.controls.apply(settings, event, out);
        self.incidents.apply(settings, event, out);
    }
}

impl Plugin for Resilience {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "resilience",
        version: env!("CARGO_PKG_VERSION"),
        title: "Cyber security and resilience",
        description: "Watches over the papers of critical functions, tests of plans, recovery and backups, outages, callers and \
                      fax machines, and counts cyber incidents and tests of controls.",
        subscriptions: &[
            "function.*",
            "role.*",
            "bcp.*",
            "dr.*",
            "backup.*",
            "service.*",
            "caller.*",
            "fax.*",
            "control.*",
            "incident.*",
            "breach.aware",
            "breach.assessed",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[PAPERS, TEST_OVERDUE, OUTAGE, NOT_BRIEFED, FAX],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::FUNCTIONS, registers::TESTS, registers::OUTAGES, registers::CHANNELS];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.split('.').next() {
            Some("function") => self.apply_to_functions(settings, event, out),
            Some("role") => self.apply_to_roles(settings, event, out),
            Some("bcp" | "dr" | "backup") => self.apply_to_plans(settings, event, out),
            Some("service") => self.apply_to_outages(settings, event, out),
            Some("caller") => return self.teams.apply(settings, event, out),
            Some("fax") => return self.faxes.apply(settings, event, out),
            Some("control") => return self.controls.apply(settings, event, out),
            Some("incident" | "breach") => return self.incidents.apply(settings, event, out),
            _ => self.apply_to_all(settings, event, out),
        }
        self.owners.settle(settings, event.recorded, out);
        self.too_long.settle(settings, &self.outages, event.recorded, out);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.functions.tick(settings, now, out);
        self.owners.tick(settings, now, out);
        self.plans.tick(settings, now, out);
        self.too_long.tick(settings, &self.outages, now, out);
        self.teams.tick(settings, now, out);
        self.faxes.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        let all = [
            self.functions.wake(),
            self.owners.wake(),
            self.plans.wake(),
            self.too_long.wake(),
            self.teams.wake(),
            self.faxes.wake(),
        ];
        all.into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::FUNCTIONS.name => registers::functions(self, settings, as_at),
            name if name == registers::TESTS.name => registers::tests(self, settings, as_at),
            name if name == registers::OUTAGES.name => registers::outages(self, settings, as_at),
            _ => registers::channels(self, settings, as_at),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::resilience(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Resilience);
