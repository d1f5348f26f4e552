//! What reports look like and begin with: said over HTTP, on a page and by the command line, and a part of what is made again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::serving::{Serving, request};
use support::{ORIGIN, Ran, TestLedger, command, run};
use visitor::Visitor;

mod support;
mod visitor;

const CREST: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 10\"><rect width=\"40\" height=\"10\" fill=\"#6d1a36\"/></svg>";
/// A picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const WORDS: &str = "We say how we kept our rules.\n\nEvery figure leads to its entries.";

fn put(serving: &Serving, token: &str, design: &Value) -> Answer {
    let request = Request::new("PUT", "/v1/report-design").with("content-type", "application/json");
    serving.ask(request.body(design.to_string()).token(token))
}

fn designed() -> Value {
    json!({
        "name": "Exemplar City Council", "colour": "#6d1a36", "introduction": WORDS,
        "logo": { "content": STANDARD.encode(CREST), "alternative": "A bridge under an oak" },
    })
}

/// Makes a report of a year. Returns its id.
fn make(serving: &Serving, wish: &Value) -> String {
    let made = Request::post("/v1/reports", "application/json", wish.to_string()).token(&serving.admin);
    let made = serving.ask(made);
    assert!([200, 201].contains(&made.status), "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

fn file(serving: &Serving, name: &str) -> Vec<u8> {
    serving.get(&serving.admin, &format!("/v1/reports/{name}")).is(200).body
}

fn document(serving: &Serving, id: &str) -> Value {
    serde_json::from_slice(&file(serving, &format!("{id}.json"))).unwrap()
}

fn page(serving: &Serving, id: &str) -> String {
    String::from_utf8(file(serving, &format!("{id}.html"))).unwrap()
}

fn asset(ledger: &TestLedger, design: &Value) -> PathBuf {
    ledger.data().join("assets").join(design["logo"]["sha256"].as_str().unwrap())
}

#[test]
fn a_report_has_the_design_of_its_position_and_is_made_again_with_it() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let first = serving.post(&admin, &request("e-1", "/systems/foi", Some("housing"))).is(201).json();
    let year =
        serving.get(&admin, "/v1/events/0").is(200).json()["recorded"].as_str().unwrap()[..4].to_owned();
    let none = serving.get(&admin, "/v1/report-design").is(200).json();
    assert_eq!((&none["entry"], &none["logo"]), (&Value::Null, &Value::Null));

    let recorded = put(&serving, &admin, &designed()).is(200).json();
    assert_eq!(recorded, serving.get(&admin, "/v1/report-design").is(200).json());
    assert_eq!(fs::read_to_string(asset(&serving.ledger, &recorded)).unwrap(), CREST);
    let size = serving.size();
    assert_eq!(put(&serving, &admin, &designed()).is(200).json(), recorded, "twice is as once");
    assert_eq!(serving.size(), size);
    let id = make(&serving, &json!({ "period": year }));
    let other = json!({ "colour": "#00403c", "logo": { "content": PIXEL, "alternative": "A dot" } });
    put(&serving, &admin, &other).is(200);
    let later = make(&serving, &json!({ "period": year }));
    let before = make(&serving, &json!({ "period": year, "as_at": first["seq"] }));

    // Each has that of its own last entry.
    let made = document(&serving, &id);
    assert_eq!(made["organisation"], "Exemplar City Council");
    assert_eq!(made["design"]["colour"], "#6d1a36");
    assert_eq!(made["design"]["logo"]["sha256"], recorded["logo"]["sha256"]);
    assert_eq!(made["introduction"], json!({ "text": WORDS, "evidence": [recorded["entry"]] }));
    let of_later = document(&serving, &later);
    assert_eq!((&of_later["design"]["colour"], of_later.get("introduction")), (&json!("#00403c"), None));
    assert_ne!(of_later["organisation"], made["organisation"]);
    let of_before = document(&serving, &before);
    assert_eq!((of_before.get("design"), of_before.get("introduction")), (None, None));
    assert_eq!(of_before["organisation"], of_later["organisation"]);
    assert_eq!(make(&serving, &json!({ "period": year, "as_at": recorded["entry"] })), id);

    let shown = page(&serving, &id);
    let picture =
        format!("src=\"data:image/svg+xml;base64,{}\" alt=\"A bridge under an oak\"", STANDARD.encode(CREST));
    for needed in
        [picture.as_str(), "#6d1a36", "<p>Every figure leads to its entries.</p>", "Exemplar City Council"]
    {
        assert!(shown.contains(needed), "{needed}");
    }
    assert!(page(&serving, &later).contains(&format!("src=\"data:image/png;base64,{PIXEL}\" alt=\"A dot\"")));
    assert!(!page(&serving, &before).contains("<img"));
    let public = document_of(&file(&serving, &format!("{id}.json?edition=public")));
    assert_eq!(public["introduction"], json!({ "text": WORDS, "evidence": [] }));
    assert_eq!(public["design"], made["design"]);

    // Of nothing but what follows from nothing else, and without a server.
    let served: Vec<Vec<u8>> =
        ["json", "html", "pdf"].map(|ending| file(&serving, &format!("{id}.{ending}"))).into();
    let kept = serving.ledger.beside("before.json");
    fs::write(&kept, file(&serving, &format!("{before}.json"))).unwrap();
    serving.stop_and_verify();
    let data = serving.ledger.data();
    for derived in ["state", "index", "tiles", "reports"] {
        fs::remove_dir_all(data.join(derived)).unwrap();
    }
    let out = serving.ledger.beside("out");
    offline(&data, &out, &year, &recorded["entry"], "json,html,pdf").exits(0);
    for (ending, bytes) in ["json", "html", "pdf"].iter().zip(&served) {
        assert!(
            fs::read(out.join(format!("report.{ending}"))).unwrap() == *bytes,
            "report.{ending} is another one"
        );
    }
    let json = out.join("report.json");
    let verified = run(command(&["report", "verify", "--data"]).arg(&data).arg(&json), b"").exits(0);
    assert!(verified.stdout.contains("byte for byte"), "{}", verified.stdout);
    let differs = run(command(&["report", "diff"]).arg(&kept).arg(&json), b"").exits(1).stdout;
    for said in [
        "organisation: ",
        "colour: none became \"#6d1a36\"",
        "A bridge under an oak",
        "introduction: none became",
    ] {
        assert!(differs.contains(said), "{said}\n{differs}");
    }
}

fn document_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// A report of a stopped ledger's entries up to one.
fn offline(data: &Path, out: &Path, year: &str, as_at: &Value, formats: &str) -> Ran {
    let mut made = command(&["report", "--unrecorded", "--period", year, "--format", formats]);
    made.args(["--as-at", &as_at.to_string()]).arg("--data").arg(data).arg("--out").arg(out);
    run(&mut made, b"")
}

#[test]
fn a_logo_that_is_not_as_it_was_is_refused_by_its_name_and_comes_back_from_a_backup() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    serving.post(&admin, &request("e-1", "/systems/foi", Some("housing"))).is(201);
    let year =
        serving.get(&admin, "/v1/events/0").is(200).json()["recorded"].as_str().unwrap()[..4].to_owned();
    let recorded = put(&serving, &admin, &designed()).is(200).json();
    let id = make(&serving, &json!({ "period": year }));
    serving.stop();
    let (data, file) = (serving.ledger.data(), asset(&serving.ledger, &recorded));
    let named = format!("assets/{}", recorded["logo"]["sha256"].as_str().unwrap());
    let backup = serving.ledger.beside("backup");
    serving.ledger.run("backup", &["--to", backup.to_str().unwrap()]).exits(0);
    assert!(
        serving.ledger.run("doctor", &[]).exits(0).stdout.contains("assets: each file is what its name says")
    );

    for damage in ["another picture", ""] {
        match damage {
            "" => fs::remove_file(&file).unwrap(),
            other => fs::write(&file, other).unwrap(),
        }
        let out = serving.ledger.beside("out");
        for formats in ["html", "pdf"] {
            let refused = offline(&data, &out, &year, &recorded["entry"], formats).exits(1).stderr;
            assert!(refused.contains(&named), "{refused}");
        }
        assert!(!out.exists(), "nothing is written in its place");
        let plain = serving.ledger.beside("plain");
        offline(&data, &plain, &year, &recorded["entry"], "json,csv,xlsx").exits(0);
        let json = plain.join("report.json");
        run(command(&["report", "verify", "--data"]).arg(&data).arg(&json), b"").exits(0);
        let shown = design(&data, &[], b"").exits(1);
        assert!(shown.stderr.contains(&named) && shown.stdout.contains("A bridge under an oak"), "{shown:?}");
        if damage.is_empty() {
            continue;
        }
        let wrong = serving.ledger.run("doctor", &[]).exits(1).stdout;
        assert!(wrong.lines().any(|line| line.starts_with("wrong") && line.contains(&named)), "{wrong}");
        // A later backup does not take what is damaged in the place of what is sound.
        serving.ledger.run("backup", &["--to", backup.to_str().unwrap()]).exits(0);
        assert_eq!(fs::read_to_string(backup.join(&named)).unwrap(), CREST);
        serving.start_again();
        for ending in ["html", "pdf"] {
            let target = format!("/v1/reports/{id}.{ending}");
            let refused = serving.get(&admin, &target).problem(500, "asset_damaged").json();
            assert!(refused["detail"].as_str().unwrap().contains(&named), "{refused}");
        }
        serving.get(&admin, &format!("/v1/reports/{id}.xlsx")).is(200);
        let told = serving.get(&admin, "/v1/report-design").is(200).json();
        assert!(told["logo"]["fault"].as_str().unwrap().contains(&named), "{told}");
        assert_eq!(told["logo"]["content"], Value::Null);
        serving.stop();
    }
    serving.ledger.run("backup", &["--to", backup.to_str().unwrap()]).exits(0);
    let (to, latest) = (serving.ledger.beside("restored"), data.join("checkpoint"));
    let mut restore =
        command(&["restore", "--from", backup.to_str().unwrap(), "--data", to.to_str().unwrap()]);
    run(restore.arg("--checkpoint").arg(latest), b"").exits(0);
    assert_eq!(fs::read_to_string(to.join(&named)).unwrap(), CREST);
    design(&to, &[], b"").exits(0);
    // Or somebody says the same once more.
    let crest = serving.ledger.beside("crest.svg");
    fs::write(&crest, CREST).unwrap();
    design(&data, &["--logo", crest.to_str().unwrap(), "--logo-text", "A bridge under an oak"], b"").exits(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), CREST);
}

