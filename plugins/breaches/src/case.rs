//! How a breach is worked out of what is known of it.

use muniment_sdk::{Alarm, Alert, Calendars, Case, Data, DataError, Day, Happened, Instant};

use crate::action::Action;
use crate::apply::{
    Barrier, Cause, CloseReason, Described, Fact, NotTold, Of, PeopleBand, RegulatorsDecision, ReportBand,
    Route, Seen, Severity, TrainingValid, Weighed,
};
use crate::{Settings, alarms};

mod parts;

use parts::once;
pub(crate) use parts::{At, Clock, Decision, Dues, Notice, RuledOut, Standing, working_days_of};

/// A breach, or an incident that may be one, as it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Breach {
    pub(crate) of: Of,
    /// The first entry about it.
    pub(crate) first: Option<At>,
    /// The last day on which anything happened.
    pub(crate) last: Option<Day>,
    /// When it was reported within the organisation.
    pub(crate) reported: Option<At>,
    /// When the first sign of it was seen, or a processor told of it.
    pub(crate) suspected: Option<At>,
    pub(crate) occurred: Option<Instant>,
    /// A report names a first sign that lies on a later day than the report.
    pub(crate) is_seen_after_report: bool,
    /// What it was triaged as.
    pub(crate) route: Option<(Route, At)>,
    /// Why it is none, where that was said last.
    pub(crate) ruled_out: Option<(RuledOut, At)>,
    pub(crate) aware: Option<At>,
    pub(crate) barrier: Option<Barrier>,
    pub(crate) severity: Option<Severity>,
    /// Since when it is known to be of the gravest kind.
    pub(crate) grave: Option<At>,
    pub(crate) described: Described,
    pub(crate) people_band: Option<PeopleBand>,
    pub(crate) cause: Option<Cause>,
    pub(crate) has_harm: bool,
    pub(crate) training: Option<(TrainingValid, At)>,
    pub(crate) assessed: Option<At>,
    pub(crate) contained: Option<At>,
    pub(crate) decided: Option<Decision>,
    pub(crate) notified: Option<Notice>,
    /// When people were told, and how many then.
    pub(crate) people_told: Vec<(u64, At)>,
    pub(crate) informed: Option<At>,
    pub(crate) investigated: Option<At>,
    pub(crate) actions: Vec<Action>,
    pub(crate) police: Vec<(Option<String>, At)>,
    pub(crate) lessons: Vec<(Option<String>, At)>,
    pub(crate) claims: Vec<(Option<String>, At)>,
    pub(crate) outcomes: Vec<(RegulatorsDecision, At)>,
    pub(crate) closed: Option<At>,
    /// The report was closed, which says nothing of a breach that comes of it.
    pub(crate) report_closed: Option<At>,
    pub(crate) dues: Dues,
}

impl Breach {
    /// What it is counted as; nothing where there are entries about a breach that nobody reported or was aware of.
    pub(crate) fn standing(&self) -> Option<Standing> {
        match (self.aware, self.ruled_out, self.suspected) {
            (Some(_), ..) => Some(Standing::Breach),
            (None, Some((why, _)), _) => Some(Standing::RuledOut(why)),
            (None, None, Some(_)) => Some(Standing::Suspected),
            (None, None, None) => None,
        }
    }

    /// What started the 72 hours; nothing where it turned out to be no breach.
    pub(crate) fn clock(&self) -> Option<Clock> {
        let provisional = self.suspected.filter(|_| self.ruled_out.is_none());
        match (self.aware, provisional) {
            (Some(from), _) => Some(Clock { from, is_provisional: false }),
            (None, Some(from)) => Some(Clock { from, is_provisional: true }),
            (None, None) => None,
        }
    }

    pub(crate) fn is_not_reportable(&self) -> bool {
        self.decided.is_some_and(|decision| !decision.reportable)
    }

    /// The clock, while the regulator may still have to be told.
    pub(crate) fn running(&self) -> Option<Clock> {
        self.clock().filter(|_| self.notified.is_none() && !self.is_not_reportable())
    }

    /// When it was closed. The end of a report is none of the breach that came of it.
    pub(crate) fn end(&self) -> Option<At> {
        self.closed.or(self.report_closed.filter(|_| self.aware.is_none()))
    }

    /// Whether the organisation's own controls ask for nothing more.
    pub(crate) fn is_over(&self) -> bool {
        self.end().is_some() || !matches!(self.standing(), Some(Standing::Suspected | Standing::Breach))
    }

    /// When those who look after incidents first knew of it.
    pub(crate) fn known(&self) -> Option<At> {
        self.reported.or(self.suspected).or(self.aware)
    }

    /// Whether somebody has looked at the report.
    pub(crate) fn is_triaged(&self) -> bool {
        let said = [self.aware, self.assessed, self.decided.map(|decision| decision.at), self.notified()];
        self.route.is_some() || self.ruled_out.is_some() || said.iter().any(Option::is_some)
    }

