//! Whether entries form a chain: each names the hash of the one before it.

use muniment_core::chain::Head;
use muniment_core::entry::{BatchPlace, EntryView};
use muniment_core::hash::Hash;

use crate::report::{Check, Report};

/// Largest number of an entry that a browser can ask for.
const SEQ_MAX: u64 = 9_007_199_254_740_991;

const CHAIN: (&str, &str) = ("chain", "The chain");

/// Whether `lines`, each but perhaps the last ended by a newline, are the entries `from` to `to`, and each continues the one
/// before it. The answer is a report, which is JSON.
#[must_use]
pub fn check_chain(from: &str, to: &str, lines: &[u8]) -> String {
    report(from, to, lines).to_json()
}

pub(crate) fn report(from: &str, to: &str, lines: &[u8]) -> Report {
    let numbers = number(from).zip(number(to)).filter(|(from, to)| from <= to);
    let Some((from, to)) = numbers else {
        let summary = format!(
            "Nothing was checked: {from:?} and {to:?} are not the numbers of a first and a last entry."
        );
        return Report { passed: false, summary, checks: Vec::new(), first_wrong: None };
    };
    match follow(from, to, lines) {
        Ok(head) => {
            let count = to - from + 1;
            let found =
                format!("Entries {from} to {to}, without a gap. Each names the hash of the one before it");
            let checks = vec![
                Check::of(CHAIN.0, CHAIN.1, Ok(found)),
                Check::computed("line_hash", "Hash of the last entry (BLAKE3)", head.last.to_string()),
            ];
            let summary = format!("The chain holds: {count} entries, {from} to {to}, fit together.");
            Report { passed: true, summary, checks, first_wrong: None }
        }
        Err(Broken { seq, why }) => {
            let summary =
                format!("The chain is broken. The first entry that does not fit is entry {seq}: {why}.");
            let checks = vec![Check::of(CHAIN.0, CHAIN.1, Err(format!("entry {seq}: {why}")))];
            Report { passed: false, summary, checks, first_wrong: Some(seq) }
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| *number <= SEQ_MAX)
}

/// The first entry that does not fit.
#[derive(Debug)]
struct Broken {
    seq: u64,
    why: String,
}

/// Follows the chain, and gives its end.
fn follow(from: u64, to: u64, lines: &[u8]) -> Result<Head, Broken> {
    let mut head: Option<Head> = None;
    for line in lines.strip_suffix(b"\n").unwrap_or(lines).split(|byte| *byte == b'\n') {
        let seq = head.map_or(from, |head| head.size);
        let broken = |why: String| Broken { seq, why };
        if seq > to {
            return Err(broken("it was not asked for".to_owned()));
        }
        let entry = EntryView::parse(line).and_then(|entry| entry.check_event().map(|_| entry));
        let entry = entry.map_err(|error| broken(error.to_string()))?;
        let before = head.unwrap_or_else(|| before(from, &entry));
        let after = before.after(&entry, Hash::of_line(line));
        head = Some(after.map_err(|fault| broken(fault.to_string()))?);
    }
    match head {
        Some(head) if head.size == to + 1 => Ok(head),
        head => Err(Broken { seq: head.map_or(from, |head| head.size), why: "it is missing".to_owned() }),
    }
}

/// Before the first entry that is looked at: what it says of that is believed, unless it is the first of all.
fn before(from: u64, entry: &EntryView<'_>) -> Head {
    if from == 0 {
        return Head::EMPTY;
    }
    let batch = entry.batch.and_then(|place| Some((place.index.checked_sub(1)?, place.count)));
    let open_batch = batch.map(|(index, count)| BatchPlace { index, count });
    Head { size: from, last: entry.prev, recorded: entry.recorded, open_batch }
}
