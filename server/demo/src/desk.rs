//! Where events are written down, and wait until they are posted.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chance::Chance;
use crate::council::{NOTES, SOURCES, source_of};
use crate::day::{Day, Moment};
use crate::{EventKey, Plan, Post};

/// The members of an event's `data`. One whose value is null is left out.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// `fields![regime: "foi", complex: true]`
macro_rules! fields {
    ($($name:ident : $value:expr),* $(,)?) => {
        vec![$((stringify!($name), serde_json::Value::from($value))),*]
    };
}
pub(crate) use fields;

/// How many events there are for each person who has been there for long.
const EVENTS_A_PERSON: usize = 22;
/// Fewest, and most, of these people.
const STAFF_MIN: i64 = 60;
const STAFF_MAX: i64 = 4_800;

/// An event that was written: which one of its source, and when it is posted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    source: usize,
    serial: u64,
    posted: Moment,
}

/// Writes events, and keeps them until their time comes.
pub(crate) struct Desk {
    pub(crate) chance: Chance,
    new_policy_from: Day,
    /// After this nothing happens any more: what would have stays open.
    end: Moment,
    /// How many events each source has written.
    serials: [u64; SOURCES.len()],
    numbers: BTreeMap<&'static str, u64>,
    /// How many people have been there for long, as far as the ledger meets them.
    staff: i64,
    /// By the time of posting, then in the order of writing; what is posted again comes behind.
    waiting: BTreeMap<(Moment, u64, bool), Draft>,
    /// All that was written, with what would have happened after the end.
    pub(crate) written: u64,
    /// Whether things are recorded as they happen: for what is planted, and for the tour of all histories.
    pub(crate) is_punctual: bool,
}

impl Desk {
    pub(crate) fn new(plan: &Plan) -> Desk {
        Desk {
            chance: Chance::new(plan.seed),
            // Some days after its publication, so that all who read it read the new one.
            new_policy_from: plan.first_day().plus(70),
            end: plan.last_day().plus(1).at(0, 0),
            serials: [0; SOURCES.len()],
            numbers: BTreeMap::new(),
            staff: i64::try_from(plan.events / EVENTS_A_PERSON)
                .unwrap_or(STAFF_MAX)
                .clamp(STAFF_MIN, STAFF_MAX),
            waiting: BTreeMap::new(),
            written: 0,
            is_punctual: false,
        }
    }

    /// The next number behind a prefix.
    pub(crate) fn next_number(&mut self, prefix: &'static str) -> u64 {
        let number = self.numbers.entry(prefix).or_default();
        *number += 1;
        *number
    }

    /// The next number of a register that begins again every year: `FOI-2025-0012`.
    pub(crate) fn case_number(&mut self, prefix: &'static str, on: Moment) -> String {
        let number = self.next_number(prefix);
        format!("{prefix}-{}-{number:04}", on.day().civil().0)
    }

    /// Somebody who has been there for long.
    pub(crate) fn person(&mut self) -> String {
        format!("hr-{:06}", self.chance.between(1, self.staff))
    }

    /// Whoever has waited for longest for something that all of them do in turn.
    pub(crate) fn person_in_turn(&mut self, what: &'static str) -> String {
        let turn = i64::try_from(self.next_number(what)).unwrap_or_default();
        format!("hr-{:06}", turn % self.staff + 1)
    }

