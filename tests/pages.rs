//! The pages over plain HTTP, without a browser: sessions, forms, and who sees what.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use support::http::Request;
use support::serving::{Serving, request};
use visitor::html::Form;
use visitor::{HOSTILE, PAGES, Page, Visitor, days_ago, encoded};

mod support;
mod visitor;

fn yesterday() -> Date {
    days_ago(1).to_zoned(TimeZone::UTC).date()
}

/// The requests that were recorded.
fn requests(serving: &Serving) -> Vec<Value> {
    let mut entries = serving.ledger.entries();
    entries.retain(|entry| entry["event"]["type"] == "request.received");
    entries
}

/// A request that was typed without a mistake, on the page where it is read again.
#[track_caller]
fn checked(visitor: &mut Visitor<'_>, subject: &str) -> Page {
    let mut form = visitor.go("/record/request.received").is(200).form();
    form.fill("Case or record", subject);
    form.fill("Regime", "foi");
    visitor.send(&form).is(200)
}

/// The form of that page, sent off.
#[track_caller]
fn sending(check: &Page) -> Form {
    check.form().press("send")
}

#[test]
fn a_session_begins_and_ends() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut visitor = Visitor::new(&serving);
    let mut form = visitor.go("/").is(200).form();
    for (typed, error) in [("muniment_0000", "no access token"), ("", "Enter your access token")] {
        form.fill("Access token", typed);
        let refused = visitor.submit(&form, &[]).is(422);
        let errors = refused.errors();
        assert!(errors.len() == 1 && errors[0].1.contains(error), "{errors:?}");
        assert!(visitor.cookie.is_none() && refused.answer.header("set-cookie").is_none());
    }
    let answer = visitor.sign_in("/sign-in", &admin);
    assert_eq!(answer.leads_to(), "/");
    let mut parts: Vec<&str> = answer.answer.header("set-cookie").unwrap().split("; ").collect();
    let pair = parts.remove(0);
    parts.sort_unstable();
    assert!(pair.starts_with("muniment=") && pair.len() > 40 && !pair.contains(&admin), "{pair}");
    assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Lax"]);
    assert!(visitor.go("/").is(200).text().contains("Signed in as admin"));
    // It opens the pages alone: the interface takes no cookie, so that no other site's form can use it.
    for request in [
        Request::get("/v1/ledger"),
        Request::post("/v1/events", "application/cloudevents+json", request("e", "/s", None).to_string()),
        Request::post("/v1/tokens", "application/json", r#"{"name":"x","roles":["admin"]}"#),
    ] {
        serving.ask(request.with("cookie", pair)).problem(401, "unauthorized");
    }
    // Signing out ends this session and no other.
    let mut second = Visitor::with(&serving, &admin);
    let (old, form) = (visitor.cookie.clone(), visitor.go("/").is(200).form_with("Sign out"));
    assert_eq!(visitor.submit(&form, &[]).leads_to(), "/sign-in");
    assert_eq!(visitor.cookie, None);
    visitor.cookie = old;
    assert_eq!(visitor.get("/").leads_to(), "/sign-in");
    second.get("/").is(200);
    // Everywhere: all of this token, and none of another.
    let mut third = Visitor::with(&serving, &admin);
    let officer = serving.token("leaver", &["officer"], json!({}));
    let mut leaver = Visitor::with(&serving, &officer);
    let form = second.go("/").is(200).form_with("Sign out everywhere");
    assert_eq!(second.submit(&form, &[]).leads_to(), "/sign-in");
    assert_eq!(third.get("/ledger").leads_to(), "/sign-in?next=%2Fledger");
    leaver.get("/").is(200);
    // A token that is taken away takes its sessions with it, at once.
    serving.ask(Request::new("DELETE", "/v1/tokens/leaver").token(&admin)).is(204);
    assert_eq!(leaver.get("/").leads_to(), "/sign-in");
    // Who guesses waits; who has a token does not.
    let mut guessing = Visitor::new(&serving);
    let mut form = guessing.go("/sign-in").is(200).form();
    form.fill("Access token", "muniment_guess");
    let statuses: BTreeSet<u16> = (0..30).map(|_| guessing.submit(&form, &[]).answer.status).collect();
    assert_eq!(statuses, BTreeSet::from([422, 429]));
    guessing.submit(&form, &[]).is_safe();
    Visitor::with(&serving, &admin).get("/").is(200);
    let secrets = [officer.as_str(), pair.split_once('=').unwrap().1];
    assert!(secrets.iter().all(|secret| !serving.log().contains(secret)));
    serving.stop_and_verify();
}

