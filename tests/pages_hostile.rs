//! The pages over plain HTTP, whatever the ledger holds: nothing of it runs, reaches out or breaks them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Connection, Request};
use support::serving::{Serving, request};
use visitor::html::{Form, Piece};
use visitor::{HOSTILE, PAGES, Page, Visitor, days_ago, encoded};

mod support;
mod visitor;

const PATIENCE: Duration = Duration::from_secs(60);

/// Texts that would spoil a page: long, right to left, of many marks on one letter, of what nobody sees.
fn strange() -> Vec<String> {
    vec![
        "x".repeat(2_000),
        "طلب معلومات ".repeat(80).trim().to_owned(),
        "FOI-\u{202e}7202\u{2066}\u{202d}-0001".to_owned(),
        format!("e{}", "\u{301}\u{489}".repeat(300)),
        "F\u{200b}O\u{200d}I\u{feff}\u{2060}-\u{ad}1".to_owned(),
        "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿".repeat(20),
        "FOI/2026/../1?a=b&c=%2F#d;e+f g\\h".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
    ]
}

/// Posts what a ledger should not hold. Gives the numbers of the entries.
fn post_hostile_events(serving: &Serving) -> Vec<u64> {
    let time = days_ago(90).to_string();
    let mut seqs = Vec::new();
    let mut post = |event: &Value| {
        let posted = serving.post(&serving.admin, event).is(201).json();
        seqs.push(posted["seq"].as_u64().unwrap());
    };
    let texts = HOSTILE.iter().map(|text| (*text).to_owned()).chain(strange());
    for (number, text) in texts.enumerate() {
        let event = |event_type: &str, subject: String, data: Value| {
            json!({
                "specversion": "1.0", "id": format!("{text:.900}-{event_type}"), "type": event_type, "time": time,
                "source": format!("/s/{number}?'onload='alert(1)//javascript:alert(1)"),
                "subject": subject, "data": data,
            })
        };
        let mut undeclared = json!({ "regime": "foi", "note": text });
        undeclared[&text] = json!(text);
        post(&event("request.received", text.clone(), undeclared));
        // A case of its own: what is passed on is open no more.
        post(&event("request.transferred", format!("{text:.40} passed on"), json!({ "authority": text })));
        post(&event(
            "uk.gov.exemplar.x.y",
            text.clone(),
            json!({ "text": text, "list": [text, { "a": text }] }),
        ));
    }
    let mut long = json!({
        "specversion": "1.0", "id": "long", "source": "javascript:alert(1)", "subject": "long",
        "type": "uk.gov.exemplar.<script>alert(1)</script>",
    });
    for number in 0..30 {
        long[format!("long{number}")] = json!("ж<".repeat(640));
    }
    post(&long);
    post(&json!({
        "specversion": "1.0", "id": "sealed", "source": "/s", "subject": "sealed", "type": "uk.gov.exemplar.long",
        "data": { "text": "\u{202e}<b>".repeat(6_000) },
    }));
    seqs
}

