//! How far a report has come that is being made.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use muniment_core::time::Timestamp;
use serde::Deserialize;

use super::{MAKERS, Summary, path_of, readable};
use crate::web::failure::Failure;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, part, with_query};
use crate::web::words::{self, Moment};

/// The steps of making one, in their order.
const STEPS: [&str; 4] = ["Counting", "Putting it together", "Checking its figures", "Writing its files"];
/// A report that was made is told of in the list for so long.
const MADE_MICROS: i64 = 60 * 60 * 1_000_000;
/// One that failed for so long.
const FAILED_MICROS: i64 = 24 * MADE_MICROS;

/// A report that is being made, as the interface tells of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Making {
    making: String,
    period: String,
    supersedes: Option<String>,
    asked_by: String,
    asked_at: String,
    state: String,
    before: Option<u64>,
    step: Option<Step>,
    report: Option<Summary>,
    is_new: Option<bool>,
    #[serde(default)]
    unwritten: Vec<String>,
    why: Option<String>,
    ended_at: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    number: u64,
    of: u64,
    says: String,
    parts_done: Option<u64>,
    parts: Option<u64>,
}

/// `GET /v1/reports/making`.
#[derive(Debug, Deserialize)]
struct Makings {
    making: Vec<Making>,
}

/// A step on the page.
#[derive(Debug, PartialEq, Eq)]
struct StepLine {
    title: &'static str,
    state: &'static str,
    colour: &'static str,
    says: String,
    parts: Option<(u64, u64)>,
}

/// A making in the list of reports.
#[derive(Debug)]
pub(super) struct InHand {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) colour: &'static str,
    pub(super) says: String,
}

#[derive(Debug, Template)]
#[template(path = "reports_making.html")]
struct MakingPage {
    frame: Frame,
    path: String,
    status: String,
    /// Of the notice: `good`, `bad` or none.
    colour: &'static str,
    is_over: bool,
    steps: Vec<StepLine>,
    report_path: String,
    unwritten: Vec<String>,
    why: String,
    /// Where it is asked for again, if this visitor may.
    again_path: String,
    asked_by: String,
    asked_at: Moment,
    ended_at: Option<Moment>,
}

impl Making {
    /// The page about it.
    pub(super) fn path(&self) -> String {
        format!("/reports/making/{}", part(&self.making))
    }

    fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "made" | "failed")
    }

    fn state(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "made" => ("Made", "green"),
            "failed" => ("Failed", "red"),
            "working" => ("Being made", "blue"),
            _ => ("Waiting", "grey"),
        }
    }

    /// How far it is, in a sentence that changes with each step and not with each part of one: it is read out.
    fn status(&self) -> String {
        match (self.state.as_str(), &self.step) {
            ("made", _) if self.is_new == Some(false) => {
                "The report is there. Nothing has been recorded since it was made before.".to_owned()
            }
            ("made", _) => "The report is made.".to_owned(),
            ("failed", _) => "The report could not be made.".to_owned(),
            (_, Some(step)) => {
                let title = title_of(step.number).to_lowercase();
                format!("The report is being made. Step {} of {}: {title}.", step.number, step.of)
            }
            _ => match self.before.unwrap_or(0) {
                0 => "The report is about to be made.".to_owned(),
                1 => "One report is made before this one.".to_owned(),
                more => format!("{} reports are made before this one.", words::number(more)),
            },
        }
    }

    fn steps(&self) -> Vec<StepLine> {
        let Some(step) = &self.step else { return Vec::new() };
        let line = |(number, title): (u64, &'static str)| {
            let (state, colour) = match number.cmp(&step.number) {
                std::cmp::Ordering::Less => ("Done", "green"),
                std::cmp::Ordering::Equal => ("Now", "blue"),
                std::cmp::Ordering::Greater => ("To come", "grey"),
            };
            let is_now = number == step.number;
            StepLine {
                title,
                state,
                colour,
                says: if is_now { step.says.clone() } else { String::new() },
                parts: step.parts_done.zip(step.parts).filter(|(_, of)| is_now && *of > 0),
            }
        };
        (1..).zip(STEPS).map(line).collect()
    }

    /// Whether the list of reports tells of it.
    fn is_news(&self, now: Timestamp) -> bool {
        let ended = self.ended_at.as_deref().and_then(|ended| Timestamp::parse_rfc3339(ended).ok());
        let since = ended.map(|ended| now.as_micros().saturating_sub(ended.as_micros()));
        match (self.state.as_str(), since) {
            ("made", Some(since)) => since < MADE_MICROS,
            ("failed", Some(since)) => since < FAILED_MICROS,
            _ => true,
        }
    }

    fn in_hand(&self) -> InHand {
        let (state, colour) = self.state();
        let report = self.report.as_ref().filter(|_| self.is_over());
        InHand {
            path: report.map_or_else(|| self.path(), |report| path_of(&report.id)),
            title: report.map_or_else(|| format!("Report about {}", self.period), |made| made.title.clone()),
            state,
            colour,
            says: self.why.clone().unwrap_or_else(|| self.status()),
        }
    }
}

