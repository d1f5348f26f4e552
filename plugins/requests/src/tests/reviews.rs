//! A-REQ-5, the register of reviews and their figures.

use super::*;

fn asked(regime: &str, day: &str) -> Post {
    let data = json!({ "regime": regime, "unit": "parks" });
    Post::new("review.requested", "FOI-1").at(day).data(data)
}

fn review(kind: &str, day: &str) -> Post {
    Post::new(&format!("review.{kind}"), "FOI-1").at(day)
}

fn decided(day: &str) -> Post {
    review("decided", day).data(json!({ "outcome": "upheld_in_part" }))
}

fn history(posts: &[Post], until: &str) -> Vec<String> {
    let scenario =
        posts.iter().fold(Scenario::<Requests>::new(), |scenario, post| scenario.post(post.clone()));
    scenario.wait_until(until).run().history()
}

#[test]
fn a_review_goes_past_twenty_and_forty_working_days() {
    assert_eq!(history(&[asked("foi", "2026-03-02")], "2026-03-31T22:59:00Z"), Vec::<String>::new());
    let scenario = Scenario::<Requests>::new().post(asked("foi", "2026-03-02")).post(decided("2026-05-05"));
    let run = scenario.run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-04-01 00:00 + A-REQ-5 overdue FOI-1",
            "Fri 2026-05-01 00:00 - A-REQ-5 overdue FOI-1",
            "Fri 2026-05-01 00:00 + A-REQ-5 past-40-working-days FOI-1",
            "Tue 2026-05-05 09:00 - A-REQ-5 past-40-working-days FOI-1",
        ]
    );
    let alert = run.alert("A-REQ-5", "overdue");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (Some(Severity::Policy), [0].as_slice()));
    assert!(alert.arithmetic.contains("guidance, and no law"), "{}", alert.arithmetic);
    assert!(run.alert("A-REQ-5", "past-40-working-days").arithmetic.contains("working day 40"));
}

#[test]
fn under_environmental_information_forty_working_days_are_law() {
    let run = Scenario::<Requests>::new()
        .post(asked("eir", "2026-03-02"))
        .post(review("extended", "2026-03-20").data(json!({ "extended_to": "2026-07-31" })))
        .wait_until("2026-05-02")
        .run();
    assert_eq!(run.history(), ["Fri 2026-05-01 00:00 + A-REQ-5 past-40-working-days FOI-1"]);
    let alert = run.alert("A-REQ-5", "past-40-working-days");
    assert_eq!(alert.severity, None, "that of the rule: statutory");
    assert!(alert.arithmetic.contains("regulation 11(4)"), "{}", alert.arithmetic);
}

#[test]
fn a_complex_review_and_one_that_was_extended_in_time_have_longer() {
    let complex = Post::new("review.requested", "FOI-1")
        .at("2026-03-02")
        .data(json!({ "regime": "foi", "complex": true }));
    let past = "Fri 2026-05-01 00:00 + A-REQ-5 past-40-working-days FOI-1";
    assert_eq!(history(&[complex], "2026-05-02"), [past]);
    let extended = |day: &str| review("extended", day).data(json!({ "extended_to": "2026-04-15" }));
    let in_time = history(&[asked("foi", "2026-03-02"), extended("2026-03-31")], "2026-04-20");
    assert_eq!(in_time, ["Thu 2026-04-16 00:00 + A-REQ-5 overdue FOI-1"]);
    let late = history(&[asked("foi", "2026-03-02"), extended("2026-04-01")], "2026-04-20");
    assert_eq!(late, ["Wed 2026-04-01 00:00 + A-REQ-5 overdue FOI-1"]);
}

#[test]
fn reviews_without_a_limit_or_with_an_end_have_no_alert() {
    for posts in [
        vec![asked("sar", "2026-03-02")],
        vec![asked("reuse", "2026-03-02")],
        vec![asked("foi", "2018-07-03")],
        vec![asked("foi", "2026-03-02"), decided("2026-03-31")],
        vec![asked("foi", "2026-03-02"), review("withdrawn", "2026-03-31")],
        vec![decided("2026-03-02")],
    ] {
        assert_eq!(history(&posts, "2026-07-01"), Vec::<String>::new());
    }
}

#[test]
fn the_clock_of_the_request_and_of_its_review_are_two() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(answer("FOI-1", "2026-03-31"))
        .post(asked("foi", "2026-04-07"))
        .post(holiday("added", "2026-04-20", &EVERYWHERE, "2026-04-08"))
        .wait_until("2026-05-08")
        .run();
    assert_eq!(run.open(), ["A-REQ-5 overdue FOI-1"]);
    let raised = "Fri 2026-05-08 00:00 + A-REQ-5 overdue FOI-1";
    assert_eq!(run.history().last().unwrap(), raised, "the holiday moves it by a day");
    assert_eq!(run.register("open", "2026-05-08"), []);
}

#[test]
fn the_register_lists_reviews_that_are_open() {
    let run = Scenario::<Requests>::new()
        .post(asked("foi", "2026-03-02"))
        .post(decided("2026-03-10"))
        .post(asked("eir", "2026-03-20"))
        .run();
    let rows = run.register("reviews", "2026-03-21");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].cells[0], Cell::from("FOI-1"));
    assert_eq!(rows[0].cells[2..4], [on("2026-03-20"), on("2026-05-20")]);
    assert_eq!((status_of(&rows[0]), rows[0].evidence.as_slice()), (Cell::from("in hand"), [2].as_slice()));
    assert_eq!(status_of(&run.register("reviews", "2026-06-21")[0]), Cell::from("overdue"));
}

fn status_of(row: &Row) -> Cell {
    row.cells[6].clone()
}

#[test]
fn the_report_counts_reviews() {
    let run = Scenario::<Requests>::new()
        .post(asked("foi", "2026-03-02"))
        .post(decided("2026-04-02"))
        .post(asked("foi", "2026-04-07"))
        .post(decided("2026-04-20"))
        .post(asked("eir", "2026-04-21"))
        .run();
    let section = &run.sections("2026-04-01", "2026-04-30", "2026-05-01")[0];
    let all = table(section, "reviews_by_regime").last().unwrap();
    let expected = [1, 2, 2].map(Cell::Number).into_iter();
    let expected = expected.chain([Cell::Share(1, 2), Cell::Number(0), Cell::Number(1)]);
    assert_eq!(all.cells[1..], expected.collect::<Vec<_>>());
    assert_eq!(table(section, "reviews_by_outcome")[1].cells[1], Cell::Number(2));
    let in_time = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == "reviews_in_time" => {
            Some((metric.numerator, metric.denominator))
        }
        _ => None,
    });
    assert_eq!(in_time, Some((1, Some(2))));
}
