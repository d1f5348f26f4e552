//! From lines of JSON to entries of a ledger.

use muniment_core::entry::write_line;
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::principal::is_principal;
use muniment_core::time::Timestamp;
use serde_json::{Map, Value, json};

/// The largest scenario, in bytes.
pub(super) const SCENARIO_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Who writes an event of a scenario, where the line does not say.
const BY: &str = "token/scenario";
/// Where an event of a scenario comes from, where it does not say.
const SOURCE: &str = "/scenario";

/// What happens to a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scenario {
    /// Its settings, as JSON.
    pub settings: Option<String>,
    /// A line for each entry, each with its newline. The first one is that of the plugin's installation.
    pub lines: Vec<Vec<u8>>,
    /// When each of them was recorded.
    pub recorded: Vec<Timestamp>,
    /// The periods of which reports are asked for at the end.
    pub reports: Vec<Period>,
    prev: Option<Hash>,
}

/// The time that a report is about: its first day and its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
}

/// A scenario that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioFault {
    /// Too long.
    #[error("it has {0} bytes, the limit is {SCENARIO_BYTES_MAX} bytes")]
    TooLong(usize),
    /// Nothing happens in it.
    #[error("nothing happens in it: no line has `recorded`")]
    Empty,
    /// One line is wrong.
    #[error("line {line}: {what}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl Scenario {
    /// Reads a scenario. Empty lines, and lines that start with `#`, are passed over.
    ///
    /// # Errors
    /// See [`ScenarioFault`].
    ///
    /// # Limits
    /// [`SCENARIO_BYTES_MAX`].
    pub fn read(text: &str, plugin: &str) -> Result<Scenario, ScenarioFault> {
        if text.len() > SCENARIO_BYTES_MAX {
            return Err(ScenarioFault::TooLong(text.len()));
        }
        let mut scenario = Scenario::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let taken = scenario.take(line, number, plugin);
            taken.map_err(|what| ScenarioFault::Line { line: number, what })?;
        }
        if scenario.lines.is_empty() { Err(ScenarioFault::Empty) } else { Ok(scenario) }
    }

    fn take(&mut self, line: &str, number: usize, plugin: &str) -> Result<(), String> {
        let members: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| format!("no JSON object: {error}"))?;
        match members.keys().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["settings"] if !self.lines.is_empty() || self.settings.is_some() => {
                Err("`settings` stand once, before anything happens".to_owned())
            }
            ["settings"] => {
                self.settings = Some(members["settings"].to_string());
                Ok(())
            }
            ["report"] => {
                let day = |name: &str| members["report"][name].as_str().map(str::to_owned);
                let (Some(from), Some(to)) = (day("from"), day("to")) else {
                    return Err("a `report` has `from` and `to`, such as \"2026-01-01\"".to_owned());
                };
                self.reports.push(Period { from, to });
                Ok(())
            }
            _ => self.happen(members, number, plugin),
        }
    }

    /// Time passes, or an event is recorded.
    fn happen(&mut self, mut members: Map<String, Value>, number: usize, plugin: &str) -> Result<(), String> {
        const KNOWN: [&str; 6] = ["batch", "by", "event", "prev", "recorded", "seq"];
        if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(format!(
                "`{unknown}` is nothing that a line has; it is {{\"settings\":…}}, {{\"report\":…}}, or has `recorded` and \
                 perhaps `event` and `by`"
            ));
        }
        let recorded = members.get("recorded").and_then(Value::as_str);
        let recorded = recorded.ok_or("`recorded` is missing, such as \"2026-03-02T09:00:00Z\"")?;
        let recorded = Timestamp::parse_rfc3339(recorded).map_err(|error| format!("recorded: {error}"))?;
        if let Some(last) = self.recorded.last().filter(|last| recorded < **last) {
            return Err(format!("recorded: {recorded} lies before {last}, when the line above was recorded"));
        }
        let (default_by, event) = match members.remove("event") {
            Some(event) => (BY, completed(event, number)?),
            None => ("host", of_the_host("clock.advanced", format!("clock/{number}"), json!({}))),
        };
        let by = members.get("by").map_or(Some(default_by), Value::as_str);
        let by = by.filter(|by| is_principal(by)).ok_or("`by` is `host`, `token/NAME` or the like")?;
        if self.lines.is_empty() {
            let data = json!({ "plugin": plugin });
            let installed = of_the_host("plugin.installed", format!("plugin/{plugin}/installed"), data);
            self.record("host", &installed, recorded)?;
        }
        self.record(by, &event, recorded)
    }

    fn record(&mut self, by: &str, event: &Value, recorded: Timestamp) -> Result<(), String> {
        let event = Event::parse(event.to_string().as_bytes()).map_err(|error| format!("event: {error}"))?;
        let mut line = Vec::new();
        let prev = self.prev.unwrap_or(Hash::ZERO);
        let seq = self.lines.len() as u64;
        write_line(&mut line, None, by, event.canonical(), prev, &recorded.to_recorded(), seq);
        self.prev = Some(Hash::of_line(&line));
        line.push(b'\n');
        self.lines.push(line);
        self.recorded.push(recorded);
        Ok(())
    }
}

/// An event with what CloudEvents asks for filled in.
fn completed(event: Value, number: usize) -> Result<Value, String> {
    let Value::Object(mut event) = event else { return Err("`event` is a JSON object".to_owned()) };
    event.entry("specversion").or_insert_with(|| json!("1.0"));
    event.entry("source").or_insert_with(|| json!(SOURCE));
    event.entry("id").or_insert_with(|| json!(format!("line-{number}")));
    Ok(Value::Object(event))
}

fn of_the_host(event_type: &str, id: String, data: Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": SOURCE, "type": event_type, "data": data })
}