fn title_of(step: u64) -> &'static str {
    let place = usize::try_from(step).ok().and_then(|step| step.checked_sub(1));
    place.and_then(|place| STEPS.get(place)).copied().unwrap_or("At work")
}

/// What the list of reports tells of those that are being made or were just now.
pub(super) async fn in_hand(visit: &Visit) -> Result<Vec<InHand>, Failure> {
    let Makings { making } = visit.get("/v1/reports/making").await?;
    let now = visit.pages.app.time();
    Ok(making.iter().filter(|making| making.is_news(now)).map(Making::in_hand).collect())
}

pub(super) async fn show(visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    readable(&visit)?;
    let found: Option<Making> = visit.find(&format!("/v1/reports/making/{}", part(&number))).await?;
    let making = found.ok_or_else(|| {
        Failure::not_found(
            "Nothing is known of the making of this report any more. If the server was started anew meanwhile, the report may \
             not have been made: look at the list of reports, and ask for it again if it is not there.",
        )
    })?;
    let again = [
        ("period", making.period.as_str()),
        ("supersedes", making.supersedes.as_deref().unwrap_or_default()),
    ];
    let again_path = if visit.holds(MAKERS) { with_query("/reports/new", &again) } else { String::new() };
    page::page(&MakingPage {
        frame: visit.frame(&format!("Making a report about {}", making.period), Place::Reports),
        path: making.path(),
        status: making.status(),
        colour: match making.state.as_str() {
            "made" => "good",
            "failed" => "bad",
            _ => "",
        },
        is_over: making.is_over(),
        steps: making.steps(),
        report_path: making.report.as_ref().map(|report| path_of(&report.id)).unwrap_or_default(),
        again_path,
        asked_by: words::actor(&making.asked_by),
        asked_at: Moment::of(&making.asked_at),
        ended_at: making.ended_at.as_deref().map(Moment::of),
        why: making.why.unwrap_or_default(),
        unwritten: making.unwritten,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn making(more: Value) -> Making {
        let mut making = json!({
            "making": "17", "period": "2025-26", "asked_by": "token/ig", "asked_at": "2026-04-01T09:00:00Z",
            "state": "waiting",
        });
        let Value::Object(more) = more else { panic!("no object") };
        making.as_object_mut().unwrap().extend(more);
        serde_json::from_value(making).unwrap()
    }

    #[test]
    fn it_says_how_far_it_is() {
        assert_eq!(making(json!({ "before": 1 })).status(), "One report is made before this one.");
        assert_eq!(making(json!({ "before": 3 })).status(), "3 reports are made before this one.");
        let step = json!({ "number": 1, "of": 4, "name": "folding", "says": "5 of 17", "parts_done": 5, "parts": 17 });
        let working = making(json!({ "state": "working", "step": step }));
        assert_eq!(working.status(), "The report is being made. Step 1 of 4: counting.");
        let steps = working.steps();
        assert_eq!(
            (steps[0].state, steps[0].says.as_str(), steps[0].parts),
            ("Now", "5 of 17", Some((5, 17)))
        );
        assert_eq!((steps[1].state, steps[1].parts, steps.len()), ("To come", None, STEPS.len()));
        assert!(!working.is_over() && working.in_hand().path == "/reports/making/17");
    }

    #[test]
    fn what_is_over_is_told_for_a_while() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let ended = "2026-04-01T09:01:00Z";
        let failed = making(json!({ "state": "failed", "why": "the disk is full", "ended_at": ended }));
        assert!(failed.is_news(at("2026-04-02T09:00:00Z")) && !failed.is_news(at("2026-04-02T09:02:00Z")));
        assert_eq!((failed.in_hand().says.as_str(), failed.in_hand().colour), ("the disk is full", "red"));
        let made = making(json!({ "state": "made", "is_new": false, "ended_at": ended }));
        assert!(made.is_news(at("2026-04-01T09:59:00Z")) && !made.is_news(at("2026-04-01T10:02:00Z")));
        assert!(made.status().contains("Nothing has been recorded since"));
        assert!(making(json!({})).is_news(at("2030-01-01T00:00:00Z")), "what waits is always told of");
    }
}
