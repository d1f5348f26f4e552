//! Deadlines: raised once, at the first entry at or after their instant, whatever arrives and whoever sleeps.

use super::{ONE, Server, component, wait_for, with};
use crate::ledger::imports::Import;

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
    std::thread::sleep(std::time::Duration::from_millis(1200));
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
    let mut server = Server::with(super::PluginOptions {
        clock_interval: std::time::Duration::from_secs(3600),
        ..super::options()
    });
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    server.append("uk.test.case.opened", "a");
    wait_for("both stages are reached", || {
        server.append("uk.other", "-");
        std::thread::sleep(std::time::Duration::from_millis(50));
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
