use super::*;

fn changed(case: &str, day: &str, from: &str, to: &str) -> Post {
    post("regime_changed", case, day).data(json!({ "regime": to, "regime_before": from }))
}

#[test]
fn what_turns_out_to_be_a_right_runs_from_its_receipt() {
    let run = Scenario::<Rights>::new()
        .post(received_under("foi", "FOI-1", "2026-03-03"))
        .post(changed("FOI-1", "2026-03-25", "foi", "sar"))
        .wait_until("2026-04-04")
        .run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-25 09:00 + A-SAR-1 14-days-left FOI-1",
            "Sat 2026-03-28 00:00 - A-SAR-1 14-days-left FOI-1",
            "Sat 2026-03-28 00:00 + A-SAR-1 5-days-left FOI-1",
            "Fri 2026-04-03 00:00 - A-SAR-1 5-days-left FOI-1",
            "Fri 2026-04-03 00:00 + A-SAR-2 overdue FOI-1",
        ]
    );
}

#[test]
fn what_turns_out_to_be_none_is_let_go() {
    let run = access("2026-03-03")
        .wait_until("2026-04-08")
        .post(changed("SAR-1", "2026-04-08", "sar", "foi"))
        .run();
    assert_eq!(run.open(), Vec::<String>::new());
    assert_eq!(run.register("open", "2026-04-09"), []);
    let Some((_, muniment_sdk::Act::Clear(cleared))) = run.acts().last() else { panic!("{:?}", run.acts()) };
    assert_eq!(cleared.reason, "it was found to be no request of a data subject on Wednesday 8 April 2026");
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-05-01")[0];
    assert_eq!(report::share(section, "rights_received"), (0, None));
    let foi = Scenario::<Rights>::new().post(received_under("foi", "FOI-1", "2026-03-03"));
    assert_eq!(foi.wait_until("2026-06-01").run().history(), Vec::<String>::new());
}

#[test]
fn a_mixed_request_is_answered_when_each_right_is() {
    let data = json!({ "regime": "foi", "regimes": ["foi", "sar", "erasure"] });
    let mixed = Scenario::<Rights>::new().post(post("received", "MIX-1", "2026-03-03").data(data));
    let part = |regime: &str| {
        post("response_issued", "MIX-1", "2026-03-20")
            .data(json!({ "outcome": "granted_in_full", "regime": regime }))
    };
    let run = mixed.clone().post(part("foi")).post(part("sar")).wait_until("2026-04-03").run();
    assert_eq!(run.open(), ["A-SAR-2 overdue MIX-1"]);
    let run = mixed.clone().post(part("sar")).post(part("erasure")).wait_until("2026-04-03").run();
    assert_eq!(run.open(), Vec::<String>::new());
    let run = mixed.post(answer("MIX-1", "2026-03-20")).wait_until("2026-04-03").run();
    assert_eq!(run.open(), Vec::<String>::new());
}

#[test]
fn the_earliest_receipt_of_merged_cases_stands() {
    let run = Scenario::<Rights>::new()
        .post(received("SAR-1", "2026-03-03"))
        .post(received("SAR-2", "2026-03-06"))
        .post(Post::new("case.merged", "SAR-1").at("2026-03-09").data(json!({ "into": "SAR-2" })))
        .post(post("closed", "SAR-1", "2026-03-09").data(json!({ "close_reason": "merged" })))
        .wait_until("2026-04-03")
        .run();
    assert_eq!(run.open(), ["A-SAR-2 overdue SAR-2"]);
    let rows = run.register("open", "2026-04-01");
    assert_eq!((rows.len(), &rows[0].cells[2]), (1, &on("2026-03-03")));
}

#[test]
fn a_correction_of_the_receipt_moves_the_deadline() {
    let void = json!({ "target": 0, "action": "void" });
    let run = access("2026-03-03")
        .wait_until("2026-04-04")
        .post(Post::new("ledger.correction_recorded", "SAR-1").at("2026-04-05").data(void))
        .post(received("SAR-1", "2026-03-20").recorded("2026-04-06"))
        .wait_until("2026-04-07")
        .run();
    assert_eq!(run.open(), ["A-SAR-1 14-days-left SAR-1"]);
}

