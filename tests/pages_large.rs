//! The pages over a register of ten thousand rows: light, whole, and sorted and filtered as it says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::Request;
use support::serving::{Serving, request};
use visitor::{Page, Visitor, days_ago};

mod support;
mod visitor;

const PATIENCE: Duration = Duration::from_secs(180);
/// Rows of the register.
const ROWS: usize = 10_000;
/// Of these, the first are long overdue, more than a page of the interface.
const OVERDUE: usize = 1_100;
const UNITS: [&str; 3] = ["housing", "legal", "planning"];
const REGISTER: &str = "/registers/requests/open";

fn case(number: usize) -> String {
    format!("case-e-{number:05}")
}

/// The first are overdue; each of the next was received a day before the one before, so that some of them are due within
/// seven days whatever holidays there are; the rest came just now.
fn event(number: usize) -> Value {
    let mut event = request(&format!("e-{number:05}"), "/systems/foi", Some(UNITS[number % 3]));
    let ago = match number {
        number if number < OVERDUE => Some(90),
        number if number < OVERDUE + 15 => Some(22 + number - OVERDUE),
        _ => None,
    };
    if let Some(days) = ago {
        event["time"] = json!(days_ago(u64::try_from(days).unwrap()).to_string());
    }
    event
}

/// A served ledger with the register, all of which is folded.
fn serving() -> Serving {
    // What is overdue raises several alerts a case, all of them today.
    let serving = Serving::with(|_| {}, &["--set", "plugins.alerts_a_day_max=1000000"]);
    let events: Vec<Value> = (0..ROWS).map(event).collect();
    for batch in events.chunks(1_000) {
        serving.post_batch(&serving.admin, batch).is(201);
    }
    serving.ask(Request::new("POST", "/v1/plugins?built_in=requests").token(&serving.admin)).is(201);
    // Its alerts come into the ledger after what they are about, and are read by it, too.
    let (begun, mut quiet) = (Instant::now(), (0, Instant::now()));
    while quiet.1.elapsed() < Duration::from_secs(1) {
        let size = serving.size();
        let plugin = serving.get(&serving.admin, "/v1/plugins/requests").is(200).json();
        if plugin["state"] != "at_head" || size != quiet.0 {
            quiet = (size, Instant::now());
        }
        assert!(begun.elapsed() < PATIENCE, "the plugin does not come after: {plugin}");
        thread::sleep(Duration::from_millis(50));
    }
    serving
}

/// The cases that a page lists, in its order.
fn cases(page: &Page) -> Vec<String> {
    let links = page.links().into_iter().filter(|(path, _)| path.starts_with("/cases/"));
    links.map(|(_, text)| text).collect()
}

/// The cases of a CSV file, in its order.
fn cases_of(csv: &str) -> Vec<String> {
    csv.lines().skip(1).map(|line| line.split(',').next().unwrap().trim_matches('"').to_owned()).collect()
}

fn all_cases() -> Vec<String> {
    (0..ROWS).map(case).collect()
}

#[test]
fn a_large_register_is_light_whole_and_in_order() {
    let mut serving = serving();
    let admin = serving.admin.clone();
    let mut visitor = Visitor::with(&serving, &admin);
    let mut look = |query: &str| {
        let page = visitor.go(&format!("{REGISTER}{query}")).is(200);
        visitor.weighs_little(&page);
        page
    };
    // Each case stands on one page of a hundred.
    let mut seen = Vec::new();
    for number in 1..=ROWS / 100 {
        let page = look(&format!("?page={number}"));
        let listed = cases(&page);
        assert_eq!(listed.len(), 100, "page {number}");
        seen.extend(listed);
        let is_more = page.links().iter().any(|(path, _)| path.contains(&format!("page={}", number + 1)));
        assert_eq!(is_more, number < ROWS / 100, "page {number}");
    }
    seen.sort_unstable();
    assert_eq!(seen, all_cases());
    assert!(cases(&look("?page=101")).is_empty());
    // Sorted either way, page by page.
    let downwards: Vec<String> = (ROWS - 200..ROWS - 100).rev().map(case).collect();
    assert_eq!(cases(&look("?sort=-case&page=2")), downwards);
    assert_eq!(cases(&look("?sort=case")), (0..100).map(case).collect::<Vec<_>>());
    // Filters: of a third of the rows, and of one.
    let housing = look("?unit=housing");
    assert!(housing.text().contains("3,334 rows"), "{}", housing.text());
    assert!(cases(&housing).iter().all(|case| case[7..].parse::<usize>().unwrap() % 3 == 0));
    let last = look("?unit=housing&sort=-case");
    assert_eq!(cases(&last)[..2], [case(9_999), case(9_996)]);
    assert_eq!(cases(&look("?q=e-04711")), [case(4_711)]);
    assert!(cases(&look("?q=nothing-is-so")).is_empty());
    assert!(cases(&look("?due_within=0&sort=due"))[0] < case(OVERDUE));
    serving.stop_and_verify();
}

