//! R15: assets, systems, risks, data quality and unexplained changes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::book::{Book, Happening, each};
use super::counted::{Counted, Row, row, share, size};
use super::days::{plus_months, working_after};

const NO_UNIT: &str = "No directorate recorded";

pub fn recount(book: &Book, counted: &mut Counted) {
    assets(book, counted);
    systems(book, counted);
    risks(book, counted);
    datasets(book, counted);
    changes(book, counted);
}

/// So many months after a day, or on an earlier day that is named.
fn again(last: Date, months: i64, named: Option<Date>) -> Date {
    let by_rule = plus_months(last, months);
    named.filter(|day| last < *day && *day < by_rule).unwrap_or(by_rule)
}

/// What is recorded twice in a row happened once.
fn once<'b>(life: &[&'b Happening]) -> Vec<&'b Happening> {
    let mut found: Vec<&Happening> = Vec::new();
    for it in life {
        let is_same = |last: &&&Happening| {
            (&last.subject, &last.kind, last.time, &last.data) == (&it.subject, &it.kind, it.time, &it.data)
        };
        if found.last().is_none_or(|last| !is_same(&last)) {
            found.push(it);
        }
    }
    found
}

struct Asset<'b> {
    unit: &'b str,
    forms: Vec<&'b str>,
    is_late: bool,
    is_vacant: bool,
}

fn asset<'b>(book: &Book, life: &[&'b Happening]) -> Option<Asset<'b>> {
    let registered = life.iter().find(|it| it.is("asset.registered"))?;
    let (mut last, mut named, mut is_retired, mut is_vacant) = (registered.day, None, false, false);
    let (mut unit, mut forms) = (None, Vec::new());
    for it in life {
        match it.kind.as_str() {
            "asset.registered" => {
                (is_retired, is_vacant, forms) = (false, false, it.list("forms"));
                named = it.date("review_due").or(named);
                unit = it.text("unit").or(unit);
            }
            "asset.reviewed" => {
                is_retired = it.word("finding") == "retired";
                last = it.day.max(registered.day);
                named = it.date("review_due");
                is_vacant = is_vacant && it.text("owner").is_none();
            }
            _ => is_vacant = it.yes("vacant"),
        }
    }
    let is_late = again(last, 12, named) < book.period.today();
    (!is_retired).then_some(Asset { unit: unit.unwrap_or(NO_UNIT), forms, is_late, is_vacant })
}

fn assets(book: &Book, counted: &mut Counted) {
    let cases = book.cases(&[&["asset.registered"], &["asset.owner_changed", "asset.reviewed"]]);
    let live: Vec<Asset<'_>> = cases.values().filter_map(|life| asset(book, &once(life))).collect();
    let reviews = cases.values().flat_map(|life| once(life)).filter(|it| it.is("asset.reviewed"));
    let reviews = reviews.filter(|it| book.period.holds(it.day)).count();
    if live.is_empty() && reviews == 0 {
        return;
    }
    let counts = |name: &str, these: &[&Asset<'_>]| {
        let late = these.iter().filter(|it| it.is_late).count();
        row(name, &[these.len(), these.len() - late, late, these.iter().filter(|it| it.is_vacant).count()])
    };
    counted.number("assets", live.len());
    counted.share("assets_in_time", live.iter().filter(|it| !it.is_late).count(), live.len());
    counted.share("assets_owned", live.iter().filter(|it| !it.is_vacant).count(), live.len());
    counted.number("asset_reviews", reviews);
    let mut rows = Vec::new();
    for unit in each(live.iter().map(|it| it.unit)) {
        rows.push(counts(unit, &live.iter().filter(|it| it.unit == unit).collect::<Vec<_>>()));
    }
    rows.push(counts("All", &live.iter().collect::<Vec<_>>()));
    counted.table("assets_by_directorate", rows);
    let forms = [
        ("paper", "Paper", true),
        ("photograph", "Photographs", true),
        ("cctv", "CCTV", true),
        ("video", "Video", false),
        ("voice", "Voice recordings", true),
        ("map", "Maps", true),
        ("diagram", "Diagrams", false),
        ("numeric", "Numbers", false),
        ("database", "Databases", false),
        ("document", "Documents", false),
        ("email", "E-mail", false),
        ("fax", "Fax", true),
        ("tape", "Tape", true),
        ("disk", "Disks", true),
        ("removable_media", "Removable media", false),
        ("spoken", "Spoken", true),
        ("other", "Other", false),
    ];
    let mut rows = Vec::new();
    for (code, name, is_listed) in forms {
        let count = live.iter().filter(|it| it.forms.contains(&code)).count();
        if is_listed || count > 0 {
            rows.push(vec![json!(name), json!(is_listed), json!(count)]);
        }
    }
    counted.table("assets_by_form", rows);
}

