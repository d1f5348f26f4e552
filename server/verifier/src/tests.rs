use muniment_core::json::{self, Value};
use muniment_core::note::NoteSigner;

use super::report::State;
use super::{answer, chain, receipt};

const LEDGER: &str = include_str!("../../../core/golden/ledger.jsonl");
const VKEY: &str = "ledger.exemplar.gov.uk+2e0df311+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const RECEIPT: &[u8] = include_bytes!("../../../core/golden/receipt-3-of-12.tlog-proof");
const OF_ANOTHER: &[u8] = include_bytes!("../../../core/golden/receipt-11-of-12.tlog-proof");

fn lines() -> Vec<&'static str> {
    LEDGER.split_terminator('\n').collect()
}

fn line() -> &'static [u8] {
    lines()[3].as_bytes()
}

fn proves(seq: &str, line: &[u8], proof: &[u8], vkey: &str) -> bool {
    receipt::report(seq, line, proof, vkey).passed
}

/// How the steps came out, by their names.
fn states(seq: &str, line: &[u8], proof: &[u8], vkey: &str) -> Vec<(&'static str, State)> {
    let checks = receipt::report(seq, line, proof, vkey).checks;
    checks.into_iter().map(|check| (check.name, check.state)).collect()
}

fn question(parts: &[&[u8]]) -> Vec<u8> {
    let length = |part: &[u8]| u32::try_from(part.len()).unwrap().to_le_bytes();
    parts.iter().flat_map(|part| [&length(part)[..], *part].concat()).collect()
}

#[test]
fn a_receipt_proves_its_entry() {
    let others: [(&str, &[u8]); 4] = [
        ("3", RECEIPT),
        ("3", include_bytes!("../../../core/golden/receipt-3-of-5.tlog-proof")),
        ("0", include_bytes!("../../../core/golden/receipt-0-of-1.tlog-proof")),
        ("11", OF_ANOTHER),
    ];
    for (seq, proof) in others {
        let line = lines()[seq.parse::<usize>().unwrap()];
        let report = receipt::report(seq, line.as_bytes(), proof, VKEY);
        assert!(report.passed, "{report:?}");
        assert!(report.summary.contains(&format!("entry {seq} of ledger.exemplar.gov.uk")), "{report:?}");
    }
    let hashes = include_str!("../../../core/golden/hashes.txt");
    let report = receipt::report("3", line(), RECEIPT, VKEY);
    for name in ["line_hash", "leaf_hash"] {
        let check = report.checks.iter().find(|check| check.name == name).unwrap();
        assert!(check.state == State::Computed && hashes.contains(&check.detail), "{check:?}");
    }
}

#[test]
fn every_changed_byte_is_found() {
    for place in 0..line().len() {
        let mut changed = line().to_vec();
        changed[place] ^= 1;
        assert!(!proves("3", &changed, RECEIPT, VKEY), "byte {place} of the line");
    }
    for place in 0..RECEIPT.len() {
        let mut changed = RECEIPT.to_vec();
        changed[place] ^= 1;
        assert!(!proves("3", line(), &changed, VKEY), "byte {place} of the receipt");
    }
    assert!(!proves("3", &[line(), b"\n"].concat(), RECEIPT, VKEY));
    assert!(!proves("3", b"", RECEIPT, VKEY));
    assert!(!proves("3", line(), b"", VKEY));
}

#[test]
fn a_receipt_of_another_entry_proves_nothing() {
    assert!(!proves("3", line(), OF_ANOTHER, VKEY));
    // A server that is asked for one entry and gives another, with its receipt.
    let other = lines()[11].as_bytes();
    assert!(proves("11", other, OF_ANOTHER, VKEY));
    assert!(!proves("3", other, OF_ANOTHER, VKEY));
}

