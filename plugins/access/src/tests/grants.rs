use super::*;

fn unapproved(at: &str) -> Post {
    granted("access/1", "p-1", at, json!({ "approved_by": null }))
}

fn approved(at: &str, more: Value) -> Post {
    let mut data = json!({ "system": "housing-cases", "approved_by": "role/system-owner" });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("access.approved", "access/1", at, data)
}

#[test]
fn access_that_nobody_approved_is_found_at_once_and_until_it_is_approved() {
    let run = ran([unapproved("2026-03-02T10:00:00Z"), approved("2026-03-04", json!({}))], "2026-03-10");
    assert_eq!(
        run.history(),
        ["Mon 2026-03-02 10:00 + A-ACC-1 given access/1", "Wed 2026-03-04 09:00 - A-ACC-1 given access/1"]
    );
    let alert = run.alert("A-ACC-1", "given");
    assert_eq!((alert.evidence.as_slice(), alert.severity), ([0].as_slice(), None));
    assert_eq!(
        alert.arithmetic,
        "read of housing-cases: given on Monday 2 March 2026. Neither that entry nor one before it names an approval by \
         the owner of the system."
    );
}

#[test]
fn approval_comes_before_the_grant_or_stands_on_it() {
    let before = [approved("2026-03-01", json!({})), unapproved("2026-03-02")];
    assert_eq!(ran(before, "2026-04-01").history(), nothing());
    let ticket =
        granted("access/1", "p-1", "2026-03-02", json!({ "approved_by": null, "approval_ref": "CHG-1" }));
    assert_eq!(ran([ticket], "2026-04-01").history(), nothing());
    let of_another = approved("2026-03-01", json!({ "entitlement": "write" }));
    assert_eq!(ran([of_another, unapproved("2026-03-02")], "2026-04-01").open(), ["A-ACC-1 given access/1"]);
    let of_another = approved("2026-03-01", json!({ "system": "payroll" }));
    assert_eq!(ran([of_another, unapproved("2026-03-02")], "2026-04-01").open(), ["A-ACC-1 given access/1"]);
}

#[test]
fn what_was_refused_is_not_approved_and_what_is_given_again_is_approved_again() {
    let refused = post("access.refused", "access/1", "2026-03-02", json!({ "system": "housing-cases" }));
    let run = ran([approved("2026-03-01", json!({})), refused, unapproved("2026-03-03")], "2026-04-01");
    assert_eq!(run.open(), ["A-ACC-1 given access/1"]);
    let again = [
        approved("2026-03-01", json!({})),
        unapproved("2026-03-02"),
        revoked("access/1", "2026-03-20"),
        unapproved("2026-05-01"),
    ];
    assert_eq!(of(&ran(again, "2026-05-02"), "A-ACC-1"), ["Fri 2026-05-01 09:00 + A-ACC-1 given access/1"]);
}

#[test]
fn a_change_that_gives_more_is_approved_and_one_that_takes_away_is_not() {
    let changed = |more: Value| {
        let mut data =
            json!({ "system": "housing-cases", "entitlement": "admin", "entitlement_before": "read" });
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        ran(
            [
                granted("access/1", "p-1", "2026-03-02", json!({})),
                post("access.changed", "access/1", "2026-03-09", data),
            ],
            "2026-04-01",
        )
    };
    assert_eq!(changed(json!({})).open(), ["A-ACC-1 given access/1"]);
    assert_eq!(changed(json!({ "approved_by": "role/system-owner" })).open(), nothing());
    assert_eq!(changed(json!({ "change_reason": "review" })).open(), nothing());
    // A change to nothing takes it away.
    assert_eq!(changed(json!({ "entitlement": "none" })).register("access", "2026-04-01"), []);
}

#[test]
fn higher_rights_for_a_while_are_approved_too() {
    let elevated = |more: Value| {
        let mut data = json!({ "system": "housing-cases", "minutes": 60 });
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        ran([post("access.privilege_elevated", "access/1", "2026-03-02T10:00:00Z", data)], "2026-04-01")
    };
    assert_eq!(
        elevated(json!({})).history(),
        [
            "Mon 2026-03-02 10:00 + A-ACC-1 elevated access/1",
            "Mon 2026-03-02 11:00 - A-ACC-1 elevated access/1"
        ]
    );
    assert_eq!(elevated(json!({ "approval_ref": "CHG-2" })).history(), nothing());
}

