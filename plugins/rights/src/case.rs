//! How a request is worked out of what is known of it.

use muniment_sdk::law::{Length, RIGHT_2026};
use muniment_sdk::{
    Alarm, Alert, Calendars, Case, Data, DataError, Day, Deadline, Happened, Instant, Nation, NoDeadline,
    Period, Right, RightsClock, Step,
};

use crate::apply::{CloseReason, End, Fact, Need, Needed, Reasons, ReopenReason};
use crate::regimes::{Regime, Regimes};
use crate::{Settings, alarms};

/// A request of a data subject, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) regimes: Regimes,
    pub(crate) unit: Option<String>,
    /// The earliest receipt: that of a case that was merged into it may be earlier.
    pub(crate) received: On,
    /// The regulator or a tribunal ordered an answer, and the time began again.
    pub(crate) ordered: Option<On>,
    /// All that the requester was ever asked for.
    pub(crate) questions: Vec<Question>,
    /// All extensions that there was notice of.
    pub(crate) notices: Vec<Notice>,
    /// The clock with all answers that came: it is kept, as each question asks for it.
    supplied: RightsClock,
    answered: Vec<Regime>,
    pub(crate) ended: Option<Ended>,
    /// Taken up again after its end, without a clock of the law: a matter of its own.
    pub(crate) reopened: Option<On>,
    /// By when it is to be answered, and by when it would have been without an extension. Worked out at the end.
    pub(crate) deadline: Result<Deadline, NoDeadline>,
    pub(crate) first: Result<Deadline, NoDeadline>,
}

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
    pub(crate) recorded: Instant,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        let Happened { seq, recorded, time, day, .. } = *happened;
        On { day, time, seq, recorded }
    }
}

/// The requester was asked for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) what: Needed,
    pub(crate) need: Need,
    pub(crate) asked: On,
    pub(crate) supplied: Option<On>,
    pub(crate) stops: Stops,
    /// The time to which it belongs began again.
    pub(crate) is_past: bool,
}

/// What a question stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stops {
    /// The time, by either reading of the law.
    Time,
    /// The time as regulators count it. By the safe reading it runs on, and alerts go by that.
    RegulatorsTime,
    /// Nothing: it came too late, or the rule knows no pause.
    Nothing,
}

impl Question {
    /// Whether it stops the clock until it is answered.
    pub(crate) fn is_pause(&self) -> bool {
        self.supplied.is_none() && !self.is_past && self.stops != Stops::Nothing
    }
}

/// Notice of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) on: On,
    pub(crate) to: Day,
    pub(crate) reasons: Reasons,
    /// It was withdrawn, or the time to which it belongs began again.
    pub(crate) is_past: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) how: End,
    pub(crate) on: On,
    /// Its entry says a day before the receipt: a slip. It counts on the day of the receipt.
    pub(crate) is_before_receipt: bool,
    /// The last day on which an answer was in time, as regulators count and by the safe reading; none while the clock
    /// stood still.
    pub(crate) due: Option<Day>,
    pub(crate) safe_due: Option<Day>,
    pub(crate) is_extended: bool,
}

impl Ended {
    pub(crate) fn in_time(&self) -> bool {
        self.due.is_none_or(|due| self.on.day <= due)
    }

    /// In time as regulators count, and not by the safe reading.
    pub(crate) fn between_readings(&self) -> bool {
        self.in_time() && self.safe_due.is_some_and(|due| self.on.day > due)
    }
}

/// What ends are moved by.
#[derive(Clone, Copy)]
struct Holidays<'c> {
    calendars: &'c Calendars,
    nation: Nation,
}

