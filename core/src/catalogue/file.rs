//! Reads a file of the catalogue.
//!
//! A file is a group, or a few groups that belong together. It defines each field once, as `[[field]]`, so that a name
//! means the same in every type of the file, and its types, as `[[type]]`, say which of the fields they use and need.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::definition::{Clause, EventType, Field, Group, RecordedBy};
use super::field::{self, FieldText};
use crate::declared::{
    DeclaredText, FileError, FileFault as Fault, Located, code, dotted_name, length, limited, texts,
};
use crate::limits::{
    CATALOGUE_FIELDS_MAX, CATALOGUE_GROUPS_MAX, CATALOGUE_TYPES_MAX, DESCRIPTION_BYTES_MAX, TYPE_CLAUSES_MAX,
    TYPE_FIELDS_MAX,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    group: GroupsText,
    title: Option<String>,
    description: Option<String>,
    recorded_by: Option<RecordedBy>,
    subject: Option<String>,
    #[serde(default)]
    clauses: Vec<Located<String>>,
    #[serde(default, rename = "field")]
    fields: Vec<FieldText>,
    #[serde(rename = "type")]
    types: Vec<TypeText>,
}

/// `group = "request"`, with what is said of it at the top of the file, or a `[[group]]` for each.
enum GroupsText {
    One(String),
    Several(Vec<GroupText>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    name: Located<String>,
    title: String,
    description: String,
    recorded_by: Option<RecordedBy>,
    subject: Option<String>,
    #[serde(default)]
    clauses: Vec<Located<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeText {
    name: Located<String>,
    title: String,
    description: String,
    recorded_by: Option<RecordedBy>,
    subject: Option<String>,
    #[serde(default)]
    clauses: Vec<Located<String>>,
    #[serde(default)]
    fields: Vec<Located<String>>,
    #[serde(default)]
    required: Vec<Located<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReservedText {
    reserved: Vec<String>,
}

impl<'de> Deserialize<'de> for GroupsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<GroupsText, D::Error> {
        struct Groups;
        impl<'de> Visitor<'de> for Groups {
            type Value = GroupsText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the group's name, or a [[group]] for each group")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<GroupsText, E> {
                Ok(GroupsText::One(name.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<GroupsText, A::Error> {
                let mut groups = Vec::new();
                while let Some(group) = list.next_element()? {
                    groups.push(group);
                }
                Ok(GroupsText::Several(groups))
            }
        }
        deserializer.deserialize_any(Groups)
    }
}

/// What a file declares. A clause stands beside the place at which a type names it.
pub(super) struct Declared {
    pub(super) groups: Vec<Group>,
    pub(super) types: Vec<EventType>,
    pub(super) clauses: Vec<(usize, Clause)>,
    /// Where each type's name stands, in their order.
    pub(super) places: Vec<usize>,
}

/// Something wrong, and where in the text.
type Misplaced = (usize, Fault);

/// Reads the list of reserved first words, and sorts it.
pub(super) fn reserved(file: &str, text: &str) -> Result<Vec<String>, FileError> {
    let mut words = DeclaredText { file, text }.read::<ReservedText>()?.reserved;
    words.sort_unstable();
    Ok(words)
}

/// Reads a file.
pub(super) fn read(file: &str, text: &str) -> Result<Declared, FileError> {
    let source = DeclaredText { file, text };
    let mut read: FileText = source.read()?;
    limited("fields", read.fields.len(), CATALOGUE_FIELDS_MAX)
        .and_then(|()| limited("types", read.types.len(), CATALOGUE_TYPES_MAX))
        .map_err(|fault| source.whole(fault))?;
    let groups = groups(&mut read, source)?;
    let twice = || Fault::DefinedTwice { first_file: file.to_owned() };
    let mut fields: Vec<Field> = Vec::with_capacity(read.fields.len());
    for text in &read.fields {
        let at = text.name.span().start;
        let field = field::field(text).map_err(|fault| source.at(at, fault))?;
        if fields.iter().any(|other| other.name == field.name) {
            return Err(source.at(at, twice()));
        }
        fields.push(field);
    }
    let mut declared =
        Declared { groups: Vec::new(), types: Vec::new(), clauses: Vec::new(), places: Vec::new() };
    for text in &read.types {
        let at = text.name.span().start;
        let group = group_of(&groups, text).map_err(|fault| source.at(at, fault))?;
        let one = event_type(text, group, &fields, &mut declared.clauses)
            .map_err(|(at, fault)| source.at(at, fault))?;
        if declared.types.iter().any(|other| other.name == one.name) {
            return Err(source.at(at, twice()));
        }
        declared.types.push(one);
        declared.places.push(at);
    }
    let file = file.to_owned();
    declared.groups.extend(groups.into_iter().map(|group| Group {
        name: group.name.into_inner(),
        title: group.title,
        description: group.description,
        file: file.clone(),
    }));
    Ok(declared)
}

/// The groups of a file, in either of the two forms.
fn groups(read: &mut FileText, source: DeclaredText<'_>) -> Result<Vec<GroupText>, FileError> {
    let contradiction = |words| source.whole(Fault::Contradiction(words));
    let groups = match std::mem::replace(&mut read.group, GroupsText::Several(Vec::new())) {
        GroupsText::One(name) => {
            let (Some(title), Some(description)) = (read.title.take(), read.description.take()) else {
                return Err(contradiction("the group needs a `title` and a `description`, below its name"));
            };
            let at = source.text.find("group").unwrap_or_default();
            let name = Located::new(at..at, name);
            let (recorded_by, subject) = (read.recorded_by, read.subject.take());
            let clauses = std::mem::take(&mut read.clauses);
            vec![GroupText { name, title, description, recorded_by, subject, clauses }]
        }
        GroupsText::Several(groups) => {
            let on_top = read.title.is_some() || read.description.is_some() || read.subject.is_some();
            if on_top || read.recorded_by.is_some() || !read.clauses.is_empty() {
                return Err(contradiction(
                    "a file with several groups says nothing above them: put it into each [[group]]",
                ));
            }
            groups
        }
    };
    limited("groups", groups.len(), CATALOGUE_GROUPS_MAX).map_err(|fault| source.whole(fault))?;
    for (place, group) in groups.iter().enumerate() {
        let at = group.name.span().start;
        let name = group.name.get_ref();
        dotted_name(name)
            .and_then(|()| texts(&group.title, &group.description))
            .map_err(|fault| source.at(at, fault))?;
        if groups[..place].iter().any(|other| other.name.get_ref() == name) {
            return Err(source.at(at, Fault::DefinedTwice { first_file: source.file.to_owned() }));
        }
    }
    Ok(groups)
}

/// The group whose name a type's begins with: the longest, where one group's name begins with another's.
fn group_of<'g>(groups: &'g [GroupText], text: &TypeText) -> Result<&'g GroupText, Fault> {
    let name = text.name.get_ref();
    dotted_name(name)?;
    let begins = |group: &&GroupText| {
        name.strip_prefix(group.name.get_ref().as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    let longest = groups.iter().filter(begins).max_by_key(|group| group.name.get_ref().len());
    longest.ok_or_else(|| {
        let names: Vec<&str> = groups.iter().map(|group| group.name.get_ref().as_str()).collect();
        Fault::OutsideGroup { groups: names.join(".` or `") }
    })
}

fn event_type(
    read: &TypeText,
    group: &GroupText,
    defined: &[Field],
    named: &mut Vec<(usize, Clause)>,
) -> Result<EventType, Misplaced> {
    let here = |fault| (read.name.span().start, fault);
    texts(&read.title, &read.description).map_err(here)?;
    limited("fields", read.fields.len(), TYPE_FIELDS_MAX).map_err(here)?;
    limited("clauses", group.clauses.len() + read.clauses.len(), TYPE_CLAUSES_MAX).map_err(here)?;
    let mut clauses = Vec::new();
    for text in group.clauses.iter().chain(&read.clauses) {
        let at = text.span().start;
        let clause = clause(text.get_ref()).map_err(|fault| (at, fault))?;
        named.push((at, clause.clone()));
        clauses.push(clause);
    }
    let recorded_by = read.recorded_by.or(group.recorded_by).unwrap_or_default();
    let subject = read.subject.clone().or_else(|| group.subject.clone());
    if let Some(subject) = &subject {
        length("subject", subject, DESCRIPTION_BYTES_MAX).map_err(here)?;
    }
    let fields = fields(read, defined, recorded_by)?;
    let order: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let mut sorted = fields;
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let place = |name: &String| sorted.iter().position(|field| field.name == *name);
    let shown = order.iter().filter_map(place).collect();
    Ok(EventType {
        name: read.name.get_ref().clone(),
        group: group.name.get_ref().clone(),
        title: read.title.clone(),
        description: read.description.clone(),
        clauses,
        recorded_by,
        subject,
        fields: sorted,
        shown,
    })
}

/// The fields that a type uses, in the order in which it lists them.
fn fields(read: &TypeText, defined: &[Field], recorded_by: RecordedBy) -> Result<Vec<Field>, Misplaced> {
    let mut fields: Vec<Field> = Vec::with_capacity(read.fields.len() + 3);
    for text in &read.fields {
        let (at, name) = (text.span().start, text.get_ref());
        let field = defined.iter().find(|field| field.name == *name).ok_or_else(|| {
            let known = defined.iter().map(|field| field.name.as_str());
            let otherwise = "define it, or take it out of `fields`";
            (at, Fault::unknown("no [[field]] of this file is named", name, known, otherwise))
        })?;
        if fields.iter().any(|other| other.name == *name) {
            return Err((at, Fault::Contradiction("`fields` names a field twice: take one of them out")));
        }
        fields.push(field.clone());
    }
    fields.extend(Field::of_every_type(recorded_by));
    for text in &read.required {
        let (at, name) = (text.span().start, text.get_ref());
        let Some(place) = fields.iter().position(|field| field.name == *name) else {
            let known = fields.iter().map(|field| field.name.as_str());
            let what = "`required` names a field that `fields` does not,";
            return Err((at, Fault::unknown(what, name, known, "put it into `fields` too")));
        };
        fields[place].required = true;
    }
    Ok(fields)
}

fn clause(text: &str) -> Result<Clause, Fault> {
    let wanted = "a policy and one of its clauses, such as \"leicester L9.2.g\"";
    let Some((policy, clause)) = text.split_once(' ') else {
        return Err(Fault::Name { found: text.to_owned(), wanted });
    };
    code(policy).and_then(|()| code(clause)).map_err(|_| Fault::Name { found: text.to_owned(), wanted })?;
    Ok(Clause { policy: policy.to_owned(), clause: clause.to_owned() })
}
