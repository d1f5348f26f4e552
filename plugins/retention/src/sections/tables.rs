//! The tables of the section.

use std::collections::BTreeSet;

use muniment_sdk::{Cell, Column, Row, Table};

use super::gathered::{Certificate, Gathered, Gone, Held, State, Waiting};
use crate::Settings;
use crate::apply::Of;
use crate::case::Left;
use crate::words::{Ground, Marking, Method, Route};

fn row(name: impl Into<String>, counts: impl IntoIterator<Item = usize>, seqs: Vec<u64>) -> Row {
    let cells = [Cell::from(name.into())].into_iter().chain(counts.into_iter().map(Cell::count));
    Row::new(cells.collect::<Vec<_>>()).evidence(seqs)
}

fn columns(of: &[(&'static str, &'static str)]) -> Vec<Column> {
    of.iter().map(|(name, title)| Column::new(name, title)).collect()
}

/// What went, by the row of the retention schedule.
pub(super) fn by_class(gathered: &Gathered) -> Table {
    let records: Vec<&Gone> = gathered.destroyed.iter().filter(|gone| gone.of == Of::Record).collect();
    let destroyed = records.iter().map(|gone| &gone.class);
    let classes: BTreeSet<&Option<String>> =
        destroyed.chain(gathered.left.iter().map(|(class, ..)| class)).collect();
    let of = |name: &str, wanted: &dyn Fn(&Option<String>) -> bool| {
        let destroyed: Vec<u64> =
            records.iter().filter(|gone| wanted(&gone.class)).map(|gone| gone.seq).collect();
        let left = |how: Left| -> Vec<u64> {
            let these = gathered.left.iter().filter(|(class, of, _)| wanted(class) && *of == how);
            these.map(|(_, _, seq)| *seq).collect()
        };
        let (archived, transferred) = (left(Left::Archived), left(Left::Transferred));
        let counts = [destroyed.len(), archived.len(), transferred.len()];
        let all = counts.iter().sum();
        let seqs = [destroyed, archived, transferred].concat();
        row(name, counts.into_iter().chain([all]), seqs)
    };
    let mut rows: Vec<Row> = classes
        .iter()
        .map(|class| of(class.as_deref().unwrap_or("Not stated"), &|other| other == *class))
        .collect();
    rows.push(of("All", &|_| true));
    Table {
        name: "disposals_by_class",
        title: "Records that were disposed of, by disposal class".to_owned(),
        columns: columns(&[
            ("class", "Disposal class"),
            ("destroyed", "Records destroyed"),
            ("archived", "Archived"),
            ("transferred", "Transferred with the responsibility"),
            ("all", "All"),
        ]),
        rows,
        totals: true,
    }
}

/// How things were destroyed, against how they were marked.
pub(super) fn by_method(gathered: &Gathered, settings: &Settings) -> Table {
    const MARKINGS: [Option<Marking>; 7] = [
        None,
        Some(Marking::None),
        Some(Marking::Official),
        Some(Marking::OfficialSensitive),
        Some(Marking::Secret),
        Some(Marking::TopSecret),
        Some(Marking::ObsoleteScheme),
    ];
    let of = |name: &str, method: Option<Method>| {
        let these: Vec<&Gone> = gathered
            .destroyed
            .iter()
            .filter(|gone| method.is_none_or(|method| gone.method == method))
            .collect();
        let marked = |marking| these.iter().filter(|gone| gone.marking == marking).count();
        let below = these.iter().filter(|gone| !settings.allows(gone.method, gone.marking)).count();
        let counts = MARKINGS.into_iter().map(marked).chain([these.len(), below]);
        row(name, counts, these.iter().map(|gone| gone.seq).collect())
    };
    let used =
        Method::ALL.iter().filter(|method| gathered.destroyed.iter().any(|gone| gone.method == **method));
    let mut rows: Vec<Row> = used.map(|method| of(method.name(), Some(*method))).collect();
    rows.push(of("All", None));
    Table {
        name: "destructions_by_method",
        title: "Records, media and devices that were destroyed, by method and protective marking".to_owned(),
        columns: columns(&[
            ("method", "Method"),
            ("not_stated", "Marking not stated"),
            ("none", "Not marked"),
            ("official", "OFFICIAL"),
            ("official_sensitive", "OFFICIAL-SENSITIVE"),
            ("secret", "SECRET"),
            ("top_secret", "TOP SECRET"),
            ("obsolete", "Obsolete scheme"),
            ("all", "Destroyed, of any kind"),
            ("below", "Of these by a method below the marking"),
        ]),
        rows,
        totals: true,
    }
}

