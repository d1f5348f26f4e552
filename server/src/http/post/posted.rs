//! From a body to recorded events: checked, sealed, handed in.

use std::collections::HashSet;

use axum::http::HeaderMap;
use muniment_core::limits::BATCH_EVENTS_MAX;

use super::super::App;
use super::super::caller::Caller;
use super::super::problem::{Fault, Problem};
use super::check::{self, Checked};
use super::content::{self, Content, Encoding};
use super::submit::{Submitted, submit, submit_lenient};
use super::{BODY_BYTES_MAX, BODY_COMMAS_MAX, Recorded, inflate};
use crate::intake::{Taken, Taking};
use crate::ledger::submission::Refusal;
use crate::vault::{Make, VaultError};

/// How often events are sealed before it is left to the client to send them again.
const SEALINGS_MAX: usize = 3;

/// What came in.
pub(super) struct Posted<'r> {
    pub(super) content: Content,
    pub(super) encoding: Encoding,
    pub(super) headers: &'r HeaderMap,
    pub(super) body: &'r [u8],
    pub(super) lenient: bool,
    /// It is worked through where it does not hold up other requests.
    pub(super) large: bool,
}

impl Posted<'_> {
    /// Checks, seals and hands in the events. What is sealed while personal data is being erased is sealed again.
    pub(super) async fn record(&self, app: &App, caller: &Caller) -> Result<Vec<Recorded>, Problem> {
        for _ in 0..SEALINGS_MAX {
            let (mut checked, mut taken) = self.check(app, caller, Make::UnlessErased, HashSet::new())?;
            if taken.open {
                let new = new_ones(app, &checked).await?;
                (checked, taken) = self.check(app, caller, Make::UnlessErased, new)?;
            }
            let answer = match self.lenient {
                true => submit_lenient(app, caller, checked, taken).await,
                false => submit(app, caller, checked, taken).await,
            };
            match answer {
                Err(Submitted::ErasedMeanwhile) => {}
                Err(Submitted::Refused(problem)) => return Err(*problem),
                Ok(answer) => return Ok(answer),
            }
        }
        Err(Refusal::ErasedMeanwhile.into())
    }

    /// Checks and seals every event. Unless it is lenient, one fault refuses all, and all faults are listed.
    pub(super) fn check(
        &self,
        app: &App,
        caller: &Caller,
        make: Make,
        new: HashSet<(String, String)>,
    ) -> Result<(Vec<Checked>, Taken), Problem> {
        let work = || -> Result<(Vec<Checked>, Taken), Problem> {
            let inflated;
            let text = match self.encoding {
                Encoding::Plain => self.body,
                encoding => {
                    inflated = inflate::inflate(encoding, self.body, BODY_BYTES_MAX)?;
                    &inflated[..]
                }
            };
            self.check_all(app, caller, text, app.intake.begin(make, new))
        };
        if self.large { tokio::task::block_in_place(work) } else { work() }
    }

    fn check_all(
        &self,
        app: &App,
        caller: &Caller,
        body: &[u8],
        mut taking: Taking<'_>,
    ) -> Result<(Vec<Checked>, Taken), Problem> {
        let commas = memchr::memchr_iter(b',', body).count();
        if commas > BODY_COMMAS_MAX {
            let detail =
                format!("the body has {commas} commas, the limit is {BODY_COMMAS_MAX}; send smaller batches");
            return Err(Problem::new("too_many_values", detail));
        }
        let values = content::events(self.content, self.headers, body)?;
        if values.len() > BATCH_EVENTS_MAX {
            return Err(Refusal::TooManyEvents(values.len()).into());
        }
        let (now, about) = (app.now(), body.len() / values.len().max(1) + 64);
        let mut checked: Vec<Checked> = Vec::with_capacity(values.len());
        for value in values {
            let event = check::check(app, &caller.0, &mut taking, value, now, about);
            checked.push(event.map_err(sealing_failed)?);
        }
        if self.lenient || checked.iter().all(Result::is_ok) {
            return Ok((checked, taking.finish().map_err(sealing_failed)?));
        }
        let mut faults: Vec<Fault> = Vec::new();
        for (place, event) in checked.into_iter().enumerate() {
            if let Err(found) = event {
                match self.content {
                    Content::Batched => faults.extend(check::at(place, found)),
                    Content::Structured | Content::Binary => faults.extend(found),
                }
            }
            if check::is_full(&faults) {
                break;
            }
        }
        Err(check::problem_of(faults))
    }
}

fn sealing_failed(error: VaultError) -> Problem {
    match error {
        VaultError::Erasing => Problem::new("busy", error.to_string()),
        error => {
            tracing::error!(%error, "personal data cannot be sealed");
            Problem::new(
                "sealing_failed",
                "personal data cannot be sealed; the log has more, under this request's id",
            )
        }
    }
}

/// Of the events in which places were left open, those that the ledger does not have.
async fn new_ones(app: &App, checked: &[Checked]) -> Result<HashSet<(String, String)>, Problem> {
    let open = checked.iter().flatten().filter(|event| event.is_open());
    let names: Vec<(String, String)> =
        open.map(|event| (event.source().to_owned(), event.id().to_owned())).collect();
    let found = app.find(names.clone()).await?;
    Ok(names.into_iter().zip(found).filter(|(_, found)| found.is_none()).map(|(name, _)| name).collect())
}
