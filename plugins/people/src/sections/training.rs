//! Section R4: training and awareness.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Chart, ChartKind, Column, Day, Instant, Metric, Period, Row, Section, Table};

use crate::apply::Class;
use crate::awareness::{Given, Sort};
use crate::person::{On, Person};
use crate::{People, Settings};

/// The section.
pub(crate) fn section(
    plugin: &People,
    settings: &Settings,
    people: &[Person],
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let is_bound = |person: &&Person| person.is_there(today) && person.is_one_of(&settings.training_classes);
    let bound: Vec<&Person> = people.iter().filter(is_bound).collect();
    let mut section = Section::new(
        "R4",
        "Training and awareness",
        &[
            "leicester L3.1.e",
            "leicester L9.1.a",
            "leicester L9.1.b",
            "leicester L9.2.f",
            "leicester L12.2.d",
            "leicester L12.9.b",
            "leicester L17.1",
            "coventry C-TCW.iv",
            "coventry C-TRN",
        ],
    );
    if bound.is_empty() {
        section =
            section.paragraph("Nobody was known to the ledger who has to be trained: no share can be given.");
    } else {
        let trained = |class: Option<Class>| -> (Vec<u64>, usize) {
            let these = bound.iter().filter(|it| class.is_none_or(|class| it.is_one_of(&[class])));
            let these: Vec<&&Person> = these.collect();
            let seqs = these.iter().filter(|it| it.is_trained(today)).filter_map(|it| valid_seq(it, today));
            (seqs.collect(), these.len())
        };
        let (all, of_all) = trained(None);
        let (members, of_members) = trained(Some(Class::Member));
        section = section.with(Metric::counted("people_trained", "People with valid training", all).of(of_all).definition(
            format!(
                "Of the people known to the ledger on {} who have to take the general training, those who hold a valid one. \
                 Those in their first days and those away are among them.",
                today.in_words()
            ),
        ));
        if of_members > 0 {
            section = section.with(
                Metric::counted("members_trained", "Councillors with valid training", members).of(of_members).definition(
                    "Of these people the councillors, and of the councillors those who hold a valid general training.",
                ),
            );
        }
        section = section.with(by_unit(&bound, settings, today));
    }
    section = with_induction(section, people, settings, period, today);
    section = with_months(section, people, period);
    with_awareness(section, plugin, settings, period, status_at)
}

fn valid_seq(person: &Person, today: Day) -> Option<u64> {
    let valid = person.completions.iter().filter(|it| it.course.is_general() && it.on.day <= today);
    valid.max_by_key(|it| (it.until, it.on.seq)).map(|it| it.on.seq)
}

/// Everybody is counted in one column: trained, in time, or overdue.
fn by_unit(people: &[&Person], settings: &Settings, today: Day) -> Table {
    let mut units: BTreeMap<&str, Vec<&Person>> = BTreeMap::new();
    for person in people {
        units.entry(person.unit.as_deref().unwrap_or("not recorded")).or_default().push(person);
    }
    let row = |unit: &str, these: &[&Person]| {
        let is_overdue = |person: &&&Person| {
            let owed = person.general(settings);
            owed.and_then(|owed| owed.last_day()).is_some_and(|last| last < today)
        };
        let trained = these.iter().filter(|it| it.is_trained(today)).count();
        let overdue = these.iter().filter(|it| !it.is_trained(today)).filter(is_overdue).count();
        Row::new([
            Cell::from(unit),
            Cell::count(these.len()),
            Cell::count(trained),
            Cell::count(these.len() - trained - overdue),
            Cell::count(overdue),
            Cell::Share(trained as u64, these.len() as u64),
        ])
        .evidence(
            these.iter().filter_map(|it| it.start().map(|(_, joined)| joined.seq).or(valid_seq(it, today))),
        )
    };
    let mut rows: Vec<Row> = units.iter().map(|(unit, these)| row(unit, these).unit(Some(unit))).collect();
    rows.push(row("All", people));
    Table {
        name: "training_by_directorate",
        title: format!("General training by directorate, as it stood on {}", today.in_words()),
        columns: vec![
            Column::new("unit", "Directorate"),
            Column::new("people", "People"),
            Column::new("trained", "With valid training"),
            Column::new("in_time", "Without, and not overdue"),
            Column::new("overdue", "Overdue"),
            Column::new("share", "Share with valid training"),
        ],
        rows,
        totals: true,
    }
}

