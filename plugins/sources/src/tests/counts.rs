use super::*;

/// Requests of a day, and a report of the night after it.
fn day(requests: u32, counted: u64) -> Scenario<Sources> {
    let mut scenario = Scenario::new().post(registered());
    for number in 0..requests {
        let at = format!("2026-03-02T{:02}:15:00Z", 9 + number);
        scenario = scenario.post(post("request.received", &format!("FOI-{number}"), &at, json!({})));
    }
    scenario.post(counts("2026-03-03T02:00:00Z", counted, json!({})))
}

fn counts(at: &str, events: u64, more: Value) -> Post {
    let mut data = json!({ "counted_from": "2026-03-02T00:00:00Z", "complete_to": "2026-03-03T00:00:00Z", "events": events });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    reported(at, data)
}

fn differ(run: &Run<Sources>) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains("counts-differ")).collect()
}

const RAISED: &str = "Tue 2026-03-03 03:00 + A-SRC-1 counts-differ foi-casework";

#[test]
fn counts_that_agree_are_in_order() {
    assert_eq!(day(3, 3).wait_until("2026-03-04T00:00:00Z").run().history(), NONE);
    assert_eq!(day(0, 0).wait_until("2026-03-04T00:00:00Z").run().history(), NONE);
}

#[test]
fn entries_that_are_missing_are_told_an_hour_after_the_report() {
    let run = day(3, 4).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(run.history(), [RAISED]);
    let alert = run.alert("A-SRC-1", "counts-differ");
    assert_eq!(
        alert.arithmetic,
        "From Mon 2026-03-02 00:00 to Tue 2026-03-03 00:00: 4 entries reported, 3 in the ledger. Counted are entries from `/tests` \
         by when they say that it happened, the end of the time left out. A difference may settle for an hour after the report \
         (`count_grace_hours`)."
    );
    let row = &run.register("counts", "2026-03-04")[0];
    assert_eq!(row.cells[4..7], [4, 3, 3].map(Cell::Number));
    assert_eq!(
        (row.cells[9].clone(), row.subject.as_deref()),
        (Cell::from("entries missing"), Some("foi-casework"))
    );
    assert_eq!(alert.evidence, [0, row.evidence[0]]);
    let feed = &run.register("feeds", "2026-03-03T04:00:00Z")[0];
    assert_eq!(
        (feed.cells[7].clone(), feed.cells[10].clone()),
        (Cell::from("red"), Cell::from("counts differ"))
    );
}

#[test]
fn more_entries_than_reported_are_told_too() {
    let run = day(3, 2).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(run.history(), [RAISED]);
    assert_eq!(run.register("counts", "2026-03-04")[0].cells[9], Cell::from("more entries than reported"));
}

#[test]
fn what_arrives_late_settles_a_difference() {
    let late = |recorded: &str| {
        post("request.received", "FOI-9", "2026-03-02T17:00:00Z", json!({})).recorded(recorded)
    };
    let soon = day(3, 4).post(late("2026-03-03T02:30:00Z")).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(soon.history(), NONE, "within the grace nothing was said");
    let later = day(3, 4).post(late("2026-03-03T06:10:00Z")).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(differ(&later), [RAISED, "Tue 2026-03-03 06:10 - A-SRC-1 counts-differ foi-casework"]);
    assert_eq!(later.register("counts", "2026-03-04"), []);
    let too_many = day(3, 3).post(late("2026-03-03T06:10:00Z")).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(differ(&too_many), ["Tue 2026-03-03 06:10 + A-SRC-1 counts-differ foi-casework"]);
}

/// What comes late by the thousand is compared once an hour, and in the end all the same.
#[test]
fn late_entries_are_compared_again_at_most_once_an_hour() {
    let late = |number: u32, recorded: &str| {
        post("request.received", &format!("FOI-L{number}"), "2026-03-02T17:00:00Z", json!({}))
            .recorded(recorded)
    };
    let run = day(3, 6)
        .post(late(1, "2026-03-03T06:10:00Z"))
        .post(late(2, "2026-03-03T06:20:00Z"))
        .post(late(3, "2026-03-03T06:30:00Z"))
        .wait_until("2026-03-04T00:00:00Z")
        .run();
    assert_eq!(differ(&run), [RAISED, "Tue 2026-03-03 07:10 - A-SRC-1 counts-differ foi-casework"]);
}

