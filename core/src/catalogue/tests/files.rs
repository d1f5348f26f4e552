//! Files of the catalogue, an operator's above all.

use super::*;

const GOOD: &str = r#"
group = "uk.gov.exemplar.parking"
title = "Parking"
description = "Permits to park."
subject = "the number of the permit"
clauses = ["exemplar 4.2"]

[[field]]
name = "zone"
title = "Zone"
description = "The zone."
type = "choice"
values = ["a", "b"]

[[field]]
name = "remark"
title = "Remark"
description = "Free text."
type = "text"

[[type]]
name = "uk.gov.exemplar.parking.permit-issued"
title = "Permit issued"
description = "Somebody may park."
fields = ["zone", "remark"]
required = ["zone", "unit"]
"#;

fn refusal(text: &str) -> String {
    let mut catalogue = built_in();
    let before = catalogue.clone();
    let error = catalogue.add("parking.toml", text).expect_err(text);
    assert_eq!(catalogue, before, "nothing was added");
    error.to_string()
}

/// The good file with one part replaced; the refusal has to name all of `expect`.
fn check(part: &str, by: &str, expect: &[&str]) {
    assert!(GOOD.contains(part), "{part}");
    let message = refusal(&GOOD.replacen(part, by, 1));
    for word in ["parking.toml:"].iter().chain(expect) {
        assert!(message.contains(word), "{word:?} in {message}");
    }
}

