//! Whether the figures of a report add up: the host checks them whenever it makes one, and says how many checks failed.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};

use crate::apply::{self, Generated};
use crate::{DOES_NOT_ADD_UP, Settings};

const FAILED: &str = "checks-failed";

/// A report, as it was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checked {
    /// Each time that it was made, in order.
    pub(crate) made: Vec<Made>,
}

/// It was made once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
    is_public: bool,
    /// Nothing where the entry does not say.
    pub(crate) failures: Option<u64>,
}

impl Checked {
    /// Each edition as it was made last with the number of failures known, where there were some: an entry that does not
    /// say settles nothing.
    fn failing(&self) -> impl Iterator<Item = Made> {
        [false, true].into_iter().filter_map(|is_public| {
            let mut known = self.made.iter().filter(|made| made.failures.is_some());
            let last = known.rfind(|made| made.is_public == is_public)?;
            (last.failures != Some(0)).then_some(*last)
        })
    }
}

impl Case for Checked {
    type Settings = Settings;
    type Fact = Generated;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Generated>, DataError> {
        apply::generated(kind, data)
    }

    fn rank(_: &Generated) -> u8 {
        0
    }

    /// What is recorded twice was made once.
    fn fold(_: &Settings, facts: &[Happened<Generated>]) -> Option<Checked> {
        let made = |fact: &Happened<Generated>| {
            let Generated { is_public, failures } = fact.fact;
            Made { time: fact.time, day: fact.day, seq: fact.seq, is_public, failures }
        };
        let once = facts.chunk_by(|one, next| one.time == next.time && one.fact == next.fact);
        let made: Vec<Made> = once.filter_map(|same| same.first().map(made)).collect();
        (!made.is_empty()).then_some(Checked { made })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let last = self.failing().max_by_key(|made| (made.time, made.seq));
        last.map(|made| Alarm::new(&DOES_NOT_ADD_UP, FAILED, made.time)).into_iter().collect()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let words = self.failing().map(|made| {
            let edition = if made.is_public { "public" } else { "internal" };
            let failures = made.failures.unwrap_or_default();
            format!(
                "When the {edition} edition was made {}, {failures} of the checks of its figures failed: totals, \
                 denominators, stocks and roundings are checked. The document names them.",
                made.time.in_london()
            )
        });
        let words: Vec<String> = words.collect();
        alert.arithmetic(words.join(" ")).evidence(self.failing().map(|made| made.seq))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.made.last().filter(|_| self.failing().next().is_none()) {
            Some(made) => format!("it was made anew {}, and every check passed", made.time.in_london()),
            None => "it was made anew, with other failures".to_owned(),
        }
    }
}
