//! A-BRC-8: three registers are joined here: breaches, training, and who pseudonyms stand for.

use super::*;

/// A breach of a team or a person that is settled otherwise.
fn breach(case: &str, day: &str, of: Value) -> Vec<Post> {
    let mut data =
        json!({ "ico_type": "failure_to_use_bcc", "dimension": "confidentiality", "severity": "green" });
    data.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
    vec![
        Post::new("breach.aware", case).at(&format!("{day}T09:00:00Z")).data(json!({})),
        Post::new("breach.assessed", case).at(&format!("{day}T10:00:00Z")).data(data),
        Post::new("breach.closed", case).at(&format!("{day}T11:00:00Z")).data(json!({})),
    ]
}

fn breaches(of: &[(&str, &str, Value)]) -> Scenario<Breaches> {
    let posts = of.iter().flat_map(|(case, day, of)| breach(case, day, of.clone()));
    posts.fold(Scenario::new(), Scenario::post)
}

fn of_team(days: &[&str]) -> Scenario<Breaches> {
    let all: Vec<_> = days.iter().zip(["INC-1", "INC-2", "INC-3", "INC-4"]).collect();
    let all: Vec<_> =
        all.into_iter().map(|(day, case)| (case, *day, json!({ "team": "revenues" }))).collect();
    breaches(&all)
}

#[test]
fn three_breaches_of_a_team_within_twelve_months_are_a_pattern() {
    let run = of_team(&["2025-06-10", "2025-11-03", "2026-03-02"]).wait_until("2026-07-01").run();
    assert_eq!(
        lines(&run, "A-BRC-8"),
        [
            "Mon 2026-03-02 10:00 + A-BRC-8 team-repeats team/revenues",
            "Wed 2026-06-10 00:00 - A-BRC-8 team-repeats team/revenues",
        ],
        "from the assessment that says whose it was, until the first lies 12 months back"
    );
    let alert = run.alert("A-BRC-8", "team-repeats");
    assert_eq!(
        alert.arithmetic,
        "3 breaches within 12 months, by the days on which the organisation became aware of each: 2025-06-10, 2025-11-03, \
         2026-03-02. From 3 on (setting repeat_team_breaches) they are a pattern."
    );
    assert_eq!(alert.evidence.len(), 3);
    let apart = of_team(&["2025-03-02", "2025-11-03", "2026-03-02"]).wait_until("2026-07-01").run();
    assert_eq!(lines(&apart, "A-BRC-8"), Vec::<String>::new(), "a year lies between the first and the last");
    let set = of_team(&["2025-06-10", "2025-11-03"])
        .setting("repeat_team_breaches", json!(2))
        .wait_until("2026-01-01");
    assert_eq!(lines(&set.run(), "A-BRC-8").len(), 1);
}

#[test]
fn a_further_breach_of_a_team_is_said_anew() {
    let run =
        of_team(&["2026-01-05", "2026-02-02", "2026-03-02", "2026-04-01"]).wait_until("2026-05-01").run();
    assert_eq!(lines(&run, "A-BRC-8").len(), 3);
    assert!(run.alert("A-BRC-8", "team-repeats").arithmetic.starts_with("4 breaches within 12 months"));
    assert_eq!(open(&run, "A-BRC-8"), ["A-BRC-8 team-repeats team/revenues"]);
}

#[test]
fn a_breach_that_was_none_makes_no_pattern() {
    let void = Post::new("ledger.correction_recorded", "INC-2")
        .at("2026-03-10")
        .data(json!({ "target": 3, "action": "void", "reason": "wrong_case" }));
    let of = |(case, day)| breach(case, day, json!({ "team": "revenues" }));
    let all = [("INC-1", "2025-11-03"), ("INC-2", "2026-01-05"), ("INC-3", "2026-03-02")];
    let scenario = Scenario::<Breaches>::new().import(all.into_iter().flat_map(of));
    let run = scenario.clone().wait_until("2026-03-09").post(void).wait_until("2026-03-11").run();
    assert_eq!(lines(&run, "A-BRC-8").len(), 2);
    assert_eq!(open(&run, "A-BRC-8"), Vec::<String>::new());
    let merged = Post::new("case.merged", "INC-2").at("2026-03-10").data(json!({ "into": "INC-1" }));
    let run = scenario.wait_until("2026-03-09").post(merged).wait_until("2026-03-11").run();
    assert_eq!(open(&run, "A-BRC-8"), Vec::<String>::new(), "a merged case counts once");
}

