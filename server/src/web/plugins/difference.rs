//! What a change of a plugin would do to the alerts that are open, shown before it is made.

use askama::Template;
use serde::Deserialize;

use super::answers::Rule;
use super::form::Changed;
use crate::tokens::Role;
use crate::web::entries::case_path;
use crate::web::failure::Failure;
use crate::web::page::Frame;
use crate::web::visit::{Answer, Visit};
use crate::web::words;

/// Alerts that are listed of each kind.
const LISTED: usize = 100;

/// What a dry run found.
#[derive(Debug, Deserialize)]
struct Comparison {
    size: u64,
    open_before: u64,
    open_after: u64,
    raised_count: u64,
    raised: Vec<Differing>,
    cleared_count: u64,
    cleared: Vec<Differing>,
}

/// An alert that would be raised or cleared.
#[derive(Debug, Deserialize)]
struct Differing {
    rule: String,
    stage: String,
    subject: String,
}

/// Alerts that would be raised, or would be cleared.
#[derive(Debug)]
struct Alerts {
    /// How many, and how many of them are listed.
    caption: String,
    rows: Vec<Row>,
}

/// Such an alert.
#[derive(Debug)]
struct Row {
    rule: String,
    title: String,
    stage: String,
    subject: String,
    /// Empty for those who read no cases.
    case_path: String,
}

/// What would be different.
#[derive(Debug)]
pub(super) struct Difference {
    size: String,
    before: String,
    after: String,
    raised: Alerts,
    cleared: Alerts,
}

impl Difference {
    /// What a dry run answered. `rules` are those of the plugin as it is.
    pub(super) fn of(visit: &Visit, answer: &Answer, rules: &[Rule]) -> Result<Difference, Failure> {
        let found: Comparison = answer.read()?;
        let reads_cases = visit.holds(&[Role::Auditor, Role::Officer]);
        let definitions = visit.pages.app.definitions();
        // A rule that the new program brings along is in nobody's list yet.
        let title = |rule: &str| {
            let own = rules.iter().find(|known| known.id == rule).map(|known| known.title.clone());
            let title = own.or_else(|| definitions.rulebook.alert(rule).map(|known| known.title.clone()));
            title.unwrap_or_default()
        };
        let row = |alert: &Differing| Row {
            title: title(&alert.rule),
            rule: alert.rule.clone(),
            stage: words::from_name(&alert.stage),
            case_path: if reads_cases { case_path(&alert.subject) } else { String::new() },
            subject: alert.subject.clone(),
        };
        let alerts = |what: &str, count: u64, listed: &[Differing]| {
            let rows: Vec<Row> = listed.iter().take(LISTED).map(row).collect();
            let is_cut = rows.len() as u64 != count;
            let some = if is_cut { format!(", the first {}", rows.len()) } else { String::new() };
            Alerts { caption: format!("{} {what}{some}", words::count(count, "alert", "alerts")), rows }
        };
        Ok(Difference {
            size: words::count(found.size, "entry", "entries"),
            before: words::number(found.open_before),
            after: words::number(found.open_after),
            raised: alerts("would be raised", found.raised_count, &found.raised),
            cleared: alerts("would be cleared", found.cleared_count, &found.cleared),
        })
    }
}

/// What is asked before a change is made.
#[derive(Debug, Template)]
#[template(path = "plugins_try.html")]
pub(super) struct TryPage {
    pub(super) frame: Frame,
    /// The page that it came from.
    pub(super) back: String,
    pub(super) back_words: &'static str,
    pub(super) difference: Difference,
    /// Which settings are others; nothing where no settings were typed.
    pub(super) changed: Vec<Changed>,
    /// Where the form goes, and what it carries along.
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    /// The step that makes the change, and the words of its button.
    pub(super) step: &'static str,
    pub(super) button: &'static str,
}
