//! What [`Catalogue::check`] says of events.

use super::*;

/// The faults, as `pointer code`, one a line; with `message` its text as well.
fn faults(catalogue: &Catalogue, event: &str) -> Vec<Fault> {
    let event = json::parse(event.as_bytes()).unwrap_or_else(|error| panic!("{error} in {event}"));
    catalogue.check(event.as_object().unwrap()).err().unwrap_or_default()
}

fn check(event: &str, expect: &[&str]) {
    let found = faults(&built_in(), event);
    let found: Vec<String> = found.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
    assert_eq!(found, expect, "{event}");
}

/// What of a good event is personal.
fn personal(event: &str, expect: &Personal) {
    let parsed = json::parse(event.as_bytes()).unwrap();
    assert_eq!(built_in().check(parsed.as_object().unwrap()).as_ref(), Ok(expect), "{event}");
}

fn check_message(event: &str, expect: &str) {
    let found = faults(&built_in(), event);
    assert_eq!(found.first().map(Fault::to_string).unwrap_or_default(), expect, "{event}");
}

/// An event of a type, with members after it.
fn of(event_type: &str, more: &str) -> String {
    format!(r#"{{"specversion":"1.0","id":"1","source":"/foi","type":"{event_type}"{more}}}"#)
}

fn received(data: &str) -> String {
    of("request.received", &format!(r#","subject":"FOI-2026-0012","data":{data}"#))
}

fn assessed(data: &str) -> String {
    let required = r#""ico_type":"phishing","dimension":"confidentiality","severity":"red""#;
    of("breach.assessed", &format!(r#","subject":"INC-1","data":{{{required},{data}}}"#))
}

#[test]
fn good_events() {
    check(&received(r#"{"regime":"foi"}"#), &[]);
    check(
        &received(
            r#"{"regime":"sar","unit":"adult-social-care","date":"2026-02-28","case_ref":"DSAR/12(3)","complex":true,"pages_estimated":0,"evidence":[{"name":"request.pdf","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}"#,
        ),
        &[],
    );
    check(&assessed(r#""likelihood":5,"harm":["service","fine"],"data_subjects":[]"#), &[]);
    check(&of("breach.aware", r#","subject":"INC-1","data":{"detected_at":"2026-03-27T17:00:00Z"}"#), &[]);
    check(&of("isa.signed", r#","subject":"ISA-1","data":{"party":"nhs-icb"}"#), &[]);
    check(&of("request.acknowledged", r#","subject":"FOI-1""#), &[]);
    check(&of("request.acknowledged", r#","subject":"FOI-1","data":null"#), &[]);
    check(&of("request.fee_paid", r#","subject":"FOI-1","data":{"fee_pounds":10.00}"#), &[]);
}

#[test]
fn types() {
    check(&of("request.recieved", ""), &["/type unknown_type"]);
    check_message(
        &of("request.recieved", ""),
        "/type: the catalogue has no type \"request.recieved\"; did you mean request.received?",
    );
    check_message(
        &of("person.renamed", r#","data":{"name":"Ada"}"#),
        "/type: the catalogue has no type \"person.renamed\", and none under `person.` yet",
    );
    check(&of("request", ""), &["/type unknown_type"]);
    check(&of("ledger.created", r#","data":{"x":1}"#), &["/type host_type"]);
    check_message(&of("clock.advanced", ""), "/type: only the ledger itself records clock.advanced");
}

#[test]
fn all_that_an_undeclared_type_says_is_personal() {
    let about =
        |data: &str| of("uk.gov.exemplar.parking.permit-issued", &format!(r#","subject":"P-1"{data}"#));
    personal(&about(""), &Personal::default());
    personal(&about(r#","data":{}"#), &Personal::default());
    personal(&about(r#","data":null"#), &Personal::default());
    personal(&about(r#","data":{"n":1}"#), &Personal::Data);
    personal(&about(r#","data":"text""#), &Personal::Data);
    personal(&about(r#","data":{"personal":{}}"#), &Personal::Data);
    personal(&about(r#","data_base64":"AA==""#), &Personal::Binary);
    check(&of("a.b", r#","data":{"n":1}"#), &["/subject subject_missing"]);
    check(&of("a.b", ""), &[]);
}

#[test]
fn what_is_missing() {
    check(&of("request.received", ""), &["/subject subject_missing", "/data/regime missing_field"]);
    check(
        &of("breach.assessed", r#","subject":"INC-1","data":{"harm":[],"zzz":1}"#),
        &["/data/dimension missing_field", "/data/ico_type missing_field", "/data/severity missing_field"],
    );
    check_message(
        &of("request.assigned", r#","subject":"FOI-1","data":{}"#),
        "/data/unit: missing: request.assigned needs it",
    );
    check_message(
        &of("request.closed", ""),
        "/subject: missing: request.closed needs the number of the case, such as FOI-2026-0012",
    );
}

#[test]
fn values_of_the_wrong_type() {
    check(&received(r#"[]"#), &["/data wrong_type"]);
    for (field, value) in [
        ("complex", "1"),
        ("complex", "null"),
        ("complex", r#""true""#),
        ("pages_estimated", r#""1""#),
        ("pages_estimated", "1.0"),
        ("pages_estimated", "1e3"),
        ("case_ref", "7"),
        ("case_ref", r#""""#),
        ("case_ref", r#""Jane Doe""#),
        ("case_ref", r#""jane@exemplar""#),
        ("case_ref", r#""é""#),
        ("unit", r#""Adult social care""#),
        ("date", r#""2026-02-29""#),
        ("date", r#""1 May""#),
        ("date", "20260501"),
        ("channel", "[]"),
        ("evidence", "{}"),
    ] {
        let pointer = format!("/data/{field} wrong_type");
        check(&received(&format!(r#"{{"regime":"foi","{field}":{value}}}"#)), &[pointer.as_str()]);
    }
    let aware = |at: &str| of("breach.aware", &format!(r#","subject":"I","data":{{"detected_at":{at}}}"#));
    check(&aware(r#""2026-03-27T17:00:00""#), &["/data/detected_at wrong_type"]);
    check(&assessed(r#""harm":"fine""#), &["/data/harm wrong_type"]);
    check(&assessed(r#""harm":["fine",1]"#), &["/data/harm/1 wrong_type"]);
    check_message(
        &received(r#"{"regime":"foi","complex":"yes"}"#),
        r#"/data/complex: "yes" is not true or false"#,
    );
}

#[test]
fn evidence() {
    let with = |evidence: &str| received(&format!(r#"{{"regime":"foi","evidence":[{evidence}]}}"#));
    check(&with("1"), &["/data/evidence/0 wrong_type"]);
    check(&with("{}"), &["/data/evidence/0/name missing_field", "/data/evidence/0/sha256 missing_field"]);
    check(
        &with(r#"{"name":"Jane Doe.pdf","sha256":"AB","size":1}"#),
        &[
            "/data/evidence/0/name wrong_type",
            "/data/evidence/0/sha256 wrong_type",
            "/data/evidence/0/size undeclared_field",
        ],
    );
}

#[test]
fn values_that_are_out_of_their_range() {
    check_message(
        &received(r#"{"regime":"foia"}"#),
        "/data/regime: \"foia\" is none of foi, eir, sar, rectification, erasure, restriction, portability, objection, automated_decision, reuse, dpa_1998",
    );
    check_message(
        &assessed(r#""root_cause":1,"ico_type2":1"#),
        "/data/ico_type2: breach.assessed does not declare this field; did you mean ico_type?",
    );
    check(&assessed(r#""harm":["none","death"]"#), &["/data/harm/1 not_a_choice"]);
    for (field, value) in [
        ("likelihood", "0"),
        ("likelihood", "6"),
        ("people_affected", "-1"),
        ("people_affected", "99999999999999999999"),
    ] {
        check(&assessed(&format!(r#""{field}":{value}"#)), &[format!("/data/{field} out_of_range").as_str()]);
    }
    check_message(&assessed(r#""impact":6"#), "/data/impact: 6 is not between 1 and 5");
    let fee = |fee: &str| of("request.fee_paid", &format!(r#","subject":"F","data":{{"fee_pounds":{fee}}}"#));
    check(&fee("-0.01"), &["/data/fee_pounds out_of_range"]);
    check(&fee("1e999"), &["/data/fee_pounds out_of_range"]);
    check(&fee(r#""10""#), &["/data/fee_pounds wrong_type"]);
    let long = "x".repeat(129);
    check_message(
        &received(&format!(r#"{{"regime":"foi","case_ref":"{long}"}}"#)),
        "/data/case_ref: 129 bytes, the limit is 128 bytes",
    );
    let many = vec![r#""fine""#; 101].join(",");
    check_message(&assessed(&format!(r#""harm":[{many}]"#)), "/data/harm: 101 items, the limit is 100 items");
}

#[test]
fn what_is_personal_is_said() {
    use Treatment::{People, Person, Seal, Undeclared};
    let members = |members: &[(usize, Treatment)]| Personal::Members(members.to_vec());
    personal(&received(r#"{"regime":"foi","note":"rang twice"}"#), &members(&[(0, Seal)]));
    personal(&received(r#"{"person":"p-1","regime":"foi"}"#), &members(&[(0, Person)]));
    personal(
        &received(r#"{"regime":"foi","requester":"x","a":1}"#),
        &members(&[(0, Undeclared), (2, Undeclared)]),
    );
    personal(&received(r#"{"regime":"foi","personal":{"name":"Ada"}}"#), &members(&[(0, Seal)]));
    personal(&received(r#"{"regime":"foi"}"#), &Personal::default());
    assert_eq!(treatment_of_people(), People);
    check(
        &of("request.received", r#","subject":"FOI-1","data_base64":"AA==""#),
        &["/data_base64 wrong_type"],
    );
    check(
        &of("request.received", r#","subject":"FOI-1","sealkey":"AA""#),
        &["/sealkey reserved_attribute", "/data/regime missing_field"],
    );
}

/// A list of persons is one of an operator's own types.
fn treatment_of_people() -> Treatment {
    let mut catalogue = built_in();
    let file = concat!(
        "group = \"uk.gov.exemplar\"\ntitle = \"T\"\ndescription = \"D\"\n",
        "[[field]]\nname = \"people\"\ntitle = \"T\"\ndescription = \"D\"\ntype = \"list\"\nitems = \"person_ref\"\n",
        "[[type]]\nname = \"uk.gov.exemplar.met\"\ntitle = \"T\"\ndescription = \"D\"\nfields = [\"people\"]\n",
    );
    catalogue.add("people.toml", file).unwrap();
    let event = of("uk.gov.exemplar.met", r#","data":{"people":["a","b"]}"#);
    let event = json::parse(event.as_bytes()).unwrap();
    match catalogue.check(event.as_object().unwrap()) {
        Ok(Personal::Members(members)) => members[0].1,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_message_repeats_a_personal_value() {
    for value in ["7", "[]", r#"{"name":"Ada Lovelace"}"#, &format!("\"{}\"", "Ada Lovelace ".repeat(700))] {
        for found in faults(&built_in(), &received(&format!(r#"{{"regime":"foi","note":{value}}}"#))) {
            assert_eq!(found.pointer, "/data/note");
            assert!(!found.message.contains("Ada") && !found.message.contains('7'), "{found}");
        }
    }
    check(&received(r#"{"regime":"foi","person":"Ada Lovelace"}"#), &["/data/person wrong_type"]);
    assert!(
        !faults(&built_in(), &received(r#"{"regime":"foi","person":"Ada Lovelace"}"#))[0]
            .message
            .contains("Ada")
    );
    // An identifier of a directory may look like what it is: a pseudonym stands in its place.
    check(&received(r#"{"regime":"foi","person":"QQ123456C"}"#), &[]);
}

#[test]
fn free_text_has_no_place_in_attributes() {
    check(
        &of("request.acknowledged", r#","subject":"FOI-1","remark":"Ada rang twice""#),
        &["/remark free_text"],
    );
    check(&of("request.acknowledged", r#","subject":"FOI-1","remark":"a/b-1","tracestate":"a=1, b=2""#), &[]);
}

#[test]
fn what_looks_personal_is_refused_and_not_repeated() {
    let with = |member: &str, value: &str| {
        let members = [("id", "1"), ("source", "/foi"), ("subject", "FOI-1"), ("handler", "h")];
        let member = |(name, good): (&str, &str)| {
            format!(r#","{name}":"{}""#, if name == member { value } else { good })
        };
        let members: String = members.into_iter().map(member).collect();
        format!(r#"{{"specversion":"1.0","type":"request.acknowledged"{members}}}"#)
    };
    for name in ["id", "source", "subject", "handler"] {
        for value in ["jane@exemplar.gov.uk", "person/QQ123456C", "9434765919"] {
            check(&with(name, value), &[format!("/{name} personal_looking").as_str()]);
            let found = faults(&built_in(), &with(name, value));
            assert!(!found[0].message.contains(value), "{}", found[0]);
        }
    }
    check(&received(r#"{"regime":"foi","case_ref":"943-476-5919"}"#), &["/data/case_ref personal_looking"]);
    check(&with("id", "case-9434765919"), &[]);
}

#[test]
fn faults_are_all_told_up_to_a_limit() {
    let many = vec![r#"{"~/":1}"#; 100].join(",");
    let found = faults(&built_in(), &received(&format!(r#"{{"regime":"foi","evidence":[{many}]}}"#)));
    assert_eq!(found.len(), FAULTS_MAX);
    assert!(found.iter().any(|fault| fault.pointer == "/data/evidence/0/~0~1"));
}

#[test]
fn the_example_events_are_good() {
    for line in include_str!("../../../../examples/events.jsonl").lines() {
        check(line, &[]);
    }
}
