//! Section R2: roles, policies, boards, advice and checks.

use std::collections::BTreeMap;

use muniment_sdk::{Column, Day, Finding, Instant, Metric, Period, Section, Table};

use super::{counted, grouped, words};
use crate::assurance::Meeting;
use crate::checks::{Check, Kind};
use crate::document::{Document, Sort};
use crate::guidance::Question;
use crate::role::Role;
use crate::{Governance, Settings};

/// The section.
pub(crate) fn section(
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let section = Section::new(
        "R2",
        "Governance, roles and framework",
        &[
            "leicester L4.1",
            "leicester L6.2",
            "leicester L6.2x",
            "leicester L9.2.h",
            "leicester L12.1",
            "leicester L12.2.a",
            "leicester L12.2.b",
            "leicester L12.3.b",
            "leicester L12.3.c",
            "leicester L12.5.a",
            "coventry C-INT",
            "coventry C-TCW.i",
            "coventry C-TCW.ii",
            "coventry C-CMP.1",
            "coventry C-CMP.3",
            "coventry C-CMP.5",
            "coventry C-CMP.6",
            "coventry C-ENQ",
        ],
    );
    let section = roles(section, plugin, settings, status_at, today);
    let section = documents(section, plugin, settings, status_at, today);
    let section = boards(section, plugin, settings, period, status_at);
    let section = guidance(section, plugin, settings, period, status_at);
    checks(section, plugin, settings, period, status_at)
}

fn roles(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    status_at: Instant,
    today: Day,
) -> Section {
    let mut kinds: BTreeMap<String, Vec<Role>> = BTreeMap::new();
    for (_, role) in plugin.roles.fold.cases_at(settings, status_at) {
        kinds.entry(role.kind.name().to_owned()).or_default().push(role);
    }
    let missing = plugin.roles.missing(settings);
    let section = if kinds.is_empty() {
        section.paragraph("No entry says who holds which role.")
    } else {
        let rows = grouped(&kinds, |name, these| {
            let acting = these.iter().filter(|role| role.holder(today).is_some_and(|it| it.acting)).count();
            let held = these.iter().filter(|role| role.holder(today).is_some()).count();
            let seqs = these.iter().flat_map(|role| role.holdings.last()).map(|it| it.seq);
            counted(name, &[these.len(), held - acting, acting, these.len() - held], seqs)
        });
        section.with(Table {
            name: "roles",
            title: format!("Roles on record, and whether they were held on {}", today.in_words()),
            columns: vec![
                Column::new("kind", "Kind of role"),
                Column::new("roles", "Roles"),
                Column::new("held", "Held, not for the time being only"),
                Column::new("acting", "Held for the time being"),
                Column::new("vacant", "Vacant"),
            ],
            rows,
            totals: true,
        })
    };
    if missing.is_empty() {
        return section;
    }
    let names: Vec<&str> = missing.iter().map(|kind| kind.name()).collect();
    section.with(Finding {
        text: format!(
            "Roles that have to be held and of which no entry says that anybody ever did: {}.",
            names.join(", ")
        ),
        clauses: vec!["leicester L12.1".to_owned(), "coventry C-TCW.ii".to_owned()],
        evidence: Vec::new(),
    })
}

