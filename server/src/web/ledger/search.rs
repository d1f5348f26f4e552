//! Searching the ledger, and where it stands.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use muniment_core::time::Timestamp;
use serde_json::Value;

use super::{LedgerState, Mistake};
use crate::report::Day;
use crate::web::answers::EventsPage;
use crate::web::dates::{self, Typed};
use crate::web::entries::Line;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, with_query};
use crate::web::words::{self, Moment};

/// Entries of a page.
const PAGE: &str = "50";

/// What is searched for, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Search {
    words: String,
    event_type: String,
    subject: String,
    source: String,
    from: Typed,
    to: Typed,
    /// Else the newest come first.
    is_oldest_first: bool,
    /// Where the page before ended.
    after: String,
}

impl Search {
    fn read(fields: &Fields) -> Search {
        let typed = |name: &str| fields.get(name).to_owned();
        // Links say a day in one, the form in three.
        let day = |name: &str| match fields.get(name) {
            "" => Typed::of(fields, name),
            line => Typed::of_line(line),
        };
        Search {
            words: typed("q"),
            event_type: typed("type"),
            subject: typed("subject"),
            source: typed("source"),
            from: day("from"),
            to: day("to"),
            is_oldest_first: fields.get("order") == "asc",
            after: typed("after"),
        }
    }

    /// Whether not everything is asked for.
    fn is_narrowed(&self) -> bool {
        let bounds = [&self.words, &self.event_type, &self.subject, &self.source];
        bounds.iter().any(|bound| !bound.is_empty()) || !self.from.is_empty() || !self.to.is_empty()
    }

    /// This page of ours, or the one that begins behind another.
    fn path(&self, after: &str) -> String {
        let order = if self.is_oldest_first { "asc" } else { "" };
        let [from, to] = [&self.from, &self.to].map(|typed| typed.day().map(|day| day.to_string()));
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let (from, to) = (from.as_str(), to.as_str());
        self.with("/ledger", &[("from", from), ("to", to), ("order", order), ("after", after)])
    }

    /// What the interface is asked, or what is wrong with the days.
    fn question(&self) -> Result<String, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let from = day("from", "Happened from", &self.from).map_err(|mistake| mistakes.push(mistake));
        let to = day("to", "Happened to", &self.to).map_err(|mistake| mistakes.push(mistake));
        let (Ok(from), Ok(to)) = (from, to) else { return Err(mistakes) };
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let [from, to] = [from, to].map(Day::in_short);
            let message = format!("The last day, {to}, must be the first day, {from}, or a later one");
            return Err(vec![Mistake::new("to-day", message)]);
        }
        let from = from.map(|day| begins(day).to_string()).unwrap_or_default();
        let to = to.map(|day| begins(day.next()).to_string()).unwrap_or_default();
        let order = if self.is_oldest_first { "asc" } else { "desc" };
        let (from, to, after) = (from.as_str(), to.as_str(), self.after.as_str());
        let more = [("from", from), ("to", to), ("order", order), ("limit", PAGE), ("after", after)];
        Ok(self.with("/v1/events", &more))
    }

    fn with(&self, path: &str, more: &[(&str, &str)]) -> String {
        let (words, event_type) = (self.words.as_str(), self.event_type.as_str());
        let (subject, source) = (self.subject.as_str(), self.source.as_str());
        let mut parameters =
            vec![("q", words), ("type", event_type), ("subject", subject), ("source", source)];
        parameters.extend_from_slice(more);
        with_query(path, &parameters)
    }
}

/// A day that was typed, if one was.
fn day(field: &str, title: &str, typed: &Typed) -> Result<Option<Day>, Mistake> {
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = |wrong: dates::Mistake| {
        Mistake::new(&format!("{field}-{}", wrong.part), format!("{title}: {}", wrong.message))
    };
    typed.day().map(Some).map_err(wrong)
}

/// The first instant of a day in London.
fn begins(day: Day) -> Timestamp {
    Timestamp::from_micros(day.before().end().as_micros() + 1)
}

/// What the interface does not take, at the field that it is about.
fn mistake(failure: &Failure) -> Mistake {
    let named = failure.detail.split_once(": ");
    let field = match named.map(|(name, _)| name) {
        Some("q") => "q",
        Some("type") => "type",
        Some("subject") => "subject",
        Some("source") => "source",
        Some("from") => "from-day",
        Some("to") => "to-day",
        _ => "",
    };
    let message = named.filter(|_| !field.is_empty()).map_or(failure.detail.as_str(), |(_, rest)| rest);
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Mistake::new(field, first + characters.as_str())
}

#[derive(Debug, Template)]
#[template(path = "ledger_search.html")]
struct SearchPage {
    frame: Frame,
    origin: String,
    size: String,
    head: String,
    root: String,
    /// The newest entry's page; empty if it may not be seen.
    last_path: String,
    last_recorded: Moment,
    search: Search,
    /// The types of the catalogue: name and title.
    types: Vec<(String, String)>,
    lines: Vec<Line>,
    next: String,
    /// The first page of the same search, from a later one.
    first: String,
    is_narrowed: bool,
    mistakes: Vec<Mistake>,
    /// What keeps searches from finding all there is.
    notice: String,
}

impl SearchPage {
    /// What is wrong with a field; empty if nothing is.
    fn error(&self, field: &str) -> &str {
        let found = self.mistakes.iter().find(|mistake| mistake.field == field);
        found.map_or("", |mistake| &mistake.message)
    }

