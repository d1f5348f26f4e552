//! What the section says of authorisations.

use muniment_sdk::{Block, Cell, Column, Day, Instant, Metric, Period, Row};

use super::{found, summed};
use crate::Settings;
use crate::authorisation::{Grant, Signatory};
use crate::joined::{Fault, Signed};
use crate::store::Past;

/// A time for which an authorisation was signed, and what is wrong with the signature.
struct Signature<'s> {
    grant: &'s Grant,
    fault: Option<Fault>,
}

/// Its blocks.
pub(super) fn blocks(past: &Past<'_>, settings: &Settings, period: Period, status_at: Instant) -> Vec<Block> {
    let view = past.view();
    let all: Vec<Signed> = past.authorisations.values().map(|it| view.signed(it.clone())).collect();
    let signatures: Vec<Signature<'_>> = all
        .iter()
        .flat_map(|signed| signed.authorisation.grants.iter().zip(&signed.faults))
        .map(|(grant, fault)| Signature { grant, fault: *fault })
        .collect();
    let close = Instant::from_micros(period.to.end().as_micros() - 1).min(status_at);
    let signed = signatures.iter().filter(|it| period.holds(it.grant.on.day)).count();
    let live = signatures.iter().filter(|it| it.grant.holds(close)).count();
    let mut blocks = vec![Block::Heading("Authorisations".to_owned())];
    if signed == 0 && live == 0 {
        let text = "No authorisation was signed in the period, and none was in force at its end.";
        blocks.push(Block::Paragraph(text.to_owned()));
    } else {
        blocks.push(by_signatory(&signatures, period, close));
        blocks.extend(power(&signatures, period));
        blocks.extend(reviews(&all, settings, close));
    }
    let odd = past.authorisations.values().flat_map(|it| it.odd.iter().copied()).collect();
    blocks.extend(found(
        "entries say that an authorisation was over before it was signed, or end one that was not signed; they are left out of \
         account.",
        &[],
        odd,
    ));
    blocks
}

fn by_signatory(signatures: &[Signature<'_>], period: Period, close: Instant) -> Block {
    let row = |name: &str, wanted: Option<Signatory>| {
        let is_wanted = |it: &&Signature<'_>| wanted.is_none_or(|wanted| it.grant.signatory == wanted);
        let these: Vec<&Signature<'_>> = signatures.iter().filter(is_wanted).collect();
        let seqs = |wanted: &dyn Fn(&Grant) -> bool| -> Vec<u64> {
            these.iter().filter(|it| wanted(it.grant)).map(|it| it.grant.on.seq).collect()
        };
        let signed = seqs(&|grant| period.holds(grant.on.day));
        let live = seqs(&|grant| grant.holds(close));
        let over = seqs(&|grant| period.holds(Day::in_london(grant.until)) && grant.until <= close);
        Row::new([
            Cell::from(name),
            Cell::count(signed.len()),
            Cell::count(over.len()),
            Cell::count(live.len()),
        ])
        .evidence(signed.into_iter().chain(over).chain(live))
    };
    let mut rows: Vec<Row> = Signatory::ALL.into_iter().map(|it| row(it.name(), Some(it))).collect();
    rows.push(row("All", None));
    let columns = vec![
        Column::new("signatory", "Signed by"),
        Column::new("signed", "Signed in the period"),
        Column::new("over", "Expired, revoked or replaced in the period"),
        Column::new("live", "In force at its end"),
    ];
    summed("authorisations_by_signatory", "Authorisations to work at home, by who signed", columns, rows)
}

/// Whether whoever signed had the power to, where a director has to.
fn power(signatures: &[Signature<'_>], period: Period) -> Option<Block> {
    let is_asked = |it: &&Signature<'_>| it.grant.needs_director && period.holds(it.grant.on.day);
    let asked: Vec<&Signature<'_>> = signatures.iter().filter(is_asked).collect();
    let right = asked.iter().filter(|it| it.fault.is_none()).map(|it| it.grant.on.seq).collect();
    let metric = Metric::counted("authorisations_rightly_signed", "Signed by somebody with the power to", right)
        .of(asked.len())
        .definition(
            "Of the authorisations signed in the period by which electronic files about identifiable people go home, those \
             signed by a service director, or by a deputy to whom a recorded delegation of that power held on the day. Where \
             the roles are recorded, the director's has to have been held; where they are not, it is taken to have been.",
        );
    (!asked.is_empty()).then(|| Block::from(metric))
}

fn reviews(all: &[Signed], settings: &Settings, close: Instant) -> Option<Block> {
    let last =
        |signed: &Signed| signed.authorisation.last().filter(|grant| grant.holds(close)).map(|it| it.on.seq);
    let live: Vec<&Signed> = all.iter().filter(|signed| last(signed).is_some()).collect();
    let in_date = live.iter().filter(|signed| {
        let due = signed.authorisation.review_due(settings);
        due.is_some_and(|(due, _)| close < due.end())
    });
    let in_date = in_date.filter_map(|signed| last(signed)).collect();
    let metric = Metric::counted("authorisations_reviewed", "Reviewed in time", in_date).of(live.len()).definition(
        "Of the authorisations in force at the end of the period, those whose review was not overdue then: the day that was \
         set had not passed, nor the months after the signature or the last review that the organisation allows.",
    );
    (!live.is_empty()).then(|| Block::from(metric))
}
