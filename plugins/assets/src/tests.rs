use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Row};
use serde_json::{Value, json};

use super::*;

mod histories;
mod report;
mod risks;
mod systems;

pub(crate) fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn registered(asset: &str, at: &str) -> Post {
    registered_in(asset, at, &["database"])
}

fn registered_in(asset: &str, at: &str, forms: &[&str]) -> Post {
    let data = json!({
        "asset_title": "Housing tenancy files", "forms": forms, "owner": "role/head-of-housing", "unit": "housing",
    });
    post("asset.registered", asset, at, data)
}

fn reviewed(asset: &str, at: &str, finding: &str) -> Post {
    post("asset.reviewed", asset, at, json!({ "finding": finding }))
}

pub(crate) fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

/// No form is listed: these are about other alerts.
pub(crate) fn unlisted() -> Scenario<Assets> {
    Scenario::new().setting("listed_forms", json!([]))
}

pub(crate) fn cell<'r>(row: &'r Row, register: &str, column: &str) -> &'r Cell {
    let register = registers::ALL.iter().find(|of| of.name == register).unwrap();
    &row.cells[register.columns.iter().position(|of| of.name == column).unwrap()]
}

pub(crate) fn text(of: &str) -> Cell {
    Cell::from(of)
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Assets>();
    assert!(Settings { high_risk_roles: Vec::new(), ..Settings::default() }.check().is_err());
    let twice = vec![Form::Paper, Form::Map, Form::Paper];
    assert!(Settings { listed_forms: twice, ..Settings::default() }.check().is_err());
    assert!(Settings::default().check().is_ok());
    for form in Form::ALL {
        assert_eq!(json!(form), json!(form.name()));
    }
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Assets>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_an_asset_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "asset.registered",
            "AST-#",
            0,
            json!({ "asset_title": "Tenancy files of estate #", "forms": ["database", "paper"], "system": "housing-cases", "personal_data": true, "owner": "role/head-of-housing", "unit": "housing" }),
        ),
        happens(
            "asset.reviewed",
            "AST-#",
            90,
            json!({ "finding": "current", "owner": "role/head-of-housing" }),
        ),
        happens(
            "asset.owner_changed",
            "AST-#",
            100,
            json!({ "owner": "role/head-of-repairs", "vacant": false }),
        ),
        happens("asset.reviewed", "AST-#", 200, json!({ "finding": "retired" })),
    ];
    muniment_histories::check_bytes_a_case::<Assets>(&case, 256);
}

#[test]
fn an_asset_is_reviewed_within_twelve_months() {
    let scenario = unlisted().post(registered("AST-1", "2025-03-10")).wait_until("2026-03-10T23:59:59Z");
    assert_eq!(scenario.clone().run().history(), Vec::<String>::new(), "on the last day it is in time");
    let run = scenario
        .wait_until("2026-03-11")
        .post(reviewed("AST-1", "2026-03-12", "current"))
        .wait_until("2027-03-13")
        .run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-11 00:00 + A-AST-1 overdue AST-1",
            "Thu 2026-03-12 09:00 - A-AST-1 overdue AST-1",
            "Sat 2027-03-13 00:00 + A-AST-1 overdue AST-1",
        ]
    );
    let alert = run.alert("A-AST-1", "overdue");
    assert_eq!(
        alert.arithmetic,
        "From Thursday 12 March 2026, when it was last reviewed, 12 months (asset_review_months) end on Friday 12 March 2027."
    );
    assert_eq!(alert.evidence, [0, 4]);
}

#[test]
fn a_day_that_the_entry_names_shortens_the_time_and_never_lengthens_it() {
    let named = |day: &str| {
        let data = json!({ "finding": "changed", "review_due": day });
        unlisted()
            .post(registered("AST-1", "2026-01-05"))
            .post(post("asset.reviewed", "AST-1", "2026-02-02", data))
            .wait_until("2027-03-01")
            .run()
    };
    assert_eq!(named("2026-06-30").history(), ["Wed 2026-07-01 00:00 + A-AST-1 overdue AST-1"]);
    assert!(named("2026-06-30").alert("A-AST-1", "overdue").arithmetic.contains("Tuesday 30 June 2026"));
    assert_eq!(named("2029-01-01").history(), ["Wed 2027-02-03 00:00 + A-AST-1 overdue AST-1"]);
    assert!(named("2029-01-01").alert("A-AST-1", "overdue").arithmetic.contains("does not count"));
    // A day before the review is none by which it could be reviewed again.
    assert_eq!(named("2020-01-01").history(), ["Wed 2027-02-03 00:00 + A-AST-1 overdue AST-1"]);
}

