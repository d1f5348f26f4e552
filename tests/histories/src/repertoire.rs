//! What may happen, and histories of it.

use std::borrow::Cow;

use muniment_core::catalogue::{Catalogue, EventType, Field, RecordedBy};
use muniment_core::json::{Object, Value};
use muniment_core::time::Timestamp;

use crate::{Numbers, values};

const DAY_MICROS: i64 = 86_400_000_000;
/// 2025-04-01, in microseconds since 1970.
const START_MICROS: i64 = 1_743_465_600_000_000;
const CORRECTION: &str = "ledger.correction_recorded";

/// The types of event that may happen.
#[derive(Debug)]
pub struct Repertoire {
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    of: EventType,
    /// A subject as the catalogue gives one; none where such an event needs none.
    subject: Option<String>,
}

/// How much happens in a history, to how many, and in how many days.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Events.
    pub events: usize,
    /// Of how many types they mostly are.
    pub types: usize,
    /// How many cases, people, systems there are of each kind.
    pub subjects: u64,
    /// From the first entry to the last, about so many days.
    pub days: i64,
}

/// An event that was told: an entry without its place in a ledger.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its type.
    pub kind: String,
    /// Who may record it.
    pub recorded_by: RecordedBy,
    /// Its source.
    pub source: String,
    /// The case or record.
    pub subject: Option<String>,
    /// When it happened.
    pub time: Timestamp,
    /// When it was recorded; never before the one in front of it.
    pub recorded: Timestamp,
    /// Its data as a client posts it.
    pub posted: Value<'static>,
    /// Its data as the ledger holds it: what is personal is sealed.
    pub held: Value<'static>,
}

impl Repertoire {
    /// The catalogue's types that are wanted.
    #[must_use]
    pub fn of(is_wanted: impl Fn(&str) -> bool) -> Repertoire {
        let catalogue = Catalogue::built_in().unwrap();
        let wanted = catalogue.types().filter(|of| is_wanted(&of.name));
        let kinds: Vec<Kind> = wanted.map(|of| Kind { of: of.clone(), subject: subject(of) }).collect();
        assert!(!kinds.is_empty(), "nothing may happen");
        Repertoire { kinds }
    }

    /// The types that patterns such as `request.*` name.
    #[must_use]
    pub fn subscribed(patterns: &[&str]) -> Repertoire {
        Repertoire::of(|kind| {
            patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => kind.starts_with(start),
                None => *pattern == kind,
            })
        })
    }

    /// The first words of the types that may happen, each once.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = self.kinds.iter().map(|kind| kind.of.group.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// What happens, in the order in which it is recorded.
    pub fn history(&self, numbers: &mut Numbers, crowd: Crowd) -> Vec<Told> {
        let mostly: Vec<&Kind> = (0..crowd.types.max(1)).map(|_| numbers.one_of(&self.kinds)).collect();
        let usual_pause = crowd.days * DAY_MICROS / i64::try_from(crowd.events).unwrap_or(i64::MAX).max(1);
        let mut now = START_MICROS + numbers.signed_below(400 * DAY_MICROS);
        let mut history: Vec<Told> = Vec::with_capacity(crowd.events);
        while history.len() < crowd.events {
            now += match numbers.below(4) {
                0 => 0,
                1 => numbers.signed_below(60_000_000),
                _ => numbers.signed_below(2 * usual_pause.max(1)),
            };
            let recorded = Timestamp::from_micros(now);
            // The same is told twice, the second time under another id.
            if !history.is_empty() && numbers.once_in(10) {
                let again = numbers.one_of(&history).clone();
                history.push(Told { recorded, ..again });
                continue;
            }
            let is_usual = !numbers.once_in(8);
            let kind = if is_usual { *numbers.one_of(&mostly) } else { numbers.one_of(&self.kinds) };
            let told = kind.happens(numbers, now, crowd.subjects);
            let told = if kind.of.name == CORRECTION { correcting(told, &history, numbers) } else { told };
            history.push(told);
        }
        history
    }
}