/// Those who joined in the period and whose first days are over.
fn with_induction(
    section: Section,
    people: &[Person],
    settings: &Settings,
    period: Period,
    today: Day,
) -> Section {
    let days = i32::from(settings.training_induction_days);
    let joined: Vec<(&Person, Day, On)> = people
        .iter()
        .filter(|person| person.is_one_of(&settings.training_classes))
        .filter_map(|person| person.start().map(|(start, joined)| (person, start, joined)))
        .filter(|(person, start, _)| {
            period.holds(*start) && person.due(*start, start.plus(days)).day().is_some_and(|due| due < today)
        })
        .collect();
    if joined.is_empty() {
        return section.paragraph("Nobody joined in the period whose time for the first training is over.");
    }
    let in_time = joined.iter().filter(|(person, start, _)| {
        let due = person.due(*start, start.plus(days)).day().unwrap_or(*start);
        person.completions.iter().any(|it| it.course.is_general() && it.on.day <= due && it.until >= *start)
    });
    let seqs = in_time.map(|(.., joined)| joined.seq).collect();
    section.with(Metric::counted("inductions_in_time", "First training in time", seqs).of(joined.len()).definition(format!(
        "Of the people whose first day lies in the period, and whose time for the first training is over, those who took it \
         within {days} days; days of absence are not counted."
    )))
}

/// Completions month by month, with a chart.
fn with_months(section: Section, people: &[Person], period: Period) -> Section {
    let mut months: BTreeMap<(i16, i8), (Vec<u64>, Vec<u64>)> = BTreeMap::new();
    let mut day = period.from;
    while day <= period.to {
        months.insert((day.year(), day.month()), Default::default());
        let Some(first) = Day::of(day.year(), day.month(), 1) else { break };
        day = first.plus_months(1);
    }
    for completion in people.iter().flat_map(|person| &person.completions) {
        let day = completion.on.day;
        let Some((general, other)) = months.get_mut(&(day.year(), day.month())).filter(|_| period.holds(day))
        else {
            continue;
        };
        if completion.course.is_general() { general } else { other }.push(completion.on.seq);
    }
    let all: Vec<u64> =
        months.values().flat_map(|(general, other)| general.iter().chain(other)).copied().collect();
    if all.is_empty() {
        return section.paragraph("No training was completed in the period.");
    }
    let row = |name: String, general: usize, other: usize, seqs: Vec<u64>| {
        let cells =
            [Cell::from(name), Cell::count(general), Cell::count(other), Cell::count(general + other)];
        Row::new(cells).evidence(seqs)
    };
    let mut rows: Vec<Row> = months
        .iter()
        .map(|((year, month), (general, other))| {
            let seqs = general.iter().chain(other).copied().collect();
            row(format!("{year}-{month:02}"), general.len(), other.len(), seqs)
        })
        .collect();
    let general = months.values().map(|(general, _)| general.len()).sum();
    let (most, _) = months.iter().max_by_key(|(_, (general, other))| general.len() + other.len()).unzip();
    let most = most.map(|(year, month)| format!("{year}-{month:02}")).unwrap_or_default();
    rows.push(row("All".to_owned(), general, all.len() - general, all.clone()));
    let alternative = format!("{} courses were completed in the period, most of them in {most}.", all.len());
    section
        .with(Table {
            name: "training_by_month",
            title: "Courses completed, by month".to_owned(),
            columns: vec![
                Column::new("month", "Month"),
                Column::new("of_general", "General training"),
                Column::new("of_other", "Other courses"),
                Column::new("whole", "All"),
            ],
            rows,
            totals: true,
        })
        .with(Chart {
            kind: ChartKind::StackedBars,
            title: "Courses completed, by month".to_owned(),
            table: "training_by_month",
            alternative,
        })
}

fn with_awareness(
    section: Section,
    plugin: &People,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let briefings = plugin.awareness.fold.cases_at(settings, status_at);
    let given: Vec<(On, Given)> =
        briefings.flat_map(|(_, it)| it.given).filter(|(on, _)| period.holds(on.day)).collect();
    if given.is_empty() {
        return section.paragraph("No briefing or reminder was given out in the period.");
    }
    let row = |name: &str, these: &[&(On, Given)]| {
        let reached = these.iter().filter_map(|(_, given)| given.reached).map(i64::from).sum::<i64>();
        let unknown = these.iter().filter(|(_, given)| given.reached.is_none()).count();
        Row::new([Cell::from(name), Cell::count(these.len()), Cell::from(reached), Cell::count(unknown)])
            .evidence(these.iter().map(|(on, _)| on.seq))
    };
    let of =
        |sort: Sort| -> Vec<&(On, Given)> { given.iter().filter(|(_, given)| given.sort == sort).collect() };
    let mut rows: Vec<Row> = Sort::ALL.iter().map(|sort| row(sort.name(), &of(*sort))).collect();
    rows.push(row("All", &given.iter().collect::<Vec<_>>()));
    section.with(Table {
        name: "awareness",
        title: "Briefings, reminders and exercises of the period".to_owned(),
        columns: vec![
            Column::new("sort", "What"),
            Column::new("number", "Number"),
            Column::new("reached", "People reached, counted each time"),
            Column::new("unknown", "Of which it is not known how many were reached"),
        ],
        rows,
        totals: true,
    })
}
