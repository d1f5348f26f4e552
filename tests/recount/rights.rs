//! R6: rights of data subjects, and complaints about data protection.

use jiff::civil::{Date, date};
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row, share};
use super::days::{between, plus, plus_months, rolled};
use super::requests::end_of;

const LIFE: &[&[&str]] = &[
    &["request.received"],
    &["request.regime_changed"],
    &["request.clarification_sought", "request.id_sought", "request.fee_notice_issued"],
    &["request.clarification_received", "request.id_received", "request.fee_paid"],
    &["request.extension_notified"],
    &["request.extension_withdrawn"],
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
const RIGHTS: [(&str, &str); 8] = [
    ("sar", "Access"),
    ("rectification", "Rectification"),
    ("erasure", "Erasure"),
    ("restriction", "Restriction"),
    ("portability", "Portability"),
    ("objection", "Objection"),
    ("automated_decision", "Automated decisions"),
    ("dpa_1998", "Access, Act of 1998"),
];
/// From here on Article 12A counts.
const ARTICLE_12A: Date = date(2026, 2, 5);
/// From here on guidance knew a pause.
const PAUSED_BY_GUIDANCE: Date = date(2020, 10, 21);

fn is_right(regime: &str) -> bool {
    RIGHTS.iter().any(|(code, _)| *code == regime)
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// As regulators count.
    Regulators,
    /// The one that ends first.
    Safe,
}

/// What a requester was asked for.
struct Question {
    what: &'static str,
    asked: Date,
    supplied: Option<Date>,
    /// Whether it stops the clock as regulators count, and by the safe reading.
    stops: bool,
    stops_safe: bool,
    is_past: bool,
}

/// The time of a request.
struct Clock {
    start: Date,
    is_access: bool,
    questions: Vec<Question>,
    notices: Vec<(Date, Option<bool>, bool)>,
    pauses: Vec<(Date, Date)>,
}

impl Clock {
    /// Whether something is awaited that stops the time, by both readings or by one.
    fn waits(&self, reading: Reading) -> bool {
        self.questions.iter().any(|it| {
            let stops = if reading == Reading::Safe { it.stops_safe } else { it.stops };
            stops && it.supplied.is_none() && !it.is_past
        })
    }

    fn notice(&self) -> Option<Date> {
        self.notices.iter().find(|(_, reasons, past)| !past && *reasons != Some(false)).map(|(day, ..)| *day)
    }

    /// The last day, and whether an extension moved it.
    fn due(&self, book: &Book, reading: Reading) -> (Date, bool) {
        let month = self.ends(book, reading, 1);
        match self.notice() {
            Some(notice) if notice <= month => (self.ends(book, reading, 3), true),
            _ => (month, false),
        }
    }

    fn safe_due(&self, book: &Book) -> Date {
        self.due(book, Reading::Safe).0.min(self.due(book, Reading::Regulators).0)
    }

    fn ends(&self, book: &Book, reading: Reading, months: i64) -> Date {
        let off = &book.off.english;
        let is_12a = self.start >= ARTICLE_12A;
        let mut end = plus_months(self.start, months);
        // If the day of receipt is the first of the month, the last is the day before its number.
        if is_12a && reading == Reading::Safe && end.day() == self.start.day() {
            end = plus(end, -1);
        }
        for (asked, answered) in &self.pauses {
            let asked = *asked.max(&self.start);
            let counts = self.is_access
                && self.start >= PAUSED_BY_GUIDANCE
                && (is_12a || reading == Reading::Regulators)
                && asked <= *answered
                && asked <= rolled(end, off);
            if counts {
                let both = i64::from(is_12a && reading == Reading::Regulators);
                end = plus(end, between(asked, *answered) + both);
            }
        }
        rolled(end, off)
    }

    fn ask(&mut self, book: &Book, what: &'static str, day: Date) {
        if self.questions.iter().any(|it| it.what == what && it.supplied.is_none() && !it.is_past) {
            return;
        }
        let in_time = self.waits(Reading::Safe) || day <= self.safe_due(book);
        let (stops, stops_safe) = match what {
            "clarification" if self.is_access && self.start >= ARTICLE_12A && in_time => (true, true),
            "clarification" => (
                self.is_access
                    && self.start >= PAUSED_BY_GUIDANCE
                    && day <= self.ends(book, Reading::Regulators, 1),
                false,
            ),
            _ => (in_time, in_time),
        };
        self.questions.push(Question { what, asked: day, supplied: None, stops, stops_safe, is_past: false });
    }

    fn supply(&mut self, what: &'static str, day: Date) {
        let open = |it: &&mut Question| it.what == what && it.supplied.is_none() && !it.is_past;
        let Some(question) = self.questions.iter_mut().find(open) else { return };
        question.supplied = Some(day);
        if what == "clarification" {
            self.pauses.push((question.asked, day));
        } else if question.stops {
            self.start = self.start.max(day);
        }
    }

    fn again(&mut self, start: Date) {
        self.start = start;
        self.pauses.clear();
        self.questions.iter_mut().for_each(|it| it.is_past = true);
        self.notices.iter_mut().for_each(|it| it.2 = true);
    }

    fn take(&mut self, book: &Book, it: &Happening) {
        match it.kind.as_str() {
            "request.clarification_sought" if it.yes("statutory") => self.ask(book, "clarification", it.day),
            "request.id_sought" => self.ask(book, "identity", it.day),
            "request.fee_notice_issued" => self.ask(book, "fee", it.day),
            "request.clarification_received" => self.supply("clarification", it.day),
            "request.id_received" => self.supply("identity", it.day),
            "request.fee_paid" => self.supply("fee", it.day),
            "request.extension_notified" => self.notices.push((it.day, it.flag("reasons_given"), false)),
            "request.extension_withdrawn" => self.notices.iter_mut().for_each(|it| it.2 = true),
            _ => {}
        }
    }
}

struct End {
    day: Date,
    answered: bool,
    in_time: bool,
    is_safe: bool,
    extended: bool,
}

/// A request of a data subject.
struct Request {
    right: String,
    received: Date,
    clock: Clock,
    end: Option<End>,
}

/// The laws of a request, one after the other: what it is counted under is the first right at the end.
fn regimes(life: &[&Happening]) -> Vec<String> {
    let mut now: Vec<String> = Vec::new();
    for it in life {
        if it.is("request.received") {
            let mut said = vec![it.word("regime")];
            said.extend(it.list("regimes").into_iter().filter(|regime| *regime != it.word("regime")));
            now.extend(said.into_iter().map(str::to_owned));
        } else if it.is("request.regime_changed") {
            let place = now.iter().position(|one| one == it.word("regime_before")).unwrap_or(0);
            if let Some(one) = now.get_mut(place) {
                *one = it.word("regime").to_owned();
            }
        }
    }
    now
}

fn request(book: &Book, life: &[&Happening]) -> Option<Request> {
    let received = life.iter().find(|it| it.is("request.received"))?;
    let now = regimes(life);
    let rights: Vec<&String> = now.iter().filter(|one| is_right(one)).collect();
    let right = (*rights.first()?).clone();
    let is_access = rights.iter().all(|one| ["sar", "dpa_1998"].contains(&one.as_str()));
    let start = received.day;
    let clock = Clock { start, is_access, questions: Vec::new(), notices: Vec::new(), pauses: Vec::new() };
    let mut request = Request { right, received: start, clock, end: None };
    let mut answered: Vec<&str> = Vec::new();
    for it in life {
        if let Some(outcome) = end_of(it) {
            let part = it.word("regime");
            let is_left = |one: &&&String| one.as_str() != part && !answered.contains(&one.as_str());
            let is_part = it.is("request.response_issued")
                && now.iter().any(|one| one == part)
                && (!is_right(part) || rights.iter().any(|one| is_left(&one)));
            if is_part && outcome.is_some() {
                answered.push(part);
            } else if request.end.is_none() {
                request.end = Some(ended(book, &request, it, outcome.is_some()));
            }
        } else if it.is("request.reopened") {
            match it.word("reopen_reason") {
                "closed_in_error" => request.end = None,
                "ico_decision" | "tribunal_decision" => {
                    request.end = None;
                    request.clock.again(it.day);
                    answered.clear();
                }
                _ => {}
            }
        } else {
            request.clock.take(book, it);
        }
    }
    Some(request)
}

fn ended(book: &Book, request: &Request, it: &Happening, answered: bool) -> End {
    let (clock, day) = (&request.clock, it.day.max(request.received));
    // While the clock stands still, nothing is late.
    if clock.waits(Reading::Safe) {
        return End { day, answered, in_time: true, is_safe: true, extended: false };
    }
    let (due, extended) = clock.due(book, Reading::Regulators);
    let in_time = clock.waits(Reading::Regulators) || day <= due;
    End { day, answered, in_time, is_safe: day <= clock.safe_due(book), extended }
}

fn stock(book: &Book, name: &str, of: &[&Request]) -> Row {
    let period = book.period;
    let open_on =
        |it: &Request, day: Date| it.received <= day && it.end.as_ref().is_none_or(|end| end.day > day);
    let count = |wanted: &dyn Fn(&Request) -> bool| of.iter().filter(|it| wanted(it)).count();
    let ended = |it: &Request, answered: bool| {
        it.end.as_ref().is_some_and(|end| period.holds(end.day) && end.answered == answered)
    };
    let answered = count(&|it| ended(it, true));
    let in_time = count(&|it| ended(it, true) && it.end.as_ref().is_some_and(|end| end.in_time));
    vec![
        json!(name),
        json!(count(&|it| open_on(it, plus(period.from, -1)))),
        json!(count(&|it| period.holds(it.received))),
        json!(answered),
        share(in_time, answered),
        json!(count(&|it| ended(it, false))),
        json!(count(&|it| open_on(it, period.to))),
    ]
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let all: Vec<Request> = book.cases(LIFE).values().filter_map(|life| request(book, life)).collect();
    let mut rows = Vec::new();
    for (code, name) in RIGHTS {
        rows.push(stock(book, name, &all.iter().filter(|it| it.right == code).collect::<Vec<_>>()));
    }
    rows.push(stock(book, "All", &all.iter().collect::<Vec<_>>()));
    counted.table("rights_by_right", rows);
    figures(book, &all, counted);
    counted.table("rights_pauses", pauses(book, &all));
    complaints(book, counted);
}

fn figures(book: &Book, all: &[Request], counted: &mut Counted) {
    let period = book.period;
    let ends: Vec<&End> =
        all.iter().filter_map(|it| it.end.as_ref()).filter(|end| period.holds(end.day)).collect();
    let answered = ends.iter().filter(|end| end.answered).count();
    let in_time: Vec<&&End> = ends.iter().filter(|end| end.answered && end.in_time).collect();
    counted.number("rights_received", all.iter().filter(|it| period.holds(it.received)).count());
    counted.number("rights_closed", ends.len());
    counted.share("rights_in_time", in_time.len(), answered);
    counted.share(
        "rights_in_time_extended",
        in_time.iter().filter(|end| end.extended).count(),
        in_time.len(),
    );
    counted.share(
        "rights_between_readings",
        in_time.iter().filter(|end| !end.is_safe).count(),
        in_time.len(),
    );
    let notices: Vec<_> =
        all.iter().flat_map(|it| &it.clock.notices).filter(|(day, ..)| period.holds(*day)).collect();
    counted.number("rights_extensions", notices.len());
    let with_reasons = notices.iter().filter(|(_, reasons, _)| *reasons == Some(true)).count();
    counted.share("rights_extensions_with_reasons", with_reasons, notices.len());
}

fn pauses(book: &Book, all: &[Request]) -> Vec<Row> {
    let stopping: Vec<&Question> =
        all.iter().flat_map(|it| &it.clock.questions).filter(|it| it.stops).collect();
    let counts = |wanted: &dyn Fn(&Question) -> bool| {
        let (mut begun, mut ended, mut days) = (0, 0, 0);
        for it in stopping.iter().filter(|it| wanted(it)) {
            begun += usize::from(book.period.holds(it.asked));
            if let Some(day) = it.supplied.filter(|day| book.period.holds(*day)) {
                ended += 1;
                days += between(it.asked, day) + 1;
            }
        }
        [begun, ended, usize::try_from(days).expect("days that go on")]
    };
    vec![
        row("Clarification", &counts(&|it| it.what == "clarification")),
        row("Proof of identity", &counts(&|it| it.what == "identity")),
        row("A fee", &counts(&|it| it.what == "fee")),
        row("All", &counts(&|_| true)),
    ]
}

/// A complaint's first receipt, what acknowledged it first, its last outcome.
fn complaints(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[
        &["dpcomplaint.received"],
        &["dpcomplaint.acknowledged"],
        &["dpcomplaint.outcome_issued"],
        &["dpcomplaint.withdrawn"],
    ];
    let period = book.period;
    let mut stages = [0; 6];
    let mut outcomes: Vec<String> = Vec::new();
    for life in book.cases(life).values() {
        let Some(received) = life.iter().find(|it| it.is("dpcomplaint.received")) else { continue };
        let is_told =
            |it: &&&Happening| it.is("dpcomplaint.acknowledged") || it.is("dpcomplaint.outcome_issued");
        let told = life.iter().find(is_told).map(|it| it.day);
        let is_withdrawn = life.iter().any(|it| it.is("dpcomplaint.withdrawn"));
        if let Some(last) = life.iter().rfind(|it| it.is("dpcomplaint.outcome_issued"))
            && period.holds(last.day)
        {
            outcomes.push(last.word("complaint_outcome").to_owned());
        }
        if period.holds(received.day) {
            stages[stage(book, received.day, told, is_withdrawn)] += 1;
        }
    }
    let names = [
        "Acknowledged in time",
        "Acknowledged late",
        "Not acknowledged, and overdue",
        "Not acknowledged yet, and not due",
        "Withdrawn before",
        "Received before 19 June 2026",
    ];
    let all: usize = stages.iter().sum();
    let mut rows: Vec<Row> = names.iter().zip(stages).map(|(name, count)| row(name, &[count])).collect();
    rows.push(row("All", &[all]));
    counted.table("complaints_acknowledged", rows);
    counted.number("complaints_received", all);
    counted.share("complaints_in_time", stages[0], stages[0] + stages[1] + stages[2]);
    let names = [
        ("upheld", "Upheld"),
        ("upheld_in_part", "Upheld in part"),
        ("not_upheld", "Not upheld"),
        ("resolved_informally", "Resolved informally"),
        ("out_of_scope", "Out of scope"),
    ];
    counted.table("complaints_by_outcome", super::counted::tally(&names, &outcomes, Clone::clone));
}

/// Where in the table a complaint stands.
fn stage(book: &Book, received: Date, told: Option<Date>, is_withdrawn: bool) -> usize {
    let due = rolled(plus(received, 30), &book.off.english);
    match told {
        _ if received < date(2026, 6, 19) => 5,
        Some(told) if told <= due => 0,
        Some(_) => 1,
        None if is_withdrawn => 4,
        None if due < book.period.today() => 2,
        None => 3,
    }
}
