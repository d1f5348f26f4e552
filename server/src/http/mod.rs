//! The service: events over HTTP. One file a resource, each with route, request, response, handler.
//!
//! # What this module never does
//! - It appends nothing by itself: [`crate::ledger::Ledger`] does, and answers once it is synced.
//! - It answers nobody from what is not synced.
//! - It shows nothing to a token that the token's scope does not cover.

#![allow(clippy::result_large_err, reason = "a problem is made once a request, and moved a few times")]
#![allow(unused_qualifications, reason = "utoipa's macros write out what is imported")]

mod alerts;
mod answer;
mod bodies;
mod caller;
mod destructions;
mod disposal_check;
mod docs;
mod empty;
mod entry;
mod event_types;
mod events;
mod imports;
mod ledger;
mod metrics;
mod openapi;
mod operations;
mod plugin_metrics;
mod plugins;
mod policies;
mod post;
mod problem;
mod reads;
mod registers;
mod reports;
mod requests;
mod reveal;
mod selection;
mod stream;
mod tail;
mod tlog;
mod tokens;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use muniment_core::time::Timestamp;
use tokio::sync::{Mutex, Semaphore, watch};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::definitions::{Current, Definitions};
use crate::erasure::Erasures;
use crate::index::Index;
use crate::intake::Intake;
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::Genesis;
use crate::ledger::submission::{Outcome, Refusal, Submission};
use crate::net::{BodyTime, ConnectionStats};
use crate::plugins::Plugins;
use crate::plugins::board::Board;
use crate::query::EventFacts;
use crate::report::serving::Reports;
use crate::tokens::{Attempts, Grant, Tokens, TooMany};
use crate::vault::Vault;
use crate::web::{self, Look};
use bodies::Bodies;
use docs::Documents;
use metrics::Metrics;
use problem::Problem;
use reads::Reads;
use requests::Around;
use reveal::RevealRate;
use tail::Tail;

pub(crate) use caller::SignedIn;
pub use empty::empty_router;
pub use post::BODY_BYTES_MAX;
pub use requests::{RequestId, request_at_work};

/// What the service is made of.
#[derive(Debug)]
pub struct Parts {
    /// The ledger.
    pub ledger: Arc<Ledger>,
    /// What its entry 0 says.
    pub genesis: Genesis,
    /// The search index.
    pub index: Arc<Index>,
    /// Who may do what.
    pub tokens: Tokens,
    /// The data directory.
    pub directory: PathBuf,
    /// The event types and the policies.
    pub definitions: Arc<Current>,
    /// The keys of sealed personal data.
    pub vault: Arc<Vault>,
    /// What destroys them.
    pub erasures: Arc<Erasures>,
    /// The plugins.
    pub plugins: Arc<Plugins>,
    /// Of so many readings one is recorded; 0: none.
    pub log_one_read_in: u32,
    /// How often in a minute one token may read sealed data.
    pub reveals_per_minute: usize,
    /// Whether anybody may read the entry bundles of the tree.
    pub tlog_entries_public: bool,
    /// How long bodies may take.
    pub body_time: BodyTime,
    /// What the listener counts.
    pub connections: Arc<ConnectionStats>,
    /// How the pages look, and how long somebody stays signed in.
    pub look: Look,
}

/// The service.
#[derive(Debug)]
pub struct App {
    ledger: Arc<Ledger>,
    genesis: Genesis,
    index: Arc<Index>,
    tokens: Tokens,
    attempts: Attempts,
    directory: PathBuf,
    definitions: Arc<Current>,
    intake: Intake,
    erasures: Arc<Erasures>,
    plugins: Arc<Plugins>,
    /// Held while it is tried what another program would change: one at a time.
    trials: Arc<Semaphore>,
    board: Board,
    reports: Reports,
    reveals: RevealRate,
    reads: Arc<Reads>,
    tlog_entries_public: bool,
    bodies: Bodies,
    tail: Tail,
    metrics: Arc<Metrics>,
    connections: Arc<ConnectionStats>,
    look: Arc<Look>,
    /// Held while a bracket around an import is opened or closed: they are numbered.
    imports: Mutex<()>,
    clock: SystemClock,
    /// What describes the routes: made of them, once they are known.
    documents: OnceLock<Documents>,
    /// Set when the server stops: followers are then sent away.
    stopping: watch::Sender<bool>,
    is_stopping: AtomicBool,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<App> {
        Arc::new(App {
            tail: Tail::new(parts.ledger.clone()),
            genesis: parts.genesis,
            index: parts.index,
            erasures: parts.erasures,
            plugins: parts.plugins,
            trials: Arc::new(Semaphore::new(1)),
            board: Board::start(parts.ledger.clone()),
            reports: Reports::new(&parts.directory),
            reveals: RevealRate::new(parts.reveals_per_minute),
            reads: Arc::new(Reads::new(parts.log_one_read_in)),
            tokens: parts.tokens,
            attempts: Attempts::default(),
            intake: Intake {
                definitions: parts.definitions.clone(),
                vault: parts.vault,
                ledger: Arc::downgrade(&parts.ledger),
            },
            ledger: parts.ledger,
            directory: parts.directory,
            definitions: parts.definitions,
            tlog_entries_public: parts.tlog_entries_public,
            bodies: Bodies::new(parts.body_time),
            metrics: Arc::new(Metrics::new()),
            connections: parts.connections,
            look: Arc::new(parts.look),
            imports: Mutex::new(()),
            clock: SystemClock::new(),
            documents: OnceLock::new(),
            stopping: watch::Sender::new(false),
            is_stopping: AtomicBool::new(false),
        })
    }

