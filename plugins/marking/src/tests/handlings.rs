use super::*;

fn destroyed(kind: &str, method: &str, marking: Option<&str>) -> Vec<String> {
    let data = json!({ "method": method, "medium": "paper", "kind": "laptop", "marking": marking });
    let run = Scenario::<Marking>::new()
        .post(post(kind, "REC-1", "2026-03-02", data))
        .wait_until("2026-03-03")
        .run();
    run.open()
}

#[test]
fn what_is_marked_is_destroyed_as_its_marking_demands() {
    for kind in ["disposal.executed", "media.destroyed", "device.disposed"] {
        let below = ["A-MRK-3 destroyed-below REC-1"];
        assert_eq!(destroyed(kind, "strip_shred", Some("official_sensitive")), below, "{kind}");
        assert_eq!(destroyed(kind, "strip_shred", Some("obsolete_scheme")), below, "{kind}");
        assert_eq!(destroyed(kind, "strip_shred", Some("official")), RIGHT, "{kind}");
        assert_eq!(destroyed(kind, "strip_shred", None), RIGHT, "{kind}");
        assert_eq!(destroyed(kind, "cross_cut_shred", Some("official_sensitive")), RIGHT, "{kind}");
        // Waste-to-energy destroys up to OFFICIAL, and that includes SENSITIVE.
        assert_eq!(destroyed(kind, "incinerate", Some("official_sensitive")), RIGHT, "{kind}");
        assert_eq!(destroyed(kind, "incinerate", Some("secret")), below, "{kind}");
    }
}

fn transferred(means: &str, marking: &str, direction: &str, encrypted: Option<bool>) -> Run<Marking> {
    let data = json!({
        "transfer_method": means, "marking": marking, "direction": direction, "encrypted": encrypted, "unit": "care",
    });
    let posted = post("sharing.transfer_made", "TRF-1", "2026-03-02", data);
    Scenario::new().post(posted).wait_until("2026-03-03").run()
}

#[test]
fn what_is_marked_is_sent_as_its_marking_demands() {
    let below = ["A-MRK-3 sent-below TRF-1"];
    let run = transferred("ordinary_email", "official_sensitive", "outgoing", None);
    assert_eq!(run.history(), ["Mon 2026-03-02 09:00 + A-MRK-3 sent-below TRF-1"]);
    assert_eq!(
        run.alert("A-MRK-3", "sent-below").arithmetic,
        "TRF-1: sent on Monday 2 March 2026, by ordinary e-mail. OFFICIAL-SENSITIVE does not allow that \
         (means_below_official_sensitive). It stands until it is recorded as part of an incident, and that is closed."
    );
    let row = &run.register("handled-below", "2026-03-03")[0];
    assert_eq!(*cell(row, "handled-below", "status"), text("no incident"));
    assert_eq!(row.unit.as_deref(), Some("care"));
    assert_eq!(transferred("fax", "official_sensitive", "internal", Some(false)).open(), below);
    assert_eq!(transferred("ordinary_email", "official_sensitive", "outgoing", Some(true)).open(), RIGHT);
    assert_eq!(transferred("ordinary_email", "official_sensitive", "incoming", None).open(), RIGHT);
    assert_eq!(transferred("ordinary_email", "official", "outgoing", None).open(), RIGHT);
    assert_eq!(transferred("secure_email", "official_sensitive", "outgoing", None).open(), RIGHT);
    assert_eq!(transferred("secure_email", "secret", "outgoing", Some(true)).open(), below);
    let released = |method: &str, marking: &str| {
        let data = json!({ "legal_basis": "crime_and_taxation", "method": method, "marking": marking });
        let posted = post("disclosure.released", "DIS-1", "2026-03-02", data);
        Scenario::<Marking>::new().post(posted).wait_until("2026-03-03").run().open()
    };
    assert_eq!(released("portal", "secret"), ["A-MRK-3 sent-below DIS-1"]);
    assert_eq!(released("portal", "official_sensitive"), RIGHT);
}

fn breach(at: &str, incident: Option<&str>) -> Post {
    let data = json!({
        "tier": "official", "sensitive": true, "action": "sent", "channel": "fax", "incident_ref": incident,
    });
    post("marking.handling_breach", "DOC-1", at, data)
}

fn closed(kind: &str, at: &str) -> Post {
    let data = if kind == "incident.closed" { json!({ "close_reason": "other" }) } else { json!({}) };
    post(kind, "INC-7", at, data)
}

#[test]
fn a_breach_of_handling_stands_until_its_incident_is_closed() {
    for kind in ["incident.closed", "incident.unsubstantiated", "breach.closed"] {
        let run = Scenario::<Marking>::new()
            .post(breach("2026-03-02", Some("INC-7")))
            .wait_until("2026-03-03")
            .post(closed(kind, "2026-03-10"))
            .run();
        assert_eq!(
            run.history(),
            [
                "Mon 2026-03-02 09:00 + A-MRK-3 handled-below INC-7",
                "Tue 2026-03-10 09:00 - A-MRK-3 handled-below INC-7"
            ]
        );
        let words = &run.alert("A-MRK-3", "handled-below").arithmetic;
        assert!(
            words.starts_with("DOC-1, marked OFFICIAL-SENSITIVE: sent on Monday 2 March 2026, by fax."),
            "{words}"
        );
        assert_eq!(run.register("handled-below", "2026-03-11"), []);
    }
    let other = post("incident.closed", "INC-8", "2026-03-10", json!({ "close_reason": "other" }));
    let run = Scenario::<Marking>::new()
        .post(breach("2026-03-02", Some("INC-7")))
        .post(other)
        .wait_until("2026-04-01")
        .run();
    assert_eq!(run.open(), ["A-MRK-3 handled-below INC-7"]);
}

#[test]
fn what_has_no_incident_yet_is_told_under_its_own_number() {
    let run = Scenario::<Marking>::new()
        .post(breach("2026-03-02", None))
        .wait_until("2026-03-03")
        .post(breach("2026-03-04", Some("INC-7")))
        .wait_until("2026-03-05")
        .run();
    assert_eq!(run.open(), ["A-MRK-3 handled-below INC-7"]);
    assert_eq!(run.alert("A-MRK-3", "handled-below").evidence.len(), 2);
}

#[test]
fn an_incident_that_ended_before_ends_nothing() {
    let run = Scenario::<Marking>::new()
        .post(closed("incident.closed", "2026-03-01"))
        .post(breach("2026-03-02", Some("INC-7")))
        .wait_until("2026-03-03")
        .run();
    assert_eq!(run.open(), ["A-MRK-3 handled-below INC-7"]);
    let none =
        Scenario::<Marking>::new().post(closed("breach.closed", "2026-03-01")).wait_until("2026-03-03").run();
    assert_eq!((none.open(), none.register("handled-below", "2026-03-03")), (Vec::new(), Vec::new()));
}

#[test]
fn a_transfer_that_is_corrected_was_none_below() {
    let data = json!({ "transfer_method": "fax", "marking": "official_sensitive", "direction": "outgoing" });
    let run = Scenario::<Marking>::new()
        .post(post("sharing.transfer_made", "TRF-1", "2026-03-02", data))
        .wait_until("2026-03-03")
        .post(void(0, "TRF-1", "2026-03-04"))
        .run();
    assert_eq!(
        run.history(),
        [
            "Mon 2026-03-02 09:00 + A-MRK-3 sent-below TRF-1",
            "Wed 2026-03-04 09:00 - A-MRK-3 sent-below TRF-1"
        ]
    );
}
