//! A small HTTP/1.1 client over one kept-alive connection, for the load generator.

use axum::body::Bytes;
pub(crate) use axum::http::uri::Authority;
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bytes of an answer's body.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The port of `http://` without one.
const PORT_DEFAULT: u16 = 80;

/// A client of one server, over one connection at a time.
#[derive(Debug)]
pub struct Client {
    authority: Authority,
    host: HeaderValue,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Connects to `http://host[:port]`; a path in it is not looked at.
    ///
    /// # Errors
    /// It is no such URL, or nobody listens there.
    pub async fn connect(url: &str) -> Result<Client, ClientError> {
        let authority = authority(url)?;
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|_| refused(url, "its host is no header"))?;
        let sender = open(&authority).await?;
        Ok(Client { authority, host, sender })
    }

    /// Sends a request and reads the whole answer. Only the path and query of its URI are used; `host` is filled in.
    ///
    /// A connection that was closed since the last answer is opened again. A request that may have reached the server
    /// is never sent twice.
    ///
    /// # Errors
    /// The server cannot be reached, ends the connection without an answer, or answers with more than 64 MiB.
    pub async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), ClientError> {
        let (head, body) = self.begin(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(ClientError::Answer)?;
        Ok((head.status, head.headers, body.to_bytes()))
    }

    /// Sends a request and gives the answer as soon as its head is here; its body may have no end.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn begin(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, ClientError> {
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
        request.headers_mut().entry(header::HOST).or_insert_with(|| self.host.clone());
        if self.sender.ready().await.is_err() {
            self.sender = open(&self.authority).await?;
        }
        match self.sender.try_send_request(request).await {
            Ok(response) => Ok(response),
            Err(mut error) => match error.take_message() {
                // The connection ended before a byte of the request was written.
                Some(unsent) => {
                    self.sender = open(&self.authority).await?;
                    Ok(self.sender.send_request(unsent).await?)
                }
                None => Err(error.into_error().into()),
            },
        }
    }
}

/// Host and port of `http://host[:port]`; a path in it is not looked at.
///
/// # Errors
/// It is no such URL.
pub(crate) fn authority(url: &str) -> Result<Authority, ClientError> {
    let uri: Uri = url.parse().map_err(|_| refused(url, "it is not well-formed"))?;
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err(refused(url, "it does not begin with http://"));
    }
    let authority = uri.into_parts().authority.ok_or_else(|| refused(url, "it names no host"))?;
    if authority.as_str().contains('@') {
        return Err(refused(url, "it holds a user name, which would not be sent"));
    }
    Ok(authority)
}

fn refused(url: &str, reason: &'static str) -> ClientError {
    ClientError::Url { url: url.to_owned(), reason }
}

/// Opens a connection; a task of its own reads and writes it until it ends.
async fn open(authority: &Authority) -> Result<SendRequest<Full<Bytes>>, ClientError> {
    let stream = dial(authority).await?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Its error is the error of the request that meets it.
    tokio::spawn(connection);
    Ok(sender)
}

/// Opens a TCP connection, on which small messages do not wait.
///
/// # Errors
/// The server cannot be reached.
pub(crate) async fn dial(authority: &Authority) -> Result<TcpStream, ClientError> {
    let failed = |source| ClientError::Connect { authority: authority.to_string(), source };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(PORT_DEFAULT);
    let stream = TcpStream::connect((host, port)).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Not a URL that this client speaks to.
    #[error("cannot connect to {url:?}: {reason}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The server cannot be reached.
    #[error("cannot connect to {authority}: {source}")]
    Connect {
        /// Host and port.
        authority: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The exchange failed.
    #[error("no answer: {0}")]
    Exchange(#[from] hyper::Error),
    /// The answer's body could not be read.
    #[error("the answer's body could not be read: {0}")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}
