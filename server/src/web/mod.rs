//! Pages for people who watch deadlines and keep registers, made on the server.
//!
//! # What this module never does
//! - It knows no more than the interface: a page asks the interface, in this process, in the name of whoever is signed in, and
//!   shows what it answers. So a page cannot show or do what the token may not.
//! - It loads nothing from elsewhere, and needs no script: scripts add comfort.
//! - It trusts nothing that is in the ledger: every text is escaped by the templates, of which none says `safe`.

mod access;
mod alerts;
mod answers;
mod cases;
mod dates;
mod due;
mod entries;
mod failure;
mod fields;
mod files;
mod forms;
mod front;
mod home;
mod ledger;
mod look;
mod marks;
mod mistake;
mod openid;
mod page;
mod personal;
mod plugins;
mod record;
mod registers;
mod reports;
mod sent;
mod sessions;
mod sign_in;
mod visit;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::http::App;
use sessions::Sessions;

pub use look::{Look, LookError};
pub use openid::OpenIdError;

/// What the pages are made with.
#[derive(Debug)]
pub(crate) struct Pages {
    app: Arc<App>,
    /// The interface, as a client has it.
    interface: Router,
    sessions: Sessions,
    /// Plugins' programs that were sent and are not installed yet.
    programs: plugins::Programs,
}

/// The routes of the pages. `interface` is what they ask. `within` adds what answers where no page is and what stands around
/// every request, inside of what turns failures into pages.
pub(crate) fn routes(app: Arc<App>, interface: Router, within: impl FnOnce(Router) -> Router) -> Router {
    let sessions = Sessions::new(app.look().idle, app.look().absolute);
    let pages = Arc::new(Pages { app, interface, sessions, programs: plugins::Programs::default() });
    let router = Router::new()
        .route("/", get(home::home))
        .merge(sign_in::routes())
        .merge(openid::pages::routes())
        .merge(alerts::routes())
        .merge(registers::routes())
        .merge(cases::routes())
        .merge(record::routes())
        .merge(reports::routes())
        .merge(ledger::routes())
        .merge(personal::routes())
        .merge(plugins::routes())
        .merge(access::routes())
        .merge(files::routes())
        .method_not_allowed_fallback(front::unknown_method)
        .with_state(pages.clone());
    within(router).layer(axum::middleware::from_fn_with_state(pages, front::around))
}
