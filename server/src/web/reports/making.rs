//! Making a report.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::progress::Making;
use super::{MAKERS, Mistake, Other, readable, said_of, summaries};
use crate::report::{Day, Period};
use crate::web::answers::EventsPage;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other};
use crate::web::words;

/// Financial years that are offered.
const YEARS_OFFERED: usize = 6;
/// Quarters that are offered.
const QUARTERS_OFFERED: usize = 5;
/// The choice of a period that is typed.
const OTHER: &str = "other";

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Form {
    period: String,
    other_period: String,
    day: String,
    month: String,
    year: String,
    as_at: String,
    supersedes: String,
}

/// What a link to the form may choose beforehand.
#[derive(Debug, Deserialize)]
pub(super) struct Beforehand {
    #[serde(default)]
    period: String,
    #[serde(default)]
    supersedes: String,
}

impl Form {
    fn of(fields: &Fields) -> Form {
        let text = |name: &str| fields.get(name).to_owned();
        Form {
            period: text("period"),
            other_period: text("other_period"),
            day: text("status-day"),
            month: text("status-month"),
            year: text("status-year"),
            as_at: text("as_at"),
            supersedes: text("supersedes"),
        }
    }

    /// What is asked of the interface, or what is wrong with it.
    fn wish(&self) -> Result<Value, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let period = if self.period == OTHER { &self.other_period } else { &self.period };
        if self.period.is_empty() {
            mistakes.push(Mistake::new("period-0", "Select the time that the report is about"));
        } else if Period::parse(period).is_err() {
            let message = "Enter a financial year such as 2025-26, a quarter of one such as 2025-26-Q1, \
                           a calendar year such as 2025, or two days such as 2025-04-01..2025-06-30";
            mistakes.push(Mistake::new("other_period", message));
        }
        let status_at = self.status_at().unwrap_or_else(|()| {
            let message = "Enter a real date, such as 31 3 2026, or leave it empty";
            mistakes.push(Mistake::new("status-day", message));
            None
        });
        let as_at = self.as_at.replace(',', "");
        let as_at: Option<u64> = if as_at.is_empty() {
            None
        } else {
            let number = as_at.parse().ok();
            if number.is_none() {
                let message = "Enter the number of an entry, in digits, or leave it empty";
                mistakes.push(Mistake::new("as_at", message));
            }
            number
        };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let supersedes = Some(self.supersedes.as_str()).filter(|id| !id.is_empty());
        Ok(json!({
            "period": period,
            "as_at": as_at,
            "status_at": status_at.map(|day| day.to_string()),
            "supersedes": supersedes,
        }))
    }

    /// The status date, if there is one.
    fn status_at(&self) -> Result<Option<Day>, ()> {
        if [&self.day, &self.month, &self.year].iter().all(|part| part.is_empty()) {
            return Ok(None);
        }
        let (year, month, day) = (self.year.parse(), self.month.parse(), self.day.parse());
        let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(()) };
        Day::of(year, month, day).map(Some).ok_or(())
    }
}

/// Which field the interface speaks of.
fn heard(detail: &str) -> Mistake {
    let fields = [("period: ", "other_period"), ("status_at: ", "status-day"), ("of ", "as_at")];
    let found = fields.iter().find(|(start, _)| detail.starts_with(start));
    let (start, field) = found.copied().unwrap_or(("", ""));
    match field {
        "as_at" => Mistake::new(field, format!("The ledger does not have that many entries ({detail})")),
        field => Mistake::new(field, detail.strip_prefix(start).unwrap_or(detail)),
    }
}

/// A period that is offered.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    name: String,
    title: String,
    days: String,
}

/// Quarters of a year are numbered through, so that each is one more than the one before: those of financial year 2025-26
/// begin with 4 × 2025.
fn quarter_of(day: Day) -> i32 {
    (i32::from(day.year()) * 12 + i32::from(day.month()) - 4).div_euclid(3)
}

fn year_name(year: i32) -> String {
    format!("{year}-{:02}", (year + 1).rem_euclid(100))
}

