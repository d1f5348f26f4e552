//! Events that the host writes about itself.

use muniment_core::host::host_event;
use muniment_core::json::Value;
use muniment_core::principal::Principal;

use super::log::Log;
use super::submission::{Appended, Mode, Refusal, Submission};

/// Appends one event of the host. The same id again is the same event.
pub(super) fn append(
    log: &mut Log,
    event_type: &str,
    id: &str,
    subject: Option<&str>,
    data: Value<'_>,
) -> Result<Appended, Refusal> {
    let event = host_event(log.shared.origin(), event_type, id, subject, data)
        .map_err(|error| Refusal::Storage(error.to_string()))?;
    let submission = Submission::new(Principal::host(), vec![event], Mode::Batch)?;
    let mut outcomes = log.commit(&[submission]);
    let mut items = outcomes.pop().unwrap_or(Err(Refusal::Closed))?;
    items.pop().unwrap_or(Err(Refusal::Closed))
}
