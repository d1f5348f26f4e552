//! Mixed requests: each law is answered by itself.

use super::*;

fn mixed(regime: &str, regimes: &[&str]) -> Scenario<Requests> {
    let data = json!({ "regime": regime, "regimes": regimes, "unit": "parks" });
    Scenario::new()
        .post(post("received", "MIX-1", "2026-03-02").data(data))
        .post(post("acknowledged", "MIX-1", "2026-03-02"))
        .post(post("assigned", "MIX-1", "2026-03-02").data(json!({ "unit": "parks" })))
}

fn part(regime: &str, day: &str) -> Post {
    post("response_issued", "MIX-1", day).data(json!({ "regime": regime, "outcome": "granted_in_full" }))
}

const LATE: &str = "Wed 2026-04-01 00:00 + A-REQ-3 overdue MIX-1";

#[test]
fn an_answer_under_another_law_leaves_this_one_open() {
    for (regime, regimes) in [("foi", ["foi", "sar"]), ("sar", ["sar", "foi"])] {
        let run = mixed(regime, &regimes).post(part("sar", "2026-03-10")).wait_until("2026-04-02").run();
        assert_eq!(overdue(&run), [LATE], "{regime}");
        let run = mixed(regime, &regimes).post(part("foi", "2026-03-10")).wait_until("2026-04-02").run();
        assert_eq!(overdue(&run), Vec::<String>::new(), "{regime}");
    }
}

#[test]
fn all_laws_of_this_plugin_are_answered_or_it_is_open() {
    let both = || mixed("foi", &["foi", "eir"]);
    let run = both().post(part("foi", "2026-03-10")).wait_until("2026-04-02").run();
    assert_eq!(overdue(&run), [LATE]);
    let run =
        both().post(part("eir", "2026-03-10")).post(part("foi", "2026-03-12")).wait_until("2026-04-02").run();
    assert_eq!(overdue(&run), Vec::<String>::new());
    // One answer that names no law answers all of it, and so does one under a law that it does not have.
    for whole in [answer("MIX-1", "2026-03-10"), part("reuse", "2026-03-10")] {
        assert_eq!(overdue(&both().post(whole).wait_until("2026-04-02").run()), Vec::<String>::new());
    }
}

#[test]
fn one_law_is_taken_in_the_place_of_another() {
    let moved = json!({ "regime": "eir", "regime_before": "foi" });
    let run = mixed("foi", &["foi", "sar"])
        .post(post("regime_changed", "MIX-1", "2026-03-05").data(moved))
        .post(part("sar", "2026-03-10"))
        .wait_until("2026-04-02")
        .run();
    assert_eq!(overdue(&run), [LATE]);
}

#[test]
fn of_two_laws_of_other_plugins_one_may_be_moved_here() {
    let moved = json!({ "regime": "eir", "regime_before": "sar" });
    let run = mixed("sar", &["sar", "erasure"])
        .post(post("regime_changed", "MIX-1", "2026-03-05").data(moved))
        .post(part("erasure", "2026-03-10"))
        .wait_until("2026-04-02")
        .run();
    assert_eq!(overdue(&run), [LATE]);
}