/// Waits until the plugin has read all that there is.
fn folded(serving: &Serving) {
    let begun = Instant::now();
    while serving.get(&serving.admin, "/v1/plugins/requests").is(200).json()["state"] != "at_head" {
        assert!(begun.elapsed() < PATIENCE, "the plugin does not come after");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until there are alerts, and gives the id of one.
fn alert(serving: &Serving) -> String {
    let begun = Instant::now();
    loop {
        let list = serving.get(&serving.admin, "/v1/alerts?state=open");
        if list.status == 200
            && let Some(id) = list.json()["alerts"][0]["id"].as_str()
        {
            return id.to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "no alert is raised");
        thread::sleep(Duration::from_millis(50));
    }
}

/// What kind of page a path leads to.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let parts: Vec<&str> = path.split('/').collect();
    let last = parts.last().and_then(|last| last.rsplit_once('.')).map_or("", |(_, ending)| ending);
    let last = if ["csv", "html", "pdf", "xlsx", "json"].contains(&last) { last } else { "" };
    format!("{} {} {last} {names:?}", parts.get(1).copied().unwrap_or_default(), parts.len())
}

/// Looks at pages, and at a few of each kind that they lead to. Gives the forms that are posted.
fn walk(visitor: &mut Visitor<'_>, from: Vec<String>) -> Vec<Form> {
    let (mut wanted, mut seen, mut kinds) =
        (VecDeque::from(from), BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut forms: BTreeMap<String, Form> = BTreeMap::new();
    while let Some(path) = wanted.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = visitor.go(&path);
        if page.pieces.is_empty() || path.contains("/file/") {
            // A file; a report as a page has a policy of its own.
            assert_eq!(
                (page.answer.status, page.answer.header("x-content-type-options")),
                (200, Some("nosniff")),
                "{path}"
            );
            continue;
        }
        let page = page.is(200);
        for (link, _) in page.links() {
            let link = if link.starts_with('?') {
                format!("{}{link}", path.split('?').next().unwrap())
            } else {
                link
            };
            let is_page = link.starts_with('/')
                && !["/docs", "/v1/", "/tlog/"].iter().any(|other| link.starts_with(other));
            let count = kinds.entry(kind(&link)).or_default();
            if is_page && *count < 3 {
                *count += 1;
                wanted.push_back(link);
            }
        }
        for mut form in page.forms() {
            let kind = format!("{} {}", form.method, kind(&form.action));
            if forms.contains_key(&kind) {
                continue;
            }
            if form.method == "get" {
                for control in form.controls.iter_mut().filter(|control| control.is_typed()) {
                    HOSTILE[1].clone_into(&mut control.value);
                }
                let found = visitor.submit(&form, &[]);
                assert!(
                    [200, 400, 422].contains(&found.answer.status),
                    "{}: {}",
                    found.path,
                    found.answer.status
                );
                found.is_safe();
            }
            forms.insert(kind, form);
        }
    }
    forms.into_values().filter(|form| form.method == "post").collect()
}

#[test]
fn every_page_is_safe_whatever_the_ledger_holds() {
    let mut serving = Serving::with(|_| {}, &["--set", "plugins.clock_seconds=1"]);
    let admin = serving.admin.clone();
    serving.ask(Request::new("POST", "/v1/plugins?built_in=requests").token(&admin)).is(201);
    let ordinary = serving.post(&admin, &request("e-1", "/systems/foi", Some("housing"))).is(201).json();
    serving.indexed();
    folded(&serving);
    let year =
        serving.get(&admin, "/v1/events/0").is(200).json()["recorded"].as_str().unwrap()[..4].to_owned();
    let wish = Request::post("/v1/reports", "application/json", json!({ "period": year }).to_string());
    let report = serving.ask(wish.token(&admin)).is(201).json();
    let mut pages: Vec<String> = PAGES.iter().map(|path| (*path).to_owned()).collect();
    pages.extend([
        format!("/record/correction?of={}", ordinary["seq"]),
        format!("/reports/{}", report["id"].as_str().unwrap()),
    ]);
    let others =
        ["/registers/requests/open", "/plugins/requests", "/plugins/requests/settings", "/cases/case-e-1"];
    pages.extend(others.map(str::to_owned));
    let mut visitor = Visitor::with(&serving, &admin);
    for path in &pages {
        let page = visitor.go(path).is(200);
        visitor.weighs_little(&page);
    }
    let seqs = post_hostile_events(&serving);
    pages.push(format!("/alerts/{}", encoded(&alert(&serving))));
    pages.extend(seqs.iter().map(|seq| format!("/ledger/{seq}")));
    serving.indexed();
    folded(&serving);
    for text in HOSTILE {
        // Shown as it is, and so nowhere taken for a part of the page.
        for path in ["/registers/requests/open?q=", "/cases/", "/ledger?subject="] {
            let page = visitor.go(&format!("{path}{}", encoded(text))).is(200);
            assert!(page.text().contains(text), "{path}: {text:?} is not shown: {}", page.text());
        }
    }
    // Browsers take the last two for steps upwards, however they are escaped.
    let cases = strange().into_iter().filter(|text| !text.starts_with('.'));
    pages.extend(cases.map(|text| format!("/cases/{}", encoded(&text))));
    let forms = walk(&mut visitor, pages);
    let actions: BTreeSet<&str> = forms.iter().map(|form| form.action.as_str()).collect();
    assert!(forms.len() >= 10, "only these were found: {actions:?}");
    // None of the forms does anything without what says whose it is.
    let recorded = || {
        let by_itself = ["alert.raised", "alert.cleared", "clock.advanced"];
        let is_others = |entry: &&Value| !by_itself.contains(&entry["event"]["type"].as_str().unwrap());
        serving.ledger.entries().iter().filter(is_others).count()
    };
    let before = recorded();
    for form in &forms {
        visitor.submit(&form.without("csrf"), &[]).is(403);
        visitor.submit(form, &[("sec-fetch-site", "cross-site")]).is(403);
    }
    assert_eq!(recorded(), before);
    visitor.get("/").is(200);
    serving.stop_and_verify();
}

#[test]
fn a_register_as_csv_holds_no_formulas() {
    let serving = Serving::new();
    let admin = serving.admin.clone();
    let formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"];
    for (number, formula) in formulas.iter().enumerate() {
        // Some of them are units, too.
        let unit = Some(*formula).filter(|_| number < 3);
        let mut event = request(&format!("e-{number}"), "/systems/foi", unit);
        event["subject"] = json!(formula);
        serving.post(&admin, &event).is(201);
    }
    serving.ask(Request::new("POST", "/v1/plugins?built_in=requests").token(&admin)).is(201);
    let mut visitor = Visitor::with(&serving, &admin);
    let begun = Instant::now();
    let csv = loop {
        let answer = visitor.get("/registers/requests/open.csv").answer;
        if answer.status == 200 && answer.text().lines().count() > formulas.len() {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{} {}", answer.status, answer.text());
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").unwrap().starts_with("attachment"));
    let text = csv.text();
    for formula in formulas {
        assert!(text.contains(&format!("'{formula}")), "{formula} is not defused in\n{text}");
    }
    for cell in text.lines().flat_map(|line| line.split(',')).map(|cell| cell.trim_start_matches('"')) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell} in\n{text}");
    }
}

/// Characters that change in which direction others are read.
const TURNS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Whatever turns others around stands in a place of its own, and the title has nothing of it.
#[track_caller]
fn keeps_turns_apart(page: &Page) {
    assert!(!page.title().contains(TURNS), "{}: {:?}", page.path, page.title());
    let mut apart = 0;
    for piece in &page.pieces {
        match piece {
            Piece::Tag(tag) if tag.name == "bdi" => apart += 1,
            Piece::End(name) if name == "bdi" => apart -= 1,
            Piece::Text(text) => {
                assert!(apart > 0 || !text.contains(TURNS), "{}: {text:?} is not kept apart", page.path);
            }
            _ => {}
        }
    }
    assert_eq!(apart, 0, "{}", page.path);
}

#[test]
fn what_turns_or_hides_stays_in_its_place() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let subject = "FOI-\u{202e}7202\u{2066}\u{200b}\u{ad}\u{feff}\u{e0041}1";
    let event = json!({
        "specversion": "1.0", "id": "\u{202e}id", "source": "/s/x", "subject": subject,
        "type": "request.transferred", "time": days_ago(1).to_string(),
        "data": { "authority": "council\u{202e}\u{2067} of \u{200f}elsewhere" },
    });
    let seq = serving.post(&admin, &event).is(201).json()["seq"].as_u64().unwrap();
    serving.indexed();
    let mut visitor = Visitor::with(&serving, &admin);
    let entry = visitor.go(&format!("/ledger/{seq}")).is(200);
    keeps_turns_apart(&entry);
    for path in [format!("/cases/{}", encoded(subject)), format!("/ledger?subject={}", encoded(subject))] {
        let page = visitor.go(&path).is(200);
        assert!(page.text().contains(subject), "{path}: the text itself is there");
        keeps_turns_apart(&page);
    }
    // The exact bytes hide nothing, and the file has them as they are.
    let is_bytes = |piece: &Piece| matches!(piece, Piece::Tag(tag) if tag.get("class") == Some("bytes"));
    let start = entry.pieces.iter().position(is_bytes).unwrap();
    let within = entry.pieces[start..].iter().take_while(|piece| **piece != Piece::End("pre".to_owned()));
    let texts =
        within.filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None });
    let bytes: String = texts.collect();
    let spelt = "FOI-⟨U+202E⟩7202⟨U+2066⟩⟨U+200B⟩⟨U+00AD⟩⟨U+FEFF⟩⟨U+E0041⟩1";
    assert!(
        bytes.contains(spelt) && bytes.contains("council⟨U+202E⟩⟨U+2067⟩ of ⟨U+200F⟩elsewhere"),
        "{bytes}"
    );
    let seen = |character: char| character.is_ascii() || "⟨⟩".contains(character);
    assert!(bytes.chars().all(seen), "{bytes:?}");
    let file = visitor.get(&format!("/ledger/{seq}/bytes")).answer.text();
    assert!(file.contains(subject) && !file.contains('⟨'), "{file}");
    serving.stop_and_verify();
}

