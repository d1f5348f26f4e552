//! How many full-time posts there are: the code of practice asks for statistics only of larger authorities.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Event, Happened, Outcome};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::apply::{self, Class, Heads};
use crate::settings::Owed;

/// The headcounts of all units.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Posts {
    units: CaseFold<Headcount>,
    /// The same as they stand, by unit: added up anew in this order, so that the sum does not hang on rounding.
    of_units: BTreeMap<String, Headcount>,
}

/// The posts of a unit as they were counted last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Headcount {
    posts: f64,
    seq: u64,
}

impl Posts {
    /// Takes a headcount, or an entry that may correct one. Says whether it changes something.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) -> bool {
        let Posts { units, of_units } = self;
        let mut is_changed = false;
        units.apply_with(settings, event, out, &mut |unit, headcount| {
            is_changed = true;
            match headcount {
                Some(headcount) => of_units.insert(unit.to_owned(), *headcount),
                None => of_units.remove(unit),
            };
        });
        is_changed
    }

    /// How many posts all units have; nothing where no headcount is recorded.
    pub(crate) fn all(&self) -> Option<f64> {
        (!self.of_units.is_empty()).then(|| self.of_units.values().map(|unit| unit.posts).sum())
    }

    /// Whether an authority of that size owes statistics.
    pub(crate) fn owes(&self, settings: &Settings) -> bool {
        match settings.statistics_owed {
            Owed::Always => true,
            Owed::Never => false,
            Owed::ByPosts => self.all().is_none_or(|posts| posts > f64::from(settings.statistics_over_posts)),
        }
    }

    /// Why it does, in words, and the entries that say so.
    pub(crate) fn words(&self, settings: &Settings) -> (String, Vec<u64>) {
        let over = settings.statistics_over_posts;
        match (settings.statistics_owed, self.all()) {
            (Owed::ByPosts, Some(posts)) => (
                format!(
                    "The headcounts recorded last make {posts:.1} full-time posts, which is more than {over}."
                ),
                self.of_units.values().map(|unit| unit.seq).collect(),
            ),
            (Owed::ByPosts, None) => (
                format!(
                    "No headcount is recorded: it is taken that there are more than {over} full-time posts."
                ),
                Vec::new(),
            ),
            (Owed::Always | Owed::Never, _) => {
                ("That statistics are owed is a setting (`statistics_owed`).".to_owned(), Vec::new())
            }
        }
    }
}

impl Case for Headcount {
    type Settings = Settings;
    type Fact = Heads;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Heads>, DataError> {
        apply::heads(kind, data)
    }

    fn rank(_: &Heads) -> u8 {
        0
    }

    /// The latest headcount of staff counts, whenever it was recorded; where there is none, the latest of everybody.
    fn fold(_: &Settings, facts: &[Happened<Heads>]) -> Option<Headcount> {
        let latest = |class: Class| {
            let of_class = facts.iter().enumerate().filter(|(_, fact)| fact.fact.class == class);
            of_class.max_by_key(|(place, fact)| (fact.fact.as_at, *place))
        };
        let (_, last) = latest(Class::Staff).or_else(|| latest(Class::All))?;
        Some(Headcount { posts: last.fact.posts, seq: last.seq })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