/// Who destroyed, and what proof there is.
pub(super) fn by_route(gathered: &Gathered) -> Table {
    let of = |name: &str, wanted: &dyn Fn(Option<Route>) -> bool| {
        let these: Vec<&Gone> = gathered.destroyed.iter().filter(|gone| wanted(gone.route)).collect();
        let with = |certificate| these.iter().filter(|gone| gone.certificate == certificate).count();
        let states = [
            Certificate::NotNeeded,
            Certificate::InTime,
            Certificate::Late,
            Certificate::Awaited,
            Certificate::Missing,
        ];
        let counts = [these.len()].into_iter().chain(states.map(with));
        row(name, counts, these.iter().map(|gone| gone.seq).collect())
    };
    let is_used = |route: Option<Route>| gathered.destroyed.iter().any(|gone| gone.route == route);
    let used = Route::ALL.iter().filter(|route| is_used(Some(**route)));
    let mut rows: Vec<Row> = used.map(|route| of(route.name(), &|other| other == Some(*route))).collect();
    if is_used(None) {
        rows.push(of("Not stated", &|other| other.is_none()));
    }
    rows.push(of("All", &|_| true));
    Table {
        name: "destructions_by_route",
        title: "Records, media and devices that were destroyed, by route, and their certificates".to_owned(),
        columns: columns(&[
            ("route", "Route"),
            ("destroyed", "Destroyed, of any kind"),
            ("not_needed", "No certificate needed"),
            ("in_time", "Certified in time"),
            ("late", "Certified later"),
            ("awaited", "Awaited, not yet due"),
            ("missing", "Missing"),
        ]),
        rows,
        totals: true,
    }
}

/// Holds at first, placed, released, and at the end.
pub(super) fn holds(gathered: &Gathered) -> Table {
    let of = |name: &str, wanted: &dyn Fn(Option<Ground>) -> bool| {
        let these: Vec<&Held> = gathered.holds.iter().filter(|held| wanted(held.ground)).collect();
        let sum = |of: fn(&Held) -> u64| {
            usize::try_from(these.iter().map(|held| of(held)).sum::<u64>()).unwrap_or(usize::MAX)
        };
        let counts = [
            sum(|held| u64::from(held.opening)),
            sum(|held| held.placed),
            sum(|held| held.released),
            sum(|held| u64::from(held.closing)),
        ];
        row(name, counts, these.iter().map(|held| held.seq).collect())
    };
    let is_used = |ground: Option<Ground>| gathered.holds.iter().any(|held| held.ground == ground);
    let used = Ground::ALL.iter().filter(|ground| is_used(Some(**ground)));
    let mut rows: Vec<Row> = used.map(|ground| of(ground.name(), &|other| other == Some(*ground))).collect();
    if is_used(None) {
        rows.push(of("Not stated", &|other| other.is_none()));
    }
    rows.push(of("All", &|_| true));
    Table {
        name: "holds_by_ground",
        title: "Holds by ground: at the beginning, placed, released, and at the end".to_owned(),
        columns: columns(&[
            ("ground", "Ground"),
            ("opening", "Stood at the beginning"),
            ("plus_placed", "Placed"),
            ("minus_released", "Released"),
            ("closing", "Stood at the end"),
        ]),
        rows,
        totals: true,
    }
}

/// What was due at the end of the period and still there.
pub(super) fn waiting(gathered: &Gathered) -> Table {
    let of = |name: &str, wanted: &dyn Fn(&Option<String>) -> bool| {
        let these: Vec<&Waiting> = gathered.waiting.iter().filter(|waiting| wanted(&waiting.unit)).collect();
        let of_state = |state| these.iter().filter(|waiting| waiting.state == state).count();
        let states = [State::Due, State::Overdue, State::OnHold, State::AskedFor].map(of_state);
        row(name, states.into_iter().chain([these.len()]), these.iter().map(|it| it.seq).collect())
    };
    let units: BTreeSet<&Option<String>> = gathered.waiting.iter().map(|waiting| &waiting.unit).collect();
    let mut rows: Vec<Row> = units
        .iter()
        .map(|unit| of(unit.as_deref().unwrap_or("Not stated"), &|other| other == *unit))
        .collect();
    rows.push(of("All", &|_| true));
    Table {
        name: "disposals_waiting",
        title: "Records that were due by the end of the period and still there, by directorate".to_owned(),
        columns: columns(&[
            ("unit", "Directorate"),
            ("of_due", "Due, not yet overdue"),
            ("of_overdue", "Overdue for disposal"),
            ("of_on_hold", "On hold"),
            ("of_asked_for", "Asked for"),
            ("whole", "All"),
        ]),
        rows,
        totals: true,
    }
}
