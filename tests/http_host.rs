//! Only the host writes what the host writes: nobody posts its events, under its name or of its types.

use serde_json::{Value, json};
use support::http::Request;
use support::serving::{BATCH, STRUCTURED, Serving, request};
use support::{ORIGIN, root};

mod support;

/// Every way to write down the ledger's own origin.
fn own_sources() -> Vec<String> {
    let spelled = [
        ORIGIN.to_owned(),
        ORIGIN.to_uppercase(),
        format!("https://{ORIGIN}"),
        format!("HTTPS://{}/alerts", ORIGIN.to_uppercase()),
        format!("//{ORIGIN}"),
        format!("///{ORIGIN}"),
        format!("/{ORIGIN}/x"),
        format!("{ORIGIN}/x"),
        format!("{ORIGIN}?x"),
        format!("{ORIGIN}#x"),
        format!("{ORIGIN}:x"),
    ];
    let others = [
        "https://ledger.example:443/main",
        "https://user@ledger.example/main",
        "https://user:secret@ledger.example:8080/main/x",
        "https://a%2Fb@ledger.example/main",
        "https://ledger.example./main",
        "https://ledger.example//main",
        "https://ledger.example/./main",
        "https://ledger.example/x/../main",
        "https://ledger.example/%2E%2e/main",
        "https://%6cedger.example/main",
        "https://ledger%2Eexample/%6D%61in",
        "ledger.example%2Fmain",
        "https:ledger.example/main",
        "urn:ledger.example/main",
    ];
    spelled.into_iter().chain(others.map(str::to_owned)).collect()
}

#[test]
fn nobody_writes_as_the_ledger() {
    let mut serving = Serving::new();
    let officer = serving.token("officer", &["officer"], json!({}));
    let tokens = [serving.admin.clone(), officer];
    let size = serving.size();
    let mut forged: Vec<(Value, &str)> = Vec::new();
    for (number, source) in own_sources().into_iter().enumerate() {
        // The ids of what the host will write next.
        let id = ["token/2", "import/1/started", "ledger.created", "alert/1"][number % 4];
        forged.push((request(id, &source, Some("housing")), "host_source"));
    }
    let list = std::fs::read_to_string(root().join("core/src/host.rs")).unwrap();
    let types = list.split("HOST_TYPES").nth(1).unwrap().split("];").next().unwrap();
    let types: Vec<&str> = types.split('"').skip(1).step_by(2).collect();
    assert!(types.len() > 20 && types.contains(&"token.created"));
    for kind in types {
        let mut event = request("forged", "/systems/foi", None);
        (event["type"], event["data"]) = (json!(kind), json!({}));
        forged.push((event, "host_type"));
    }
    let good = request("good", "/systems/foi", None);
    for (place, (event, code)) in forged.iter().enumerate() {
        let token = &tokens[place % 2];
        let mut connection = serving.connect();
        let mut ask = |request: Request| connection.ask(&request.token(token));
        for target in ["/v1/events", "/v1/events?dry_run=true"] {
            ask(Request::post(target, STRUCTURED, event.to_string())).problem(403, code);
            ask(Request::post(target, BATCH, json!([good, event]).to_string())).problem(403, code);
            let body = event["data"].to_string();
            let mut binary = Request::post(target, "application/json", body).with("ce-specversion", "1.0");
            for name in ["id", "source", "type", "subject"] {
                let value = event[name].as_str().unwrap().replace('%', "%25");
                binary = binary.with(&format!("CE-{name}"), &value);
            }
            ask(binary.clone()).problem(403, code);
            // Once more, every byte of it percent-encoded, and in quotes.
            for (_, value) in binary.headers.iter_mut().filter(|(name, _)| name.starts_with("CE-")) {
                let encoded: String =
                    value.replace("%25", "%").bytes().map(|byte| format!("%{byte:02x}")).collect();
                *value = format!("\"{encoded}\"");
            }
            ask(binary).problem(403, code);
        }
        let lenient = Request::post("/v1/events?dry_run=true", BATCH, json!([event, good]).to_string());
        let items = ask(lenient.with("prefer", "handling=lenient")).is(200).json();
        assert!(items[0]["problem"]["type"].as_str().unwrap().ends_with(code), "{items}");
        let lenient = Request::post("/v1/events", BATCH, json!([event]).to_string());
        let items = ask(lenient.with("prefer", "respond-async, handling=\"lenient\"")).is(200).json();
        assert_eq!(items[0]["problem"]["status"], 403, "{items}");
    }
    assert_eq!(serving.size(), size, "nothing was written");
    // What the host writes next is not pre-empted.
    serving.token("later", &["auditor"], json!({}));
    serving.ask(Request::new("POST", "/v1/imports").token(&serving.admin)).is(201);
    serving.ask(Request::new("POST", "/v1/imports/1/finish").token(&serving.admin)).is(200);
    assert_eq!(serving.size(), size + 3);
    serving.stop_and_verify();
}