    /// What is wrong in the inputs of a day.
    fn error_of_day(&self, field: &str) -> &str {
        let is_of = |name: &str| name.strip_prefix(field).is_some_and(|rest| rest.starts_with('-'));
        let found = self.mistakes.iter().find(|mistake| is_of(&mistake.field));
        found.map_or("", |mistake| &mistake.message)
    }
}

pub(super) async fn list(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let search = Search::read(&Fields::read(query.unwrap_or_default().as_bytes())?);
    let state: LedgerState = visit.get("/v1/ledger").await?;
    let last = state.size.saturating_sub(1);
    let newest = visit.find::<Value>(&format!("/v1/events/{last}")).await?;
    let recorded = newest.as_ref().and_then(|newest| newest["recorded"].as_str());
    let definitions = visit.pages.app.definitions();
    let mut shown = SearchPage {
        frame: visit.frame("Ledger", Place::Ledger),
        origin: state.origin,
        size: words::number(state.size),
        head: state.head,
        root: state.root,
        last_path: recorded.map(|_| format!("/ledger/{last}")).unwrap_or_default(),
        last_recorded: recorded.map(Moment::of).unwrap_or_default().seen(visit.pages.app.time()),
        types: definitions.catalogue.types().map(|known| (known.name.clone(), known.title.clone())).collect(),
        lines: Vec::new(),
        next: String::new(),
        first: if search.after.is_empty() { String::new() } else { search.path("") },
        is_narrowed: search.is_narrowed(),
        mistakes: Vec::new(),
        notice: String::new(),
        search,
    };
    match shown.search.question() {
        Err(mistakes) => shown.mistakes = mistakes,
        Ok(question) => match visit.get::<EventsPage>(&question).await {
            Ok(found) => {
                let now = visit.pages.app.time();
                let line = |entry: &Value| Line::of(entry, &definitions.catalogue).seen(now);
                shown.lines = found.events.iter().map(line).collect();
                shown.next = found.next.map(|after| shown.search.path(&after)).unwrap_or_default();
                let behind = state.size.saturating_sub(found.indexed_size);
                if behind > 0 {
                    let newest = words::count(behind, "newest entry", "newest entries");
                    shown.notice = format!("The {newest} cannot be searched yet. Try again in a moment.");
                }
            }
            Err(failure) if failure.is_about_the_form() => shown.mistakes.push(mistake(&failure)),
            // Entries can be opened by their numbers all the while.
            Err(failure) if failure.code() == "rebuilding" => shown.notice = failure.detail,
            Err(failure) => return Err(failure),
        },
    }
    if shown.mistakes.is_empty() {
        return page::page(&shown);
    }
    shown.frame = shown.frame.with_errors();
    page::with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(query: &str) -> Search {
        Search::read(&Fields::read(query.as_bytes()).unwrap())
    }

    #[test]
    fn a_search_asks_for_days_of_london() {
        let question = search("q=bin+lorry&type=request.*&from=2026-03-29&to=2026-03-29").question().unwrap();
        assert_eq!(
            question,
            "/v1/events?q=bin+lorry&type=request.*&from=2026-03-29T00%3A00%3A00.000000Z\
             &to=2026-03-29T23%3A00%3A00.000000Z&order=desc&limit=50"
        );
        assert_eq!(search("").question().unwrap(), "/v1/events?order=desc&limit=50");
        assert!(!search("order=asc").is_narrowed() && search("subject=x").is_narrowed());
    }

    #[test]
    fn wrong_days_are_named() {
        let fields = |query: &str| {
            let mistakes = search(query).question().unwrap_err();
            mistakes.into_iter().map(|mistake| mistake.field).collect::<Vec<_>>()
        };
        assert_eq!(fields("from=31+March&to=x"), ["from-year", "to-month"]);
        assert_eq!(fields("from-day=45&from-month=3&from-year=2026&to-year=2026"), ["from-day", "to-day"]);
        assert_eq!(fields("from=2026-03-02&to=2026-03-01"), ["to-day"]);
        let mistakes = search("from-day=45&from-month=3&from-year=2026").question().unwrap_err();
        assert_eq!(mistakes[0].message, "Happened from: the day must be between 1 and 31, not “45”");
    }

    #[test]
    fn the_next_page_is_of_the_same_search() {
        let search = search("q=a&from=2026-03-01&order=asc&after=old");
        assert_eq!(search.path("new"), "/ledger?q=a&from=2026-03-01&order=asc&after=new");
        assert_eq!(search.path(""), "/ledger?q=a&from=2026-03-01&order=asc");
        let typed = self::search("from-day=1&from-month=March&from-year=2026&order=asc");
        assert_eq!(typed.path(""), "/ledger?from=2026-03-01&order=asc");
    }

    #[test]
    fn what_the_interface_refuses_stands_at_its_field() {
        let said = |detail: &str| {
            let Mistake { field, message } = mistake(&Failure::bad(detail));
            (field, message)
        };
        assert_eq!(said("type: \"a b\" is none"), ("type".to_owned(), "\"a b\" is none".to_owned()));
        assert_eq!(said("q: a quote is open"), ("q".to_owned(), "A quote is open".to_owned()));
        assert_eq!(said("after: no cursor"), (String::new(), "After: no cursor".to_owned()));
    }
}