/// The financial years and the quarters from one day to another, the latest first.
fn offers(first: Day, last: Day) -> Vec<Offer> {
    let (from, to) = (quarter_of(first), quarter_of(last));
    let years = (from.div_euclid(4)..=to.div_euclid(4)).rev().take(YEARS_OFFERED).map(|year| {
        let name = year_name(year);
        (format!("Financial year {name}"), name)
    });
    let quarters = (from..=to).rev().take(QUARTERS_OFFERED).map(|quarter| {
        let (year, part) = (year_name(quarter.div_euclid(4)), quarter.rem_euclid(4) + 1);
        (format!("Quarter {part} of {year}"), format!("{year}-Q{part}"))
    });
    let mut all = Vec::new();
    for (title, name) in years.chain(quarters) {
        let Ok(period) = Period::parse(&name) else { continue };
        let is_open = if period.to >= last { ", not over yet" } else { "" };
        let days = format!("{} to {}{is_open}", period.from.in_short(), period.to.in_short());
        all.push(Offer { name, title, days });
    }
    all
}

/// The day on which an entry was recorded, if this visitor may read it.
async fn recorded(visit: &Visit, seq: u64) -> Option<Day> {
    let entry: Option<Value> = visit.find(&format!("/v1/events/{seq}")).await.unwrap_or_default();
    words::day_of(entry?["recorded"].as_str()?)
}

/// From when on the ledger knows something: a source may have brought along a history.
async fn covered(visit: &Visit) -> Option<Day> {
    let path = "/v1/events?type=ledger.coverage_declared&limit=1000";
    let page: Option<EventsPage> = visit.find(path).await.unwrap_or_default();
    let days =
        page?.events.into_iter().filter_map(|entry| words::day_of(entry["event"]["data"]["from"].as_str()?));
    days.min()
}

/// A choice of a period.
#[derive(Debug)]
struct Choice {
    id: String,
    name: String,
    title: String,
    days: String,
    is_chosen: bool,
}

/// A report that the new one may take the place of.
#[derive(Debug)]
struct Replaced {
    id: String,
    title: String,
    is_chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "reports_new.html")]
struct NewPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    period_error: String,
    other_error: String,
    date_error: String,
    as_at_error: String,
    choices: Vec<Choice>,
    /// The id of the choice of another period.
    other_id: String,
    is_other: bool,
    form: Form,
    replaced: Vec<Replaced>,
    entries: String,
    last_entry: String,
}

fn may_make(visit: &Visit) -> Result<(), Failure> {
    readable(visit)?;
    if visit.holds(MAKERS) {
        return Ok(());
    }
    Err(Failure::forbidden("Reports are made by administrators and officers."))
}

pub(super) async fn show(visit: Visit, Query(chosen): Query<Beforehand>) -> Result<Response, Failure> {
    may_make(&visit)?;
    let form = Form { period: chosen.period, supersedes: chosen.supersedes, ..Form::default() };
    form_page(&visit, form, Vec::new()).await
}