#[test]
fn why_higher_rights_are_no_longer_without_approval() {
    let elevated = |minutes: Value| {
        let data = json!({ "system": "housing-cases", "minutes": minutes });
        Scenario::<Access>::new()
            .post(post("access.privilege_elevated", "access/1", "2026-03-02T10:00:00Z", data))
            .wait_until("2026-03-02T10:30:00Z")
    };
    let over = elevated(json!(60)).wait_until("2026-03-03").run();
    assert_eq!(reason(&over), "the time of the higher rights was over Mon 2026-03-02 11:00");
    let approval = json!({ "system": "housing-cases", "approved_by": "role/system-owner" });
    let approval = post("access.approved", "access/1", "2026-03-03", approval);
    assert_eq!(reason(&elevated(json!(2880)).post(approval).run()), "the higher rights were approved");
    let data = json!({ "system": "housing-cases", "minutes": 60, "approval_ref": "CHG-2" });
    let again = post("access.privilege_elevated", "access/1", "2026-03-02T10:40:00Z", data);
    assert_eq!(
        reason(&elevated(json!(60)).post(again).wait_until("2026-03-03").run()),
        "the higher rights were approved, or their time is over"
    );
    let corrected = elevated(json!(60)).post(voided("access/1", 0, "2026-03-02T10:40:00Z")).run();
    assert_eq!(reason(&corrected), "what it rested on was corrected");
}

#[test]
fn access_beyond_the_function_stands_until_it_is_changed_or_reduced() {
    let outside = || granted("access/1", "p-1", "2026-03-02", json!({ "outside_job_function": true }));
    let reviewed = |decision: &str| {
        let data = json!({ "system": "housing-cases", "decision": decision });
        post("access.reviewed", "access/1", "2026-03-20", data)
    };
    let run = ran([outside(), reviewed("kept")], "2026-04-01");
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-ACC-2 outside-function access/1"]);
    let reduced = ran([outside(), reviewed("reduced")], "2026-04-01");
    assert_eq!(of(&reduced, "- A-ACC-2").len(), 1);
    let fits =
        json!({ "system": "housing-cases", "entitlement": "view", "approved_by": "role/system-owner" });
    let changed = ran([outside(), post("access.changed", "access/1", "2026-03-20", fits)], "2026-04-01");
    assert_eq!(changed.open(), nothing());
    assert_eq!(ran([outside(), revoked("access/1", "2026-03-20")], "2026-04-01").open(), nothing());
}

#[test]
fn access_is_confirmed_every_twelve_months_and_administrators_every_six() {
    let plain = ran([granted("access/1", "p-1", "2025-03-31", json!({}))], "2026-04-10");
    assert_eq!(plain.history(), ["Wed 2026-04-01 00:00 + A-ACC-3 overdue access/1"]);
    assert_eq!(
        plain.alert("A-ACC-3", "overdue").arithmetic,
        "read of housing-cases: given or changed on Monday 31 March 2025, and to be confirmed again by Tuesday 31 March \
         2026: 12 months behind that (setting recertify_months)."
    );
    let privileged = granted("access/1", "p-1", "2025-08-31", json!({ "privileged": true }));
    // 31 August and six months is the last of February.
    assert_eq!(
        of(&ran([privileged], "2026-03-10"), "A-ACC-3"),
        ["Sun 2026-03-01 00:00 + A-ACC-3 overdue access/1"]
    );
}

#[test]
fn a_review_starts_the_months_again_and_a_day_that_was_set_only_shortens_them() {
    let reviewed = |at: &str, due: Option<&str>| {
        let data = json!({ "system": "housing-cases", "decision": "kept", "review_due": due });
        post("access.reviewed", "access/1", at, data)
    };
    let given = || granted("access/1", "p-1", "2025-03-03", json!({}));
    let run = ran([given(), reviewed("2026-03-10", None)], "2027-03-12");
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-04 00:00 + A-ACC-3 overdue access/1",
            "Tue 2026-03-10 09:00 - A-ACC-3 overdue access/1",
            "Thu 2027-03-11 00:00 + A-ACC-3 overdue access/1",
        ]
    );
    let early = ran([given(), reviewed("2025-09-01", Some("2025-12-31"))], "2026-01-02");
    assert_eq!(early.history(), ["Thu 2026-01-01 00:00 + A-ACC-3 overdue access/1"]);
    let late = ran([given(), reviewed("2025-09-01", Some("2028-12-31"))], "2026-09-02");
    assert_eq!(late.history(), ["Wed 2026-09-02 00:00 + A-ACC-3 overdue access/1"]);
}

