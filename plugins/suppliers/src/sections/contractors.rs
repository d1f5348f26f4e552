//! What the section says of contractors.

use std::collections::BTreeSet;

use muniment_sdk::{Block, Cell, Column, Day, Finding, Metric, Period, Row};

use super::{Asked, doubtful, summed};
use crate::contractor::Contractor;
use crate::engagement::{DataAccess, Engagement, Start};

/// A start of work in the period.
struct Started<'c> {
    start: Start,
    engagement: &'c Engagement,
    signed: Signed,
}

/// When an undertaking was signed, as seen from the first day of work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signed {
    NotNeeded,
    Before,
    After,
    Never,
}

impl Signed {
    fn of(contractor: &Contractor, start: Start) -> Signed {
        if !contractor.needs_undertaking() {
            Signed::NotNeeded
        } else if contractor.cover_on(start.day).is_some() {
            Signed::Before
        } else if contractor.cover.iter().any(|cover| start.day < cover.from) {
            Signed::After
        } else {
            Signed::Never
        }
    }
}

/// Its blocks.
pub(super) fn blocks(asked: Asked<'_>) -> Vec<Block> {
    let past = asked.plugin.contractors.at(asked.settings, asked.status_at);
    let contractors = past.contractors();
    let mut blocks = vec![Block::Heading("Contractors".to_owned())];
    let started: Vec<Started<'_>> =
        contractors.values().flat_map(|contractor| starts(contractor, asked.period)).collect();
    if started.is_empty() {
        blocks.push(Block::Paragraph("No contractor is recorded to have started in the period.".to_owned()));
    } else {
        blocks.extend(undertakings(&started));
        blocks.push(by_data_access(&started));
        blocks.push(by_unit(&started));
    }
    blocks.extend(ended(past.engagements.values(), asked.period));
    blocks.extend(expired(contractors.values(), asked.period));
    blocks.extend(at_the_end(asked));
    blocks.extend(doubts(past.engagements.values()));
    let undertakings = past.undertakings.values();
    let reversed = undertakings.clone().flat_map(|it| it.reversed.iter().copied()).collect();
    blocks.extend(doubtful(
        "entries say that an undertaking was over before it was signed; they are left out of account.",
        reversed,
    ));
    let unattached = undertakings.filter(|it| it.is_unattached());
    let unattached = unattached.filter_map(|it| Some(it.terms.first()?.seq)).collect();
    blocks.extend(doubtful(
        "undertakings name no person, no engagement and no firm that signed for its people: they cover only engagements \
         that name them.",
        unattached,
    ));
    blocks
}

fn starts(contractor: &Contractor, period: Period) -> impl Iterator<Item = Started<'_>> {
    let engagement = contractor.engagement.as_ref().filter(|engagement| !engagement.is_disordered());
    engagement.into_iter().flat_map(move |engagement| {
        let starts = engagement.spells.iter().map(|spell| spell.start);
        let in_period = starts.filter(move |start| period.holds(start.day));
        in_period.map(move |start| Started { start, engagement, signed: Signed::of(contractor, start) })
    })
}

fn undertakings(started: &[Started<'_>]) -> [Block; 2] {
    let seqs = |wanted: &dyn Fn(Signed) -> bool| -> Vec<u64> {
        started.iter().filter(|it| wanted(it.signed)).map(|it| it.start.seq).collect()
    };
    let needed = seqs(&|signed| signed != Signed::NotNeeded).len();
    let all = Metric::counted("contractors_started", "Contractors who started", seqs(&|_| true)).definition(
        "Starts of work whose first day lies in the period. An engagement that ended and began again counts each time; one \
         that is recorded to have ended before it began does not count.",
    );
    let signed = seqs(&|signed| signed == Signed::Before);
    let before = Metric::counted("contractors_signed_before", "Undertaking signed before the start", signed)
        .of(needed)
        .definition(
            "Of the contractors who started in the period and are not recorded to need no undertaking, those whom an \
             undertaking covered on the first day of work. A signature on that day is taken to come first. An undertaking \
             covers the engagement that it names or is named by, all engagements of the person who signed and named none, \
             or all of the firm that signed for its people.",
        );
    [Block::from(all), Block::from(before)]
}

fn row<'s>(name: &str, started: impl Iterator<Item = &'s Started<'s>>) -> Row {
    let started: Vec<&Started<'_>> = started.collect();
    let count = |wanted: Signed| started.iter().filter(|it| it.signed == wanted).count();
    let (before, not_needed) = (count(Signed::Before), count(Signed::NotNeeded));
    let needed = started.len() - not_needed;
    Row::new([
        Cell::from(name),
        Cell::count(started.len()),
        Cell::count(not_needed),
        Cell::count(before),
        Cell::count(count(Signed::After)),
        Cell::count(count(Signed::Never)),
        Cell::Share(before as u64, needed as u64),
    ])
    .evidence(started.iter().map(|it| it.start.seq))
}

fn columns(first: Column) -> Vec<Column> {
    vec![
        first,
        Column::new("started", "Started"),
        Column::new("not_needed", "No undertaking needed"),
        Column::new("before", "Signed before the start"),
        Column::new("after", "Signed after the start"),
        Column::new("never", "Not signed"),
        Column::new("share", "Signed before, of those that need it"),
    ]
}

