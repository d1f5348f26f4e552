//! Personal data: sealed on every path, readable for a purpose, and gone for good once its key is destroyed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::serving::{BATCH, STRUCTURED, Serving};
use support::{TestLedger, command, run};

mod support;

/// Texts that must be nowhere in the clear. Each is one word, as the search index cuts texts into words, and in small
/// letters, as it keeps them; it occurs by itself nowhere.
const SECRETS: [&str; 9] = [
    "adalovelacerang",
    "hrreference4711x",
    "annexamplepersonal",
    "undeclaredmemberbea",
    "wholeundeclaredtypex",
    "binarydataofcyd",
    "batcheddeesecret",
    "appendedevesecret",
    "gzipflosecrettext",
];

const PATIENCE: Duration = Duration::from_secs(30);

/// Without a delay, and with one token instead of two where a test says so.
fn serving(people: u8) -> Serving {
    Serving::with(
        |ledger| {
            let settings = format!("[personal]\ndestroy_people = {people}\ndestroy_delay_seconds = 0\n");
            fs::write(ledger.data().join("muniment.toml"), settings).unwrap();
        },
        &[],
    )
}

fn received(id: &str, subject: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/foi", "type": "request.received", "subject": subject, "data": data})
}

fn note(id: &str, subject: &str, note: &str) -> Value {
    received(id, subject, json!({"regime": "foi", "note": note}))
}

/// Every file below a directory.
fn all_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all_files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

/// No byte of any file holds any of these texts, as they are, in base64 or inside a compressed frame.
fn assert_nowhere(directory: &Path, texts: &[&str]) {
    // A file may go while this looks: what it held stands in another then, so all are looked at again.
    while !is_nowhere(directory, texts) {}
}

/// Whether no file went meanwhile.
fn is_nowhere(directory: &Path, texts: &[&str]) -> bool {
    use base64::Engine as _;
    let mut files = Vec::new();
    all_files(directory, &mut files);
    assert!(files.len() > 8, "{files:?}");
    for path in files {
        let Ok(bytes) = fs::read(&path) else { return false };
        let inflated = zstd::decode_all(bytes.as_slice()).unwrap_or_default();
        for text in texts {
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            for bytes in [&bytes, &inflated] {
                assert!(!contains(bytes, text.as_bytes()), "{text} is in {}", path.display());
                assert!(
                    !contains(bytes, encoded.trim_end_matches('=').as_bytes()),
                    "{text} is in {}",
                    path.display()
                );
            }
        }
    }
    true
}

