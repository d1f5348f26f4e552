//! Section R3: who acknowledged the policies and the clause of the contract.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Day, Instant, Metric, Period, Row, Section, Table};

use crate::alarms::clause;
use crate::framework::Framework;
use crate::person::Person;
use crate::{Class, People, Settings, joins};

/// The section.
pub(crate) fn section(
    plugin: &People,
    settings: &Settings,
    people: &[Person],
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let policies = plugin.policies.cases_at(settings, status_at);
    let framework = Framework::of(policies, plugin.needs.cases_at(settings, status_at));
    let bound: Vec<&Person> =
        people.iter().filter(|person| person.is_there(today) && joins::is_bound(person, settings)).collect();
    let section = Section::new(
        "R3",
        "Acceptance of policies and contract clauses",
        &[
            "leicester L6.1",
            "leicester L9.1.b",
            "leicester L11.1",
            "leicester L12.9.a",
            "leicester L12.9.f",
            "coventry C-KPS",
            "coventry C-SCOPE",
            "coventry C-IMP",
            "coventry C-CMP.2",
        ],
    );
    let given: Vec<u64> = people
        .iter()
        .flat_map(|person| &person.acknowledged)
        .filter(|it| it.understood && period.holds(it.on.day))
        .map(|it| it.on.seq)
        .collect();
    let mut section =
        section.with(Metric::counted("policies_acknowledged", "Acknowledgements given", given).definition(
            "Entries of the period by which somebody confirmed having read a version of a policy.",
        ));
    let has_policies = framework.policies.keys().any(|name| settings.asks_for(name));
    if bound.is_empty() || !has_policies {
        section = section.paragraph(
            "No policy that has to be acknowledged was in force, or nobody was known whom it binds: no share can be given.",
        );
    } else {
        section = section
            .with(accepted(&bound, &framework, settings, today))
            .with(by_unit(&bound, &framework, settings, today))
            .with(by_policy(&bound, &framework, settings, today));
    }
    with_clauses(section, people, settings, today)
}

/// Whether somebody has acknowledged all that they are to, and not too long ago.
fn has_accepted(person: &Person, framework: &Framework, settings: &Settings, today: Day) -> bool {
    joins::owed(person, framework, settings).all(|owed| is_acknowledged(&owed, today))
}

fn is_acknowledged(owed: &joins::Unacknowledged<'_>, today: Day) -> bool {
    matches!(owed.why, joins::Why::Again(_)) && owed.due.day().is_none_or(|due| today <= due)
}

fn seq_of(person: &Person) -> Option<u64> {
    person.start().map(|(_, joined)| joined.seq).or(person.first_access().map(|on| on.seq))
}

fn accepted(people: &[&Person], framework: &Framework, settings: &Settings, today: Day) -> Metric {
    let these = people.iter().filter(|person| has_accepted(person, framework, settings, today));
    Metric::counted("people_accepting", "People who have acknowledged all policies", these.filter_map(|it| seq_of(it)).collect())
        .of(people.len())
        .definition(format!(
            "Of the people known to the ledger on {} whom the policies bind, those who have acknowledged the version in force \
             of every policy that has to be acknowledged, and not so long ago that it is due again.",
            today.in_words()
        ))
}

fn by_unit(people: &[&Person], framework: &Framework, settings: &Settings, today: Day) -> Table {
    let mut cells: BTreeMap<(String, Option<Class>), Vec<&Person>> = BTreeMap::new();
    for person in people {
        let unit = person.unit.clone().unwrap_or_else(|| "not recorded".to_owned());
        cells.entry((unit, person.class())).or_default().push(person);
    }
    let row = |unit: &str, class: &str, these: &[&Person]| {
        let accepted = these.iter().filter(|person| has_accepted(person, framework, settings, today)).count();
        Row::new([
            Cell::from(unit),
            Cell::from(class),
            Cell::count(these.len()),
            Cell::count(accepted),
            Cell::count(these.len() - accepted),
            Cell::Share(accepted as u64, these.len() as u64),
        ])
        .evidence(these.iter().filter_map(|person| seq_of(person)))
    };
    let mut rows: Vec<Row> = cells
        .iter()
        .map(|((unit, class), these)| {
            row(unit, class.map_or("not recorded", Class::name), these).unit(Some(unit))
        })
        .collect();
    rows.push(row("All", "All", people));
    Table {
        name: "acceptance_by_directorate",
        title: "People bound by the policies, and those who have acknowledged them, by directorate and class"
            .to_owned(),
        columns: vec![
            Column::new("unit", "Directorate"),
            Column::new("class", "Class of user"),
            Column::new("people", "People"),
            Column::new("accepted", "Acknowledged"),
            Column::new("outstanding", "Outstanding"),
            Column::new("share", "Share acknowledged"),
        ],
        rows,
        totals: true,
    }
}

fn by_policy(people: &[&Person], framework: &Framework, settings: &Settings, today: Day) -> Table {
    let rows = framework.policies.iter().filter(|(name, _)| settings.asks_for(name)).map(|(name, policy)| {
        let is_outstanding = |person: &&&Person| {
            joins::owed(person, framework, settings)
                .any(|it| it.policy == name && !is_acknowledged(&it, today))
        };
        let outstanding = people.iter().filter(is_outstanding).count();
        let acknowledged = people.len() - outstanding;
        let wanted = policy.wanted();
        Row::new([
            Cell::from(name.as_str()),
            Cell::from(wanted.map(|version| version.name.as_str())),
            Cell::from(wanted.map(|version| version.from.day)),
            Cell::count(people.len()),
            Cell::count(acknowledged),
            Cell::count(outstanding),
            Cell::Share(acknowledged as u64, people.len() as u64),
        ])
        .evidence(policy.versions.iter().map(|version| version.from.seq))
    });
    Table {
        name: "acceptance_by_policy",
        title: "The version that is to be acknowledged of each policy".to_owned(),
        columns: vec![
            Column::new("policy", "Policy"),
            Column::new("version", "Version"),
            Column::new("since", "In force since"),
            Column::new("people", "People"),
            Column::new("accepted", "Acknowledged"),
            Column::new("outstanding", "Outstanding"),
            Column::new("share", "Share acknowledged"),
        ],
        rows: rows.collect(),
        totals: false,
    }
}

fn with_clauses(section: Section, people: &[Person], settings: &Settings, today: Day) -> Section {
    let owing: Vec<(&Person, bool)> = people
        .iter()
        .filter(|person| person.is_there(today))
        .filter_map(|person| {
            let owed = clause(person, settings)?;
            let seq_known = owed.due.day().is_none_or(|due| today <= due);
            Some((person, !owed.is_first && seq_known))
        })
        .collect();
    if owing.is_empty() {
        return section.paragraph("Nobody was known whose contract has a clause on confidentiality.");
    }
    let known = owing.iter().filter(|(_, is_known)| *is_known);
    let seqs = known.filter_map(|(person, _)| person.clauses.last().map(|on| on.seq)).collect();
    section.with(Metric::counted("clauses_acknowledged", "Confidentiality clause acknowledged", seqs).of(owing.len()).definition(
        format!(
            "Of the employees and agency workers known to the ledger on {}, those who acknowledged the clause on \
             confidentiality of their contract within the last {} months.",
            today.in_words(),
            settings.clause_renew_months
        ),
    ))
}
