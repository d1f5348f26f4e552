//! What of an event is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

/// The scheme was reviewed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) review_due: Day,
    pub(crate) classes: Option<u32>,
    pub(crate) classes_current: Option<u32>,
    pub(crate) reviewed_by: Option<String>,
    pub(crate) unit: Option<String>,
}

/// Something was published: data, a privacy notice, answers in the disclosure log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Issue {
    pub(crate) title: Option<String>,
    pub(crate) duty: Option<Duty>,
    pub(crate) licence: Option<Licence>,
    /// The day by which it is to be published, or looked at, again.
    pub(crate) next: Option<Day>,
    pub(crate) checked: Option<bool>,
    pub(crate) answers: Option<u32>,
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
}

/// What the publication of data rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Duty {
    TransparencyCode,
    FoiaS11a,
    Inspire,
    Eir,
    OwnChoice,
}

impl Duty {
    pub(crate) const ALL: [Duty; 5] =
        [Duty::TransparencyCode, Duty::FoiaS11a, Duty::Inspire, Duty::Eir, Duty::OwnChoice];

    /// Its name, for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Duty::TransparencyCode => "Local government transparency code",
            Duty::FoiaS11a => "Freedom of Information Act 2000, section 11A",
            Duty::Inspire => "INSPIRE Regulations 2009",
            Duty::Eir => "Environmental Information Regulations 2004",
            Duty::OwnChoice => "Own choice",
        }
    }
}

/// On which terms data may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Licence {
    #[serde(rename = "open_government_licence")]
    OpenGovernment,
    #[serde(rename = "reuse_licence")]
    Reuse,
    AllRightsReserved,
    Other,
}

/// Statistics on requests were published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) from: Day,
    pub(crate) to: Day,
    pub(crate) requests: Option<u32>,
}

/// How many people a unit has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Heads {
    pub(crate) class: Class,
    /// Full-time equivalents, or people where those are not recorded: these are at least as many.
    pub(crate) posts: f64,
    pub(crate) as_at: Day,
}

/// Which people are counted. Only employees make full-time posts; a unit that counts everybody as one has no better figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Class {
    Staff,
    All,
    Others,
}

/// A system says from when on it posts all events of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Declared {
    pub(crate) group: Group,
    pub(crate) from: Day,
}

/// A group of events whose absence says something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Group {
    Statistics,
    Scheme,
    Another,
}

/// Reads `scheme.reviewed`.
pub(crate) fn review(kind: &str, data: Data<'_>) -> Result<Option<Review>, DataError> {
    if kind == "scheme.reviewed" { data.read::<ReviewData>().map(|read| Some(read.into())) } else { Ok(None) }
}

/// Reads what was published.
pub(crate) fn issue(kind: &str, data: Data<'_>) -> Result<Option<Issue>, DataError> {
    let issue = match kind {
        "dataset.published" => {
            let read: DatasetData = data.read()?;
            Issue {
                title: Some(read.dataset_title),
                duty: Some(read.duty),
                licence: read.licence,
                next: read.next_due,
                checked: read.checked,
                answers: None,
                owner: read.owner,
                unit: read.unit,
            }
        }
        "privacy_notice.published" => {
            let read: NoticeData = data.read()?;
            Issue { next: read.review_due, owner: read.owner, unit: read.unit, ..Issue::default() }
        }
        "disclosure_log.published" => {
            let read: LogData = data.read()?;
            Issue { checked: read.checked, answers: read.answers, unit: read.unit, ..Issue::default() }
        }
        "request.published" => Issue::default(),
        _ => return Ok(None),
    };
    Ok(Some(issue))
}

/// Reads `foi_stats.published`.
pub(crate) fn figures(kind: &str, data: Data<'_>) -> Result<Option<Figures>, DataError> {
    if kind != "foi_stats.published" {
        return Ok(None);
    }
    let FiguresData { period_from: from, period_to: to, requests_received: requests } = data.read()?;
    Ok(Some(Figures { from, to, requests }))
}

/// Reads `population.recorded`.
pub(crate) fn heads(kind: &str, data: Data<'_>) -> Result<Option<Heads>, DataError> {
    if kind != "population.recorded" {
        return Ok(None);
    }
    let HeadsData { user_class, heads, fte, as_at } = data.read()?;
    let class = match user_class {
        "staff" => Class::Staff,
        "all" => Class::All,
        _ => Class::Others,
    };
    Ok(Some(Heads { class, posts: fte.unwrap_or(heads), as_at }))
}

/// Reads `ledger.coverage_declared`.
pub(crate) fn declared(kind: &str, data: Data<'_>) -> Result<Option<Declared>, DataError> {
    if kind != "ledger.coverage_declared" {
        return Ok(None);
    }
    let DeclaredData { group, from } = data.read()?;
    let group = match group {
        "foi_stats" => Group::Statistics,
        "scheme" => Group::Scheme,
        _ => Group::Another,
    };
    Ok(Some(Declared { group, from }))
}

impl From<ReviewData> for Review {
    fn from(read: ReviewData) -> Review {
        let ReviewData { review_due, classes, classes_current, reviewed_by, unit } = read;
        Review { review_due, classes, classes_current, reviewed_by, unit }
    }
}

#[derive(Deserialize)]
struct ReviewData {
    review_due: Day,
    classes: Option<u32>,
    classes_current: Option<u32>,
    reviewed_by: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct DatasetData {
    dataset_title: String,
    duty: Duty,
    licence: Option<Licence>,
    next_due: Option<Day>,
    checked: Option<bool>,
    owner: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct NoticeData {
    review_due: Option<Day>,
    owner: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct LogData {
    answers: Option<u32>,
    checked: Option<bool>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct FiguresData {
    period_from: Day,
    period_to: Day,
    requests_received: Option<u32>,
}

#[derive(Deserialize)]
struct HeadsData<'d> {
    user_class: &'d str,
    heads: f64,
    fte: Option<f64>,
    as_at: Day,
}

#[derive(Deserialize)]
struct DeclaredData<'d> {
    group: &'d str,
    from: Day,
}
