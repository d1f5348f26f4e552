//! R16: cyber incidents, outages, plans and their tests, fax machines and callers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row};
use super::days::{end, hours_later, in_london, plus_months};

pub fn recount(book: &Book, counted: &mut Counted) {
    cyber(book, counted);
    outages(book, counted);
    plans(book, counted);
    functions(book, counted);
    controls(book, counted);
    faxes(book, counted);
    callers(book, counted);
}

/// Whether a day is not over at the status date.
fn is_in_time(book: &Book, last: Date, months: i64, named: Option<Date>) -> bool {
    let by_months = plus_months(last, months);
    book.period.status_at <= end(named.map_or(by_months, |named| named.min(by_months)))
}

const TYPES: [(&str, &str); 10] = [
    ("brute_force_attack", "Brute force attack"),
    ("cryptographic_flaw", "Cryptographic flaw"),
    ("denial_of_service", "Denial of service"),
    ("hardware_or_software_misconfiguration", "Hardware or software misconfiguration"),
    ("malware", "Malware"),
    ("phishing", "Phishing"),
    ("ransomware", "Ransomware"),
    ("unauthorised_access", "Unauthorised access"),
    ("other_cyber", "Other cyber incident"),
    ("other", "Of a type that is not cyber by itself"),
];

/// A cyber incident's type, and whether it came to a breach, to another incident or to a near miss.
fn cyber_incident<'b>(life: &[&'b Happening]) -> Option<(&'b str, usize)> {
    let last = |field: &str| life.iter().filter_map(|it| it.text(field)).next_back();
    let looks_like = life
        .iter()
        .filter(|it| it.kind.starts_with("incident."))
        .filter_map(|it| it.text("kind"))
        .next_back();
    let by_look = looks_like.filter(|look| ["malware", "phishing"].contains(look));
    let by_type = last("ico_type")
        .map(|code| TYPES.iter().find(|(known, _)| *known == code).map_or("other", |it| it.0));
    let is_cyber = match (life.iter().filter_map(|it| it.flag("cyber")).next_back(), by_type) {
        (Some(flag), _) => flag,
        (None, Some(code)) => !["other", "unauthorised_access"].contains(&code),
        (None, None) => by_look.is_some(),
    };
    let (mut is_breach, mut ruled_out) = (false, "");
    for it in life {
        match (it.kind.as_str(), it.word("route"), it.word("close_reason")) {
            ("breach.aware", ..) => is_breach = true,
            ("incident.unsubstantiated", ..) | (_, "unsubstantiated", _) | (_, _, "nothing_found") => {
                (is_breach, ruled_out) = (false, "nothing");
            }
            ("incident.near_miss_recorded", ..) | (_, "near_miss", _) | (_, _, "near_miss") => {
                ruled_out = "near miss"
            }
            (_, _, "duplicate") => ruled_out = "nothing",
            (_, route, _) if !route.is_empty() => ruled_out = "",
            _ => {}
        }
    }
    let came = match ruled_out {
        _ if is_breach => 0,
        "nothing" => return None,
        "near miss" => 2,
        _ => 1,
    };
    is_cyber.then_some((by_type.or(by_look).unwrap_or("other_cyber"), came))
}

fn cyber(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[
        &["incident.reported", "incident.triaged", "incident.closed", "breach.assessed"],
        &["incident.near_miss_recorded"],
        &["breach.aware"],
        &["incident.unsubstantiated"],
    ];
    let cases = book.cases(life);
    let of_period = cases.values().filter(|life| book.period.holds(life[0].day));
    let all: Vec<(&str, usize)> = of_period.filter_map(|life| cyber_incident(life)).collect();
    let count = |came| all.iter().filter(|(_, of)| *of == came).count();
    counted.number("cyber_incidents", count(0) + count(1));
    counted.share("cyber_breaches", count(0), count(0) + count(1));
    let mut rows = Vec::new();
    for (code, name) in TYPES.into_iter().chain([("", "All")]) {
        let these: Vec<_> = all.iter().filter(|(of, _)| code.is_empty() || *of == code).collect();
        let came = |wanted| these.iter().filter(|(_, of)| *of == wanted).count();
        if !these.is_empty() {
            rows.push(row(name, &[came(0), came(1), came(2)]));
        }
    }
    counted.table_unless_empty("cyber_by_type", rows);
}

/// An outage as all entries have it.
struct Outage<'b> {
    cause: &'b str,
    is_planned: bool,
    hours: i64,
    is_judged: bool,
    is_beyond: bool,
}

/// The hours within which a service has to be back, by the plan that covers it.
fn recovery(book: &Book) -> BTreeMap<String, u64> {
    let mut hours: BTreeMap<String, u64> = BTreeMap::new();
    for life in book.cases(&[&["bcp.published"]]).values() {
        let said = life.iter().filter_map(|it| it.number("recovery_hours")).next_back();
        let last = life[life.len() - 1];
        for service in last.list("services") {
            if let Some(said) = said {
                let least = hours.entry(service.to_owned()).or_insert(said);
                *least = said.min(*least);
            }
        }
    }
    hours
}