fn by_data_access(started: &[Started<'_>]) -> Block {
    let of = |access: Option<DataAccess>| {
        started.iter().filter(move |it: &&Started<'_>| it.engagement.data_access == access)
    };
    let mut rows: Vec<Row> =
        DataAccess::ALL.into_iter().map(|access| row(access.name(), of(Some(access)))).collect();
    rows.push(row("Not recorded", of(None)));
    rows.push(row("All", started.iter()));
    let columns = columns(Column::new("data_access", "Access to data"));
    summed(
        "contractors_by_data_access",
        "Contractors who started, by the data that they can see, and when an undertaking was signed",
        columns,
        rows,
    )
}

fn by_unit(started: &[Started<'_>]) -> Block {
    let unit = |it: &Started<'_>| it.engagement.unit.clone();
    let units: BTreeSet<Option<String>> = started.iter().map(unit).collect();
    let of_unit = |wanted: &Option<String>| {
        let of = started.iter().filter(|it| it.engagement.unit == *wanted);
        row(wanted.as_deref().unwrap_or("Not recorded"), of).unit(wanted.as_deref())
    };
    let mut rows: Vec<Row> = units.iter().map(of_unit).collect();
    rows.push(row("All", started.iter()));
    let columns = columns(Column::UNIT);
    summed(
        "contractors_by_unit",
        "Contractors who started, by directorate, and when an undertaking was signed",
        columns,
        rows,
    )
}

/// Who left in the period, and whether the data came back.
fn ended<'e>(engagements: impl Iterator<Item = &'e Engagement>, period: Period) -> Option<Block> {
    let ends = engagements
        .filter(|it| it.data_access != Some(DataAccess::None))
        .flat_map(|it| it.spells.iter().filter_map(|spell| spell.end))
        .filter(|end| period.holds(end.day));
    let ends: Vec<_> = ends.collect();
    let returned = ends.iter().filter(|end| end.data_returned == Some(true)).map(|end| end.seq);
    let metric =
        Metric::counted("contractors_data_returned", "Data given back at the end", returned.collect())
            .of(ends.len())
            .definition(
                "Of the contractors whose last day lies in the period and who are not recorded to have had no access to \
                 data, those of whom it is recorded that what they held was given back or destroyed.",
            );
    (!ends.is_empty()).then(|| Block::from(metric))
}

/// Undertakings that ended while the work went on.
fn expired<'c>(contractors: impl Iterator<Item = &'c Contractor>, period: Period) -> Option<Block> {
    let gap = |contractor: &'c Contractor| {
        let starts = contractor.work()?.from;
        let gaps = contractor.gaps_of_work();
        let lapsed = gaps.iter().filter(|gap| gap.stretch.from != starts).filter_map(|gap| gap.lapsed);
        let lapsed: BTreeSet<Day> = lapsed.filter(|day| period.holds(*day)).collect();
        let of = |day: &Day| contractor.cover.iter().find(|it| it.to == Some(*day)).map(|it| it.seq);
        Some(lapsed.iter().filter_map(of).collect::<Vec<u64>>())
    };
    let seqs: Vec<u64> = contractors.filter(|it| it.needs_undertaking()).filter_map(gap).flatten().collect();
    let text = format!(
        "{} times in the period an undertaking expired while the engagement that it covered went on, and nothing that held \
         from the next day on had been signed.",
        seqs.len()
    );
    let clauses = vec!["leicester L12.9.i".to_owned()];
    (!seqs.is_empty()).then(|| Block::from(Finding { text, clauses, evidence: seqs }))
}

/// Who had access and no undertaking when the period ended.
fn at_the_end(asked: Asked<'_>) -> Option<Block> {
    let close = asked.close();
    let past = asked.plugin.contractors.at(asked.settings, close);
    let contractors = past.contractors();
    let with_access: Vec<&Contractor> =
        contractors.values().filter(|it| it.needs_undertaking() && it.has_access(close)).collect();
    let without = with_access.iter().filter(|it| it.cover_on(Day::in_london(close)).is_none());
    let seqs: Vec<u64> = without.filter_map(|it| Some(it.access.first()?.seq)).collect();
    let metric =
        Metric::counted("contractors_access_unsigned", "With access and without an undertaking", seqs)
            .of(with_access.len())
            .definition(
                "Of the contractors who had live access to a system at the end of the period and are not recorded to need no \
                 undertaking, those for whom none held on that day. A contractor is an engagement, or a contractor's \
                 account whose holder has no engagement on record.",
            );
    (!with_access.is_empty()).then(|| Block::from(metric))
}

fn doubts<'e>(engagements: impl Iterator<Item = &'e Engagement> + Clone) -> Vec<Block> {
    let disordered = engagements.clone().filter(|it| it.ended_unstarted.is_some() && !it.spells.is_empty());
    let disordered = disordered.filter_map(|it| Some(it.ended_unstarted?.seq)).collect();
    let excused = engagements.filter(|it| it.is_excused_wrongly());
    let excused: Vec<u64> = excused.filter_map(|it| Some(it.engaged?.seq)).collect();
    let mut blocks: Vec<Block> =
        doubtful("engagements are recorded to have ended before they began.", disordered)
            .into_iter()
            .collect();
    if !excused.is_empty() {
        blocks.push(Block::from(Finding {
            text: format!(
                "{} engagements are recorded to need no undertaking, although data about people can be seen. The policy asks \
                 all contractors to sign.",
                excused.len()
            ),
            clauses: vec!["leicester L12.9.i".to_owned()],
            evidence: excused,
        }));
    }
    blocks
}