#[test]
fn what_rests_or_has_run_out_is_not_to_be_confirmed() {
    let rests = post("access.suspended", "access/1", "2025-06-02", json!({ "system": "housing-cases" }));
    assert_eq!(
        ran([granted("access/1", "p-1", "2025-03-03", json!({})), rests], "2026-09-01").open(),
        nothing()
    );
    let limited = granted("access/1", "p-1", "2025-03-03", json!({ "valid_until": "2025-12-31" }));
    assert_eq!(ran([limited], "2026-09-01").history(), nothing());
}

#[test]
fn a_review_of_all_accounts_of_a_system_confirms_each_also_those_recorded_later() {
    let campaign = |at: &str| {
        let data = json!({ "system": "housing-cases", "accounts_reviewed": 140, "accounts_removed": 6 });
        post("access.reviewed", "access/housing-cases", at, data)
    };
    let first = || granted("access/1", "p-1", "2025-03-03", json!({}));
    let late = || granted("access/2", "p-2", "2025-03-04", json!({})).recorded("2026-01-20");
    let payroll = || granted("access/3", "p-3", "2025-03-05", json!({ "system": "payroll" }));
    let scenario = [first(), payroll(), campaign("2026-01-10"), late()];
    let run = ran(scenario.clone(), "2026-03-20");
    assert_eq!(run.open(), ["A-ACC-3 overdue access/3"]);
    assert_eq!(
        of(&ran(scenario.clone(), "2027-01-12"), "2027"),
        [
            "Mon 2027-01-11 00:00 + A-ACC-3 overdue access/1",
            "Mon 2027-01-11 00:00 + A-ACC-3 overdue access/2",
        ]
    );
    let void = voided("access/housing-cases", 2, "2026-03-20");
    let run = ran(scenario.into_iter().chain([void]), "2026-03-21");
    assert_eq!(
        run.open(),
        ["A-ACC-3 overdue access/3", "A-ACC-3 overdue access/1", "A-ACC-3 overdue access/2"]
    );
}

#[test]
fn a_review_that_turns_out_to_be_of_another_system_confirms_that_one() {
    let other = json!({
        "target": 1, "action": "replace", "reason": "wrong_data",
        "data": { "system": "payroll", "accounts_reviewed": 20 },
    });
    let run = ran(
        [
            granted("access/1", "p-1", "2025-03-03", json!({})),
            post(
                "access.reviewed",
                "access/all",
                "2026-01-10",
                json!({ "system": "housing-cases", "accounts_reviewed": 140 }),
            ),
            granted("access/3", "p-3", "2025-03-05", json!({ "system": "payroll" })).recorded("2026-01-11"),
            post("ledger.correction_recorded", "access/all", "2026-01-12", other),
        ],
        "2026-03-20",
    );
    assert_eq!(run.open(), ["A-ACC-3 overdue access/1"]);
}

#[test]
fn an_account_of_nobody_stands_until_somebody_owns_it() {
    let found =
        || post("access.orphan_detected", "access/9", "2026-03-02", json!({ "system": "housing-cases" }));
    let run = ran([found()], "2026-03-10");
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-ACC-5 orphan access/9"]);
    assert_eq!(
        run.alert("A-ACC-5", "orphan").arithmetic,
        "housing-cases: found on Monday 2 March 2026 to belong to nobody known."
    );
    assert_eq!(ran([found(), revoked("access/9", "2026-03-04")], "2026-03-10").open(), nothing());
    let owned = granted("access/9", "p-1", "2026-03-04", json!({}));
    assert_eq!(ran([found(), owned], "2026-03-10").open(), nothing());
}

#[test]
fn an_account_says_whose_it_is_and_of_which_class() {
    let of_nobody = granted("access/1", "p-1", "2026-03-02", json!({ "person": null }));
    assert_eq!(ran([of_nobody], "2026-03-03").open(), ["A-ACC-5 no-person access/1"]);
    let service =
        granted("access/1", "p-1", "2026-03-02", json!({ "person": null, "user_class": "service_account" }));
    assert_eq!(ran([service], "2026-03-03").open(), nothing());
    let no_class = || granted("access/1", "p-1", "2026-03-02", json!({ "user_class": null }));
    let run = ran([no_class()], "2026-03-03");
    assert_eq!(run.open(), ["A-ACC-5 no-class p-1"]);
    assert!(run.alert("A-ACC-5", "no-class").arithmetic.ends_with("belong: access/1."));
    let run = ran([no_class(), joined("EMP-1", "p-1", "2026-03-05", "staff")], "2026-03-09");
    assert_eq!(run.open(), nothing());
}

