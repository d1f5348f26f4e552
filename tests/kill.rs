//! `muniment append` is killed at random moments, again and again, and loses nothing.
//!
//! `MUNIMENT_TEST_SCALE=10` makes ten times as many rounds; a failure names the seed, and
//! `MUNIMENT_TEST_SEED=… cargo test --test kill` runs it again (moments differ, as the machine's do).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use support::{TestLedger, plain_lines};

mod support;

const ROUNDS: u64 = 20;
const EVENTS: u64 = 1_500;

/// Small, so that sealing is hit too.
const SEGMENT: [&str; 2] = ["--set", "ledger.segment_bytes=16384"];

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().expect("a number"))
}

/// Feeds the input in uneven pieces to an append that is killed meanwhile.
fn append_and_kill(ledger: &TestLedger, input: &str, random: &mut Random) {
    let null = Stdio::null;
    let mut command = ledger.command("append", &SEGMENT);
    let mut child = command.stdin(Stdio::piped()).stdout(null()).stderr(null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lifetime = Duration::from_millis(random.below(200));
    let (piece, pause) = (1 + random.below(5_000), Duration::from_micros(random.below(3_000)));
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || {
            for part in input.as_bytes().chunks(usize::try_from(piece).unwrap()) {
                // It ends when nobody reads any more.
                if stdin.write_all(part).is_err() {
                    break;
                }
                thread::sleep(pause);
            }
        });
        thread::sleep(lifetime.saturating_sub(start.elapsed()));
        child.kill().unwrap();
        child.wait().unwrap();
    });
}

/// Whole lines that are in the files now; a last one without its newline was never acknowledged.
fn whole_lines(ledger: &TestLedger) -> Vec<String> {
    let mut lines = ledger.lines();
    while lines
        .last()
        .is_some_and(|line| !line.ends_with('}') || serde_json::from_str::<serde_json::Value>(line).is_err())
    {
        lines.pop();
    }
    lines
}

#[test]
fn a_killed_append_loses_nothing() {
    let seed = number("MUNIMENT_TEST_SEED").unwrap_or_else(|| getrandom::u64().unwrap() | 1);
    // Shown only if the test fails.
    println!("run it again with MUNIMENT_TEST_SEED={seed}");
    let mut random = Random(seed);
    let ledger = TestLedger::new();
    let mut known: Vec<String> = Vec::new();
    let mut torn_apart = 0;
    for round in 0..ROUNDS * number("MUNIMENT_TEST_SCALE").unwrap_or(1) {
        let ids = round * EVENTS..(round + 1) * EVENTS;
        let input = plain_lines(ids.clone());
        for _ in 0..=random.below(3) {
            append_and_kill(&ledger, &input, &mut random);
            ledger.run("verify", &[]).exits(0);
            let found = whole_lines(&ledger);
            assert!(found.starts_with(&known), "round {round}: an entry that was there is gone or changed");
            known = found;
        }
        let had = known.iter().filter(|line| line.contains("\"source\":\"/foi\"")).count() as u64;
        torn_apart += u64::from(had > round * EVENTS && had < (round + 1) * EVENTS);

        let ran = ledger.append(&input, &SEGMENT).exits(0);
        assert_eq!(ran.counts(), [(round + 1) * EVENTS - had, had - round * EVENTS, 0], "round {round}");
        let verified = ledger.run("verify", &[]).exits(0);
        let lines = ledger.lines();
        assert!(lines.starts_with(&known), "round {round}: an entry that was there is gone or changed");
        assert_eq!(verified.field("entries"), lines.len().to_string());
        known = lines;

        let posted = ledger.posted();
        assert_eq!(posted.len() as u64, (round + 1) * EVENTS, "round {round}: each event once");
        let entries = ledger.entries();
        let count = |name: &str| entries.iter().filter(|entry| entry["event"]["type"] == name).count();
        assert_eq!(count("import.started"), count("import.finished"), "round {round}");
    }
    let there: BTreeSet<String> =
        ledger.entries().iter().map(|entry| entry["event"]["id"].to_string()).collect();
    assert_eq!(there.len(), known.len(), "no id twice");
    assert!(torn_apart > 0, "no kill hit an append at work");
}
