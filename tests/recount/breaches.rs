//! R8: incidents and breaches.

use std::collections::BTreeMap;

use serde_json::json;

use super::book::{Book, Happening, each, months};
use super::counted::{Counted, Row, row, size};
use super::days::{begin, end, hours_later, in_london, plus, plus_months, working_after};
use super::incidents::{self, Incident};
use super::instants::At;

const TYPES: [(&str, &str); 22] = [
    ("alteration_of_personal_data", "Alteration of personal data"),
    ("brute_force_attack", "Brute force attack"),
    ("cryptographic_flaw", "Cryptographic flaw"),
    ("data_emailed_to_incorrect_recipient", "Data emailed to incorrect recipient"),
    ("data_of_wrong_subject_in_portal", "Data of wrong data subject shown in client portal"),
    ("data_posted_or_faxed_to_incorrect_recipient", "Data posted or faxed to incorrect recipient"),
    ("denial_of_service", "Denial of service"),
    ("failure_to_redact", "Failure to redact"),
    ("failure_to_use_bcc", "Failure to use bcc"),
    ("hardware_or_software_misconfiguration", "Hardware or software misconfiguration"),
    ("incorrect_disposal_of_hardware", "Incorrect disposal of hardware"),
    ("incorrect_disposal_of_paperwork", "Incorrect disposal of paperwork"),
    ("loss_or_theft_of_device", "Loss or theft of a device with personal data"),
    ("loss_or_theft_of_paperwork", "Loss or theft of paperwork, or paperwork left in an insecure place"),
    ("malware", "Malware"),
    ("not_provided", "Not provided"),
    ("other_cyber", "Other cyber incident"),
    ("other_non_cyber", "Other non-cyber incident"),
    ("phishing", "Phishing"),
    ("ransomware", "Ransomware"),
    ("unauthorised_access", "Unauthorised access"),
    ("verbal_disclosure", "Verbal disclosure of personal data"),
];
const CAUSES: [(&str, &str); 6] = [
    ("human_error", "Human error"),
    ("process", "Process"),
    ("technical", "Technical"),
    ("malicious", "Malicious act"),
    ("third_party", "Third party"),
    ("unknown", "Unknown"),
];
const PROPERTIES: [(&str, &str); 3] =
    [("confidentiality", "Confidentiality"), ("integrity", "Integrity"), ("availability", "Availability")];
const INTENTS: [(&str, &str); 3] =
    [("accidental", "Accidental"), ("deliberate", "Deliberate"), ("unknown", "Unknown")];
const BANDS: [(&str, &str); 6] = [
    ("1_to_9", "1 to 9"),
    ("10_to_99", "10 to 99"),
    ("100_to_999", "100 to 999"),
    ("1000_to_9999", "1,000 to 9,999"),
    ("10000_to_99999", "10,000 to 99,999"),
    ("100000_or_more", "100,000 and more"),
];
const TIMES: [(&str, &str); 4] = [
    ("under_24_hours", "less than 24 hours"),
    ("24_to_72_hours", "24 to 72 hours"),
    ("72_hours_to_1_week", "72 hours to a week"),
    ("over_1_week", "more than a week"),
];
const BARRIERS: [(&str, &str); 7] = [
    ("recipient_noticed", "The recipient noticed"),
    ("sender_noticed", "The sender noticed"),
    ("encryption", "Encryption"),
    ("technical_control", "Another technical control"),
    ("returned_unopened", "Returned unopened"),
    ("chance", "Chance"),
    ("other", "Something else"),
];
const DECISIONS: [(&str, &str); 8] = [
    ("no_further_action", "No further action"),
    ("informal_action", "Informal action"),
    ("investigation", "Investigation"),
    ("advice", "Advice"),
    ("reprimand", "Reprimand"),
    ("enforcement_notice", "Enforcement notice"),
    ("penalty", "Penalty"),
    ("not_yet_assigned", "Not yet assigned"),
];

