//! Whole cases, from beginning to end, for measuring plugins: for each built-in plugin those that it is there for, made of
//! nothing but events that it subscribes to, ready as the ledger keeps them (a pseudonym where a person stands).
//!
//! They stand in `lives/`, a file a plugin and an event a line, in the order in which they happen. A blank line ends a life,
//! which is one kind of case; a line that begins with `#` says what it is. Of some things an organisation has few: their life
//! says first how many cases there are, `{"cases":40}`. In an event stand
//!
//! - `#` for the number of the case,
//! - `~` for one of five thousand numbers that come again and again: a team, a firm, somebody who trains every year,
//! - `@30` for the day that lies 30 days behind the event, `@-1` for the day before it.

use std::collections::VecDeque;

use muniment_core::event::Event;
use muniment_core::time::Timestamp;

use super::events::happened;

/// What is told of each plugin's cases.
const FILES: [(&str, &str); 17] = [
    ("access", include_str!("lives/access.jsonl")),
    ("assets", include_str!("lives/assets.jsonl")),
    ("breaches", include_str!("lives/breaches.jsonl")),
    ("disclosures", include_str!("lives/disclosures.jsonl")),
    ("governance", include_str!("lives/governance.jsonl")),
    ("marking", include_str!("lives/marking.jsonl")),
    ("offsite", include_str!("lives/offsite.jsonl")),
    ("people", include_str!("lives/people.jsonl")),
    ("publication", include_str!("lives/publication.jsonl")),
    ("requests", include_str!("lives/requests.jsonl")),
    ("resilience", include_str!("lives/resilience.jsonl")),
    ("retention", include_str!("lives/retention.jsonl")),
    ("rights", include_str!("lives/rights.jsonl")),
    ("sharing", include_str!("lives/sharing.jsonl")),
    ("sources", include_str!("lives/sources.jsonl")),
    ("suppliers", include_str!("lives/suppliers.jsonl")),
    ("surveillance", include_str!("lives/surveillance.jsonl")),
];

/// The plugin that reads what all systems post: these stand for all.
const READS_OTHERS: (&str, [&str; 5]) =
    ("sources", ["access", "assets", "breaches", "requests", "retention"]);

/// So many cases run side by side, as they do.
const BESIDE: u64 = 50;
/// So many numbers `~` stands for.
const CROWD: u64 = 5_000;
/// What a line begins with that says how many cases there are.
const CASES: &str = r#"{"cases":"#;
const DAY_MICROS: i64 = 86_400_000_000;

/// A kind of case: what happens to each.
#[derive(Debug)]
struct Life {
    /// In whose file it stands.
    plugin: &'static str,
    /// How many there are, where they are few.
    cases: Option<u64>,
    /// The events, without what stands in all of them.
    steps: Vec<&'static str>,
}

/// Events of lives, which take turns: without end, unless each has only so many cases.
#[derive(Debug)]
pub(super) struct Course {
    /// Each with how many of its events have happened.
    lives: VecDeque<(Life, u64)>,
    /// How many events have happened.
    number: u64,
}

impl Course {
    /// Of the lives that a plugin is measured with; nothing happens where none are known.
    pub(super) fn of(plugin: &str) -> Course {
        Course::through(lives_of(plugin))
    }

    /// Of all lives.
    pub(super) fn of_all() -> Course {
        Course::through(FILES.into_iter().flat_map(|(plugin, text)| lives_in(plugin, text)).collect())
    }

    fn through(lives: Vec<Life>) -> Course {
        Course { lives: lives.into_iter().map(|life| (life, 0)).collect(), number: 0 }
    }

    /// Whether nothing is left to happen.
    pub(super) fn is_over(&self) -> bool {
        self.lives.is_empty()
    }
}

impl Iterator for Course {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let (life, lived) = self.lives.pop_front()?;
        let text = life.event(lived, self.number);
        self.number += 1;
        if !life.is_over(lived + 1) {
            self.lives.push_back((life, lived + 1));
        }
        Some(Event::parse(text.as_bytes()).expect("the lives are made of events"))
    }
}

fn lives_of(plugin: &str) -> Vec<Life> {
    let (reader, others) = READS_OTHERS;
    let is_meant = |of: &str| of == plugin || (plugin == reader && others.contains(&of));
    let files = FILES.into_iter().filter(|(of, _)| is_meant(of));
    files.flat_map(|(of, text)| lives_in(of, text)).collect()
}

fn lives_in(plugin: &'static str, text: &'static str) -> Vec<Life> {
    text.split("\n\n").map(|lines| Life::read(plugin, lines)).collect()
}

impl Life {
    fn read(plugin: &'static str, lines: &'static str) -> Life {
        let events = lines.lines().filter(|line| line.starts_with('{'));
        let (counts, steps): (Vec<_>, Vec<_>) = events.partition(|line| line.starts_with(CASES));
        let cases = counts.first().map(|line| {
            let count = line[CASES.len()..].trim_end_matches('}');
            count.parse().expect("a life says in digits how many cases there are")
        });
        Life { plugin, cases, steps }
    }

    fn steps(&self) -> u64 {
        self.steps.len() as u64
    }

    /// How many of its cases run side by side.
    fn beside(&self) -> u64 {
        self.cases.map_or(BESIDE, |cases| cases.min(BESIDE))
    }

    fn is_over(&self, lived: u64) -> bool {
        self.cases.is_some_and(|cases| lived >= cases * self.steps())
    }