#[test]
fn behind_tls_the_cookie_goes_over_tls_alone() {
    let serving = Serving::with(|_| {}, &["--set", "pages.behind_tls=true"]);
    let mut visitor = Visitor::new(&serving);
    let answer = visitor.sign_in("/sign-in", &serving.admin);
    let cookie = answer.answer.header("set-cookie").unwrap();
    let parts: BTreeSet<&str> = cookie.split("; ").skip(1).collect();
    assert!(cookie.starts_with("__Host-muniment="), "{cookie}");
    assert_eq!(parts, BTreeSet::from(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]));
    visitor.get("/").is(200);
    // Under the other name anybody on the way could have set it.
    let secret = visitor.cookie.take().unwrap().1;
    visitor.cookie = Some(("muniment".to_owned(), secret));
    assert_eq!(visitor.get("/").leads_to(), "/sign-in");
}

#[test]
fn nobody_is_sent_elsewhere() {
    let serving = Serving::new();
    for path in
        PAGES.iter().chain(&["/alerts?state=all&after=7", "/cases/FOI%2F1", "/registers/requests/open.csv"])
    {
        let mut visitor = Visitor::new(&serving);
        if *path == "/verify/how" {
            // Whoever is handed a receipt may read it.
            visitor.get(path).is(200);
            continue;
        }
        let asked = visitor.get(path).leads_to().to_owned();
        let next = if *path == "/" { String::new() } else { format!("?next={}", encoded(path)) };
        assert_eq!(asked, format!("/sign-in{next}"));
        assert_eq!(visitor.sign_in(&asked, &serving.admin).leads_to(), *path);
        // Whoever is signed in already goes on at once.
        assert_eq!(visitor.get(&asked).leads_to(), *path);
    }
    for elsewhere in [
        "//evil.example",
        "///evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\nset-cookie: a=b",
        "javascript:alert(1)",
        "evil.example",
    ] {
        let path = format!("/sign-in?next={}", encoded(elsewhere));
        let mut visitor = Visitor::new(&serving);
        assert_eq!(visitor.sign_in(&path, &serving.admin).leads_to(), "/", "{elsewhere:?}");
        assert_eq!(visitor.get(&path).leads_to(), "/", "{elsewhere:?}");
        let mut visitor = Visitor::new(&serving);
        let mut form = visitor.get("/sign-in").is(200).form();
        form.fill("Access token", &serving.admin);
        form.set("next", elsewhere);
        assert_eq!(visitor.submit(&form, &[]).leads_to(), "/", "{elsewhere:?}");
    }
}

