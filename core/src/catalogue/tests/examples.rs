//! Every type's example is good, and every type refuses what it should.

use std::borrow::Cow;

use super::*;
use crate::json::{Object, Value};

/// The product's types, as if a client might record each of them.
fn for_clients() -> Catalogue {
    let mut catalogue = built_in();
    for one in &mut catalogue.types {
        one.recorded_by = RecordedBy::Client;
    }
    catalogue
}

/// The faults of a type's example with its data replaced.
fn faults(catalogue: &Catalogue, one: &EventType, data: Value<'static>) -> Vec<String> {
    let Value::Object(mut event) = one.example_event() else { panic!("{}", one.name) };
    event.insert("data", data);
    let found = catalogue.check(&event).err().unwrap_or_default();
    found.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

fn data_of(one: &EventType) -> Object<'static> {
    let Value::Object(data) = one.example() else { panic!("{}", one.name) };
    data
}

/// A value that the field refuses, and with which code.
fn bad(kind: &FieldKind) -> (Value<'static>, &'static str) {
    match kind {
        FieldKind::Choice(_) => (Value::string("zzz_none_of_these"), "not_a_choice"),
        FieldKind::WholeNumber(Bounds { least: Some(least), .. }) => {
            (Value::Number(Cow::Owned((least - 1).to_string())), "out_of_range")
        }
        _ => (Value::object([]), "wrong_type"),
    }
}

#[test]
fn every_example_is_taken() {
    let catalogue = for_clients();
    for one in catalogue.types() {
        assert_eq!(faults(&catalogue, one, one.example()), [""; 0], "{}", one.name);
        assert_eq!(data_of(one).len(), one.fields().count(), "{}", one.name);
        let text = one.example_event().to_canonical();
        let event = crate::event::Event::from_value(json::parse(&text).unwrap());
        assert!(event.is_ok(), "{}: {:?}", one.name, event.err());
    }
}

#[test]
fn a_required_field_that_is_missing_is_named() {
    let catalogue = for_clients();
    for one in catalogue.types() {
        for field in one.fields().filter(|field| field.required) {
            let mut data = data_of(one);
            data.remove(&field.name);
            let expect = format!("/data/{} missing_field", field.name);
            assert_eq!(faults(&catalogue, one, Value::Object(data)), [expect], "{}", one.name);
        }
    }
}

#[test]
fn a_bad_value_is_named() {
    let catalogue = for_clients();
    for one in catalogue.types() {
        for field in one.fields() {
            let (value, code) = bad(&field.kind);
            let mut data = data_of(one);
            data.insert(field.name.clone(), value);
            let expect = format!("/data/{} {code}", field.name);
            assert_eq!(faults(&catalogue, one, Value::Object(data)), [expect], "{}", one.name);
        }
        assert_eq!(faults(&catalogue, one, Value::Array(Vec::new())), ["/data wrong_type"], "{}", one.name);
    }
}

/// A made-up value would pass the checks and help nobody.
#[test]
fn what_cannot_be_guessed_has_an_example_in_its_file() {
    for (file, text) in built_in::FILES {
        let table: toml::Table = toml::from_str(text).unwrap();
        for field in table["field"].as_array().unwrap() {
            let kind = field.get("items").unwrap_or(&field["type"]).as_str().unwrap();
            if ["text", "code", "number", "whole_number"].contains(&kind) {
                assert!(field.get("example").is_some(), "{file}: {:?}", field["name"]);
            }
        }
    }
}

#[test]
fn an_operators_field_need_not_have_one() {
    let mut catalogue = built_in();
    let file = concat!(
        "group = \"uk.gov.exemplar\"\ntitle = \"T\"\ndescription = \"D\"\n",
        "[[field]]\nname = \"rate\"\ntitle = \"T\"\ndescription = \"D\"\ntype = \"number\"\nleast = 5\nmost = 7\n",
        "[[field]]\nname = \"words\"\ntitle = \"T\"\ndescription = \"D\"\ntype = \"list\"\nitems = \"text\"\n",
        "[[type]]\nname = \"uk.gov.exemplar.met\"\ntitle = \"T\"\ndescription = \"D\"\nfields = [\"rate\", \"words\"]\n",
    );
    catalogue.add("met.toml", file).unwrap();
    let one = catalogue.get("uk.gov.exemplar.met").unwrap();
    let text = String::from_utf8(one.example().to_canonical()).unwrap();
    assert!(text.contains(r#""rate":5,"#) && text.contains(r#""words":["In a few words."]"#), "{text}");
}
