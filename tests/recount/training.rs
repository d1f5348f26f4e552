//! R3 and R4: who acknowledged the policies, and who was taught.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::book::{Book, Happening, each, months};
use super::counted::{Counted, Row, row, share, size};
use super::days::{plus, plus_months};
use super::people::{self, Person};

const BOUND: [&str; 4] = ["staff", "agency", "member", "contractor"];
const CLASSES: [(&str, &str); 7] = [
    ("staff", "Staff"),
    ("agency", "Agency workers"),
    ("member", "Councillors"),
    ("contractor", "Contractors"),
    ("partner", "Partners"),
    ("visitor", "Visitors"),
    ("service_account", "Service accounts"),
];

/// A policy's versions that were published, the earliest first.
type Policy<'b> = Vec<&'b Happening>;

fn policies(book: &Book) -> BTreeMap<String, Policy<'_>> {
    let mut policies = BTreeMap::new();
    for (name, life) in book.cases(&[&["policy.superseded"], &["policy.published"]]) {
        let mut versions: Policy<'_> = Vec::new();
        for it in life {
            let version = it.text("version");
            if it.is("policy.superseded") {
                versions.retain(|known| version.is_some_and(|version| known.word("version") != version));
            } else if !versions.iter().any(|known| known.text("version") == version) {
                versions.push(it);
            }
        }
        if !versions.is_empty() {
            policies.insert(name, versions);
        }
    }
    policies
}

/// Where in the list the version stands that is to be acknowledged: the last with another text.
fn wanted(policy: &Policy<'_>) -> usize {
    policy.iter().rposition(|it| it.word("changes") != "none").unwrap_or(0)
}

/// Whether a person has acknowledged a policy as it is, and not too long ago.
fn has_read(book: &Book, person: &Person, name: &str, policy: &Policy<'_>) -> bool {
    let enough = &policy[wanted(policy)..];
    let is_enough = |version: &str| enough.iter().any(|it| it.word("version") == version);
    let last = person
        .read
        .iter()
        .rfind(|(of, version, _, understood, _)| of == name && *understood && is_enough(version));
    let Some((_, _, day, ..)) = last else { return false };
    let again = plus_months(*day, 12);
    person.due(again, again).is_none_or(|due| book.period.today() <= due)
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let people = people::all(book);
    acceptance(book, &people, counted);
    clauses(book, &people, counted);
    trained(book, &people, counted);
    inductions(book, &people, counted);
    by_month(book, &people, counted);
    awareness(book, counted);
}

fn acceptance(book: &Book, people: &[Person], counted: &mut Counted) {
    let given = people
        .iter()
        .flat_map(|it| &it.read)
        .filter(|(_, _, day, understood, _)| *understood && book.period.holds(*day));
    counted.number("policies_acknowledged", given.count());
    let today = book.period.today();
    let is_bound = |it: &&Person| {
        it.is_there(today) && it.is_one_of(&BOUND) && (it.start().is_some() || it.has_access())
    };
    let bound: Vec<&Person> = people.iter().filter(is_bound).collect();
    let policies = policies(book);
    if bound.is_empty() || policies.is_empty() {
        return;
    }
    let has_all = |it: &&&Person| policies.iter().all(|(name, policy)| has_read(book, it, name, policy));
    counted.share("people_accepting", bound.iter().filter(has_all).count(), bound.len());
    let unit = |it: &Person| it.unit.clone().unwrap_or("not recorded".to_owned());
    let class =
        |it: &Person| it.class().and_then(|class| CLASSES.iter().position(|(code, _)| *code == class));
    let mut rows = Vec::new();
    for (of_unit, of_class) in each(bound.iter().map(|it| (unit(it), class(it)))) {
        let these: Vec<&Person> =
            bound.iter().filter(|it| unit(it) == of_unit && class(it) == of_class).copied().collect();
        let name = of_class.map_or("not recorded", |place| CLASSES[place].1);
        rows.push(accepted(
            &[json!(of_unit), json!(name)],
            these.len(),
            these.iter().filter(has_all).count(),
        ));
    }
    rows.push(accepted(&[json!("All"), json!("All")], bound.len(), bound.iter().filter(has_all).count()));
    counted.table("acceptance_by_directorate", rows);
    let mut rows = Vec::new();
    for (name, policy) in &policies {
        let it = policy[wanted(policy)];
        let read = bound.iter().filter(|person| has_read(book, person, name, policy)).count();
        rows.push(accepted(
            &[json!(name), json!(it.word("version")), json!(it.day.to_string())],
            bound.len(),
            read,
        ));
    }
    counted.table("acceptance_by_policy", rows);
}

fn accepted(names: &[Value], of: usize, accepted: usize) -> Row {
    let counts = [json!(of), json!(accepted), json!(of - accepted), share(accepted, of)];
    names.iter().cloned().chain(counts).collect()
}

