//! Deadlines: raised once, at the first entry at or after their instant, whatever arrives and whoever sleeps.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::{ONE, Server, TWO, component, options, second_component, wait_for, with};
use crate::ledger::clock::tests::ManualClock;
use crate::ledger::genesis::Purpose;
use crate::ledger::imports::Import;
use crate::plugins::PluginOptions;

fn stages(server: &Server) -> Vec<(u64, String)> {
    let stage = |data: &str| {
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        data["stage"].as_str().unwrap().to_owned()
    };
    server.entries("alert.raised").iter().map(|(seq, _, data)| (*seq, stage(data))).collect()
}

fn wait_for_stages(server: &Server, count: usize) {
    wait_for("the stages are reached", || server.entries("alert.raised").len() >= count);
}

#[test]
fn time_passes_while_nothing_arrives_and_across_restarts() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":2}"#)).unwrap();
    server.append("uk.test.case.opened", "a");
    server.wait_until_folded(ONE);
    server.stop();
    thread::sleep(Duration::from_millis(1200));
    server.start();
    wait_for_stages(&server, 2);
    server.wait_until_folded(ONE);
    assert!(!server.entries("clock.advanced").is_empty());
    server.restart();
    server.wait_until_folded(ONE);
    let found = stages(&server);
    assert_eq!(found.iter().map(|(_, stage)| stage.as_str()).collect::<Vec<_>>(), ["half-way", "overdue"]);
    assert_eq!(server.entries("alert.cleared").len(), 1);
}

#[test]
fn time_passes_with_entries_that_it_is_not_given() {
    let mut server = Server::with(PluginOptions { clock_interval: Duration::from_secs(3600), ..options() });
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    server.append("uk.test.case.opened", "a");
    wait_for("both stages are reached", || {
        server.append("uk.other", "-");
        thread::sleep(Duration::from_millis(50));
        server.entries("alert.raised").len() >= 2
    });
    assert_eq!(stages(&server).len(), 2);
}

#[test]
fn an_import_raises_what_is_still_true_at_its_end() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":1000}"#)).unwrap();
    let settled = |server: &mut Server, open: &[&str]| {
        let (import, _) = Import::start(server.ledger(), None).unwrap();
        for number in 0..40 {
            let subject = format!("old-{number}");
            server.append_at("uk.test.case.opened", &subject, Some("2024-05-01T09:00:00Z"));
            server.append_at("uk.test.case.closed", &subject, Some("2024-05-02T09:00:00Z"));
        }
        for subject in open {
            server.append_at("uk.test.case.opened", subject, Some("2024-05-01T09:00:00Z"));
        }
        import.finish(server.ledger(), None, None).unwrap()
    };
    settled(&mut server, &[]);
    server.append("uk.other", "-");
    server.wait_until_folded(ONE);
    assert_eq!(stages(&server), []);
    let end = settled(&mut server, &["x", "y", "z"]);
    wait_for_stages(&server, 3);
    server.wait_until_folded(ONE);
    let found = stages(&server);
    assert_eq!(found.iter().map(|(_, stage)| stage.as_str()).collect::<Vec<_>>(), ["overdue"; 3]);
    assert!(found.iter().all(|(seq, _)| *seq > end));
}

#[test]
fn one_that_comes_after_raises_at_the_same_entry() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    server.plugins().install(&second_component(), with(r#"{"seconds":1}"#)).unwrap();
    server.plugins().enable(TWO, false, None).unwrap();
    server.append("uk.test.case.opened", "a");
    wait_for_stages(&server, 2);
    let stop = server.size() + 40;
    while server.size() < stop {
        server.append("uk.other", "-");
    }
    server.plugins().enable(TWO, true, None).unwrap();
    wait_for_stages(&server, 4);
    let causes = |plugin: &str| -> Vec<(String, u64)> {
        let data = |(_, _, data): (u64, String, String)| serde_json::from_str(&data).unwrap();
        let all = server.entries("alert.raised").into_iter().map(data);
        let of_plugin = all.filter(|data: &serde_json::Value| data["plugin"] == plugin);
        of_plugin
            .map(|data| (data["stage"].as_str().unwrap().to_owned(), data["causing_seq"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(causes(ONE).len(), 2);
    assert_eq!(causes(ONE), causes(TWO));
}

/// A ledger in production on a clock that the test sets, with two of the plugins that come with the program.
fn on(clock: &Arc<ManualClock>) -> Server {
    let server = Server::at(clock.clone(), Purpose::Production, options());
    for id in ["breaches", "requests"] {
        server.install_built_in(id);
        server.wait_until_folded(id);
    }
    server
}

/// The rules of the alerts that were raised so far, once all is folded.
fn rules(server: &Server) -> Vec<String> {
    // The timekeeper looks five times a second.
    thread::sleep(Duration::from_millis(600));
    server.wait_until_folded("breaches");
    server.wait_until_folded("requests");
    let rule = |data: &str| {
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        data["rule"].as_str().unwrap().to_owned()
    };
    server.entries("alert.raised").iter().map(|(_, _, data)| rule(data)).collect()
}

#[test]
fn hours_elapse_and_days_end_across_the_change_to_summer_time() {
    // Friday 17:00 in winter; 72 hours later it is Monday 18:00 in summer.
    let clock = Arc::new(ManualClock::at("2026-03-27T17:00:00Z"));
    let mut server = on(&clock);
    server.append_at("breach.aware", "BRE-1", Some("2026-03-27T17:00:00Z"));
    // The twentieth working day behind it ends on 31 March at midnight, which is 23:00 in UTC.
    server.append_with("request.received", "FOI-1", Some("2026-03-02T09:00:00Z"), r#"{"regime":"foi"}"#);
    rules(&server);
    clock.pass(72 * 3600 - 60);
    assert!(!rules(&server).contains(&"A-BRC-2".to_owned()));
    // At the full hour it is still in time.
    clock.pass(61);
    wait_for("the 72 hours are over", || rules(&server).contains(&"A-BRC-2".to_owned()));
    server.append_at("uk.test.other", "-", None);
    clock.pass(30 * 3600 - 61);
    assert!(!rules(&server).contains(&"A-REQ-3".to_owned()), "it is 23:59 in London");
    server.restart();
    clock.pass(61);
    wait_for("the day is over", || rules(&server).contains(&"A-REQ-3".to_owned()));
    let found = rules(&server);
    assert_eq!(found.iter().filter(|rule| *rule == "A-REQ-3").count(), 1, "{found:?}");
    assert_eq!(found.iter().filter(|rule| *rule == "A-BRC-2").count(), 1, "{found:?}");
}

#[test]
fn a_clock_that_jumps_raises_nothing() {
    let clock = Arc::new(ManualClock::at("2026-03-27T17:00:00Z"));
    let mut server = on(&clock);
    server.append_at("breach.aware", "BRE-1", Some("2026-03-27T17:00:00Z"));
    rules(&server);
    clock.step(100 * 86_400);
    let size = server.size();
    assert_eq!(rules(&server), [] as [String; 0]);
    assert_eq!(server.size(), size);
    clock.step(-100 * 86_400);
    clock.pass(72 * 3600 + 1);
    wait_for("the 72 hours are over", || rules(&server).contains(&"A-BRC-2".to_owned()));
}
