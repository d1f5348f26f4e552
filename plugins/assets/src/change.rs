//! Changes that nobody allowed: whether they are explained.

use std::sync::Arc;

use muniment_sdk::{Alarm, Alert, Calendar, Calendars, Case, Data, DataError, Day, DayOff, Happened};
use serde::{Deserialize, Serialize};

use crate::again::On;
use crate::{Settings, UNEXPLAINED};

/// What an event about a change says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    explanation: Explanation,
    investigate_by: Option<Day>,
    asset: Option<String>,
    system: Option<String>,
    unit: Option<String>,
}

/// What is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Explanation {
    NoneYet,
    Error,
    SoftwareFault,
    Malicious,
    AuthorisedAfterAll,
}

impl Explanation {
    pub(crate) const ALL: [Explanation; 5] = [
        Explanation::Error,
        Explanation::SoftwareFault,
        Explanation::Malicious,
        Explanation::AuthorisedAfterAll,
        Explanation::NoneYet,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Explanation::NoneYet => "Not explained yet",
            Explanation::Error => "An error",
            Explanation::SoftwareFault => "A fault of software",
            Explanation::Malicious => "Malice",
            Explanation::AuthorisedAfterAll => "Allowed after all",
        }
    }
}

/// A change as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) found: On,
    pub(crate) explained: Option<(On, Explanation)>,
    pub(crate) asset: Option<String>,
    pub(crate) system: Option<String>,
    pub(crate) unit: Option<String>,
    named: Option<Day>,
    by_rule: Day,
    calendar: Arc<Calendar>,
}

impl Change {
    /// The last day on which an explanation is in time.
    pub(crate) fn due(&self) -> Day {
        self.shorter().unwrap_or(self.by_rule)
    }

    /// The day that the entry names, where it is one and lies before that of the rule.
    fn shorter(&self) -> Option<Day> {
        self.named.filter(|day| self.found.day <= *day && *day < self.by_rule)
    }

    pub(crate) fn explanation(&self) -> Explanation {
        self.explained.map_or(Explanation::NoneYet, |(_, explanation)| explanation)
    }

    pub(crate) fn is_in_time(&self) -> bool {
        self.explained.is_some_and(|(on, _)| on.day <= self.due())
    }

    pub(crate) fn working_days_left(&self, today: Day) -> i64 {
        self.calendar.working_days_between(today, self.due())
    }

    fn words(&self, settings: &Settings) -> String {
        let days = settings.change_explain_working_days;
        let mut words = format!(
            "Found {}. With the day behind as day 1, {days} working days (change_explain_working_days) end on {}.",
            self.found.day.in_words(),
            self.by_rule.in_words()
        );
        let off = (1..=self.by_rule.since(self.found.day)).map(|number| self.found.day.plus(number));
        let (mut weekend, mut holidays) = (0, Vec::new());
        for day in off {
            match self.calendar.day_off(day) {
                Some(DayOff::Weekend) => weekend += 1,
                Some(DayOff::Holiday(holiday)) => {
                    holidays.push(format!("{} ({})", day.in_words(), holiday.name))
                }
                Some(DayOff::Closed) => holidays.push(day.in_words()),
                None => {}
            }
        }
        if weekend > 0 {
            holidays.insert(0, format!("{weekend} Saturdays and Sundays"));
        }
        if !holidays.is_empty() {
            words.push_str(&format!(" Not counted: {}.", holidays.join("; ")));
        }
        if let Some(day) = self.shorter() {
            words.push_str(&format!(" The entry names an earlier day, which counts: {}.", day.in_words()));
        }
        words.push_str(" Nothing explains it up to now.");
        words
    }
}

impl Case for Change {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        match kind {
            "unauthorised_change.detected" => data.read().map(Some),
            _ => Ok(None),
        }
    }

    /// Of one day, what explains nothing comes first.
    fn rank(fact: &Fact) -> u8 {
        u8::from(fact.explanation != Explanation::NoneYet)
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Change> {
        Change::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Change> {
        let found = On::of(facts.first()?);
        let calendar = calendars.of(settings.nation).clone();
        let by_rule = calendar.working_day_after(found.day, settings.change_explain_working_days);
        let mut change = Change {
            found,
            explained: None,
            asset: None,
            system: None,
            unit: None,
            named: None,
            by_rule,
            calendar,
        };
        for happened in facts {
            let Fact { explanation, investigate_by, asset, system, unit } = &happened.fact;
            change.explained = match (*explanation, change.explained) {
                // An explanation that turned out to be none is taken back.
                (Explanation::NoneYet, _) => None,
                (explanation, Some((on, before))) if explanation == before => Some((on, before)),
                (explanation, _) => Some((On::of(happened), explanation)),
            };
            change.named = investigate_by.or(change.named);
            change.asset = asset.clone().or(change.asset);
            change.system = system.clone().or(change.system);
            change.unit = unit.clone().or(change.unit);
        }
        Some(change)
    }

    fn is_done(&self) -> bool {
        self.explained.is_some()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let waits = self.explained.is_none();
        waits.then(|| Alarm::new(&UNEXPLAINED, "unexplained", self.due().end())).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert.arithmetic(self.words(settings)).evidence([self.found.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.explained {
            Some((on, explanation)) => format!("{}: explained {}", explanation.title(), on.day),
            None => format!("it is to be explained by {}", self.due()),
        }
    }
}
