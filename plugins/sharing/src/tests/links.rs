//! Partners' links.

use super::*;

const LINK: &str = "LINK-1";

fn assured(at: &str, until: &str) -> Post {
    let data =
        json!({ "assurance_kind": "iso27001", "assurance_until": until, "partner_name": "Exemplar ICB" });
    post("partner.assurance_obtained", LINK, at, data)
}

fn enabled(at: &str) -> Post {
    post("partner.access_enabled", LINK, at, json!({ "systems": ["care", "housing"], "accounts": 14 }))
}

fn disabled(at: &str, systems: Value) -> Post {
    post("partner.access_disabled", LINK, at, json!({ "systems": systems }))
}

fn start() -> Scenario<Sharing> {
    Scenario::new()
}

#[test]
fn assurance_comes_before_the_link() {
    let fine = start().post(assured("2026-01-05", "2026-09-30")).post(enabled("2026-01-06"));
    assert_eq!(fine.wait_until("2026-09-30").run().history(), nothing());
    let run = start().post(enabled("2026-01-06")).wait_until("2026-01-07").run();
    assert_eq!(run.history(), ["Tue 2026-01-06 09:00 + A-THP-3 without-assurance LINK-1"]);
    let alert = run.alert("A-THP-3", "without-assurance");
    assert_eq!((alert.severity, alert.recipient.as_deref()), (None, None));
    assert_eq!(
        alert.arithmetic,
        "The link is open since Tuesday 6 January 2026, and no assurance of the partner is on record."
    );
    let lapsed = start()
        .post(assured("2025-06-02", "2025-12-31"))
        .post(enabled("2026-01-06"))
        .wait_until("2026-01-07");
    assert_eq!(lapsed.run().open(), ["A-THP-3 without-assurance LINK-1"], "it had lapsed");
}

#[test]
fn assurance_afterwards_or_the_end_of_the_link_clears_it() {
    let open = || start().post(enabled("2026-01-06")).wait_until("2026-01-07");
    let run = open().post(assured("2026-01-08", "2026-09-30")).wait_until("2026-01-09").run();
    assert_eq!(
        (run.open(), reason(&run)),
        (nothing(), "an assurance holds until Wednesday 30 September 2026")
    );
    let section = &run.sections("2026-01-01", "2026-01-31", "2026-02-01")[0];
    assert_eq!(report::figure(section, "links_assured_first"), (0, Some(1)), "it came too late all the same");
    let run = open().post(disabled("2026-01-08", json!([]))).wait_until("2026-01-09").run();
    assert_eq!((run.open(), reason(&run)), (nothing(), "the link was closed on Thursday 8 January 2026"));
    let partly = open().post(disabled("2026-01-08", json!(["care"])));
    assert_eq!(partly.clone().run().open(), ["A-THP-3 without-assurance LINK-1"], "one system is open still");
    assert_eq!(partly.post(disabled("2026-01-09", json!(["housing"]))).run().open(), nothing());
}

#[test]
fn an_assurance_lapses_on_its_day_or_after_twelve_months() {
    let lapses = |until: &str| {
        let run = start().post(assured("2026-01-05", until)).post(enabled("2026-01-06"));
        run.wait_until("2027-02-01").run()
    };
    let named = lapses("2026-09-30");
    assert_eq!(named.history(), ["Thu 2026-10-01 00:00 + A-THP-3 assurance-lapsed LINK-1"]);
    assert!(
        named
            .alert("A-THP-3", "assurance-lapsed")
            .arithmetic
            .ends_with("Wednesday 30 September 2026, the day that it names.")
    );
    let control = lapses("2029-09-30");
    assert_eq!(control.history(), ["Wed 2027-01-06 00:00 + A-THP-3 assurance-lapsed LINK-1"]);
    assert_eq!(
        control.alert("A-THP-3", "assurance-lapsed").arithmetic,
        "The link is open since Tuesday 6 January 2026, and the partner's assurance lapsed: it held until Tuesday 5 January \
         2027, 12 months after it was obtained, when it is to be renewed by a control of the organisation's own."
    );
    let longer =
        start().setting("partner_assurance_months", json!(36)).post(assured("2026-01-05", "2029-09-30"));
    assert_eq!(longer.post(enabled("2026-01-06")).wait_until("2027-02-01").run().history(), nothing());
    let renewed = start().post(assured("2026-01-05", "2026-09-30")).post(enabled("2026-01-06"));
    let renewed = renewed.post(assured("2026-09-15", "2027-06-30")).wait_until("2027-02-01");
    assert_eq!(renewed.run().history(), nothing());
}

#[test]
fn the_register_has_what_lapses_first_first() {
    let other = post(
        "partner.access_enabled",
        "LINK-2",
        "2026-01-06",
        json!({ "systems": ["care"], "unit": "care" }),
    );
    let run = start().post(assured("2026-01-05", "2026-09-30")).post(enabled("2026-01-06")).post(other).run();
    let rows = run.register("partners", "2026-09-01");
    let of = |row: usize, column: &str| cell(&rows[row], "partners", column);
    assert_eq!([0, 1].map(|row| of(row, "link")), ["LINK-2", "LINK-1"].map(Cell::from));
    assert_eq!([0, 1].map(|row| of(row, "status")), ["without assurance", "open"].map(Cell::from));
    assert_eq!([0, 1].map(|row| of(row, "rag")), ["red", "amber"].map(Cell::from));
    assert_eq!((of(1, "due"), of(1, "days_left")), (day("2026-09-30"), Cell::Number(29)));
    assert_eq!((of(1, "systems"), of(1, "accounts")), (Cell::from("care, housing"), Cell::Number(14)));
}