fn outage<'b>(book: &Book, life: &[&'b Happening], plans: &BTreeMap<String, u64>) -> Option<Outage<'b>> {
    let started = life.iter().filter_map(|it| it.instant("started_at")).min()?;
    if !book.period.holds(in_london(started)) {
        return None;
    }
    let cause = life.iter().filter_map(|it| it.text("cause")).next_back().unwrap_or("unknown");
    let mut is_planned = false;
    for it in life {
        is_planned = it.flag("planned").unwrap_or(is_planned || it.word("cause") == "planned");
    }
    let service = life.last()?.word("service");
    let ended = life.iter().filter_map(|it| it.instant("ended_at")).next_back();
    let own = life.iter().filter_map(|it| it.number("recovery_hours")).next_back();
    let hours = own.or(plans.get(service).copied()).filter(|_| !is_planned);
    let due = hours.map(|hours| hours_later(started, hours as i64));
    let is_nonsense = ended.is_some_and(|ended| ended < started);
    let now: Timestamp = ended.unwrap_or(book.period.status_at);
    let lasted = now.min(book.period.status_at).duration_since(started).as_hours().max(0);
    let is_beyond = !is_nonsense && due.is_some_and(|due| due < now);
    Some(Outage { cause, is_planned, hours: lasted, is_judged: due.is_some() && !is_nonsense, is_beyond })
}

