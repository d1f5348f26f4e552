//! The section about disclosures to third parties.

use muniment_sdk::{Chart, ChartKind, Finding, Instant, Metric, Period, Section};

use crate::case::{Disclosure, End, On, Release};
use crate::faults::Fault;
use crate::{Disclosures, Settings};

mod tables;

const CLAUSES: &[&str] = &[
    "leicester L9.1.d",
    "leicester L9.2.d",
    "leicester L14.3.a",
    "leicester L14.3.b",
    "leicester L14.3.c",
    "leicester L14.3.d",
    "leicester L14.4",
    "coventry C-AIM.iv",
];

/// Section R7, about disclosures of a period as they stood at an instant.
pub(crate) fn disclosures(
    plugin: &Disclosures,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let cases: Vec<Disclosure> =
        plugin.cases.cases_at(settings, status_at).map(|(_, disclosure)| disclosure).collect();
    let mut section = Section::new("R7", "Disclosures to third parties", CLAUSES);
    let flows = tables::by_class(&cases, period);
    if flows.rows.len() > 1 {
        section = section.with(requests(&cases, period)).with(answered_in_time(&cases, settings, period));
        let chart = Chart {
            kind: ChartKind::Bars,
            title: "Requests of third parties by class".to_owned(),
            table: flows.name,
            alternative: "Bars: requests received, released, refused and otherwise ended, and those open at the beginning and \
                          the end, for each class of requester."
                .to_owned(),
        };
        section = section.with(flows).with(chart).with(tables::by_service(&cases, period));
        section = section.with(tables::duration(&cases, period)).with(tables::refusals(&cases, period));
    } else {
        section = section.paragraph("No third party's request was received, answered or open in the period.");
    }
    let releases: Vec<(&Disclosure, Release)> = releases(&cases, period).collect();
    if releases.is_empty() {
        section = section.paragraph("No data was released to a third party in the period.");
    } else {
        for metric in of_releases(&releases) {
            section = section.with(metric);
        }
        section = section.with(tables::by_ground(&releases)).with(tables::faults(&releases));
    }
    section = emergencies(section, &cases, settings, period);
    for finding in findings(plugin, &cases, &releases, period) {
        section = section.with(finding);
    }
    section
}

fn releases(cases: &[Disclosure], period: Period) -> impl Iterator<Item = (&Disclosure, Release)> {
    let of = |disclosure: &'_ Disclosure| disclosure.releases.clone();
    let all =
        cases.iter().flat_map(move |disclosure| of(disclosure).into_iter().map(move |it| (disclosure, it)));
    all.filter(move |(_, release)| period.holds(release.on.day))
}

/// The requests that came to an end in a period. One that was answered before it was asked ends when it was asked.
fn ended(disclosure: &Disclosure) -> Option<(End, On)> {
    let asked = disclosure.requested?;
    disclosure.ended.map(|(how, on)| (how, if on.day < asked.day { On { seq: on.seq, ..asked } } else { on }))
}

fn requests(cases: &[Disclosure], period: Period) -> Metric {
    let received = cases.iter().filter_map(|disclosure| disclosure.requested);
    let seqs = received.filter(|on| period.holds(on.day)).map(|on| on.seq).collect();
    Metric::counted("disclosures_requested", "Requests of third parties received", seqs).definition(
        "Requests of third parties for somebody's data whose day of receipt lies in the period. A case that was merged into \
         another counts once, under the earlier receipt.",
    )
}

fn answered_in_time(cases: &[Disclosure], settings: &Settings, period: Period) -> Metric {
    let answered: Vec<(&Disclosure, On)> = cases
        .iter()
        .filter_map(|disclosure| {
            let (how, on) = ended(disclosure)?;
            (how != End::Withdrawn && period.holds(on.day)).then_some((disclosure, on))
        })
        .collect();
    let limit = i64::from(settings.answer_working_days);
    let is_in_time = |disclosure: &Disclosure| disclosure.working_days.is_some_and(|days| days <= limit);
    let in_time = answered.iter().filter(|(it, _)| is_in_time(it)).map(|(_, on)| on.seq).collect();
    Metric::counted("disclosures_answered_in_time", "Answered within the organisation's own time", in_time)
        .of(answered.len())
        .definition(format!(
            "Of the requests answered in the period, by a release, a refusal or as an emergency, those answered within \
             {limit} working days of the receipt: a control of the organisation's own, for no law sets a time. Withdrawn \
             requests are not among them.",
        ))
}

