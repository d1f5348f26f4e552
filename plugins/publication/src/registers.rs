//! The registers of the scheme, of statistics, of data and of the disclosure log.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::apply::{Group, Licence};
use crate::publication::{Issued, Publication};
use crate::quarter::Quarter;
use crate::scheme::{self, NO_SCHEME, Reviewed};
use crate::statistics::Owed;
use crate::{LATE_STATISTICS, Publishing, SCHEME_STALE, Settings};

const DAYS_LEFT: Column = Column::new("days_left", "Calendar days left");

/// The publication scheme.
pub(crate) const SCHEMES: Register = Register {
    name: "scheme",
    title: "Publication scheme",
    description: "The publication scheme, when it was reviewed last and by when it is to be reviewed again.",
    feeds: &["scheme.*"],
    columns: &[
        Column::new("scheme", "Scheme"),
        Column::new("reviewed", "Reviewed"),
        Column::DUE,
        DAYS_LEFT,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::new("classes", "Classes"),
        Column::new("classes_current", "Classes up to date"),
        Column::CORRECTED,
    ],
};

/// Statistics by quarter.
pub(crate) const STATISTICS: Register = Register {
    name: "statistics",
    title: "Statistics on requests",
    description: "The quarters whose statistics are owed or were published: what is still to be published, the first due \
                  first, and then what was, the latest first.",
    feeds: &["foi_stats.*"],
    columns: &[
        Column::new("quarter", "Quarter"),
        Column::new("from", "First day"),
        Column::new("to", "Last day"),
        Column::DUE,
        DAYS_LEFT,
        Column::RAG,
        Column::OWNER,
        Column::STATUS,
        Column::new("published", "Published"),
        Column::new("requests", "Requests received"),
        Column::CORRECTED,
    ],
};

/// Data for everybody.
pub(crate) const DATASETS: Register = Register {
    name: "datasets",
    title: "Published data",
    description: "Data that is published for everybody, the first to be published again first.",
    feeds: &["dataset.*"],
    columns: &[
        Column::new("dataset", "Dataset"),
        Column::new("title", "Title"),
        Column::new("duty", "Duty"),
        Column::new("published", "Published"),
        Column::DUE,
        DAYS_LEFT,
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::new("licence", "Licence"),
        Column::new("checked", "Checked for hidden data"),
        Column::CORRECTED,
    ],
};

