use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Row, Severity};
use serde_json::{Value, json};

use super::*;

mod handlings;
mod report;
mod samples;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_data" });
    post("ledger.correction_recorded", subject, at, data)
}

fn marked(at: &str, scheme: &str, tier: &str) -> Post {
    post("marking.applied", "DOC-1", at, json!({ "scheme": scheme, "tier": tier, "unit": "legal" }))
}

fn marked_of(at: &str, scheme: &str, tier: &str, created: &str) -> Post {
    let data = json!({ "scheme": scheme, "tier": tier, "created_on": created });
    post("marking.applied", "DOC-1", at, data)
}

fn changed(at: &str, scheme: &str, tier: &str) -> Post {
    post(
        "marking.changed",
        "DOC-1",
        at,
        json!({ "scheme": scheme, "tier": tier, "created_on": "2010-03-01" }),
    )
}

fn cell<'r>(row: &'r Row, register: &str, column: &str) -> &'r Cell {
    let register = registers::ALL.iter().find(|of| of.name == register).unwrap();
    &row.cells[register.columns.iter().position(|of| of.name == column).unwrap()]
}

fn text(of: &str) -> Cell {
    Cell::from(of)
}

/// What is raised for one marking.
fn of(mark: Post) -> Vec<String> {
    Scenario::<Marking>::new().post(mark).wait_until("2027-01-01").run().open()
}

const RIGHT: [String; 0] = [];

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Marking>();
    assert!(Settings::default().check().is_ok());
    let settings = Settings::default;
    let swapped = Settings { gsc_2014_last_day: settings().gpms_last_day, ..settings() };
    assert!(swapped.check().is_err());
    assert!(Settings { means_below_secret: Vec::new(), ..settings() }.check().is_err());
    assert!(Settings { methods_below_secret: Vec::new(), ..settings() }.check().is_err());
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Marking>();
}

/// The details of a case stay, as a correction may come. What was done below a marking is part of an incident: that makes it
/// larger than others.
#[test]
fn what_is_kept_of_a_document_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "marking.applied",
            "DOC-2025-#",
            0,
            json!({ "scheme": "gscp_2023", "tier": "official", "sensitive": true, "descriptors": ["legal"], "owner": "role/head-of-legal", "unit": "legal" }),
        ),
        happens(
            "marking.handling_breach",
            "DOC-2025-#",
            20,
            json!({ "tier": "official", "sensitive": true, "action": "sent", "channel": "email", "incident_ref": "INC-#", "unit": "legal" }),
        ),
        happens("incident.closed", "INC-#", 30, json!({ "close_reason": "other" })),
        happens(
            "marking.changed",
            "DOC-2025-#",
            200,
            json!({ "scheme": "gscp_2023", "tier": "official", "sensitive": false, "change_reason": "no_longer_sensitive" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Marking>(&case, 320);
}

#[test]
fn the_scheme_of_six_tiers_is_in_use_until_its_last_day() {
    assert_eq!(of(marked("2014-04-02", "gpms_2008", "restricted")), RIGHT);
    let run = Scenario::<Marking>::new()
        .post(marked("2014-04-03", "gpms_2008", "restricted"))
        .wait_until("2014-05-01")
        .post(changed("2014-05-02", "gsc_2014", "official"))
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2014-04-03 09:00 + A-MRK-1 obsolete-scheme DOC-1",
            "Fri 2014-05-02 09:00 - A-MRK-1 obsolete-scheme DOC-1",
        ]
    );
    let alert = run.alert("A-MRK-1", "obsolete-scheme");
    assert_eq!((alert.evidence.as_slice(), alert.severity), ([0].as_slice(), None));
    assert_eq!(
        alert.arithmetic,
        "Marked RESTRICTED of GPMS on Thursday 3 April 2014. GPMS was in use until Wednesday 2 April 2014 (gpms_last_day, \
         gsc_2014_last_day)."
    );
    let longer = Scenario::<Marking>::new().setting("gpms_last_day", json!("2014-12-31"));
    let longer = longer.post(marked("2014-04-03", "gpms_2008", "restricted")).wait_until("2014-05-01");
    assert_eq!(longer.run().open(), RIGHT);
}

#[test]
fn an_old_document_keeps_the_marking_of_its_day() {
    assert_eq!(of(marked_of("2020-03-02", "gpms_2008", "protect", "2012-06-01")), RIGHT);
    assert_eq!(
        of(marked_of("2020-03-02", "gscp_2023", "official", "2024-06-03")),
        ["A-MRK-1 scheme-not-in-use-yet DOC-1"]
    );
    assert_eq!(
        of(marked_of("2020-03-02", "gpms_2008", "protect", "2016-06-01")),
        ["A-MRK-1 obsolete-scheme DOC-1"]
    );
    assert_eq!(
        of(marked_of("2020-03-02", "gsc_2014", "official", "2010-06-01")),
        RIGHT,
        "it may be marked anew"
    );
    assert_eq!(of(changed("2020-03-02", "gpms_2008", "protect")), ["A-MRK-1 obsolete-scheme DOC-1"]);
}

