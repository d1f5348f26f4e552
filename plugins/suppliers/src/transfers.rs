//! Personal data that went to processors: which transfers there were to each, in the order of time.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

/// What an event about a transfer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Personal data went to the processor of this contract.
    ToProcessor(String),
    /// It went elsewhere, came in, or was about nobody. Kept so that a correction can say otherwise.
    Elsewhere,
}

/// What went to processors under one number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transfer {
    made: Vec<(String, On)>,
}

impl Transfer {
    pub(crate) fn sendings(&self) -> impl Iterator<Item = (&str, Sending)> {
        let sending = |(_, on): &(String, On)| Sending { time: on.time, seq: on.seq };
        self.made.iter().map(move |made| (made.0.as_str(), sending(made)))
    }
}

impl Case for Transfer {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind != "sharing.transfer_made" {
            return Ok(None);
        }
        let Made { processor_ref, direction, personal_data } = data.read()?;
        // What goes to a processor is personal data unless it is said to be none.
        let is_meant = direction == "outgoing" && personal_data != Some(false);
        let processor = processor_ref.filter(|_| is_meant);
        Ok(Some(processor.map_or(Fact::Elsewhere, Fact::ToProcessor)))
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Transfer> {
        let made = facts.iter().filter_map(|happened| match &happened.fact {
            Fact::ToProcessor(processor) => Some((processor.clone(), On::of(happened))),
            Fact::Elsewhere => None,
        });
        let made: Vec<(String, On)> = made.collect();
        (!made.is_empty()).then_some(Transfer { made })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// The transfers to each processor, by the number that they name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    to: BTreeMap<String, BTreeSet<Sending>>,
    of: BTreeMap<String, Vec<(String, Sending)>>,
}

/// When something was sent, and the entry that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Sending {
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

impl Sending {
    /// Where only the day is known it is the day's beginning: so the day follows from the time.
    pub(crate) fn day(self) -> Day {
        Day::in_london(self.time)
    }
}

impl Sent {
    /// Says what was sent under a number from now on. Gives the processors that it makes a difference to.
    pub(crate) fn set(&mut self, number: &str, transfer: Option<&Transfer>) -> BTreeSet<String> {
        let mut touched = BTreeSet::new();
        for (processor, sending) in self.of.remove(number).into_iter().flatten() {
            if let Some(sendings) = self.to.get_mut(&processor) {
                sendings.remove(&sending);
                if sendings.is_empty() {
                    self.to.remove(&processor);
                }
            }
            touched.insert(processor);
        }
        let Some(transfer) = transfer else { return touched };
        let sending = |on: &On| Sending { time: on.time, seq: on.seq };
        for (processor, on) in &transfer.made {
            self.to.entry(processor.clone()).or_default().insert(sending(on));
            touched.insert(processor.clone());
        }
        let made = transfer.made.iter().map(|(processor, on)| (processor.clone(), sending(on)));
        self.of.insert(number.to_owned(), made.collect());
        touched
    }

    /// The numbers by which transfers name processors.
    pub(crate) fn named(&self) -> impl Iterator<Item = &str> {
        self.to.keys().map(String::as_str)
    }

    /// The first transfer to a processor at or after an instant.
    pub(crate) fn first(&self, processor: &str, from: Instant) -> Option<Sending> {
        self.to.get(processor)?.range(Sending { time: from, seq: 0 }..).next().copied()
    }

    /// Whether any transfer names a processor so.
    pub(crate) fn names(&self, processor: &str) -> bool {
        self.to.contains_key(processor)
    }
}

#[derive(Deserialize)]
struct Made {
    processor_ref: Option<String>,
    direction: String,
    personal_data: Option<bool>,
}
