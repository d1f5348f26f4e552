//! The section about incidents and breaches.

use muniment_sdk::{Calendar, Instant, Metric, Period, Section};

use crate::case::{At, Breach, Standing};
use crate::repeats::MONTHS;
use crate::{Breaches, Settings};

mod actions;
mod findings;
mod metrics;
mod patterns;
mod reports;
mod tables;

/// What a section is made of: the cases in which anything happened in the period, or is still to be done.
pub(crate) struct Scope<'p> {
    pub(crate) plugin: &'p Breaches,
    pub(crate) settings: &'p Settings,
    pub(crate) period: Period,
    pub(crate) cases: Vec<(&'p str, Breach)>,
}

impl<'p> Scope<'p> {
    fn new(plugin: &'p Breaches, settings: &'p Settings, period: Period, status_at: Instant) -> Scope<'p> {
        // Patterns look back for a year, from whenever in the period.
        let since = period.from.plus(-i32::from(MONTHS) * 31);
        let bears = |breach: &Breach| {
            breach.last.is_some_and(|last| since <= last)
                || breach.actions.iter().any(|action| action.is_open())
        };
        let cases = plugin.cases.cases_at(settings, status_at).filter(|(_, breach)| bears(breach)).collect();
        Scope { plugin, settings, period, cases }
    }

    /// The breaches of the period, by when the organisation became aware of each.
    pub(crate) fn breaches(&self) -> impl Iterator<Item = (At, &Breach)> {
        self.cases.iter().filter_map(|(_, breach)| {
            let aware = breach.aware.filter(|aware| self.period.holds(aware.day))?;
            (breach.standing() == Some(Standing::Breach)).then_some((aware, breach))
        })
    }

    /// The entries by which the breaches of the period became known that are of some kind.
    pub(crate) fn counted(&self, wanted: impl Fn(&Breach) -> bool) -> Vec<u64> {
        self.breaches().filter(|(_, breach)| wanted(breach)).map(|(aware, _)| aware.seq).collect()
    }

    pub(crate) fn calendar(&self) -> &Calendar {
        self.plugin.cases.calendars().of(self.settings.nation)
    }
}

/// Section R8, about a period, as it stood at an instant.
pub(crate) fn incidents(
    plugin: &Breaches,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let scope = Scope::new(plugin, settings, period, status_at);
    let mut section = Section::new(
        "R8",
        "Incidents and breaches",
        &[
            "leicester L2.1",
            "leicester L5.1.c",
            "leicester L5.1.d",
            "leicester L8.1.b",
            "leicester L9.1.d",
            "leicester L9.2.d",
            "leicester L9.2.g",
            "leicester L12.2.c",
            "leicester L12.5.b",
            "leicester L12.9.j",
            "leicester L16.1.b",
            "coventry C-AIM.i",
            "coventry C-AIM.iv",
            "coventry C-CMP.4",
        ],
    );
    section = section.heading("Breaches of personal data");
    section = section.with(Metric::counted("breaches", "Breaches", scope.counted(|_| true)).definition(
        "Breaches of personal data of which the organisation became aware in the period. Near misses, weaknesses, incidents \
         that turned out to be none, and those of which nobody has said yet what they are, are not among them.",
    ));
    section = metrics::of_the_regulator(section, &scope);
    section = if scope.breaches().next().is_none() {
        section.paragraph("The organisation became aware of no breach of personal data in the period.")
    } else {
        let section = tables::of_breaches(section, &scope);
        metrics::of_the_organisation(section, &scope)
    };
    section = section.heading("Incidents and near misses").with(metrics::reported_in_time(&scope));
    section = reports::of_incidents(section, &scope);
    section = actions::of_the_period(section.heading("Actions, and what else followed"), &scope);
    section = metrics::of_what_followed(section, &scope);
    section = patterns::of_teams_and_people(section.heading("Breaches that repeat"), &scope);
    findings::of_all(section, &scope)
}

/// Whether the regulator was told within the 72 hours.
pub(crate) fn is_in_time(breach: &Breach) -> bool {
    let due = breach.clock().map(|clock| clock.due());
    breach.notified.zip(due).is_some_and(|(notice, due)| notice.at.time <= due)
}