#[test]
fn the_schemes_since_2014_follow_each_other() {
    assert_eq!(of(marked("2014-04-01", "gsc_2014", "official")), ["A-MRK-1 scheme-not-in-use-yet DOC-1"]);
    assert_eq!(of(marked("2014-04-02", "gsc_2014", "official")), RIGHT);
    assert_eq!(of(marked("2023-07-16", "gsc_2014", "official")), RIGHT);
    assert_eq!(of(marked("2023-07-16", "gscp_2023", "official")), ["A-MRK-1 scheme-not-in-use-yet DOC-1"]);
    assert_eq!(of(marked("2023-07-17", "gscp_2023", "official")), RIGHT);
    let late = Scenario::<Marking>::new()
        .post(marked("2023-07-17", "gsc_2014", "official"))
        .wait_until("2024-01-01")
        .run();
    assert_eq!(late.open(), ["A-MRK-1 superseded-scheme DOC-1"]);
    assert_eq!(late.alert("A-MRK-1", "superseded-scheme").severity, Some(Severity::Warning));
}

#[test]
fn a_tier_belongs_to_its_scheme_and_is_of_use() {
    for tier in ["unclassified", "protect", "restricted", "confidential"] {
        assert_eq!(of(marked("2025-03-03", "gscp_2023", tier)), ["A-MRK-1 invalid-tier DOC-1"], "{tier}");
        assert_eq!(of(marked("2013-03-04", "gpms_2008", tier)), RIGHT, "{tier}");
    }
    assert_eq!(of(marked("2013-03-04", "gpms_2008", "official")), ["A-MRK-1 invalid-tier DOC-1"]);
    for tier in ["secret", "top_secret"] {
        assert_eq!(of(marked("2025-03-03", "gscp_2023", tier)), ["A-MRK-1 tier-of-no-use DOC-1"], "{tier}");
    }
    let used = Scenario::<Marking>::new().setting("unused_tiers", json!([]));
    assert_eq!(
        used.post(marked("2025-03-03", "gscp_2023", "secret")).wait_until("2026-01-01").run().open(),
        RIGHT
    );
}

#[test]
fn what_is_sensitive_is_marked() {
    let unmarked = |data: Value| {
        let mut all = json!({ "scheme": "gscp_2023", "tier": "unmarked" });
        all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        post("marking.applied", "DOC-1", "2026-03-02", all)
    };
    let run = Scenario::<Marking>::new()
        .post(unmarked(json!({ "sensitive": true })))
        .wait_until("2026-03-03")
        .post(changed("2026-03-04", "gscp_2023", "official"))
        .run();
    assert_eq!(
        run.history(),
        ["Mon 2026-03-02 09:00 + A-MRK-2 unmarked DOC-1", "Wed 2026-03-04 09:00 - A-MRK-2 unmarked DOC-1"]
    );
    assert_eq!(of(unmarked(json!({ "descriptors": ["personal_data"] }))), ["A-MRK-2 unmarked DOC-1"]);
    assert_eq!(of(unmarked(json!({ "sensitive": false }))), RIGHT);
    assert_eq!(of(unmarked(json!({}))), RIGHT, "what is unmarked counts as official");
}

#[test]
fn a_correction_clears_an_alert_and_shows() {
    let scenario = Scenario::<Marking>::new()
        .post(marked("2025-03-03", "gscp_2023", "official"))
        .post(marked("2025-03-04", "gpms_2008", "restricted"))
        .wait_until("2025-03-05");
    let run = scenario.clone().run();
    assert_eq!(run.open(), ["A-MRK-1 obsolete-scheme DOC-1"]);
    let row = &run.register("wrong-markings", "2025-03-05")[0];
    assert_eq!(*cell(row, "wrong-markings", "status"), text("obsolete scheme"));
    assert_eq!(row.unit.as_deref(), Some("legal"));
    let voided = scenario.clone().post(void(1, "DOC-1", "2025-03-06")).run();
    assert_eq!((voided.open(), voided.register("wrong-markings", "2025-03-07")), (Vec::new(), Vec::new()));
    let replaced = json!({
        "target": 1, "action": "replace", "reason": "wrong_data", "data": { "scheme": "gscp_2023", "tier": "secret" },
    });
    let replaced = scenario
        .post(post("ledger.correction_recorded", "DOC-1", "2025-03-06", replaced))
        .wait_until("2025-03-07");
    let replaced = replaced.run();
    assert_eq!(replaced.open(), ["A-MRK-1 tier-of-no-use DOC-1"]);
    let row = &replaced.register("wrong-markings", "2025-03-07")[0];
    let Cell::Text(corrected) = cell(row, "wrong-markings", "corrected") else { panic!("{row:?}") };
    assert!(corrected.starts_with("entry 1 replaced by entry "), "{corrected}");
}

#[test]
fn a_backdated_import_raises_only_what_still_stands() {
    let run = Scenario::<Marking>::new()
        .import([
            marked("2016-03-01", "gpms_2008", "restricted").recorded("2026-03-02"),
            changed("2017-03-01", "gsc_2014", "official").recorded("2026-03-02"),
        ])
        .wait_until("2026-03-03")
        .run();
    assert_eq!(run.history(), Vec::<String>::new());
}