#[test]
fn taking_a_case_up_again_starts_no_clock_unless_it_was_ordered() {
    let reopened = |reason: &str| {
        access("2026-03-03")
            .post(answer("SAR-1", "2026-03-10"))
            .post(post("reopened", "SAR-1", "2026-05-05").data(json!({ "reopen_reason": reason })))
            .wait_until("2026-07-01")
            .run()
    };
    let review = reopened("internal_review");
    assert_eq!(of(&review, "A-SAR-2"), Vec::<String>::new());
    assert_eq!(review.register("open", "2026-05-06")[0].cells[9], Cell::from("reopened"));
    let ordered = reopened("ico_decision");
    assert_eq!(of(&ordered, "A-SAR-2"), ["Fri 2026-06-05 00:00 + A-SAR-2 overdue SAR-1"]);
    let words = &ordered.alert("A-SAR-2", "overdue").arithmetic;
    assert!(
        words.starts_with("Received Tuesday 3 March 2026; an answer was ordered on Tuesday 5 May 2026."),
        "{words}"
    );
    assert!(words.contains("From Tuesday 5 May 2026, when an answer was ordered;"), "{words}");
    assert_eq!(of(&reopened("closed_in_error"), "A-SAR-2"), ["Tue 2026-05-05 09:00 + A-SAR-2 overdue SAR-1"]);
}

#[test]
fn a_holiday_that_is_proclaimed_moves_an_end() {
    let data = json!({ "day": "2026-04-30", "regions": ["england", "wales", "scotland", "northern_ireland"], "holiday": "A day of mourning" });
    let holiday = Post::new("calendar.holiday_added", "calendar").at("2026-04-20").data(data);
    let run = access("2026-03-31").post(holiday).wait_until("2026-05-10").run();
    assert_eq!(of(&run, "A-SAR-2"), ["Sat 2026-05-02 00:00 + A-SAR-2 overdue SAR-1"]);
    let row = &run.register("open", "2026-04-21")[0];
    assert_eq!(row.cells[3..6], [on("2026-05-01"), on("2026-05-01"), on("2026-04-30")]);
}

/// What happened while the case was thought to be closed counts, as the clock had never stopped.
#[test]
fn a_case_that_was_closed_in_error_goes_on_as_if_it_had_not_been() {
    let run = access("2026-03-03")
        .post(post("id_sought", "SAR-1", "2026-03-05"))
        .post(post("closed", "SAR-1", "2026-03-06").data(json!({ "close_reason": "lapsed" })))
        .post(post("id_received", "SAR-1", "2026-03-16"))
        .post(post("reopened", "SAR-1", "2026-03-17").data(json!({ "reopen_reason": "closed_in_error" })))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(of(&run, "A-SAR-2"), ["Thu 2026-04-16 00:00 + A-SAR-2 overdue SAR-1"]);
}

#[test]
fn the_act_of_1998_allows_forty_days() {
    let run = Scenario::<Rights>::new()
        .post(received_under("dpa_1998", "SAR-1", "2014-03-03"))
        .post(extended("2014-03-20", Some(true)))
        .wait_until("2014-05-01")
        .run();
    let row = &run.register("open", "2014-04-01")[0];
    assert_eq!(row.cells[3..5], [on("2014-04-12"), on("2014-04-11")]);
    assert_eq!(of(&run, "A-SAR-2"), ["Sat 2014-04-12 00:00 + A-SAR-2 overdue SAR-1"]);
}

/// A history of everything, to be told in any order.
fn history() -> Vec<Post> {
    vec![
        received_under("foi", "SAR-1", "2026-03-03"),
        changed("SAR-1", "2026-03-04", "foi", "sar"),
        post("assigned", "SAR-1", "2026-03-05").data(json!({ "unit": "schools" })),
        sought("2026-03-09", None),
        clarified("2026-03-20"),
        extended("2026-03-24", None),
        post("id_sought", "SAR-1", "2026-03-25"),
        post("id_received", "SAR-1", "2026-03-30"),
        received("SAR-2", "2026-03-02"),
        Post::new("case.merged", "SAR-2").at("2026-03-31").data(json!({ "into": "SAR-1" })),
    ]
}

/// Late or early, in whatever order: what a case comes to hangs only on what happened, and when.
#[test]
fn a_history_comes_out_the_same_in_any_order() {
    let told = |posts: Vec<Post>| {
        let run = Scenario::<Rights>::new()
            .import(posts.into_iter().map(|post| post.recorded("2026-07-10")))
            .wait_until("2026-07-11")
            .run();
        let mut open = run.open();
        open.sort();
        let mut rows: Vec<Vec<Cell>> =
            run.register("open", "2026-07-11").into_iter().map(|row| row.cells).collect();
        // Which entry merged the cases is another one in another order.
        for corrected in rows.iter_mut().filter_map(Vec::pop) {
            assert!(matches!(corrected, Cell::Text(text) if text.starts_with("SAR-2 joined by entry")));
        }
        (open, rows)
    };
    let expected = told(history());
    assert_eq!(expected.1.len(), 1);
    assert!(expected.0.contains(&"A-SAR-2 overdue SAR-1".to_owned()), "{:?}", expected.0);
    // A generator of Lehmer's: the same orders at every run.
    let mut seed: u64 = 20_260_303;
    for _ in 0..60 {
        let mut posts = history();
        for place in (1..posts.len()).rev() {
            seed = seed * 48_271 % 0x7fff_ffff;
            posts.swap(place, usize::try_from(seed).unwrap() % (place + 1));
        }
        assert_eq!(told(posts), expected);
    }
}