/// The clause on confidentiality: at the start of a contract, and every year.
fn clauses(book: &Book, people: &[Person], counted: &mut Counted) {
    let today = book.period.today();
    let (mut owing, mut known) = (0, 0);
    for person in people.iter().filter(|it| it.is_there(today)) {
        let is_employed = person.is_one_of(&["staff", "agency"]);
        let last = person.clauses.last().map(|day| plus_months(*day, 12));
        match (last, person.start()) {
            (Some(again), start)
                if start.is_none_or(|start| again >= start) && (is_employed || start.is_none()) =>
            {
                owing += 1;
                known += usize::from(person.due(again, again).is_none_or(|due| today <= due));
            }
            (_, Some(_)) if is_employed => owing += 1,
            _ => {}
        }
    }
    if owing > 0 {
        counted.share("clauses_acknowledged", known, owing);
    }
}

fn trained(book: &Book, people: &[Person], counted: &mut Counted) {
    let today = book.period.today();
    let bound: Vec<&Person> = people.iter().filter(|it| it.is_there(today) && it.is_one_of(&BOUND)).collect();
    if bound.is_empty() {
        return;
    }
    let is_trained = |it: &&&Person| it.is_trained(today);
    counted.share("people_trained", bound.iter().filter(is_trained).count(), bound.len());
    let members: Vec<&Person> = bound.iter().filter(|it| it.is_one_of(&["member"])).copied().collect();
    if !members.is_empty() {
        counted.share("members_trained", members.iter().filter(is_trained).count(), members.len());
    }
    let unit = |it: &Person| it.unit.clone().unwrap_or("not recorded".to_owned());
    let mut rows = Vec::new();
    for of_unit in each(bound.iter().map(|it| unit(it))).iter().map(Some).chain([None]) {
        let these: Vec<&&Person> =
            bound.iter().filter(|it| of_unit.is_none_or(|of_unit| unit(it) == *of_unit)).collect();
        let trained = these.iter().filter(|it| it.is_trained(today)).count();
        let overdue = these.iter().filter(|it| !it.is_trained(today) && it.is_overdue(today)).count();
        let name = of_unit.map_or("All", String::as_str);
        let mut cells = row(name, &[these.len(), trained, these.len() - trained - overdue, overdue]);
        cells.push(share(trained, these.len()));
        rows.push(cells);
    }
    counted.table("training_by_directorate", rows);
}

/// Those who joined in the period, and whose first days are over.
fn inductions(book: &Book, people: &[Person], counted: &mut Counted) {
    let (mut joined, mut in_time) = (0, 0);
    for person in people.iter().filter(|it| it.is_one_of(&BOUND)) {
        let Some(start) = person.start().filter(|start| book.period.holds(*start)) else { continue };
        let Some(due) = person.due(start, plus(start, 30)).filter(|due| *due < book.period.today()) else {
            continue;
        };
        joined += 1;
        let counts = |it: &&people::Course| it.is_general() && it.day <= due && it.until >= start;
        in_time += usize::from(person.taken.iter().any(|it| counts(&it)));
    }
    if joined > 0 {
        counted.share("inductions_in_time", in_time, joined);
    }
}

fn by_month(book: &Book, people: &[Person], counted: &mut Counted) {
    let taken: Vec<&people::Course> =
        people.iter().flat_map(|it| &it.taken).filter(|it| book.period.holds(it.day)).collect();
    let counts = |name: &str, these: &[&people::Course]| {
        let general = these.iter().filter(|it| it.is_general()).count();
        row(name, &[general, these.len() - general, these.len()])
    };
    let mut rows = Vec::new();
    for month in months(book.period) {
        let these: Vec<&people::Course> =
            taken.iter().filter(|it| it.day.first_of_month() == month).copied().collect();
        rows.push(counts(&month.strftime("%Y-%m").to_string(), &these));
    }
    rows.push(counts("All", &taken));
    if !taken.is_empty() {
        counted.table("training_by_month", rows);
    }
}

fn awareness(book: &Book, counted: &mut Counted) {
    let names = [
        ("awareness.briefing_published", "Briefings"),
        ("awareness.reminder_issued", "Reminders"),
        ("verbal.reminder_issued", "Reminders of discreet conversation"),
        ("phishing.simulated", "Exercises with test messages"),
    ];
    let kinds = names.map(|(kind, _)| kind);
    let mut given: Vec<&Happening> = Vec::new();
    for it in book.of(&kinds).filter(|it| book.period.holds(it.day)) {
        // What is recorded twice happened once.
        let is_same = |known: &&&Happening| {
            book.case(&known.subject) == book.case(&it.subject)
                && (&known.kind, known.time, &known.data) == (&it.kind, it.time, &it.data)
        };
        if given.iter().find(is_same).is_none() {
            given.push(it);
        }
    }
    let counts = |name: &str, these: &[&&Happening]| {
        let reached: u64 = these.iter().filter_map(|it| it.number("people_reached")).sum();
        let unknown = these.iter().filter(|it| it.number("people_reached").is_none()).count();
        row(name, &[these.len(), size(reached), unknown])
    };
    let mut rows = Vec::new();
    for (kind, name) in names {
        rows.push(counts(name, &given.iter().filter(|it| it.is(kind)).collect::<Vec<_>>()));
    }
    rows.push(counts("All", &given.iter().collect::<Vec<_>>()));
    if !given.is_empty() {
        counted.table("awareness", rows);
    }
}
