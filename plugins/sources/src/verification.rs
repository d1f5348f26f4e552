//! Whether the ledger verifies: chain, tree and checkpoints, from the first entry on. That somebody changed what is recorded
//! would show here and nowhere else.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Day, Event, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::{UNVERIFIED, apply};

/// What the alert is about.
pub(crate) const LEDGER: &str = "ledger";
const FAILED: &str = "failed";

/// All that was verified. Once a day makes some 3,650 in ten years.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Verifications {
    all: BTreeMap<(Instant, u64), Found>,
    unreadable: Vec<u64>,
    watch: Watch,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Found {
    Passed(u64),
    Failed(u64),
    /// The ledger goes on from a backup: what it lacks can be verified no more.
    Restored,
}

/// It failed, and nothing since shows that it is in order again.
struct Failing {
    first: Instant,
    last: Instant,
    size: u64,
    seqs: Vec<u64>,
}

impl Verifications {
    /// Takes an entry of the host's about the ledger itself; these name no subject.
    pub(crate) fn apply(&mut self, event: &Event, out: &mut Outcome) {
        let found = match event.kind.as_str() {
            "ledger.verified" => match apply::verified(event.content()) {
                Ok((true, size)) => Found::Passed(size),
                Ok((false, size)) => Found::Failed(size),
                Err(_) => {
                    self.unreadable.push(event.seq);
                    return;
                }
            },
            "ledger.restored" => Found::Restored,
            _ => return,
        };
        let time = event.time.min(event.recorded);
        // What is recorded twice was done once.
        if self.all.range((time, 0)..=(time, u64::MAX)).any(|(_, other)| *other == found) {
            return;
        }
        self.all.insert((time, event.seq), found);
        let alarms = self.alarms();
        let mut watch = std::mem::take(&mut self.watch);
        watch.set(LEDGER, &alarms, event.recorded, |_, _| self.cleared(), out);
        self.watch = watch;
    }

    pub(crate) fn tick(&mut self, now: Instant, out: &mut Outcome) {
        let mut watch = std::mem::take(&mut self.watch);
        for subject in watch.due(now) {
            let alarms = self.alarms();
            watch.tick(&subject, &alarms, now, |_, alert| self.words(alert), |_, _| self.cleared(), out);
        }
        self.watch = watch;
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// The verifications of some days that were done by an instant.
    pub(crate) fn of(
        &self,
        holds: impl Fn(Day) -> bool,
        until: Instant,
    ) -> impl Iterator<Item = (u64, Found)> {
        let done = self.all.iter().filter(move |((time, _), found)| {
            *time <= until && **found != Found::Restored && holds(Day::in_london(*time))
        });
        done.map(|((_, seq), found)| (*seq, *found))
    }

    /// The last one by an instant.
    pub(crate) fn last(&self, until: Instant) -> Option<(Instant, Found)> {
        let done =
            self.all.iter().rev().filter(|((time, _), found)| *time <= until && **found != Found::Restored);
        done.map(|((time, _), found)| (*time, *found)).next()
    }

    pub(crate) fn unreadable(&self) -> &[u64] {
        &self.unreadable
    }

    /// One that passes settles failures of as many entries or fewer: it began with the same ones. After a restore it settles
    /// all.
    fn failing(&self) -> Option<Failing> {
        let mut failing: Option<Failing> = None;
        let mut is_restored = false;
        for ((time, seq), found) in &self.all {
            match *found {
                Found::Failed(size) => {
                    let failing =
                        failing.get_or_insert(Failing { first: *time, last: *time, size, seqs: Vec::new() });
                    failing.last = *time;
                    failing.size = failing.size.max(size);
                    failing.seqs.push(*seq);
                    is_restored = false;
                }
                Found::Passed(size) => {
                    if is_restored || failing.as_ref().is_some_and(|failing| failing.size <= size) {
                        failing = None;
                    }
                }
                Found::Restored => is_restored = true,
            }
        }
        failing
    }

    fn alarms(&self) -> Vec<Alarm> {
        self.failing().map(|failing| Alarm::new(&UNVERIFIED, FAILED, failing.first)).into_iter().collect()
    }

    fn words(&self, alert: Alert) -> Alert {
        let Some(Failing { first, last, size, seqs }) = self.failing() else { return alert };
        let times = match seqs.len() {
            1 => String::new(),
            many => format!(", and {many} times until {}", last.in_london()),
        };
        let words = format!(
            "The ledger of {size} entries did not verify {}{times}: the chain, the tree or a checkpoint is not what it was. A \
             verification of at least as many entries that passes settles this.",
            first.in_london()
        );
        alert.arithmetic(words).evidence(seqs)
    }

    fn cleared(&self) -> String {
        match self.all.last_key_value() {
            Some(((time, _), Found::Passed(size))) => {
                format!("a verification of {size} entries passed {}", time.in_london())
            }
            _ => "it failed first at another time".to_owned(),
        }
    }
}
