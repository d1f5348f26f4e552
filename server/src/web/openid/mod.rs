//! Signing in by OpenID Connect: the organisation's provider says who somebody is, a table in the settings what they may do.
//!
//! # What this module never does
//! - It writes no name and nothing else of a person to the ledger or the log: who they are there is a pseudonym, a keyed hash of
//!   what identifies them with the provider.
//! - It keeps nothing of the provider's for later: no token, no code. When the session ends, so does what is known of a person.
//! - It trusts nothing that comes by way of the browser: the code is redeemed, and the token is the provider's own answer.

mod flow;
mod kept;
pub(super) mod pages;
mod provider;
mod roles;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use openidconnect::url::Url;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::ledger::origins::Origins;
use crate::net::fetch::{FetchError, Fetcher};
use crate::query::Scope;
use crate::settings::OpenIdSettings;
use crate::tokens::{Grant, GrantError};
use flow::Flow;
use kept::{Kept, Used};
use provider::{Provider, Secrets};
use roles::{Claims, Mapped};

/// Where the provider sends people back to.
pub(super) const CALLBACK: &str = "/sign-in/openid/callback";
/// Largest file with the client's secret.
const SECRET_BYTES_MAX: usize = 4_096;
/// Longest text among the settings.
const TEXT_BYTES_MAX: usize = 512;
/// Most scopes, and most lines of the table.
const SCOPES_MAX: usize = 32;
const GRANTS_MAX: usize = 1_000;
/// Longest code, or state, that a provider sends.
const CODE_BYTES_MAX: usize = 4_096;
/// Longest text by which a provider identifies somebody (OpenID Connect Core, section 2).
const SUBJECT_BYTES_MAX: usize = 255;
/// Sign-ins at the provider at a time.
const AT_A_TIME: usize = 16;
/// Values of the claim that are shown to somebody who has no role.
const SHOWN_MAX: usize = 10;

/// Signing in by a provider.
pub(crate) struct OpenId {
    provider: Provider,
    /// Where browsers find the pages, without a slash at its end.
    address: Option<String>,
    name_claim: String,
    roles_claim: String,
    table: Vec<Mapped>,
    /// Makes pseudonyms.
    people_key: [u8; 32],
    /// Makes the secrets of each sign-in. Of this process alone.
    flow_key: [u8; 32],
    kept: Kept,
    used: Used,
    at_work: Semaphore,
    started: Instant,
}

/// Keys are never shown.
impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenId").field("issuer", &self.provider.issuer()).finish_non_exhaustive()
    }
}

/// Why the settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// One of them.
    #[error("openid.{setting}: {fault}")]
    Setting {
        /// Which.
        setting: &'static str,
        /// What is wrong, and what it should be.
        fault: String,
    },
    /// The file with the secret.
    #[error("openid.client_secret_file: {}: {error}", .path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        error: io::Error,
    },
    /// A line of the table.
    #[error("openid.grants: for the claim {claim:?}: {error}")]
    Grant {
        /// Of which value.
        claim: String,
        /// What is wrong.
        error: GrantError,
    },
    /// Nobody could sign in.
    #[error("pages.token_sign_in is false and openid.issuer is not set, so that nobody could sign in")]
    Nobody,
    /// TLS.
    #[error("openid: {0}")]
    Tls(String),
    /// The system.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl From<FetchError> for OpenIdError {
    fn from(error: FetchError) -> OpenIdError {
        OpenIdError::Tls(error.to_string())
    }
}

/// What the provider sends somebody back with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// Why it did not sign them in.
    #[serde(default)]
    error: String,
    /// Which provider it is (RFC 9207).
    #[serde(default)]
    iss: Option<String>,
}

/// Somebody whom the provider vouches for.
#[derive(Debug)]
pub(super) struct Person {
    /// What pages show.
    pub(super) name: String,
    /// What they may do, and who they are in entries.
    pub(super) grant: Grant,
    /// Where they wanted to go.
    pub(super) next: String,
    /// What they typed before.
    pub(super) kept: Option<String>,
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This browser began no sign-in, or too long ago, or another one.
    NotBegun,
    /// The answer came before.
    Used,
    /// The provider did not sign them in, and says why.
    Declined(String),
    /// The provider vouches for them, and nothing in the table is theirs.
    NoRole { name: String, principal: String, values: Vec<String> },
    /// The provider cannot be asked.
    Away(String),
    /// What the provider says does not hold.
    Wrong(String),
    /// Too many sign in at this moment.
    Busy,
}

impl Trouble {
    fn away(why: &str) -> Trouble {
        Trouble::Away(why.to_owned())
    }

    fn wrong(why: &str) -> Trouble {
        Trouble::Wrong(why.to_owned())
    }
}

