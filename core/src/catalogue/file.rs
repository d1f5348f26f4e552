//! Reads a file of the catalogue.
//!
//! A file is a group. It defines each field once, as `[[field]]`, so that a name means the same in every
//! type of the group, and its types, as `[[type]]`, say which of the fields they use and need.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::definition::{Bounds, Clause, EventType, Field, FieldKind, Group, RecordedBy};
use super::fault::{CatalogueError, CatalogueFault as Fault};
use super::value::is_code;
use crate::limits::{
    CATALOGUE_FIELDS_MAX, CATALOGUE_FILE_BYTES_MAX, CATALOGUE_TYPES_MAX, CHOICE_VALUES_MAX, CODE_BYTES_MAX,
    DESCRIPTION_BYTES_MAX, EVENT_TYPE_BYTES_MAX, FIELD_NAME_BYTES_MAX, TITLE_BYTES_MAX, TYPE_CLAUSES_MAX,
    TYPE_FIELDS_MAX,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    group: String,
    title: String,
    description: String,
    #[serde(default)]
    recorded_by: RecordedBy,
    subject: Option<String>,
    #[serde(default)]
    clauses: Vec<String>,
    #[serde(default, rename = "field")]
    fields: Vec<toml::Table>,
    #[serde(rename = "type")]
    types: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeText {
    name: String,
    title: String,
    description: String,
    recorded_by: Option<RecordedBy>,
    subject: Option<String>,
    #[serde(default)]
    clauses: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    name: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReservedText {
    reserved: Vec<String>,
}

/// Reads the list of reserved first words, and sorts it.
pub(super) fn reserved(file: &str, text: &str) -> Result<Vec<String>, CatalogueError> {
    let mut words =
        toml::from_str::<ReservedText>(text).map_err(|error| at(file, "", toml(&error)))?.reserved;
    words.sort_unstable();
    Ok(words)
}

/// Reads the file of a group.
pub(super) fn read(file: &str, text: &str) -> Result<(Group, Vec<EventType>), CatalogueError> {
    limited("bytes", text.len(), CATALOGUE_FILE_BYTES_MAX).map_err(|fault| at(file, "", fault))?;
    let read: GroupText = toml::from_str(text).map_err(|error| at(file, "", toml(&error)))?;
    limited("fields", read.fields.len(), CATALOGUE_FIELDS_MAX)
        .and_then(|()| limited("types", read.types.len(), CATALOGUE_TYPES_MAX))
        .and_then(|()| dotted_name(&read.group))
        .and_then(|()| texts(&read.title, &read.description))
        .map_err(|fault| at(file, "", fault))?;
    let mut fields: Vec<Field> = Vec::with_capacity(read.fields.len());
    for (number, table) in (1..).zip(&read.fields) {
        let place = place_of("field", number, table);
        let field = field(table).map_err(|fault| at(file, &place, fault))?;
        if fields.iter().any(|other| other.name == field.name) {
            return Err(at(file, &place, Fault::DefinedTwice { first_file: file.to_owned() }));
        }
        fields.push(field);
    }
    let mut types: Vec<EventType> = Vec::with_capacity(read.types.len());
    for (number, table) in (1..).zip(&read.types) {
        let place = place_of("type", number, table);
        let one = event_type(table, &read, &fields).map_err(|fault| at(file, &place, fault))?;
        if types.iter().any(|other| other.name == one.name) {
            return Err(at(file, &place, Fault::DefinedTwice { first_file: file.to_owned() }));
        }
        types.push(one);
    }
    let GroupText { group, title, description, .. } = read;
    Ok((Group { name: group, title, description, file: file.to_owned() }, types))
}

fn at(file: &str, place: &str, fault: Fault) -> CatalogueError {
    CatalogueError { file: file.to_owned(), place: place.to_owned(), fault }
}

fn toml(error: &toml::de::Error) -> Fault {
    Fault::Toml(error.to_string().trim_end().to_owned())
}

/// `type request.received`, or `type 3` where the name is missing.
fn place_of(what: &str, number: usize, table: &toml::Table) -> String {
    match table.get("name").and_then(toml::Value::as_str) {
        Some(name) => format!("{what} {name}"),
        None => format!("{what} {number}"),
    }
}

fn table<T: DeserializeOwned>(table: &toml::Table) -> Result<T, Fault> {
    table.clone().try_into().map_err(|error: toml::de::Error| {
        let message = error.to_string();
        let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        Fault::Toml(lines.join(" "))
    })
}

fn event_type(read: &toml::Table, group: &GroupText, defined: &[Field]) -> Result<EventType, Fault> {
    let read: TypeText = table(read)?;
    dotted_name(&read.name)?;
    texts(&read.title, &read.description)?;
    if !read.name.strip_prefix(group.group.as_str()).is_some_and(|rest| rest.starts_with('.')) {
        return Err(Fault::OutsideGroup { group: group.group.clone() });
    }
    limited("fields", read.fields.len(), TYPE_FIELDS_MAX)?;
    limited("clauses", group.clauses.len() + read.clauses.len(), TYPE_CLAUSES_MAX)?;
    let clauses = group.clauses.iter().chain(&read.clauses).map(|text| clause(text));
    let clauses = clauses.collect::<Result<Vec<Clause>, Fault>>()?;
    let recorded_by = read.recorded_by.unwrap_or(group.recorded_by);
    let subject = read.subject.or_else(|| group.subject.clone());
    if let Some(subject) = &subject {
        length("subject", subject, DESCRIPTION_BYTES_MAX)?;
    }
    let mut fields = Vec::with_capacity(read.fields.len() + 3);
    for name in &read.fields {
        let field = defined.iter().find(|field| field.name == *name);
        fields.push(field.ok_or_else(|| Fault::NoSuchField(name.clone()))?.clone());
    }
    fields.extend(Field::of_every_type(recorded_by));
    for name in &read.required {
        let field = fields.iter_mut().find(|field| field.name == *name);
        field.ok_or(Fault::Contradiction("`required` names a field that `fields` does not"))?.required = true;
    }
    let order: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    if fields.windows(2).any(|pair| pair[0].name == pair[1].name) {
        return Err(Fault::Contradiction("`fields` names a field twice"));
    }
    let place = |name: &String| fields.iter().position(|field| field.name == *name);
    let shown = order.iter().filter_map(place).collect();
    let (name, title, description) = (read.name, read.title, read.description);
    let group = group.group.clone();
    Ok(EventType { name, group, title, description, clauses, recorded_by, subject, fields, shown })
}

fn field(read: &toml::Table) -> Result<Field, Fault> {
    let read: FieldText = table(read)?;
    field_name(&read.name)?;
    texts(&read.title, &read.description)?;
    if let Some(measure) = &read.measure {
        length("measure", measure, TITLE_BYTES_MAX)?;
    }
    let kind = kind(&read)?;
    let inner = if let FieldKind::List(items) = &kind { items } else { &kind };
    let personal = match (inner, read.personal) {
        (FieldKind::PersonRef, Some(false)) => {
            return Err(Fault::Contradiction("a `person_ref` is always personal"));
        }
        (FieldKind::PersonRef, _) => true,
        (FieldKind::Text, personal) => personal.unwrap_or(true),
        (_, personal) => personal.unwrap_or(false),
    };
    let FieldText { name, title, description, measure, .. } = read;
    Ok(Field { name, title, description, kind, measure, required: false, personal })
}

fn kind(read: &FieldText) -> Result<FieldKind, Fault> {
    let wanted = match (read.kind, read.items) {
        (KindText::List, None) => return Err(Fault::Contradiction("a `list` needs `items`")),
        (KindText::List, Some(KindText::List)) => {
            return Err(Fault::Contradiction("a list of lists is not possible"));
        }
        (KindText::List, Some(items)) => items,
        (_, Some(_)) => return Err(Fault::Contradiction("`items` goes with type \"list\" only")),
        (kind, None) => kind,
    };
    let is_number = matches!(wanted, KindText::WholeNumber | KindText::Number);
    if !is_number && (read.least.is_some() || read.most.is_some()) {
        return Err(Fault::Contradiction("`least` and `most` go with numbers only"));
    }
    if read.least.zip(read.most).is_some_and(|(least, most)| least > most) {
        return Err(Fault::Contradiction("`least` is more than `most`"));
    }
    if wanted != KindText::Choice && !read.values.is_empty() {
        return Err(Fault::Contradiction("`values` goes with type \"choice\" only"));
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
        return Err(Fault::Contradiction("a `choice` needs `values`"));
    }
    limited("values", values.len(), CHOICE_VALUES_MAX)?;
    for (place, value) in values.iter().enumerate() {
        code(value)?;
        if values[..place].contains(value) {
            return Err(Fault::Contradiction("`values` names a value twice"));
        }
    }
    Ok(values.to_vec())
}

fn clause(text: &str) -> Result<Clause, Fault> {
    let wanted = "a policy and one of its clauses, such as \"leicester L9.2.g\"";
    let Some((policy, clause)) = text.split_once(' ') else {
        return Err(Fault::Name { found: text.to_owned(), wanted });
    };
    code(policy).and_then(|()| code(clause)).map_err(|_| Fault::Name { found: text.to_owned(), wanted })?;
    Ok(Clause { policy: policy.to_owned(), clause: clause.to_owned() })
}

fn code(text: &str) -> Result<(), Fault> {
    if is_code(text) && text.len() <= CODE_BYTES_MAX {
        return Ok(());
    }
    Err(Fault::Name { found: text.to_owned(), wanted: "a short identifier without spaces" })
}

fn dotted_name(name: &str) -> Result<(), Fault> {
    let wanted = "a name of a-z, 0-9, `_` and `-`, in parts with dots between them";
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
    };
    if name.len() <= EVENT_TYPE_BYTES_MAX && name.split('.').all(part) {
        return Ok(());
    }
    Err(Fault::Name { found: name.to_owned(), wanted })
}

fn field_name(name: &str) -> Result<(), Fault> {
    if ["date", "evidence", "personal", "sealed", "undeclared", "unit"].contains(&name) {
        return Err(Fault::Contradiction(
            "`unit`, `date` and `evidence` are there without being defined, `personal`, `sealed` and `undeclared` are for what is sealed",
        ));
    }
    let good = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && name.len() <= FIELD_NAME_BYTES_MAX;
    let wanted = "a field's name: a letter, then a-z, 0-9 and `_`";
    if good { Ok(()) } else { Err(Fault::Name { found: name.to_owned(), wanted }) }
}

fn texts(title: &str, description: &str) -> Result<(), Fault> {
    length("title", title, TITLE_BYTES_MAX)?;
    length("description", description, DESCRIPTION_BYTES_MAX)
}

fn length(key: &'static str, text: &str, limit_bytes: usize) -> Result<(), Fault> {
    if (1..=limit_bytes).contains(&text.len()) {
        return Ok(());
    }
    Err(Fault::Length { key, bytes: text.len(), limit_bytes })
}

fn limited(what: &'static str, found: usize, limit: usize) -> Result<(), Fault> {
    if found <= limit { Ok(()) } else { Err(Fault::TooMany { what, found, limit }) }
}
