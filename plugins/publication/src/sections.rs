//! The section about what the council publishes of its own accord.

use muniment_sdk::{CaseFold, Cell, Column, Day, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::apply::{Duty, Licence};
use crate::publication::{Issued, Publication};
use crate::scheme::{Reviewed, Scheme};
use crate::statistics::Owed;
use crate::{Publishing, Settings};

const CLAUSE: &str = "coventry C-TCW.vii";

/// What a report is about.
#[derive(Clone, Copy)]
struct About<'p> {
    plugin: &'p Publishing,
    settings: &'p Settings,
    period: Period,
    status_at: Instant,
}

impl About<'_> {
    fn today(&self) -> Day {
        Day::in_london(self.status_at)
    }

    /// What was published under each name, as it stood.
    fn of(&self, fold: &CaseFold<Publication>) -> Vec<(String, Publication)> {
        let cases = fold.cases_at(self.settings, self.status_at);
        cases.map(|(name, publication)| (name.to_owned(), publication)).collect()
    }

    /// What was published in the period.
    fn issued<'i>(&self, all: &'i [(String, Publication)]) -> Vec<&'i Issued> {
        let issues = all.iter().flat_map(|(_, publication)| &publication.issues);
        issues.filter(|issue| self.period.holds(issue.day)).collect()
    }
}

/// Section R18, about a period as it stood at an instant.
pub(crate) fn transparency(
    plugin: &Publishing,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let about = About { plugin, settings, period, status_at };
    let section = Section::new("R18", "Transparency", &[CLAUSE]);
    let section = schemes(about, section.heading("Publication scheme"));
    let section = statistics(about, section.heading("Statistics on requests"));
    let section = datasets(about, section.heading("Published data"));
    let section = disclosure_log(about, section.heading("Disclosure log"));
    let section = notices(about, section.heading("Privacy notices"));
    data_quality(about, section)
}

fn schemes(about: About<'_>, section: Section) -> Section {
    let cases = about.plugin.schemes.cases_at(about.settings, about.status_at);
    let schemes: Vec<(String, Scheme)> = cases.map(|(name, scheme)| (name.to_owned(), scheme)).collect();
    if schemes.is_empty() {
        return section.paragraph("No review of the publication scheme is recorded.");
    }
    let reviews = schemes.iter().flat_map(|(_, scheme)| &scheme.reviews);
    let in_period: Vec<u64> =
        reviews.filter(|review| about.period.holds(review.day)).map(|review| review.seq).collect();
    let last = |scheme: &Scheme| scheme.reviews.last().cloned();
    let lasts: Vec<(&str, Reviewed)> =
        schemes.iter().filter_map(|(name, scheme)| Some((name.as_str(), last(scheme)?))).collect();
    let is_current = |review: &&(&str, Reviewed)| review.1.due(about.settings) >= about.today();
    let current: Vec<u64> = lasts.iter().filter(is_current).map(|(_, review)| review.seq).collect();
    let row = |(name, review): &(&str, Reviewed)| {
        let classes = review.what.classes.zip(review.what.classes_current);
        let classes = classes.filter(|(all, current)| current <= all);
        Row::new([
            Cell::from(*name),
            Cell::from(review.day),
            Cell::from(review.due(about.settings)),
            classes.map_or(Cell::None, |(all, current)| Cell::Share(u64::from(current), u64::from(all))),
        ])
        .subject(*name)
        .evidence([review.seq])
    };
    section
        .with(
            Metric::counted("scheme_reviews", "Reviews of the scheme", in_period)
                .definition("Reviews of a publication scheme in the period."),
        )
        .with(
            Metric::counted("schemes_current", "Schemes reviewed in time", current).of(lasts.len()).definition(
                "Of the publication schemes that were ever reviewed, those whose next review was not overdue on the status date.",
            ),
        )
        .with(Table {
            name: "schemes",
            title: "Publication schemes on the status date".to_owned(),
            columns: vec![
                Column::new("scheme", "Scheme"),
                Column::new("reviewed", "Last reviewed"),
                Column::new("due", "Next review due"),
                Column::new("classes_current", "Classes up to date, of all"),
            ],
            rows: lasts.iter().map(row).collect(),
            totals: false,
        })
}

