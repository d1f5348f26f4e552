//! Risks in the report.

use muniment_sdk::{Cell, Chart, ChartKind, Day, Metric, Row, Section, Table};

use super::{Sums, View, columns, doubtful, many, numbers};
use crate::risk::{Category, Risk};

/// The risks that were open, those that came and went in the period, and the highest of them.
pub(super) fn risks(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let today = Day::in_london(status_at);
    let all: Vec<(&str, Risk)> = plugin.risks.cases_at(settings, status_at).collect();
    let section = section.heading("Risks");
    let known =
        all.iter().any(|(_, risk)| risk.began.day <= period.to && !was_closed_before(risk, period.from));
    if !known {
        return section.paragraph("No risk was on record in the period.");
    }
    let open: Vec<&(&str, Risk)> = all.iter().filter(|(_, risk)| risk.is_open()).collect();
    let counted = |wanted: &dyn Fn(&Risk) -> bool| -> Vec<u64> {
        open.iter().filter(|(_, risk)| wanted(risk)).map(|(_, risk)| risk.began.seq).collect()
    };
    let high = counted(&|risk| risk.is_high());
    let section = section
        .with(Metric::counted("risks", "Open risks", counted(&|_| true)).definition(
            "Risks that were recorded and not closed at the status date. A risk that was merged into another counts once.",
        ))
        .with(
            Metric::counted(
                "risks_in_time",
                "Reviewed in time",
                counted(&|risk| today <= risk.again().due()),
            )
            .of(open.len())
            .definition(format!(
                "Of the open risks, those whose next review was not overdue: {} months behind the last assessment, or by \
                 an earlier day that it names. One that was never assessed is due so long behind its first entry.",
                settings.risk_review_months
            )),
        )
        .with(
            Metric::counted(
                "high_risks_accepted",
                "High risks accepted by the right role",
                counted(&|risk| risk.is_high() && risk.is_accepted_on(today)),
            )
            .of(high.len())
            .definition(format!(
                "Of the open risks that were high or very high, those accepted as such by {}, for a time that was not over. \
                 Of the others something may be done about them.",
                settings.high_risk_roles.join(" or ")
            )),
        )
        .with(movement(view, &all))
        .with(Chart {
            kind: ChartKind::Bars,
            title: "Risks by category".to_owned(),
            table: MOVEMENT,
            alternative: "Bars for each category: the risks open at the beginning, recorded, closed, and open at the end."
                .to_owned(),
        });
    let section =
        if open.is_empty() || settings.top_risks == 0 { section } else { section.with(top(view, &open)) };
    let nameless = all.iter().filter(|(_, risk)| risk.identified.is_none()).map(|(_, risk)| risk.began.seq);
    let nameless = doubtful(
        |count| {
            let risks = many(count, "risk was", "risks were");
            format!("{risks} assessed, treated, accepted or closed without having been written down first.")
        },
        nameless.collect(),
    );
    nameless.into_iter().fold(section, Section::with)
}

fn was_closed_before(risk: &Risk, day: Day) -> bool {
    risk.closed.is_some_and(|closed| closed.day < day)
}

const MOVEMENT: &str = "risks_by_category";

/// What was open at the beginning and what came, less what went, is what was open at the end.
fn movement(view: &View<'_>, all: &[(&str, Risk)]) -> Table {
    const NONE: &str = "No category recorded";
    let period = view.period;
    let mut sums: Sums<4> = Sums::with(Category::ALL.into_iter().map(Category::title));
    for (_, risk) in all {
        let is_known = risk.began.day <= period.to;
        if !is_known || was_closed_before(risk, period.from) {
            continue;
        }
        let came = i64::from(period.from <= risk.began.day);
        let went = i64::from(risk.closed.is_some_and(|closed| closed.day <= period.to));
        let name = risk.category.map_or(NONE, Category::title);
        sums.add(name, [1 - came, came, went, 1 - went], risk.began.seq);
    }
    Table {
        name: MOVEMENT,
        title: "Risks by category: at the beginning of the period, in it, and at its end".to_owned(),
        columns: columns(&[
            ("category", "Category"),
            ("opening", "Open at the beginning"),
            ("plus_recorded", "Recorded"),
            ("minus_closed", "Closed"),
            ("closing", "Open at the end"),
        ]),
        rows: sums.finish(numbers),
        totals: true,
    }
}

/// The highest risks: by rating, then by score, then by number.
fn top(view: &View<'_>, open: &[&(&str, Risk)]) -> Table {
    let mut highest: Vec<&(&str, Risk)> = open.to_vec();
    let score = |risk: &Risk| risk.assessed.map(|assessed| assessed.score());
    highest.sort_by(|(one, this), (other, that)| {
        let by_height = (that.rating, score(that)).cmp(&(this.rating, score(this)));
        by_height.then_with(|| one.cmp(other))
    });
    let row = |(number, risk): &(&str, Risk)| {
        let seqs = [Some(risk.began), risk.assessed.map(|assessed| assessed.on)];
        let mut seqs: Vec<u64> = seqs.into_iter().flatten().map(|on| on.seq).collect();
        seqs.dedup();
        Row::new([
            Cell::from(*number),
            Cell::from(risk.title.as_deref()),
            Cell::from(risk.category.map(Category::title)),
            Cell::from(risk.assessed.map(|assessed| i64::from(assessed.likelihood))),
            Cell::from(risk.assessed.map(|assessed| i64::from(assessed.impact))),
            Cell::from(score(risk)),
            Cell::from(risk.rating.map(|rating| rating.title())),
            Cell::from(risk.treated.map(|treated| treated.treatment.name())),
            Cell::from(risk.accepted.as_ref().map(|accepted| accepted.by.as_str())),
            Cell::from(risk.again().due()),
        ])
        .subject(*number)
        .unit(risk.unit.as_deref())
        .evidence(seqs)
    };
    Table {
        name: "top_risks",
        title: "The highest open risks".to_owned(),
        columns: columns(&[
            ("risk", "Risk"),
            ("title", "Title"),
            ("category", "Category"),
            ("likelihood", "Likelihood"),
            ("impact", "Impact"),
            ("score", "Score"),
            ("rating", "Rating"),
            ("treatment", "Treatment"),
            ("accepted_by", "Accepted by"),
            ("review_due", "Review due"),
        ]),
        rows: highest.into_iter().take(usize::from(view.settings.top_risks)).map(row).collect(),
        totals: false,
    }
}
