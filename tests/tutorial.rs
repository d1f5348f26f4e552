//! The tutorial of the SDK, followed word by word: each of its `sh` blocks, one after another, in an empty folder.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use support::{clients, command, muniment, root, run};

mod support;

/// The text between lines that are three backticks, where the first of them goes on with `sh`.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => {
                inside = true;
                found.push(String::new());
            }
            "```" => inside = false,
            line if inside => *found.last_mut().unwrap() += &format!("{line}\n"),
            _ => {}
        }
    }
    found
}

#[test]
fn the_tutorial_leads_to_an_alert_of_ones_own_plugin() {
    if !clients::is_there("curl") || !clients::is_there("bash") {
        return support::skip("curl or bash is not installed");
    }
    let blocks = blocks(&fs::read_to_string(root().join("sdk/README.md")).unwrap());
    assert!(blocks.len() >= 6, "{blocks:?}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    // Whoever follows it by hand has a terminal that says when something fails, and stops the server.
    let script = format!(
        "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{}",
        blocks.concat().replace("127.0.0.1:8080", &free)
    );
    let home = tempfile::tempdir().unwrap();
    let program = muniment().parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("timeout");
    bash.args(["900", "bash", "-c", &script]).current_dir(home.path());
    bash.env("PATH", path).env("CARGO_TARGET_DIR", root().join("target/tutorial"));
    bash.env_remove("MUNIMENT_TOKEN").env("MUNIMENT_READS_LOG_ONE_IN", "0").stdin(Stdio::null());
    let ended = run(&mut bash, b"").exits(0);
    assert!(ended.stdout.contains("FOI-2026-0011") && ended.stdout.contains("overdue"), "{}", ended.stdout);
}

#[test]
fn a_new_plugin_has_a_name_and_a_folder_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let new = |args: &[&str]| run(command(&["plugin", "new"]).args(args).current_dir(home.path()), b"");
    new(&["Late"]).exits(2);
    new(&["fn"]).exits(2);
    new(&["late-replies", "--dir", "mine"]).exits(0);
    let again = new(&["late-replies", "--dir", "mine"]).exits(2);
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
    for file in ["Cargo.toml", "src/lib.rs", "sdk/Cargo.toml", "sdk/wit/plugin.wit", "scenarios/first.jsonl"]
    {
        assert!(home.path().join("mine").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_plugin_whose_output_depends_on_how_it_is_run_is_found_out() {
    let home = tempfile::tempdir().unwrap();
    let muniment = |args: &[&str]| {
        let mut command = command(&["plugin"]);
        command.args(args).current_dir(home.path());
        run(command.env("CARGO_TARGET_DIR", root().join("target/tutorial")), b"")
    };
    muniment(&["new", "forgetful"]).exits(0);
    let source = home.path().join("forgetful/src/lib.rs");
    let sound = fs::read_to_string(&source).unwrap();

    let other = sound.replace("received.plus(settings.days)", "received.plus(settings.days + 1)");
    fs::write(&source, &other).unwrap();
    let differs = muniment(&["test", "--dir", "forgetful"]).exits(1);
    assert!(differs.stderr.contains("\n-1 {\"at\":\"2026-03-05T00:00:00"), "{}", differs.stderr);

    let unordered = sound.replace("BTreeMap", "HashMap");
    fs::write(&source, &unordered).unwrap();
    let scenario = home.path().join("forgetful/scenarios/first.jsonl");
    let first = fs::read_to_string(&scenario).unwrap();
    let many: String = (0..40)
        .map(|n| {
            let event = format!(r#"{{"type":"request.received","subject":"FOI-9{n}"}}"#);
            format!("{{\"recorded\":\"2026-03-02T09:00:00Z\",\"event\":{event}}}\n")
        })
        .collect();
    fs::write(&scenario, many).unwrap();
    let differs = muniment(&["test", "--dir", "forgetful"]).exits(1);
    assert!(differs.stderr.contains("use a BTreeMap"), "{}", differs.stderr);

    let forgetful = sound.replace("    due: Instant,\n", "    #[serde(skip)]\n    due: Instant,\n");
    fs::write(&source, &forgetful).unwrap();
    fs::write(&scenario, first).unwrap();
    let differs = muniment(&["test", "--dir", "forgetful"]).exits(1);
    assert!(differs.stderr.contains("missing from its state"), "{}", differs.stderr);
}