async fn form_page(visit: &Visit, mut form: Form, mistakes: Vec<Mistake>) -> Result<Response, Failure> {
    #[derive(Debug, Deserialize)]
    struct Ledger {
        size: u64,
    }
    let Ledger { size } = visit.get("/v1/ledger").await?;
    let today = Day::in_london(visit.pages.app.time());
    let last = recorded(visit, size.saturating_sub(1)).await.unwrap_or(today);
    let known = [recorded(visit, 0).await, covered(visit).await];
    let first = known.into_iter().flatten().min().unwrap_or(last);
    let offers = offers(first.min(last), last);
    // A period that a link names and that is not offered is typed already.
    let is_offered = offers.iter().any(|offer| offer.name == form.period);
    if !is_offered && !form.period.is_empty() && form.period != OTHER {
        form.other_period = std::mem::replace(&mut form.period, OTHER.to_owned());
    }
    let choices: Vec<Choice> = (offers.into_iter().enumerate())
        .map(|(place, Offer { name, title, days })| Choice {
            id: format!("period-{place}"),
            is_chosen: name == form.period,
            name,
            title,
            days,
        })
        .collect();
    let all = summaries(visit).await?;
    let others = all.iter().map(Other::of);
    let replaced: Vec<Replaced> = others
        .map(|other| Replaced { is_chosen: other.id == form.supersedes, id: other.id, title: other.title })
        .collect();
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame("Make a report", Place::Reports);
    let page = NewPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        period_error: said_of(&mistakes, "period-0"),
        other_error: said_of(&mistakes, "other_period"),
        date_error: said_of(&mistakes, "status-day"),
        as_at_error: said_of(&mistakes, "as_at"),
        mistakes,
        other_id: format!("period-{}", choices.len()),
        choices,
        is_other: form.period == OTHER,
        form,
        replaced,
        entries: words::count(size, "entry", "entries"),
        last_entry: words::number(size.saturating_sub(1)),
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

pub(super) async fn make(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    may_make(&visit)?;
    let form = Form::of(&fields);
    let wish = match form.wish() {
        Ok(wish) => wish,
        Err(mistakes) => return form_page(&visit, form, mistakes).await,
    };
    match visit.post("/v1/reports/making", &wish).await {
        Ok(answer) => Ok(see_other(&answer.read::<Making>()?.path())),
        Err(failure) if failure.is_about_the_form() || failure.code() == "busy" => {
            form_page(&visit, form, vec![heard(&failure.detail)]).await
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_quarters_are_offered() {
        let offered = |first: &str, last: &str| offers(first.parse().unwrap(), last.parse().unwrap());
        let names = |first: &str, last: &str| {
            offered(first, last).into_iter().map(|offer| offer.name).collect::<Vec<_>>()
        };
        assert_eq!(
            names("2025-03-31", "2026-01-01"),
            ["2025-26", "2024-25", "2025-26-Q4", "2025-26-Q3", "2025-26-Q2", "2025-26-Q1", "2024-25-Q4"]
        );
        assert_eq!(names("2099-04-01", "2099-06-30"), ["2099-00", "2099-00-Q1"]);
        assert_eq!(names("1990-04-01", "2026-03-31").len(), YEARS_OFFERED + QUARTERS_OFFERED);
        let offers = offered("2026-04-01", "2026-05-01");
        let [year, quarter] = &offers[..] else { panic!("{offers:?}") };
        assert_eq!(year.days, "1 April 2026 to 31 March 2027, not over yet");
        assert_eq!((quarter.title.as_str(), quarter.name.as_str()), ("Quarter 1 of 2026-27", "2026-27-Q1"));
    }

    #[test]
    fn what_is_typed_is_checked() {
        let form = |period: &str, other: &str, date: [&str; 3], as_at: &str| Form {
            period: period.to_owned(),
            other_period: other.to_owned(),
            day: date[0].to_owned(),
            month: date[1].to_owned(),
            year: date[2].to_owned(),
            as_at: as_at.to_owned(),
            supersedes: String::new(),
        };
        let empty = ["", "", ""];
        let wish = form("2025-26", "", ["31", "3", "2026"], "1,234").wish().unwrap();
        let all =
            json!({ "period": "2025-26", "as_at": 1234, "status_at": "2026-03-31", "supersedes": null });
        assert_eq!(wish, all);
        assert_eq!(form(OTHER, "2025", empty, "").wish().unwrap()["period"], "2025");
        let wrong = |form: Form| {
            form.wish().unwrap_err().into_iter().map(|mistake| mistake.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(form("", "2025", ["30", "2", "2026"], "x")), ["period-0", "status-day", "as_at"]);
        assert_eq!(wrong(form(OTHER, "soon", ["31", "3", ""], "")), ["other_period", "status-day"]);
    }

    #[test]
    fn what_the_interface_says_is_said_beside_its_field() {
        assert_eq!(heard("status_at: \"x\" is no day such as 2026-03-31").field, "status-day");
        assert_eq!(heard("of 9 entries: the ledger has 3").field, "as_at");
        let other = heard("supersedes: an id has 1 to 128 bytes");
        assert_eq!(
            (other.field.as_str(), other.message.as_str()),
            ("", "supersedes: an id has 1 to 128 bytes")
        );
    }
}
