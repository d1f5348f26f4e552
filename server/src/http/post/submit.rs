//! Hands checked events to the ledger, and its answers back.

use muniment_core::event::Event;

use super::super::App;
use super::super::caller::Caller;
use super::super::problem::Problem;
use super::check::{self, Checked};
use super::{Recorded, refused};
use crate::intake::Taken;
use crate::ledger::submission::{Appended, Mode, Refusal, Submission};

/// Why nothing was recorded.
pub(super) enum Submitted {
    ErasedMeanwhile,
    Refused(Box<Problem>),
}

impl From<Problem> for Submitted {
    fn from(problem: Problem) -> Submitted {
        Submitted::Refused(Box::new(problem))
    }
}

impl Submitted {
    fn of(app: &App, caller: &Caller, refusal: Refusal) -> Submitted {
        match refusal {
            Refusal::ErasedMeanwhile => Submitted::ErasedMeanwhile,
            refusal => refused(app, caller, refusal).into(),
        }
    }
}

/// What is handed to the ledger.
fn submission(caller: &Caller, events: Vec<Event>, mode: Mode, taken: Taken) -> Result<Submission, Problem> {
    let submission = Submission::new(caller.0.principal(), events, mode)?;
    Ok(match taken.sealed_in {
        Some(epoch) => submission.sealed_in(epoch),
        None => submission,
    })
}

/// Hands in events that stand or fall together.
pub(super) async fn submit(
    app: &App,
    caller: &Caller,
    checked: Vec<Checked>,
    taken: Taken,
) -> Result<Vec<Recorded>, Submitted> {
    let events: Vec<Event> = checked.into_iter().flatten().collect();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let submission = submission(caller, events, Mode::Batch, taken)?;
    let of = |refusal| Submitted::of(app, caller, refusal);
    let items = app.submit(submission).await.map_err(of)?;
    let item = |item: Result<Appended, Refusal>| item.map(|appended| Recorded::of(&appended));
    items.into_iter().map(item).collect::<Result<_, _>>().map_err(of)
}

/// Hands in the good ones.
pub(super) async fn submit_lenient(
    app: &App,
    caller: &Caller,
    checked: Vec<Checked>,
    taken: Taken,
) -> Result<Vec<Recorded>, Submitted> {
    let mut answer: Vec<Option<Recorded>> = Vec::with_capacity(checked.len());
    let mut events = Vec::with_capacity(checked.len());
    for event in checked {
        answer.push(match event {
            Ok(event) => {
                events.push(event);
                None
            }
            Err(faults) => Some(Recorded::refused(check::problem_of(faults))),
        });
    }
    let mut items = Vec::new();
    if !events.is_empty() {
        let submission = submission(caller, events, Mode::Each, taken)?;
        items = app.submit(submission).await.map_err(|refusal| Submitted::of(app, caller, refusal))?;
    }
    let mut items = items.into_iter();
    let next = |recorded: Option<Recorded>| match recorded {
        Some(refused) => Ok(refused),
        None => match items.next() {
            Some(Ok(appended)) => Ok(Recorded::of(&appended)),
            Some(Err(refusal)) => Ok(Recorded::refused(refused(app, caller, refusal))),
            None => Err(Problem::internal("an event got no answer", &"none").into()),
        },
    };
    answer.into_iter().map(next).collect()
}
