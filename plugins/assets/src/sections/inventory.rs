//! What there is: assets and systems.

use muniment_sdk::{Cell, Day, Finding, Metric, Row, Section, Table};

use super::{NO_UNIT, Sums, View, columns, doubtful, many, numbers};
use crate::asset::Asset;
use crate::forms::Form;
use crate::risk::Rating;
use crate::system::{Status, System};

/// The register of assets as it stood, and what was done about it in the period.
pub(super) fn assets(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let today = Day::in_london(status_at);
    let all: Vec<Asset> = plugin.assets.cases_at(settings, status_at).map(|(_, asset)| asset).collect();
    let live: Vec<(u64, &Asset)> = all
        .iter()
        .filter(|asset| asset.is_live())
        .filter_map(|asset| Some((asset.registered?.seq, asset)))
        .collect();
    let reviews: Vec<u64> = all
        .iter()
        .flat_map(|asset| &asset.reviews)
        .filter(|(on, _)| period.holds(on.day))
        .map(|(on, _)| on.seq)
        .collect();
    let counted = |wanted: &dyn Fn(&Asset) -> bool| -> Vec<u64> {
        live.iter().filter(|(_, asset)| wanted(asset)).map(|(seq, _)| *seq).collect()
    };
    let section = section.heading("Information assets");
    let strays = all.iter().filter(|asset| asset.registered.is_none());
    let strays = strays.flat_map(|asset| asset.reviews.iter().map(|(on, _)| *on).chain(asset.vacant));
    let strays: Vec<u64> = strays.map(|on| on.seq).collect();
    let stray = doubtful(
        |count| {
            format!(
                "{} an asset that was never registered.",
                many(
                    count,
                    "entry reviews, or takes the owner from,",
                    "entries review, or take the owner from,"
                )
            )
        },
        strays,
    );
    if live.is_empty() && reviews.is_empty() {
        let section =
            section.paragraph("No information asset was on record, and none was reviewed in the period.");
        return stray.into_iter().fold(section, Section::with);
    }
    let overdue = |asset: &Asset| asset.again().is_some_and(|again| again.due() < today);
    let section = section
        .with(Metric::counted("assets", "Assets", counted(&|_| true)).definition(
            "Assets in the register at the status date: registered, and not retired.",
        ))
        .with(
            Metric::counted("assets_in_time", "Reviewed in time", counted(&|asset| !overdue(asset)))
                .of(live.len())
                .definition(format!(
                    "Of the assets in the register, those whose next review was not overdue: {} months behind the \
                     registration or the last review, or by an earlier day that the entry names.",
                    settings.asset_review_months
                )),
        )
        .with(
            Metric::counted("assets_owned", "With an owner", counted(&|asset| asset.vacant.is_none()))
                .of(live.len())
                .definition("Of the assets in the register, those for which somebody answered."),
        )
        .with(Metric::counted("asset_reviews", "Reviews", reviews).definition(
            "Reviews of assets in the period, also of assets that were retired since.",
        ))
        .with(by_unit(&live, &overdue))
        .with(by_form(view, &live));
    let lacking: Vec<Form> = settings
        .listed_forms
        .iter()
        .copied()
        .filter(|form| counted(&|asset| asset.forms.holds(*form)).is_empty())
        .collect();
    let section = if lacking.is_empty() || live.is_empty() {
        section
    } else {
        let names: Vec<&str> = lacking.iter().map(|form| form.title()).collect();
        let text = format!(
            "The register has no asset in {} that the policy lists: {}.",
            many(names.len(), "form", "forms"),
            names.join(", ")
        );
        section.with(Finding {
            text,
            clauses: vec!["leicester L1.1".to_owned()],
            evidence: counted(&|_| true),
        })
    };
    stray.into_iter().fold(section, Section::with)
}

fn by_unit(live: &[(u64, &Asset)], overdue: &dyn Fn(&Asset) -> bool) -> Table {
    let mut sums: Sums<4> = Sums::with([]);
    for (seq, asset) in live {
        let late = i64::from(overdue(asset));
        let vacant = i64::from(asset.vacant.is_some());
        sums.add(asset.unit.as_deref().unwrap_or(NO_UNIT), [1, 1 - late, late, vacant], *seq);
    }
    Table {
        name: "assets_by_directorate",
        title: "Assets by directorate, as they stood".to_owned(),
        columns: columns(&[
            ("directorate", "Directorate"),
            ("assets", "Assets"),
            ("in_time", "Reviewed in time"),
            ("overdue", "Review overdue"),
            ("no_owner", "Without owner"),
        ]),
        rows: sums.sorted().finish(numbers),
        totals: true,
    }
}

