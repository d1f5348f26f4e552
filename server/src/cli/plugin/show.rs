//! What the server says of plugins, for people and for pipes.

use std::io::{self, IsTerminal as _};

use serde_json::Value;

use super::super::print;

/// Rows as a table on a terminal, and with tabs between their cells in a pipe.
fn table(head: &[&str], rows: &[Vec<String>]) {
    if !io::stdout().is_terminal() {
        rows.iter().for_each(|row| print::result(&row.join("\t")));
        return;
    }
    let head: Vec<String> = head.iter().map(|cell| cell.to_uppercase()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width = |column: usize| {
        all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        print::result(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// A text without what a terminal would act on.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{FFFD}' } else { character }).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// The state of a plugin in a few words.
fn state(plugin: &Value) -> String {
    match &plugin["quarantine"] {
        Value::Null => text(&plugin["state"]),
        stopped => format!("quarantined at {} ({})", text(&stopped["seq"]), text(&stopped["cause"])),
    }
}

fn json(answer: &Value) {
    print::result(&serde_json::to_string_pretty(answer).unwrap_or_default());
}

pub(super) fn list(answer: &Value, as_json: bool) {
    if as_json {
        return json(answer);
    }
    let plugins = answer["plugins"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |plugin: &Value| {
        let upgrade = if plugin["upgrade_available"] == true { "upgrade available" } else { "" };
        vec![
            text(&plugin["id"]),
            text(&plugin["version"]),
            state(plugin),
            text(&plugin["lag_entries"]),
            text(&plugin["open_alerts"]),
            upgrade.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = plugins.iter().map(row).collect();
    table(&["id", "version", "state", "behind", "open alerts", ""], &rows);
}

pub(super) fn plugin(plugin: &Value, as_json: bool) {
    if as_json {
        return json(plugin);
    }
    let line = |name: &str, value: String| print::result(&format!("{name:<12} {value}"));
    line("id", text(&plugin["id"]));
    line("title", text(&plugin["title"]));
    line("about", text(&plugin["description"]));
    line("version", text(&plugin["version"]));
    line("sha256", text(&plugin["sha256"]));
    line("state", state(plugin));
    if !plugin["fault"].is_null() {
        line("fault", text(&plugin["fault"]));
    }
    line("since entry", text(&plugin["since"]));
    line("next entry", format!("{} ({} behind)", text(&plugin["next"]), text(&plugin["lag_entries"])));
    line("given", text(&plugin["given"]));
    line("open alerts", text(&plugin["open_alerts"]));
    line("wakes at", text(&plugin["wake"]));
    line("memory", format!("{} bytes", text(&plugin["memory_bytes"])));
    line("snapshot", format!("{} bytes", text(&plugin["snapshot_bytes"])));
    line("last batch", format!("{:.3} ms", plugin["batch_milliseconds"].as_f64().unwrap_or_default()));
    line("settings", plugin["settings"].to_string());
    for (cause, count) in plugin["failures"].as_object().into_iter().flatten() {
        line("failures", format!("{cause}: {count}"));
    }
    if plugin["upgrade_available"] == true {
        line("upgrade", "the program that comes with the server is another".to_owned());
    }
    for subscription in plugin["subscriptions"].as_array().into_iter().flatten() {
        line("is given", text(subscription));
    }
    for rule in plugin["rules"].as_array().into_iter().flatten() {
        line(
            "rule",
            format!("{}  {}  ({})", text(&rule["id"]), text(&rule["title"]), text(&rule["severity"])),
        );
    }
}

pub(super) fn changed(what: &str, plugin: &Value) {
    let id = text(&plugin["id"]);
    print::result(&format!("{id} {} {what}; {}", text(&plugin["version"]), state(plugin)));
}

pub(super) fn comparison(answer: &Value) {
    print::result(&format!(
        "open alerts: {} now, {} then, up to entry {}",
        text(&answer["open_before"]),
        text(&answer["open_after"]),
        text(&answer["size"])
    ));
    let mut rows = Vec::new();
    for (name, sign) in [("raised", "+"), ("cleared", "-")] {
        let alerts = answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
        rows.extend(alerts.iter().map(|alert| {
            vec![sign.to_owned(), text(&alert["rule"]), text(&alert["stage"]), text(&alert["subject"])]
        }));
        let more = answer[format!("{name}_count")].as_u64().unwrap_or(0).saturating_sub(alerts.len() as u64);
        if more > 0 {
            print::aside(&format!("{more} more would be {name}"));
        }
    }
    if !rows.is_empty() {
        table(&["", "rule", "stage", "subject"], &rows);
    }
    print::aside("Nothing was changed.");
}

pub(super) fn logs(answer: &Value) {
    if let Some(dropped) = answer["dropped"].as_u64().filter(|dropped| *dropped > 0) {
        print::aside(&format!("{dropped} lines before these were dropped"));
    }
    for line in answer["lines"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        print::result(&plain(line));
    }
}