fn documents(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    status_at: Instant,
    today: Day,
) -> Section {
    let documents: Vec<Document> = plugin
        .documents
        .cases_at(settings, status_at)
        .map(|(_, it)| it)
        .filter(|it| it.live.is_some())
        .collect();
    if documents.is_empty() {
        return section.paragraph("No policy, standard or procedure was in force on record.");
    }
    let is_overdue = |it: &Document| it.due(settings).is_some_and(|due| due < today);
    let row = |name: &str, these: &[&Document]| {
        let overdue = these.iter().filter(|it| is_overdue(it)).count();
        let behind = these.iter().filter(|it| plugin.law.is_behind(it)).count();
        let seqs = these.iter().flat_map(|it| it.looked_at).map(|on| on.seq);
        counted(name, &[these.len(), these.len() - overdue, overdue, behind], seqs)
    };
    let of = |sort: Sort| documents.iter().filter(|it| it.sort == sort).collect::<Vec<_>>();
    let mut rows: Vec<_> = Sort::ALL.iter().map(|sort| row(sort.name(), &of(*sort))).collect();
    rows.push(row("All", &documents.iter().collect::<Vec<_>>()));
    let in_time = documents.iter().filter(|it| !is_overdue(it)).flat_map(|it| it.looked_at).map(|on| on.seq);
    section
        .with(
            Metric::counted("documents_in_time", "Policies, standards and procedures not overdue for review", in_time.collect())
                .of(documents.len())
                .definition(format!(
                    "Of the policies, standards and procedures in force on {}, those that were published, approved or \
                     reviewed within the {} months before, and whose named day of review was not over.",
                    today.in_words(),
                    settings.policy_review_months
                )),
        )
        .with(Table {
            name: "documents",
            title: format!("Policies, standards and procedures in force on {}", today.in_words()),
            columns: vec![
                Column::new("sort", "Kind"),
                Column::new("number", "In force"),
                Column::new("in_time", "Not overdue for review"),
                Column::new("overdue", "Overdue for review"),
                Column::new("behind", "In force and citing superseded law"),
            ],
            rows,
            totals: true,
        })
}

fn boards(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let mut kinds: BTreeMap<String, Vec<Meeting>> = BTreeMap::new();
    for (_, meeting) in plugin.meetings.cases_at(settings, status_at) {
        if period.holds(meeting.on.day) {
            kinds.entry(board(&meeting.met.board)).or_default().push(meeting);
        }
    }
    if kinds.is_empty() {
        return section.paragraph("No meeting of a board is on record in the period.");
    }
    let rows = grouped(&kinds, |name, these| {
        let not_quorate = these.iter().filter(|it| it.met.quorate == Some(false)).count();
        let decisions = added(these.iter().filter_map(|it| it.met.decisions));
        counted(name, &[these.len(), not_quorate, decisions], these.iter().map(|it| it.on.seq))
    });
    section.with(Table {
        name: "boards",
        title: "Meetings of boards in the period".to_owned(),
        columns: vec![
            Column::new("board", "Board"),
            Column::new("meetings", "Meetings"),
            Column::new("not_quorate", "Of these not quorate"),
            Column::new("decisions", "Decisions recorded"),
        ],
        rows,
        totals: true,
    })
}

fn topic(code: &str) -> String {
    if code == "dpia" { "DPIA".to_owned() } else { words(code) }
}

fn board(code: &str) -> String {
    if code == "impb" { "IMPB".to_owned() } else { words(code) }
}

/// Open at first, asked, answered, and open at the end: the last is the first and the second without the third.
fn guidance(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let questions: Vec<Question> = plugin
        .questions
        .fold
        .cases_at(settings, status_at)
        .map(|(_, it)| it)
        .filter(|it| it.asked.is_some())
        .collect();
    let mut topics: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for question in questions {
        let touches = question.asked.is_some_and(|asked| asked.day <= period.to)
            && question.answered.is_none_or(|answered| answered.day >= period.from);
        if touches {
            let topic = topic(question.topic.as_deref().unwrap_or("other"));
            topics.entry(topic).or_default().push(question);
        }
    }
    if topics.is_empty() {
        return section.paragraph("No question to the information governance team was open in the period.");
    }
    let answered_in = |it: &Question| it.answered.is_some_and(|on| period.holds(on.day));
    let answered: Vec<&Question> = topics.values().flatten().filter(|it| answered_in(it)).collect();
    let in_time: Vec<u64> =
        answered.iter().filter(|it| it.in_time()).filter_map(|it| it.answered).map(|on| on.seq).collect();
    let rows = grouped(&topics, |name, these| {
        let count = |wanted: &dyn Fn(&Question) -> bool| these.iter().filter(|it| wanted(it)).count();
        let opening = count(&|it| it.asked.is_some_and(|on| on.day < period.from));
        let answered = count(&answered_in);
        let asked = these.len() - opening;
        let seqs = these.iter().filter_map(|it| it.asked).map(|on| on.seq);
        counted(name, &[opening, asked, answered, opening + asked - answered], seqs)
    });
    section
        .with(
            Metric::counted("guidance_in_time", "Questions answered in time", in_time).of(answered.len()).definition(format!(
                "Of the questions to the information governance team that were answered in the period, those answered within \
                 {} working days in England and Wales, or by the earlier day that was promised. Answers to what no entry says \
                 was asked are not among them.",
                settings.guidance_answer_working_days
            )),
        )
        .with(Table {
            name: "guidance_by_topic",
            title: "Questions to the information governance team, by topic".to_owned(),
            columns: vec![
                Column::new("topic", "Topic"),
                Column::new("opening", "Open at the beginning"),
                Column::new("plus_asked", "Asked"),
                Column::new("minus_answered", "Answered"),
                Column::new("closing", "Open at the end"),
            ],
            rows,
            totals: true,
        })
}

