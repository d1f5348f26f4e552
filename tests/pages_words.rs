//! What pages say to people: a correction and what comes after it, what was typed, days, and the words of forms.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use support::serving::Serving;
use visitor::{Page, Visitor};

mod support;
mod visitor;

/// The entries of a type.
fn recorded(serving: &Serving, kind: &str) -> Vec<Value> {
    let mut entries = serving.ledger.entries();
    entries.retain(|entry| entry["event"]["type"] == kind);
    entries
}

/// A request that is recorded by form, with a note that is sealed.
#[track_caller]
fn record_request(visitor: &mut Visitor<'_>, subject: &str) -> Page {
    let mut form = visitor.go("/record/request.received").is(200).form();
    form.fill("Case or record", subject);
    form.fill("Regime", "foi");
    form.fill("Pages, estimated", "1200");
    form.fill("Note", "Ada rang twice");
    let check = visitor.send(&form).is(200);
    visitor.send(&check.form().press("send")).is(200)
}

/// A correction of an entry, for a reason.
#[track_caller]
fn correct(visitor: &mut Visitor<'_>, seq: &Value, reason: &str) -> Page {
    let mut form = visitor.go(&format!("/record/correction?of={seq}")).is(200).form();
    form.fill("Reason", reason);
    let check = visitor.send(&form).is(200);
    assert!(check.text().contains("The entry counts no more"), "{}", check.text());
    visitor.send(&check.form().press("send")).is(200)
}

/// The link with a text that begins so.
#[track_caller]
fn link(page: &Page, begins: &str) -> String {
    let found = page.links().into_iter().find(|(_, text)| text.starts_with(begins));
    found.unwrap_or_else(|| panic!("{} has no link {begins:?}: {:?}", page.path, page.links())).0
}

#[test]
fn what_was_wrong_is_recorded_right() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    let done = record_request(&mut officer, "FOI-2026-0001");
    assert!(done.text().contains("just now"), "{}", done.text());
    let first = recorded(&serving, "request.received")[0]["seq"].clone();
    serving.indexed();
    let done = correct(&mut officer, &first, "wrong_data");
    let right = link(&done, "Record it right");
    assert_eq!(right, format!("/record/request.received?instead-of={first}"));
    serving.indexed();
    // Filled in with what was recorded, but for what is sealed.
    let page = officer.go(&right).is(200);
    let said = page.text();
    assert!(said.contains("counts no more") && said.contains("type it again if it is known: Note"), "{said}");
    let mut form = page.form();
    assert_eq!(form.value("Case or record"), "FOI-2026-0001");
    assert_eq!((form.value("Pages, estimated"), form.value("Note")), ("1200", ""));
    assert_eq!(form.sent("data-regime"), "foi");
    form.fill("Regime", "eir");
    // With a mistake in it: what it is about is still said.
    form.fill("Pages, estimated", "many");
    let wrong = officer.send(&form).is(422);
    assert!(wrong.text().contains("This form is filled in with what"), "{}", wrong.text());
    let mut form = wrong.form();
    form.fill("Pages, estimated", "12");
    let check = officer.send(&form).is(200);
    officer.send(&check.form().press("send")).is(200);
    let second = recorded(&serving, "request.received")[1].clone();
    assert_eq!(second["event"]["data"]["regime"], "eir");
    serving.indexed();
    // The case says which counts, and what came after.
    let case = officer.go("/cases/FOI-2026-0001").is(200);
    let said = case.text();
    assert!(said.contains("Counts no more") && said.contains("Wrong data"), "{said}");
    assert!(said.contains("After that the same kind of event was recorded again"), "{said}");
    assert!(case.has_link(&format!("/ledger/{}", second["seq"])), "{:?}", case.links());
    assert!(said.contains("FOI") && said.contains("the token admin") && said.contains("Sealed"), "{said}");
    assert!(!said.contains("token/admin") && !said.contains("{\"sealed\""), "{said}");
    let entry = officer.go(&format!("/ledger/{first}")).is(200);
    assert!(entry.has_link(&right) && entry.text().contains("It counts no more"), "{}", entry.text());
    serving.stop_and_verify();
}

