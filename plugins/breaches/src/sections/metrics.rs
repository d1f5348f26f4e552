//! Figures about breaches.

use muniment_sdk::{Day, Metric, Section};

use super::{Scope, is_in_time};
use crate::alarms::{contain_due, report_due};
use crate::apply::NotTold;
use crate::case::{At, Breach};

/// What the law asks for.
pub(super) fn of_the_regulator(section: Section, scope: &Scope<'_>) -> Section {
    let all = scope.counted(|_| true).len();
    let notified = scope.counted(|breach| breach.notified.is_some());
    let told = notified.len();
    section
        .with(Metric::counted("breaches_notified", "Notified to the regulator", notified).of(all).definition(
            "Of the breaches of the period, those that were notified to the regulator by the day of the figures.",
        ))
        .with(
            Metric::counted("breaches_notified_in_time", "Notified within 72 hours", scope.counted(is_in_time))
                .of(told)
                .definition(
                    "Of the breaches of the period that were notified to the regulator, those notified within 72 elapsed \
                     hours of becoming aware (UK GDPR, Article 33(1)).",
                ),
        )
        .with(
            Metric::counted("breaches_decided", "Reportability decided", scope.counted(|breach| breach.decided.is_some()))
                .of(all)
                .definition(
                    "Of the breaches of the period, those of which it is recorded whether the regulator has to be told.",
                ),
        )
}

/// What the organisation asks of itself.
pub(super) fn of_the_organisation(section: Section, scope: &Scope<'_>) -> Section {
    let (settings, calendar) = (scope.settings, scope.calendar());
    let all = scope.counted(|_| true).len();
    let within = |breach: &Breach, done: Option<At>, days: u16| {
        let due = breach.aware.map(|aware| calendar.working_day_after(aware.day, days));
        done.zip(due).is_some_and(|(done, due)| done.day <= due)
    };
    let contained = |breach: &Breach| {
        breach.contained.zip(contain_due(breach, settings)).is_some_and(|(at, due)| at.time <= due)
    };
    let by = |days: u16| format!("{days} working days behind the day of awareness");
    section
        .with(
            Metric::counted("breaches_contained_in_time", "Contained in time", scope.counted(contained)).of(all).definition(
                format!(
                    "Of the breaches of the period, those contained within {} hours of awareness.",
                    settings.contain_hours
                ),
            ),
        )
        .with(
            Metric::counted(
                "breaches_investigated_in_time",
                "Investigated in time",
                scope.counted(|breach| within(breach, breach.investigated, settings.investigate_working_days)),
            )
            .of(all)
            .definition(format!(
                "Of the breaches of the period, those whose investigation came to its end within {}. Where that day lies \
                 behind the day of the figures, it may still.",
                by(settings.investigate_working_days)
            )),
        )
        .with(
            Metric::counted(
                "breaches_management_told_in_time",
                "Senior management told in time",
                scope.counted(|breach| within(breach, breach.informed, settings.inform_management_working_days)),
            )
            .of(all)
            .definition(format!(
                "Of the breaches of the period, those of which senior management was told within {}.",
                by(settings.inform_management_working_days)
            )),
        )
        .with(
            Metric::counted(
                "breaches_classified",
                "Classified with intent and harm",
                scope.counted(|breach| {
                    breach.assessed.is_some() && breach.described.intent.is_some() && breach.has_harm
                }),
            )
            .of(all)
            .definition(
                "Of the breaches of the period, those assessed with the intent and the kind of harm recorded.",
            ),
        )
}

/// Also of incidents that turned out to be no breach: whoever reports does not know yet.
pub(super) fn reported_in_time(scope: &Scope<'_>) -> Metric {
    let reported = || {
        scope.cases.iter().filter_map(|(_, breach)| {
            let at = breach.reported.filter(|at| scope.period.holds(at.day))?;
            Some((at, report_due(breach, scope.settings)?))
        })
    };
    let in_time = reported().filter(|(at, due)| at.time <= *due).map(|(at, _)| at.seq).collect();
    Metric::counted("incidents_reported_in_time", "Reported within the organisation in time", in_time)
        .of(reported().count())
        .definition(format!(
            "Of the incidents reported in the period, breaches or not, those reported within {} hours of the first sign. Where \
             no sign before the report is recorded, the report is taken to be the first.",
            scope.settings.report_hours
        ))
}

/// What came of breaches in the period, whenever the breach was.
pub(super) fn of_what_followed(section: Section, scope: &Scope<'_>) -> Section {
    let of = |all: &dyn Fn(&Breach) -> Vec<At>| -> Vec<u64> {
        let on = scope.cases.iter().flat_map(|(_, breach)| all(breach));
        on.filter(|at| scope.period.holds(at.day)).map(|at| at.seq).collect()
    };
    let second = |all: &[(Option<String>, At)]| all.iter().map(|(_, at)| *at).collect();
    let police = of(&|breach| second(&breach.police));
    let claims = of(&|breach| second(&breach.claims));
    let lessons = of(&|breach| second(&breach.lessons));
    let notes = [
        (
            "breaches_police",
            "Police or another body told",
            police,
            "Notices to the police, Action Fraud, the NCSC or another body",
        ),
        (
            "breaches_claims",
            "Claims for compensation",
            claims,
            "Claims for compensation after breaches that were received",
        ),
        ("breaches_lessons", "Lessons passed on", lessons, "Lessons from breaches that were passed on"),
    ];
    notes.into_iter().fold(section, |section, (name, title, seqs, what)| {
        let definition = format!("{what} in the period, whenever the breach was.");
        section.with(Metric::counted(name, title, seqs).definition(definition))
    })
}

/// What became of the people whom a breach puts at high risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum People {
    Told,
    Exempt,
    NotTold,
}

/// For a breach that was decided to be of high risk.
pub(super) fn people(breach: &Breach) -> Option<People> {
    let decision = breach.decided.filter(|decision| decision.high_risk)?;
    Some(match () {
        () if !breach.people_told.is_empty() => People::Told,
        () if decision.not_told.is_some_and(NotTold::is_exception) => People::Exempt,
        () => People::NotTold,
    })
}

/// The first day of each month of the period.
pub(super) fn months(scope: &Scope<'_>) -> Vec<Day> {
    let (first, last) = (scope.period.from, scope.period.to);
    let first = first.plus(1 - i32::from(first.day_of_month()));
    let months = std::iter::successors(Some(first), |month| Some(month.plus_months(1)));
    months.take_while(|month| *month <= last).collect()
}