    /// Ends what would never end by itself, so that the server can.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.stopping.send_replace(true);
    }

    /// The ledger that it serves.
    #[must_use]
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Records who read what kind of thing since this was last called. It waits for the disk.
    pub fn record_reads(&self) {
        if let Err(refusal) = self.reads.record(&self.ledger) {
            tracing::warn!(%refusal, "the access log could not be recorded; it is tried again");
        }
    }

    /// The requests to destroy personal data.
    #[must_use]
    pub fn erasures(&self) -> &Arc<Erasures> {
        &self.erasures
    }

    /// What its entry 0 says.
    pub(crate) fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The event types and the policies.
    pub(crate) fn definitions(&self) -> Arc<Definitions> {
        self.definitions.get()
    }

    /// How the pages look.
    pub(crate) fn look(&self) -> &Arc<Look> {
        &self.look
    }

    /// What a secret allows, for somebody who signs in.
    pub(crate) fn sign_in(&self, secret: &str, peer: Option<IpAddr>) -> Result<Option<Arc<Grant>>, TooMany> {
        caller::authenticate(self, Some(secret), peer)
    }

    /// Reads a form of whoever is signed in, within the limits of all bodies.
    ///
    /// # Errors
    /// The status of the answer, and what is wrong.
    pub(crate) async fn read_own_form(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit_bytes: usize,
    ) -> Result<Vec<u8>, (u16, String)> {
        let held = self.bodies.read(headers, body, false, limit_bytes).await;
        held.map(|held| held.bytes.to_vec()).map_err(|problem| (problem.status, problem.detail))
    }

    /// Reads a form of anybody: it takes no room of those who are known.
    ///
    /// # Errors
    /// The status of the answer, and what is wrong.
    pub(crate) async fn read_form(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit_bytes: usize,
    ) -> Result<Vec<u8>, (u16, String)> {
        let held = self.bodies.read_strangers(headers, body, limit_bytes).await;
        held.map(|held| held.bytes.to_vec()).map_err(|problem| (problem.status, problem.detail))
    }

    /// The time of the machine.
    pub(crate) fn time(&self) -> Timestamp {
        self.now()
    }

    fn documents(&self) -> &Documents {
        self.documents.get_or_init(|| Documents::new(openapi::finish(routes().into_openapi())))
    }

    fn now(&self) -> Timestamp {
        self.clock.wall()
    }

    /// Hands in events and waits until they are durable.
    async fn submit(&self, submission: Submission) -> Outcome {
        self.ledger.submit(submission)?.await.unwrap_or(Err(Refusal::Closed))
    }

    /// The entries, if there are any, of events named by source and id.
    async fn find(&self, names: Vec<(String, String)>) -> Result<Vec<Option<u64>>, Problem> {
        let answer = self.ledger.submit_find(names)?;
        let found = answer.await.map_err(|_| Problem::from(Refusal::Closed))?;
        found.map_err(|error| Problem::internal("entries cannot be looked up", &error))
    }

    /// Whether a token may see an entry. What cannot be read is not seen.
    fn may_see(&self, grant: &Grant, seq: u64) -> bool {
        if grant.scope.is_everything() {
            return true;
        }
        let line = self.ledger.line(seq).ok().flatten().unwrap_or_default();
        EventFacts::read(&line).is_ok_and(|facts| grant.scope.matches(&facts))
    }
}

/// Every route, with what describes it.
fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(events::list, post::post_events))
        .routes(routes!(entry::entry))
        .routes(routes!(entry::receipt))
        .routes(routes!(stream::stream))
        .routes(routes!(ledger::ledger))
        .routes(routes!(ledger::consistency))
        .routes(routes!(tlog::checkpoint))
        .routes(routes!(tlog::tile))
        .routes(routes!(event_types::list))
        .routes(routes!(event_types::one))
        .routes(routes!(policies::list, policies::install))
        .routes(routes!(policies::one))
        .routes(routes!(imports::start))
        .routes(routes!(imports::finish))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(reveal::reveal))
        .routes(routes!(destructions::destroy_subject))
        .routes(routes!(destructions::list, destructions::request))
        .routes(routes!(destructions::authorise))
        .routes(routes!(destructions::cancel))
        .routes(routes!(plugins::list, plugins::change::install))
        .routes(routes!(plugins::one, plugins::change::update, plugins::change::remove))
        .routes(routes!(plugins::logs))
        .routes(routes!(plugins::change::replay))
        .routes(routes!(plugins::quarantine))
        .routes(routes!(registers::list))
        .routes(routes!(registers::rows))
        .routes(routes!(disposal_check::check))
        .routes(routes!(reports::list, reports::make))
        .routes(routes!(reports::making::list, reports::making::start))
        .routes(routes!(reports::making::one))
        .routes(routes!(reports::file))
        .routes(routes!(reports::design::show, reports::design::record))
        .routes(routes!(reports::approve))
        .routes(routes!(reports::publish))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::one))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(docs::event_types))
}

/// The service's router: the interface, and the pages, which ask the interface.
pub fn router(app: Arc<App>) -> Router {
    let router: Router<Arc<App>> = routes().into();
    let around = Around { metrics: app.metrics.clone(), reads: app.reads.clone() };
    let around = axum::middleware::from_fn_with_state(around, requests::around);
    let interface = router.with_state(app.clone());
    let asked = interface.clone().fallback(requests::unknown_path);
    let pages = web::routes(app, asked, |pages| pages.fallback(requests::unknown_path).layer(around.clone()));
    interface.method_not_allowed_fallback(requests::unknown_method).layer(around).merge(pages)
}
