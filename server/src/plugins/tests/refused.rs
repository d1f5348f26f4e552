//! What is refused before it runs.

use super::{Fake, component, engine, lines, program, terms};
use crate::plugins::engine::{Cause, Failure, Program};
use crate::plugins::manifest::Manifest;
use crate::plugins::trial::{self, TrialError};
use crate::plugins::{schema, testing};

fn refused(bytes: &[u8]) -> Failure {
    Program::new(engine(), bytes).map(drop).unwrap_err()
}

fn of_text(text: &str) -> Failure {
    refused(&wat::parse_str(text).unwrap())
}

#[test]
fn malformed_components_are_refused() {
    assert!(refused(b"").detail.contains("no valid component"));
    assert!(refused(b"\0asm\x01\0\0\0").detail.contains("core module"));
    for cut in [9, 100, component().len() / 2, component().len() - 1] {
        assert_eq!(refused(&component()[..cut]).cause, Cause::Contract);
    }
    let mut damaged = component().to_vec();
    for place in (8..damaged.len()).step_by(damaged.len() / 6) {
        damaged[place] ^= 0x55;
        // It may even be a program still; it must not bring down the host.
        let _whatever = Program::new(engine(), &damaged);
        damaged[place] ^= 0x55;
    }
}

#[test]
fn components_of_the_wrong_kind_are_refused() {
    assert!(of_text("(module)").detail.contains("core module"));
    let wide = of_text("(component (core module (memory i64 1)))");
    assert!(wide.detail.contains("memory64") || wide.detail.contains("64-bit"), "{wide}");
    let threads = of_text("(component (core module (memory 1 1 shared)))");
    assert_eq!(threads.cause, Cause::Contract, "{threads}");
    for name in ["wasi:http/outgoing-handler@0.2.6", "evil:thing/x", "muniment:plugin/other@0.1.0"] {
        let failure = of_text(&format!(r#"(component (import "{name}" (instance)))"#));
        assert!(failure.detail.contains(name), "{failure}");
    }
    assert!(of_text("(component)").detail.contains("does not export"));
    let wrong = of_text(
        r#"(component
            (core module $m (func (export "f") (result i32) i32.const 7))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $fold (export "describe" (func $f)))
            (export "muniment:plugin/fold@0.1.0" (instance $fold)))"#,
    );
    assert!(wrong.detail.contains("does not export"), "{wrong}");
}

#[test]
fn what_depends_on_the_batch_or_on_stopping_is_refused() {
    let entries: Vec<Fake<'_>> = (0..300)
        .map(|number| Fake { kind: "uk.test.noise", subject: "c", recorded: 100 + number, data: "{}" })
        .collect();
    let sample = [(0, lines(0, &entries))];
    let check = |deed: &str, at: u64| {
        let settings = format!(r#"{{"do":"{deed}","at":{at}}}"#);
        trial::check_over(program(), &settings, &terms(0), &sample)
    };
    check("", 0).unwrap();
    for (deed, at) in [
        ("batch-size", 250),
        ("told-by-batch-size", 250),
        ("restore-refuses", 90),
        ("restore-traps", 90),
        ("snapshot-traps", 200),
    ] {
        match check(deed, at) {
            Err(TrialError::Failed { failure, .. }) => {
                let wanted = if deed.ends_with("traps") { Cause::Trap } else { Cause::Contract };
                assert_eq!(failure.cause, wanted, "{deed}: {failure}");
            }
            other => panic!("{deed}: {other:?}"),
        }
    }
}

#[test]
fn settings_schemas_that_refer_to_themselves_are_survived() {
    for text in [
        r##"{"$ref":"#"}"##,
        r##"{"allOf":[{"$ref":"#"}]}"##,
        r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
        r##"{"$ref":"file:///etc/passwd"}"##,
        r##"{"$ref":"http://127.0.0.1:1/x"}"##,
        r##"{"properties":{"a":{"pattern":"^(a+)+$"}}}"##,
    ] {
        let mut manifest: Manifest = testing::manifest("requests", &["request.*"]);
        manifest.settings_schema = text.to_owned();
        let _whatever = schema::check_schema(&manifest);
        let _whatever = schema::complete(&manifest, r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}"#);
    }
}

#[test]
fn manifests_are_bounded() {
    let mut manifest = testing::manifest("requests", &["request.*"]);
    manifest.check().unwrap();
    manifest.rules[0].clauses = vec!["c".repeat(101)];
    assert!(manifest.check().unwrap_err().detail.contains("100 bytes a clause"));
    manifest.id = "X".repeat(1 << 20);
    assert!(manifest.check().unwrap_err().detail.len() < 3000);
}
