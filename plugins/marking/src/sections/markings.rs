//! Markings, and what was handled below them, in the report.

use muniment_sdk::{Finding, Metric, Section, Table};

use super::{Sum, View, columns, doubtful, many, numbers, with_total};
use crate::document::Mark;
use crate::handling::{Act, Handling, Kind};
use crate::scheme::{Fault, Tier};

/// The markings that were given in the period, and what was wrong with them.
pub(super) fn documents(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let all = plugin.documents.cases_at(settings, status_at);
    let mut marks: Vec<Mark> = Vec::new();
    let mut open = Vec::new();
    for (_, document) in all {
        let last = document.mark().filter(|mark| mark.fault.is_some() || mark.is_sensitive_and_unmarked());
        open.extend(last.filter(|mark| mark.on.day <= period.to).map(|mark| mark.on.seq));
        marks.extend(document.marks.into_iter().filter(|mark| period.holds(mark.on.day)));
    }
    let section = section.heading("Markings");
    if marks.is_empty() && open.is_empty() {
        return section.paragraph("No marking was recorded in the period.");
    }
    let counted = |wanted: &dyn Fn(&Mark) -> bool| -> Vec<u64> {
        marks.iter().filter(|mark| wanted(mark)).map(|mark| mark.on.seq).collect()
    };
    let given = counted(&|mark| mark.tier != Tier::Unmarked).len();
    let right = counted(&|mark| mark.tier != Tier::Unmarked && mark.fault.is_none());
    let section = section
        .with(
            Metric::counted("markings_of_their_day", "Markings of the scheme of their day", right).of(given).definition(
                "Of the markings that were given in the period, those of a tier that is in use, in a scheme that was in use \
                 on the day of the marking or on the day on which the document was made. Entries that say that a document carries \
                 none are not among them; the table counts these too.",
            ),
        )
        .with(Metric::counted("wrong_markings_open", "Documents wrongly marked, or sensitive and unmarked", open).definition(
            "Documents that at the status date carried a marking of the wrong scheme or tier, or were sensitive and carried \
             none, whenever that was recorded up to the end of the period.",
        ))
        .with(by_tier(&marks));
    let early = doubtful(
        |count| {
            let marks = many(count, "marking is", "markings are");
            format!(
                "{marks} dated before the document was made. Their day alone decides which scheme was in use."
            )
        },
        counted(&Mark::is_before_creation),
    );
    early.into_iter().fold(section, Section::with)
}

fn by_tier(marks: &[Mark]) -> Table {
    let row = |tier: Tier| -> Option<Sum<8>> {
        let these: Vec<&Mark> = marks.iter().filter(|mark| mark.tier == tier).collect();
        let count = |wanted: &dyn Fn(&Mark) -> bool| {
            i64::try_from(these.iter().filter(|mark| wanted(mark)).count()).unwrap_or(i64::MAX)
        };
        let of = |fault: Fault| count(&|mark| mark.fault == Some(fault));
        let [obsolete, superseded, not_yet, invalid, no_use] = Fault::ALL.map(of);
        let unmarked = count(&Mark::is_sensitive_and_unmarked);
        let right = count(&|mark| mark.fault.is_none()) - unmarked;
        let figures = [count(&|_| true), right, obsolete, superseded, not_yet, invalid, no_use, unmarked];
        let seqs = these.iter().map(|mark| mark.on.seq).collect();
        (!these.is_empty()).then(|| (tier.title().to_owned(), figures, seqs))
    };
    Table {
        name: "markings_by_tier",
        title: "Documents recorded in the period by the tier of their marking, and what was wrong with it"
            .to_owned(),
        columns: columns(&[
            ("tier", "Tier"),
            ("markings", "Recorded, marked or not"),
            ("right", "Nothing wrong"),
            ("obsolete", "Obsolete scheme"),
            ("superseded", "Superseded scheme"),
            ("not_yet", "Scheme not in use yet"),
            ("invalid", "No tier of its scheme"),
            ("no_use", "Tier of no use here"),
            ("unmarked", "Sensitive and unmarked"),
        ]),
        rows: with_total(Tier::ALL.into_iter().filter_map(row).collect(), numbers),
        totals: true,
    }
}

/// What was handled below its marking in the period.
pub(super) fn handlings(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let all: Vec<Handling> = plugin.handlings.cases_at(settings, status_at).map(|(_, it)| it).collect();
    let acts: Vec<(&Handling, &Act)> = all
        .iter()
        .flat_map(|handling| handling.acts.iter().map(move |act| (handling, act)))
        .filter(|(_, act)| period.holds(act.on.day))
        .collect();
    let section = section.heading("Handling");
    if acts.is_empty() {
        return section.paragraph("Nothing was recorded as handled below its marking in the period.");
    }
    let row = |kind: Kind| -> Sum<4> {
        let these: Vec<&(&Handling, &Act)> = acts.iter().filter(|(_, act)| act.kind == kind).collect();
        let count = |wanted: &dyn Fn(&Handling, &Act) -> bool| {
            let count = these.iter().filter(|(handling, act)| wanted(handling, act)).count();
            i64::try_from(count).unwrap_or(i64::MAX)
        };
        let figures = [
            count(&|_, _| true),
            count(&|handling, act| !handling.is_open(act)),
            count(&|handling, act| handling.is_open(act) && handling.incident.is_some()),
            count(&|handling, act| handling.is_open(act) && handling.incident.is_none()),
        ];
        (kind.title().to_owned(), figures, these.iter().map(|(_, act)| act.on.seq).collect())
    };
    let section = section.with(Table {
        name: "handled_below",
        title: "Information that was handled below its marking".to_owned(),
        columns: columns(&[
            ("what", "What"),
            ("times", "Times"),
            ("closed", "Incident closed"),
            ("open", "Incident open"),
            ("none", "No incident"),
        ]),
        rows: with_total(Kind::ALL.into_iter().map(row).collect(), numbers),
        totals: true,
    });
    let without = acts.iter().filter(|(handling, act)| handling.is_open(act) && handling.incident.is_none());
    let without: Vec<u64> = without.map(|(_, act)| act.on.seq).collect();
    if without.is_empty() {
        return section;
    }
    let times = many(without.len(), "time", "times");
    section.with(Finding {
        text: format!(
            "Information was handled below its marking {times} without an incident on record for it."
        ),
        clauses: vec!["leicester L19.1".to_owned()],
        evidence: without,
    })
}
