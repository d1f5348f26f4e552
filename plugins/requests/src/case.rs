//! How a request is worked out of what is known of it.

use muniment_sdk::law::{self, TimeLimit};
use muniment_sdk::{
    Alarm, Alert, Calendars, Case, Data, DataError, Day, EIR_EXTENDED_WORKING_DAYS, Happened, Instant,
    Period, Touched,
};

use crate::apply::{Answer, CloseReason, End, Exemption, Fact, Regime, ReopenReason, Requester};
use crate::clock::Clock;
use crate::extension::{Extension, Extensions};
use crate::{Settings, alarms};

/// A request, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The first of its laws that is this plugin's.
    pub(crate) regime: Regime,
    /// All its laws: a mixed request has several.
    laws: Vec<Regime>,
    /// Those under which it is answered.
    answered: Vec<Regime>,
    pub(crate) unit: Option<String>,
    pub(crate) assigned_to: Option<String>,
    /// The earliest receipt: that of a case that was merged into it may be earlier.
    pub(crate) received: On,
    pub(crate) acknowledged: Option<On>,
    pub(crate) allocated: Option<On>,
    /// The calendar whose school days count, by its name.
    pub(crate) calendar: Option<String>,
    pub(crate) clock: Clock,
    /// What started the clock again, if anything did.
    pub(crate) restarted: Option<Restarted>,
    pub(crate) awaiting: Option<Awaiting>,
    pub(crate) extensions: Extensions,
    pub(crate) ended: Option<Ended>,
    pub(crate) requester: Requester,
    /// What is withheld: in order, each once.
    pub(crate) withheld: Vec<Exemption>,
    /// Taken up again after its end, without a clock of the law: a matter of its own.
    pub(crate) reopened: Option<On>,
}

/// Something happened on a day, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) seq: u64,
    pub(crate) recorded: Instant,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        On { day: happened.day, seq: happened.seq, recorded: happened.recorded }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restarted {
    /// What was needed to answer at all was supplied: Freedom of Information Act 2000, section 1(3); Environmental
    /// Information Regulations 2004, regulation 9.
    Clarified(On),
    /// The regulator or a tribunal ordered it.
    Ordered(On),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaiting {
    Clarification(On),
    Fee(On),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) how: End,
    pub(crate) on: On,
    /// Its entry says a day before the receipt: a slip. It counts on the day of the receipt.
    pub(crate) is_before_receipt: bool,
    /// The last day on which an answer was in time, as it stood then; none while the clock stood still.
    pub(crate) due: Option<Day>,
    pub(crate) extended: bool,
}

impl Ended {
    pub(crate) fn in_time(&self) -> bool {
        self.due.is_none_or(|due| self.on.day <= due)
    }
}

impl Request {
    /// The last day on which an answer is in time; none while the clock stands still.
    pub(crate) fn due(&self) -> Option<Day> {
        if self.awaiting.is_some() {
            return None;
        }
        self.extended_to().or_else(|| self.due_unextended())
    }

    /// The same had nobody extended it, and were nothing awaited: by then notice of an extension has to be given.
    pub(crate) fn due_unextended(&self) -> Option<Day> {
        self.limit().is_in_force(self.received.day).then(|| self.clock.due(self.regime))
    }

    /// The extension that moves its deadline.
    pub(crate) fn extension(&self) -> Option<&Extension> {
        self.extensions.noticed.as_ref().filter(|it| it.ground.is_of(self.regime))
    }

    /// The day to which it is extended. Regulation 7(1) of the Environmental Information Regulations 2004 allows 40 working
    /// days at most; section 10(3) of the Freedom of Information Act 2000 names no number.
    pub(crate) fn extended_to(&self) -> Option<Day> {
        let to = self.extension()?.to;
        Some(match self.regime {
            Regime::Eir => to.min(self.clock.working_day(EIR_EXTENDED_WORKING_DAYS)),
            _ => to,
        })
    }

    /// When the start of its clock was recorded: by the calendar as it was known then, the requester was told when to expect
    /// an answer.
    pub(crate) fn clock_recorded(&self) -> Instant {
        match self.restarted {
            Some(Restarted::Clarified(on) | Restarted::Ordered(on)) => on.recorded,
            None => self.received.recorded,
        }
    }

