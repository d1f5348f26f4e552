//! Section R19: registrations, the yearly assessment, and auditors.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Day, Finding, Instant, Period, Row, Section, Table};

use super::{counted, grouped, words};
use crate::assurance::{Audit, Recommendation};
use crate::renewals::Kind;
use crate::{Governance, Settings};

/// The section.
pub(crate) fn section(
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let section = Section::new("R19", "Assurance from outside", &["leicester L5.1.d", "coventry C-STD"]);
    let section = registrations(section, plugin, settings, status_at);
    let section = toolkit(section, plugin, settings, period, status_at);
    let audits: Vec<(String, Audit)> =
        plugin.audits.cases_at(settings, status_at).map(|(name, audit)| (name.to_owned(), audit)).collect();
    let section = completed(section, &audits, period);
    recommendations(section, &audits, period)
}

fn registrations(section: Section, plugin: &Governance, settings: &Settings, status_at: Instant) -> Section {
    let today = Day::in_london(status_at);
    let mut has_fee = false;
    let rows: Vec<Row> = plugin
        .registrations
        .cases_at(settings, status_at)
        .map(|(name, it)| {
            let holds = today <= it.expires;
            has_fee |= it.kind == Kind::IcoFee && holds;
            Row::new([
                Cell::from(name),
                Cell::from(it.kind.name()),
                Cell::from(it.certificate.as_deref()),
                Cell::from(it.on.day),
                Cell::from(it.expires),
                Cell::from(if holds { "holds" } else { "expired" }),
                Cell::from(it.owner.as_deref()),
            ])
            .subject(name)
            .unit(it.unit.as_deref())
            .evidence([it.on.seq])
        })
        .collect();
    let section = if rows.is_empty() {
        section.paragraph("No registration or certificate is on record.")
    } else {
        section.with(Table {
            name: "registrations",
            title: format!("Registrations and certificates on {}", today.in_words()),
            columns: vec![
                Column::new("registration", "Registration"),
                Column::new("kind", "Kind"),
                Column::new("certificate", "Number"),
                Column::new("renewed", "Renewed"),
                Column::new("expires", "Holds until"),
                Column::new("status", "Status"),
                Column::new("owner", "Owner"),
            ],
            rows,
            totals: false,
        })
    };
    if has_fee {
        return section;
    }
    section.with(Finding {
        text: format!("No entry says that the data protection fee was paid for {}.", today.in_words()),
        clauses: vec!["leicester L5.1.d".to_owned(), "leicester L9.2.d".to_owned()],
        evidence: Vec::new(),
    })
}

fn toolkit(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let assessments = plugin.toolkit.fold.cases_at(settings, status_at);
    let rows: Vec<Row> = assessments
        .filter(|(_, it)| period.holds(it.on.day))
        .map(|(name, it)| {
            let share = it.met.zip(it.of).map(|(met, of)| Cell::Share(u64::from(met), u64::from(of)));
            Row::new([
                Cell::from(name),
                Cell::from(it.on.day),
                Cell::from(it.status.name()),
                share.unwrap_or(Cell::None),
            ])
            .subject(name)
            .evidence([it.on.seq])
        })
        .collect();
    if rows.is_empty() {
        return section
            .paragraph("The yearly assessment for health and care data was not handed in in the period.");
    }
    section.with(Table {
        name: "toolkit",
        title: "Data Security and Protection Toolkit: assessments handed in".to_owned(),
        columns: vec![
            Column::new("assessment", "Assessment"),
            Column::new("on", "Handed in"),
            Column::new("status", "Status"),
            Column::new("assertions", "Assertions met"),
        ],
        rows,
        totals: false,
    })
}

fn completed(section: Section, audits: &[(String, Audit)], period: Period) -> Section {
    let mut kinds: BTreeMap<String, Vec<(Option<String>, u64)>> = BTreeMap::new();
    for (kind, opinion, on) in audits.iter().filter_map(|(_, audit)| audit.completed.clone()) {
        if period.holds(on.day) {
            kinds.entry(words(&kind)).or_default().push((opinion, on.seq));
        }
    }
    if kinds.is_empty() {
        return section.paragraph("No audit was completed in the period.");
    }
    let rows = grouped(&kinds, |name, these| {
        let with =
            |wanted: &str| these.iter().filter(|(opinion, _)| opinion.as_deref() == Some(wanted)).count();
        let opinions = ["substantial", "reasonable", "limited", "none"].map(with);
        let unknown = these.iter().filter(|(opinion, _)| opinion.is_none()).count();
        let [substantial, reasonable, limited, none] = opinions;
        let numbers = [these.len(), substantial, reasonable, limited, none, unknown];
        counted(name, &numbers, these.iter().map(|(_, seq)| *seq))
    });
    section.with(Table {
        name: "audits",
        title: "Audits completed in the period, by opinion".to_owned(),
        columns: vec![
            Column::new("kind", "Kind of audit"),
            Column::new("audits", "Audits"),
            Column::new("substantial", "Substantial assurance"),
            Column::new("reasonable", "Reasonable"),
            Column::new("limited", "Limited"),
            Column::new("none", "No assurance"),
            Column::new("unknown", "No opinion recorded"),
        ],
        rows,
        totals: true,
    })
}

/// Open at first, raised, closed, and open at the end.
fn recommendations(section: Section, audits: &[(String, Audit)], period: Period) -> Section {
    let mut priorities: BTreeMap<String, Vec<Recommendation>> = BTreeMap::new();
    for it in audits.iter().flat_map(|(_, audit)| &audit.recommendations) {
        let touches =
            it.raised.day <= period.to && it.closed.as_ref().is_none_or(|(_, on)| on.day >= period.from);
        if touches {
            let name = it.priority.map_or("not recorded", crate::assurance::Priority::name);
            priorities.entry(words(name)).or_default().push(it.clone());
        }
    }
    if priorities.is_empty() {
        return section.paragraph("No recommendation of auditors was open in the period.");
    }
    let rows = grouped(&priorities, |name, these| {
        let opening = these.iter().filter(|it| it.raised.day < period.from).count();
        let closed =
            these.iter().filter(|it| it.closed.as_ref().is_some_and(|(_, on)| period.holds(on.day))).count();
        let is_open = |it: &&&Recommendation| it.closed.as_ref().is_none_or(|(_, on)| on.day > period.to);
        let overdue = these.iter().filter(is_open).filter(|it| it.due < period.to).count();
        let raised = these.len() - opening;
        let numbers = [opening, raised, closed, opening + raised - closed, overdue];
        counted(name, &numbers, these.iter().map(|it| it.raised.seq))
    });
    section.with(Table {
        name: "recommendations",
        title: "Recommendations of auditors, by priority".to_owned(),
        columns: vec![
            Column::new("priority", "Priority"),
            Column::new("opening", "Open at the beginning"),
            Column::new("plus_raised", "Raised"),
            Column::new("minus_closed", "Closed"),
            Column::new("closing", "Open at the end"),
            Column::new("overdue", "Of these overdue"),
        ],
        rows,
        totals: true,
    })
}