/// Begins forms of strangers of which the rest never comes.
fn begin_forms(serving: &Serving, count: usize, length: &str, beginning: &str) -> Vec<Connection> {
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nhost: ledger.test\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         {length}\r\n\r\n{beginning}"
    );
    let begin = |_| {
        let mut connection = serving.connect();
        connection.send(head.as_bytes()).unwrap();
        connection
    };
    (0..count).map(begin).collect()
}

#[test]
fn forms_of_strangers_do_not_hold_up_who_is_known() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    let mut form = officer.go("/record/request.received").is(200).form();
    form.fill("Case or record", "FOI-2026-0001");
    form.fill("Regime", "foi");
    let mut slow = begin_forms(&serving, 100, "content-length: 1048576", "next=");
    slow.extend(begin_forms(&serving, 100, "transfer-encoding: chunked", "5\r\nnext=\r\n"));
    slow.extend(begin_forms(&serving, 300, "content-length: 16384", "next="));
    thread::sleep(Duration::from_millis(500));
    // An event, and more than a mebibyte of them: each has room of its own kind.
    let begun = Instant::now();
    serving.post(&admin, &request("small", "/s", None)).is(201);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    let many: Vec<Value> = (0..8_000).map(|number| request(&format!("e-{number}"), "/s", None)).collect();
    serving.post_batch(&admin, &many).is(201);
    officer.send(&form).is(200);
    // A stranger is asked to try again, on a page.
    let mut stranger = Visitor::new(&serving);
    let mut form = stranger.get("/sign-in").is(200).form();
    form.fill("Access token", &admin);
    let waiting = stranger.submit(&form, &[]);
    // Some of the slow forms may have been given up by then.
    assert!([303, 503].contains(&waiting.answer.status), "{}", waiting.answer.status);
    drop(slow);
    Visitor::with(&serving, &admin).get("/").is(200);
    serving.stop_and_verify();
}
