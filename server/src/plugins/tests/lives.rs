//! Plugins that fail while the server runs: what stops is that plugin, before that entry, and nothing else.

use std::fs;
use std::thread;
use std::time::Duration;

use super::{ONE, Server, TWO, component, second_component, wait_for, with};
use crate::plugins::engine::Cause;
use crate::plugins::registry::Standing;

fn standing(server: &Server, id: &str) -> Standing {
    server.plugins().get(id).unwrap().installed.standing
}

/// A server with a plugin that fails so at an entry, among others that are well, and one that is well.
fn failing(deed: &str) -> (Server, u64) {
    let mut server = Server::new();
    server.plugins().install(&second_component(), with(r#"{"seconds":1000}"#)).unwrap();
    let at = server.size() + 30;
    server
        .plugins()
        .install(component(), with(&format!(r#"{{"do":"{deed}","at":{at},"seconds":1000}}"#)))
        .unwrap();
    while server.size() < at + 10 {
        let subject = format!("case-{}", server.size());
        server.append("uk.test.case.opened", &subject);
    }
    (server, at)
}

#[test]
fn a_plugin_that_fails_is_stopped_before_the_entry_and_can_go_on() {
    let (mut server, at) = failing("panic");
    let ends = Standing::Quarantined { seq: at, cause: Cause::Trap };
    wait_for("it is stopped", || standing(&server, ONE) == ends);
    server.append("uk.test.case.opened", "after");
    server.wait_until_folded(TWO);
    assert_eq!(standing(&server, TWO), Standing::Enabled);
    wait_for("what was before is folded", || server.plugins().get(ONE).unwrap().status.next == at);
    assert!(server.state_of(ONE).contains("case-"));

    // The record decides: it does not run into it again.
    server.restart();
    assert_eq!(standing(&server, ONE), ends);
    wait_for("what was before is folded", || server.plugins().get(ONE).unwrap().status.next == at);
    assert!(server.plugins().get(ONE).unwrap().status.failures.is_empty());
    // Asked why, it is given the entry once more, apart from its fold.
    let again = server.plugins().tried_again(ONE).unwrap().expect("it fails again");
    assert_eq!(again.cause, Cause::Trap);
    assert_eq!(server.entries("plugin.quarantined").len(), 1);
    assert_eq!(server.entries("plugin.quarantined").len(), 1);
    server.plugins().replay(ONE).unwrap();
    wait_for("what was before is folded", || server.plugins().get(ONE).unwrap().status.next == at);
    assert_eq!(server.entries("plugin.quarantined").len(), 1);

    server.plugins().enable(ONE, true, None).unwrap();
    wait_for("it is stopped again", || server.entries("plugin.quarantined").len() == 2);
    wait_for("it stands so", || standing(&server, ONE) == ends);
    server.plugins().configure(ONE, r#"{"seconds":1000}"#, None).unwrap();
    server.wait_until_folded(ONE);
    assert_eq!(standing(&server, ONE), Standing::Enabled);
}

#[test]
fn a_plugin_that_loops_does_not_hold_up_the_ledger_nor_the_stop() {
    let (mut server, at) = failing("loop");
    for number in 0..50 {
        server.append("uk.test.noise", &format!("{number}"));
    }
    server.wait_until_folded(TWO);
    // In the middle of it.
    server.restart();
    wait_for("it is stopped", || {
        standing(&server, ONE) == Standing::Quarantined { seq: at, cause: Cause::Time }
    });
}

#[test]
fn a_plugin_that_is_slow_within_its_limits_does_not_hold_up_the_stop() {
    let mut server = Server::new();
    // So slow that a chunk of the ledger takes it a minute, and a batch too long.
    server.plugins().install(component(), with(r#"{"do":"slow","n":50}"#)).unwrap();
    for number in 0..600 {
        server.append("uk.test.noise", &format!("{number}"));
    }
    thread::sleep(Duration::from_millis(300));
    server.restart();
    server.append("uk.test.noise", "-");
    assert_eq!(server.plugins().list().len(), 1);
}

#[test]
fn one_that_cannot_be_compiled_does_not_keep_the_others_from_running() {
    let (mut server, _) = failing("");
    server.wait_until_folded(ONE);
    let sha256 = server.plugins().get(ONE).unwrap().installed.sha256;
    server.stop();
    let file = server.path().join("plugins").join(format!("{sha256}.wasm"));
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..1000]).unwrap();
    server.start();
    wait_for("its fault is told", || server.plugins().get(ONE).unwrap().status.fault.is_some());
    server.append("uk.test.noise", "-");
    server.wait_until_folded(TWO);
    assert!(server.plugins().registers(ONE).is_err());
    server.stop();
    fs::remove_dir_all(server.path().join("state")).unwrap();
    fs::write(&file, &bytes).unwrap();
    server.start();
    server.wait_until_folded(ONE);
}

#[test]
fn a_snapshot_that_does_not_restore_means_a_replay() {
    for deed in ["restore-refuses", "restore-traps"] {
        let mut server = Server::new();
        // From 40 events on.
        let settings = format!(r#"{{"do":"{deed}","at":40,"seconds":1000}}"#);
        server.plugins().install(component(), with(&settings)).unwrap();
        for number in 0..60 {
            server.append("uk.test.case.opened", &format!("case-{number}"));
        }
        server.wait_until_folded(ONE);
        server.restart();
        server.append("uk.test.noise", "-");
        server.wait_until_folded(ONE);
        assert_eq!(standing(&server, ONE), Standing::Enabled);
        assert!(!server.plugins().get(ONE).unwrap().status.failures.is_empty());
    }
}

#[test]
fn a_snapshot_that_cannot_be_made_is_a_failure() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"do":"snapshot-traps","at":5}"#)).unwrap();
    for number in 0..10 {
        server.append("uk.test.noise", &format!("{number}"));
    }
    server.wait_until_folded(ONE);
    assert!(server.plugins().registers(ONE).is_err());
    wait_for("it is stopped", || {
        matches!(standing(&server, ONE), Standing::Quarantined { cause: Cause::Trap, .. })
    });
    server.restart();
}

#[test]
fn registers_that_fail_leave_the_fold_alone() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"do":"register-traps","seconds":1000}"#)).unwrap();
    server.append("uk.test.case.opened", "a");
    server.wait_until_folded(ONE);
    let query = crate::plugins::outcome::Query { limit: 10, ..Default::default() };
    for _ in 0..3 {
        assert!(server.plugins().register(ONE, "cases", &query, 0).is_err());
    }
    server.append("uk.test.case.opened", "b");
    server.wait_until_folded(ONE);
    assert_eq!(standing(&server, ONE), Standing::Enabled);
    assert!(server.state_of(ONE).contains("\\\"b\\\""));
}

#[test]
fn restarts_and_a_rebuilt_server_come_to_the_same() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    for round in 0..4 {
        for number in 0..15 {
            let subject = format!("case-{round}-{number}");
            server.append("uk.test.case.opened", &subject);
            server.append("uk.other", "-");
            if number % 3 == 0 {
                server.append("uk.test.case.closed", &subject);
            }
        }
        server.restart();
    }
    server.wait_until_folded(ONE);
    wait_for("no deadline is left", || {
        let status = server.plugins().get(ONE).unwrap().status;
        status.is_folding && status.wake.is_none()
    });
    assert!(server.entries("alert.raised").len() >= 80);
    server.wait_until_folded(ONE);
    let (state, size) = (server.state_of(ONE), server.size());
    server.stop();
    fs::remove_dir_all(server.path().join("state")).unwrap();
    server.start();
    server.wait_until_folded(ONE);
    assert_eq!((server.state_of(ONE), server.size()), (state, size));
}
