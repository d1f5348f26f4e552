//! R18: the publication scheme, statistics on requests, published data, the disclosure log, privacy notices.

use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening, Period};
use super::counted::{Counted, row, share, size};
use super::days::{in_london, plus, plus_months};
use super::quarters;

pub fn recount(book: &Book, counted: &mut Counted) {
    schemes(book, counted);
    statistics(book, counted);
    datasets(book, counted);
    disclosure_log(book, counted);
    notices(book, counted);
}

/// What was published under each name, each once: what is told twice in the same words was done once.
fn issued<'b>(book: &'b Book, kind: &str) -> Vec<Vec<&'b Happening>> {
    let mut all: Vec<Vec<&Happening>> = Vec::new();
    for life in book.cases(&[&[kind]]).values() {
        let mut these: Vec<&Happening> = Vec::new();
        for it in life {
            if !these.last().is_some_and(|last| last.time == it.time && last.data == it.data) {
                these.push(it);
            }
        }
        all.push(these);
    }
    all
}

fn in_period<'b>(book: &Book, all: &[Vec<&'b Happening>]) -> Vec<&'b Happening> {
    all.iter().flatten().filter(|it| book.period.holds(it.day)).copied().collect()
}

/// The day that something names for the next time, where that can be meant.
fn next(it: &Happening, field: &str) -> Option<Date> {
    it.date(field).filter(|next| *next >= it.day)
}

fn last_of<'b>(life: &[&'b Happening]) -> &'b Happening {
    life[life.len() - 1]
}

fn schemes(book: &Book, counted: &mut Counted) {
    let all = issued(book, "scheme.reviewed");
    if all.is_empty() {
        return;
    }
    let (mut rows, mut current) = (Vec::new(), 0);
    for life in &all {
        let last = last_of(life);
        let due = plus_months(last.day, 12);
        let due = next(last, "review_due").map_or(due, |named| named.min(due));
        current += usize::from(due >= book.period.today());
        let classes = last.number("classes").zip(last.number("classes_current"));
        let classes = classes.filter(|(all, current)| current <= all);
        let classes = classes.map(|(all, current)| share(size(current), size(all)));
        let (name, day) = (book.case(&last.subject), last.day.to_string());
        rows.push(vec![json!(name), json!(day), json!(due.to_string()), json!(classes)]);
    }
    counted.number("scheme_reviews", in_period(book, &all).len());
    counted.share("schemes_current", current, all.len());
    counted.table("schemes", rows);
}

/// From which day on statistics are owed: as declared, or from the ledger's beginning.
fn owed_from(book: &Book) -> Option<Date> {
    let mut declared = Vec::new();
    for life in book.cases(&[&["ledger.coverage_declared"]]).values() {
        declared
            .extend(life.iter().rfind(|it| it.word("group") == "foi_stats").and_then(|it| it.date("from")));
    }
    let began = book.all.iter().min_by_key(|it| it.seq).map(|it| in_london(it.recorded));
    declared.into_iter().min().or(began)
}

/// How many full-time posts there are, where anybody counted.
fn posts(book: &Book) -> Option<f64> {
    let mut sum = None;
    for life in book.cases(&[&["population.recorded"]]).values() {
        let of = |class: &str| {
            let these = life.iter().filter(|it| it.word("user_class") == class);
            these.max_by_key(|it| it.date("as_at"))
        };
        if let Some(last) = of("staff").or_else(|| of("all")) {
            let posts = last.data["fte"].as_f64().or(last.data["heads"].as_f64()).unwrap_or(0.0);
            sum = Some(sum.unwrap_or(0.0) + posts);
        }
    }
    sum
}

/// The day on which each day of a quarter had been covered by what was published until then.
fn covered(book: &Book, first: Date, last: Date) -> Option<Date> {
    let mut published: Vec<(Date, Date, Date)> = Vec::new();
    for it in book.of(&["foi_stats.published"]) {
        if let (Some(from), Some(to)) = (it.date("period_from"), it.date("period_to"))
            && from <= to
            && to < it.day
        {
            published.push((it.day, from, to));
        }
    }
    let is_told = |day: Date, by: Date| {
        published.iter().any(|(published, from, to)| *published <= by && *from <= day && day <= *to)
    };
    let mut days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
    let mut whole: Vec<Date> = published.iter().map(|(day, ..)| *day).collect();
    whole.retain(|by| days.clone().all(|day| is_told(day, *by)));
    days.next().and_then(|_| whole.into_iter().min())
}

