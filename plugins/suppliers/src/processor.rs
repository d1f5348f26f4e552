//! Processors: what of their events is kept, and how a processor is worked out of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::{On, keep};

/// What an event about a processor says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Contracted(Box<Terms>),
    Assured { until: Day, supplier: Option<String> },
    Reviewed { finding: Outcome, review_due: Option<Day> },
    SubprocessorDecided { subprocessor: String, decision: Decision },
}

/// What a contract says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    supplier: Option<String>,
    article28_complete: bool,
    starts: Option<Day>,
    ends: Option<Day>,
    processing_starts: Option<Day>,
    owner: Option<String>,
    review_due: Option<Day>,
    unit: Option<String>,
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Satisfactory,
    ActionsNeeded,
    Unsatisfactory,
}

/// What was decided about a subprocessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Approved,
    ApprovedWithConditions,
    Refused,
}

/// A processor, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Processor {
    pub(crate) supplier: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    /// Its contracts, by their first days; of several the later one stands in the place of the earlier.
    pub(crate) contracts: Vec<Contract>,
    /// The first day on which it was to get data, and the entry that says so.
    pub(crate) processing: Option<(Day, u64)>,
    pub(crate) assurances: Vec<Assurance>,
    pub(crate) reviews: Vec<(On, Outcome)>,
    pub(crate) review_due: Option<Day>,
    pub(crate) subprocessors: Vec<(On, String, Decision)>,
    /// Contracts that make no sense: they would be over before they were signed.
    pub(crate) reversed: Vec<u64>,
}

/// A contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contract {
    pub(crate) signed: On,
    /// The first day on which it is signed and applies.
    pub(crate) from: Day,
    /// Its last day, where that is fixed.
    pub(crate) to: Option<Day>,
    /// Whether it has every clause that Article 28 asks for.
    pub(crate) is_complete: bool,
}

/// Something that shows that data is safe with the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assurance {
    pub(crate) on: On,
    /// The last day for which it is said to hold.
    pub(crate) until: Day,
}

/// By when a processor is to be assured again, and why then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assured {
    /// The assurance itself ends then.
    Until(Day, Assurance),
    /// It holds for longer, but so many months after it was given it is to be renewed.
    Renew(Day, Assurance),
    /// There never was any: so many months after the first day it is due.
    Never(Day),
}

impl Assured {
    pub(crate) fn due(self) -> Day {
        match self {
            Assured::Until(due, _) | Assured::Renew(due, _) | Assured::Never(due) => due,
        }
    }
}

impl Processor {
    /// The contract that applies on a day.
    pub(crate) fn contract_on(&self, day: Day) -> Option<&Contract> {
        self.contracts.iter().rfind(|it| it.from <= day && it.to.is_none_or(|to| day <= to))
    }

    /// The last day of the last contract; nothing where there is none or it has no end.
    pub(crate) fn ends(&self) -> Option<Day> {
        self.contracts.last()?.to
    }

    /// The first day on which it has a contract or data, of what is known.
    pub(crate) fn begins(&self, first_transfer: Option<Day>) -> Option<Day> {
        let contract = self.contracts.first().map(|contract| contract.from);
        let processing = self.processing.map(|(day, _)| day);
        [contract, processing, first_transfer].into_iter().flatten().min()
    }

    /// By when it is to be assured again: of several assurances the one that holds longest counts.
    pub(crate) fn assured(&self, settings: &Settings, first_transfer: Option<Day>) -> Option<Assured> {
        let months = settings.processor_assurance_months;
        let of = |it: &Assurance| {
            let renew = it.on.day.plus_months(months);
            if it.until <= renew { Assured::Until(it.until, *it) } else { Assured::Renew(renew, *it) }
        };
        let last = self.assurances.iter().map(of).max_by_key(|assured| assured.due());
        last.or_else(|| Some(Assured::Never(self.begins(first_transfer)?.plus_months(months))))
    }

    pub(crate) fn seqs(&self) -> impl Iterator<Item = u64> {
        let contracts = self.contracts.iter().map(|contract| contract.signed.seq);
        contracts.chain(self.assurances.iter().map(|assurance| assurance.on.seq))
    }

    fn contract(&mut self, on: On, terms: &Terms) {
        keep(&mut self.supplier, &terms.supplier);
        keep(&mut self.owner, &terms.owner);
        keep(&mut self.unit, &terms.unit);
        keep(&mut self.review_due, &terms.review_due);
        // What is signed afterwards for a time before applies from the signature on.
        let from = terms.starts.map_or(on.day, |starts| starts.max(on.day));
        if terms.ends.is_some_and(|ends| ends < from) {
            return self.reversed.push(on.seq);
        }
        let processing = terms.processing_starts.map(|day| (day, on.seq));
        self.processing = self.processing.into_iter().chain(processing).min();
        let is_complete = terms.article28_complete;
        self.contracts.push(Contract { signed: on, from, to: terms.ends, is_complete });
    }

    /// A later contract stands in the place of an earlier one from its first day on.
    fn set_in_order(&mut self) {
        self.contracts.sort_by_key(|contract| (contract.from, contract.signed));
        for place in 1..self.contracts.len() {
            let before = self.contracts[place].from.plus(-1);
            let earlier = &mut self.contracts[place - 1];
            earlier.to = Some(earlier.to.map_or(before, |to| to.min(before)));
        }
    }
}

impl Case for Processor {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "processor.contract_signed" => Fact::Contracted(Box::new(data.read()?)),
            "processor.assured" => {
                let Assuring { assurance_until, supplier } = data.read()?;
                Fact::Assured { until: assurance_until, supplier }
            }
            "processor.reviewed" => {
                let Reviewed { finding, review_due } = data.read()?;
                Fact::Reviewed { finding, review_due }
            }
            "subprocessor.approved" => {
                let Decided { subprocessor, decision } = data.read()?;
                Fact::SubprocessorDecided { subprocessor, decision }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Contracted(_) => 0,
            Fact::Assured { .. } => 1,
            Fact::Reviewed { .. } => 2,
            Fact::SubprocessorDecided { .. } => 3,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Processor> {
        let mut processor = Processor::default();
        for happened in facts {
            let on = On::of(happened);
            match &happened.fact {
                Fact::Contracted(terms) => processor.contract(on, terms),
                Fact::Assured { until, supplier } => {
                    keep(&mut processor.supplier, supplier);
                    processor.assurances.push(Assurance { on, until: *until });
                }
                Fact::Reviewed { finding, review_due } => {
                    // What is recorded twice happened once.
                    if !processor
                        .reviews
                        .iter()
                        .any(|(other, found)| other.time == on.time && found == finding)
                    {
                        processor.reviews.push((on, *finding));
                    }
                    // What was to be looked at again has been, whether or not a next day was set.
                    processor.review_due = *review_due;
                }
                Fact::SubprocessorDecided { subprocessor, decision } => {
                    let is_known = processor.subprocessors.iter().any(|(other, name, known)| {
                        other.time == on.time && name == subprocessor && known == decision
                    });
                    if !is_known {
                        processor.subprocessors.push((on, subprocessor.clone(), *decision));
                    }
                }
            }
        }
        processor.set_in_order();
        (!facts.is_empty()).then_some(processor)
    }

    /// What there is to be said hangs on the data that went there too: see [`crate::alarms::processor`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Assuring {
    assurance_until: Day,
    supplier: Option<String>,
}

#[derive(Deserialize)]
struct Reviewed {
    finding: Outcome,
    review_due: Option<Day>,
}

#[derive(Deserialize)]
struct Decided {
    subprocessor: String,
    decision: Decision,
}