fn statistics(about: About<'_>, section: Section) -> Section {
    let About { plugin, settings, period, .. } = about;
    let today = about.today();
    let owed = plugin.statistics.owed(settings, &plugin.reach, period.to.min(today));
    let known = |owed: Owed| Owed { published: owed.published.filter(|span| span.day <= today), ..owed };
    let due: Vec<Owed> =
        owed.into_iter().filter(|it| period.holds(it.due) && it.due < today).map(known).collect();
    if due.is_empty() {
        return section.paragraph("No statistics on requests were due in the period.");
    }
    let in_time: Vec<u64> =
        due.iter().filter(|it| it.is_in_time()).filter_map(|it| it.published).map(|span| span.seq).collect();
    let row = |it: &Owed| {
        let result = match it.published {
            Some(_) if it.is_in_time() => "in time",
            Some(_) => "late",
            None => "not published",
        };
        Row::new([
            Cell::from(it.quarter.in_words()),
            Cell::from(it.due),
            Cell::from(it.published.map(|span| span.day)),
            Cell::from(result),
        ])
        .subject(it.quarter.to_string())
        .evidence(it.published.map(|span| span.seq))
    };
    section
        .with(
            Metric::counted("statistics_in_time", "Statistics published in time", in_time).of(due.len()).definition(
                format!(
                    "Of the quarters whose statistics were due in the period and before the status date, those of which all \
                     days were covered by what was published within {} of the quarter's end.",
                    months(settings.statistics_months)
                ),
            ),
        )
        .with(Table {
            name: "statistics_by_quarter",
            title: "Quarters whose statistics were due in the period".to_owned(),
            columns: vec![
                Column::new("quarter", "Quarter"),
                Column::new("due", "Due"),
                Column::new("published", "Published"),
                Column::new("result", "Result"),
            ],
            rows: due.iter().map(row).collect(),
            totals: false,
        })
}

fn months(months: u16) -> String {
    if months == 1 { "a month".to_owned() } else { format!("{months} months") }
}

fn datasets(about: About<'_>, section: Section) -> Section {
    let all = about.of(&about.plugin.datasets);
    if all.is_empty() {
        return section.paragraph("No publication of data is recorded.");
    }
    let issued = about.issued(&all);
    let checked = issued.iter().filter(|issue| issue.what.checked == Some(true)).map(|issue| issue.seq);
    let open = |issue: &&&Issued| issue.what.licence == Some(Licence::OpenGovernment);
    let open: Vec<u64> = issued.iter().filter(open).map(|issue| issue.seq).collect();
    section
        .with(
            Metric::counted("datasets_checked", "Checked for hidden data", checked.collect())
                .of(issued.len())
                .definition(
                    "Of the publications of data in the period, those before which somebody looked for hidden rows, comments \
                     and unredacted text. Where that was not recorded, it does not count.",
                ),
        )
        .with(
            Metric::counted("datasets_open", "Under the Open Government Licence", open).of(issued.len()).definition(
                "Of the publications of data in the period, those under the Open Government Licence.",
            ),
        )
        .with(by_duty(about, &all))
}

fn by_duty(about: About<'_>, all: &[(String, Publication)]) -> Table {
    let row = |name: &str, duty: Option<Duty>| {
        let of_duty = |it: &&(String, Publication)| {
            duty.is_none() || it.1.last().and_then(|last| last.what.duty) == duty
        };
        let these: Vec<&Publication> =
            all.iter().filter(of_duty).map(|(_, publication)| publication).collect();
        let issues = these.iter().flat_map(|publication| &publication.issues);
        let issued: Vec<u64> =
            issues.filter(|issue| about.period.holds(issue.day)).map(|issue| issue.seq).collect();
        let promises = these.iter().flat_map(|publication| publication.promises());
        let due: Vec<(Day, u64, Option<&Issued>)> =
            promises.filter(|(due, ..)| about.period.holds(*due) && *due < about.today()).collect();
        let kept = due.iter().filter(|(due, _, next)| next.is_some_and(|next| next.day <= *due)).count();
        let late = due.iter().filter(|(due, _, next)| next.is_some_and(|next| next.day > *due)).count();
        let evidence = issued.iter().copied().chain(due.iter().map(|(_, seq, _)| *seq));
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            Cell::count(issued.len()),
            Cell::count(due.len()),
            Cell::count(kept),
            Cell::count(late),
            Cell::count(due.len() - kept - late),
        ])
        .evidence(evidence)
    };
    let duties = Duty::ALL.into_iter().map(|duty| row(duty.name(), Some(duty)));
    Table {
        name: "datasets_by_duty",
        title: "Published data by duty, and whether it was published again by the day that was named"
            .to_owned(),
        columns: vec![
            Column::new("duty", "Duty"),
            Column::new("datasets", "Datasets on the status date"),
            Column::new("publications", "Publications in the period"),
            Column::new("due", "Due again in the period"),
            Column::new("in_time", "Published by then"),
            Column::new("late", "Published later"),
            Column::new("missing", "Not published since"),
        ],
        rows: duties.chain([row("All", None)]).collect(),
        totals: true,
    }
}