pub fn recount(book: &Book, counted: &mut Counted) {
    let all = incidents::all(book);
    let breaches: Vec<&Incident> =
        all.iter().filter(|it| it.aware.is_some_and(|aware| book.period.holds(aware.day))).collect();
    if !breaches.is_empty() {
        for (name, rows) in tables(&breaches) {
            counted.table(name, rows);
        }
        counted.table("breaches_by_month", by_month(book, &breaches));
    }
    high_risk(&breaches, counted);
    time_to_report(&breaches, counted);
    outcomes(book, &all, counted);
    figures(book, &all, &breaches, counted);
    standing(book, &all, counted);
    actions(book, &all, counted);
    patterns(book, &all, &breaches, counted);
}

/// So many, notified, and notified in time.
fn counts(name: &str, these: &[&Incident]) -> Row {
    let notified = these.iter().filter(|it| it.notified.is_some()).count();
    row(name, &[these.len(), notified, these.iter().filter(|it| it.is_notified_in_time()).count()])
}

/// A row for each kind that there was.
fn by(
    breaches: &[&Incident],
    names: &[(&str, &str)],
    unknown: &str,
    of: impl Fn(&Incident) -> Option<String>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let keys = names.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, unknown)]);
    for (code, name) in keys {
        let these: Vec<&Incident> = breaches.iter().filter(|it| of(it).as_deref() == code).copied().collect();
        if !these.is_empty() {
            rows.push(counts(name, &these));
        }
    }
    rows.push(counts("All", breaches));
    rows
}

fn tables(breaches: &[&Incident]) -> Vec<(&'static str, Vec<Row>)> {
    let units = each(breaches.iter().filter_map(|it| it.unit.clone()));
    let units: Vec<(&str, &str)> = units.iter().map(|unit| (unit.as_str(), unit.as_str())).collect();
    vec![
        ("breaches_by_severity", by_severity(breaches)),
        ("breaches_by_type", by(breaches, &TYPES, "Not classified", |it| it.ico_type.clone())),
        ("breaches_by_cause", by(breaches, &CAUSES, "Not recorded", |it| it.cause.clone())),
        ("breaches_by_property", by(breaches, &PROPERTIES, "Not classified", |it| it.dimension.clone())),
        ("breaches_by_intent", by(breaches, &INTENTS, "Not recorded", |it| it.intent.clone())),
        ("breaches_by_unit", by(breaches, &units, "Not recorded", |it| it.unit.clone())),
        ("breaches_by_people", by(breaches, &BANDS, "Unknown", band)),
    ]
}

/// A number goes before a band.
fn band(it: &Incident) -> Option<String> {
    let name = match it.people {
        Some(1..=9) => "1_to_9",
        Some(10..=99) => "10_to_99",
        Some(100..=999) => "100_to_999",
        Some(1_000..=9_999) => "1000_to_9999",
        Some(10_000..=99_999) => "10000_to_99999",
        Some(100_000..) => "100000_or_more",
        Some(0) | None => return it.people_band.clone().filter(|band| band != "unknown"),
    };
    Some(name.to_owned())
}

fn by_severity(breaches: &[&Incident]) -> Vec<Row> {
    let names = [
        (Some(Some("red")), "Red"),
        (Some(Some("amber")), "Amber"),
        (Some(Some("green")), "Green"),
        (Some(None), "Not assessed"),
        (None, "All"),
    ];
    let mut rows = Vec::new();
    for (severity, name) in names {
        let is = |it: &&&Incident| severity.is_none_or(|severity| it.severity.as_deref() == severity);
        let these: Vec<&&Incident> = breaches.iter().filter(is).collect();
        let count = |wanted: &dyn Fn(&Incident) -> bool| these.iter().filter(|it| wanted(it)).count();
        rows.push(row(
            name,
            &[
                these.len(),
                count(&|it| it.is_notified_in_time()),
                count(&|it| it.notified.is_some() && !it.is_notified_in_time()),
                count(&|it| it.notified.is_none() && it.is_not_reportable()),
                count(&|it| it.notified.is_none() && !it.is_not_reportable()),
            ],
        ));
    }
    rows
}

