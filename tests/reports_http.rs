//! Reports over HTTP: made, read in every format, approved, published, restated; by whom, and the same as without a server.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::serving::{Serving, request};
use support::{command, run};

mod support;

fn post(serving: &Serving, token: &str, target: &str, body: &Value) -> Answer {
    serving.ask(Request::post(target, "application/json", body.to_string()).token(token))
}

/// Some requests of the year 2026, and the plugin that counts them.
fn with_requests() -> Serving {
    let serving = Serving::new();
    for number in 0..12 {
        serving
            .post(&serving.admin, &request(&format!("e-{number}"), "/systems/foi", Some("housing")))
            .is(201);
    }
    let install = Request::new("POST", "/v1/plugins?built_in=requests").token(&serving.admin);
    serving.ask(install).is(201);
    serving
}

fn events(serving: &Serving, event_type: &str) -> Vec<Value> {
    let lines = serving.ledger.lines();
    let entries = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["event"]["type"] == event_type).collect()
}

/// The period that holds today, so that what was posted lies in it.
fn this_year(serving: &Serving) -> String {
    let entry = serving.get(&serving.admin, "/v1/events/0").is(200).json();
    entry["recorded"].as_str().unwrap()[..4].to_owned()
}

#[test]
fn a_report_is_made_approved_published_and_restated() {
    let mut serving = with_requests();
    let admin = serving.admin.clone();
    let year = this_year(&serving);
    let officer = serving.token("officer", &["officer"], json!({}));
    let size = serving.size();
    let wanted = json!({ "period": year, "as_at": size - 1 });
    let made = post(&serving, &officer, "/v1/reports", &wanted).is(201);
    let view = made.json();
    let id = view["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), Some(format!("/v1/reports/{id}.json").as_str()));
    assert_eq!((&view["status"], &view["size"], &view["faults"]), (&json!("draft"), &json!(size), &json!(0)));
    // Asked for again: the same, recorded once.
    assert_eq!(post(&serving, &officer, "/v1/reports", &wanted).is(200).json(), view);
    assert_eq!(events(&serving, "report.generated").len(), 1);

    let get = |target: &str| serving.get(&officer, &format!("/v1/reports/{target}"));
    let document = get(&format!("{id}.json")).is(200).json();
    let of_requests = document["sections"].as_array().unwrap().iter().find(|section| section["id"] == "R5");
    let received = of_requests.unwrap()["blocks"].as_array().unwrap().iter();
    let received = received.clone().find(|block| block["name"] == "requests_received").unwrap();
    assert_eq!(received["numerator"], 12);
    for (ending, media_type, begins) in [
        ("html", "text/html; charset=utf-8", &b"<!DOCTYPE html>"[..]),
        ("pdf", "application/pdf", b"%PDF-1.7"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("csv", "text/csv; charset=utf-8", b"figures\r\n"),
    ] {
        for edition in ["", "?edition=internal", "?edition=public"] {
            let file = get(&format!("{id}.{ending}{edition}")).is(200);
            assert_eq!(file.header("content-type"), Some(media_type));
            assert!(file.body.starts_with(begins), "{ending}");
        }
    }
    let page = get(&format!("{id}.html")).is(200);
    assert!(page.text().contains("DRAFT"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let figures = get(&format!("{id}.csv?table=figures")).is(200).text();
    assert!(figures.contains("requests_received") && !figures.contains("figures\r\n"), "{figures}");
    let public = get(&format!("{id}.json?edition=public")).is(200).json();
    assert_eq!(public["edition"], "public");

    // What is approved is published, and nothing else.
    let step = |token: &str, what: &str, id: &str| {
        post(&serving, token, &format!("/v1/reports/{id}/{what}"), &json!({ "role": "role/siro" }))
    };
    step(&officer, "publish", &id).problem(409, "report_not_approved");
    step(&officer, "approve", &id).problem(403, "forbidden");
    assert_eq!(step(&admin, "approve", &id).is(200).json()["status"], "approved");
    assert_eq!(step(&admin, "approve", &id).is(200).json()["status"], "approved");
    assert!(!get(&format!("{id}.html")).is(200).text().contains("DRAFT"));
    assert_eq!(step(&officer, "publish", &id).is(200).json()["status"], "published");
    assert_eq!(get(&format!("{id}.json?edition=public")).is(200).json()["status"], "published");
    let approved = events(&serving, "report.approved");
    assert_eq!(approved.len(), 1);
    let data = &approved[0]["event"]["data"];
    assert_eq!((&data["role"], &data["sha256"]), (&json!("role/siro"), &view["sha256"]));
    assert_eq!(events(&serving, "report.published").len(), 1);

    // Another one takes its place.
    let wanted = json!({ "period": year, "supersedes": id });
    let restated = post(&serving, &officer, "/v1/reports", &wanted).is(201).json();
    let second = restated["id"].as_str().unwrap();
    assert_ne!(second, id);
    step(&admin, "approve", second).is(200);
    step(&officer, "publish", second).is(200);
    let recorded = events(&serving, "report.restated");
    assert_eq!(recorded[0]["event"]["data"]["replaces"], id);
    let listed = serving.get(&officer, "/v1/reports").is(200).json();
    assert_eq!(listed["reports"].as_array().unwrap().len(), 2);

    // The files follow from the ledger: lost, they are made again.
    let draft = fs::read(serving.ledger.data().join(format!("reports/{id}.json"))).unwrap();
    fs::remove_dir_all(serving.ledger.data().join("reports")).unwrap();
    let nothing = get(&format!("{id}.json")).problem(404, "not_found").json();
    assert!(nothing["detail"].as_str().unwrap().contains("made again"), "{nothing}");
    let again =
        post(&serving, &officer, "/v1/reports", &json!({ "period": year, "as_at": size - 1 })).is(201).json();
    assert_eq!((&again["sha256"], &again["status"]), (&view["sha256"], &json!("published")));

    // And without a server they are the same bytes.
    serving.stop_and_verify();
    let out = serving.ledger.beside("out");
    let as_at = (size - 1).to_string();
    let mut offline =
        command(&["report", "--unrecorded", "--format", "json", "--period", &year, "--as-at", &as_at]);
    run(offline.arg("--data").arg(serving.ledger.data()).arg("--out").arg(&out), b"").exits(0);
    assert_eq!(fs::read(out.join("report.json")).unwrap(), draft);
}

/// Looks again until a making is over.
fn until_over(serving: &Serving, token: &str, path: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let making = serving.get(token, path).is(200).json();
        match making["state"].as_str().unwrap() {
            "made" | "failed" => return making,
            "working" => {
                let step = &making["step"];
                assert_eq!(step["of"], 4, "{making}");
                assert!((1..=4).contains(&step["number"].as_u64().unwrap()), "{making}");
                assert!(!step["says"].as_str().unwrap().is_empty(), "{making}");
            }
            other => assert_eq!(other, "waiting", "{making}"),
        }
        assert!(Instant::now() < until, "it is never over: {making}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_report_is_made_while_nobody_waits() {
    let mut serving = with_requests();
    let officer = serving.token("officer", &["officer"], json!({}));
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    let narrow = serving.token("narrow", &["officer"], json!({ "units": ["housing"] }));
    let year = this_year(&serving);
    let making = "/v1/reports/making";
    assert_eq!(serving.get(&auditor, making).is(200).json(), json!({ "making": [] }));
    post(&serving, &auditor, making, &json!({ "period": year })).problem(403, "forbidden");
    post(&serving, &narrow, making, &json!({ "period": year })).problem(403, "out_of_scope");
    serving.get(&narrow, making).problem(403, "out_of_scope");
    serving.get(&officer, "/v1/reports/making/17").problem(404, "not_found");
    serving.get(&officer, "/v1/reports/making/x").problem(404, "not_found");
    // What can be told at once is.
    let beyond = json!({ "period": year, "as_at": 99_999_999 });
    let refused = post(&serving, &officer, making, &beyond).problem(422, "invalid_report").json();
    assert!(refused["detail"].as_str().unwrap().contains("of 100000000 entries"), "{refused}");
    post(&serving, &officer, making, &json!({ "period": "soon" })).problem(422, "invalid_report");

    // Asked for twice, it is made once.
    let wish = json!({ "period": year });
    let first = post(&serving, &officer, making, &wish).is(202);
    let second = post(&serving, &officer, making, &wish).is(202).json();
    let path = first.header("location").unwrap().to_owned();
    assert_eq!(path, format!("{making}/{}", first.json()["making"].as_str().unwrap()));
    let made = until_over(&serving, &auditor, &path);
    assert_eq!(
        (&made["state"], &made["asked_by"], &made["is_new"]),
        (&json!("made"), &json!("token/officer"), &json!(true))
    );
    assert_eq!((made.get("why"), made.get("unwritten"), made.get("step")), (None, None, None));
    let again = until_over(&serving, &officer, &format!("{making}/{}", second["making"].as_str().unwrap()));
    assert_eq!(again["report"]["id"], made["report"]["id"]);
    let listed = serving.get(&officer, "/v1/reports").is(200).json();
    assert_eq!(listed["reports"], json!([made["report"]]));
    assert_eq!(events(&serving, "report.generated").len(), 1);
    let known = serving.get(&auditor, making).is(200).json();
    assert!(known["making"].as_array().unwrap().contains(&made), "{known}");

    // The files that were written beforehand are those that are written now.
    let id = made["report"]["id"].as_str().unwrap();
    let page = serving.get(&officer, &format!("/v1/reports/{id}.html")).is(200);
    assert!(page.text().contains("DRAFT"));
    let admin = serving.admin.clone();
    let step = json!({ "role": "role/siro" });
    post(&serving, &admin, &format!("/v1/reports/{id}/approve"), &step).is(200);
    let page = serving.get(&officer, &format!("/v1/reports/{id}.html")).is(200);
    assert!(!page.text().contains("DRAFT"), "an approved report is not shown as the draft that it was");

    // A public edition stays what it was when it was given out, whatever is published later.
    post(&serving, &officer, &format!("/v1/reports/{id}/publish"), &step).is(200);
    let public = format!("/v1/reports/{id}.json?edition=public");
    let given_out = serving.get(&officer, &public).is(200).json();
    let part = json!({ "period": format!("{year}-01-01..{year}-12-30") });
    let later = post(&serving, &officer, "/v1/reports", &part).is(201).json();
    let later = later["id"].as_str().unwrap();
    for (token, act) in [(&admin, "approve"), (&officer, "publish")] {
        post(&serving, token, &format!("/v1/reports/{later}/{act}"), &step).is(200);
    }
    assert_eq!(serving.get(&officer, &public).is(200).json(), given_out);
    serving.get(&officer, &format!("/v1/reports/{later}.json?edition=public")).is(200);
    serving.stop_and_verify();
}

#[test]
fn wrong_wishes_are_refused_by_name() {
    let mut serving = with_requests();
    let admin = serving.admin.clone();
    let officer = serving.token("officer", &["officer"], json!({}));
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    let narrow = serving.token("narrow", &["officer"], json!({ "units": ["housing"] }));
    let source = serving.token("source", &["source"], json!({ "source_prefix": "/systems/foi" }));
    let wish = json!({ "period": "2025-26" });
    for token in [&auditor, &source] {
        post(&serving, token, "/v1/reports", &wish).problem(403, "forbidden");
    }
    post(&serving, &narrow, "/v1/reports", &wish).problem(403, "out_of_scope");
    serving.get(&narrow, "/v1/reports").problem(403, "out_of_scope");
    serving.get(&source, "/v1/reports").problem(403, "forbidden");
    assert_eq!(serving.get(&auditor, "/v1/reports").is(200).json(), json!({ "reports": [] }));
    for (wrong, names) in [
        (json!({ "period": "soon" }), "\"soon\""),
        (json!({ "period": "2025-26", "as_at": 99_999_999 }), "of 100000000 entries"),
        (json!({ "period": "2025-26", "status_at": "2026-02-30" }), "\"2026-02-30\""),
        (json!({ "period": "2025-26", "supersedes": "" }), "supersedes"),
        (json!({ "period": "2025-26", "edition": "secret" }), "edition"),
        (json!({}), "period"),
    ] {
        let refused = post(&serving, &officer, "/v1/reports", &wrong).problem(422, "invalid_report").json();
        assert!(refused["detail"].as_str().unwrap().contains(names), "{refused}");
    }
    for nothing in
        ["none.json", "report-none.json", "report-none", "report-..%2fcheckpoint.json", "report-x.txt"]
    {
        serving.get(&officer, &format!("/v1/reports/{nothing}")).problem(404, "not_found");
    }
    serving.get(&officer, "/v1/reports/report-x.json?edition=none").problem(400, "bad_request");
    let approve = |body: Value| post(&serving, &admin, "/v1/reports/report-none/approve", &body);
    approve(json!({ "role": "role/siro" })).problem(404, "not_found");
    approve(json!({ "role": "" })).problem(422, "invalid_report");
    approve(json!({ "role": format!("role/{}", "x".repeat(124)) })).problem(422, "invalid_report");
    for no_role in ["siro", "role/", "Jane Doe", "role/Jane Doe", "token/admin", "role/siro\nrole/dpo"] {
        let refused = approve(json!({ "role": no_role })).problem(422, "invalid_report").json();
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("{no_role:?} is no role")), "{refused}");
    }
    assert_eq!(events(&serving, "report.generated"), Vec::<Value>::new());
    serving.stop_and_verify();
}