const RATINGS: [(&str, &str); 4] =
    [("very_high", "Very high"), ("high", "High"), ("medium", "Medium"), ("low", "Low")];

fn systems(book: &Book, counted: &mut Counted) {
    let today = book.period.today();
    // The rating, and whether the risks were weighed in time.
    let mut found: Vec<(&str, bool)> = Vec::new();
    let (mut begun, mut before) = (0, 0);
    let cases = book.cases(&[&["system.registered"], &["system.risk_assessed"]]);
    for life in cases.values().map(|life| once(life)) {
        let Some(last) = life.iter().rfind(|it| it.is("system.registered")) else { continue };
        let first_live = life.iter().find(|it| it.is("system.registered") && it.word("status") == "live");
        let of = |kind: &'static str| {
            life.iter().filter(move |it| it.is(kind)).filter_map(|it| it.date("go_live"))
        };
        let go_live = of("system.registered").next_back().or(of("system.risk_assessed").next());
        let from = match last.word("status") {
            "planned" => go_live,
            "live" => go_live.or(first_live.map(|it| it.day)),
            _ => None,
        };
        let Some(from) = from.filter(|from| *from <= today) else { continue };
        let assessed: Vec<_> = life.iter().filter(|it| it.is("system.risk_assessed")).collect();
        let in_time = assessed.last().is_some_and(|it| today <= again(it.day, 12, it.date("review_due")));
        found.push((assessed.last().map_or("never", |it| it.word("rating")), in_time));
        if book.period.holds(from) {
            begun += 1;
            before += usize::from(assessed.iter().any(|it| it.day <= from));
        }
    }
    if found.is_empty() {
        return;
    }
    counted.number("systems", found.len());
    counted.share("systems_assessed", found.iter().filter(|(_, in_time)| *in_time).count(), found.len());
    counted.share("systems_assessed_before_use", before, begun);
    let mut rows = Vec::new();
    for (code, name) in RATINGS.into_iter().chain([("never", "Never weighed"), ("", "All")]) {
        let these: Vec<_> = found.iter().filter(|(rating, _)| code.is_empty() || *rating == code).collect();
        let in_time = these.iter().filter(|(_, in_time)| *in_time).count();
        rows.push(row(name, &[these.len(), in_time, these.len() - in_time]));
    }
    counted.table("systems_by_rating", rows);
}

/// A risk as it stands.
#[derive(Default)]
struct Risk<'b> {
    number: String,
    title: Option<&'b str>,
    category: Option<&'b str>,
    began: Option<Date>,
    assessed: Option<&'b Happening>,
    /// How high it is, from 0 for the highest.
    rating: Option<usize>,
    treatment: Option<&'b str>,
    accepted: Option<&'b Happening>,
    is_wrongly_accepted: bool,
    closed: Option<Date>,
}

fn rating(it: &Happening) -> Option<usize> {
    RATINGS.iter().position(|(code, _)| *code == it.word("rating"))
}