    /// The rule that it is answered under.
    pub(crate) fn limit(&self) -> &'static TimeLimit {
        match self.regime {
            Regime::Eir => &law::EIR_REQUEST,
            Regime::Reuse if law::REUSE_REQUEST_2005.is_in_force(self.received.day) => {
                &law::REUSE_REQUEST_2005
            }
            Regime::Reuse => &law::REUSE_REQUEST,
            Regime::Foi => self.clock.school_limit().unwrap_or(&law::FOI_REQUEST),
            Regime::Other => &law::FOI_REQUEST,
        }
    }

    /// Whether it waits for an answer that the law asks for.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether it waited for an answer on some day of a period, be it that on which it came or ended. Of all others a section
    /// about the period counts nothing.
    pub(crate) fn bears_on(&self, period: Period) -> bool {
        self.received.day <= period.to && self.ended.is_none_or(|ended| ended.on.day >= period.from)
    }

    /// As it arrived; nothing where a fact is about something else.
    fn received(settings: &Settings, calendars: &Calendars, happened: &Happened<Fact>) -> Option<Request> {
        let Fact::Received { regimes, unit, calendar, requester } = &happened.fact else { return None };
        let received = On::of(happened);
        let school = calendar.as_ref().and_then(|name| calendars.named(name));
        let clock = Clock::by(received.day, settings.receipt_rule, calendars.uk_wide(), school.as_ref());
        Some(Request {
            regime: first(regimes),
            laws: regimes.clone(),
            answered: Vec::new(),
            unit: unit.clone(),
            assigned_to: None,
            received,
            acknowledged: None,
            allocated: None,
            calendar: calendar.clone(),
            clock,
            restarted: None,
            awaiting: None,
            extensions: Extensions::default(),
            ended: None,
            requester: *requester,
            withheld: Vec::new(),
            reopened: None,
        })
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            // That of a case that was merged into it: the earlier one stands.
            Fact::Received { .. } | Fact::Nothing => {}
            Fact::Acknowledged => _ = self.acknowledged.get_or_insert(on),
            Fact::RegimeChanged { regime, before } => {
                let place = self.laws.iter().position(|law| Some(*law) == *before).unwrap_or_default();
                if let Some(law) = self.laws.get_mut(place) {
                    *law = *regime;
                }
                self.regime = first(&self.laws);
            }
            Fact::Assigned { unit, to } => {
                self.unit = Some(unit.clone());
                self.assigned_to = to.clone().or(self.assigned_to.take());
                self.allocated.get_or_insert(on);
            }
            Fact::ClarificationSought { statutory } => {
                let asked_again = matches!(self.awaiting, Some(Awaiting::Clarification(_)));
                if *statutory && (asked_again || self.is_before_due(on.day)) {
                    self.awaiting = Some(Awaiting::Clarification(on));
                }
            }
            Fact::ClarificationReceived => {
                if let Some(Awaiting::Clarification(_)) = self.awaiting {
                    self.restart(Restarted::Clarified(on), on.day);
                }
            }
            Fact::FeeNotice => {
                if self.is_before_due(on.day) {
                    self.awaiting = Some(Awaiting::Fee(on));
                }
            }
            Fact::FeePaid => {
                if let Some(Awaiting::Fee(notice)) =
                    self.awaiting.take_if(|it| matches!(it, Awaiting::Fee(_)))
                {
                    self.clock.stand_still(notice.day, on.day);
                }
            }
            Fact::Extended { to, ground, refusal_notice } => {
                if *refusal_notice {
                    self.extensions.refusal_notice.get_or_insert(on);
                }
                self.extend(Extension { to: *to, ground: *ground, notified: on });
            }
            Fact::ExtensionWithdrawn => self.extensions = Extensions::default(),
            Fact::Withheld(exemption) => self.withhold(&[*exemption]),
            Fact::Answered { end, regime, withheld } => {
                if self.ended.is_none() && *regime != Some(Regime::Other) {
                    self.withhold(withheld);
                }
                if self.is_answered(*regime) {
                    self.end(*end, on);
                }
            }
            Fact::Ended(end) => self.end(*end, on),
            Fact::Closed(reason) => self.close(*reason, on),
            Fact::Reopened(reason) => self.reopen(*reason, on),
        }
    }

    /// What comes when the time is over already does not stop a clock.
    fn is_before_due(&self, day: Day) -> bool {
        self.due().is_some_and(|due| day <= due)
    }

    fn restart(&mut self, why: Restarted, day: Day) {
        let what = match why {
            Restarted::Clarified(_) => "what was needed to answer was supplied",
            Restarted::Ordered(_) => "the case was taken up again, as an answer was ordered",
        };
        self.clock = self.clock.again(day, what);
        self.restarted = Some(why);
        self.awaiting = None;
        self.extensions = Extensions::default();
    }

    /// Notice has to be given within the time that the law allows, and it makes no deadline earlier.
    fn extend(&mut self, extension: Extension) {
        let Some(due) = self.due() else { return };
        if extension.notified.day > due {
            self.extensions.late.get_or_insert(extension);
            return;
        }
        // What the law does not know takes nothing away from what it does.
        let is_void = !extension.ground.is_of(self.regime);
        if extension.to > due && !(is_void && self.extension().is_some()) {
            self.extensions.noticed = Some(extension);
        }
    }

    /// Whether an answer under one law, behind earlier ones, leaves nothing of this plugin's to be answered.
    fn is_answered(&mut self, by: Option<Regime>) -> bool {
        // An answer under a law that the request does not have is an answer all the same.
        let Some(by) = by.filter(|by| self.laws.contains(by)) else { return true };
        if self.ended.is_none() {
            self.answered.push(by);
        }
        by != Regime::Other
            && self.laws.iter().all(|law| *law == Regime::Other || self.answered.contains(law))
    }

    fn withhold(&mut self, exemptions: &[Exemption]) {
        self.withheld.extend(exemptions);
        self.withheld.sort_unstable();
        self.withheld.dedup();
    }

    fn end(&mut self, how: End, on: On) {
        self.reopened = None;
        if self.ended.is_none() {
            // An answer that is dated before the receipt is a slip, and answers all the same.
            let is_before_receipt = on.day < self.received.day;
            let on = On { day: on.day.max(self.received.day), ..on };
            let extended = self.extension().is_some();
            self.ended = Some(Ended { how, on, is_before_receipt, due: self.due(), extended });
        }
    }

    fn close(&mut self, reason: CloseReason, on: On) {
        match reason {
            CloseReason::Answered => self.end(End::Answered(Answer::NotRecorded), on),
            CloseReason::Withdrawn => self.end(End::Withdrawn, on),
            CloseReason::Lapsed => self.end(End::Lapsed, on),
            CloseReason::Transferred => self.end(End::Transferred, on),
            CloseReason::Invalid => self.end(End::Invalid, on),
            // The case goes on under another number; the merge itself is `case.merged`.
            CloseReason::Merged => {}
        }
    }

    /// To be taken up again starts no clock, unless the regulator or a tribunal orders an answer. Where the case was closed
    /// by mistake, the clock had never stopped.
    fn reopen(&mut self, reason: ReopenReason, on: On) {
        match reason {
            ReopenReason::ClosedInError => self.ended = None,
            ReopenReason::IcoDecision | ReopenReason::TribunalDecision => {
                self.ended = None;
                self.withheld.clear();
                self.answered.clear();
                self.restart(Restarted::Ordered(on), on.day);
            }
            ReopenReason::Other => self.reopened = Some(on),
        }
    }
}

