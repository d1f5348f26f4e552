//! What there is to be said about requesters who do not reply or pay.

use muniment_sdk::law::{self, TimeLimit};
use muniment_sdk::{Alarm, Alert, Day, Deadline, ReceiptRule, RequestClock};

use crate::apply::Regime;
use crate::case::{Awaiting, On, Request};
use crate::{ABOUT_TO_LAPSE, Settings};

const UNANSWERED: &str = "clarification-unanswered";
const UNPAID: &str = "fee-unpaid";

/// Adds the alarm of a request that waits for its requester.
pub(super) fn add(alarms: &mut Vec<Alarm>, request: &Request, settings: &Settings) {
    let alarm = match request.awaiting {
        Some(Awaiting::Clarification(asked)) => Some((UNANSWERED, reply_by(asked, settings))),
        Some(Awaiting::Fee(notice)) => pay_by(request, notice).map(|deadline| (UNPAID, deadline.due)),
        None => None,
    };
    alarms.extend(alarm.map(|(stage, last)| Alarm::new(&ABOUT_TO_LAPSE, stage, last.end())));
}

fn reply_by(asked: On, settings: &Settings) -> Day {
    asked.day.plus(i32::from(settings.clarification_lapse_days))
}

/// By when the fee is to be paid; for re-use no law says when a request falls away.
fn pay_by(request: &Request, notice: On) -> Option<Deadline> {
    let limit: &TimeLimit = match request.regime {
        Regime::Foi => &law::FOI_FEE,
        Regime::Eir => &law::EIR_CHARGE,
        Regime::Reuse | Regime::Other => return None,
    };
    // The receipt rule is about receipts, and the time for a fee begins with a notice.
    RequestClock::by(notice.day, ReceiptRule::CalendarDay, request.clock.calendar())
        .because(limit.trigger)
        .deadline(limit)
        .ok()
}

/// Gives an alert its words and its evidence.
pub(super) fn words(request: &Request, settings: &Settings, alert: Alert) -> Alert {
    let (asked, words) = match request.awaiting {
        Some(Awaiting::Clarification(asked)) => {
            let words = format!(
                "Clarification was sought on {} and has not come by {}, the end of {} days: a control of the organisation's \
                 own. The clock of the law stands still; the case may be closed as lapsed.",
                asked.day.in_words(),
                reply_by(asked, settings).in_words(),
                settings.clarification_lapse_days
            );
            (Some(asked), words)
        }
        Some(Awaiting::Fee(notice)) => {
            let words = pay_by(request, notice).map(|deadline| deadline.words()).unwrap_or_default();
            (Some(notice), words)
        }
        None => (None, String::new()),
    };
    let seqs = [Some(request.received.seq), asked.map(|on| on.seq)];
    alert.arithmetic(words).evidence(seqs.into_iter().flatten())
}

/// Why such an alert stands no longer.
pub(super) fn cleared(request: &Request) -> String {
    match (request.awaiting, request.restarted) {
        (Some(asked), _) => {
            let (Awaiting::Clarification(on) | Awaiting::Fee(on)) = asked;
            format!("the requester was asked again on {}", on.day.in_words())
        }
        (None, Some(_)) => "the requester has replied, and the clock began again".to_owned(),
        (None, None) => "the requester has paid, or nothing is awaited any more".to_owned(),
    }
}
