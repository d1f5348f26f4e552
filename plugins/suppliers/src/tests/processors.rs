//! Contracts with processors, and their assurance.

use super::*;

fn contract(at: &str, data: Value) -> Post {
    let mut all = json!({ "supplier": "Exemplar Mailing Ltd", "article28_complete": true, "unit": "revenues", "owner": "role/head-of-revenues" });
    all.as_object_mut().unwrap().extend(data.as_object().cloned().unwrap());
    post("processor.contract_signed", "PRC-1", at, all)
}

fn sent(at: &str) -> Post {
    let data = json!({ "processor_ref": "PRC-1", "direction": "outgoing", "transfer_method": "secure_file_transfer", "personal_data": true });
    post("sharing.transfer_made", "TRF-1", at, data)
}

fn assured(at: &str, until: &str) -> Post {
    post("processor.assured", "PRC-1", at, json!({ "assurance_kind": "iso27001", "assurance_until": until }))
}

fn of(run: &Run<Suppliers>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

#[test]
fn data_before_a_contract_is_told_of_until_one_is_signed() {
    let run = scenario([sent("2026-03-04T10:00:00Z")]).wait_until("2026-03-05");
    assert_eq!(run.clone().run().history(), ["Wed 2026-03-04 10:00 + A-THP-4 before-contract PRC-1"]);
    let alert = run.clone().run().alert("A-THP-4", "before-contract").clone();
    assert_eq!(
        alert.arithmetic,
        "Personal data was first sent on Wednesday 4 March 2026. A contract with the clauses of UK GDPR, Article 28(3), comes \
         before the data. None was signed by then."
    );
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, [0].as_slice()));
    assert_eq!(NO_CONTRACT.severity, Severity::Statutory);
    let row = &run.clone().run().register("processors", "2026-03-05")[0];
    let status = cell(&registers::processors::PROCESSORS, row, "status");
    assert_eq!(*status, Cell::from("no contract"));
    let run = run.post(contract("2026-03-20", json!({}))).wait_until("2026-03-21").run();
    assert_eq!(run.history()[1..], ["Fri 2026-03-20 09:00 - A-THP-4 before-contract PRC-1"]);
    // It stays counted.
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::share(section, "processors_contract_first"), (0, Some(1)));
}

#[test]
fn a_contract_before_the_data_is_in_order() {
    let run =
        scenario([contract("2026-03-02", json!({ "processing_starts": "2026-03-04" })), sent("2026-03-04")]);
    let run = run.wait_until("2026-06-01").run();
    assert_eq!(run.history(), none());
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::share(section, "processors_contract_first"), (1, Some(1)));
}

#[test]
fn only_personal_data_that_goes_out_needs_a_contract() {
    let of = |direction: &str, personal: Option<bool>| {
        let data = json!({ "processor_ref": "PRC-1", "direction": direction, "transfer_method": "other", "personal_data": personal });
        scenario([post("sharing.transfer_made", "TRF-1", "2026-03-04", data)])
            .wait_until("2026-03-05")
            .run()
            .open()
            .len()
    };
    assert_eq!([of("outgoing", None), of("outgoing", Some(false)), of("incoming", Some(true))], [1, 0, 0]);
    let nowhere = json!({ "direction": "outgoing", "transfer_method": "other" });
    let run = scenario([post("sharing.transfer_made", "TRF-1", "2026-03-04", nowhere)]);
    assert_eq!(run.wait_until("2026-03-05").run().history(), none());
    // Before Article 28 was law.
    let early = sent("2017-03-04").recorded("2026-03-02");
    assert_eq!(of_rule_4(&scenario([early]).wait_until("2026-03-05").run()), none());
}

fn of_rule_4(run: &Run<Suppliers>) -> Vec<String> {
    of(run, "A-THP-4")
}

