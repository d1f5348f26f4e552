//! The demo and the report: a council's year over HTTP, through every plugin, to files that are the same each time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::{Value, json};
use support::{Ran, clients, command, root, run};
use tempfile::TempDir;

#[path = "report/again.rs"]
mod again;
#[path = "report/changed.rs"]
mod changed;
mod recount;
#[path = "report/shape.rs"]
mod shape;
mod support;

const PERIOD: &str = "2025-26";

fn report(ledger: &Path, out: &Path, more: &[&str]) -> Ran {
    report_of(ledger, PERIOD, out, more)
}

fn report_of(ledger: &Path, period: &str, out: &Path, more: &[&str]) -> Ran {
    let mut command = command(&["report", "--period", period, "--data"]);
    command.arg(ledger).arg("--out").arg(out);
    run(command.args(more), b"")
}

/// The files of a report, by their names.
fn files(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(out).unwrap().display().to_string();
                all.push((name, fs::read(path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What the demo makes is looked at from all sides in one test: to make it takes a while.
#[test]
fn a_demo_ends_in_a_report_that_is_made_again_byte_for_byte() {
    let directory = TempDir::new().unwrap();
    let demo = directory.path().join("demo");
    let made = run(command(&["demo", "--no-serve", "--events", "1500", "--data"]).arg(&demo), b"");
    let made = made.exits(0);
    for expected in ["17 plugins have folded over all of it", "A-BRC-2 INC-2026-UNTOLD", "all of them add up"]
    {
        assert!(made.stdout.contains(expected), "{expected}\n{}", made.stdout);
    }
    assert!(!made.stdout.contains("WRONG"), "{}", made.stdout);
    let (ledger, first) = (demo.join("ledger"), demo.join("report"));
    let again = run(command(&["demo", "--no-serve", "--data"]).arg(&demo), b"").exits(2);
    assert!(again.stderr.contains("there is something in it already"), "{}", again.stderr);
    run(command(&["verify", "--data"]).arg(&ledger), b"").exits(0);

    let document = read(&first.join("report.json"));
    let as_at = (document["ledger"]["size"].as_u64().unwrap() - 1).to_string();
    // With the state of its plugins as it came to be while events were posted.
    let as_posted = again::copied(&ledger);
    // What can be made again, but for compiled programs, which take a while and say nothing of the report.
    for derived in ["state/snapshots", "index", "tiles"] {
        fs::remove_dir_all(ledger.join(derived)).unwrap();
    }
    let second = directory.path().join("second");
    report(&ledger, &second, &["--as-at", &as_at]).exits(0);
    assert_eq!(files(&first), files(&second));
    let third = directory.path().join("third");
    report(&ledger, &third, &[]).exits(0);
    assert_eq!(files(&first), files(&third), "what is recorded of reports makes no other report");
    let json = first.join("report.json");
    let verify = |file: &Path| run(command(&["report", "verify", "--data"]).arg(&ledger).arg(file), b"");
    assert!(verify(&json).exits(0).stdout.contains("byte for byte"));

    structure(&document);
    recounted(&ledger, &document);
    tampered(&document, &directory.path().join("tampered.json"), verify);
    public(&ledger, &directory.path().join("public"), verify);
    statistics(&ledger);
    page(&first);
    pdf(&first, &document);
    refusals(&ledger, &directory.path().join("none"));
    // These work on copies, side by side.
    thread::scope(|scope| {
        scope.spawn(|| shape::of_many_and_of_none(&ledger, directory.path()));
        scope.spawn(|| changed::one_field_changes_what_depends_on_it(&ledger, directory.path()));
        scope.spawn(|| again::of_nothing_but_the_ledger(&ledger, &first, &as_at));
    });
    again::served_and_upgraded(as_posted, &first, &as_at);
}

/// Every section is there, each figure rests on entries, and no clause is without a row.
fn structure(document: &Value) {
    let sections = document["sections"].as_array().unwrap();
    let ids: Vec<&str> = sections.iter().map(|section| section["id"].as_str().unwrap()).collect();
    let expected: Vec<String> = (1..=20)
        .map(|number| format!("R{number}"))
        .chain(["A", "B", "C", "D"].map(|it| format!("Annex-{it}")))
        .collect();
    assert_eq!(ids, expected);
    let blocks = || sections.iter().flat_map(|section| section["blocks"].as_array().unwrap());
    let metrics: Vec<&Value> = blocks().filter(|block| block["kind"] == "metric").collect();
    assert!(metrics.len() > 100, "{}", metrics.len());
    for metric in metrics {
        assert!(metric["numerator"] == 0 || metric["evidence"] != json!([]), "{metric}");
        assert!(!metric["definition"].as_str().unwrap().is_empty(), "{metric}");
    }
    let clauses = |name: &str| {
        let table = blocks().find(|block| block["name"] == name).unwrap();
        table["rows"].as_array().unwrap().len()
    };
    assert_eq!((clauses("clauses_leicester"), clauses("clauses_coventry")), (89, 27));
    assert_eq!(document["faults"], json!([]));
}

/// What is counted again, entry by entry, with nothing of the programs that made a report, and how that differs from what the
/// report says.
fn differences(ledger: &Path, document: &Value) -> (recount::Counted, Vec<String>) {
    let size = usize::try_from(document["ledger"]["size"].as_u64().unwrap()).unwrap();
    let lines = support::lines(ledger);
    let entries: Vec<Value> = lines[..size].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counted = recount::recount(&entries, recount::Period::of(document));
    let found = compared(document, &counted);
    (counted, found)
}

fn compared(document: &Value, counted: &recount::Counted) -> Vec<String> {
    let mut found = recount::compare(document, counted);
    for policy in ["leicester", "coventry"] {
        let file = root().join("core/policies").join(policy).with_extension("toml");
        let definition = fs::read_to_string(file).unwrap();
        found.extend(recount::compare_clauses(document, policy, &definition, counted));
    }
    found
}

/// The report says what is counted again.
fn recounted(ledger: &Path, document: &Value) {
    let (counted, found) = differences(ledger, document);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    let (tables, figures) = (counted.tables.len(), counted.figures.len());
    assert!(tables >= 80 && figures >= 130, "only {tables} tables and {figures} figures were compared");

    // A cell that somebody changed is found, and so is whatever else anybody might.
    let mut changed = document.clone();
    let table = blocks_mut(&mut changed).find(|block| block["name"] == "foi_statistics").unwrap();
    table["rows"][3]["cells"][1] = json!(4321);
    let found = compared(&changed, &counted);
    assert!(
        found.len() == 1 && found[0].contains("foi_statistics") && found[0].contains("4321"),
        "{found:?}"
    );
    for block in blocks_mut(&mut changed) {
        if block["kind"] == "metric" {
            block["numerator"] = json!(4321);
        }
        for row in block["rows"].as_array_mut().into_iter().flatten() {
            row["cells"].as_array_mut().unwrap().iter_mut().skip(1).for_each(|cell| *cell = json!("changed"));
        }
    }
    let found = compared(&changed, &counted);
    for block in
        blocks_mut(&mut changed).filter(|block| block["kind"] == "metric" || block["kind"] == "table")
    {
        let name = format!(" {}: ", block["name"].as_str().unwrap());
        assert!(found.iter().any(|difference| format!(" {difference}").contains(&name)), "{name}");
    }
}

fn blocks_mut(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let sections = document["sections"].as_array_mut().unwrap().iter_mut();
    sections.flat_map(|section| section["blocks"].as_array_mut().unwrap())
}

/// A figure that somebody changed is named.
fn tampered(document: &Value, path: &Path, verify: impl Fn(&Path) -> Ran) {
    let mut document = document.clone();
    let section = document["sections"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|section| section["id"] == "R5")
        .unwrap();
    let metric = section["blocks"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|block| block["name"] == "requests_received");
    let metric = metric.unwrap();
    let was = metric["numerator"].as_u64().unwrap();
    metric["numerator"] = json!(was + 1);
    fs::write(path, serde_json::to_vec_pretty(&document).unwrap()).unwrap();
    let found = verify(path).exits(1);
    let expected = format!("{} became {was}", was + 1);
    assert!(
        found.stdout.contains("is not what the ledger says") && found.stdout.contains(&expected),
        "{}",
        found.stdout
    );
}

/// The public edition names no entry and no case, and shows no count from 1 to 4 in a table.
fn public(ledger: &Path, out: &Path, verify: impl Fn(&Path) -> Ran) {
    report(ledger, out, &["--edition", "public", "--unrecorded"]).exits(0);
    let json = out.join("report.json");
    let document = read(&json);
    let text = fs::read_to_string(&json).unwrap();
    assert!(!text.contains("INC-2026-UNTOLD") && !text.contains("FOI-2026-LATE"));
    for section in document["sections"].as_array().unwrap() {
        for block in section["blocks"].as_array().unwrap() {
            assert!(block["evidence"].is_null() || block["evidence"] == json!([]), "{block}");
            if block["kind"] == "metric" {
                assert!(
                    !block["numerator"].as_u64().is_some_and(|number| (1..=4).contains(&number)),
                    "{block}"
                );
            }
            for row in block["rows"].as_array().into_iter().flatten() {
                assert_eq!((&row["evidence"], &row["subject"]), (&json!([]), &Value::Null));
            }
        }
    }
    assert!(text.contains("\"suppressed\""), "in so small a year something is left out");
    verify(&json).exits(0);
}

/// The page keeps the rules of WCAG 2.2 AA, asks for nothing, is used by keyboard alone and on a narrow screen.
fn page(out: &Path) {
    let Some(folder) = clients::browser_folder() else { return };
    let mut node = Command::new("node");
    node.current_dir(folder).arg(root().join("tests/browser/page.mjs")).arg(out.join("report.html"));
    let looked = run(&mut node, b"");
    assert!(looked.code == Some(0), "{}\n{}", looked.stdout, looked.stderr);
}

/// The PDF is sound and tagged, says its title and language, and is read in the order of the report.
fn pdf(out: &Path, document: &Value) {
    let file = out.join("report.pdf");
    if !clients::is_there("qpdf") || !clients::is_there("pdftotext") {
        return;
    }
    run(Command::new("qpdf").arg("--check").arg(&file), b"").exits(0);
    let about = run(Command::new("pdfinfo").arg(&file), b"").exits(0).stdout;
    let says = |name: &str, value: &str| {
        let line = about.lines().find(|line| line.starts_with(name));
        assert!(line.is_some_and(|line| line.contains(value)), "{name} {value}\n{about}");
    };
    says("Title:", document["title"].as_str().unwrap());
    says("Author:", document["organisation"].as_str().unwrap());
    says("Tagged:", "yes");
    let text = run(Command::new("pdftotext").arg("-layout").arg(&file).arg("-"), b"").exits(0).stdout;
    assert!(text.contains("DRAFT") && text.contains("Page 1 of "), "{text:.2000}");
    let mut from = text.find("Contents").unwrap();
    for section in document["sections"].as_array().unwrap() {
        // In the list of contents first, each behind the one before.
        let id = section["id"].as_str().unwrap();
        let place =
            text[from..].find(&format!("\n{id} ")).unwrap_or_else(|| panic!("{id} is not where it belongs"));
        from += place + 1;
    }
}

/// One table by itself, as the code of practice asks for it every quarter.
fn statistics(ledger: &Path) {
    let table = |name: &str| {
        let mut command = command(&["report", "table", name, "--period", "2025-26-Q1", "--data"]);
        run(command.arg(ledger), b"")
    };
    let printed = table("foi_statistics").exits(0).stdout;
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("Requests received in the quarter,April to June 2025,Whole period"));
    assert!(lines.next().is_some_and(|line| line.starts_with("Received,")), "{printed}");
    let refused = table("nothing").exits(2).stderr;
    assert!(
        refused.contains("there is no table \"nothing\"") && refused.contains("foi_statistics"),
        "{refused}"
    );
}

fn refusals(ledger: &Path, out: &Path) {
    let refused = report(ledger, out, &["--as-at", "99999999"]).exits(2);
    assert!(refused.stderr.contains("of 100000000 entries: the ledger has"), "{}", refused.stderr);
    let mut wrong = command(&["report", "--period", "soon", "--data"]);
    wrong.arg(ledger);
    assert!(run(&mut wrong, b"").exits(2).stderr.contains("\"soon\" is no period"));
    assert!(!out.exists());
}