fn checks(
    section: Section,
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let checks: Vec<Check> = plugin
        .checks
        .fold
        .cases_at(settings, status_at)
        .map(|(_, check)| check)
        .filter(|check| period.holds(check.on.day))
        .collect();
    let units: Vec<String> = plugin
        .checks
        .units
        .cases_at(settings, status_at)
        .filter(|(_, unit)| unit.is_directorate && unit.is_there(today))
        .map(|(name, _)| name.to_owned())
        .collect();
    let attested = |unit: &&String| {
        let is_one = |it: &&Check| it.said.kind == Kind::Attestation && it.said.unit.as_ref() == Some(*unit);
        checks.iter().find(is_one).map(|it| it.on.seq)
    };
    let mut section = section;
    if !units.is_empty() {
        section = section.with(
            Metric::counted(
                "directorates_attesting",
                "Directorates that attested",
                units.iter().filter_map(|it| attested(&it)).collect(),
            )
            .of(units.len())
            .definition(format!(
                "Of the directorates on {}, those that attested in the period that they keep the policy.",
                today.in_words()
            )),
        );
    }
    if checks.is_empty() {
        return section.paragraph("No check of how the policies are kept is on record in the period.");
    }
    let row = |name: &str, these: &[&Check]| {
        let sum = |of: &dyn Fn(&Check) -> Option<u32>| added(these.iter().filter_map(|it| of(it)));
        let (checked, compliant) = (sum(&|it| it.said.checked), sum(&|it| it.said.compliant));
        counted(name, &[these.len(), checked, compliant], these.iter().map(|it| it.on.seq))
    };
    let of = |kind: Kind| checks.iter().filter(|it| it.said.kind == kind).collect::<Vec<_>>();
    let mut rows: Vec<_> = Kind::ALL.iter().map(|kind| row(kind.name(), &of(*kind))).collect();
    rows.push(row("All", &checks.iter().collect::<Vec<_>>()));
    section = section.with(Table {
        name: "compliance_checks",
        title: "Checks of how the policies are kept".to_owned(),
        columns: vec![
            Column::new("kind", "Kind of check"),
            Column::new("checks", "Checks"),
            Column::new("checked", "Cases, people or places looked at"),
            Column::new("compliant", "Of these in order"),
        ],
        rows,
        totals: true,
    });
    let untold: Vec<u64> = checks
        .iter()
        .filter(|it| it.said.kind.is_monitoring() && it.said.notice.is_none())
        .map(|it| it.on.seq)
        .collect();
    if untold.is_empty() {
        return section;
    }
    section.with(Finding {
        text: format!(
            "Monitoring that names no privacy notice by which people are told of it: {}.",
            untold.len()
        ),
        clauses: vec!["coventry C-CMP.3".to_owned()],
        evidence: untold,
    })
}

fn added(numbers: impl Iterator<Item = u32>) -> usize {
    numbers.fold(0, |sum, number| sum.saturating_add(number as usize))
}
