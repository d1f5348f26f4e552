//! The server that is measured, and every reason for which it cannot be.

use axum::body::Bytes;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::Full;
use serde::Deserialize;

use super::connection::Connection;
use crate::net::client::{self, Client, ClientError};

/// Characters of an answer that are shown when it is not the one that was wanted.
pub(super) const ANSWER_CHARS_SHOWN: usize = 300;

/// A server and the token to use it with.
#[derive(Debug, Clone)]
pub struct Target {
    /// `http://host:port`.
    pub url: String,
    bearer: HeaderValue,
}

/// Where a ledger stands.
#[derive(Debug, Clone, Deserialize)]
pub struct LedgerState {
    /// Its name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Entries that searches find.
    pub indexed_size: u64,
}

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not a token.
    #[error("the token holds characters that no token has")]
    Token,
    /// The server cannot be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It knows no such token.
    #[error("{0} does not know this token, or it was revoked (401)")]
    Unauthorized(String),
    /// The token may not do it.
    #[error("{url} does not let this token do that (403): {answer}")]
    Forbidden {
        /// The server.
        url: String,
        /// What it says.
        answer: String,
    },
    /// Somebody else listens there.
    #[error("{url} is no Muniment server: GET {path} was answered with {status}: {answer:?}")]
    NoLedger {
        /// The server.
        url: String,
        /// What was asked for.
        path: String,
        /// How it was answered.
        status: StatusCode,
        /// The beginning of the answer.
        answer: String,
    },
    /// Nothing was answered as it should.
    #[error("nothing was measured: no request was answered as it should ({0})")]
    Nothing(String),
    /// The process with the empty handler.
    #[error("the empty handler: {0}")]
    Empty(String),
    /// The file or the system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A task.
    #[error("a task of the load generator ended: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl LoadError {
    /// Whether other arguments would help.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        match self {
            LoadError::Client(error) => {
                matches!(error, ClientError::Url { .. } | ClientError::Connect { .. })
            }
            LoadError::Token
            | LoadError::Unauthorized(_)
            | LoadError::Forbidden { .. }
            | LoadError::NoLedger { .. } => true,
            LoadError::Nothing(_) | LoadError::Empty(_) | LoadError::Io(_) | LoadError::Task(_) => false,
        }
    }
}

impl Target {
    /// A server and a token.
    ///
    /// # Errors
    /// The token is none.
    pub fn new(url: &str, token: &str) -> Result<Target, LoadError> {
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| LoadError::Token)?;
        bearer.set_sensitive(true);
        Ok(Target { url: url.to_owned(), bearer })
    }

    /// The same token at another server.
    #[must_use]
    pub(super) fn at(&self, url: String) -> Target {
        Target { url, bearer: self.bearer.clone() }
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<Client, LoadError> {
        Ok(Client::connect(&self.url).await?)
    }

    /// Opens so many connections.
    pub(super) async fn connect_all(&self, count: usize) -> Result<Vec<Client>, LoadError> {
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            clients.push(self.connect().await?);
        }
        Ok(clients)
    }

    pub(super) fn get(&self, path: &str) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = path.parse().unwrap_or_default();
        request.headers_mut().insert(AUTHORIZATION, self.bearer.clone());
        request
    }

    /// Opens so many connections that only post.
    pub(super) async fn dial_all(&self, count: usize) -> Result<Vec<Connection>, LoadError> {
        let authority = client::authority(&self.url)?;
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::open(authority.clone()).await?);
        }
        Ok(connections)
    }

    /// The head of a POST, up to the number of its body's bytes, which is to follow with two line ends.
    pub(super) fn post_head(&self, path: &str, media_type: &str) -> Result<Vec<u8>, LoadError> {
        let authority = client::authority(&self.url)?;
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\nauthorization: ").into_bytes();
        head.extend_from_slice(self.bearer.as_bytes());
        head.extend_from_slice(format!("\r\ncontent-type: {media_type}\r\ncontent-length: ").as_bytes());
        Ok(head)
    }

    /// Where the ledger stands; whether there is one at all.
    ///
    /// # Errors
    /// It cannot be reached, is no ledger, or does not know the token.
    pub(super) async fn ledger(&self, client: &mut Client) -> Result<LedgerState, LoadError> {
        const PATH: &str = "/v1/ledger";
        let answer = client.send(self.get(PATH)).await?;
        let text = self.expect_ok(PATH, answer)?;
        serde_json::from_slice(&text).map_err(|_| self.no_ledger(PATH, StatusCode::OK, &text))
    }

    /// The body of an answer that should be 200.
    pub(super) fn expect_ok(
        &self,
        path: &str,
        (status, _, body): (StatusCode, HeaderMap, Bytes),
    ) -> Result<Bytes, LoadError> {
        match status {
            StatusCode::OK => Ok(body),
            StatusCode::UNAUTHORIZED => Err(LoadError::Unauthorized(self.url.clone())),
            StatusCode::FORBIDDEN => {
                Err(LoadError::Forbidden { url: self.url.clone(), answer: beginning(&body) })
            }
            _ => Err(self.no_ledger(path, status, &body)),
        }
    }

    fn no_ledger(&self, path: &str, status: StatusCode, body: &[u8]) -> LoadError {
        LoadError::NoLedger { url: self.url.clone(), path: path.to_owned(), status, answer: beginning(body) }
    }
}

/// The beginning of an answer, to be shown.
pub(super) fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(ANSWER_CHARS_SHOWN).collect()
}