/// The first answer to a request of which nothing says that it was received; nothing where the answers name no law that is this
/// plugin's, but another.
pub(crate) fn answer_without_request(facts: &[Happened<Fact>]) -> Option<&Happened<Fact>> {
    if facts.iter().any(|happened| matches!(happened.fact, Fact::Received { .. })) {
        return None;
    }
    let law = |happened: &Happened<Fact>| match happened.fact {
        Fact::Answered { regime, .. } => regime,
        Fact::RegimeChanged { regime, .. } => Some(regime),
        _ => None,
    };
    let laws: Vec<Regime> = facts.iter().filter_map(law).collect();
    let is_of_others = !laws.is_empty() && first(&laws) == Regime::Other;
    let is_answer = |happened: &&Happened<Fact>| {
        matches!(
            happened.fact,
            Fact::Answered { end: End::Answered(_), .. } | Fact::Closed(CloseReason::Answered)
        )
    };
    facts.iter().find(is_answer).filter(|_| !is_of_others)
}

/// The first law that is this plugin's; of a person's request about their own data none is.
fn first(laws: &[Regime]) -> Regime {
    laws.iter().copied().find(|law| *law != Regime::Other).unwrap_or(Regime::Other)
}

impl Case for Request {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Request> {
        Request::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Request> {
        let mut request =
            facts.iter().find_map(|happened| Request::received(settings, calendars, happened))?;
        for happened in facts {
            request.take(On::of(happened), &happened.fact);
        }
        (request.regime != Regime::Other).then_some(request)
    }

    fn counts_by(touched: &Touched) -> bool {
        !touched.is_empty()
    }

    fn is_done(&self) -> bool {
        self.ended.is_some()
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, _: &str) -> String {
        alarms::cleared(self, rule)
    }
}
