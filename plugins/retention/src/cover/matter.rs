//! Requests for information with all that follows them: reviews, the regulator, tribunals.

use std::rc::Rc;

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use super::own::{Own, Via};
use super::{Named, Scope, Span, Why};
use crate::Settings;
use crate::on::On;

/// A request and what follows it, as it stands: what it names, and when it was open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matter {
    pub(super) names: Vec<Named<Scope>>,
    people: Vec<Named<Via>>,
    pub(crate) spans: Vec<Span>,
    /// An entry that ends what had not begun.
    pub(crate) never_begun: Option<u64>,
    open: Open,
}

/// What of it is open.
#[derive(Debug, Clone, Default, PartialEq)]
struct Open {
    since: Option<(Why, On)>,
    /// By number: cases that were merged are each open until the one that goes on is closed.
    requests: Vec<Rc<str>>,
    reviews: Vec<Rc<str>>,
    others: Vec<Item>,
    was_ever: bool,
}

/// What the regulator or a tribunal has to decide, or has ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Complaint,
    Notice,
    Steps,
    Appeal,
}

/// What an event says, and of which request where its subject is another number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    of: Option<String>,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum What {
    Received {
        person: Option<Box<str>>,
    },
    Identified(Box<Identified>),
    Ended {
        is_merged: bool,
    },
    Reopened,
    ReviewAsked,
    ReviewEnded,
    Complained,
    Demanded,
    Supplied,
    Decided {
        has_steps: bool,
    },
    Complied {
        is_full: bool,
    },
    RegulatorClosed,
    Appealed,
    Judged {
        has_steps: bool,
    },
    /// It is of no account: a part of it was passed on, say.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Identified {
    series: Option<Vec<Box<str>>>,
    records: Option<Vec<Box<str>>>,
    person: Option<Box<str>>,
}

impl Matter {
    pub(super) fn known(&self) -> Own {
        Own::of(self.spans.iter().copied(), &self.names, &self.people)
    }

    /// Whether it names anything, or somebody because of whom it may cover something.
    pub(crate) fn is_of_account(&self) -> bool {
        !self.names.is_empty() || !self.people.is_empty()
    }

    fn name(&mut self, on: On, found: &Identified) {
        let records = found.records.iter().flatten().cloned().map(Scope::Record);
        let series = found.series.iter().flatten().cloned().map(Scope::Series);
        for what in records.chain(series) {
            if !self.names.iter().any(|named| named.what == what) {
                self.names.push(Named { what, on });
            }
        }
        self.about(on, &found.person);
    }

    fn about(&mut self, on: On, person: &Option<Box<str>>) {
        if let Some(person) = person {
            let what = Via::Person(person.clone());
            if !self.people.iter().any(|named| named.what == what) {
                self.people.push(Named { what, on });
            }
        }
    }

    fn take(&mut self, on: On, subject: &Rc<str>, what: &What) {
        match what {
            What::Received { person } => {
                self.about(on, person);
                self.begin(Why::Request, on);
                self.open.requests.push(subject.clone());
            }
            What::Identified(found) => {
                self.name(on, found);
                // Of a request that was there before the ledger nobody recorded the receipt.
                if !self.open.was_ever {
                    self.begin(Why::Request, on);
                    self.open.requests.push(subject.clone());
                }
            }
            What::Reopened => {
                self.begin(Why::Request, on);
                self.open.requests.push(subject.clone());
            }
            What::ReviewAsked => {
                self.begin(Why::Review, on);
                self.open.reviews.push(subject.clone());
            }
            What::Complained => self.ask(Item::Complaint, on),
            What::Demanded => self.ask(Item::Notice, on),
            What::Appealed => self.ask(Item::Appeal, on),
            What::Decided { has_steps } => {
                if *has_steps {
                    self.ask(Item::Steps, on);
                }
                self.open.others.retain(|item| !matches!(item, Item::Complaint | Item::Notice));
            }
            What::Judged { has_steps } => {
                if *has_steps {
                    self.ask(Item::Steps, on);
                }
                self.open.others.retain(|item| *item != Item::Appeal);
            }
            What::Supplied => self.open.others.retain(|item| *item != Item::Notice),
            What::Complied { is_full: true } => self.open.others.retain(|item| *item != Item::Steps),
            What::RegulatorClosed => {
                self.open.others.retain(|item| !matches!(item, Item::Complaint | Item::Notice));
            }
            What::Ended { is_merged: true } => self.open.requests.retain(|number| number != subject),
            What::Ended { is_merged: false } => {
                if !self.open.was_ever {
                    self.never_begun.get_or_insert(on.seq);
                }
                self.open.requests.clear();
            }
            What::ReviewEnded => self.open.reviews.retain(|number| number != subject),
            What::Complied { is_full: false } | What::Nothing => {}
        }
        self.settle(on);
    }