impl Request {
    /// Whether it waits for an answer that the law asks for.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_none() && self.is_right()
    }

    /// Whether it still is a request of a data subject.
    pub(crate) fn is_right(&self) -> bool {
        self.regimes.left.is_none()
    }

    /// Whether it waited for an answer on some day of a period, or something was asked or notified in it. Of all others a
    /// section about the period counts nothing.
    pub(crate) fn bears_on(&self, period: Period) -> bool {
        let waited =
            self.received.day <= period.to && self.ended.is_none_or(|ended| ended.on.day >= period.from);
        let asked = self.questions.iter().flat_map(|question| [Some(question.asked), question.supplied]);
        let notified = self.notices.iter().map(|notice| Some(notice.on));
        waited || asked.chain(notified).flatten().any(|on| period.holds(on.day))
    }

    /// When the start of its clock was recorded: by the calendar as it was known then, the requester was told when to expect
    /// an answer.
    pub(crate) fn clock_recorded(&self) -> Instant {
        self.ordered.unwrap_or(self.received).recorded
    }

    /// What stops its clock now: the first question that does.
    pub(crate) fn pause(&self) -> Option<&Question> {
        self.questions.iter().find(|question| question.is_pause())
    }

    /// Notices of the time that runs.
    pub(crate) fn standing_notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| !notice.is_past)
    }

    /// The notice that moves the end if it is in time. One that does not state the reasons is none of the law: UK GDPR,
    /// Articles 12(3) and 12A.
    pub(crate) fn notice(&self) -> Option<&Notice> {
        self.standing_notices().find(|notice| notice.reasons != Reasons::NotGiven)
    }

    /// By when notice of an extension has or had to be given to be safe; nothing where the rule knows none.
    pub(crate) fn notice_by(&self) -> Option<Day> {
        let first = self.first.as_ref().ok()?;
        matches!(first.limit.length, Length::Months(_)).then_some(first.safe_due)
    }

    /// Whether an extension moved the end, as regulators count.
    pub(crate) fn is_extended(&self) -> bool {
        self.deadline.as_ref().is_ok_and(is_extended)
    }

    fn received(on: On, regimes: Regimes) -> Request {
        Request {
            supplied: RightsClock::received(regimes.clock(), on.day),
            regimes,
            unit: None,
            received: on,
            ordered: None,
            questions: Vec::new(),
            notices: Vec::new(),
            answered: Vec::new(),
            ended: None,
            reopened: None,
            deadline: Err(NoDeadline::Awaiting { since: on.day }),
            first: Err(NoDeadline::Awaiting { since: on.day }),
        }
    }

    /// The clock as it stands, without what would extend it.
    fn clock(&self) -> RightsClock {
        let open = self.questions.iter().filter(|question| question.is_pause());
        let since = open.filter(|question| question.stops == Stops::Time).map(|question| question.asked.day);
        since.min().into_iter().fold(self.supplied.clone(), RightsClock::awaiting)
    }

    fn first(&self, by: Holidays<'_>) -> Result<Deadline, NoDeadline> {
        self.explained(self.clock(), by)
    }

    fn deadline(&self, by: Holidays<'_>) -> Result<Deadline, NoDeadline> {
        let notice = self.notice().map(|notice| notice.on.day);
        self.explained(notice.into_iter().fold(self.clock(), RightsClock::extended), by)
    }

    /// The deadline, which says what started the time where that was no receipt.
    fn explained(&self, clock: RightsClock, by: Holidays<'_>) -> Result<Deadline, NoDeadline> {
        let mut deadline = clock.deadline(by.calendars, by.nation)?;
        if let Some(ordered) = self.ordered {
            for step in &mut deadline.steps {
                if let Step::From { day, what } = step
                    && *day == ordered.day
                {
                    *what = "an answer was ordered";
                }
            }
        }
        Ok(deadline)
    }

    fn take(&mut self, on: On, fact: &Fact, by: Holidays<'_>) {
        match fact {
            Fact::Received { unit, .. } => self.unit = self.unit.take().or_else(|| unit.clone()),
            // What laws there are was looked for first.
            Fact::RegimeChanged { .. } | Fact::Nothing => {}
            Fact::Assigned { unit } => self.unit = Some(unit.clone()),
            // Also behind an end: where that was a mistake, the clock had never stopped.
            Fact::Asked { what, need } => self.ask(on, *what, *need, by),
            Fact::Supplied(what) => self.supply(on, *what),
            Fact::Extended { to, reasons } => {
                let is_same = |it: &Notice| it.on.day == on.day && it.to == *to && it.reasons == *reasons;
                // What was recorded twice happened once.
                if !self.notices.iter().any(is_same) {
                    self.notices.push(Notice { on, to: *to, reasons: *reasons, is_past: false });
                }
            }
            Fact::ExtensionWithdrawn => self.notices.iter_mut().for_each(|notice| notice.is_past = true),
            Fact::Answered { regime } => self.answer(on, *regime, by),
            Fact::Ended(end) => self.end(*end, on, by),
            Fact::Closed(reason) => self.close(*reason, on, by),
            Fact::Reopened(reason) => self.reopen(*reason, on),
        }
    }

    fn ask(&mut self, on: On, what: Needed, need: Need, by: Holidays<'_>) {
        let open = |question: &&mut Question| {
            question.what == what && question.supplied.is_none() && !question.is_past
        };
        // To ask again begins no second pause; it may say what the first one was for.
        if let Some(open) = self.questions.iter_mut().find(open) {
            if need == Need::Recorded {
                open.need = need;
            }
            return;
        }
        let stops = self.stopped_by(on.day, what, by);
        self.questions.push(Question { what, need, asked: on, supplied: None, stops, is_past: false });
    }

    /// What a question stops. What comes when the time is over by the earlier reading does not stop it by that.
    fn stopped_by(&self, day: Day, what: Needed, by: Holidays<'_>) -> Stops {
        let is_before_end = match self.deadline(by) {
            Ok(deadline) => day <= deadline.safe_due,
            // It stands still already.
            Err(NoDeadline::Awaiting { .. }) => true,
            Err(_) => return Stops::Nothing,
        };
        let is_law = self.supplied.limit().is_ok_and(|limit| *limit == RIGHT_2026)
            && self.regimes.clock() == Right::Access;
        match what {
            Needed::Identity | Needed::Fee if is_before_end => Stops::Time,
            Needed::Identity | Needed::Fee => Stops::Nothing,
            Needed::Clarification if is_law && is_before_end => Stops::Time,
            Needed::Clarification => {
                let paused = self.clock().paused(day, day).deadline(by.calendars, by.nation);
                let is_pause =
                    |step: &Step| matches!(step, Step::Paused { from, to, .. } if *from <= day && day <= *to);
                match paused {
                    Ok(deadline) if deadline.steps.iter().any(is_pause) => Stops::RegulatorsTime,
                    _ => Stops::Nothing,
                }
            }
        }
    }

    fn supply(&mut self, on: On, what: Needed) {
        let open = |question: &&mut Question| {
            question.what == what && question.supplied.is_none() && !question.is_past
        };
        let Some(question) = self.questions.iter_mut().find(open) else { return };
        question.supplied = Some(on);
        let clock = self.supplied.clone();
        self.supplied = match (what, question.stops) {
            // The clock itself tells which reading of the law knows this pause.
            (Needed::Clarification, _) => clock.paused(question.asked.day, on.day),
            (Needed::Identity | Needed::Fee, Stops::Time) => clock.completed(on.day),
            (Needed::Identity | Needed::Fee, _) => clock,
        };
    }

    fn answer(&mut self, on: On, regime: Option<Regime>, by: Holidays<'_>) {
        match regime {
            Some(regime) if !self.regimes.is_answered(regime, &self.answered) => self.answered.push(regime),
            _ => self.end(End::Answered, on, by),
        }
    }

    fn end(&mut self, how: End, on: On, by: Holidays<'_>) {
        self.reopened = None;
        if self.ended.is_some() {
            return;
        }
        // An answer that is dated before the receipt is a slip, and answers all the same.
        let is_before_receipt = on.day < self.received.day;
        let on = On { day: on.day.max(self.received.day), ..on };
        let deadline = self.deadline(by).ok();
        let (safe_due, is_extended) =
            (deadline.as_ref().map(|it| it.safe_due), deadline.as_ref().is_some_and(is_extended));
        let due = deadline.filter(|_| self.pause().is_none()).map(|it| it.due);
        self.ended = Some(Ended { how, on, is_before_receipt, due, safe_due, is_extended });
    }

    fn close(&mut self, reason: CloseReason, on: On, by: Holidays<'_>) {
        match reason {
            CloseReason::Answered => self.end(End::Answered, on, by),
            CloseReason::Withdrawn => self.end(End::Withdrawn, on, by),
            CloseReason::Lapsed => self.end(End::Lapsed, on, by),
            CloseReason::Transferred => self.end(End::Transferred, on, by),
            CloseReason::Invalid => self.end(End::Invalid, on, by),
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
                self.ordered = Some(on);
                self.supplied = RightsClock::received(self.regimes.clock(), on.day);
                self.answered.clear();
                self.questions.iter_mut().for_each(|question| question.is_past = true);
                self.notices.iter_mut().for_each(|notice| notice.is_past = true);
            }
            ReopenReason::Other => self.reopened = Some(on),
        }
    }
}