#[test]
fn a_contract_that_lacks_clauses_is_told_of_from_the_first_data_on() {
    let incomplete = |data: Value| {
        let mut data = data;
        data["article28_complete"] = json!(false);
        scenario([contract("2026-03-02", data)])
    };
    let run = incomplete(json!({ "processing_starts": "2026-04-01" })).wait_until("2026-04-10");
    assert_eq!(of_rule_4(&run.clone().run()), ["Wed 2026-04-01 00:00 + A-THP-4 contract-incomplete PRC-1"]);
    let words = run.clone().run().alert("A-THP-4", "contract-incomplete").arithmetic.clone();
    assert!(
        words.ends_with(
            "The contract that was signed on Monday 2 March 2026 is recorded not to have every one of them."
        ),
        "{words}"
    );
    let amended = run.post(contract("2026-04-13", json!({}))).wait_until("2026-04-14").run();
    assert_eq!(amended.open(), none());
    assert_eq!(
        of_rule_4(&incomplete(json!({})).wait_until("2026-03-03").run()),
        ["Mon 2026-03-02 09:00 + A-THP-4 contract-incomplete PRC-1"]
    );
    let over = incomplete(json!({ "ends": "2026-05-31" })).wait_until("2026-07-01").run();
    assert_eq!(over.open(), none(), "with the contract the processing ends");
    let sent_first =
        scenario([sent("2026-02-20"), contract("2026-03-02", json!({ "article28_complete": false }))]);
    let history = of_rule_4(&sent_first.wait_until("2026-03-03").run());
    assert_eq!(history[2..], ["Mon 2026-03-02 09:00 + A-THP-4 contract-incomplete PRC-1"]);
}

#[test]
fn data_after_the_end_of_a_contract_is_told_of() {
    let run = scenario([contract("2026-03-02", json!({ "ends": "2026-05-31" })), sent("2026-03-04")]);
    let other = json!({ "processor_ref": "PRC-1", "direction": "outgoing", "transfer_method": "other" });
    let run = run.post(post("sharing.transfer_made", "TRF-2", "2026-06-02", other)).wait_until("2026-06-03");
    assert_eq!(of_rule_4(&run.clone().run()), ["Tue 2026-06-02 09:00 + A-THP-4 after-contract PRC-1"]);
    let voided = run.clone().post(void(2, "TRF-2", "2026-06-04")).wait_until("2026-06-05").run();
    assert_eq!(voided.open(), none());
    let renewed = run.post(contract("2026-06-08", json!({}))).wait_until("2026-06-09").run();
    assert_eq!(renewed.open(), none());
    // One that follows at once leaves no gap.
    let run = scenario([
        contract("2026-03-02", json!({ "ends": "2026-05-31" })),
        contract("2026-05-20", json!({ "starts": "2026-06-01" })),
        sent("2026-06-02"),
    ]);
    assert_eq!(run.wait_until("2026-06-03").run().history(), none());
}

#[test]
fn transfers_that_name_another_number_of_the_contract_count() {
    let run = scenario([contract("2026-03-02", json!({}))]).post({
        let data = json!({ "processor_ref": "OLD-9", "direction": "outgoing", "transfer_method": "other" });
        post("sharing.transfer_made", "TRF-1", "2026-03-04", data)
    });
    let run = run.wait_until("2026-03-05");
    assert_eq!(run.clone().run().open(), ["A-THP-4 before-contract OLD-9"]);
    let alias = post("case.alias_recorded", "PRC-1", "2026-03-06", json!({ "alias": "OLD-9" }));
    let run = run.post(alias).wait_until("2026-03-07").run();
    assert_eq!(run.open(), none());
    assert_eq!(run.register("processors", "2026-03-07").len(), 1);
}

#[test]
fn assurance_lapses_with_its_last_day() {
    let run = scenario([contract("2026-01-05", json!({})), assured("2026-01-05", "2026-03-31")])
        .wait_until("2026-04-05");
    assert_eq!(run.clone().run().history(), ["Wed 2026-04-01 00:00 + A-THP-5 assurance-lapsed PRC-1"]);
    let words = run.clone().run().alert("A-THP-5", "assurance-lapsed").arithmetic.clone();
    assert!(
        words.starts_with(
            "The assurance that was given on Monday 5 January 2026 holds until Tuesday 31 March 2026"
        ),
        "{words}"
    );
    let run = run.post(assured("2026-04-07", "2027-03-31")).wait_until("2026-04-08").run();
    assert_eq!(run.open(), none());
    let row = &run.register("processors", "2027-03-11")[0];
    let of = |column: &str| cell(&registers::processors::PROCESSORS, row, column).clone();
    assert_eq!(
        (of("due"), of("days_left"), of("rag")),
        (on("2027-03-31"), Cell::from(20), Cell::from("amber"))
    );
}