fn of_releases(releases: &[(&Disclosure, Release)]) -> Vec<Metric> {
    let seqs = |wanted: &dyn Fn(&Disclosure, &Release) -> bool| -> Vec<u64> {
        releases
            .iter()
            .filter(|(it, release)| wanted(it, release))
            .map(|(_, release)| release.on.seq)
            .collect()
    };
    let is_routine = |disclosure: &Disclosure| disclosure.is_routine == Some(true);
    let lacks = |disclosure: &Disclosure, release: &Release, fault| disclosure.lack(release, fault).is_some();
    let sound = seqs(&|it, release| {
        Fault::ALL.into_iter().all(|fault| fault == Fault::Advice || !lacks(it, release, fault))
    });
    let advised = seqs(&|it, release| !is_routine(it) && !lacks(it, release, Fault::Advice));
    let settled = seqs(&|it, _| it.informed.is_some());
    vec![
        Metric::counted("disclosures_released", "Releases", seqs(&|_, _| true)).definition(
            "Entries that data went to a third party in the period. Emergency disclosures are counted by themselves.",
        ),
        Metric::counted("disclosures_sound", "Released on a ground, with authority and verified credentials", sound)
            .of(releases.len())
            .definition(
                "Of the releases of the period, those that had a ground in law which the policy allows for such a \
                 requester, credentials found to be good, and for the police and border authorities a request authorised by an \
                 inspector or above, a senior manager or a court, all of it by the time at which the data went out.",
            ),
        Metric::counted("disclosures_advised", "Released after advice", advised)
            .of(seqs(&|it, _| !is_routine(it)).len())
            .definition(
                "Of the releases of the period that are not on record as routine, those before which the information \
                 governance team had given its advice.",
            ),
        Metric::counted("disclosures_person_settled", "Settled whether the person is told", settled)
            .of(releases.len())
            .definition(
                "Of the releases of the period, those for which it is on record whether the person concerned is told.",
            ),
    ]
}

fn emergencies(section: Section, cases: &[Disclosure], settings: &Settings, period: Period) -> Section {
    let all = || {
        let each = cases.iter().flat_map(|disclosure| disclosure.emergencies.iter());
        each.filter(|it| period.holds(muniment_sdk::Day::in_london(it.at)))
    };
    let given: Vec<u64> = all().map(|it| it.on.seq).collect();
    if given.is_empty() {
        return section.paragraph("No data was given out in an emergency in the period.");
    }
    let in_time: Vec<u64> = all().filter(|it| it.is_in_time(settings)).map(|it| it.on.seq).collect();
    let late: Vec<u64> = given.iter().copied().filter(|seq| !in_time.contains(seq)).collect();
    let unpermitted: Vec<u64> = all().filter(|it| !it.is_authorised).map(|it| it.on.seq).collect();
    let (count, hours) = (given.len(), settings.emergency_record_hours);
    let section = section
        .with(
            Metric::counted("disclosures_emergency", "Emergency disclosures", given)
                .definition("Data that was given out at once, in the period, to protect somebody."),
        )
        .with(
            Metric::counted("disclosures_emergency_in_time", "Of these on record in time", in_time)
                .of(count)
                .definition(format!(
                    "Of the emergency disclosures of the period, those put on record within {hours} elapsed hours of being \
                     made: a control of the organisation's own. The time of the entry counts, or that of the ledger where \
                     the entry's is that of the disclosure."
                )),
        );
    let late = finding(late, "leicester L14.3.a", |count| {
        format!("Emergency disclosures put on record later than {hours} hours after they were made: {count}.")
    });
    let unpermitted = finding(unpermitted, "leicester L14.3.a", |count| {
        format!("Emergency disclosures that do not say who permitted them: {count}.")
    });
    late.into_iter().chain(unpermitted).fold(section, Section::with)
}

fn finding(evidence: Vec<u64>, clause: &str, words: impl Fn(usize) -> String) -> Option<Finding> {
    (!evidence.is_empty()).then(|| Finding {
        text: words(evidence.len()),
        clauses: vec![clause.to_owned()],
        evidence,
    })
}

fn findings(
    plugin: &Disclosures,
    cases: &[Disclosure],
    releases: &[(&Disclosure, Release)],
    period: Period,
) -> impl Iterator<Item = Finding> {
    let seqs = |wanted: &dyn Fn(&Disclosure, &Release) -> bool| -> Vec<u64> {
        releases
            .iter()
            .filter(|(it, release)| wanted(it, release))
            .map(|(_, release)| release.on.seq)
            .collect()
    };
    let unlawful = [Fault::Ground, Fault::Authority, Fault::Credentials];
    let faulty = seqs(&|it, release| unlawful.iter().any(|fault| it.lack(release, *fault).is_some()));
    let against = seqs(&|_, release| release.is_against_decision);
    let unspecific = seqs(&|it, _| it.is_specific == Some(false));
    let unasked = seqs(&|it, _| it.requested.is_none());
    let early = cases.iter().filter_map(|disclosure| {
        let (asked, (_, ended)) = disclosure.requested.zip(disclosure.ended)?;
        (ended.day < asked.day && period.holds(asked.day)).then_some(ended.seq)
    });
    let (early, unreadable) =
        (early.collect(), plugin.cases.unreadable().iter().map(|it| it.seq).collect::<Vec<u64>>());
    [
        finding(faulty, "leicester L14.3.a", |count| {
            format!(
                "Releases that lacked a ground in law, authority or verified credentials when the data went out: {count}."
            )
        }),
        finding(against, "leicester L14.4", |count| {
            format!("Releases although the assessment before had come to a refusal: {count}.")
        }),
        finding(unspecific, "leicester L14.3.a", |count| {
            format!("Releases to requests that are not about specific people: {count}.")
        }),
        finding(unasked, "leicester L14.4", |count| {
            format!(
                "Data quality: releases for which no request is on record, so that nothing can be said of their time: {count}."
            )
        }),
        finding(early, "leicester L14.4", |count| {
            format!("Data quality: requests whose answer is dated before their receipt: {count}.")
        }),
        finding(unreadable, "leicester L14.4", |count| {
            format!("Data quality: entries about disclosures that could not be read and are counted nowhere: {count}.")
        }),
    ]
    .into_iter()
    .flatten()
}