#[test]
fn forms_of_others_change_nothing() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let (mut officer, mut other) = (Visitor::with(&serving, &admin), Visitor::with(&serving, &admin));
    let send = sending(&checked(&mut officer, "FOI-2026-0001"));
    let size = serving.size();
    let mut foreign = send.clone();
    foreign.set("csrf", &other.go("/record/request.received").is(200).form().sent("csrf"));
    let mut empty = send.clone();
    empty.set("csrf", "");
    for form in [&send.without("csrf"), &foreign, &empty] {
        let kept = officer.submit(form, &[]).is(403);
        assert!(kept.text().contains("FOI-2026-0001"), "what was typed is shown: {}", kept.text());
    }
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
    ] {
        officer.submit(&send, &headers).is(403);
        // Nor does another site sign somebody in as somebody else, or out.
        let mut visitor = Visitor::new(&serving);
        let mut form = visitor.get("/sign-in").is(200).form();
        form.fill("Access token", &admin);
        visitor.submit(&form, &headers).is(403);
        assert_eq!(visitor.cookie, None);
        let form = officer.go("/").is(200).form_with("Sign out");
        officer.submit(&form, &headers).is(403);
        officer.submit(&form.without("csrf"), &[]).is(403);
        officer.get("/").is(200);
    }
    for path in ["/sign-out", "/sign-out-everywhere", "/stay-signed-in"] {
        let (name, value) = officer.cookie.clone().unwrap();
        let get = Request::get(path).with("cookie", &format!("{name}={value}"));
        serving.ask(get).is(405);
    }
    assert_eq!((serving.size(), requests(&serving).len()), (size, 0), "nothing was done");
    officer.send(&send).is(200);
    assert_eq!(requests(&serving).len(), 1);
    serving.stop_and_verify();
}

#[test]
fn what_was_typed_outlives_the_session() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    // First a form with a mistake in it.
    let mut form = officer.go("/record/request.received").is(200).form();
    let typed = "Ünïcode & \"quotes\" <b>\r\nsecond line + 100 %";
    form.fill("Case or record", "FOI-2026-0007");
    form.fill("Note", typed);
    officer.cookie = None;
    let mut asked = officer.submit(&form, &[]).is(401).form();
    asked.fill("Access token", "muniment_wrong");
    let mut asked = officer.submit(&asked, &[]).is(422).form();
    asked.fill("Access token", &admin);
    let kept = officer.submit(&asked, &[]).is(200);
    assert!(officer.cookie.is_some() && kept.text().contains("FOI-2026-0007"), "{}", kept.text());
    let mut form = officer.send(&kept.form()).is(422).form();
    assert_eq!((form.value("Case or record"), form.value("Note")), ("FOI-2026-0007", typed));
    form.fill("Regime", "foi");
    let send = sending(&officer.send(&form).is(200));
    // Signed out everywhere, by another window.
    let mut window = Visitor::with(&serving, &admin);
    let everywhere = window.go("/").is(200).form_with("Sign out everywhere");
    assert_eq!(window.submit(&everywhere, &[]).leads_to(), "/sign-in");
    let mut asked = officer.submit(&send, &[]).is(401).form();
    asked.fill("Access token", &admin);
    let kept = officer.submit(&asked, &[]).is(200);
    assert_eq!(requests(&serving).len(), 0, "nothing is done before it is sent again");
    officer.send(&kept.form()).is(200);
    let recorded = requests(&serving);
    assert_eq!((recorded.len(), &recorded[0]["event"]["subject"]), (1, &json!("FOI-2026-0007")));
    serving.stop_and_verify();
}

