//! A ledger of every group of the catalogue, with sense and without, through every plugin that comes with the program: in
//! whatever batches, and wherever it is stopped and started, it raises, keeps and shows the same, byte for byte.

use muniment_core::catalogue::RecordedBy;
use muniment_core::entry::write_line;
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::json::{Object, Value};
use muniment_histories::{Crowd, Numbers, Repertoire, Told};

use super::mixed;
use crate::plugins::engine::{Log, Program};
use crate::plugins::outcome::Query;
use crate::plugins::schema;
use crate::plugins::trial::{self, How};

const CROWD: Crowd = Crowd { events: 2_000, types: 600, subjects: 8, days: 500 };
/// Events that are imported: no time is told before the last of them.
const IMPORTED: std::ops::Range<usize> = 800..1_100;
const YEARS: [(&str, &str); 3] =
    [("2025-04-01", "2026-03-31"), ("2026-04-01", "2027-03-31"), ("2026-01-01", "2026-03-31")];

/// The entries that the host makes of what happens.
struct Entries {
    lines: Vec<Vec<u8>>,
    /// In microseconds since 1970.
    last: i64,
}

impl Entries {
    fn put(&mut self, by: &str, mut event: Object<'static>, recorded: i64) {
        let seq = self.lines.len() as u64;
        event.insert("specversion", Value::string("1.0"));
        event.insert("id", Value::string(seq.to_string()));
        let event = Event::parse(&Value::Object(event).to_canonical()).unwrap();
        let recorded = muniment_core::time::Timestamp::from_micros(recorded);
        let mut line = Vec::new();
        write_line(&mut line, None, by, event.canonical(), Hash::ZERO, &recorded.to_recorded(), seq);
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        self.lines.push(line);
        self.last = recorded.as_micros();
    }

    fn tell(&mut self, told: Told) {
        let mut event = Object::default();
        event.insert("source", Value::string(told.source));
        event.insert("type", Value::string(told.kind));
        event.insert("time", Value::string(told.time.to_string()));
        event.insert("data", told.held);
        if let Some(subject) = told.subject {
            event.insert("subject", Value::string(subject));
        }
        let by = if told.recorded_by == RecordedBy::Host { "host" } else { "token/t" };
        self.put(by, event, told.recorded.as_micros());
    }

    fn import(&mut self, kind: &'static str, recorded: i64) {
        let mut event = Object::default();
        event.insert("source", Value::string("/t"));
        event.insert("type", Value::string(kind));
        event.insert("data", Value::object([("import", Value::number(1))]));
        self.put("host", event, recorded);
    }
}

/// Imports, plugins and alerts are the host's own matter, and what it says of them makes sense.
fn entries() -> Entries {
    const OF_THE_HOST: [&str; 3] = ["alert", "import", "plugin"];
    let is_of_host = |kind: &str| OF_THE_HOST.contains(&kind.split('.').next().unwrap_or_default());
    let repertoire = Repertoire::of(|kind| !is_of_host(kind));
    let mut entries = Entries { lines: Vec::new(), last: 0 };
    for (place, told) in repertoire.history(&mut Numbers::new(17), CROWD).into_iter().enumerate() {
        let recorded = told.recorded.as_micros();
        if place == IMPORTED.start {
            entries.import("import.started", recorded);
        }
        if place == IMPORTED.end {
            entries.import("import.finished", recorded);
        }
        entries.tell(told);
    }
    entries
}

/// All that a plugin shows from a state: its parts of three reports, and each register whole.
fn shown(program: &Program, state: &[u8], as_at: i64) -> Vec<String> {
    let settings = schema::complete(program.manifest(), "{}").unwrap();
    let mut instance = program.start(&settings, &Log::default()).unwrap();
    instance.restore(state).unwrap();
    let mut shown = Vec::new();
    for (from, to) in YEARS {
        shown.push(instance.sections(from, to, as_at).unwrap().unwrap().to_string());
    }
    for register in instance.registers().unwrap() {
        let query = Query { limit: 1_000_000, ..Query::default() };
        let page = instance.register(&register.name, &query, as_at).unwrap().unwrap();
        shown.extend(page.rows.iter().map(|row| format!("{} {row:?}", register.name)));
    }
    shown
}

#[test]
fn of_all_groups_the_same_comes_to_every_plugin() {
    let entries = entries();
    let (mut alerts, mut rows) = (0, 0);
    for (id, program) in mixed::programs() {
        let whole = mixed::run(program, &entries.lines, 4_096, How { batch: 1_024, restore_every: 0 });
        let seen = shown(program, &whole.state, entries.last);
        alerts += whole.said.len();
        rows += seen.len();
        // Stopped and started at the borders of pieces, whose lengths are anybody's guess.
        for (pieces_max, batch) in [(60, 1), (90, 7), (700, 333), (60, 1_024)] {
            let other = mixed::run(program, &entries.lines, pieces_max, How { batch, restore_every: 1 });
            assert_eq!(trial::difference(&whole, &other), None, "{id} in batches of {batch}");
            let shown = shown(program, &other.state, entries.last);
            let differing = seen.iter().zip(&shown).find(|(one, other)| one != other);
            assert_eq!(differing, None, "{id} in batches of {batch}");
            assert_eq!(seen.len(), shown.len(), "{id} in batches of {batch}");
        }
    }
    assert!(alerts > 200, "{alerts} alerts");
    assert!(rows > 200, "{rows} rows and reports");
}
