//! Briefings, reminders and exercises: whether they come, and by how many means.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::apply::Delivery;
use crate::person::{On, Person};
use crate::{ONE_MEANS, REMINDER_OVERDUE, Settings};

/// What the alerts are about.
pub(crate) const BRIEFINGS: &str = "awareness/briefings";
pub(crate) const REMINDERS: &str = "awareness/reminders";
pub(crate) const MEANS: &str = "awareness/means";
const BRIEFING_OVERDUE: &str = "briefing-overdue";
const CONVERSATION_OVERDUE: &str = "reminder-overdue";
const TOO_FEW: &str = "too-few-means";
/// Training of which nobody said how it was taught.
const COURSE: &str = "course";

/// What an event says of a briefing, a reminder or an exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) sort: Sort,
    pub(crate) topic: Option<String>,
    pub(crate) channel: Option<String>,
    audience: Option<String>,
    pub(crate) reached: Option<u32>,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Sort {
    Briefing,
    Reminder,
    /// A reminder to talk discreetly, recorded as such.
    Conversation,
    Exercise,
}

impl Sort {
    pub(crate) const ALL: [Sort; 4] = [Sort::Briefing, Sort::Reminder, Sort::Conversation, Sort::Exercise];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Sort::Briefing => "Briefings",
            Sort::Reminder => "Reminders",
            Sort::Conversation => "Reminders of discreet conversation",
            Sort::Exercise => "Exercises with test messages",
        }
    }
}

impl Given {
    /// "There is something at least every quarter": a briefing, or an exercise.
    fn is_briefing(&self) -> bool {
        matches!(self.sort, Sort::Briefing | Sort::Exercise)
    }

    /// "All staff are reminded regularly": what went to one team does not remind all.
    fn is_reminder(&self) -> bool {
        let is_for_all = self.audience.as_deref().is_none_or(|audience| matches!(audience, "all" | "staff"));
        let is_about = self.topic.as_deref() == Some("verbal_privacy");
        is_for_all && (self.sort == Sort::Conversation || is_about && self.sort != Sort::Exercise)
    }

    fn means(&self) -> Option<&str> {
        match (self.sort, self.channel.as_deref()) {
            (Sort::Exercise, _) => Some("exercise"),
            (_, Some("other")) => None,
            (_, channel) => channel,
        }
    }
}

/// All that was given out under one number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Briefing {
    pub(crate) given: Vec<(On, Given)>,
}

impl Case for Briefing {
    type Settings = Settings;
    type Fact = Given;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Given>, DataError> {
        #[derive(Deserialize)]
        struct Published {
            topic: Option<String>,
            channel: Option<String>,
            method: Option<String>,
            audience: Option<String>,
            people_reached: Option<u32>,
        }
        let sort = match kind {
            "awareness.briefing_published" => Sort::Briefing,
            "awareness.reminder_issued" => Sort::Reminder,
            "verbal.reminder_issued" => Sort::Conversation,
            "phishing.simulated" => Sort::Exercise,
            _ => return Ok(None),
        };
        let Published { topic, channel, method, audience, people_reached } = data.read()?;
        Ok(Some(Given { sort, topic, channel: channel.or(method), audience, reached: people_reached }))
    }

    fn rank(fact: &Given) -> u8 {
        fact.sort as u8
    }

    fn fold(_: &Settings, facts: &[Happened<Given>]) -> Option<Briefing> {
        let mut given: Vec<(On, Given)> = Vec::new();
        for happened in facts {
            let on = On { day: happened.day, time: happened.time, seq: happened.seq };
            // What is recorded twice happened once.
            if !given.iter().any(|(known, what)| known.time == on.time && *what == happened.fact) {
                given.push((on, happened.fact.clone()));
            }
        }
        (!given.is_empty()).then_some(Briefing { given })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// All of it, and by which means each person was trained last.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Awareness {
    pub(crate) fold: muniment_sdk::CaseFold<Briefing>,
    /// The last briefing and the last reminder under each number, and the last use of each means.
    last: BTreeMap<String, Last>,
    /// How each person was taught, on the last day of each means.
    taught: BTreeMap<String, Taught>,
    /// The same, counted: on which days people were taught by each means.
    days: BTreeMap<Option<Delivery>, BTreeMap<Day, u32>>,
    /// The first entry that the plugin was given: before it nothing can be known to be missing.
    first: Option<(Instant, u64)>,
    watch: Watch,
}

/// What was given out last under one number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Last {
    briefing: Option<On>,
    reminder: Option<On>,
    means: BTreeMap<String, On>,
}

