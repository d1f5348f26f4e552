//! R2: roles, papers, boards, advice, and checks of how the policies are kept.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row, size};
use super::days::{plus, plus_months, working_after};

pub fn recount(book: &Book, counted: &mut Counted) {
    roles(book, counted);
    documents(book, counted);
    boards(book, counted);
    guidance(book, counted);
    checks(book, counted);
}

/// A code as words: the first letter a capital.
pub fn words(code: &str) -> String {
    let text = code.replace('_', " ");
    text.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(text.chars().skip(1)).collect()
}

/// A row for each group, and one for all: the columns' sums.
pub fn summed(groups: BTreeMap<String, Vec<usize>>) -> Vec<Row> {
    let mut all: Vec<usize> = Vec::new();
    let mut rows = Vec::new();
    for (name, counts) in &groups {
        all.resize(counts.len(), 0);
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
        rows.push(row(name, counts));
    }
    rows.push(row("All", &all));
    rows
}

/// Adds to a group's counts.
pub fn add(groups: &mut BTreeMap<String, Vec<usize>>, name: String, counts: &[usize]) {
    let group = groups.entry(name).or_insert_with(|| vec![0; counts.len()]);
    for (sum, count) in group.iter_mut().zip(counts) {
        *sum += count;
    }
}

fn role_name(kind: &str) -> String {
    match kind {
        "siro" => "Senior information risk owner".to_owned(),
        "dpo" => "Data protection officer".to_owned(),
        "other" => "Other role".to_owned(),
        kind => words(kind),
    }
}

/// Who held a role: from, until, and whether for the time being.
fn holdings(life: &[&Happening]) -> Vec<(Date, Option<Date>, bool)> {
    let mut holdings: Vec<(Date, Option<Date>, bool)> = Vec::new();
    for it in life {
        let (from, until) = (it.date("from").unwrap_or(it.day), it.date("until"));
        if it.is("role.vacated") {
            for holding in &mut holdings {
                if holding.0 < from && holding.1.is_none_or(|until| from <= until) {
                    holding.1 = Some(plus(from, -1));
                }
            }
        } else if until.is_none_or(|until| from <= until) {
            holdings.push((from, until, it.yes("acting")));
        }
    }
    holdings
}

fn roles(book: &Book, counted: &mut Counted) {
    let today = book.period.today();
    let mut groups = BTreeMap::new();
    for life in book.cases(&[&["role.vacated"], &["role.assigned"]]).values() {
        let kind = role_name(life[life.len() - 1].word("role_kind"));
        let holdings = holdings(life);
        let is_now =
            |it: &&(Date, Option<Date>, bool)| it.0 <= today && it.1.is_none_or(|until| today <= until);
        let counts = match holdings.iter().rfind(is_now) {
            Some((_, _, false)) => [1, 1, 0, 0],
            Some((_, _, true)) => [1, 0, 1, 0],
            None => [1, 0, 0, 1],
        };
        add(&mut groups, kind, &counts);
    }
    if !groups.is_empty() {
        counted.table("roles", summed(groups));
    }
}

/// Within a day: what was superseded comes first, what was in force when the ledger began comes last.
const PAPERS: &[&[&str]] = &[
    &["policy.superseded"],
    &["policy.drafted"],
    &["policy.review_completed"],
    &["policy.approved"],
    &["policy.published", "standard.published", "procedure.published"],
    &["policy.distributed"],
    &["policy.installed"],
];

/// What applies no longer without any entry that says so, and since when.
const OVER: [&str; 6] = [
    "dpa-1998",
    "sensitive-data-order-2000",
    "iso_27002_2013",
    "iso-27002-2013",
    "iso-iec-27002-2013",
    "gpms",
];

/// A paper as it stands.
#[derive(Default)]
struct Paper<'b> {
    /// The version in force, and whether it was published.
    live: Option<(Option<&'b str>, bool)>,
    looked_at: Option<Date>,
    named: Option<Date>,
}

