//! Groups into the ledger, and the answers into counts and messages, in the order of the input.

use std::collections::VecDeque;
use std::fmt::Display;

use muniment_core::principal::Principal;
use tokio::sync::oneshot;

use super::group::{Group, Refused};
use super::input::Place;
use crate::cli::terminal::Bar;
use crate::ledger::Ledger;
use crate::ledger::imports::{Import, ImportCounts};
use crate::ledger::submission::{Appended, Mode, Outcome, Refusal, Submission};

/// Groups that are handed in before the first of them is answered. Where the first refused event ends the
/// run, there is one: nothing after it may be on its way.
const IN_FLIGHT_MAX: usize = 3;

/// Why a run ends before its input does.
#[derive(Debug)]
pub(super) enum Stop {
    /// An item was refused.
    Refused,
    /// The ledger takes nothing.
    Ledger(String),
}

/// What has become of the items.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) appended: u64,
    pub(super) replayed: u64,
    pub(super) refused: u64,
}

/// One run of `append`.
pub(super) struct Run<'l> {
    ledger: &'l Ledger,
    by: Principal,
    keep_going: bool,
    bar: &'l Bar,
    bracket: Bracket,
    in_flight: VecDeque<InFlight>,
    pub(super) counts: Counts,
}

/// Whether an import is open.
enum Bracket {
    /// Not looked up yet.
    Unknown,
    Known(Option<Import>),
}

/// A group whose answer is awaited.
struct InFlight {
    places: Vec<Place>,
    refused: Vec<Refused>,
    /// `None` if it has no event.
    answer: Option<oneshot::Receiver<Outcome>>,
}

impl<'l> Run<'l> {
    /// A run that has done nothing yet.
    pub(super) fn new(ledger: &'l Ledger, by: Principal, keep_going: bool, bar: &'l Bar) -> Run<'l> {
        let (bracket, in_flight) = (Bracket::Unknown, VecDeque::new());
        Run { ledger, by, keep_going, bar, bracket, in_flight, counts: Counts::default() }
    }

    /// Hands in a group. Before its first event that is new, the bracket of the import is opened.
    pub(super) fn take(&mut self, group: Group) -> Result<(), Stop> {
        if group.is_empty() {
            return Ok(());
        }
        if self.bracket()?.is_some() {
            return self.submit(group);
        }
        let Some(first_new) = self.first_new(&group)? else { return self.submit(group) };
        let (known, rest) = group.split(first_new);
        if !known.is_empty() {
            self.submit(known)?;
        }
        self.bracket = Bracket::Known(Some(Import::start(self.ledger, None).map_err(stop)?.0));
        self.submit(rest)
    }

    /// The first event of a group that the ledger does not have.
    fn first_new(&self, group: &Group) -> Result<Option<usize>, Stop> {
        let names = group.events.iter().map(|event| (event.source().to_owned(), event.id().to_owned()));
        let found = self.ledger.find(names.collect());
        let found = found.map_err(|error| stop(format!("looking up events failed: {error}")))?;
        Ok(found.iter().position(Option::is_none))
    }

    fn submit(&mut self, group: Group) -> Result<(), Stop> {
        let mode = if self.keep_going { Mode::Each } else { Mode::UntilRefused };
        let Group { events, places, refused, .. } = group;
        let answer = if events.is_empty() {
            None
        } else {
            let submission = Submission::new(self.by.clone(), events, mode).map_err(stop)?;
            Some(self.ledger.submit(submission).map_err(stop)?)
        };
        self.in_flight.push_back(InFlight { places, refused, answer });
        while self.in_flight.len() >= if self.keep_going { IN_FLIGHT_MAX } else { 1 } {
            self.settle_next()?;
        }
        Ok(())
    }

    /// Waits for all answers. What was handed in is counted even where an earlier group was refused.
    pub(super) fn settle(&mut self) -> Result<(), Stop> {
        let mut outcome = Ok(());
        while !self.in_flight.is_empty() {
            outcome = outcome.and(self.settle_next());
        }
        outcome
    }

    fn settle_next(&mut self) -> Result<(), Stop> {
        let Some(group) = self.in_flight.pop_front() else { return Ok(()) };
        let outcome = match group.answer {
            Some(answer) => answer.blocking_recv().unwrap_or(Err(Refusal::Closed)),
            None => Ok(Vec::new()),
        };
        let mut refused = group.refused.into_iter().peekable();
        for (place, item) in group.places.iter().zip(outcome.map_err(stop)?) {
            while let Some(before) = refused.next_if(|refused| refused.place < *place) {
                self.refuse(&before)?;
            }
            self.answer(*place, item)?;
        }
        refused.try_for_each(|rest| self.refuse(&rest))
    }

    fn answer(&mut self, place: Place, item: Result<Appended, Refusal>) -> Result<(), Stop> {
        match item {
            Ok(Appended { replayed: true, .. }) => self.counts.replayed += 1,
            Ok(_) => self.counts.appended += 1,
            Err(refusal @ Refusal::Conflict { .. }) => {
                self.refuse(&Refused { place, why: refusal.to_string() })?;
            }
            Err(refusal) => return Err(stop(refusal)),
        }
        Ok(())
    }

    fn refuse(&mut self, refused: &Refused) -> Result<(), Stop> {
        self.counts.refused += 1;
        self.bar.aside(&format!("{}: {}", refused.place, refused.why));
        if self.keep_going { Ok(()) } else { Err(Stop::Refused) }
    }

    /// The bracket that is open: an interrupted run may have left one.
    fn bracket(&mut self) -> Result<Option<Import>, Stop> {
        if let Bracket::Known(import) = self.bracket {
            return Ok(import);
        }
        let import = Import::interrupted(self.ledger).map_err(stop)?;
        self.bracket = Bracket::Known(import);
        Ok(import)
    }

    /// Closes the bracket, if one is open.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        let Counts { appended, replayed, refused } = self.counts;
        match self.bracket()? {
            Some(import) => {
                let counts = ImportCounts { appended, replayed, refused };
                import.finish(self.ledger, None, Some(counts)).map(drop).map_err(stop)
            }
            None => Ok(()),
        }
    }
}

fn stop(error: impl Display) -> Stop {
    Stop::Ledger(error.to_string())
}
