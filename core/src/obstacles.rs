//! What stands in the way of destroying sealed personal data: a hold that covers it, or a request that is open.
//!
//! FOIA 2000 s.77 and DPA 2018 s.173 make it an offence to destroy what was asked for in order not to disclose it, and
//! a direction to keep something wins over every retention period. So nothing is destroyed while either covers it.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::group_of;
use crate::json::{Object, Value};

/// One reason not to destroy something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A hold that was not released.
    Hold {
        /// The hold.
        hold: String,
        /// The entry that placed it.
        seq: u64,
    },
    /// A request that was not closed.
    OpenRequest {
        /// The case.
        case: String,
        /// The entry that received or reopened it, or that says what it covers.
        seq: u64,
    },
}

impl Obstacle {
    /// Stable names of the kinds, for machines.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Obstacle::Hold { .. } => "hold",
            Obstacle::OpenRequest { .. } => "open_request",
        }
    }

    /// The hold or the case.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Obstacle::Hold { hold, .. } => hold,
            Obstacle::OpenRequest { case, .. } => case,
        }
    }

    /// The entry to look at.
    #[must_use]
    pub fn seq(&self) -> u64 {
        match self {
            Obstacle::Hold { seq, .. } | Obstacle::OpenRequest { seq, .. } => *seq,
        }
    }
}

/// What is known of holds and requests. A fold: give it the events in the order of the ledger.
#[derive(Debug, Clone, Default)]
pub struct Obstacles {
    holds: BTreeMap<String, Cover>,
    requests: BTreeMap<String, Request>,
}

/// What a hold or a request covers.
#[derive(Debug, Clone, Default)]
struct Cover {
    seq: u64,
    subjects: BTreeSet<String>,
    people: BTreeSet<String>,
}

#[derive(Debug, Clone, Default)]
struct Request {
    /// The entry that made it open, if it is.
    open: Option<u64>,
    covers: Cover,
}

/// What is to be destroyed.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// The group of a case.
    pub group: &'t str,
    /// Its subject.
    pub subject: &'t str,
    /// The pseudonyms that its entries name.
    pub people: &'t BTreeSet<String>,
}

impl Obstacles {
    /// The types of events that it looks at, as searches name them.
    pub const TYPES: [&'static str; 2] = ["hold.*", "request.*"];

    /// Takes an event in.
    pub fn apply(&mut self, seq: u64, event: &Object<'_>) {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let (event_type, subject) = (text("type"), text("subject"));
        let data = event.get("data").and_then(Value::as_object);
        match event_type {
            "hold.placed" => {
                let cover = self.holds.entry(subject.to_owned()).or_default();
                cover.seq = seq;
                cover.add(data, &["cases", "records"]);
            }
            "hold.released" => drop(self.holds.remove(subject)),
            "request.closed" | "request.withdrawn" | "request.lapsed" => {
                self.requests.entry(subject.to_owned()).or_default().open = None;
            }
            _ if group_of(event_type) == "request" => {
                let request = self.requests.entry(subject.to_owned()).or_default();
                if matches!(event_type, "request.received" | "request.reopened") {
                    request.open = Some(seq);
                }
                if event_type == "request.records_identified" {
                    request.covers.seq = seq;
                    request.covers.add(data, &["records"]);
                }
            }
            _ => {}
        }
    }

    /// Every reason not to destroy what a case holds, or what is known of persons.
    #[must_use]
    pub fn of(&self, target: Target<'_>) -> Vec<Obstacle> {
        let covering = self.holds.iter().filter(|(_, cover)| cover.covers(target));
        let holds = covering.map(|(hold, cover)| Obstacle::Hold { hold: hold.clone(), seq: cover.seq });
        let requests = self.requests.iter().filter_map(|(case, request)| {
            let open = request.open?;
            let itself = target.group == "request" && target.subject == case;
            let seq = if itself { open } else { request.covers.seq };
            (itself || request.covers.covers(target))
                .then(|| Obstacle::OpenRequest { case: case.clone(), seq })
        });
        holds.chain(requests).collect()
    }
}

impl Cover {
    fn add(&mut self, data: Option<&Object<'_>>, lists: &[&str]) {
        let Some(data) = data else { return };
        for name in lists {
            if let Some(Value::Array(items)) = data.get(name) {
                self.subjects.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
            }
        }
        let person = data.get("person").and_then(Value::as_str);
        self.people.extend(person.map(str::to_owned));
    }

    fn covers(&self, target: Target<'_>) -> bool {
        self.subjects.contains(target.subject) || !self.people.is_disjoint(target.people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn check(events: &[&str], group: &str, subject: &str, people: &[&str], expect: &[&str]) {
        let mut obstacles = Obstacles::default();
        for (seq, event) in (10..).zip(events) {
            let (event_type, rest) = event.split_once(' ').unwrap();
            let (about, data) = rest.split_once(' ').unwrap_or((rest, "{}"));
            let text = format!(r#"{{"type":"{event_type}","subject":"{about}","data":{data}}}"#);
            obstacles.apply(seq, json::parse(text.as_bytes()).unwrap().as_object().unwrap());
        }
        let people = people.iter().map(|person| (*person).to_owned()).collect();
        let found = obstacles.of(Target { group, subject, people: &people });
        let found: Vec<String> =
            found.iter().map(|one| format!("{} {} {}", one.kind(), one.subject(), one.seq())).collect();
        assert_eq!(found, expect, "{events:?} {group} {subject}");
    }

    #[test]
    fn a_hold_lasts_until_it_is_released() {
        let placed = r#"hold.placed H-1 {"scope":"case","cases":["FOI-1","FOI-2"]}"#;
        check(&[placed], "breach", "FOI-1", &[], &["hold H-1 10"]);
        check(&[placed], "breach", "FOI-3", &[], &[]);
        check(&[placed, "hold.released H-1"], "breach", "FOI-1", &[], &[]);
        check(&[placed, "hold.released H-2"], "breach", "FOI-2", &[], &["hold H-1 10"]);
        check(
            &[r#"hold.placed H-1 {"scope":"person","person":"p-1"}"#],
            "access",
            "A",
            &["p-1"],
            &["hold H-1 10"],
        );
        check(
            &[r#"hold.placed H-1 {"scope":"record","records":["record/7"]}"#],
            "disposal",
            "record/7",
            &[],
            &["hold H-1 10"],
        );
    }

    #[test]
    fn an_open_request_keeps_its_own_case_and_what_it_covers() {
        let received = "request.received FOI-1";
        check(&[received], "request", "FOI-1", &[], &["open_request FOI-1 10"]);
        check(
            &[received, "request.response_issued FOI-1"],
            "request",
            "FOI-1",
            &[],
            &["open_request FOI-1 10"],
        );
        for end in ["request.closed FOI-1", "request.withdrawn FOI-1", "request.lapsed FOI-1"] {
            check(&[received, end], "request", "FOI-1", &[], &[]);
            check(
                &[received, end, "request.reopened FOI-1"],
                "request",
                "FOI-1",
                &[],
                &["open_request FOI-1 12"],
            );
        }
        check(&[received], "breach", "FOI-1", &[], &[]);
        let identified = r#"request.records_identified FOI-1 {"records":["INC-1"],"person":"p-1"}"#;
        check(&[received, identified], "breach", "INC-1", &[], &["open_request FOI-1 11"]);
        check(&[received, identified], "staff", "S-1", &["p-1"], &["open_request FOI-1 11"]);
        check(&[received, identified, "request.closed FOI-1"], "breach", "INC-1", &[], &[]);
        check(&[identified], "breach", "INC-1", &[], &[]);
    }
}