#[test]
fn what_should_not_have_been_recorded_is_not_recorded_again() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    for (subject, reason) in
        [("FOI-1", "recorded_twice"), ("FOI-2", "did_not_happen"), ("FOI-3", "wrong_case")]
    {
        record_request(&mut officer, subject);
        let seq = recorded(&serving, "request.received").last().unwrap()["seq"].clone();
        serving.indexed();
        let done = correct(&mut officer, &seq, reason);
        let right = done.links().into_iter().find(|(_, text)| text.starts_with("Record it right"));
        assert_eq!(right.is_some(), reason == "wrong_case", "{reason}");
        if let Some((path, _)) = right {
            // The case is known to be wrong, so it is not filled in.
            let page = officer.go(&path).is(200);
            let form = page.form();
            assert_eq!((form.value("Case or record"), form.sent("data-regime").as_str()), ("", "foi"));
            assert!(page.text().contains("type it again if it is known: Case or record"), "{}", page.text());
        }
    }
    for path in [
        "/record/request.received?instead-of=0",
        "/record/request.received?instead-of=999",
        "/record/request.received?instead-of=x",
    ] {
        officer.get(path).is(404);
    }
    serving.stop_and_verify();
}

#[test]
fn what_was_kept_is_shown_as_it_was_asked() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    let mut form = officer.go("/record/request.received").is(200).form();
    form.fill("Case or record", "FOI-2026-0001");
    form.fill("Regime", "foi");
    form.set("when-day", "27");
    form.set("when-month", "3");
    form.set("when-year", "2025");
    let kept = officer.submit(&form.without("csrf"), &[]).is(403);
    let said = kept.text();
    for told in ["Request received", "Case or record", "Regime", "FOI", "When it happened", "27 March 2025"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(
        !said.contains("data-regime") && !said.contains("Data regime") && !said.contains("Event id"),
        "{said}"
    );
    serving.stop_and_verify();
}

#[test]
fn days_are_typed_in_three_parts() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    serving.post(&admin, &support::serving::request("e-1", "/systems/foi", None)).is(201);
    serving.indexed();
    let mut officer = Visitor::with(&serving, &admin);
    let page = officer.go("/ledger").is(200);
    assert!(page.tags("input").all(|tag| tag.get("type") != Some("date")));
    for (query, id, message) in [
        ("from-day=45&from-month=3&from-year=2026", "from-day", "the day must be between 1 and 31, not “45”"),
        ("to-day=1&to-month=13&to-year=2026", "to-month", "the month must be between 1 and 12"),
        ("from-day=30&from-month=2&from-year=2026", "from-day", "February 2026 has 28 days"),
        ("from-day=1&from-month=3&from-year=26", "from-year", "the year must have 4 digits"),
        ("from=2026-03-02&to=2026-03-01", "to-day", "1 March 2026"),
    ] {
        let refused = officer.get(&format!("/ledger?{query}")).is(422);
        let errors = refused.errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].0 == id && errors[0].1.contains(message), "{errors:?}");
    }
    let found = officer.go("/ledger?from-day=1&from-month=January&from-year=2000&type=request.*").is(200);
    assert!(found.text().contains("case-e-1"), "{}", found.text());
    let kept = found.tags("input").find(|tag| tag.get("id") == Some("from-month"));
    assert_eq!(kept.unwrap().get("value"), Some("January"));
    serving.stop_and_verify();
}

#[test]
fn forms_are_found_by_plain_words_and_say_what_they_are_for() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    let found = officer.go("/record?q=somebody+asked+for+their+own+data").is(200);
    assert!(found.has_link("/record/request.received"), "{:?}", found.links());
    for name in ["request.received", "breach.aware", "hold.placed"] {
        let form = officer.go(&format!("/record/{name}")).is(200);
        assert!(form.has_link(&format!("/docs/event-types#{name}")), "{:?}", form.links());
    }
    let nothing = officer.go("/record?q=xylophone").is(200);
    assert!(nothing.text().contains("Nothing fits"), "{}", nothing.text());
    // Whoever may post for one group alone is offered nothing else.
    let narrow = serving.token("breaches", &["officer"], json!({ "groups": ["breach"] }));
    let mut narrow = Visitor::with(&serving, &narrow);
    let found = narrow.go("/record?q=somebody+asked+for+their+own+data").is(200);
    assert!(!found.has_link("/record/request.received"), "{:?}", found.links());
    serving.stop_and_verify();
}
