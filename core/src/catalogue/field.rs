//! Reads a field of a file of the catalogue.

use serde::Deserialize;

use super::check::{Faults, Place};
use super::definition::{Bounds, Field, FieldKind};
use super::value;
use crate::declared::{FileFault as Fault, Located, code, length, limited, texts};
use crate::json::Value;
use crate::limits::{CHOICE_VALUES_MAX, FIELD_NAME_BYTES_MAX, TITLE_BYTES_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldText {
    pub(super) name: Located<String>,
    title: String,
    description: String,
    #[serde(rename = "type")]
    kind: KindText,
    items: Option<KindText>,
    #[serde(default)]
    values: Vec<String>,
    measure: Option<String>,
    least: Option<i64>,
    most: Option<i64>,
    personal: Option<bool>,
    example: Option<toml::Value>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum KindText {
    Text,
    Code,
    WholeNumber,
    Number,
    Boolean,
    Date,
    Timestamp,
    Choice,
    PersonRef,
    UnitRef,
    List,
}

/// What a `[[field]]` says.
pub(super) fn field(read: &FieldText) -> Result<Field, Fault> {
    field_name(read.name.get_ref())?;
    texts(&read.title, &read.description)?;
    if let Some(measure) = &read.measure {
        length("measure", measure, TITLE_BYTES_MAX)?;
    }
    let kind = kind(read)?;
    let inner = if let FieldKind::List(items) = &kind { items } else { &kind };
    let personal = match (inner, read.personal) {
        (FieldKind::PersonRef, Some(false)) => {
            return Err(Fault::Contradiction("a `person_ref` is always personal: leave `personal` out"));
        }
        (FieldKind::PersonRef, _) => true,
        (FieldKind::Text, personal) => personal.unwrap_or(true),
        (_, personal) => personal.unwrap_or(false),
    };
    Ok(Field {
        name: read.name.get_ref().clone(),
        title: read.title.clone(),
        description: read.description.clone(),
        example: example(read, &kind)?,
        kind,
        measure: read.measure.clone(),
        required: false,
        personal,
    })
}

fn kind(read: &FieldText) -> Result<FieldKind, Fault> {
    let wanted = match (read.kind, read.items) {
        (KindText::List, None) => return Err(Fault::Contradiction("a `list` needs `items`: what it lists")),
        (KindText::List, Some(KindText::List)) => {
            return Err(Fault::Contradiction("a list of lists is not possible: list something else"));
        }
        (KindText::List, Some(items)) => items,
        (_, Some(_)) => {
            return Err(Fault::Contradiction("`items` goes with type \"list\" only: take one of them out"));
        }
        (kind, None) => kind,
    };
    let is_number = matches!(wanted, KindText::WholeNumber | KindText::Number);
    if !is_number && (read.least.is_some() || read.most.is_some()) {
        return Err(Fault::Contradiction("`least` and `most` go with numbers only: take them out"));
    }
    if read.least.zip(read.most).is_some_and(|(least, most)| least > most) {
        return Err(Fault::Contradiction("`least` is more than `most`: exchange them"));
    }
    if wanted != KindText::Choice && !read.values.is_empty() {
        return Err(Fault::Contradiction("`values` goes with type \"choice\" only: take one of them out"));
    }
    let bounds = Bounds { least: read.least, most: read.most };
    let kind = match wanted {
        KindText::Text => FieldKind::Text,
        KindText::Code => FieldKind::Code,
        KindText::WholeNumber => FieldKind::WholeNumber(bounds),
        KindText::Number => FieldKind::Number(bounds),
        KindText::Boolean => FieldKind::Boolean,
        KindText::Date => FieldKind::Date,
        KindText::Timestamp => FieldKind::Timestamp,
        KindText::Choice => FieldKind::Choice(choice(&read.values)?),
        KindText::PersonRef => FieldKind::PersonRef,
        KindText::UnitRef => FieldKind::UnitRef,
        KindText::List => return Err(Fault::Contradiction("a list of lists is not possible")),
    };
    Ok(if read.kind == KindText::List { FieldKind::List(Box::new(kind)) } else { kind })
}

fn choice(values: &[String]) -> Result<Vec<String>, Fault> {
    if values.is_empty() {
        return Err(Fault::Contradiction("a `choice` needs `values`: the list of what may be chosen"));
    }
    limited("values", values.len(), CHOICE_VALUES_MAX)?;
    for (place, value) in values.iter().enumerate() {
        code(value)?;
        if values[..place].contains(value) {
            return Err(Fault::Contradiction("`values` names a value twice: take one of them out"));
        }
    }
    Ok(values.to_vec())
}

fn field_name(name: &str) -> Result<(), Fault> {
    if ["date", "evidence", "personal", "sealed", "undeclared", "unit"].contains(&name) {
        return Err(Fault::Contradiction(
            "`unit`, `date` and `evidence` are there without being defined, `personal`, `sealed` and `undeclared` are for what is sealed: choose another name",
        ));
    }
    let good = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && name.len() <= FIELD_NAME_BYTES_MAX;
    let wanted = "a field's name: a letter, then a-z, 0-9 and `_`";
    if good { Ok(()) } else { Err(Fault::Name { found: name.to_owned(), wanted }) }
}

/// The example that the file gives, once the field itself would take it; else one of the kind.
fn example(read: &FieldText, kind: &FieldKind) -> Result<Value<'static>, Fault> {
    let Some(given) = &read.example else { return Ok(kind.example()) };
    let example = json(given)?;
    let mut faults = Faults::default();
    value::check(kind, &example, Place::Attribute("example"), &mut faults);
    match faults.into_first() {
        Some(fault) => Err(Fault::Example(fault.message)),
        None => Ok(example),
    }
}

fn json(value: &toml::Value) -> Result<Value<'static>, Fault> {
    Ok(match value {
        toml::Value::String(text) => Value::string(text.clone()),
        toml::Value::Integer(number) => Value::Number(number.to_string().into()),
        toml::Value::Float(number) if number.is_finite() => Value::Number(number.to_string().into()),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect::<Result<_, Fault>>()?),
        _ => {
            return Err(Fault::Example(
                "it is a text in quotes, a number, true, false or a list of these".to_owned(),
            ));
        }
    })
}
