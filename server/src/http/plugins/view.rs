//! A plugin, as the interface shows it.

use std::collections::BTreeMap;

use muniment_core::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::plugins::built_in;
use crate::plugins::engine::Program;
use crate::plugins::host::Shown;
use crate::plugins::manifest::Rule;
use crate::plugins::registry::Standing;
use crate::plugins::status::Status;
use crate::plugins::trial::{Comparison, Differing};

/// Most alerts that a comparison lists; it counts all.
const LISTED_MAX: usize = 1_000;

/// What a plugin checks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleView {
    /// Its id.
    #[schema(example = "A-REQ-3")]
    id: String,
    /// A line for people.
    title: String,
    /// `statutory`, `policy` or `warning`.
    severity: &'static str,
    /// The role that is to act.
    recipient: String,
    /// The clauses that it checks.
    clauses: Vec<String>,
    /// The types of event that it relies on.
    feeds: Vec<String>,
}

impl RuleView {
    fn of(rule: Rule) -> RuleView {
        let severity = rule.severity.name();
        let Rule { id, title, recipient, clauses, feeds, .. } = rule;
        RuleView { id, title, severity, recipient, clauses, feeds }
    }
}

/// Where and why a plugin was stopped.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stopped {
    /// The entry before which it stopped.
    seq: u64,
    /// `trap`, `memory`, `time`, `output`, `contract`, `depth` or `quota`.
    cause: &'static str,
}

/// A plugin.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct PluginView {
    /// Its id.
    #[schema(example = "requests")]
    id: String,
    /// Its version.
    version: String,
    /// The SHA-256 of its program.
    sha256: String,
    /// A name for people; missing until it is compiled.
    title: Option<String>,
    /// What it does.
    description: Option<String>,
    /// `starting`, `folding` (it comes after), `at_head`, `disabled`, `quarantined` or `failed` (it cannot be run).
    state: &'static str,
    /// Of one in quarantine: where and why.
    quarantine: Option<Stopped>,
    /// What keeps it from folding, or what it did last. Only for tokens that are not narrowed.
    fault: Option<String>,
    /// The entry that installed, upgraded or configured it last.
    since: u64,
    /// The next entry that it is given.
    next: u64,
    /// Entries that it is behind the ledger.
    lag_entries: u64,
    /// Entries and ticks that it was given.
    given: u64,
    /// Alerts of it that are open.
    open_alerts: u64,
    /// When it wants to be woken.
    wake: Option<String>,
    /// Its settings.
    settings: Value,
    /// The schema of its settings.
    settings_schema: Option<Value>,
    /// The personal fields that it is given in the clear, each as `type/field`. What it shows may hold them.
    personal_granted: Vec<String>,
    /// The types of event that it is given.
    subscriptions: Vec<String>,
    /// What it checks.
    rules: Vec<RuleView>,
    /// Whether it keeps registers.
    has_registers: bool,
    /// What its memories have together.
    memory_bytes: u64,
    /// The size of its last snapshot.
    snapshot_bytes: u64,
    /// How long its last batch took.
    batch_milliseconds: f64,
    /// How often it failed since the server was started, by cause.
    failures: BTreeMap<&'static str, u64>,
    /// Whether one of this id comes with the program.
    built_in: bool,
    /// Whether that is another than the one that runs.
    upgrade_available: bool,
}

impl PluginView {
    /// A plugin of a ledger of so many entries. `tells_faults`: what it did wrong may quote what it was given.
    pub(super) fn of(shown: Shown, size: u64, tells_faults: bool) -> PluginView {
        let state = state(&shown, size);
        let Shown { installed, manifest, status } = shown;
        let quarantine = match installed.standing {
            Standing::Quarantined { seq, cause } => Some(Stopped { seq, cause: cause.name() }),
            _ => None,
        };
        let of_program = built_in::sha256(&installed.id);
        let failures = status.failures.iter().map(|(cause, count)| (cause.name(), *count)).collect();
        let schema = manifest.as_ref().and_then(|known| serde_json::from_str(&known.settings_schema).ok());
        PluginView {
            state,
            quarantine,
            fault: status.fault.filter(|_| tells_faults),
            upgrade_available: of_program.is_some_and(|sha256| sha256 != installed.sha256),
            built_in: of_program.is_some(),
            settings: serde_json::from_str(&installed.settings).unwrap_or_default(),
            settings_schema: schema,
            personal_granted: installed.granted,
            id: installed.id,
            version: installed.version,
            sha256: installed.sha256,
            since: installed.since,
            title: manifest.as_ref().map(|known| known.title.clone()),
            description: manifest.as_ref().map(|known| known.description.clone()),
            subscriptions: manifest.as_ref().map(|known| known.subscriptions.clone()).unwrap_or_default(),
            has_registers: manifest.as_ref().is_some_and(|known| known.has_registers),
            rules: manifest.into_iter().flat_map(|known| known.rules).map(RuleView::of).collect(),
            next: status.next,
            lag_entries: size.saturating_sub(status.next),
            given: status.given,
            open_alerts: status.open_alerts as u64,
            wake: status.wake.map(|wake| Timestamp::from_micros(wake).to_string()),
            memory_bytes: status.memory_bytes as u64,
            snapshot_bytes: status.snapshot_bytes as u64,
            batch_milliseconds: status.batch.as_secs_f64() * 1000.0,
            failures,
        }
    }
}

