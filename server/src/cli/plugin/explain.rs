//! `muniment plugin explain`: at what a plugin failed, and what it takes to see it again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use muniment_core::entry::EntryView;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::super::failure::Failure;
use super::super::print;
use super::{Server, path};
use crate::query::{EventFacts, TypePattern};

/// Most entries of a scenario.
const ENTRIES_MAX: usize = 10_000;

pub(super) async fn explain(
    server: &mut Server,
    plugin: &str,
    scenario: Option<&Path>,
) -> Result<(), Failure> {
    let why = server.get(&path(plugin, "/quarantine")).await?;
    let seq = why["seq"].as_u64().unwrap_or_default();
    let cause = why["cause"].as_str().unwrap_or_default();
    print::result(&format!("{plugin} stopped before entry {seq}"));
    print::result(&format!("cause   {cause}: {}", in_words(cause)));
    if let Some(detail) = why["detail"].as_str() {
        let shown =
            |character: char| if character.is_control() && character != '\n' { ' ' } else { character };
        print::result(&format!("detail  {}", detail.chars().map(shown).collect::<String>()));
    }
    match &why["entry"] {
        Value::Null => print::result("entry   this token may not see it"),
        entry => print::result(&format!("entry   {entry}")),
    }
    if let Some(file) = scenario {
        let lines = gather(server, &why, seq).await?;
        let count = lines.lines().count();
        fs::write(file, lines).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        print::result(&format!("{count} entries are in {}", file.display()));
    }
    Ok(())
}

fn in_words(cause: &str) -> &'static str {
    match cause {
        "trap" => "it panicked, divided by zero, overflowed its stack or left its memory",
        "memory" => "it asked for more memory than it may have",
        "time" => "it took longer than it may",
        "output" => "it said more than it may",
        "contract" => "it broke the contract of the interface",
        "depth" => "its alerts follow on alerts that follow on alerts",
        "quota" => "it raised more alerts in a day than it may",
        _ => "it failed",
    }
}

/// The entries of the same case that the plugin is given, up to the one at which it failed.
async fn gather(server: &mut Server, why: &Value, last: u64) -> Result<String, Failure> {
    let patterns: Vec<TypePattern> = why["subscriptions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pattern| pattern.as_str()?.parse().ok())
        .collect();
    let subject = why["entry"]["event"]["subject"].as_str();
    let mut seqs = match subject {
        Some(subject) => of_subject(server, subject, last).await?,
        None => Vec::new(),
    };
    if seqs.last() != Some(&last) {
        seqs.push(last);
    }
    let mut lines = String::new();
    for seq in seqs {
        // As it is spelled in the ledger: nothing of it passes through numbers of this program.
        let line = server.get_bytes(&format!("/v1/events/{seq}")).await?;
        let wrong = |what: String| Failure::wanting(format!("entry {seq}: {what}"));
        let facts = EventFacts::read(&line).map_err(|error| wrong(error.to_string()))?;
        if seq != last && !patterns.iter().any(|pattern| pattern.matches(&facts.event_type)) {
            continue;
        }
        let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
        let _infallible = writeln!(lines, r#"{{"recorded":"{}","event":{}}}"#, entry.recorded, entry.event);
    }
    Ok(lines)
}

async fn of_subject(server: &mut Server, subject: &str, last: u64) -> Result<Vec<u64>, Failure> {
    let subject = utf8_percent_encode(subject, NON_ALPHANUMERIC);
    let (mut seqs, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v1/events?subject={subject}&limit=1000{after}")).await?;
        let found = page["events"].as_array().into_iter().flatten();
        seqs.extend(found.filter_map(|entry| entry["seq"].as_u64()).filter(|seq| *seq <= last));
        if seqs.len() > ENTRIES_MAX {
            let count = seqs.len();
            let detail = format!("the case has {count} entries or more; the limit is {ENTRIES_MAX}");
            return Err(Failure::wanting(detail));
        }
        match page["next"].as_str() {
            Some(next) if seqs.last() != Some(&last) => after = format!("&after={next}"),
            _ => return Ok(seqs),
        }
    }
}
