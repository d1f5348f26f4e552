//! Random events and queries, and the answer of a scan.

use std::collections::BTreeSet;

use muniment_core::event::Event;
use muniment_core::json::{self, Value};
use muniment_core::time::Timestamp;

use super::super::words::words;
use super::super::{Order, SearchQuery};
use crate::ledger::Ledger;
use crate::query::{EventFacts, Filter, Scope, TypePattern};

const TYPES: [&str; 9] = [
    "request.received",
    "request.response_issued",
    "request",
    "request.deadline.changed",
    "requests.x",
    "breach.assessed",
    "access.granted",
    "training.completed",
    "uk.gov.exemplar.parking.permit-issued",
];
const SOURCES: [&str; 8] = [
    "/systems/foi",
    "/systems/foi/north",
    "/systems/foi2",
    "/systems/incidents?x=1",
    "urn:council:foi:1",
    "https://hr.exemplar.gov.uk/people#feed",
    "https://hr.exemplar.gov.uk/a/very/long/path/that/does/not/fit/into/a/plain/term/at/all",
    "relative",
];
const PREFIXES: [&str; 9] = [
    "/systems/foi",
    "/systems/foi/",
    "/systems",
    "/",
    "urn:council",
    "https://hr.exemplar.gov.uk",
    "https://hr.exemplar.gov.uk/a/very/long/path/that/does/not/fit/into/a/plain/term",
    "relative",
    "/nowhere",
];
const PATTERNS: [&str; 10] = [
    "request.received",
    "request.*",
    "request",
    "*",
    "breach.*",
    "access.granted",
    "uk.gov.*",
    "uk.*",
    "nothing.*",
    "training.completed",
];
const UNITS: [&str; 4] = ["housing", "legal-services", "Siân's team", "public-health"];
const WORDS: [&str; 12] = [
    "housing",
    "repair",
    "late",
    "Müller",
    "Garci\u{301}a",
    "recipient",
    "e-mail",
    "s.40(2)",
    "data_emailed",
    "東京",
    "1.50",
    "don't",
];
const TEXTS: [&str; 16] = [
    "housing",
    "muller",
    "MÜLLER García",
    "garcia late",
    "\"late repair\"",
    "\"repair late\"",
    "s.40(2)",
    "FOI-2026-0012",
    "\"data emailed\" housing",
    "request received",
    "1.50",
    "東京",
    "— late ! \"\"",
    "nowhere",
    "\"systems foi",
    "dont OR don't",
];

/// A small generator of numbers (SplitMix64).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    fn instant(&mut self) -> Timestamp {
        let start = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        start.plus_micros(i64::try_from(self.below(1_000)).unwrap() * 3_600_000_000)
    }
}

fn subject(numbers: &mut Numbers) -> String {
    match numbers.below(8) {
        0 => format!("{}-{}", "long".repeat(30), numbers.below(3)),
        _ => format!("FOI-2026-{:04}", numbers.below(40)),
    }
}

/// A random event.
pub(super) fn event(numbers: &mut Numbers, id: u64) -> Event {
    let mut members = vec![
        ("id", Value::string(id.to_string())),
        ("source", Value::string(numbers.of(&SOURCES))),
        ("specversion", Value::string("1.0")),
        ("type", Value::string(numbers.of(&TYPES))),
    ];
    if !numbers.one_in(4) {
        members.push(("subject", Value::string(subject(numbers))));
    }
    if !numbers.one_in(4) {
        members.push(("time", Value::string(numbers.instant().to_string())));
    }
    let mut phrase = || (0..numbers.below(4)).map(|_| numbers.of(&WORDS)).collect::<Vec<_>>().join(" ");
    let (first, second) = (phrase(), phrase());
    let mut data = vec![
        ("note".into(), Value::string(first)),
        ("list".into(), Value::Array(vec![Value::string(second), Value::Number("1.50".into()), Value::Null])),
    ];
    if !numbers.one_in(3) {
        data.push(("unit".into(), Value::string(numbers.of(&UNITS))));
    }
    match numbers.below(10) {
        0 => {}
        1 => members.push(("data", Value::string("housing \"late\" repair"))),
        _ => members.push(("data", Value::Object(json::Object::new(data).unwrap()))),
    }
    let members = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Event::from_value(Value::Object(json::Object::new(members).unwrap())).unwrap()
}

