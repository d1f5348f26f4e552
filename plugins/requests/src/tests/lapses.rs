//! A-REQ-6.

use super::*;

#[test]
fn a_question_that_is_not_answered_lapses_after_sixty_days() {
    let asked = in_hand(&[("FOI-1", "2026-03-02")]).post(sought("FOI-1", "2026-03-09", true));
    let before = asked.clone().wait_until("2026-05-08T22:59:00Z").run();
    assert_eq!(before.history(), Vec::<String>::new());
    let run = asked.clone().post(post("clarification_received", "FOI-1", "2026-05-12")).run();
    assert_eq!(
        run.history(),
        [
            "Sat 2026-05-09 00:00 + A-REQ-6 clarification-unanswered FOI-1",
            "Tue 2026-05-12 09:00 - A-REQ-6 clarification-unanswered FOI-1",
        ]
    );
    assert_eq!(run.alert("A-REQ-6", "clarification-unanswered").evidence, [0, 3]);
    let lapsed = post("lapsed", "FOI-1", "2026-05-12").data(json!({ "lapse_reason": "no_clarification" }));
    assert_eq!(asked.clone().post(lapsed).run().open(), Vec::<String>::new());
    let sooner = asked.setting("clarification_lapse_days", json!(30)).wait_until("2026-04-09").run();
    assert_eq!(sooner.history(), ["Thu 2026-04-09 00:00 + A-REQ-6 clarification-unanswered FOI-1"]);
    let advice = in_hand(&[("FOI-1", "2026-03-02")]).post(sought("FOI-1", "2026-03-09", false));
    let advice = advice.post(answer("FOI-1", "2026-03-10")).wait_until("2026-08-01").run();
    assert_eq!(advice.history(), Vec::<String>::new());
}

#[test]
fn a_question_that_is_asked_again_counts_from_then() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(sought("FOI-1", "2026-03-09", true))
        .post(sought("FOI-1", "2026-03-20", true))
        .wait_until("2026-05-20")
        .run();
    assert_eq!(run.history(), ["Wed 2026-05-20 00:00 + A-REQ-6 clarification-unanswered FOI-1"]);
}

fn fee(case: &str, day: &str) -> Post {
    post("fee_notice_issued", case, day).data(json!({ "fee_pounds": 30 }))
}

#[test]
fn a_fee_lapses_after_three_months_beginning_with_the_notice() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(fee("FOI-1", "2026-03-09"))
        .post(post("fee_lapsed", "FOI-1", "2026-06-10"))
        .run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-06-09 00:00 + A-REQ-6 fee-unpaid FOI-1",
            "Wed 2026-06-10 09:00 - A-REQ-6 fee-unpaid FOI-1",
        ]
    );
    let words = &run.alert("A-REQ-6", "fee-unpaid").arithmetic;
    assert!(
        words.starts_with("Due by Monday 8 June 2026 (Freedom of Information Act 2000, section 9(2))"),
        "{words}"
    );
    assert!(words.contains("when the fees notice was given"), "{words}");
    let paid = in_hand(&[("FOI-1", "2026-03-02")]).post(fee("FOI-1", "2026-03-09"));
    let paid = paid.post(post("fee_paid", "FOI-1", "2026-06-09T22:00:00Z")).run();
    assert!(!paid.open().iter().any(|open| open.contains("A-REQ-6")));
}

#[test]
fn a_charge_for_environmental_information_lapses_after_sixty_working_days() {
    let charged = |regime: &str| {
        let request =
            Post::new("request.received", "EIR-1").at("2026-03-02").data(json!({ "regime": regime }));
        Scenario::<Requests>::new()
            .post(request)
            .post(post("acknowledged", "EIR-1", "2026-03-02"))
            .post(post("assigned", "EIR-1", "2026-03-02").data(json!({ "unit": "parks" })))
            .post(fee("EIR-1", "2026-03-09"))
            .wait_until("2026-07-01")
            .run()
    };
    assert_eq!(charged("eir").history(), ["Tue 2026-06-09 00:00 + A-REQ-6 fee-unpaid EIR-1"]);
    assert_eq!(charged("reuse").history(), Vec::<String>::new());
}
