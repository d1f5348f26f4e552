//! Each wrong deed ends in a typed cause, at the entry at which it was done.

use super::{Fake, component, engine, lines, program, terms};
use crate::plugins::engine::{Cause, Instance, Log, Program};
use crate::plugins::outcome::Query;
use crate::plugins::trial::{self, How, Run, TrialError};

const AT: u64 = 5;

fn tried(deed: &str, batch: usize) -> Result<Run, TrialError> {
    let entries: Vec<Fake<'_>> = (0..20)
        .map(|number| Fake { kind: "uk.test.noise", subject: "c", recorded: 100 + number, data: "{}" })
        .collect();
    let lines = lines(0, &entries);
    let settings = format!(r#"{{"do":"{deed}","at":{AT}}}"#);
    let how = How { batch, restore_every: 0 };
    trial::run(program(), &settings, &terms(0), [(0, lines.as_slice())].into_iter(), how)
}

fn failure_of(deed: &str) -> (Cause, String, Option<u64>) {
    match tried(deed, 1) {
        Err(TrialError::Failed { failure, at }) => (failure.cause, failure.detail, at),
        other => panic!("{deed}: {other:?}"),
    }
}

#[test]
fn wrong_deeds_have_causes() {
    let causes = [
        ("loop", Cause::Time),
        ("recurse", Cause::Trap),
        ("panic", Cause::Trap),
        ("unreachable", Cause::Trap),
        ("memory", Cause::Memory),
        ("long-text", Cause::Output),
        ("many-acts", Cause::Output),
        ("unknown-rule", Cause::Contract),
        ("stage", Cause::Contract),
        ("subject", Cause::Contract),
        ("long-subject", Cause::Contract),
        ("future", Cause::Contract),
        ("taken-none", Cause::Contract),
        ("taken-many", Cause::Contract),
        ("taken-huge", Cause::Contract),
        ("act-outside", Cause::Contract),
    ];
    for (deed, cause) in causes {
        let (found, detail, at) = failure_of(deed);
        assert_eq!((found, at), (cause, Some(AT)), "{deed}: {detail}");
        assert!(detail.chars().count() <= 2000, "{deed}");
    }
    assert_eq!(failure_of("tick-past").0, Cause::Contract);
}

#[test]
fn there_is_no_clock_file_or_network() {
    let deeds = [
        ("clock", "wasi:clocks"),
        ("monotonic", "wasi:clocks"),
        ("sleep", "wasi:clocks"),
        ("file", "wasi:filesystem"),
        ("read", "wasi:filesystem"),
        ("socket", "wasi:sockets"),
        ("exit", "wasi:cli/exit"),
    ];
    for (deed, interface) in deeds {
        let (cause, detail, at) = failure_of(deed);
        assert!(matches!(cause, Cause::Trap | Cause::Contract), "{deed}: {cause}");
        assert_eq!(at, Some(AT), "{deed}");
        assert!(detail.contains(interface), "{deed}: {detail}");
    }
    assert!(!std::path::Path::new("/tmp/muniment-hostile").exists());
    tried("environment", 7).unwrap();
}

#[test]
fn odd_things_that_are_allowed_are_well() {
    assert_eq!(tried("due", 7).unwrap().said.len(), 2);
    tried("log", 7).unwrap();
    // Each of one cause has an id of its own.
    let said = tried("again", 7).unwrap().said;
    assert_eq!(said.len(), 5);
    let ids: std::collections::BTreeSet<&str> = said.iter().map(|saying| saying.id.as_str()).collect();
    assert_eq!(ids.len(), 5);
    assert_eq!(said, tried("again", 1).unwrap().said);
}

#[test]
fn thirty_thousand_may_be_late_at_one_moment() {
    let told = tried("crowd", 1).unwrap().said;
    assert_eq!(told.len(), 30_000);
}

#[test]
fn hash_maps_have_one_order_and_a_manifest_says_the_same_each_time() {
    assert_eq!(tried("hash-map", 1).unwrap().state, tried("hash-map", 1).unwrap().state);
    // It counts how often it is asked, and is asked once in each instance.
    assert_eq!(program().manifest().version, "1.0.0");
    let again = Program::new(engine(), component()).unwrap();
    assert_eq!(again.manifest(), program().manifest());
}

#[test]
fn what_it_says_in_words_is_bounded() {
    let refused = program().start(r#"{"do":"refuse-settings"}"#, &Log::default()).map(drop).unwrap_err();
    assert!(refused.to_string().chars().count() < 2100);
    let stuck = program().start(r#"{"do":"configure-loop"}"#, &Log::default()).map(drop).unwrap_err();
    assert_eq!(stuck.cause, Cause::Time);

    let asked = |deed: &str| {
        let mut instance: Instance =
            program().start(&format!(r#"{{"do":"{deed}"}}"#), &Log::default()).unwrap();
        let query = Query { limit: 10, ..Query::default() };
        instance.register("cases", &query, 0)
    };
    assert!(asked("register-says").unwrap().unwrap_err().chars().count() <= 2000);
    assert_eq!(asked("register-traps").unwrap_err().cause, Cause::Trap);
}

#[test]
fn logs_are_bounded() {
    let log = Log::default();
    for number in 0..5000 {
        log.line(&format!("{number} {}", "x".repeat(5000)));
    }
    let (kept, dropped) = log.lines();
    assert_eq!((kept.len(), dropped), (1000, 4000));
    assert!(kept.iter().all(|line| line.len() <= 1000));
}