#[test]
fn what_cannot_be_so_is_refused_with_the_value_and_the_limit() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let size = serving.size();
    let logo = |content: &str, words: &str| json!({ "logo": { "content": content, "alternative": words } });
    let svg = |inside: &str| STANDARD.encode(CREST.replace("<rect", &format!("{inside}<rect")));
    for (wrong, says) in [
        (json!({ "colour": "red" }), "colour: \"red\" is not of the form #1a2b3c"),
        (json!({ "colour": "#ffdd00" }), "the least is 4.5 to 1"),
        (json!({ "name": "n".repeat(201) }), "name: 201 bytes, the limit is 200 bytes"),
        (json!({ "introduction": "i".repeat(8_193) }), "introduction: 8193 bytes, the limit is 8192 bytes"),
        (
            logo(&STANDARD.encode(vec![b'x'; 300_000]), "A bridge"),
            "logo: 300000 bytes, the limit is 262144 bytes",
        ),
        (logo(&STANDARD.encode("GIF89a"), "A bridge"), "logo: it is neither PNG, JPEG nor SVG"),
        (logo(&svg("<script>alert(1)</script>"), "A bridge"), "the element script"),
        (logo(&svg("<foreignObject/>"), "A bridge"), "the element foreignObject"),
        (logo(&svg("<use href=\"https://evil.example/#a\"/>"), "A bridge"), "the attribute href"),
        (logo(PIXEL, ""), "logo.alternative: say in words"),
        (logo("%", "A bridge"), "logo: its content is no base64"),
        (json!({ "logo": { "content": PIXEL } }), "alternative"),
        (json!({ "font": "serif" }), "font"),
    ] {
        let refused = put(&serving, &admin, &wrong).problem(422, "invalid_design").json();
        assert!(refused["detail"].as_str().unwrap().contains(says), "{says}: {refused}");
    }
    put(&serving, &admin, &logo(&"A".repeat(600_000), "A bridge")).problem(413, "payload_too_large");
    let narrow = serving.token("narrow", &["officer"], json!({ "units": ["housing"] }));
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    put(&serving, &narrow, &json!({})).problem(403, "out_of_scope");
    put(&serving, &auditor, &json!({})).problem(403, "forbidden");
    serving.get(&auditor, "/v1/report-design").is(200);
    assert_eq!(serving.size(), size + 2, "two tokens, and nothing else");
    serving.stop_and_verify();
}