impl<'b> Paper<'b> {
    fn take(&mut self, it: &'b Happening) {
        let (version, review_due) = (it.text("version"), it.date("review_due"));
        match it.kind.as_str() {
            "policy.drafted" => {}
            "policy.installed" | "policy.distributed" => {
                self.looked_at = self.looked_at.or(Some(it.day));
                self.live = self.live.or(Some((version, false)));
            }
            "policy.approved" => {
                if !self.live.is_some_and(|(_, is_published)| is_published) {
                    self.live = Some((version, false));
                }
                (self.looked_at, self.named) = (Some(it.day), review_due);
            }
            "policy.review_completed" => (self.looked_at, self.named) = (Some(it.day), review_due),
            "policy.superseded" => {
                if version.is_none() || self.live.is_some_and(|(live, _)| live == version) {
                    self.live = None;
                }
            }
            _ => {
                let before = self.named.filter(|_| self.live.is_some_and(|(live, _)| live == version));
                self.named = review_due.or(before);
                (self.live, self.looked_at) = (Some((version, true)), Some(it.day));
            }
        }
    }
}

/// Whether what a version cites applies no longer.
fn is_behind(
    life: &[&Happening],
    version: Option<&str>,
    register: &BTreeMap<String, Vec<&Happening>>,
) -> bool {
    let these = life.iter().filter(|it| it.text("version") == version);
    let cited = these.flat_map(|it| it.list("cites").into_iter().chain(it.text("baseline")));
    let is_over = |name: &str| match register.get(name).map(|life| life[life.len() - 1].word("status")) {
        Some(status) => status == "superseded" || status == "repealed",
        None => OVER.contains(&name),
    };
    cited.filter(|name| !matches!(*name, "none" | "other")).any(is_over)
}

fn documents(book: &Book, counted: &mut Counted) {
    let register = book.cases(&[&["legal_register.updated"]]);
    let mut counts = [[0; 4]; 3];
    for life in book.cases(PAPERS).values() {
        let mut paper = Paper::default();
        life.iter().for_each(|it| paper.take(it));
        let sort = ["policy.", "standard.", ""];
        let sort = sort.iter().position(|sort| life.iter().any(|it| it.kind.starts_with(sort))).unwrap_or(2);
        let (Some((version, _)), Some(looked_at)) = (paper.live, paper.looked_at) else { continue };
        let due = plus_months(looked_at, 12);
        let due = paper.named.map_or(due, |named| named.min(due));
        let is_overdue = due < book.period.today();
        counts[sort][0] += 1;
        counts[sort][1] += usize::from(!is_overdue);
        counts[sort][2] += usize::from(is_overdue);
        counts[sort][3] += usize::from(is_behind(life, version, &register));
    }
    let all: Vec<usize> = (0..4).map(|column| counts.iter().map(|row| row[column]).sum()).collect();
    if all[0] == 0 {
        return;
    }
    counted.share("documents_in_time", all[1], all[0]);
    let names = ["Policies", "Standards", "Procedures"];
    let mut rows: Vec<Row> = names.iter().zip(&counts).map(|(name, counts)| row(name, counts)).collect();
    rows.push(row("All", &all));
    counted.table("documents", rows);
}

fn boards(book: &Book, counted: &mut Counted) {
    let mut groups = BTreeMap::new();
    for life in book.cases(&[&["board.met"]]).values() {
        let last = life[life.len() - 1];
        if book.period.holds(last.day) {
            let board = last.word("board");
            let name = if board == "impb" { "IMPB".to_owned() } else { words(board) };
            let not_quorate = usize::from(last.flag("quorate") == Some(false));
            add(&mut groups, name, &[1, not_quorate, last.number("decisions").map_or(0, size)]);
        }
    }
    if !groups.is_empty() {
        counted.table("boards", summed(groups));
    }
}

