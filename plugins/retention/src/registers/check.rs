//! The disposal check: may a record be destroyed now, and if not, why.

use muniment_sdk::{Cell, Column, Day, Instant, Register, Row};

use super::listed::Listed;
use crate::alarms::basis;
use crate::case::{Kept, Left, Thing};
use crate::cover::{By, Cover};
use crate::on::On;
use crate::rules::COVERED;
use crate::words::Decision;
use crate::{Retention, Settings};

/// Its columns. A row for each reason that stands in the way, or one that says that there is none.
pub(super) const DISPOSAL_CHECK: Register = Register {
    name: "disposal-check",
    title: "Disposal check",
    description: "Whether a record may be destroyed now: a row for each reason against it, or one row that allows it. It is \
                  asked about one record; the whole register has the records that are due or scheduled.",
    feeds: COVERED,
    columns: &[
        Column::new("record", "Record"),
        Column::new("allowed", "Allowed"),
        Column::new("reason", "Reason"),
        Column::new("by", "Because of"),
        Column::new("since", "Since"),
        Column::UNIT,
    ],
};

/// A reason for the answer.
struct Reason {
    words: String,
    by: Option<String>,
    since: Option<Day>,
    seqs: Vec<u64>,
}

impl Reason {
    fn new(words: impl Into<String>, on: Option<On>) -> Reason {
        let words = words.into();
        Reason {
            words,
            by: None,
            since: on.map(|on| on.day),
            seqs: on.map(|on| on.seq).into_iter().collect(),
        }
    }
}

/// The answer about a record, whether anything is known of it or not.
pub(super) fn of(plugin: &Retention, settings: &Settings, subject: &str, as_at: Instant) -> Vec<Row> {
    let number = plugin.things.counts_as(subject);
    let thing = plugin.things.case(settings, subject).unwrap_or_default();
    let listed = Listed { plugin, settings, number, thing: &thing, as_at };
    let mut against: Vec<Reason> = listed.covers().into_iter().map(covered).collect();
    // A reader may not see the record's cases under their number; that it is another one is no secret.
    let known_as = (number != subject).then(|| format!(" The record counts as {number}."));
    if thing == Thing::default()
        || !(thing.is_record() || thing.destroyed.is_some() || thing.retired.is_some())
    {
        let asked = if against.is_empty() { "None does." } else { "Those that do stand here." };
        against.push(Reason::new(
            format!(
                "The record is not registered: its series, class and due day are not known, so only holds and requests that \
                 name this very number could be looked for. {asked}"
            ),
            None,
        ));
        return rows(subject, &thing, against, known_as.as_deref());
    }
    against.extend(by_itself(&thing, Day::in_london(as_at)));
    rows(subject, &thing, against, known_as.as_deref())
}

/// The answers about all records that are due or scheduled, by their numbers.
pub(super) fn of_all(plugin: &Retention, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let asks = |thing: &Thing| {
        thing.scheduled().is_some() || thing.awaits_disposal().is_some_and(|due| due.day <= today)
    };
    let these = plugin.things.cases(settings).filter(|(_, thing)| asks(thing));
    these.flat_map(|(number, _)| of(plugin, settings, number, as_at)).collect()
}

fn covered((by, cover): (&By, Cover)) -> Reason {
    let mut seqs = vec![cover.from.seq];
    if cover.named.seq != cover.from.seq {
        seqs.push(cover.named.seq);
    }
    Reason {
        words: format!("It is covered by a {} that is open.", cover.why.name()),
        by: Some(by.number().to_owned()),
        since: Some(cover.from.day),
        seqs,
    }
}

/// What of the record itself stands in the way.
fn by_itself(thing: &Thing, today: Day) -> Vec<Reason> {
    if let Some(destroyed) = &thing.destroyed {
        return vec![Reason::new("It is destroyed already.", Some(destroyed.on))];
    }
    if let Some((how, on)) = thing.left {
        let words = match how {
            Left::Archived => "It went to an archive.",
            Left::Transferred => "It went to another organisation, which answers for it.",
        };
        return vec![Reason::new(words, Some(on))];
    }
    let mut against = Vec::new();
    match (thing.kept, thing.due) {
        (Some(Kept::ForGood(on)), _) => {
            against.push(Reason::new("By the retention schedule it is kept for good.", Some(on)));
        }
        (Some(Kept::Longer(on)), _) => {
            against.push(Reason::new("A review kept it longer and named no day.", Some(on)));
        }
        (None, Some(due)) if today < due.day => {
            let words = format!("It is not due before {}. {}", due.day.in_words(), basis(due));
            against.push(Reason::new(words, Some(due.on)));
        }
        // A device or a medium that is no record has no retention period.
        (None, None) if thing.is_record() => against.push(Reason::new(
            "When it falls due is not recorded: nothing says that its retention period has begun.",
            thing.registered,
        )),
        _ => {}
    }
    if let Some((decision @ (Decision::Archive | Decision::Transfer), on)) = thing.review
        && thing.authorised.is_none()
    {
        let words = format!("It was decided that it is not to be destroyed: {}.", decision.name());
        against.push(Reason::new(words, Some(on)));
    }
    against
}

fn allowed(thing: &Thing) -> Reason {
    let mut words = String::from("No hold and no open request, review or case of the regulator covers it");
    let mut on = None;
    if let Some(due) = thing.due {
        words.push_str(&format!(", and it was due on {}", due.day.in_words()));
        on = Some(due.on);
    }
    words.push_str(match thing.authorised {
        Some(_) => "; its destruction is authorised.",
        None => "; its destruction is still to be authorised.",
    });
    Reason::new(words, on)
}

fn rows(subject: &str, thing: &Thing, against: Vec<Reason>, known_as: Option<&str>) -> Vec<Row> {
    let is_allowed = against.is_empty();
    let reasons = if is_allowed { vec![allowed(thing)] } else { against };
    let row = |reason: Reason| {
        let words = reason.words + known_as.unwrap_or_default();
        Row::new([
            Cell::from(subject),
            Cell::from(is_allowed),
            Cell::from(words),
            Cell::from(reason.by),
            Cell::from(reason.since),
            Cell::from(thing.place.unit.as_deref()),
        ])
        .subject(subject)
        .unit(thing.place.unit.as_deref())
        .evidence(reason.seqs)
    };
    reasons.into_iter().map(row).collect()
}
