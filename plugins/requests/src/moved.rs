//! Deadlines that an entry about the calendar moves.

use std::collections::BTreeMap;

use muniment_sdk::{Alert, Calendars, CaseFold, Event, Instant, Outcome};
use serde::{Deserialize, Serialize};

use crate::case::Request;
use crate::{MOVED, Settings};

/// The entries that moved deadlines which were open then, until the last of these days is over.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Moved {
    by: BTreeMap<u64, Move>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Move {
    recorded: Instant,
    subject: String,
    words: String,
    receipts: Vec<u64>,
    /// The end of the last day on which one of them was or is due.
    until: Instant,
    is_raised: bool,
}

impl Moved {
    /// Compares what is due with what was due by the calendars before an entry.
    pub(crate) fn take(
        &mut self,
        settings: &Settings,
        event: &Event,
        before: &Calendars,
        cases: &CaseFold<Request>,
    ) {
        let (mut moves, mut receipts, mut until) = (Vec::new(), Vec::new(), event.recorded);
        for (case, request) in cases.cases(settings).filter(|(_, request)| request.is_open()) {
            let then = cases.case_by(settings, before, case).and_then(|request| request.due());
            let (Some(then), Some(now)) = (then, request.due()) else { continue };
            if then != now {
                moves.push(format!("{case} from {then} to {now}"));
                receipts.push(request.received.seq);
                until = until.max(then.max(now).end());
            }
        }
        if moves.is_empty() {
            return;
        }
        let unit = if moves.len() == 1 { "deadline" } else { "deadlines" };
        let words = format!("This entry moves {} open {unit}: {}.", moves.len(), moves.join("; "));
        let subject = event.subject.clone().unwrap_or_else(|| "calendar".to_owned());
        let moved = Move { recorded: event.recorded, subject, words, receipts, until, is_raised: false };
        self.by.insert(event.seq, moved);
    }

    /// Raises what was not raised yet, and clears what is over. In an import nothing is told before its end.
    pub(crate) fn tick(&mut self, now: Instant, out: &mut Outcome) {
        self.by.retain(|seq, moved| {
            let stage = format!("moved-by-{seq}");
            if moved.until <= now {
                if moved.is_raised {
                    out.clear(MOVED.id, stage, &moved.subject, "the last of these deadlines is over");
                }
                return false;
            }
            if !moved.is_raised {
                let evidence = [*seq].into_iter().chain(moved.receipts.iter().copied());
                let alert = Alert::raise(&MOVED, stage, &moved.subject);
                out.raise(alert.arithmetic(&moved.words).evidence(evidence));
                moved.is_raised = true;
            }
            true
        });
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        let next = |moved: &Move| if moved.is_raised { moved.until } else { moved.recorded };
        self.by.values().map(next).min()
    }
}
