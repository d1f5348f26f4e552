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
                let sealed = event.get("data").map(|data| seal("/data", data));
                sealed.into_iter().for_each(|sealed| event.insert("data", sealed));
            }
            Personal::Binary => {
                let sealed = event.remove("data_base64").map(|data| seal("/data_base64", &data));
                sealed.into_iter().for_each(|sealed| event.insert("data", sealed));
            }
            Personal::Members(members) => {
                if let Some(Value::Object(data)) = event.remove("data") {
                    let (data, without_name) = seal_members(data, members, &seal, keys)?;
                    open |= without_name;
                    event.insert("data", Value::Object(data));
                }
            }
        }
        if let Some(id) = key_id {
            event.insert(KEY_ATTRIBUTE, Value::string(id.to_string()));
        }
        Ok(open)
    }
}

/// The members of `data` as they are recorded, and whether a pseudonym was left open.
fn seal_members<'v, K: Keys>(
    data: Object<'v>,
    members: &[(usize, Treatment)],
    seal: &impl Fn(&str, &Value<'_>) -> Value<'static>,
    keys: &mut K,
) -> Result<(Object<'v>, bool), K::Error> {
    let mut wanted = members.iter().peekable();
    let (mut kept, mut undeclared, mut open) = (Object::default(), Object::default(), false);
    for (number, (name, value)) in data.into_members().into_iter().enumerate() {
        let treatment = wanted.next_if(|(member, _)| *member == number).map(|(_, treatment)| *treatment);
        let value = match treatment {
            None => value,
            Some(Treatment::Seal) => seal(&format!("/data/{}", pointer_token(&name)), &value),
            Some(Treatment::Undeclared) => {
                undeclared.insert(name, value);
                continue;
            }
            Some(Treatment::Person) => pseudonym(&value, keys, &mut open)?,
            Some(Treatment::People) => match value {
                Value::Array(people) => {
                    let people = people.iter().map(|person| pseudonym(person, keys, &mut open));
                    Value::Array(people.collect::<Result<_, _>>()?)
                }
                other => other,
            },
        };
        kept.insert(name, value);
    }
    if !undeclared.is_empty() {
        kept.insert("undeclared", seal("/data/undeclared", &Value::Object(undeclared)));
    }
    Ok((kept, open))
}

fn pseudonym<'v, K: Keys>(person: &Value<'_>, keys: &mut K, open: &mut bool) -> Result<Value<'v>, K::Error> {
    let found = keys.pseudonym(person.as_str().unwrap_or_default())?;
    *open |= found.is_none();
    Ok(Value::String(Cow::Owned(found.unwrap_or_default())))
}
