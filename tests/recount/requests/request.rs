//! A request, as it stands.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::book::{Book, Happening};
use super::clock::Clock;
use super::{End, Matter, end_of, is_ours};

/// What happens to a request, in the order of its life.
const LIFE: &[&[&str]] = &[
    &["request.received"],
    &["request.regime_changed"],
    &["request.assigned"],
    &["request.clarification_sought"],
    &["request.clarification_received"],
    &["request.fee_notice_issued"],
    &["request.fee_paid"],
    &["request.extension_notified"],
    &["request.extension_withdrawn", "request.exemption_applied"],
    &[
        "request.response_issued",
        "request.withdrawn",
        "request.lapsed",
        "request.fee_lapsed",
        "request.transferred",
    ],
    &["request.closed"],
    &["request.reopened"],
];

pub struct Request {
    pub number: String,
    pub begun: Date,
    pub unit: Option<String>,
    pub requester: String,
    /// A mixed request is made under several laws.
    laws: Vec<String>,
    /// Those of them that answers name.
    answered: BTreeSet<String>,
    /// The sections and regulations that the answer which stands rests on.
    pub withheld: BTreeSet<String>,
    pub clock: Clock,
    pub end: Option<End>,
}

/// All requests that are ours.
pub fn all(book: &Book) -> Vec<Request> {
    book.cases(LIFE).into_iter().filter_map(|(number, life)| request(book, number, &life)).collect()
}

fn request(book: &Book, number: String, life: &[&Happening]) -> Option<Request> {
    let received = life.iter().find(|it| it.is("request.received"))?;
    let mut laws = vec![received.word("regime").to_owned()];
    laws.extend(received.list("regimes").into_iter().map(str::to_owned));
    let mut request = Request {
        number,
        begun: received.day,
        unit: received.text("unit").map(str::to_owned),
        requester: received.text("requester_class").unwrap_or("unknown").to_owned(),
        clock: Clock::from(book, first(&laws), received),
        laws,
        answered: BTreeSet::new(),
        withheld: BTreeSet::new(),
        end: None,
    };
    for it in life {
        request.take(book, it);
    }
    is_ours(&request.clock.regime).then_some(request)
}

/// The law that a request is counted under.
fn first(laws: &[String]) -> &str {
    laws.iter().find(|law| is_ours(law)).map_or("", String::as_str)
}

impl Request {
    fn take(&mut self, book: &Book, it: &Happening) {
        match it.kind.as_str() {
            "request.regime_changed" => self.move_to(it),
            "request.assigned" => self.unit = Some(it.word("unit").to_owned()),
            "request.exemption_applied" => self.withhold(it.text("exemption_section").into_iter()),
            "request.reopened" => self.reopen(it),
            _ => match end_of(it) {
                Some(outcome) => self.finish(book, it, outcome),
                None => self.clock.take(book, it),
            },
        }
    }

    fn withhold<'t>(&mut self, sections: impl Iterator<Item = &'t str>) {
        self.withheld.extend(sections.map(str::to_owned));
    }

    fn move_to(&mut self, it: &Happening) {
        let place = self.laws.iter().position(|law| law == it.word("regime_before")).unwrap_or(0);
        self.laws[place] = it.word("regime").to_owned();
        self.clock.regime = first(&self.laws).to_owned();
    }

    fn finish(&mut self, book: &Book, it: &Happening, outcome: Option<String>) {
        if self.end.is_some() {
            return;
        }
        if it.is("request.response_issued") {
            let law = it.text("regime");
            if law.is_none_or(is_ours) {
                self.withhold(it.list("exemption_sections").into_iter());
            }
            if law.is_some_and(|law| self.leaves_open(law)) {
                return;
            }
        }
        let day = it.day.max(self.begun);
        let in_time = self.clock.due(book).is_none_or(|due| day <= due);
        self.end = Some(End { day, outcome, in_time, extended: self.clock.is_extended(book) });
    }

    /// Whether an answer under one of its laws leaves another of ours without one.
    fn leaves_open(&mut self, law: &str) -> bool {
        if !self.laws.iter().any(|one| one == law) {
            return false;
        }
        self.answered.insert(law.to_owned());
        !is_ours(law) || self.laws.iter().any(|one| is_ours(one) && !self.answered.contains(one))
    }

    fn reopen(&mut self, it: &Happening) {
        match it.word("reopen_reason") {
            "closed_in_error" => self.end = None,
            "ico_decision" | "tribunal_decision" => {
                self.end = None;
                self.answered.clear();
                self.withheld.clear();
                self.clock.again(it.day);
            }
            _ => {}
        }
    }

    /// The end of one that was answered in the period.
    pub fn answered_in(&self, book: &Book) -> Option<&End> {
        self.end.as_ref().filter(|end| end.outcome.is_some() && book.period.holds(end.day))
    }

    /// As the tables of requests and of reviews count both.
    pub fn matter(&self) -> Matter {
        Matter { regime: self.clock.regime.clone(), begun: self.begun, end: self.end.clone() }
    }
}
