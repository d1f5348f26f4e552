use std::time::Duration;

use super::*;
use crate::plugins::built_in;
use crate::plugins::engine::{Allowance, Engine, Program};

const RECEIVED: &str = r#"{"recorded":"2026-03-02T09:00:00Z","event":{"type":"request.received","subject":"FOI-1","data":{"regime":"foi"}}}"#;

fn requests() -> Program {
    let allowance = Allowance { memory_bytes_max: 64 << 20, call_max: Duration::from_secs(10) };
    let engine = Engine::new(allowance, None).unwrap();
    let built_in = built_in::all().find(|plugin| plugin.id == "requests").unwrap();
    Program::new(&engine, built_in.component).unwrap()
}

fn text(line: &[u8]) -> &str {
    std::str::from_utf8(line).unwrap()
}

#[test]
fn lines_become_entries_behind_the_one_that_installs_the_plugin() {
    let scenario = format!(
        "# a comment\n{{\"settings\":{{\"days\":3}}}}\n\n{RECEIVED}\n{{\"recorded\":\"2026-03-03T09:00:00Z\"}}\n\
         {{\"report\":{{\"from\":\"2026-01-01\",\"to\":\"2026-12-31\"}}}}\n"
    );
    let scenario = Scenario::read(&scenario, "late").unwrap();
    assert_eq!(scenario.settings.as_deref(), Some(r#"{"days":3}"#));
    let kinds = ["plugin.installed", "request.received", "clock.advanced"];
    assert_eq!(scenario.lines.len(), kinds.len());
    for (seq, (line, kind)) in scenario.lines.iter().zip(kinds).enumerate() {
        let line = text(line);
        assert!(line.contains(&format!("\"type\":\"{kind}\"")), "{line}");
        assert!(line.ends_with(&format!("\"seq\":{seq}}}\n")), "{line}");
    }
    let received = text(&scenario.lines[1]);
    assert!(
        received.starts_with(r#"{"by":"token/scenario","event":{"data":{"regime":"foi"},"#),
        "{received}"
    );
    assert!(received.contains(r#","id":"line-4","source":"/scenario""#), "{received}");
    assert_eq!(scenario.recorded[0], scenario.recorded[1]);
    assert_eq!(scenario.reports, [Period { from: "2026-01-01".to_owned(), to: "2026-12-31".to_owned() }]);
}

#[test]
fn a_line_of_a_ledger_is_an_entry_of_its_own_author() {
    let first = Scenario::read(RECEIVED, "late").unwrap();
    let line = text(&first.lines[1]).replace("token/scenario", "token/foi");
    let again = Scenario::read(&line, "late").unwrap();
    assert_eq!(text(&again.lines[1]), line);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let faults = [
        ("{}", "line 1: `recorded` is missing"),
        ("nothing", "line 1: no JSON object"),
        (r#"{"recorded":"yesterday"}"#, "line 1: recorded: "),
        (r#"{"recorded":"2026-03-02T09:00:00Z","evnt":{}}"#, "line 1: `evnt` is nothing that a line has"),
        (r#"{"recorded":"2026-03-02T09:00:00Z","event":{"subject":"x"}}"#, "line 1: event: /type"),
        (r#"{"recorded":"2026-03-02T09:00:00Z","event":7}"#, "line 1: `event` is a JSON object"),
        (r#"{"recorded":"2026-03-02T09:00:00Z","by":"A B","event":{"type":"a.b"}}"#, "line 1: `by` is"),
        (r#"{"report":{"from":"2026-01-01"}}"#, "line 1: a `report` has"),
        (r#"{"settings":{}}"#, "nothing happens in it"),
    ];
    for (scenario, fault) in faults {
        let found = Scenario::read(scenario, "late").unwrap_err().to_string();
        assert!(found.starts_with(fault), "{found}");
    }
    let late = format!("{RECEIVED}\n{}", RECEIVED.replace("03-02", "03-01"));
    let found = Scenario::read(&late, "late").unwrap_err().to_string();
    assert!(found.starts_with("line 2: recorded: 2026-03-01T09:00:00"), "{found}");
    let late = format!("{RECEIVED}\n{{\"settings\":{{}}}}");
    let found = Scenario::read(&late, "late").unwrap_err().to_string();
    assert!(found.starts_with("line 2: `settings` stand once"), "{found}");
}

#[test]
fn a_scenario_ends_with_the_rows_of_registers() {
    let closed = RECEIVED.replace("request.received", "request.closed").replace("03-02", "03-04");
    let scenario = format!("{RECEIVED}\n{}\n{closed}\n", RECEIVED.replace("FOI-1", "FOI-2"));
    let program = requests();
    let scenario = Scenario::read(&scenario, "requests").unwrap();
    let output = run(&program, &scenario).unwrap();
    assert!(output.iter().any(|line| line.contains("\"register\"") && line.contains("FOI-2")), "{output:?}");
    let mut unfit = scenario;
    unfit.settings = Some(r#"{"no such":1}"#.to_owned());
    assert!(matches!(run(&program, &unfit), Err(RunFault::Settings(_))));
}

#[test]
fn lines_that_differ_are_told_apart_from_lines_that_moved() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(differing_lines(&lines("a b c"), &lines("a b c")).is_empty());
    assert_eq!(differing_lines(&lines("a b c"), &lines("a c")), ["-2 b"]);
    assert_eq!(differing_lines(&lines("a c"), &lines("a b c")), ["+2 b"]);
    assert_eq!(differing_lines(&lines("a b c"), &lines("a x c")), ["-2 b", "+2 x"]);
    assert_eq!(differing_lines(&lines("a"), &lines("a b")), ["+2 b"]);
}