    /// A breach is classified by an assessment; what is none, by saying so.
    pub(crate) fn is_classified(&self) -> bool {
        let is_of_others = matches!(self.route, Some((Route::ThirdParty, _)));
        self.assessed.is_some() || (self.aware.is_none() && (self.ruled_out.is_some() || is_of_others))
    }

    pub(crate) fn notified(&self) -> Option<At> {
        self.notified.map(|notice| notice.at)
    }

    /// The decision that people are at high risk and have to be told, where no exception lets them go untold.
    pub(crate) fn must_tell_people(&self) -> Option<Decision> {
        let exempt = |decision: &Decision| decision.not_told.is_some_and(NotTold::is_exception);
        self.decided.filter(|decision| decision.high_risk && !exempt(decision) && self.aware.is_some())
    }

    fn take(&mut self, at: At, fact: &Fact) {
        self.first.get_or_insert(at);
        self.last = self.last.max(Some(at.day));
        match fact {
            Fact::Reported { seen, of, described } => {
                self.reported.get_or_insert(at);
                self.suspect(at);
                self.see(*seen, at);
                self.is_seen_after_report |= seen.detected.is_some_and(|seen| at.day < Day::in_london(seen));
                self.be_of(of);
                self.described.take(*described);
            }
            Fact::ProcessorTold { unit, people } => {
                self.suspect(at);
                self.of_unit(unit.as_ref());
                self.described.people = people.or(self.described.people);
            }
            Fact::Triaged { route, severity, described } => self.triage(at, *route, *severity, *described),
            Fact::NearMiss { barrier, of } => {
                self.barrier = barrier.or(self.barrier);
                self.be_of(of);
                self.rule_out(RuledOut::NearMiss, at);
            }
            Fact::Weakness { of } => {
                self.be_of(of);
                // A weakness may come to light while a breach is looked into: that is no word about the breach.
                if !matches!(self.route, Some((Route::Breach, _))) {
                    self.rule_out(RuledOut::Weakness, at);
                }
            }
            Fact::Unsubstantiated => self.rule_out(RuledOut::Unsubstantiated, at),
            Fact::ReportClosed { reason } => self.close_report(at, *reason),
            Fact::Aware { seen, unit, people } => self.become_aware(at, *seen, unit.as_ref(), *people),
            Fact::Contained => _ = self.contained.get_or_insert(at),
            Fact::Assessed { severity, of, described, weighed } => {
                self.be_of(of);
                self.assess(at, *severity, *described, *weighed);
            }
            Fact::Decided { reportable, high_risk, not_told } => {
                let before = self.decided.filter(|before| before.high_risk && *high_risk);
                let high_risk_since = before.map_or(at, |before| before.high_risk_since);
                let (reportable, high_risk, not_told) = (*reportable, *high_risk, *not_told);
                self.decided = Some(Decision { reportable, high_risk, not_told, high_risk_since, at });
            }
            Fact::Notified { reasons, band } => self.notify(at, *reasons, *band),
            Fact::PeopleTold { people } => once(&mut self.people_told, people.unwrap_or(0), at),
            Fact::Investigated { of, cause, training } => {
                self.be_of(of);
                self.cause = cause.or(self.cause);
                self.training = training.map(|training| (training, at)).or(self.training);
                self.investigated.get_or_insert(at);
            }
            _ => self.follow_up(at, fact),
        }
    }

    /// What comes after a breach.
    fn follow_up(&mut self, at: At, fact: &Fact) {
        match fact {
            Fact::PoliceTold { reference } => once(&mut self.police, reference.clone(), at),
            Fact::ActionRaised { action, owner, due } => {
                Action::raise(&mut self.actions, at, action, owner.as_deref(), *due);
            }
            Fact::ActionCompleted { action } => Action::complete(&mut self.actions, at, action),
            Fact::LessonIssued { reference } => once(&mut self.lessons, reference.clone(), at),
            Fact::ManagementInformed => _ = self.informed.get_or_insert(at),
            Fact::RegulatorDecided { decision } => once(&mut self.outcomes, *decision, at),
            Fact::Claimed { reference } => once(&mut self.claims, reference.clone(), at),
            Fact::Transferred { unit } => self.of_unit(unit.as_ref()),
            Fact::Closed => self.closed = Some(at),
            _ => {}
        }
    }

    fn triage(&mut self, at: At, route: Route, severity: Option<Severity>, described: Described) {
        self.route = Some((route, at));
        self.described.take(described);
        if let Some(severity) = severity.filter(|_| self.assessed.is_none()) {
            self.weigh(at, severity);
        }
        match route {
            Route::Breach | Route::ThirdParty => self.ruled_out = None,
            Route::NearMiss => self.rule_out(RuledOut::NearMiss, at),
            Route::Weakness => self.rule_out(RuledOut::Weakness, at),
            Route::Unsubstantiated => self.rule_out(RuledOut::Unsubstantiated, at),
            Route::SecurityOnly => self.rule_out(RuledOut::SecurityOnly, at),
        }
    }

