//! What the section says of processors.

use muniment_sdk::{Block, Cell, Column, Day, Metric, Row};

use super::{Asked, doubtful, summed};
use crate::Settings;
use crate::alarms::processor::first_data;
use crate::processor::{Assured, Decision, Outcome};
use crate::processors::Supplied;

/// How a processor's contract stands at the end of the period.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contract {
    Complete,
    Incomplete,
    None,
}

/// How its assurance stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Assurance {
    InDate,
    Overdue,
    NeverDue,
    Never,
}

/// A processor that has a contract, or data and none, at the end of the period.
struct Current<'s> {
    supplied: &'s Supplied,
    contract: Contract,
    assurance: Assurance,
}

/// Its blocks.
pub(super) fn blocks(asked: Asked<'_>) -> Vec<Block> {
    let (settings, close) = (asked.settings, Day::in_london(asked.close()));
    let all = asked.plugin.processors.at(settings, asked.close());
    let current: Vec<Current<'_>> = all.values().filter_map(|it| Current::of(it, settings, close)).collect();
    let mut blocks = vec![Block::Heading("Processors".to_owned())];
    if current.is_empty() {
        let text = "At the end of the period no processor had a contract, or data without one.";
        blocks.push(Block::Paragraph(text.to_owned()));
    } else {
        blocks.extend(figures(&current));
        blocks.push(by_contract(&current));
    }
    blocks.extend(contract_first(asked));
    blocks.extend(reviews(&all.values().collect::<Vec<_>>(), asked));
    let reversed = all.values().flat_map(|it| it.processor.reversed.iter().copied()).collect();
    blocks.extend(doubtful(
        "contracts with processors would have been over before they were signed; they are left out of account.",
        reversed,
    ));
    let assured_only = all.values().filter(|it| it.processor.begins(it.first_transfer()).is_none());
    let assured_only = assured_only.filter_map(|it| Some(it.processor.assurances.first()?.on.seq)).collect();
    blocks.extend(doubtful(
        "processors were assured, and neither a contract nor a transfer is on record.",
        assured_only,
    ));
    blocks
}

impl Current<'_> {
    fn of<'s>(supplied: &'s Supplied, settings: &Settings, close: Day) -> Option<Current<'s>> {
        let processor = &supplied.processor;
        let contract = match processor.contract_on(close).map(|contract| contract.is_complete) {
            Some(true) => Contract::Complete,
            Some(false) => Contract::Incomplete,
            None => Contract::None,
        };
        let has_data = match processor.contracts.last() {
            Some(_) => {
                supplied.after_contract.is_some()
                    || first_data(supplied).is_some() && processor.ends().is_none()
            }
            None => supplied.first.is_some(),
        };
        if contract == Contract::None && !has_data {
            return None;
        }
        let assurance = match processor.assured(settings, supplied.first_transfer()) {
            Some(Assured::Never(due)) if close <= due => Assurance::NeverDue,
            Some(Assured::Never(_)) | None => Assurance::Never,
            Some(assured) if close <= assured.due() => Assurance::InDate,
            Some(_) => Assurance::Overdue,
        };
        Some(Current { supplied, contract, assurance })
    }

    fn seq(&self) -> u64 {
        let first = self.supplied.first.map(|sending| sending.seq);
        self.supplied.processor.seqs().next().or(first).unwrap_or_default()
    }
}

fn figures(current: &[Current<'_>]) -> [Block; 2] {
    let seqs = |wanted: &dyn Fn(&Current<'_>) -> bool| -> Vec<u64> {
        current.iter().filter(|it| wanted(it)).map(Current::seq).collect()
    };
    [
        Block::from(
            Metric::counted(
                "processors_complete",
                "Processors with a complete contract",
                seqs(&|it| it.contract == Contract::Complete),
            )
            .of(current.len())
            .definition(
                "Of the processors that had a contract on the last day of the period, or to which personal data went without \
                 one, those whose contract is recorded to have every clause that UK GDPR, Article 28(3), asks for.",
            ),
        ),
        Block::from(
            Metric::counted(
                "processors_assured",
                "Processors whose assurance is in date",
                seqs(&|it| it.assurance == Assurance::InDate),
            )
            .of(current.len())
            .definition(
                "Of the same processors, those whose assurance held on the last day of the period and had been given no \
                 longer ago than the organisation allows.",
            ),
        ),
    ]
}

fn by_contract(current: &[Current<'_>]) -> Block {
    let row = |name: &str, wanted: Option<Contract>| {
        let is_wanted = |it: &&Current<'_>| wanted.is_none_or(|wanted| it.contract == wanted);
        let these: Vec<&Current<'_>> = current.iter().filter(is_wanted).collect();
        let count = |assurance| Cell::count(these.iter().filter(|it| it.assurance == assurance).count());
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(Assurance::InDate),
            count(Assurance::Overdue),
            count(Assurance::Never),
            count(Assurance::NeverDue),
        ])
        .evidence(these.iter().map(|it| it.seq()))
    };
    summed(
        "processors_by_contract",
        "Processors at the end of the period, by contract and assurance",
        vec![
            Column::new("contract", "Contract"),
            Column::new("processors", "Processors"),
            Column::new("in_date", "Assurance in date"),
            Column::new("overdue", "Assurance overdue"),
            Column::new("never", "Never assured, and due"),
            Column::new("not_due", "Not assured yet, and not due"),
        ],
        vec![
            row("Complete", Some(Contract::Complete)),
            row("Incomplete", Some(Contract::Incomplete)),
            row("None in force", Some(Contract::None)),
            row("All", None),
        ],
    )
}