impl<'b> Risk<'b> {
    fn take(&mut self, it: &'b Happening) {
        self.began = self.began.or(Some(it.day));
        match it.kind.as_str() {
            "risk.identified" => {
                (self.closed, self.title) = (None, it.text("risk_title"));
                self.category = it.text("category").or(self.category);
            }
            "risk.assessed" => {
                (self.closed, self.assessed, self.rating) = (None, Some(it), rating(it));
                self.category = it.text("category").or(self.category);
            }
            "risk.treated" => self.treatment = it.text("treatment"),
            "risk.accepted" => {
                // As something higher it may be accepted: the higher one has the smaller number.
                self.rating = rating(it).map(|said| self.rating.map_or(said, |before| before.min(said)));
                self.accepted = Some(it);
                self.is_wrongly_accepted = self.is_high() && it.word("accepted_by") != "role/siro";
            }
            "risk.closed" => self.closed = Some(it.day),
            _ => {}
        }
    }

    fn is_high(&self) -> bool {
        self.rating.is_some_and(|rating| rating < 2)
    }

    fn due(&self) -> Option<Date> {
        let named = self.assessed.and_then(|it| it.date("review_due"));
        Some(again(self.assessed.map(|it| it.day).or(self.began)?, 3, named))
    }

    fn is_accepted(&self, today: Date) -> bool {
        self.accepted.is_some_and(|it| {
            let is_enough = rating(it) <= self.rating;
            !self.is_wrongly_accepted
                && is_enough
                && it.date("accepted_until").is_none_or(|until| today <= until)
        })
    }

    fn score(&self) -> Option<u64> {
        let it = self.assessed?;
        Some(it.number("likelihood")? * it.number("impact")?)
    }
}

fn risks(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[
        &["risk.identified"],
        &["risk.assessed"],
        &["risk.treated"],
        &["risk.escalated"],
        &["risk.accepted"],
        &["risk.closed"],
    ];
    let mut all: Vec<Risk<'_>> = Vec::new();
    for (number, life) in book.cases(life) {
        let mut risk = Risk { number, ..Risk::default() };
        life.iter().for_each(|it| risk.take(it));
        all.push(risk);
    }
    let (period, today) = (book.period, book.period.today());
    let of_period = |it: &&Risk<'_>| {
        it.began.is_some_and(|began| began <= period.to)
            && it.closed.is_none_or(|closed| period.from <= closed)
    };
    let known: Vec<&Risk<'_>> = all.iter().filter(of_period).collect();
    if known.is_empty() {
        return;
    }
    let open: Vec<&Risk<'_>> = all.iter().filter(|it| it.closed.is_none()).collect();
    let high: Vec<_> = open.iter().filter(|it| it.is_high()).collect();
    counted.number("risks", open.len());
    counted.share("risks_in_time", open.iter().filter(|it| Some(today) <= it.due()).count(), open.len());
    counted.share("high_risks_accepted", high.iter().filter(|it| it.is_accepted(today)).count(), high.len());
    counted.table("risks_by_category", movement(book, &known));
    if !open.is_empty() {
        counted.table("top_risks", top(open));
    }
}

const CATEGORIES: [(&str, &str); 9] = [
    ("confidentiality", "Confidentiality"),
    ("integrity", "Integrity"),
    ("availability", "Availability"),
    ("compliance", "Compliance"),
    ("supplier", "Suppliers"),
    ("people", "People"),
    ("physical", "Physical"),
    ("cyber", "Cyber"),
    ("other", "Other"),
];

