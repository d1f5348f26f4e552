//! Asking that sealed data be destroyed: what it is about, what that would destroy, and the request.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    BASES, CaseName, Choice, Destruction, ENTRY_READERS, Mistake, basis, by_another, choices, destruction,
    destructions, extent, may_destroy, said_of, sealed_groups, sentence,
};
use crate::erasure::{ITEMS_MAX, PERSON};
use crate::web::entries::case_path;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other};
use crate::web::words;

/// Entries of a case, and cases of a person, that a plan names.
const NAMED: usize = 5;

/// Which case a link names.
#[derive(Debug, Deserialize)]
pub(super) struct Beforehand {
    #[serde(default)]
    group: String,
    #[serde(default)]
    subject: String,
}

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Form {
    basis: String,
    /// A case on each line.
    cases: String,
    /// A pseudonym on each line.
    people: String,
}

impl Form {
    fn of(fields: &Fields) -> Form {
        let text = |name: &str| fields.get(name).to_owned();
        Form { basis: text("basis"), cases: text("cases"), people: text("people") }
    }

    /// What is asked of the interface, or what is wrong with it.
    fn wish(&self) -> Result<Value, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if !BASES.iter().any(|(name, ..)| *name == self.basis) {
            mistakes.push(Mistake::new("basis-0", "Select why it is destroyed"));
        }
        let (cases, wrong) = read_cases(&self.cases);
        mistakes.extend(wrong);
        let people: Vec<&str> = lines(&self.people).map(|(_, line)| line).collect();
        if cases.is_empty() && people.is_empty() && mistakes.iter().all(|mistake| mistake.field != "cases") {
            mistakes.push(Mistake::new("cases", "Enter a case or a person"));
        }
        for (field, found, what) in [("cases", cases.len(), "cases"), ("people", people.len(), "people")] {
            if found > ITEMS_MAX {
                let limit = format!("the limit is {ITEMS_MAX}, so make several requests");
                let message = format!("{found} {what} are too many: {limit}");
                mistakes.push(Mistake::new(field, message));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let cases: Vec<Value> =
            cases.iter().map(|case| json!({ "group": case.group, "subject": case.subject })).collect();
        Ok(json!({ "basis": self.basis, "cases": cases, "people": people }))
    }
}

/// The lines that say something, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty())
}

/// Cases, one on each line: the kind, then white space or a slash, then the case.
fn read_cases(text: &str) -> (Vec<CaseName>, Vec<Mistake>) {
    let (mut cases, mut mistakes) = (Vec::new(), Vec::new());
    for (number, line) in lines(text) {
        let parts = line.split_once(|character: char| character.is_whitespace() || character == '/');
        match parts.map(|(group, subject)| (group.trim(), subject.trim())) {
            Some((group, subject)) if !group.is_empty() && !subject.is_empty() => {
                cases.push(CaseName { group: group.to_owned(), subject: subject.to_owned() });
            }
            _ => {
                let example = "enter the kind and then the case, such as request FOI-2026-0012";
                mistakes.push(Mistake::new("cases", format!("Line {number}: {example}")));
            }
        }
    }
    (cases, mistakes)
}