    fn ask(&mut self, item: Item, on: On) {
        self.begin(if item == Item::Appeal { Why::Tribunal } else { Why::Regulator }, on);
        self.open.others.push(item);
    }

    fn begin(&mut self, why: Why, on: On) {
        self.open.was_ever = true;
        self.open.since.get_or_insert((why, on));
    }

    /// Where nothing is open any more, the time in which something was is over.
    fn settle(&mut self, on: On) {
        let Open { since, requests, reviews, others, .. } = &mut self.open;
        if requests.is_empty()
            && reviews.is_empty()
            && others.is_empty()
            && let Some((why, from)) = since.take()
        {
            self.spans.push(Span { why, from, until: Some(on) });
        }
    }

    fn finish(mut self) -> Matter {
        if let Some((why, from)) = self.open.since {
            self.spans.push(Span { why, from, until: None });
        }
        self
    }
}

impl Case for Matter {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "request.received" => What::Received { person: data.read::<OfPerson>()?.person },
            "request.records_identified" => What::Identified(Box::new(data.read()?)),
            "request.closed" => {
                let reason = data.read::<Closed>()?.close_reason;
                What::Ended { is_merged: reason.as_deref() == Some("merged") }
            }
            "request.withdrawn" | "request.lapsed" | "request.fee_lapsed" => What::Ended { is_merged: false },
            "request.transferred" => match data.read::<Transferred>()?.transfer_extent.as_deref() {
                Some("part") => What::Nothing,
                _ => What::Ended { is_merged: false },
            },
            "request.reopened" => What::Reopened,
            "review.requested" => What::ReviewAsked,
            "review.decided" | "review.withdrawn" => What::ReviewEnded,
            "ico.complaint_notified" => What::Complained,
            "ico.information_notice" => What::Demanded,
            "ico.information_supplied" => What::Supplied,
            "ico.decision_notice" => What::Decided { has_steps: has_steps(data)? },
            "ico.decision_complied" => {
                What::Complied { is_full: data.read::<Complied>()?.complied_in_full.unwrap_or(true) }
            }
            "ico.complaint_closed" => What::RegulatorClosed,
            "tribunal.appealed" => What::Appealed,
            "tribunal.decided" => What::Judged { has_steps: has_steps(data)? },
            _ => return Ok(None),
        };
        let of = if kind.starts_with("request.") { None } else { data.read::<OfRequest>()?.request_ref };
        let of = of.map(|of| of.strip_prefix("request/").map(str::to_owned).unwrap_or(of));
        Ok(Some(Fact { of, what }))
    }

    /// A review or a case of the regulator with a number of its own names the request that it is about.
    fn part_of(fact: &Fact) -> Option<&str> {
        fact.of.as_deref()
    }

    /// What begins comes before what ends, so that a review asked for on the day on which the request was closed leaves no
    /// gap.
    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Received { .. } | What::Nothing => 0,
            What::Identified(_) => 1,
            What::ReviewAsked | What::Complained | What::Demanded => 2,
            What::Decided { .. } => 3,
            What::Appealed => 4,
            What::Judged { .. } => 5,
            What::Supplied | What::Complied { .. } => 6,
            What::Ended { .. } | What::ReviewEnded | What::RegulatorClosed => 7,
            What::Reopened => 8,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Matter> {
        let mut matter = Matter {
            names: Vec::new(),
            people: Vec::new(),
            spans: Vec::new(),
            never_begun: None,
            open: Open::default(),
        };
        for happened in facts {
            matter.take(On::of(happened), &happened.subject, &happened.fact.what);
        }
        (!facts.is_empty()).then(|| matter.finish())
    }

    fn is_done(&self) -> bool {
        self.open.since.is_none()
    }

    /// What a request has to say, it says of the records that it covers.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

fn has_steps(data: Data<'_>) -> Result<bool, DataError> {
    Ok(data.read::<Steps>()?.steps_required.is_some_and(|steps| steps > 0))
}

#[derive(Deserialize)]
struct OfPerson {
    person: Option<Box<str>>,
}

#[derive(Deserialize)]
struct OfRequest {
    request_ref: Option<String>,
}

#[derive(Deserialize)]
struct Closed {
    close_reason: Option<String>,
}

#[derive(Deserialize)]
struct Transferred {
    transfer_extent: Option<String>,
}

#[derive(Deserialize)]
struct Steps {
    steps_required: Option<u64>,
}

#[derive(Deserialize)]
struct Complied {
    complied_in_full: Option<bool>,
}
