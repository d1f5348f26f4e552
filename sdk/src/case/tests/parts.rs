//! Cases of several parts: people, and the grants of access that they have.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

const LIVE: Rule = Rule {
    id: "LIVE",
    title: "Access after the last day",
    severity: Severity::Policy,
    recipient: "role/manager",
    clauses: &[],
    feeds: &["access.*"],
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Fact {
    Granted { person: String },
    Revoked,
    Left { person: String },
}

#[derive(Deserialize)]
struct Of {
    person: String,
}

/// The grants that live, by the number of each.
#[derive(Debug, Clone, PartialEq)]
struct Person {
    live: Vec<String>,
    left: Option<Instant>,
    seqs: Vec<u64>,
}

impl Case for Person {
    type Settings = NoSettings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "access.granted" => Fact::Granted { person: data.read::<Of>()?.person },
            "access.revoked" => Fact::Revoked,
            "staff.left" => Fact::Left { person: data.read::<Of>()?.person },
            _ => return Ok(None),
        }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Granted { person } | Fact::Left { person } => Some(person),
            Fact::Revoked => None,
        }
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &NoSettings, facts: &[Happened<Fact>]) -> Option<Person> {
        let mut person = Person { live: Vec::new(), left: None, seqs: Vec::new() };
        for happened in facts {
            person.seqs.push(happened.seq);
            match &happened.fact {
                Fact::Granted { .. } => person.live.push(happened.subject.to_string()),
                Fact::Revoked => person.live.retain(|grant| **grant != *happened.subject),
                Fact::Left { .. } => person.left = Some(happened.time),
            }
        }
        (!facts.is_empty()).then_some(person)
    }

    fn alarms(&self, _: &NoSettings) -> Vec<Alarm> {
        let left = self.left.filter(|_| !self.live.is_empty());
        left.map(|left| Alarm::new(&LIVE, "live", left)).into_iter().collect()
    }

    fn alert(&self, _: &NoSettings, _: &Alarm, alert: Alert) -> Alert {
        alert.arithmetic(self.live.join(", ")).evidence(self.seqs.iter().copied())
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Access {
    people: CaseFold<Person>,
    /// How many grants live, by what was told of each person.
    live: std::collections::BTreeMap<String, usize>,
}

impl Plugin for Access {
    type Settings = NoSettings;

    const MANIFEST: Manifest = Manifest {
        id: "parts",
        version: "1",
        title: "Parts",
        description: "Tests parts.",
        subscriptions: &["access.*", "staff.*", "identity.*", "case.*", "ledger.correction_recorded"],
        rules: &[LIVE],
        settings_schema: NoSettings::SCHEMA,
        catalogue: &[],
        personal: &[],
    };

    fn apply(&mut self, settings: &NoSettings, event: &Event, out: &mut Outcome) {
        let live = &mut self.live;
        self.people.apply_with(settings, event, out, &mut |case, person| {
            match person.filter(|person| !person.live.is_empty()) {
                Some(person) => live.insert(case.to_owned(), person.live.len()),
                None => live.remove(case),
            };
        });
    }

    fn tick(&mut self, settings: &NoSettings, now: Instant, out: &mut Outcome) {
        self.people.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        self.people.wake()
    }
}

fn granted(grant: &str, person: &str, day: &str) -> Post {
    Post::new("access.granted", grant).at(day).data(json!({ "person": person }))
}

fn revoked(grant: &str, day: &str) -> Post {
    Post::new("access.revoked", grant).at(day)
}

fn left(person: &str, day: &str) -> Post {
    Post::new("staff.left", "EMP-1").at(day).data(json!({ "person": person }))
}

fn live(run: &crate::testing::Run<Access>) -> Vec<(&str, usize)> {
    run.plugin().live.iter().map(|(person, live)| (person.as_str(), *live)).collect()
}

#[test]
fn what_is_part_of_a_case_is_folded_with_it_whichever_came_first() {
    let posts = [
        granted("ACC-1", "p-1", "2026-03-02"),
        granted("ACC-2", "p-1", "2026-03-03"),
        granted("ACC-3", "p-2", "2026-03-03"),
        revoked("ACC-2", "2026-03-05"),
        left("p-1", "2026-03-06"),
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 4, 0, 2, 1]] {
        let import = || order.map(|place| posts[place].clone().recorded("2026-03-09"));
        let run = Scenario::<Access>::new().import(import()).wait_until("2026-03-10").run();
        assert_eq!(run.open(), ["LIVE live p-1"]);
        assert_eq!(run.alert("LIVE", "live").arithmetic, "ACC-1");
        assert_eq!(live(&run), [("p-1", 1), ("p-2", 1)]);
        let settled = Scenario::<Access>::new().import(import()).wait_until("2026-03-10");
        let settled = settled.post(revoked("ACC-1", "2026-03-11")).run();
        assert_eq!((settled.open(), live(&settled)), (Vec::new(), vec![("p-2", 1)]));
    }
}

#[test]
fn what_was_said_by_mistake_to_be_part_of_a_case_is_none() {
    let correction = Post::new("ledger.correction_recorded", "ACC-1")
        .at("2026-03-05")
        .data(json!({ "target": 0, "action": "void", "reason": "wrong_person" }));
    let run = Scenario::<Access>::new()
        .post(granted("ACC-1", "p-1", "2026-03-02"))
        .post(left("p-1", "2026-03-03"))
        .wait_until("2026-03-04")
        .post(correction)
        .run();
    assert_eq!((run.open(), live(&run)), (Vec::new(), Vec::new()));
    let people = &run.plugin().people;
    assert_eq!(people.counts_as("ACC-1"), "ACC-1");
    assert_eq!(people.corrected("ACC-1").unwrap(), "entry 0 voided by entry 4");
    assert_eq!(people.corrected("p-1"), None);
}

#[test]
fn two_identifiers_of_one_person_are_one_case() {
    let linked = |kind: &str, day: &str| {
        Post::new(kind, "IDL-1").at(day).data(json!({ "person": "p-1", "same_as": "dir-9" }))
    };
    let scenario = Scenario::<Access>::new()
        .post(granted("ACC-1", "dir-9", "2026-03-02"))
        .post(left("p-1", "2026-03-03"))
        .post(linked("identity.linked", "2026-03-04"))
        .wait_until("2026-03-05");
    let run = scenario.clone().run();
    assert_eq!(run.open(), ["LIVE live p-1"]);
    assert_eq!(run.plugin().people.corrected("p-1").unwrap(), "dir-9 joined by entry 2");
    let parted = scenario.post(linked("identity.unlinked", "2026-03-06")).run();
    assert_eq!((parted.open(), live(&parted)), (Vec::new(), vec![("dir-9", 1)]));
}
