//! The first page: what needs attention now, and the year's figures.

use askama::Template;
use axum::http::Method;
use axum::response::Response;
use muniment_core::report::{Document, Metric};
use serde::Deserialize;

use super::alerts::{Item, today};
use super::answers::{AlertList, Plugin, PluginList, Totals};
use super::due::{self, Due, Overdue, Soon, Unread};
use super::failure::Failure;
use super::page::{self, Frame, Place};
use super::visit::{Visit, part};
use super::words;
use crate::tokens::Role;

/// Alerts that are shown here; the others are a link away.
const ALERTS_SHOWN: usize = 10;
/// What is due within so many days is shown.
const DAYS: u32 = 7;
/// Rows that are shown of it.
const DUE_SHOWN: usize = 12;
/// Figures of the last report that are shown.
const FIGURES_SHOWN: usize = 8;

/// How many open alerts there are of a severity.
#[derive(Debug)]
struct Severity {
    name: String,
    colour: &'static str,
    path: String,
    said: String,
    /// Of the longest bar, in hundredths.
    width: u64,
}

/// A figure of the last report.
#[derive(Debug)]
struct Figure {
    title: String,
    said: String,
    /// Of the denominator, in hundredths; `None` where there is none.
    percent: Option<u64>,
}

/// What the last report says.
#[derive(Debug)]
struct Latest {
    title: String,
    path: String,
    figures: Vec<Figure>,
}

/// A plugin that does not do its work.
#[derive(Debug)]
struct Stopped {
    title: String,
    path: String,
    how: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    severities: Vec<Severity>,
    alerts: Vec<Item>,
    sees_alerts: bool,
    /// Alerts are counted and shown once all of the ledger has been read.
    is_gathering: bool,
    due: Vec<Due>,
    due_more: String,
    overdue: Vec<Overdue>,
    /// Registers that could not be read, and plugins whose registers cannot be looked at: what is due in them is not shown.
    unread: Vec<Unread>,
    not_ready: Vec<String>,
    sees_registers: bool,
    stopped: Vec<Stopped>,
    behind: u64,
    /// Why not all of the work can be done.
    faults: Vec<String>,
    size: String,
    latest: Option<Latest>,
    sees_reports: bool,
    may_make: bool,
}

#[derive(Debug, Deserialize)]
struct LedgerState {
    size: u64,
}