impl Kind {
    fn happens(&self, numbers: &mut Numbers, now: i64, crowd: u64) -> Told {
        let (least, most) = (numbers.below(3), 2);
        let is_there =
            |numbers: &mut Numbers, field: &Field| field.required || least + numbers.below(2) >= most;
        let (mut posted, mut held) = (Object::default(), Object::default());
        for field in self.of.fields() {
            if !is_there(numbers, field) {
                continue;
            }
            let value = values::value(field, numbers, now, crowd);
            held.insert(field.name.clone(), as_held(field, &value));
            posted.insert(field.name.clone(), value);
        }
        let subject = self.subject.as_deref();
        let of_crowd = |example| values::numbered(example, 1 + numbers.below(crowd));
        Told {
            kind: self.of.name.clone(),
            recorded_by: self.of.recorded_by,
            subject: subject.map(of_crowd),
            source: values::numbered("/systems/example", 1 + numbers.below(crowd)),
            time: happened(numbers, now),
            recorded: Timestamp::from_micros(now),
            posted: Value::Object(posted),
            held: Value::Object(held),
        }
    }
}

/// At once, a little or years before, on a day to come, or at the ends of time.
fn happened(numbers: &mut Numbers, now: i64) -> Timestamp {
    let back = match numbers.below(24) {
        0..8 => 0,
        8..14 => numbers.signed_below(DAY_MICROS),
        14..19 => numbers.signed_below(90 * DAY_MICROS),
        19..22 => numbers.signed_below(12 * 365 * DAY_MICROS),
        22 => -numbers.signed_below(700 * DAY_MICROS),
        _ if numbers.once_in(2) => return Timestamp::MIN,
        _ => return Timestamp::MAX,
    };
    Timestamp::from_micros(now - back)
}

/// Of an entry of before, mostly under its subject; of itself or of one to come, now and then.
fn correcting(told: Told, history: &[Told], numbers: &mut Numbers) -> Told {
    let target = numbers.below(history.len() as u64 + 2);
    let of = usize::try_from(target).ok().and_then(|place| history.get(place));
    let subject = of.and_then(|of| of.subject.clone()).filter(|_| !numbers.once_in(6));
    let with_target = |data: Value<'static>| match data {
        Value::Object(mut members) => {
            members.insert("target", Value::Number(Cow::Owned(target.to_string())));
            Value::Object(members)
        }
        other => other,
    };
    Told {
        subject: subject.or(told.subject),
        posted: with_target(told.posted),
        held: with_target(told.held),
        ..told
    }
}

/// What the ledger holds of a value: persons go by pseudonyms, which look like codes, and texts are sealed.
fn as_held(field: &Field, value: &Value<'static>) -> Value<'static> {
    if field.personal && !field.names_people() {
        return Value::object([("sealed", Value::string("q83vEjRWeJA"))]);
    }
    value.clone()
}

fn subject(of: &EventType) -> Option<String> {
    of.subject.as_ref()?;
    let event = of.example_event();
    let subject = event.as_object()?.get("subject")?.as_str()?;
    Some(subject.to_owned())
}

#[cfg(test)]
mod tests {
    use muniment_core::event::Event;

    use super::*;

    const CROWD: Crowd = Crowd { events: 4_000, types: 400, subjects: 3, days: 400 };

    #[test]
    fn what_happens_is_what_a_client_may_post() {
        let catalogue = Catalogue::built_in().unwrap();
        let history = Repertoire::of(|_| true).history(&mut Numbers::new(1), CROWD);
        let by_clients = history.iter().filter(|told| told.recorded_by == RecordedBy::Client);
        for (number, told) in by_clients.enumerate() {
            let mut event = Object::default();
            event.insert("specversion", Value::string("1.0"));
            event.insert("id", Value::string(number.to_string()));
            event.insert("source", Value::string(told.source.clone()));
            event.insert("type", Value::string(told.kind.clone()));
            event.insert("time", Value::string(told.time.to_string()));
            event.insert("data", told.posted.clone());
            // What is sealed needs a subject, whatever the type.
            event.insert("subject", Value::string(told.subject.clone().unwrap_or("EX-1".to_owned())));
            assert_eq!(catalogue.check(&event).err(), None, "{event:?}");
            assert!(Event::parse(&Value::Object(event).to_canonical()).is_ok());
        }
    }

    #[test]
    fn each_group_happens_and_the_same_for_the_same_seed() {
        let repertoire = Repertoire::of(|_| true);
        let history = repertoire.history(&mut Numbers::new(2), CROWD);
        let more: Vec<_> =
            (3..8).flat_map(|seed| repertoire.history(&mut Numbers::new(seed), CROWD)).collect();
        for group in repertoire.groups() {
            let mut all = history.iter().chain(&more);
            assert!(all.any(|told| told.kind.split('.').next() == Some(group)), "{group}");
        }
        assert!(history.is_sorted_by_key(|told| told.recorded.as_micros()));
        let again = repertoire.history(&mut Numbers::new(2), CROWD);
        assert_eq!(format!("{history:?}"), format!("{again:?}"));
    }
}
