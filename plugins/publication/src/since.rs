//! From when on the ledger would know: silence about an earlier time says nothing.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Outcome};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::apply::{self, Declared, Group};

/// From a day on the ledger would know, and an entry is why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Since {
    pub(crate) day: Day,
    pub(crate) seq: u64,
    pub(crate) how: How,
}

/// How that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum How {
    /// The first entry was recorded then.
    Began,
    /// A system was declared to post all events from then on.
    Declared,
}

impl How {
    pub(crate) fn words(self) -> &'static str {
        match self {
            How::Began => "The ledger begins",
            How::Declared => "It was declared that such events are posted from then on: the coverage begins",
        }
    }
}

/// When the ledger began, and what was declared of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reach {
    began: Option<Since>,
    declarations: CaseFold<Declaration>,
    /// By system, what it declared of either group.
    of_systems: BTreeMap<String, Declaration>,
}

impl Reach {
    /// Takes an entry of any kind: the first is where the ledger begins. `ledger.created` is in every ledger, so that it
    /// begins before anything is published.
    pub(crate) fn begin(&mut self, event: &Event) -> bool {
        let is_first = self.began.is_none();
        if is_first {
            let day = Day::in_london(event.recorded);
            self.began = Some(Since { day, seq: event.seq, how: How::Began });
        }
        is_first
    }

    /// Takes an entry about coverage, or one that may correct such. Says whether it changes something.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) -> bool {
        let Reach { declarations, of_systems, .. } = self;
        let mut is_changed = false;
        declarations.apply_with(settings, event, out, &mut |system, declaration| {
            is_changed = true;
            match declaration {
                Some(declaration) => of_systems.insert(system.to_owned(), declaration.clone()),
                None => of_systems.remove(system),
            };
        });
        is_changed
    }

    /// From when on the ledger would know of events of a group. What was declared counts rather than the ledger's age:
    /// a history may have been read in, or a system may be connected only later.
    pub(crate) fn of(&self, group: Group) -> Option<Since> {
        let declared = self.of_systems.values().filter_map(|declaration| declaration.of(group));
        declared.min_by_key(|since| (since.day, since.seq)).or(self.began)
    }
}

/// What a system declared last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Declaration {
    statistics: Option<Since>,
    scheme: Option<Since>,
}

impl Declaration {
    fn of(&self, group: Group) -> Option<Since> {
        match group {
            Group::Statistics => self.statistics,
            Group::Scheme => self.scheme,
            Group::Another => None,
        }
    }
}

impl Case for Declaration {
    type Settings = Settings;
    type Fact = Declared;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Declared>, DataError> {
        apply::declared(kind, data)
    }

    fn rank(_: &Declared) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Declared>]) -> Option<Declaration> {
        let mut declaration = Declaration::default();
        for Happened { seq, fact, .. } in facts {
            let since = Some(Since { day: fact.from, seq: *seq, how: How::Declared });
            match fact.group {
                Group::Statistics => declaration.statistics = since,
                Group::Scheme => declaration.scheme = since,
                Group::Another => {}
            }
        }
        (declaration != Declaration::default()).then_some(declaration)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
