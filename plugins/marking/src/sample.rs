//! Samples: whether documents are rightly marked, unit for unit.
//!
//! A sample is part of the samples of its unit, or of the organisation where it names none: what one has found is open until
//! the next one of the same unit finds it put right.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::{On, Settings, UNMARKED};

/// What samples without a unit are of.
pub(crate) const ORGANISATION: &str = "organisation";

/// Documents were looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    sampled: u64,
    correct: u64,
    legacy: u64,
    unmarked: u64,
    unit: Option<String>,
    reviewed_by: Option<String>,
}

#[derive(Deserialize)]
struct Sampled {
    sampled: u64,
    correct: u64,
    legacy: Option<u64>,
    sensitive_unmarked: Option<u64>,
    unit: Option<String>,
    reviewed_by: Option<String>,
}

/// The samples of a unit, in their order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Samples {
    pub(crate) unit: Option<String>,
    pub(crate) all: Vec<Sample>,
    months: u16,
}

/// A sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) on: On,
    pub(crate) number: String,
    pub(crate) sampled: u64,
    pub(crate) correct: u64,
    /// Marked in an earlier scheme: rightly so, where the document is old.
    pub(crate) legacy: u64,
    /// Sensitive and unmarked.
    pub(crate) unmarked: u64,
    pub(crate) reviewed_by: Option<String>,
}

impl Sample {
    /// How many were wrongly marked; nothing where the numbers cannot be.
    pub(crate) fn wrong(&self) -> Option<u64> {
        let wrong = self.sampled.checked_sub(self.correct)?;
        (self.legacy <= self.sampled && self.unmarked <= wrong).then_some(wrong)
    }

    pub(crate) fn has_findings(&self) -> bool {
        self.unmarked > 0 || self.wrong() != Some(0)
    }
}

impl Samples {
    pub(crate) fn last(&self) -> Option<&Sample> {
        self.all.last()
    }

    /// By when the next one is taken.
    pub(crate) fn due(&self) -> Option<Day> {
        Some(self.last()?.on.day.plus_months(self.months))
    }
}

impl Case for Samples {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind != "marking.sampled" {
            return Ok(None);
        }
        let Sampled { sampled, correct, legacy, sensitive_unmarked, unit, reviewed_by } = data.read()?;
        let (legacy, unmarked) = (legacy.unwrap_or(0), sensitive_unmarked.unwrap_or(0));
        Ok(Some(Fact { sampled, correct, legacy, unmarked, unit, reviewed_by }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        Some(fact.unit.as_deref().unwrap_or(ORGANISATION))
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Samples> {
        let mut samples = Samples { unit: None, all: Vec::new(), months: settings.sample_months };
        for (place, happened) in facts.iter().enumerate() {
            let Fact { sampled, correct, legacy, unmarked, unit, reviewed_by } = &happened.fact;
            let before = place.checked_sub(1).and_then(|before| facts.get(before));
            let is_twice = |before: &Happened<Fact>| {
                (&before.subject, before.time, &before.fact)
                    == (&happened.subject, happened.time, &happened.fact)
            };
            if before.is_some_and(is_twice) {
                continue;
            }
            samples.unit.clone_from(unit);
            samples.all.push(Sample {
                on: On::of(happened),
                number: happened.subject.to_string(),
                sampled: *sampled,
                correct: *correct,
                legacy: *legacy,
                unmarked: *unmarked,
                reviewed_by: reviewed_by.clone(),
            });
        }
        (!samples.all.is_empty()).then_some(samples)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let found = self.last().filter(|last| last.unmarked > 0);
        found.map(|last| Alarm::new(&UNMARKED, "sampled", last.on.time)).into_iter().collect()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some(last) = self.last() else { return alert };
        let words = format!(
            "The sample {} of {} found {} sensitive and unmarked among {} documents. It stands until a later sample of the same \
             unit finds none.",
            last.number,
            last.on.day.in_words(),
            last.unmarked,
            last.sampled
        );
        alert.arithmetic(words).evidence([last.on.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.last() {
            Some(last) if last.unmarked == 0 => format!("the sample of {} found none", last.on.day),
            Some(last) => format!("the sample of {} takes its place", last.on.day),
            None => "what it rested on was corrected".to_owned(),
        }
    }
}
