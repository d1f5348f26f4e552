//! Seals what of an event is personal.

use std::borrow::Cow;
use std::sync::Arc;

use crate::event::group_of;
use crate::json::{Object, Value, pointer_token};
use crate::seal::{KEY_ATTRIBUTE, KeyId, Place, Sealer};

/// What of an event is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal {
    /// All of `data`.
    Data,
    /// `data_base64`.
    Binary,
    /// Members of `data`, by their number, and what becomes of each.
    Members(Vec<(usize, Treatment)>),
}

impl Default for Personal {
    fn default() -> Personal {
        Personal::Members(Vec::new())
    }
}

/// What becomes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Its value is sealed.
    Seal,
    /// Its name may say as much as its value: it goes, sealed with its like, into one member, `undeclared`.
    Undeclared,
    /// A pseudonym stands in its place.
    Person,
    /// Pseudonyms stand in its place.
    People,
}

/// Where keys and pseudonyms come from. `None` of either: nothing is to be made for this event, and a place is left
/// open instead.
pub trait Keys {
    /// Why there is none.
    type Error;

    /// The key of a case.
    ///
    /// # Errors
    /// As the store says.
    fn key(&mut self, group: &str, subject: &str) -> Result<Option<(KeyId, Arc<Sealer>)>, Self::Error>;

    /// The pseudonym of a person.
    ///
    /// # Errors
    /// As the store says.
    fn pseudonym(&mut self, reference: &str) -> Result<Option<String>, Self::Error>;
}

impl Personal {
    /// Whether a key is needed.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        match self {
            Personal::Data | Personal::Binary => true,
            Personal::Members(members) => {
                let sealed =
                    |treatment: &Treatment| matches!(treatment, Treatment::Seal | Treatment::Undeclared);
                members.iter().any(|(_, treatment)| sealed(treatment))
            }
        }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Personal::default()
    }

    /// Seals an event of which [`Catalogue::check`](super::Catalogue::check) said this. Whether anything was left
    /// open: such an event may be compared with the one that has its source and id, and never be recorded.
    ///
    /// # Errors
    /// As the keys say; the event is then partly changed.
    pub fn seal<K: Keys>(&self, event: &mut Object<'_>, keys: &mut K) -> Result<bool, K::Error> {
        if self.is_nothing() {
            return Ok(false);
        }
        let attribute = |name: &str| match event.get(name) {
            Some(Value::String(text)) => text.clone(),
            _ => Cow::Borrowed(""),
        };
        let [event_type, source, id, subject] = ["type", "source", "id", "subject"].map(attribute);
        let place = Place { source: &source, id: &id, subject: &subject };
        let key = if self.needs_key() { keys.key(group_of(&event_type), &subject)? } else { None };
        let mut open = self.needs_key() && key.is_none();
        let (key_id, sealer) = key.unzip();
        let seal = |pointer: &str, value: &Value<'_>| match &sealer {
            Some(sealer) => sealer.seal(place, pointer, value),
            None => Value::object([("sealed", Value::string(""))]),
        };
        match self {
            Personal::Data => {
                if let Some(data) = event.get_mut("data") {
                    *data = seal("/data", data);
                }
            }
            Personal::Binary => {
                if let Some(data) = event.remove("data_base64") {
                    event.insert("data", seal("/data_base64", &data));
                }
            }
            Personal::Members(members) => {
                if let Some(Value::Object(data)) = event.get_mut("data") {
                    open |= seal_members(data, members, &seal, keys)?;
                }
            }
        }
        if let Some(id) = key_id {
            event.insert(KEY_ATTRIBUTE, Value::string(id.spelled()));
        }
        Ok(open)
    }
}

/// Makes of the members of `data` what is recorded. Whether a pseudonym was left open.
fn seal_members<K: Keys>(
    data: &mut Object<'_>,
    members: &[(usize, Treatment)],
    seal: &impl Fn(&str, &Value<'_>) -> Value<'static>,
    keys: &mut K,
) -> Result<bool, K::Error> {
    let (mut some_undeclared, mut open) = (false, false);
    for (number, treatment) in members {
        let Some((name, value)) = data.member_mut(*number) else { continue };
        match (treatment, value) {
            (Treatment::Seal, value) => {
                *value = seal(&["/data/", &pointer_token(name)].concat(), value);
            }
            (Treatment::Undeclared, _) => some_undeclared = true,
            (Treatment::Person, value) => *value = pseudonym(value, keys, &mut open)?,
            (Treatment::People, Value::Array(people)) => {
                for person in people {
                    *person = pseudonym(person, keys, &mut open)?;
                }
            }
            (Treatment::People, _) => {}
        }
    }
    if some_undeclared {
        let mut wanted = members.iter().peekable();
        let undeclared = data.split_off(|number| {
            let treatment = wanted.next_if(|(member, _)| *member == number);
            treatment.is_some_and(|(_, treatment)| *treatment == Treatment::Undeclared)
        });
        data.insert("undeclared", seal("/data/undeclared", &Value::Object(undeclared)));
    }
    Ok(open)
}

fn pseudonym<'v, K: Keys>(person: &Value<'_>, keys: &mut K, open: &mut bool) -> Result<Value<'v>, K::Error> {
    let found = keys.pseudonym(person.as_str().unwrap_or_default())?;
    *open |= found.is_none();
    Ok(Value::String(Cow::Owned(found.unwrap_or_default())))
}