/// Answers for everybody.
pub(crate) const DISCLOSURE_LOG: Register = Register {
    name: "disclosure-log",
    title: "Disclosure log",
    description: "Answers to requests that were published for everybody, the latest first.",
    feeds: &["disclosure_log.*"],
    columns: &[
        Column::new("release", "Release"),
        Column::new("published", "Published"),
        Column::new("answers", "Answers"),
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// When something is due, seen from a day.
struct Due {
    day: Option<Day>,
    today: Day,
    amber: i64,
}

impl Due {
    fn of(day: Option<Day>, settings: &Settings, today: Day) -> Due {
        Due { day, today, amber: i64::from(settings.amber_days) }
    }

    fn left(&self) -> Option<i64> {
        self.day.map(|day| i64::from(day.since(self.today)))
    }

    fn light(&self) -> Option<Light> {
        self.left().map(|left| Light::of(left, self.amber))
    }

    /// The due day, the days that are left, and the light.
    fn cells(&self) -> [Cell; 3] {
        [Cell::from(self.day), Cell::from(self.left()), Cell::from(self.light())]
    }

    fn status(&self) -> &'static str {
        match self.light() {
            Some(Light::Red) => "overdue",
            Some(Light::Amber) => "soon due",
            Some(Light::Green) => "up to date",
            None => "no day set",
        }
    }
}

/// The first due first, what has no day last, and of one day by name, as it comes.
fn in_order(mut rows: Vec<(Option<Day>, Row)>) -> Vec<Row> {
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Its rows. Where no review is known, one row says so.
pub(crate) fn schemes(plugin: &Publishing, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let of_scheme = |name: &str, last: &Reviewed| {
        let due = Due::of(Some(last.due(settings)), settings, today);
        let [day, left, light] = due.cells();
        let cells = [
            Cell::from(name),
            Cell::from(last.day),
            day,
            left,
            light,
            Cell::from(last.what.reviewed_by.as_deref()),
            Cell::from(last.what.unit.as_deref()),
            Cell::from(due.status()),
            Cell::from(last.what.classes.map(i64::from)),
            Cell::from(last.what.classes_current.map(i64::from)),
            Cell::from(plugin.schemes.corrected(name)),
        ];
        let row = Row::new(cells).subject(name).unit(last.what.unit.as_deref()).evidence([last.seq]);
        (due.day, row)
    };
    let cases = plugin.schemes.cases(settings);
    let rows: Vec<(Option<Day>, Row)> =
        cases.filter_map(|(name, scheme)| scheme.reviews.last().map(|last| of_scheme(name, last))).collect();
    if rows.is_empty() {
        never_reviewed(plugin, settings, today).into_iter().collect()
    } else {
        in_order(rows)
    }
}

fn never_reviewed(plugin: &Publishing, settings: &Settings, today: Day) -> Option<Row> {
    let since = plugin.reach.of(Group::Scheme)?;
    let due = Due::of(Some(scheme::first_due(settings, since)), settings, today);
    let [day, left, light] = due.cells();
    let cells = [
        Cell::from(NO_SCHEME),
        Cell::None,
        day,
        left,
        light,
        Cell::from(SCHEME_STALE.recipient),
        Cell::None,
        Cell::from(if due.light() == Some(Light::Red) { "overdue, none recorded" } else { "none recorded" }),
        Cell::None,
        Cell::None,
        Cell::from(plugin.schemes.corrected(NO_SCHEME)),
    ];
    Some(Row::new(cells).subject(NO_SCHEME).evidence([since.seq]))
}

/// Its rows: of quarters that are owed up to that of now, and of any of which something was published.
pub(crate) fn statistics(plugin: &Publishing, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let (today, statistics) = (Day::in_london(as_at), &plugin.statistics);
    let mut quarters: Vec<(Owed, bool)> =
        statistics.owed(settings, &plugin.reach, today).into_iter().map(|owed| (owed, true)).collect();
    let owed: Vec<Quarter> = quarters.iter().map(|(owed, _)| owed.quarter).collect();
    let others = statistics.record.quarters().filter(|quarter| owed.binary_search(quarter).is_err());
    quarters.extend(others.map(|quarter| (statistics.quarter(settings, quarter), false)));
    let is_open = |(quarter, is_owed): &(Owed, bool)| *is_owed && quarter.published.is_none();
    quarters.sort_by_key(|(quarter, _)| quarter.quarter);
    let (open, mut done): (Vec<_>, Vec<_>) = quarters.into_iter().partition(is_open);
    done.reverse();
    let rows = open.into_iter().chain(done);
    rows.map(|(quarter, is_owed)| quarter_row(plugin, settings, quarter, is_owed, today)).collect()
}

fn quarter_row(plugin: &Publishing, settings: &Settings, owed: Owed, is_owed: bool, today: Day) -> Row {
    let Owed { quarter, due, published } = owed;
    let is_open = is_owed && published.is_none();
    let left = Due::of(Some(due).filter(|_| is_open), settings, today);
    let status = match published {
        Some(_) if !is_owed => "published",
        Some(_) if owed.is_in_time() => "published in time",
        Some(_) => "published late",
        None if !is_owed => "published in part",
        None if due < today => "overdue",
        None if quarter.last() < today => "to be published",
        None => "quarter not over",
    };
    let parts = plugin.statistics.record.of(quarter);
    // The figure of the quarter itself, as it was published last.
    let of_quarter =
        parts.iter().rev().find(|(_, span)| span.from == quarter.first() && span.to == quarter.last());
    let light = if is_open { left.light() } else { Some(Light::Green) };
    let name = quarter.to_string();
    let cells = [
        Cell::from(name.as_str()),
        Cell::from(quarter.first()),
        Cell::from(quarter.last()),
        Cell::from(due),
        Cell::from(left.left()),
        Cell::from(light),
        Cell::from(LATE_STATISTICS.recipient),
        Cell::from(status),
        Cell::from(published.map(|span| span.day)),
        Cell::from(of_quarter.and_then(|(_, span)| span.requests).map(i64::from)),
        Cell::from(plugin.statistics.record.corrected(quarter)),
    ];
    Row::new(cells).subject(name).evidence(parts.iter().map(|(_, span)| span.seq))
}

/// Its rows.
pub(crate) fn datasets(plugin: &Publishing, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let of_dataset = |(name, dataset): (&str, Publication)| {
        let last = dataset.last()?;
        let due = Due::of(last.next(), settings, today);
        let [day, left, light] = due.cells();
        let status = if last.is_odd() { "next day before its own" } else { due.status() };
        let cells = [
            Cell::from(name),
            Cell::from(dataset.title()),
            Cell::from(last.what.duty.map(crate::apply::Duty::name)),
            Cell::from(last.day),
            day,
            left,
            light,
            Cell::from(dataset.owner()),
            Cell::from(dataset.unit()),
            Cell::from(status),
            Cell::from(last.what.licence.map(licence)),
            Cell::from(last.what.checked),
            Cell::from(plugin.datasets.corrected(name)),
        ];
        Some((due.day, Row::new(cells).subject(name).unit(dataset.unit()).evidence([last.seq])))
    };
    in_order(plugin.datasets.cases(settings).filter_map(of_dataset).collect())
}

fn licence(licence: Licence) -> &'static str {
    match licence {
        Licence::OpenGovernment => "Open Government Licence",
        Licence::Reuse => "Licence for re-use",
        Licence::AllRightsReserved => "All rights reserved",
        Licence::Other => "Another",
    }
}

/// Its rows.
pub(crate) fn disclosure_log(plugin: &Publishing, settings: &Settings) -> Vec<Row> {
    let of_release = |(name, release): (&str, Publication)| {
        let last: &Issued = release.last()?;
        let status = match last.what.checked {
            Some(true) => "checked for hidden data",
            Some(false) => "not checked for hidden data",
            None => "check not recorded",
        };
        let cells = [
            Cell::from(name),
            Cell::from(last.day),
            Cell::from(last.what.answers.map(i64::from)),
            Cell::from(release.unit()),
            Cell::from(status),
            Cell::from(plugin.log.corrected(name)),
        ];
        Some((last.day, Row::new(cells).subject(name).unit(release.unit()).evidence([last.seq])))
    };
    let mut rows: Vec<(Day, Row)> = plugin.log.cases(settings).filter_map(of_release).collect();
    rows.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    rows.into_iter().map(|(_, row)| row).collect()
}