#[test]
fn a_report_that_counts_anew_or_is_voided_settles_a_difference_and_shows() {
    let anew =
        day(3, 4).post(counts("2026-03-03T05:00:00Z", 3, json!({}))).wait_until("2026-03-04T00:00:00Z").run();
    assert_eq!(differ(&anew), [RAISED, "Tue 2026-03-03 05:00 - A-SRC-1 counts-differ foi-casework"]);
    // The report is the entry behind the registration, three requests and the first look at their source.
    let report = anew.alert("A-SRC-1", "counts-differ").evidence[1];
    let voided = day(3, 4)
        .post(void(report, "foi-casework", "2026-03-03T05:00:00Z"))
        .wait_until("2026-03-03T06:00:00Z")
        .run();
    assert_eq!(differ(&voided), [RAISED, "Tue 2026-03-03 05:00 - A-SRC-1 counts-differ foi-casework"]);
    assert!(
        voided.open().contains(&"A-SRC-1 silent foi-casework".to_owned()),
        "then it never reported at all"
    );
    let row = &voided.register("feeds", "2026-03-03T06:00:00Z")[0];
    assert!(
        matches!(&row.cells[12], Cell::Text(words) if words.starts_with(&format!("entry {report} voided by")))
    );
}

#[test]
fn only_the_groups_and_the_source_that_are_meant_count() {
    let other =
        || day(3, 3).post(post("incident.unsubstantiated", "INC-1", "2026-03-03T01:00:00Z", json!({})));
    assert_eq!(differ(&other().wait_until("2026-03-03T04:00:00Z").run()), NONE);
    let of_group = day(3, 3).post(counts("2026-03-03T02:10:00Z", 0, json!({ "group": "review" })));
    assert_eq!(differ(&of_group.wait_until("2026-03-04T00:00:00Z").run()), NONE);
    let wrong = day(3, 3).post(counts("2026-03-03T02:10:00Z", 1, json!({ "group": "review" })));
    assert_eq!(
        differ(&wrong.wait_until("2026-03-04T00:00:00Z").run()),
        ["Tue 2026-03-03 03:10 + A-SRC-1 counts-differ foi-casework"]
    );
    let elsewhere = Scenario::<Sources>::new()
        .post(registered_as("foi-casework", "2026-03-02T00:00:00Z", json!({ "source_uri": "/elsewhere" })))
        .post(post("request.received", "FOI-1", "2026-03-02T10:00:00Z", json!({})))
        .post(counts("2026-03-03T02:00:00Z", 0, json!({})));
    assert_eq!(elsewhere.wait_until("2026-03-04T00:00:00Z").run().history(), NONE);
}

#[test]
fn of_an_hour_that_is_counted_in_part_nobody_knows() {
    let part = |events: u64| {
        let data = json!({ "counted_from": "2026-03-02T09:30:00Z", "complete_to": "2026-03-02T12:00:00Z", "events": events });
        let requests = ["09:15", "09:45", "10:15"]
            .map(|time| post("request.received", time, &format!("2026-03-02T{time}:00Z"), json!({})));
        let scenario = Scenario::<Sources>::new().post(registered());
        let scenario = requests.into_iter().fold(scenario, Scenario::post);
        differ(
            &scenario.post(reported("2026-03-02T13:00:00Z", data)).wait_until("2026-03-02T20:00:00Z").run(),
        )
    };
    assert_eq!(part(2), NONE);
    assert_eq!(part(3), NONE);
    assert_eq!(part(4), ["Mon 2026-03-02 14:00 + A-SRC-1 counts-differ foi-casework"]);
    assert_eq!(part(0), ["Mon 2026-03-02 14:00 + A-SRC-1 counts-differ foi-casework"]);
}

#[test]
fn the_reconciliation_adds_up() {
    let run = day(3, 4)
        .post(counts("2026-03-03T02:10:00Z", 0, json!({ "group": "review" })))
        .post(reported("2026-03-03T20:00:00Z", json!({ "complete_to": "2026-03-03T12:00:00Z", "events": 0 })))
        .post(registered_as("other", "2026-03-03T21:00:00Z", json!({ "source_uri": "/other" })))
        .post(post(
            "source.reported",
            "other",
            "2026-03-03T22:00:00Z",
            json!({ "complete_to": "2026-03-03T22:00:00Z", "counted_from": "2026-03-03T00:00:00Z", "events": 2 }),
        ))
        .wait_until("2026-03-04T00:00:00Z")
        .run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[1];
    let table = table(section, "counts_by_source");
    assert_adds_up(table);
    assert_eq!(table.rows[0].cells[1..], [3, 2, 1, 0].map(Cell::Number));
    assert_eq!(table.rows[2].cells[1..], [4, 2, 2, 0].map(Cell::Number));
    let before = &run.sections("2026-02-01", "2026-02-28", "2026-04-01")[1];
    assert!(before.blocks.iter().all(|block| !matches!(block, Block::Table(_))));
}