/// What a browser sends of the page's form.
fn send(
    serving: &Serving,
    visitor: &Visitor<'_>,
    fields: &[(&str, &str)],
    logo: &[u8],
    site: &str,
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--XbrowserX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--XbrowserX\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"crest.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n";
    body.extend_from_slice(&[head.as_bytes(), logo, b"\r\n--XbrowserX--\r\n"].concat());
    let (name, value) = visitor.cookie.clone().unwrap();
    let request = Request::post("/reports/design", "multipart/form-data; boundary=XbrowserX", body);
    serving.ask(request.with("cookie", &format!("{name}={value}")).with("sec-fetch-site", site))
}

#[test]
fn a_page_says_what_reports_look_like() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut visitor = Visitor::with(&serving, &admin);
    assert!(visitor.go("/reports").is(200).has_link("/reports/design"));
    let form = visitor.go("/reports/design").is(200).form();
    assert_eq!(form.value("Colour (optional)"), "");
    let csrf = form.sent("csrf");
    let typed = |name: &'static str, colour: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("name", name.to_owned()),
            ("colour", colour.to_owned()),
            ("logo_text", "A bridge".to_owned()),
            ("introduction", "We count.\r\n\r\nEvery year.".to_owned()),
        ]
    };
    let sent = |visitor: &Visitor<'_>, fields: &[(&str, String)], logo: &[u8]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        send(&serving, visitor, &fields, logo, "same-origin")
    };
    // What is wrong is said at its field, and what was typed stays.
    let large = vec![b'x'; 300_000];
    for (colour, logo, field, said) in [
        ("#ffdd00", CREST.as_bytes(), "colour", "4.5 to 1"),
        ("#6d1a36", &b"GIF89a"[..], "logo", "neither PNG, JPEG nor SVG"),
        ("#6d1a36", &large[..], "logo", "the limit is 262144 bytes"),
    ] {
        let refused = sent(&visitor, &typed("Exemplar <Council>", colour), logo);
        let page = refused.text();
        assert_eq!(refused.status, 422, "{page:.2000}");
        assert!(
            page.contains(&format!("<a href=\"#{field}\">")) && page.contains(said),
            "{said}: {page:.3000}"
        );
        assert!(
            page.contains(&format!("id=\"{field}-error\"")) && page.contains("Exemplar &#60;Council&#62;"),
            "{page:.3000}"
        );
    }
    let done = sent(&visitor, &typed("Exemplar <Council>", "#6d1a36"), CREST.as_bytes());
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some("/reports/design?done=recorded")),
        "{}",
        done.text()
    );
    let page = visitor.go("/reports/design?done=recorded").is(200);
    let text = page.text();
    assert!(
        text.contains("It is recorded.")
            && text.contains("Exemplar <Council>")
            && text.contains("Every year."),
        "{text}"
    );
    let picture = page.tags("img").find(|tag| tag.get("src") == Some("/reports/design/file/logo")).unwrap();
    assert_eq!(picture.get("alt"), Some("A bridge"));
    let picture = visitor.get("/reports/design/file/logo").answer;
    assert_eq!((picture.header("content-type"), picture.text().as_str()), (Some("image/svg+xml"), CREST));
    assert!(picture.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    visitor.weighs_little(&page);

    // Without another file the logo stays; it goes when somebody says so.
    let present = || serving.get(&admin, "/v1/report-design").is(200).json();
    let sha256 = present()["logo"]["sha256"].clone();
    assert_eq!(sent(&visitor, &typed("Exemplar", ""), b"").status, 303);
    let kept = present();
    assert_eq!(
        (&kept["logo"]["sha256"], &kept["colour"], &kept["name"]),
        (&sha256, &Value::Null, &json!("Exemplar"))
    );
    let mut without = typed("Exemplar", "").to_vec();
    without.push(("without_logo", "true".to_owned()));
    assert_eq!(sent(&visitor, &without, b"").status, 303);
    assert_eq!(present()["logo"], Value::Null);

    // Forms of others, and of who may only look.
    let size = serving.size();
    let fields = typed("Evil", "");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(send(&serving, &visitor, &fields, b"", "cross-site").status, 403);
    assert_eq!(send(&serving, &visitor, &fields[1..], b"", "same-origin").status, 403);
    let mut auditor = Visitor::with(&serving, &serving.token("auditor", &["auditor"], json!({})));
    let page = auditor.go("/reports/design").is(200);
    assert!(
        page.text().contains("Exemplar") && page.forms().iter().all(|form| form.action != "/reports/design")
    );
    assert_eq!(send(&serving, &auditor, &fields, b"", "same-origin").status, 403);
    assert_eq!(serving.size(), size + 1, "a token, and nothing else");
    serving.stop_and_verify();
}

