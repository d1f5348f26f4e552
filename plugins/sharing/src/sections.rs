//! The section about sharing, impact assessments and the record of processing.

use std::collections::BTreeMap;

use muniment_sdk::{Day, Finding, Instant, Metric, Period, Section};

use crate::agreement::{Agreement, Kind, State};
use crate::assessment::Assessment;
use crate::entry::Entry;
use crate::joined::{Gap, Terms, gap};
use crate::link::Link;
use crate::on::On;
use crate::registers::is_to_end;
use crate::transfer::Transfer;
use crate::{Settings, Sharing};

mod tables;

const CLAUSES: &[&str] = &[
    "leicester L3.1.c",
    "leicester L5.1.e",
    "leicester L9.1.h",
    "leicester L9.2.e",
    "leicester L10.1.c",
    "leicester L12.4.b",
    "leicester L14.1",
    "leicester L14.2",
    "coventry C-TCW.iii",
];

/// What the section is made of, as it stood at an instant.
struct Known {
    agreements: Vec<(String, Agreement)>,
    /// Transfers of the period, each with what it lacked.
    transfers: Vec<(Transfer, On, Option<Gap>)>,
    links: Vec<Link>,
    assessments: Vec<Assessment>,
    entries: Vec<Entry>,
    /// How many live entries of the record name each agreement.
    on_record: BTreeMap<String, usize>,
}

impl Known {
    fn of(plugin: &Sharing, settings: &Settings, period: Period, status_at: Instant) -> Known {
        let owned = |(number, it): (&str, Agreement)| (number.to_owned(), it);
        let agreements: Vec<(String, Agreement)> =
            plugin.agreements.cases_at(settings, status_at).map(owned).collect();
        let terms: BTreeMap<&str, Terms> =
            agreements.iter().map(|(number, it)| (number.as_str(), Terms::of(it))).collect();
        let of_number = |number: &str| terms.get(plugin.agreements.counts_as(number));
        let transfers = plugin.transfers.cases_at(settings, status_at).filter_map(|(_, transfer)| {
            let on = transfer.went().filter(|on| period.holds(on.day))?;
            let lacks = gap(&transfer, of_number).map(|(gap, _)| gap);
            Some((transfer, on, lacks))
        });
        let transfers = transfers.collect();
        let entries: Vec<Entry> = plugin.entries.cases_at(settings, status_at).map(|(_, it)| it).collect();
        let mut on_record = BTreeMap::new();
        for agreement in entries.iter().filter(|entry| entry.is_live()).flat_map(|entry| &entry.agreements) {
            *on_record.entry(plugin.agreements.counts_as(agreement).to_owned()).or_default() += 1;
        }
        Known {
            transfers,
            links: plugin.links.cases_at(settings, status_at).map(|(_, it)| it).collect(),
            assessments: plugin.assessments.cases_at(settings, status_at).map(|(_, it)| it).collect(),
            entries,
            on_record,
            agreements,
        }
    }
}

/// Section R9, about a period as it stood at an instant.
pub(crate) fn sharing(plugin: &Sharing, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let known = Known::of(plugin, settings, period, status_at);
    let section = Section::new("R9", "Sharing, impact assessments and records of processing", CLAUSES)
        .heading("Agreements");
    let section = agreements(section, &known, settings, period, status_at).heading("Transfers");
    let section = transfers(section, &known, settings).heading("Partners' links");
    let section = links(section, &known, period, status_at).heading("Impact assessments");
    let section = assessments(section, &known, period).heading("Record of processing and privacy notices");
    let section = processing(section, &known, period, status_at);
    findings(plugin, &known, period, status_at).fold(section, Section::with)
}

fn agreements(
    section: Section,
    known: &Known,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    if known.agreements.is_empty() {
        return section.paragraph("No agreement, memorandum or protocol is on record.");
    }
    let all = || known.agreements.iter().map(|(_, it)| it);
    let used = || all().filter_map(|it| Some((it, it.used().filter(|on| period.holds(on.day))?)));
    let is_before = |what: Option<On>, used: On| what.is_some_and(|on| on.precedes(used));
    let first: Vec<u64> = used()
        .filter(|(it, used)| is_before(it.reviewed, *used) && is_before(it.recorded, *used))
        .map(|(_, on)| on.seq)
        .collect();
    let in_force = || all().filter(|it| it.state_at(status_at) == State::InForce);
    let is_overdue = |it: &&Agreement| it.review.is_some_and(|review| review.by.end() <= status_at);
    let overdue = in_force().filter(is_overdue).map(|it| it.first.seq).collect();
    let named = |it: &&Agreement| it.kind == Kind::Agreement && it.protocol.is_some();
    let of_kind = || in_force().filter(|it| it.kind == Kind::Agreement);
    section
        .with(tables::by_status(&known.agreements, status_at))
        .with(
            Metric::counted("agreements_reviewed_first", "Reviewed and recorded before they were signed or used", first)
                .of(used().count())
                .definition(
                    "Of the agreements and memoranda first signed, or first in force, in the period, those that the \
                     information governance team had both reviewed and recorded by then.",
                ),
        )
        .with(
            Metric::counted("agreements_overdue", "Review overdue", overdue).of(in_force().count()).definition(format!(
                "Of the agreements, memoranda and protocols in force at the status date, those whose day of review is over. \
                 Where no entry names the day, it is {} months after the last review: a control of the organisation's own.",
                settings.isa_review_months
            )),
        )
        .with(
            Metric::counted(
                "agreements_with_protocol",
                "Agreements that name their protocol",
                of_kind().filter(named).map(|it| it.first.seq).collect(),
            )
            .of(of_kind().count())
            .definition("Of the sharing agreements in force at the status date, those that name the protocol that they follow."),
        )
}