impl OpenId {
    /// What the settings say; `None` if nobody signs in this way. Pseudonyms are made with the ledger's `secret`.
    ///
    /// # Errors
    /// See [`OpenIdError`].
    pub(crate) fn new(
        settings: &OpenIdSettings,
        secret: &[u8],
        origins: &Origins,
    ) -> Result<Option<OpenId>, OpenIdError> {
        let Some(issuer) = settings.issuer.as_deref().filter(|issuer| !issuer.is_empty()) else {
            return Ok(None);
        };
        let url = safe_url("issuer", issuer)?;
        if url.query().is_some() {
            return Err(wrong(
                "issuer",
                format!("{issuer:?} has a query, and the name of a provider has none"),
            ));
        }
        let issuer = IssuerUrl::new(issuer.to_owned());
        let issuer = issuer.map_err(|error| wrong("issuer", error.to_string()))?;
        let client_id = settings.client_id.as_deref().unwrap_or_default();
        let client_id = text("client_id", client_id)?;
        let client_secret = settings.client_secret_file.clone().map(read_secret).transpose()?;
        if settings.scopes.len() > SCOPES_MAX {
            let fault = format!("{} of them, the limit is {SCOPES_MAX}", settings.scopes.len());
            return Err(wrong("scopes", fault));
        }
        let mut scopes = Vec::new();
        for scope in settings.scopes.iter().filter(|scope| *scope != "openid") {
            scopes.push(openidconnect::Scope::new(text("scopes", scope)?));
        }
        let client = (ClientId::new(client_id), client_secret);
        let mut flow_key = [0; 32];
        getrandom::fill(&mut flow_key).map_err(OpenIdError::Random)?;
        Ok(Some(OpenId {
            provider: Provider::new(Fetcher::new()?, issuer, client, scopes),
            address: settings.address.as_deref().map(address).transpose()?,
            name_claim: text("name_claim", &settings.name_claim)?,
            roles_claim: text("roles_claim", &settings.roles_claim)?,
            table: table(settings, origins)?,
            people_key: blake3::derive_key("muniment 2026-11 pseudonyms of people who sign in", secret),
            flow_key,
            kept: Kept::default(),
            used: Used::default(),
            at_work: Semaphore::new(AT_A_TIME),
            started: Instant::now(),
        }))
    }

    /// Begins to sign somebody in. `kept`: what they typed before.
    ///
    /// # Errors
    /// The system gives no random bytes.
    fn begin(&self, next: &str, kept: Option<String>) -> Result<Flow, getrandom::Error> {
        let flow = Flow::begin(next, self.now())?;
        if let Some(fields) = kept {
            self.kept.put(flow.name(), fields, flow.ends(), self.now());
        }
        Ok(flow)
    }

    /// The sign-in that a browser has begun.
    fn begun(&self, cookie: Option<&str>) -> Result<Flow, Trouble> {
        cookie.and_then(|cookie| Flow::read(cookie, self.now())).ok_or(Trouble::NotBegun)
    }

    /// Where to send the browser.
    async fn provider_address(&self, flow: &Flow, pages: &str) -> Result<String, Trouble> {
        self.provider.address(redirect(pages)?, self.secrets(flow)).await
    }

    /// Who came back from the provider. `pages`: where the browser finds the pages.
    async fn finish(&self, cookie: Option<&str>, answer: Answer, pages: &str) -> Result<Person, Trouble> {
        let flow = self.begun(cookie)?;
        if !flow.is_answered_by(&self.flow_key, &answer.state) {
            return Err(Trouble::NotBegun);
        }
        if answer.iss.as_deref().is_some_and(|issuer| issuer != self.provider.issuer()) {
            return Err(Trouble::wrong("the answer is another provider's"));
        }
        if !self.used.is_first(flow.name(), flow.ends(), self.now()) {
            return Err(Trouble::Used);
        }
        if !answer.error.is_empty() || answer.code.is_empty() {
            return Err(Trouble::Declined(answer.error));
        }
        if answer.code.len() > CODE_BYTES_MAX {
            let fault = format!("a code of {} bytes, the limit is {CODE_BYTES_MAX} bytes", answer.code.len());
            return Err(Trouble::Wrong(fault));
        }
        let _at_work = self.at_work.try_acquire().map_err(|_| Trouble::Busy)?;
        let secrets = self.secrets(&flow);
        let is_whole = |claims: &Claims| {
            [&self.name_claim, &self.roles_claim].into_iter().all(|path| roles::find(claims, path).is_some())
        };
        let claims = self.provider.claims(answer.code, redirect(pages)?, secrets, is_whole).await?;
        self.person(&claims, &flow)
    }