    /// What happens after so many of its events: to which case, and what.
    fn place(&self, lived: u64) -> (u64, &'static str) {
        let beside = self.beside();
        let (block, within) = (lived / (beside * self.steps()), lived % (beside * self.steps()));
        let step = usize::try_from(within / beside).unwrap_or_default();
        (block * beside + within % beside, self.steps[step])
    }

    /// What happens after so many of its events, as event `number` of all.
    fn event(&self, lived: u64, number: u64) -> String {
        let (case, step) = self.place(lived);
        let time = happened(number);
        let members = dated(&numbered(step, case), time);
        format!(
            r#"{{"specversion":"1.0","id":"{number}","source":"/systems/{}","time":"{}Z",{}"#,
            self.plugin,
            &time.to_string()[..19],
            &members[1..]
        )
    }
}

fn numbered(text: &str, case: u64) -> String {
    text.replace('#', &format!("{case:07}")).replace('~', &format!("{:04}", case % CROWD))
}

/// Puts days in the place of how many lie between them and an instant.
fn dated(text: &str, time: Timestamp) -> String {
    let mut parts = text.split('@');
    let mut dated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_behind = |character: char| character != '-' && !character.is_ascii_digit();
        let (days, behind) = part.split_at(part.find(is_behind).unwrap_or(part.len()));
        let days: i64 = days.parse().expect("behind an @ stands a number of days");
        dated.push_str(&time.plus_micros(days * DAY_MICROS).to_string()[..10]);
        dated.push_str(behind);
    }
    dated
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use muniment_core::catalogue::Catalogue;
    use muniment_core::json;

    use super::*;
    use crate::plugins::built_in;
    use crate::plugins::engine::{Allowance, Engine, Program};
    use crate::query::TypePattern;

    /// Accepted as it stands: nothing in it is to be sealed, for the ledgers that are measured have no vault.
    fn check(catalogue: &Catalogue, patterns: &[TypePattern], text: &str) {
        let value = json::parse(text.as_bytes()).unwrap();
        let event = value.as_object().unwrap();
        match catalogue.check(event) {
            Ok(personal) => assert!(!personal.needs_key(), "something is to be sealed in {text}"),
            Err(faults) => panic!("{faults:?} in {text}"),
        }
        let event_type = event.get("type").and_then(json::Value::as_str).unwrap();
        assert!(patterns.iter().any(|pattern| pattern.matches(event_type)), "not subscribed to: {text}");
        Event::parse(text.as_bytes()).unwrap();
    }

    #[test]
    fn every_built_in_plugin_has_lives_of_events_that_it_is_given() {
        let allowance = Allowance { memory_bytes_max: 256 << 20, call_max: Duration::from_secs(10) };
        let engine = Engine::new(allowance, None).unwrap();
        let catalogue = Catalogue::built_in().unwrap();
        for plugin in built_in::all() {
            let program = Program::new(&engine, plugin.component).unwrap();
            let subscriptions = program.manifest().subscriptions.iter().map(String::as_str);
            let patterns = TypePattern::parse_all(subscriptions).unwrap();
            let lives = lives_of(plugin.id);
            let id = plugin.id;
            assert!(lives.iter().any(|life| life.cases.is_none()), "{id} has no life without an end");
            for life in &lives {
                let first_two = |lived: &u64| lived % life.beside() < 2;
                for lived in (0..life.beside() * life.steps()).filter(first_two) {
                    check(&catalogue, &patterns, &life.event(lived, lived));
                }
            }
        }
    }

    #[test]
    fn every_life_has_events_and_whole_rounds_of_cases() {
        for (plugin, text) in FILES {
            for life in lives_in(plugin, text) {
                assert!(life.steps() > 0, "{plugin} has a life of nothing");
                let rest = life.cases.map_or(0, |cases| cases % life.beside());
                assert_eq!(rest, 0, "{plugin}: {:?} cases are no whole rounds", life.cases);
            }
        }
    }

    #[test]
    fn lives_take_turns_and_few_cases_come_to_an_end() {
        const TEXT: &str = "# Few.\n{\"cases\":2}\n{\"a\":\"#\"}\n{\"b\":\"#\"}\n\n# Many.\n{\"c\":\"#\"}\n";
        let [few, many]: [Life; 2] = lives_in("x", TEXT).try_into().unwrap();
        assert_eq!([0, 1, 2, 3].map(|lived| few.place(lived).0), [0, 1, 0, 1]);
        assert_eq!([1, 2].map(|lived| few.place(lived).1), [r##"{"a":"#"}"##, r##"{"b":"#"}"##]);
        assert_eq!([3, 4].map(|lived| few.is_over(lived)), [false, true]);
        assert_eq!([0, 49, 50].map(|lived| many.place(lived).0), [0, 49, 50]);
        assert!(!many.is_over(1_000_000));

        let keys: BTreeSet<_> = Course::of("people").take(2_000).map(|event| event.key()).collect();
        assert_eq!(keys.len(), 2_000, "an event stands twice");
        assert!(Course::of("nobody").is_over());
    }

    #[test]
    fn numbers_and_days_are_put_in_their_places() {
        assert_eq!(numbered("a-# team-~", 12_003), "a-0012003 team-2003");
        let noon = Timestamp::parse_rfc3339("2025-04-30T12:00:00Z").unwrap();
        assert_eq!(dated(r#"["@1","@0"]"#, noon), r#"["2025-05-01","2025-04-30"]"#);
        assert_eq!(dated("@-30T08:00:00Z", noon), "2025-03-31T08:00:00Z");
    }
}