fn by_month(book: &Book, breaches: &[&Incident]) -> Vec<Row> {
    let mut rows = Vec::new();
    let counts = |name: &str, these: &[&&Incident]| {
        let cyber = these.iter().filter(|it| it.is_cyber()).count();
        row(name, &[cyber, these.len() - cyber])
    };
    for month in months(book.period) {
        let in_month = |it: &&&Incident| it.aware.is_some_and(|aware| aware.day.first_of_month() == month);
        let these: Vec<&&Incident> = breaches.iter().filter(in_month).collect();
        rows.push(counts(&month.strftime("%Y-%m").to_string(), &these));
    }
    rows.push(counts("All", &breaches.iter().collect::<Vec<_>>()));
    rows
}

fn high_risk(breaches: &[&Incident], counted: &mut Counted) {
    let mut sums = [[0; 2]; 4];
    for it in breaches {
        let Some((_, true, why)) = &it.decided else { continue };
        let is_exempt = why.as_ref().is_some_and(|why| why != "other");
        let place = if !it.told.is_empty() {
            0
        } else if is_exempt {
            1
        } else {
            2
        };
        let told = it.told.iter().map(|(people, _)| size(*people)).sum::<usize>();
        for place in [place, 3] {
            sums[place][0] += 1;
            sums[place][1] += told;
        }
    }
    if sums[3][0] > 0 {
        let names = ["Told", "Not told, as an exception applies", "Not told", "All"];
        counted
            .table("breaches_high_risk", names.iter().zip(sums).map(|(name, sum)| row(name, &sum)).collect());
    }
}

fn time_to_report(breaches: &[&Incident], counted: &mut Counted) {
    let notified: Vec<&Incident> = breaches.iter().filter(|it| it.notified.is_some()).copied().collect();
    if notified.is_empty() {
        return;
    }
    let time = |it: &Incident| {
        let said = it.report_band.clone().filter(|band| band != "unknown");
        let (from, to) = (it.suspected.or(it.aware)?.time, it.notified?.time);
        let name = match () {
            () if to < from => return said,
            () if to < hours_later(from, 24) => "under_24_hours",
            () if to <= hours_later(from, 72) => "24_to_72_hours",
            () if to < hours_later(from, 168) => "72_hours_to_1_week",
            () => "over_1_week",
        };
        said.or(Some(name.to_owned()))
    };
    counted.table("breaches_by_time_to_report", by(&notified, &TIMES, "Unknown", time));
}

/// What was decided in the period, whenever the breach was.
fn outcomes(book: &Book, all: &[Incident], counted: &mut Counted) {
    let decided: Vec<&String> = all
        .iter()
        .flat_map(|it| &it.outcomes)
        .filter(|(_, at)| book.period.holds(at.day))
        .map(|(decision, _)| decision)
        .collect();
    let mut rows = super::counted::tally(&DECISIONS, &decided, |it| (*it).clone());
    rows.retain(|row| row[1] != json!(0));
    counted.table_unless_empty("breaches_regulator_outcomes", rows);
}

fn figures(book: &Book, all: &[Incident], breaches: &[&Incident], counted: &mut Counted) {
    let count = |wanted: &dyn Fn(&Incident) -> bool| breaches.iter().filter(|it| wanted(it)).count();
    let of = breaches.len();
    let notified = count(&|it| it.notified.is_some());
    counted.number("breaches", of);
    counted.share("breaches_notified", notified, of);
    counted.share("breaches_notified_in_time", count(&Incident::is_notified_in_time), notified);
    counted.share("breaches_decided", count(&|it| it.decided.is_some()), of);
    if !breaches.is_empty() {
        of_the_organisation(book, breaches, counted);
    }
    reported_in_time(book, all, counted);
    let in_period = |of: fn(&Incident) -> &Vec<(String, At)>| {
        all.iter().flat_map(of).filter(|(_, at)| book.period.holds(at.day)).count()
    };
    counted.number("breaches_police", in_period(|it| &it.police));
    counted.number("breaches_claims", in_period(|it| &it.claims));
    counted.number("breaches_lessons", in_period(|it| &it.lessons));
}