#[derive(Debug, Default, Deserialize)]
struct Readiness {
    #[serde(default)]
    reasons: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct ReportList {
    reports: Vec<ReportSummary>,
}

#[derive(Debug, Deserialize)]
struct ReportSummary {
    id: String,
    title: String,
}

pub(super) async fn home(visit: Visit) -> Result<Response, Failure> {
    let staff = visit.holds(&[Role::Admin, Role::Auditor, Role::Officer]);
    let (alerts, is_gathering) = if staff { alerts(&visit).await? } else { (None, false) };
    let totals = alerts.as_ref().and_then(|list| list.totals.as_ref());
    let day = today(&visit);
    let mut items: Vec<(u8, Option<String>, Item)> = alerts
        .iter()
        .flat_map(|list| &list.alerts)
        .map(|alert| (rank(&alert.severity), alert.due.clone(), Item::of(&visit, alert, day)))
        .collect();
    // The gravest first, and of these what is due first.
    items.sort_by(|one, other| (one.0, one.1.is_none(), &one.1).cmp(&(other.0, other.1.is_none(), &other.1)));
    let sees_registers = visit.holds(&[Role::Auditor, Role::Officer]);
    let soon = if sees_registers { due::within(&visit, DAYS, day).await? } else { Soon::default() };
    let Soon { mut due, overdue, unread, not_ready } = soon;
    let more = due.len().saturating_sub(DUE_SHOWN);
    due.truncate(DUE_SHOWN);
    let plugins =
        if staff { visit.find::<PluginList>("/v1/plugins").await? } else { None }.unwrap_or_default();
    let sees_reports = staff && visit.sees_everything();
    let ready = visit.raw(Method::GET, "/readyz", None).await?;
    let ready = axum::body::to_bytes(ready.into_body(), 64 * 1024).await.unwrap_or_default();
    let ready: Readiness = serde_json::from_slice(&ready).unwrap_or_default();
    let ledger: LedgerState = visit.get("/v1/ledger").await?;
    page::page(&HomePage {
        frame: visit.frame("What needs attention", Place::Home),
        severities: totals.map(severities).unwrap_or_default(),
        alerts: items.into_iter().map(|(.., item)| item).take(ALERTS_SHOWN).collect(),
        sees_alerts: staff,
        is_gathering,
        due_more: if more == 0 { String::new() } else { words::count(more as u64, "more", "more") },
        due,
        overdue,
        unread,
        not_ready: not_ready.iter().map(|id| plugins.name_of(id)).collect(),
        sees_registers,
        stopped: plugins.plugins.iter().filter_map(stopped).collect(),
        behind: plugins.plugins.iter().map(|plugin| plugin.lag_entries).max().unwrap_or_default(),
        faults: ready.reasons,
        size: words::count(ledger.size, "entry", "entries"),
        latest: if sees_reports {
            latest(&visit).await.unwrap_or_else(|failure| {
                tracing::warn!(failure.status, "the last report cannot be shown on the home page");
                None
            })
        } else {
            None
        },
        sees_reports,
        may_make: sees_reports && visit.holds(&[Role::Admin, Role::Officer]),
    })
}

/// The open alerts, the gravest kind of which there are any; and whether they are still being gathered.
async fn alerts(visit: &Visit) -> Result<(Option<AlertList>, bool), Failure> {
    for severity in ["statutory", "policy", "warning"] {
        let path = format!("/v1/alerts?state=open&limit=200&totals=true&severity={severity}");
        match visit.get::<AlertList>(&path).await {
            Ok(list) if list.alerts.is_empty() && severity != "warning" => {}
            Ok(mut list) => {
                list.totals =
                    visit.get::<AlertList>("/v1/alerts?state=open&limit=1&totals=true").await?.totals;
                return Ok((Some(list), false));
            }
            Err(failure) if failure.code() == "gathering" => return Ok((None, true)),
            Err(failure) => return Err(failure),
        }
    }
    Ok((None, false))
}

fn rank(severity: &str) -> u8 {
    match severity {
        "statutory" => 0,
        "policy" => 1,
        _ => 2,
    }
}

fn severities(totals: &Totals) -> Vec<Severity> {
    let most = totals.open_by_severity.values().copied().max().unwrap_or_default().max(1);
    let mut all: Vec<(&String, &u64)> = totals.open_by_severity.iter().collect();
    all.sort_by_key(|(name, _)| rank(name));
    all.into_iter()
        .map(|(name, count)| Severity {
            colour: words::severity(name).1,
            path: format!("/alerts?severity={}", part(name)),
            name: words::severity(name).0,
            said: words::number(*count),
            width: hundredths(*count, most).max(1),
        })
        .collect()
}

fn stopped(plugin: &Plugin) -> Option<Stopped> {
    let how = match plugin.state.as_str() {
        "quarantined" => "It was stopped after a failure. What it checks is not checked.",
        "failed" => "It cannot be run. What it checks is not checked.",
        "disabled" => "It rests, because somebody told it to.",
        _ => return None,
    };
    Some(Stopped {
        title: plugin.title.clone().unwrap_or_else(|| plugin.id.clone()),
        path: format!("/plugins/{}", part(&plugin.id)),
        how,
    })
}

/// The figures of the report that was made last.
async fn latest(visit: &Visit) -> Result<Option<Latest>, Failure> {
    let list = visit.find::<ReportList>("/v1/reports").await?.unwrap_or_default();
    let Some(report) = list.reports.into_iter().next() else { return Ok(None) };
    let document: Document = visit.get(&format!("/v1/reports/{}.json", part(&report.id))).await?;
    // Of each section the first share: it says more at a glance than a number.
    let first =
        document.sections.iter().filter_map(|section| section.metrics().find(|metric| is_share(metric)));
    let figures = first.take(FIGURES_SHOWN).map(|metric| Figure {
        title: metric.title.clone(),
        said: muniment_report::words::figure(metric),
        percent: metric.numerator.zip(metric.denominator).map(|(part, whole)| hundredths(part, whole)),
    });
    Ok(Some(Latest {
        figures: figures.collect(),
        path: format!("/reports/{}", part(&report.id)),
        title: report.title,
    }))
}

fn is_share(metric: &Metric) -> bool {
    metric.numerator.is_some() && metric.denominator > Some(0)
}

/// How much a part is of a whole, in hundredths.
fn hundredths(part: u64, whole: u64) -> u64 {
    let hundredths = u128::from(part) * 100 / u128::from(whole.max(1));
    u64::try_from(hundredths).unwrap_or(100).min(100)
}
