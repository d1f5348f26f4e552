//! Processors, as a part of the state: their cases, and the transfers to them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{CaseFold, Day, Event, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::alarms::processor as alarms;
use crate::processor::Processor;
use crate::transfers::{Sending, Sent, Transfer};

/// The cases, and the alerts about them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Processors {
    pub(crate) cases: CaseFold<Processor>,
    pub(crate) transfers: CaseFold<Transfer>,
    sent: Sent,
    /// Numbers by which transfers name processors that count as another number. There are few.
    aliases: BTreeMap<String, String>,
    watch: Watch,
}

/// A processor, and when data went there.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Supplied {
    pub(crate) processor: Processor,
    /// The first transfer since Article 28 has been law.
    pub(crate) first: Option<Sending>,
    /// The first one behind the last day of the last complete contract.
    pub(crate) after_contract: Option<Sending>,
}

impl Supplied {
    /// A processor, with the transfers that are found by an instant at or behind which they were made.
    pub(crate) fn new(processor: Processor, first: impl Fn(Instant) -> Option<Sending>) -> Supplied {
        let last = processor.contracts.iter().rfind(|contract| contract.is_complete);
        let after_contract = last.and_then(|last| first(last.to?.end().max(law_from().start())));
        Supplied { first: first(law_from().start()), after_contract, processor }
    }

    pub(crate) fn first_transfer(&self) -> Option<Day> {
        self.first.map(Sending::day)
    }
}

/// The day on which the UK GDPR's predecessor, the same Article 28 in it, became law.
pub(crate) fn law_from() -> Day {
    Day::of(2018, 5, 25).unwrap_or_else(|| Day::in_london(Instant::from_micros(0)))
}

impl Processors {
    /// Takes an entry about processors or transfers, and says anew what there is to be said of those that it concerns.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let group = event.kind.split('.').next().unwrap_or_default();
        let is_about_any = matches!(group, "case" | "ledger");
        let mut concerned: BTreeSet<String> = BTreeSet::new();
        if is_about_any || matches!(group, "processor" | "subprocessor") {
            self.cases.apply_with(settings, event, out, &mut |number, _| {
                concerned.insert(number.to_owned());
            });
        }
        if is_about_any || group == "sharing" {
            let sent = &mut self.sent;
            self.transfers.apply_with(settings, event, out, &mut |number, transfer| {
                concerned.extend(sent.set(number, transfer));
            });
        }
        if concerned.is_empty() {
            return;
        }
        if is_about_any {
            let is_other = |number: &&str| self.cases.counts_as(number) != *number;
            let others = self.sent.named().filter(is_other);
            self.aliases =
                others.map(|number| (number.to_owned(), self.cases.counts_as(number).to_owned())).collect();
        }
        for number in &concerned {
            let root = self.cases.counts_as(number).to_owned();
            if root != *number && self.sent.names(number) {
                self.aliases.insert(number.clone(), root.clone());
            }
            self.say(settings, &root, event.recorded, out);
            if root != *number {
                // It is said of the one that it counts as.
                let cleared = |_: &str, _: &str| format!("it is counted as {root}");
                self.watch.set(number, &[], event.recorded, cleared, out);
            }
        }
    }

    fn say(&mut self, settings: &Settings, number: &str, now: Instant, out: &mut Outcome) {
        let supplied = self.supplied(settings, number);
        let alarms = alarms::of(&supplied, settings);
        let cleared = |rule: &str, stage: &str| alarms::cleared(&supplied, settings, rule, stage);
        self.watch.set(number, &alarms, now, cleared, out);
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for number in self.watch.due(now) {
            let supplied = self.supplied(settings, &number);
            self.watch.tick(
                &number,
                &alarms::of(&supplied, settings),
                now,
                |alarm, alert| alarms::words(&supplied, settings, alarm, alert),
                |rule, stage| alarms::cleared(&supplied, settings, rule, stage),
                out,
            );
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// All by their number as they stand now, also those of which only transfers are known.
    pub(crate) fn all<'p>(&'p self, settings: &'p Settings) -> impl Iterator<Item = (String, Supplied)> + 'p {
        let known = self.cases.cases(settings).map(|(number, _)| number.to_owned());
        let mut numbers: BTreeSet<String> = known.collect();
        numbers.extend(self.sent.named().map(|number| self.cases.counts_as(number).to_owned()));
        numbers.into_iter().map(|number| {
            let supplied = self.supplied(settings, &number);
            (number, supplied)
        })
    }

    /// All as they stood at an instant, also those of which only transfers were known.
    pub(crate) fn at(&self, settings: &Settings, instant: Instant) -> BTreeMap<String, Supplied> {
        let mut sent: BTreeMap<String, BTreeSet<Sending>> = BTreeMap::new();
        for (_, transfer) in self.transfers.cases_at(settings, instant) {
            for (processor, sending) in transfer.sendings() {
                sent.entry(self.cases.counts_as(processor).to_owned()).or_default().insert(sending);
            }
        }
        let known = self.cases.cases_at(settings, instant).map(|(number, it)| (number.to_owned(), it));
        let mut processors: BTreeMap<String, Processor> = known.collect();
        for number in sent.keys() {
            processors.entry(number.clone()).or_default();
        }
        let supplied = processors.into_iter().map(|(number, processor)| {
            let sent = sent.remove(&number).unwrap_or_default();
            let first = |from| sent.range(Sending { time: from, seq: 0 }..).next().copied();
            let supplied = Supplied::new(processor, first);
            (number, supplied)
        });
        supplied.collect()
    }

    fn supplied(&self, settings: &Settings, number: &str) -> Supplied {
        let processor = self.cases.case(settings, number).unwrap_or_default();
        let names = || {
            let others = self.aliases.iter().filter(|(_, root)| *root == number);
            std::iter::once(number).chain(others.map(|(name, _)| name.as_str()))
        };
        Supplied::new(processor, |from| names().filter_map(|name| self.sent.first(name, from)).min())
    }
}
