//! Section R17 of the annual report: surveillance.

use muniment_sdk::{Cell, Column, Day, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::authorisation::{Authorisation, Kind};
use crate::cameras::Cameras;
use crate::inspection::Inspection;
use crate::{Settings, Surveillance};

const LAWFUL: &str = "leicester L6.2";
const RECORDINGS: &str = "leicester L3.1.d";

/// The section, about a period as it stood at an instant.
pub(crate) fn surveillance(
    plugin: &Surveillance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let (authorisations, unrecorded): (Vec<Authorisation>, Vec<Authorisation>) =
        plugin.authorisations.cases_at(settings, status_at).map(|(_, it)| it).partition(|it| it.is_recorded);
    let cameras: Vec<(&str, Cameras)> = plugin.cameras.cases_at(settings, status_at).collect();
    let inspections: Vec<(&str, Inspection)> = plugin.inspections.cases_at(settings, status_at).collect();
    let section = Section::new("R17", "Surveillance", &[LAWFUL, RECORDINGS]);
    let section = covert(section, &authorisations, period, today);
    let section = inspected(section, &inspections, period);
    let section = watched(section, &cameras, settings, period, today);
    let mut unreadable: Vec<u64> = plugin.authorisations.unreadable().iter().map(|entry| entry.seq).collect();
    unreadable.extend(plugin.cameras.unreadable().iter().map(|entry| entry.seq));
    unreadable.extend(plugin.inspections.unreadable().iter().map(|entry| entry.seq));
    let unrecorded = unrecorded.iter().map(|it| it.authorised.seq).collect();
    let says = "authorisations were approved, reviewed, renewed or cancelled that nobody recorded as given; they are counted \
                nowhere.";
    let section = with(section, says, &[LAWFUL], unrecorded);
    let says = "entries about surveillance could not be read and are counted nowhere.";
    with(section, says, &[], unreadable)
}

fn with(section: Section, says: &str, clauses: &[&str], evidence: Vec<u64>) -> Section {
    if evidence.is_empty() {
        return section;
    }
    let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
    section.with(Finding { text: format!("{} {says}", evidence.len()), clauses, evidence })
}

fn covert(section: Section, all: &[Authorisation], period: Period, today: Day) -> Section {
    let section = section.heading("Covert surveillance");
    let counted: Vec<Counted> =
        Kind::ALL.iter().map(|kind| Counted::of(all.iter().filter(|it| it.kind == *kind), period)).collect();
    let total = Counted::of(all.iter(), period);
    let authorised = all.iter().filter(|it| period.holds(it.authorised.day));
    let authorised: Vec<u64> = authorised.map(|it| it.authorised.seq).collect();
    let section = if total.evidence.is_empty() {
        section.paragraph("Nothing was authorised, in force or ended in the period: this is a nil return.")
    } else {
        let mut rows: Vec<Row> =
            Kind::ALL.iter().zip(counted).map(|(kind, counted)| counted.row(kind.title())).collect();
        rows.push(total.row("All"));
        section
            .with(
                Metric::counted("authorisations", "Authorisations", authorised)
                    .definition("Authorisations of covert surveillance that an authorising officer gave in the period, whatever became of them."),
            )
            .with(table(rows))
    };
    let seqs = |wanted: &dyn Fn(&Authorisation) -> bool| -> Vec<u64> {
        all.iter().filter(|it| wanted(it)).map(|it| it.authorised.seq).collect()
    };
    let bears = |it: &Authorisation| {
        it.authorised.day <= period.to && it.last_day().is_none_or(|last| period.from <= last)
    };
    let unweighed = seqs(&|it| period.holds(it.authorised.day) && !it.is_weighed);
    let section = with(
        section,
        "authorisations of the period do not record that they are necessary and proportionate and that the privacy of \
         others was considered.",
        &[LAWFUL],
        unweighed,
    );
    let section = with(
        section,
        "authorisations were given a last day, or renewed for a time, that is longer than the law allows; they are counted \
         as ended when the law ends them.",
        &[LAWFUL],
        seqs(&|it| bears(it) && !it.too_long.is_empty()),
    );
    let section = with(
        section,
        "authorisations were renewed when they had run out, or without naming a court.",
        &[LAWFUL],
        seqs(&|it| bears(it) && !it.renewed_wrongly.is_empty()),
    );
    with(
        section,
        "authorisations had run out by the status date and nobody cancelled them.",
        &[LAWFUL],
        seqs(&|it| {
            it.cancelled.is_none()
                && it.starts.is_some()
                && it.expires.is_some_and(|last| last < today && period.holds(last))
        }),
    )
}

/// What the table counts, in the order of its columns.
#[derive(Default)]
struct Counted {
    authorised: usize,
    refused: usize,
    opening: usize,
    begun: usize,
    cancelled: usize,
    expired: usize,
    closing: usize,
    renewed: usize,
    evidence: Vec<u64>,
}

impl Counted {
    fn of<'a>(all: impl Iterator<Item = &'a Authorisation>, period: Period) -> Counted {
        let mut counted = Counted::default();
        for it in all {
            let begun = it.starts.filter(|starts| it.last_day().is_none_or(|last| *starts <= last));
            let ended_by = |day: Day| it.last_day().is_some_and(|last| last <= day);
            let opening = begun.is_some_and(|begun| begun < period.from) && !ended_by(period.from.plus(-1));
            let closing = begun.is_some_and(|begun| begun <= period.to) && !ended_by(period.to);
            let ended = begun.is_some() && it.last_day().is_some_and(|last| period.holds(last));
            let by_cancelling = it.cancelled.is_some_and(|on| Some(on.day) == it.last_day());
            let authorised = period.holds(it.authorised.day);
            let begun = begun.is_some_and(|begun| period.holds(begun));
            counted.authorised += usize::from(authorised);
            counted.refused +=
                usize::from(it.was_refused() && it.decided.is_some_and(|(on, _)| period.holds(on.day)));
            counted.opening += usize::from(opening);
            counted.begun += usize::from(begun);
            counted.cancelled += usize::from(ended && by_cancelling);
            counted.expired += usize::from(ended && !by_cancelling);
            counted.closing += usize::from(closing);
            counted.renewed += it.renewed.iter().filter(|on| period.holds(on.day)).count();
            if authorised || opening || begun || ended {
                counted.evidence.push(it.authorised.seq);
            }
        }
        counted
    }

    fn row(self, name: &str) -> Row {
        Row::new([
            Cell::from(name),
            Cell::count(self.authorised),
            Cell::count(self.refused),
            Cell::count(self.opening),
            Cell::count(self.begun),
            Cell::count(self.cancelled),
            Cell::count(self.expired),
            Cell::count(self.closing),
            Cell::count(self.renewed),
        ])
        .evidence(self.evidence)
    }
}

