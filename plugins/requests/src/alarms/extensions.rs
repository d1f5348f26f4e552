//! What there is to be said about extensions.

use muniment_sdk::{Alarm, Alert, Day, EIR_EXTENDED_WORKING_DAYS, law};

use super::worked_out;
use crate::apply::{Ground, Regime};
use crate::case::Request;
use crate::{EXTENSION_NOT_VALID, NO_REFUSAL_NOTICE};

/// The rules about extensions.
pub(super) const RULES: [&str; 2] = [NO_REFUSAL_NOTICE.id, EXTENSION_NOT_VALID.id];

const REFUSAL_MISSING: &str = "no-refusal-notice";
const NOTICE_LATE: &str = "notice-late";
const PAST_40: &str = "past-40-working-days";
const WRONG_GROUND: &str = "not-complex-and-voluminous";

/// Adds the alarms about extensions. While something is awaited there is no day by which a notice would be late.
pub(super) fn add(alarms: &mut Vec<Alarm>, request: &Request) {
    let extensions = &request.extensions;
    if request.awaiting.is_some() || (extensions.noticed.is_none() && extensions.late.is_none()) {
        return;
    }
    let Some(first_due) = request.due_unextended() else { return };
    let over = first_due.end();
    let rule = match request.regime {
        Regime::Foi => &NO_REFUSAL_NOTICE,
        Regime::Eir => &EXTENSION_NOT_VALID,
        Regime::Reuse | Regime::Other => return,
    };
    if extensions.late.is_some_and(|late| late.ground.is_of(request.regime)) {
        alarms.push(Alarm::new(rule, NOTICE_LATE, over));
    }
    let Some(noticed) = extensions.noticed else { return };
    match (request.regime, noticed.ground) {
        (Regime::Foi, Ground::PublicInterest) => {
            if extensions.refusal_notice.is_none() {
                alarms.push(Alarm::new(rule, REFUSAL_MISSING, over));
            }
            // A school may have longer in the first place.
            alarms.push(Alarm::new(rule, PAST_40, expected(request).max(first_due).end()));
        }
        // It is told at once: as long as the first deadline lasts, an answer puts it right.
        (Regime::Eir, ground) if !ground.is_of(Regime::Eir) => {
            alarms.push(Alarm::new(rule, WRONG_GROUND, noticed.notified.day.start()).due(over));
        }
        _ => {}
    }
}

/// The day by which the Commissioner expects an answer where the public interest was weighed, and to which the regulation
/// allows an extension: both count 40.
fn expected(request: &Request) -> Day {
    request.clock.working_day(EIR_EXTENDED_WORKING_DAYS)
}

/// Gives an alert its words and its evidence.
pub(super) fn words(request: &Request, alarm: &Alarm, alert: Alert) -> Alert {
    let extension =
        if alarm.stage.name == NOTICE_LATE { request.extensions.late } else { request.extensions.noticed };
    let noticed = extension.map(|it| it.notified.day.in_words()).unwrap_or_default();
    let words = match alarm.stage.name {
        REFUSAL_MISSING => format!(
            "Extended by notice of {noticed} to weigh the public interest. The notice of refusal (section 17(1)) is due \
             within the 20 working days all the same, and no entry says that it was given with the notice. {}",
            worked_out(request, request.limit())
        ),
        PAST_40 => format!(
            "Extended by notice of {noticed} to weigh the public interest. {}",
            worked_out(request, &law::FOI_PUBLIC_INTEREST)
        ),
        NOTICE_LATE => format!(
            "The notice of {noticed} came when the time in which it had to be given was over, and extends nothing. {}",
            worked_out(request, request.limit())
        ),
        _ => format!(
            "The notice of {noticed} gives another ground than complexity together with volume, and extends nothing \
             (regulation 7(1)). {}",
            worked_out(request, request.limit())
        ),
    };
    let seqs = [Some(request.received), extension.map(|it| it.notified)];
    alert.arithmetic(words).evidence(seqs.into_iter().flatten().map(|on| on.seq))
}

/// What stands behind a deadline that a notice did not move.
pub(super) fn without_effect(request: &Request) -> String {
    let extensions = &request.extensions;
    match (extensions.noticed, extensions.late) {
        (Some(noticed), _) => format!(
            " The notice of {} gives a ground on which this law extends nothing.",
            noticed.notified.day.in_words()
        ),
        (None, Some(late)) => {
            format!(" The notice of {} came too late to extend it.", late.notified.day.in_words())
        }
        (None, None) => String::new(),
    }
}

/// Why such an alert stands no longer.
pub(super) fn cleared(request: &Request) -> String {
    let extensions = &request.extensions;
    match (extensions.refusal_notice, extensions.noticed.or(extensions.late)) {
        (Some(given), Some(_)) => {
            format!("notice of refusal was given on {}", given.day.in_words())
        }
        (_, None) => "the extension was withdrawn, or the clock began again".to_owned(),
        (None, Some(_)) => "the extension is another one now, or due on another day".to_owned(),
    }
}
