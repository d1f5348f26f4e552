//! From items to groups of checked events, on a thread of its own, while earlier groups are being written.

use std::collections::HashSet;
use std::io::{self, Read};
use std::mem;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Weak};

use muniment_core::event::Event;
use muniment_core::json::{self, JsonError, JsonFault};

use super::input::{Input, Item, Place};
use crate::intake::{Intake, Taking};
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock, SystemClock};
use crate::ledger::origins::Origins;
use crate::ledger::submission::{Refusal, admit};
use crate::vault::{Make, VaultError};

/// Most events in a group.
const GROUP_EVENTS_MAX: usize = 1_024;

/// Bytes of events in canonical form from which on nothing more joins a group.
const GROUP_BYTES_WANTED: usize = 1024 * 1024;

/// Events that are handed in together, and what stood between them and was refused.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) events: Vec<Event>,
    /// Where each of the events stands.
    pub(super) places: Vec<Place>,
    pub(super) refused: Vec<Refused>,
    bytes: usize,
}

/// An item that is not handed in.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) place: Place,
    pub(super) why: String,
}

/// What the grouping thread says.
#[derive(Debug)]
pub(super) enum Message {
    Group(Group),
    /// The input could not be read on.
    Failed(io::Error),
    /// Nothing can be sealed, or the ledger was closed.
    Stopped(String),
}

/// How items are checked.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) origins: Origins,
    pub(super) intake: Intake,
    /// Asked whether it has an event. It is not kept open by that.
    pub(super) ledger: Weak<Ledger>,
    /// Goes on after a refused item.
    pub(super) keep_going: bool,
    /// The input may make one wait: what has been read is handed in meanwhile.
    pub(super) live: bool,
}

/// Reads the input to its end, or to the first refused item.
pub(super) fn read(source: impl Read, read: Arc<AtomicU64>, rules: &Rules, groups: &SyncSender<Message>) {
    let mut group = Group::default();
    let mut taking = rules.intake.begin(Make::UnlessErased, HashSet::new());
    let mut outcome = fill(source, read, rules, &mut taking, groups, &mut group);
    // Where nobody listens any more, the run has been stopped.
    match taking.settle() {
        Ok(()) => drop(groups.send(Message::Group(group))),
        Err(error) => outcome = outcome.and(Err(End::Stopped(error.to_string()))),
    }
    let _stopped = match outcome {
        Ok(()) => Ok(()),
        Err(End::Failed(error)) => groups.send(Message::Failed(error)),
        Err(End::Stopped(why)) => groups.send(Message::Stopped(why)),
    };
}

/// Why the input is not read on.
enum End {
    Failed(io::Error),
    Stopped(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> End {
        End::Failed(error)
    }
}

impl From<VaultError> for End {
    fn from(error: VaultError) -> End {
        End::Stopped(error.to_string())
    }
}

fn fill(
    source: impl Read,
    read: Arc<AtomicU64>,
    rules: &Rules,
    taking: &mut Taking<'_>,
    groups: &SyncSender<Message>,
    group: &mut Group,
) -> Result<(), End> {
    let clock = SystemClock::new();
    let mut input = Input::new(source, read)?;
    while let Some(item) = input.next_item()? {
        let place = item.place;
        match check(&item, rules, taking, &clock)? {
            Ok(event) => group.add(place, event),
            Err(why) => {
                group.refused.push(Refused { place, why });
                if !rules.keep_going {
                    break;
                }
            }
        }
        if group.is_full() {
            taking.settle()?;
            if groups.send(Message::Group(mem::take(group))).is_err() {
                break;
            }
        } else if rules.live && input.may_wait() {
            taking.settle()?;
            match groups.try_send(Message::Group(mem::take(group))) {
                Ok(()) => {}
                Err(TrySendError::Full(Message::Group(waiting))) => *group = waiting,
                Err(_) => break,
            }
        }
    }
    Ok(())
}

/// The event of an item, or why it is refused.
fn check(
    item: &Item<'_>,
    rules: &Rules,
    taking: &mut Taking<'_>,
    clock: &dyn Clock,
) -> Result<Result<Event, String>, End> {
    let text = match item.text {
        Ok(text) => text,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut event = match json::parse(text) {
        Ok(value) => taking.take(value, text.len())?,
        Err(error) => return Ok(Err(explain(&error, item.place))),
    };
    if let Ok(open) = &event
        && open.is_open()
    {
        let name = (open.source().to_owned(), open.id().to_owned());
        let ledger =
            rules.ledger.upgrade().ok_or_else(|| End::Stopped("the ledger is closing".to_owned()))?;
        let found = ledger.find(vec![name.clone()])?;
        if let (Some(None), Ok(value)) = (found.first(), json::parse(text)) {
            event = rules
                .intake
                .begin(Make::UnlessErased, HashSet::from([name]))
                .take_and_settle(value, text.len())?;
        }
    }
    let checked = event.or_else(|refused| match refused.event {
        // What is the ledger's own is said first.
        Some(event)
            if admit(&event, &rules.origins, clock.wall()).is_err_and(|why| why != Refusal::NotSealed) =>
        {
            Ok(event)
        }
        _ => Err(refused.faults.first().map(ToString::to_string).unwrap_or_default()),
    });
    Ok(checked.and_then(|event| match admit(&event, &rules.origins, clock.wall()) {
        Ok(()) => Ok(event),
        Err(refusal) => Err(refusal.to_string()),
    }))
}

/// Indented JSON is the most frequent reason for a line that ends in the middle.
fn explain(error: &JsonError, place: Place) -> String {
    if error.fault == JsonFault::Truncated && place.item.is_none() {
        return format!("{error} (one event stands on one line; only a JSON array may span lines)");
    }
    error.to_string()
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.refused.is_empty()
    }

    fn add(&mut self, place: Place, event: Event) {
        self.bytes += event.canonical().len();
        self.events.push(event);
        self.places.push(place);
    }

    fn is_full(&self) -> bool {
        self.events.len() + self.refused.len() >= GROUP_EVENTS_MAX || self.bytes >= GROUP_BYTES_WANTED
    }

    /// The part before the event at this place, and the rest.
    pub(super) fn split(mut self, at: usize) -> (Group, Group) {
        let first = self.places[at];
        let (before, refused) = self.refused.into_iter().partition(|refused| refused.place < first);
        let (events, places) = (self.events.split_off(at), self.places.split_off(at));
        let rest = Group { events, places, refused, bytes: 0 };
        (Group { refused: before, ..self }, rest)
    }
}
