//! `muniment subject`: sealed personal data of a running ledger.

use axum::http::Method;
use clap::{Args, Subcommand};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::{asking, print};

const ABOUT: &str = "\
Personal data in the ledger is sealed, with a key for each case: a group (the first word of its events' types) and \
a subject. Reading it needs a purpose and is recorded. Destroying it destroys the key: one token asks (after a dry \
run), another authorises, and after a delay in which it can be cancelled nobody can read the data any more, while \
everything still verifies. A hold or an open request stands in the way. The group `person` stands for persons, by \
their pseudonyms.";

const EXAMPLE: &str = "Examples:
  muniment subject reveal request FOI-2026-0012 --purpose casework --server http://127.0.0.1:8080
  muniment subject destroy request FOI-2026-0012 --basis retention_schedule --server http://127.0.0.1:8080
  muniment subject destroy request FOI-2026-0012 --basis retention_schedule --plan 9f86d0… --server …
  muniment subject authorise 1 --server http://127.0.0.1:8080";

/// Read and destroy sealed personal data
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct SubjectArgs {
    #[command(subcommand)]
    command: SubjectCommand,
}

/// Where the ledger is.
#[derive(Debug, Args)]
struct PlaceArgs {
    /// A running server
    #[arg(long, value_name = "URL")]
    server: String,
    /// A token of it
    #[arg(long, value_name = "TOKEN", env = "MUNIMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

#[derive(Debug, Args)]
struct CaseArgs {
    /// The first word of the types of its events, or `person`
    group: String,
    /// Their subject, or the pseudonym
    subject: String,
    #[command(flatten)]
    place: PlaceArgs,
}

impl CaseArgs {
    fn path(&self, act: &str) -> String {
        let part = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        format!("/v1/subjects/{}/{}/{act}", part(&self.group), part(&self.subject))
    }
}

#[derive(Debug, Subcommand)]
enum SubjectCommand {
    /// Read what is sealed; this is recorded
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Reveal {
        #[command(flatten)]
        case: CaseArgs,
        /// casework, review, investigation, audit, subject_access or legal
        #[arg(long)]
        purpose: String,
    },
    /// Say what would be destroyed; with --plan ask for it
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Destroy {
        #[command(flatten)]
        case: CaseArgs,
        /// retention_schedule, erasure_request, court_order or recorded_in_error
        #[arg(long)]
        basis: String,
        /// The plan that a dry run printed. Without it this is a dry run
        #[arg(long, value_name = "SHA256")]
        plan: Option<String>,
    },
    /// List the requests to destroy
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Destructions(PlaceArgs),
    /// Agree to a request that another token made
    ///
    /// Where people sign in with accounts, two of them ask and agree on the pages: a token counts as neither there.
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Authorise {
        /// Its number
        id: u64,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Take a request back
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Cancel {
        /// Its number
        id: u64,
        #[command(flatten)]
        place: PlaceArgs,
    },
}

pub(crate) fn run(args: &SubjectArgs) -> Result<Verdict, Failure> {
    let (place, method, path, body) = match &args.command {
        SubjectCommand::Reveal { case, purpose } => {
            (&case.place, Method::POST, case.path("reveal"), Some(json!({ "purpose": purpose })))
        }
        SubjectCommand::Destroy { case, basis, plan: None } => {
            let path = format!("{}?dry_run=true", case.path("destroy"));
            (&case.place, Method::POST, path, Some(json!({ "basis": basis })))
        }
        SubjectCommand::Destroy { case, basis, plan: Some(plan) } => {
            (&case.place, Method::POST, case.path("destroy"), Some(json!({ "basis": basis, "plan": plan })))
        }
        SubjectCommand::Destructions(place) => (place, Method::GET, "/v1/destructions".to_owned(), None),
        SubjectCommand::Authorise { id, place } => {
            (place, Method::POST, format!("/v1/destructions/{id}/authorise"), None)
        }
        SubjectCommand::Cancel { id, place } => {
            (place, Method::POST, format!("/v1/destructions/{id}/cancel"), None)
        }
    };
    let answer: Value = asking::once(&place.server, place.token.as_deref(), method, &path, body.as_ref())?;
    let text = serde_json::to_string_pretty(&answer).map_err(|error| Failure::wanting(error.to_string()))?;
    print::result(&text);
    if let SubjectCommand::Destroy { plan: None, .. } = &args.command {
        print::aside("Nothing was changed. To ask for it, send the same with --plan and the `plan` above.");
    }
    Ok(Verdict::Done)
}