/// Whether the contract came before the data, for processors that first got data in the period.
fn contract_first(asked: Asked<'_>) -> Option<Block> {
    let all = asked.plugin.processors.at(asked.settings, asked.status_at);
    let begun: Vec<(u64, bool)> = all
        .values()
        .filter_map(|supplied| {
            let first = Day::in_london(first_data(supplied)?);
            let processing = supplied.processor.processing.filter(|(day, _)| *day <= first);
            let seq = processing.map(|(_, seq)| seq).or(supplied.first.map(|sending| sending.seq))?;
            let in_time = supplied.processor.contract_on(first).is_some_and(|contract| contract.is_complete);
            asked.period.holds(first).then_some((seq, in_time))
        })
        .collect();
    let in_time = begun.iter().filter(|(_, in_time)| *in_time).map(|(seq, _)| *seq).collect();
    let metric = Metric::counted("processors_contract_first", "Contract before the data", in_time)
        .of(begun.len())
        .definition(
            "Of the processors that first got personal data in the period, those with a complete contract signed and in \
             force by that day. Data first goes there on the day on which processing is recorded to start, or with the \
             first transfer, whichever is earlier. What went there before 25 May 2018 is not looked at.",
        );
    (!begun.is_empty()).then(|| Block::from(metric))
}

/// What reviews found, and what was decided about subprocessors.
fn reviews(all: &[&Supplied], asked: Asked<'_>) -> Vec<Block> {
    const FOUND: [(Outcome, &str); 3] = [
        (Outcome::Satisfactory, "Satisfactory"),
        (Outcome::ActionsNeeded, "Actions needed"),
        (Outcome::Unsatisfactory, "Unsatisfactory"),
    ];
    const DECIDED: [(Decision, &str); 3] = [
        (Decision::Approved, "Approved"),
        (Decision::ApprovedWithConditions, "Approved with conditions"),
        (Decision::Refused, "Refused"),
    ];
    let reviews = all.iter().flat_map(|it| &it.processor.reviews);
    let reviews: Vec<_> = reviews.filter(|(on, _)| asked.period.holds(on.day)).collect();
    let decisions = all.iter().flat_map(|it| &it.processor.subprocessors);
    let decisions: Vec<_> = decisions.filter(|(on, ..)| asked.period.holds(on.day)).collect();
    let row =
        |name: &str, seqs: Vec<u64>| Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs);
    let mut blocks = Vec::new();
    if !reviews.is_empty() {
        let of = |wanted: Option<Outcome>| -> Vec<u64> {
            let these = reviews.iter().filter(|(_, found)| wanted.is_none_or(|wanted| wanted == *found));
            these.map(|(on, _)| on.seq).collect()
        };
        let mut rows: Vec<Row> = FOUND.into_iter().map(|(found, name)| row(name, of(Some(found)))).collect();
        rows.push(row("All", of(None)));
        let columns = vec![Column::new("finding", "Finding"), Column::new("reviews", "Reviews")];
        blocks.push(summed("processor_reviews", "Reviews of processors in the period", columns, rows));
    }
    if !decisions.is_empty() {
        let of = |wanted: Option<Decision>| -> Vec<u64> {
            let these = decisions.iter().filter(|(_, _, it)| wanted.is_none_or(|wanted| wanted == *it));
            these.map(|(on, ..)| on.seq).collect()
        };
        let mut rows: Vec<Row> =
            DECIDED.into_iter().map(|(decision, name)| row(name, of(Some(decision)))).collect();
        rows.push(row("All", of(None)));
        let columns =
            vec![Column::new("decision", "Decision"), Column::new("subprocessors", "Subprocessors")];
        blocks.push(summed("subprocessors", "Decisions on subprocessors in the period", columns, rows));
    }
    blocks
}