fn transfers(section: Section, known: &Known, settings: &Settings) -> Section {
    let made = || known.transfers.iter().filter(|(transfer, ..)| transfer.made.is_some());
    if known.transfers.is_empty() {
        return section.paragraph("No transfer was recorded in the period.");
    }
    let seqs = |wanted: &dyn Fn(&Transfer, Option<Gap>) -> bool| -> Vec<u64> {
        made().filter(|(transfer, _, gap)| wanted(transfer, *gap)).map(|(_, on, _)| on.seq).collect()
    };
    let count = made().count();
    let found: Vec<u64> =
        known.transfers.iter().filter_map(|(it, ..)| it.detected).map(|(_, on)| on.seq).collect();
    section
        .with(Metric::counted("transfers", "Transfers", seqs(&|_, _| true)).definition(
            "Entries that information was shared in the period, inside the organisation, with partners, and from them.",
        ))
        .with(
            Metric::counted("transfers_covered", "Transfers with permission", seqs(&|_, gap| gap.is_none()))
                .of(count)
                .definition(
                    "Of the transfers of the period, those that name an agreement that was in force when they were made, the \
                     disclosure decision that permits them, or a processor's contract, and were not found to be unauthorised.",
                ),
        )
        .with(
            Metric::counted(
                "transfers_secure",
                "Transfers over a channel that protects them",
                seqs(&|transfer, _| transfer.insecure(settings).is_none()),
            )
            .of(count)
            .definition(
                "Of the transfers of the period, those encrypted, without personal data, or by a method that the organisation \
                 holds to be secure.",
            ),
        )
        .with(
            Metric::counted("transfers_unauthorised", "Unauthorised sharing found", found)
                .definition("Transfers of the period, or first known in it, that were found to lack permission."),
        )
        .with(tables::by_method(&known.transfers, settings))
        .with(tables::gaps(&known.transfers))
}

fn links(section: Section, known: &Known, period: Period, status_at: Instant) -> Section {
    let openings =
        || known.links.iter().flat_map(|link| &link.openings).filter(|(on, _)| period.holds(on.day));
    let open = || known.links.iter().filter_map(|link| Some((link, link.open?)));
    if known.links.is_empty() {
        return section.paragraph("No link of a partner is on record.");
    }
    let today = Day::in_london(status_at);
    let holds = |link: &Link| link.assurance().is_some_and(|it| it.until >= today);
    let assured = open().filter(|(link, _)| holds(link)).map(|(_, on)| on.seq).collect();
    let first = openings().filter(|(_, was_assured)| *was_assured).map(|(on, _)| on.seq).collect();
    section
        .with(
            Metric::counted("links_assured_first", "Opened after assurance", first).of(openings().count()).definition(
                "Of the times that a partner's access was opened in the period, those at which an assurance of the partner was \
                 in force.",
            ),
        )
        .with(
            Metric::counted("links_assured", "Open links with an assurance in force", assured)
                .of(open().count())
                .definition("Of the links open at the status date, those whose assurance holds then."),
        )
}

fn assessments(section: Section, known: &Known, period: Period) -> Section {
    if known.assessments.is_empty() {
        return section.paragraph("No impact assessment is on record.");
    }
    let begun = || known.assessments.iter().filter(|it| it.go_live.is_some_and(|(day, _)| period.holds(day)));
    let needed = || begun().filter(|it| it.is_needed());
    let first = needed().filter_map(|it| {
        let ((go_live, _), approved) = it.go_live.zip(it.approved)?;
        (approved.day <= go_live).then_some(approved.seq)
    });
    let screened = known.assessments.iter().filter_map(|it| it.screened).map(|(_, on)| on);
    let screened = screened.filter(|on| period.holds(on.day)).map(|on| on.seq).collect();
    section
        .with(
            Metric::counted("assessments_screened", "Screenings", screened)
                .definition("Projects that were looked at in the period, as to whether an impact assessment is needed."),
        )
        .with(
            Metric::counted("assessments_approved_first", "Approved before the first use", first.collect())
                .of(needed().count())
                .definition(
                    "Of the assessments needed whose processing was to begin in the period, those approved by its first day.",
                ),
        )
        .with(tables::assessments(&known.assessments))
}

