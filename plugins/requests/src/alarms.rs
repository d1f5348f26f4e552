//! What there is to be said about a request, and when.

use muniment_sdk::law::TimeLimit;
use muniment_sdk::{Alarm, Alert, Day, EIR_EXTENDED_WORKING_DAYS, Stage};

use crate::apply::{End, Regime};
use crate::case::{Awaiting, Request, Restarted};
use crate::{ABOUT_TO_LAPSE, DUE_SOON, NOT_TAKEN_IN_HAND, OVERDUE, Settings};

mod extensions;
mod lapses;

const NOT_ACKNOWLEDGED: &str = "not-acknowledged";
const NOT_ALLOCATED: &str = "not-allocated";

/// The alarms of a request, each from the time at which it stands.
pub(crate) fn of(request: &Request, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if !request.is_open() {
        return alarms;
    }
    if request.acknowledged.is_none() {
        let day = in_hand_by(request, settings.acknowledge_working_days);
        alarms.push(Alarm::new(&NOT_TAKEN_IN_HAND, NOT_ACKNOWLEDGED, day.end()));
    }
    if request.allocated.is_none() {
        let day = in_hand_by(request, settings.allocate_working_days);
        alarms.push(Alarm::new(&NOT_TAKEN_IN_HAND, NOT_ALLOCATED, day.end()));
    }
    extensions::add(&mut alarms, request);
    lapses::add(&mut alarms, request, settings);
    let Some(due) = request.due() else { return alarms };
    let calendar = request.clock.calendar();
    let mut until = due.end();
    for left in settings.days_left().rev() {
        let at = calendar.working_day_before(due, left).start();
        alarms.push(Alarm::new(&DUE_SOON, stage(left), at).until(until).due(due.end()));
        until = at;
    }
    alarms.push(Alarm::new(&OVERDUE, "overdue", due.end()));
    alarms
}

fn in_hand_by(request: &Request, working_days: u16) -> Day {
    request.clock.calendar().working_day_after(request.received.day, working_days)
}

fn stage(left: u16) -> Stage {
    Stage::from((left, "working-days-left"))
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(request: &Request, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let received = request.received.day.in_words();
    if alarm.rule.id == NOT_TAKEN_IN_HAND.id {
        let (what, days) = match alarm.stage.name {
            NOT_ACKNOWLEDGED => ("acknowledged", settings.acknowledge_working_days),
            _ => ("allocated to a unit", settings.allocate_working_days),
        };
        let by = in_hand_by(request, days).in_words();
        let unit = if days == 1 { "day" } else { "days" };
        let words = format!(
            "Received {received}; to be {what} within {days} working {unit}, which is by {by}: a control of the \
             organisation's own."
        );
        return alert.arithmetic(words).evidence([request.received.seq]);
    }
    if alarm.rule.id == ABOUT_TO_LAPSE.id {
        return lapses::words(request, settings, alert);
    }
    if extensions::RULES.contains(&alarm.rule.id) {
        return extensions::words(request, alarm, alert);
    }
    let evidence = [
        Some(request.received.seq),
        request.restarted.map(|(Restarted::Clarified(on) | Restarted::Ordered(on))| on.seq),
        request.extension().map(|extension| extension.notified.seq),
    ];
    let last = settings.days_left().next_back().map(stage);
    let alert = alert.arithmetic(arithmetic(request)).evidence(evidence.into_iter().flatten());
    if last.is_some_and(|last| last == alarm.stage) { alert.recipient("role/director") } else { alert }
}

/// How the deadline was worked out; where it was extended, by which notice, and what that rests on.
fn arithmetic(request: &Request) -> String {
    let mut words = String::new();
    if request.restarted.is_some() {
        words.push_str(&format!("Received {}; the clock began again. ", request.received.day.in_words()));
    }
    if let (Some(calendar), Regime::Foi, false) =
        (&request.calendar, request.regime, request.clock.is_of_school())
    {
        words.push_str(&format!("No day of the calendar {calendar} is recorded: working days count. "));
    }
    let (Some(extension), Some(to)) = (request.extension(), request.extended_to()) else {
        return words + &worked_out(request, request.limit()) + &extensions::without_effect(request);
    };
    words.push_str(&format!(
        "Extended to {} by notice of {}{}. Without the notice: ",
        to.in_words(),
        extension.notified.day.in_words(),
        extended_under(request.regime),
    ));
    words.push_str(&worked_out(request, request.limit()));
    let expected = request.clock.working_day(EIR_EXTENDED_WORKING_DAYS);
    match request.regime {
        Regime::Foi if to > expected => words.push_str(&format!(
            " The Information Commissioner expects no more than 40 working days, which end on {}.",
            expected.in_words()
        )),
        Regime::Eir if to == expected => {
            words
                .push_str(" The extended day is working day 40, beyond which the regulation allows nothing.");
        }
        _ => {}
    }
    words
}

fn worked_out(request: &Request, limit: &TimeLimit) -> String {
    match request.clock.deadline(limit) {
        Ok(deadline) => deadline.words(),
        Err(none) => none.to_string(),
    }
}

fn extended_under(regime: Regime) -> &'static str {
    match regime {
        Regime::Foi => " (section 10(3))",
        Regime::Eir => " (regulation 7(1))",
        Regime::Reuse => " (regulation 8(2))",
        Regime::Other => "",
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(request: &Request, rule: &str) -> String {
    let on = |what: &str, day: Day| format!("{what} on {}", day.in_words());
    if let Some(ended) = &request.ended {
        let what = match ended.how {
            End::Answered(_) => "answered",
            End::Withdrawn => "withdrawn",
            End::Lapsed => "lapsed",
            End::Transferred => "transferred to another authority",
            End::Invalid => "found to be no valid request",
        };
        return on(what, ended.on.day);
    }
    if rule == NOT_TAKEN_IN_HAND.id {
        return "it was taken in hand".to_owned();
    }
    if rule == ABOUT_TO_LAPSE.id {
        return lapses::cleared(request);
    }
    if extensions::RULES.contains(&rule) && request.awaiting.is_none() {
        return extensions::cleared(request);
    }
    match (&request.awaiting, request.due()) {
        (Some(Awaiting::Clarification(asked)), _) => {
            on("the clock stands still: clarification was sought", asked.day)
        }
        (Some(Awaiting::Fee(asked)), _) => on("the clock stands still: a fee notice was issued", asked.day),
        (None, Some(due)) => {
            format!("this stage is over, or the due day another one: it is {}", due.in_words())
        }
        (None, None) => "it is no longer so".to_owned(),
    }
}