fn set(numbers: &mut Numbers, choices: &[&str]) -> BTreeSet<String> {
    (0..numbers.below(3)).map(|_| numbers.of(choices).to_owned()).collect()
}

/// A random query. `recorded` are instants at which entries were recorded.
pub(super) fn query(numbers: &mut Numbers, recorded: &[Timestamp]) -> SearchQuery {
    let any_recorded = |numbers: &mut Numbers| {
        let place = usize::try_from(numbers.below(recorded.len() as u64)).unwrap();
        recorded[place].plus_micros(i64::try_from(numbers.below(3)).unwrap() - 1)
    };
    let filter = Filter {
        types: (0..numbers.below(3)).map(|_| numbers.of(&PATTERNS).parse::<TypePattern>().unwrap()).collect(),
        source: numbers.one_in(8).then(|| numbers.of(&SOURCES).to_owned()),
        subject: numbers.one_in(6).then(|| subject(numbers)),
        from: numbers.one_in(5).then(|| numbers.instant()),
        to: numbers.one_in(5).then(|| numbers.instant()),
        recorded_from: numbers.one_in(5).then(|| any_recorded(numbers)),
        recorded_to: numbers.one_in(5).then(|| any_recorded(numbers)),
    };
    let scope = Scope {
        groups: numbers.one_in(6).then(|| set(numbers, &["request", "requests", "breach", "uk", "ledger"])),
        units: numbers.one_in(6).then(|| set(numbers, &UNITS)),
        source_prefix: numbers.one_in(6).then(|| numbers.of(&PREFIXES).to_owned()),
    };
    let limit_max = if numbers.one_in(3) { 1_000 } else { 40 };
    SearchQuery {
        filter,
        scope,
        text: numbers.one_in(3).then(|| numbers.of(&TEXTS).to_owned()),
        order: if numbers.one_in(2) { Order::Ascending } else { Order::Descending },
        limit: usize::try_from(1 + numbers.below(limit_max)).unwrap(),
        after: None,
    }
}

/// The lines of the ledger's first entries.
pub(super) fn lines(ledger: &Ledger, size: u64) -> Vec<Vec<u8>> {
    let text = ledger.lines(0, size).unwrap();
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// What a query finds in these entries, in ascending order.
pub(super) fn scan(lines: &[Vec<u8>], query: &SearchQuery) -> Vec<u64> {
    let found = lines.iter().filter_map(|line| {
        let facts = EventFacts::read(line).unwrap();
        let text = query.text.as_deref().is_none_or(|text| has_text(&facts, text));
        (text && query.filter.matches(&facts) && query.scope.matches(&facts)).then_some(facts.seq)
    });
    found.collect()
}

fn has_text(facts: &EventFacts<'_>, text: &str) -> bool {
    let mut pieces = vec![facts.event_type.to_string(), facts.source.to_string()];
    pieces.extend(facts.subject.as_deref().map(str::to_owned));
    if let Some(data) = facts.data {
        collect(&json::parse(data.as_bytes()).unwrap(), &mut pieces);
    }
    let pieces: Vec<Vec<String>> = pieces.iter().map(|piece| words(piece)).collect();
    let stands = |phrase: &Vec<String>| {
        pieces.iter().any(|piece| piece.windows(phrase.len()).any(|window| window == phrase))
    };
    super::super::text::phrases(text).unwrap().iter().all(stands)
}

fn collect(value: &Value<'_>, pieces: &mut Vec<String>) {
    match value {
        Value::String(text) | Value::Number(text) => pieces.push(text.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, pieces)),
        Value::Object(object) => object.iter().for_each(|(_, value)| collect(value, pieces)),
        Value::Null | Value::Bool(_) => {}
    }
}