/// An asset may be held in several forms: these do not add up to the assets.
fn by_form(view: &View<'_>, live: &[(u64, &Asset)]) -> Table {
    let listed = &view.settings.listed_forms;
    let row = |form: Form| {
        let these: Vec<u64> =
            live.iter().filter(|(_, asset)| asset.forms.holds(form)).map(|(seq, _)| *seq).collect();
        let is_shown = listed.contains(&form) || !these.is_empty();
        let cells = [Cell::from(form.title()), Cell::from(listed.contains(&form)), Cell::count(these.len())];
        is_shown.then(|| Row::new(cells).evidence(these))
    };
    Table {
        name: "assets_by_form",
        title: "Assets by form of information; one asset may be held in several".to_owned(),
        columns: columns(&[("form", "Form"), ("listed", "Listed by the policy"), ("assets", "Assets")]),
        rows: Form::ALL.into_iter().filter_map(row).collect(),
        totals: false,
    }
}

/// The systems that were in use, and whether their risks were weighed.
pub(super) fn systems(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let today = Day::in_london(status_at);
    let all: Vec<System> = plugin.systems.cases_at(settings, status_at).map(|(_, system)| system).collect();
    let in_use: Vec<(u64, &System)> = all
        .iter()
        .filter(|system| system.is_in_use(today))
        .filter_map(|system| Some((system.registered?.seq, system)))
        .collect();
    let counted = |wanted: &dyn Fn(&System) -> bool| -> Vec<u64> {
        in_use.iter().filter(|(_, system)| wanted(system)).map(|(seq, _)| *seq).collect()
    };
    let section = section.heading("Systems");
    let strays = all.iter().filter(|system| system.registered.is_none());
    let strays: Vec<u64> =
        strays.flat_map(|system| system.assessments.iter().map(|one| one.on.seq)).collect();
    let stray = doubtful(
        |count| {
            format!(
                "{} of the risks of systems that were never registered.",
                many(count, "assessment is", "assessments are")
            )
        },
        strays,
    );
    if in_use.is_empty() {
        let section = section.paragraph("No system was on record as being in use.");
        return stray.into_iter().fold(section, Section::with);
    }
    let in_time = |system: &System| system.again().is_some_and(|again| today <= again.due());
    let begun = |system: &System| system.in_use_from().is_some_and(|from| period.holds(from));
    let section = section
        .with(Metric::counted("systems", "Systems in use", counted(&|_| true)).definition(
            "Systems in use at the status date: registered as live, or planned for a day that had come.",
        ))
        .with(
            Metric::counted("systems_assessed", "Risks weighed in time", counted(&in_time))
                .of(in_use.len())
                .definition(format!(
                    "Of the systems in use, those whose risks were weighed, and not longer ago than {} months or than \
                     a day that the assessment names.",
                    settings.system_assess_months
                )),
        )
        .with(
            Metric::counted(
                "systems_assessed_before_use",
                "Risks weighed before use",
                counted(&|system| begun(system) && system.was_assessed_before_use()),
            )
            .of(counted(&begun).len())
            .definition(
                "Of the systems in use whose use began in the period, those whose risks were weighed by the day on \
                 which it began.",
            ),
        )
        .with(by_rating(&in_use, &in_time));
    let only_planned = counted(&|system| system.status == Some(Status::Planned));
    let planned = doubtful(
        |count| {
            format!(
                "{} in the register as planned for a day that has passed. They are counted as in use.",
                many(count, "system stands", "systems stand")
            )
        },
        only_planned,
    );
    [stray, planned].into_iter().flatten().fold(section, Section::with)
}

fn by_rating(in_use: &[(u64, &System)], in_time: &dyn Fn(&System) -> bool) -> Table {
    const NEVER: &str = "Never weighed";
    let names = Rating::ALL.into_iter().map(Rating::title).chain([NEVER]);
    let mut sums: Sums<3> = Sums::with(names);
    for (seq, system) in in_use {
        let name = system.last().map_or(NEVER, |last| last.rating.title());
        let timely = i64::from(in_time(system));
        sums.add(name, [1, timely, 1 - timely], *seq);
    }
    Table {
        name: "systems_by_rating",
        title: "Systems in use by the risk that was found".to_owned(),
        columns: columns(&[
            ("rating", "Risk"),
            ("systems", "Systems"),
            ("in_time", "Weighed in time"),
            ("overdue", "Not weighed in time"),
        ]),
        rows: sums.finish(numbers),
        totals: true,
    }
}
