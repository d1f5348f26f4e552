//! The annual report: whether it is drafted, approved and published by its days.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch,
};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{LATE_REPORT, Settings};

const DRAFT: &str = "not-drafted";
const APPROVAL: &str = "not-approved";
const PUBLICATION: &str = "not-published";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Generated { from: Day, to: Day },
    Approved,
    Published,
}

/// A report, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report {
    pub(crate) period: Option<(Day, Day)>,
    pub(crate) steps: Steps,
}

/// What was done with a report, each for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Steps {
    pub(crate) generated: Option<On>,
    pub(crate) approved: Option<On>,
    pub(crate) published: Option<On>,
}

impl Steps {
    fn earliest(self, other: Steps) -> Steps {
        let min = |one: Option<On>, two: Option<On>| one.into_iter().chain(two).min();
        Steps {
            generated: min(self.generated, other.generated),
            approved: min(self.approved, other.approved),
            published: min(self.published, other.published),
        }
    }
}

impl Case for Report {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Generated {
            period_from: Day,
            period_to: Day,
        }
        Ok(Some(match kind {
            "report.generated" => {
                let Generated { period_from: from, period_to: to } = data.read()?;
                Fact::Generated { from, to }
            }
            "report.approved" => Fact::Approved,
            "report.published" => Fact::Published,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Generated { .. } => 0,
            Fact::Approved => 1,
            Fact::Published => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Report> {
        let mut report = Report { period: None, steps: Steps::default() };
        for happened in facts {
            let on = On::of(happened);
            let step = match &happened.fact {
                Fact::Generated { from, to } => {
                    report.period = Some((*from, *to));
                    &mut report.steps.generated
                }
                Fact::Approved => &mut report.steps.approved,
                Fact::Published => &mut report.steps.published,
            };
            step.get_or_insert(on);
        }
        (!facts.is_empty()).then_some(report)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// All reports, and the years for which there is to be one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Annual {
    pub(crate) fold: CaseFold<Report>,
    /// The reports of whole years, by the report, with the last day of the year.
    of_years: BTreeMap<String, (Day, Steps)>,
    /// The first entry: years that ended before it were never this ledger's.
    first: Option<(Instant, u64)>,
    /// The year of the calendar whose end is waited for, and when that is.
    next: Option<i16>,
    year_ends: Option<Instant>,
    watch: Watch,
}

impl Annual {
    pub(crate) fn begin(&mut self, settings: &Settings, event: &Event) {
        if self.first.is_none() {
            self.first = Some((event.recorded, event.seq));
            let first = Day::in_london(event.recorded);
            let has_ended = settings.year_end(first.year()).is_some_and(|end| end < first);
            self.next = Some(first.year() + i16::from(has_ended));
            self.year_ends = self.next_end(settings).map(Day::end);
        }
    }

    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut years: Vec<Day> = Vec::new();
        let of_years = &mut self.of_years;
        self.fold.apply_with(settings, event, out, &mut |name, report| {
            let year = report.and_then(|report| Some((whole_year(report.period?)?, report.steps)));
            years.extend(year.map(|(end, _)| end));
            let before = match year {
                Some(year) => of_years.insert(name.to_owned(), year),
                None => of_years.remove(name),
            };
            years.extend(before.map(|(end, _)| end));
        });
        for end in years {
            if self.next.is_some_and(|next| end.year() < next) {
                self.set(settings, end, event.recorded, out);
            }
        }
    }

    fn set(&mut self, settings: &Settings, end: Day, now: Instant, out: &mut Outcome) {
        let Some(first) = self.first.map(|(first, _)| Day::in_london(first)) else { return };
        if end < first {
            return;
        }
        let alarms = self.alarms(settings, end);
        let cleared = |_: &str, stage: &str| cleared(stage).to_owned();
        self.watch.set(&subject(end), &alarms, now, cleared, out);
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        while let Some(end) = self.next_end(settings).filter(|end| end.end() <= now) {
            self.next = self.next.map(|next| next + 1);
            self.year_ends = self.next_end(settings).map(Day::end);
            self.set(settings, end, now, out);
        }
        for subject in self.watch.due(now) {
            let Some(end) = self.end_of(settings, &subject) else { continue };
            let alarms = self.alarms(settings, end);
            let mut watch = std::mem::take(&mut self.watch);
            let words = |alarm: &Alarm, alert| self.words(settings, end, alarm, alert);
            watch.tick(&subject, &alarms, now, words, |_, stage| cleared(stage).to_owned(), out);
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.year_ends, self.watch.wake()].into_iter().flatten().min()
    }

    fn next_end(&self, settings: &Settings) -> Option<Day> {
        settings.year_end(self.next?)
    }

    fn end_of(&self, settings: &Settings, wanted: &str) -> Option<Day> {
        let first = Day::in_london(self.first?.0).year();
        (first..self.next?).filter_map(|year| settings.year_end(year)).find(|end| subject(*end) == wanted)
    }

    /// What was done with the reports of a year.
    pub(crate) fn steps(&self, end: Day) -> Steps {
        let of_year = self.of_years.values().filter(|(of, _)| *of == end);
        of_year.fold(Steps::default(), |steps, (_, of)| steps.earliest(*of))
    }

    fn alarms(&self, settings: &Settings, end: Day) -> Vec<Alarm> {
        let Steps { generated, approved, published } = self.steps(end);
        let mut alarms = Vec::new();
        // What is approved was drafted, and what is published was approved.
        let draft = end.plus(i32::from(settings.report_draft_days)).end();
        if generated.or(approved).or(published).is_none() {
            alarms.push(Alarm::new(&LATE_REPORT, DRAFT, draft));
        }
        let Some(committee) = settings.committee(end).map(Day::end) else { return alarms };
        if approved.or(published).is_none() {
            alarms.push(Alarm::new(&LATE_REPORT, APPROVAL, committee));
        }
        if published.is_none() {
            alarms.push(Alarm::new(&LATE_REPORT, PUBLICATION, committee));
        }
        alarms
    }

    fn words(&self, settings: &Settings, end: Day, alarm: &Alarm, alert: Alert) -> Alert {
        let committee = settings.committee(end).unwrap_or(end).in_words();
        let words = match alarm.stage.name {
            DRAFT => format!(
                "The year ended on {}; a draft is to be there {} days later (setting report_draft_days), on {}. No report of \
                 the whole year was generated.",
                end.in_words(),
                settings.report_draft_days,
                end.plus(i32::from(settings.report_draft_days)).in_words()
            ),
            APPROVAL => format!(
                "The report of the year that ended on {} is to be before the committee by {committee} (setting \
                 report_committee), and was not approved.",
                end.in_words()
            ),
            _ => format!(
                "The report of the year that ended on {} is to be before the committee by {committee} (setting \
                 report_committee), and was not published.",
                end.in_words()
            ),
        };
        let steps = self.steps(end);
        let seqs = [steps.generated, steps.approved].into_iter().flatten().map(|on| on.seq);
        let mut evidence: Vec<u64> = seqs.collect();
        if evidence.is_empty() {
            evidence.extend(self.first.map(|(_, seq)| seq));
        }
        alert.arithmetic(words).evidence(evidence)
    }
}

fn cleared(stage: &str) -> &'static str {
    match stage {
        DRAFT => "a report of the year was generated",
        APPROVAL => "the report was approved",
        _ => "the report was published",
    }
}

/// The last day, where a report is about a whole year.
fn whole_year((from, to): (Day, Day)) -> Option<Day> {
    (from.plus_months(12) == to.plus(1)).then_some(to)
}

fn subject(end: Day) -> String {
    format!("annual-report/{}", end)
}