fn of_the_organisation(book: &Book, breaches: &[&Incident], counted: &mut Counted) {
    let count = |wanted: &dyn Fn(&Incident) -> bool| breaches.iter().filter(|it| wanted(it)).count();
    let of = breaches.len();
    let within = |it: &Incident, done: Option<At>, days| match (it.aware, done) {
        (Some(aware), Some(done)) => done.day <= working_after(aware.day, days, &book.off.english),
        _ => false,
    };
    let contained = |it: &Incident| match (it.aware, it.contained) {
        (Some(aware), Some(contained)) => contained.time <= hours_later(aware.time, 24),
        _ => false,
    };
    counted.share("breaches_contained_in_time", count(&contained), of);
    counted.share("breaches_investigated_in_time", count(&|it| within(it, it.investigated, 20)), of);
    counted.share("breaches_management_told_in_time", count(&|it| within(it, it.informed, 2)), of);
    let classified = count(&|it| it.is_assessed && it.intent.is_some() && it.has_harm);
    counted.share("breaches_classified", classified, of);
}

/// Also of incidents that turned out to be no breach, and where there was none.
fn reported_in_time(book: &Book, all: &[Incident], counted: &mut Counted) {
    let (mut reported, mut in_time) = (0, 0);
    for it in all {
        if let (Some(at), Some(seen)) = (it.reported.filter(|at| book.period.holds(at.day)), it.suspected) {
            reported += 1;
            in_time += usize::from(at.time <= hours_later(seen.time, 24));
        }
    }
    counted.share("incidents_reported_in_time", in_time, reported);
}

fn standing(book: &Book, all: &[Incident], counted: &mut Counted) {
    let in_period = |it: &&Incident| it.known().is_some_and(|at| book.period.holds(at.day));
    let has_standing = |it: &&Incident| it.aware.or(it.suspected).is_some() || it.ruled_out.is_some();
    let known: Vec<&Incident> = all.iter().filter(in_period).filter(has_standing).collect();
    if known.is_empty() {
        return;
    }
    let names = [
        ("breach", "Breach of personal data"),
        ("near_miss", "Near miss"),
        ("weakness", "Weakness"),
        ("unsubstantiated", "Unsubstantiated"),
        ("security_only", "Security only, no personal data"),
        ("duplicate", "Duplicate"),
        ("third_party", "A third party's"),
        ("suspected", "Not decided"),
    ];
    let what = |it: &&Incident| match (it.is_breach(), it.ruled_out) {
        (true, _) => "breach",
        (false, Some(why)) => why,
        (false, None) if it.route == "third_party" => "third_party",
        (false, None) => "suspected",
    };
    counted.table("incidents_by_standing", super::counted::tally(&names, &known, |it| what(it).to_owned()));
    let near: Vec<&&Incident> = known.iter().filter(|it| what(it) == "near_miss").collect();
    let mut rows: Vec<Row> = Vec::new();
    for (code, name) in
        BARRIERS.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, "Not recorded")])
    {
        let count = near.iter().filter(|it| it.barrier.as_deref() == code).count();
        if count > 0 {
            rows.push(row(name, &[count]));
        }
    }
    rows.push(row("All", &[near.len()]));
    counted.table_unless_empty("near_misses", rows);
}

