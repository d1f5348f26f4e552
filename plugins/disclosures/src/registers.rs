//! The registers: what waits for an answer, what a release still lacks, and what was given out in an emergency.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::apply::{Class, Decision};
use crate::case::{Disclosure, Emergency};
use crate::faults::Fault;
use crate::{Disclosures, Settings};

const FEEDS: &[&str] = &["disclosure.*", "guidance.given"];

/// A week before the day.
const AMBER_WORKING_DAYS: i64 = 5;

/// The columns of what waits for an answer.
pub(crate) const PENDING: Register = Register {
    name: "pending",
    title: "Pending disclosures",
    description: "Requests of third parties that wait for an answer, the first due first.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("class", "Requester"),
        Column::new("body", "Body"),
        Column::new("received", "Received"),
        Column::new("promised", "Promised by"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::new("urgent", "Urgent"),
        Column::STATUS,
        Column::new("service", "Service"),
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of what was released and still lacks something.
pub(crate) const TO_BE_PUT_RIGHT: Register = Register {
    name: "to-be-put-right",
    title: "Releases to be put right",
    description: "Data that went to third parties, where ground, authority, verified credentials or advice are still not on \
                  record, the earliest first.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("class", "Requester"),
        Column::new("body", "Body"),
        Column::new("released", "Released"),
        Column::new("ground", "Ground"),
        Column::STATUS,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The columns of what was given out at once.
pub(crate) const EMERGENCIES: Register = Register {
    name: "emergencies",
    title: "Emergency disclosures",
    description: "Data that was given out at once to protect somebody, as far as nobody has assessed it yet or said who \
                  permitted it, the earliest first.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("class", "Recipient"),
        Column::new("body", "Body"),
        Column::new("given", "Given out"),
        Column::DUE,
        Column::new("recorded", "Put on record"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// Who acts on a request, where no entry names anybody.
const TEAM: &str = "role/ig-team";

/// The rows of what waits for an answer.
pub(crate) fn pending(
    plugin: &Disclosures,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let today = Day::in_london(as_at);
    let pending = plugin.cases.cases(settings).filter(|(_, disclosure)| disclosure.pending().is_some());
    in_order(pending.map(|(case, disclosure)| {
        let due = due(&disclosure);
        ((due.is_none(), due), pending_row(plugin, case, &disclosure, today))
    }))
}

fn in_order<K: Ord>(rows: impl Iterator<Item = (K, Row)>) -> std::vec::IntoIter<Row> {
    let mut rows: Vec<(K, Row)> = rows.collect();
    // Within a day they stay as they come: by case.
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>().into_iter()
}

/// The day that was promised, where it comes before the one that the organisation has set itself.
fn due(disclosure: &Disclosure) -> Option<Day> {
    let limit = disclosure.deadline.as_ref().map(|deadline| deadline.due);
    [limit, disclosure.promised].into_iter().flatten().min()
}

fn pending_row(plugin: &Disclosures, case: &str, disclosure: &Disclosure, today: Day) -> Row {
    let due = due(disclosure);
    let left = due.map(|due| plugin.cases.calendars().uk_wide().working_days_between(today, due));
    // On a Saturday no working day has passed since a Friday, and yet that is over.
    let light = due.zip(left).map(
        |(due, left)| {
            if due < today { Light::Red } else { Light::of(left, AMBER_WORKING_DAYS) }
        },
    );
    let verified = disclosure.verifications.last().map(|(_, on)| *on);
    let seqs = [disclosure.requested, verified, disclosure.assessed, disclosure.approved];
    Row::new([
        Cell::from(case),
        Cell::from(disclosure.class.map(Class::title)),
        Cell::from(disclosure.body.as_deref()),
        Cell::from(disclosure.requested.map(|on| on.day)),
        Cell::from(disclosure.promised),
        Cell::from(due),
        Cell::from(left),
        Cell::from(light),
        Cell::from(disclosure.is_urgent),
        Cell::from(status(disclosure)),
        Cell::from(disclosure.service.as_deref()),
        Cell::from(owner(disclosure)),
        Cell::from(disclosure.unit.as_deref()),
        Cell::from(plugin.cases.corrected(case)),
    ])
    .subject(case)
    .unit(disclosure.unit.as_deref())
    .evidence(seqs.into_iter().flatten().map(|on| on.seq))
}

/// The next thing that it waits for.
fn status(disclosure: &Disclosure) -> &'static str {
    match (disclosure.verifications.last(), disclosure.decision) {
        (_, Some((Decision::Refuse, _))) => "to be refused",
        (None, _) => "credentials to be verified",
        (Some((false, _)), _) => "credentials not good",
        (Some((true, _)), _) if disclosure.assessed.is_none() => "to be assessed",
        (Some((true, _)), _) if disclosure.approved.is_none() => "to be approved",
        (Some((true, _)), _) => "to be released",
    }
}

fn owner(disclosure: &Disclosure) -> &str {
    disclosure.owner.as_deref().unwrap_or(TEAM)
}

/// The rows of what was released and still lacks something.
pub(crate) fn to_be_put_right(
    plugin: &Disclosures,
    settings: &Settings,
) -> impl Iterator<Item = Row> + use<> {
    let rows = plugin.cases.cases(settings).filter_map(|(case, disclosure)| {
        let standing = |fault: Fault| Some((fault, disclosure.standing(fault)?));
        let lacking: Vec<_> = Fault::ALL.into_iter().filter_map(standing).collect();
        let (_, first) = *lacking.iter().min_by_key(|(_, release)| (release.on.day, release.on.seq))?;
        let titles: Vec<&str> = lacking.iter().map(|(fault, _)| fault.title()).collect();
        let is_only_policy =
            lacking.iter().all(|(fault, _)| matches!(fault, Fault::Advice | Fault::GroundOfClass));
        let mut seqs: Vec<u64> = lacking.iter().map(|(_, release)| release.on.seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        let row = Row::new([
            Cell::from(case),
            Cell::from(disclosure.class.map(Class::title)),
            Cell::from(disclosure.body.as_deref()),
            Cell::from(first.on.day),
            Cell::from(disclosure.ground_of(&first).title()),
            Cell::from(titles.join(", ")),
            Cell::from(if is_only_policy { Light::Amber } else { Light::Red }),
            Cell::from(owner(&disclosure)),
            Cell::from(disclosure.unit.as_deref()),
            Cell::from(plugin.cases.corrected(case)),
        ])
        .subject(case)
        .unit(disclosure.unit.as_deref())
        .evidence(seqs);
        Some((first.on.day, row))
    });
    in_order(rows)
}

/// The rows of what was given out at once.
pub(crate) fn emergencies(
    plugin: &Disclosures,
    settings: &Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + use<> {
    let rows = plugin.cases.cases(settings).filter_map(|(case, disclosure)| {
        let first = disclosure.emergencies.iter().min_by_key(|it| (it.at, it.on.seq)).copied()?;
        let status = emergency_status(&disclosure, &first)?;
        let due = first.due(settings);
        let light = if !first.is_in_time(settings) || !first.is_authorised && due < as_at {
            Light::Red
        } else {
            Light::Amber
        };
        let row = Row::new([
            Cell::from(case),
            Cell::from(disclosure.class.map(Class::title)),
            Cell::from(disclosure.body.as_deref()),
            Cell::from(first.at),
            Cell::from(due),
            Cell::from(first.put_on_record()),
            Cell::from(light),
            Cell::from(status),
            Cell::from(owner(&disclosure)),
            Cell::from(disclosure.unit.as_deref()),
            Cell::from(plugin.cases.corrected(case)),
        ])
        .subject(case)
        .unit(disclosure.unit.as_deref())
        .evidence(disclosure.emergencies.iter().map(|it| it.on.seq));
        Some((first.at, row))
    });
    in_order(rows)
}

/// What is still to be done; nothing where somebody permitted it and it was assessed since.
fn emergency_status(disclosure: &Disclosure, first: &Emergency) -> Option<&'static str> {
    let is_authorised = first.is_authorised || disclosure.approved.is_some();
    match (is_authorised, disclosure.assessed.is_some()) {
        (false, false) => Some("nobody permitted it, to be assessed"),
        (false, true) => Some("nobody permitted it"),
        (true, false) => Some("to be assessed"),
        (true, true) => None,
    }
}
