//! What an event is once it is sealed.

use std::convert::Infallible;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::*;
use crate::event::Event;
use crate::json::Value;
use crate::seal::{self, KeyId, Place, SealKey, Sealer};

/// One key for every case, unless none is to be made; pseudonyms are numbered.
struct OneKey {
    made: bool,
    people: Vec<String>,
}

impl Keys for OneKey {
    type Error = Infallible;

    fn key(&mut self, _group: &str, _subject: &str) -> Result<Option<(KeyId, Arc<Sealer>)>, Infallible> {
        Ok(self.made.then(|| (KeyId([1; 12]), Arc::new(sealer()))))
    }

    fn pseudonym(&mut self, reference: &str) -> Result<Option<String>, Infallible> {
        if !self.made {
            return Ok(None);
        }
        let known = self.people.iter().position(|person| person == reference);
        let number = known.unwrap_or(self.people.len());
        if known.is_none() {
            self.people.push(reference.to_owned());
        }
        Ok(Some(format!("p-{number}")))
    }
}

fn sealer() -> Sealer {
    SealKey::new(Zeroizing::new([9; 32])).sealer()
}

/// The sealed event and whether places were left open.
fn sealed(event: &str, made: bool) -> (String, bool) {
    let Value::Object(mut event) = json::parse(event.as_bytes()).unwrap() else { panic!("an event") };
    let personal = built_in().check(&event).unwrap();
    let open = personal.seal(&mut event, &mut OneKey { made, people: Vec::new() }).unwrap();
    let event = Event::from_value(Value::Object(event)).unwrap();
    (String::from_utf8(event.canonical().to_vec()).unwrap(), open)
}

/// An event with its sealed values opened again, each as `pointer value`.
fn opened(event: &str) -> Vec<String> {
    let event = json::parse(event.as_bytes()).unwrap();
    let event = event.as_object().unwrap();
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap();
    let place = Place { source: text("source"), id: text("id"), subject: text("subject") };
    assert_eq!(seal::key_of(event), Some(KeyId([1; 12])));
    let open = |(pointer, value): (String, &Value<'_>)| {
        let plain =
            sealer().open(place, &pointer, value).or_else(|_| sealer().open(place, "/data_base64", value));
        format!("{pointer} {}", String::from_utf8(plain.unwrap().to_vec()).unwrap())
    };
    seal::sealed_values(event).into_iter().map(open).collect()
}

fn of(event_type: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"1","source":"/foi","subject":"FOI-1","type":"{event_type}",{data}}}"#
    )
}

#[test]
fn only_what_is_personal_is_sealed() {
    let posted = of(
        "request.received",
        r#""data":{"regime":"foi","note":"Ada rang","person":"hr-7","personal":{"name":"Ada"},"wife":"Ann","pages_estimated":1.50e0}"#,
    )
    .replace(",\"pages_estimated\":1.50e0", ",\"complex\":true");
    let (event, open) = sealed(&posted, true);
    assert!(!open && !event.contains("Ada") && !event.contains("Ann") && !event.contains("hr-7"), "{event}");
    assert!(!event.contains("wife"), "the name of an undeclared member may say as much as its value");
    assert!(event.contains(r#""complex":true"#) && event.contains(r#""regime":"foi""#), "{event}");
    assert!(event.contains(r#""person":"p-0""#), "{event}");
    assert_eq!(
        opened(&event),
        [
            "/data/note \"Ada rang\"",
            "/data/personal {\"name\":\"Ada\"}",
            "/data/undeclared {\"wife\":\"Ann\"}"
        ]
    );
    assert_eq!(sealed(&posted, true).0, event, "sealed again it is the same");
}

#[test]
fn all_of_an_undeclared_type_is_sealed() {
    for (data, opens) in [
        (r#""data":{"name":"Ada","n":1.50}"#, r#"/data {"n":1.50,"name":"Ada"}"#),
        (r#""data":"Ada""#, r#"/data "Ada""#),
        (r#""data":{"sealed":"Ada"}"#, r#"/data {"sealed":"Ada"}"#),
        (r#""data_base64":"QWRh""#, r#"/data "QWRh""#),
    ] {
        let (event, _) = sealed(&of("a.b", data), true);
        assert!(!event.contains("Ada") && !event.contains("data_base64"), "{event}");
        assert_eq!(opened(&event), [opens]);
    }
}

#[test]
fn what_needs_no_key_gets_none() {
    let (event, open) = sealed(&of("request.acknowledged", r#""data":{}"#), true);
    assert!(!event.contains(seal::KEY_ATTRIBUTE) && !open);
    let (event, open) =
        sealed(&of("access.granted", r#""data":{"person":"hr-7","system":"s","entitlement":"e"}"#), true);
    assert!(!event.contains(seal::KEY_ATTRIBUTE) && !open && event.contains("p-0"), "{event}");
}

#[test]
fn without_a_key_places_are_left_open() {
    for (posted, expect) in [
        (of("request.received", r#""data":{"regime":"foi","note":"Ada rang"}"#), r#""note":{"sealed":""}"#),
        (
            of("access.granted", r#""data":{"person":"hr-7","system":"s","entitlement":"e"}"#),
            r#""person":"""#,
        ),
    ] {
        let (event, open) = sealed(&posted, false);
        assert!(open && event.contains(expect) && !event.contains(seal::KEY_ATTRIBUTE), "{event}");
    }
}
