//! What there is to be said about notices, and when.

use muniment_sdk::{Alarm, Alert, law};

use super::{Asked, Basis, Notices, Step};
use crate::{REGULATOR, Settings};

/// Adds up to two alarms for each kind of thing that is asked for: of several of a kind the first due is told, and the
/// next when that is done.
pub(super) fn of(notices: &Notices, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for (asked, step) in Asked::ALL.iter().filter_map(|asked| Some((*asked, first(notices, *asked)?))) {
        let over = step.by.end();
        let soon = step.by.plus(-i32::from(settings.regulator_warn_days)).start();
        let (due_soon, overdue) = stages(asked);
        alarms.push(Alarm::new(&REGULATOR, due_soon, soon).until(over).due(over));
        alarms.push(Alarm::new(&REGULATOR, overdue, over));
    }
    alarms
}

fn first(notices: &Notices, asked: Asked) -> Option<&Step> {
    let running = notices.steps.iter().filter(|step| step.asked == asked && step.runs());
    running.min_by_key(|step| (step.by, step.on.seq))
}

fn stages(asked: Asked) -> (&'static str, &'static str) {
    match asked {
        Asked::Complaint => ("complaint-due-soon", "complaint-overdue"),
        Asked::InformationNotice => ("information-notice-due-soon", "information-notice-overdue"),
        Asked::DecisionNotice => ("decision-notice-due-soon", "decision-notice-overdue"),
        Asked::Reprimand => ("reprimand-due-soon", "reprimand-overdue"),
        Asked::Recommendation => ("recommendation-due-soon", "recommendation-overdue"),
        Asked::Appeal => ("appeal-due-soon", "appeal-overdue"),
        Asked::Tribunal => ("tribunal-due-soon", "tribunal-overdue"),
    }
}

fn of_stage(stage: &str) -> Option<Asked> {
    let is_of = |asked: &Asked| {
        let (due_soon, overdue) = stages(*asked);
        stage == due_soon || stage == overdue
    };
    Asked::ALL.into_iter().find(is_of)
}

fn name(asked: Asked) -> &'static str {
    match asked {
        Asked::Complaint => "regulator's letter about a complaint",
        Asked::InformationNotice => "information notice",
        Asked::DecisionNotice => "decision notice",
        Asked::Reprimand => "reprimand",
        Asked::Recommendation => "practice recommendation",
        Asked::Appeal => "appeal",
        Asked::Tribunal => "tribunal's decision",
    }
}

/// Gives an alert its words and its evidence.
pub(super) fn words(notices: &Notices, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let Some(step) = of_stage(alarm.stage.name).and_then(|asked| first(notices, asked)) else { return alert };
    let (what, day, by) = (name(step.asked), step.on.day.in_words(), step.by.in_words());
    let mut words = match step.basis {
        Basis::Named => format!("The {what} of {day} asks for something by {by}: the day that it names."),
        Basis::Usual => format!(
            "The {what} of {day} orders steps, and no entry says by when. {} is the end of {}, which are usual ({}; compared \
             with no source, to be checked first).",
            by,
            law::DECISION_NOTICE.length,
            law::DECISION_NOTICE.source
        ),
    };
    if alarm.until.is_some() {
        let days = settings.regulator_warn_days;
        words.push_str(&format!(" It is said {days} days before that day, as the organisation has set it."));
    }
    alert.arithmetic(words).evidence([step.on.seq])
}

/// Why an alert stands no longer.
pub(super) fn cleared(notices: &Notices, stage: &str) -> String {
    let asked = of_stage(stage);
    let of_kind = || notices.steps.iter().filter(|step| Some(step.asked) == asked);
    if let Some(appealed) = of_kind().filter(|step| step.is_open()).find_map(|step| step.appealed) {
        return format!("an appeal was made on {}", appealed.day.in_words());
    }
    match of_kind().filter_map(|step| step.done).max_by_key(|(_, on)| on.seq) {
        Some((why, on)) if !of_kind().any(Step::runs) => format!("{why} on {}", on.day.in_words()),
        _ => "this stage is over, or another day is the next".to_owned(),
    }
}
