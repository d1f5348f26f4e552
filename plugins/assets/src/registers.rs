//! What staff look at.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::again::On;
use crate::asset::Asset;
use crate::change::Change;
use crate::dataset::{Check, Dataset};
use crate::risk::Risk;
use crate::system::{Status, System};
use crate::{Assets, Settings};

/// All of them.
pub(crate) const ALL: [Register; 5] = [ASSETS, SYSTEMS, RISKS, DATASETS, CHANGES];

const ASSETS: Register = Register {
    name: "assets",
    title: "Information assets",
    description: "The register of assets, those first whose review is due first. What is retired does not stand here.",
    feeds: &["asset.*"],
    columns: &[
        Column::new("asset", "Asset"),
        Column::new("title", "Title"),
        Column::new("forms", "Forms"),
        Column::new("reviewed", "Last reviewed"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const SYSTEMS: Register = Register {
    name: "systems",
    title: "Systems and their assessments",
    description: "Systems that are planned or in use, those first whose risks are to be weighed first.",
    feeds: &["system.*"],
    columns: &[
        Column::new("system", "System"),
        Column::new("title", "Title"),
        Column::new("in_use_from", "In use from"),
        Column::new("assessed", "Last assessed"),
        Column::new("rating", "Rating"),
        Column::new("accepted_by", "Accepted by"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const RISKS: Register = Register {
    name: "risks",
    title: "Open risks",
    description: "Risks that are not closed, those first whose review is due first. The score is likelihood times impact.",
    feeds: &["risk.*"],
    columns: &[
        Column::new("risk", "Risk"),
        Column::new("title", "Title"),
        Column::new("category", "Category"),
        Column::new("score", "Score"),
        Column::new("rating", "Rating"),
        Column::new("treatment", "Treatment"),
        Column::new("treat_by", "Treat by"),
        Column::new("accepted_by", "Accepted by"),
        Column::new("escalated_to", "Escalated to"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const DATASETS: Register = Register {
    name: "data-quality",
    title: "Data quality checks due",
    description: "Critical datasets, and others whose next check has a day, the first due first.",
    feeds: &["asset.*", "data_quality.*"],
    columns: &[
        Column::new("dataset", "Dataset"),
        Column::new("title", "Title"),
        Column::new("critical", "Critical"),
        Column::new("checked", "Last checked"),
        Column::new("right", "Right at the last check"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const CHANGES: Register = Register {
    name: "unexplained-changes",
    title: "Unexplained changes",
    description: "Changes that nobody allowed and nobody has explained, the first due first.",
    feeds: &["unauthorised_change.*"],
    columns: &[
        Column::new("change", "Finding"),
        Column::new("found", "Found"),
        Column::new("asset", "Asset"),
        Column::new("system", "System"),
        Column::DUE,
        Column::new("working_days_left", "Working days left"),
        Column::RAG,
        Column::STATUS,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The rows of a register.
pub(crate) fn rows<'p>(
    plugin: &'p Assets,
    settings: &'p Settings,
    name: &str,
    as_at: Instant,
) -> Box<dyn Iterator<Item = Row> + 'p> {
    let today = Day::in_london(as_at);
    let rows: Vec<Due> = if name == ASSETS.name {
        let live = plugin.assets.cases(settings).filter(|(_, asset)| asset.is_live());
        let row = |(number, asset): (&str, Asset)| {
            let corrected = plugin.assets.corrected(number);
            asset_row(settings, number, &asset, today, corrected)
        };
        live.map(row).collect()
    } else if name == SYSTEMS.name {
        let live = plugin.systems.cases(settings).filter(|(_, system)| system.retired.is_none());
        let row = |(number, system): (&str, System)| {
            let corrected = plugin.systems.corrected(number);
            system_row(settings, number, &system, today, corrected)
        };
        live.map(row).collect()
    } else if name == RISKS.name {
        let open = plugin.risks.cases(settings).filter(|(_, risk)| risk.is_open());
        let row = |(number, risk): (&str, Risk)| {
            let corrected = plugin.risks.corrected(number);
            risk_row(settings, number, &risk, today, corrected)
        };
        open.map(row).collect()
    } else if name == DATASETS.name {
        let listed = plugin.datasets.cases(settings).filter(|(_, dataset)| dataset.due().is_some());
        listed.map(|(number, dataset)| dataset_row(plugin, settings, number, &dataset, today)).collect()
    } else {
        let open = plugin.changes.cases(settings).filter(|(_, change)| change.explained.is_none());
        let row = |(number, change): (&str, Change)| {
            let corrected = plugin.changes.corrected(number);
            change_row(number, &change, today, corrected)
        };
        open.map(row).collect()
    };
    in_order(rows)
}

/// A row, and when what it is about is due.
type Due = (Option<Day>, Row);

/// The first due first, those without a day last; within a day they stay as they come, by number.
fn in_order<'p>(mut rows: Vec<Due>) -> Box<dyn Iterator<Item = Row> + 'p> {
    rows.sort_by_key(|(due, _)| (due.is_none(), *due));
    Box::new(rows.into_iter().map(|(_, row)| row))
}

/// The day, the days of the calendar that are left, and the light: three cells that stand in each register.
fn until(settings: &Settings, due: Option<Day>, today: Day) -> [Cell; 3] {
    let left = due.map(|due| i64::from(due.since(today)));
    let light = left.map(|left| Light::of(left, i64::from(settings.soon_days)));
    [Cell::from(due), Cell::from(left), Cell::from(light)]
}

fn asset_row(settings: &Settings, number: &str, asset: &Asset, today: Day, corrected: Option<String>) -> Due {
    let due = asset.again().map(|again| again.due());
    let [due_cell, left, light] = until(settings, due, today);
    let status = match due {
        _ if asset.vacant.is_some() => "no owner",
        Some(due) if due < today => "review overdue",
        _ if asset.is_missing() => "missing",
        _ => "current",
    };
    let reviewed = asset.reviews.last().map(|(on, _)| *on);
    let forms: Vec<&str> = asset.forms.each().map(|form| form.name()).collect();
    let row = Row::new([
        Cell::from(number),
        Cell::from(asset.title.as_deref()),
        Cell::from(forms.join(", ")),
        Cell::from(reviewed.map(|on| on.day)),
        due_cell,
        left,
        light,
        Cell::from(status),
        Cell::from(asset.owner.as_deref()),
        Cell::from(asset.unit.as_deref()),
        Cell::from(corrected),
    ]);
    (due, finished(row, number, asset.unit.as_deref(), [asset.registered, reviewed, asset.vacant]))
}

fn system_row(
    settings: &Settings,
    number: &str,
    system: &System,
    today: Day,
    corrected: Option<String>,
) -> Due {
    let due = system.due();
    let [due_cell, left, light] = until(settings, due, today);
    let last = system.last();
    let status = match due {
        None if system.registered.is_none() => "not registered",
        Some(due) if due < today && last.is_none() => "not assessed",
        Some(due) if due < today => "assessment overdue",
        _ if system.is_in_use(today) => "in use",
        _ if system.status == Some(Status::Planned) && last.is_none() => "planned, not assessed",
        _ => "planned",
    };
    let assessed = last.map(|last| last.on);
    let row = Row::new([
        Cell::from(number),
        Cell::from(system.title.as_deref()),
        Cell::from(system.in_use_from()),
        Cell::from(assessed.map(|on| on.day)),
        Cell::from(last.map(|last| last.rating.name())),
        Cell::from(last.and_then(|last| last.accepted_by.as_deref())),
        due_cell,
        left,
        light,
        Cell::from(status),
        Cell::from(system.owner.as_deref()),
        Cell::from(system.unit.as_deref()),
        Cell::from(corrected),
    ]);
    (due, finished(row, number, system.unit.as_deref(), [system.registered, assessed]))
}

fn risk_row(settings: &Settings, number: &str, risk: &Risk, today: Day, corrected: Option<String>) -> Due {
    let due = risk.again().due();
    let [due_cell, left, light] = until(settings, Some(due), today);
    let wrong = risk.accepted.as_ref().is_some_and(|accepted| accepted.is_wrong);
    let status = match risk.is_high() {
        _ if due < today => "review overdue",
        true if wrong => "accepted by the wrong role",
        _ if risk.is_accepted_on(today) => "accepted",
        _ if risk.treated.is_some_and(|treated| !treated.done) => "in treatment",
        true => "high, not accepted",
        false if risk.assessed.is_none() => "to be assessed",
        false => "open",
    };
    let treated = risk.treated;
    let accepted = risk.accepted.as_ref();
    let row = Row::new([
        Cell::from(number),
        Cell::from(risk.title.as_deref()),
        Cell::from(risk.category.map(|category| category.title())),
        Cell::from(risk.assessed.map(|assessed| assessed.score())),
        Cell::from(risk.rating.map(|rating| rating.name())),
        Cell::from(treated.map(|treated| treated.treatment.name())),
        Cell::from(treated.filter(|treated| !treated.done).and_then(|treated| treated.due)),
        Cell::from(accepted.map(|accepted| accepted.by.as_str())),
        Cell::from(risk.escalated.as_ref().map(|(_, to)| to.as_str())),
        due_cell,
        left,
        light,
        Cell::from(status),
        Cell::from(risk.owner.as_deref()),
        Cell::from(risk.unit.as_deref()),
        Cell::from(corrected),
    ]);
    let seqs = [
        Some(risk.began),
        risk.assessed.map(|assessed| assessed.on),
        treated.map(|treated| treated.on),
        accepted.map(|accepted| accepted.on),
        risk.escalated.as_ref().map(|(on, _)| *on),
    ];
    (Some(due), finished(row, number, risk.unit.as_deref(), seqs))
}

/// Who answers for a dataset stands with the asset that it is.
fn dataset_row(plugin: &Assets, settings: &Settings, number: &str, dataset: &Dataset, today: Day) -> Due {
    let due = dataset.due();
    let [due_cell, left, light] = until(settings, due, today);
    let asset = plugin.assets.case(settings, number).unwrap_or_default();
    let last = dataset.checks.last();
    let status = match (due, last) {
        (Some(due), _) if due < today => "overdue",
        (_, None) => "never checked",
        (_, Some(_)) => "checked",
    };
    let unit = dataset.unit.as_deref().or(asset.unit.as_deref());
    let row = Row::new([
        Cell::from(number),
        Cell::from(asset.title.as_deref()),
        Cell::from(dataset.is_critical()),
        Cell::from(last.map(|check| check.on.day)),
        Cell::from(last.and_then(share)),
        due_cell,
        left,
        light,
        Cell::from(status),
        Cell::from(asset.owner.as_deref()),
        Cell::from(unit),
        Cell::from(plugin.datasets.corrected(number)),
    ]);
    (due, finished(row, number, unit, [dataset.critical, last.map(|check| check.on)]))
}

fn share(check: &Check) -> Option<Cell> {
    Some(Cell::Share(check.right()?, check.checked))
}

fn change_row(number: &str, change: &Change, today: Day, corrected: Option<String>) -> Due {
    let left = change.working_days_left(today);
    let status = if change.due() < today { "overdue" } else { "to be explained" };
    // Within so few working days there is no time that could be called long.
    let light = if change.due() < today { Light::Red } else { Light::Amber };
    let row = Row::new([
        Cell::from(number),
        Cell::from(change.found.day),
        Cell::from(change.asset.as_deref()),
        Cell::from(change.system.as_deref()),
        Cell::from(change.due()),
        Cell::from(left),
        Cell::from(light),
        Cell::from(status),
        Cell::from(change.unit.as_deref()),
        Cell::from(corrected),
    ]);
    (Some(change.due()), finished(row, number, change.unit.as_deref(), [Some(change.found)]))
}

/// A row with what it is about, and with the entries that it was made of, each once.
fn finished(row: Row, number: &str, unit: Option<&str>, on: impl IntoIterator<Item = Option<On>>) -> Row {
    let mut seqs: Vec<u64> = on.into_iter().flatten().map(|on| on.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    row.subject(number).unit(unit).evidence(seqs)
}