#[test]
fn assurance_is_renewed_every_so_many_months_whatever_it_says() {
    let long = scenario([contract("2026-01-05", json!({})), assured("2026-01-05", "2029-01-04")]);
    let run = long.clone().wait_until("2027-02-01").run();
    assert_eq!(run.history(), ["Wed 2027-01-06 00:00 + A-THP-5 assurance-lapsed PRC-1"]);
    assert!(
        run.alert("A-THP-5", "assurance-lapsed")
            .arithmetic
            .contains("12 months later, on Tuesday 5 January 2027")
    );
    let run = long.setting("processor_assurance_months", json!(36)).wait_until("2029-01-20").run();
    assert_eq!(run.history(), ["Fri 2029-01-05 00:00 + A-THP-5 assurance-lapsed PRC-1"]);
}

#[test]
fn a_processor_that_was_never_assured_has_as_long() {
    let run = scenario([contract("2026-01-05", json!({}))]).wait_until("2027-02-01").run();
    assert_eq!(run.history(), ["Wed 2027-01-06 00:00 + A-THP-5 never-assured PRC-1"]);
    let over =
        scenario([contract("2026-01-05", json!({ "ends": "2026-12-31" }))]).wait_until("2027-02-01").run();
    assert_eq!(over.history(), none(), "what is over is assured no more");
    let ending =
        scenario([contract("2026-01-05", json!({ "ends": "2027-01-31" }))]).wait_until("2027-03-01").run();
    assert_eq!(ending.history()[1..], ["Mon 2027-02-01 00:00 - A-THP-5 never-assured PRC-1"]);
}

#[test]
fn a_contract_over_before_it_was_signed_is_a_finding() {
    let reversed = contract("2026-03-02", json!({ "ends": "2025-03-01", "processing_starts": "2025-01-01" }));
    let run = scenario([reversed]).wait_until("2027-05-01").run();
    assert_eq!(run.history(), none());
    let section = &run.sections("2026-01-01", "2026-12-31", "2026-12-31")[0];
    let found = section
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Finding(finding) if finding.evidence == [0]));
    assert!(found, "{section:?}");
}

#[test]
fn the_register_is_in_the_order_of_the_assurance_due() {
    let run = scenario([
        contract("2026-01-05", json!({ "review_due": "2026-02-01" })),
        assured("2026-01-05", "2026-12-31"),
        post(
            "processor.contract_signed",
            "PRC-2",
            "2026-01-06",
            json!({ "supplier": "B", "article28_complete": true }),
        ),
        assured("2026-01-07", "2026-06-30"),
        post(
            "processor.assured",
            "PRC-2",
            "2026-01-07",
            json!({ "assurance_kind": "audit", "assurance_until": "2026-03-31" }),
        ),
        post(
            "processor.contract_signed",
            "PRC-3",
            "2026-01-06",
            json!({ "supplier": "C", "article28_complete": true, "ends": "2026-02-28" }),
        ),
    ])
    .wait_until("2026-03-05")
    .run();
    let rows = run.register("processors", "2026-03-05");
    let listed: Vec<_> = rows
        .iter()
        .map(|row| {
            let of = |column: &str| cell(&registers::processors::PROCESSORS, row, column).clone();
            (row.subject.as_deref().unwrap(), of("due"), of("rag"), of("status"))
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("PRC-2", on("2026-03-31"), Cell::from("amber"), Cell::from("in order")),
            ("PRC-1", on("2026-12-31"), Cell::from("amber"), Cell::from("review overdue")),
        ]
    );
}

#[test]
fn it_comes_out_the_same_in_any_order() {
    let history = [
        sent("2026-01-02"),
        contract("2026-01-05", json!({ "ends": "2026-05-31" })),
        assured("2026-01-06", "2026-03-31"),
        post(
            "processor.reviewed",
            "PRC-1",
            "2026-02-06",
            json!({ "finding": "actions_needed", "review_due": "2026-08-01" }),
        ),
        post(
            "subprocessor.approved",
            "PRC-1",
            "2026-02-07",
            json!({ "subprocessor": "B", "decision": "refused" }),
        ),
        post(
            "sharing.transfer_made",
            "TRF-2",
            "2026-06-02",
            json!({ "processor_ref": "PRC-1", "direction": "outgoing" }),
        ),
        post(
            "processor.contract_signed",
            "PRC-2",
            "2026-02-08",
            json!({ "supplier": "B", "article28_complete": false }),
        ),
    ];
    check_any_order::<Suppliers>(&history, "2026-06-10", ("2026-01-01", "2026-05-31"));
}
