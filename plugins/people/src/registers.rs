//! The registers of training that is due, and of acknowledgements that are outstanding.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::alarms::clause;
use crate::person::Person;
use crate::time::Due;
use crate::training::Owed;
use crate::{People, Settings, joins};

/// The columns of training that is due.
pub(crate) const TRAINING: Register = Register {
    name: "training",
    title: "Training due and overdue",
    description: "Courses that people have to take soon or should have taken, the first due first. Who is away without a \
                  known return comes last.",
    feeds: &["training.*", "staff.*"],
    columns: &[
        Column::new("person", "Person"),
        Column::new("course", "Course"),
        Column::new("why", "Why"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::new("class", "Class of user"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of acknowledgements that are outstanding.
pub(crate) const ACKNOWLEDGEMENTS: Register = Register {
    name: "acknowledgements",
    title: "Acknowledgements outstanding",
    description: "Policies and contract clauses that people have still to acknowledge, or to acknowledge again, the first \
                  due first.",
    feeds: &["policy.*", "contract.*", "staff.*", "access.*"],
    columns: &[
        Column::new("person", "Person"),
        Column::new("what", "Policy or clause"),
        Column::new("version", "Version"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::new("class", "Class of user"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const OWNER: &str = "role/line-manager";
/// What is due while somebody is away has to wait for them.
const WAITS: &str = "waits: away";
/// Two weeks before its day a colleague is reminded.
const AMBER_DAYS: i64 = 14;

/// What a row says, whichever register it stands in.
struct Line<'l> {
    what: [Cell; 2],
    due: Due,
    /// The last day on which it is not overdue.
    last: Option<Day>,
    status: &'l str,
    evidence: Vec<u64>,
}

/// People who are there, or will be: who has left owes nothing.
fn people<'p>(
    plugin: &'p People,
    settings: &'p Settings,
    today: Day,
) -> impl Iterator<Item = (&'p str, Person)> {
    let is_listed =
        move |person: &Person| person.is_somebody() && person.last_day().is_none_or(|last| today <= last);
    plugin.people.cases(settings).filter(move |(_, person)| is_listed(person))
}

/// Its rows.
pub(crate) fn training(
    plugin: &People,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let horizon = today.plus(i32::from(settings.register_days));
    let mut rows = Vec::new();
    for (name, person) in people(plugin, settings, today) {
        for owed in person.general(settings).into_iter().chain(person.courses(settings)) {
            if owed.due.day().is_some_and(|due| due > horizon) {
                continue;
            }
            let course = owed.course.unwrap_or("general training");
            let line = Line {
                what: [Cell::from(course), Cell::from(owed.why.name())],
                due: owed.due,
                last: owed.last_day(),
                status: training_status(&owed, today),
                evidence: vec![owed.seq],
            };
            rows.push(row(plugin, name, &person, line, today));
        }
    }
    in_order(rows)
}

fn training_status(owed: &Owed<'_>, today: Day) -> &'static str {
    match (owed.due, owed.last_day()) {
        (Due::Waits { .. }, _) => WAITS,
        (_, Some(last)) if last < today => "overdue",
        (Due::By { day, .. }, _) if day < today => "in grace",
        _ if owed.failed.is_some() => "failed, to be repeated",
        _ => "due",
    }
}

/// Its rows.
pub(crate) fn acknowledgements(
    plugin: &People,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let horizon = today.plus(i32::from(settings.register_days));
    let mut rows = Vec::new();
    for (name, person) in people(plugin, settings, today) {
        for owed in joins::owed(&person, &plugin.framework, settings) {
            let is_late = owed.due.day().is_some_and(|due| due < today);
            let status = match owed.why {
                _ if owed.due.day().is_none() => WAITS,
                joins::Why::Access(..) => "access before acknowledgement",
                _ if is_late => "overdue",
                joins::Why::Version(_) => "due",
                joins::Why::Again(_) => "due again",
            };
            if owed.due.day().is_some_and(|due| due > horizon) {
                continue;
            }
            let line = Line {
                what: [Cell::from(owed.policy), Cell::from(owed.version.name.as_str())],
                due: owed.due,
                // Who has access and has not acknowledged is late from the first instant.
                last: owed.due.day().map(|day| match owed.why {
                    joins::Why::Access(..) => day.plus(-1),
                    _ => day,
                }),
                status,
                evidence: vec![owed.on().seq, owed.version.from.seq],
            };
            rows.push(row(plugin, name, &person, line, today));
        }
        let Some(owed) = clause(&person, settings) else { continue };
        if owed.due.day().is_some_and(|due| due > horizon) {
            continue;
        }
        let status = match owed.due.day() {
            None => WAITS,
            Some(due) if due < today => "overdue",
            Some(_) if owed.is_first => "due",
            Some(_) => "due again",
        };
        let line = Line {
            what: [Cell::from("confidentiality clause"), Cell::None],
            due: owed.due,
            last: owed.due.day(),
            status,
            evidence: vec![owed.seq],
        };
        rows.push(row(plugin, name, &person, line, today));
    }
    in_order(rows)
}

type Sorted = ((bool, Option<Day>), Row);

fn row(plugin: &People, name: &str, person: &Person, line: Line<'_>, today: Day) -> Sorted {
    let due = line.due.day();
    let left = due.map(|due| i64::from(due.since(today)));
    let is_away = person.is_away(today);
    let light = match (line.last, left) {
        _ if is_away => Light::Green,
        (Some(last), _) if last < today => Light::Red,
        // Within the grace it is late, and not overdue.
        (_, Some(left)) => Light::of(left.max(0), AMBER_DAYS),
        (_, None) => Light::Green,
    };
    let [first, second] = line.what;
    let row = Row::new([
        Cell::from(name),
        first,
        second,
        Cell::from(due),
        Cell::from(left),
        Cell::from(light),
        Cell::from(if is_away { WAITS } else { line.status }),
        Cell::from(person.class().map(crate::Class::name)),
        Cell::from(OWNER),
        Cell::from(person.unit.as_deref()),
        Cell::from(plugin.people.corrected(name)),
    ]);
    let row = row.subject(name).unit(person.unit.as_deref()).evidence(line.evidence);
    ((due.is_none(), due), row)
}

/// The first due first; within a day they stay as they come, by person.
fn in_order(mut rows: Vec<Sorted>) -> std::vec::IntoIter<Row> {
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>().into_iter()
}