    fn person(&self, claims: &Claims, flow: &Flow) -> Result<Person, Trouble> {
        let subject = claims.get("sub").and_then(serde_json::Value::as_str).unwrap_or_default();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
            let bytes = subject.len();
            let fault = format!("the ID token's `sub` has {bytes} bytes, not 1 to {SUBJECT_BYTES_MAX}");
            return Err(Trouble::Wrong(fault));
        }
        let name = roles::name(claims, &self.name_claim, subject);
        let pseudonym = self.pseudonym(subject);
        let mut values = roles::values(claims, &self.roles_claim);
        let Some((roles, scope)) = roles::held(&self.table, &values) else {
            values.truncate(SHOWN_MAX);
            let nothing = Grant::of_person(&pseudonym, BTreeSet::new(), Scope::default());
            return Err(Trouble::NoRole { name, principal: nothing.name, values });
        };
        Ok(Person {
            name,
            grant: Grant::of_person(&pseudonym, roles, scope),
            next: flow.next().to_owned(),
            kept: self.kept.take(flow.name(), self.now()),
        })
    }

    /// Who somebody is in entries: the same at every sign-in, and nobody can tell from it who they are without the ledger's
    /// secret. Letters alone: digits could look like somebody's number.
    fn pseudonym(&self, subject: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.people_key);
        hasher.update(blake3::hash(self.provider.issuer().as_bytes()).as_bytes()).update(subject.as_bytes());
        let hash = hasher.finalize();
        let bytes = hash.as_bytes().iter().take(16);
        bytes.flat_map(|byte| [byte >> 4, byte & 15]).map(|four| char::from(b'a' + four)).collect()
    }

    fn secrets(&self, flow: &Flow) -> Secrets {
        let key = &self.flow_key;
        Secrets { state: flow.state(key), nonce: flow.nonce(key), verifier: flow.verifier(key) }
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_secs()
    }
}

fn redirect(pages: &str) -> Result<RedirectUrl, Trouble> {
    let url = RedirectUrl::new(format!("{pages}{CALLBACK}"));
    url.map_err(|_| Trouble::Wrong(format!("{pages:?} is no address to come back to")))
}

fn wrong(setting: &'static str, fault: String) -> OpenIdError {
    OpenIdError::Setting { setting, fault }
}

/// A text of the settings: visible ASCII without spaces, as claims, scopes and names of clients are.
fn text(setting: &'static str, text: &str) -> Result<String, OpenIdError> {
    if !(1..=TEXT_BYTES_MAX).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let fault =
            format!("{text:?} is not 1 to {TEXT_BYTES_MAX} visible characters of ASCII without spaces");
        return Err(wrong(setting, fault));
    }
    Ok(text.to_owned())
}

fn safe_url(setting: &'static str, text: &str) -> Result<Url, OpenIdError> {
    let url = Url::parse(text).map_err(|error| wrong(setting, format!("{text:?} is no address: {error}")))?;
    if !provider::is_safe(&url) {
        let fault = format!("{text:?} does not begin with https://, and http:// is for this machine alone");
        return Err(wrong(setting, fault));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong(setting, format!("{text:?} holds a user name or a fragment, which it must not")));
    }
    Ok(url)
}

fn address(text: &str) -> Result<String, OpenIdError> {
    let url = safe_url("address", text)?;
    if url.path() != "/" || url.query().is_some() {
        let fault = format!("{text:?} has a path; the pages are at the root of their host");
        return Err(wrong("address", fault));
    }
    Ok(url.origin().ascii_serialization())
}

fn read_secret(path: PathBuf) -> Result<ClientSecret, OpenIdError> {
    let fault = |fault: String| wrong("client_secret_file", format!("{}: {fault}", path.display()));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => return Err(OpenIdError::Secret { path, error }),
    };
    if bytes.len() > SECRET_BYTES_MAX {
        return Err(fault(format!("{} bytes, the limit is {SECRET_BYTES_MAX} bytes", bytes.len())));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault("it is no text".to_owned()))?;
    match text.trim() {
        "" => Err(fault("it is empty".to_owned())),
        secret => Ok(ClientSecret::new(secret.to_owned())),
    }
}

fn table(settings: &OpenIdSettings, origins: &Origins) -> Result<Vec<Mapped>, OpenIdError> {
    let count = settings.grants.len();
    if count == 0 {
        let fault =
            "none, so that nobody who signs in could do anything; add [[openid.grants]] with claim and roles";
        return Err(wrong("grants", fault.to_owned()));
    }
    if count > GRANTS_MAX {
        return Err(wrong("grants", format!("{count} of them, the limit is {GRANTS_MAX}")));
    }
    let line = |wanted| {
        let line = Mapped::new(wanted, origins);
        line.map_err(|error| OpenIdError::Grant { claim: wanted.claim.clone(), error })
    };
    settings.grants.iter().map(line).collect()
}
