//! What the section about requests says about reviews.

use muniment_sdk::{CaseFold, Cell, Column, Instant, Metric, Period, Row, Section, Table};

use super::{End, Outcome, Review, Reviews};
use crate::Settings;
use crate::apply::Regime;
use crate::registers::regime;

/// Goes on with the reviews of a period as they stood at an instant.
pub(crate) fn with_reviews(
    section: Section,
    cases: &CaseFold<Reviews>,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let all: Vec<Review> =
        cases.cases_at(settings, status_at).flat_map(|(_, reviews)| reviews.rounds).collect();
    let decided: Vec<&Review> = all.iter().filter(|review| is_decided(review, period)).collect();
    let asked = all.iter().filter(|review| period.holds(review.asked.day));
    section
        .with(
            Metric::counted("reviews_asked", "Reviews asked for", asked.map(|it| it.asked.seq).collect())
                .definition(
                    "Internal reviews under freedom of information and re-use, and reconsiderations of environmental \
                     information, that were asked for in the period. A case that is reviewed twice counts twice.",
                ),
        )
        .with(
            Metric::counted(
                "reviews_in_time",
                "Reviews decided in time",
                decided.iter().filter(|review| review.in_time()).map(|review| seq(review)).collect(),
            )
            .of(decided.len())
            .definition(
                "Of the reviews decided in the period, those decided within 20 working days, or 40 where they are complex \
                 or the requester was told of a later day in time; under environmental information within the 40 that the \
                 law allows. Reviews that were withdrawn are not among them, and those under re-use, for which no rule \
                 gives a time, count as in time.",
            ),
        )
        .with(by_regime(&all, period))
        .with(by_outcome(&decided))
}

fn is_decided(review: &Review, period: Period) -> bool {
    matches!(review.ended, Some((End::Decided(_), on)) if period.holds(on.day))
}

/// The entry that ended a review, or the one that began it.
fn seq(review: &Review) -> u64 {
    review.ended.map_or(review.asked, |(_, on)| on).seq
}

fn by_regime(all: &[Review], period: Period) -> Table {
    const REGIMES: [Regime; 3] = [Regime::Foi, Regime::Eir, Regime::Reuse];
    let under = |wanted: Regime| all.iter().filter(move |review| review.regime == wanted);
    let mut rows: Vec<Row> =
        REGIMES.iter().map(|wanted| counted(regime(*wanted), under(*wanted), period)).collect();
    rows.push(counted("All", all.iter(), period));
    Table {
        name: "reviews_by_regime",
        title: "Reviews by regime: open at first, asked for, decided, and open at the end".to_owned(),
        columns: vec![
            Column::new("regime", "Regime"),
            Column::new("opening", "Open at the beginning"),
            Column::new("plus_asked", "Asked for"),
            Column::new("minus_decided", "Decided"),
            Column::new("in_time", "Of these in time"),
            Column::new("minus_withdrawn", "Withdrawn"),
            Column::new("closing", "Open at the end"),
        ],
        rows,
        totals: true,
    }
}

fn counted<'r>(name: &str, reviews: impl Iterator<Item = &'r Review>, period: Period) -> Row {
    let (mut opening, mut asked, mut decided, mut in_time, mut withdrawn, mut closing) = (0, 0, 0, 0, 0, 0);
    let mut evidence = Vec::new();
    for review in reviews {
        let day = review.asked.day;
        let ended_by = |last| review.ended.is_some_and(|(_, on)| on.day <= last);
        let ended_in = review.ended.filter(|(_, on)| period.holds(on.day));
        let is_opening = day < period.from && !ended_by(period.from.plus(-1));
        let is_closing = day <= period.to && !ended_by(period.to);
        let is_decided = is_decided(review, period);
        opening += usize::from(is_opening);
        asked += usize::from(period.holds(day));
        decided += usize::from(is_decided);
        in_time += u64::from(is_decided && review.in_time());
        withdrawn += usize::from(ended_in.is_some() && !is_decided);
        closing += usize::from(is_closing);
        if is_opening || is_closing || period.holds(day) || ended_in.is_some() {
            evidence.push(review.asked.seq);
        }
    }
    Row::new([
        Cell::from(name),
        Cell::count(opening),
        Cell::count(asked),
        Cell::count(decided),
        Cell::Share(in_time, decided as u64),
        Cell::count(withdrawn),
        Cell::count(closing),
    ])
    .evidence(evidence)
}

fn by_outcome(decided: &[&Review]) -> Table {
    const ALL: [(Outcome, &str); 3] = [
        (Outcome::Upheld, "First answer upheld"),
        (Outcome::UpheldInPart, "Upheld in part"),
        (Outcome::Overturned, "Overturned"),
    ];
    let row =
        |name: &str, seqs: Vec<u64>| Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs);
    let of = |wanted: Outcome| {
        let matching = decided.iter().filter(
            move |review| matches!(review.ended, Some((End::Decided(outcome), _)) if outcome == wanted),
        );
        matching.map(|review| seq(review)).collect()
    };
    let mut rows: Vec<Row> = ALL.iter().map(|(outcome, name)| row(name, of(*outcome))).collect();
    rows.push(row("All", decided.iter().map(|review| seq(review)).collect()));
    Table {
        name: "reviews_by_outcome",
        title: "Reviews decided, by outcome".to_owned(),
        columns: vec![Column::new("outcome", "Outcome"), Column::new("decided", "Decided")],
        rows,
        totals: true,
    }
}
