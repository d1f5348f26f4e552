//! Every alert that the fold implies is in the ledger once, and none goes round for ever.

use std::collections::BTreeSet;
use std::fs;

use super::{ONE, PluginOptions, Server, TWO, component, options, second_component, wait_for, with};
use crate::plugins::engine::Cause;
use crate::plugins::registry::Standing;

fn standing(server: &Server, id: &str) -> Standing {
    server.plugins().get(id).unwrap().installed.standing
}

fn is_once(server: &Server) {
    for kind in ["alert.raised", "alert.cleared"] {
        let all = server.entries(kind);
        let ids: BTreeSet<&str> = all.iter().map(|(_, id, _)| id.as_str()).collect();
        assert_eq!(ids.len(), all.len());
    }
}

#[test]
fn a_loop_through_other_plugins_ends() {
    for deed in ["answer", "answer-cleared"] {
        let mut server = Server::new();
        let settings = format!(r#"{{"do":"{deed}"}}"#);
        server.plugins().install(component(), with(&settings)).unwrap();
        server.plugins().install(&second_component(), with(&settings)).unwrap();
        server.append("uk.test.begin", "-");
        let fell =
            |id: &str| matches!(standing(&server, id), Standing::Quarantined { cause: Cause::Depth, .. });
        wait_for("one of them is stopped", || fell(ONE) || fell(TWO));
        assert!(fell(ONE) != fell(TWO), "{deed}");
        assert!(server.entries("alert.raised").len() < 100, "{deed}");
        let other = if fell(ONE) { TWO } else { ONE };
        server.wait_until_folded(other);
        server.append("uk.test.noise", "-");
        server.wait_until_folded(other);
        is_once(&server);
    }
}

#[test]
fn a_flood_ends_at_the_quota() {
    let mut server = Server::with(PluginOptions { alerts_a_day_max: 20, ..options() });
    server.plugins().install(component(), with(r#"{"do":"flood","n":7}"#)).unwrap();
    server.append("uk.test.a", "-");
    server.append("uk.test.b", "-");
    let last = server.append("uk.test.c", "-");
    let ends = Standing::Quarantined { seq: last, cause: Cause::Quota };
    wait_for("it is stopped", || standing(&server, ONE) == ends);
    server.append("uk.test.d", "-");
    wait_for("what was before is told", || server.entries("alert.raised").len() == 14);
}

#[test]
fn without_its_snapshots_it_tells_nothing_twice_and_misses_nothing() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    for number in 0..8 {
        server.append("uk.test.case.opened", &format!("case-{number}"));
    }
    wait_for("all are overdue", || server.entries("alert.raised").len() == 16);
    server.append("uk.test.case.closed", "case-3");
    wait_for("one is over", || server.entries("alert.cleared").len() == 9);
    server.wait_until_folded(ONE);
    let told = (server.entries("alert.raised"), server.entries("alert.cleared"));
    let state = server.state_of(ONE);
    let folder = server.path().join("state/snapshots");
    for damage in 0..4 {
        server.stop();
        match damage {
            0 => fs::remove_dir_all(server.path().join("state")).unwrap(),
            _ => damage_files(&folder, damage),
        }
        server.start();
        server.wait_until_folded(ONE);
        assert_eq!((server.entries("alert.raised"), server.entries("alert.cleared")), told);
        assert_eq!(server.state_of(ONE), state);
    }
    server.plugins().replay(ONE).unwrap();
    server.wait_until_folded(ONE);
    assert_eq!((server.entries("alert.raised"), server.entries("alert.cleared")), told);
    assert_eq!(server.state_of(ONE), state);
    is_once(&server);
}

fn damage_files(folder: &std::path::Path, damage: usize) {
    for file in fs::read_dir(folder).unwrap().flatten().filter(|file| file.file_type().unwrap().is_file()) {
        let mut bytes = fs::read(file.path()).unwrap();
        match damage {
            1 => bytes.truncate(bytes.len() / 2),
            2 => bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0xA5),
            _ => bytes.clear(),
        }
        fs::write(file.path(), bytes).unwrap();
    }
}

#[test]
fn an_upgrade_tells_the_difference_even_of_what_was_cleared_before() {
    let mut server = Server::new();
    server.plugins().install(component(), with(r#"{"seconds":1}"#)).unwrap();
    server.append("uk.test.case.opened", "a");
    wait_for("it is overdue", || server.entries("alert.raised").len() == 2);
    server.append("uk.test.case.closed", "a");
    wait_for("it is over", || server.entries("alert.cleared").len() == 2);
    server.plugins().configure(ONE, r#"{"do":"never-closes","seconds":1}"#, None).unwrap();
    wait_for("it is told again", || server.entries("alert.raised").len() == 3);
    server.wait_until_folded(ONE);
    assert_eq!(server.plugins().get(ONE).unwrap().status.open_alerts, 1);
    // Back again: it is over again.
    server.plugins().configure(ONE, r#"{"seconds":1}"#, None).unwrap();
    wait_for("it is over again", || server.entries("alert.cleared").len() == 3);
    server.wait_until_folded(ONE);
    let size = server.size();
    server.plugins().replay(ONE).unwrap();
    server.wait_until_folded(ONE);
    assert_eq!(server.size(), size);
    is_once(&server);
}