/// By which means somebody was taught, and when last by each.
pub(crate) type Taught = Vec<(Option<Delivery>, Day)>;

pub(crate) fn taught(person: &Person) -> Taught {
    let mut last = Taught::new();
    // They come in the order of their days.
    for completion in person.completions.iter().rev() {
        if last.iter().all(|(delivery, _)| *delivery != completion.delivery) {
            last.push((completion.delivery, completion.on.day));
        }
    }
    last.sort_unstable();
    last
}

impl Awareness {
    pub(crate) fn begin(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        if self.first.is_none() {
            self.first = Some((event.recorded, event.seq));
            self.work_out(settings, event.recorded, out);
        }
    }

    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let last = &mut self.last;
        let mut touched = false;
        self.fold.apply_with(settings, event, out, &mut |name, briefing| {
            let (before, now) = (last.get(name), briefing.map(Last::of));
            if before == now.as_ref() {
                return;
            }
            touched = true;
            match now {
                Some(now) => _ = last.insert(name.to_owned(), now),
                None => _ = last.remove(name),
            }
        });
        if touched {
            self.work_out(settings, event.recorded, out);
        }
    }

    /// Takes by which means a person was taught.
    pub(crate) fn teach(
        &mut self,
        name: &str,
        taught: Taught,
        settings: &Settings,
        now: Instant,
        out: &mut Outcome,
    ) {
        let before = self.taught.get(name);
        if before.map_or(taught.is_empty(), |before| *before == taught) {
            return;
        }
        let before = self.taught.remove(name).unwrap_or_default();
        let known = self.last_taught();
        for (delivery, day) in &taught {
            *self.days.entry(*delivery).or_default().entry(*day).or_default() += 1;
        }
        for (delivery, day) in before {
            let Some(days) = self.days.get_mut(&delivery) else { continue };
            if let Some(count) = days.get_mut(&day) {
                *count -= 1;
                if *count == 0 {
                    days.remove(&day);
                }
            }
        }
        if !taught.is_empty() {
            self.taught.insert(name.to_owned(), taught);
        }
        if self.last_taught() != known {
            self.work_out(settings, now, out);
        }
    }

    fn last_taught(&self) -> Taught {
        let last =
            self.days.iter().filter_map(|(delivery, days)| Some((*delivery, *days.last_key_value()?.0)));
        last.collect()
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in self.watch.due(now) {
            let alarms = self.alarms(settings, &subject);
            let mut watch = std::mem::take(&mut self.watch);
            let words = |alarm: &Alarm, alert| self.words(settings, alarm, alert);
            watch.tick(&subject, &alarms, now, words, |_, _| self.cleared(&subject), out);
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    pub(crate) fn work_out(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in [BRIEFINGS, REMINDERS, MEANS] {
            let alarms = self.alarms(settings, subject);
            let mut watch = std::mem::take(&mut self.watch);
            watch.set(subject, &alarms, now, |_, _| self.cleared(subject), out);
            self.watch = watch;
        }
    }

    fn alarms(&self, settings: &Settings, subject: &str) -> Vec<Alarm> {
        let Some((first, _)) = self.first else { return Vec::new() };
        let first = Day::in_london(first);
        let (rule, stage, day) = match subject {
            BRIEFINGS => {
                let from = self.last_of(subject).map_or(first, |on| on.day);
                let months = settings.awareness_briefing_months;
                (&REMINDER_OVERDUE, BRIEFING_OVERDUE, from.plus_months(months))
            }
            REMINDERS => {
                let from = self.last_of(subject).map_or(first, |on| on.day);
                let months = settings.awareness_reminder_months;
                (&REMINDER_OVERDUE, CONVERSATION_OVERDUE, from.plus_months(months))
            }
            _ => {
                let mut days: Vec<Day> = self.means().into_values().collect();
                days.sort_unstable();
                // So many means were used in the last 12 months until the use of the last but so many is older.
                let enough = usize::from(settings.awareness_channels_means);
                let from = days.len().checked_sub(enough).and_then(|place| days.get(place).copied());
                (&ONE_MEANS, TOO_FEW, from.unwrap_or(first).plus_months(12))
            }
        };
        vec![Alarm::new(rule, stage, day.end())]
    }

    fn last_of(&self, subject: &str) -> Option<On> {
        let of = |last: &Last| if subject == BRIEFINGS { last.briefing } else { last.reminder };
        self.last.values().filter_map(of).max_by_key(|on| (on.day, on.time, on.seq))
    }

    /// The last day on which each means was used.
    fn means(&self) -> BTreeMap<String, Day> {
        let mut days: BTreeMap<String, Day> = BTreeMap::new();
        let given = self.last.values().flat_map(|last| &last.means).map(|(means, on)| (means, on.day));
        let given = given.map(|(means, day)| (means.as_str(), day));
        let taught = self.last_taught().into_iter();
        let taught = taught.map(|(delivery, day)| (delivery.map_or(COURSE, Delivery::name), day));
        for (means, day) in given.chain(taught) {
            let last = days.entry(means.to_owned()).or_insert(day);
            *last = day.max(*last);
        }
        // A course of which nobody says how it was taught is a means of its own only where no other is known.
        if self.days.iter().any(|(delivery, days)| delivery.is_some() && !days.is_empty()) {
            days.remove(COURSE);
        }
        days
    }

    fn words(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let (first, entry) = self.first.unwrap_or_default();
        let since = |last: Option<On>| match last {
            Some(on) => format!("The last one came on {}", on.day.in_words()),
            None => {
                format!("None is on record since the first entry of {}", Day::in_london(first).in_words())
            }
        };
        let (words, evidence) = match alarm.stage.name {
            BRIEFING_OVERDUE => {
                let last = self.last_of(BRIEFINGS);
                let months = settings.awareness_briefing_months;
                let words = format!(
                    "A briefing or an exercise is to come every {months} months (setting awareness_briefing_months). {}.",
                    since(last)
                );
                (words, last.map(|on| on.seq))
            }
            CONVERSATION_OVERDUE => {
                let last = self.last_of(REMINDERS);
                let months = settings.awareness_reminder_months;
                let words = format!(
                    "All staff are to be reminded of discreet conversation every {months} months (setting \
                     awareness_reminder_months). {}.",
                    since(last)
                );
                (words, last.map(|on| on.seq))
            }
            _ => {
                let within = Day::in_london(alarm.at);
                let used: Vec<String> = self
                    .means()
                    .into_iter()
                    .filter(|(_, day)| day.plus_months(12) >= within)
                    .map(|(means, day)| format!("{means} ({})", day.in_words()))
                    .collect();
                let used = if used.is_empty() { "none".to_owned() } else { used.join(", ") };
                let words = format!(
                    "Training and awareness are to come by {} means within 12 months (setting awareness_channels_means). \
                     Within the last 12 months: {used}.",
                    settings.awareness_channels_means
                );
                let last = self.last.values().flat_map(|last| last.means.values());
                (words, last.max_by_key(|on| (on.day, on.seq)).map(|on| on.seq))
            }
        };
        alert.arithmetic(words).evidence([evidence.unwrap_or(entry)])
    }

    fn cleared(&self, subject: &str) -> String {
        let last = if subject == MEANS { None } else { self.last_of(subject) };
        match last {
            Some(on) => format!("one came on {}", on.day.in_words()),
            None if subject == MEANS => "another means was used".to_owned(),
            None => "what it rested on was corrected".to_owned(),
        }
    }
}

impl Last {
    fn of(briefing: &Briefing) -> Last {
        let mut last = Last::default();
        for (on, given) in &briefing.given {
            if given.is_briefing() {
                last.briefing = Some(*on);
            }
            if given.is_reminder() {
                last.reminder = Some(*on);
            }
            if let Some(means) = given.means() {
                last.means.insert(means.to_owned(), *on);
            }
        }
        last
    }
}
