//! Gives keys to cases and pseudonyms to persons, when their first event comes.

use std::sync::Arc;

use muniment_core::catalogue::Keys;
use muniment_core::seal::{KeyId, SealKey, Sealer};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::record::Record;
use super::{Found, Fresh, RECENT_MAX, State, Vault, lock};

/// What is made where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// Nothing: what would be made is pretended, for an event that is checked and not recorded.
    Pretend,
    /// What is new gets a key or a pseudonym; what was erased gets none by itself, as the event may be a repeat.
    UnlessErased,
    /// Everything gets one: the event is known to be new.
    Always,
}

/// What a pseudonym begins with, and how many characters of base32 follow.
const PREFIX: &str = "p-";
const RANDOM_CHARACTERS: usize = 26;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Whether a text has the form of a pseudonym.
pub(crate) fn is_pseudonym(text: &str) -> bool {
    let rest = text.strip_prefix(PREFIX);
    rest.is_some_and(|rest| {
        rest.len() == RANDOM_CHARACTERS && rest.bytes().all(|byte| BASE32.contains(&byte))
    })
}

/// A new pseudonym: 130 random bits.
fn new_pseudonym() -> Result<String, VaultError> {
    let mut random = [0; RANDOM_CHARACTERS];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let characters = random.iter().map(|byte| char::from(BASE32[usize::from(byte & 31)]));
    Ok(PREFIX.chars().chain(characters).collect())
}

/// Asks the vault for the keys and pseudonyms of some events.
#[derive(Debug)]
pub struct Asker<'v> {
    vault: &'v Vault,
    /// The name of the case that was asked for last: its room is used again.
    name: String,
    make: Make,
    new_person: bool,
}

impl Vault {
    /// Asks for the keys and pseudonyms of some events.
    #[must_use]
    pub fn asker(&self, make: Make) -> Asker<'_> {
        Asker { vault: self, name: String::new(), make, new_person: false }
    }

    /// The key of a case; a new one from the stock if it has none.
    fn give_key(&self, name: &str, make: Make) -> Result<Option<(KeyId, Arc<Sealer>)>, VaultError> {
        if let Some(recent) = lock(&self.state).recent(name) {
            return Ok(Some(recent));
        }
        loop {
            let (found, generation) = self.find(name)?;
            let was_erased = match found {
                Found::Key(id, key) => {
                    let sealer = Arc::new(key.sealer());
                    lock(&self.state).remember(name, id, &sealer, generation);
                    return Ok(Some((id, sealer)));
                }
                Found::Erasing => return Err(VaultError::Erasing),
                Found::Erased if make != Make::Always => return Ok(None),
                Found::Unknown if make == Make::Pretend => {
                    let key = SealKey::new(Zeroizing::new([0; SealKey::BYTES]));
                    return Ok(Some((KeyId([0; KeyId::BYTES]), Arc::new(key.sealer()))));
                }
                Found::Erased => true,
                Found::Unknown => false,
            };
            {
                let mut state = lock(&self.state);
                // Somebody else was here meanwhile: look again.
                if state.generation != generation
                    || state.fresh.contains_key(name)
                    || state.erasing.contains(name)
                {
                    continue;
                }
                if let Some((id, key)) = state.stock.pop() {
                    let sealer = Arc::new(key.sealer());
                    state.remember(name, id, &sealer, generation);
                    state.fresh.insert(name.to_owned(), Fresh { id, key, was_erased });
                    return Ok(Some((id, sealer)));
                }
            }
            self.stock_up(1)?;
        }
    }

    /// The pseudonym of a person, a new one if they have none, and whether it has to be made durable.
    fn give_pseudonym(&self, reference: &str, make: Make) -> Result<Option<(String, bool)>, VaultError> {
        loop {
            let (places, reader, generation, severed) = {
                let state = lock(&self.state);
                if let Some(fresh) = state.fresh_people.get(reference) {
                    return Ok(Some((fresh.clone(), true)));
                }
                let places = state.places.people.places(state.reader.keys.hash(reference));
                let severed = state.places.severed > 0 || !state.erasing_people.is_empty();
                (places, state.reader.clone(), state.generation, severed)
            };
            for place in places {
                if let Record::Person { pseudonym, reference: found } = reader.record(place)?
                    && found.as_str() == reference
                {
                    if lock(&self.state).erasing_people.contains(&pseudonym) {
                        return Err(VaultError::Erasing);
                    }
                    return Ok(Some((pseudonym, false)));
                }
            }
            if severed && make != Make::Always {
                return Ok(None);
            }
            if make == Make::Pretend {
                return Ok(Some((format!("{PREFIX}{}", "a".repeat(RANDOM_CHARACTERS)), false)));
            }
            let pseudonym = new_pseudonym()?;
            let mut state = lock(&self.state);
            if state.generation == generation && !state.fresh_people.contains_key(reference) {
                state.fresh_people.insert(reference.to_owned(), pseudonym.clone());
                return Ok(Some((pseudonym, true)));
            }
        }
    }
}

impl State {
    /// The key of a case that was asked for lately.
    fn recent(&self, name: &str) -> Option<(KeyId, Arc<Sealer>)> {
        let (id, sealer) = self.recent.get(name)?;
        (!self.erasing.contains(name)).then(|| (*id, sealer.clone()))
    }

    /// Keeps a key at hand that was found in a generation, unless it is being erased or may be by now.
    fn remember(&mut self, name: &str, id: KeyId, sealer: &Arc<Sealer>, generation: u64) {
        if self.generation != generation || self.erasing.contains(name) {
            return;
        }
        if self.recent.len() >= RECENT_MAX {
            self.recent.clear();
        }
        self.recent.insert(name.to_owned(), (id, sealer.clone()));
    }
}

impl Asker<'_> {
    /// Asks in another way from now on.
    pub fn ask(&mut self, make: Make) {
        self.make = make;
    }

    /// Whether a person got a pseudonym since this was last asked. It is not durable before [`Vault::note`].
    pub fn take_new_person(&mut self) -> bool {
        std::mem::take(&mut self.new_person)
    }
}

impl Keys for Asker<'_> {
    type Error = VaultError;

    fn key(&mut self, group: &str, subject: &str) -> Result<Option<(KeyId, Arc<Sealer>)>, VaultError> {
        self.name.clear();
        [group, "\0", subject].iter().for_each(|part| self.name.push_str(part));
        self.vault.give_key(&self.name, self.make)
    }

    fn pseudonym(&mut self, reference: &str) -> Result<Option<String>, VaultError> {
        let given = self.vault.give_pseudonym(reference, self.make)?;
        self.new_person |= given.as_ref().is_some_and(|(_, is_new)| *is_new);
        Ok(given.map(|(pseudonym, _)| pseudonym))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_told_from_other_texts() {
        let pseudonym = new_pseudonym().unwrap();
        assert!(is_pseudonym(&pseudonym), "{pseudonym}");
        assert_ne!(pseudonym, new_pseudonym().unwrap());
        for other in ["p-", "p-00417", &pseudonym[1..], &format!("{pseudonym}a"), &pseudonym.to_uppercase()] {
            assert!(!is_pseudonym(other), "{other}");
        }
    }
}