fn outages(book: &Book, counted: &mut Counted) {
    let plans = recovery(book);
    let cases = book.cases(&[&["service.outage"]]);
    let all: Vec<Outage<'_>> = cases.values().filter_map(|life| outage(book, life, &plans)).collect();
    if all.is_empty() {
        return;
    }
    counted.number("outages", all.iter().filter(|it| !it.is_planned).count());
    let judged = all.iter().filter(|it| it.is_judged).count();
    counted.share("outages_beyond", all.iter().filter(|it| it.is_beyond).count(), judged);
    let names = [
        ("power", "Power"),
        ("network", "Network"),
        ("hardware", "Hardware"),
        ("software", "Software"),
        ("supplier", "Supplier"),
        ("cyber", "Cyber attack"),
        ("building", "Building"),
        ("staff", "Staff"),
        ("planned", "Planned work"),
        ("unknown", "Unknown"),
        ("", "All"),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for (code, name) in names {
        let these: Vec<_> = all.iter().filter(|it| code.is_empty() || it.cause == code).collect();
        if !these.is_empty() {
            let planned = these.iter().filter(|it| it.is_planned).count();
            let hours: i64 = these.iter().map(|it| it.hours).sum();
            let beyond = these.iter().filter(|it| it.is_beyond).count();
            rows.push(vec![json!(name), json!(these.len()), json!(planned), json!(hours), json!(beyond)]);
        }
    }
    counted.table("outages_by_cause", rows);
}

fn plans(book: &Book, counted: &mut Counted) {
    const TESTS: [(&str, &str); 3] = [
        ("bcp.tested", "Continuity plan"),
        ("dr.tested", "Recovery of a system"),
        ("backup.restore_tested", "Restore from a backup"),
    ];
    let (mut plans, mut tested, mut systems, mut restored) = (0, 0, 0, 0);
    let mut tests: Vec<(&str, &str)> = Vec::new();
    let cases = book.cases(&[&["bcp.published"], &TESTS.map(|(kind, _)| kind)]);
    for life in cases.values() {
        let published = life.iter().find(|it| it.is("bcp.published"));
        let last = life.iter().rfind(|it| it.is("bcp.tested") || it.is("dr.tested"));
        if let Some(shown) = last.or(published) {
            plans += 1;
            let named = last.and_then(|it| it.date("next_due"));
            tested += usize::from(is_in_time(book, shown.day, 12, named));
        }
        if let Some(last) = life.iter().rfind(|it| it.is("backup.restore_tested")) {
            systems += 1;
            restored += usize::from(is_in_time(book, last.day, 6, last.date("next_due")));
        }
        let mut seen = Vec::new();
        for it in life.iter().filter(|it| !it.is("bcp.published") && book.period.holds(it.day)) {
            if !seen.contains(&(it.time, &it.kind)) {
                seen.push((it.time, &it.kind));
                let is_complete = it.flag("complete") != Some(false);
                tests.push((&it.kind, if is_complete { it.word("result") } else { "failed" }));
            }
        }
    }
    if cases.is_empty() {
        return;
    }
    counted.share("plans_tested", tested, plans);
    counted.share("restores_tested", restored, systems);
    let mut rows = Vec::new();
    for (kind, name) in TESTS.into_iter().chain([("", "All")]) {
        let these: Vec<_> = tests.iter().filter(|(of, _)| kind.is_empty() || *of == kind).collect();
        let count = |result| these.iter().filter(|(_, of)| *of == result).count();
        rows.push(row(name, &[these.len(), count("passed"), count("passed_with_actions"), count("failed")]));
    }
    if !tests.is_empty() {
        counted.table("continuity_tests", rows);
    }
}

fn functions(book: &Book, counted: &mut Counted) {
    let cases = book.cases(&[&["function.documented", "function.reviewed"]]);
    let (mut all, mut current, mut known, mut covered) = (0, 0, 0, 0);
    for mut life in cases.into_values() {
        // On one day, what was found out of date was put right.
        let place = |it: &Happening| match it.word("finding") {
            "out_of_date" => 0,
            _ if it.is("function.documented") => 1,
            _ => 2,
        };
        life.sort_by_key(|it| (it.day, place(it), it.time, it.seq));
        let out_of_date = life.last().is_some_and(|it| it.word("finding") == "out_of_date");
        let good = life.iter().rfind(|it| it.word("finding") != "out_of_date");
        all += 1;
        let in_time = good.is_some_and(|it| is_in_time(book, it.day, 12, it.date("review_due")));
        current += usize::from(!out_of_date && in_time);
        if let Some(deputies) =
            life.iter().filter_map(|it| it.number("deputies")).next_back().filter(|_| good.is_some())
        {
            known += 1;
            covered += usize::from(deputies > 0);
        }
    }
    if all > 0 {
        counted.share("functions_current", current, all);
        counted.share("functions_with_deputies", covered, known);
    }
}

fn controls(book: &Book, counted: &mut Counted) {
    let names = [
        ("segregation_of_duties", "Segregation of duties"),
        ("dual_control", "Dual control"),
        ("peer_review", "Peer review"),
        ("rotation", "Rotation"),
        ("technical", "Technical"),
        ("procedural", "Procedural"),
        ("physical", "Physical"),
        ("", "All"),
    ];
    let mut tests: BTreeMap<(&str, Timestamp), &Happening> = BTreeMap::new();
    for it in book.in_period(&["control.tested"]) {
        tests.entry((book.case(&it.subject), it.time)).or_insert(it);
    }
    let mut rows = Vec::new();
    for (code, name) in names {
        let these: Vec<_> =
            tests.values().filter(|it| code.is_empty() || it.word("control_kind") == code).collect();
        let count = |result: &str| these.iter().filter(|it| it.word("result") == result).count();
        if !these.is_empty() {
            rows.push(row(
                name,
                &[these.len(), count("effective"), count("partly_effective"), count("ineffective")],
            ));
        }
    }
    counted.table_unless_empty("controls_tested", rows);
}

fn faxes(book: &Book, counted: &mut Counted) {
    let (mut in_use, mut justified, mut astray) = (0, 0, 0);
    for life in book.cases(&[&["fax.justified"], &["fax.misdirected"], &["fax.decommissioned"]]).values() {
        let mut reason: Option<&Happening> = None;
        let mut given_up: Option<Date> = None;
        let mut seen: Vec<Timestamp> = Vec::new();
        for it in life.iter().copied() {
            match it.kind.as_str() {
                "fax.justified" => (reason, given_up) = (Some(it), None),
                "fax.decommissioned" => (reason, given_up) = (None, Some(it.day)),
                _ => {
                    if !seen.contains(&it.time) {
                        seen.push(it.time);
                        astray += usize::from(book.period.holds(it.day));
                    }
                    // What still sends was not given up.
                    given_up = given_up.filter(|day| *day >= it.day);
                }
            }
        }
        if given_up.is_none() && (reason.is_some() || !seen.is_empty()) {
            in_use += 1;
            justified +=
                usize::from(reason.is_some_and(|it| is_in_time(book, it.day, 12, it.date("expires"))));
        }
    }
    counted.share("faxes_justified", justified, in_use);
    counted.number("faxes_misdirected", astray);
}

fn callers(book: &Book, counted: &mut Counted) {
    let kinds: &[&[&str]] = &[&["caller.check_failed"], &["caller.briefed"]];
    let key =
        |it: &Happening| Some(it.text("team").map_or(it.subject.clone(), |team| format!("team/{team}")));
    let (mut teams, mut briefed, mut failed, mut told) = (0, 0, 0, 0);
    for life in book.grouped(kinds, key).values() {
        if life.iter().any(|it| it.text("team").is_some()) {
            teams += 1;
            let last = life.iter().rfind(|it| it.is("caller.briefed"));
            briefed += usize::from(last.is_some_and(|it| is_in_time(book, it.day, 12, it.date("next_due"))));
        }
        let mut seen: Vec<Timestamp> = Vec::new();
        for it in life.iter().filter(|it| it.is("caller.check_failed")) {
            if !seen.contains(&it.time) {
                seen.push(it.time);
                failed += usize::from(book.period.holds(it.day));
                told += usize::from(book.period.holds(it.day) && it.yes("given_out"));
            }
        }
    }
    counted.share("teams_briefed", briefed, teams);
    counted.number("callers_not_believed", failed);
    counted.share("callers_told_all_the_same", told, failed);
}