fn statistics(book: &Book, counted: &mut Counted) {
    let period = book.period;
    let Some(from) = owed_from(book).filter(|_| posts(book).is_none_or(|posts| posts > 100.0)) else {
        return;
    };
    let month = (from.month() - 1) / 3 * 3 + 1;
    let mut first = jiff::civil::date(from.year(), month, 1);
    let (mut rows, mut in_time) = (Vec::new(), 0);
    while first <= period.to && first <= period.today() {
        let behind = plus_months(first, 3);
        let last = plus(behind, -1);
        let due = plus_months(last, 1);
        if period.holds(due) && due < period.today() {
            let published = covered(book, first, last);
            let result = match published {
                Some(day) if day <= due => "in time",
                Some(_) => "late",
                None => "not published",
            };
            in_time += usize::from(result == "in time");
            let name = quarters::in_words(Period { from: first, to: last, ..period });
            let day = published.map(|day| day.to_string());
            rows.push(vec![json!(name), json!(due.to_string()), json!(day), json!(result)]);
        }
        first = behind;
    }
    if !rows.is_empty() {
        counted.share("statistics_in_time", in_time, rows.len());
        counted.table("statistics_by_quarter", rows);
    }
}

const DUTIES: [(&str, &str); 5] = [
    ("transparency_code", "Local government transparency code"),
    ("foia_s11a", "Freedom of Information Act 2000, section 11A"),
    ("inspire", "INSPIRE Regulations 2009"),
    ("eir", "Environmental Information Regulations 2004"),
    ("own_choice", "Own choice"),
];

fn datasets(book: &Book, counted: &mut Counted) {
    let all = issued(book, "dataset.published");
    if all.is_empty() {
        return;
    }
    let these = in_period(book, &all);
    let open = these.iter().filter(|it| it.word("licence") == "open_government_licence").count();
    counted.share("datasets_checked", these.iter().filter(|it| it.yes("checked")).count(), these.len());
    counted.share("datasets_open", open, these.len());
    let mut rows = Vec::new();
    for (code, name) in DUTIES {
        let of_duty: Vec<&Vec<&Happening>> =
            all.iter().filter(|life| last_of(life).word("duty") == code).collect();
        rows.push(row(name, &again(book, &of_duty)));
    }
    rows.push(row("All", &again(book, &all.iter().collect::<Vec<_>>())));
    counted.table("datasets_by_duty", rows);
}

/// Datasets, publications, how often they were due again, and whether they came in time, later or not at all.
fn again(book: &Book, these: &[&Vec<&Happening>]) -> [usize; 6] {
    let mut counts = [these.len(), 0, 0, 0, 0, 0];
    for life in these {
        counts[1] += life.iter().filter(|it| book.period.holds(it.day)).count();
        for (place, it) in life.iter().enumerate() {
            let due =
                next(it, "next_due").filter(|due| book.period.holds(*due) && *due < book.period.today());
            let Some(due) = due else { continue };
            counts[2] += 1;
            match life.get(place + 1) {
                Some(following) if following.day <= due => counts[3] += 1,
                Some(_) => counts[4] += 1,
                None => counts[5] += 1,
            }
        }
    }
    counts
}

fn disclosure_log(book: &Book, counted: &mut Counted) {
    let releases = in_period(book, &issued(book, "disclosure_log.published"));
    let marked = in_period(book, &issued(book, "request.published"));
    if releases.is_empty() && marked.is_empty() {
        return;
    }
    let answers: u64 = releases.iter().filter_map(|it| it.number("answers")).sum();
    counted.number("releases", releases.len());
    counted.number("answers_released", size(answers));
    counted.share("releases_checked", releases.iter().filter(|it| it.yes("checked")).count(), releases.len());
    counted.number("requests_published", marked.len());
}

fn notices(book: &Book, counted: &mut Counted) {
    let all = issued(book, "privacy_notice.published");
    if all.is_empty() {
        return;
    }
    let is_overdue = |life: &&Vec<&Happening>| {
        next(last_of(life), "review_due").is_some_and(|due| due < book.period.today())
    };
    counted.number("notices_issued", in_period(book, &all).len());
    counted.share("notices_overdue", all.iter().filter(is_overdue).count(), all.len());
}
