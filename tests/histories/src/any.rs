//! What a plugin makes of any history.

use std::cell::Cell as Shared;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant as Clock};

use muniment_sdk::{Act, Block, Day, Event, Instant, Item, Period, Plugin, Query, Row, Running, Section};

use crate::Numbers;
use crate::repertoire::{Crowd, Repertoire, Told};

/// So many histories at least, and at most; between the two, as many as there is time for.
const HISTORIES: std::ops::Range<u64> = 150..4_000;
/// Before `MUNIMENT_TEST_SCALE`.
const TIME: Duration = Duration::from_millis(1_500);
const DAYS: [i64; 5] = [0, 2, 40, 400, 4_000];

/// Has a plugin fold histories that the catalogue takes, whether or not they make sense, with time passing between the
/// entries and behind the last. It raises nothing but what its manifest has, each with its arithmetic and its evidence; its
/// registers and sections hold rows of as many cells as there are columns, and name entries that are there; and its state
/// is the same when it was written and read again.
///
/// # Panics
/// Where it fails, or does otherwise: with the events that are left when those are taken out that have no part in it.
pub fn check_any_history<P: Plugin>() {
    let mut patterns = P::MANIFEST.subscriptions.to_vec();
    // Who is given everything and only counts it is given requests beside what it reads.
    patterns.iter_mut().filter(|pattern| **pattern == "*").for_each(|pattern| *pattern = "request.*");
    let repertoire = Repertoire::subscribed(&patterns);
    let scale: Option<u32> = std::env::var("MUNIMENT_TEST_SCALE").ok().and_then(|scale| scale.parse().ok());
    let scale = scale.unwrap_or(1);
    let (began, mut raised, mut found) = (Clock::now(), 0, 0);
    for seed in 0..HISTORIES.end * u64::from(scale) {
        if seed >= HISTORIES.start && began.elapsed() > TIME * scale {
            break;
        }
        let mut numbers = Numbers::new(seed);
        let crowd = Crowd {
            events: *numbers.one_of(&[8_usize, 16, 40, 64]),
            types: 1 + usize::try_from(numbers.below(9)).unwrap(),
            subjects: 1 + numbers.below(3),
            days: *numbers.one_of(&DAYS),
        };
        let events = as_entries(repertoire.history(&mut numbers, crowd));
        let imported = if numbers.once_in(4) { events.len() / 2 } else { 0 };
        let seen = Seen::default();
        let fold = |events: &[Event]| catch_unwind(AssertUnwindSafe(|| look::<P>(events, imported, &seen)));
        if fold(&events).is_err() {
            let least = without_what_has_no_part(events, |events| fold(events).is_err());
            let lines: Vec<String> = least.iter().map(line).collect();
            panic!("{}: history {seed} fails, by these of its events:\n{}", P::MANIFEST.id, lines.join("\n"));
        }
        raised += seen.raised.get();
        found += seen.findings.get();
    }
    // Where nothing ever comes of it, the histories are none for this plugin.
    assert!(raised > 0 || P::MANIFEST.rules.is_empty(), "{}: no alert was ever raised", P::MANIFEST.id);
    assert!(found > 0, "{}: no fault was ever found with a history", P::MANIFEST.id);
}

/// What came of it, all told.
#[derive(Default)]
struct Seen {
    raised: Shared<usize>,
    findings: Shared<usize>,
}

fn as_entries(history: Vec<Told>) -> Vec<Event> {
    let entry = |(seq, told): (u64, Told)| Event {
        seq,
        recorded: Instant::from_micros(told.recorded.as_micros()),
        id: seq.to_string(),
        kind: told.kind,
        source: told.source,
        subject: told.subject,
        time: Instant::from_micros(told.time.as_micros()),
        json: told.held.to_canonical(),
    };
    (0..).zip(history).map(entry).collect()
}

fn look<P: Plugin>(events: &[Event], imported: usize, seen: &Seen) {
    let mut fold = Fold::<P>::new();
    for (place, event) in events.iter().enumerate() {
        let is_waking = place >= imported;
        if is_waking {
            fold.tell(event.seq, event.recorded, seen);
        }
        fold.give(Item::Event(event.clone()), is_waking, seen);
    }
    let last = events.last().map(|event| (event.seq, event.recorded)).unwrap_or_default();
    for days in [1, 90, 1_000] {
        fold.tell(last.0 + 1, last.1.plus_hours(days * 24), seen);
    }
    let snapshot = fold.running.snapshot();
    let mut again = Running::<P>::default();
    assert_eq!(again.restore(&snapshot), Ok(()), "a snapshot is refused");
    assert_eq!(again.snapshot(), snapshot, "a snapshot of what was restored from one is another one");
    let (first, last) = (events.first().map(|event| event.recorded).unwrap_or_default(), last.1);
    for as_at in [first, last, last.plus_hours(9_000)] {
        for register in P::REGISTERS {
            let query = Query { limit: u32::MAX, ..Query::default() };
            let rows = fold.running.register(register.name, &query, as_at).unwrap().0;
            assert_eq!(rows, again.register(register.name, &query, as_at).unwrap().0, "{}", register.name);
            rows.iter().for_each(|row| check_row(row, register.columns.len(), register.name, events));
        }
        for period in periods(Day::in_london(as_at)) {
            let sections = fold.running.sections(period, as_at);
            assert_eq!(sections, again.sections(period, as_at), "restored, it says otherwise");
            sections.iter().for_each(|section| check_section(section, events, seen));
        }
    }
}

