//! A-BCP-1, its other half: the role that answers for a critical function changed hands, and the papers are older.
//!
//! Functions name the role, and what happens to roles is recorded under theirs: so the two are joined here.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::function::Function;
use crate::{At, PAPERS, Settings};

const STAGE: &str = "older-than-role-change";

/// A role, as far as it changes hands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Role {
    /// Since when somebody else holds it.
    changed: (Day, u64),
}

/// Somebody holds the role, from a day that an entry may name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    from: Option<Day>,
    person: Option<String>,
}

impl Case for Role {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind == "role.assigned" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Role> {
        let mut last: Option<(&Fact, (Day, u64))> = None;
        for happened in facts {
            let now = (happened.fact.from.unwrap_or(happened.day), happened.seq);
            // That the same person holds it on is no change.
            let is_same = last
                .is_some_and(|(before, _)| before.person.is_some() && before.person == happened.fact.person);
            if !is_same {
                last = Some((&happened.fact, now));
            }
        }
        last.map(|(_, changed)| Role { changed })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// Which role answers for which function, and when each last changed hands.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Owners {
    functions: BTreeMap<String, Papers>,
    of_role: BTreeMap<String, BTreeSet<String>>,
    changes: BTreeMap<String, (Day, u64)>,
    watch: Watch,
    /// The functions that are to be looked at next.
    #[serde(skip)]
    changed: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Papers {
    owner: String,
    day: Day,
    seq: u64,
}

impl Owners {
    /// Takes what a function has come to.
    pub(crate) fn take(&mut self, name: &str, function: Option<&Function>) {
        let now = function.and_then(|function| {
            let (At { day, seq, .. }, _) = function.current?;
            Some(Papers { owner: function.owner.clone()?, day, seq })
        });
        if self.functions.get(name) == now.as_ref() {
            return;
        }
        self.changed.insert(name.to_owned());
        if let Some(before) = self.functions.remove(name)
            && let Some(functions) = self.of_role.get_mut(&before.owner)
        {
            functions.remove(name);
            if functions.is_empty() {
                self.of_role.remove(&before.owner);
            }
        }
        if let Some(now) = now {
            self.of_role.entry(now.owner.clone()).or_default().insert(name.to_owned());
            self.functions.insert(name.to_owned(), now);
        }
    }

    /// Takes what a role has come to.
    pub(crate) fn take_role(&mut self, name: &str, role: Option<&Role>) {
        match role {
            Some(role) => _ = self.changes.insert(name.to_owned(), role.changed),
            None => _ = self.changes.remove(name),
        }
        self.changed.extend(self.of_role.get(name).into_iter().flatten().cloned());
    }

    fn change(&self, function: &str) -> Option<(&Papers, Day, u64)> {
        let papers = self.functions.get(function)?;
        let (day, seq) = *self.changes.get(&papers.owner)?;
        (papers.day < day).then_some((papers, day, seq))
    }

    fn alarms(&self, settings: &Settings, function: &str) -> Vec<Alarm> {
        let change = self.change(function);
        let at = change.map(|(_, day, _)| day.plus(i32::from(settings.role_change_days)).end());
        at.map(|at| Alarm::new(&PAPERS, STAGE, at)).into_iter().collect()
    }

    fn words(&self, settings: &Settings, function: &str, alert: Alert) -> Alert {
        let Some((papers, day, seq)) = self.change(function) else { return alert };
        let words = format!(
            "{} answers for the function and changed hands on {}; the papers were last written or found current on {}. With {} \
             days (setting role_change_days) they were to be looked at by {}.",
            papers.owner,
            day.in_words(),
            papers.day.in_words(),
            settings.role_change_days,
            day.plus(i32::from(settings.role_change_days)).in_words(),
        );
        alert.arithmetic(words).evidence([papers.seq, seq])
    }

    /// Clears what stands no longer.
    pub(crate) fn settle(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for function in std::mem::take(&mut self.changed) {
            let alarms = self.alarms(settings, &function);
            self.watch.set(&function, &alarms, now, |_, _| cleared(), out);
        }
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        let mut watch = std::mem::take(&mut self.watch);
        for function in watch.due(now) {
            let alarms = self.alarms(settings, &function);
            let words = |_: &_, alert| self.words(settings, &function, alert);
            watch.tick(&function, &alarms, now, words, |_, _| cleared(), out);
        }
        self.watch = watch;
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }
}

fn cleared() -> String {
    "the papers are no longer older than the last change of the role".to_owned()
}
