//! A hundred thousand mixed events through the plugins that come with the program: whatever batches they come in, wherever
//! it stops and starts, and on a server that has nothing but its ledger, the same comes of them byte for byte.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use muniment_core::event::Event;
use muniment_core::principal::Principal;

use super::{Server, engine, options};
use crate::ledger::imports::Import;
use crate::ledger::submission::{Mode, Submission};
use crate::plugins::engine::Program;
use crate::plugins::fold::Terms;
use crate::plugins::outcome::Query;
use crate::plugins::trial::{self, How, Run};
use crate::plugins::{PluginOptions, built_in, schema};

const EVENTS: usize = 100_000;
/// Cases that events are about at a time.
const CASES: u64 = 400;
/// 2025-04-01, in seconds since 1970.
const START: i64 = 1_743_465_600;

/// The plugins that such cases are about.
const OF_THESE: [&str; 3] = ["breaches", "requests", "rights"];

/// So many of the events are given to the others.
const OTHERS: usize = 15_000;

/// Stands for the data of a merge.
const INTO: &str = "into";

/// What happens to cases, in no order: as events that come late, twice or never do.
const HAPPENINGS: &[(&str, &str, &str)] = &[
    ("FOI", "request.received", r#"{"regime":"foi","unit":"housing"}"#),
    ("FOI", "request.received", r#"{"regime":"eir","unit":"planning"}"#),
    ("FOI", "request.received", r#"{"regime":"sar"}"#),
    ("FOI", "request.acknowledged", r#"{"acknowledged_by":"role/officer"}"#),
    ("FOI", "request.assigned", r#"{"assigned_to":"role/housing-lead","unit":"housing"}"#),
    ("FOI", "request.clarification_sought", r#"{"statutory":true}"#),
    ("FOI", "request.clarification_received", "{}"),
    ("FOI", "request.fee_notice_issued", r#"{"fee_pounds":25}"#),
    ("FOI", "request.fee_paid", r#"{"fee_pounds":25}"#),
    ("FOI", "request.extension_notified", r#"{"complex":true}"#),
    ("FOI", "request.response_issued", r#"{"outcome":"granted"}"#),
    ("FOI", "request.response_issued", r#"{"outcome":"refused"}"#),
    ("FOI", "request.closed", r#"{"outcome":"granted"}"#),
    ("FOI", "request.withdrawn", "{}"),
    ("FOI", "case.merged", INTO),
    ("FOI", "case.unmerged", "{}"),
    ("BRE", "incident.reported", r#"{"detected_at":"2025-04-01T09:00:00Z","medium":"email"}"#),
    ("BRE", "breach.aware", r#"{"people_affected":3,"decided_by":"role/dpo"}"#),
    ("BRE", "breach.assessed", r#"{"severity":"amber","dimension":"confidentiality"}"#),
    ("BRE", "breach.reportability_decided", r#"{"reportable":false}"#),
    ("BRE", "breach.reportability_decided", r#"{"reportable":true}"#),
    ("BRE", "breach.ico_notified", "{}"),
    ("BRE", "breach.contained", "{}"),
    ("BRE", "breach.closed", "{}"),
    ("DPC", "dpcomplaint.received", r#"{"concern":"access","unit":"housing"}"#),
    ("DPC", "dpcomplaint.acknowledged", "{}"),
    ("DPC", "dpcomplaint.outcome_issued", r#"{"complaint_outcome":"upheld"}"#),
    ("SAR", "request.received", r#"{"regime":"sar","unit":"housing"}"#),
    ("SAR", "request.received", r#"{"regime":"erasure"}"#),
    ("SAR", "request.response_issued", r#"{"outcome":"granted"}"#),
    ("SAR", "request.closed", r#"{"close_reason":"answered"}"#),
    ("FOI", "review.requested", "{}"),
    ("FOI", "review.decided", r#"{"outcome":"upheld"}"#),
    ("FOI", "ico.information_notice", r#"{"due":"2025-09-01"}"#),
    ("ACC", "access.granted", r#"{"system":"housing"}"#),
    ("DIS", "disposal.executed", "{}"),
    ("CLOCK", "clock.advanced", "{}"),
];

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A type, a subject, when it happened in seconds since 1970, and data.
fn happened(numbers: &mut Numbers, now: i64, number: u64) -> (&'static str, String, i64, Cow<'static, str>) {
    let place = usize::try_from(numbers.below(HAPPENINGS.len() as u64)).unwrap();
    let (prefix, kind, data) = HAPPENINGS[place];
    // Cases come and go; some things are told long after they happened.
    let case = number / 50 + numbers.below(CASES);
    let late = if numbers.below(5) == 0 { i64::try_from(numbers.below(40 * 86_400)).unwrap() } else { 0 };
    let data = match data {
        INTO => format!(r#"{{"into":"FOI-{}"}}"#, case - case % 10).into(),
        data => data.into(),
    };
    (kind, format!("{prefix}-{case}"), now - late, data)
}

fn time_of(seconds: i64) -> String {
    muniment_core::time::Timestamp::from_micros(seconds * 1_000_000).to_string()
}

/// The lines of a ledger of a year and a half, in which some imports happen.
fn lines() -> Vec<Vec<u8>> {
    let mut numbers = Numbers(7);
    let (mut now, mut lines) = (START, Vec::new());
    for seq in 0..EVENTS as u64 {
        now += i64::try_from(numbers.below(900)).unwrap();
        let (kind, subject, time, data) = happened(&mut numbers, now, seq);
        let (kind, data) = match seq % 9_000 {
            4_000 => ("import.started", format!(r#"{{"import":{}}}"#, seq / 9_000).into()),
            6_000 => ("import.finished", format!(r#"{{"import":{}}}"#, seq / 9_000).into()),
            _ => (kind, data),
        };
        let text = format!(
            r#"{{"specversion":"1.0","id":"{seq}","source":"/t","type":"{kind}","subject":"{subject}","time":"{}","data":{data}}}"#,
            time_of(time)
        );
        let event = Event::parse(text.as_bytes()).unwrap();
        let by = if kind.starts_with("import.") { "host" } else { "token/t" };
        let recorded = muniment_core::time::Timestamp::from_micros(now * 1_000_000).to_recorded();
        let mut line = Vec::new();
        let hash = muniment_core::hash::Hash::ZERO;
        muniment_core::entry::write_line(&mut line, None, by, event.canonical(), hash, &recorded, seq);
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        lines.push(line);
    }
    lines
}

/// The plugins that come with the program, compiled once, by id.
pub(super) fn programs() -> &'static [(&'static str, Program)] {
    static PROGRAMS: OnceLock<Vec<(&str, Program)>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let compiled =
            |plugin: built_in::BuiltIn| (plugin.id, Program::new(engine(), plugin.component).unwrap());
        built_in::all().map(compiled).collect()
    })
}

/// Cut into pieces of random lengths up to a number, and folded.
pub(super) fn run(program: &Program, lines: &[Vec<u8>], pieces_max: u64, how: How) -> Run {
    let settings = schema::complete(program.manifest(), "{}").unwrap();
    let terms = Terms::new(program.manifest().clone(), 500, u32::MAX, false).unwrap();
    let (mut numbers, mut from, mut pieces) = (Numbers(pieces_max), 0, Vec::new());
    while from < lines.len() {
        let length = 1 + usize::try_from(numbers.below(pieces_max)).unwrap();
        let end = lines.len().min(from + length);
        pieces.push((from as u64, lines[from..end].concat()));
        from = end;
    }
    let pieces = pieces.iter().map(|(first, lines)| (*first, lines.as_slice()));
    trial::run(program, &settings, &terms, pieces, how).unwrap()
}

#[test]
fn batches_and_restarts_do_not_matter() {
    let lines = lines();
    for (id, program) in programs() {
        let lines = if OF_THESE.contains(id) { &lines[..] } else { &lines[..OTHERS] };
        let whole = run(program, lines, 4_096, How { batch: 1_024, restore_every: 0 });
        // The others are given cases, corrections and links of cases that are not theirs.
        let least = if OF_THESE.contains(id) { 500 } else { 0 };
        assert!(whole.said.len() >= least, "{id}: {} alerts", whole.said.len());
        for (pieces_max, batch, restore_every) in [(1_500, 1, 1), (300, 7, 3), (5_000, 333, 1)] {
            let other = run(program, lines, pieces_max, How { batch, restore_every });
            assert_eq!(trial::difference(&whole, &other), None, "{id} in batches of {batch}");
        }
    }
}

/// All that the plugins show: each plugin's part of a report, and each register, whole.
fn shown(server: &Server) -> BTreeMap<String, String> {
    let (mut shown, mut rows) = (BTreeMap::new(), 0);
    for id in OF_THESE {
        let (sections, _) = server.plugins().sections(id, ("2025-04-01", "2026-03-31"), 0).unwrap();
        shown.insert(id.to_owned(), sections.to_string());
        for register in server.plugins().registers(id).unwrap() {
            let query = Query { limit: 1_000_000, ..Query::default() };
            let (page, _) = server.plugins().register(id, &register.name, &query, 0).unwrap();
            rows += page.rows.len();
            shown.insert(format!("{id} {}", register.name), format!("{page:?}"));
        }
    }
    assert!(rows > 100, "{rows} rows of registers");
    shown
}

fn wait_until_folded(server: &Server) {
    for id in OF_THESE {
        server.wait_until_folded(id);
    }
}

#[test]
fn a_server_that_is_rebuilt_from_its_ledger_shows_the_same() {
    let mut server = Server::with(PluginOptions { alerts_a_day_max: u32::MAX, ..options() });
    OF_THESE.iter().for_each(|id| server.install_built_in(id));
    let (import, _) = Import::start(server.ledger(), None).unwrap();
    let mut import = Some(import);
    let mut numbers = Numbers(11);
    let by = Principal::new("token/t").unwrap();
    let mut number = 0;
    while number < EVENTS as u64 {
        let group: Vec<Event> = (number..number + 500)
            .map(|number| {
                let now = START + i64::try_from(number).unwrap() * 300;
                let (kind, subject, time, data) = happened(&mut numbers, now, number);
                let kind = if kind == "clock.advanced" { "uk.test.other" } else { kind };
                let text = format!(
                    r#"{{"specversion":"1.0","id":"{number}","source":"/t","type":"{kind}","subject":"{subject}","time":"{}","data":{data}}}"#,
                    time_of(time)
                );
                Event::parse(text.as_bytes()).unwrap()
            })
            .collect();
        let done = server.ledger().append(Submission::new(by.clone(), group, Mode::Each).unwrap()).unwrap();
        assert!(done.iter().all(Result::is_ok));
        number += 500;
        // Most is a history, the rest comes as it happens.
        if number > 90_000
            && let Some(import) = import.take()
        {
            import.finish(server.ledger(), None, None).unwrap();
        }
        // In the middle of the fold.
        if numbers.below(25) == 0 {
            server.restart();
        }
    }
    wait_until_folded(&server);
    let (before, size) = (shown(&server), server.size());
    let alerts = server.entries("alert.raised").len();
    assert!(alerts > 500, "{alerts} alerts");

    server.stop();
    fs::remove_dir_all(server.path().join("state")).unwrap();
    server.start();
    wait_until_folded(&server);
    assert_eq!(server.size(), size, "a replay tells nothing new");
    for (what, after) in shown(&server) {
        let before = before.get(&what).unwrap_or_else(|| panic!("{what} was not there before"));
        let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
        let around = |text: &str| text.chars().skip(same.saturating_sub(300)).take(600).collect::<String>();
        assert!(*before == after, "{what} differs:\n{}\n{}", around(before), around(&after));
    }
}