#[test]
fn another_key_has_not_signed() {
    let same_name = NoteSigner::from_seed("ledger.exemplar.gov.uk", &[7; 32]).unwrap();
    let same_name = same_name.verifier().to_string();
    for vkey in
        [same_name.as_str(), "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "", "x"]
    {
        let states = states("3", line(), RECEIPT, vkey);
        let wrong: Vec<&str> =
            states.iter().filter(|(_, state)| *state == State::Wrong).map(|(name, _)| *name).collect();
        assert_eq!(wrong, ["signature"], "{vkey:?}: {states:?}");
        assert!(!proves("3", line(), RECEIPT, vkey));
    }
}

#[test]
fn the_step_that_is_wrong_is_named() {
    let changed = lines()[3].replace("\"pages\":0", "\"pages\":1");
    let found = states("3", changed.as_bytes(), RECEIPT, VKEY);
    assert!(found.contains(&("entry", State::Right)), "still an entry, {found:?}");
    assert!(found.contains(&("path", State::Right)) && found.contains(&("root", State::Wrong)), "{found:?}");
    assert!(found.contains(&("signature", State::Right)), "{found:?}");
    let found = states("3", line(), b"no receipt", VKEY);
    assert!(
        found.contains(&("receipt", State::Wrong)) && found.contains(&("root", State::Unchecked)),
        "{found:?}"
    );
}

#[test]
fn a_chain_holds_from_wherever_it_is_looked_at() {
    let count = lines().len();
    for from in 0..count {
        for to in from..count {
            let text = lines()[from..=to].join("\n");
            for text in [text.clone(), text + "\n"] {
                let report = chain::report(&from.to_string(), &to.to_string(), text.as_bytes());
                assert!(report.passed, "{from} to {to}: {report:?}");
            }
        }
    }
}

#[test]
fn a_broken_chain_names_the_entry() {
    let first_wrong = |from: &str, to: &str, lines: &[&str]| {
        let report = chain::report(from, to, lines.join("\n").as_bytes());
        let named = report.first_wrong.unwrap();
        assert!(!report.passed && report.summary.contains(&format!("entry {named}")), "{report:?}");
        named
    };
    let all = lines();
    let changed = all[4].replace("\"pages\":12", "\"pages\":13");
    let mut with_change = all.clone();
    with_change[4] = &changed;
    // Entry 4 is an entry still; entry 5 names the hash of what it was.
    assert_eq!(first_wrong("0", "11", &with_change), 5);
    assert_eq!(first_wrong("4", "6", &with_change[4..=6]), 5);
    let no_entry = all[4].replace("\"seq\":4", "\"seq\":x");
    with_change[4] = &no_entry;
    assert_eq!(first_wrong("0", "11", &with_change), 4);
    let mut without = all.clone();
    without.remove(6);
    assert_eq!(first_wrong("0", "11", &without), 6);
    assert_eq!(first_wrong("0", "11", &all[..11]), 11, "the last is missing");
    assert_eq!(first_wrong("0", "10", &all), 11, "one more than was asked for");
    assert_eq!(first_wrong("1", "11", &all), 1, "they begin elsewhere");
    assert_eq!(first_wrong("5", "5", &[]), 5);
    for (from, to) in [("1", "0"), ("", "0"), ("0", "-1"), ("0", "18446744073709551615")] {
        let report = chain::report(from, to, LEDGER.as_bytes());
        assert!(!report.passed && report.first_wrong.is_none(), "{report:?}");
    }
}

#[test]
fn questions_are_read_and_answers_are_json() {
    let is_passed = |question: &[u8]| {
        let text = answer(question);
        let value = json::parse(text.as_bytes()).unwrap();
        value.as_object().unwrap().get("passed") == Some(&Value::Bool(true))
    };
    let of_receipt = question(&[b"receipt", b"3", line(), RECEIPT, VKEY.as_bytes()]);
    assert!(is_passed(&of_receipt));
    assert!(is_passed(&question(&[b"chain", b"0", b"11", LEDGER.as_bytes()])));
    for length in 0..of_receipt.len() {
        assert!(!is_passed(&of_receipt[..length]), "{length}");
    }
    assert!(!is_passed(&question(&[b"receipt", b"3"])));
    assert!(!is_passed(&question(&[b"other"])));
    assert!(!is_passed(&[0xff; 8]));
}