/// The first answer to a request of which nothing says that it was received; nothing where the answers name laws, and none of
/// them is a right.
pub(crate) fn answer_without_request(facts: &[Happened<Fact>]) -> Option<&Happened<Fact>> {
    if facts.iter().any(|happened| matches!(happened.fact, Fact::Received { .. })) {
        return None;
    }
    let law = |happened: &Happened<Fact>| match happened.fact {
        Fact::Answered { regime } => regime,
        Fact::RegimeChanged { regime, .. } => Some(regime),
        _ => None,
    };
    let laws: Vec<Regime> = facts.iter().filter_map(law).collect();
    let is_of_others = !laws.is_empty() && !laws.iter().any(|law| law.is_right());
    let is_answer = |happened: &&Happened<Fact>| {
        matches!(happened.fact, Fact::Answered { .. } | Fact::Closed(CloseReason::Answered))
    };
    facts.iter().find(is_answer).filter(|_| !is_of_others)
}

fn is_extended(deadline: &Deadline) -> bool {
    deadline.steps.iter().any(|step| matches!(step, Step::Extended { .. }))
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
        let regimes = Regimes::of(facts)?;
        let by = Holidays { calendars, nation: settings.nation };
        let received = facts.iter().find(|happened| matches!(happened.fact, Fact::Received { .. }))?;
        let mut request = Request::received(On::of(received), regimes);
        for happened in facts {
            request.take(On::of(happened), &happened.fact, by);
        }
        request.first = request.first(by);
        request.deadline = match request.notice() {
            Some(_) => request.deadline(by),
            None => request.first.clone(),
        };
        Some(request)
    }

    fn is_done(&self) -> bool {
        !self.is_open()
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, stage: &str) -> String {
        alarms::cleared(self, rule, stage)
    }
}
