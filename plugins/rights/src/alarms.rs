//! What there is to be said about a request, and when.

use muniment_sdk::{Alarm, Alert, Day, NoDeadline, Stage};

use crate::apply::{End, Need, Needed, Reasons};
use crate::case::{Question, Request, Stops};
use crate::{DUE_SOON, NOTICE, OVERDUE, PAUSED, Settings};

const LATE_NOTICE: &str = "late-notice";
const NO_REASONS: &str = "no-reasons";
const NO_NEED: &str = "no-need-recorded";
const DAYS_PAUSED: &str = "days-paused";

/// The alarms of a request, each from the time at which it stands.
pub(crate) fn of(request: &Request, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if !request.is_open() {
        return alarms;
    }
    notices(request, &mut alarms);
    pauses(request, settings, &mut alarms);
    let Ok(deadline) = &request.deadline else { return alarms };
    // Where the law can be read in two ways, the earlier day is the safe one.
    let due = deadline.safe_due;
    let mut until = due.end();
    for left in settings.warn_days_left.iter().rev() {
        let at = due.plus(-i32::from(*left)).start();
        alarms.push(Alarm::new(&DUE_SOON, (*left, "days-left"), at).until(until).due(due.end()));
        until = at;
    }
    alarms.push(Alarm::new(&OVERDUE, "overdue", due.end()));
    alarms
}

/// What is wrong with notices of an extension: it stays so until the notice is withdrawn, or the request answered.
fn notices(request: &Request, alarms: &mut Vec<Alarm>) {
    if let (Some(notice), Some(by)) = (request.notice(), request.notice_by())
        && notice.on.day > by
    {
        alarms.push(Alarm::new(&NOTICE, LATE_NOTICE, notice.on.time).due(by.end()));
    }
    let has_reasons = request.standing_notices().any(|notice| notice.reasons == Reasons::Given);
    if let Some(notice) = request.standing_notices().next().filter(|_| !has_reasons) {
        alarms.push(Alarm::new(&NOTICE, NO_REASONS, notice.on.time));
    }
}

fn pauses(request: &Request, settings: &Settings, alarms: &mut Vec<Alarm>) {
    if let Some(pause) = request.pause() {
        let max = settings.paused_days_max;
        alarms.push(Alarm::new(&PAUSED, stage(max), too_long_from(pause, max).start()));
    }
    if let Some(pause) = without_need(request) {
        alarms.push(Alarm::new(&PAUSED, NO_NEED, pause.asked.time));
    }
}

fn stage(max: u16) -> Stage {
    Stage::from((max, DAYS_PAUSED))
}

/// The first day that is one too many: the law does not count the day of the question either, so it is the first.
fn too_long_from(pause: &Question, max: u16) -> Day {
    pause.asked.day.plus(i32::from(max))
}