fn actions(book: &Book, all: &[Incident], counted: &mut Counted) {
    let period = book.period;
    let mut sums: BTreeMap<(bool, String), [usize; 6]> = BTreeMap::new();
    for it in all {
        for action in &it.actions {
            let Some(raised) = action.raised else { continue };
            let due = action.due.unwrap_or(plus(raised, 30));
            let raised = action.done.map_or(raised, |done| raised.min(done));
            let done_in = action.done.is_some_and(|done| period.holds(done));
            let open_on = |day| raised <= day && action.done.is_none_or(|done| done > day);
            let opening = open_on(plus(period.from, -1));
            if !opening && !period.holds(raised) {
                continue;
            }
            let counts = [
                opening,
                period.holds(raised),
                done_in,
                done_in && action.done.is_some_and(|done| done <= due),
                open_on(period.to),
                open_on(period.to) && due < period.to,
            ];
            let unit = it.unit.clone().map_or((true, "Not recorded".to_owned()), |unit| (false, unit));
            let sum = sums.entry(unit).or_default();
            for (sum, counts) in sum.iter_mut().zip(counts) {
                *sum += usize::from(counts);
            }
        }
    }
    let mut rows: Vec<Row> = sums.iter().map(|((_, unit), sum)| row(unit, sum)).collect();
    let mut all = [0; 6];
    sums.values().for_each(|sum| (0..6).for_each(|place| all[place] += sum[place]));
    rows.push(row("All", &all));
    counted.table_unless_empty("breach_actions", rows);
}

/// Teams with three breaches within 12 months, and people with two.
fn patterns(book: &Book, all: &[Incident], breaches: &[&Incident], counted: &mut Counted) {
    let mut teams: BTreeMap<&str, Vec<jiff::Timestamp>> = BTreeMap::new();
    let mut people: BTreeMap<&str, Vec<jiff::Timestamp>> = BTreeMap::new();
    for it in all {
        let Some(aware) = it.aware else { continue };
        if let Some(team) = &it.team {
            teams.entry(team).or_default().push(aware.time);
        }
        if let Some(person) = &it.person {
            people.entry(book.person(person)).or_default().push(aware.time);
        }
    }
    let repeating = |of: BTreeMap<&str, Vec<jiff::Timestamp>>, least: usize| {
        of.into_values().filter(|times| repeats(book, times.clone(), least)).count()
    };
    counted.number("teams_repeating", repeating(teams, 3));
    counted.number("people_repeating", repeating(people, 2));
    let known = breaches.iter().filter(|it| it.person.is_some() || it.training.is_some()).count();
    let lapsed = breaches.iter().filter(|it| had_lapsed(book, it)).count();
    counted.share("breaches_training_lapsed", lapsed, known);
}

fn repeats(book: &Book, mut times: Vec<jiff::Timestamp>, least: usize) -> bool {
    times.sort_unstable();
    times.windows(least).any(|these| {
        let (first, last) = (these[0], these[least - 1]);
        let in_period = begin(book.period.from) <= last && last < end(book.period.to);
        in_period && last < begin(plus_months(in_london(first), 12))
    })
}

/// As was found for the breach, or else as the register of training says.
fn had_lapsed(book: &Book, it: &Incident) -> bool {
    match (it.training.as_deref(), &it.person, it.happened()) {
        (Some("no"), ..) => true,
        (Some("yes" | "not_applicable"), ..) => false,
        (_, Some(person), Some(day)) => lapsed_on(book, person, day),
        _ => false,
    }
}

fn lapsed_on(book: &Book, person: &str, day: jiff::civil::Date) -> bool {
    const KINDS: &[&str] = &["training.assigned", "training.completed", "training.exempted"];
    let is_theirs =
        |it: &&Happening| it.text("person").is_some_and(|one| book.person(one) == book.person(person));
    let is_general = |it: &&Happening| {
        let kind = it.text("course_kind");
        kind.is_none_or(|kind| ["induction", "annual", "members", "refresher"].contains(&kind))
    };
    let (mut was_there, mut missed) = (false, false);
    for it in book.of(KINDS).filter(is_theirs).filter(is_general).filter(|it| it.day <= day) {
        match it.kind.as_str() {
            "training.completed" => {
                let until = it.date("valid_until").unwrap_or(plus_months(it.day, 12));
                if day <= plus(until, 14) {
                    return false;
                }
                was_there = true;
            }
            "training.exempted" if it.date("exempt_until").is_none_or(|until| day <= until) => return false,
            "training.assigned" => missed |= it.date("due").is_some_and(|due| plus(due, 14) < day),
            _ => {}
        }
    }
    was_there || missed
}
