//! The registers of systems, of counts that differ and of codings that are missing.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::coding::{Coded, Part};
use crate::feeds::Difference;
use crate::{Settings, Sources, UNCODED};

/// The systems that post.
pub(crate) const FEEDS: Register = Register {
    name: "feeds",
    title: "Systems that post",
    description: "The systems that post events, up to when each is complete and when it is to report next, the first due \
                  first.",
    feeds: &["source.*"],
    columns: &[
        Column::new("source", "Source"),
        Column::new("source_uri", "Its events come from"),
        Column::new("groups", "Groups of events"),
        Column::new("reported", "Reported last"),
        Column::new("complete_to", "Complete to"),
        Column::DUE,
        Column::new("hours_left", "Hours left"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::new("differences", "Counts that differ"),
        Column::CORRECTED,
    ],
};

/// Counts that differ.
pub(crate) const COUNTS: Register = Register {
    name: "counts",
    title: "Counts that differ",
    description: "Reports in which a system counts another number of entries than the ledger holds, the earliest first. Of an \
                  hour that lies in the counted time only in part, it is not known how many belong to it.",
    feeds: &["source.*"],
    columns: &[
        Column::new("source", "Source"),
        Column::new("group", "Group of events"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::new("reported", "Reported"),
        Column::new("held_least", "In the ledger, at least"),
        Column::new("held_most", "In the ledger, at most"),
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// What is not coded.
pub(crate) const CODING: Register = Register {
    name: "coding",
    title: "Coding missing",
    description: "Incidents, disposals and assets that do not say everything that the tables count by, the first due first.",
    feeds: &["incident.*", "breach.*", "disposal.*", "asset.registered"],
    columns: &[
        Column::new("case", "Case"),
        Column::new("kind", "Kind"),
        Column::new("happened", "Happened"),
        Column::new("missing", "Missing"),
        Column::DUE,
        Column::new("days_left", "Working days left"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Its rows. Systems that are not to report come last.
pub(crate) fn feeds(plugin: &Sources, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let mut rows: Vec<(Option<Instant>, Row)> = plugin
        .feeds
        .names()
        .into_iter()
        .map(|name| (plugin.feeds.due(name), feed_row(plugin, settings, name, as_at)))
        .collect();
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn feed_row(plugin: &Sources, settings: &Settings, name: &str, as_at: Instant) -> Row {
    let feeds = &plugin.feeds;
    let (feed, reports) = (feeds.registered.get(name), feeds.reports.get(name));
    let (last, due) = (reports.and_then(|reports| reports.last()), feeds.due(name));
    let complete = feeds.complete_to_of(name);
    let differences = feeds.differences(name).len();
    let left = due.map(|due| due.hours_since(as_at));
    let is_silent = due.is_some_and(|due| due < as_at);
    let is_soon = left.is_some_and(|left| left < i64::from(settings.amber_hours));
    let interval = feed.map(|feed| i64::from(feed.said.interval_hours));
    // It reports, but what it reports on does not go on.
    let is_behind = last.zip(interval).is_some_and(|(((time, _), _), hours)| {
        complete.is_none_or(|complete| complete.plus_hours(hours) < time)
    });
    let status = match (feed, feeds.replaced_by(name)) {
        (None, _) => "not registered".to_owned(),
        (Some(_), Some(successor)) => format!("replaced by {successor}"),
        (Some(_), None) if is_silent && last.is_none() => "never reported".to_owned(),
        (Some(_), None) if is_silent => "silent".to_owned(),
        (Some(_), None) if differences > 0 => "counts differ".to_owned(),
        (Some(_), None) if is_behind => "behind".to_owned(),
        (Some(_), None) if last.is_none() => "waiting for the first report".to_owned(),
        (Some(_), None) => "reporting".to_owned(),
    };
    let light = due.map(|_| match (is_silent || differences > 0, is_soon || is_behind) {
        (true, _) => Light::Red,
        (false, true) => Light::Amber,
        (false, false) => Light::Green,
    });
    let unit = feed.and_then(|feed| feed.said.unit.as_deref());
    let cells = [
        Cell::from(name),
        Cell::from(feed.map(|feed| feed.said.source_uri.as_str())),
        Cell::from(feed.map(|feed| feed.said.groups.join(", "))),
        Cell::from(last.map(|((time, _), _)| time)),
        Cell::from(complete),
        Cell::from(due),
        Cell::from(left),
        Cell::from(light),
        Cell::from(feed.and_then(|feed| feed.said.owner.as_deref())),
        Cell::from(unit),
        Cell::from(status),
        Cell::count(differences),
        Cell::from(feeds.corrections(name)),
    ];
    let evidence = [feed.map(|feed| feed.seq), last.map(|((_, seq), _)| seq)];
    Row::new(cells).subject(name).unit(unit).evidence(evidence.into_iter().flatten())
}

/// Its rows.
pub(crate) fn counts(plugin: &Sources) -> Vec<Row> {
    let feeds = &plugin.feeds;
    let of_feed = |name: &String| {
        let differences = feeds.differences(name).into_iter();
        differences.map(|difference| (difference, name.clone())).collect::<Vec<_>>()
    };
    let mut all: Vec<(Difference, String)> = feeds.registered.keys().flat_map(of_feed).collect();
    all.sort_by(|(one, name), (other, of)| (one.window.from, name).cmp(&(other.window.from, of)));
    all.iter().map(|(difference, name)| count_row(plugin, name, difference)).collect()
}

fn count_row(plugin: &Sources, name: &str, difference: &Difference) -> Row {
    let Difference { window, held } = difference;
    let feed = plugin.feeds.registered.get(name).map(|feed| &feed.said);
    let unit = feed.and_then(|feed| feed.unit.as_deref());
    let number = |count: u64| Cell::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let is_missing = held.most < window.events;
    let groups = || feed.map(|feed| feed.groups.join(", "));
    let cells = [
        Cell::from(name),
        Cell::from(window.group.clone().or_else(groups)),
        Cell::from(window.from),
        Cell::from(window.to),
        number(window.events),
        number(held.least),
        number(held.most),
        Cell::from(feed.and_then(|feed| feed.owner.as_deref())),
        Cell::from(unit),
        Cell::from(if is_missing { "entries missing" } else { "more entries than reported" }),
        Cell::from(plugin.feeds.corrections(name)),
    ];
    Row::new(cells).subject(name).unit(unit).evidence([window.place.1])
}

/// Its rows: what is still asked for.
pub(crate) fn coding(plugin: &Sources, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let of_case = |(case, coded): (&str, Coded)| {
        let asked = coded.parts.iter().filter(|part| part.is_asked(today));
        asked
            .map(|part| (part.due, coding_row(plugin, settings, case, &coded, part, today)))
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<(Day, Row)> = plugin.coding.cases(settings).flat_map(of_case).collect();
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn coding_row(
    plugin: &Sources,
    settings: &Settings,
    case: &str,
    coded: &Coded,
    part: &Part,
    today: Day,
) -> Row {
    let left = plugin.coding.calendars().of(settings.nation).working_days_between(today, part.due);
    let light = if part.due < today { Light::Red } else { Light::Amber };
    let cells = [
        Cell::from(case),
        Cell::from(part.kind.name()),
        Cell::from(part.first),
        Cell::from(part.missing.words()),
        Cell::from(part.due),
        Cell::from(left),
        Cell::from(light),
        Cell::from(UNCODED.recipient),
        Cell::from(coded.unit.as_deref()),
        Cell::from(if part.due < today { "overdue" } else { "to be completed" }),
        Cell::from(plugin.coding.corrected(case)),
    ];
    Row::new(cells).subject(case).unit(coded.unit.as_deref()).evidence(part.seqs.iter().copied())
}