fn table(rows: Vec<Row>) -> Table {
    Table {
        name: "authorisations_by_kind",
        title: "Authorisations by kind: authorised, in force at first, taken effect, ended, and in force at the end".to_owned(),
        columns: vec![
            Column::new("kind", "Kind"),
            Column::new("authorised", "Authorised"),
            Column::new("refused", "Refused by a magistrate"),
            Column::new("opening", "In force at the beginning"),
            Column::new("plus_begun", "Taken effect"),
            Column::new("minus_cancelled", "Cancelled"),
            Column::new("minus_expired", "Run out"),
            Column::new("closing", "In force at the end"),
            Column::new("renewed", "Renewals"),
        ],
        rows,
        totals: true,
    }
}

fn inspected(section: Section, inspections: &[(&str, Inspection)], period: Period) -> Section {
    let section = section.heading("Inspections");
    let of_period: Vec<&(&str, Inspection)> =
        inspections.iter().filter(|(_, inspection)| period.holds(inspection.on.day)).collect();
    if of_period.is_empty() {
        return section.paragraph("The Investigatory Powers Commissioner's Office is not recorded as having inspected in the period.");
    }
    let rows = of_period.iter().map(|(number, inspection)| {
        Row::new([
            Cell::from(*number),
            Cell::from(inspection.on.day),
            Cell::from(inspection.found.opinion.title()),
            Cell::from(inspection.found.recommendations.map(i64::from)),
            Cell::from(inspection.found.nil_return),
        ])
        .evidence([inspection.on.seq])
    });
    section.with(Table {
        name: "inspections",
        title: "Inspections by the Investigatory Powers Commissioner's Office".to_owned(),
        columns: vec![
            Column::new("inspection", "Inspection"),
            Column::new("day", "Day"),
            Column::new("opinion", "Opinion"),
            Column::new("recommendations", "Recommendations"),
            Column::new("nil_return", "Nil return"),
        ],
        rows: rows.collect(),
        totals: false,
    })
}

fn watched(
    section: Section,
    cameras: &[(&str, Cameras)],
    settings: &Settings,
    period: Period,
    today: Day,
) -> Section {
    let section = section.heading("Cameras");
    if cameras.is_empty() {
        return section.paragraph("No review of cameras is recorded.");
    }
    let seqs = |wanted: &dyn Fn(&Cameras) -> bool| -> Vec<u64> {
        cameras.iter().filter(|(_, it)| wanted(it)).map(|(_, it)| it.last.seq).collect()
    };
    let reviews: Vec<u64> = cameras
        .iter()
        .flat_map(|(_, it)| it.reviews.iter().filter(|on| period.holds(on.day)).map(|on| on.seq))
        .collect();
    let section = section
        .with(Metric::counted("camera_reviews", "Reviews of cameras", reviews).definition("Reviews of systems of cameras in the period."))
        .with(
            Metric::counted("cameras_in_time", "Systems reviewed in time", seqs(&|it| today <= it.due(settings)))
                .of(cameras.len())
                .definition(format!(
                    "Of the systems of cameras that were ever reviewed, those of which the next review was not overdue on the \
                     status date: {} months behind the last, or the earlier day that was set.",
                    settings.cameras_review_months
                )),
        )
        .with(
            Metric::counted("cameras_code", "Systems that follow the code", seqs(&|it| it.found.code_followed == Some(true)))
                .of(cameras.len())
                .definition("Of the systems of cameras that were ever reviewed, those of which the last review found that the surveillance camera code is followed."),
        );
    let section = with(
        section,
        "systems of cameras are needed no more, as their last review found.",
        &[RECORDINGS],
        seqs(&|it| !it.found.still_needed),
    );
    with(
        section,
        "systems of cameras were to be reviewed again before the status date.",
        &[LAWFUL, RECORDINGS],
        seqs(&|it| it.due(settings) < today),
    )
}
