//! What `muniment append` takes and what it refuses: nothing is silently dropped or altered.

use serde_json::Value;
use support::{ORIGIN, TestLedger, plain, plain_lines};

mod support;

/// An event with one more member, or with another value of one.
fn with(member: &str) -> Vec<u8> {
    let name = member.split(':').next().unwrap_or_default();
    let least = [
        r#""id":"x""#,
        r#""source":"/foi""#,
        r#""specversion":"1.0""#,
        r#""subject":"S""#,
        r#""type":"a.b""#,
    ];
    let kept = least.into_iter().filter(|other| !other.starts_with(&format!("{name}:")));
    let members: Vec<&str> = kept.chain((!member.is_empty()).then_some(member)).collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}

fn without(name: &str) -> Vec<u8> {
    let text = String::from_utf8(with("")).expect("it is text");
    let members = text.trim_matches(['{', '}']).split(',');
    let kept: Vec<&str> = members.filter(|member| !member.starts_with(&format!("\"{name}\""))).collect();
    format!("{{{}}}", kept.join(",")).into_bytes()
}

fn nested(levels: usize) -> Vec<u8> {
    // The event itself is the first level.
    with(&format!("\"data\":{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1)))
}

/// Types of an organisation's own, of which nothing is sealed.
const DECLARED: &str = r#"
group = "c"
title = "Trials"
description = "Events of this test."
[[field]]
name = "numbers"
title = "Numbers"
description = "Numbers in every spelling."
type = "list"
items = "number"
[[field]]
name = "texts"
title = "Texts"
description = "Texts with every escape."
type = "list"
items = "text"
personal = false
[[type]]
name = "c.d"
title = "Trial"
description = "It was tried."
fields = ["numbers", "texts"]
"#;

/// A ledger that knows them.
fn declaring() -> TestLedger {
    let ledger = TestLedger::new();
    let directory = ledger.data().join("catalogue");
    std::fs::create_dir(&directory).expect("the catalogue's directory");
    std::fs::write(directory.join("c.toml"), DECLARED).expect("the catalogue's file");
    ledger
}

/// An event whose canonical form has so many bytes.
fn sized(bytes: usize) -> Vec<u8> {
    let of = |texts: &[usize]| {
        let texts: Vec<String> = texts.iter().map(|bytes| format!("\"{}\"", "x".repeat(*bytes))).collect();
        let event = String::from_utf8(with(&format!("\"data\":{{\"texts\":[{}]}}", texts.join(","))));
        event.expect("it is text").replace("a.b", "c.d").into_bytes()
    };
    let (full, least) = (of(&[8_000]).len() - of(&[0]).len(), of(&[0]).len());
    let count = (bytes - least) / (full + 3);
    let mut texts = vec![8_000; count];
    texts.push(0);
    let rest = bytes - of(&texts).len();
    texts[count] = rest;
    of(&texts)
}

/// Inputs of one line, and what the reason for refusing them says.
fn refused() -> Vec<(Vec<u8>, &'static [&'static str])> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        // Encoding.
        (b"{\"id\":\"\xff\"}".to_vec(), &["not UTF-8", "byte 7"]),
        (
            with("\"data\":\"\u{fffd}\"")
                .into_iter()
                .flat_map(|b| if b == 0xbf { vec![0x41] } else { vec![b] })
                .collect(),
            &["not UTF-8"],
        ),
        (b"{\"id\":\"\xc0\x80\"}".to_vec(), &["not UTF-8"]),
        (b"{\"id\":\"\xed\xa0\x80\"}".to_vec(), &["not UTF-8"]),
        // JSON.
        (text("hello"), &["not JSON"]),
        (text("{"), &["not JSON", "one event stands on one line"]),
        (text(r#"{"id":"x",}"#), &["not JSON"]),
        (text(r#"{'id':'x'}"#), &["not JSON"]),
        (text(r#"{"id":"x"} {}"#), &["not JSON", "something follows"]),
        (text(r#"{"id":NaN}"#), &["not JSON"]),
        (with(r#""data":01"#), &["not JSON"]),
        (with(r#""data":1."#), &["not JSON"]),
        (with(r#""data":.5"#), &["not JSON"]),
        (with(r#""data":+1"#), &["not JSON"]),
        (with(r#""data":"\x41""#), &["unknown escape"]),
        (with(r#""data":"\ud83d""#), &["surrogate", "d83d"]),
        (with("\"data\":\"a\tb\""), &["control character", "U+0009"]),
        (with("\"data\":\"a\0b\""), &["control character", "U+0000"]),
        (text("\"an event\""), &["an event is a JSON object", "string"]),
        (text("17"), &["an event is a JSON object"]),
        (text("null"), &["an event is a JSON object"]),
        // Keys that stand twice, spelt alike or not, at any depth.
        (with(r#""data":1,"data":1"#), &["stands twice", "data"]),
        (with(r#""data":{"a":{"b":1,"\u0062":2}}"#), &["stands twice", "\"b\""]),
        (with(r#""subject":null,"subject":"s""#), &["stands twice", "subject"]),
        // Depth and size.
        (nested(65), &["nested deeper than 64 levels"]),
        (nested(10_000), &["nested deeper than 64 levels"]),
        (sized(65_001), &["65001 bytes", "65000 bytes"]),
        (sized(1_048_577), &["1048577 bytes", "1048576 bytes"]),
        (sized(3_000_000), &["3000000 bytes", "1048576 bytes"]),
        // Attributes.
        (without("id"), &["/id", "missing"]),
        (without("source"), &["/source", "missing"]),
        (without("specversion"), &["/specversion", "missing"]),
        (without("type"), &["/type", "missing"]),
        (with(r#""id":null"#), &["/id", "missing"]),
        (with(r#""id":"""#), &["/id", "empty"]),
        (with(r#""id":7"#), &["/id", "number", "string"]),
        (with(r#""specversion":"0.3""#), &["/specversion", "0.3"]),
        (with(r#""specversion":1.0"#), &["/specversion"]),
        (with(r#""source":"a b""#), &["/source", "URI"]),
        (with(r#""source":"/%zz""#), &["/source", "URI"]),
        (with(r#""source":"/é""#), &["/source", "URI"]),
        (with(r#""dataschema":"relative""#), &["/dataschema", "absolute"]),
        (with(r#""datacontenttype":"json""#), &["/datacontenttype", "media type"]),
        (with(r#""time":"2026-05-01T09:30:00""#), &["/time", "offset"]),
        (with(r#""time":"2026-02-30T09:30:00Z""#), &["/time", "no such date"]),
        (with(r#""time":"yesterday""#), &["/time", "RFC 3339"]),
        (with(r#""time":"9999-01-01T00:00:00Z""#), &["/time", "ahead"]),
        (with(r#""data":1,"data_base64":"""#), &["data_base64", "exclude"]),
        (with(r#""data_base64":"***""#), &["/data_base64", "base64"]),
        (with(r#""Priority":"high""#), &["Priority", "a-z"]),
        (with(r#""priority":1.5"#), &["/priority", "whole number"]),
        (with(r#""priority":2147483648"#), &["/priority", "2147483648"]),
        (with(r#""priority":{}"#), &["/priority", "object"]),
        (with(&format!("\"subject\":\"{}\"", "x".repeat(2_049))), &["/subject", "2049 bytes", "2048 bytes"]),
        (with(&format!("\"type\":\"{}\"", "x".repeat(257))), &["/type", "257 bytes", "256 bytes"]),
        // Control characters that are escaped are JSON, and no attributes.
        (with(r#""id":"a\u0000b""#), &["/id", "U+0000"]),
        (with(r#""id":"a\nb""#), &["/id", "U+000A"]),
        (with(r#""subject":"a\u0085b""#), &["/subject", "U+0085"]),
        (with("\"subject\":\"a\u{7f}b\""), &["/subject", "U+007F"]),
        (with(r#""subject":"a\ufdd0b""#), &["/subject", "U+FDD0"]),
        (with("\"priority\":\"a\u{1fffe}\""), &["/priority", "U+1FFFE"]),
        // What only the ledger itself may say.
        (with(r#""type":"ledger.created""#), &["/type", "ledger.created"]),
        (with(r#""type":"import.started""#), &["/type", "import.started"]),
        (with(r#""type":"report.generated""#), &["/type", "report.generated"]),
        (with(&format!("\"source\":\"{ORIGIN}\"")), &["/source", "origin"]),
        (with(&format!("\"source\":\"https://{ORIGIN}/plugins\"")), &["/source", "origin"]),
        (with(&format!("\"source\":\"//{}/x\"", ORIGIN.to_uppercase())), &["/source", "origin"]),
        (with(r#""sealkey":"AAAAAAAAAAAAAAAA""#), &["/sealkey", "the ledger itself"]),
        (with(r#""remark":"Ada rang twice""#), &["/remark", "free text"]),
        (with(r#""subject":null,"data":{"personal":{"name":"Ada"}}"#), &["/subject", "sealed", "which case"]),
    ]
}

#[track_caller]
fn assert_named(message: &str, place: &str, reasons: &[&str]) {
    assert!(message.starts_with(&format!("{place}: ")), "{message:?} names {place:?}");
    for reason in reasons {
        assert!(message.contains(reason), "{message:?} says {reason:?}");
    }
}

#[test]
fn every_bad_line_is_refused_with_its_number_and_reason() {
    let ledger = declaring();
    let cases = refused();
    let mut input = Vec::new();
    for (number, (bad, _)) in (0..).zip(&cases) {
        input.extend_from_slice(plain(format_args!("good-{number}")).as_bytes());
        input.push(b'\n');
        input.extend_from_slice(bad);
        input.push(b'\n');
    }
    let ran = ledger.append(&input, &["--keep-going"]).exits(1);
    let count = cases.len() as u64;
    assert_eq!(ran.counts(), [count, 0, count], "{}", ran.stderr);
    let messages: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("line ")).collect();
    assert_eq!(messages.len(), cases.len(), "{}", ran.stderr);
    for ((number, (_, reasons)), message) in (0..).zip(&cases).zip(messages) {
        assert_named(message, &format!("line {}", 2 * number + 2), reasons);
    }
    let posted = ledger.posted();
    assert_eq!(posted.len(), cases.len());
    for (number, event) in posted.iter().enumerate() {
        assert!(event.contains(&format!("\"id\":\"good-{number}\"")), "{event}");
    }
    ledger.run("verify", &[]).exits(0);
}

#[test]
fn without_keep_going_nothing_after_the_first_bad_line_is_kept() {
    for (bad, reasons) in [&refused()[0], &refused()[4]] {
        let ledger = TestLedger::new();
        let mut input = plain_lines(0..3).into_bytes();
        input.extend_from_slice(bad);
        input.extend_from_slice(format!("\n{}", plain_lines(3..6)).as_bytes());
        let ran = ledger.append(&input, &[]).exits(1);
        assert_eq!(ran.counts(), [3, 0, 1]);
        assert_named(ran.stderr.lines().next().unwrap_or_default(), "line 4", reasons);
        assert_eq!(ledger.posted().len(), 3);
    }
}

#[test]
fn the_same_key_with_other_content_is_refused_and_names_the_entry() {
    let ledger = declaring();
    let event = |data: &str| {
        format!(r#"{{"specversion":"1.0","id":"1","source":"/foi","type":"c.d","data":{data}}}"#)
    };
    ledger.append(event("{\"numbers\":[1],\"texts\":[\"2\"]}"), &[]).exits(0);
    let seq = ledger.entries().iter().position(|entry| entry["event"]["id"] == "1").unwrap().to_string();
    let before = ledger.lines();
    // The same again in another order, with other white space, after a retry with other trace context.
    let again = r#" { "type":"c.d", "data":{"texts":["\u0032"] , "numbers":[1]},"source":"/foi","id":"1","specversion":"1.0","traceparent":"00-1-1-00"}"#;
    assert_eq!(ledger.append(again, &[]).exits(0).counts(), [0, 1, 0]);
    for (other, pointer) in [
        ("{\"numbers\":[2],\"texts\":[\"2\"]}", "/data/numbers/0"),
        ("{\"numbers\":[1.0],\"texts\":[\"2\"]}", "/data/numbers/0"),
        ("{\"numbers\":[1]}", "/data/texts"),
    ] {
        let ran = ledger.append(event(other), &[]).exits(1);
        assert_eq!(ran.counts(), [0, 0, 1]);
        let message = ran.stderr.lines().next().unwrap_or_default();
        assert_named(message, "line 1", &["/foi", &format!("entry {seq}"), pointer]);
    }
    assert_eq!(ledger.lines(), before);
    // Also within one input.
    let twice = format!("{}\n{}\n{}\n", plain("t"), plain("t"), plain("t").replace("highways", "parks"));
    let ran = ledger.append(twice, &["--keep-going"]).exits(1);
    assert_eq!(ran.counts(), [1, 1, 1]);
    assert!(ran.stderr.contains("line 3: "), "{}", ran.stderr);
}

#[test]
fn numbers_and_strings_stand_as_they_were_posted() {
    let numbers = [
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1",
        "1.0",
        "1.50",
        "1e0",
        "1E+05",
        "1e-7",
        "-1E-400",
        "3.50",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "9007199254740993",
        "0e0",
    ];
    let strings = [
        r#""\/""#,
        r#""\u0041""#,
        r#""é\u00e9""#,
        r#""\u0001\t""#,
        r#""\ud83d\ude00""#,
        "\"\u{2028}\u{7f}\"",
        r#""e\u0301""#,
    ];
    let canonical =
        ["\"/\"", "\"A\"", "\"éé\"", r#""\u0001\t""#, "\"\u{1f600}\"", "\"\u{2028}\u{7f}\"", "\"e\u{301}\""];
    let ledger = declaring();
    let event = |id: usize, data: &str| {
        let field = if data.starts_with('"') { "texts" } else { "numbers" };
        format!(
            r#"{{"data":{{"{field}":[{data}]}},"id":"{id}","source":"/n","specversion":"1.0","type":"c.d"}}"#
        )
    };
    let posted: Vec<String> =
        numbers.iter().chain(&strings).enumerate().map(|(id, data)| event(id, data)).collect();
    let expected: Vec<String> =
        numbers.iter().chain(&canonical).enumerate().map(|(id, data)| event(id, data)).collect();
    let ran = ledger.append(posted.join("\n"), &[]).exits(0);
    assert_eq!(ran.counts(), [posted.len() as u64, 0, 0]);
    assert_eq!(ledger.posted(), expected);
    assert_eq!(ledger.append(posted.join("\n"), &[]).exits(0).counts(), [0, posted.len() as u64, 0]);
}

#[test]
fn what_is_at_a_limit_is_kept() {
    let ledger = declaring();
    let with_id = |event: Vec<u8>, id: &str| {
        String::from_utf8(event).expect("text").replacen("\"id\":\"x\"", &format!("\"id\":\"{id}\""), 1)
    };
    let input = [
        with_id(nested(64), "a"),
        with_id(sized(65_000), "b"),
        with_id(with(&format!("\"subject\":\"{}\"", "x".repeat(2_048))), "c"),
        with_id(with(r#""priority":-2147483648,"flag":true,"note":"""#), "d"),
        with_id(with(r#""data":"tab \t nul \u0000 esc \u001b""#), "e"),
        with_id(with(r#""data":null"#), "f"),
        with_id(with(r#""data_base64":"""#), "g"),
        with_id(with(r#""source":"ledger.example/mainly""#), "h"),
        with_id(with(r#""type":"never.heard.of""#), "i"),
        with_id(with(r#""time":"2016-12-31t23:59:60.123456789+00:00""#), "j"),
    ];
    let ran = ledger.append(input.join("\n"), &["--keep-going"]).exits(0);
    assert_eq!(ran.counts(), [input.len() as u64, 0, 0], "{}", ran.stderr);
    assert_eq!(ledger.posted().len(), input.len());
    assert!(ledger.posted()[9].contains("\"time\":\"2016-12-31t23:59:60.123456789+00:00\""));
    ledger.run("verify", &[]).exits(0);
}

#[test]
fn a_json_array_is_read_like_lines() {
    let ledger = TestLedger::new();
    let array =
        format!("\u{feff}\r\n[\n  {},\n{} ,\n {{\n\"id\":\"x\"}},7,{}\n]\n", plain(1), plain(2), plain(3));
    let ran = ledger.append(&array, &["--keep-going"]).exits(1);
    assert_eq!(ran.counts(), [3, 0, 2]);
    let messages: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("item ")).collect();
    assert_eq!(messages.len(), 2, "{}", ran.stderr);
    assert_named(messages[0], "item 3 (line 5)", &["missing"]);
    assert_named(messages[1], "item 4 (line 6)", &["an event is a JSON object"]);
    // The same events as lines are the same events.
    assert_eq!(ledger.append(plain_lines(1..4), &[]).exits(0).counts(), [0, 3, 0]);

    for (broken, kept, fault) in [
        (format!("[{}", plain(10)), 1, "ends within the array"),
        (format!("[{},]", plain(11)), 1, "expected a value"),
        (format!("[{} {}]", plain(12), plain(13)), 1, "expected `,` or `]`"),
        (format!("[{}] {}", plain(14), plain(15)), 1, "follows the array"),
    ] {
        let ran = ledger.append(&broken, &["--keep-going"]).exits(1);
        assert_eq!(ran.counts(), [kept, 0, 1], "{broken}");
        assert_named(ran.stderr.lines().next().unwrap_or_default(), "item 2 (line 1)", &[fault]);
    }
    assert_eq!(ledger.append("[]", &[]).exits(0).counts(), [0, 0, 0]);
    assert_eq!(ledger.append("", &[]).exits(0).counts(), [0, 0, 0]);
    assert_eq!(ledger.append("\n \r\n\t\n", &[]).exits(0).counts(), [0, 0, 0]);
}

#[test]
fn lines_may_end_as_they_like() {
    let ledger = TestLedger::new();
    let input = format!("\u{feff}{}\r\n\r\n  {} \n\n{}", plain(1), plain(2), plain(3));
    assert_eq!(ledger.append(input, &["-"]).exits(0).counts(), [3, 0, 0]);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(plain(4).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let ran = ledger.append(utf16, &["--keep-going"]);
    assert!(ran.code != Some(0) && ran.stderr.contains("UTF-16"), "{ran:?}");
    assert_eq!(ledger.posted().len(), 3);
}

#[test]
fn a_repeated_import_changes_not_one_byte() {
    let ledger = TestLedger::new();
    let file = ledger.beside("events.jsonl");
    std::fs::write(&file, plain_lines(0..3_000)).unwrap();
    let args = ["--set", "ledger.segment_bytes=65536", file.to_str().unwrap()];
    assert_eq!(ledger.run("append", &args).exits(0).counts(), [3_000, 0, 0]);
    let before = ledger.segment_files();
    assert!(before.len() > 4, "several segments");
    for _ in 0..2 {
        assert_eq!(ledger.run("append", &args).exits(0).counts(), [0, 3_000, 0]);
        assert!(ledger.segment_files() == before, "a repetition wrote to the ledger");
    }
    ledger.run("verify", &[]).exits(0);
}

/// Type and `data` of the import events.
fn brackets(ledger: &TestLedger) -> Vec<(String, Value)> {
    let events = ledger.entries().into_iter().map(|mut entry| entry["event"].take());
    let is_import = |event: &Value| event["type"].as_str().is_some_and(|name| name.starts_with("import."));
    events
        .filter(is_import)
        .map(|mut event| (event["type"].as_str().expect("text").to_owned(), event["data"].take()))
        .collect()
}

#[test]
fn imports_stand_in_brackets() {
    let ledger = TestLedger::new();
    ledger.append(plain_lines(0..10), &[]).exits(0);
    ledger.append(plain_lines(5..12) + "bad\n", &["--keep-going"]).exits(1);
    ledger.append(plain_lines(0..12), &[]).exits(0);
    ledger.append("bad\n", &["--keep-going"]).exits(1);
    let found = brackets(&ledger);
    let types: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(types, ["import.started", "import.finished"].repeat(2));
    let counts = |data: &Value| ["import", "appended", "replayed", "refused"].map(|name| data[name].as_u64());
    assert_eq!(counts(&found[1].1), [Some(1), Some(10), Some(0), Some(0)]);
    assert_eq!(counts(&found[3].1), [Some(2), Some(2), Some(5), Some(1)]);

    let entries = ledger.entries();
    let by = |entry: &Value| entry["by"].as_str().expect("text").to_owned();
    for entry in &entries {
        let own = entry["event"]["source"] == ORIGIN;
        let wanted = if own { by(entry).starts_with("host") } else { by(entry) == "host/append" };
        assert!(wanted, "{entry}");
    }
    let types: Vec<&str> = entries.iter().filter_map(|entry| entry["event"]["type"].as_str()).collect();
    assert_eq!(types[0], "ledger.created");
    let start = types.iter().position(|name| *name == "import.started").expect("it is there");
    assert!(types[start + 1..start + 11].iter().all(|name| *name == "request.received"), "{types:?}");
    assert_eq!(types[start + 11], "import.finished");
}