#[track_caller]
fn reveal(serving: &Serving, token: &str, case: &str) -> Value {
    let request =
        Request::post(format!("/v1/subjects/{case}/reveal"), "application/json", r#"{"purpose":"casework"}"#);
    serving.ask(request.token(token)).is(200).json()
}

fn destroy(serving: &Serving, token: &str, case: &str, query: &str, body: &Value) -> Answer {
    let request =
        Request::post(format!("/v1/subjects/{case}/destroy{query}"), "application/json", body.to_string());
    serving.ask(request.token(token))
}

/// Makes a dry run and asks for what it says.
#[track_caller]
fn ask_to_destroy(serving: &Serving, token: &str, case: &str) -> u64 {
    let body = json!({"basis": "retention_schedule"});
    let plan = destroy(serving, token, case, "?dry_run=true", &body).is(200).json();
    let body = json!({"basis": "retention_schedule", "plan": plan["plan"]});
    destroy(serving, token, case, "", &body).is(201).json()["id"].as_u64().unwrap()
}

/// Waits until a request has come so far.
#[track_caller]
fn wait_for(serving: &Serving, id: u64, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let list = serving.get(&serving.admin, "/v1/destructions").is(200).json();
        let found =
            list["destructions"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap();
        if found["state"] == state {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{found}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn authorise(serving: &Serving, token: &str, id: u64) -> Answer {
    serving
        .ask(Request::post(format!("/v1/destructions/{id}/authorise"), "application/json", "").token(token))
}

#[test]
fn nothing_personal_lands_in_the_clear_on_any_path() {
    let mut serving = serving(2);
    let admin = serving.admin.clone();
    let [ada, hr, ann, bea, whole, cyd, dee, eve, flo] = SECRETS;
    let mut seqs = Vec::new();
    let mut post = |serving: &Serving, event: &Value| {
        let posted = serving.post(&admin, event).is(201).json();
        seqs.push(posted["seq"].as_u64().unwrap());
    };
    post(&serving, &note("1", "FOI-1", ada));
    post(&serving, &received("2", "FOI-1", json!({"regime": "foi", "personal": {"name": ann}})));
    post(&serving, &received("3", "FOI-1", json!({"regime": "foi", "witness": bea, (bea): 1})));
    let granted = json!({"specversion": "1.0", "id": "4", "source": "/iam", "type": "access.granted", "subject": "access/1",
        "data": {"person": hr, "system": "housing", "entitlement": "read"}});
    post(&serving, &granted);
    let parking = json!({"specversion": "1.0", "id": "5", "source": "/parking", "type": "uk.gov.exemplar.parking.issued",
        "subject": "P-1", "data": {"holder": whole, "n": [1.50, {"deep": whole}]}});
    post(&serving, &parking);
    // Binary mode, with data that is no JSON.
    let binary = Request::new("POST", "/v1/events")
        .with("ce-specversion", "1.0")
        .with("ce-id", "6")
        .with("ce-source", "/parking")
        .with("ce-type", "uk.gov.exemplar.parking.photo")
        .with("ce-subject", "P-1")
        .with("Content-Type", "image/png");
    serving.ask(binary.body(cyd).token(&admin)).is(201);
    let batch = json!([note("7", "FOI-2", dee), note("8", "FOI-3", dee)]).to_string();
    serving.ask(Request::post("/v1/events", BATCH, batch).token(&admin)).is(201);
    let zipped = zstd::encode_all(note("9", "FOI-4", flo).to_string().as_bytes(), 3).unwrap();
    serving
        .ask(Request::post("/v1/events", STRUCTURED, zipped).with("Content-Encoding", "zstd").token(&admin))
        .is(201);
    // Refused, in dry runs, repeated, in conflict, lenient: the texts are in no message and in no log.
    let wrong =
        received("10", "FOI-1", json!({"regime": "foi", "note": {"name": ada}, "person": format!("{hr} x")}));
    let refused = serving.post(&admin, &wrong).is(422);
    assert!(!refused.text().contains(ada) && !refused.text().contains(hr), "{}", refused.text());
    let dry = Request::post("/v1/events?dry_run=true", STRUCTURED, note("11", "FOI-9", ada).to_string());
    serving.ask(dry.token(&admin)).is(200);
    serving.post(&admin, &note("1", "FOI-1", ada)).is(200);
    let conflict = serving.post(&admin, &note("1", "FOI-1", ann)).is(409);
    assert_eq!(conflict.json()["differences"], json!(["/data/note"]));
    assert!(!conflict.text().contains(ada) && !conflict.text().contains(ann));
    // What others see: entries, pages, searches, the stream, the schema.
    for seq in &seqs {
        let entry = serving.get(&admin, &format!("/v1/events/{seq}")).is(200).text();
        assert!(SECRETS.iter().all(|secret| !entry.contains(secret)), "{entry}");
    }
    thread::sleep(Duration::from_millis(1_500));
    for secret in SECRETS {
        let found = serving.get(&admin, &format!("/v1/events?q={secret}")).is(200).json();
        assert_eq!(found["events"], json!([]), "{secret}");
    }
    let found = serving.get(&admin, "/v1/events?q=sealed").is(200).json();
    assert_eq!(found["events"], json!([]), "what a sealed value is made of is no text");
    serving.get(&admin, "/metrics").is(200);
    serving.stop();
    let ran = serving.ledger.append(note("12", "FOI-5", eve).to_string(), &[]).exits(0);
    assert_eq!(ran.counts(), [1, 0, 0]);
    let refused = serving
        .ledger
        .append(received("13", "FOI-5", json!({"note": 7, "person": format!("{eve} x")})).to_string(), &[]);
    assert!(!refused.stderr.contains(eve) && refused.code == Some(1), "{}", refused.stderr);
    let data = serving.ledger.data();
    let backup = serving.ledger.beside("backup");
    let vault = serving.ledger.beside("vaults");
    serving
        .ledger
        .run("backup", &["--to", backup.to_str().unwrap(), "--vault-to", vault.to_str().unwrap()])
        .exits(0);
    let export = serving.ledger.beside("export");
    serving.ledger.run("export", &["--out", export.to_str().unwrap()]).exits(0);
    assert_nowhere(serving.ledger.home.path(), &SECRETS);
    assert!(data.join("vault").is_file() && vault.join("vault").is_file() && !backup.join("vault").exists());
    serving.ledger.run("verify", &[]).exits(0);

    // And all of it can be read again, in the spelling in which it was posted.
    serving.start_again();
    let revealed = reveal(&serving, &admin, "request/FOI-1");
    let values: Vec<&Value> =
        revealed["entries"].as_array().unwrap().iter().map(|entry| &entry["values"]).collect();
    assert_eq!(
        values,
        [
            &json!({"/data/note": ada}),
            &json!({"/data/personal": {"name": ann}}),
            &json!({"/data/undeclared": {"witness": bea, (bea): 1}}),
        ]
    );
    let parking = reveal(&serving, &admin, "uk/P-1");
    assert_eq!(parking["entries"][0]["values"]["/data"]["holder"], whole);
    assert!(parking["entries"][1]["values"]["/data_base64"].is_string());
    let text = serving.ask(
        Request::post("/v1/subjects/uk/P-1/reveal", "application/json", r#"{"purpose":"audit"}"#)
            .token(&admin),
    );
    assert!(text.text().contains("\"n\":[1.5"), "{}", text.text());
    assert_eq!(reveal(&serving, &admin, "request/FOI-5")["entries"][0]["values"]["/data/note"], eve);
    serving.stop_and_verify();
}

#[test]
fn a_person_is_the_same_from_every_source_until_severed() {
    let mut serving = serving(1);
    let admin = serving.admin.clone();
    let event = |id: &str, source: &str| {
        json!({"specversion": "1.0", "id": id, "source": source, "type": "access.granted", "subject": format!("access/{id}"),
            "data": {"person": "hrreference4711x", "system": "housing", "entitlement": "read"}})
    };
    let person = |seq: u64| {
        serving.get(&admin, &format!("/v1/events/{seq}")).json()["event"]["data"]["person"].clone()
    };
    let post = |event: &Value| serving.post(&admin, event).json()["seq"].as_u64().unwrap();
    let (one, two) = (post(&event("1", "/hr")), post(&event("2", "/lms")));
    let pseudonym = person(one);
    assert_eq!(person(two), pseudonym);
    let pseudonym = pseudonym.as_str().unwrap();
    assert!(pseudonym.starts_with("p-") && pseudonym.len() == 28, "{pseudonym}");
    let case = format!("person/{pseudonym}");
    assert_eq!(reveal(&serving, &admin, &case)["person"], "hrreference4711x");
    // The dry run lists every case that names the person.
    let plan = destroy(&serving, &admin, &case, "?dry_run=true", &json!({"basis": "erasure_request"}))
        .is(200)
        .json();
    assert_eq!(
        (plan["people"][0]["entries"].as_u64(), plan["people"][0]["is_known"].as_bool()),
        (Some(2), Some(true))
    );
    let id = ask_to_destroy(&serving, &admin, &case);
    wait_for(&serving, id, "destroyed");
    assert_eq!(reveal(&serving, &admin, &case)["person"], Value::Null);
    // A repeat is still a repeat; a new event names somebody new.
    assert_eq!(serving.post(&admin, &event("1", "/hr")).is(200).json()["seq"], one);
    let three = post(&event("3", "/hr"));
    assert_ne!(person(three), *pseudonym);
    assert_eq!(serving.post(&admin, &event("3", "/hr")).is(200).json()["seq"], three);
    assert_nowhere(serving.ledger.home.path(), &["hrreference4711x"]);
    serving.stop_and_verify();
}

#[test]
fn a_case_is_destroyed_by_two_people_and_everything_still_verifies() {
    let mut serving = serving(2);
    let admin = serving.admin.clone();
    let second = serving.token("second", &["officer"], json!({}));
    let auditor = serving.token("reader", &["auditor"], json!({}));
    let seq =
        serving.post(&admin, &note("1", "FOI-1", "adalovelacerang")).is(201).json()["seq"].as_u64().unwrap();
    serving.post(&admin, &note("2", "FOI-2", "bobexamplewrote")).is(201);
    let receipt = serving.get(&admin, &format!("/v1/events/{seq}/receipt")).is(200).text();
    let body = json!({"basis": "retention_schedule"});

    // Roles, dry run, open requests, plans.
    destroy(&serving, &auditor, "request/FOI-1", "?dry_run=true", &body).problem(403, "forbidden");
    let narrowed = serving.token("narrowed", &["officer"], json!({"groups": ["request"]}));
    destroy(&serving, &narrowed, "request/FOI-1", "?dry_run=true", &body).problem(403, "out_of_scope");
    let plan = destroy(&serving, &admin, "request/FOI-1", "?dry_run=true", &body).is(200).json();
    assert_eq!(plan["cases"][0]["seqs"], json!([seq]));
    assert_eq!(plan["obstacles"][0], json!({"kind": "open_request", "subject": "FOI-1", "seq": seq}));
    let wish = json!({"basis": "retention_schedule", "plan": plan["plan"]});
    let blocked = destroy(&serving, &admin, "request/FOI-1", "", &wish).problem(409, "blocked");
    assert!(blocked.text().contains("FOI-1 is open"), "{}", blocked.text());
    destroy(&serving, &admin, "request/FOI-1", "", &body).problem(422, "invalid_destruction");
    destroy(&serving, &admin, "request/FOI-77", "", &wish).problem(422, "invalid_destruction");
    destroy(&serving, &admin, "request/FOI-1", "?dry_run=true", &json!({"basis": "boredom"}))
        .problem(422, "invalid_destruction");
    let close = |id: &str, case: &str| {
        json!({"specversion": "1.0", "id": id, "source": "/foi", "type": "request.closed", "subject": case,
            "data": {}})
    };
    serving.post(&admin, &close("3", "FOI-1")).is(201);
    // A hold wins over everything.
    let hold = |id: &str, kind: &str| {
        json!({"specversion": "1.0", "id": id, "source": "/legal", "type": format!("hold.{kind}"), "subject": "HOLD-1",
            "data": if kind == "placed" { json!({"scope": "case", "cases": ["FOI-1"]}) } else { json!({}) }})
    };
    serving.post(&admin, &hold("4", "placed")).is(201);
    destroy(&serving, &admin, "request/FOI-1", "", &wish).problem(409, "blocked");
    serving.post(&admin, &hold("5", "released")).is(201);
    // The plan is still that of the first dry run: the case holds the same.
    let asked = destroy(&serving, &admin, "request/FOI-1", "", &wish).is(201).json();
    let id = asked["id"].as_u64().unwrap();
    assert_eq!(asked["state"], "requested");
    authorise(&serving, &admin, id).problem(409, "same_person");
    authorise(&serving, &auditor, id).problem(403, "forbidden");

    // One that is cancelled is over.
    let other = ask_to_destroy_after_close(&serving, &admin, &close("6", "FOI-2"));
    let cancel = Request::post(format!("/v1/destructions/{other}/cancel"), "application/json", "");
    assert_eq!(serving.ask(cancel.token(&second)).is(200).json()["state"], "cancelled");
    authorise(&serving, &second, other).problem(409, "destruction_over");

    // A hold that comes in between stops it at the last moment.
    serving.post(&admin, &hold("7", "placed")).is(201);
    authorise(&serving, &second, id).is(200);
    let blocked = wait_for(&serving, id, "blocked");
    assert!(blocked["blocked_by"].as_str().unwrap().contains("HOLD-1"), "{blocked}");
    assert_eq!(reveal(&serving, &admin, "request/FOI-1")["entries"].as_array().unwrap().len(), 1);
    serving.post(&admin, &hold("8", "released")).is(201);
    let done = wait_for(&serving, id, "destroyed");
    assert_eq!(
        (&done["requested_by"], &done["authorised_by"]),
        (&json!("token/admin"), &json!("token/second"))
    );

    // The certificate names the key and the entries, and has a receipt.
    let certificate = done["destroyed"][0].as_u64().unwrap();
    let event = serving.get(&admin, &format!("/v1/events/{certificate}")).json()["event"].clone();
    assert_eq!((&event["type"], &event["subject"]), (&json!("personal.destroyed"), &json!("FOI-1")));
    assert_eq!(
        (event["data"]["entries"].as_u64(), event["data"]["keys"].as_array().unwrap().len()),
        (Some(1), 1)
    );
    serving.get(&admin, &format!("/v1/events/{certificate}/receipt")).is(200);

    // Nobody can read it, the rest goes on.
    let gone = reveal(&serving, &admin, "request/FOI-1");
    assert_eq!((&gone["entries"], gone["destroyed"].as_u64()), (&json!([]), Some(1)));
    assert_eq!(reveal(&serving, &admin, "request/FOI-2")["entries"].as_array().unwrap().len(), 1);
    assert_eq!(serving.post(&admin, &note("1", "FOI-1", "adalovelacerang")).is(200).json()["seq"], seq);
    assert_eq!(
        serving.post(&admin, &note("1", "FOI-1", "what it said is forgotten")).is(200).json()["seq"],
        seq
    );
    let mut other_clear = note("1", "FOI-1", "x");
    other_clear["data"]["regime"] = json!("eir");
    assert_eq!(serving.post(&admin, &other_clear).is(409).json()["differences"], json!(["/data/regime"]));
    let body = json!({"basis": "retention_schedule"});
    let plan = destroy(&serving, &admin, "request/FOI-1", "?dry_run=true", &body).is(200).json();
    assert_eq!(plan["cases"][0]["has_key"], false, "the repeats made no key");
    // What is new about the case gets another key.
    serving.post(&admin, &note("9", "FOI-1", "adalovelaceagain")).is(201);
    assert_eq!(reveal(&serving, &admin, "request/FOI-1")["entries"].as_array().unwrap().len(), 1);

    // The receipt from before still proves the entry, and it stays so after another start.
    let line = serving.get(&admin, &format!("/v1/events/{seq}")).is(200).body;
    for _ in 0..2 {
        assert_eq!(serving.get(&admin, &format!("/v1/events/{seq}")).is(200).body, line);
        serving.get(&admin, "/v1/events?subject=FOI-1").is(200);
        serving.stop();
        let path = serving.ledger.beside("receipt.tlog-proof");
        fs::write(&path, &receipt).unwrap();
        serving.ledger.run("verify", &["--checkpoint", path.to_str().unwrap()]).exits(0);
        serving.start_again();
        // What was carried out is not carried out again: the case has another key by now.
        wait_for(&serving, id, "destroyed");
        thread::sleep(Duration::from_millis(600));
        let gone = reveal(&serving, &admin, "request/FOI-1");
        assert_eq!(gone["destroyed"].as_u64(), Some(1));
        assert_eq!(gone["entries"][0]["values"]["/data/note"], "adalovelaceagain");
    }
    assert_nowhere(serving.ledger.home.path(), &["adalovelacerang", "adalovelaceagain", "bobexamplewrote"]);
    serving.stop_and_verify();
}

/// Closes the case of an event, and asks to destroy it.
#[track_caller]
fn ask_to_destroy_after_close(serving: &Serving, token: &str, close: &Value) -> u64 {
    serving.post(token, close).is(201);
    ask_to_destroy(serving, token, &format!("request/{}", close["subject"].as_str().unwrap()))
}

#[test]
fn reading_sealed_data_is_guarded_and_recorded() {
    let mut serving = Serving::with(
        |ledger| {
            fs::write(ledger.data().join("muniment.toml"), "[personal]\nreveals_per_minute = 3\n").unwrap()
        },
        &[],
    );
    let admin = serving.admin.clone();
    serving.post(&admin, &note("1", "FOI-1", "adalovelacerang")).is(201);
    let housing = received("2", "FOI-1", json!({"regime": "foi", "note": "of-housing", "unit": "housing"}));
    serving.post(&admin, &housing).is(201);
    let ask = |token: &str, case: &str, purpose: &str| {
        let body = json!({"purpose": purpose}).to_string();
        serving
            .ask(Request::post(format!("/v1/subjects/{case}/reveal"), "application/json", body).token(token))
    };
    let auditor = serving.token("reader", &["auditor"], json!({}));
    let source = serving.token("casework", &["source"], json!({"source_prefix": "/foi"}));
    let breaches = serving.token("breaches", &["officer"], json!({"groups": ["breach"]}));
    let unit = serving.token("housing", &["officer"], json!({"units": ["housing"]}));
    ask(&auditor, "request/FOI-1", "audit").problem(403, "forbidden");
    ask(&source, "request/FOI-1", "casework").problem(403, "forbidden");
    ask(&breaches, "request/FOI-1", "casework").problem(403, "out_of_scope");
    ask(&unit, "person/p-aaaaaaaaaaaaaaaaaaaaaaaaaa", "casework").problem(403, "out_of_scope");
    ask(&admin, "request/FOI-1", "curiosity").problem(422, "invalid_reveal");
    let seen = ask(&unit, "request/FOI-1", "casework").is(200).json();
    assert_eq!(seen["entries"].as_array().unwrap().len(), 1);
    assert_eq!(seen["entries"][0]["values"]["/data/note"], "of-housing");
    let seq = seen["seq"].as_u64().unwrap();
    let event = serving.get(&admin, &format!("/v1/events/{seq}")).json()["event"].clone();
    assert_eq!((&event["type"], &event["subject"]), (&json!("personal.revealed"), &json!("FOI-1")));
    assert_eq!(
        event["data"],
        json!({"entries": 1, "group": "request", "purpose": "casework", "requested_by": "token/housing"})
    );
    for _ in 0..3 {
        ask(&admin, "request/FOI-1", "review").is(200);
    }
    let refused = ask(&admin, "request/FOI-1", "review").problem(429, "too_many_reveals");
    assert!(refused.header("retry-after").is_some());
    assert!(!serving.log().contains("adalovelace"));
    serving.stop_and_verify();
}

#[test]
fn a_restored_ledger_reads_its_personal_data_and_forgets_what_was_destroyed_later() {
    let mut serving = serving(1);
    let admin = serving.admin.clone();
    for (id, case) in [("1", "B-1"), ("2", "B-2")] {
        let event = json!({"specversion": "1.0", "id": id, "source": "/b", "type": "uk.gov.exemplar.noted", "subject": case,
            "data": {"who": format!("secret-of-{case}")}});
        serving.post(&admin, &event).is(201);
    }
    let (backup, vaults) = (serving.ledger.beside("backup"), serving.ledger.beside("vaults"));
    serving.wait_for_checkpoint();
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    serving.ledger.run("backup", &["--to", &text(&backup), "--vault-to", &text(&vaults)]).exits(0);
    let id = ask_to_destroy(&serving, &admin, "uk/B-1");
    wait_for(&serving, id, "destroyed");
    assert!(fs::read_to_string(backup.join("erasures.jsonl")).unwrap().contains("\"personal.destroyed\""));
    serving.stop();

    let data = serving.ledger.beside("restored");
    let from = ["restore", "--from", &text(&backup), "--vault-from", &text(&vaults), "--data", &text(&data)];
    let restored =
        run(&mut command(&[&from[..], &["--origin", "ledger.example/second"]].concat()), b"").exits(0);
    // The vault's key is kept apart from every backup.
    fs::copy(serving.ledger.data().join("keys/vault.key"), data.join("keys/vault.key")).unwrap();
    let vkey = restored.field("vkey").to_owned();
    let first = serving.ledger.data();
    fs::rename(&first, serving.ledger.beside("first")).unwrap();
    fs::rename(&data, &first).unwrap();
    let home = tempfile::tempdir().unwrap();
    let ledger =
        TestLedger { home: std::mem::replace(&mut serving.ledger.home, home), vkey, token: admin.clone() };
    let server = start(&ledger);
    let ask = |case: &str| {
        let path = format!("/v1/subjects/{case}/reveal");
        server.post(&path, "application/json", br#"{"purpose":"audit"}"#).json()
    };
    assert_eq!(ask("uk/B-2")["entries"][0]["values"]["/data"]["who"], "secret-of-B-2");
    let gone = ask("uk/B-1");
    assert_eq!((&gone["entries"], gone["destroyed"].as_u64()), (&json!([]), Some(1)));
    let found = server.get("/v1/ledger").json();
    assert_eq!(found["origin"], "ledger.example/second");
    server.stop();
    assert!(!ledger.data().join("erasures.jsonl").exists());
    let again = ledger.lines().iter().filter(|line| line.contains("\"personal.destroyed\"")).count();
    assert_eq!(again, 1, "the restored ledger says so too");
    ledger.run("verify", &[]).exits(0);
}

fn start(ledger: &TestLedger) -> support::server::Server {
    support::server::Server::start_as(ledger, "ledger.example/second")
}

#[test]
fn a_vault_that_does_not_fit_is_refused_and_a_loss_can_be_accepted() {
    let ledger = TestLedger::new();
    let sealed = |id: u64| note(&id.to_string(), "FOI-1", "adalovelacerang").to_string();
    ledger.append(sealed(1), &[]).exits(0);
    let vault = ledger.data().join("vault");
    fs::rename(&vault, ledger.beside("vault")).unwrap();
    let refused = ledger.append(sealed(2), &[]).exits(1);
    assert!(refused.stderr.contains("the vault is missing"), "{}", refused.stderr);
    ledger.run("verify", &[]).exits(0);
    let doctor = ledger.run("doctor", &[]).exits(1);
    assert!(doctor.stdout.contains("vault"), "{}", doctor.stdout);
    fs::rename(ledger.beside("vault"), &vault).unwrap();
    ledger.append(sealed(2), &[]).exits(0);

    // Another key, from a file.
    let key = ledger.beside("new.key");
    fs::write(&key, "5a".repeat(32)).unwrap();
    let data = ledger.data();
    let data = data.to_str().unwrap();
    run(&mut command(&["vault", "rotate", "--data", data, "--new-key-file", key.to_str().unwrap()]), b"")
        .exits(0);
    let refused = ledger.append(sealed(3), &[]).exits(1);
    assert!(refused.stderr.contains("does not open with the key from keys/vault.key"), "{}", refused.stderr);
    let set = format!("vault.key_file={}", key.display());
    assert_eq!(ledger.append(sealed(3), &["--set", &set]).exits(0).counts(), [1, 0, 0]);
    let command_set = format!("vault.key_command=cat {}", key.display());
    assert_eq!(ledger.append(sealed(3), &["--set", &command_set]).exits(0).counts(), [0, 1, 0]);
    let both = ledger.append(sealed(3), &["--set", &set, "--set", &command_set]).exits(2);
    assert!(both.stderr.contains("one of"), "{}", both.stderr);

    // Lost for good.
    let accept = ["vault", "accept-loss", "--data", data, "--set", &set];
    run(&mut command(&accept), b"").exits(1);
    fs::remove_file(&vault).unwrap();
    run(&mut command(&accept), b"").exits(0);
    assert_eq!(ledger.append(sealed(4), &["--set", &set]).exits(0).counts(), [1, 0, 0]);
    ledger.run("verify", &[]).exits(0);
}

#[test]
fn who_read_what_kind_of_thing_is_recorded_and_never_what() {
    let mut serving =
        Serving::with(|_| {}, &["--set", "reads.log_one_in=1", "--set", "reads.log_interval_seconds=1"]);
    let admin = serving.admin.clone();
    serving.post(&admin, &note("1", "FOI-1", "adalovelacerang")).is(201);
    let reader = serving.token("reader", &["auditor"], json!({}));
    for _ in 0..3 {
        serving.get(&reader, "/v1/events/0").is(200);
    }
    serving.get(&reader, "/v1/events?q=quiteasecretsearch").is(200);
    serving.get(&reader, "/v1/tokens").is(403);
    serving.get(&reader, "/healthz").is(200);
    serving.stop();
    let read: Vec<Value> = serving
        .ledger
        .entries()
        .into_iter()
        .filter(|entry| {
            entry["event"]["type"] == "ledger.read"
                && entry["event"]["data"]["requested_by"] == "token/reader"
        })
        .map(|entry| entry["event"]["data"].clone())
        .collect();
    let of = |route: &str| -> u64 {
        read.iter().filter(|data| data["route"] == route).map(|data| data["reads"].as_u64().unwrap()).sum()
    };
    assert_eq!((of("/v1/events/{seq}"), of("/v1/events"), of("/v1/tokens")), (3, 1, 0), "{read:?}");
    assert_nowhere(serving.ledger.home.path(), &["quiteasecretsearch"]);
}

#[test]
fn a_kill_at_any_moment_of_a_destruction_leaves_before_or_after() {
    let mut serving = serving(1);
    let admin = serving.admin.clone();
    let event = |id: String, case: &str| {
        json!({"specversion": "1.0", "id": id, "source": "/b", "type": "uk.gov.exemplar.noted", "subject": case,
            "data": {"who": format!("secret-of-{case}")}})
    };
    serving.post(&admin, &event("kept".to_owned(), "kept")).is(201);
    for round in 0..8_u64 {
        let case = format!("K-{round}");
        serving.post(&admin, &event(format!("{round}/1"), &case)).is(201);
        let id = ask_to_destroy(&serving, &admin, &format!("uk/{case}"));
        // The keys go within half a second or so.
        thread::sleep(Duration::from_millis(round * 90));
        serving.kill();
        serving.start_again();
        let done = wait_for(&serving, id, "destroyed");
        assert_eq!(done["destroyed"].as_array().unwrap().len(), 1);
        let gone = reveal(&serving, &admin, &format!("uk/{case}"));
        assert_eq!((&gone["entries"], gone["destroyed"].as_u64()), (&json!([]), Some(1)), "round {round}");
        serving.post(&admin, &event(format!("{round}/1"), &case)).is(200);
    }
    let kept = reveal(&serving, &admin, "uk/kept");
    assert_eq!(kept["entries"][0]["values"]["/data"]["who"], "secret-of-kept");
    serving.stop_and_verify();
}
