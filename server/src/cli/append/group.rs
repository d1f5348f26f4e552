//! From items to groups of checked events, on a thread of its own, while earlier groups are being written.

use std::io::{self, Read};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, TrySendError};

use muniment_core::event::{Event, EventError};
use muniment_core::json::JsonFault;

use super::input::{Input, Item, Place};
use crate::ledger::clock::{Clock, SystemClock};
use crate::ledger::origins::Origins;
use crate::ledger::submission::admit;

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
}

/// How items are checked.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) origins: Origins,
    /// Goes on after a refused item.
    pub(super) keep_going: bool,
    /// The input may make one wait: what has been read is handed in meanwhile.
    pub(super) live: bool,
}

/// Reads the input to its end, or to the first refused item.
pub(super) fn read(source: impl Read, read: Arc<AtomicU64>, rules: &Rules, groups: &SyncSender<Message>) {
    let mut group = Group::default();
    let outcome = fill(source, read, rules, groups, &mut group);
    // Where nobody listens any more, the run has been stopped.
    let _stopped = groups.send(Message::Group(group));
    if let Err(error) = outcome {
        let _stopped = groups.send(Message::Failed(error));
    }
}

fn fill(
    source: impl Read,
    read: Arc<AtomicU64>,
    rules: &Rules,
    groups: &SyncSender<Message>,
    group: &mut Group,
) -> io::Result<()> {
    let clock = SystemClock::new();
    let mut input = Input::new(source, read)?;
    while let Some(item) = input.next_item()? {
        let place = item.place;
        match check(&item, rules, &clock) {
            Ok(event) => group.add(place, event),
            Err(why) => {
                group.refused.push(Refused { place, why });
                if !rules.keep_going {
                    break;
                }
            }
        }
        if group.is_full() {
            if groups.send(Message::Group(mem::take(group))).is_err() {
                break;
            }
        } else if rules.live && input.may_wait() {
            match groups.try_send(Message::Group(mem::take(group))) {
                Ok(()) => {}
                Err(TrySendError::Full(Message::Group(waiting))) => *group = waiting,
                Err(_) => break,
            }
        }
    }
    Ok(())
}

fn check(item: &Item<'_>, rules: &Rules, clock: &dyn Clock) -> Result<Event, String> {
    let text = item.text.map_err(|fault| fault.to_string())?;
    let event = Event::parse(text).map_err(|error| explain(&error, item.place))?;
    admit(&event, &rules.origins, clock.wall()).map_err(|refusal| refusal.to_string())?;
    Ok(event)
}

/// Indented JSON is the most frequent reason for a line that ends in the middle.
fn explain(error: &EventError, place: Place) -> String {
    match error {
        EventError::Json(json) if json.fault == JsonFault::Truncated && place.item.is_none() => {
            format!("{error} (one event stands on one line; only a JSON array may span lines)")
        }
        error => error.to_string(),
    }
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