#[test]
fn a_large_register_is_saved_whole() {
    let mut serving = serving();
    let admin = serving.admin.clone();
    let mut visitor = Visitor::with(&serving, &admin);
    let mut csv = |query: &str| {
        let answer = visitor.get(&format!("{REGISTER}.csv{query}")).answer;
        assert_eq!(answer.status, 200, "{:.2000}", answer.text());
        cases_of(&answer.text())
    };
    let mut all = csv("");
    all.sort_unstable();
    assert_eq!(all, all_cases(), "no row is missing, and none is there twice");
    assert_eq!(csv("?sort=case"), all_cases());
    let legal: Vec<String> = (0..ROWS).filter(|number| number % 3 == 1).map(case).collect();
    assert_eq!(csv("?sort=case&unit=legal"), legal);
    // Programs get the same, and say how much they want or that they want all.
    let whole = serving.get(&admin, &format!("/v1{REGISTER}?whole=true")).is(200).json();
    assert_eq!((whole["rows"].as_array().unwrap().len(), whole["total"].as_u64()), (ROWS, Some(ROWS as u64)));
    for both in ["limit=1", "offset=1"] {
        serving.get(&admin, &format!("/v1{REGISTER}?whole=true&{both}")).problem(400, "bad_request");
    }
    // While more comes in, it is of one moment all the same.
    let is_over = AtomicBool::new(false);
    let answers = thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = ROWS;
            while !is_over.load(Ordering::Relaxed) {
                serving.post(&admin, &event(number)).is(201);
                number += 1;
                thread::sleep(Duration::from_millis(20));
            }
        });
        let mut other = Visitor::with(&serving, &admin);
        let answers: Vec<Page> = (0..3).map(|_| other.get(&format!("{REGISTER}.csv"))).collect();
        is_over.store(true, Ordering::Relaxed);
        answers
    });
    for page in answers {
        assert_eq!(page.answer.status, 200, "{:.2000}", page.answer.text());
        let listed = cases_of(&page.answer.text());
        let different: BTreeSet<&String> = listed.iter().collect();
        let length = listed.len();
        assert_eq!(different.len(), length, "a row is there twice");
        // Cases came in one after the other, so those of a moment have no gap.
        assert!(length >= ROWS && different.into_iter().eq(&(0..length).map(case).collect::<Vec<_>>()));
    }
    serving.stop_and_verify();
}

#[test]
fn what_is_due_is_not_lost_behind_what_is_overdue() {
    let mut serving = serving();
    let admin = serving.admin.clone();
    let due = |days: u32| {
        let target = format!("/v1{REGISTER}?due_within={days}&limit=1");
        serving.get(&admin, &target).is(200).json()["total"].as_u64().unwrap()
    };
    let soon = due(7);
    assert!(soon > OVERDUE as u64, "{soon} are due or overdue: the test needs more than are overdue");
    let mut visitor = Visitor::with(&serving, &admin);
    let home = visitor.go("/").is(200);
    visitor.weighs_little(&home);
    let links = home.links();
    let overdue = links.iter().find(|(path, _)| path == &format!("{REGISTER}?due_within=0&sort=due"));
    let (path, words) = overdue.unwrap_or_else(|| panic!("nothing is said to be overdue: {}", home.text()));
    let count: u64 = words.split(' ').next().unwrap().replace(',', "").parse().unwrap();
    assert!((OVERDUE as u64..=soon).contains(&count), "{words}, of {soon}");
    let first = cases(&visitor.go(path).is(200)).remove(0);
    assert!(first < case(OVERDUE), "{first} is not overdue for longest");
    let rows = links.iter().filter(|(path, _)| path == &format!("{REGISTER}?due_within=7")).count() as u64;
    // A case that is due on the day of another register's row is shown once, so there may be fewer.
    assert!((1..=soon - count).contains(&rows), "{rows} rows of {soon}, {count} overdue: {}", home.text());
    serving.stop_and_verify();
}