fn movement(book: &Book, known: &[&Risk<'_>]) -> Vec<Row> {
    let period = book.period;
    let counts = |name: &str, these: &[&&Risk<'_>]| {
        let came = these.iter().filter(|it| Some(period.from) <= it.began).count();
        let went = these.iter().filter(|it| it.closed.is_some_and(|closed| closed <= period.to)).count();
        row(name, &[these.len() - came, came, went, these.len() - went])
    };
    let mut rows = Vec::new();
    for (code, name) in CATEGORIES {
        rows.push(counts(name, &known.iter().filter(|it| it.category == Some(code)).collect::<Vec<_>>()));
    }
    let none: Vec<_> = known.iter().filter(|it| it.category.is_none()).collect();
    if !none.is_empty() {
        rows.push(counts("No category recorded", &none));
    }
    rows.push(counts("All", &known.iter().collect::<Vec<_>>()));
    rows
}

/// The ten highest: by rating, then by score, then by number.
fn top(mut open: Vec<&Risk<'_>>) -> Vec<Row> {
    open.sort_by_key(|it| {
        let height = it.rating.unwrap_or(RATINGS.len());
        (height, std::cmp::Reverse(it.score()), it.number.clone())
    });
    let named = |of: &[(&str, &str)], code: Option<&str>| -> Value {
        of.iter().find(|(known, _)| Some(*known) == code).map_or(Value::Null, |(_, name)| json!(name))
    };
    let mut rows = Vec::new();
    for it in open.into_iter().take(10) {
        let number = |field: &str| it.assessed.and_then(|it| it.number(field));
        rows.push(vec![
            json!(it.number),
            json!(it.title),
            named(&CATEGORIES, it.category),
            json!(number("likelihood")),
            json!(number("impact")),
            json!(it.score()),
            json!(it.rating.map(|rating| RATINGS[rating].1)),
            json!(it.treatment),
            json!(it.accepted.and_then(|it| it.text("accepted_by"))),
            json!(it.due().map(|due| due.to_string())),
        ]);
    }
    rows
}

fn datasets(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] =
        &[&["asset.registered"], &["data_quality.checked"], &["data_quality.corrected"], &["asset.reviewed"]];
    // A check of an asset or else of a system is one of that, and so is all else under its number.
    let mut of: BTreeMap<&str, (jiff::Timestamp, u64, &str)> = BTreeMap::new();
    for it in book.of(&["data_quality.checked", "data_quality.corrected"]) {
        if let Some(named) = it.text("asset").or(it.text("system")) {
            let known = of.entry(&it.subject).or_insert((it.time, it.seq, named));
            *known = (*known).max((it.time, it.seq, named));
        }
    }
    let key = |it: &Happening| {
        let named = of.get(it.subject.as_str()).map_or(it.subject.as_str(), |(.., named)| *named);
        Some(book.case(named).to_owned())
    };
    let today = book.period.today();
    let (mut critical, mut in_time, mut checks) = (0, 0, 0);
    let mut rows: Vec<Row> = Vec::new();
    let mut all = [0; 6];
    for (number, life) in book.grouped(life, key) {
        let life = once(&life);
        let mut since: Option<Date> = None;
        let mut is_retired = false;
        let mut sum = [0; 6];
        for it in &life {
            let count = |field| it.number(field).map_or(0, size);
            let now =
                [book.period.holds(it.day), it.is("data_quality.checked"), it.is("data_quality.corrected")];
            is_retired = match it.kind.as_str() {
                "asset.registered" => false,
                "asset.reviewed" => it.word("finding") == "retired",
                _ => is_retired,
            };
            match it.flag("critical").filter(|_| !it.is("asset.reviewed")) {
                Some(true) => since = since.or(Some(it.day)),
                Some(false) => since = None,
                None => {}
            }
            if now[0] && now[1] {
                let (checked, wrong) = (count("records_checked"), count("records_wrong"));
                sum[0] += 1;
                if wrong <= checked {
                    (sum[1], sum[2], sum[3]) = (sum[1] + checked, sum[2] + wrong, sum[3] + checked - wrong);
                }
            }
            if now[0] && now[2] {
                let asked =
                    it.word("correction_source") == "subject_request" || it.text("request_ref").is_some();
                sum[4] += count("records_corrected");
                sum[5] += if asked { count("records_corrected") } else { 0 };
            }
        }
        let last = life.iter().rfind(|it| it.is("data_quality.checked"));
        if since.is_some() && !is_retired {
            critical += 1;
            in_time += usize::from(last.is_some_and(|it| today <= again(it.day, 12, it.date("next_due"))));
        }
        let is_of_period =
            life.iter().any(|it| it.kind.starts_with("data_quality.") && book.period.holds(it.day));
        if is_of_period {
            checks += sum[0];
            rows.push(quality(&number, sum));
            (0..6).for_each(|place| all[place] += sum[place]);
        }
    }
    if critical == 0 && rows.is_empty() {
        return;
    }
    counted.share("critical_datasets_checked", in_time, critical);
    counted.number("data_quality_checks", checks);
    rows.push(quality("All", all));
    counted.table_unless_empty("data_quality_by_dataset", rows);
}