/// What would be destroyed, as the interface tells of it.
#[derive(Debug, Deserialize)]
struct Plan {
    plan: String,
    cases: Vec<CasePlan>,
    people: Vec<PersonPlan>,
    obstacles: Vec<Obstacle>,
    /// Why whoever looks at it cannot ask for it, if they cannot.
    cannot_ask: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CasePlan {
    group: String,
    subject: String,
    entries: u64,
    seqs: Vec<u64>,
    has_key: bool,
}

#[derive(Debug, Deserialize)]
struct PersonPlan {
    pseudonym: String,
    entries: u64,
    mentioned_in_count: u64,
    mentioned_in: Vec<CaseName>,
    is_known: bool,
}

#[derive(Debug, Deserialize)]
struct Obstacle {
    kind: String,
    subject: String,
    seq: u64,
}

impl Plan {
    /// What holds nothing that could be destroyed: with it, no request is taken.
    fn without_anything(&self) -> Vec<String> {
        let cases = self.cases.iter().filter(|case| !case.has_key);
        let cases = cases.map(|case| format!("{} {}", case.group, case.subject));
        let people =
            self.people.iter().filter(|person| !person.is_known).map(|person| person.pseudonym.clone());
        cases.chain(people).collect()
    }
}

/// A case of the plan.
#[derive(Debug)]
struct CaseView {
    kind: String,
    subject: String,
    path: String,
    entries: String,
    /// The first of them, with their numbers in words.
    first: Vec<(u64, String)>,
    has_key: bool,
}

/// A person of the plan.
#[derive(Debug)]
struct PersonView {
    pseudonym: String,
    entries: String,
    mentioned_in: String,
    /// The first of these cases, with their pages.
    first: Vec<(String, String)>,
    is_known: bool,
}

/// Something that stands in the way.
#[derive(Debug)]
struct ObstacleView {
    what: String,
    seq: u64,
    number: String,
}

#[derive(Debug, Template)]
#[template(path = "personal_destroy.html")]
struct FormPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    /// Why nothing can be asked for, whatever is typed; empty if it can.
    cannot_ask: String,
    basis_error: String,
    cases_error: String,
    people_error: String,
    bases: Vec<Choice>,
    /// The kinds of cases, with their titles.
    kinds: Vec<(String, String)>,
    form: Form,
}

#[derive(Debug, Template)]
#[template(path = "personal_plan.html")]
struct PlanPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    form: Form,
    plan: String,
    basis: String,
    extent: String,
    entries: String,
    cases: Vec<CaseView>,
    people: Vec<PersonView>,
    obstacles: Vec<ObstacleView>,
    /// What holds nothing that could be destroyed.
    nothing: Vec<String>,
    /// Why whoever looks at it cannot ask for it; empty if they can.
    cannot_ask: String,
    by_another: &'static str,
    may_ask: bool,
    reads_entries: bool,
}

pub(super) async fn show(visit: Visit, Query(known): Query<Beforehand>) -> Result<Response, Failure> {
    may_destroy(&visit)?;
    let Beforehand { group, subject } = known;
    let form = match group.as_str() {
        PERSON => Form { people: subject, ..Form::default() },
        _ if subject.is_empty() => Form::default(),
        _ => Form { cases: format!("{group} {subject}"), ..Form::default() },
    };
    form_page(&visit, form, Vec::new()).await
}

