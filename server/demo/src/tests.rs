//! Every plan's events are good, whole, and the same again.

use std::collections::{BTreeMap, BTreeSet};

use muniment_core::catalogue::{Catalogue, RecordedBy};
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::json;

use super::*;

fn plan(events: usize) -> Plan {
    Plan { events, ..Plan::default() }
}

fn text<'v>(post: &'v Post, member: &str) -> &'v str {
    post.event[member].as_str().unwrap()
}

#[test]
fn every_event_is_one_of_the_catalogue() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut faults = BTreeSet::new();
    let leap_year = Plan { seed: 7, year_from: 2027, ..plan(3_000) };
    for post in Year::new(&Plan::default()).chain(Year::new(&leap_year)) {
        let bytes = serde_json::to_vec(&post.event).unwrap();
        let value = json::parse(&bytes).unwrap();
        if let Err(found) = catalogue.check(value.as_object().unwrap()) {
            faults.insert(format!("{}: {found:?}", text(&post, "type")));
        }
        if let Err(error) = Event::from_value(value) {
            faults.insert(format!("{}: {error}", text(&post, "type")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_field_is_declared() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut undeclared = BTreeSet::new();
    for post in generate(&Plan::default()) {
        let known = catalogue.get(text(&post, "type")).unwrap();
        for name in post.event["data"].as_object().unwrap().keys() {
            if known.field(name).is_none() {
                undeclared.insert(format!("{} {name}", known.name));
            }
        }
    }
    assert!(undeclared.is_empty(), "{undeclared:#?}");
}

#[test]
fn every_type_of_a_client_occurs_however_small_the_plan() {
    let catalogue = Catalogue::built_in().unwrap();
    let clients = catalogue.types().filter(|one| one.recorded_by == RecordedBy::Client);
    let wanted: BTreeSet<&str> = clients.map(|one| one.name.as_str()).collect();
    for seed in 1..=8 {
        for events in [300, 3_000] {
            let posts = generate(&Plan { seed, ..plan(events) });
            let there: BTreeSet<&str> = posts.iter().map(|post| text(post, "type")).collect();
            let missing: Vec<_> = wanted.difference(&there).collect();
            assert!(missing.is_empty(), "seed {seed}, {events} events: {missing:?}");
        }
    }
}

/// If this fails, the same plan gives another year than it did: say so in the changelog, and freeze the new hash.
#[test]
fn the_default_plan_is_frozen() {
    let mut lines = Vec::new();
    let posts = generate(&Plan::default());
    for post in &posts {
        lines.extend(serde_json::to_vec(&post.event).unwrap());
        lines.extend(format!(" {}\n", post.posted).bytes());
    }
    let frozen = "8ab0620e4265d94cff09ed695880f0d56b918b39ca9fd27869899ad05ddac2d4";
    assert_eq!((posts.len(), Hash::of_line(&lines).to_string().as_str()), (20_287, frozen));
}

#[test]
fn another_seed_is_another_year() {
    assert_ne!(generate(&plan(1_000)), generate(&Plan { seed: 2, ..plan(1_000) }));
}

/// Whatever features serde_json has been built with.
#[test]
fn members_are_in_the_order_of_their_names() {
    for post in generate(&plan(300)) {
        for object in [&post.event, &post.event["data"]] {
            assert!(object.as_object().unwrap().keys().is_sorted(), "{}", post.event);
        }
    }
}

#[test]
fn posts_come_in_order_and_after_what_they_tell() {
    for events in [300, 20_000] {
        let plan = plan(events);
        let posts = generate(&plan);
        assert!(posts.is_sorted_by_key(|post| post.posted));
        for post in &posts {
            assert!(post.posted > post.happened);
            assert_eq!(text(post, "time"), post.happened.to_string());
            let day = post.happened.day();
            assert!(plan.ledger_from() <= day && day <= plan.last_day(), "{}", post.event);
        }
    }
}

#[test]
fn ids_are_unique_but_for_replays() {
    let posts = generate(&Plan::default());
    let key = |post: &Post| (text(post, "source").to_owned(), text(post, "id").to_owned());
    let mut known = BTreeMap::new();
    for post in &posts {
        match known.get(&key(post)) {
            None => assert!(!post.is_replay, "{}", post.event),
            Some(first) => assert!(post.is_replay && *first == &post.event, "{}", post.event),
        }
        known.entry(key(post)).or_insert(&post.event);
    }
    assert!(posts.len() - known.len() > 20, "{} of {}", known.len(), posts.len());
}

/// What a source posts about the council's affairs it has declared to cover.
#[test]
fn sources_cover_what_they_post() {
    let about_itself =
        ["org", "population", "target", "figure", "stock", "report", "calendar", "rule", "source", "ledger"];
    let (mut covered, mut posted) = (BTreeSet::new(), BTreeSet::new());
    for post in generate(&plan(300)) {
        let (source, kind) = (text(&post, "source").to_owned(), text(&post, "type"));
        let group = kind.split('.').next().unwrap();
        if kind == "ledger.coverage_declared" {
            let data = &post.event["data"];
            covered.insert((
                data["source_uri"].as_str().unwrap().to_owned(),
                data["group"].as_str().unwrap().to_owned(),
            ));
        } else if !about_itself.contains(&group) {
            posted.insert((source, group.to_owned()));
        }
    }
    assert_eq!(covered, posted);
}

#[test]
fn corrections_name_what_was_posted_before() {
    let (mut known, mut corrections) = (BTreeMap::new(), 0);
    for post in generate(&Plan::default()) {
        let is_correction = text(&post, "type") == "ledger.correction_recorded";
        assert_eq!(post.correction_of.is_some(), is_correction);
        if let Some(of) = &post.correction_of {
            assert_eq!(known.get(of).map(String::as_str), Some(text(&post, "subject")), "{}", post.event);
            corrections += 1;
        }
        let (source, id) = (text(&post, "source").to_owned(), text(&post, "id").to_owned());
        known.insert(EventKey { source, id }, text(&post, "subject").to_owned());
    }
    assert!(corrections > 5, "{corrections}");
}

#[test]
fn there_are_about_as_many_events_as_planned() {
    for events in [5_000, 20_000, 60_000] {
        for seed in [1, 2] {
            let count = Year::new(&Plan { seed, ..plan(events) }).count();
            assert!(count.abs_diff(events) * 100 <= events * 4, "{count} of {events}");
        }
    }
    let smallest = Year::new(&plan(300)).count();
    assert!(smallest < 2_000, "{smallest}");
}

/// The mix: twice the events are twice the requests, within a fifth.
#[test]
fn the_mix_stays_alike() {
    let groups = |events| {
        let mut groups = BTreeMap::<String, usize>::new();
        for post in Year::new(&plan(events)) {
            *groups.entry(text(&post, "type").split('.').next().unwrap().to_owned()).or_default() += 1;
        }
        groups
    };
    let (some, more) = (groups(20_000), groups(60_000));
    for group in ["request", "breach", "staff", "access", "training", "disposal", "disclosure"] {
        let (some, more) = (some[group] * 3, more[group]);
        assert!(some.abs_diff(more) * 5 < more, "{group}: {some} and {more}");
    }
}

/// What each case has been through, in the order in which it happened.
fn histories(posts: &[Post]) -> BTreeMap<&str, Vec<&Post>> {
    let mut cases: BTreeMap<&str, Vec<&Post>> = BTreeMap::new();
    for post in posts.iter().filter(|post| !post.is_replay) {
        cases.entry(text(post, "subject")).or_default().push(post);
    }
    for case in cases.values_mut() {
        case.sort_by_key(|post| post.happened);
    }
    cases
}

#[test]
fn a_request_is_received_before_anything_else() {
    let posts = generate(&Plan::default());
    let mut requests = 0;
    for (subject, case) in histories(&posts) {
        let Some(first) = case.iter().find(|post| text(post, "type").starts_with("request.")) else {
            continue;
        };
        assert_eq!(text(first, "type"), "request.received", "{subject}");
        let received = case.iter().filter(|post| text(post, "type") == "request.received").count();
        assert_eq!(received, 1, "{subject}");
        requests += 1;
    }
    assert!(requests > 800, "{requests}");
}

/// The 20 working days count from the receipt, or from the answer to a question.
#[test]
fn about_eight_answers_in_a_hundred_are_late() {
    let posts = generate(&plan(60_000));
    let (mut answers, mut late) = (0_usize, 0_usize);
    for (subject, case) in histories(&posts).into_iter().filter(|(subject, _)| subject.starts_with("FOI-")) {
        let (mut due, mut extended) = (None, None);
        for post in case {
            match text(post, "type") {
                "request.received" | "request.clarification_received" => {
                    due = Some(post.happened.day().working_day_after(20));
                }
                "request.extension_notified" => extended = post.event["data"]["extended_to"].as_str(),
                "request.response_issued" => {
                    let day = post.happened.day();
                    let is_late = match extended {
                        Some(to) => day.to_string().as_str() > to,
                        None => due.is_none_or(|due| day > due),
                    };
                    let says_late = post.event["data"]["late_reason"] != "not_late";
                    assert_eq!(is_late, says_late, "{subject} {}", post.event);
                    answers += 1;
                    late += usize::from(is_late);
                }
                _ => {}
            }
        }
    }
    assert!(late * 100 > answers * 7 && late * 100 < answers * 9, "{late} of {answers}");
}

/// 72 hours from awareness: most are told of in time, a few are not, and one is not told of at all.
#[test]
fn breaches_are_told_of_in_time_and_late() {
    let posts = generate(&Plan::default());
    let (mut in_time, mut late, mut untold) = (0, 0, 0);
    for case in histories(&posts).into_values() {
        let find = |kind| case.iter().find(|post| text(post, "type") == kind);
        let Some(aware) = find("breach.aware") else { continue };
        match (find("breach.ico_notified"), find("breach.reportability_decided")) {
            (Some(told), _) if told.happened <= aware.happened.plus_hours(72) => in_time += 1,
            (Some(told), _) => {
                assert_ne!(told.event["data"]["delay_reason"], "not_late");
                late += 1;
            }
            (None, None) => untold += 1,
            (None, Some(_)) => {}
        }
    }
    assert!(in_time > late && late > 0 && untold > 0, "{in_time}, {late}, {untold}");
}

/// Fewer in August and in December than in the months before, more from January on.
#[test]
fn there_are_seasons() {
    let mut months = [0_usize; 13];
    for post in Year::new(&plan(60_000)).filter(|post| text(post, "type") == "request.received") {
        if post.happened.day() >= Plan::default().first_day() {
            months[usize::try_from(post.happened.day().civil().1).unwrap()] += 1;
        }
    }
    assert!(months[8] < months[7] && months[12] < months[11], "{months:?}");
    assert!(months[1].min(months[2]).min(months[3]) > months[11], "{months:?}");
}

#[test]
fn what_is_planted_is_there_in_every_plan() {
    for events in [300, 5_000] {
        let plan = Plan { year_from: 2027, ..plan(events) };
        let posts = generate(&plan);
        let cases = histories(&posts);
        let codes = include_str!("../../../core/policies/alerts.toml");
        for situation in story(&plan) {
            let case = &cases[situation.subject.as_str()];
            let ends = ["request.response_issued", "request.closed", "breach.ico_notified", "breach.closed"];
            assert!(case.iter().all(|post| !ends.contains(&text(post, "type"))), "{}", situation.subject);
            assert!(codes.contains(&format!("code = \"{}\"", situation.rule)), "{}", situation.rule);
            let begun = case[0].happened.day();
            assert!(situation.why.contains(&begun.to_string()), "{begun}: {}", situation.why);
        }
    }
}

#[test]
fn nobody_may_take_the_council_for_a_real_one() {
    assert!(COUNCIL.ends_with("(fictional)"));
    for post in generate(&plan(300)) {
        let written = post.event.to_string();
        for mark in [" Ltd", " LLP", " BV", " Council", " Constabulary", " Service (", " Trust"] {
            for (at, _) in written.match_indices(mark) {
                let around = &written[at.saturating_sub(40)..(at + 40).min(written.len())];
                assert!(around.contains("Exemplar") && around.contains("(fictional)"), "{around}");
            }
        }
    }
}