#[test]
fn nobody_approves_their_own_access() {
    let own = || approved("2026-03-02", json!({ "self_approved": true }));
    let run = ran([own(), unapproved("2026-03-03"), approved("2026-03-05", json!({}))], "2026-03-10");
    // It was approved, if by the wrong one: that is one finding and not two.
    assert_eq!(
        run.history(),
        [
            "Mon 2026-03-02 09:00 + A-ACC-7 self-approved access/1",
            "Thu 2026-03-05 09:00 - A-ACC-7 self-approved access/1",
        ]
    );
    let run = ran([own(), unapproved("2026-03-03"), revoked("access/1", "2026-03-05")], "2026-03-10");
    assert_eq!(run.open(), nothing());
    let afterwards = ran([unapproved("2026-03-01"), own()], "2026-03-10");
    assert_eq!(afterwards.open(), ["A-ACC-7 self-approved access/1"]);
}

#[test]
fn misuse_is_reported_until_it_is_closed_or_turns_out_to_be_something_else() {
    let incident = |kind: &str, at: &str, data: Value| post(kind, "INC-1", at, data);
    let reported = || incident("incident.reported", "2026-03-02", json!({ "kind": "misuse" }));
    let ends = [
        incident("incident.closed", "2026-03-05", json!({ "close_reason": "other" })),
        incident("incident.unsubstantiated", "2026-03-05", json!({})),
        incident("incident.triaged", "2026-03-05", json!({ "route": "incident", "kind": "malware" })),
    ];
    for end in ends {
        let run = ran([reported(), end], "2026-03-10");
        assert_eq!(
            run.history(),
            [
                "Mon 2026-03-02 09:00 + A-ACC-6 reported INC-1",
                "Thu 2026-03-05 09:00 - A-ACC-6 reported INC-1"
            ]
        );
    }
    let other = incident("incident.reported", "2026-03-02", json!({ "kind": "phishing" }));
    let triaged =
        incident("incident.triaged", "2026-03-04", json!({ "route": "incident", "kind": "misuse" }));
    assert_eq!(ran([other.clone()], "2026-03-10").open(), nothing());
    assert_eq!(ran([other, triaged], "2026-03-10").open(), ["A-ACC-6 reported INC-1"]);
}

#[test]
fn access_that_rests_for_misuse_is_to_be_revoked_or_given_back() {
    let rests = || {
        let data = json!({ "system": "housing-cases", "change_reason": "misuse" });
        post("access.suspended", "access/1", "2026-03-02", data)
    };
    let given = || granted("access/1", "p-1", "2026-01-05", json!({}));
    assert_eq!(ran([given(), rests()], "2026-03-10").open(), ["A-ACC-6 suspended-for-misuse access/1"]);
    assert_eq!(ran([given(), rests(), revoked("access/1", "2026-03-04")], "2026-03-10").open(), nothing());
    let back = granted("access/1", "p-1", "2026-03-04", json!({}));
    assert_eq!(ran([given(), rests(), back], "2026-03-10").open(), nothing());
}

#[test]
fn a_correction_takes_back_what_rested_on_a_mistake() {
    let run = ran([unapproved("2026-03-02"), voided("access/1", 0, "2026-03-05")], "2026-03-10");
    assert_eq!(run.open(), nothing());
    let reads = json!({ "target": 0, "action": "replace", "reason": "wrong_data", "data": {
        "person": "p-1", "system": "housing-cases", "entitlement": "read", "user_class": "staff", "approval_ref": "CHG-7",
    }});
    let replaced = post("ledger.correction_recorded", "access/1", "2026-03-05", reads);
    let run = ran([unapproved("2026-03-02"), replaced], "2026-03-10");
    assert_eq!(of(&run, "- A-ACC-1").len(), 1);
    let rows = run.register("access", "2026-03-10");
    assert_eq!(rows.len(), 1);
    assert!(rows[0].cells.contains(&Cell::from("entry 0 replaced by entry 2")), "{rows:?}");
}