/// The year about a day, the quarter before it, and a day by itself.
fn periods(day: Day) -> [Period; 3] {
    [
        Period { from: day.plus(-183), to: day.plus(182) },
        Period { from: day.plus(-91), to: day.plus(-1) },
        Period { from: day, to: day },
    ]
}

fn check_section(section: &Section, events: &[Event], seen: &Seen) {
    let is_there = |seqs: &[u64], what: &str| {
        let beyond = seqs.iter().find(|seq| **seq >= events.len() as u64);
        assert_eq!(beyond, None, "{} {what} rests on an entry that is not there", section.place);
    };
    for block in &section.blocks {
        match block {
            Block::Table(table) => {
                let columns = table.columns.len();
                table.rows.iter().for_each(|row| check_row(row, columns, table.name, events));
            }
            Block::Metric(metric) => {
                is_there(&metric.evidence, metric.name);
                let most = metric.denominator.unwrap_or(u64::MAX);
                let (name, share) = (metric.name, metric.numerator);
                assert!(share <= most, "{name} is {share} of {most}");
            }
            Block::Finding(finding) => {
                is_there(&finding.evidence, &finding.text);
                seen.findings.set(seen.findings.get() + 1);
            }
            Block::Heading(_) | Block::Paragraph(_) | Block::Chart(_) => {}
        }
    }
}

fn check_row(row: &Row, columns: usize, name: &str, events: &[Event]) {
    assert_eq!(row.cells.len(), columns, "a row of {name}: {row:?}");
    let beyond = row.evidence.iter().find(|seq| **seq >= events.len() as u64);
    assert_eq!(beyond, None, "a row of {name} rests on an entry that is not there: {row:?}");
}

/// A plugin as the host runs it.
struct Fold<P: Plugin> {
    running: Running<P>,
    wake: Option<Instant>,
}

impl<P: Plugin> Fold<P> {
    fn new() -> Fold<P> {
        Fold { running: Running::default(), wake: None }
    }

    /// Gives a tick before an entry, if the plugin wants one.
    fn tell(&mut self, seq: u64, now: Instant, seen: &Seen) {
        if self.wake.is_none_or(|wake| wake > now) {
            return;
        }
        self.give(Item::Tick { seq, recorded: now }, true, seen);
        assert!(self.wake.is_none_or(|wake| wake > now), "the wake-up lies not behind the tick");
    }

    fn give(&mut self, item: Item, is_waking: bool, seen: &Seen) {
        let applied = self.running.apply([item], is_waking);
        assert_eq!(applied.taken, 1);
        self.wake = applied.wake;
        for (_, act) in applied.acts {
            let rule = match act {
                Act::Raise(alert) => {
                    assert!(!alert.arithmetic.is_empty(), "an alert says how it was worked out: {alert:?}");
                    assert!(!alert.evidence.is_empty(), "an alert names what it rests on: {alert:?}");
                    seen.raised.set(seen.raised.get() + 1);
                    alert.rule.to_owned()
                }
                Act::Clear(cleared) => cleared.rule.into_owned(),
            };
            assert!(P::MANIFEST.rules.iter().any(|known| known.id == rule), "{rule} is no rule of it");
        }
    }
}

/// The events with which it still fails, when each that it fails without is taken out.
fn without_what_has_no_part(mut events: Vec<Event>, fails: impl Fn(&[Event]) -> bool) -> Vec<Event> {
    for place in (0..events.len()).rev() {
        let event = events.remove(place);
        if !fails(&numbered_anew(&events)) {
            events.insert(place, event);
        }
    }
    events
}

/// With the numbers that they have as entries of a ledger of their own.
fn numbered_anew(events: &[Event]) -> Vec<Event> {
    (0..).zip(events).map(|(seq, event)| Event { seq, ..event.clone() }).collect()
}

fn line(event: &Event) -> String {
    let Event { kind, subject, time, recorded, json, .. } = event;
    let data = String::from_utf8_lossy(json);
    format!("{kind} {} at {time}, recorded {recorded}: {data}", subject.as_deref().unwrap_or("-"))
}