    /// A note for a few events, and none for the others.
    pub(crate) fn note(&mut self) -> Option<&'static str> {
        self.chance.in_hundred(12).then(|| self.chance.pick(&NOTES))
    }

    /// The version of the information security policy that people read on a day.
    pub(crate) fn policy_version(&self, on: Day) -> &'static str {
        if on < self.new_policy_from { "2.1" } else { "2.2" }
    }

    /// An instant of office hours, on that day or the next working one.
    pub(crate) fn office(&mut self, day: Day) -> Moment {
        let minute = self.chance.between(0, 8 * 60 + 59);
        let second = self.chance.between(0, 59);
        day.working_day_after(0).at(8, 30 + minute).plus_seconds(second)
    }

    /// Writes an event, as its source would post it.
    pub(crate) fn say(&mut self, at: Moment, kind: &'static str, subject: &str, fields: Fields) -> Said {
        self.write(at, kind, subject, fields, None)
    }

    /// Takes back what an earlier event said. Which entry that is only the ledger knows.
    pub(crate) fn correct(&mut self, at: Moment, subject: &str, of: Said, fields: Fields) -> Said {
        let mut fields = fields;
        fields.push(("target", Value::from(0)));
        self.write(at, "ledger.correction_recorded", subject, fields, Some(of))
    }

    fn write(
        &mut self,
        at: Moment,
        kind: &'static str,
        subject: &str,
        mut fields: Fields,
        corrects: Option<Said>,
    ) -> Said {
        self.written += 1;
        let source = source_of(kind);
        self.serials[source] += 1;
        let posted = self.posted_after(at);
        // What is corrected has to be there before.
        let posted = corrects.map_or(posted, |said| posted.max(said.posted.plus_seconds(60)));
        let said = Said { source, serial: self.serials[source], posted };
        if at >= self.end {
            return said;
        }
        let is_late = at.day().days_until(posted.day()) > 0;
        // Where hours count, a day alone would not do.
        let counts_hours = kind.starts_with("breach.") || kind.starts_with("incident.");
        if is_late && !counts_hours {
            fields.push(("date", Value::from(at.day())));
        }
        let draft = Draft { said, at, kind, subject: subject.to_owned(), fields, corrects };
        // A source that got no answer asks again, with the same id.
        if (!self.is_punctual && self.chance.once_in(250)) || self.written == 100 {
            let again = posted.plus_seconds(self.chance.between(20, 900));
            self.waiting.insert((again, self.written, true), draft.clone());
        }
        self.waiting.insert((posted, self.written, false), draft);
        said
    }

    /// Most is recorded within minutes, a little only days later.
    fn posted_after(&mut self, at: Moment) -> Moment {
        let soon = at.plus_seconds(self.chance.between(1, 240));
        if self.is_punctual || !self.chance.in_hundred(2) {
            return soon;
        }
        let days = self.chance.between(1, 9);
        soon.plus_hours(24 * days)
    }

    /// The next event that is posted before this.
    pub(crate) fn next_before(&mut self, moment: Moment) -> Option<Post> {
        let first = self.waiting.first_entry().filter(|first| first.key().0 < moment)?;
        let ((posted, _, is_replay), draft) = first.remove_entry();
        Some(draft.into_post(posted, is_replay))
    }
}

/// An event that waits for being posted. Only then it becomes an object, which takes far more room.
#[derive(Clone)]
struct Draft {
    said: Said,
    at: Moment,
    kind: &'static str,
    subject: String,
    fields: Fields,
    corrects: Option<Said>,
}

impl Draft {
    fn into_post(self, posted: Moment, is_replay: bool) -> Post {
        let (happened, correction_of) = (self.at, self.corrects.map(Said::key));
        Post { event: self.into_event(), happened, posted, correction_of, is_replay }
    }

    fn into_event(mut self) -> Value {
        // In the order of their names, whatever the map does with it: the bytes must not depend on a feature of
        // serde_json.
        self.fields.retain(|(_, value)| !value.is_null());
        self.fields.sort_unstable_by_key(|(name, _)| *name);
        let members = self.fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        let EventKey { source, id } = self.said.key();
        let event = [
            ("data", Value::Object(members.collect())),
            ("datacontenttype", Value::from("application/json")),
            ("id", Value::String(id)),
            ("source", Value::String(source)),
            ("specversion", Value::from("1.0")),
            ("subject", Value::String(self.subject)),
            ("time", Value::from(self.at)),
            ("type", Value::from(self.kind)),
        ];
        Value::Object(event.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl Said {
    fn key(self) -> EventKey {
        let source = SOURCES[self.source].0;
        EventKey { source: format!("/systems/{source}"), id: format!("{source}-{:07}", self.serial) }
    }
}