fn disclosure_log(about: About<'_>, section: Section) -> Section {
    let (log, answers) = (about.of(&about.plugin.log), about.of(&about.plugin.answers));
    let (releases, marked) = (about.issued(&log), about.issued(&answers));
    if releases.is_empty() && marked.is_empty() {
        return section.paragraph("Nothing was put into the disclosure log in the period.");
    }
    let seqs = |issues: &[&Issued]| issues.iter().map(|issue| issue.seq).collect::<Vec<u64>>();
    let checked: Vec<&Issued> =
        releases.iter().copied().filter(|issue| issue.what.checked == Some(true)).collect();
    let counted: Vec<&Issued> =
        releases.iter().copied().filter(|issue| issue.what.answers.is_some()).collect();
    let with_answers: Vec<&Issued> =
        counted.iter().copied().filter(|issue| issue.what.answers > Some(0)).collect();
    section
        .with(
            Metric::counted("releases", "Releases of the disclosure log", seqs(&releases))
                .definition("Releases of answers into the disclosure log in the period."),
        )
        .with(Metric {
            numerator: counted.iter().filter_map(|issue| issue.what.answers).map(u64::from).sum(),
            ..Metric::counted("answers_released", "Answers in these releases", seqs(&with_answers)).definition(
                "The sum of the answers that the releases of the period say they hold; releases that do not say are left out.",
            )
        })
        .with(
            Metric::counted("releases_checked", "Checked for hidden data", seqs(&checked)).of(releases.len()).definition(
                "Of the releases of the period, those before which somebody looked for hidden data. Where that was not \
                 recorded, it does not count.",
            ),
        )
        .with(
            Metric::counted("requests_published", "Requests marked as published", seqs(&marked))
                .definition("Requests of which it was recorded in the period that their answer went into the log."),
        )
}

fn notices(about: About<'_>, section: Section) -> Section {
    let all = about.of(&about.plugin.notices);
    if all.is_empty() {
        return section.paragraph("No publication of a privacy notice is recorded.");
    }
    let issued: Vec<u64> = about.issued(&all).iter().map(|issue| issue.seq).collect();
    let lasts: Vec<&Issued> = all.iter().filter_map(|(_, notice)| notice.last()).collect();
    let overdue = |last: &&&Issued| last.next().is_some_and(|next| next < about.today());
    let overdue: Vec<u64> = lasts.iter().filter(overdue).map(|last| last.seq).collect();
    section
        .with(
            Metric::counted("notices_issued", "Privacy notices published", issued)
                .definition("Publications of privacy notices in the period, new versions included."),
        )
        .with(
            Metric::counted("notices_overdue", "Privacy notices whose review is overdue", overdue)
                .of(lasts.len())
                .definition("Of the privacy notices known on the status date, those whose named review day had passed."),
        )
}

/// What was recorded and cannot be meant, or could not be read.
fn data_quality(about: About<'_>, mut section: Section) -> Section {
    let About { plugin, settings, period, status_at } = about;
    let finding = |text: String, evidence: Vec<u64>| Finding { text, clauses: Vec::new(), evidence };
    for span in plugin.statistics.record.all(settings) {
        if let Some(fault) = span.fault().filter(|_| period.holds(span.day)) {
            let text = format!(
                "Statistics of {} to {} count for no quarter: {fault}.",
                span.from.in_words(),
                span.to.in_words()
            );
            section = section.with(finding(text, vec![span.seq]));
        }
    }
    let mut odd: Vec<u64> = Vec::new();
    let mut classes: Vec<u64> = Vec::new();
    for (_, scheme) in plugin.schemes.cases_at(settings, status_at) {
        let reviews: Vec<&Reviewed> =
            scheme.reviews.iter().filter(|review| period.holds(review.day)).collect();
        odd.extend(reviews.iter().filter(|review| review.is_odd()).map(|review| review.seq));
        let both =
            |review: &&&Reviewed| review.what.classes.is_some() && review.what.classes_current.is_some();
        let wrong = reviews.iter().filter(both).filter(|review| review.classes_behind().is_none());
        classes.extend(wrong.map(|review| review.seq));
    }
    for fold in [&plugin.datasets, &plugin.notices] {
        let all = about.of(fold);
        odd.extend(about.issued(&all).iter().filter(|issue| issue.is_odd()).map(|issue| issue.seq));
    }
    if !odd.is_empty() {
        let text = format!(
            "Entries whose next day lies before their own, and is left out of account: {}.",
            odd.len()
        );
        section = section.with(finding(text, odd));
    }
    if !classes.is_empty() {
        let text = format!("Reviews that count more classes up to date than there are: {}.", classes.len());
        section = section.with(finding(text, classes));
    }
    let folds = [&plugin.datasets, &plugin.log, &plugin.answers, &plugin.notices];
    let mut unreadable: Vec<u64> =
        folds.iter().flat_map(|fold| fold.unreadable()).map(|entry| entry.seq).collect();
    unreadable.extend(plugin.schemes.unreadable().iter().map(|entry| entry.seq));
    unreadable.extend(plugin.statistics.record.unreadable());
    if !unreadable.is_empty() {
        let text = format!(
            "Entries about publication that could not be read and count nowhere: {}.",
            unreadable.len()
        );
        section = section.with(finding(text, unreadable));
    }
    section
}