#[test]
fn a_request_is_recorded_by_form_once() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    assert!(officer.go("/record").is(200).has_link("/record/request.received"));
    let mut form = officer.go("/record/request.received").is(200).form();
    form.fill("Service", HOSTILE[1]);
    let wrong = officer.send(&form).is(422);
    let (errors, mut form) = (wrong.errors(), wrong.form());
    assert!(errors.len() >= 3, "the case, the regime and the service: {errors:?}");
    assert_eq!(form.value("Service"), HOSTILE[1]);
    for (id, _) in errors {
        form.put_right(&id, "FOI-2026-9001", yesterday());
    }
    let check = officer.send(&form).is(200);
    assert!(check.text().contains("FOI-2026-9001"), "{}", check.text());
    let form = officer.send(&check.form().press("change")).is(200).form();
    assert_eq!(form.value("Case or record"), "FOI-2026-9001");
    let check = officer.send(&form).is(200);
    assert_eq!(requests(&serving).len(), 0, "nothing is recorded before it was read again");
    let send = sending(&check);
    let receipt = officer.send(&send).is(200);
    let recorded = requests(&serving);
    assert_eq!((recorded.len(), &recorded[0]["by"]), (1, &json!("token/admin")));
    assert!(receipt.has_link(&format!("/ledger/{}", recorded[0]["seq"])), "{:?}", receipt.links());
    // Pressed twice, or sent again from the page before.
    let again = officer.send(&send).is(200);
    assert_eq!((again.path, requests(&serving).len()), (receipt.path, 1));
    // The same form with other answers is no repetition, and overwrites nothing.
    let mut form = check.form().press("change");
    form.set("data-regime", "eir");
    let form = officer.send(&form).is(200).form();
    let mut other = officer.send(&form);
    if other.answer.status == 200 {
        other = officer.send(&sending(&other));
    }
    other.is(422);
    assert_eq!(requests(&serving).len(), 1);
    officer.get("/record/request.recieved").is(404);
    officer.get("/record/alert.raised").is(404);
    // Far too long: said at its field, and not lost.
    let mut form = officer.go("/record/request.received").is(200).form();
    let long = "ä".repeat(30_000);
    form.fill("Case or record", "FOI-2026-9002");
    form.fill("Regime", "foi");
    form.fill("Note", &long);
    assert_eq!(officer.send(&form).is(422).form().value("Note"), long);
    form.fill("Note", &"x".repeat(300_000));
    officer.send(&form).is(413);
    serving.stop_and_verify();
}

#[test]
fn a_page_shows_what_its_visitor_may() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let seq =
        serving.post(&admin, &request("e-1", "/systems/foi", Some("housing"))).is(201).json()["seq"].clone();
    serving.ask(Request::new("POST", "/v1/plugins?built_in=requests").token(&admin)).is(201);
    serving.indexed();
    let visitor = |name: &str, roles: &[&str], scope: Value| {
        Visitor::with(&serving, &serving.token(name, roles, scope))
    };
    let mut auditor = visitor("auditor", &["auditor"], json!({}));
    let home = auditor.go("/").is(200);
    for (path, is_shown) in [("/ledger", true), ("/registers", true), ("/record", false), ("/access", false)]
    {
        assert_eq!(home.has_link(path), is_shown, "{path}");
    }
    for path in ["/access", "/access/new", "/record", "/record/request.received", "/reports/new"] {
        auditor.get(path).is(403);
    }
    let case = auditor.go("/cases/case-e-1").is(200);
    let leads_on = |(link, _): &(String, String)| {
        ["/record", "/personal-data/reveal"].iter().any(|to| link.starts_with(to))
    };
    assert!(!case.links().iter().any(leads_on), "{:?}", case.links());
    assert!(auditor.go(&format!("/ledger/{seq}")).is(200).text().contains("case-e-1"));
    // Whatever is sent, the interface refuses it.
    let mut form = Visitor::with(&serving, &admin).go("/record/request.received").is(200).form();
    form.fill("Case or record", "FOI-2026-0001");
    form.fill("Regime", "foi");
    form.set("csrf", &auditor.go("/").form_with("Sign out").sent("csrf"));
    auditor.submit(&form, &[]).is(403);
    // Who sees one group finds nothing of another.
    for (name, scope) in
        [("breaches", json!({ "groups": ["breach"] })), ("legal", json!({ "units": ["legal"] }))]
    {
        let mut narrow = visitor(name, &["officer"], scope);
        for path in ["/cases/case-e-1".to_owned(), format!("/ledger/{seq}"), format!("/ledger/{seq}/receipt")]
        {
            let refused = narrow.get(&path);
            assert!([403, 404].contains(&refused.answer.status), "{path}: {}", refused.answer.status);
            assert!(!refused.text().contains("housing"), "{}", refused.text());
        }
        for path in ["/", "/ledger?q=case", "/registers", "/alerts?state=all"] {
            let page = narrow.go(path).is(200);
            assert!(!page.text().contains("case-e-1"), "{path}: {}", page.text());
        }
        narrow.get("/reports").is(403);
    }
    visitor("breaches-2", &["officer"], json!({ "groups": ["breach"] }))
        .get("/registers/requests/open")
        .is(403);
    // A system that posts sees what it posted.
    let mut source = visitor("source", &["source"], json!({ "source_prefix": "/systems/other" }));
    assert!(source.go("/").is(200).has_link("/record"));
    for path in ["/alerts", "/registers", "/plugins", "/access"] {
        source.get(path).is(403);
    }
    serving.stop_and_verify();
}

