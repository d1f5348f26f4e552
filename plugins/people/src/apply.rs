//! What of an event about a person is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

/// What an event says about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    /// Whom it is about, where it says so: other entries under the same number are then about that person too.
    pub(crate) person: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) class: Option<Class>,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum What {
    Joined { starts: Option<Day> },
    Moved,
    Absent { back: Option<Day> },
    Back,
    Left { last_day: Day, remaining: Vec<Class> },
    Clause(Clause),
    Instructed,
    Assigned { course: Course, due: Day },
    Completed { course: Course, valid_until: Option<Day>, delivery: Option<Delivery> },
    Failed { course: String },
    Exempted { course: String, until: Option<Day> },
    Granted { system: String, until: Option<Day> },
    Suspended { system: String },
    Revoked { system: String },
    Acknowledged { policy: String, version: String, understood: bool },
}

/// How somebody belongs to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An employee.
    Staff,
    /// A worker of an agency.
    Agency,
    /// A councillor.
    Member,
    /// Somebody who works under a contract for services.
    Contractor,
    /// Somebody who belongs to a partner.
    Partner,
    /// Somebody who is there for a short time.
    Visitor,
    /// No person at all.
    ServiceAccount,
}

impl Class {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Class::Staff => "Staff",
            Class::Agency => "Agency workers",
            Class::Member => "Councillors",
            Class::Contractor => "Contractors",
            Class::Partner => "Partners",
            Class::Visitor => "Visitors",
            Class::ServiceAccount => "Service accounts",
        }
    }
}

/// A clause of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Clause {
    Confidentiality,
    #[serde(other)]
    Other,
}

/// A course, and why it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) name: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) system: Option<String>,
}

/// Why a course is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Induction,
    Annual,
    RoleBased,
    System,
    Members,
    Refresher,
    CallerChecks,
    Other,
}

impl Course {
    /// Whether it is the training in information governance that everybody takes once a year. A course of which nothing
    /// else is said is taken for it.
    pub(crate) fn is_general(&self) -> bool {
        match self.kind {
            Some(Kind::Induction | Kind::Annual | Kind::Members | Kind::Refresher) => true,
            Some(Kind::RoleBased | Kind::System | Kind::CallerChecks | Kind::Other) => false,
            None => self.system.is_none(),
        }
    }

    /// Whether it is to be taken again although nobody assigned it again, and is not the general one.
    pub(crate) fn is_renewed(&self) -> bool {
        matches!(self.kind, Some(Kind::RoleBased | Kind::CallerChecks))
    }
}

/// How a course was taught, or a message spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delivery {
    ELearning,
    Classroom,
    Video,
    Webinar,
    OneToOne,
    Paper,
}

impl Delivery {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Delivery::ELearning => "e_learning",
            Delivery::Classroom => "classroom",
            Delivery::Video => "video",
            Delivery::Webinar => "webinar",
            Delivery::OneToOne => "one_to_one",
            Delivery::Paper => "paper",
        }
    }
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on what a person owes.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let what = match kind {
            "staff.joined" => What::Joined { starts: data.read::<Joined>()?.starts },
            "staff.moved" => What::Moved,
            "staff.absence_started" => What::Absent { back: data.read::<Absent>()?.expected_return },
            "staff.absence_ended" => What::Back,
            "staff.left" => {
                let Left { last_day, remaining_classes } = data.read()?;
                What::Left { last_day, remaining: remaining_classes }
            }
            "staff.instructed" => What::Instructed,
            "contract.clause_acknowledged" => What::Clause(data.read::<OfClause>()?.clause_kind),
            "training.assigned" => {
                What::Assigned { course: course(data)?, due: data.read::<Assigned>()?.due }
            }
            "training.completed" => {
                let Completed { valid_until, delivery } = data.read()?;
                What::Completed { course: course(data)?, valid_until, delivery }
            }
            "training.failed" => What::Failed { course: course(data)?.name },
            "training.exempted" => {
                What::Exempted { course: course(data)?.name, until: data.read::<Exempted>()?.exempt_until }
            }
            "access.granted" | "access.changed" => {
                let Granted { system, valid_until } = data.read()?;
                What::Granted { system, until: valid_until }
            }
            "access.suspended" => What::Suspended { system: data.read::<Granted>()?.system },
            "access.revoked" => What::Revoked { system: data.read::<Granted>()?.system },
            "policy.acknowledged" => {
                let Acknowledged { policy, version, understood } = data.read()?;
                What::Acknowledged { policy, version, understood: understood.unwrap_or(true) }
            }
            _ => return Ok(None),
        };
        let Of { person, unit, user_class } = data.read()?;
        // An acknowledgement is recorded under the policy's name, and is handed over here under the person's.
        let person = person.filter(|_| kind != "policy.acknowledged");
        Ok(Some(Fact { person, unit, class: user_class, what }))
    }

    /// Its place in the life of a person, for what happens on one day: what entitles comes before what it entitles to.
    pub(crate) fn rank(&self) -> u8 {
        match self.what {
            What::Joined { .. } => 0,
            What::Moved => 1,
            What::Absent { .. } => 2,
            What::Back => 3,
            What::Assigned { .. } => 4,
            What::Exempted { .. } => 5,
            What::Failed { .. } => 6,
            What::Completed { .. } | What::Clause(_) | What::Instructed | What::Acknowledged { .. } => 7,
            What::Granted { .. } => 8,
            What::Suspended { .. } => 9,
            What::Revoked { .. } => 10,
            What::Left { .. } => 11,
        }
    }
}

fn course(data: Data<'_>) -> Result<Course, DataError> {
    let OfCourse { course, course_kind, system } = data.read()?;
    Ok(Course { name: course, kind: course_kind, system })
}

#[derive(Deserialize)]
struct Of {
    person: Option<String>,
    unit: Option<String>,
    user_class: Option<Class>,
}

#[derive(Deserialize)]
struct Joined {
    starts: Option<Day>,
}

#[derive(Deserialize)]
struct Absent {
    expected_return: Option<Day>,
}

#[derive(Deserialize)]
struct Left {
    last_day: Day,
    #[serde(default)]
    remaining_classes: Vec<Class>,
}

#[derive(Deserialize)]
struct OfClause {
    clause_kind: Clause,
}

#[derive(Deserialize)]
struct OfCourse {
    course: String,
    course_kind: Option<Kind>,
    system: Option<String>,
}

#[derive(Deserialize)]
struct Assigned {
    due: Day,
}

#[derive(Deserialize)]
struct Completed {
    valid_until: Option<Day>,
    delivery: Option<Delivery>,
}

#[derive(Deserialize)]
struct Exempted {
    exempt_until: Option<Day>,
}

#[derive(Deserialize)]
struct Granted {
    system: String,
    valid_until: Option<Day>,
}

#[derive(Deserialize)]
struct Acknowledged {
    policy: String,
    version: String,
    understood: Option<bool>,
}