fn processing(section: Section, known: &Known, period: Period, status_at: Instant) -> Section {
    let today = Day::in_london(status_at);
    let live = || known.entries.iter().filter(|entry| entry.is_live());
    let published: Vec<u64> = known
        .entries
        .iter()
        .flat_map(|entry| &entry.published)
        .filter(|on| period.holds(on.day))
        .map(|on| on.seq)
        .collect();
    let notices = Metric::counted("notices_published", "Privacy notices published", published)
        .definition("Entries that a privacy notice was published, or published anew, in the period.");
    let personal = || {
        let of_kind = |it: &Agreement| it.kind == Kind::Agreement && it.is_personal == Some(true);
        known.agreements.iter().filter(move |(_, it)| of_kind(it) && it.state_at(status_at) == State::InForce)
    };
    let covered = personal().filter(|(number, _)| known.on_record.contains_key(number));
    let covered = covered.map(|(_, it)| it.first.seq).collect();
    let coverage = Metric::counted("agreements_on_record", "Agreements in the record of processing", covered)
        .of(personal().count())
        .definition(
            "Of the agreements in force at the status date that are recorded as about personal data, those that a live entry of \
             the record of processing names.",
        );
    if live().next().is_none() {
        return section.paragraph("The record of processing has no live entry.").with(coverage).with(notices);
    }
    let current = live().filter(|it| it.review_due.is_some_and(|due| due >= today)).map(|it| it.first.seq);
    section
        .with(
            Metric::counted("processing_current", "Entries whose review is not overdue", current.collect())
                .of(live().count())
                .definition(
                    "Of the live entries of the record of processing at the status date, those whose day of review is named and \
                     not over.",
                ),
        )
        .with(coverage)
        .with(tables::coverage(&known.entries, today))
        .with(notices)
}

fn finding(evidence: Vec<u64>, clause: &str, words: &str) -> Option<Finding> {
    let text = format!("{words}: {}.", evidence.len());
    (!evidence.is_empty()).then(|| Finding { text, clauses: vec![clause.to_owned()], evidence })
}

fn findings(
    plugin: &Sharing,
    known: &Known,
    period: Period,
    status_at: Instant,
) -> impl Iterator<Item = Finding> {
    let of_agreements = |wanted: &dyn Fn(&Agreement) -> bool| -> Vec<u64> {
        known.agreements.iter().filter(|(_, it)| wanted(it)).map(|(_, it)| it.first.seq).collect()
    };
    let adopted = |number: &String| {
        let root = plugin.agreements.counts_as(number);
        known.agreements.iter().any(|(known, it)| known == root && it.kind == Kind::Protocol)
    };
    let unknown_protocol = of_agreements(&|it| {
        it.state_at(status_at) == State::InForce && it.protocol.as_ref().is_some_and(|it| !adopted(it))
    });
    let to_end = of_agreements(&|it| it.state_at(status_at) == State::InForce && is_to_end(it));
    let nonsense = known.agreements.iter().filter_map(|(_, it)| it.nonsense);
    let nonsense = nonsense.chain(known.links.iter().filter_map(|link| link.nonsense)).map(|on| on.seq);
    let uncovered = known.transfers.iter().filter(|(_, _, gap)| gap.is_some()).map(|(_, on, _)| on.seq);
    let unassured = known.links.iter().flat_map(|link| &link.openings);
    let unassured = unassured.filter(|(on, was_assured)| !was_assured && period.holds(on.day));
    let unconsulted = known.assessments.iter().filter(|it| it.lacks_consultation());
    let unconsulted = unconsulted.filter_map(|it| it.approved.or(it.completed)).map(|on| on.seq);
    let unrecorded = known.entries.iter().filter(|it| !it.is_recorded).map(|it| it.first.seq);
    let unreadable = [
        plugin.agreements.unreadable(),
        plugin.transfers.unreadable(),
        plugin.links.unreadable(),
        plugin.assessments.unreadable(),
        plugin.entries.unreadable(),
    ];
    let mut unreadable: Vec<u64> = unreadable.into_iter().flatten().map(|it| it.seq).collect();
    unreadable.sort_unstable();
    unreadable.dedup();
    [
        finding(uncovered.collect(), "leicester L5.1.e", "Transfers of the period without permission"),
        finding(to_end, "leicester L12.4.b", "Agreements still in force although their review came to an end of them"),
        finding(unknown_protocol, "leicester L14.1", "Agreements in force that name a protocol which is not on record as adopted"),
        finding(
            unassured.map(|(on, _)| on.seq).collect(),
            "leicester L10.1.c",
            "Links opened in the period before an assurance was in force",
        ),
        finding(
            unconsulted.collect(),
            "coventry C-TCW.iii",
            "Assessments that leave a high risk without the regulator having been consulted (UK GDPR, Article 36(1))",
        ),
        finding(
            nonsense.collect(),
            "leicester L12.4.b",
            "Data quality: agreements suspended or ended, or links closed, that were never in force or open",
        ),
        finding(
            unrecorded.collect(),
            "leicester L9.1.h",
            "Data quality: reviews of entries that are not in the record of processing",
        ),
        finding(
            unreadable,
            "leicester L12.4.b",
            "Data quality: entries about sharing that could not be read and are counted nowhere",
        ),
    ]
    .into_iter()
    .flatten()
}