/// A pause, over or not, moves the end only if what was asked for was needed.
fn without_need(request: &Request) -> Option<&Question> {
    request.questions.iter().find(|question| {
        question.need == Need::NotRecorded && question.stops != Stops::Nothing && !question.is_past
    })
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(request: &Request, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let (words, seq) = if alarm.rule.id == NOTICE.id {
        (about_notice(request, alarm), None)
    } else if alarm.rule.id == PAUSED.id {
        (about_pause(request, settings, alarm), None)
    } else {
        (arithmetic(request), request.ordered.map(|on| on.seq))
    };
    let questions = request.questions.iter().filter(|question| question.stops != Stops::Nothing);
    let questions =
        questions.flat_map(|question| [Some(question.asked.seq), question.supplied.map(|on| on.seq)]);
    let notices = request.standing_notices().map(|notice| Some(notice.on.seq));
    let evidence = [Some(request.received.seq), seq].into_iter().chain(questions).chain(notices);
    alert.arithmetic(words).evidence(evidence.flatten())
}

/// How the deadline was worked out, and what may still be done about it.
fn arithmetic(request: &Request) -> String {
    let mut words = String::new();
    if let Some(ordered) = request.ordered {
        let (received, ordered) = (request.received.day.in_words(), ordered.day.in_words());
        words.push_str(&format!("Received {received}; an answer was ordered on {ordered}. "));
    }
    words.push_str(&worked_out(&request.deadline));
    match (request.notice(), request.notice_by()) {
        (Some(notice), _) => {
            words.push_str(&format!(" The requester was promised {}.", notice.to.in_words()));
        }
        (None, Some(by)) => words.push_str(&format!(
            " Notice that it takes two months longer, with the reasons, can be given until {}.",
            by.in_words()
        )),
        (None, None) => {}
    }
    words
}

fn worked_out(deadline: &Result<muniment_sdk::Deadline, NoDeadline>) -> String {
    match deadline {
        Ok(deadline) => deadline.words(),
        Err(none) => none.to_string(),
    }
}

fn about_notice(request: &Request, alarm: &Alarm) -> String {
    if alarm.stage.name == NO_REASONS {
        let Some(notice) = request.standing_notices().next() else { return String::new() };
        let reasons = match notice.reasons {
            Reasons::NotGiven => "It did not state the reasons, and so moves no deadline",
            Reasons::Given | Reasons::NotRecorded => "It was not recorded whether it stated the reasons",
        };
        let day = notice.on.day.in_words();
        return format!(
            "Notice of an extension was given on {day}. {reasons}: UK GDPR, Articles 12(3) and 12A. {}",
            worked_out(&request.deadline)
        );
    }
    let notice = request.notice().map(|notice| notice.on.day.in_words()).unwrap_or_default();
    let by = request.notice_by().map(Day::in_words).unwrap_or_default();
    format!(
        "Notice of an extension was given on {notice}; to be safe it had to be by {by}, within the first month. The first \
         month: {}",
        worked_out(&request.first)
    )
}

fn about_pause(request: &Request, settings: &Settings, alarm: &Alarm) -> String {
    let is_about_need = alarm.stage.name == NO_NEED;
    let pause = if is_about_need { without_need(request) } else { request.pause() };
    let Some(pause) = pause else { return String::new() };
    let asked = pause.asked.day.in_words();
    let what = asked_for(pause.what);
    if is_about_need {
        return format!(
            "The clock was stopped on {asked}, when {what}, and it was not recorded what was needed: a pause counts only as \
             far as that was reasonably required (UK GDPR, Article 12A)."
        );
    }
    let max = settings.paused_days_max;
    let from = too_long_from(pause, max).in_words();
    let day = u32::from(max) + 1;
    format!(
        "The clock stands still since {asked}, when {what}. With that day as day 1, {from} is day {day}; more than {max} days \
         are looked at: a control of the organisation's own."
    )
}

fn asked_for(what: Needed) -> &'static str {
    match what {
        Needed::Clarification => "clarification was sought",
        Needed::Identity => "proof of identity was asked for",
        Needed::Fee => "a fee was asked for",
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(request: &Request, rule: &str, stage: &str) -> String {
    let on = |what: &str, day: Day| format!("{what} on {}", day.in_words());
    if let Some(left) = request.regimes.left {
        return on("it was found to be no request of a data subject", left.day);
    }
    if let Some(ended) = &request.ended {
        let what = match ended.how {
            End::Answered => "answered",
            End::Withdrawn => "withdrawn",
            End::Lapsed => "lapsed",
            End::Transferred => "transferred to another authority",
            End::Invalid => "found to be no valid request",
        };
        return on(what, ended.on.day);
    }
    if rule == NOTICE.id {
        let why = match stage {
            NO_REASONS => "the reasons are recorded, or the extension was withdrawn",
            _ => "the notice was in time, or the extension was withdrawn",
        };
        return why.to_owned();
    }
    if rule == PAUSED.id {
        let why = if stage == NO_NEED { "what was needed is recorded" } else { "the clock runs again" };
        return why.to_owned();
    }
    match (&request.deadline, request.pause()) {
        (Ok(deadline), _) => {
            let due = deadline.safe_due.in_words();
            format!("this stage is over, or the due day another one: to be safe it is {due}")
        }
        (Err(_), Some(pause)) => {
            on(&format!("the clock stands still: {}", asked_for(pause.what)), pause.asked.day)
        }
        (Err(_), None) => "it is no longer so".to_owned(),
    }
}