#[test]
fn an_operators_types() {
    let mut catalogue = built_in();
    catalogue.add("parking.toml", GOOD).unwrap();
    let one = catalogue.get("uk.gov.exemplar.parking.permit-issued").unwrap();
    assert_eq!((one.group.as_str(), one.recorded_by), ("uk.gov.exemplar.parking", RecordedBy::Client));
    let fields: Vec<&str> = one.fields().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["zone", "remark", "unit", "date", "evidence"]);
    assert!(one.field("unit").unwrap().required && one.field("remark").unwrap().personal);
    assert_eq!(one.clauses[0].to_string(), "exemplar 4.2");
    assert_eq!(catalogue.types().last(), Some(one));
    assert_eq!(catalogue.groups().last().unwrap().file, "parking.toml");
    let event = |data: &str| {
        format!(r#"{{"type":"uk.gov.exemplar.parking.permit-issued","subject":"P-1","data":{data}}}"#)
    };
    let checked = |catalogue: &Catalogue, data: &str| {
        let event = event(data);
        let event = json::parse(event.as_bytes()).unwrap();
        catalogue.check(event.as_object().unwrap())
    };
    assert_eq!(checked(&catalogue, r#"{"zone":"a","unit":"highways"}"#), Ok(Personal::default()));
    assert_eq!(checked(&catalogue, r#"{"zone":"c"}"#).unwrap_err().len(), 2);
    assert_eq!(checked(&built_in(), r#"{"zone":"a"}"#), Ok(Personal::Data));
    let again = catalogue.add("more.toml", GOOD).unwrap_err().to_string();
    assert_eq!(
        again,
        "more.toml:2: it is defined in parking.toml already: give this one another name, or take it out"
    );
}

#[test]
fn unknown_keys_name_file_type_and_key() {
    check("clauses = [", "clause = [", &["unknown field `clause`"]);
    check("required = [", "colour = [", &["type uk.gov.exemplar.parking.permit-issued: ", "`colour`"]);
    check("values = [", "choices = [", &["field zone: ", "`choices`"]);
    check("title = \"Zone\"", "", &["field zone: ", "missing field `title`"]);
    check("name = \"zone\"", "", &["field 1: ", "missing field `name`"]);
    check("type = \"text\"", "type = \"prose\"", &["field remark: ", "unknown variant `prose`"]);
    check("required = [\"zone\", \"unit\"]", "required = 1", &["permit-issued: ", "required"]);
    check("[[field]]", "[[field]", &["parking.toml:8: "]);
}

#[test]
fn names() {
    check(
        "group = \"uk.gov.exemplar.parking\"",
        "group = \"uk.gov.exemplar.park\"",
        &["uk.gov.exemplar.park."],
    );
    check(
        "name = \"uk.gov.exemplar.parking.permit-issued\"",
        "name = \"request.parked\"",
        &["does not begin"],
    );
    check("name = \"zone\"", "name = \"Zone\"", &["field Zone: ", "a letter"]);
    check("name = \"zone\"", "name = \"date\"", &["field date: ", "without being defined"]);
    check("name = \"zone\"", "name = \"personal\"", &["field personal: "]);
    check("name = \"zone\"", "name = \"remark\"", &["field remark: ", "already"]);
    check("fields = [\"zone\"", "fields = [\"zoen\"", &["permit-issued: ", "\"zoen\""]);
    check("fields = [\"zone\"", "fields = [\"zone\", \"zone\"", &["twice"]);
    check("required = [\"zone\"", "required = [\"zoen\"", &["`required`"]);
    check("\"exemplar 4.2\"", "\"4.2\"", &["leicester L9.2.g"]);
    let doubled = format!("{GOOD}{}", &GOOD[GOOD.find("[[type]]").unwrap()..]);
    assert!(refusal(&doubled).contains("already"));
}

#[test]
fn what_is_the_products_stays_so() {
    let moved = |group: &str| GOOD.replace("uk.gov.exemplar.parking", group);
    for group in ["request", "training", "ledger.parking"] {
        let message = refusal(&moved(group));
        assert!(message.starts_with("parking.toml:2: ") && message.contains("reserved"), "{message}");
    }
    let host = GOOD.replace("subject = ", "recorded_by = \"host\"\nsubject = ").replace(", \"unit\"]", "]");
    let message = refusal(&host);
    assert!(message.contains("type uk.gov.exemplar.parking.permit-issued: `recorded_by"), "{message}");
    let mut catalogue = built_in();
    catalogue.add("parking.toml", &moved("parking")).unwrap();
    let wider = moved("uk.gov.exemplar").replace("exemplar.permit", "exemplar.parking.permit");
    catalogue.add("wide.toml", &wider).unwrap();
    let again = catalogue.add("narrow.toml", GOOD).unwrap_err().to_string();
    let expect =
        "narrow.toml:22: type uk.gov.exemplar.parking.permit-issued: it is defined in wide.toml already";
    assert!(again.starts_with(expect), "{again}");
}

#[test]
fn keys_that_do_not_go_together() {
    check("values = [\"a\", \"b\"]", "", &["field zone: ", "needs `values`"]);
    check("values = [\"a\", \"b\"]", "values = [\"a\", \"a\"]", &["twice"]);
    check("values = [\"a\", \"b\"]", "values = [\"a b\"]", &["\"a b\"", "spaces"]);
    check("type = \"choice\"", "type = \"code\"", &["`values` goes with"]);
    check("type = \"choice\"", "type = \"list\"", &["needs `items`"]);
    check("type = \"choice\"", "type = \"list\"\nitems = \"list\"", &["list of lists"]);
    check("type = \"text\"", "type = \"text\"\nitems = \"text\"", &["`items`"]);
    check("type = \"text\"", "type = \"text\"\nleast = 1", &["numbers only"]);
    check("type = \"text\"", "type = \"number\"\nleast = 1\nmost = 0", &["more than `most`"]);
    check("type = \"text\"", "type = \"person_ref\"\npersonal = false", &["always personal"]);
}

/// Each mistake, its line, and what to do about it.
#[test]
fn every_refusal_names_file_line_and_cure() {
    for (part, by, expect) in [
        ("clauses = [", "clause = [", "parking.toml:6: unknown field `clause`"),
        ("clauses = [", "clause = [", "; did you mean clauses?"),
        ("values = [", "vlaues = [", "parking.toml:13: field zone: unknown field `vlaues`"),
        ("values = [", "vlaues = [", "; did you mean values?"),
        ("type = \"choice\"", "type = \"choise\"", "parking.toml:12: field zone: unknown variant `choise`"),
        ("type = \"choice\"", "type = \"choise\"", "; did you mean choice?"),
        (
            "name = \"remark\"",
            "name = \"zone\"",
            "parking.toml:16: field zone: it is defined in parking.toml already: give",
        ),
        (
            "fields = [\"zone\", \"remark\"]",
            "fields = [\"zone\",\n\"remrak\"]",
            "parking.toml:26: type uk.gov.exemplar.parking.permit-issued: no [[field]] of this file is named \"remrak\"; did you mean remark?",
        ),
        ("fields = [\"zone\"", "fields = [\"colour\"", "\"colour\"; define it, or take it out of `fields`"),
        ("required = [\"zone\"", "required = [\"zome\"", "parking.toml:26: "),
        ("required = [\"zone\"", "required = [\"zome\"", "\"zome\"; did you mean zone?"),
        (
            "clauses = [\"exemplar 4.2\"]",
            "clauses = [\"leicester L9.2.gg\"]",
            "parking.toml:6: the policy has no clause \"L9.2.gg\"; did you mean L9.2.",
        ),
        (
            "values = [\"a\", \"b\"]",
            "values = [\"a\", \"b\"]\nexample = \"c\"",
            "parking.toml:9: field zone: its `example` is no good example: \"c\" is none of a, b",
        ),
    ] {
        check(part, by, &[expect]);
    }
}

#[test]
fn several_groups_in_one_file() {
    let head = &GOOD[..GOOD.find("[[field]]").unwrap()];
    let group = |name: &str| {
        format!("[[group]]\nname = \"{name}\"\ntitle = \"T\"\ndescription = \"D.\"\nsubject = \"s\"\n")
    };
    let groups = [group("uk.gov.exemplar.parking"), group("uk.gov.exemplar.streets")].concat();
    let more = "[[type]]\nname = \"uk.gov.exemplar.streets.swept\"\ntitle = \"T\"\ndescription = \"D.\"\n";
    let good = format!("{}{more}", GOOD.replace(head, &groups));
    let mut catalogue = built_in();
    catalogue.add("outside.toml", &good).unwrap();
    let swept = catalogue.get("uk.gov.exemplar.streets.swept").unwrap();
    assert_eq!((swept.group.as_str(), swept.subject.as_deref()), ("uk.gov.exemplar.streets", Some("s")));
    let twice = good.replace("streets\"", "parking\"");
    assert!(refusal(&twice).contains("parking.toml:7: group uk.gov.exemplar.parking: it is defined"));
    assert!(refusal(&format!("title = \"T\"\n{good}")).contains("put it into each [[group]]"));
    assert!(
        refusal(&good.replace("name = \"uk.gov.exemplar.streets.swept", "name = \"uk.gov.x"))
            .contains("does not begin")
    );
}

#[test]
fn limits() {
    let long = "x".repeat(2_001);
    check("title = \"Parking\"", &format!("title = \"{long}\""), &["`title` has 2001 bytes", "120 bytes"]);
    check("description = \"Free text.\"", &format!("description = \"{long}\""), &["remark", "2000 bytes"]);
    check("title = \"Parking\"", "title = \"\"", &["`title` has 0 bytes"]);
    assert!(refusal(&format!("{GOOD}#{}", "x".repeat(256 * 1024))).contains("the limit is 262144"));
    let one = &GOOD[GOOD.find("[[type]]").unwrap()..];
    let types: String =
        (0..CATALOGUE_TYPES_MAX).map(|number| one.replace("-issued", &format!("-{number}"))).collect();
    assert!(refusal(&format!("{GOOD}{types}")).contains("129 types, the limit is 128"));
    let fields = vec!["\"zone\""; TYPE_FIELDS_MAX].join(",");
    check("fields = [\"zone\"", &format!("fields = [{fields}"), &["65 fields, the limit is 64"]);
    let values: Vec<String> = (0..129).map(|number| format!("\"v{number}\"")).collect();
    check("values = [\"a\"", &format!("values = [{}", values.join(",")), &["130 values, the limit is 128"]);
}