#[test]
fn a_retired_asset_is_reviewed_no_more() {
    let run = unlisted()
        .post(registered("AST-1", "2025-01-06"))
        .wait_until("2026-02-01")
        .post(reviewed("AST-1", "2026-02-02", "retired"))
        .wait_until("2028-01-01")
        .run();
    assert_eq!(run.open(), Vec::<String>::new());
    assert_eq!(run.register("assets", "2026-03-01"), []);
    let missing = unlisted()
        .post(registered("AST-1", "2025-01-06"))
        .post(reviewed("AST-1", "2025-06-02", "missing"))
        .wait_until("2026-06-03")
        .run();
    assert_eq!(missing.open(), ["A-AST-1 overdue AST-1"], "what cannot be found is still the organisation's");
}

#[test]
fn an_asset_has_an_owner() {
    let vacated = post("asset.owner_changed", "AST-1", "2026-02-02T10:00:00Z", json!({ "vacant": true }));
    let named = json!({ "vacant": false, "owner": "role/head-of-repairs" });
    let run = unlisted()
        .post(registered("AST-1", "2026-01-05"))
        .post(vacated.clone())
        .wait_until("2026-02-03")
        .post(post("asset.owner_changed", "AST-1", "2026-02-04", named))
        .wait_until("2026-02-05")
        .run();
    assert_eq!(
        run.history(),
        ["Mon 2026-02-02 10:00 + A-AST-2 vacant AST-1", "Wed 2026-02-04 09:00 - A-AST-2 vacant AST-1"]
    );
    assert_eq!(NO_OWNER.recipient, "role/siro");
    let row = &run.register("assets", "2026-02-05")[0];
    assert_eq!(*cell(row, "assets", "owner"), text("role/head-of-repairs"));
    let vacant = unlisted().post(registered("AST-1", "2026-01-05")).post(vacated).run();
    assert_eq!(*cell(&vacant.register("assets", "2026-02-03")[0], "assets", "status"), text("no owner"));
}

fn listed() -> Scenario<Assets> {
    Scenario::new().setting("listed_forms", json!(["paper", "fax"]))
}

#[test]
fn the_register_has_each_form_that_the_policy_lists() {
    let run = listed()
        .wait_until("2026-01-01")
        .post(registered_in("AST-1", "2026-01-05", &["paper", "database"]))
        .wait_until("2026-02-10")
        .post(registered_in("AST-2", "2026-02-10", &["fax"]))
        .wait_until("2026-02-11")
        .post(reviewed("AST-2", "2026-02-12", "retired"))
        .wait_until("2026-02-13")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-02-05 00:00 + A-AST-1 no-asset form/fax",
            "Tue 2026-02-10 09:00 - A-AST-1 no-asset form/fax",
            "Thu 2026-02-12 09:00 + A-AST-1 no-asset form/fax",
        ]
    );
    let alert = run.alert("A-AST-1", "no-asset");
    assert_eq!(alert.evidence, [1]);
    assert!(alert.arithmetic.contains("30 days later (listed_forms_days)"), "{}", alert.arithmetic);
}

#[test]
fn a_register_that_nobody_has_begun_lacks_no_form() {
    let run = Scenario::<Assets>::new()
        .post(post("asset.reviewed", "AST-9", "2026-01-05", json!({ "finding": "current" })))
        .wait_until("2027-06-01")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
    let emptied = listed()
        .post(registered_in("AST-1", "2026-01-05", &["paper"]))
        .wait_until("2026-03-01")
        .post(void(0, "AST-1", "2026-03-02"))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(emptied.open(), Vec::<String>::new());
}

#[test]
fn an_import_raises_nothing_for_a_form_that_comes_later_in_it() {
    let run = listed()
        .import([
            registered_in("AST-1", "2020-01-06", &["paper"]).recorded("2026-03-02"),
            reviewed("AST-1", "2026-01-06", "current").recorded("2026-03-02"),
            registered_in("AST-2", "2026-02-06", &["fax"]).recorded("2026-03-02"),
        ])
        .wait_until("2026-03-03")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
}

fn found(at: &str, explanation: &str) -> Post {
    let data = json!({ "explanation": explanation, "asset": "AST-1", "unit": "revenues" });
    post("unauthorised_change.detected", "CHG-1", at, data)
}

#[test]
fn a_change_is_explained_within_five_working_days() {
    // Good Friday is 3 April 2026, Easter Monday the 6th.
    let open = unlisted().post(found("2026-04-01", "none_yet")).wait_until("2026-04-10T22:59:59Z");
    assert_eq!(open.clone().run().history(), Vec::<String>::new());
    let run = open
        .wait_until("2026-04-11")
        .post(found("2026-04-13", "software_fault"))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(
        run.history(),
        [
            "Sat 2026-04-11 00:00 + A-AST-3 unexplained CHG-1",
            "Mon 2026-04-13 09:00 - A-AST-3 unexplained CHG-1"
        ]
    );
    assert_eq!(
        run.alert("A-AST-3", "unexplained").arithmetic,
        "Found Wednesday 1 April 2026. With the day behind as day 1, 5 working days (change_explain_working_days) end on \
         Friday 10 April 2026. Not counted: 2 Saturdays and Sundays; Friday 3 April 2026 (Good Friday); Monday 6 April \
         2026 (Easter Monday). Nothing explains it up to now."
    );
    let row =
        &unlisted().post(found("2026-04-01", "none_yet")).run().register("unexplained-changes", "2026-04-07")
            [0];
    assert_eq!(*cell(row, "unexplained-changes", "working_days_left"), Cell::Number(3));
    assert_eq!(row.unit.as_deref(), Some("revenues"));
}