/// `muniment report design`.
fn design(data: &Path, args: &[&str], input: &[u8]) -> Ran {
    run(command(&["report", "design", "--data"]).arg(data).args(args), input)
}

#[test]
fn the_command_line_changes_what_it_names() {
    let ledger = TestLedger::new();
    let data = ledger.data();
    assert!(design(&data, &[], b"").exits(0).stdout.contains("no design was recorded"));
    let crest = ledger.beside("crest.svg");
    fs::write(&crest, CREST).unwrap();
    let logo = crest.to_str().unwrap();
    design(&data, &["--name", "Exemplar", "--introduction", "-"], WORDS.as_bytes()).exits(0);
    let shown = design(&data, &["--logo", logo, "--logo-text", "A bridge"], b"").exits(0).stdout;
    for said in ["Exemplar", "A bridge, image/svg+xml", WORDS] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
    design(&data, &["--colour", "#6D1A36", "--without", "name"], b"").exits(0);
    let recorded: Vec<Value> = ledger.entries();
    let mut recorded = recorded.iter().map(|entry| &entry["event"]);
    let last = recorded.rfind(|event| event["type"] == "report.design_recorded").unwrap();
    assert_eq!((&last["source"], &last["subject"]), (&json!(ORIGIN), &json!(ORIGIN)));
    let data_of = &last["data"];
    assert_eq!((data_of.get("name"), &data_of["colour"]), (None, &json!("#6d1a36")));
    assert_eq!((&data_of["introduction"], &data_of["logo_alternative"]), (&json!(WORDS), &json!("A bridge")));

    let size = ledger.lines().len();
    fs::write(&crest, CREST.replace("<rect", "<script/><rect")).unwrap();
    for (args, says) in [
        (&["--colour", "#ffdd00"][..], "the least is 4.5 to 1"),
        (&["--logo", logo][..], "--logo-text"),
        (&["--logo", logo, "--logo-text", "A bridge"][..], "the element script"),
        (&["--logo", "/nowhere/crest.svg", "--logo-text", "A bridge"][..], "/nowhere/crest.svg"),
    ] {
        let refused = design(&data, args, b"").exits(2);
        assert!(refused.stderr.contains(says), "{says}\n{}", refused.stderr);
    }
    design(&data, &["--without", "name,colour,logo,introduction"], b"").exits(0);
    assert_eq!(ledger.lines().len(), size + 1);
    let refused = design(&data, &["--logo-text", "A bridge"], b"").exits(2).stderr;
    assert!(refused.contains("name one with --logo"), "{refused}");
    ledger.run("verify", &[]).exits(0);
}