fn guidance(book: &Book, counted: &mut Counted) {
    let period = book.period;
    let question = |it: &Happening| {
        let named = it.text("guidance_ref").filter(|_| it.is("guidance.given"));
        Some(book.case(named.unwrap_or(&it.subject)).to_owned())
    };
    let (mut groups, mut answered_now, mut in_time) = (BTreeMap::new(), 0, 0);
    for life in book.grouped(&[&["guidance.requested"], &["guidance.given"]], question).values() {
        let Some(asked) = life.iter().find(|it| it.is("guidance.requested")) else { continue };
        let answered = life.iter().find(|it| it.is("guidance.given")).map(|it| it.day);
        if asked.day > period.to || answered.is_some_and(|day| day < period.from) {
            continue;
        }
        let was_open = asked.day < period.from;
        let is_answered = answered.is_some_and(|day| period.holds(day));
        let due = working_after(asked.day, 5, &book.off.english);
        let due = asked.date("due").map_or(due, |promised| promised.min(due));
        answered_now += usize::from(is_answered);
        in_time += usize::from(is_answered && answered.is_some_and(|day| day <= due));
        let (opening, answers) = (usize::from(was_open), usize::from(is_answered));
        let topic = match asked.word("topic") {
            "dpia" => "DPIA".to_owned(),
            topic => words(topic),
        };
        add(&mut groups, topic, &[opening, 1 - opening, answers, 1 - answers]);
    }
    if !groups.is_empty() {
        counted.share("guidance_in_time", in_time, answered_now);
        counted.table("guidance_by_topic", summed(groups));
    }
}

const CHECKS: [(&str, &str); 7] = [
    ("sample", "Samples"),
    ("spot_check", "Spot checks"),
    ("attestation", "Attestations"),
    ("monitoring", "Monitoring"),
    ("mailbox_check", "Checks of mailboxes"),
    ("clear_desk", "Clear desk checks"),
    ("other", "Other checks"),
];

/// The directorates that are there on a day.
fn directorates(book: &Book, day: Date) -> Vec<String> {
    let mut found = Vec::new();
    let ends: &[&str] = &["org.unit_merged", "org.unit_split", "org.unit_closed"];
    for (name, life) in book.cases(&[&["org.unit_opened"], ends]) {
        let (mut is_one, mut opened, mut ended) = (false, None, None);
        for it in life {
            let Some(effective) = it.date("effective") else { continue };
            if it.is("org.unit_opened") {
                is_one = it.word("kind") == "directorate";
                ended = ended.filter(|ended| effective < *ended);
                opened = Some(effective);
            } else {
                ended = Some(effective);
            }
        }
        if is_one && opened.is_some_and(|opened| opened <= day) && ended.is_none_or(|ended| day < ended) {
            found.push(name);
        }
    }
    found
}

fn checks(book: &Book, counted: &mut Counted) {
    let all = book.cases(&[&["compliance.sampled"]]);
    let lasts = all.values().map(|life| life[life.len() - 1]);
    let checks: Vec<&Happening> = lasts.filter(|it| book.period.holds(it.day)).collect();
    let directorates = directorates(book, book.period.today());
    if !directorates.is_empty() {
        let attested = |unit: &&String| {
            checks.iter().any(|it| it.word("check_kind") == "attestation" && it.word("unit") == **unit)
        };
        counted.share(
            "directorates_attesting",
            directorates.iter().filter(attested).count(),
            directorates.len(),
        );
    }
    if checks.is_empty() {
        return;
    }
    let counts = |name: &str, these: &[&Happening]| {
        let sum = |field: &str| these.iter().filter_map(|it| it.number(field)).map(size).sum::<usize>();
        row(name, &[these.len(), sum("checked"), sum("compliant")])
    };
    let mut rows = Vec::new();
    for (code, name) in CHECKS {
        let these: Vec<&Happening> =
            checks.iter().filter(|it| it.word("check_kind") == code).copied().collect();
        rows.push(counts(name, &these));
    }
    rows.push(counts("All", &checks));
    counted.table("compliance_checks", rows);
}
