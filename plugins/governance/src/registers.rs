//! The registers: papers for review, roles, questions that are open, and recommendations that are open.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Nation, Register, Row};

use crate::{Governance, Settings};

/// The columns of papers for review.
pub(crate) const POLICIES: Register = Register {
    name: "policies",
    title: "Policies, standards and procedures for review",
    description: "All that apply, the first to be reviewed first.",
    feeds: &["policy.*", "standard.*", "procedure.*"],
    columns: &[
        Column::new("document", "Policy, standard or procedure"),
        Column::new("sort", "Kind"),
        Column::new("version", "Version"),
        Column::new("reviewed", "Last published, approved or reviewed"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::new("superseded", "Cites superseded law"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of roles.
pub(crate) const ROLES: Register = Register {
    name: "roles",
    title: "Roles",
    description: "The roles on record: those that nobody holds first, with the day until which that is allowed, and those \
                  whose last day is known.",
    feeds: &["role.*"],
    columns: &[
        Column::new("role", "Role"),
        Column::new("kind", "Kind of role"),
        Column::new("required", "Must be held"),
        Column::new("since", "Held, or vacant, since"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of open questions.
pub(crate) const GUIDANCE: Register = Register {
    name: "guidance",
    title: "Questions open",
    description: "Questions to the information governance team that wait for an answer, the first due first.",
    feeds: &["guidance.*"],
    columns: &[
        Column::new("question", "Question"),
        Column::new("topic", "Topic"),
        Column::new("by", "Asked by"),
        Column::new("asked", "Asked"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of open recommendations.
pub(crate) const RECOMMENDATIONS: Register = Register {
    name: "recommendations",
    title: "Recommendations of auditors open",
    description: "What auditors want to be changed and is not closed, the first due first.",
    feeds: &["audit.*"],
    columns: &[
        Column::new("audit", "Audit"),
        Column::new("recommendation", "Recommendation"),
        Column::new("priority", "Priority"),
        Column::new("raised", "Raised"),
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// A month before its day somebody starts to work on it.
const AMBER_DAYS: i64 = 30;
/// Of five working days, the last two.
const AMBER_WORKING_DAYS: i64 = 2;

type Sorted = ((bool, Option<Day>), Row);

/// The first due first, those without a day last; within a day they stay as they come, by number.
fn in_order(mut rows: Vec<Sorted>) -> Vec<Row> {
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Its rows.
pub(crate) fn policies(plugin: &Governance, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let mut rows = Vec::new();
    for (name, document) in plugin.documents.cases(settings) {
        let Some(live) = &document.live else { continue };
        let due = document.due(settings);
        let left = due.map(|due| i64::from(due.since(today)));
        let first = i64::from(settings.policy_review_warning_first_days);
        let status = match left {
            Some(left) if left < 0 => "overdue",
            Some(left) if left <= first => "due soon",
            _ => "in force",
        };
        let owner = document.owner.as_deref().unwrap_or("role/policy-owner");
        let row = Row::new([
            Cell::from(name),
            Cell::from(document.sort.one()),
            Cell::from(live.version.as_deref()),
            Cell::from(document.looked_at.map(|on| on.day)),
            Cell::from(due),
            Cell::from(left),
            Cell::from(left.map(|left| Light::of(left, first))),
            Cell::from(status),
            Cell::from(plugin.law.is_behind(&document)),
            Cell::from(owner),
            Cell::from(document.unit.as_deref()),
            Cell::from(plugin.documents.corrected(name)),
        ]);
        let mut seqs: Vec<u64> = document.looked_at.iter().map(|on| on.seq).chain([live.since.seq]).collect();
        seqs.dedup();
        rows.push(((due.is_none(), due), row.subject(name).unit(document.unit.as_deref()).evidence(seqs)));
    }
    in_order(rows)
}

/// Its rows.
pub(crate) fn roles(plugin: &Governance, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let calendar = plugin.roles.fold.calendars().of(Nation::EnglandAndWales);
    let mut rows = Vec::new();
    for (name, role) in plugin.roles.fold.cases(settings) {
        let is_required = role.must_be_held(settings);
        let holder = role.holder(today);
        let vacancy = role.vacancy.filter(|vacancy| holder.is_none() && vacancy.from <= today);
        let due = vacancy.filter(|_| is_required).map(|vacancy| vacancy.due);
        let left = due.map(|due| calendar.working_days_between(today, due));
        let status = match (holder, left) {
            (Some(holder), _) if holder.acting => "held for the time being",
            (Some(_), _) => "held",
            (None, Some(left)) if left < 0 => "vacant for too long",
            (None, _) if vacancy.is_some() => "vacant",
            (None, _) => "not held yet",
        };
        let since = holder.map(|holder| holder.from).or(vacancy.map(|vacancy| vacancy.from));
        let light = match (holder, left) {
            (Some(_), _) => Some(Light::Green),
            (None, left) => left.map(|left| Light::of(left, i64::MAX)),
        };
        let row = Row::new([
            Cell::from(name),
            Cell::from(role.kind.name()),
            Cell::from(is_required),
            Cell::from(since),
            Cell::from(due),
            Cell::from(left),
            Cell::from(light),
            Cell::from(status),
            Cell::from("role/chief-executive"),
            Cell::from(role.unit.as_deref()),
            Cell::from(plugin.roles.fold.corrected(name)),
        ]);
        let seq = holder.map(|holder| holder.seq).or(vacancy.map(|vacancy| vacancy.seq));
        rows.push(((due.is_none(), due), row.subject(name).unit(role.unit.as_deref()).evidence(seq)));
    }
    in_order(rows)
}

/// Its rows.
pub(crate) fn guidance(plugin: &Governance, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let fold = &plugin.questions.fold;
    let calendar = fold.calendars().of(Nation::EnglandAndWales);
    let mut rows = Vec::new();
    for (name, question) in fold.cases(settings).filter(|(_, question)| question.is_open()) {
        let left = question.due.map(|due| calendar.working_days_between(today, due));
        let is_overdue = question.due.is_some_and(|due| due < today);
        let light = if is_overdue {
            Some(Light::Red)
        } else {
            left.map(|left| Light::of(left.max(0), AMBER_WORKING_DAYS))
        };
        let row = Row::new([
            Cell::from(name),
            Cell::from(question.topic.as_deref()),
            Cell::from(question.by.as_deref()),
            Cell::from(question.asked.map(|on| on.day)),
            Cell::from(question.due),
            Cell::from(left),
            Cell::from(light),
            Cell::from(if is_overdue { "overdue" } else { "open" }),
            Cell::from("role/ig-team"),
            Cell::from(question.unit.as_deref()),
            Cell::from(fold.corrected(name)),
        ]);
        let row = row.subject(name).unit(question.unit.as_deref()).evidence(question.asked.map(|on| on.seq));
        rows.push(((question.due.is_none(), question.due), row));
    }
    in_order(rows)
}

/// Its rows.
pub(crate) fn recommendations(plugin: &Governance, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let mut rows = Vec::new();
    for (name, audit) in plugin.audits.cases(settings) {
        for it in audit.recommendations.iter().filter(|it| it.closed.is_none()) {
            let left = i64::from(it.due.since(today));
            let row = Row::new([
                Cell::from(name),
                Cell::from(it.name.as_str()),
                Cell::from(it.priority.map(crate::assurance::Priority::name)),
                Cell::from(it.raised.day),
                Cell::from(it.due),
                Cell::from(left),
                Cell::from(Light::of(left, AMBER_DAYS)),
                Cell::from(if left < 0 { "overdue" } else { "open" }),
                Cell::from(it.owner.as_deref()),
                Cell::from(it.unit.as_deref()),
                Cell::from(plugin.audits.corrected(name)),
            ]);
            let row = row.subject(name).unit(it.unit.as_deref()).evidence([it.raised.seq]);
            rows.push(((false, Some(it.due)), row));
        }
    }
    in_order(rows)
}
