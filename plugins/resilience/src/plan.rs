//! A-BCP-2: plans for continuity, recovery of systems, and restores from backups, each with its tests.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::{At, Settings, TEST_OVERDUE, earlier, why};

const TEST: &str = "test-overdue";
const RESTORE: &str = "restore-test-overdue";

/// A plan or a system, and how it was tested.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) published: Option<At>,
    pub(crate) services: Vec<String>,
    pub(crate) recovery_hours: Option<u64>,
    pub(crate) tests: Vec<Test>,
}

/// A test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) what: What,
    pub(crate) result: Shown,
    pub(crate) next_due: Option<Day>,
    pub(crate) at: At,
}

/// What is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    Plan,
    Recovery,
    Restore,
}

impl What {
    pub(crate) const ALL: [What; 3] = [What::Plan, What::Recovery, What::Restore];

    pub(crate) fn name(self) -> &'static str {
        match self {
            What::Plan => "Continuity plan",
            What::Recovery => "Recovery of a system",
            What::Restore => "Restore from a backup",
        }
    }
}

/// What a test showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    Passed,
    PassedWithActions,
    Failed,
}

/// What an event about a plan says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Published {
        unit: Option<String>,
        owner: Option<String>,
        services: Vec<String>,
        recovery_hours: Option<u64>,
    },
    Tested {
        what: What,
        unit: Option<String>,
        result: Shown,
        next_due: Option<Day>,
    },
}

#[derive(Deserialize)]
struct Published {
    unit: Option<String>,
    owner: Option<String>,
    services: Option<Vec<String>>,
    recovery_hours: Option<u64>,
}

#[derive(Deserialize)]
struct Tested {
    unit: Option<String>,
    result: Shown,
    complete: Option<bool>,
    next_due: Option<Day>,
}

impl Plan {
    /// The last test of the plan or of the recovery, or of the restore.
    pub(crate) fn last(&self, restore: What) -> Option<Test> {
        let is_restore = restore == What::Restore;
        self.tests.iter().rfind(|test| (test.what == What::Restore) == is_restore).copied()
    }

    /// What a deadline counts from, the day that an entry names for it, and the months.
    fn counted(&self, what: What, settings: &Settings) -> Option<(At, Option<Day>, u16)> {
        let last = self.last(what).map(|test| (test.at, test.next_due));
        if what == What::Restore {
            return last.map(|(at, named)| (at, named, settings.restore_months));
        }
        let (at, named) = last.or(self.published.map(|at| (at, None)))?;
        Some((at, named, settings.test_months))
    }

    /// The last day on which the next test is in time.
    pub(crate) fn due(&self, what: What, settings: &Settings) -> Option<Day> {
        self.counted(what, settings).map(|(at, named, months)| earlier(named, at.day, months))
    }

    fn test(&mut self, test: Test) {
        let is_known = |known: &Test| known.at.time == test.at.time && known.what == test.what;
        if !self.tests.iter().any(is_known) {
            self.tests.push(test);
        }
    }
}

impl Case for Plan {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "bcp.published" => {
                let Published { unit, owner, services, recovery_hours } = data.read()?;
                let services = services.unwrap_or_default();
                return Ok(Some(Fact::Published { unit, owner, services, recovery_hours }));
            }
            "bcp.tested" => What::Plan,
            "dr.tested" => What::Recovery,
            "backup.restore_tested" => What::Restore,
            _ => return Ok(None),
        };
        let Tested { unit, result, complete, next_due } = data.read()?;
        // Not everything came back: that is no restore that passed, whatever else is said of it.
        let result = if complete == Some(false) { Shown::Failed } else { result };
        Ok(Some(Fact::Tested { what, unit, result, next_due }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Published { .. } => 0,
            Fact::Tested { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Plan> {
        let mut plan = Plan::default();
        for happened in facts {
            let at = At::of(happened);
            match &happened.fact {
                Fact::Published { unit, owner, services, recovery_hours } => {
                    plan.published.get_or_insert(at);
                    plan.unit = unit.clone().or(plan.unit);
                    plan.owner = owner.clone().or(plan.owner);
                    plan.services.clone_from(services);
                    plan.recovery_hours = recovery_hours.or(plan.recovery_hours);
                }
                Fact::Tested { what, unit, result, next_due } => {
                    plan.unit = unit.clone().or(plan.unit);
                    plan.test(Test { what: *what, result: *result, next_due: *next_due, at });
                }
            }
        }
        (!facts.is_empty()).then_some(plan)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let of = |what, stage: &'static str| {
            self.due(what, settings).map(|due| Alarm::new(&TEST_OVERDUE, stage, due.end()))
        };
        [of(What::Plan, TEST), of(What::Restore, RESTORE)].into_iter().flatten().collect()
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let is_restore = alarm.stage.name == RESTORE;
        let (what, setting) =
            if is_restore { (What::Restore, "restore_months") } else { (What::Plan, "test_months") };
        let Some((at, named, months)) = self.counted(what, settings) else { return alert };
        let due = earlier(named, at.day, months);
        let since = if self.last(what).is_some() { "Last tested" } else { "Never tested, and published" };
        let words = format!(
            "{since} on {}. To be tested by {}: {}.",
            at.day.in_words(),
            due.in_words(),
            why(named, at.day, months, setting),
        );
        alert.arithmetic(words).evidence([at.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, stage: &str) -> String {
        let what = if stage == RESTORE { What::Restore } else { What::Plan };
        match self.last(what) {
            Some(test) => format!("it was tested {}", test.at.day),
            None => "it is no longer to be tested by that day".to_owned(),
        }
    }
}
