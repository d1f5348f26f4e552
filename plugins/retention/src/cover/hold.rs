//! Legal holds.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use super::own::{Own, Via};
use super::{Named, Scope, Span, Why};
use crate::Settings;
use crate::on::On;
use crate::words::{Ground, HoldScope};

/// A hold as it stands: the times in which it stood, and what it named in each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hold {
    /// Never none, and only the last may stand.
    rounds: Vec<Round>,
    pub(crate) scope: HoldScope,
    pub(crate) ground: Option<Ground>,
    pub(crate) directed_by: Option<String>,
    pub(crate) review_due: Option<Day>,
    pub(crate) unit: Option<String>,
    /// An entry that releases what had not been placed.
    pub(crate) never_placed: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Round {
    span: Span,
    names: Vec<Named<Scope>>,
    via: Vec<Named<Via>>,
}

/// What an event about a hold says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Placed(Box<Placed>),
    Released,
}

/// What a hold is placed on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Placed {
    scope: HoldScope,
    cases: Option<Vec<Box<str>>>,
    person: Option<Box<str>>,
    records: Option<Vec<Box<str>>>,
    series: Option<Vec<Box<str>>>,
    classes: Option<Vec<Box<str>>>,
    ground: Option<Ground>,
    directed_by: Option<String>,
    review_due: Option<Day>,
    unit: Option<String>,
}

impl Hold {
    fn last(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// Since when it stands.
    pub(crate) fn stands_since(&self) -> Option<On> {
        self.last().filter(|round| round.span.until.is_none()).map(|round| round.span.from)
    }

    /// All times in which it stood.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.rounds.iter().map(|round| round.span)
    }

    /// Whether it names nothing at all, as it stands.
    pub(crate) fn names_nothing(&self) -> bool {
        self.last().is_none_or(|round| round.names.is_empty() && round.via.is_empty())
    }

    /// What it is placed on, in words; no person is named.
    pub(crate) fn covers(&self) -> String {
        let Some(round) = self.last() else { return String::new() };
        let names = round.names.iter().map(|named| match &named.what {
            Scope::Record(id) => id.to_string(),
            Scope::Series(id) => format!("series {id}"),
            Scope::Class(id) => format!("class {id}"),
        });
        let via = round.via.iter().filter_map(|named| match &named.what {
            // It is among the records already: a hold of a case covers a file of that number too.
            Via::Case(_) => None,
            Via::Person(_) => Some("what requests about a person name".to_owned()),
        });
        names.chain(via).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn known(&self) -> Own {
        let own = |round: &Round| Own::of([round.span], &round.names, &round.via);
        let nothing = Own::of([], &[], &[]);
        self.rounds.iter().map(own).fold(nothing, Own::join)
    }

    fn place(&mut self, on: On, placed: &Placed) {
        let Placed { scope, cases, person, records, series, classes, .. } = placed;
        self.scope = *scope;
        self.ground = placed.ground.or(self.ground);
        self.review_due = placed.review_due.or(self.review_due);
        if placed.directed_by.is_some() {
            self.directed_by.clone_from(&placed.directed_by);
        }
        if placed.unit.is_some() {
            self.unit.clone_from(&placed.unit);
        }
        if self.stands_since().is_none() {
            let span = Span { why: Why::Hold, from: on, until: None };
            self.rounds.push(Round { span, names: Vec::new(), via: Vec::new() });
        }
        let Some(round) = self.rounds.last_mut() else { return };
        let all = |of: &Option<Vec<Box<str>>>| of.iter().flatten().cloned().collect::<Vec<_>>();
        // The file of a case may be a record under the case's own number.
        let of_records = all(records).into_iter().chain(all(cases)).map(Scope::Record);
        let of_series = all(series).into_iter().map(Scope::Series);
        let of_classes = all(classes).into_iter().map(Scope::Class);
        for what in of_records.chain(of_series).chain(of_classes) {
            if !round.names.iter().any(|named| named.what == what) {
                round.names.push(Named { what, on });
            }
        }
        let of_cases = all(cases).into_iter().map(Via::Case);
        for what in of_cases.chain(person.clone().map(Via::Person)) {
            if !round.via.iter().any(|named| named.what == what) {
                round.via.push(Named { what, on });
            }
        }
    }

    fn release(&mut self, on: On) {
        match self.rounds.last_mut() {
            Some(round) => _ = round.span.until.get_or_insert(on),
            None => _ = self.never_placed.get_or_insert(on.seq),
        }
    }
}

impl Case for Hold {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(match kind {
            "hold.placed" => Some(Fact::Placed(Box::new(data.read()?))),
            "hold.released" => Some(Fact::Released),
            _ => None,
        })
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Placed { .. } => 0,
            Fact::Released => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Hold> {
        let mut hold = Hold {
            rounds: Vec::new(),
            scope: HoldScope::Record,
            ground: None,
            directed_by: None,
            review_due: None,
            unit: None,
            never_placed: None,
        };
        for happened in facts {
            let on = On::of(happened);
            match &happened.fact {
                Fact::Placed(placed) => hold.place(on, placed),
                Fact::Released => hold.release(on),
            }
        }
        (!facts.is_empty()).then_some(hold)
    }

    fn is_done(&self) -> bool {
        self.stands_since().is_none()
    }

    /// What a hold has to say, it says of the records that it covers.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
