//! What the catalogue says of groups, types and fields.

use std::fmt;

use serde::Deserialize;

use crate::json::Value;

/// Types that belong together: their names begin with the same word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the names of its types begin with.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The file that declares it.
    pub file: String,
}

/// A type of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    /// `request.received`
    pub name: String,
    /// The name of its group.
    pub group: String,
    /// Its title.
    pub title: String,
    /// When it is recorded, and what it means.
    pub description: String,
    /// The clauses of policies that such an event is evidence for.
    pub clauses: Vec<Clause>,
    /// Who may record it.
    pub recorded_by: RecordedBy,
    /// What its subject is. Where this is said, an event needs one.
    pub subject: Option<String>,
    /// By name.
    pub(super) fields: Vec<Field>,
    /// Places in `fields`, in the order in which the file lists them.
    pub(super) shown: Vec<usize>,
}

impl EventType {
    /// The members that `data` may have: as the file lists them, then those that every type has.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.shown.iter().map(|place| &self.fields[*place])
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let place = self.fields.binary_search_by(|field| field.name.as_str().cmp(name));
        place.ok().map(|place| &self.fields[place])
    }
}

/// A clause of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clause {
    /// The policy's short name: `leicester`.
    pub policy: String,
    /// The clause's id: `L9.2.g`.
    pub clause: String,
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.policy, self.clause)
    }
}

/// Who may record events of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedBy {
    /// Anybody whose token permits it.
    #[default]
    Client,
    /// The ledger itself, and nobody else.
    Host,
}

impl RecordedBy {
    /// `client` or `host`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RecordedBy::Client => "client",
            RecordedBy::Host => "host",
        }
    }
}

/// A member of an event's `data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub name: String,
    /// Its title, for forms and tables.
    pub title: String,
    /// What it means.
    pub description: String,
    /// Which values it takes.
    pub kind: FieldKind,
    /// What a number counts: `working days`.
    pub measure: Option<String>,
    /// A value that it takes.
    pub example: Value<'static>,
    /// Whether every event of the type has it.
    pub required: bool,
    /// Whether it is personal data, and so has to be sealed.
    pub personal: bool,
}

/// Which values a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A short identifier without spaces that names nobody: a case number, a role, a digest.
    Code,
    /// A whole number.
    WholeNumber(Bounds),
    /// A number.
    Number(Bounds),
    /// True or false.
    Boolean,
    /// A civil date: `2026-05-01`.
    Date,
    /// An instant with its offset from UTC, as RFC 3339 writes it.
    Timestamp,
    /// One of these.
    Choice(Vec<String>),
    /// A person, by the identifier of a directory. Always personal.
    PersonRef,
    /// An organisational unit, by its short name.
    UnitRef,
    /// Files that prove the event: name and SHA-256 of each.
    Evidence,
    /// Any number of these.
    List(Box<FieldKind>),
}

/// Between which numbers a number lies, these included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The least.
    pub least: Option<i64>,
    /// The most.
    pub most: Option<i64>,
}

impl Field {
    /// Whether its values are persons, for whom pseudonyms stand in entries.
    #[must_use]
    pub fn names_people(&self) -> bool {
        match &self.kind {
            FieldKind::PersonRef => true,
            FieldKind::List(items) => **items == FieldKind::PersonRef,
            _ => false,
        }
    }

    /// The members that types have without listing them: `unit` and `date` those of clients, `evidence`
    /// all.
    pub(super) fn of_every_type(recorded_by: RecordedBy) -> Vec<Field> {
        let field = |name: &str, title: &str, description: &str, kind: FieldKind| Field {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            example: FieldKind::example(&kind),
            kind,
            measure: None,
            required: false,
            personal: false,
        };
        let evidence = field(
            "evidence",
            "Evidence",
            "Files that prove it, each by a name and the SHA-256 of its content.",
            FieldKind::Evidence,
        );
        match recorded_by {
            RecordedBy::Host => vec![evidence],
            RecordedBy::Client => vec![
                field(
                    "unit",
                    "Organisational unit",
                    "The unit that is responsible, by its short name.",
                    FieldKind::UnitRef,
                ),
                field(
                    "date",
                    "Date",
                    "The day on which it happened, where only the day is known.",
                    FieldKind::Date,
                ),
                evidence,
            ],
        }
    }
}