    /// It is said to be no breach. Of what somebody was aware of, only the finding that nothing had happened makes none,
    /// and only where it is the later word.
    fn rule_out(&mut self, why: RuledOut, at: At) {
        match self.aware {
            None => self.ruled_out = Some((why, at)),
            Some(aware) if why == RuledOut::Unsubstantiated && aware.time < at.time => {
                (self.aware, self.ruled_out) = (None, Some((why, at)));
            }
            Some(_) => {}
        }
    }

    fn close_report(&mut self, at: At, reason: CloseReason) {
        match reason {
            CloseReason::PassedOnAsBreach => return,
            CloseReason::NothingFound => self.rule_out(RuledOut::Unsubstantiated, at),
            CloseReason::NearMiss => self.rule_out(RuledOut::NearMiss, at),
            CloseReason::WeaknessMended => self.rule_out(RuledOut::Weakness, at),
            CloseReason::Duplicate => self.rule_out(RuledOut::Duplicate, at),
            CloseReason::Other => {}
        }
        self.report_closed = Some(at);
    }

    fn become_aware(&mut self, at: At, seen: Seen, unit: Option<&String>, people: Option<u64>) {
        if seen.detected.is_some() {
            self.see(seen, at);
        }
        self.occurred = seen.occurred.or(self.occurred);
        self.aware.get_or_insert(at);
        self.of_unit(unit);
        self.described.people = people.or(self.described.people);
    }

    fn assess(&mut self, at: At, severity: Severity, described: Described, weighed: Weighed) {
        self.assessed.get_or_insert(at);
        self.weigh(at, severity);
        self.described.take(described);
        self.cause = weighed.cause.or(self.cause);
        self.people_band = weighed.people_band.or(self.people_band);
        self.training = weighed.training.map(|training| (training, at)).or(self.training);
        self.has_harm |= weighed.has_harm;
    }

    fn weigh(&mut self, at: At, severity: Severity) {
        self.severity = Some(severity);
        self.grave = (severity == Severity::Red).then(|| self.grave.unwrap_or(at));
    }

    fn notify(&mut self, at: At, reasons: bool, band: Option<ReportBand>) {
        // Reasons may be given later: what follows the first notice adds to it.
        let first = self.notified.map_or(at, |first| first.at);
        let reasons = reasons || self.notified.is_some_and(|first| first.reasons);
        let band = self.notified.and_then(|first| first.band).or(band);
        self.notified = Some(Notice { reasons, band, at: first });
    }

    fn see(&mut self, seen: Seen, at: At) {
        if let Some(time) = seen.detected {
            self.suspect(At { time, day: Day::in_london(time), ..at });
        }
        self.occurred = seen.occurred.or(self.occurred);
    }

    /// The earliest sign counts.
    fn suspect(&mut self, at: At) {
        if self.suspected.is_none_or(|earlier| at.time < earlier.time) {
            self.suspected = Some(at);
        }
    }

    fn be_of(&mut self, of: &Of) {
        self.of_unit(of.unit.as_ref());
        if of.team.is_some() {
            self.of.team.clone_from(&of.team);
        }
        if of.person.is_some() {
            self.of.person.clone_from(&of.person);
        }
    }

    fn of_unit(&mut self, unit: Option<&String>) {
        if let Some(unit) = unit {
            self.of.unit = Some(unit.clone());
        }
    }

    /// Whether senior management is told of breaches as grave as this one. One that nobody has weighed may be grave.
    pub(crate) fn concerns_management(&self, settings: &Settings) -> bool {
        self.severity.is_none_or(|severity| settings.inform_management_from <= severity)
    }

    fn work_out(&mut self, settings: &Settings, calendars: &Calendars) {
        if self.is_over() {
            return;
        }
        let calendar = calendars.of(settings.nation);
        let after = |from: Option<At>, days| Some(calendar.working_day_after(from?.day, days));
        self.dues = Dues {
            triage: after(self.known().filter(|_| !self.is_triaged()), settings.triage_working_days),
            classify: after(self.known().filter(|_| !self.is_classified()), settings.classify_working_days),
            investigate: after(
                self.aware.filter(|_| self.investigated.is_none()),
                settings.investigate_working_days,
            ),
            inform: after(
                self.aware.filter(|_| self.informed.is_none()),
                settings.inform_management_working_days,
            ),
        };
    }
}

impl Case for Breach {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Breach> {
        Breach::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Breach> {
        // That a case changes hands says nothing of what it is: most cases that do are none of these.
        if facts.iter().all(|happened| matches!(happened.fact, Fact::Transferred { .. })) {
            return None;
        }
        let mut breach = Breach::default();
        for happened in facts {
            let at = At { time: happened.time, day: happened.day, seq: happened.seq };
            breach.take(at, &happened.fact);
        }
        breach.work_out(settings, calendars);
        Some(breach)
    }

    fn is_done(&self) -> bool {
        self.is_over() && !self.actions.iter().any(Action::is_open)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, settings: &Settings, rule: &str, stage: &str) -> String {
        alarms::cleared(self, settings, rule, stage)
    }
}