async fn form_page(visit: &Visit, form: Form, mistakes: Vec<Mistake>) -> Result<Response, Failure> {
    let cannot_ask = destructions(visit).await?.cannot_ask;
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame("Destroy sealed data", Place::Personal);
    let catalogue = visit.pages.app.definitions().catalogue.clone();
    let page = FormPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        cannot_ask: sentence(cannot_ask.as_deref()),
        basis_error: said_of(&mistakes, "basis-0"),
        cases_error: said_of(&mistakes, "cases"),
        people_error: said_of(&mistakes, "people"),
        mistakes,
        bases: choices("basis", &BASES, &form.basis),
        kinds: sealed_groups(&catalogue).map(|group| (group.name.clone(), group.title.clone())).collect(),
        form,
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// From the form to its plan, from there to the request, or back to the form.
pub(super) async fn destroy(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    may_destroy(&visit)?;
    let form = Form::of(&fields);
    if fields.get("step") == "edit" {
        return form_page(&visit, form, Vec::new()).await;
    }
    let wish = match form.wish() {
        Ok(wish) => wish,
        Err(mistakes) => return form_page(&visit, form, mistakes).await,
    };
    if fields.get("step") != "request" {
        return plan_page(&visit, form, &wish, Vec::new()).await;
    }
    let mut request = wish.clone();
    request["plan"] = Value::from(fields.get("plan"));
    match visit.post("/v1/destructions", &request).await {
        Ok(answer) => {
            let asked: Destruction = answer.read()?;
            Ok(see_other(&destruction::path_of(asked.id)))
        }
        // What was planned may have changed meanwhile: then there is another plan to look at.
        Err(failure) if failure.is_about_the_form() => {
            plan_page(&visit, form, &wish, vec![Mistake::new("", failure.detail)]).await
        }
        Err(failure) => Err(failure),
    }
}

async fn plan_page(
    visit: &Visit,
    form: Form,
    wish: &Value,
    mistakes: Vec<Mistake>,
) -> Result<Response, Failure> {
    let plan: Plan = match visit.post("/v1/destructions?dry_run=true", wish).await {
        Ok(answer) => answer.read()?,
        Err(failure) if failure.is_about_the_form() => {
            return form_page(visit, form, vec![Mistake::new("cases", failure.detail)]).await;
        }
        Err(failure) => return Err(failure),
    };
    let nothing = plan.without_anything();
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame("Check what would be destroyed", Place::Personal);
    let page = PlanPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        mistakes,
        basis: basis(&form.basis),
        form,
        extent: extent(plan.cases.len(), plan.people.len()),
        entries: words::count(plan.cases.iter().map(|case| case.entries).sum::<u64>(), "entry", "entries"),
        may_ask: plan.obstacles.is_empty() && nothing.is_empty() && plan.cannot_ask.is_none(),
        cannot_ask: sentence(plan.cannot_ask.as_deref()),
        by_another: by_another(visit),
        plan: plan.plan,
        cases: plan.cases.into_iter().map(case_view).collect(),
        people: plan.people.into_iter().map(person_view).collect(),
        obstacles: plan.obstacles.into_iter().map(obstacle_view).collect(),
        nothing,
        reads_entries: visit.holds(ENTRY_READERS),
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn case_view(case: CasePlan) -> CaseView {
    CaseView {
        path: case_path(&case.subject),
        kind: case.group,
        subject: case.subject,
        entries: words::count(case.entries, "entry", "entries"),
        first: case.seqs.into_iter().take(NAMED).map(|seq| (seq, words::number(seq))).collect(),
        has_key: case.has_key,
    }
}

fn person_view(person: PersonPlan) -> PersonView {
    let first = person.mentioned_in.into_iter().take(NAMED);
    PersonView {
        pseudonym: person.pseudonym,
        entries: words::count(person.entries, "entry", "entries"),
        mentioned_in: words::count(person.mentioned_in_count, "case", "cases"),
        first: first
            .map(|case| (case_path(&case.subject), format!("{} {}", case.group, case.subject)))
            .collect(),
        is_known: person.is_known,
    }
}

fn obstacle_view(obstacle: Obstacle) -> ObstacleView {
    let what = match obstacle.kind.as_str() {
        "hold" => format!("The hold {} says that it must be kept", obstacle.subject),
        "open_request" => format!("The request {} is open and covers it", obstacle.subject),
        other => format!("{} {}", words::from_name(other), obstacle.subject),
    };
    ObstacleView { what, seq: obstacle.seq, number: words::number(obstacle.seq) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(basis: &str, cases: &str, people: &str) -> Form {
        Form { basis: basis.to_owned(), cases: cases.to_owned(), people: people.to_owned() }
    }

    #[test]
    fn cases_and_people_are_read_line_by_line() {
        let form = form("court_order", "request FOI-1\r\n\r\nbreach/B 2\n", " p-a \np-b");
        let all = json!({
            "basis": "court_order",
            "cases": [{ "group": "request", "subject": "FOI-1" }, { "group": "breach", "subject": "B 2" }],
            "people": ["p-a", "p-b"],
        });
        assert_eq!(form.wish().unwrap(), all);
    }

    #[test]
    fn what_is_missing_is_said() {
        let wrong = |form: Form| {
            form.wish()
                .unwrap_err()
                .into_iter()
                .map(|mistake| (mistake.field, mistake.message))
                .collect::<Vec<_>>()
        };
        let fields: Vec<String> = wrong(form("", "", "")).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["basis-0", "cases"]);
        let half = wrong(form("court_order", "\nrequest", ""));
        assert!(half.len() == 1 && half[0].0 == "cases" && half[0].1.starts_with("Line 2: "), "{half:?}");
        let many = wrong(form("court_order", &"request a\n".repeat(ITEMS_MAX + 1), ""));
        assert!(many.len() == 1 && many[0].0 == "cases" && many[0].1.contains("too many"), "{many:?}");
    }
}
