//! What every event of a client passes before it is handed to the ledger: the check against the catalogue, and sealing.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use muniment_core::catalogue::{Catalogue, Fault};
use muniment_core::event::{Event, EventError};
use muniment_core::json::{Object, Value};

use crate::definitions::Current;
use crate::ledger::Ledger;
use crate::ledger::submission::Seals as _;
use crate::vault::{Asker, Make, Vault, VaultError, name_before_use};

/// What events are checked and sealed with.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) definitions: Arc<Current>,
    pub(crate) vault: Arc<Vault>,
    /// Told which vault it is, before that is first used. It is not kept open by this.
    pub(crate) ledger: Weak<Ledger>,
}

/// Why an event is not taken.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Every fault that was found.
    pub(crate) faults: Vec<Fault>,
    /// The event, where its attributes are sound. It is not sealed: it is good for further checks only.
    pub(crate) event: Option<Event>,
}

/// Events that are taken in together.
#[derive(Debug)]
pub(crate) struct Taking<'i> {
    intake: &'i Intake,
    catalogue: Arc<Catalogue>,
    asker: Asker<'i>,
    make: Make,
    /// Events, by source and id, that are known to be new.
    new: HashSet<(String, String)>,
    epoch: u64,
    sealed: bool,
    open: bool,
}

/// What became of events that were taken in together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// The vault's epoch, if anything was sealed.
    pub(crate) sealed_in: Option<u64>,
    /// In some of them places were left open: see [`Event::is_open`].
    pub(crate) open: bool,
}

impl Intake {
    /// Begins to take events in. `new` are those, by source and id, of which it is known that the ledger does not have
    /// them: of what was erased they may make keys anew.
    pub(crate) fn begin(&self, make: Make, new: HashSet<(String, String)>) -> Taking<'_> {
        let (epoch, asker) = (self.vault.epoch(), self.vault.asker(make));
        let catalogue = self.definitions.get().catalogue.clone();
        Taking { intake: self, catalogue, asker, make, new, epoch, sealed: false, open: false }
    }
}

impl Intake {
    fn name_vault(&self) -> Result<(), VaultError> {
        if self.vault.is_named() {
            return Ok(());
        }
        let closing = || VaultError::NotRecorded("it is closing".to_owned());
        let ledger = self.ledger.upgrade().ok_or_else(closing)?;
        tokio::task::block_in_place(|| name_before_use(&self.vault, &ledger))
    }
}

impl Taking<'_> {
    /// Checks one event and seals what of it is personal. `bytes` is about how long it is.
    ///
    /// # Errors
    /// The vault's; a fault of the event is no error of this.
    pub(crate) fn take(
        &mut self,
        value: Value<'_>,
        bytes: usize,
    ) -> Result<Result<Event, Refused>, VaultError> {
        let mut object = match Event::check_attributes(value) {
            Ok(object) => object,
            Err((error, object)) => return Ok(Err(self.malformed(&error, object.as_ref()))),
        };
        let personal = match self.catalogue.check(&object) {
            Ok(personal) => personal,
            Err(faults) => return Ok(Err(with_event(faults, &object, bytes))),
        };
        if !self.new.is_empty() {
            let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let is_new = self.new.contains(&(text("source"), text("id")));
            self.asker.ask(if is_new { Make::Always } else { self.make });
        }
        if !personal.is_nothing() && self.make != Make::Pretend {
            self.intake.name_vault()?;
        }
        let open = personal.seal(&mut object, &mut self.asker)?;
        (self.sealed, self.open) = (self.sealed || !personal.is_nothing(), self.open || open);
        // What is sealed is a third longer, and has a nonce, a tag and the name of its key beside it.
        let bytes = if personal.is_nothing() { bytes } else { bytes + bytes / 2 + 128 };
        Ok(match Event::from_attributes(&object, bytes) {
            Ok(event) if open => Ok(event.left_open()),
            Ok(event) => Ok(event),
            Err(error) => Err(Refused { faults: vec![attribute_fault(&error)], event: None }),
        })
    }

    /// Makes durable what has to be so before any of the events so far is recorded.
    ///
    /// # Errors
    /// As the vault says; none of them may be recorded then.
    pub(crate) fn settle(&mut self) -> Result<(), VaultError> {
        if self.asker.take_new_person() {
            // A sync: others are let run meanwhile.
            tokio::task::block_in_place(|| self.intake.vault.note(None))?;
        }
        Ok(())
    }

    /// As [`Taking::take`] and [`Taking::settle`], for one event.
    ///
    /// # Errors
    /// As these.
    pub(crate) fn take_and_settle(
        mut self,
        value: Value<'_>,
        bytes: usize,
    ) -> Result<Result<Event, Refused>, VaultError> {
        let event = self.take(value, bytes)?;
        self.settle()?;
        Ok(event)
    }

    /// As [`Taking::settle`]; nothing follows.
    ///
    /// # Errors
    /// As [`Taking::settle`].
    pub(crate) fn finish(mut self) -> Result<Taken, VaultError> {
        self.settle()?;
        Ok(Taken { sealed_in: self.sealed.then_some(self.epoch), open: self.open })
    }

    fn malformed(&self, error: &EventError, object: Option<&Object<'_>>) -> Refused {
        let fault = attribute_fault(error);
        let checked = object.map(|object| self.catalogue.check(object));
        let mut faults = checked.and_then(Result::err).unwrap_or_default();
        // What the catalogue says of an attribute that is malformed anyway would only repeat it.
        faults.retain(|other| other.pointer != fault.pointer);
        faults.insert(0, fault);
        Refused { faults, event: None }
    }
}

fn with_event(mut faults: Vec<Fault>, object: &Object<'_>, bytes: usize) -> Refused {
    match Event::from_attributes(object, bytes) {
        Ok(event) => Refused { faults, event: Some(event) },
        Err(error) => {
            faults.insert(0, attribute_fault(&error));
            Refused { faults, event: None }
        }
    }
}

fn attribute_fault(error: &EventError) -> Fault {
    let (pointer, code, message) = match error {
        EventError::Attribute { pointer, fault } => (pointer.clone(), "invalid_attribute", fault.to_string()),
        EventError::TooLarge { .. } => (String::new(), "event_too_large", error.to_string()),
        EventError::TimeAhead { .. } => ("/time".to_owned(), "time_ahead", error.to_string()),
        EventError::Json(_) | EventError::NotAnObject(_) => {
            (String::new(), "not_an_event", error.to_string())
        }
    };
    Fault { pointer, code, message }
}