fn of_person(days: &[(&str, &str)]) -> Scenario<Breaches> {
    let all: Vec<_> = days.iter().zip(["INC-1", "INC-2", "INC-3"]).collect();
    let of =
        |(of, case): (&(&'static str, &'static str), &'static str)| (case, of.1, json!({ "person": of.0 }));
    let all: Vec<_> =
        all.into_iter().map(|((person, day), case)| of((&(leak(person), leak(day)), case))).collect();
    breaches(&all)
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn two_breaches_of_a_person_within_twelve_months_are_a_pattern() {
    let run = of_person(&[("p-1", "2026-01-05"), ("p-2", "2026-02-02"), ("p-1", "2026-03-02")]);
    let run = run.wait_until("2026-04-01").run();
    assert_eq!(lines(&run, "A-BRC-8"), ["Mon 2026-03-02 10:00 + A-BRC-8 person-repeats p-1"]);
}

fn linked(kind: &str, day: &str) -> Post {
    Post::new(kind, "IDL-1").at(day).data(json!({ "person": "p-1", "same_as": "dir-9" }))
}

#[test]
fn two_identifiers_of_one_person_are_one_person() {
    let scenario = of_person(&[("p-1", "2026-01-05"), ("dir-9", "2026-03-02")])
        .post(linked("identity.linked", "2026-03-04"))
        .wait_until("2026-03-05");
    let run = scenario.clone().run();
    assert_eq!(open(&run, "A-BRC-8"), ["A-BRC-8 person-repeats p-1"]);
    let parted = scenario.post(linked("identity.unlinked", "2026-03-06")).wait_until("2026-03-07").run();
    assert_eq!(open(&parted, "A-BRC-8"), Vec::<String>::new());
    let first = Scenario::<Breaches>::new().post(linked("identity.linked", "2025-01-01"));
    let posts = [("INC-1", "2026-01-05", "p-1"), ("INC-2", "2026-03-02", "dir-9")];
    let posts = posts.iter().flat_map(|(case, day, person)| breach(case, day, json!({ "person": person })));
    let run = posts.fold(first, Scenario::post).wait_until("2026-03-05").run();
    assert_eq!(open(&run, "A-BRC-8"), ["A-BRC-8 person-repeats p-1"]);
}

fn completed(at: &str, kind: Option<&str>, valid_until: Option<&str>) -> Post {
    let mut data = json!({ "person": "p-1", "user_class": "staff", "course": "ig-basics" });
    for (name, value) in [("course_kind", kind), ("valid_until", valid_until)] {
        if let Some(value) = value {
            data[name] = json!(value);
        }
    }
    Post::new("training.completed", "LRN-1").at(at).data(data)
}

/// A breach of `p-1` on 2 March 2026 that stays open.
fn by_a_person(training: Option<&str>) -> Vec<Post> {
    let mut of =
        json!({ "person": "p-1", "ico_type": "phishing", "dimension": "integrity", "severity": "green" });
    if let Some(training) = training {
        of["training_valid"] = json!(training);
    }
    vec![
        Post::new("breach.aware", "INC-1").at("2026-03-02T09:00:00Z").data(json!({})),
        Post::new("breach.assessed", "INC-1").at("2026-03-02T10:00:00Z").data(of),
    ]
}

fn lapse(training: Vec<Post>, recorded: Option<&str>) -> Scenario<Breaches> {
    training.into_iter().chain(by_a_person(recorded)).fold(Scenario::new(), Scenario::post)
}

#[test]
fn a_breach_by_a_person_whose_training_had_lapsed_says_so() {
    // 12 months and 14 days of grace end on 1 March.
    let run = lapse(vec![completed("2025-02-15", None, None)], None).wait_until("2026-03-05").run();
    assert_eq!(lines(&run, "A-BRC-8"), ["Mon 2026-03-02 10:00 + A-BRC-8 training-lapsed INC-1"]);
    let alert = run.alert("A-BRC-8", "training-lapsed");
    assert!(
        alert.arithmetic.contains("counted until Sunday 15 February 2026; with 14 days of grace"),
        "{alert:?}"
    );
    assert!(alert.arithmetic.contains("had lapsed from Monday 2 March 2026 on"), "{alert:?}");
    assert_eq!(alert.evidence, [1, 0]);
    let none = |training: Vec<Post>| lines(&lapse(training, None).wait_until("2026-03-05").run(), "A-BRC-8");
    assert_eq!(
        none(vec![completed("2025-02-16", None, None)]),
        Vec::<String>::new(),
        "the last day of grace"
    );
    assert_eq!(none(vec![completed("2024-01-01", None, Some("2026-12-31"))]), Vec::<String>::new());
    assert_eq!(none(Vec::new()), Vec::<String>::new(), "of whom nothing is known nothing is said");
    assert_eq!(none(vec![completed("2024-01-01", Some("system"), None)]), Vec::<String>::new());
    let exempted = Post::new("training.exempted", "LRN-1")
        .at("2026-02-01")
        .data(json!({ "person": "p-1", "course": "ig-basics", "exemption_reason": "equivalent_training" }));
    assert_eq!(none(vec![completed("2024-01-01", None, None), exempted]), Vec::<String>::new());
    let assigned = |due: &str| {
        Post::new("training.assigned", "LRN-1")
            .at("2026-01-05")
            .data(json!({ "person": "p-1", "user_class": "staff", "course": "ig-basics", "due": due }))
    };
    assert_eq!(none(vec![assigned("2026-02-16")]), Vec::<String>::new());
    assert_eq!(none(vec![assigned("2026-02-15")]).len(), 1, "it was never done, and the grace is over");
}

#[test]
fn training_that_is_recorded_later_counts_as_of_when_it_was_taken() {
    let scenario = lapse(vec![completed("2025-01-10", None, None)], None).wait_until("2026-03-05");
    let late = Post::new("training.completed", "LRN-2")
        .at("2025-12-01")
        .recorded("2026-03-06")
        .data(json!({ "person": "p-1", "user_class": "staff", "course": "ig-basics" }));
    let run = scenario.clone().post(late).wait_until("2026-03-10").run();
    assert_eq!(lines(&run, "A-BRC-8")[1], "Fri 2026-03-06 09:00 - A-BRC-8 training-lapsed INC-1");
    let again = scenario.clone().post(completed("2026-03-09", None, None)).wait_until("2026-03-10").run();
    assert_eq!(open(&again, "A-BRC-8"), Vec::<String>::new(), "it was taken again");
    let closed = Post::new("breach.closed", "INC-1").at("2026-03-09").data(json!({}));
    assert_eq!(open(&scenario.post(closed).wait_until("2026-03-10").run(), "A-BRC-8"), Vec::<String>::new());
}

#[test]
fn what_was_found_for_the_breach_goes_before_the_register_of_training() {
    let lapsed = || vec![completed("2024-01-10", None, None)];
    let yes = lapse(lapsed(), Some("yes")).wait_until("2026-03-05").run();
    assert_eq!(lines(&yes, "A-BRC-8"), Vec::<String>::new());
    let section = &yes.sections("2026-01-01", "2026-12-31", "2026-12-31")[0];
    assert!(format!("{:?}", section.blocks).contains("contradict"), "{:#?}", section.blocks);
    let no = lapse(Vec::new(), Some("no")).wait_until("2026-03-05").run();
    assert_eq!(open(&no, "A-BRC-8"), ["A-BRC-8 training-lapsed INC-1"]);
    let courses = lapse(lapsed(), None).setting("training_courses", json!(["case-records"]));
    assert_eq!(lines(&courses.wait_until("2026-03-05").run(), "A-BRC-8"), Vec::<String>::new());
}