#[test]
fn an_explanation_that_was_none_starts_the_alert_again() {
    let run = unlisted()
        .post(found("2026-03-02", "error"))
        .wait_until("2026-03-20")
        .post(found("2026-03-20", "none_yet"))
        .wait_until("2026-03-21")
        .run();
    assert_eq!(run.history(), ["Fri 2026-03-20 09:00 + A-AST-3 unexplained CHG-1"]);
}

#[test]
fn a_holiday_that_is_proclaimed_moves_the_day() {
    let day = json!({ "day": "2026-03-05", "regions": ["england", "wales"], "holiday": "A day of mourning" });
    let run = unlisted()
        .post(found("2026-03-02", "none_yet"))
        .post(post("calendar.holiday_added", "england", "2026-03-03", day))
        .wait_until("2026-03-12")
        .run();
    assert_eq!(run.history(), ["Wed 2026-03-11 00:00 + A-AST-3 unexplained CHG-1"]);
    assert!(run.alert("A-AST-3", "unexplained").arithmetic.contains("A day of mourning"));
}

fn checked(subject: &str, at: &str, data: Value) -> Post {
    let mut all = json!({ "records_checked": 500, "records_wrong": 6 });
    all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    post("data_quality.checked", subject, at, all)
}

#[test]
fn a_critical_dataset_is_checked_within_twelve_months() {
    let run = unlisted()
        .post(checked("council-tax", "2025-03-03", json!({ "critical": true })))
        .post(checked("allotments", "2025-03-03", json!({ "critical": false })))
        .wait_until("2026-03-04")
        .post(checked("council-tax", "2026-03-05", json!({})))
        .wait_until("2026-12-01")
        .run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-04 00:00 + A-AST-4 overdue council-tax",
            "Thu 2026-03-05 09:00 - A-AST-4 overdue council-tax"
        ]
    );
    let rows = run.register("data-quality", "2026-03-06");
    assert_eq!(rows.len(), 1, "what is neither critical nor due does not stand there");
    assert_eq!(*cell(&rows[0], "data-quality", "right"), Cell::Share(494, 500));
}

#[test]
fn a_critical_asset_that_nobody_checks_is_overdue() {
    let critical =
        json!({ "asset_title": "Care cases", "forms": ["database"], "owner": "role/x", "critical": true });
    let scenario = unlisted().post(post("asset.registered", "AST-1", "2025-03-03", critical));
    let run = scenario.clone().wait_until("2026-03-04").run();
    assert_eq!(run.open(), ["A-AST-1 overdue AST-1", "A-AST-4 overdue AST-1"]);
    assert!(run.alert("A-AST-4", "overdue").arithmetic.contains("was never checked"));
    let of_asset = json!({ "asset": "AST-1" });
    let next_year = json!({ "asset": "AST-1", "next_due": "2026-06-01" });
    let run = scenario
        .post(checked("DQ-2025-1", "2025-09-01", of_asset))
        .post(checked("DQ-2026-1", "2026-02-02", next_year))
        .wait_until("2026-05-31")
        .run();
    assert_eq!(run.open(), ["A-AST-1 overdue AST-1"], "checks under other numbers are checks of the asset");
    let later = run.register("data-quality", "2026-05-31");
    assert_eq!(
        *cell(&later[0], "data-quality", "due"),
        Cell::from("2026-06-01".parse::<muniment_sdk::Day>().unwrap())
    );
    assert_eq!(*cell(&later[0], "data-quality", "owner"), text("role/x"));
}

#[test]
fn a_correction_clears_an_alert_and_shows() {
    let run = unlisted()
        .post(registered("AST-1", "2026-01-05"))
        .post(post("asset.owner_changed", "AST-1", "2026-02-02", json!({ "vacant": true })))
        .wait_until("2026-02-03")
        .post(void(1, "AST-1", "2026-02-04"))
        .run();
    assert_eq!(run.open(), Vec::<String>::new());
    let row = &run.register("assets", "2026-02-05")[0];
    assert_eq!(*cell(row, "assets", "corrected"), text("entry 1 voided by entry 4"));
    assert_eq!(*cell(row, "assets", "owner"), text("role/head-of-housing"));
}