/// The same without the merge, which names its entry, and with an answer, a complaint and its outcome: the registers, the
/// figures and what they rest on; and with any of it recorded twice.
#[test]
fn requests_and_complaints_come_to_the_same_in_any_order_and_twice() {
    let complaint = |kind: &str, case: &str, day: &str, data: serde_json::Value| {
        Post::new(&format!("dpcomplaint.{kind}"), case).at(day).data(data)
    };
    let mut posts = history();
    posts.pop();
    posts.extend([
        answer("SAR-2", "2026-04-09"),
        received_under("erasure", "ERA-1", "2026-04-10"),
        post("withdrawn", "ERA-1", "2026-04-13"),
        complaint("received", "DPC-1", "2026-06-22", json!({ "concern": "access", "unit": "housing" })),
        complaint("acknowledged", "DPC-1", "2026-06-23", json!({})),
        complaint("outcome_issued", "DPC-1", "2026-06-25", json!({ "complaint_outcome": "upheld" })),
        complaint("received", "DPC-2", "2026-06-24", json!({ "concern": "accuracy" })),
        answer("SAR-9", "2026-06-26"),
    ]);
    check_any_order::<Rights>(&posts, "2026-07-10", ("2026-01-01", "2026-06-30"));
}

#[test]
fn an_answer_before_the_request_is_a_finding_and_no_alert() {
    let run = Scenario::<Rights>::new()
        .post(answer("SAR-1", "2026-02-27"))
        .post(received("SAR-1", "2026-03-03"))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-05-01")[0];
    assert_eq!(report::share(section, "rights_in_time"), (1, Some(1)));
    let Some(Block::Finding(finding)) = section.blocks.last() else { panic!("{section:?}") };
    assert!(finding.text.starts_with("1 requests are recorded to have been answered"), "{}", finding.text);
    assert_eq!(finding.evidence, [0]);
}

#[test]
fn an_answer_to_what_is_not_on_record_is_a_finding_until_it_is() {
    let answered = |data: serde_json::Value| {
        let answer = post("response_issued", "SAR-1", "2026-03-10").data(data);
        let closed = post("closed", "SAR-1", "2026-03-12").data(json!({ "close_reason": "answered" }));
        Scenario::<Rights>::new().post(answer).post(closed)
    };
    let found = |scenario: Scenario<Rights>, month: (&str, &str)| {
        let run = scenario.wait_until("2026-05-01").run();
        assert_eq!(run.history(), Vec::<String>::new(), "nobody is told of it");
        let found = run.sections(month.0, month.1, "2026-05-01").remove(0).blocks.pop();
        match found {
            Some(Block::Finding(finding)) => Some((finding.text, finding.evidence)),
            _ => None,
        }
    };
    let march = ("2026-03-01", "2026-03-31");
    let unnamed = || answered(json!({ "outcome": "granted_in_full" }));
    let (text, evidence) = found(unnamed(), march).unwrap();
    assert!(text.starts_with("1 answers belong to requests that are not on record"), "{text}");
    assert_eq!(evidence, [0]);
    assert!(found(answered(json!({ "outcome": "granted_in_full", "regime": "sar" })), march).is_some());
    assert_eq!(found(answered(json!({ "outcome": "granted_in_full", "regime": "foi" })), march), None);
    assert_eq!(found(unnamed(), ("2026-04-01", "2026-04-30")), None);
    let late = received("SAR-1", "2026-03-03").recorded("2026-04-20");
    assert_eq!(found(unnamed().post(late.clone()), march), None);
    assert_eq!(found(unnamed().import([late]), march), None);
    let withdrawn = Scenario::new().post(post("withdrawn", "SAR-1", "2026-03-10"));
    assert_eq!(found(withdrawn, march), None, "that is no answer");
}

/// A case with a long history is none that anybody waits for.
#[test]
fn a_thousand_questions_are_no_trouble() {
    let mut scenario = access("2026-03-03");
    for _ in 0..500 {
        scenario = scenario.post(sought("2026-03-09", Some("cctv"))).post(clarified("2026-03-10"));
    }
    let run = scenario.wait_until("2026-04-15").run();
    assert_eq!(run.open().len(), 1);
}