#[test]
fn an_alert_is_acknowledged_with_a_note() {
    let mut serving = Serving::with(|_| {}, &["--set", "plugins.clock_seconds=1"]);
    let admin = serving.admin.clone();
    let mut late = request("late", "/systems/foi", Some("housing"));
    late["time"] = json!(days_ago(90).to_string());
    serving.post(&admin, &late).is(201);
    serving.ask(Request::new("POST", "/v1/plugins?built_in=requests").token(&admin)).is(201);
    let begun = Instant::now();
    let id = loop {
        let list = serving.get(&admin, "/v1/alerts?state=open");
        if list.status == 200
            && let Some(id) = list.json()["alerts"][0]["id"].as_str()
        {
            break id.to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no alert is raised");
        thread::sleep(Duration::from_millis(50));
    };
    let mut officer = Visitor::with(&serving, &admin);
    let path = format!("/alerts/{}", encoded(&id));
    let mut form = officer.go(&path).is(200).form_with("Acknowledge");
    let acknowledged = || {
        let mut entries = serving.ledger.entries();
        entries.retain(|entry| entry["event"]["type"] == "alert.acknowledged");
        entries
    };
    // What is typed is kept, and what is wrong is said where it stands.
    form.fill("Note", HOSTILE[1]);
    let wrong = officer.send(&form).is(422);
    assert_eq!(wrong.errors()[0].0, "act-seen");
    let mut form = wrong.form_with("Acknowledge");
    assert_eq!(form.value("Note"), HOSTILE[1]);
    form.fill("What do you mean", "in_hand");
    for (note, what) in [
        ("ä".repeat(501), "501 characters, the limit is 500 characters"),
        ("Ask jane.doe@exemplar.gov.uk".to_owned(), "an e-mail address"),
        ("x".repeat(100_000), "the limit is"),
    ] {
        form.fill("Note", &note);
        let wrong = officer.send(&form).is(422);
        let errors = wrong.errors();
        assert!(errors.len() == 1 && errors[0].1.contains(what), "{errors:?}");
        let again = wrong.form_with("Acknowledge");
        assert_eq!((again.value("Note"), again.sent("act").as_str()), (note.as_str(), "in_hand"));
    }
    assert!(acknowledged().is_empty(), "nothing is recorded of what was refused");
    form.fill("Note", "Drafted <b>today</b>.\r\n\r\nIt waits for legal advice.");
    let page = officer.send(&form).is(200);
    assert_eq!(page.path, path);
    let text = page.text();
    assert!(text.contains("Drafted <b>today</b>. It waits for legal advice."), "{text}");
    assert!(text.contains("In hand") && text.contains("By "), "{text}");
    let recorded = acknowledged();
    let note = &recorded[0]["event"]["data"]["note"];
    assert_eq!((recorded.len(), note), (1, &json!("Drafted <b>today</b>.\n\nIt waits for legal advice.")));
    // Sent again it is the same; without a note it is another.
    officer.send(&form).is(200);
    assert_eq!(acknowledged().len(), 1);
    form.fill("Note", "");
    officer.send(&form).is(200);
    let recorded = acknowledged();
    assert_eq!((recorded.len(), recorded[1]["event"]["data"].get("note")), (2, None));
    serving.stop_and_verify();
}
