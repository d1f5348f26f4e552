//! A plugin: how it is doing, what it checks, its settings, and what it wrote.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;

use super::answers::{Plugin, PluginLog, Quarantine, Rule, Standing, address, cause_in_words, megabytes};
use super::form::Form;
use super::{Done, behind, may_change};
use crate::tokens::Role;
use crate::web::alerts::recipient;
use crate::web::failure::Failure;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, with_query};
use crate::web::words::{self, Moment};

/// Lines of its log that are shown.
const LINES_SHOWN: usize = 50;

/// Where and why a plugin was stopped.
#[derive(Debug)]
struct Stop {
    seq: u64,
    entry: String,
    cause: String,
    /// What it did, as far as that is known and may be told.
    detail: String,
    /// Whether the entry can be looked at.
    reads_entries: bool,
}

/// A rule of a plugin.
#[derive(Debug)]
pub(super) struct RuleRow {
    pub(super) id: String,
    pub(super) title: String,
    /// Its alerts.
    pub(super) path: String,
    pub(super) severity: String,
    pub(super) colour: &'static str,
    pub(super) recipient: String,
    pub(super) clauses: String,
}

impl RuleRow {
    pub(super) fn of(rule: &Rule) -> RuleRow {
        let (severity, colour) = words::severity(&rule.severity);
        RuleRow {
            id: rule.id.clone(),
            title: rule.title.clone(),
            path: with_query("/alerts", &[("rule", rule.id.as_str())]),
            severity,
            colour,
            recipient: recipient(&rule.recipient),
            clauses: rule.clauses.join(", "),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "plugins_show.html")]
struct ShowPage {
    frame: Frame,
    done: &'static str,
    path: String,
    description: String,
    standing: Standing,
    stop: Option<Stop>,
    fault: String,
    behind: String,
    open_alerts: String,
    version: String,
    sha256: String,
    since: u64,
    since_entry: String,
    reads_entries: bool,
    wake: Option<Moment>,
    memory: String,
    is_built_in: bool,
    is_upgradable: bool,
    /// The personal fields that it is given in the clear.
    granted: Vec<String>,
    subscriptions: Vec<String>,
    rules: Vec<RuleRow>,
    settings: Vec<(String, String)>,
    has_registers: bool,
    /// What it wrote; `None` for those who may not see that.
    log: Option<Lines>,
    may_change: bool,
    is_resting: bool,
    is_stopped: bool,
}

/// The end of a log.
#[derive(Debug)]
struct Lines {
    text: String,
    /// How many came before; empty where these are all.
    before: String,
}

impl Lines {
    fn of(log: &PluginLog) -> Lines {
        let left_out = log.lines.len().saturating_sub(LINES_SHOWN);
        let shown = log.lines.iter().skip(left_out).map(String::as_str);
        let before = log.dropped.saturating_add(left_out as u64);
        Lines {
            text: shown.collect::<Vec<_>>().join("\n"),
            before: if before == 0 { String::new() } else { words::count(before, "line", "lines") },
        }
    }
}

/// What was done just now, in words.
fn done_in_words(done: &str) -> &'static str {
    match done {
        "settings" => "The plugin has other settings now, and is reading the ledger again with them.",
        "installed" => "The plugin was installed, and is reading the ledger.",
        "upgraded" => "Another version runs now, and is reading the ledger again.",
        "enable" => "The plugin goes on.",
        "disable" => "The plugin rests.",
        "replay" => "The plugin has begun to read the ledger again.",
        _ => "",
    }
}

pub(super) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    let plugin = Plugin::find(&visit, &id).await?;
    let (standing, is_stopped) = (Standing::of(&plugin.state), plugin.state == "quarantined");
    let reads_entries = visit.holds(&[Role::Auditor, Role::Officer, Role::Source]);
    let address = address(&plugin.id);
    let quarantine: Option<Quarantine> =
        if is_stopped { visit.find(&format!("{address}/quarantine")).await? } else { None };
    let log: Option<PluginLog> =
        if visit.sees_everything() { visit.find(&format!("{address}/logs")).await? } else { None };
    let form = Form::of(plugin.settings_schema.as_ref(), &plugin.settings);
    let stop = quarantine.map(|quarantine| Stop {
        seq: quarantine.seq,
        entry: words::number(quarantine.seq),
        cause: cause_in_words(&quarantine.cause).to_owned(),
        detail: quarantine.detail.unwrap_or_default(),
        reads_entries,
    });
    page::page(&ShowPage {
        frame: visit.frame(plugin.name(), Place::Plugins),
        done: done_in_words(&done),
        path: plugin.path(),
        standing,
        stop,
        behind: behind(plugin.lag_entries),
        open_alerts: words::number(plugin.open_alerts),
        since: plugin.since,
        since_entry: words::number(plugin.since),
        reads_entries,
        wake: plugin.wake.as_deref().map(Moment::of),
        memory: megabytes(plugin.memory_bytes),
        is_built_in: plugin.built_in,
        is_upgradable: plugin.upgrade_available,
        rules: plugin.rules.iter().map(RuleRow::of).collect(),
        settings: form.in_words(),
        has_registers: plugin.has_registers && visit.holds(&[Role::Auditor, Role::Officer]),
        log: log.as_ref().map(Lines::of),
        may_change: may_change(&visit),
        is_resting: plugin.state == "disabled",
        is_stopped,
        description: plugin.description.unwrap_or_default(),
        fault: plugin.fault.unwrap_or_default(),
        version: plugin.version,
        sha256: plugin.sha256,
        granted: plugin.personal_granted,
        subscriptions: plugin.subscriptions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_says_what_came_before() {
        let lines =
            |count: usize| -> Vec<String> { (0..count).map(|number| format!("line {number}")).collect() };
        let all = Lines::of(&PluginLog { lines: lines(2), dropped: 0 });
        assert_eq!((all.text.as_str(), all.before.as_str()), ("line 0\nline 1", ""));
        let end = Lines::of(&PluginLog { lines: lines(60), dropped: 1_000 });
        assert!(end.text.starts_with("line 10\n") && end.text.ends_with("line 59"), "{}", end.text);
        assert_eq!(end.before, "1,010 lines");
    }
}