fn quality(name: &str, sum: [usize; 6]) -> Row {
    let mut cells = row(name, &sum[..3]);
    cells.push(share(sum[3], sum[1]));
    cells.extend([json!(sum[4]), json!(sum[5])]);
    cells
}

fn changes(book: &Book, counted: &mut Counted) {
    // What was behind it, whether that was said in time, the unit, whether it is overdue.
    let mut found: Vec<(&str, bool, &str, bool)> = Vec::new();
    let kinds: &[&str] = &["unauthorised_change.detected"];
    for mut life in book.cases(&[kinds]).into_values() {
        // On one day, what is not explained comes before what is.
        life.sort_by_key(|it| (it.day, it.word("explanation") != "none_yet", it.time, it.seq));
        let first = life[0];
        if !book.period.holds(first.day) {
            continue;
        }
        let by_rule = working_after(first.day, 5, &book.off.english);
        let named = life.iter().filter_map(|it| it.date("investigate_by")).next_back();
        let due = named.filter(|day| first.day <= *day && *day < by_rule).unwrap_or(by_rule);
        let mut explained: Option<(Date, &str)> = None;
        for it in &life {
            explained = match (it.word("explanation"), explained) {
                ("none_yet", _) => None,
                (said, Some((day, before))) if said == before => Some((day, before)),
                (said, _) => Some((it.day, said)),
            };
        }
        let in_time = explained.is_some_and(|(day, _)| day <= due);
        let is_overdue = explained.is_none() && due < book.period.today();
        let unit = life.iter().filter_map(|it| it.text("unit")).next_back().unwrap_or(NO_UNIT);
        found.push((explained.map_or("none_yet", |(_, said)| said), in_time, unit, is_overdue));
    }
    if found.is_empty() {
        return;
    }
    counted.share("changes_explained_in_time", found.iter().filter(|it| it.1).count(), found.len());
    let names = [
        ("error", "An error"),
        ("software_fault", "A fault of software"),
        ("malicious", "Malice"),
        ("authorised_after_all", "Allowed after all"),
        ("none_yet", "Not explained yet"),
        ("", "All"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names {
        let these: Vec<_> = found.iter().filter(|it| code.is_empty() || it.0 == code).collect();
        let late = these.iter().filter(|it| it.0 != "none_yet" && !it.1).count();
        rows.push(row(name, &[these.len(), these.iter().filter(|it| it.1).count(), late]));
    }
    counted.table("changes_by_explanation", rows);
    let mut rows = Vec::new();
    for unit in each(found.iter().map(|it| it.2)).into_iter().map(Some).chain([None]) {
        let these: Vec<_> = found.iter().filter(|it| unit.is_none_or(|unit| it.2 == unit)).collect();
        let open = these.iter().filter(|it| it.0 == "none_yet").count();
        rows.push(row(unit.unwrap_or("All"), &[these.len(), open, these.iter().filter(|it| it.3).count()]));
    }
    counted.table("changes_by_directorate", rows);
}