/// A personal field that a program asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AskedView {
    /// The field, as `type/field`.
    #[schema(example = "request.received/requester_name")]
    field: String,
    /// Why, as it says.
    why: String,
}

/// What a program says it is and asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct DescriptionView {
    /// Its id.
    #[schema(example = "requests")]
    id: String,
    /// Its version.
    version: String,
    /// The SHA-256 of the program.
    sha256: String,
    /// A name for people.
    title: String,
    /// What it does.
    description: String,
    /// The types of event that it would be given.
    subscriptions: Vec<String>,
    /// The personal fields that it asks for in the clear.
    personal: Vec<AskedView>,
    /// What it checks.
    rules: Vec<RuleView>,
    /// The schema of its settings.
    settings_schema: Option<Value>,
    /// How many files of event types it brings along.
    catalogue_files: u64,
    /// Whether it keeps registers.
    has_registers: bool,
    /// Whether it has a part in the report.
    has_report: bool,
    /// The SHA-256 of the program that runs under its id; null if none is installed.
    installed_sha256: Option<String>,
}

impl DescriptionView {
    /// What a program says. `installed` is the plugin of its id, if there is one.
    pub(super) fn of(program: &Program, installed: Option<&Shown>) -> DescriptionView {
        let sha256 = program.sha256().to_owned();
        let manifest = program.manifest().clone();
        let asked = |(field, why): (String, String)| AskedView { field, why };
        DescriptionView {
            id: manifest.id,
            version: manifest.version,
            sha256,
            title: manifest.title,
            description: manifest.description,
            subscriptions: manifest.subscriptions,
            personal: manifest.personal.into_iter().map(asked).collect(),
            rules: manifest.rules.into_iter().map(RuleView::of).collect(),
            settings_schema: serde_json::from_str(&manifest.settings_schema).ok(),
            catalogue_files: manifest.catalogue.len() as u64,
            has_registers: manifest.has_registers,
            has_report: manifest.has_report,
            installed_sha256: installed.map(|shown| shown.installed.sha256.clone()),
        }
    }
}

/// How a plugin stands, in a word.
pub(in crate::http) fn state(shown: &Shown, size: u64) -> &'static str {
    let Status { is_folding, fault, next, .. } = &shown.status;
    match shown.installed.standing {
        Standing::Disabled => "disabled",
        Standing::Quarantined { .. } => "quarantined",
        Standing::Enabled if !is_folding && fault.is_some() => "failed",
        Standing::Enabled if !is_folding => "starting",
        Standing::Enabled if *next < size => "folding",
        Standing::Enabled => "at_head",
    }
}

/// An alert in which two versions differ.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DifferingAlert {
    /// The rule.
    rule: String,
    /// The stage.
    stage: String,
    /// The case or record.
    subject: String,
}

/// What another program or other settings would change in the alerts that are open.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ComparisonView {
    /// Up to which entry both were compared.
    size: u64,
    /// Alerts that are open now.
    open_before: u64,
    /// Alerts that would be open.
    open_after: u64,
    /// How many would be raised.
    raised_count: u64,
    /// The first 1,000 of them.
    raised: Vec<DifferingAlert>,
    /// How many would be cleared.
    cleared_count: u64,
    /// The first 1,000 of them.
    cleared: Vec<DifferingAlert>,
}

impl ComparisonView {
    pub(super) fn of(comparison: Comparison) -> ComparisonView {
        let view = |alert: Differing| DifferingAlert {
            rule: alert.rule,
            stage: alert.stage,
            subject: alert.subject,
        };
        ComparisonView {
            size: comparison.size,
            open_before: comparison.open_before as u64,
            open_after: comparison.open_after as u64,
            raised_count: comparison.raised.len() as u64,
            raised: comparison.raised.into_iter().take(LISTED_MAX).map(view).collect(),
            cleared_count: comparison.cleared.len() as u64,
            cleared: comparison.cleared.into_iter().take(LISTED_MAX).map(view).collect(),
        }
    }
}
